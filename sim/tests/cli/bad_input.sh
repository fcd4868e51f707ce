#!/bin/bash
# sim/tests/cli/bad_input.sh - what users get wrong, through the real program: one clear line, exit status 2, and
# nothing half-written. Then the way from a finding to its replay.
# timeout: 120
set -u
storsim=${STORSIM:?path of the program}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export XDG_STATE_HOME=$folder
bad=0

fail() { echo "FAIL: $*"; bad=1; }

# refused MESSAGE WORD...: exit status 2, the message on standard error, one line there, nothing on standard output
refused()
{
    local message=$1
    shift
    "$storsim" "$@" >out 2>err
    local status=$?
    [ $status = 2 ] || fail "$* exits $status: $(cat err)"
    [ ! -s out ] || fail "$* prints: $(cat out)"
    [ "$(wc -l <err)" = 1 ] || fail "$* has not one line: $(cat err)"
    grep -qF -- "$message" err || fail "$* says '$(cat err)', not '$message'"
}

# expect STATUS WORD...
expect()
{
    local want=$1
    shift
    "$storsim" "$@" >out 2>err
    local status=$?
    [ $status = "$want" ] || fail "$* exits $status, not $want: $(cat out err)"
}

cat >s.ini <<'END'
# A device that stops responding.
[scenario]
title = bad input
[workload main]
iodepth = 8
number_ios = 50
[fault stop]
action = stop
at = 100us
END
sed 's/iodepth/iodeph/' s.ini >key.ini
sed 's/100us/100/' s.ini >unit.ini

refused "key.ini:5: [workload] has no key 'iodeph'; did you mean 'iodepth'?" run key.ini
refused "unit.ini:9: at: '100' is not a time" run unit.ini
refused "missing.ini: No such file or directory" run missing.ini
refused "did you mean 'timeout'?" run s.ini --set port.tiemout=5s
refused "there is no built-in driver 'nvmee'; did you mean 'nvme'?" run s.ini --driver nvmee
refused "nothing.so" run s.ini --driver ./nothing.so
refused "s.ini" run s.ini --driver ./s.ini
refused "9-3" sweep s.ini --seeds 9-3
refused "there is no verb 'rnu'; did you mean 'run'?" rnu s.ini
refused "there is no option '--sede'; did you mean --seed?" run s.ini --sede 4
refused "cannot make the results folder" sweep s.ini --seeds 1-2 --out /proc/nothing
[ ! -e results ] || fail "something was written"

if echo 'int x;' | cc -shared -fPIC -x c - -o plain.so 2>/dev/null; then
    refused "plain.so" run s.ini --driver ./plain.so
    refused "plain.so" sweep s.ini --seeds 1-2 --driver ./plain.so --out plain
    [ ! -e plain ] || fail "a refused module left results"
fi

mkdir old
echo "neither a database nor short enough to be taken for an empty one, however one looks at its many words" >old/results.db
refused "old/results.db: not a database" sweep s.ini --seeds 1-2 --out old

expect 0 run s.ini
[ "$(head -c 4 out)" = PASS ] || fail "no verdict first: $(head -1 out)"
expect 1 run s.ini --driver deferred
grep -q '^FAIL reset-outstanding: ' <(head -1 out) || fail "no verdict first: $(head -1 out)"
[ "$(tail -1 out)" = "again: storsim run s.ini --driver deferred --seed 1" ] || fail "no repeat line: $(tail -1 out)"
expect 1 sweep s.ini --driver deferred --seeds 1-5 --out r --quiet
replay=$(ls r/failures/*.replay | head -1)
expect 1 replay "$replay"
grep -q '^same finding, same trace hash$' out || fail "replay: $(cat out)"
expect 4 sweep s.ini --seeds 1 --shard 2/2 --out empty

exit $bad
