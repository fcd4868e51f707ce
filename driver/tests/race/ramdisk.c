/*
 * ramdisk.c: a miniport whose disk is its own memory. Requests are queued in HwStorStartIo and
 * served by a DPC, under the DPC's lock. With one of these defined it has a data race:
 *
 *   RACE_NO_LOCK      StartIo queues without the DPC's lock: the StartIo lock is not the DPC's
 *   RACE_TOUCH        StartIo writes to the extension after it has queued the request
 *   RACE_COUNTER      BuildIo counts requests without any lock
 *   RACE_FLAG         BuildIo counts interlocked, StartIo reads the counter plainly
 */
#include <storport.h>
#include <srbhelper.h>

#define BLOCK_BYTES 512
#define BLOCKS 2048

typedef struct _RAM_REQUEST {
    LIST_ENTRY Link;
    PSCSI_REQUEST_BLOCK Srb;
    ULONG Touched;
} RAM_REQUEST, *PRAM_REQUEST;

typedef struct _RAM_ADAPTER {
    STOR_DPC Dpc;
    LIST_ENTRY Queue; /* DPC lock */
    ULONG Served;     /* DPC lock */
    LONG Built;       /* interlocked */
    LONG Seen;        /* StartIo lock */
} RAM_ADAPTER, *PRAM_ADAPTER;

static UCHAR RamDisk[BLOCKS * BLOCK_BYTES]; /* DPC lock */

sp_DRIVER_INITIALIZE DriverEntry;
HW_FIND_ADAPTER RamFindAdapter;
HW_INITIALIZE RamInitialize;
HW_PASSIVE_INITIALIZE_ROUTINE RamPassiveInitialize;
HW_BUILDIO RamBuildIo;
HW_STARTIO RamStartIo;
HW_INTERRUPT RamInterrupt;
HW_RESET_BUS RamResetBus;
HW_DPC_ROUTINE RamDpc;
HW_ADAPTER_CONTROL RamAdapterControl;

static VOID RamComplete(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb, UCHAR Status)
{
    Srb->SrbStatus = Status;
    StorPortNotification(RequestComplete, Adapter, Srb);
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
    PUCHAR Data = Srb->DataBuffer;

    if (Srb->DataTransferLength != 0) {
        RtlZeroMemory(Data, Srb->DataTransferLength);
    }
    switch (Srb->Cdb[0]) {
    case SCSIOP_INQUIRY:
        if (Srb->Cdb[1] != 0) {
            return SRB_STATUS_INVALID_REQUEST;
        }
        Data[2] = 5;
        return SRB_STATUS_SUCCESS;
    case SCSIOP_REPORT_LUNS:
        Data[3] = 8;
        return SRB_STATUS_SUCCESS;
    case SCSIOP_READ_CAPACITY16:
        RamPut32(Data + 4, BLOCKS - 1);
        RamPut32(Data + 8, BLOCK_BYTES);
        return SRB_STATUS_SUCCESS;
    case SCSIOP_SYNCHRONIZE_CACHE:
    case SCSIOP_TEST_UNIT_READY:
        return SRB_STATUS_SUCCESS;
    default:
        return SRB_STATUS_INVALID_REQUEST;
    }
}

/* Under the DPC's lock. */
static VOID RamServe(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    PUCHAR Blocks = RamDisk + RamGet32(Srb->Cdb + 2) * BLOCK_BYTES;

    if (Srb->Cdb[0] == SCSIOP_READ) {
        RtlCopyMemory(Srb->DataBuffer, Blocks, Srb->DataTransferLength);
    } else {
        RtlCopyMemory(Blocks, Srb->DataBuffer, Srb->DataTransferLength);
    }
    Adapter->Served++;
    RamComplete(Adapter, Srb, SRB_STATUS_SUCCESS);
}

VOID RamDpc(PSTOR_DPC Dpc, PVOID DeviceExtension, PVOID Argument1, PVOID Argument2)
{
    PRAM_ADAPTER Adapter = DeviceExtension;
    STOR_LOCK_HANDLE Lock;

    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    StorPortAcquireSpinLock(Adapter, DpcLock, Dpc, &Lock);
    while (!IsListEmpty(&Adapter->Queue)) {
        PLIST_ENTRY Link = RemoveHeadList(&Adapter->Queue);

        RamServe(Adapter, CONTAINING_RECORD(Link, RAM_REQUEST, Link)->Srb);
    }
    StorPortReleaseSpinLock(Adapter, &Lock);
}

