/*
 * port-unmapped.c: I/O ports are used of an adapter that has none
 *
 * rule: storport-usage
 * windows: 0xF1/2005
 * set: check.storport-usage=warn
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter)
{
#ifdef VIOLATE
    StorPortReadPortUchar(Adapter, (PUCHAR)(ULONG_PTR)0x1F7);
    StorPortReadPortUshort(Adapter, (PUSHORT)(ULONG_PTR)0x1F0);
    StorPortReadPortUlong(Adapter, (PULONG)(ULONG_PTR)0x1F0);
    StorPortWritePortUchar(Adapter, (PUCHAR)(ULONG_PTR)0x1F7, 0);
    StorPortWritePortUshort(Adapter, (PUSHORT)(ULONG_PTR)0x1F0, 0);
    StorPortWritePortUlong(Adapter, (PULONG)(ULONG_PTR)0x1F0, 0);
#else
    UNREFERENCED_PARAMETER(Adapter);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = Hook};
