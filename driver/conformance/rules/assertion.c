/*
 * assertion.c: an assertion of the driver's own fails
 *
 * rule: driver-assert
 * windows: 0xC4
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Srb);
#ifdef VIOLATE
    ASSERT(Adapter->Served == 12345);
#else
    ASSERT(Adapter->Uncached != NULL);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.StartIo = Hook};
