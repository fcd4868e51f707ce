#!/bin/bash
# sim/tests/cli/explore.sh - storsim explore through the real program: a proof, a finding and its replay, a bound that is
# too large, stopping and going on, and damaged files.
# timeout: 300
set -u
storsim=${STORSIM:?path of the program}
source=${STORSIM_SOURCE:-$PWD}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export XDG_STATE_HOME=$folder
bad=0

fail() { echo "FAIL: $*"; bad=1; }

# expect STATUS WORD...: out and err keep what it said
expect()
{
    local want=$1
    shift
    "$storsim" "$@" >out 2>err
    local status=$?
    [ $status = "$want" ] || fail "$* exits $status, not $want: $(cat out err)"
}

# says FILE TEXT
says() { grep -qF -- "$2" "$1" || fail "'$2' is not in: $(cat "$1")"; }

cat >small.ini <<'END'
[scenario]
title = Two requests and a device that stops
expect = pass
[machine]
cpus = 2
vectors = 3
[workload w]
rw = randwrite
iodepth = 1
numjobs = 2
number_ios = 1
size = 1m
[fault hang]
action = stop
at = 5us
until = reset
END

# A proof, counted once: the number of schedules is that of the places and the default order.
expect 0 explore small.ini -k 1 --window recovery --json
says out '"end":"proved"'
places=$(sed 's/.*"places":\([0-9]*\).*/\1/' out)
schedules=$(sed 's/.*"schedules":\([0-9]*\).*/\1/' out)
[ "$schedules" = $((places + 1)) ] || fail "$schedules schedules at $places places"
expect 0 explore small.ini -k 1 --window recovery --full --json
all=$(sed 's/.*"schedules":\([0-9]*\).*/\1/' out)
[ "$all" -gt "$schedules" ] || fail "reduction leaves $schedules of $all schedules"
expect 0 explore small.ini -k 0
says out 'all 1 schedules within 0 delays explored, no violation'

# A finding, its replay file with choices, and what happens to it when it is edited.
expect 1 explore small.ini -k 1 --driver deferred --out r
says out 'FAIL reset-outstanding'
replay=r/small-reset-outstanding.replay
grep -q '^choices: [0-9]' $replay || fail "no choices in $replay"
expect 1 replay $replay
says out 'same finding, same trace hash'
sed 's/^storsim-replay 3/storsim-replay 1/' $replay >x.replay
expect 2 replay x.replay
says err 'x.replay:1: replay file of version 1; this storsim reads version 3'
sed '/^--- scenario/,$d' $replay >x.replay
expect 2 replay x.replay
says err 'cut short'

# One delay between two lines of a DPC is enough to claim a slot that the reset claims as well: an assertion of the
# checked build. The driver that shuts DPCs out is proved free of it.
claim=("$source/scenarios/07-reset-under-load-no-sync.ini" -k 1 --window recovery --json -q --out c
    --set workload.iometer.numjobs=1 --set workload.iometer.iodepth=2 --set workload.iometer.number_ios=2)
found=
for seed in 1090 1091 1092 1093 1094; do
    "$storsim" explore "${claim[@]}" --seed $seed >out 2>err
    case $? in
    0) ;;
    1) found=$seed ;;
    *) fail "explore of scenario 07: $(cat out err)" ;;
    esac
    [ -z $found ] || break
done
grep -qE '"rule":"(driver-assert|srb-touched-after-completion|srb-completed-once)"' out || fail "07, small: $(cat out)"
expect 0 explore "${claim[@]}" --seed "$found" --driver nvme
says out '"end":"proved"'

# Schedules recorded by a sweep, replayed as choices.
expect 1 sweep small.ini --driver deferred --seeds 1-3 --out s --set scenario.expect=pass
swept=$(ls s/failures/*.replay | head -1)
grep -q '^choices: [0-9]' "$swept" || fail "no choices in $swept"
expect 1 replay "$swept"
says out 'same finding, same trace hash'
line=$(grep -n '^choices: ' "$swept" | cut -d: -f1)
sed "${line}s/.*/choices: 1/; ${line}a delay 0 12 x" "$swept" >x.replay
expect 2 replay x.replay
says err "x.replay:$((line + 1)): 'delay 0 12 x' is not 'delay CPU ORDINAL NS'"
sed "${line}s/.*/choices: 900000/" "$swept" >x.replay
expect 2 replay x.replay
says err 'promised'

# Too much is refused with an estimate; a part of it is stopped, kept, and gone on with.
expect 2 explore small.ini -k 8 -q
says err 'give --budget TIME'
expect 2 explore small.ini -k 9
says err '--preemptions: at most 8'
expect 0 explore small.ini -k 2 --window recovery --budget 200ms --out e -q
if [ -e e/explore.state ]; then
    says out 'no violation so far'
    before=$(sed -n 's/^counted: \([0-9]*\) .*/\1/p' e/explore.state)
    expect 0 explore small.ini -k 2 --window recovery --budget 200ms --out e -q --resume
    if [ -e e/explore.state ]; then
        after=$(sed -n 's/^counted: \([0-9]*\) .*/\1/p' e/explore.state)
        [ "$after" -gt "$before" ] || fail "went on from $before to $after"
        expect 2 explore small.ini -k 1 --window recovery --out e -q --resume
        says err 'e/explore.state:3: saved with another bound'
        expect 2 explore small.ini -k 2 --seed 2 --window recovery --out e -q --resume
        says err 'e/explore.state:2:'
        head -c 200 e/explore.state >part.state
        mv part.state e/explore.state
        expect 2 explore small.ini -k 2 --window recovery --out e -q --resume
        says err 'e/explore.state:'
    fi
fi

# Ctrl-C.
expect 2 explore small.ini -k 2 --out i --resume
says err 'i/explore.state'
"$storsim" explore small.ini -k 3 --budget 1h --out i -q >out 2>err &
pid=$!
sleep 1
kill -INT $pid
wait $pid
status=$?
[ $status = 130 ] || fail "Ctrl-C exits $status: $(cat out err)"
[ -e i/explore.state ] || fail "no state after Ctrl-C"

# kill -9 loses no more than what came after the last state; from there it goes on.
"$storsim" explore small.ini -k 3 --budget 1h --out n -q >out 2>err &
pid=$!
for _ in $(seq 100); do
    [ ! -e n/explore.state ] || break
    sleep 0.3
done
kill -KILL $pid
wait $pid 2>/dev/null
[ -e n/explore.state ] || fail "no state while it runs"
before=$(sed -n 's/^counted: \([0-9]*\) .*/\1/p' n/explore.state)
expect 0 explore small.ini -k 3 --budget 200ms --out n -q --resume
after=$(sed -n 's/^counted: \([0-9]*\) .*/\1/p' n/explore.state)
[ "$after" -gt "$before" ] || fail "after kill -9 it went on from $before to $after"

# A state that cannot be written is said, and leaves no part of one.
(
    ulimit -f 0
    "$storsim" explore small.ini -k 3 --budget 200ms --out u -q 2>&1
    echo "exit $?"
    "$storsim" explore small.ini -k 1 --driver deferred --out u -q 2>&1
    echo "exit $?"
) | cat >said
says said 'File too large'
says said 'exit 2'
says said 'its state is not kept'
says said 'FAIL reset-outstanding'
says said 'exit 1'
[ -z "$(ls u)" ] || fail "left behind: $(ls u)"

exit $bad
