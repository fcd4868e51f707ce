/*
 * uncached-late.c: the uncached extension is asked for outside of HwStorFindAdapter
 *
 * rule: storport-usage
 * windows: 0xF1/2002
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    PORT_CONFIGURATION_INFORMATION Config;

    RtlZeroMemory(&Config, sizeof(Config));
    StorPortGetUncachedExtension(Adapter, &Config, PAGE_SIZE);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = Hook};
