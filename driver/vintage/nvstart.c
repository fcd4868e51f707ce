/*++

Module Name:

    nvstart.c

Abstract:

    The start-up as a state machine that HwStorTimer drives every five milliseconds. It serves
    the first start and the end of every recovery. One admin command is out at a time.

--*/

#include "nvstor.h"
#include "nvstart.tmh"

LONGLONG NvNow(VOID)
{
    LARGE_INTEGER liNow;

    StorPortQuerySystemTime(&liNow);
    return liNow.QuadPart;
}

static VOID NvStartEnter(PNV_ADAPTER_EXTENSION pAE, NV_START_STATE State)
{
    pAE->StartState = State;
    pAE->llStepBegan = NvNow();
    pAE->fAdminBusy = FALSE;
    pAE->fAdminDone = FALSE;
}

static VOID NvClearQueue(PNV_QUEUE pQ)
{
    USHORT usSlot;

    pQ->usSqTail = 0;
    pQ->usCqHead = 0;
    pQ->usPhase = 1;
    pQ->usHint = 0;
    RtlZeroMemory(pQ->pCq, pQ->usDepth * sizeof(NV_CPL));
    for (usSlot = 0; usSlot < pQ->usDepth; usSlot++)
    {
        pQ->pSlots[usSlot].pSrb = NULL;
        pQ->pSlots[usSlot].fPending = FALSE;
    }
}

/* The controller is disabled (CSTS.RDY is 0). Everything is set up anew and it is enabled. */
VOID NvStartBegin(PNV_ADAPTER_EXTENSION pAE)
{
    NV_CC_REG cc;
    ULONG ulIndex;

    for (ulIndex = 0; ulIndex <= pAE->ulQueueRoom; ulIndex++)
        NvClearQueue(&pAE->aQueue[ulIndex]);

    NvWrite(pAE, NV_AQA, ((NVSTOR_ADMIN_DEPTH - 1L) << 16) | (NVSTOR_ADMIN_DEPTH - 1L));
    NvWrite(pAE, NV_ASQ_LO, pAE->aQueue[0].paSq.LowPart);
    NvWrite(pAE, NV_ASQ_HI, (ULONG)pAE->aQueue[0].paSq.HighPart);
    NvWrite(pAE, NV_ACQ_LO, pAE->aQueue[0].paCq.LowPart);
    NvWrite(pAE, NV_ACQ_HI, (ULONG)pAE->aQueue[0].paCq.HighPart);

    cc.AsUlong = 0;
    cc.IOSQES = 6;
    cc.IOCQES = 4;
    cc.EN = 1;
    NvStartEnter(pAE, StateWaitOnRdy);
    NvWrite(pAE, NV_CC, cc.AsUlong);
    StorPortNotification(RequestTimerCall, pAE, NvHwTimer, NVSTOR_TIMER_US);
}

static VOID NvAdminIdentify(PNV_ADAPTER_EXTENSION pAE, NV_COMMAND *pCmd, ULONG ulCns, ULONG ulNsid)
{
    pCmd->ucOpcode = NV_OP_ADM_IDENTIFY;
    pCmd->ulNsid = ulNsid;
    pCmd->ullPrp1 = (ULONGLONG)pAE->paIdentify.QuadPart;
    pCmd->aulDw[0] = ulCns;
}

/* Writes the command of a state. */
static VOID NvAdminSend(PNV_ADAPTER_EXTENSION pAE)
{
    PNV_QUEUE pQ = &pAE->aQueue[pAE->ulStartQueue];
    NV_COMMAND cmd = { 0 };

    switch (pAE->StartState)
    {
    case StateIdentifyCtrl:
        NvAdminIdentify(pAE, &cmd, 1, 0);
        break;
    case StateIdentifyNs:
        NvAdminIdentify(pAE, &cmd, 0, 1);
        break;
    case StateSetQueues:
        cmd.ucOpcode = NV_OP_ADM_SET_FEATURES;
        cmd.aulDw[0] = 7;
        cmd.aulDw[1] = ((pAE->ulQueueRoom - 1) << 16) | (pAE->ulQueueRoom - 1);
        break;
    case StateCreateCq:
        cmd.ucOpcode = NV_OP_ADM_CREATE_CQ;
        cmd.ullPrp1 = (ULONGLONG)pQ->paCq.QuadPart;
        cmd.aulDw[0] = ((ULONG)(pQ->usDepth - 1) << 16) | pQ->usQid;
        cmd.aulDw[1] = (pQ->ulMessage << 16) | 3;
        break;
    case StateCreateSq:
        cmd.ucOpcode = NV_OP_ADM_CREATE_SQ;
        cmd.ullPrp1 = (ULONGLONG)pQ->paSq.QuadPart;
        cmd.aulDw[0] = ((ULONG)(pQ->usDepth - 1) << 16) | pQ->usQid;
        cmd.aulDw[1] = ((ULONG)pQ->usQid << 16) | 1;
        break;
    default:
        return;
    }
    pAE->fAdminBusy = TRUE;
    NvSubmit(pAE, &pAE->aQueue[0], NULL, &cmd);
}

