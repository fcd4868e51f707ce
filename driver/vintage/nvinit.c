/*++

Module Name:

    nvinit.c

Abstract:

    DriverEntry, HwFindAdapter, HwInitialize, passive initialization, adapter control.

--*/

#include "nvstor.h"
#include "nvinit.tmh"

#pragma warning(disable : 4100)     /* unreferenced formal parameter */

ULONG DriverEntry(IN PVOID pDriverObject, IN PVOID pRegistryPath)
{
    HW_INITIALIZATION_DATA hwInit = { 0 };

    WPP_INIT_TRACING(pDriverObject, pRegistryPath);
    StorPortDebugPrint(TRACE_LEVEL_INFORMATION, "NVSTOR: DriverEntry, DriverObject %p\n", pDriverObject);

    hwInit.HwInitializationDataSize = sizeof(HW_INITIALIZATION_DATA);
    hwInit.AdapterInterfaceType = PCIBus;
    hwInit.HwInitialize = NvHwInitialize;
    hwInit.HwStartIo = NvHwStartIo;
    hwInit.HwInterrupt = NvHwInterrupt;
    hwInit.HwFindAdapter = NvHwFindAdapter;
    hwInit.HwResetBus = NvHwResetBus;
    hwInit.HwBuildIo = NvHwBuildIo;
    hwInit.HwAdapterControl = NvHwAdapterControl;
    hwInit.DeviceExtensionSize = sizeof(NV_ADAPTER_EXTENSION);
    hwInit.SrbExtensionSize = sizeof(NV_SRB_EXTENSION);
    hwInit.NumberOfAccessRanges = 2;
    hwInit.MapBuffers = STOR_MAP_NON_READ_WRITE_BUFFERS;
    hwInit.NeedPhysicalAddresses = TRUE;
    hwInit.TaggedQueuing = TRUE;
    hwInit.AutoRequestSense = TRUE;
    hwInit.MultipleRequestPerLu = TRUE;

    return StorPortInitialize(pDriverObject, pRegistryPath, &hwInit, NULL);
}

/* Rings and slots of one queue. What was allocated before a failure is given back by the caller. */
static BOOLEAN NvAllocateQueue(PNV_ADAPTER_EXTENSION pAE, PNV_QUEUE pQ, USHORT usQid, USHORT usDepth)
{
    STOR_PHYSICAL_ADDRESS paLow, paHigh, paAlign;
    PVOID pRing = NULL;
    ULONG ulLength = 0;

    paLow.QuadPart = 0;
    paHigh.QuadPart = -1;
    paAlign.QuadPart = 0;
    pQ->usQid = usQid;
    pQ->usDepth = usDepth;
    if (StorPortAllocateContiguousMemorySpecifyCacheNode(
            pAE, (SIZE_T)ROUND_TO_PAGES(usDepth * sizeof(NV_COMMAND)), paLow, paHigh, paAlign,
            MmCached, MM_ANY_NODE_OK, &pRing) != STOR_STATUS_SUCCESS)
        return FALSE;
    pQ->pSq = (NV_COMMAND *)pRing;
    pQ->paSq = StorPortGetPhysicalAddress(pAE, NULL, pQ->pSq, &ulLength);

    if (StorPortAllocateContiguousMemorySpecifyCacheNode(
            pAE, (SIZE_T)ROUND_TO_PAGES(usDepth * sizeof(NV_CPL)), paLow, paHigh, paAlign,
            MmCached, MM_ANY_NODE_OK, &pRing) != STOR_STATUS_SUCCESS)
        return FALSE;
    pQ->pCq = (NV_CPL *)pRing;
    pQ->paCq = StorPortGetPhysicalAddress(pAE, NULL, pQ->pCq, &ulLength);

    if (StorPortAllocatePool(pAE, (ULONG)(usDepth * sizeof(NV_SLOT)), NVSTOR_TAG,
                             (PVOID *)&pQ->pSlots) != STOR_STATUS_SUCCESS)
        return FALSE;
    return TRUE;
}

