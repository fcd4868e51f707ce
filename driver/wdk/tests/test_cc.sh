#!/bin/bash
# storsim-cc says what is wrong in the driver's words, and builds the same bytes twice.
# usage: test_cc.sh [DRIVER_FOLDER]
set -u
driver=$(readlink -f "${1:-$(dirname "$0")/../..}")
cc=$driver/storsim-cc
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
failures=0

fail() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}
# expect STATUS 'PART OF THE OUTPUT' COMMAND...
expect() {
    local status=$1 wanted=$2 output got
    shift 2
    output=$("$@" 2>&1)
    got=$?
    [ $got = "$status" ] || fail "status $got, not $status: $* : $output"
    case $output in *"$wanted"*) ;; *) fail "no '$wanted' from: $* : $output" ;; esac
}

cat >good.c <<'END'
#include <storport.h>
#include "helper.h"
ULONG DriverEntry(PVOID o, PVOID p) { return StorPortInitialize(o, p, NULL, NULL) + Helper(); }
END
echo '#include "HELPER.H"
ULONG Helper(void) { return sizeof("text") + (__FILE__[0] == 0); }' >helper.c
echo '#include <ntddk.h>
ULONG Helper(void);' >helper.h
echo '#include <ntddk.h>
LONG x; LONG KeWaitForSingleObject(PVOID); LONG f(void) { return KeWaitForSingleObject(&x); }' >waits.c
echo '#include <storport.h>
this is not C' >broken.c
echo '#include <ntddk.h>
ULONG DriverEntry(PVOID a, PVOID b) { return a == b; }' >second.c

expect 0 'usage: storsim-cc' "$cc" --help
expect 0 'storsim-cc, WDK headers version' "$cc" --version
expect 2 'no sources given' "$cc"
expect 2 'unknown option --nonsense' "$cc" --nonsense good.c
expect 2 'notes.txt is not a C source' "$cc" notes.txt
expect 2 '-o needs a value' "$cc" -o
expect 2 "-j takes a number from 1, not 'x'" "$cc" -j x good.c
expect 2 'storsim-cc builds a whole module' "$cc" -c good.c
expect 1 'cannot read absent.c' "$cc" absent.c
expect 1 'there is no folder nowhere' "$cc" -o nowhere/x.so good.c
expect 1 'none of the sources defines DriverEntry' "$cc" helper.c
expect 1 'DriverEntry is defined 2 times' "$cc" good.c helper.c second.c
expect 1 'does not compile: broken.c' "$cc" good.c broken.c helper.c
expect 1 'waits.c: calls KeWaitForSingleObject, which storsim does not provide' "$cc" good.c waits.c helper.c
echo '#include <ntddk.h>
ULONG Helper(void) { return 1; }' >again.c
expect 1 "multiple definition of \`Helper'" "$cc" good.c helper.c again.c
expect 1 'good.c: calls Helper, which storsim does not provide' "$cc" good.c
expect 1 'needs no-such-clang, which is not installed' env STORSIM_CLANG=no-such-clang "$cc" good.c
[ "$(echo *.so)" = '*.so' ] || fail "a failed build left $(echo *.so)"

# Built twice, in different folders, with the folder mapped away: the same bytes.
mkdir one two
cp good.c helper.c helper.h one
cp good.c helper.c helper.h two
for place in one two; do
    (cd $place && "$cc" --prefix-map "$PWD=." -o m.so good.c helper.c) || fail "does not build in $place"
done
cmp one/m.so two/m.so || fail 'the two builds differ'
grep -q "$tmp" one/m.so && fail 'the build names its folder'
exports=$(nm -D --defined-only one/m.so | awk '{ print $3 }' | sort | tr '\n' ' ')
[ "$exports" = 'DriverEntry storsim_module_info ' ] || fail "exports are $exports"
readelf -SW one/m.so | grep -q '\.debug_line' || fail 'there are no source lines in the module'
readelf -SW one/m.so | grep -q '\.init_array' && fail 'the module has constructors'

# The list of routines is what the headers declare.
grep -v '^#' "$driver/wdk/exports.txt" | diff - <("$driver/wdk/tests/list_routines.sh" "$driver/wdk" | LC_ALL=C sort) ||
    fail 'exports.txt is not what tests/list_routines.sh prints'

# Installed below a prefix, it finds its headers there.
mkdir -p prefix/bin prefix/share/storsim
cp "$cc" prefix/bin
cp -r "$driver/wdk" prefix/share/storsim/wdk
expect 0 '' prefix/bin/storsim-cc -o installed.so one/good.c one/helper.c
rm -r prefix/share
expect 1 'cannot find its headers' prefix/bin/storsim-cc one/good.c

[ $failures = 0 ] && echo 'all as expected'
exit $((failures != 0))
