/*++

Module Name:

    nvreset.c

Abstract:

    HwResetBus as it was before the review: the adapter is marked busy, a DPC is queued, and TRUE
    is returned while every request is still outstanding. The DPC resets the controller, gives the
    requests back and lets the timer's state machine start the controller again.

--*/

#include "nvstor.h"
#include "nvreset.tmh"

BOOLEAN NvHwResetBus(IN PVOID pContext, IN ULONG ulPathId)
{
    PNV_ADAPTER_EXTENSION pAE = (PNV_ADAPTER_EXTENSION)pContext;

    UNREFERENCED_PARAMETER(ulPathId);

    if (pAE->fRecovery)
        return FALSE;
    pAE->fRecovery = TRUE;
    StorPortDebugPrint(TRACE_LEVEL_WARNING, "NVSTOR: reset of path %d\n", ulPathId);
    StorPortBusy(pAE, 0xFFFFFFFFL);
    StorPortIssueDpc(pAE, &pAE->RecoveryDpc, NULL, NULL);
    return TRUE;
}

static BOOLEAN NvDisable(PNV_ADAPTER_EXTENSION pAE)
{
    NV_CC_REG cc;
    NV_CSTS_REG csts;
    ULONG ulLook;

    cc.AsUlong = NvRead(pAE, NV_CC);
    if (cc.AsUlong == 0xFFFFFFFFL)
        return FALSE;
    cc.EN = 0;
    NvWrite(pAE, NV_CC, cc.AsUlong);
    for (ulLook = 0; ulLook < NVSTOR_RECOVERY_POLL; ulLook++)
    {
        StorPortStallExecution(NVSTOR_STALL_US);
        csts.AsUlong = NvRead(pAE, NV_CSTS);
        if (csts.AsUlong != 0xFFFFFFFFL && !csts.RDY)
            return TRUE;
    }
    return FALSE;
}

VOID NvRecoveryDpc(IN PSTOR_DPC pDpc, IN PVOID pContext, IN PVOID pArg1, IN PVOID pArg2)
{
    PNV_ADAPTER_EXTENSION pAE = (PNV_ADAPTER_EXTENSION)pContext;
    STOR_LOCK_HANDLE lock = { 0 };
    BOOLEAN fQuiet;
    ULONG ulIndex;
    USHORT usSlot;

    UNREFERENCED_PARAMETER(pDpc);
    UNREFERENCED_PARAMETER(pArg1);
    UNREFERENCED_PARAMETER(pArg2);

    StorPortAcquireSpinLock(pAE, StartIoLock, NULL, &lock);
    fQuiet = NvDisable(pAE);
    StorPortNotification(ResetDetected, pAE, 0);
    for (ulIndex = 1; ulIndex <= pAE->ulQueueRoom; ulIndex++)
    {
        PNV_QUEUE pQ = &pAE->aQueue[ulIndex];

        for (usSlot = 0; usSlot < pQ->usDepth; usSlot++)
        {
            PSCSI_REQUEST_BLOCK pSrb = pQ->pSlots[usSlot].pSrb;

            if (pQ->pSlots[usSlot].fPending && pSrb != NULL)
            {
                pQ->pSlots[usSlot].pSrb = NULL;
                pQ->pSlots[usSlot].fPending = FALSE;
                NvComplete(pAE, pSrb, SRB_STATUS_BUS_RESET);
            }
        }
    }
    if (fQuiet)
        NvStartBegin(pAE);
    else
        pAE->StartState = StateFailed;
    StorPortReleaseSpinLock(pAE, &lock);
}
