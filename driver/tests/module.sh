#!/bin/bash
# driver/tests/module.sh - what holds of a module at run time: its writable statics are brought back between runs, and a
# routine that storsim lacks is a finding when it is called, and not before.
set -u
storsim=${STORSIM:?path of the program}
cc=${STORSIM_CC:?path of storsim-cc}
ram=${STORSIM_SOURCE:?root of the source}/driver/conformance
source=("-I" "$ram" "$STORSIM_SOURCE/driver/tests/module/statics.c" "$ram/ram.c")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export XDG_STATE_HOME=$folder
bad=0

fail() { echo "FAIL: $*"; bad=1; }

cat >s.ini <<'END'
; A disk in the driver's memory; the controller is not used.
[scenario]
title = statics
[controller]
namespace = 1m
[workload main]
rw = randrw
bs = 4k
iodepth = 4
numjobs = 4
number_ios = 20
END

build() {
    local name=$1
    shift
    "$cc" -o "$name.so" -fcommon -Wall -Wextra -Werror "$@" "${source[@]}" || fail "$name does not build"
}

# sweep STATUS NAME SEEDS WORD...
sweep() {
    local status=$1 name=$2 seeds=$3
    shift 3
    "$storsim" sweep s.ini --driver "./$name.so" --seeds "$seeds" --jobs 1 --out results --tries 0 --json "$@" >out 2>err
    [ $? = "$status" ] || fail "$name $seeds $*: status is not $status: $(cat out err)"
}

build statics -DLIMIT=130
build few -DLIMIT=20
nm statics.so | grep -qE ' [bB] InCommon$' || fail 'InCommon is nowhere'
readelf -SW statics.so | grep -qE ' own +PROGBITS' || fail 'there is no section of its own'
sweep 0 statics 1-10
sweep 1 few 1-1
grep -q '"driver-assert":' out || fail "the limit is not looked at: $(cat out)"

# The tenth run of a process is the first of another.
sweep 0 statics 10-10
hash() { /usr/bin/python3 -c 'import sqlite3; print(*sqlite3.connect("results/results.db").execute("select hash from run where seed = 10").fetchone())'; }
alone=$(hash)
sweep 0 statics 1-10
[ "$(hash)" = "$alone" ] || fail "seed 10 is $(hash) after others and $alone alone"

# A routine that storsim lacks: refused, or a finding where it is called. As a warning it returns 0.
"$cc" -o missing.so -fcommon -DLIMIT=130 -DMISSING "${source[@]}" 2>err && fail 'a missing routine is linked'
grep -q 'statics.c:[0-9]*: error: CountingBuildIo calls KeReadStateEvent, a routine of the kernel' err || fail "$(cat err)"
build missing -DLIMIT=130 -DMISSING --stub KeReadStateEvent
"$storsim" run s.ini --driver ./missing.so --tries 0 >out 2>err
[ $? = 1 ] || fail "a call of what is missing is no violation: $(cat out err)"
grep -q 'not-modelled: the driver called KeReadStateEvent, which storsim lacks' out || fail "$(cat out err)"
grep -qE 'CountingBuildIo +\(?statics.c:[0-9]+|statics.c:[0-9]+ +CountingBuildIo' out || fail "no source line: $(cat out)"
sweep 0 missing 1-3 --set check.not-modelled=warn
sweep 0 missing 1-3 --set workload.main.rw=randread

exit $bad
