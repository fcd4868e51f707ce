#!/bin/bash
# sim/tests/cli/swarm.sh - what swarm mode drew is told by run, JSON and replay, and written down by a minimum; the time to
# recover after check.heal is told by run and sweep.
set -u
storsim=${STORSIM:?path of the program}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export XDG_STATE_HOME=$folder NO_COLOR=1
bad=0

fail() { echo "FAIL: $*"; bad=1; }
says() { grep -qE -- "$2" "$1" || fail "'$2' is not in: $(cat "$1")"; }

cat >swarm.ini <<'INI'
[scenario]
title = Entries that come twice, for a driver that takes them for others, among faults that change little
[driver]
module = no-generation
[explore]
swarm = yes
[check]
heal = 100ms
[workload before]
rw = randrw
bs = 4k
iodepth = 16
numjobs = 2
number_ios = 100
size = 2m
[workload after]
rw = randrw
iodepth = 4
number_ios = 10
startdelay = 200ms
offset = 2m
size = 2m
[fault twice]
action = duplicate-completion
on = completion
nth = 20
times = 0
delay = 20us
[fault late]
action = delay-completion
on = completion
times = 0
probability = 1%
[fault spurious]
action = spurious-interrupt
at = 50us
INI

"$storsim" sweep swarm.ini --seeds 1-20 --jobs 1 --quiet --tries 0 --json >out 2>err
[ $? = 1 ] || fail "sweep: $(cat out err)"
seed=$(sed -nE '1s/.*"first_failure":\{"seed":([0-9]+),.*/\1/p' out)
"$storsim" run swarm.ini --seed "$seed" --out failing >out 2>err
says out '^FAIL stale-completion'
says out '^  swarm +(twice|twice \([0-9.]+% of its occasions\)),'
says out '^minimised: .* 3 to 1 fault'
says failing/failures/*-min.replay '^set: explore.swarm=no$'
grep -q '^\[fault late\]' failing/failures/*-min.replay && fail 'a fault is left in the minimum that is not needed'
"$storsim" replay failing/failures/*-min.replay >out 2>err
says out '^same finding, same trace hash$'
grep -q '^  swarm' out && fail "the minimum still draws: $(cat out)"
"$storsim" run swarm.ini --seed "$seed" --json --tries 0 >out 2>err
says out '"swarm":\{.*"twice":\{"possible":true,"probability":'

"$storsim" run swarm.ini --driver nvme --seed 1 >out 2>err || fail "nvme: $(cat out err)"
says out '^  healed +recovered after '
"$storsim" sweep swarm.ini --driver nvme --seeds 1-5 --jobs 1 --quiet >out 2>err || fail "nvme: $(cat out err)"
says out '^  healed: 5 seeds recovered, the slowest after '
exit $bad
