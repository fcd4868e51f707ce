/*
 * no-wait/quiesce.c: a reset that does not wait for CSTS.RDY = 0.
 *
 * The historic mistake: rule 6 of driver/nvme/reset.c left out. CC.EN = 0 is taken for the answer, and
 * every request goes back at once; the controller still moves data for some of them, into memory that
 * belongs to somebody else by then.
 */
#include "nvme.h"

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

NVME_QUIET NvmeQuiesceWait(PNVME_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
    return NvmeQuiet;
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
