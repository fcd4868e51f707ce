/*
 * no-sync/quiesce.c: a reset that does not shut out interrupts and completion DPCs.
 *
 * The historic mistake: rules 3 and 8 of driver/nvme/reset.c left out. The StartIo lock, held
 * around the whole reset, is taken for protection enough. But a DPC on another processor drains
 * completion queues without it: it goes on while the controller stops, and takes a request from the
 * very slot that the reset is taking it from. Both complete it.
 */
#include "nvme.h"

#define NVME_QUIESCE_POLL_US 100
#define NVME_QUIESCE_BUDGET_US (450 * NVME_US_PER_MS)

VOID NvmeQuiesceBegin(PNVME_ADAPTER Adapter)
{
    Adapter->ResetInProgress = TRUE;
    Adapter->Admin.Done = FALSE;
    if (Adapter->MessageCount == 0) {
        NvmeWrite(Adapter, NVME_REG_INTMS, NVME_INT_VECTOR0);
    }
    if (NvmeStateIsEnabled((NVME_STATE)Adapter->State)) {
        NvmeControllerDisable(Adapter);
    }
}

NVME_QUIET NvmeQuiesceWait(PNVME_ADAPTER Adapter)
{
    ULONG Budget = min(NvmeReadyTimeout(Adapter), (ULONG)NVME_QUIESCE_BUDGET_US);
    ULONGLONG Deadline = NvmeNow(Adapter) + Budget;

    for (;;) {
        ULONG Status = NvmeRead(Adapter, NVME_REG_CSTS);

        if (Status == NVME_REG_GONE) {
            return NvmeGone;
        }
        if ((Status & NVME_CSTS_RDY) == 0) {
            return NvmeQuiet;
        }
        if (NvmeNow(Adapter) >= Deadline) {
            return NvmeNotQuiet;
        }
        StorPortStallExecution(NVME_QUIESCE_POLL_US);
    }
}

VOID NvmeQuiesceComplete(PNVME_ADAPTER Adapter)
{
    ULONG Id;

    for (Id = 0; Id <= Adapter->IoQueueRoom; Id++) {
        PNVME_QUEUE Queue = &Adapter->Queues[Id];
        USHORT Cursor = 0;
        PVOID Owner;

        NvmeQueueClose(Queue);
        while ((Owner = NvmeQueueAbandon(Queue, &Cursor)) != NULL) {
            if (Owner != &Adapter->Admin) {
                NvmeComplete(Adapter, Owner, SRB_STATUS_BUS_RESET);
            }
        }
    }
}

VOID NvmeQuiesceEnd(PNVME_ADAPTER Adapter)
{
    Adapter->ResetInProgress = FALSE;
}
