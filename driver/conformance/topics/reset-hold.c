/*
 * reset-hold.c: BusResetHoldTime: no HwStorStartIo for 50 ms after a bus reset, nor after one that the miniport detected.
 *
 * scenario: reset
 * reach: 2
 */
#include "ram.h"

static LARGE_INTEGER Until; /* StartIo lock: 100 ns */
static ULONG Calls;         /* StartIo lock */

static ULONG FindAdapter(PRAM_ADAPTER Adapter, PPORT_CONFIGURATION_INFORMATION Config)
{
    UNREFERENCED_PARAMETER(Adapter);
    Config->BusResetHoldTime = 50000;
    return SP_RETURN_FOUND;
}

/* Whether a second hold makes the first one longer is not said. */
static VOID Hold(VOID)
{
    LARGE_INTEGER Now;

    StorPortQuerySystemTime(&Now);
    if (Now.QuadPart >= Until.QuadPart) {
        Until.QuadPart = Now.QuadPart + 50 * 10000;
    }
}

static BOOLEAN ResetBus(PRAM_ADAPTER Adapter)
{
    RAM_REACHED(Adapter, 1);
    Hold();
    return TRUE;
}

static BOOLEAN StartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    LARGE_INTEGER Now;

    if (!RamIsData(Srb)) {
        return TRUE;
    }
    StorPortQuerySystemTime(&Now);
    ASSERT(Now.QuadPart >= Until.QuadPart);
    if (++Calls == 30) {
        RAM_REACHED(Adapter, 2);
        Hold();
        StorPortNotification(ResetDetected, Adapter);
        RamDrain(Adapter, SRB_STATUS_BUS_RESET);
        RamComplete(Adapter, Srb, SRB_STATUS_BUS_RESET);
        return FALSE;
    }
    return TRUE;
}

const RAM_HOOKS RamHooks = {.FindAdapter = FindAdapter, .ResetBus = ResetBus, .StartIo = StartIo};
