/*++

Module Name:

    nvint.c

Abstract:

    Interrupts and the DPC that completes. There is one DPC for each processor; which message it
    is for it learns from its argument. A DPC that is queued already keeps the argument it has, and
    nobody looks at what StorPortIssueDpc says.

--*/

#include "nvstor.h"
#include "nvint.tmh"

static VOID NvIssueDpc(PNV_ADAPTER_EXTENSION pAE, ULONG ulMessage)
{
    PROCESSOR_NUMBER procNumber = { 0 };

    StorPortGetCurrentProcessorNumber(pAE, &procNumber);
    StorPortIssueDpc(pAE, &pAE->aDpc[procNumber.Number % pAE->ulCpus],
                     (PVOID)(ULONG_PTR)ulMessage, NULL);
}

BOOLEAN NvHwMSInterrupt(IN PVOID pContext, IN ULONG ulMessage)
{
    NvIssueDpc((PNV_ADAPTER_EXTENSION)pContext, ulMessage);
    return TRUE;
}

BOOLEAN NvHwInterrupt(IN PVOID pContext)
{
    PNV_ADAPTER_EXTENSION pAE = (PNV_ADAPTER_EXTENSION)pContext;
    BOOLEAN fOurs = FALSE;
    ULONG ulIndex;

    if (pAE->ulMessages != 0)
        return FALSE;
    for (ulIndex = 0; ulIndex <= pAE->ulQueueRoom; ulIndex++)
    {
        PNV_QUEUE pQ = &pAE->aQueue[ulIndex];

        if ((pQ->pCq[pQ->usCqHead].usStatus & 1) == pQ->usPhase)
            fOurs = TRUE;
    }
    if (fOurs)
    {
        NvWrite(pAE, NV_INTMS, 1);
        NvIssueDpc(pAE, 0);
    }
    return fOurs;
}

static UCHAR NvStatusToSrb(PSCSI_REQUEST_BLOCK pSrb, USHORT usStatus)
{
    switch ((usStatus >> 1) & 0x7FF)
    {
    case 0x000:
        pSrb->ScsiStatus = SCSISTAT_GOOD;
        return SRB_STATUS_SUCCESS;
    case 0x004:     /* data transfer error */
    case 0x007:     /* aborted */
        return SRB_STATUS_ABORTED;
    case 0x080:
        return NvScsiSense(pSrb, SCSI_SENSE_ILLEGAL_REQUEST, SCSI_ADSENSE_ILLEGAL_BLOCK);
    case 0x280:     /* write fault */
    case 0x281:     /* unrecovered read */
        return NvScsiSense(pSrb, SCSI_SENSE_MEDIUM_ERROR, SCSI_ADSENSE_NO_SENSE);
    default:
        return SRB_STATUS_ERROR;
    }
}

static VOID NvDrain(PNV_ADAPTER_EXTENSION pAE, PNV_QUEUE pQ)
{
    BOOLEAN fAny = FALSE;

    for (;;)
    {
        NV_CPL *pCpl = &pQ->pCq[pQ->usCqHead];
        PSCSI_REQUEST_BLOCK pSrb;
        PNV_SLOT pSlot;

        if ((pCpl->usStatus & 1) != pQ->usPhase)
            break;
        fAny = TRUE;
        if (++pQ->usCqHead == pQ->usDepth)
        {
            pQ->usCqHead = 0;
            pQ->usPhase ^= 1;
        }
        if (pCpl->usCid >= pQ->usDepth)
            continue;
        pSlot = &pQ->pSlots[pCpl->usCid];
        if (!pSlot->fPending)
            continue;

        pSrb = pSlot->pSrb;
        if (pSrb == NULL)
        {
            pAE->usAdminStatus = pCpl->usStatus;
            pAE->ulAdminDw0 = pCpl->ulDw0;
            pAE->fAdminDone = TRUE;
        }
        else
        {
            NvComplete(pAE, pSrb, NvStatusToSrb(pSrb, pCpl->usStatus));
        }
        pSlot->pSrb = NULL;
        pSlot->fPending = FALSE;
    }
    if (fAny)
        NvWrite(pAE, NvDoorbellCq(pAE, pQ->usQid), pQ->usCqHead);
}

VOID NvCompletionDpc(IN PSTOR_DPC pDpc, IN PVOID pContext, IN PVOID pArg1, IN PVOID pArg2)
{
    PNV_ADAPTER_EXTENSION pAE = (PNV_ADAPTER_EXTENSION)pContext;
    ULONG ulMessage = (ULONG)(ULONG_PTR)pArg1;
    STOR_LOCK_HANDLE lock = { 0 };
    ULONG ulIndex;

    UNREFERENCED_PARAMETER(pArg2);

    StorPortAcquireSpinLock(pAE, DpcLock, pDpc, &lock);
    for (ulIndex = 0; ulIndex <= pAE->ulQueueRoom; ulIndex++)
    {
        if (pAE->ulMessages == 0 || pAE->aQueue[ulIndex].ulMessage == ulMessage)
            NvDrain(pAE, &pAE->aQueue[ulIndex]);
    }
    if (pAE->ulMessages == 0)
        NvWrite(pAE, NV_INTMC, 1);
    StorPortReleaseSpinLock(pAE, &lock);
}
