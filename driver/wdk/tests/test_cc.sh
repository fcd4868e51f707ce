#!/bin/bash
# storsim-cc takes what a driver's build passes, says what is wrong in the driver's words, and builds the same bytes twice.
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
# expect STATUS 'PART OF THE OUTPUT' COMMAND...: the output is then in $output
expect() {
    local status=$1 wanted=$2 got
    shift 2
    output=$("$@" 2>&1)
    got=$?
    [ $got = "$status" ] || fail "status $got, not $status: $* : $output"
    case $output in *"$wanted"*) ;; *) fail "no '$wanted' from: $* : $output" ;; esac
}
# also 'PART': the last output has this too
also() { case $output in *"$1"*) ;; *) fail "no '$1' in: $output" ;; esac; }
# said N 'PART': the last output has it N times
said() { [ "$(grep -cF -- "$2" <<<"$output")" = "$1" ] || fail "not $1 times '$2' in: $output"; }

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

# ---- the command line ----
expect 0 'usage: storsim-cc' "$cc" --help
expect 0 'storsim-cc, WDK headers version' "$cc" --version
expect 2 'no sources given' "$cc"
expect 2 'unknown option --nonsense' "$cc" --nonsense good.c
expect 2 'did you mean --prefix-map?' "$cc" --prefix-mop a=b good.c
expect 2 'notes.txt is not a C source' "$cc" notes.txt
expect 2 '-o needs a value' "$cc" -o
expect 2 "-j takes a number from 1, not 'x'" "$cc" -j x good.c
expect 2 'driver.cpp: C++' "$cc" driver.cpp
expect 2 'there are several sources' "$cc" -c good.c helper.c -o x.o
expect 2 'no file has such a name' "$cc" 'none*.c'
expect 2 '. is a folder' "$cc" .
expect 2 'cannot read /absent/absent.c' "$cc" /absent/absent.c
expect 1 'cannot read absent.c' "$cc" absent.c
expect 1 'there is no folder nowhere' "$cc" -o nowhere/x.so good.c
expect 1 'needs no-such-clang, which is not installed' env STORSIM_CLANG=no-such-clang "$cc" good.c

# ---- what keeps sources from being a module ----
expect 1 'none of the sources defines DriverEntry' "$cc" helper.c
expect 1 'DriverEntry is defined 2 times' "$cc" good.c helper.c second.c
expect 1 'does not compile: broken.c' "$cc" good.c broken.c helper.c
expect 1 'waits.c:2: error: f calls KeWaitForSingleObject, a routine of the kernel' "$cc" good.c waits.c helper.c
also 'models/storport/README.md tables the routines that storsim models. --stub KeWaitForSingleObject (or --allow-missing'
echo '#include <ntddk.h>
ULONG Helper(void) { return 1; }' >again.c
expect 1 "Helper is defined twice, in helper.c and in again.c" "$cc" good.c helper.c again.c
expect 1 'good.c:3: error: DriverEntry calls Helper, which none of' "$cc" good.c
echo 'void StorPortNotify(void *); void *malloc(unsigned); extern int InitSafeBootMode;
int Helper(void) { StorPortNotify(malloc(1)); return InitSafeBootMode; }' >names.c
expect 1 'names.c:2: error: Helper calls malloc, which a miniport does not have; StorPortAllocatePool is' "$cc" good.c names.c
also 'Helper uses InitSafeBootMode'
echo 'void StorPortPuase(void *); int Helper(void) { StorPortPuase(0); return 1; }' >typo.c
expect 1 'did you mean StorPortPause?' "$cc" good.c typo.c
echo 'int Helper(void) { static __declspec(thread) int count; return count++; }' >thread.c
expect 1 'thread.c: Helper.count: a thread-local variable' "$cc" good.c thread.c
echo '#define TEXT "asm"
#ifdef NEVER
int g(void) { __asm { nop } }
#endif
int Helper(void) {
    __asm__ volatile("mfence");
    return 1; }' >asm.c
expect 1 'asm.c:6: error: inline assembly, whose accesses storsim does not see' "$cc" good.c asm.c
expect 0 '' "$cc" -o asm.so --allow-asm good.c asm.c
sed -i '/mfence/d' asm.c
expect 0 '' "$cc" -o asm.so good.c asm.c
rm -f asm.so

