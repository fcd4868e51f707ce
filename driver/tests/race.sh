#!/bin/bash
# driver/tests/race.sh - data races in real modules, from the source line to the report: a miniport that keeps the
# rules is silent, and each way of breaking them is reported with function, field and lock, under every strategy.
# timeout: 300
set -u
storsim=${STORSIM:?path of the program}
cc=${STORSIM_CC:?path of storsim-cc}
ram=${STORSIM_SOURCE:?root of the source}/driver/conformance
source=$STORSIM_SOURCE/driver/tests/race/ramdisk.c
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export XDG_STATE_HOME=$folder
bad=0

fail() { echo "FAIL: $*"; bad=1; }

cat >s.ini <<'END'
; A disk in the driver's memory; the controller is not used.
[scenario]
title = data races
[controller]
namespace = 1m
[port]
queue_depth = 32
[workload main]
rw = randrw
bs = 4k
iodepth = 4
numjobs = 4
number_ios = 20
END

# build NAME WORD...: the module NAME.so
build() {
    local name=$1
    shift
    "$cc" -o "$name.so" -Wall -Wextra -Werror -I "$ram" "$@" "$source" "$ram/ram.c" || fail "$name does not build"
}

# outcome NAME WORD...: what a sweep over a few seeds says, into the file out
outcome() {
    local name=$1
    shift
    "$storsim" sweep s.ini --driver "./$name.so" --seeds "1-${seeds:-10}" --jobs 1 --out results --json "$@" >out 2>err
    [ $? -le 1 ] || fail "$name $*: $(cat err)"
}

silent() {
    outcome "$@"
    grep -q '"failed":0,' out || fail "$* is not silent: $(cut -c1-420 out)"
}

# reported PATTERN NAME WORD...: some finding is a data race, and the first finding says PATTERN
reported() {
    local pattern=$1
    shift
    outcome "$@"
    grep -q '"violations":{[^}]*"data-race":' out || fail "$* gives no data race: $(cut -c1-420 out)"
    grep -qE -- "\"message\":\"[^\"]*$pattern" out || fail "$* does not say '$pattern': $(cut -c1-420 out)"
}

build right
build lock -DRACE_NO_LOCK
build touch -DRACE_TOUCH
build counter -DRACE_COUNTER
build flag -DRACE_FLAG

for strategy in time random pct; do
    with=(--set "explore.strategy=$strategy")
    silent right "${with[@]}"
    reported '(Queue\.[BF]link of the device extension|the SRB extension): .*Race(Queue|Serve)' lock "${with[@]}"
    reported 'Built of the device extension: .*RamBuildIo.*RamBuildIo' counter "${with[@]}"
    reported 'Built of the device extension: .*interlocked write in .*in no order' flag "${with[@]}"
done

# The request is served by the DPC of another processor, which takes some overlap.
seeds=100
for strategy in time random; do
    reported 'RamStartIo \(ramdisk\.c:[0-9]+\) \[CPU [0-9], IRQL 2, HwStorStartIo, StartIo lock\]' touch \
        --set check.srb-touched-after-completion=off --set "explore.strategy=$strategy"
done
seeds=10

# What is listed is let go, by function and by field; another field is not. And it can be switched off.
silent counter --set 'check.benign=RamBuildIo:Built'
silent counter --set 'check.benign=NoSuchFunction, RamBuildIo:*'
reported 'Built' counter --set 'check.benign=RamBuildIo:Served'
silent counter --set check.data-race=off
outcome counter --set check.data-race=warn
grep -q '"failed":0,.*"warnings":{"data-race":' out || fail "a warning ends no run: $(cut -c1-420 out)"
"$storsim" run s.ini --driver ./right.so --set 'check.benign=:x' >out 2>err
[ $? = 2 ] || fail "a list without a function is taken: $(cat out err)"

exit $bad
