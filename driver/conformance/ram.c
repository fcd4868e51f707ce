/*
 * ram.c: see ram.h.
 */
#include "ram.h"

static UCHAR RamDisk[RAM_BLOCKS * RAM_BLOCK_BYTES]; /* StartIo lock */

sp_DRIVER_INITIALIZE DriverEntry;
static HW_FIND_ADAPTER RamFindAdapter;
static HW_INITIALIZE RamInitialize;
static HW_PASSIVE_INITIALIZE_ROUTINE RamPassiveInitialize;
static HW_BUILDIO RamBuildIo;
static HW_STARTIO RamStartIo;
static HW_INTERRUPT RamInterrupt;
static HW_RESET_BUS RamResetBus;
static HW_DPC_ROUTINE RamDpc;
static HW_ADAPTER_CONTROL RamAdapterControl;
static HW_TIMER RamTimer;

VOID RamComplete(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb, UCHAR Status)
{
    if (((PRAM_REQUEST)SrbGetMiniportContext(Srb))->Started) {
        InterlockedDecrement(&Adapter->Outstanding);
    }
    SrbSetSrbStatus(Srb, Status);
    StorPortNotification(RequestComplete, Adapter, Srb);
}

BOOLEAN RamIsData(PSCSI_REQUEST_BLOCK Srb)
{
    UCHAR Opcode;

    if (SrbGetSrbFunction(Srb) != SRB_FUNCTION_EXECUTE_SCSI) {
        return FALSE;
    }
    Opcode = SrbGetCdb(Srb)->AsByte[0];
    return (BOOLEAN)(Opcode == SCSIOP_READ || Opcode == SCSIOP_WRITE);
}

static VOID RamPut32(PUCHAR Bytes, ULONG Value)
{
    Bytes[0] = (UCHAR)(Value >> 24);
    Bytes[1] = (UCHAR)(Value >> 16);
    Bytes[2] = (UCHAR)(Value >> 8);
    Bytes[3] = (UCHAR)Value;
}

static ULONG RamGet32(const UCHAR *Bytes)
{
    return (ULONG)Bytes[0] << 24 | (ULONG)Bytes[1] << 16 | (ULONG)Bytes[2] << 8 | Bytes[3];
}

/* Everything but reads and writes. */
static UCHAR RamAnswer(PSCSI_REQUEST_BLOCK Srb)
{
    const UCHAR *Cdb = SrbGetCdb(Srb)->AsByte;
    PUCHAR Data = SrbGetDataBuffer(Srb);

    if (SrbGetDataTransferLength(Srb) != 0) {
        RtlZeroMemory(Data, SrbGetDataTransferLength(Srb));
    }
    switch (Cdb[0]) {
    case SCSIOP_INQUIRY:
        if (Cdb[1] != 0) {
            return SRB_STATUS_INVALID_REQUEST;
        }
        Data[2] = 5;
        Data[7] = 2; /* command queueing */
        return SRB_STATUS_SUCCESS;
    case SCSIOP_REPORT_LUNS:
        Data[3] = 8;
        return SRB_STATUS_SUCCESS;
    case SCSIOP_READ_CAPACITY16:
        RamPut32(Data + 4, RAM_BLOCKS - 1);
        RamPut32(Data + 8, RAM_BLOCK_BYTES);
        return SRB_STATUS_SUCCESS;
    case SCSIOP_SYNCHRONIZE_CACHE:
    case SCSIOP_TEST_UNIT_READY:
        return SRB_STATUS_SUCCESS;
    default:
        return SRB_STATUS_INVALID_REQUEST;
    }
}

VOID RamServe(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    const UCHAR *Cdb = SrbGetCdb(Srb)->AsByte;
    PUCHAR Blocks = RamDisk + RamGet32(Cdb + 2) * RAM_BLOCK_BYTES;

    if (Cdb[0] == SCSIOP_READ) {
        RtlCopyMemory(SrbGetDataBuffer(Srb), Blocks, SrbGetDataTransferLength(Srb));
    } else {
        RtlCopyMemory(Blocks, SrbGetDataBuffer(Srb), SrbGetDataTransferLength(Srb));
    }
    Adapter->Served++;
    RamComplete(Adapter, Srb, SRB_STATUS_SUCCESS);
}

VOID RamQueue(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    InsertTailList(&Adapter->Queue, &((PRAM_REQUEST)SrbGetMiniportContext(Srb))->Link);
    StorPortIssueDpc(Adapter, &Adapter->Dpc, NULL, NULL);
}

