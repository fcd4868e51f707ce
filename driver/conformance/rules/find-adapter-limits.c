/*
 * find-adapter-limits.c: HwStorFindAdapter leaves the transfer limits as they were
 *
 * rule: storport-usage
 * windows: StorPortFindAdapter
 */
#include "ram.h"

static ULONG Hook(PRAM_ADAPTER Adapter, PPORT_CONFIGURATION_INFORMATION Config)
{
    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Config);
#ifdef VIOLATE
    Config->MaximumTransferLength = SP_UNINITIALIZED_VALUE;
    Config->NumberOfPhysicalBreaks = SP_UNINITIALIZED_VALUE;
#endif
    return SP_RETURN_FOUND;
}

const RAM_HOOKS RamHooks = {.FindAdapter = Hook};
