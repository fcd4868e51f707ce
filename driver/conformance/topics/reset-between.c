/*
 * reset-between.c: a reset between HwStorBuildIo and HwStorStartIo of a request. It belongs to the port driver in
 * between: the reset leaves it alone, and it may come to HwStorStartIo afterwards.
 *
 * scenario: reset
 * reach: 1
 */
#include "ram.h"

static LONG Built; /* interlocked: HwStorBuildIo had them, HwStorStartIo not yet */

static BOOLEAN BuildIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Srb);
    InterlockedIncrement(&Built);
    return TRUE;
}

static BOOLEAN StartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Srb);
    InterlockedDecrement(&Built);
    return TRUE;
}

static BOOLEAN ResetBus(PRAM_ADAPTER Adapter)
{
    if (InterlockedOr(&Built, 0) > 0) {
        RAM_REACHED(Adapter, 1);
    }
    return TRUE;
}

const RAM_HOOKS RamHooks = {.BuildIo = BuildIo, .StartIo = StartIo, .ResetBus = ResetBus};
