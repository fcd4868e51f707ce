/*
 * inquiry.c: INQUIRY, the standard data and the vital product data pages.
 *
 * NVMe has no vendor field in SCSI's sense: the vendor is "NVMe", the product the model number.
 */
#include "nvme.h"

#define NVME_INQUIRY_VENDOR "NVMe    "
#define NVME_INQUIRY_LENGTH 36
#define NVME_VPD_SUPPORTED 0x00
#define NVME_VPD_SERIAL 0x80
#define NVME_VPD_IDENTIFIERS 0x83
#define NVME_VPD_BLOCK_LIMITS 0xB0
#define NVME_VPD_PROVISIONING 0xB2 /* there when the controller can deallocate */
#define NVME_VPD_HEADER 4
#define NVME_VPD_BLOCK_LIMITS_LENGTH 60
#define NVME_VPD_PROVISIONING_LENGTH 4
#define NVME_VPD_LBPU 0x80  /* UNMAP works */
#define NVME_VPD_LBPRZ 0x04 /* and what it took away reads as zeroes */
#define NVME_VPD_THIN 0x02
#define NVME_VPD_MAX 96

/* Commands that a unit may have outstanding. A short SRB's tag is a byte, 0xFF meaning none. */
#define NVME_UNIT_DEPTH_SHORT 254
#define NVME_UNIT_DEPTH_LONG 1000

/* First legal, and customary, when the unit's INQUIRY arrives. */
static VOID NvmeSetUnitDepth(PNVME_ADAPTER Adapter, PVOID Srb)
{
    ULONG Slots = Adapter->IoQueueCount * (Adapter->Queues[1].Depth - 1u);
    ULONG Limit = Adapter->ExtendedSrb ? NVME_UNIT_DEPTH_LONG : NVME_UNIT_DEPTH_SHORT;

    StorPortSetDeviceQueueDepth(Adapter, SrbGetPathId(Srb), SrbGetTargetId(Srb), SrbGetLun(Srb),
                                min(Slots, Limit));
}

static UCHAR NvmeInquiryStandard(PNVME_ADAPTER Adapter, PVOID Srb, ULONG Allocation)
{
    const NVME_GEOMETRY *Geometry = &Adapter->Geometry;
    UCHAR Data[NVME_INQUIRY_LENGTH];

    NvmeSetUnitDepth(Adapter, Srb);

    RtlZeroMemory(Data, sizeof(Data));
    Data[0] = DIRECT_ACCESS_DEVICE;
    Data[2] = 0x06; /* SPC-4 */
    Data[3] = 0x02; /* response data format */
    Data[4] = NVME_INQUIRY_LENGTH - 5;
    Data[7] = 0x02; /* command queueing */
    RtlCopyMemory(Data + 8, NVME_INQUIRY_VENDOR, 8);
    RtlCopyMemory(Data + 16, Geometry->ModelNumber, 16);
    RtlCopyMemory(Data + 32, Geometry->FirmwareRevision, 4);
    return NvmeScsiReply(Srb, Data, sizeof(Data), Allocation);
}

/* Each page writes what follows its header and returns how much that is; 0: it is not there. */

static ULONG NvmeVpdSupported(const NVME_GEOMETRY *Geometry, PUCHAR Body)
{
    static const UCHAR Pages[] = {NVME_VPD_SUPPORTED, NVME_VPD_SERIAL, NVME_VPD_IDENTIFIERS,
                                  NVME_VPD_BLOCK_LIMITS, NVME_VPD_PROVISIONING};

    RtlCopyMemory(Body, Pages, sizeof(Pages));
    return Geometry->Unmap ? sizeof(Pages) : sizeof(Pages) - 1;
}

static ULONG NvmeVpdSerial(const NVME_GEOMETRY *Geometry, PUCHAR Body)
{
    RtlCopyMemory(Body, Geometry->SerialNumber, sizeof(Geometry->SerialNumber));
    return sizeof(Geometry->SerialNumber);
}

