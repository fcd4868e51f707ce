#!/bin/bash
# sim/tests/cli/attached.sh - loads of fio, Iometer and a trace, through the real program: warnings once, one clear line for
# what is wrong, and findings that repeat when the files are gone.
# timeout: 120
set -u
storsim=${STORSIM:?path of the program}
source=$(cd "$(dirname "$0")/../../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export XDG_STATE_HOME=$folder
bad=0

fail() { echo "FAIL: $*"; bad=1; }

cp "$source"/scenarios/load-*.{icf,fio,csv} .
cat >s.ini <<'END'
[workload a]
fio = load-fio.fio
number_ios = 40
[workload b]
icf = load-iometer.icf
number_ios = 40
[workload c]
trace = load-trace.csv
[driver]
module = deferred
[fault hang]
action = stop
at = 200us
END

# --- what has no meaning here is said once, and not on standard output --------------------------------------------
"$storsim" sweep s.ini --seeds 1-3 --jobs 2 --out r --tries 20 >out 2>err
[ $? = 1 ] || fail "the sweep finds nothing: $(cat out err)"
[ "$(grep -c '^storsim: warning: load-fio.fio:[0-9]*: [a-z]* has no meaning here; ignored$' err)" = 3 ] || fail "warnings: $(cat err)"
grep -q '^storsim: warning: load-iometer.icf:[0-9]*: RESULTS DISPLAY has' err || fail "warnings: $(cat err)"
! grep -q warning out || fail "warnings among the results: $(cat out)"

# --- replays and results need the files no longer -----------------------------------------------------------------
rm load-*
first=$(echo r/failures/*[0-9].replay)
minimal=$(echo r/failures/*-min.replay)
for replay in "$first" "$minimal"; do
    "$storsim" replay "$replay" >out 2>err
    [ $? = 1 ] || fail "$replay: $(cat out err)"
    grep -q '^FAIL reset-outstanding' out || fail "$replay: another finding: $(cat out)"
    "$storsim" explain "$replay" --tries 0 >out 2>err || fail "explain: $(cat out err)"
done

# --- and made small, jobs that are not needed go, and so do the files they came in ---------------------------------
"$storsim" shrink "$first" --json >out 2>err || fail "shrink: $(cat out err)"
grep -q '"after":{[^}]*"requests":[1-4][,}]' out || fail "more than 4 requests are left: $(cat out)"
[ "$(grep -c '^\[workload ' "$minimal")" = 1 ] || fail "more than one load is left: $(grep '^\[workload ' "$minimal")"
! grep -q -e '--- file [0-9]* load-.*f' "$minimal" || fail "a job file is left: $(cat "$minimal")"

sed 's/iodepth=16/iodepth=17/' "$first" >edited.replay
"$storsim" replay edited.replay >out 2>err
[ $? = 2 ] || fail "an edited file is taken: $(cat out)"
grep -q 'was edited or cut short' err || fail "an edited file: $(cat err)"

# --- what is wrong --------------------------------------------------------------------------------------------------
"$storsim" run s.ini >out 2>err
[ $? = 2 ] || fail "a file that is gone is not missed: $(cat out)"
[ "$(cat err)" = "storsim: s.ini:2: fio: load-fio.fio: No such file or directory" ] || fail "a file that is gone: $(cat err)"
printf '[j]\nrw=randwrit\n' >load-fio.fio
"$storsim" run s.ini --set workload.b.icf= --set workload.c.trace= >out 2>err
[ $? = 2 ] || fail "a wrong word is taken: $(cat out)"
grep -q "load-fio.fio:2: rw: .*did you mean 'randwrite'?" err || fail "a wrong word: $(cat err)"
exit $bad
