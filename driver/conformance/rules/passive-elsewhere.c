/*
 * passive-elsewhere.c: passive initialisation is asked for outside of HwStorInitialize
 *
 * rule: storport-usage
 * windows: StorPortEnablePassive
 */
#include "ram.h"

static HW_PASSIVE_INITIALIZE_ROUTINE Late;

static BOOLEAN Late(PVOID DeviceExtension)
{
    UNREFERENCED_PARAMETER(DeviceExtension);
    return TRUE;
}

HW_PASSIVE_INITIALIZE_ROUTINE *const LateIsUsed = Late;

static BOOLEAN Hook(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    StorPortEnablePassiveInitialization(Adapter, Late);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = Hook};
