/*
 * nested-reset-paused.c: a second reset during the first pauses once more, and the recovery resumes once
 *
 * rule: adapter-stuck
 * windows: -
 * fault: action=reset at=5us spread=50us
 * fault: action=reset on=reset phase=return spread=25ms
 * set: port.pauses=count
 */
#include "ram.h"

static ULONG Recovering; /* StartIo lock */
static HW_TIMER Tick;

static VOID Tick(PVOID DeviceExtension)
{
    if (--Recovering != 0) {
        StorPortNotification(RequestTimerCall, DeviceExtension, Tick, 10000);
    } else {
        StorPortResume(DeviceExtension);
    }
}

static BOOLEAN ResetBus(PRAM_ADAPTER Adapter)
{
    BOOLEAN First = (BOOLEAN)(Recovering == 0);

#ifdef VIOLATE
    First = TRUE;
#endif
    if (First) {
        StorPortPause(Adapter, 1000);
    }
    Recovering = 3;
    StorPortNotification(RequestTimerCall, Adapter, Tick, 10000);
    return TRUE;
}

const RAM_HOOKS RamHooks = {.ResetBus = ResetBus};
