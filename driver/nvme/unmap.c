/*
 * unmap.c: UNMAP as Dataset Management, deallocate.
 *
 * The list that comes with the request is SCSI's, most significant byte first; the controller wants
 * ranges of its own. They are written into the SRB extension, where PRP lists of other requests
 * are, and are read by the controller until it completes the command. What depends on the adapter
 * (whether it can, where the disk ends) is judged in StartIo.
 */
#include "nvme.h"

#define NVME_CDB_ANCHOR 0x01
#define NVME_UNMAP_HEADER 8
#define NVME_UNMAP_DESCRIPTOR 16

C_ASSERT(NVME_UNMAP_RANGE_MAX * sizeof(NVME_DSM_RANGE) == NVME_PRP_LIST_SIZE);

static PNVME_DSM_RANGE NvmeUnmapRanges(PNVME_REQUEST Request)
{
    return (PNVME_DSM_RANGE)NvmePrpList(Request);
}

/*
 * How many bytes of descriptors there are: what is behind the end of the list, or of what its header
 * says, is not there, nor is a descriptor that is there in part.
 */
static ULONG NvmeUnmapLength(const UCHAR *List, ULONG Length)
{
    ULONG Data = ((ULONG)List[0] << 8) | List[1];        /* that follows this field */
    ULONG Descriptors = ((ULONG)List[2] << 8) | List[3]; /* of these */

    Length = min(Length - NVME_UNMAP_HEADER, Descriptors);
    Length = min(Length, Data > NVME_UNMAP_HEADER - 2 ? Data - (NVME_UNMAP_HEADER - 2) : 0);
    return Length / NVME_UNMAP_DESCRIPTOR * NVME_UNMAP_DESCRIPTOR;
}

/* FALSE: more than the block limits page allows. A descriptor of no blocks is legal. */
static BOOLEAN NvmeUnmapFill(PNVME_REQUEST Request, const UCHAR *List, ULONG Length)
{
    PNVME_DSM_RANGE Ranges = NvmeUnmapRanges(Request);
    const UCHAR *Descriptor = List + NVME_UNMAP_HEADER;

    if (Length > NVME_UNMAP_RANGE_MAX * NVME_UNMAP_DESCRIPTOR) {
        return FALSE;
    }
    for (; Length != 0; Length -= NVME_UNMAP_DESCRIPTOR, Descriptor += NVME_UNMAP_DESCRIPTOR) {
        ULONG Blocks = (ULONG)NvmeGet(Descriptor + 8, 4);

        if (Blocks == 0) {
            continue;
        }
        Ranges[Request->Blocks].Attributes = 0;
        Ranges[Request->Blocks].Blocks = Blocks;
        Ranges[Request->Blocks].First = NvmeGet(Descriptor, 8);
        Request->Blocks++;
    }
    return TRUE;
}

static VOID NvmeUnmapCommand(PNVME_ADAPTER Adapter, PVOID Srb, PNVME_REQUEST Request)
{
    PNVME_COMMAND Command = &Request->Command;
    ULONG Contiguous = 0;
    STOR_PHYSICAL_ADDRESS Physical =
        StorPortGetPhysicalAddress(Adapter, Srb, NvmeUnmapRanges(Request), &Contiguous);

    ASSERT(Contiguous >= Request->Blocks * sizeof(NVME_DSM_RANGE));
    Command->Opcode = NVME_NVM_DATASET_MANAGEMENT;
    Command->NamespaceId = NVME_NAMESPACE_ID;
    Command->Prp1 = (ULONGLONG)Physical.QuadPart;
    Command->Dword10 = Request->Blocks - 1;
    Command->Dword11 = NVME_DSM_DEALLOCATE;
}

/* BuildIo's half. Blocks counts ranges. */
VOID NvmeUnmapBuild(PNVME_ADAPTER Adapter, PVOID Srb, PNVME_REQUEST Request, const UCHAR *Cdb)
{
    const UCHAR *List = SrbGetDataBuffer(Srb);
    ULONG Length = (ULONG)NvmeGet(Cdb + 7, 2);

    Request->Kind = NvmeRequestUnmap;
    Request->Blocks = 0;
    if ((Cdb[1] & NVME_CDB_ANCHOR) != 0 || Length > SrbGetDataTransferLength(Srb)) {
        Request->Kind = NvmeRequestBadCdb;
    } else if (Length != 0 && Length < NVME_UNMAP_HEADER) {
        Request->Kind = NvmeRequestBadListLength;
    } else if (Length != 0 && List == NULL) {
        Request->Kind = NvmeRequestBadData;
    } else if (Length != 0 && !NvmeUnmapFill(Request, List, NvmeUnmapLength(List, Length))) {
        Request->Kind = NvmeRequestBadList;
    } else if (Request->Blocks != 0) {
        NvmeUnmapCommand(Adapter, Srb, Request);
    }
}

/* StartIo's half: every block exists. */
static UCHAR NvmeUnmapCheckRanges(PNVME_ADAPTER Adapter, PVOID Srb, PNVME_REQUEST Request)
{
    const NVME_DSM_RANGE *Ranges = NvmeUnmapRanges(Request);
    ULONG Index;

    for (Index = 0; Index < Request->Blocks; Index++) {
        UCHAR Status =
            NvmeScsiRangeStatus(Adapter, Srb, Ranges[Index].First, Ranges[Index].Blocks);

        if (Status != SRB_STATUS_SUCCESS) {
            return Status;
        }
    }
    return SRB_STATUS_SUCCESS;
}

/* SRB_STATUS_PENDING: there is something to send. Anything else is what to complete it with. */
UCHAR NvmeUnmapCheck(PNVME_ADAPTER Adapter, PVOID Srb, PNVME_REQUEST Request)
{
    UCHAR Status;

    if (!Adapter->Geometry.Unmap) {
        return NvmeSense(Srb, SCSI_SENSE_ILLEGAL_REQUEST, SCSI_ADSENSE_ILLEGAL_COMMAND, 0);
    }
    if (Request->Kind == NvmeRequestBadListLength) {
        return NvmeSense(Srb, SCSI_SENSE_ILLEGAL_REQUEST, SCSI_ADSENSE_PARAMETER_LIST_LENGTH, 0);
    }
    if (Request->Kind == NvmeRequestBadList) {
        return NvmeSense(Srb, SCSI_SENSE_ILLEGAL_REQUEST, SCSI_ADSENSE_INVALID_FIELD_PARAMETER_LIST, 0);
    }
    Status = NvmeUnmapCheckRanges(Adapter, Srb, Request);
    return Status == SRB_STATUS_SUCCESS && Request->Blocks != 0 ? SRB_STATUS_PENDING : Status;
}
