/*
 * work-items.c: a work item runs at PASSIVE, once for each time it is queued.
 */
#include "ram.h"

static PVOID Worker;
static volatile LONG Runs; /* interlocked */

static HW_WORKITEM Work;
static VOID Work(PVOID DeviceExtension, PVOID Context, PVOID Item)
{
    UNREFERENCED_PARAMETER(DeviceExtension);
    ASSERT(KeGetCurrentIrql() == PASSIVE_LEVEL);
    ASSERT(Context == &Worker && Item == Worker);
    InterlockedIncrement(&Runs);
}

static BOOLEAN PassiveInitialize(PRAM_ADAPTER Adapter)
{
    ASSERT(StorPortInitializeWorker(Adapter, &Worker) == STOR_STATUS_SUCCESS);
    return TRUE;
}

/* From HwStorStartIo; while it is queued it cannot be queued again. */
static BOOLEAN StartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    ULONG Status;

    UNREFERENCED_PARAMETER(Srb);
    Status = StorPortQueueWorkItem(Adapter, Work, Worker, &Worker);
    ASSERT(Status == STOR_STATUS_SUCCESS || Status == STOR_STATUS_BUSY);
    return TRUE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = PassiveInitialize, .StartIo = StartIo};
