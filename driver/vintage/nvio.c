/*++

Module Name:

    nvio.c

Abstract:

    HwBuildIo and HwStartIo. Command identifiers are slots; a slot is taken under the StartIo lock
    and given back by the completion DPC, which writes fPending last.

--*/

#include "nvstor.h"
#include "nvio.tmh"

VOID NvComplete(PNV_ADAPTER_EXTENSION pAE, PSCSI_REQUEST_BLOCK pSrb, UCHAR ucStatus)
{
    pSrb->SrbStatus = ucStatus;
    StorPortNotification(RequestComplete, pAE, pSrb);
}

/* Physical region pages of the request's scatter/gather list. */
static BOOLEAN NvBuildPrps(PNV_ADAPTER_EXTENSION pAE, PSCSI_REQUEST_BLOCK pSrb, PNV_SRB_EXTENSION pExt)
{
    PSTOR_SCATTER_GATHER_LIST pSgl = StorPortGetScatterGatherList(pAE, pSrb);
    ULONGLONG *pList = (ULONGLONG *)ALIGN_UP_POINTER_BY(pExt->aullPrp, NVSTOR_PRP_ENTRIES * 8);
    STOR_PHYSICAL_ADDRESS pa;
    ULONG ulElement, ulCount = 0, ulLength = 0;

    if (pSgl == NULL)
        return FALSE;
    for (ulElement = 0; ulElement < pSgl->NumberOfElements; ulElement++)
    {
        ULONGLONG ullAddress = (ULONGLONG)pSgl->List[ulElement].PhysicalAddress.QuadPart;
        ULONG ulLeft = pSgl->List[ulElement].Length;

        while (ulLeft != 0)
        {
            ULONG ulPiece = min(ulLeft, (ULONG)PAGE_SIZE - (ULONG)(ullAddress & (PAGE_SIZE - 1)));

            if (ulCount > NVSTOR_PRP_ENTRIES)
                return FALSE;
            if (ulCount == 0)
                pExt->Command.ullPrp1 = ullAddress;
            else
                pList[ulCount - 1] = ullAddress;
            ulCount++;
            ullAddress += ulPiece;
            ulLeft -= ulPiece;
        }
    }
    if (ulCount == 2)
    {
        pExt->Command.ullPrp2 = pList[0];
    }
    else if (ulCount > 2)
    {
        pa = StorPortGetPhysicalAddress(pAE, pSrb, pList, &ulLength);
        pExt->Command.ullPrp2 = (ULONGLONG)pa.QuadPart;
    }
    return TRUE;
}

BOOLEAN NvHwBuildIo(IN PVOID pContext, IN PSCSI_REQUEST_BLOCK pSrb)
{
    PNV_ADAPTER_EXTENSION pAE = (PNV_ADAPTER_EXTENSION)pContext;
    PNV_SRB_EXTENSION pExt = (PNV_SRB_EXTENSION)pSrb->SrbExtension;
    UCHAR ucStatus;

    if (pSrb->Function != SRB_FUNCTION_EXECUTE_SCSI)
        return TRUE;

    if (pAE->StartState == StateFailed)
    {
        NvComplete(pAE, pSrb, SRB_STATUS_NO_DEVICE);
        return FALSE;
    }
    if (pAE->StartState != StateRunning || pAE->fRecovery)
    {
        NvComplete(pAE, pSrb, SRB_STATUS_BUSY);
        return FALSE;
    }
    if (pSrb->PathId != 0 || pSrb->TargetId != 0 || pSrb->Lun != 0)
    {
        NvComplete(pAE, pSrb, SRB_STATUS_NO_DEVICE);
        return FALSE;
    }

    RtlZeroMemory(&pExt->Command, sizeof(NV_COMMAND));
    ucStatus = NvScsiBuild(pAE, pSrb, &pExt->Command);
    if (ucStatus != SRB_STATUS_PENDING)
    {
        NvComplete(pAE, pSrb, ucStatus);
        return FALSE;
    }
    if (pExt->Command.ucOpcode != NV_OP_FLUSH && !NvBuildPrps(pAE, pSrb, pExt))
    {
        NvComplete(pAE, pSrb, SRB_STATUS_INVALID_REQUEST);
        return FALSE;
    }
    return TRUE;
}

/* A free slot, the entry, the doorbell. FALSE: the queue is full. The StartIo lock is held. */
BOOLEAN NvSubmit(PNV_ADAPTER_EXTENSION pAE, PNV_QUEUE pQ, PSCSI_REQUEST_BLOCK pSrb, NV_COMMAND *pCmd)
{
    USHORT usTry, usSlot = pQ->usHint;

    for (usTry = 0; usTry < pQ->usDepth - 1; usTry++)
    {
        if (!pQ->pSlots[usSlot].fPending)
            break;
        usSlot = (USHORT)((usSlot + 1) % (pQ->usDepth - 1));
    }
    if (usTry == pQ->usDepth - 1)
        return FALSE;

    pQ->usHint = (USHORT)((usSlot + 1) % (pQ->usDepth - 1));
    pQ->pSlots[usSlot].pSrb = pSrb;
    pQ->pSlots[usSlot].fPending = TRUE;
    pCmd->usCid = usSlot;
    pQ->pSq[pQ->usSqTail] = *pCmd;
    pQ->usSqTail = (USHORT)((pQ->usSqTail + 1) % pQ->usDepth);
    KeMemoryBarrier();
    NvWrite(pAE, NvDoorbellSq(pAE, pQ->usQid), pQ->usSqTail);
    return TRUE;
}

BOOLEAN NvHwStartIo(IN PVOID pContext, IN PSCSI_REQUEST_BLOCK pSrb)
{
    PNV_ADAPTER_EXTENSION pAE = (PNV_ADAPTER_EXTENSION)pContext;
    PNV_SRB_EXTENSION pExt = (PNV_SRB_EXTENSION)pSrb->SrbExtension;
    PROCESSOR_NUMBER procNumber = { 0 };
    PNV_QUEUE pQ;

    switch (pSrb->Function)
    {
    case SRB_FUNCTION_EXECUTE_SCSI:
        if (pAE->StartState != StateRunning || pAE->fRecovery)
        {
            NvComplete(pAE, pSrb, SRB_STATUS_BUSY);
            return TRUE;
        }
        StorPortGetCurrentProcessorNumber(pAE, &procNumber);
        pQ = &pAE->aQueue[1 + procNumber.Number % pAE->ulQueues];
        if (!NvSubmit(pAE, pQ, pSrb, &pExt->Command))
        {
            StorPortDeviceBusy(pAE, pSrb->PathId, pSrb->TargetId, pSrb->Lun, 1);
            NvComplete(pAE, pSrb, SRB_STATUS_BUSY);
        }
        return TRUE;

    case SRB_FUNCTION_RESET_LOGICAL_UNIT:
    case SRB_FUNCTION_RESET_DEVICE:
    case SRB_FUNCTION_RESET_BUS:
        NvComplete(pAE, pSrb, (UCHAR)(NvHwResetBus(pAE, pSrb->PathId) ? SRB_STATUS_SUCCESS
                                                                        : SRB_STATUS_INVALID_REQUEST));
        return TRUE;

    case SRB_FUNCTION_POWER:
    case SRB_FUNCTION_PNP:
    case SRB_FUNCTION_SHUTDOWN:
    case SRB_FUNCTION_FLUSH:
        NvComplete(pAE, pSrb, SRB_STATUS_SUCCESS);
        return TRUE;

    default:
        NvComplete(pAE, pSrb, SRB_STATUS_INVALID_REQUEST);
        return TRUE;
    }
}
