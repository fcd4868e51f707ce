/*
 * pause-and-busy.c: requests stop while the adapter or the unit is paused or busy, and flow again.
 */
#include "ram.h"

/* The StartIo lock keeps HwStorStartIo out, so what it sets is seen by the next call. */
static BOOLEAN Paused;
static ULONG Calls;
static PVOID Timer;

static HW_TIMER_EX Again;
static VOID Again(PVOID DeviceExtension, PVOID Context)
{
    STOR_LOCK_HANDLE Lock;

    UNREFERENCED_PARAMETER(Context);
    StorPortAcquireSpinLock(DeviceExtension, StartIoLock, NULL, &Lock);
    Paused = FALSE;
    StorPortReleaseSpinLock(DeviceExtension, &Lock);
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
        Paused = TRUE;
        ASSERT(StorPortRequestTimer(Adapter, Timer, Again, NULL, 20000, 0) == STOR_STATUS_SUCCESS);
    }
    return TRUE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = PassiveInitialize, .StartIo = StartIo};
