/* models/storport/support.c - what the miniport tells about itself and its units, and asks about a
 * request: event log, failure, attributes, limits, features (chapters 2.2, 2.10). */
#include "models/storport/sp_private.h"

#define LOG_BYTES_MAX 150  /* data and strings of an entry */
#define BUS_TYPE_MAX 0x7Fu /* STORAGE_BUS_TYPE */

/* --- the event log --------------------------------------------------------------------------- */

/* The SRB, when there is one, must still be the miniport's (chapter 2.10). */
VOID SIM_API StorPortLogError(PVOID HwDeviceExtension, PSCSI_REQUEST_BLOCK Srb, UCHAR PathId,
                              UCHAR TargetId, UCHAR Lun, ULONG ErrorCode, ULONG UniqueId)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortLogError");
    const struct sp_slot *slot = Srb ? sp__slot_of(port, Srb) : NULL;

    (void)PathId;
    (void)TargetId;
    (void)Lun;
    sim_find(port->at.sim, SIM_RULE_DEPRECATED_ROUTINE, 0, "StorPortLogError is deprecated");
    sp__log_error(port, slot, ErrorCode, UniqueId);
    if (Srb && !slot)
        sp__usage(port, "StorPortLogError: this is no SRB");
    else if (slot && (slot->state < SP_BUILDING || slot->state == SP_COMPLETED))
        sim_find(port->at.sim, SIM_RULE_SRB_TOUCHED, slot->serial,
                 "StorPortLogError for SRB %llu, which was completed",
                 (unsigned long long)slot->serial);
}

static size_t strings_bytes(const STOR_LOG_EVENT_DETAILS *details)
{
    size_t bytes = 0;

    for (ULONG i = 0; i < details->StringCount && bytes <= LOG_BYTES_MAX; i++)
        for (const WCHAR *p = details->StringList[i]; bytes <= LOG_BYTES_MAX; p++) {
            bytes += sizeof *p;
            if (!*p)
                break;
        }
    return bytes;
}

/* Data and strings share what an entry has room for. */
ULONG SIM_API StorPortLogSystemEvent(PVOID HwDeviceExtension, PSTOR_LOG_EVENT_DETAILS LogDetails,
                                     PULONG MaximumSize)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortLogSystemEvent");

    if (SP_NULL(port, LogDetails) || (LogDetails->StringCount && !LogDetails->StringList) ||
        (LogDetails->DumpDataSize && !LogDetails->DumpData) ||
        LogDetails->EventAssociation >= StorEventInvalidAssociation)
        return STOR_STATUS_INVALID_PARAMETER;
    if (!sp__irql_at_most(port, NT_DISPATCH, "StorPortLogSystemEvent"))
        return STOR_STATUS_INVALID_IRQL;
    if (LogDetails->InterfaceRevision != STOR_CURRENT_LOG_INTERFACE_REVISION ||
        LogDetails->Size < sizeof *LogDetails)
        return STOR_STATUS_UNSUPPORTED_VERSION;
    if (LogDetails->DumpDataSize > LOG_BYTES_MAX ||
        LogDetails->DumpDataSize + strings_bytes(LogDetails) > LOG_BYTES_MAX) {
        if (MaximumSize)
            SP_PUT(MaximumSize, LOG_BYTES_MAX);
        return STOR_STATUS_INVALID_BUFFER_SIZE;
    }
    sp__log_event(port, LogDetails);
    return STOR_STATUS_SUCCESS;
}

/* --- units that fail ------------------------------------------------------------------------- */

/* Which LUN an address names; SP_ADAPTER for none given, SP_LUNS_MAX when there is none. */
static uint32_t lun_of(struct sp_port *port, const STOR_ADDRESS *address)
{
    const STOR_ADDR_BTL8 *btl8 = (const STOR_ADDR_BTL8 *)(const void *)address;
    const struct sp_lun *lun;

    if (!address)
        return SP_ADAPTER;
    if (btl8->Type != STOR_ADDRESS_TYPE_BTL8)
        return SP_LUNS_MAX;
    lun = sp__lun_at(port, btl8->Path, btl8->Target, btl8->Lun);
    return lun ? lun->number : SP_LUNS_MAX;
}

/* Logged. With the flag the PnP manager removes the adapter; a unit is looked for again. */
static bool failed(struct sp_port *port, const STOR_ADDRESS *address, uint32_t flags, uint32_t code)
{
    uint32_t lun = lun_of(port, address);

    if (lun == SP_LUNS_MAX || flags & ~(uint32_t)STOR_PORT_MARK_DEVICE_FAILED_REMOVE_DEVICE)
        return false;
    sp__log_failed(port, lun, code);
    if (!(flags & STOR_PORT_MARK_DEVICE_FAILED_REMOVE_DEVICE))
        return true;
    if (lun != SP_ADAPTER)
        sp__bus_changed(port);
    else
        sp__remove_failed(port);
    return true;
}

