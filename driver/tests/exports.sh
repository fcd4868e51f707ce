#!/bin/bash
# driver/tests/exports.sh - every routine that the headers promise is in the program.
set -u
storsim=${STORSIM:?path of the program}
list=${STORSIM_SOURCE:?root of the source}/driver/wdk/exports.txt
missing=$(grep -v '^#' "$list" | LC_ALL=C sort |
    LC_ALL=C comm -23 - <(nm -D --defined-only "$storsim" | awk '{ print $NF }' | LC_ALL=C sort))
[ -z "$missing" ] || { echo "FAIL: not in the program: $missing"; exit 1; }
[ "$(grep -vc '^#' "$list")" -gt 100 ] || { echo 'FAIL: the list is empty'; exit 1; }