BOOLEAN RamBuildIo(PVOID DeviceExtension, PSCSI_REQUEST_BLOCK Srb)
{
    PRAM_ADAPTER Adapter = DeviceExtension;
    PRAM_REQUEST Request = Srb->SrbExtension;

    Request->Srb = Srb;
    Request->Touched = 0;
#ifdef RACE_COUNTER
    Adapter->Built++;
#else
    InterlockedIncrement(&Adapter->Built);
#endif
    return TRUE;
}

static VOID RamQueue(PRAM_ADAPTER Adapter, PRAM_REQUEST Request)
{
#ifdef RACE_NO_LOCK
    InsertTailList(&Adapter->Queue, &Request->Link);
#else
    STOR_LOCK_HANDLE Lock;

    StorPortAcquireSpinLock(Adapter, DpcLock, &Adapter->Dpc, &Lock);
    InsertTailList(&Adapter->Queue, &Request->Link);
    StorPortReleaseSpinLock(Adapter, &Lock);
#endif
}

BOOLEAN RamStartIo(PVOID DeviceExtension, PSCSI_REQUEST_BLOCK Srb)
{
    PRAM_ADAPTER Adapter = DeviceExtension;

#ifdef RACE_FLAG
    Adapter->Seen = Adapter->Built;
#endif
    if (Srb->Function != SRB_FUNCTION_EXECUTE_SCSI) {
        RamComplete(Adapter, Srb, SRB_STATUS_INVALID_REQUEST);
    } else if (Srb->Cdb[0] != SCSIOP_READ && Srb->Cdb[0] != SCSIOP_WRITE) {
        RamComplete(Adapter, Srb, RamAnswer(Srb));
    } else {
        PRAM_REQUEST Request = Srb->SrbExtension;

        RamQueue(Adapter, Request);
#ifdef RACE_TOUCH
        Request->Touched = 1;
#endif
        StorPortIssueDpc(Adapter, &Adapter->Dpc, NULL, NULL);
    }
    return TRUE;
}

BOOLEAN RamInterrupt(PVOID DeviceExtension)
{
    UNREFERENCED_PARAMETER(DeviceExtension);
    return FALSE; /* there is no hardware */
}

BOOLEAN RamResetBus(PVOID DeviceExtension, ULONG PathId)
{
    UNREFERENCED_PARAMETER(DeviceExtension);
    UNREFERENCED_PARAMETER(PathId);
    return TRUE;
}

BOOLEAN RamPassiveInitialize(PVOID DeviceExtension)
{
    PRAM_ADAPTER Adapter = DeviceExtension;

    InitializeListHead(&Adapter->Queue);
    StorPortInitializeDpc(Adapter, &Adapter->Dpc, RamDpc);
    return TRUE;
}

BOOLEAN RamInitialize(PVOID DeviceExtension)
{
    return StorPortEnablePassiveInitialization(DeviceExtension, RamPassiveInitialize);
}

ULONG RamFindAdapter(PVOID DeviceExtension, PVOID HwContext, PVOID BusInformation,
                     PCHAR ArgumentString, PPORT_CONFIGURATION_INFORMATION ConfigInfo,
                     PBOOLEAN Again)
{
    UNREFERENCED_PARAMETER(DeviceExtension);
    UNREFERENCED_PARAMETER(HwContext);
    UNREFERENCED_PARAMETER(BusInformation);
    UNREFERENCED_PARAMETER(ArgumentString);
    *Again = FALSE;
    ConfigInfo->SynchronizationModel = StorSynchronizeFullDuplex;
    ConfigInfo->MaximumTransferLength = 65536;
    ConfigInfo->NumberOfPhysicalBreaks = 17;
    ConfigInfo->NumberOfBuses = 1;
    ConfigInfo->MaximumNumberOfTargets = 1;
    ConfigInfo->MaximumNumberOfLogicalUnits = 1;
    return SP_RETURN_FOUND;
}

SCSI_ADAPTER_CONTROL_STATUS RamAdapterControl(PVOID DeviceExtension, SCSI_ADAPTER_CONTROL_TYPE Type,
                                              PVOID Parameters)
{
    PSCSI_SUPPORTED_CONTROL_TYPE_LIST List = Parameters;

    UNREFERENCED_PARAMETER(DeviceExtension);
    if (Type == ScsiQuerySupportedControlTypes) {
        List->SupportedTypeList[ScsiStopAdapter] = TRUE;
        List->SupportedTypeList[ScsiRestartAdapter] = TRUE;
    }
    return ScsiAdapterControlSuccess;
}

ULONG DriverEntry(PVOID DriverObject, PVOID RegistryPath)
{
    HW_INITIALIZATION_DATA Data;

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
    return StorPortInitialize(DriverObject, RegistryPath, &Data, NULL);
}
