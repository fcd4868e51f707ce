/*
 * poll-passive.c: the passive routine waits in a loop of stalls for what a timer, a DPC and a work item bring: they run
 * meanwhile, on the same processor as well.
 *
 * set: machine.cpus=1
 */
#include "ram.h"

static LONG Seen; /* interlocked: 1 timer, 2 DPC, 4 work item */
static STOR_DPC Dpc;
static PVOID Worker;
static HW_TIMER Tick;
static HW_DPC_ROUTINE Deferred;
static HW_WORKITEM Work;

static VOID Tick(PVOID DeviceExtension)
{
    InterlockedOr(&Seen, 1);
    StorPortIssueDpc(DeviceExtension, &Dpc, NULL, NULL);
}

static VOID Deferred(PSTOR_DPC Queued, PVOID DeviceExtension, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Queued);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    InterlockedOr(&Seen, 2);
    StorPortQueueWorkItem(DeviceExtension, Work, Worker, NULL);
}

static VOID Work(PVOID DeviceExtension, PVOID Context, PVOID Queued)
{
    UNREFERENCED_PARAMETER(DeviceExtension);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Queued);
    InterlockedOr(&Seen, 4);
}

static BOOLEAN Wait(LONG Mask)
{
    ULONG Round;

    for (Round = 0; Round < 1000; Round++) {
        if ((InterlockedOr(&Seen, 0) & Mask) == Mask) {
            return TRUE;
        }
        StorPortStallExecution(500);
    }
    return FALSE;
}

static BOOLEAN PassiveInitialize(PRAM_ADAPTER Adapter)
{
    ASSERT(KeGetCurrentIrql() == PASSIVE_LEVEL);
    StorPortInitializeDpc(Adapter, &Dpc, Deferred);
    if (StorPortInitializeWorker(Adapter, &Worker) != STOR_STATUS_SUCCESS) {
        return FALSE;
    }
    StorPortNotification(RequestTimerCall, Adapter, Tick, 5000);
    return Wait(3);
}

/* A work item's thread may have to wait until this one is done. */
static BOOLEAN BuildIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Adapter);
    ASSERT(!RamIsData(Srb) || InterlockedOr(&Seen, 0) == 7);
    return TRUE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = PassiveInitialize, .BuildIo = BuildIo};
