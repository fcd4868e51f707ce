/*
 * breakpoint.c: the driver runs into a breakpoint of its own
 *
 * rule: driver-fault
 * windows: 0x7E
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Srb);
#ifdef VIOLATE
    if (Adapter->Served == 5) {
        DbgBreakPoint();
    }
#else
    UNREFERENCED_PARAMETER(Adapter);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.Serve = Hook};
