/*
 * concurrent-channels.c: HwStorStartIo on several channels at once, without the StartIo lock.
 */
#include "ram.h"

static ULONG Channels;
static volatile LONG Inside, Most; /* interlocked */

static BOOLEAN PassiveInitialize(PRAM_ADAPTER Adapter)
{
    PERF_CONFIGURATION_DATA Data;

    RtlZeroMemory(&Data, sizeof(Data));
    Data.Version = STOR_PERF_VERSION;
    Data.Size = sizeof(Data);
    ASSERT(StorPortInitializePerfOpts(Adapter, TRUE, &Data) == STOR_STATUS_SUCCESS);
    ASSERT((Data.Flags & STOR_PERF_CONCURRENT_CHANNELS) != 0);
    Data.Flags = STOR_PERF_CONCURRENT_CHANNELS;
    Data.ConcurrentChannels = 2;
    ASSERT(StorPortInitializePerfOpts(Adapter, FALSE, &Data) == STOR_STATUS_SUCCESS);
    Channels = 2;
    return TRUE;
}

static BOOLEAN StartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    STARTIO_PERFORMANCE_PARAMETERS Parameters;
    STOR_LOCK_HANDLE Lock;
    LONG Now = InterlockedIncrement(&Inside);

    ASSERT(Channels == 0 || (ULONG)Now <= Channels);
    if (Now > InterlockedCompareExchange(&Most, 0, 0)) {
        InterlockedExchange(&Most, Now);
    }
    RtlZeroMemory(&Parameters, sizeof(Parameters));
    Parameters.Size = sizeof(Parameters);
    ASSERT(StorPortGetStartIoPerfParams(Adapter, Srb, &Parameters) == STOR_STATUS_SUCCESS);
    ASSERT(Channels == 0 || Parameters.ChannelNumber < Channels);
    InterlockedDecrement(&Inside);
    if (Channels == 0 || !RamIsData(Srb)) {
        return TRUE;
    }
    StorPortAcquireSpinLock(Adapter, StartIoLock, NULL, &Lock);
    RamQueue(Adapter, Srb);
    StorPortReleaseSpinLock(Adapter, &Lock);
    return FALSE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = PassiveInitialize, .StartIo = StartIo};