VOID SIM_API StorPortMarkDeviceFailed(PVOID HwDeviceExtension, PSTOR_ADDRESS StorAddress,
                                      ULONG Flags, PWSTR FailReason)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortMarkDeviceFailed");

    (void)FailReason;
    if (!failed(port, StorAddress, Flags, 0))
        sp__usage(port, "StorPortMarkDeviceFailed: there is no such unit, or flag");
}

ULONG SIM_API StorPortMarkDeviceFailedEx(PVOID HwDeviceExtension, PSTOR_ADDRESS StorAddress,
                                         ULONG Flags, USHORT FaultCode, PWSTR FaultDescription,
                                         USHORT AdditionalDataSize, PUCHAR AdditionalData,
                                         USHORT CriticalDataSize, PUCHAR CriticalData)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortMarkDeviceFailedEx");

    (void)FaultDescription;
    if ((AdditionalDataSize && !AdditionalData) || (CriticalDataSize && !CriticalData) ||
        !failed(port, StorAddress, Flags, FaultCode))
        return STOR_STATUS_INVALID_PARAMETER;
    return STOR_STATUS_SUCCESS;
}

/* Accepted: none of them changes what happens here. */
ULONG SIM_API StorPortSetUnitAttributes(PVOID HwDeviceExtension, PSTOR_ADDRESS Address,
                                        STOR_UNIT_ATTRIBUTES Attributes)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortSetUnitAttributes");

    if (SP_NULL(port, Address) || lun_of(port, Address) >= SP_LUNS_MAX || Attributes.Reserved)
        return STOR_STATUS_INVALID_PARAMETER;
    return STOR_STATUS_SUCCESS;
}

/* --- the adapter's limits and features ------------------------------------------------------- */

static bool in_initialize(struct sp_port *port)
{
    return sp__callback(port) == SP_CB_INITIALIZE || sp__callback(port) == SP_CB_PASSIVE_INITIALIZE;
}

ULONG SIM_API StorPortUpdateAdapterMaxIO(PVOID HwDeviceExtension, ULONG MaxIoCount)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortUpdateAdapterMaxIO");

    if (!in_initialize(port))
        return STOR_STATUS_INVALID_DEVICE_REQUEST;
    if (!MaxIoCount)
        return STOR_STATUS_INVALID_PARAMETER;
    sp__limits_set(port, MaxIoCount, port->max_per_lun);
    return STOR_STATUS_SUCCESS;
}

ULONG SIM_API StorPortUpdatePortConfigMaxIOInfo(PVOID HwDeviceExtension, ULONG MaxIoCount,
                                                ULONG MaxIosPerLun)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortUpdatePortConfigMaxIOInfo");

    if (!in_initialize(port))
        return STOR_STATUS_INVALID_DEVICE_REQUEST;
    if (!MaxIoCount || !MaxIosPerLun || MaxIosPerLun > MaxIoCount)
        return STOR_STATUS_INVALID_PARAMETER;
    sp__limits_set(port, MaxIoCount, MaxIosPerLun);
    return STOR_STATUS_SUCCESS;
}

/* A flag for each STORPORT_FEATURE_TYPE: control types that are behind one are not called without.
 */
ULONG SIM_API StorPortSetFeatureList(PVOID HwDeviceExtension, ULONG FeatureCount,
                                     PBOOLEAN FeatureList)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortSetFeatureList");

    if (!FeatureCount || SP_NULL(port, FeatureList))
        return STOR_STATUS_INVALID_PARAMETER;
    if (sp__callback(port) != SP_CB_FIND_ADAPTER)
        return STOR_STATUS_UNSUCCESSFUL;
    port->features = 0;
    for (ULONG i = 0; i < FeatureCount && i < StorportFeatureMax; i++)
        port->features |= (uint64_t)(FeatureList[i] != FALSE) << i;
    return STOR_STATUS_SUCCESS;
}

ULONG SIM_API StorPortSetAdapterBusType(PVOID HwDeviceExtension, ULONG BusType)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortSetAdapterBusType");

    if (BusType > BUS_TYPE_MAX)
        return STOR_STATUS_INVALID_PARAMETER;
    return sp__callback(port) == SP_CB_FIND_ADAPTER ? STOR_STATUS_SUCCESS
                                                    : STOR_STATUS_UNSUCCESSFUL;
}

