#!/bin/bash
# sim/tests/cli/findings.sh - every known defect, from its scenario to its story: found, made small (at most 4 requests and
# 4 preemptions), replayed to the same verdict and hash, told as scenarios/expected/NAME.txt has it, stopped at by gdb.
#
# findings.sh [--update] [NAME...]: these stories, or all. --update writes the expected ones anew; look at the difference
# before it is committed. What any edit of the driver changes (source lines, times, serial numbers) is not compared.
# findings.sh --complete: every scenario that expects a violation has a story here.
# timeout: 240
set -u
storsim=${STORSIM:?path of the program}
source=${STORSIM_SOURCE:-$PWD}
update=''
complete=''
case ${1:-} in
--update) update=yes; shift ;;
--complete) complete=yes; shift ;;
esac
wanted=" $* "
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export XDG_STATE_HOME=$folder NO_COLOR=1
bad=0

fail() { echo "FAIL: $*"; bad=1; }

# normal FILE: without what changes with any edit of the driver or of storsim
normal() {
    sed -E -e 's/[0-9]+\.[0-9]{3} [0-9]{3}( [0-9]{3})?( s)?/TIME/g' \
        -e 's/(\.c):[0-9]+/\1:LINE/g' \
        -e 's/\+?[0-9]+(\.[0-9]+)? (ns|us|ms|s|min)\b/SPAN/g' \
        -e 's/(SRB|block|I\/O|seed|CID|vector|message|value|tail|head|=) *(0x)?[0-9a-f]+/\1 N/g' \
        -e 's/SRBs? outstanding: [0-9, ]+/outstanding: N/' \
        -e 's/(minimised:|,) [0-9]+ to /\1 N to /g' \
        -e 's/, [0-9]+ to [0-9]+ other choices?//' \
        -e 's/^again: .*/again: .../' -e 's/ +/ /g' -e 's/ $//' "$1"
}

# number NAME FILE: of the part "after" of storsim shrink --json
number() { sed -E "s/.*\"after\":\{[^}]*\"$1\":([0-9]+).*/\1/" "$2"; }

# compared NAME REPLAY: the story, against the expected one
compared() {
    local expected=$source/scenarios/expected/$1.txt
    "$storsim" explain --tries 0 "$2" >story 2>err || { fail "$1: explain: $(cat err)"; return; }
    [ "$(awk '/^What happened/ { on = 1; next } /^$/ { on = 0 } on' story | wc -l)" -le 31 ] || fail "$1: the story is too long"
    sed -i 's|^again: .*|again: storsim replay NAME-min.replay|' story
    if [ "$update" ]; then
        cp story "$expected"
    elif [ ! -f "$expected" ]; then
        fail "$1: no $expected; see --update"
    elif ! diff <(normal "$expected") <(normal story) >difference; then
        fail "$1: another story than scenarios/expected/$1.txt:"
        cat difference
    fi
}

