/*
 * scsi.c: SCSI commands into NVMe commands, or into answers that the driver gives itself.
 *
 * CDBs and replies are handled as bytes, as the SCSI documents show them: multi-byte fields are
 * most significant byte first.
 */
#include "nvme.h"

#define NVME_MODE_PAGE_CACHING 0x08
#define NVME_MODE_PAGE_ALL 0x3F
#define NVME_MODE_DPOFUA 0x10
#define NVME_CACHING_PAGE_LENGTH 20
#define NVME_CDB_FUA 0x08
#define NVME_CAPACITY_LBPME 0x80 /* READ CAPACITY (16): UNMAP works */
#define NVME_CAPACITY_LBPRZ 0x40 /* and what it took away reads as zeroes */

VOID NvmePut16(PUCHAR Bytes, USHORT Value)
{
    Bytes[0] = (UCHAR)(Value >> 8);
    Bytes[1] = (UCHAR)Value;
}

VOID NvmePut32(PUCHAR Bytes, ULONG Value)
{
    NvmePut16(Bytes, (USHORT)(Value >> 16));
    NvmePut16(Bytes + 2, (USHORT)Value);
}

VOID NvmePut64(PUCHAR Bytes, ULONGLONG Value)
{
    NvmePut32(Bytes, (ULONG)(Value >> 32));
    NvmePut32(Bytes + 4, (ULONG)Value);
}

ULONGLONG NvmeGet(const UCHAR *Bytes, ULONG Count)
{
    ULONGLONG Value = 0;

    while (Count-- != 0) {
        Value = (Value << 8) | *Bytes++;
    }
    return Value;
}

static const UCHAR *NvmeCdb(PVOID Srb)
{
    return SrbGetCdb(Srb)->AsByte;
}

/* First block and count. The group code, bits 7:5 of the opcode, gives the CDB's shape. */
static VOID NvmeScsiRange(const UCHAR *Cdb, PULONGLONG First, PULONG Blocks)
{
    switch (Cdb[0] >> 5) {
    case 0:
        *First = NvmeGet(Cdb + 1, 3) & 0x1FFFFF;
        *Blocks = Cdb[4] != 0 ? Cdb[4] : 256;
        break;
    case 4:
        *First = NvmeGet(Cdb + 2, 8);
        *Blocks = (ULONG)NvmeGet(Cdb + 10, 4);
        break;
    case 5:
        *First = NvmeGet(Cdb + 2, 4);
        *Blocks = (ULONG)NvmeGet(Cdb + 6, 4);
        break;
    default:
        *First = NvmeGet(Cdb + 2, 4);
        *Blocks = (ULONG)NvmeGet(Cdb + 7, 2);
        break;
    }
}

static VOID NvmeScsiBuildData(PNVME_ADAPTER Adapter, PVOID Srb, PNVME_REQUEST Request, UCHAR Opcode)
{
    const UCHAR *Cdb = NvmeCdb(Srb);
    PNVME_COMMAND Command = &Request->Command;

    NvmeScsiRange(Cdb, &Request->FirstBlock, &Request->Blocks);
    if (Request->Blocks == 0) {
        Request->Kind = NvmeRequestAnswer; /* legal, and nothing to do */
        return;
    }
    if (Request->Blocks > NVME_RW_BLOCKS_MAX || SrbGetDataTransferLength(Srb) == 0) {
        Request->Kind = NvmeRequestBadCdb;
        return;
    }
    Command->Opcode = Opcode;
    Command->NamespaceId = NVME_NAMESPACE_ID;
    Command->Dword10 = (ULONG)Request->FirstBlock;
    Command->Dword11 = (ULONG)(Request->FirstBlock >> 32);
    Command->Dword12 = Request->Blocks - 1;
    if ((Cdb[0] >> 5) != 0 && (Cdb[1] & NVME_CDB_FUA) != 0) {
        Command->Dword12 |= NVME_RW_FUA;
    }
    Request->Kind = NvmePrpBuild(Adapter, Srb, Request) ? NvmeRequestData : NvmeRequestBadData;
}

