#!/bin/bash
# sim/tests/cli/event_log.sh - the system event log of a run: in words, as JSON, and in the database of a sweep.
set -u
storsim=${STORSIM:?path of the program}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export XDG_STATE_HOME=$folder NO_COLOR=1
bad=0

fail() { echo "FAIL: $*"; bad=1; }

# says FILE REGULAR-EXPRESSION
says() { grep -qE -- "$2" "$1" || fail "no line like '$2' in: $(cat "$1")"; }

cat >hang.ini <<'END'
[workload w]
iodepth = 4
number_ios = 20
size = 1m
[fault hang]
action = stop
at = 50us
END

"$storsim" run hang.ini >out 2>err || fail "run: $(cat out err)"
says out '^event log$'
says out '^ +[0-9]+\.[0-9 ]+ s  nvme +129  a reset of '
"$storsim" run hang.ini --json >out 2>err || fail "run --json: $(cat out err)"
says out '"event_log":\[\{"at_ns":[0-9]+,"source":"nvme","id":129,'
"$storsim" run hang.ini --set fault.at=1h >out 2>err || fail "run without a fault: $(cat out err)"
grep -q '^event log' out && fail "a quiet run has an event log: $(cat out)"

"$storsim" sweep hang.ini --seeds 1-3 --out r >out 2>err || fail "sweep: $(cat out err)"
python3 - <<'END' >out 2>err || fail "database: $(cat err)"
import sqlite3
print(sqlite3.connect("r/results.db").execute(
    "SELECT group_concat(seed || ':' || source || ':' || id, ' ') FROM event_log ORDER BY seed").fetchone()[0])
END
says out '^1:nvme:129 2:nvme:129 3:nvme:129$'
exit $bad