static VOID NvFreeQueue(PNV_ADAPTER_EXTENSION pAE, PNV_QUEUE pQ)
{
    if (pQ->pSlots != NULL)
        StorPortFreePool(pAE, pQ->pSlots);
    if (pQ->pCq != NULL)
        StorPortFreeContiguousMemorySpecifyCache(
            pAE, pQ->pCq, (SIZE_T)ROUND_TO_PAGES(pQ->usDepth * sizeof(NV_CPL)), MmCached);
    if (pQ->pSq != NULL)
        StorPortFreeContiguousMemorySpecifyCache(
            pAE, pQ->pSq, (SIZE_T)ROUND_TO_PAGES(pQ->usDepth * sizeof(NV_COMMAND)), MmCached);
    RtlZeroMemory(pQ, sizeof(NV_QUEUE));
}

static VOID NvCountProcessors(PNV_ADAPTER_EXTENSION pAE)
{
    KAFFINITY kaMask = 0;
    USHORT usGroups = 1, usGroup;

    StorPortGetActiveGroupCount(pAE, &usGroups);
    for (usGroup = 0; usGroup < usGroups; usGroup++)
    {
        StorPortGetGroupAffinity(pAE, usGroup, &kaMask);
        while (kaMask != 0)
        {
            pAE->ulCpus++;
            kaMask &= kaMask - 1;
        }
    }
    if (pAE->ulCpus > NVSTOR_MAX_CPUS)
        pAE->ulCpus = NVSTOR_MAX_CPUS;
}

ULONG NvHwFindAdapter(IN PVOID pContext, IN PVOID pHwContext, IN PVOID pBusInformation,
                      IN PCHAR pArgumentString, IN OUT PPORT_CONFIGURATION_INFORMATION pPCI,
                      OUT PBOOLEAN pAgain)
{
    PNV_ADAPTER_EXTENSION pAE = (PNV_ADAPTER_EXTENSION)pContext;
    PACCESS_RANGE pRange = NULL;
    ULONG ulStatus = SP_RETURN_BAD_CONFIG;
    ULONG ulIndex, ulCapHi;

    UNREFERENCED_PARAMETER(pHwContext);
    UNREFERENCED_PARAMETER(pBusInformation);
    UNREFERENCED_PARAMETER(pArgumentString);
    *pAgain = FALSE;

    __try
    {
        for (ulIndex = 0; ulIndex < pPCI->NumberOfAccessRanges; ulIndex++)
        {
            pRange = &((*(pPCI->AccessRanges))[ulIndex]);
            if (pRange->RangeInMemory && pRange->RangeLength >= 0x2000)
                break;
            pRange = NULL;
        }
        if (pRange == NULL)
            __leave;
        pAE->ulBarLength = pRange->RangeLength;
        pAE->pBar = StorPortGetDeviceBase(pAE, pPCI->AdapterInterfaceType, pPCI->SystemIoBusNumber,
                                          pRange->RangeStart, pRange->RangeLength, FALSE);
        if (pAE->pBar == NULL || NvRead(pAE, NV_CSTS) == 0xFFFFFFFFL)
            __leave;
        ulStatus = SP_RETURN_ERROR;

        pPCI->MaximumTransferLength = NVSTOR_MAX_TRANSFER;
        pPCI->NumberOfPhysicalBreaks = NVSTOR_PRP_ENTRIES + 1;
        pPCI->NumberOfBuses = 1;
        pPCI->MaximumNumberOfTargets = 1;
        pPCI->MaximumNumberOfLogicalUnits = 1;
        pPCI->AlignmentMask = FILE_DWORD_ALIGNMENT;
        pPCI->ScatterGather = TRUE;
        pPCI->Master = TRUE;
        pPCI->CachesData = FALSE;
        pPCI->Dma32BitAddresses = TRUE;
        pPCI->Dma64BitAddresses = SCSI_DMA64_MINIPORT_SUPPORTED;
        pPCI->WmiDataProvider = FALSE;
        pPCI->SynchronizationModel = StorSynchronizeFullDuplex;
        pPCI->HwMSInterruptRoutine = NvHwMSInterrupt;
        pPCI->InterruptSynchronizationMode = InterruptSynchronizePerMessage;

        /* The adapter object must exist before memory is asked for; a byte makes it. */
        pAE->pUncached = StorPortGetUncachedExtension(pAE, pPCI, 1);
        if (pAE->pUncached == NULL)
            __leave;

        ulCapHi = NvRead(pAE, NV_CAP_HI);
        pAE->ulDstrd = ulCapHi & 0xF;
        pAE->ulReadyMs = ((NvRead(pAE, NV_CAP_LO) >> 24) & 0xFF) * 500;
        NvCountProcessors(pAE);

        if (!NvAllocateQueue(pAE, &pAE->aQueue[0], 0, NVSTOR_ADMIN_DEPTH))
            __leave;
        for (ulIndex = 1; ulIndex <= min(pAE->ulCpus, (ULONG)NVSTOR_MAX_QUEUES); ulIndex++)
        {
            if (!NvAllocateQueue(pAE, &pAE->aQueue[ulIndex], (USHORT)ulIndex, NVSTOR_IO_DEPTH))
                __leave;
            pAE->ulQueueRoom = ulIndex;
        }
        {
            STOR_PHYSICAL_ADDRESS paLow, paHigh, paAlign;
            ULONG ulLength = 0;

            paLow.QuadPart = 0;
            paHigh.QuadPart = -1;
            paAlign.QuadPart = 0;
            if (StorPortAllocateContiguousMemorySpecifyCacheNode(
                    pAE, PAGE_SIZE, paLow, paHigh, paAlign, MmCached, MM_ANY_NODE_OK,
                    (PVOID *)&pAE->pIdentify) != STOR_STATUS_SUCCESS)
                __leave;
            pAE->paIdentify = StorPortGetPhysicalAddress(pAE, NULL, pAE->pIdentify, &ulLength);
        }
        ulStatus = SP_RETURN_FOUND;
    }
    __finally
    {
        if (ulStatus != SP_RETURN_FOUND)
        {
            StorPortDebugPrint(TRACE_LEVEL_ERROR, "NVSTOR: FindAdapter gives up, 0x%x\n", ulStatus);
            for (ulIndex = 0; ulIndex <= NVSTOR_MAX_QUEUES; ulIndex++)
                NvFreeQueue(pAE, &pAE->aQueue[ulIndex]);
        }
    }
    return ulStatus;
}

