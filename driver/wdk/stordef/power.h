/* What HwStorAdapterControl and HwStorUnitControl are given, beside the power framework's records (pofx.h). */
#pragma once
#pragma GCC system_header

#include "control.h"

/* ScsiPowerSettingNotification */
typedef struct _STOR_POWER_SETTING_INFO {
    GUID PowerSettingGuid;
    PVOID Value;
    ULONG ValueLength;
} STOR_POWER_SETTING_INFO, *PSTOR_POWER_SETTING_INFO;
SIM_ASSERT_SIZE(STOR_POWER_SETTING_INFO, 0x20);

/* ScsiAdapterSystemPowerHints */
typedef enum _RAID_SYSTEM_POWER {
    RaidSystemPowerUnknown,
    RaidSystemPowerLowest,
    RaidSystemPowerLow,
    RaidSystemPowerMedium,
    RaidSystemPowerHigh
} RAID_SYSTEM_POWER, *PRAID_SYSTEM_POWER;

#define STOR_SYSTEM_POWER_HINTS_V1 0x1

typedef struct _STOR_SYSTEM_POWER_HINTS {
    ULONG Version;
    ULONG Size;
    RAID_SYSTEM_POWER SystemPower;
    ULONG ResumeLatencyMSec;
} STOR_SYSTEM_POWER_HINTS, *PSTOR_SYSTEM_POWER_HINTS;
SIM_ASSERT_SIZE(STOR_SYSTEM_POWER_HINTS, 0x10);

/* ScsiAdapterPoFxMaxOperationalPower */
#define STOR_MAX_OPERATIONAL_POWER_V1 0x1

typedef struct _STOR_MAX_OPERATIONAL_POWER {
    ULONG Version;
    ULONG Size;
    ULONG MaxPower; /* milliwatts */
} STOR_MAX_OPERATIONAL_POWER, *PSTOR_MAX_OPERATIONAL_POWER;

/* ScsiAdapterFilterResourceRequirements: the list is an IO_RESOURCE_REQUIREMENTS_LIST. */
typedef struct _STOR_FILTER_RESOURCE_REQUIREMENTS {
    ULONG Version;
    ULONG Size;
    PVOID IoResourceRequirementsList;
} STOR_FILTER_RESOURCE_REQUIREMENTS, *PSTOR_FILTER_RESOURCE_REQUIREMENTS;

/* ScsiAdapterSerialNumber */
typedef struct _STOR_SERIAL_NUMBER {
    ULONG Version;
    ULONG Size;
    ULONG SerialNumberLength; /* bytes, with the terminating NUL */
    UCHAR SerialNumber[ANYSIZE_ARRAY];
} STOR_SERIAL_NUMBER, *PSTOR_SERIAL_NUMBER;

/* ScsiUnitUsage */
typedef enum _SCSI_UC_DEVICE_USAGE_TYPE {
    ScsiDeviceUsageTypeUndefined,
    ScsiDeviceUsageTypePaging,
    ScsiDeviceUsageTypeHibernation,
    ScsiDeviceUsageTypeDumpFile,
    ScsiDeviceUsageTypeBoot
} SCSI_UC_DEVICE_USAGE_TYPE, *PSCSI_UC_DEVICE_USAGE_TYPE;

typedef struct _STOR_UC_DEVICE_USAGE {
    PSTOR_ADDRESS Address;
    SCSI_UC_DEVICE_USAGE_TYPE UsageType;
    BOOLEAN InUse;
} STOR_UC_DEVICE_USAGE, *PSTOR_UC_DEVICE_USAGE;
SIM_ASSERT_SIZE(STOR_UC_DEVICE_USAGE, 0x10);

/* StorPortSetUnitAttributes */
typedef struct SIM_MS_LAYOUT _STOR_UNIT_ATTRIBUTES {
    ULONG DeviceAttentionSupported : 1;
    ULONG AsyncNotificationSupported : 1;
    ULONG D3ColdNotSupported : 1;
    ULONG BypassIOSupported : 1;
    ULONG Reserved : 28;
} STOR_UNIT_ATTRIBUTES, *PSTOR_UNIT_ATTRIBUTES;
SIM_ASSERT_SIZE(STOR_UNIT_ATTRIBUTES, 4);

/* StorPortAsyncNotificationDetected's flags */
#define RAID_ASYNC_NOTIFY_FLAG_MEDIA_STATUS 0x1
#define RAID_ASYNC_NOTIFY_FLAG_DEVICE_STATUS 0x2
#define RAID_ASYNC_NOTIFY_FLAG_DEVICE_OPERATION 0x4
#define RAID_ASYNC_NOTIFY_SUPPORTED_FLAGS 0x7

/* StorPortMarkDeviceFailed's flags */
#define STOR_PORT_MARK_DEVICE_FAILED_REMOVE_DEVICE 0x1

/* StorPortHardwareReset */
typedef enum _STOR_DEVICE_RESET_TYPE {
    StorFunctionLevelReset,
    StorPlatformLevelReset,
    StorDeviceResetMax
} STOR_DEVICE_RESET_TYPE, *PSTOR_DEVICE_RESET_TYPE;

/* StorPortQueryConfiguration */
typedef enum _STORPORT_QUERY_CONFIGURATION_TYPE {
    StorportQueryConfigurationD3,
    StorportQueryConfigurationMax
} STORPORT_QUERY_CONFIGURATION_TYPE, *PSTORPORT_QUERY_CONFIGURATION_TYPE;

/* StorPortSetFeatureList: what the miniport's control routines understand. */
typedef enum _STORPORT_FEATURE_TYPE {
    StorportFeatureBusTypeUnitControl,
    StorportFeatureFruIdUnitControl,
    StorportFeatureFruIdAdapterControl,
    StorportFeatureSetEventLoggingAdapterControl,
    StorportFeatureReportInternalDataUnitControl,
    StorportFeatureReportInternalDataAdapterControl,
    StorportFeatureResetBusSynchronous,
    StorportFeaturePostHwInitialize,
    StorportFeaturePrepareEarlyDumpData,
    StorportFeatureRestoreEarlyDumpData,
    StorportFeatureKsrAdapterPowerDownOptimization,
    StorportFeatureKsrUnitPowerDownOptimization,
    StorportFeaturePreparePLDR,
    StorportFeatureNvmeofAdapterOperation,
    StorportFeatureReserved1,
    StorportFeatureQueryStorMQInterface,
    StorportFeatureMax
} STORPORT_FEATURE_TYPE, *PSTORPORT_FEATURE_TYPE;
