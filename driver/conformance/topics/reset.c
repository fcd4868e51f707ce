/*
 * reset.c: HwStorResetBus at DISPATCH, not while HwStorStartIo runs; everything comes back BUS_RESET.
 *
 * scenario: reset
 */
#include "ram.h"

static BOOLEAN InStartIo; /* StartIo lock */
static ULONG Resets;      /* StartIo lock */

static BOOLEAN StartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    InStartIo = TRUE;
    if (RamIsData(Srb)) {
        RamQueue(Adapter, Srb);
        InStartIo = FALSE;
        return FALSE;
    }
    InStartIo = FALSE;
    return TRUE;
}

static BOOLEAN ResetBus(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
    ASSERT(KeGetCurrentIrql() == DISPATCH_LEVEL);
    ASSERT(!InStartIo);
    ASSERT(++Resets == 1);
    return TRUE;
}

const RAM_HOOKS RamHooks = {.StartIo = StartIo, .ResetBus = ResetBus};
