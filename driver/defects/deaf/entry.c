/*
 * deaf/entry.c: a miniport that does not hear that its device was pulled out.
 *
 * The mistake: ScsiAdapterSurpriseRemoval is not handled. Requests that the device had stay where they
 * are until the time-out of the unit finds them.
 */
#include "nvme.h"

sp_DRIVER_INITIALIZE DriverEntry;

ULONG DriverEntry(PVOID DriverObject, PVOID RegistryPath)
{
    HW_INITIALIZATION_DATA Data;

    if (DriverObject == NULL || RegistryPath == NULL) {
        return (ULONG)STATUS_INVALID_PARAMETER;
    }

    RtlZeroMemory(&Data, sizeof(Data));
    Data.HwInitializationDataSize = sizeof(Data);
    Data.AdapterInterfaceType = PCIBus;
    Data.HwFindAdapter = (PVOID)NvmeFindAdapter;
    Data.HwInitialize = NvmeInitialize;
    Data.HwAdapterControl = NvmeAdapterControl;
    Data.HwBuildIo = NvmeBuildIo;
    Data.HwStartIo = NvmeStartIo;
    Data.HwInterrupt = NvmeLineInterrupt;
    Data.HwResetBus = NvmeResetBus;

    Data.DeviceExtensionSize = sizeof(NVME_ADAPTER);
    Data.SrbExtensionSize = sizeof(NVME_REQUEST);
    Data.NumberOfAccessRanges = 2;
    Data.MapBuffers = STOR_MAP_NON_READ_WRITE_BUFFERS;
    Data.NeedPhysicalAddresses = TRUE;
    Data.TaggedQueuing = TRUE;
    Data.AutoRequestSense = TRUE;
    Data.MultipleRequestPerLu = TRUE;
    Data.SrbTypeFlags = SRB_TYPE_FLAG_SCSI_REQUEST_BLOCK | SRB_TYPE_FLAG_STORAGE_REQUEST_BLOCK;
    Data.AddressTypeFlags = ADDRESS_TYPE_FLAG_BTL8;

    return StorPortInitialize(DriverObject, RegistryPath, &Data, NULL);
}

/* Only the messages themselves tell how many were granted. */
static VOID NvmeCountMessages(PNVME_ADAPTER Adapter)
{
    MESSAGE_INTERRUPT_INFORMATION Information;
    USHORT Count = 0;

    while (Count < NVME_MESSAGE_MAX &&
           StorPortGetMSIInfo(Adapter, Count, &Information) == STOR_STATUS_SUCCESS) {
        Count++;
    }
    Adapter->MessageCount = Count;
    Adapter->MessageStride = (USHORT)max(Count, 1);
}

/* DIRQL, interrupt lock. Interrupts are ignored until a queue opens, later. */
BOOLEAN NvmeInitialize(PVOID DeviceExtension)
{
    PNVME_ADAPTER Adapter = DeviceExtension;
    ULONG Id;

    NvmeCountMessages(Adapter);
    /* More I/O queues than messages would only share interrupts. */
    Adapter->IoQueueWanted = min(Adapter->IoQueueRoom, Adapter->MessageStride);
    for (Id = 0; Id <= Adapter->IoQueueRoom; Id++) {
        Adapter->Queues[Id].Message = Id % Adapter->MessageStride;
    }
    return StorPortEnablePassiveInitialization(Adapter, NvmePassiveInitialize);
}

/* PASSIVE: timer, interrupts and DPCs run meanwhile. */
BOOLEAN NvmePassiveInitialize(PVOID DeviceExtension)
{
    PNVME_ADAPTER Adapter = DeviceExtension;
    ULONG Id;

    for (Id = 0; Id < Adapter->MessageStride; Id++) {
        Adapter->Messages[Id].Id = Id;
        StorPortInitializeDpc(Adapter, &Adapter->Messages[Id].Dpc, NvmeCompletionDpc);
    }
    NvmeResetInitialize(Adapter);
    NvmeStartRequest(Adapter);
    return NvmeStartWait(Adapter);
}

static VOID NvmeControlList(PSCSI_SUPPORTED_CONTROL_TYPE_LIST List)
{
    static const SCSI_ADAPTER_CONTROL_TYPE Supported[] = {
        ScsiQuerySupportedControlTypes,
        ScsiStopAdapter,
        ScsiRestartAdapter,
    };
    ULONG Index;

    for (Index = 0; Index < ARRAYSIZE(Supported); Index++) {
        if ((ULONG)Supported[Index] < List->MaxControlType) {
            List->SupportedTypeList[Supported[Index]] = TRUE;
        }
    }
}

/* Under the interrupt lock: no interrupt routine runs, and no DPC drains. */
static BOOLEAN NvmeStopCallback(PVOID DeviceExtension, PVOID Context)
{
    PNVME_ADAPTER Adapter = DeviceExtension;
    ULONG Configuration;
    ULONG Id;

    UNREFERENCED_PARAMETER(Context);

    Adapter->ResetInProgress = TRUE;
    for (Id = 0; Id <= Adapter->IoQueueRoom; Id++) {
        NvmeQueueClose(&Adapter->Queues[Id]);
    }
    if (Adapter->MessageCount == 0) {
        NvmeWrite(Adapter, NVME_REG_INTMS, NVME_INT_VECTOR0);
    }
    Configuration = NvmeRead(Adapter, NVME_REG_CC);
    if (Configuration != NVME_REG_GONE && (Configuration & NVME_CC_EN) != 0) {
        NvmeWrite(Adapter, NVME_REG_CC,
                  (Configuration & ~(ULONG)NVME_CC_SHN_MASK) | NVME_CC_SHN_NORMAL);
    }
    return TRUE;
}

/*
 * No request is outstanding, and the flush request came before. Nothing is waited for: the
 * controller is told to shut down, the queues are closed. State keeps what it was; a restart goes
 * through Disabling from there.
 *
 * The documents contradict each other about the caller: at DIRQL it holds the interrupt lock, which
 * must not be taken twice; below it holds none.
 */
static VOID NvmeStop(PNVME_ADAPTER Adapter)
{
    InterlockedExchange(&Adapter->Stopped, 1);
    InterlockedExchange(&Adapter->StartRequested, 0);
    StorPortNotification(RequestTimerCall, Adapter, NvmeTimer, 0);

    if (KeGetCurrentIrql() > DISPATCH_LEVEL) {
        NvmeStopCallback(Adapter, NULL);
    } else {
        StorPortSynchronizeAccess(Adapter, NvmeStopCallback, NULL);
    }
}

SCSI_ADAPTER_CONTROL_STATUS
NvmeAdapterControl(PVOID DeviceExtension, SCSI_ADAPTER_CONTROL_TYPE ControlType, PVOID Parameters)
{
    PNVME_ADAPTER Adapter = DeviceExtension;

    switch (ControlType) {
    case ScsiQuerySupportedControlTypes:
        NvmeControlList(Parameters);
        return ScsiAdapterControlSuccess;
    case ScsiStopAdapter:
        NvmeStop(Adapter);
        return ScsiAdapterControlSuccess;
    case ScsiRestartAdapter:
        NvmeStartRequest(Adapter);
        return ScsiAdapterControlSuccess;
    default:
        return ScsiAdapterControlUnsuccessful;
    }
}