VOID RamDrain(PRAM_ADAPTER Adapter, UCHAR Status)
{
    while (!IsListEmpty(&Adapter->Queue)) {
        RamComplete(Adapter, CONTAINING_RECORD(RemoveHeadList(&Adapter->Queue), RAM_REQUEST, Link)->Srb, Status);
    }
}

static VOID RamDpc(PSTOR_DPC Dpc, PVOID DeviceExtension, PVOID Argument1, PVOID Argument2)
{
    PRAM_ADAPTER Adapter = DeviceExtension;
    STOR_LOCK_HANDLE Lock;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    if (RamHooks.Dpc) {
        RamHooks.Dpc(Adapter);
    }
    StorPortAcquireSpinLock(Adapter, StartIoLock, NULL, &Lock);
    while (!IsListEmpty(&Adapter->Queue)) {
        PSCSI_REQUEST_BLOCK Srb = CONTAINING_RECORD(RemoveHeadList(&Adapter->Queue), RAM_REQUEST, Link)->Srb;

        if (!RamHooks.Serve || RamHooks.Serve(Adapter, Srb)) {
            RamServe(Adapter, Srb);
        }
    }
    StorPortReleaseSpinLock(Adapter, &Lock);
}

static BOOLEAN RamBuildIo(PVOID DeviceExtension, PSCSI_REQUEST_BLOCK Srb)
{
    PRAM_ADAPTER Adapter = DeviceExtension;

    ((PRAM_REQUEST)SrbGetMiniportContext(Srb))->Srb = Srb;
    ((PRAM_REQUEST)SrbGetMiniportContext(Srb))->Started = FALSE;
    return (BOOLEAN)(!RamHooks.BuildIo || RamHooks.BuildIo(Adapter, Srb));
}

static BOOLEAN RamStartIo(PVOID DeviceExtension, PSCSI_REQUEST_BLOCK Srb)
{
    PRAM_ADAPTER Adapter = DeviceExtension;

    InterlockedIncrement(&Adapter->Outstanding);
    ((PRAM_REQUEST)SrbGetMiniportContext(Srb))->Started = TRUE;
    if (RamIsData(Srb)) {
        InterlockedIncrement(&Adapter->Started);
    }
    if (RamHooks.StartIo && !RamHooks.StartIo(Adapter, Srb)) {
        return TRUE;
    }
    if (SrbGetSrbFunction(Srb) != SRB_FUNCTION_EXECUTE_SCSI) {
        RamComplete(Adapter, Srb, SRB_STATUS_INVALID_REQUEST);
    } else if (!RamIsData(Srb)) {
        RamComplete(Adapter, Srb, RamAnswer(Srb));
    } else {
        RamQueue(Adapter, Srb);
    }
    return TRUE;
}

static BOOLEAN RamInterrupt(PVOID DeviceExtension)
{
    UNREFERENCED_PARAMETER(DeviceExtension);
    return FALSE; /* there is no hardware */
}

/* The StartIo lock keeps the DPC out, so nobody else can complete what is queued. */
static BOOLEAN RamResetBus(PVOID DeviceExtension, ULONG PathId)
{
    PRAM_ADAPTER Adapter = DeviceExtension;

    UNREFERENCED_PARAMETER(PathId);
    if (!RamHooks.ResetBus || RamHooks.ResetBus(Adapter)) {
        RamDrain(Adapter, SRB_STATUS_BUS_RESET);
    }
    return TRUE;
}

static VOID RamTimer(PVOID DeviceExtension)
{
    RamHooks.Timer(DeviceExtension);
    StorPortNotification(RequestTimerCall, DeviceExtension, RamTimer, 10000);
}

static BOOLEAN RamPassiveInitialize(PVOID DeviceExtension)
{
    PRAM_ADAPTER Adapter = DeviceExtension;

    InitializeListHead(&Adapter->Queue);
    StorPortInitializeDpc(Adapter, &Adapter->Dpc, RamDpc);
    if (RamHooks.Timer) {
        StorPortNotification(RequestTimerCall, Adapter, RamTimer, 10000);
    }
    return (BOOLEAN)(!RamHooks.PassiveInitialize || RamHooks.PassiveInitialize(Adapter));
}

static BOOLEAN RamInitialize(PVOID DeviceExtension)
{
    if (RamHooks.Initialize && !RamHooks.Initialize(DeviceExtension)) {
        return FALSE;
    }
    return StorPortEnablePassiveInitialization(DeviceExtension, RamPassiveInitialize);
}

