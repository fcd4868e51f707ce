/*
 * endless-loop.c: a loop that never ends
 *
 * rule: driver-hang
 * windows: 0x133
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Srb);
#ifdef VIOLATE
    while (Adapter->Served < 100000000) {
        *(volatile ULONG *)&Adapter->Served = 0;
    }
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.Serve = Hook};
