/*
 * sense.c: how failures are told to SCSI, those of the driver and those of the controller.
 */
#include "nvme.h"

#define NVME_SENSE_LENGTH 18
#define NVME_SENSE_FIXED_CURRENT 0x70
#define NVME_SCSI_RESERVATION_CONFLICT 0x18

/* Returns the SRB status that goes with the sense data. */
UCHAR NvmeSense(PVOID Srb, UCHAR Key, UCHAR Code, UCHAR Qualifier)
{
    PVOID Buffer = SrbGetSenseInfoBuffer(Srb);
    UCHAR Length = min(SrbGetSenseInfoBufferLength(Srb), NVME_SENSE_LENGTH);
    UCHAR Sense[NVME_SENSE_LENGTH];

    SrbSetScsiStatus(Srb, SCSISTAT_CHECK_CONDITION);
    if (Buffer == NULL || Length == 0 || (SrbGetSrbFlags(Srb) & SRB_FLAGS_DISABLE_AUTOSENSE) != 0) {
        return SRB_STATUS_ERROR;
    }
    RtlZeroMemory(Sense, sizeof(Sense));
    Sense[0] = NVME_SENSE_FIXED_CURRENT;
    Sense[2] = Key;
    Sense[7] = NVME_SENSE_LENGTH - 8;
    Sense[12] = Code;
    Sense[13] = Qualifier;
    RtlCopyMemory(Buffer, Sense, Length);
    SrbSetSenseInfoBufferLength(Srb, Length);
    return SRB_STATUS_ERROR | SRB_STATUS_AUTOSENSE_VALID;
}

typedef struct _NVME_SENSE_RULE {
    USHORT Status;
    UCHAR Key;
    UCHAR Code;
    UCHAR Qualifier;
} NVME_SENSE_RULE;

/* After the NVMe SCSI translation reference, section 7. What is not listed can be tried again. */
static const NVME_SENSE_RULE NvmeSenseRules[] = {
    {NVME_STATUS(0, 0x01), SCSI_SENSE_ILLEGAL_REQUEST, 0x20, 0x00}, /* invalid opcode */
    {NVME_STATUS(0, 0x02), SCSI_SENSE_ILLEGAL_REQUEST, 0x24, 0x00}, /* invalid field */
    {NVME_STATUS(0, 0x05), SCSI_SENSE_ABORTED_COMMAND, 0x0B, 0x08}, /* power loss notification */
    {NVME_STATUS(0, 0x06), SCSI_SENSE_HARDWARE_ERROR, 0x44, 0x00},  /* internal error */
    {NVME_STATUS(0, 0x0B), SCSI_SENSE_ILLEGAL_REQUEST, 0x25, 0x00}, /* invalid namespace */
    {NVME_STATUS(0, 0x80), SCSI_SENSE_ILLEGAL_REQUEST, 0x21, 0x00}, /* LBA out of range */
    {NVME_STATUS(0, 0x81), SCSI_SENSE_MEDIUM_ERROR, 0x00, 0x00},    /* capacity exceeded */
    {NVME_STATUS(0, 0x82), SCSI_SENSE_NOT_READY, 0x04, 0x00},       /* namespace not ready */
    {NVME_STATUS(1, 0x80), SCSI_SENSE_ILLEGAL_REQUEST, 0x24, 0x00}, /* conflicting attributes */
    {NVME_STATUS(1, 0x82), SCSI_SENSE_DATA_PROTECT, 0x27, 0x00},    /* write to read-only range */
    {NVME_STATUS(2, 0x80), SCSI_SENSE_MEDIUM_ERROR, 0x03, 0x00},    /* write fault */
    {NVME_STATUS(2, 0x81), SCSI_SENSE_MEDIUM_ERROR, 0x11, 0x00},    /* unrecovered read error */
    {NVME_STATUS(2, 0x82), SCSI_SENSE_MEDIUM_ERROR, 0x10, 0x01},    /* guard check */
    {NVME_STATUS(2, 0x83), SCSI_SENSE_MEDIUM_ERROR, 0x10, 0x02},    /* application tag check */
    {NVME_STATUS(2, 0x84), SCSI_SENSE_MEDIUM_ERROR, 0x10, 0x03},    /* reference tag check */
    {NVME_STATUS(2, 0x85), SCSI_SENSE_MISCOMPARE, 0x1D, 0x00},      /* compare failure */
    {NVME_STATUS(2, 0x86), SCSI_SENSE_DATA_PROTECT, 0x20, 0x02},    /* access denied */
};

#define NVME_STATUS_ABORT_REQUESTED NVME_STATUS(0, 0x07)
#define NVME_STATUS_ABORT_SQ_DELETED NVME_STATUS(0, 0x08)
#define NVME_STATUS_RESERVATION NVME_STATUS(0, 0x83)

/* The SRB status for the status field of a completion; sets SCSI status and sense on the way. */
UCHAR NvmeSrbStatus(PVOID Srb, USHORT Status)
{
    ULONG Index;

    if (Status == NVME_STATUS_SUCCESS) {
        return SRB_STATUS_SUCCESS;
    }
    if (SrbGetSrbFunction(Srb) != SRB_FUNCTION_EXECUTE_SCSI) {
        return SRB_STATUS_ERROR;
    }
    if (Status == NVME_STATUS_ABORT_REQUESTED || Status == NVME_STATUS_ABORT_SQ_DELETED) {
        return SRB_STATUS_ABORTED;
    }
    if (Status == NVME_STATUS_RESERVATION) {
        SrbSetScsiStatus(Srb, NVME_SCSI_RESERVATION_CONFLICT);
        return SRB_STATUS_ERROR;
    }
    for (Index = 0; Index < ARRAYSIZE(NvmeSenseRules); Index++) {
        const NVME_SENSE_RULE *Rule = &NvmeSenseRules[Index];

        if (Rule->Status == Status) {
            return NvmeSense(Srb, Rule->Key, Rule->Code, Rule->Qualifier);
        }
    }
    return NvmeSense(Srb, SCSI_SENSE_ABORTED_COMMAND, SCSI_ADSENSE_NO_SENSE, 0);
}