static ULONG RamFindAdapter(PVOID DeviceExtension, PVOID HwContext, PVOID BusInformation, PCHAR ArgumentString,
                     PPORT_CONFIGURATION_INFORMATION ConfigInfo, PBOOLEAN Again)
{
    PRAM_ADAPTER Adapter = DeviceExtension;
    PACCESS_RANGE Range = &(*ConfigInfo->AccessRanges)[0];

    UNREFERENCED_PARAMETER(HwContext);
    UNREFERENCED_PARAMETER(BusInformation);
    for (; ArgumentString != NULL && *ArgumentString >= '0' && *ArgumentString <= '9'; ArgumentString++) {
        Adapter->Argument = Adapter->Argument * 10 + (ULONG)(*ArgumentString - '0');
    }
    *Again = FALSE;
    ConfigInfo->SynchronizationModel = StorSynchronizeFullDuplex;
    ConfigInfo->MaximumTransferLength = 65536;
    ConfigInfo->NumberOfPhysicalBreaks = 17;
    ConfigInfo->NumberOfBuses = 1;
    ConfigInfo->MaximumNumberOfTargets = 1;
    ConfigInfo->MaximumNumberOfLogicalUnits = 1;
    ConfigInfo->Master = TRUE;
    ConfigInfo->ScatterGather = TRUE;
    ConfigInfo->Dma64BitAddresses = SCSI_DMA64_MINIPORT_SUPPORTED;
    Adapter->RegisterBytes = Range->RangeLength;
    Adapter->Registers = StorPortGetDeviceBase(Adapter, ConfigInfo->AdapterInterfaceType,
                                               ConfigInfo->SystemIoBusNumber, Range->RangeStart,
                                               Range->RangeLength, (BOOLEAN)!Range->RangeInMemory);
    Adapter->Uncached = StorPortGetUncachedExtension(Adapter, ConfigInfo, PAGE_SIZE);
    if (Adapter->Registers == NULL || Adapter->Uncached == NULL) {
        return SP_RETURN_ERROR;
    }
    return RamHooks.FindAdapter ? RamHooks.FindAdapter(Adapter, ConfigInfo) : SP_RETURN_FOUND;
}

VOID RamSupport(PVOID List, ULONG Type)
{
    PSCSI_SUPPORTED_CONTROL_TYPE_LIST Supported = List;

    if (Supported->MaxControlType > Type) {
        Supported->SupportedTypeList[Type] = TRUE;
    }
}

static SCSI_ADAPTER_CONTROL_STATUS RamAdapterControl(PVOID DeviceExtension, SCSI_ADAPTER_CONTROL_TYPE Type,
                                              PVOID Parameters)
{
    if (Type == ScsiQuerySupportedControlTypes) {
        RamSupport(Parameters, ScsiStopAdapter);
        RamSupport(Parameters, ScsiRestartAdapter);
    }
    if (RamHooks.Control) {
        RamHooks.Control(DeviceExtension, Type, Parameters);
    }
    return ScsiAdapterControlSuccess;
}

ULONG DriverEntry(PVOID DriverObject, PVOID RegistryPath)
{
    HW_INITIALIZATION_DATA Data;
    ULONG Status;

    RtlZeroMemory(&Data, sizeof(Data));
    Data.HwInitializationDataSize = sizeof(Data);
    Data.AdapterInterfaceType = PCIBus;
    Data.HwFindAdapter = (PVOID)RamFindAdapter;
    Data.HwInitialize = RamInitialize;
    Data.HwAdapterControl = RamAdapterControl;
    Data.HwBuildIo = RamBuildIo;
    Data.HwStartIo = RamStartIo;
    Data.HwInterrupt = RamInterrupt;
    Data.HwResetBus = RamResetBus;
    Data.DeviceExtensionSize = sizeof(RAM_ADAPTER);
    Data.SrbExtensionSize = sizeof(RAM_REQUEST);
    Data.NumberOfAccessRanges = 1;
    Data.MapBuffers = STOR_MAP_ALL_BUFFERS_INCLUDING_READ_WRITE;
    Data.NeedPhysicalAddresses = TRUE;
    Data.TaggedQueuing = TRUE;
    Data.AutoRequestSense = TRUE;
    Data.MultipleRequestPerLu = TRUE;
    if (RamHooks.Register) {
        RamHooks.Register(&Data);
    }
    Status = StorPortInitialize(DriverObject, RegistryPath, &Data, NULL);
    if (RamHooks.Entered) {
        RamHooks.Entered(DriverObject);
    }
    return Status;
}
