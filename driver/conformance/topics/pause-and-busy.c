/*
 * pause-and-busy.c: requests stop while the adapter or the unit is paused or busy, and flow again.
 */
#include "ram.h"

static LONG Paused; /* interlocked: nobody says which locks a timer of StorPortRequestTimer holds */
static ULONG Calls; /* StartIo lock */
static PVOID Timer;

static HW_TIMER_EX Again;
static VOID Again(PVOID DeviceExtension, PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    ASSERT(InterlockedExchange(&Paused, 0) == 1);
    ASSERT(StorPortResume(DeviceExtension));
    ASSERT(StorPortDeviceReady(DeviceExtension, 0, 0, 0));
}

static BOOLEAN PassiveInitialize(PRAM_ADAPTER Adapter)
{
    return (BOOLEAN)(StorPortInitializeTimer(Adapter, &Timer) == STOR_STATUS_SUCCESS);
}

static BOOLEAN StartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    if (!RamIsData(Srb)) {
        return TRUE;
    }
    Calls++;
    if (Calls % 16 == 8) {
        StorPortDeviceBusy(Adapter, 0, 0, 0, 1);
    }
    if (Calls == 40) {
        ASSERT(StorPortPause(Adapter, 60));
        InterlockedExchange(&Paused, 1);
        ASSERT(StorPortRequestTimer(Adapter, Timer, Again, NULL, 20000, 0) == STOR_STATUS_SUCCESS);
    }
    return TRUE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = PassiveInitialize, .StartIo = StartIo};