# stopped NAME REPLAY FUNCTION: gdb stands at the violation with this on the stack, goes back, and changes nothing
stopped() {
    if ! command -v gdb >/dev/null; then
        echo "no gdb here: storsim debug is tested without it only"
    else
        "$storsim" debug --batch --command 'again 2' "$2" >session 2>err || fail "$1: debug exits $?: $(cat err)"
        [ "$(grep -c '^stopped at point' session)" = 2 ] || fail "$1: gdb did not stop twice: $(cat session err)"
        # A race's message names what was accessed only when the run is over.
        grep -q '^rule: data-race$' "$2" || grep -qF "$(sed -n 's/^message: //p' "$2")" session || fail "$1: gdb stopped at something else: $(cat session err)"
        grep -q "$3" session || fail "$1: no $3 in gdb's output: $(cat session err)"
        [ "$(grep -o '^stopped at point [0-9]*' session | awk '{ print $4 }' | tr '\n' ' ' |
            awk '{ print $1 - $2 }')" = 2 ] || fail "$1: 'again 2' is not 2 points back"
    fi
    PATH=/nonexistent "$storsim" debug "$2" >out 2>err
    echo "exit $?" >>err
    [ "$(cat err)" = "storsim: debug: there is no gdb; on Debian it is in the package gdb
exit 2" ] || fail "$1: without gdb: $(cat err)"
}

# A data race is told with both of its accesses.
access_pair() {
    [ "$(grep -c 'RACE, access [12]: .* held$' story)" = 2 ] || fail "$1: the story does not have both accesses: $(cat story)"
}

# defect NAME RULE SEEDS [FUNCTION]: found, made small, told; FUNCTION is on the stack when the driver is not. A race that
# comes before the rule that is asked for would end the run.
defect() {
    local replay min n
    told=$told$1$'\n'
    case $complete$wanted in
    "  " | *" $1 "*) ;;
    *) return ;;
    esac
    echo "$1: $2"
    "$storsim" sweep "$source/scenarios/$1.ini" --set check.data-race="$([ "$2" = data-race ] && echo error || echo off)" --seeds "1-$3" --tries 0 --quiet --out found >out 2>err
    [ $? -le 1 ] || { fail "$1: sweep: $(cat err)"; return; }
    replay=$(find found/failures -name "$1-*-$2-*.replay" ! -name '*-min.replay' | sort | head -n 1)
    [ -n "$replay" ] || { fail "$1: $2 was not found"; return; }
    min=${replay%.replay}-min.replay
    "$storsim" shrink "$replay" --json >size 2>err || { fail "$1: shrink: $(cat err)"; return; }
    for n in requests preemptions; do
        [ "$(number $n size)" -le 4 ] || fail "$1: more than 4 $n are left: $(cat size)"
    done
    "$storsim" replay "$min" >out 2>err
    [ $? = 1 ] || fail "$1: replay of the minimum exits with something else than 1"
    grep -q '^same finding, same trace hash$' out || fail "$1: the minimum replays differently: $(cat out err)"
    compared "$1" "$min"
    [ "$2" != data-race ] || access_pair "$1"
    stopped "$1" "$min" "${4:-Nvme[A-Z]}"
    # A strategy that is told how long a run is has it measured first: a run that gdb does not stop in.
    [ "$2" != reset-outstanding ] || stopped "$1" "$replay" "${4:-Nvme[A-Z]}"
}

told=''
defect 02-device-stops-responding-deferred reset-outstanding 3
defect 06-device-stops-responding-no-pause resume-too-early 3
defect 07-reset-under-load-no-sync srb-touched-after-completion 400
defect 10-data-race-no-sync data-race 3
defect report-01-dma-after-completion dma-after-completion 3 nvme__to_host
defect report-02-rings-not-rebuilt nvme-protocol 3
defect report-04-reset-hang reset-hang 3
defect report-05-lost-interrupt lost-interrupt 100 lost_interrupt.c
defect report-06-removal-unheard srb-leaked 3 srb_leaked.c
defect report-08-stale-completion stale-completion 3
defect report-09-lun-reset-says-yes reset-outstanding 3 sp__recovery_tick
defect report-10-slow-recovery routine-too-long 3
defect report-12-acknowledged-write-lost data-integrity 3 data_integrity.c
defect report-13-lock-order lock-order 3
defect report-14-identifier-out-of-range driver-fault 3
defect report-15-torn-completion stale-completion 3
defect power-loss-flush-lies data-integrity 20 data_integrity.c
defect vintage-argument-lost dpc-argument-lost 5 StorPortIssueDpc
defect vintage-deferred-reset reset-outstanding 1 call_reset_bus
defect vintage-double-completion srb-completed-once 100 NvComplete

if [ "$complete" ]; then
    for scenario in $(cd "$source/scenarios" && grep -l '^expect *= *violates' -- *.ini); do
        grep -qx "${scenario%.ini}" <<<"$told" || fail "$scenario expects a violation and has no story"
    done
    for story in $(cd "$source/scenarios/expected" && ls); do
        grep -qx "${story%.txt}" <<<"$told" || fail "scenarios/expected/$story is told by nobody"
    done
fi
exit $bad
