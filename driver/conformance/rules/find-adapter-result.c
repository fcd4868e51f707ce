/*
 * find-adapter-result.c: HwStorFindAdapter returns something that is none of the four values
 *
 * rule: start-failed
 * windows: SpReturnValue
 */
#include "ram.h"

static ULONG Hook(PRAM_ADAPTER Adapter, PPORT_CONFIGURATION_INFORMATION Config)
{
    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Config);
#ifdef VIOLATE
    return 77;
#endif
    return SP_RETURN_FOUND;
}

const RAM_HOOKS RamHooks = {.FindAdapter = Hook};
