/*
 * threads.c: a system thread of the miniport's serves requests that HwStorStartIo puts on a shared list. It looks
 * every millisecond whether the adapter is stopped, and ends itself.
 *
 * seeds: 20
 */
#include "ram.h"

static STOR_LIST_ENTRY Work;
static STOR_KSPIN_LOCK WorkLock;
static STOR_EVENT Wake;
static PVOID Thread;
static LONG Quitting;

typedef struct _WORK {
    STOR_LIST_ENTRY Link;
    PSCSI_REQUEST_BLOCK Srb;
} WORK, *PWORK;

static VOID Serve(PRAM_ADAPTER Adapter)
{
    PSTOR_LIST_ENTRY Entry;

    while (StorPortInterlockedRemoveHeadList(Adapter, &Work, &Entry, &WorkLock) == STOR_STATUS_SUCCESS && Entry) {
        PSCSI_REQUEST_BLOCK Srb = CONTAINING_RECORD(Entry, WORK, Link)->Srb;
        STOR_LOCK_HANDLE Handle;

        StorPortAcquireSpinLock(Adapter, DpcLock, &Adapter->Dpc, &Handle);
        RamServe(Adapter, Srb);
        StorPortReleaseSpinLock(Adapter, &Handle);
    }
}

static VOID ThreadRoutine(PVOID Context)
{
    PRAM_ADAPTER Adapter = Context;
    LARGE_INTEGER Limit;

    ASSERT(KeGetCurrentIrql() == PASSIVE_LEVEL);
    Limit.QuadPart = -10000;
    while (!InterlockedCompareExchange(&Quitting, 0, 0)) {
        StorPortWaitForSingleObject(Adapter, &Wake, FALSE, &Limit);
        Serve(Adapter);
    }
    StorPortTerminateSystemThread(Adapter, Thread);
    ASSERT(FALSE);
}

static BOOLEAN PassiveInitialize(PRAM_ADAPTER Adapter)
{
    STOR_THREAD_PRIORITY Priority = StorThreadPriorityCritical;

    StorPortInitializeListHead(Adapter, &Work);
    StorPortInitializeSpinlock(Adapter, &WorkLock);
    StorPortInitializeEvent(Adapter, &Wake, StorSynchronizationEvent, FALSE);
    StorPortDelayExecution(Adapter, 100);
    return StorPortCreateSystemThread(Adapter, ThreadRoutine, Adapter, &Priority, &Thread) == STOR_STATUS_SUCCESS;
}

static BOOLEAN StartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    PWORK Item = SrbGetMiniportContext(Srb);
    PSTOR_LIST_ENTRY Before;

    if (!RamIsData(Srb))
        return TRUE;
    Item->Srb = Srb;
    StorPortInterlockedInsertTailList(Adapter, &Work, &Item->Link, &Before, &WorkLock);
    StorPortSetEvent(Adapter, &Wake);
    return FALSE;
}

/* At DIRQL, where no event can be set. */
static VOID Control(PRAM_ADAPTER Adapter, SCSI_ADAPTER_CONTROL_TYPE Type)
{
    UNREFERENCED_PARAMETER(Adapter);
    if (Type == ScsiStopAdapter)
        InterlockedExchange(&Quitting, 1);
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = PassiveInitialize, .StartIo = StartIo, .Control = Control};
