/*
 * device-base-foreign.c: registers are mapped that PnP did not assign
 *
 * rule: storport-usage
 * windows: 0xF1/2003
 */
#include "ram.h"

static ULONG Hook(PRAM_ADAPTER Adapter, PPORT_CONFIGURATION_INFORMATION Config)
{
    STOR_PHYSICAL_ADDRESS Address;

    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Config);
#ifdef VIOLATE
    Address = (*Config->AccessRanges)[0].RangeStart;
    Address.QuadPart += 0x10000000;
    StorPortGetDeviceBase(Adapter, Config->AdapterInterfaceType, Config->SystemIoBusNumber, Address, 4096, FALSE);
#else
    Address = (*Config->AccessRanges)[0].RangeStart;
    StorPortGetDeviceBase(Adapter, Config->AdapterInterfaceType, Config->SystemIoBusNumber, Address, 4096, FALSE);
#endif
    return SP_RETURN_FOUND;
}

const RAM_HOOKS RamHooks = {.FindAdapter = Hook};
