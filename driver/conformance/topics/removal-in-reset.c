/*
 * removal-in-reset.c: the device is pulled out while a reset recovers it.
 *
 * fault: action=reset at=5us spread=50us
 * fault: action=surprise-remove on=reset phase=enter spread=20ms
 * reach: 2
 */
#include "recovery.h"

static VOID Control(PRAM_ADAPTER Adapter, SCSI_ADAPTER_CONTROL_TYPE Type, PVOID Parameters)
{
    STOR_LOCK_HANDLE Lock;

    if (Type == ScsiQuerySupportedControlTypes) {
        RamSupport(Parameters, ScsiAdapterSurpriseRemoval);
    } else if (Type == ScsiAdapterSurpriseRemoval) {
        StorPortAcquireSpinLock(Adapter, StartIoLock, NULL, &Lock);
        if (Recovering != 0) {
            RAM_REACHED(Adapter, 1);
        }
        RecoveryEnd(Adapter);
        RamDrain(Adapter, SRB_STATUS_NO_DEVICE);
        StorPortReleaseSpinLock(Adapter, &Lock);
    } else if (Type == ScsiStopAdapter) {
        RAM_REACHED(Adapter, 2);
        RecoveryEnd(Adapter);
    }
}

static BOOLEAN ResetBus(PRAM_ADAPTER Adapter)
{
    RecoveryBegin(Adapter);
    return TRUE;
}

const RAM_HOOKS RamHooks = {.Control = Control, .ResetBus = ResetBus};
