/*
 * recovery.h: a reset that gives everything back, pauses the adapter and goes on in a timer, for topics to meet it halfway.
 *
 * A second reset during the first finds the recovery under way: it has nothing to give back, counts no second pause, and
 * starts the recovery anew.
 */
#pragma once
#include "ram.h"

#define RECOVERY_STEPS 3
#ifndef RECOVERY_PAUSES
#define RECOVERY_PAUSES TRUE /* else requests come on, and the topic has to do something about them */
#endif

static ULONG Recovering; /* StartIo lock: steps left */
static VOID (*RecoveryOver)(PRAM_ADAPTER Adapter); /* optional; at its end, under the StartIo lock */
static HW_TIMER RecoveryTimer;

static VOID RecoveryTimer(PVOID DeviceExtension)
{
    if (--Recovering != 0) {
        StorPortNotification(RequestTimerCall, DeviceExtension, RecoveryTimer, 10000);
        return;
    }
    if (RECOVERY_PAUSES) {
        StorPortResume(DeviceExtension);
    }
    if (RecoveryOver) {
        RecoveryOver(DeviceExtension);
    }
}

/* In HwStorResetBus, which holds the StartIo lock. */
static VOID RecoveryBegin(PRAM_ADAPTER Adapter)
{
    if (RECOVERY_PAUSES && Recovering == 0) {
        ASSERT(StorPortPause(Adapter, 30));
    }
    Recovering = RECOVERY_STEPS;
    StorPortNotification(RequestTimerCall, Adapter, RecoveryTimer, 10000);
}

/* The same lock is not held by ScsiStopAdapter, but nothing else runs then: the pause does not outlive it. */
static VOID RecoveryEnd(PRAM_ADAPTER Adapter)
{
    if (Recovering != 0) {
        Recovering = 0;
        StorPortNotification(RequestTimerCall, Adapter, RecoveryTimer, 0);
        if (RECOVERY_PAUSES) {
            StorPortResume(Adapter);
        }
    }
}
