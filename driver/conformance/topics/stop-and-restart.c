/*
 * stop-and-restart.c: the SRB that says why, ScsiStopAdapter with nothing outstanding, no call until ScsiRestartAdapter;
 * the timer is cancelled in between.
 *
 * fault: action=stop-adapter at=5us spread=200us
 * reach: 3
 */
#include "ram.h"

static LONG Stopped; /* interlocked */
static HW_TIMER Tick;

static VOID Tick(PVOID DeviceExtension)
{
    ASSERT(InterlockedOr(&Stopped, 0) == 0);
    StorPortNotification(RequestTimerCall, DeviceExtension, Tick, 10000);
}

static BOOLEAN PassiveInitialize(PRAM_ADAPTER Adapter)
{
    StorPortNotification(RequestTimerCall, Adapter, Tick, 10000);
    return TRUE;
}

static VOID Control(PRAM_ADAPTER Adapter, SCSI_ADAPTER_CONTROL_TYPE Type, PVOID Parameters)
{
    UNREFERENCED_PARAMETER(Parameters);
    if (Type == ScsiStopAdapter) {
        ASSERT(InterlockedExchange(&Stopped, 1) == 0);
        ASSERT(Adapter->Outstanding == 0);
        StorPortNotification(RequestTimerCall, Adapter, Tick, 0);
        RAM_REACHED(Adapter, 2);
    } else if (Type == ScsiRestartAdapter) {
        ASSERT(InterlockedExchange(&Stopped, 0) == 1);
        StorPortNotification(RequestTimerCall, Adapter, Tick, 10000);
        RAM_REACHED(Adapter, 3);
    }
}

static BOOLEAN BuildIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    PSCSI_PNP_REQUEST_BLOCK Pnp = (PSCSI_PNP_REQUEST_BLOCK)Srb;

    ASSERT(InterlockedOr(&Stopped, 0) == 0);
    if (Srb->Function == SRB_FUNCTION_PNP && Pnp->PnPAction == StorStopDevice) {
        ASSERT((Pnp->SrbPnPFlags & SRB_PNP_FLAGS_ADAPTER_REQUEST) != 0);
        RAM_REACHED(Adapter, 1);
    }
    return TRUE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = PassiveInitialize, .Control = Control, .BuildIo = BuildIo};
