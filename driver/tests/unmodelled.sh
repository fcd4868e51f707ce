#!/bin/bash
# driver/tests/unmodelled.sh - routines that storsim lets fail politely are told of at the end of a run and of a sweep,
# in words and as JSON, with those of the start-up; nothing is told of a driver that calls none.
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

# says FILE REGULAR-EXPRESSION
says() { grep -qE -- "$2" "$1" || fail "no line like '$2' in: $(cat "$1")"; }

cat >s.ini <<'END'
[controller]
namespace = 1m
[workload main]
iodepth = 1
number_ios = 5
END
cat >calls.c <<'END'
#include "ram.h"

static BOOLEAN Initialize(PRAM_ADAPTER Adapter)
{
    return StorPortFreeHostMemoryBuffer(Adapter, NULL, 0) == STOR_STATUS_UNSUCCESSFUL;
}

static BOOLEAN StartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    PVOID Mdl;

    if (RamIsData(Srb) && StorPortGetDataInBufferMdl(Adapter, Srb, &Mdl) != STOR_STATUS_NOT_IMPLEMENTED) {
        RamComplete(Adapter, Srb, SRB_STATUS_ERROR);
        return FALSE;
    }
    return TRUE;
}

const RAM_HOOKS RamHooks = {.Initialize = Initialize, .StartIo = StartIo};
END
echo '#include "ram.h"
const RAM_HOOKS RamHooks = {0};' >quiet.c

for name in calls quiet; do
    "$cc" -o $name.so -I "$ram" "$ram/ram.c" $name.c || fail "$name does not build"
done

"$storsim" run s.ini --driver ./calls.so >out 2>err || fail "run: $(cat out err)"
says out '^the driver also called: StorPortFreeHostMemoryBuffer 1 time \(not modelled, answered STOR_STATUS_UNSUCCESSFUL\)$'
says out '^the driver also called: StorPortGetDataInBufferMdl 5 times \(not modelled, answered STOR_STATUS_NOT_IMPL'
"$storsim" run s.ini --driver ./calls.so --json >out 2>err || fail "run --json: $(cat out err)"
says out '"not_modelled":\[\{"routine":"StorPortFreeHostMemoryBuffer","calls":1,"answer":"STOR_STATUS_UNSUCCESSFUL"\},\{"routine":"StorPortGetDataIn'

"$storsim" sweep s.ini --driver ./calls.so --seeds 1-3 --out r >out 2>err || fail "sweep: $(cat out err)"
says out '^  the driver also called: StorPortGetDataInBufferMdl 15 times \(not modelled, '
"$storsim" sweep s.ini --driver ./calls.so --seeds 1-3 --out j --json >out 2>err || fail "sweep --json: $(cat out err)"
says out '"not_modelled":\[\{"routine":"StorPortFreeHostMemoryBuffer","calls":3,'

"$storsim" run s.ini --driver ./quiet.so >out 2>err || fail "run of a quiet driver: $(cat out err)"
grep -q 'also called' out && fail "told of a driver that calls none: $(cat out)"
"$storsim" sweep s.ini --driver ./quiet.so --seeds 1-3 --out q --json >out 2>err || fail "sweep of it: $(cat out err)"
says out '"not_modelled":\[\]'
exit $bad