/* BuildIo's half: what needs no more than the request. */
VOID NvmeScsiBuild(PNVME_ADAPTER Adapter, PVOID Srb, PNVME_REQUEST Request)
{
    switch (NvmeCdb(Srb)[0]) {
    case SCSIOP_READ6:
    case SCSIOP_READ:
    case SCSIOP_READ12:
    case SCSIOP_READ16:
        NvmeScsiBuildData(Adapter, Srb, Request, NVME_NVM_READ);
        break;
    case SCSIOP_WRITE6:
    case SCSIOP_WRITE:
    case SCSIOP_WRITE12:
    case SCSIOP_WRITE16:
        NvmeScsiBuildData(Adapter, Srb, Request, NVME_NVM_WRITE);
        break;
    case SCSIOP_SYNCHRONIZE_CACHE:
    case SCSIOP_SYNCHRONIZE_CACHE16:
        Request->Command.Opcode = NVME_NVM_FLUSH; /* the whole namespace, whatever the range */
        Request->Command.NamespaceId = NVME_NAMESPACE_ID;
        Request->Kind = NvmeRequestFlush;
        break;
    case SCSIOP_UNMAP:
        NvmeUnmapBuild(Adapter, Srb, Request, NvmeCdb(Srb));
        break;
    default:
        Request->Kind = NvmeRequestAnswer;
        break;
    }
}

UCHAR NvmeScsiRangeStatus(PNVME_ADAPTER Adapter, PVOID Srb, ULONGLONG First, ULONG Blocks)
{
    if (First > Adapter->Geometry.Blocks || Blocks > Adapter->Geometry.Blocks - First) {
        return NvmeSense(Srb, SCSI_SENSE_ILLEGAL_REQUEST, SCSI_ADSENSE_ILLEGAL_BLOCK, 0);
    }
    return SRB_STATUS_SUCCESS;
}

/* The blocks exist, and the PRPs cover them: the controller must not run past the buffer. */
UCHAR NvmeScsiCheckRange(PNVME_ADAPTER Adapter, PVOID Srb, PNVME_REQUEST Request)
{
    ULONGLONG Bytes = (ULONGLONG)Request->Blocks << Adapter->Geometry.BlockShift;

    if (Bytes > SrbGetDataTransferLength(Srb) || Bytes > Adapter->MaximumTransfer) {
        return NvmeSense(Srb, SCSI_SENSE_ILLEGAL_REQUEST, SCSI_ADSENSE_INVALID_CDB, 0);
    }
    return NvmeScsiRangeStatus(Adapter, Srb, Request->FirstBlock, Request->Blocks);
}

/* As much of Data as the CDB's allocation length and the buffer take. */
UCHAR NvmeScsiReply(PVOID Srb, const UCHAR *Data, ULONG Length, ULONG Allocation)
{
    PVOID Buffer = SrbGetDataBuffer(Srb);

    Length = min(Length, Allocation);
    Length = min(Length, SrbGetDataTransferLength(Srb));
    if (Length != 0) {
        if (Buffer == NULL) {
            return SRB_STATUS_INVALID_REQUEST;
        }
        RtlCopyMemory(Buffer, Data, Length);
    }
    SrbSetDataTransferLength(Srb, Length);
    return SRB_STATUS_SUCCESS;
}

static UCHAR NvmeReadCapacity10(PNVME_ADAPTER Adapter, PVOID Srb)
{
    ULONGLONG Last = Adapter->Geometry.Blocks - 1;
    UCHAR Data[8];

    NvmePut32(Data, Last < 0xFFFFFFFF ? (ULONG)Last : 0xFFFFFFFF);
    NvmePut32(Data + 4, 1u << Adapter->Geometry.BlockShift);
    return NvmeScsiReply(Srb, Data, sizeof(Data), sizeof(Data));
}

static UCHAR NvmeReadCapacity16(PNVME_ADAPTER Adapter, PVOID Srb, const UCHAR *Cdb)
{
    UCHAR Data[32];

    if ((Cdb[1] & 0x1F) != SERVICE_ACTION_READ_CAPACITY16) {
        return NvmeSense(Srb, SCSI_SENSE_ILLEGAL_REQUEST, SCSI_ADSENSE_INVALID_CDB, 0);
    }
    RtlZeroMemory(Data, sizeof(Data));
    NvmePut64(Data, Adapter->Geometry.Blocks - 1);
    NvmePut32(Data + 8, 1u << Adapter->Geometry.BlockShift);
    if (Adapter->Geometry.Unmap) {
        Data[14] = NVME_CAPACITY_LBPME | (Adapter->Geometry.UnmapZeroes ? NVME_CAPACITY_LBPRZ : 0);
    }
    return NvmeScsiReply(Srb, Data, sizeof(Data), (ULONG)NvmeGet(Cdb + 10, 4));
}

static UCHAR NvmeReportLuns(PVOID Srb, const UCHAR *Cdb)
{
    UCHAR Data[16]; /* header, and LUN 0 which is all zero */

    RtlZeroMemory(Data, sizeof(Data));
    NvmePut32(Data, 8);
    return NvmeScsiReply(Srb, Data, sizeof(Data), (ULONG)NvmeGet(Cdb + 6, 4));
}