/* No dump is ever written. */
ULONG SIM_API StorPortMarkDumpMemory(PVOID HwDeviceExtension, PVOID Address, ULONG_PTR Length,
                                     ULONG Flags)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortMarkDumpMemory");

    (void)Length;
    (void)Flags;
    return SP_NULL(port, Address) ? STOR_STATUS_INVALID_PARAMETER : STOR_STATUS_SUCCESS;
}

/* --- what it may ask ------------------------------------------------------------------------- */

ULONG SIM_API StorPortQueryConfiguration(PVOID HwDeviceExtension,
                                         STORPORT_QUERY_CONFIGURATION_TYPE Type, PBOOLEAN Enabled)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortQueryConfiguration");

    if (SP_NULL(port, Enabled) || Type != StorportQueryConfigurationD3)
        return STOR_STATUS_INVALID_PARAMETER;
    return SP_GIVE(Enabled, TRUE);
}

ULONG SIM_API StorPortGetSystemPortNumber(PVOID HwDeviceExtension, PSTOR_ADDRESS Address)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortGetSystemPortNumber");

    if (SP_NULL(port, Address))
        return STOR_STATUS_INVALID_PARAMETER;
    if (port->life.state == SP_IS_STARTING && sp__callback(port) == SP_CB_FIND_ADAPTER)
        return STOR_STATUS_INVALID_DEVICE_STATE;
    sp__touch(Address, sizeof *Address);
    Address->Port = 0;
    return STOR_STATUS_SUCCESS;
}

ULONG SIM_API StorPortIsCurrentOsInstallationUpgrade(PVOID HwDeviceExtension, PBOOLEAN IsUpgrade)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortIsCurrentOsInstallationUpgrade");

    if (SP_NULL(port, IsUpgrade))
        return STOR_STATUS_INVALID_PARAMETER;
    if (!sp__irql_at_most(port, NT_PASSIVE, "StorPortIsCurrentOsInstallationUpgrade"))
        return STOR_STATUS_INVALID_IRQL;
    return SP_GIVE(IsUpgrade, FALSE);
}

/* Ordinary requests of no file. */
ULONG SIM_API StorPortGetRequestInfo(PVOID HwDeviceExtension, PSCSI_REQUEST_BLOCK Srb,
                                     PSTOR_REQUEST_INFO RequestInfo)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortGetRequestInfo");
    const struct sp_slot *slot = sp__owned(port, Srb, "StorPortGetRequestInfo");
    size_t bytes;

    if (!slot || SP_NULL(port, RequestInfo))
        return STOR_STATUS_INVALID_PARAMETER;
    bytes = RequestInfo->Version == STOR_REQUEST_INFO_VER_1   ? sizeof(STOR_REQUEST_INFO_V1)
            : RequestInfo->Version == STOR_REQUEST_INFO_VER_2 ? sizeof(STOR_REQUEST_INFO_V2)
                                                              : 0;
    if (!bytes)
        return STOR_STATUS_UNSUPPORTED_VERSION;
    sp__touch(RequestInfo, bytes);
    RequestInfo->PriorityHint = StorIoPriorityNormal;
    RequestInfo->Flags = REQUEST_INFO_NO_FILE_OBJECT_FLAG;
    RequestInfo->Key = 0;
    RequestInfo->Length = slot->data_bytes;
    RequestInfo->IsWriteRequest = slot->request->to_device;
    if (RequestInfo->Version == STOR_REQUEST_INFO_VER_2) {
        RequestInfo->FileName = NULL;
        RequestInfo->ProcessId = 0;
    }
    return STOR_STATUS_SUCCESS;
}

static const struct sp_slot *with_tag(const struct sp_lun *lun, LONG tag)
{
    for (const struct sp_slot *slot = lun->pending.head; slot; slot = slot->next)
        if (tag == SP_UNTAGGED || tag < 0 ? !slot->tagged : slot->tagged && slot->tag == tag)
            return slot;
    return NULL;
}

/* The one with the miniport that has this tag. */
PSCSI_REQUEST_BLOCK SIM_API StorPortGetSrb(PVOID DeviceExtension, UCHAR PathId, UCHAR TargetId,
                                           UCHAR Lun, LONG QueueTag)
{
    struct sp_port *port = sp__routine(DeviceExtension, "StorPortGetSrb");
    const struct sp_lun *lun = sp__lun_at(port, PathId, TargetId, Lun);
    const struct sp_slot *slot = lun ? with_tag(lun, QueueTag) : NULL;

    return slot ? slot->srb : NULL;
}