/* Takes up the result of a state's command and moves on. */
static VOID NvAdminResult(PNV_ADAPTER_EXTENSION pAE)
{
    UCHAR ucFormat;

    if ((pAE->usAdminStatus >> 1) != 0)
    {
        StorPortDebugPrint(TRACE_LEVEL_ERROR, "NVSTOR: state %d failed, status 0x%x\n",
                           pAE->StartState, pAE->usAdminStatus >> 1);
        NvStartEnter(pAE, StateFailed);
        return;
    }
    switch (pAE->StartState)
    {
    case StateIdentifyCtrl:
        RtlCopyMemory(pAE->aucSerial, pAE->pIdentify + 4, sizeof(pAE->aucSerial));
        RtlCopyMemory(pAE->aucModel, pAE->pIdentify + 24, sizeof(pAE->aucModel));
        RtlCopyMemory(pAE->aucFirmware, pAE->pIdentify + 64, sizeof(pAE->aucFirmware));
        NvStartEnter(pAE, StateIdentifyNs);
        break;
    case StateIdentifyNs:
        ucFormat = pAE->pIdentify[26] & 0xF;
        pAE->ullBlocks = *(PULONGLONG)pAE->pIdentify;
        pAE->ulBlockSize = 1UL << pAE->pIdentify[128 + 4 * ucFormat + 2];
        NvStartEnter(pAE, StateSetQueues);
        break;
    case StateSetQueues:
        pAE->ulQueues = min((pAE->ulAdminDw0 & 0xFFFF) + 1, (pAE->ulAdminDw0 >> 16) + 1);
        pAE->ulQueues = min(pAE->ulQueues, pAE->ulQueueRoom);
        pAE->ulStartQueue = 1;
        NvStartEnter(pAE, StateCreateCq);
        break;
    case StateCreateCq:
        NvStartEnter(pAE, StateCreateSq);
        break;
    case StateCreateSq:
        if (pAE->ulStartQueue++ < pAE->ulQueues)
            NvStartEnter(pAE, StateCreateCq);
        else
            NvStartEnter(pAE, StateRunning);
        break;
    default:
        break;
    }
}

VOID NvHwTimer(IN PVOID pContext)
{
    PNV_ADAPTER_EXTENSION pAE = (PNV_ADAPTER_EXTENSION)pContext;
    NV_CSTS_REG csts;

    if (pAE->fStopped || pAE->StartState >= StateRunning)
        return;

    if (pAE->StartState == StateWaitOnRdy)
    {
        csts.AsUlong = NvRead(pAE, NV_CSTS);
        if (csts.AsUlong == 0xFFFFFFFFL || csts.CFS)
            NvStartEnter(pAE, StateFailed);
        else if (csts.RDY)
            NvStartEnter(pAE, StateIdentifyCtrl);
    }
    else if (pAE->fAdminDone)
    {
        NvAdminResult(pAE);
    }
    if (pAE->StartState > StateWaitOnRdy && pAE->StartState < StateRunning && !pAE->fAdminBusy)
        NvAdminSend(pAE);

    if (pAE->StartState < StateRunning && NvNow() - pAE->llStepBegan > NVSTOR_STEP_SECONDS * 10000000LL)
        NvStartEnter(pAE, StateFailed);

    if (pAE->StartState == StateRunning)
    {
        if (pAE->fRecovery)
        {
            /* Requests may come again. */
            pAE->fRecovery = FALSE;
            StorPortReady(pAE);
        }
        return;
    }
    if (pAE->StartState == StateFailed)
        return;     /* after a recovery the adapter stays busy: nothing could be done with requests */
    StorPortNotification(RequestTimerCall, pAE, NvHwTimer, NVSTOR_TIMER_US);
}
