/* models/storport/adapter.c - what a miniport tells about itself and its adapter:
 * StorPortInitialize and PORT_CONFIGURATION_INFORMATION (chapters 1.6, 2.2).
 */
#include <string.h>

#include "models/storport/sp_private.h"

#define BREAKS_MIN 16
#define MAX_IO_DEFAULT 1000
#define TRANSFER_MIN 512u /* the scan asks for less, a disk does not */
#define EXTENSIONS_MAX ((uint64_t)128 << 20)
#define UNIT_EXTENSION_MAX (4u << 20)
#define MAX_PER_LUN_DEFAULT 255

/* --- StorPortInitialize ---------------------------------------------------------------------- */

static const char *missing_callback(const HW_INITIALIZATION_DATA *hw)
{
    return !hw->HwFindAdapter      ? "HwFindAdapter"
           : !hw->HwInitialize     ? "HwInitialize"
           : !hw->HwStartIo        ? "HwStartIo"
           : !hw->HwInterrupt      ? "HwInterrupt"
           : !hw->HwResetBus       ? "HwResetBus"
           : !hw->HwAdapterControl ? "HwAdapterControl"
                                   : NULL;
}

static void check_flags(struct sp_port *port, const HW_INITIALIZATION_DATA *hw)
{
    if (!hw->NeedPhysicalAddresses || !hw->TaggedQueuing || !hw->AutoRequestSense ||
        !hw->MultipleRequestPerLu)
        sp__usage(port,
                  "StorPortInitialize: NeedPhysicalAddresses, TaggedQueuing, AutoRequestSense and "
                  "MultipleRequestPerLu must be TRUE");
    if (hw->HwDmaStarted || hw->HwAdapterState)
        sp__usage(port, "StorPortInitialize: HwDmaStarted and HwAdapterState must be NULL");
}

/* Once for each kind of bus that the miniport has adapters on: that for PCI counts, of several the
 * last. HwInitializationDataSize is the version: older miniports have a shorter record (chapter
 * 1.6). */
ULONG SIM_API StorPortInitialize(PVOID DriverObject, PVOID RegistryPath,
                                 PHW_INITIALIZATION_DATA HwInitializationData, PVOID HwContext)
{
    struct sp_port *port = sp__present();
    HW_INITIALIZATION_DATA hw = {0};
    const char *missing;
    ULONG bytes;

    (void)HwContext;
    sim_point(port->at.sim, SP_COST);
    if (!DriverObject || !RegistryPath || !HwInitializationData) {
        sp__usage(port, "StorPortInitialize: NULL argument");
        return (ULONG)STATUS_INVALID_PARAMETER;
    }
    if (sp__callback(port) != SP_CB_DRIVER_ENTRY) {
        sp__usage(port, "StorPortInitialize outside of DriverEntry");
        return (ULONG)STATUS_UNSUCCESSFUL;
    }
    bytes = HwInitializationData->HwInitializationDataSize;
    if (bytes < offsetof(HW_INITIALIZATION_DATA, HwBuildIo) || bytes > sizeof port->hw)
        return (ULONG)STATUS_REVISION_MISMATCH;
    memcpy(&hw, HwInitializationData, bytes);
    if (hw.AdapterInterfaceType == Internal && !hw.HwInterrupt) {
        port->registered_virtual = true;
        return (ULONG)STATUS_SUCCESS;
    }
    missing = missing_callback(&hw);
    if (missing) {
        sp__usage(port, "StorPortInitialize: %s is missing", missing);
        return (ULONG)STATUS_INVALID_PARAMETER;
    }
    check_flags(port, &hw);
    sp__driver_object_fill(port);
    if (hw.AdapterInterfaceType != PCIBus) {
        port->registered_elsewhere = true;
        return (ULONG)STATUS_SUCCESS;
    }
    port->hw = hw;
    port->registered = true;
    return (ULONG)STATUS_SUCCESS;
}

/* --- PORT_CONFIGURATION_INFORMATION ---------------------------------------------------------- */

