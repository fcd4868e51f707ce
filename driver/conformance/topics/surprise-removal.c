/*
 * surprise-removal.c: the device is pulled out while requests are with it. Registers read all ones; everything comes
 * back with NO_DEVICE when ScsiAdapterSurpriseRemoval says so, and what comes later at once.
 *
 * fault: action=surprise-remove at=5us spread=300us
 * reach: 2
 */
#include "ram.h"

static LONG Gone; /* interlocked */
static HW_TIMER Tick;

/* A slow device: what comes waits for the next tick. */
static VOID Tick(PVOID DeviceExtension)
{
    PRAM_ADAPTER Adapter = DeviceExtension;

    StorPortIssueDpc(Adapter, &Adapter->Dpc, NULL, NULL);
    StorPortNotification(RequestTimerCall, Adapter, Tick, 10000);
}

static BOOLEAN PassiveInitialize(PRAM_ADAPTER Adapter)
{
    StorPortNotification(RequestTimerCall, Adapter, Tick, 10000);
    return TRUE;
}

static VOID Control(PRAM_ADAPTER Adapter, SCSI_ADAPTER_CONTROL_TYPE Type, PVOID Parameters)
{
    STOR_LOCK_HANDLE Lock;

    if (Type == ScsiQuerySupportedControlTypes) {
        RamSupport(Parameters, ScsiAdapterSurpriseRemoval);
    } else if (Type == ScsiAdapterSurpriseRemoval) {
        ASSERT(Parameters == NULL);
        ASSERT(StorPortReadRegisterUlong(Adapter, Adapter->Registers) == 0xFFFFFFFF);
        ASSERT(InterlockedExchange(&Gone, 1) == 0);
        StorPortAcquireSpinLock(Adapter, StartIoLock, NULL, &Lock);
        if (!IsListEmpty(&Adapter->Queue)) {
            RAM_REACHED(Adapter, 1);
        }
        RamDrain(Adapter, SRB_STATUS_NO_DEVICE);
        StorPortReleaseSpinLock(Adapter, &Lock);
    } else if (Type == ScsiStopAdapter) {
        ASSERT(InterlockedOr(&Gone, 0) == 1);
        StorPortNotification(RequestTimerCall, Adapter, Tick, 0);
        RAM_REACHED(Adapter, 2);
    }
}

static BOOLEAN StartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    if (!RamIsData(Srb)) {
        return TRUE;
    }
    if (InterlockedOr(&Gone, 0) == 0) {
        InsertTailList(&Adapter->Queue, &((PRAM_REQUEST)SrbGetMiniportContext(Srb))->Link);
        return FALSE;
    }
    RamComplete(Adapter, Srb, SRB_STATUS_NO_DEVICE);
    return FALSE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = PassiveInitialize, .Control = Control, .StartIo = StartIo};