/* A header of 4 bytes (6-byte CDB) or 8 (10-byte CDB), no block descriptor, then the page. */
static UCHAR NvmeModeSense(PNVME_ADAPTER Adapter, PVOID Srb, const UCHAR *Cdb)
{
    BOOLEAN Short = (BOOLEAN)(Cdb[0] == SCSIOP_MODE_SENSE);
    ULONG Header = Short ? 4 : 8;
    ULONG Allocation = Short ? Cdb[4] : (ULONG)NvmeGet(Cdb + 7, 2);
    UCHAR Data[8 + NVME_CACHING_PAGE_LENGTH];
    UCHAR Page = Cdb[2] & 0x3F;

    if (Page != NVME_MODE_PAGE_CACHING && Page != NVME_MODE_PAGE_ALL) {
        return NvmeSense(Srb, SCSI_SENSE_ILLEGAL_REQUEST, SCSI_ADSENSE_INVALID_CDB, 0);
    }
    RtlZeroMemory(Data, sizeof(Data));
    if (Short) {
        Data[0] = (UCHAR)(Header + NVME_CACHING_PAGE_LENGTH - 1);
        Data[2] = NVME_MODE_DPOFUA;
    } else {
        NvmePut16(Data, (USHORT)(Header + NVME_CACHING_PAGE_LENGTH - 2));
        Data[3] = NVME_MODE_DPOFUA;
    }
    Data[Header] = NVME_MODE_PAGE_CACHING;
    Data[Header + 1] = NVME_CACHING_PAGE_LENGTH - 2;
    Data[Header + 2] = Adapter->Geometry.WriteCache ? 0x04 : 0x00; /* WCE */
    return NvmeScsiReply(Srb, Data, Header + NVME_CACHING_PAGE_LENGTH, Allocation);
}

static UCHAR NvmeRequestSense(PVOID Srb, const UCHAR *Cdb)
{
    UCHAR Data[18]; /* sense went with the request it belongs to: there is none to fetch */

    RtlZeroMemory(Data, sizeof(Data));
    Data[0] = 0x70;
    Data[7] = sizeof(Data) - 8;
    return NvmeScsiReply(Srb, Data, sizeof(Data), Cdb[4]);
}

/* Nothing is compared without BYTCHK; that the blocks exist is all there is to say. */
static UCHAR NvmeVerify(PNVME_ADAPTER Adapter, PVOID Srb, const UCHAR *Cdb)
{
    ULONGLONG First;
    ULONG Blocks;

    if ((Cdb[1] & 0x06) != 0) {
        return NvmeSense(Srb, SCSI_SENSE_ILLEGAL_REQUEST, SCSI_ADSENSE_INVALID_CDB, 0);
    }
    NvmeScsiRange(Cdb, &First, &Blocks);
    return NvmeScsiRangeStatus(Adapter, Srb, First, Blocks);
}

/* StartIo's half: commands that the driver answers. */
UCHAR NvmeScsiAnswer(PNVME_ADAPTER Adapter, PVOID Srb)
{
    const UCHAR *Cdb = NvmeCdb(Srb);

    switch (Cdb[0]) {
    case SCSIOP_INQUIRY:
        return NvmeInquiry(Adapter, Srb, Cdb);
    case SCSIOP_REPORT_LUNS:
        return NvmeReportLuns(Srb, Cdb);
    case SCSIOP_READ_CAPACITY:
        return NvmeReadCapacity10(Adapter, Srb);
    case SCSIOP_READ_CAPACITY16:
        return NvmeReadCapacity16(Adapter, Srb, Cdb);
    case SCSIOP_MODE_SENSE:
    case SCSIOP_MODE_SENSE10:
        return NvmeModeSense(Adapter, Srb, Cdb);
    case SCSIOP_REQUEST_SENSE:
        return NvmeRequestSense(Srb, Cdb);
    case SCSIOP_VERIFY:
    case SCSIOP_VERIFY12:
    case SCSIOP_VERIFY16:
        return NvmeVerify(Adapter, Srb, Cdb);
    case SCSIOP_TEST_UNIT_READY:
    case SCSIOP_START_STOP_UNIT:
    case SCSIOP_READ: /* this and the next: of no blocks */
    case SCSIOP_READ12:
    case SCSIOP_READ16:
    case SCSIOP_WRITE:
    case SCSIOP_WRITE12:
    case SCSIOP_WRITE16:
        return SRB_STATUS_SUCCESS;
    default:
        return NvmeSense(Srb, SCSI_SENSE_ILLEGAL_REQUEST, SCSI_ADSENSE_ILLEGAL_COMMAND, 0);
    }
}
