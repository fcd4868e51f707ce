/*
 * timers.c: both kinds of timers: armed, armed again, cancelled, late but never early.
 */
#include "ram.h"

static PVOID Timer;
static LONGLONG Armed;
static volatile LONG Adapters, Extras; /* interlocked */

static LONGLONG Now(VOID)
{
    LARGE_INTEGER Time;

    StorPortQuerySystemTime(&Time);
    return Time.QuadPart;
}

static HW_TIMER AdapterTimer;
static VOID AdapterTimer(PVOID DeviceExtension)
{
    UNREFERENCED_PARAMETER(DeviceExtension);
    ASSERT(KeGetCurrentIrql() == DISPATCH_LEVEL);
    InterlockedIncrement(&Adapters);
}

static HW_TIMER_EX ExtraTimer;
static VOID ExtraTimer(PVOID DeviceExtension, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceExtension);
    ASSERT(Context == &Timer);
    ASSERT(KeGetCurrentIrql() == DISPATCH_LEVEL);
    ASSERT(Now() - Armed >= 20 * 10000);
    InterlockedIncrement(&Extras);
}

static VOID Wait(volatile LONG *Count, LONG Wanted)
{
    while (InterlockedCompareExchange(Count, 0, 0) < Wanted) {
        StorPortStallExecution(500);
    }
}

static BOOLEAN PassiveInitialize(PRAM_ADAPTER Adapter)
{
    ASSERT(StorPortInitializeTimer(Adapter, &Timer) == STOR_STATUS_SUCCESS);
    Armed = Now();
    ASSERT(StorPortRequestTimer(Adapter, Timer, ExtraTimer, &Timer, 20000, 0) == STOR_STATUS_SUCCESS);
    ASSERT(StorPortRequestTimer(Adapter, Timer, ExtraTimer, &Timer, 20000, 0) == STOR_STATUS_BUSY);
    Wait(&Extras, 1);
    ASSERT(StorPortRequestTimer(Adapter, Timer, ExtraTimer, &Timer, 1000000, 0) == STOR_STATUS_SUCCESS);
    ASSERT(StorPortRequestTimer(Adapter, Timer, ExtraTimer, &Timer, 0, 0) == STOR_STATUS_SUCCESS); /* cancelled */
    ASSERT(StorPortFreeTimer(Adapter, Timer) == STOR_STATUS_SUCCESS);

    StorPortNotification(RequestTimerCall, Adapter, AdapterTimer, 5000000);
    StorPortNotification(RequestTimerCall, Adapter, AdapterTimer, 5000); /* replaces */
    Wait(&Adapters, 1);
    StorPortNotification(RequestTimerCall, Adapter, AdapterTimer, 5000);
    StorPortNotification(RequestTimerCall, Adapter, AdapterTimer, 0); /* cancelled */
    StorPortStallExecution(999);
    return TRUE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = PassiveInitialize};
