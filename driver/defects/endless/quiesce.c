/*
 * endless/quiesce.c: a reset that waits for the controller for ever.
 *
 * The mistake: the wait for CSTS.RDY = 0 has no end of its own. A controller that does not follow
 * CC.EN keeps the processor in HwStorResetBus, with the StartIo lock held and every request
 * outstanding.
 */
#include "nvme.h"

#define NVME_QUIESCE_POLL_US 100
#define NVME_QUIESCE_GONE 5 /* reads of all ones, one after the other, that make a removal */
#define NVME_QUIESCE_BATCH 32 /* requests completed in one hold of the interrupt lock */

typedef struct _NVME_QUIESCE_CONTEXT {
    PNVME_ADAPTER Adapter;
    ULONG QueueId;
    USHORT Cursor;
} NVME_QUIESCE_CONTEXT, *PNVME_QUIESCE_CONTEXT;

/*
 * Under the interrupt lock, so short: no interrupt routine runs, no DPC drains, no StartIo submits
 * at this moment, and all of them find the door shut afterwards.
 */
static BOOLEAN NvmeQuiesceBeginCallback(PVOID DeviceExtension, PVOID Context)
{
    PNVME_ADAPTER Adapter = DeviceExtension;
    ULONG Id;

    UNREFERENCED_PARAMETER(Context);

    Adapter->ResetInProgress = TRUE;
    for (Id = 0; Id <= Adapter->IoQueueRoom; Id++) {
        NvmeQueueClose(&Adapter->Queues[Id]);
    }
    Adapter->Admin.Done = FALSE;

    if (Adapter->MessageCount == 0) {
        NvmeWrite(Adapter, NVME_REG_INTMS, NVME_INT_VECTOR0);
    }
    if (NvmeStateIsEnabled((NVME_STATE)Adapter->State)) {
        NvmeControllerDisable(Adapter);
    }
    return TRUE;
}

VOID NvmeQuiesceBegin(PNVME_ADAPTER Adapter)
{
    StorPortSynchronizeAccess(Adapter, NvmeQuiesceBeginCallback, NULL);
}

/*
 * Waits until the controller has stopped touching memory: CC.EN = 0 is a wish, CSTS.RDY = 0 the
 * answer. A link that is down for a moment reads as ones too, and behind it the controller may still be busy; only when
 * it stays so is the controller gone. No message lock is held, so interrupts of other devices are served meanwhile.
 */
NVME_QUIET NvmeQuiesceWait(PNVME_ADAPTER Adapter)
{
    ULONG Gone = 0;

    for (;;) {
        ULONG Status = NvmeRead(Adapter, NVME_REG_CSTS);

        Gone = Status == NVME_REG_GONE ? Gone + 1 : 0;
        if (Gone == NVME_QUIESCE_GONE) {
            return NvmeGone;
        }
        if ((Status & NVME_CSTS_RDY) == 0) {
            return NvmeQuiet;
        }
        StorPortStallExecution(NVME_QUIESCE_POLL_US);
    }
}

/* Under the interrupt lock. TRUE: there is more to do. */
static BOOLEAN NvmeQuiesceCompleteCallback(PVOID DeviceExtension, PVOID Context)
{
    PNVME_ADAPTER Adapter = DeviceExtension;
    PNVME_QUIESCE_CONTEXT Quiesce = Context;
    ULONG Count = 0;

    while (Quiesce->QueueId <= Adapter->IoQueueRoom && Count < NVME_QUIESCE_BATCH) {
        PVOID Owner = NvmeQueueAbandon(&Adapter->Queues[Quiesce->QueueId], &Quiesce->Cursor);

        if (Owner == NULL) {
            Quiesce->QueueId++;
            Quiesce->Cursor = 0;
        } else if (Owner != &Adapter->Admin) {
            NvmeComplete(Adapter, Owner, SRB_STATUS_BUS_RESET);
            Count++;
        }
    }
    return Quiesce->QueueId <= Adapter->IoQueueRoom;
}

/*
 * Gives back every request and forgets an admin command. In batches: between two of them interrupts
 * come in, but nothing can be added or taken, because the queues are closed and the flag is set.
 */
VOID NvmeQuiesceComplete(PNVME_ADAPTER Adapter)
{
    NVME_QUIESCE_CONTEXT Context;

    ASSERT(Adapter->ResetInProgress);

    Context.Adapter = Adapter;
    Context.QueueId = 0;
    Context.Cursor = 0;
    while (StorPortSynchronizeAccess(Adapter, NvmeQuiesceCompleteCallback, &Context)) {
        continue;
    }
}

static BOOLEAN NvmeQuiesceEndCallback(PVOID DeviceExtension, PVOID Context)
{
    PNVME_ADAPTER Adapter = DeviceExtension;

    UNREFERENCED_PARAMETER(Context);

    Adapter->ResetInProgress = FALSE;
    return TRUE;
}

/* The controller is in service again. */
VOID NvmeQuiesceEnd(PNVME_ADAPTER Adapter)
{
    StorPortSynchronizeAccess(Adapter, NvmeQuiesceEndCallback, NULL);
}
