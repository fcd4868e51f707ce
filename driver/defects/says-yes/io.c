/*
 * says-yes/io.c: a LUN reset that reports success and does nothing.
 *
 * The mistake: NVMe has no LUN reset, and the driver says that it has done one. Storport takes the word
 * for the deed: no bus reset follows, and the requests that were stuck stay stuck.
 */
#include "nvme.h"

/* After this the request, its extension and its scatter/gather list belong to Storport again. */
VOID NvmeComplete(PNVME_ADAPTER Adapter, PVOID Srb, UCHAR SrbStatus)
{
    ASSERT(SRB_STATUS(SrbStatus) != SRB_STATUS_PENDING);

    if (SrbStatus == SRB_STATUS_SUCCESS && SrbGetSrbFunction(Srb) == SRB_FUNCTION_EXECUTE_SCSI) {
        SrbSetScsiStatus(Srb, SCSISTAT_GOOD);
    }
    SrbSetSrbStatus(Srb, SrbStatus);
    StorPortNotification(RequestComplete, Adapter, Srb);
}

BOOLEAN NvmeBuildIo(PVOID DeviceExtension, PSCSI_REQUEST_BLOCK Srb)
{
    PNVME_ADAPTER Adapter = DeviceExtension;
    PNVME_REQUEST Request = SrbGetMiniportContext(Srb);

    switch (SrbGetSrbFunction(Srb)) {
    case SRB_FUNCTION_EXECUTE_SCSI:
        RtlZeroMemory(&Request->Command, sizeof(Request->Command));
        NvmeScsiBuild(Adapter, Srb, Request);
        break;
    case SRB_FUNCTION_FLUSH:
    case SRB_FUNCTION_SHUTDOWN:
        RtlZeroMemory(&Request->Command, sizeof(Request->Command));
        Request->Command.Opcode = NVME_NVM_FLUSH;
        Request->Command.NamespaceId = NVME_NAMESPACE_ID;
        Request->Kind = NvmeRequestFlush;
        break;
    default:
        break; /* StartIo needs nothing prepared */
    }
    return TRUE;
}

/*
 * The processor's own queue first; when it is full the others, so that a request comes back BUSY
 * only when the controller really has no room. Once sent, the request must not be touched: it may
 * be complete already.
 */
static UCHAR NvmeIoSubmit(PNVME_ADAPTER Adapter, PVOID Srb, const NVME_COMMAND *Command)
{
    PROCESSOR_NUMBER Processor;
    ULONG First;
    ULONG Try;

    RtlZeroMemory(&Processor, sizeof(Processor));
    StorPortGetCurrentProcessorNumber(Adapter, &Processor);
    First = Processor.Group * 64u + Processor.Number;

    for (Try = 0; Try < Adapter->IoQueueCount; Try++) {
        PNVME_QUEUE Queue = &Adapter->Queues[1 + (First + Try) % Adapter->IoQueueCount];
        NVME_MESSAGE_LOCK Lock;
        BOOLEAN Sent = FALSE;

        NvmeMessageLock(Adapter, Queue->Message, &Lock);
        /* Rule 4 of reset.c: no doorbell is rung on a controller that is not in service. */
        if (!Adapter->ResetInProgress) {
            Sent = NvmeQueueSubmit(Queue, Srb, Command);
        }
        NvmeMessageUnlock(Adapter, Queue->Message, &Lock);
        if (Sent) {
            return SRB_STATUS_PENDING;
        }
    }
    /* Hold the unit's next request until one has come back, beside the retry of this one. */
    StorPortDeviceBusy(Adapter, SrbGetPathId(Srb), SrbGetTargetId(Srb), SrbGetLun(Srb), 1);
    return SRB_STATUS_BUSY;
}

/* The namespace is LUN 0 of target 0 on path 0. */
static BOOLEAN NvmeIsOurUnit(PVOID Srb)
{
    return (BOOLEAN)(SrbGetPathId(Srb) == 0 && SrbGetTargetId(Srb) == 0 && SrbGetLun(Srb) == 0);
}

/* SRB_STATUS_PENDING: the controller has it. Anything else is what to complete it with. */
static UCHAR NvmeIoStart(PNVME_ADAPTER Adapter, PVOID Srb)
{
    PNVME_REQUEST Request = SrbGetMiniportContext(Srb);
    UCHAR Status;

    if (Adapter->State == NvmeStateFailed) {
        return SRB_STATUS_NO_DEVICE;
    }
    if (Adapter->State != NvmeStateRunning) {
        return SRB_STATUS_BUSY;
    }
    if (SrbGetSrbFunction(Srb) == SRB_FUNCTION_EXECUTE_SCSI && !NvmeIsOurUnit(Srb)) {
        return SRB_STATUS_NO_DEVICE;
    }

    switch (Request->Kind) {
    case NvmeRequestFlush:
        /* Without a volatile cache what was completed is on the medium. */
        return Adapter->Geometry.WriteCache ? NvmeIoSubmit(Adapter, Srb, &Request->Command)
                                            : SRB_STATUS_SUCCESS;
    case NvmeRequestData:
        Status = NvmeScsiCheckRange(Adapter, Srb, Request);
        return Status == SRB_STATUS_SUCCESS ? NvmeIoSubmit(Adapter, Srb, &Request->Command)
                                            : Status;
    case NvmeRequestUnmap:
    case NvmeRequestBadListLength:
    case NvmeRequestBadList:
        Status = NvmeUnmapCheck(Adapter, Srb, Request);
        return Status == SRB_STATUS_PENDING ? NvmeIoSubmit(Adapter, Srb, &Request->Command)
                                            : Status;
    case NvmeRequestBadCdb:
        return NvmeSense(Srb, SCSI_SENSE_ILLEGAL_REQUEST, SCSI_ADSENSE_INVALID_CDB, 0);
    case NvmeRequestBadData:
        return SRB_STATUS_INVALID_REQUEST;
    case NvmeRequestAnswer:
        break;
    }
    return NvmeScsiAnswer(Adapter, Srb);
}

BOOLEAN NvmeStartIo(PVOID DeviceExtension, PSCSI_REQUEST_BLOCK Srb)
{
    PNVME_ADAPTER Adapter = DeviceExtension;
    UCHAR Status;

    switch (SrbGetSrbFunction(Srb)) {
    case SRB_FUNCTION_EXECUTE_SCSI:
    case SRB_FUNCTION_FLUSH:
    case SRB_FUNCTION_SHUTDOWN:
        Status = NvmeIoStart(Adapter, Srb);
        break;
    case SRB_FUNCTION_RESET_BUS:
        /* From a class driver; Storport itself calls the routine, under the same lock as here. */
        Status = NvmeResetBus(Adapter, SrbGetPathId(Srb)) ? SRB_STATUS_SUCCESS : SRB_STATUS_ERROR;
        break;
    case SRB_FUNCTION_POWER:
        Status = SRB_STATUS_SUCCESS; /* the work is done in ScsiStopAdapter */
        break;
    case SRB_FUNCTION_RESET_LOGICAL_UNIT:
    case SRB_FUNCTION_RESET_DEVICE:
        Status = SRB_STATUS_SUCCESS;
        break;
    default:
        Status = SRB_STATUS_INVALID_REQUEST;
        break;
    }
    if (Status != SRB_STATUS_PENDING) {
        NvmeComplete(Adapter, Srb, Status);
    }
    return TRUE;
}
