/*
 * admin.c: the admin commands of a start-up, one state each.
 *
 * The caller holds the StartIo lock. One command is under way at a time; its result is put down by
 * whoever drains the admin queue and taken up here.
 */
#include "nvme.h"

/* An admin command of the start-up: how to write it, and where its success leads. */
typedef struct _NVME_ADMIN_STEP {
    VOID (*Fill)(PNVME_ADAPTER Adapter, PNVME_COMMAND Command);
    NVME_STATE (*Done)(PNVME_ADAPTER Adapter, ULONG Dword0);
} NVME_ADMIN_STEP;

/* Identify controller. */

VOID NvmeFillIdentify(PNVME_ADAPTER Adapter, PNVME_COMMAND Command, ULONG NamespaceId,
                      ULONG Structure)
{
    Command->Opcode = NVME_ADMIN_IDENTIFY;
    Command->NamespaceId = NamespaceId;
    Command->Prp1 = Adapter->IdentifyPhysical;
    Command->Dword10 = Structure;
}

static VOID NvmeFillIdentifyController(PNVME_ADAPTER Adapter, PNVME_COMMAND Command)
{
    NvmeFillIdentify(Adapter, Command, 0, NVME_IDENTIFY_CONTROLLER);
}

static NVME_STATE NvmeDoneIdentifyController(PNVME_ADAPTER Adapter, ULONG Dword0)
{
    const NVME_IDENTIFY_CONTROLLER_DATA *Data = Adapter->IdentifyBuffer;
    PNVME_GEOMETRY Geometry = &Adapter->Geometry;

    UNREFERENCED_PARAMETER(Dword0);

    if (Data->NamespaceCount < NVME_NAMESPACE_ID) {
        return NvmeStateFailed;
    }
    RtlCopyMemory(Geometry->SerialNumber, Data->SerialNumber, sizeof(Geometry->SerialNumber));
    RtlCopyMemory(Geometry->ModelNumber, Data->ModelNumber, sizeof(Geometry->ModelNumber));
    RtlCopyMemory(Geometry->FirmwareRevision, Data->FirmwareRevision,
                  sizeof(Geometry->FirmwareRevision));
    Geometry->WriteCache = (BOOLEAN)((Data->VolatileWriteCache & 1) != 0);
    Geometry->Unmap =
        (BOOLEAN)((Data->OptionalCommands & NVME_ONCS_DATASET_MANAGEMENT) != 0);
    return NvmeStateIdentifyNamespace;
}

/* Identify namespace. Metadata beside the data is not supported, nor blocks beyond a page. */

static VOID NvmeFillIdentifyNamespace(PNVME_ADAPTER Adapter, PNVME_COMMAND Command)
{
    NvmeFillIdentify(Adapter, Command, NVME_NAMESPACE_ID, NVME_IDENTIFY_NAMESPACE);
}

static NVME_STATE NvmeDoneIdentifyNamespace(PNVME_ADAPTER Adapter, ULONG Dword0)
{
    const NVME_IDENTIFY_NAMESPACE_DATA *Data = Adapter->IdentifyBuffer;
    const NVME_LBA_FORMAT *Format = &Data->Formats[Data->Format & 0xF];
    PNVME_GEOMETRY Geometry = &Adapter->Geometry;

    UNREFERENCED_PARAMETER(Dword0);

    if (Data->Size == 0 || Format->MetadataSize != 0 || Format->DataShift < 9 ||
        Format->DataShift > 12) {
        return NvmeStateFailed;
    }
    Geometry->Blocks = Data->Size;
    Geometry->BlockShift = Format->DataShift;
    Geometry->UnmapZeroes =
        (BOOLEAN)(NVME_DLFEAT_READ(Data->Deallocation) == NVME_DLFEAT_READ_ZEROES);
    Geometry->Thin = (BOOLEAN)((Data->Features & NVME_NSFEAT_THIN) != 0);
    Geometry->UnmapGranularity = (Data->Features & NVME_NSFEAT_PREFERRED) != 0
                                     ? Data->DeallocateGranularity + 1u
                                     : 0;
    RtlCopyMemory(Geometry->Eui64, Data->Eui64, sizeof(Geometry->Eui64));
    return NvmeStateSetQueueCount;
}

/* Set Features, Number of Queues: the controller answers with what it grants, fewer or more. */

static VOID NvmeFillSetQueueCount(PNVME_ADAPTER Adapter, PNVME_COMMAND Command)
{
    Command->Opcode = NVME_ADMIN_SET_FEATURES;
    Command->Dword10 = NVME_FEATURE_QUEUE_COUNT;
    Command->Dword11 = NVME_QUEUE_COUNT(Adapter->IoQueueWanted);
}

static NVME_STATE NvmeDoneSetQueueCount(PNVME_ADAPTER Adapter, ULONG Dword0)
{
    ULONG Count = min(NVME_QUEUE_COUNT_SQ(Dword0), NVME_QUEUE_COUNT_CQ(Dword0));

    Adapter->IoQueueCount = (USHORT)min(Count, (ULONG)Adapter->IoQueueWanted);
    Adapter->StartQueue = 1;
    ASSERT(Adapter->IoQueueCount != 0);
    return NvmeStateCreateCq;
}