static void fill_adapter(struct sp_port *port, PORT_CONFIGURATION_INFORMATION *info)
{
    info->AdapterInterfaceType = PCIBus;
    info->BusInterruptLevel = SP_DIRQL;
    info->BusInterruptVector = SP_DIRQL << 4;
    info->InterruptMode = port->config.vectors ? Latched : LevelSensitive;
    info->MaximumTransferLength = SP_UNINITIALIZED_VALUE;
    info->NumberOfPhysicalBreaks = SP_UNINITIALIZED_VALUE; /* 8.5-72 */
    info->DmaChannel = info->DmaPort = SP_UNINITIALIZED_VALUE;
    info->NumberOfAccessRanges = 1;
    info->ScatterGather = info->Master = info->Dma32BitAddresses = TRUE;
    info->NeedPhysicalAddresses = info->TaggedQueuing = info->AutoRequestSense =
        info->MultipleRequestPerLu = TRUE;
    info->WmiDataProvider = TRUE;
    info->MapBuffers = port->hw.MapBuffers;
    info->Dma64BitAddresses = SCSI_DMA64_SYSTEM_SUPPORTED;
    memset(info->InitiatorBusId, 0xFF, sizeof info->InitiatorBusId);
}

static void fill_limits(struct sp_port *port, PORT_CONFIGURATION_INFORMATION *info)
{
    info->MaximumNumberOfTargets = SCSI_MAXIMUM_TARGETS_PER_BUS;
    info->MaximumNumberOfLogicalUnits = SCSI_MAXIMUM_LOGICAL_UNITS;
    info->SrbType = port->hw.SrbTypeFlags & SRB_TYPE_FLAG_STORAGE_REQUEST_BLOCK
                        ? SRB_TYPE_STORAGE_REQUEST_BLOCK
                        : SRB_TYPE_SCSI_REQUEST_BLOCK;
    info->AddressType = STORAGE_ADDRESS_TYPE_BTL8;
    info->DeviceExtensionSize = port->hw.DeviceExtensionSize;
    info->SpecificLuExtensionSize = port->hw.SpecificLuExtensionSize;
    info->SrbExtensionSize = port->hw.SrbExtensionSize;
    info->SynchronizationModel = StorSynchronizeHalfDuplex;
    info->InterruptSynchronizationMode = InterruptSupportNone;
    info->MaxNumberOfIO = MAX_IO_DEFAULT;
    info->MaxIOsPerLun = MAX_PER_LUN_DEFAULT;
    info->InitialLunQueueDepth = port->config.queue_depth;
    info->BusResetHoldTime = SP_UNINITIALIZED_VALUE; /* the default is not stated: the scenario's */
}

/* The record and the access range behind it stay readable for ever: miniports keep pointers to
 * them. */
void sp__config_info_fill(struct sp_port *port)
{
    size_t bytes = sizeof *port->info + sizeof(ACCESS_RANGE);
    ACCESS_RANGE *range;

    port->info = nt_pages_alloc(port->at.memory, bytes, NT_SCATTERED, 0);
    sim_world_shadow_set(port->info, bytes, SIM_MEM_CPU | SIM_WHY_PORT << SIM_MEM_WHY_SHIFT);
    range = (ACCESS_RANGE *)(void *)(port->info + 1);
    range->RangeStart.QuadPart = (LONGLONG)SP_BAR_PHYS;
    range->RangeLength = port->config.registers.bytes;
    range->RangeInMemory = TRUE;
    port->info->Length = sizeof *port->info;
    port->info->AccessRanges = (ACCESS_RANGE(*)[])(void *)range;
    fill_adapter(port, port->info);
    fill_limits(port, port->info);
}

/* --- what FindAdapter made of it ------------------------------------------------------------- */

/* StorPortFindAdapter (chapter 5.2). With the rule off, what Windows would make of the sentinel. */
static void check_sentinels(struct sp_port *port, PORT_CONFIGURATION_INFORMATION *info)
{
    if (info->MaximumTransferLength == SP_UNINITIALIZED_VALUE)
        sp__usage(port, "HwStorFindAdapter did not set MaximumTransferLength");
    if (info->NumberOfPhysicalBreaks == SP_UNINITIALIZED_VALUE) {
        sp__usage(port, "HwStorFindAdapter did not set NumberOfPhysicalBreaks");
        sim_world_touch(info, sizeof *info);
        info->NumberOfPhysicalBreaks = SCSI_MAXIMUM_PHYSICAL_BREAKS;
    }
    if (info->VirtualDevice)
        sp__usage(port, "HwStorFindAdapter of a physical miniport set VirtualDevice");
}

/* Pages of the largest transfer, plus one when it is not page aligned, must fit the breaks. */
static void take_transfer(struct sp_port *port, const PORT_CONFIGURATION_INFORMATION *info)
{
    uint32_t breaks =
        info->NumberOfPhysicalBreaks < BREAKS_MIN ? BREAKS_MIN : info->NumberOfPhysicalBreaks;
    uint64_t by_breaks = (uint64_t)(breaks - 1) * NT_PAGE;

    port->max_transfer = info->MaximumTransferLength < SP_TRANSFER_MAX ? info->MaximumTransferLength
                                                                       : SP_TRANSFER_MAX;
    if (by_breaks < port->max_transfer)
        port->max_transfer = (uint32_t)by_breaks;
    port->sg_max = port->max_transfer / NT_PAGE + 2;
}