/* The namespace's EUI-64 if it has one, else vendor, model and serial number. */
static ULONG NvmeVpdIdentifiers(const NVME_GEOMETRY *Geometry, PUCHAR Body)
{
    ULONG Length = 0;
    ULONG Index;
    UCHAR Any = 0;

    for (Index = 0; Index < sizeof(Geometry->Eui64); Index++) {
        Any |= Geometry->Eui64[Index];
    }
    if (Any != 0) {
        Body[0] = 0x01; /* binary */
        Body[1] = 0x02; /* EUI-64 */
        RtlCopyMemory(Body + 4, Geometry->Eui64, sizeof(Geometry->Eui64));
        Length = sizeof(Geometry->Eui64);
    } else {
        Body[0] = 0x02; /* ASCII */
        Body[1] = 0x01; /* T10 vendor identification */
        RtlCopyMemory(Body + 4, NVME_INQUIRY_VENDOR, 8);
        RtlCopyMemory(Body + 12, Geometry->ModelNumber, sizeof(Geometry->ModelNumber));
        RtlCopyMemory(Body + 52, Geometry->SerialNumber, sizeof(Geometry->SerialNumber));
        Length = 8 + sizeof(Geometry->ModelNumber) + sizeof(Geometry->SerialNumber);
    }
    Body[3] = (UCHAR)Length;
    return 4 + Length;
}

static ULONG NvmeVpdBlockLimits(PNVME_ADAPTER Adapter, PUCHAR Body)
{
    ULONG Blocks = Adapter->MaximumTransfer >> Adapter->Geometry.BlockShift;

    NvmePut32(Body + 4, Blocks); /* maximum transfer length */
    NvmePut32(Body + 8, Blocks); /* optimal transfer length */
    if (Adapter->Geometry.Unmap) {
        NvmePut32(Body + 16, 0xFFFFFFFF); /* maximum unmap LBA count: no limit */
        NvmePut32(Body + 20, NVME_UNMAP_RANGE_MAX);
        NvmePut32(Body + 24, Adapter->Geometry.UnmapGranularity); /* optimal; 0 = not told */
    }
    return NVME_VPD_BLOCK_LIMITS_LENGTH;
}

static ULONG NvmeVpdProvisioning(const NVME_GEOMETRY *Geometry, PUCHAR Body)
{
    if (!Geometry->Unmap) {
        return 0;
    }
    Body[1] = NVME_VPD_LBPU | (Geometry->UnmapZeroes ? NVME_VPD_LBPRZ : 0);
    Body[2] = Geometry->Thin ? NVME_VPD_THIN : 0;
    return NVME_VPD_PROVISIONING_LENGTH;
}

static UCHAR NvmeInquiryVpd(PNVME_ADAPTER Adapter, PVOID Srb, UCHAR Page, ULONG Allocation)
{
    UCHAR Data[NVME_VPD_MAX];
    PUCHAR Body = Data + NVME_VPD_HEADER;
    ULONG Length;

    RtlZeroMemory(Data, sizeof(Data));
    switch (Page) {
    case NVME_VPD_SUPPORTED:
        Length = NvmeVpdSupported(&Adapter->Geometry, Body);
        break;
    case NVME_VPD_SERIAL:
        Length = NvmeVpdSerial(&Adapter->Geometry, Body);
        break;
    case NVME_VPD_IDENTIFIERS:
        Length = NvmeVpdIdentifiers(&Adapter->Geometry, Body);
        break;
    case NVME_VPD_BLOCK_LIMITS:
        Length = NvmeVpdBlockLimits(Adapter, Body);
        break;
    case NVME_VPD_PROVISIONING:
        Length = NvmeVpdProvisioning(&Adapter->Geometry, Body);
        break;
    default:
        Length = 0;
        break;
    }
    if (Length == 0) {
        return NvmeSense(Srb, SCSI_SENSE_ILLEGAL_REQUEST, SCSI_ADSENSE_INVALID_CDB, 0);
    }
    ASSERT(NVME_VPD_HEADER + Length <= sizeof(Data));
    Data[0] = DIRECT_ACCESS_DEVICE;
    Data[1] = Page;
    NvmePut16(Data + 2, (USHORT)Length);
    return NvmeScsiReply(Srb, Data, NVME_VPD_HEADER + Length, Allocation);
}

UCHAR NvmeInquiry(PNVME_ADAPTER Adapter, PVOID Srb, const UCHAR *Cdb)
{
    ULONG Allocation = ((ULONG)Cdb[3] << 8) | Cdb[4];

    if ((Cdb[1] & 0x01) != 0) {
        return NvmeInquiryVpd(Adapter, Srb, Cdb[2], Allocation);
    }
    if (Cdb[2] != 0) {
        return NvmeSense(Srb, SCSI_SENSE_ILLEGAL_REQUEST, SCSI_ADSENSE_INVALID_CDB, 0);
    }
    return NvmeInquiryStandard(Adapter, Srb, Allocation);
}