echo '#include <WDF.h>' >header.c
expect 1 "header.c:1:10: error: storsim has no <wdf.h>; of the WDK's headers it is KMDF" "$cc" header.c
echo '#include <windows.h>' >header.c
expect 1 "storsim has no <windows.h>: a kernel driver has neither" "$cc" header.c
echo '#include <storeport.h>' >header.c
expect 1 "storsim has no <storeport.h>; did you mean <storport.h>?" "$cc" header.c
echo '#include "mine/own.h"' >header.c
expect 1 'storsim has no <mine/own.h>, and no folder given with -I has' "$cc" header.c
echo 'ULONG f(UNHEARD_OF x) { return 0; }' >undeclared.c
expect 1 "undeclared.c:1: ULONG: from <storport.h>, whose #include may be missing" "$cc" undeclared.c
also "no header of storsim's has UNHEARD_OF. If it is the driver's own"
echo 'namespace x { class y; }' >plus.c
expect 1 'this looks like C++' "$cc" plus.c
[ "$(echo *.so *.o)" = '*.so *.o' ] || fail "a failed build left $(echo *.so *.o)"

# A warning in a header is told once, whatever number of sources include it; -Werror makes it an error.
echo '#include <ntddk.h>
static __inline ULONG Twice(ULONG x) { ULONG unused; return 2 * x; }' >warn.h
for i in 1 2 3; do echo "#include \"warn.h\"
ULONG F$i(void) { return Twice($i); }" >warn$i.c; done
expect 0 'warn.h:2:46: warning: unused variable' "$cc" -Wall -o warn.so good.c helper.c warn1.c warn2.c warn3.c
said 1 'unused variable'
expect 1 'error: unused variable' "$cc" -Wall -Werror -o warn.so good.c helper.c warn1.c warn2.c
rm -f warn.so

# ---- what a driver's build passes ----
mkdir -p 'a folder/Inc Dir' lib
cp good.c helper.h 'a folder'
cp helper.c "a folder/help er's.c"
echo '#pragma once
#define FORCED 3' >'a folder/Inc Dir/Forced.h'
echo '#include "..\A FOLDER\inc dir\FORCED.H"
#include <Sub\Deep.H>
/* begin_wpp config
   FUNC TraceInit{LEVEL=TRACE_LEVEL_INFORMATION}(FLAGS, MSG, ...);
   USEPREFIX(TraceInit, "%!STDPREFIX!");
   end_wpp */
#include "trace.tmh"
int Extra(void) { TraceInit(NO_SUCH_FLAG, "x"); TraceEvents(NO, NO, "y"); return FORCED + NUMBER + sizeof(TEXT) + WPP; }' >lib/extra.c
mkdir 'a folder/Inc Dir/sub'
echo '#define WPP 1' >'a folder/Inc Dir/sub/deep.h'
expect 0 '' "$cc" -o spaces.so 'a folder/good.c' "a folder/help er's.c" lib/extra.c -I 'a folder/Inc Dir' \
    -DNUMBER=1 -D 'TEXT="a b"' -include forced.h -include 'a folder/Inc Dir/forced.h' -isystem lib -O2 -Wall -Wextra -std=gnu11 \
    -fPIC -shared -g -m64 -lstorport ntoskrnl.lib -Wl,--as-needed -pthread
cat >args.rsp <<'END'
-o response.so "a folder/good.c" 'a folder/help er'"'"'s.c' lib/extra.c
-I"a folder/Inc Dir" -DNUMBER=1 -DTEXT=\"ab\" @more.rsp
END
echo '-include forced.h' >more.rsp
expect 0 '' "$cc" @args.rsp
expect 2 '@none.rsp: No such file' "$cc" @none.rsp
echo '@loop.rsp' >loop.rsp
expect 2 'response files name each other' "$cc" @loop.rsp
printf '/nologo /W4 /WX- /Zi /GS /Gz /Zp8 /kernel /c- /Oy- /wd4100 /DNUMBER=1 /D TEXT=\\"ab\\" /I"a folder\\Inc Dir"\r\n' |
    sed 's: /c-::' >ms.rsp
printf '/FI"a folder\\Inc Dir\\Forced.h" /Fems.so "a folder\\good.c" lib\\extra.c helper.c /link /DRIVER x.lib\r\n' >>ms.rsp
iconv -f utf-8 -t utf-16 ms.rsp >ms16.rsp
for file in ms ms16; do
    rm -f ms.so
    expect 0 '' "$cc" --rsp-quoting=windows @$file.rsp
    [ -e ms.so ] || fail "no ms.so from $file.rsp"
