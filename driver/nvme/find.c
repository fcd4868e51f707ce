/*
 * find.c: HwStorFindAdapter. Registers, memory, and what Storport is told about the adapter.
 */
#include "nvme.h"

static BOOLEAN NvmeFindRegisters(PNVME_ADAPTER Adapter, PPORT_CONFIGURATION_INFORMATION Config,
                                 PULONG Length)
{
    ULONG Index;

    for (Index = 0; Index < Config->NumberOfAccessRanges; Index++) {
        PACCESS_RANGE Range = &(*Config->AccessRanges)[Index];

        if (Range->RangeInMemory && Range->RangeLength > NVME_SQ_DOORBELL(2, 0)) {
            Adapter->Registers = StorPortGetDeviceBase(
                Adapter, Config->AdapterInterfaceType, Config->SystemIoBusNumber, Range->RangeStart,
                Range->RangeLength, (BOOLEAN)!Range->RangeInMemory);
            *Length = Range->RangeLength;
            return (BOOLEAN)(Adapter->Registers != NULL);
        }
    }
    return FALSE;
}

/* The driver works with 4096-byte pages, and only the NVM command set. */
static BOOLEAN NvmeFindCapabilities(PNVME_ADAPTER Adapter)
{
    Adapter->Capabilities = NvmeRead64(Adapter, NVME_REG_CAP);
    return (BOOLEAN)(Adapter->Capabilities != ~0ULL &&
                     NVME_CAP_MPSMIN(Adapter->Capabilities) == 0 &&
                     NVME_CAP_CSS_NVM(Adapter->Capabilities) != 0);
}

static ULONG NvmeProcessorCount(PNVME_ADAPTER Adapter)
{
    USHORT Groups = 0;
    USHORT Group;
    ULONG Count = 0;

    StorPortGetActiveGroupCount(Adapter, &Groups);
    for (Group = 0; Group < Groups; Group++) {
        KAFFINITY Mask = 0;

        StorPortGetGroupAffinity(Adapter, Group, &Mask);
        for (; Mask != 0; Mask &= Mask - 1) {
            Count++;
        }
    }
    return max(Count, 1u);
}

/* One I/O queue a processor, as far as the doorbells of this function reach. */
static VOID NvmeFindQueues(PNVME_ADAPTER Adapter, ULONG RegisterLength)
{
    ULONG Stride = NVME_CAP_DSTRD(Adapter->Capabilities);
    ULONG Depth = min(NVME_CAP_MQES(Adapter->Capabilities) + 1, (ULONG)NVME_QUEUE_DEPTH_MAX);
    ULONG Room = min(NvmeProcessorCount(Adapter), (ULONG)NVME_IO_QUEUE_MAX);
    ULONG Id;

    while (Room > 1 && NVME_CQ_DOORBELL(Room, Stride) + sizeof(ULONG) > RegisterLength) {
        Room--;
    }
    Adapter->IoQueueRoom = (USHORT)Room;

    for (Id = 0; Id <= Room; Id++) {
        PNVME_QUEUE Queue = &Adapter->Queues[Id];

        Queue->Adapter = Adapter;
        Queue->Id = (USHORT)Id;
        NvmeQueueInitialize(Queue, (USHORT)(Id == 0 ? min(Depth, NVME_ADMIN_DEPTH) : Depth));
    }
}

/* Takes whole pages from the common buffer. FALSE: they are not contiguous, or not page aligned. */
static BOOLEAN NvmeFindPages(PNVME_ADAPTER Adapter, PUCHAR *Next, ULONG Size, PVOID *Address,
                             PULONGLONG Physical)
{
    ULONG Contiguous = 0;
    STOR_PHYSICAL_ADDRESS Base = StorPortGetPhysicalAddress(Adapter, NULL, *Next, &Contiguous);

    *Address = *Next;
    *Physical = (ULONGLONG)Base.QuadPart;
    *Next += ROUND_TO_PAGES(Size);
    return (BOOLEAN)(*Physical != 0 && (*Physical & (PAGE_SIZE - 1)) == 0 && Contiguous >= Size);
}

static ULONG NvmeQueueBytes(const NVME_QUEUE *Queue)
{
    return (ULONG)(ROUND_TO_PAGES(Queue->Depth * sizeof(NVME_COMMAND)) +
                   ROUND_TO_PAGES(Queue->Depth * sizeof(NVME_COMPLETION)));
}

