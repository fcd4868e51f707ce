/*
 * trusting/queue.c: completion entries whose identifiers are believed.
 *
 * The mistake: what the device writes is used as an index, and whatever is found there is completed. An
 * identifier that no live command has leads to no request, or to somebody else's.
 */
#include "nvme.h"

#define NVME_SLOTS(Queue) ((USHORT)((Queue)->Depth - 1)) /* a full ring has one entry unused */

static USHORT NvmeCommandId(const NVME_QUEUE *Queue, UCHAR Slot)
{
    return (USHORT)((Queue->Slots[Slot].Generation << 8) | Slot);
}

VOID NvmeQueueInitialize(PNVME_QUEUE Queue, USHORT Depth)
{
    USHORT Slot;

    ASSERT(Depth >= 2 && Depth <= NVME_QUEUE_DEPTH_MAX);

    Queue->Depth = Depth;
    Queue->Open = FALSE;
    Queue->InFlight = 0;
    Queue->FreeGet = 0;
    Queue->FreePut = (UCHAR)NVME_SLOTS(Queue);
    for (Slot = 0; Slot < NVME_SLOTS(Queue); Slot++) {
        Queue->Free[Slot] = (UCHAR)Slot;
        Queue->Slots[Slot].Owner = NULL;
    }
}

/* Rings as the controller expects them after it was enabled or the queue was created. */
VOID NvmeQueueOpen(PNVME_QUEUE Queue)
{
    ASSERT(!Queue->Open);
    ASSERT(Queue->InFlight == 0);

    RtlZeroMemory(Queue->Cq, Queue->Depth * sizeof(NVME_COMPLETION));
    Queue->SqTail = 0;
    Queue->CqHead = 0;
    Queue->Phase = 1;
    Queue->Open = TRUE;
}

/* No completion is looked for any more; what is in flight stays claimable by NvmeQueueAbandon. */
VOID NvmeQueueClose(PNVME_QUEUE Queue)
{
    Queue->Open = FALSE;
}

static PVOID NvmeSlotClaim(PNVME_QUEUE Queue, UCHAR Slot)
{
    PVOID Owner = Queue->Slots[Slot].Owner;

    if (Owner != NULL) {
        ASSERT(Queue->InFlight > 0);
        Queue->Slots[Slot].Owner = NULL;
        Queue->Free[Queue->FreePut++] = Slot;
        Queue->InFlight--;
    }
    return Owner;
}

/*
 * FALSE: every slot is taken. At most Depth - 1 commands are in flight, so neither ring overruns:
 * an entry of the SQ is fetched before its slot comes free, an entry of the CQ is consumed by it.
 */
BOOLEAN NvmeQueueSubmit(PNVME_QUEUE Queue, PVOID Owner, const NVME_COMMAND *Command)
{
    PNVME_ADAPTER Adapter = Queue->Adapter;
    PNVME_COMMAND Entry = &Queue->Sq[Queue->SqTail];
    UCHAR Slot;

    ASSERT(Queue->Open);
    ASSERT(Owner != NULL);

    if (Queue->InFlight == NVME_SLOTS(Queue)) {
        return FALSE;
    }
    Slot = Queue->Free[Queue->FreeGet++];
    ASSERT(Queue->Slots[Slot].Owner == NULL);
    Queue->Slots[Slot].Owner = Owner;
    Queue->Slots[Slot].Generation++;
    Queue->InFlight++;

    RtlCopyMemory(Entry, Command, sizeof(*Entry));
    Entry->CommandId = NvmeCommandId(Queue, Slot);
    Queue->SqTail = (USHORT)((Queue->SqTail + 1) % Queue->Depth);

    KeMemoryBarrier(); /* the entry before the doorbell that makes the controller fetch it */
    NvmeWrite(Adapter, NVME_SQ_DOORBELL(Queue->Id, NVME_CAP_DSTRD(Adapter->Capabilities)),
              Queue->SqTail);
    return TRUE;
}

/* Is there a completion that nobody has seen? */
BOOLEAN NvmeQueuePending(PNVME_QUEUE Queue)
{
    volatile const USHORT *Status = &Queue->Cq[Queue->CqHead].Status;

    return Queue->Open && (*Status & NVME_STATUS_PHASE) == Queue->Phase;
}

static VOID NvmeQueueComplete(PNVME_QUEUE Queue, const NVME_COMPLETION *Entry)
{
    PNVME_ADAPTER Adapter = Queue->Adapter;
    UCHAR Slot = (UCHAR)Entry->CommandId;
    USHORT Status = NVME_STATUS_CODE(Entry->Status);
    PVOID Owner;

    Owner = NvmeSlotClaim(Queue, Slot);
    if (Queue->Id == 0) {
        ASSERT(Owner == &Adapter->Admin);
        Adapter->Admin.Status = Status;
        Adapter->Admin.Dword0 = Entry->Dword0;
        Adapter->Admin.Done = TRUE;
    } else {
        NvmeComplete(Adapter, Owner, NvmeSrbStatus(Owner, Status));
    }
}

/*
 * Consumes up to Budget completions, then tells the controller. Returns how many. An entry that
 * came in before the doorbell may not get an interrupt of its own, so the caller looks once more
 * after it.
 */
ULONG NvmeQueueDrain(PNVME_QUEUE Queue, ULONG Budget)
{
    PNVME_ADAPTER Adapter = Queue->Adapter;
    ULONG Count = 0;

    while (Count < Budget && NvmeQueuePending(Queue)) {
        NVME_COMPLETION Entry;

        KeMemoryBarrier(); /* phase tag first, then the body that it vouches for */
        RtlCopyMemory(&Entry, &Queue->Cq[Queue->CqHead], sizeof(Entry));

        if (++Queue->CqHead == Queue->Depth) {
            Queue->CqHead = 0;
            Queue->Phase ^= NVME_STATUS_PHASE;
        }
        NvmeQueueComplete(Queue, &Entry);
        Count++;
    }
    if (Count != 0) {
        NvmeWrite(Adapter, NVME_CQ_DOORBELL(Queue->Id, NVME_CAP_DSTRD(Adapter->Capabilities)),
                  Queue->CqHead);
    }
    return Count;
}

/*
 * Takes back one command that the controller will not answer any more: its owner, or NULL when
 * nothing is in flight. Cursor starts at 0 and carries the search from one call to the next.
 */
PVOID NvmeQueueAbandon(PNVME_QUEUE Queue, PUSHORT Cursor)
{
    PVOID Owner = NULL;

    ASSERT(!Queue->Open);

    while (Owner == NULL && *Cursor < NVME_SLOTS(Queue) && Queue->InFlight != 0) {
        Owner = NvmeSlotClaim(Queue, (UCHAR)*Cursor);
        ++*Cursor;
    }
    ASSERT(Owner != NULL || Queue->InFlight == 0);
    return Owner;
}
