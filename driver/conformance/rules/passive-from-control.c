/*
 * passive-from-control.c: ScsiRestartAdapter does all that HwStorInitialize does, the call for passive initialisation too
 *
 * rule: storport-usage
 * windows: StorPortPassiveFromHwInit
 * fault: action=stop-adapter at=5us spread=50us
 */
#include "ram.h"

static HW_PASSIVE_INITIALIZE_ROUTINE Again;
static BOOLEAN Again(PVOID DeviceExtension)
{
    UNREFERENCED_PARAMETER(DeviceExtension);
    return TRUE;
}

static VOID Control(PRAM_ADAPTER Adapter, SCSI_ADAPTER_CONTROL_TYPE Type, PVOID Parameters)
{
    UNREFERENCED_PARAMETER(Parameters);
#ifdef VIOLATE
    if (Type == ScsiRestartAdapter) {
        StorPortEnablePassiveInitialization(Adapter, Again);
    }
#endif
}

const RAM_HOOKS RamHooks = {.Control = Control};
