/*
 * nested/interrupt.c: a completion DPC that takes the StartIo lock with a message lock held.
 *
 * The mistake: HwStorResetBus takes them the other way round. When both meet, each waits for the other
 * for ever.
 */
#include "nvme.h"

/* Completions in one hold of a message lock, and holds in one DPC, before others get a turn. */
#define NVME_BATCH 32
#define NVME_BATCHES_PER_DPC 4

VOID NvmeMessageLock(PNVME_ADAPTER Adapter, ULONG Message, NVME_MESSAGE_LOCK *Lock)
{
    if (Adapter->MessageCount != 0) {
        StorPortAcquireMSISpinLock(Adapter, Message, &Lock->OldIrql);
    } else {
        StorPortAcquireSpinLock(Adapter, InterruptLock, NULL, &Lock->Handle);
    }
}

VOID NvmeMessageUnlock(PNVME_ADAPTER Adapter, ULONG Message, NVME_MESSAGE_LOCK *Lock)
{
    if (Adapter->MessageCount != 0) {
        StorPortReleaseMSISpinLock(Adapter, Message, Lock->OldIrql);
    } else {
        StorPortReleaseSpinLock(Adapter, &Lock->Handle);
    }
}

/*
 * Storport holds the message's lock. Before the first queue is open the DPC does not exist yet, and
 * while a reset has the queues closed a DPC would find nothing.
 */
BOOLEAN NvmeMessageInterrupt(PVOID DeviceExtension, ULONG MessageId)
{
    PNVME_ADAPTER Adapter = DeviceExtension;
    ULONG Id;

    for (Id = MessageId; Id <= Adapter->IoQueueRoom; Id += Adapter->MessageStride) {
        if (Adapter->Queues[Id].Open) {
            StorPortIssueDpc(Adapter, &Adapter->Messages[MessageId].Dpc, NULL, NULL);
            break;
        }
    }
    return TRUE;
}

/*
 * Storport holds the interrupt lock. The line may be shared: it is ours if a completion is there,
 * which the controller wrote before it asserted the line. The mask holds the line down until the
 * DPC has drained the queues.
 */
BOOLEAN NvmeLineInterrupt(PVOID DeviceExtension)
{
    PNVME_ADAPTER Adapter = DeviceExtension;
    ULONG Id;

    if (Adapter->MessageCount != 0) {
        return FALSE;
    }
    for (Id = 0; Id <= Adapter->IoQueueRoom; Id++) {
        if (NvmeQueuePending(&Adapter->Queues[Id])) {
            NvmeWrite(Adapter, NVME_REG_INTMS, NVME_INT_VECTOR0);
            StorPortIssueDpc(Adapter, &Adapter->Messages[0].Dpc, NULL, NULL);
            return TRUE;
        }
    }
    return FALSE;
}

/* Under the message's lock. TRUE: at least one queue may hold more. */
static BOOLEAN NvmeMessageDrain(PNVME_ADAPTER Adapter, ULONG Message)
{
    BOOLEAN More = FALSE;
    ULONG Id;

    for (Id = Message; Id <= Adapter->IoQueueRoom; Id += Adapter->MessageStride) {
        /* Seen empty only counts after the doorbell: an entry may have come in before it. */
        if (NvmeQueueDrain(&Adapter->Queues[Id], NVME_BATCH) != 0 &&
            NvmeQueuePending(&Adapter->Queues[Id])) {
            More = TRUE;
        }
    }
    return More;
}

/*
 * A reset may come between any two holds of the lock. It closes the queues under the lock, and the
 * next hold finds nothing; the rings are looked at again only when a start-up has opened them
 * afresh.
 */
VOID NvmeCompletionDpc(PSTOR_DPC Dpc, PVOID DeviceExtension, PVOID Argument1, PVOID Argument2)
{
    PNVME_ADAPTER Adapter = DeviceExtension;
    PNVME_MESSAGE Message = CONTAINING_RECORD(Dpc, NVME_MESSAGE, Dpc);
    BOOLEAN More = TRUE;
    BOOLEAN AdminDone = FALSE;
    ULONG Batch;

    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);

    for (Batch = 0; More && Batch < NVME_BATCHES_PER_DPC; Batch++) {
        NVME_MESSAGE_LOCK Lock;

        NvmeMessageLock(Adapter, Message->Id, &Lock);
        More = NvmeMessageDrain(Adapter, Message->Id);
        if (Message->Id == 0) {
            AdminDone = Adapter->Admin.Done;
            /* Not while the controller is disabled: then the mask stays until it is enabled. */
            if (Adapter->MessageCount == 0 && !More && Adapter->Queues[0].Open) {
                NvmeWrite(Adapter, NVME_REG_INTMC, NVME_INT_VECTOR0);
            }
        }
        if (AdminDone) {
            STOR_LOCK_HANDLE StartIo;

            StorPortAcquireSpinLock(Adapter, StartIoLock, NULL, &StartIo);
            StorPortReleaseSpinLock(Adapter, &StartIo);
        }
        NvmeMessageUnlock(Adapter, Message->Id, &Lock);
    }
    if (More) {
        StorPortIssueDpc(Adapter, &Message->Dpc, NULL, NULL);
    }

    /*
     * The state machine belongs to the StartIo lock, which must not be taken inside a message lock.
     * In between, a reset or the timer may have used up or dropped the result: the step looks
     * again.
     */
    if (AdminDone) {
        STOR_LOCK_HANDLE StartIo;

        StorPortAcquireSpinLock(Adapter, StartIoLock, NULL, &StartIo);
        NvmeStartStep(Adapter);
        StorPortReleaseSpinLock(Adapter, &StartIo);
    }
}
