/*
 * ramdisk.c: hooks for the miniport of driver/conformance/ram.h. With one of these defined it has a data race:
 *
 *   RACE_NO_LOCK      StartIo queues without the DPC's lock: the StartIo lock is not the DPC's
 *   RACE_TOUCH        StartIo writes to the extension after it has queued the request
 *   RACE_COUNTER      BuildIo counts requests without any lock
 *   RACE_FLAG         BuildIo counts interlocked, StartIo reads the counter plainly
 */
#include "ram.h"

typedef struct _RACE_ADAPTER {
    RAM_ADAPTER Ram;
    LONG Built; /* interlocked */
    LONG Seen;  /* StartIo lock */
} RACE_ADAPTER, *PRACE_ADAPTER;

typedef struct _RACE_REQUEST {
    RAM_REQUEST Ram;
    ULONG Touched;
} RACE_REQUEST, *PRACE_REQUEST;

static VOID RamRegister(PHW_INITIALIZATION_DATA Data)
{
    Data->DeviceExtensionSize = sizeof(RACE_ADAPTER);
    Data->SrbExtensionSize = sizeof(RACE_REQUEST);
}

static BOOLEAN RamBuildIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    PRACE_ADAPTER Race = (PRACE_ADAPTER)Adapter;

    ((PRACE_REQUEST)SrbGetMiniportContext(Srb))->Touched = 0;
#ifdef RACE_COUNTER
    Race->Built++;
#else
    InterlockedIncrement(&Race->Built);
#endif
    return TRUE;
}

static VOID RaceQueue(PRAM_ADAPTER Adapter, PRAM_REQUEST Request)
{
#ifdef RACE_NO_LOCK
    InsertTailList(&Adapter->Queue, &Request->Link);
#else
    STOR_LOCK_HANDLE Lock;

    StorPortAcquireSpinLock(Adapter, DpcLock, &Adapter->Dpc, &Lock);
    InsertTailList(&Adapter->Queue, &Request->Link);
    StorPortReleaseSpinLock(Adapter, &Lock);
#endif
}

static BOOLEAN RamStartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    PRACE_REQUEST Request = SrbGetMiniportContext(Srb);

#ifdef RACE_FLAG
    ((PRACE_ADAPTER)Adapter)->Seen = ((PRACE_ADAPTER)Adapter)->Built;
#endif
    if (!RamIsData(Srb)) {
        return TRUE;
    }
    RaceQueue(Adapter, &Request->Ram);
#ifdef RACE_TOUCH
    Request->Touched = 1;
#endif
    StorPortIssueDpc(Adapter, &Adapter->Dpc, NULL, NULL);
    return FALSE;
}

const RAM_HOOKS RamHooks = {.Register = RamRegister, .BuildIo = RamBuildIo, .StartIo = RamStartIo};
