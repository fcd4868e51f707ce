/*
 * bug-check.c: the driver stops the machine
 *
 * rule: driver-fault
 * windows: the code it names
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Srb);
#ifdef VIOLATE
    if (Adapter->Served == 5) {
        KeBugCheck(0xDEAD);
    }
#else
    UNREFERENCED_PARAMETER(Adapter);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.Serve = Hook};
