#!/bin/bash
# driver/tests/levels.sh - a miniport that is built for an older Windows has that version's records, and runs.
set -u
storsim=${STORSIM:?path of the program}
cc=${STORSIM_CC:?path of storsim-cc}
ram=${STORSIM_SOURCE:?root of the source}/driver/conformance
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export XDG_STATE_HOME=$folder NO_COLOR=1
bad=0

fail() { echo "FAIL: $*"; bad=1; }

cat >s.ini <<'END'
[controller]
namespace = 1m
[workload main]
iodepth = 4
number_ios = 20
END
cat >level.c <<'END'
#include "ram.h"
C_ASSERT(NTDDI_VERSION == LEVEL);
C_ASSERT(sizeof(HW_INITIALIZATION_DATA) == RECORD);
const RAM_HOOKS RamHooks = {0};
END

# level OPTION LEVEL RECORD
level() {
    "$cc" -o level.so -I "$ram" "$1" -DLEVEL="$2" -DRECORD="$3" "$ram/ram.c" level.c ||
        { fail "$1 does not build"; return; }
    "$storsim" run s.ini --driver ./level.so >out 2>err || fail "$1: $(cat out err)"
}
level -D_WIN32_WINNT=0x0601 NTDDI_WIN7 0x88
level -DNTDDI_VERSION=0x06010100 NTDDI_WIN7SP1 0x88
level -DNTDDI_VERSION=NTDDI_WIN8 NTDDI_WIN8 0xD0
level -DNTDDI_VERSION=NTDDI_WIN10_VB NTDDI_WIN10_VB 0xD0
level -D_WIN32_WINNT=0x0A00 NTDDI_WIN11_GE 0xD0

"$cc" -o level.so -I "$ram" -D_WIN32_WINNT=0x0601 -DNTDDI_VERSION=NTDDI_WIN8 -DLEVEL=0 -DRECORD=0 "$ram/ram.c" level.c \
    >out 2>&1 && fail "two versions at once were accepted"
grep -q 'name different versions of Windows' out || fail "not told why: $(cat out)"
exit $bad
