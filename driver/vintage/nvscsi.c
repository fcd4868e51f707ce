/*++

Module Name:

    nvscsi.c

Abstract:

    SCSI to NVM Express, and the commands that the driver answers from what it knows.

--*/

#include "nvstor.h"
#include "nvscsi.tmh"

UCHAR NvScsiSense(PSCSI_REQUEST_BLOCK pSrb, UCHAR ucKey, UCHAR ucAsc)
{
    PSENSE_DATA pSense = (PSENSE_DATA)pSrb->SenseInfoBuffer;

    pSrb->ScsiStatus = SCSISTAT_CHECK_CONDITION;
    pSrb->DataTransferLength = 0;
    if (pSense == NULL || pSrb->SenseInfoBufferLength < 18)
        return SRB_STATUS_ERROR;
    RtlZeroMemory(pSense, pSrb->SenseInfoBufferLength);
    pSense->ErrorCode = 0x70;
    pSense->Valid = TRUE;
    pSense->SenseKey = ucKey;
    pSense->AdditionalSenseLength = 10;
    pSense->AdditionalSenseCode = ucAsc;
    return SRB_STATUS_ERROR | SRB_STATUS_AUTOSENSE_VALID;
}

static UCHAR NvReadWrite(PNV_ADAPTER_EXTENSION pAE, PSCSI_REQUEST_BLOCK pSrb, NV_COMMAND *pCmd,
                         UCHAR ucOpcode)
{
    PCDB pCdb = (PCDB)pSrb->Cdb;
    ULONGLONG ullLba = 0;
    ULONG ulBlocks = 0, ulLba = 0;
    USHORT usBlocks = 0;

    if (pSrb->Cdb[0] == SCSIOP_READ16 || pSrb->Cdb[0] == SCSIOP_WRITE16)
    {
        REVERSE_BYTES_QUAD(&ullLba, &pCdb->CDB16.LogicalBlock[0]);
        REVERSE_BYTES(&ulBlocks, &pCdb->CDB16.TransferLength[0]);
    }
    else
    {
        REVERSE_BYTES(&ulLba, &pCdb->CDB10.LogicalBlockByte0);
        REVERSE_BYTES_SHORT(&usBlocks, &pCdb->CDB10.TransferBlocksMsb);
        ullLba = ulLba;
        ulBlocks = usBlocks;
    }
    if (ulBlocks == 0)
    {
        pSrb->ScsiStatus = SCSISTAT_GOOD;
        return SRB_STATUS_SUCCESS;
    }
    if (ullLba >= pAE->ullBlocks || ulBlocks > pAE->ullBlocks - ullLba ||
        ulBlocks > NVSTOR_MAX_TRANSFER / pAE->ulBlockSize ||
        ulBlocks * pAE->ulBlockSize > pSrb->DataTransferLength)
        return NvScsiSense(pSrb, SCSI_SENSE_ILLEGAL_REQUEST, SCSI_ADSENSE_ILLEGAL_BLOCK);

    pCmd->ucOpcode = ucOpcode;
    pCmd->ulNsid = 1;
    pCmd->aulDw[0] = (ULONG)ullLba;
    pCmd->aulDw[1] = (ULONG)(ullLba >> 32);
    pCmd->aulDw[2] = ulBlocks - 1;
    if (pSrb->Cdb[1] & 0x08)
        pCmd->aulDw[2] |= 0x40000000L;
    return SRB_STATUS_PENDING;
}

/* SRB_STATUS_PENDING: the controller shall have the command. Else what to complete with. */
UCHAR NvScsiBuild(PNV_ADAPTER_EXTENSION pAE, PSCSI_REQUEST_BLOCK pSrb, NV_COMMAND *pCmd)
{
    switch (pSrb->Cdb[0])
    {
    case SCSIOP_READ:
    case SCSIOP_READ16:
        return NvReadWrite(pAE, pSrb, pCmd, NV_OP_READ);
    case SCSIOP_WRITE:
    case SCSIOP_WRITE16:
        return NvReadWrite(pAE, pSrb, pCmd, NV_OP_WRITE);
    case SCSIOP_SYNCHRONIZE_CACHE:
    case SCSIOP_SYNCHRONIZE_CACHE16:
        pCmd->ucOpcode = NV_OP_FLUSH;
        pCmd->ulNsid = 1;
        return SRB_STATUS_PENDING;
    default:
        return NvScsiInternal(pAE, pSrb);
    }
}

static UCHAR NvAnswer(PSCSI_REQUEST_BLOCK pSrb, PVOID pData, ULONG ulLength)
{
    if (pSrb->DataBuffer == NULL && pSrb->DataTransferLength != 0)
        return SRB_STATUS_INVALID_REQUEST;
    if (ulLength > pSrb->DataTransferLength)
        ulLength = pSrb->DataTransferLength;
    StorPortMoveMemory(pSrb->DataBuffer, pData, ulLength);
    pSrb->DataTransferLength = ulLength;
    pSrb->ScsiStatus = SCSISTAT_GOOD;
    return SRB_STATUS_SUCCESS;
}

