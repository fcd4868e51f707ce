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
    STOR_DPC Dpc;     /* its lock is what the queue needs */
    LIST_ENTRY Queue;
    ULONG Drains; /* the DPC's lock */
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

static VOID RaceQueue(PRACE_ADAPTER Race, PRAM_REQUEST Request)
{
#ifdef RACE_NO_LOCK
    InsertTailList(&Race->Queue, &Request->Link);
#else
    STOR_LOCK_HANDLE Lock;

    StorPortAcquireSpinLock(Race, DpcLock, &Race->Dpc, &Lock);
    InsertTailList(&Race->Queue, &Request->Link);
    StorPortReleaseSpinLock(Race, &Lock);
#endif
}

static VOID RaceServe(PSTOR_DPC Dpc, PVOID DeviceExtension, PVOID Argument1, PVOID Argument2)
{
    PRACE_ADAPTER Race = DeviceExtension;
    STOR_LOCK_HANDLE Lock;

    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    StorPortAcquireSpinLock(Race, DpcLock, Dpc, &Lock);
    Race->Drains++;
    while (!IsListEmpty(&Race->Queue)) {
        RamServe(&Race->Ram, CONTAINING_RECORD(RemoveHeadList(&Race->Queue), RAM_REQUEST, Link)->Srb);
    }
    StorPortReleaseSpinLock(Race, &Lock);
}

static BOOLEAN RamReady(PRAM_ADAPTER Adapter)
{
    PRACE_ADAPTER Race = (PRACE_ADAPTER)Adapter;

    InitializeListHead(&Race->Queue);
    StorPortInitializeDpc(Race, &Race->Dpc, RaceServe);
    return TRUE;
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
    RaceQueue((PRACE_ADAPTER)Adapter, &Request->Ram);
#ifdef RACE_TOUCH
    Request->Touched = 1;
#endif
    StorPortIssueDpc(Adapter, &((PRACE_ADAPTER)Adapter)->Dpc, NULL, NULL);
    return FALSE;
}

const RAM_HOOKS RamHooks = {
    .Register = RamRegister, .PassiveInitialize = RamReady, .BuildIo = RamBuildIo, .StartIo = RamStartIo};