/* One common buffer: the identify page, then the rings of each queue. */
static BOOLEAN NvmeFindMemory(PNVME_ADAPTER Adapter, PPORT_CONFIGURATION_INFORMATION Config)
{
    ULONG Size = PAGE_SIZE /* to align */ + PAGE_SIZE;
    PUCHAR Next;
    PVOID Ring;
    ULONG Id;

    for (Id = 0; Id <= Adapter->IoQueueRoom; Id++) {
        Size += NvmeQueueBytes(&Adapter->Queues[Id]);
    }
    Next = StorPortGetUncachedExtension(Adapter, Config, Size);
    if (Next == NULL) {
        return FALSE;
    }
    Next = (PUCHAR)ROUND_TO_PAGES((ULONG_PTR)Next);

    if (!NvmeFindPages(Adapter, &Next, NVME_IDENTIFY_SIZE, &Adapter->IdentifyBuffer,
                       &Adapter->IdentifyPhysical)) {
        return FALSE;
    }
    for (Id = 0; Id <= Adapter->IoQueueRoom; Id++) {
        PNVME_QUEUE Queue = &Adapter->Queues[Id];

        if (!NvmeFindPages(Adapter, &Next, Queue->Depth * (ULONG)sizeof(NVME_COMMAND), &Ring,
                           &Queue->SqPhysical)) {
            return FALSE;
        }
        Queue->Sq = Ring;
        if (!NvmeFindPages(Adapter, &Next, Queue->Depth * (ULONG)sizeof(NVME_COMPLETION), &Ring,
                           &Queue->CqPhysical)) {
            return FALSE;
        }
        Queue->Cq = Ring;
    }
    return TRUE;
}

static VOID NvmeFindConfigure(PNVME_ADAPTER Adapter, PPORT_CONFIGURATION_INFORMATION Config)
{
    Config->SynchronizationModel = StorSynchronizeFullDuplex;
    Config->HwMSInterruptRoutine = NvmeMessageInterrupt;
    Config->InterruptSynchronizationMode = InterruptSynchronizePerMessage;

    Config->Master = TRUE;
    Config->ScatterGather = TRUE;
    Config->Dma64BitAddresses = SCSI_DMA64_MINIPORT_SUPPORTED;
    Config->AlignmentMask = 3; /* a PRP is a multiple of four */
    Config->MaximumTransferLength = Adapter->MaximumTransfer;
    Config->NumberOfPhysicalBreaks = NVME_PRP_LIST_MAX + 1; /* a count of elements */

    if (Adapter->ExtendedSrb) {
        Config->MaxIOsPerLun = Config->MaxNumberOfIO;
    }
    Config->NumberOfBuses = 1;
    Config->MaximumNumberOfTargets = 1;
    Config->MaximumNumberOfLogicalUnits = 1;
    Config->CachesData = TRUE;    /* asks for FLUSH and SHUTDOWN requests */
    Config->BusResetHoldTime = 0; /* the adapter is paused for as long as it takes, see hold.c */
}

ULONG NvmeFindAdapter(PVOID DeviceExtension, PVOID HwContext, PVOID BusInformation,
                      PCHAR ArgumentString, PPORT_CONFIGURATION_INFORMATION ConfigInfo,
                      PBOOLEAN Again)
{
    PNVME_ADAPTER Adapter = DeviceExtension;
    ULONG RegisterLength = 0;

    UNREFERENCED_PARAMETER(HwContext);
    UNREFERENCED_PARAMETER(BusInformation);
    UNREFERENCED_PARAMETER(ArgumentString);

    *Again = FALSE;
    Adapter->ResetInProgress = TRUE; /* until the first start-up has ended */
    Adapter->State = NvmeStateStopped;
    Adapter->MaximumTransfer = NVME_TRANSFER_MAX;
    Adapter->ExtendedSrb = (BOOLEAN)(ConfigInfo->SrbType == SRB_TYPE_STORAGE_REQUEST_BLOCK);

    if (!NvmeFindRegisters(Adapter, ConfigInfo, &RegisterLength)) {
        return SP_RETURN_BAD_CONFIG;
    }
    if (!NvmeFindCapabilities(Adapter)) {
        return SP_RETURN_BAD_CONFIG;
    }
    NvmeFindQueues(Adapter, RegisterLength);

    /* The common buffer is allocated by the DMA properties set here. */
    NvmeFindConfigure(Adapter, ConfigInfo);
    if (!NvmeFindMemory(Adapter, ConfigInfo)) {
        return SP_RETURN_ERROR;
    }
    if (!NvmeProbe(Adapter)) {
        return SP_RETURN_ERROR;
    }
    ConfigInfo->MaximumTransferLength = Adapter->MaximumTransfer;
    return SP_RETURN_FOUND;
}