done
expect 2 '/std:c++17: C++' "$cc" /std:c++17 good.c
expect 0 'StorPortInitialize(' "$cc" -E good.c
expect 0 '' "$cc" -fsyntax-only good.c helper.c
expect 0 'clang --target=x86_64-pc-windows-msvc-elf' "$cc" --show --keep -o keep.so good.c helper.c
kept=$(sed -n 's/^storsim-cc: intermediate files are in //p' <<<"$output")
[ -f "$kept/module.o" ] || fail "--keep keeps nothing in '$kept'"
case $kept in /*/storsim-cc.*) rm -r "$kept" ;; esac
expect 0 '' "$cc" -o database.so --compile-commands compile_commands.json good.c helper.c
python3 -c 'import json; d = json.load(open("compile_commands.json")); assert [e["file"] for e in d] == ["good.c", "helper.c"]' ||
    fail 'compile_commands.json'

# Names as on a disk that knows no case; what cl.exe does not warn of at /W4; intrinsics of <wdm.h>.
printf '#include <wdm.h>\nULONG Bits(ULONG64 m)\n{\n    LARGE_INTEGER zero = {0};\n    ULONG i;\n    PVOID p = &zero;\n    ULONG *q = p;\n
    return BitScanForward(&i, *q | 8) && _BitScanReverse64(&i, m) ? i : 0;\n}\n' >UPPER.C
expect 0 '' "$cc" /nologo /W4 /WX -c -o upper.o UPPER.C

# Objects, their dependencies, archives; linked they are the same module as in one step.
cp helper.h ./Other.h
expect 0 '' "$cc" -c good.c -MMD -MF good.dep
[ "$(tr -d '\\\n' <good.dep | tr -s ' ' | sed 's/ *$//')" = "good.o: good.c helper.h" ] || fail "good.dep: $(cat good.dep)"
expect 0 '' "$cc" -c -MD -DDBG=1 helper.c
grep -q 'ntdef\.h' helper.d || fail "helper.d: $(cat helper.d)"
grep -q storsim-cc helper.d && fail "helper.d names temporary files: $(cat helper.d)"
expect 0 '' "$cc" -o one.so good.c helper.c
expect 0 '' "$cc" -o two.so --name one good.o helper.o
cmp one.so two.so || fail 'in two steps it is another module'
ar rcs libhelp.a helper.o
expect 0 '' "$cc" -o three.so good.o libhelp.a
expect 0 '' "$cc" -c -o lib/ waits.c
ar rcs libwaits.a helper.o lib/waits.o
expect 0 '' "$cc" -o three.so good.o libwaits.a
expect 1 'waits.c:2: error: f calls KeWaitForSingleObject' "$cc" -o three.so good.o helper.o lib/waits.o
gcc -c -o foreign.o -x c - <<<'int f(void) { return 1; }'
expect 1 "foreign.o was not made by 'storsim-cc -c'" "$cc" good.o helper.o foreign.o
cp good.dep text.o
expect 1 "text.o is no object" "$cc" good.o text.o
cp good.dep text.a
expect 1 "text.a is no archive" "$cc" good.o text.a
version=$(sed -n 's/^#define STORSIM_WDK_VERSION //p' "$driver/wdk/storsim_module.h")
sed "s/wdk $version dbg/wdk 7 dbg/" helper.o >old.o
expect 1 "old.o was compiled with header version 7, this storsim-cc has $version" "$cc" good.o old.o
expect 0 '' "$cc" -c -DDBG=0 -o free.o helper.c
expect 0 'some of the objects were compiled with DBG and some without' "$cc" -o mixed.so good.o free.o

# A routine that storsim lacks, asked for in so many words.
expect 0 '' "$cc" -o stub.so --stub KeWaitForSingleObject good.c waits.c helper.c
expect 0 '' "$cc" -o stub.so --allow-missing good.c waits.c helper.c
nm -D stub.so | grep -q 'U storsim_missing_routine' || fail 'the stand-in does not tell'
expect 0 'the driver does not need it' "$cc" -o stub.so --stub NoSuch good.c helper.c

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
readelf -SW one/m.so | grep -qE '\.init_array|\.storsim\.object' && fail 'the module has constructors or the note of objects'

# The list of routines is what the headers declare.
grep -v '^#' "$driver/wdk/exports.txt" | diff - <("$driver/wdk/tests/list_routines.sh" "$driver/wdk" | LC_ALL=C sort) ||
    fail 'exports.txt is not what tests/list_routines.sh prints'

# Installed below a prefix, it finds its headers there.
mkdir -p prefix/bin prefix/share/storsim
cp "$cc" prefix/bin
cp -r "$driver/wdk" "$driver/cc" prefix/share/storsim
expect 0 '' prefix/bin/storsim-cc -o installed.so one/good.c one/helper.c
rm -r prefix/share
expect 1 'cannot find its parts' prefix/bin/storsim-cc one/good.c

[ $failures = 0 ] && echo 'all as expected'
exit $((failures != 0))