static UCHAR NvInquiry(PNV_ADAPTER_EXTENSION pAE, PSCSI_REQUEST_BLOCK pSrb)
{
    UCHAR aucPage[128] = { 0 };
    PINQUIRYDATA pInquiry = (PINQUIRYDATA)aucPage;

    if ((pSrb->Cdb[1] & 1) == 0)
    {
        StorPortSetDeviceQueueDepth(pAE, pSrb->PathId, pSrb->TargetId, pSrb->Lun, 254);
        pInquiry->DeviceType = DIRECT_ACCESS_DEVICE;
        pInquiry->Versions = 5;
        pInquiry->ResponseDataFormat = 2;
        pInquiry->AdditionalLength = INQUIRYDATABUFFERSIZE - 5;
        pInquiry->CommandQueue = TRUE;
        RtlCopyMemory(pInquiry->VendorId, "NVMe    ", 8);
        RtlCopyMemory(pInquiry->ProductId, pAE->aucModel, 16);
        RtlCopyMemory(pInquiry->ProductRevisionLevel, pAE->aucFirmware, 4);
        return NvAnswer(pSrb, aucPage, INQUIRYDATABUFFERSIZE);
    }
    aucPage[1] = pSrb->Cdb[2];
    switch (pSrb->Cdb[2])
    {
    case VPD_SUPPORTED_PAGES:
        aucPage[3] = 3;
        aucPage[4] = VPD_SUPPORTED_PAGES;
        aucPage[5] = VPD_SERIAL_NUMBER;
        aucPage[6] = VPD_DEVICE_IDENTIFIERS;
        return NvAnswer(pSrb, aucPage, 7);
    case VPD_SERIAL_NUMBER:
        aucPage[3] = sizeof(pAE->aucSerial);
        RtlCopyMemory(&aucPage[4], pAE->aucSerial, sizeof(pAE->aucSerial));
        return NvAnswer(pSrb, aucPage, 4 + sizeof(pAE->aucSerial));
    case VPD_DEVICE_IDENTIFIERS:
        aucPage[3] = 4 + 8 + 40 + 20;
        aucPage[4] = 2;     /* ASCII */
        aucPage[5] = 1;     /* vendor specific designation */
        aucPage[7] = 8 + 40 + 20;
        RtlCopyMemory(&aucPage[8], "NVMe    ", 8);
        RtlCopyMemory(&aucPage[16], pAE->aucModel, 40);
        RtlCopyMemory(&aucPage[56], pAE->aucSerial, 20);
        return NvAnswer(pSrb, aucPage, 4 + 4 + 8 + 40 + 20);
    default:
        return NvScsiSense(pSrb, SCSI_SENSE_ILLEGAL_REQUEST, SCSI_ADSENSE_INVALID_CDB);
    }
}

static UCHAR NvReadCapacity(PNV_ADAPTER_EXTENSION pAE, PSCSI_REQUEST_BLOCK pSrb)
{
    READ_CAPACITY_DATA cap10;
    UCHAR auc16[32] = { 0 };
    ULONGLONG ullLast = pAE->ullBlocks - 1;
    ULONG ulLast = ullLast > 0xFFFFFFFFL ? 0xFFFFFFFFL : (ULONG)ullLast;

    if (pSrb->Cdb[0] == SCSIOP_READ_CAPACITY)
    {
        REVERSE_BYTES(&cap10.LogicalBlockAddress, &ulLast);
        REVERSE_BYTES(&cap10.BytesPerBlock, &pAE->ulBlockSize);
        return NvAnswer(pSrb, &cap10, sizeof(cap10));
    }
    REVERSE_BYTES_QUAD(&auc16[0], &ullLast);
    REVERSE_BYTES(&auc16[8], &pAE->ulBlockSize);
    return NvAnswer(pSrb, auc16, sizeof(auc16));
}

static UCHAR NvModeSense(PSCSI_REQUEST_BLOCK pSrb)
{
    ULONG ulHeader = pSrb->Cdb[0] == SCSIOP_MODE_SENSE ? 4 : 8;
    UCHAR aucMode[8 + 20] = { 0 };
    UCHAR ucPage = pSrb->Cdb[2] & 0x3F;

    if (ucPage != MODE_PAGE_CACHING && ucPage != MODE_SENSE_RETURN_ALL)
        return NvScsiSense(pSrb, SCSI_SENSE_ILLEGAL_REQUEST, SCSI_ADSENSE_INVALID_CDB);
    if (ulHeader == 4)
        aucMode[0] = (UCHAR)(ulHeader + 20 - 1);
    else
        aucMode[1] = (UCHAR)(ulHeader + 20 - 2);
    aucMode[ulHeader] = MODE_PAGE_CACHING;
    aucMode[ulHeader + 1] = 18;
    return NvAnswer(pSrb, aucMode, ulHeader + 20);
}

UCHAR NvScsiInternal(PNV_ADAPTER_EXTENSION pAE, PSCSI_REQUEST_BLOCK pSrb)
{
    UCHAR aucLuns[16] = { 0, 0, 0, 8 };
    UCHAR aucSense[18] = { 0x70, 0, 0, 0, 0, 0, 0, 10 };

    switch (pSrb->Cdb[0])
    {
    case SCSIOP_INQUIRY:
        return NvInquiry(pAE, pSrb);
    case SCSIOP_REPORT_LUNS:
        return NvAnswer(pSrb, aucLuns, sizeof(aucLuns));
    case SCSIOP_READ_CAPACITY:
    case SCSIOP_READ_CAPACITY16:
        return NvReadCapacity(pAE, pSrb);
    case SCSIOP_MODE_SENSE:
    case SCSIOP_MODE_SENSE10:
        return NvModeSense(pSrb);
    case SCSIOP_REQUEST_SENSE:
        return NvAnswer(pSrb, aucSense, sizeof(aucSense));
    case SCSIOP_TEST_UNIT_READY:
    case SCSIOP_START_STOP_UNIT:
    case SCSIOP_VERIFY:
    case SCSIOP_VERIFY16:
        pSrb->ScsiStatus = SCSISTAT_GOOD;
        return SRB_STATUS_SUCCESS;
    default:
        return NvScsiSense(pSrb, SCSI_SENSE_ILLEGAL_REQUEST, SCSI_ADSENSE_ILLEGAL_COMMAND);
    }
}
