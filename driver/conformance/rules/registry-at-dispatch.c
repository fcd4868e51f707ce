/*
 * registry-at-dispatch.c: the registry is read in a DPC
 *
 * rule: irql
 * windows: StorPortIrql
 */
#include "ram.h"

static VOID Hook(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    ULONG Length = 4;
    UCHAR Value[4];

    StorPortRegistryRead(Adapter, (PUCHAR)"Value", 1, MINIPORT_REG_DWORD, Value, &Length);
#endif
}

const RAM_HOOKS RamHooks = {.Dpc = Hook};
