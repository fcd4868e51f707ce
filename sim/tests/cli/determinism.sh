#!/usr/bin/env bash
# sim/tests/cli/determinism.sh - 200 seeds twice, in two processes with address-space randomisation on, give the
# same traces; and so does every strategy, and every stored finding when it is replayed.
# timeout: 300
set -eu
storsim=${STORSIM:?path of the program}
here=$(dirname "$0")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

if [ "$(cat /proc/sys/kernel/randomize_va_space)" = 0 ]; then
    echo "this kernel does not randomise addresses"
    exit 77
fi
# A debugger or a wrapper may have switched it off for this process alone.
maps() { grep -m 1 '\[stack\]' /proc/self/maps | cut -d- -f1; }
[ "$(maps)" != "$(maps)" ] || [ "$(maps)" != "$(maps)" ] || { echo "addresses do not move here"; exit 77; }

bash "$here/compare_builds.sh" "$storsim" "$storsim" 200

for strategy in time random pct; do
    "$storsim" sweep scenarios/02-*.ini --seeds 1-5 --strategy $strategy --out "$scratch/$strategy" --quiet ||
        [ $? -eq 1 ]
    for replay in "$scratch/$strategy"/failures/*.replay; do
        "$storsim" replay "$replay" >"$scratch/out" && { echo "$replay: the violation is gone"; exit 1; }
        grep -q '^same finding, same trace hash$' "$scratch/out" || { cat "$scratch/out"; exit 1; }
        echo "$strategy: same finding, same trace hash"
    done
done
