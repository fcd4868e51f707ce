/*
 * reset-synchronous-kept.c: ScsiAdapterResetBusSynchronous succeeds while a request is outstanding
 *
 * rule: reset-outstanding
 * fault: action=device-reset at=5us spread=20us
 */
#include "ram.h"

static ULONG FindAdapter(PRAM_ADAPTER Adapter, PPORT_CONFIGURATION_INFORMATION Config)
{
    BOOLEAN Features[StorportFeatureMax] = {FALSE};

    UNREFERENCED_PARAMETER(Config);
    Features[StorportFeatureResetBusSynchronous] = TRUE;
    StorPortSetFeatureList(Adapter, StorportFeatureMax, Features);
    return SP_RETURN_FOUND;
}

static VOID Control(PRAM_ADAPTER Adapter, SCSI_ADAPTER_CONTROL_TYPE Type, PVOID Parameters)
{
    if (Type == ScsiQuerySupportedControlTypes) {
        RamSupport(Parameters, ScsiAdapterResetBusSynchronous);
    }
#ifndef VIOLATE
    if (Type == ScsiAdapterResetBusSynchronous) {
        STOR_LOCK_HANDLE Lock;

        StorPortAcquireSpinLock(Adapter, StartIoLock, NULL, &Lock);
        RamDrain(Adapter, SRB_STATUS_BUS_RESET);
        StorPortReleaseSpinLock(Adapter, &Lock);
    }
#else
    UNREFERENCED_PARAMETER(Adapter);
#endif
}

const RAM_HOOKS RamHooks = {.FindAdapter = FindAdapter, .Control = Control};
