#!/usr/bin/env bash
# The same seeds give the same traces, whichever compiler built storsim.
# usage: compare_builds.sh STORSIM OTHER_STORSIM [SEEDS]; status 77 when there is no other one to compare with.
set -eu

ours=$1 theirs=$2 seeds=${3:-200}
if [ ! -x "$theirs" ]; then
    echo "no $theirs: build preset fast first"
    exit 77
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

sweep() { # NAME PROGRAM: a violated rule (status 1) is another test's business
    "$2" sweep scenarios/01-*.ini scenarios/02-*.ini --seeds "1-$seeds" --out "$scratch/$1" --quiet || [ $? -eq 1 ]
}
sweep ours "$ours"
sweep theirs "$theirs"

/usr/bin/python3 - "$scratch/ours/results.db" "$scratch/theirs/results.db" "$seeds" <<'PYTHON'
import sqlite3
import sys

QUERY = """select s.scenario, s.driver, r.seed, r.hash, r.stop, r.points, r.virtual_ns
           from run r join sweep s on s.id = r.sweep order by 1, 2, 3"""
one, other = (sqlite3.connect(path).execute(QUERY).fetchall() for path in sys.argv[1:3])
if len(one) < int(sys.argv[3]):
    sys.exit(f"only {len(one)} runs to compare")
if len(one) != len(other):
    sys.exit(f"{len(one)} runs against {len(other)}")
differing = [(a, b) for a, b in zip(one, other) if a != b]
for a, b in differing[:5]:
    print("differs:", a, b, sep="\n  ")
print(f"{len(one)} runs compared, {len(differing)} differ")
sys.exit(1 if differing else 0)
PYTHON
