/*
 * timer-behind-stop.c: the timer goes on when the adapter is stopped
 *
 * rule: storport-usage
 * windows: -
 * fault: action=stop-adapter at=5us spread=50us
 */
#include "ram.h"

static HW_TIMER Tick;
static VOID Tick(PVOID DeviceExtension)
{
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
#ifndef VIOLATE
    if (Type == ScsiStopAdapter) {
        StorPortNotification(RequestTimerCall, Adapter, Tick, 0);
    }
#endif
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = PassiveInitialize, .Control = Control};
