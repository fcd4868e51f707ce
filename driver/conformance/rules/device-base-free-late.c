/*
 * device-base-free-late.c: registers are unmapped outside of HwStorFindAdapter
 *
 * rule: storport-usage
 * windows: Driver Verifier: StorPortFreeDeviceBase
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    StorPortFreeDeviceBase(Adapter, Adapter->Registers);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = Hook};
