/*
 * virtual-device.c: a physical miniport says that it is a virtual one
 *
 * rule: storport-usage
 * windows: StorPortVirtualDevice
 */
#include "ram.h"

static ULONG Hook(PRAM_ADAPTER Adapter, PPORT_CONFIGURATION_INFORMATION Config)
{
    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Config);
#ifdef VIOLATE
    Config->VirtualDevice = TRUE;
#endif
    return SP_RETURN_FOUND;
}

const RAM_HOOKS RamHooks = {.FindAdapter = Hook};
