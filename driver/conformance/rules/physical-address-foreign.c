/*
 * physical-address-foreign.c: the physical address of the stack is asked for
 *
 * rule: storport-usage
 * windows: 0xF1/1006
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter)
{
    ULONG Length = 0;

    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    StorPortGetPhysicalAddress(Adapter, NULL, &Length, &Length);
#else
    StorPortGetPhysicalAddress(Adapter, NULL, Adapter->Uncached, &Length);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = Hook};
