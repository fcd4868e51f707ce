/*
 * The smallest miniport that a port driver would accept, and a few routines that do one thing each so that
 * test_module.c can watch it. Header names and the annotations are as untidy as in real drivers on purpose.
 */
#include <NtDDK.h>
#include <StorPort.h>
#include <srbhelper.h>
#include <ntddscsi.h>
#include "minimal.tmh"

#pragma warning(disable : 4100)

typedef struct _EXTENSION {
    LIST_ENTRY Queue;
    volatile LONG Resets;
    ULONG Path;
    UCHAR From[100];
    UCHAR To[100];
    STOR_ADDRESS Left, Right;
} EXTENSION, *PEXTENSION;

HW_INITIALIZE MinimalInitialize;
HW_STARTIO MinimalStartIo;
HW_INTERRUPT MinimalInterrupt;
HW_FIND_ADAPTER MinimalFindAdapter;
HW_RESET_BUS MinimalResetBus;
HW_ADAPTER_CONTROL MinimalAdapterControl;
HW_BUILDIO MinimalBuildIo;

/* Sizes and offsets as the module's compiler has them, handed to the test as the 'context'. */
static ULONG Layout[] = {
#define RECORD(type) sizeof(type),
#define FIELD(type, field) FIELD_OFFSET(type, field),
#include "layout.def"
#undef RECORD
#undef FIELD
};

BOOLEAN MinimalInitialize(_In_ PVOID DeviceExtension)
{
    PEXTENSION e = (PEXTENSION)DeviceExtension;

    InitializeListHead(&e->Queue);
    return TRUE;
}

BOOLEAN MinimalStartIo(_In_ PVOID DeviceExtension, _In_ PSCSI_REQUEST_BLOCK Srb)
{
    PCDB cdb = SrbGetCdb(Srb);
    UCHAR path, target, lun;

    UNREFERENCED_PARAMETER(path);
    SrbGetPathTargetLun(Srb, &path, &target, &lun);
    if (cdb && cdb->CDB6INQUIRY.OperationCode == SCSIOP_INQUIRY && target == 3 && lun == 4)
        SrbSetSrbStatus(Srb, SRB_STATUS_SUCCESS);
    else
        SrbSetSrbStatus(Srb, SRB_STATUS_INVALID_REQUEST);
    StorPortNotification(RequestComplete, DeviceExtension, Srb);
    return TRUE;
}

/* What is tested here: a copy by call and one by assignment. */
BOOLEAN MinimalBuildIo(_In_ PVOID DeviceExtension, _In_ PSCSI_REQUEST_BLOCK Srb)
{
    PEXTENSION e = (PEXTENSION)DeviceExtension;

    UNREFERENCED_PARAMETER(Srb);
    RtlCopyMemory(e->To, e->From, sizeof(e->To));
    e->Left = e->Right;
    return RtlEqualMemory(e->To, e->From, sizeof(e->To)) && strlen("four") == 4;
}

BOOLEAN MinimalInterrupt(_In_ PVOID DeviceExtension)
{
    PEXTENSION e = (PEXTENSION)DeviceExtension;

    __try {
        if (e->Resets == 0)
            __leave;
        ASSERT(e->Path == 0xFFFF);
    } __finally {
        e->To[0] = 0x5A;
    }
    return e->Resets != 0;
}

ULONG MinimalFindAdapter(_In_ PVOID DeviceExtension, _In_ PVOID HwContext, _In_ PVOID BusInformation,
                         _In_z_ PCHAR ArgumentString, _Inout_ PPORT_CONFIGURATION_INFORMATION ConfigInfo,
                         _In_ PBOOLEAN Reserved3)
{
    UNREFERENCED_PARAMETER(DeviceExtension);
    UNREFERENCED_PARAMETER(HwContext);
    UNREFERENCED_PARAMETER(BusInformation);
    UNREFERENCED_PARAMETER(ArgumentString);
    UNREFERENCED_PARAMETER(Reserved3);
    ConfigInfo->SynchronizationModel = StorSynchronizeFullDuplex;
    ConfigInfo->FeatureSupport = 0x10;
    return ConfigInfo->NumberOfAccessRanges == 1 && (*ConfigInfo->AccessRanges)[0].RangeInMemory ? SP_RETURN_FOUND
                                                                                                 : SP_RETURN_ERROR;
}

BOOLEAN MinimalResetBus(_In_ PVOID DeviceExtension, _In_ ULONG PathId)
{
    PEXTENSION e = (PEXTENSION)DeviceExtension;

    e->Path = PathId;
    return InterlockedIncrement(&e->Resets) == 1 && InterlockedCompareExchange(&e->Resets, 7, 1) == 1;
}

SCSI_ADAPTER_CONTROL_STATUS MinimalAdapterControl(_In_ PVOID DeviceExtension, _In_ SCSI_ADAPTER_CONTROL_TYPE Type,
                                                  _In_ PVOID Parameters)
{
    UNREFERENCED_PARAMETER(DeviceExtension);
    UNREFERENCED_PARAMETER(Parameters);
    return Type == ScsiStopAdapter ? ScsiAdapterControlSuccess : ScsiAdapterControlUnsuccessful;
}

ULONG DriverEntry(IN PVOID DriverObject, IN PVOID RegistryPath)
{
    HW_INITIALIZATION_DATA init;

    C_ASSERT(sizeof(LONG) == 4 && sizeof(long) == 4 && sizeof(WCHAR) == 2);
    RtlZeroMemory(&init, sizeof(init));
    init.HwInitializationDataSize = sizeof(init);
    init.AdapterInterfaceType = PCIBus;
    init.HwInitialize = MinimalInitialize;
    init.HwStartIo = MinimalStartIo;
    init.HwInterrupt = MinimalInterrupt;
    init.HwFindAdapter = MinimalFindAdapter;
    init.HwResetBus = MinimalResetBus;
    init.HwAdapterControl = MinimalAdapterControl;
    init.HwBuildIo = MinimalBuildIo;
    init.DeviceExtensionSize = sizeof(EXTENSION);
    init.NumberOfAccessRanges = 1;
    init.NeedPhysicalAddresses = init.TaggedQueuing = init.AutoRequestSense = init.MultipleRequestPerLu = TRUE;
    init.SrbTypeFlags = SRB_TYPE_FLAG_STORAGE_REQUEST_BLOCK;
    init.AddressTypeFlags = ADDRESS_TYPE_FLAG_BTL8;
    DebugPrint((1, "minimal %I64x\n", (ULONG64)1));
    return StorPortInitialize(DriverObject, RegistryPath, &init, Layout);
}