/* Create completion queue, then the submission queue that posts to it. */

static VOID NvmeFillCreateCq(PNVME_ADAPTER Adapter, PNVME_COMMAND Command)
{
    PNVME_QUEUE Queue = &Adapter->Queues[Adapter->StartQueue];
    NVME_MESSAGE_LOCK Lock;

    NvmeMessageLock(Adapter, Queue->Message, &Lock);
    NvmeQueueOpen(Queue);
    NvmeMessageUnlock(Adapter, Queue->Message, &Lock);

    Command->Opcode = NVME_ADMIN_CREATE_CQ;
    Command->Prp1 = Queue->CqPhysical;
    Command->Dword10 = NVME_CREATE_QUEUE(Queue->Id, Queue->Depth);
    Command->Dword11 =
        NVME_CREATE_CONTIGUOUS | NVME_CREATE_CQ_IEN | NVME_CREATE_CQ_VECTOR(Queue->Message);
}

static NVME_STATE NvmeDoneCreateCq(PNVME_ADAPTER Adapter, ULONG Dword0)
{
    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Dword0);
    return NvmeStateCreateSq;
}

static VOID NvmeFillCreateSq(PNVME_ADAPTER Adapter, PNVME_COMMAND Command)
{
    PNVME_QUEUE Queue = &Adapter->Queues[Adapter->StartQueue];

    Command->Opcode = NVME_ADMIN_CREATE_SQ;
    Command->Prp1 = Queue->SqPhysical;
    Command->Dword10 = NVME_CREATE_QUEUE(Queue->Id, Queue->Depth);
    Command->Dword11 = NVME_CREATE_CONTIGUOUS | NVME_CREATE_SQ_CQID(Queue->Id);
}

static NVME_STATE NvmeDoneCreateSq(PNVME_ADAPTER Adapter, ULONG Dword0)
{
    UNREFERENCED_PARAMETER(Dword0);

    if (Adapter->StartQueue == Adapter->IoQueueCount) {
        return NvmeStateRunning;
    }
    Adapter->StartQueue++;
    return NvmeStateCreateCq;
}

static const NVME_ADMIN_STEP NvmeAdminSteps[NvmeStateCount] = {
    [NvmeStateIdentifyController] = {NvmeFillIdentifyController, NvmeDoneIdentifyController},
    [NvmeStateIdentifyNamespace] = {NvmeFillIdentifyNamespace, NvmeDoneIdentifyNamespace},
    [NvmeStateSetQueueCount] = {NvmeFillSetQueueCount, NvmeDoneSetQueueCount},
    [NvmeStateCreateCq] = {NvmeFillCreateCq, NvmeDoneCreateCq},
    [NvmeStateCreateSq] = {NvmeFillCreateSq, NvmeDoneCreateSq},
};

/* One admin command at a time, so there is always a free slot. */
VOID NvmeAdminSend(PNVME_ADAPTER Adapter, NVME_STATE State)
{
    NVME_COMMAND Command;
    NVME_MESSAGE_LOCK Lock;
    BOOLEAN Sent;

    ASSERT(NvmeAdminSteps[State].Fill != NULL);
    RtlZeroMemory(&Command, sizeof(Command));
    NvmeAdminSteps[State].Fill(Adapter, &Command);

    NvmeMessageLock(Adapter, 0, &Lock);
    Adapter->Admin.Done = FALSE;
    Sent = NvmeQueueSubmit(&Adapter->Queues[0], &Adapter->Admin, &Command);
    NvmeMessageUnlock(Adapter, 0, &Lock);

    ASSERT(Sent);
    UNREFERENCED_PARAMETER(Sent);
}

/* Looks into the queue as well: the timer thus finds a result whose interrupt was lost. */
static NVME_ADMIN NvmeAdminTake(PNVME_ADAPTER Adapter)
{
    NVME_MESSAGE_LOCK Lock;
    NVME_ADMIN Result;

    NvmeMessageLock(Adapter, 0, &Lock);
    NvmeQueueDrain(&Adapter->Queues[0], NVME_ADMIN_DEPTH);
    Result = Adapter->Admin;
    Adapter->Admin.Done = FALSE;
    NvmeMessageUnlock(Adapter, 0, &Lock);
    return Result;
}

/* The state that follows State; State itself while the command is under way. */
NVME_STATE NvmeAdminNext(PNVME_ADAPTER Adapter, NVME_STATE State)
{
    NVME_ADMIN Result = NvmeAdminTake(Adapter);

    ASSERT(NvmeAdminSteps[State].Done != NULL);

    if (!Result.Done) {
        return State;
    }
    if (Result.Status != NVME_STATUS_SUCCESS) {
        return NvmeStateFailed;
    }
    return NvmeAdminSteps[State].Done(Adapter, Result.Dword0);
}
