/*
 * divide-by-zero.c: a division by zero
 *
 * rule: driver-fault
 * windows: 0x7E
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Srb);
#ifdef VIOLATE
    volatile ULONG Zero = 0;

    Adapter->Served = 7 / Zero;
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.Serve = Hook};