/* CC.EN off, then on; each time the clock is read until CSTS.RDY follows, at DIRQL. */
static BOOLEAN NvWaitRdy(PNV_ADAPTER_EXTENSION pAE, ULONG ulWanted)
{
    LONGLONG llEnd = NvNow() + (LONGLONG)pAE->ulReadyMs * 10000;
    NV_CSTS_REG csts;

    do
    {
        csts.AsUlong = NvRead(pAE, NV_CSTS);
        if (csts.AsUlong == 0xFFFFFFFFL || csts.CFS)
            return FALSE;
        if (csts.RDY == ulWanted)
            return TRUE;
    } while (NvNow() < llEnd);
    return FALSE;
}

BOOLEAN NvHwInitialize(IN PVOID pContext)
{
    PNV_ADAPTER_EXTENSION pAE = (PNV_ADAPTER_EXTENSION)pContext;
    MESSAGE_INTERRUPT_INFORMATION msi;
    PERF_CONFIGURATION_DATA perf = { 0 };
    NV_CC_REG cc;
    ULONG ulStatus, ulIndex;

    /* How many messages there are is only known by asking for one too many. */
    while (StorPortGetMSIInfo(pAE, pAE->ulMessages, &msi) == STOR_STATUS_SUCCESS)
        pAE->ulMessages++;
    StorPortDebugPrint(TRACE_LEVEL_INFORMATION, "NVSTOR: %d messages, %d processors\n",
                       pAE->ulMessages, pAE->ulCpus);

    /* Version and size left zero: only what is supported is asked for. */
    ulStatus = StorPortInitializePerfOpts(pAE, TRUE, &perf);
    if (ulStatus == STOR_STATUS_SUCCESS && (perf.Flags & STOR_PERF_DPC_REDIRECTION))
    {
        RtlZeroMemory(&perf, sizeof(perf));
        perf.Version = STOR_PERF_VERSION;
        perf.Size = sizeof(perf);
        perf.Flags = STOR_PERF_DPC_REDIRECTION;
        StorPortInitializePerfOpts(pAE, FALSE, &perf);
    }

    cc.AsUlong = NvRead(pAE, NV_CC);
    if (cc.EN)
    {
        cc.EN = 0;
        NvWrite(pAE, NV_CC, cc.AsUlong);
    }
    if (!NvWaitRdy(pAE, 0))
    {
        StorPortLogError(pAE, NULL, 0, 0, 0, SP_INTERNAL_ADAPTER_ERROR, __LINE__);
        return FALSE;
    }
    for (ulIndex = 0; ulIndex <= pAE->ulQueueRoom; ulIndex++)
        pAE->aQueue[ulIndex].ulMessage = pAE->ulMessages ? ulIndex % pAE->ulMessages : 0;

    return StorPortEnablePassiveInitialization(pAE, NvHwPassiveInitialize);
}