static uint32_t at_most(uint32_t value, uint32_t limit)
{
    return value < limit ? value : limit;
}

void sp__limits_set(struct sp_port *port, uint32_t max_io, uint32_t max_per_lun)
{
    uint32_t tags = port->extended ? SP_TAGS_MAX : MAX_PER_LUN_DEFAULT;

    port->max_io = max_io;
    port->max_per_lun = at_most(at_most(max_per_lun, max_io), tags);
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++)
        port->lun[i].depth = at_most(port->lun[i].depth, port->max_per_lun);
}

static void take_queueing(struct sp_port *port, const PORT_CONFIGURATION_INFORMATION *info)
{
    uint32_t depth =
        info->InitialLunQueueDepth ? info->InitialLunQueueDepth : port->config.queue_depth;

    for (uint32_t i = 0; i < SP_LUNS_MAX; i++)
        port->lun[i].depth = depth;
    sp__limits_set(port, info->MaxNumberOfIO ? info->MaxNumberOfIO : MAX_IO_DEFAULT,
                   info->MaxIOsPerLun ? info->MaxIOsPerLun : MAX_PER_LUN_DEFAULT);
    port->hold_given = info->BusResetHoldTime != SP_UNINITIALIZED_VALUE;
    port->hold_ns = port->hold_given ? info->BusResetHoldTime * SIM_US : port->config.reset_hold_ns;
}

/* What requests are made of does not change when an adapter is found again (no_restart = found). */
struct shape {
    bool extended;
    uint32_t extension_bytes, max_transfer;
};

static struct shape shape_of(const struct sp_port *port)
{
    return (struct shape){port->extended, port->extension_bytes, port->max_transfer};
}

static bool same_shape(struct sp_port *port, const struct shape *before)
{
    if (!port->stride ||
        (before->extended == port->extended && before->extension_bytes == port->extension_bytes &&
         before->max_transfer == port->max_transfer))
        return true;
    port->extended = before->extended;
    port->extension_bytes = before->extension_bytes;
    port->max_transfer = before->max_transfer;
    return sp__start_failed(port, "HwStorFindAdapter set another SrbType, SrbExtensionSize or "
                                  "transfer length than before");
}

/* All requests that are expected, twice, and those of our own. */
static bool extensions_fit(const struct sp_port *port)
{
    uint64_t slots = port->config.slots_expected + 2 * SP_CHUNK_SLOTS;

    return 2 * slots * ((uint64_t)port->extension_bytes + 32) <= EXTENSIONS_MAX;
}

/* False: it does not start with that. */
static bool sizes_good(struct sp_port *port, const PORT_CONFIGURATION_INFORMATION *info)
{
    if (port->max_transfer < TRANSFER_MIN)
        return sp__start_failed(port, "HwStorFindAdapter set MaximumTransferLength to %u",
                                info->MaximumTransferLength);
    if (info->MapBuffers > STOR_MAP_ALL_BUFFERS_INCLUDING_READ_WRITE)
        return sp__start_failed(port, "MapBuffers is %u", info->MapBuffers);
    if (!extensions_fit(port))
        return sp__start_failed(port, "SrbExtensionSize is %u", port->extension_bytes);
    if (info->SpecificLuExtensionSize > UNIT_EXTENSION_MAX)
        return sp__start_failed(port, "SpecificLuExtensionSize is %u",
                                info->SpecificLuExtensionSize);
    return true;
}

bool sp__config_info_take(struct sp_port *port)
{
    PORT_CONFIGURATION_INFORMATION *info = port->info;
    struct shape before = shape_of(port);

    check_sentinels(port, info);
    port->extended = info->SrbType == SRB_TYPE_STORAGE_REQUEST_BLOCK;
    port->half_duplex = info->SynchronizationModel != StorSynchronizeFullDuplex;
    if (port->half_duplex)
        sim_find(port->at.sim, SIM_RULE_HALF_DUPLEX, 0,
                 "HwStorFindAdapter left the synchronization model at half duplex");
    port->extension_bytes = info->SrbExtensionSize;
    take_transfer(port, info);
    take_queueing(port, info);
    if (!same_shape(port, &before) || !sizes_good(port, info))
        return false;
    if (!port->stride)
        port->unit_extension_bytes = info->SpecificLuExtensionSize;
    sp__slots_reserve(port, port->config.slots_expected);
    return true;
}
