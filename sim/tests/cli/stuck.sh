#!/bin/bash
# sim/tests/cli/stuck.sh - requests and processors that are stuck: a driver that forgets a completion, one that never resumes,
# one that loops for ever. Each is made small, and told with the place where its requests are.
#
# The drivers are the built-in one with a line changed. When that line is written otherwise one day, a change says so.
# timeout: 300
set -u
storsim=${STORSIM:?path of the program}
source=${STORSIM_SOURCE:-$PWD}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export XDG_STATE_HOME=$folder NO_COLOR=1
bad=0

fail() { echo "FAIL: $*"; bad=1; }
says() { grep -qE -- "$2" "$1" || fail "'$2' is not in: $(cat "$1")"; }

# change NAME FILE FROM TO: the module NAME.so, built with FROM replaced by TO once in FILE
change() {
    cp -r "$source/driver/nvme" "$1.src"
    python3 - "$1.src/$2" "$3" "$4" <<'PY' || { fail "$1: '$3' is not in $2 exactly once"; return; }
import sys
path, old, new = sys.argv[1:]
text = open(path).read()
if text.count(old) != 1:
    sys.exit(1)
open(path, "w").write(text.replace(old, new))
PY
    "$source/driver/storsim-cc" -o "$1.so" -I "$1.src" "$1".src/*.c >out 2>&1 || fail "$1: $(cat out)"
}

# minimum NAME RULE SCENARIO OPTION...: NAME breaks RULE; the minimum is in min.replay, its story in story
minimum() {
    local name=$1 rule=$2 scenario=$3
    shift 3
    "$storsim" run "$source/scenarios/$scenario.ini" --driver "./$name.so" --out "$name" "$@" >out 2>err
    [ $? = 1 ] || fail "$name: $(cat out err)"
    says out "^FAIL $rule:"
    says out '^minimised: '
    cp "$name"/failures/*-min.replay min.replay || return
    "$storsim" replay min.replay >out 2>err
    says out '^same finding, same trace hash$'
    "$storsim" explain --tries 0 min.replay >story 2>err || fail "$name: explain: $(cat err)"
    says story "VIOLATED: $rule"
}

change leak queue.c 'NvmeComplete(Adapter, Owner, NvmeSrbStatus(Owner, Status));' \
    'if (Queue->CqHead != 5) NvmeComplete(Adapter, Owner, NvmeSrbStatus(Owner, Status));'
minimum leak srb-leaked 08-reset-under-load --set check.reset-outstanding=off
says story '^    SRB [0-9]+: with the driver, which released its entry in CQ 1 and did not complete it$'
says story 'NvmeQueueDrain +its completion entry is released, the SRB not completed$'

change stuck hold.c 'StorPortResume(Adapter);' '(void)0;'
minimum stuck adapter-stuck 01-device-stops-responding
says story "^    I/O [0-9]+: in the port driver's queue"
says story 'NvmeResetBus +StorPortPause$'

# Told apart by points without progress; the minimum keeps the scenario's own limit.
change loop queue.c 'PVOID Owner = Queue->Slots[Slot].Owner;' \
    'PVOID Owner = Queue->Slots[Slot].Owner; while (Queue->Id && Queue->CqHead == 3) KeMemoryBarrier();'
minimum loop driver-hang 08-reset-under-load
grep -q '^set: explore.points_max' min.replay && fail 'the minimum of a hang has another limit'
says story 'CPU [0-9]+ +in HwStorDpcRoutine'
if command -v gdb >/dev/null; then
    "$storsim" debug --batch --command 'again 2' min.replay >session 2>err || fail "loop: debug exits $?: $(cat err)"
    [ "$(grep -c '^stopped at point' session)" = 2 ] || fail "loop: gdb did not stop twice: $(cat session err)"
fi

# And by the watchdog, when the loop touches no shared memory.
change spin queue.c 'PVOID Owner = Queue->Slots[Slot].Owner;' \
    'PVOID Owner = Queue->Slots[Slot].Owner; if (Queue->Id && Queue->CqHead == 3) for (;;) { volatile int x = 0; x++; }'
minimum spin driver-hang 08-reset-under-load --tries 200
says story 'endless loop that touches no shared memory'

exit $bad