/* The timer does the work; this waits for it the only way a miniport could. */
BOOLEAN NvHwPassiveInitialize(IN PVOID pContext)
{
    PNV_ADAPTER_EXTENSION pAE = (PNV_ADAPTER_EXTENSION)pContext;
    LONGLONG llEnd;
    ULONG ulCpu;

    for (ulCpu = 0; ulCpu < pAE->ulCpus; ulCpu++)
        StorPortInitializeDpc(pAE, &pAE->aDpc[ulCpu], NvCompletionDpc);
    StorPortInitializeDpc(pAE, &pAE->RecoveryDpc, NvRecoveryDpc);

    llEnd = NvNow() + 30 * 10000000LL;
    NvStartBegin(pAE);
    while (pAE->StartState != StateRunning && pAE->StartState != StateFailed && NvNow() < llEnd)
        StorPortStallExecution(NVSTOR_STALL_US);

    StorPortDebugPrint(TRACE_LEVEL_INFORMATION, "NVSTOR: started, %I64d blocks of %d bytes\n",
                       pAE->ullBlocks, pAE->ulBlockSize);
    return (BOOLEAN)(pAE->StartState == StateRunning);
}

SCSI_ADAPTER_CONTROL_STATUS NvHwAdapterControl(IN PVOID pContext,
                                               IN SCSI_ADAPTER_CONTROL_TYPE ControlType,
                                               IN PVOID pParameters)
{
    PNV_ADAPTER_EXTENSION pAE = (PNV_ADAPTER_EXTENSION)pContext;
    PSCSI_SUPPORTED_CONTROL_TYPE_LIST pList;
    NV_CC_REG cc;

    switch (ControlType)
    {
    case ScsiQuerySupportedControlTypes:
        pList = (PSCSI_SUPPORTED_CONTROL_TYPE_LIST)pParameters;
        if (ScsiQuerySupportedControlTypes < pList->MaxControlType)
            pList->SupportedTypeList[ScsiQuerySupportedControlTypes] = TRUE;
        if (ScsiStopAdapter < pList->MaxControlType)
            pList->SupportedTypeList[ScsiStopAdapter] = TRUE;
        if (ScsiRestartAdapter < pList->MaxControlType)
            pList->SupportedTypeList[ScsiRestartAdapter] = TRUE;
        return ScsiAdapterControlSuccess;

    case ScsiStopAdapter:
        pAE->fStopped = TRUE;
        cc.AsUlong = NvRead(pAE, NV_CC);
        if (cc.AsUlong != 0xFFFFFFFFL)
        {
            cc.SHN = 1;
            NvWrite(pAE, NV_CC, cc.AsUlong);
        }
        return ScsiAdapterControlSuccess;

    case ScsiRestartAdapter:
        pAE->fStopped = FALSE;
        cc.AsUlong = NvRead(pAE, NV_CC);
        cc.EN = 0;
        cc.SHN = 0;
        NvWrite(pAE, NV_CC, cc.AsUlong);
        if (!NvWaitRdy(pAE, 0))
            return ScsiAdapterControlUnsuccessful;
        NvStartBegin(pAE);
        return ScsiAdapterControlSuccess;

    default:
        return ScsiAdapterControlUnsuccessful;
    }
}
