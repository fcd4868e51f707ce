/* Routines that log, trace and read or write the registry beyond the everyday ones. */
#pragma once
#pragma GCC system_header

#include "config.h"
#include "log.h"

SIM_IMPORT ULONG SIM_API StorPortLogSystemEvent(PVOID HwDeviceExtension, PSTOR_LOG_EVENT_DETAILS LogDetails,
                                                PULONG MaximumSize);
SIM_IMPORT ULONG SIM_API StorPortGetRequestInfo(PVOID HwDeviceExtension, PSCSI_REQUEST_BLOCK Srb,
                                                PSTOR_REQUEST_INFO RequestInfo);
SIM_IMPORT ULONG SIM_API StorPortGetActivityIdSrb(PVOID HwDeviceExtension, PSCSI_REQUEST_BLOCK Srb,
                                                  LPGUID ActivityId);

/* ETW */
#define SIM_ETW_HEAD                                                                            \
    ULONG EventId, PWSTR EventDescription, ULONGLONG EventKeywords, STORPORT_ETW_LEVEL EventLevel, \
        STORPORT_ETW_EVENT_OPCODE EventOpcode, PSCSI_REQUEST_BLOCK Srb
#define SIM_ETW_PAIR(n) PWSTR Parameter##n##Name, ULONGLONG Parameter##n##Value
#define SIM_ETW_2 SIM_ETW_PAIR(1), SIM_ETW_PAIR(2)
#define SIM_ETW_4 SIM_ETW_2, SIM_ETW_PAIR(3), SIM_ETW_PAIR(4)
#define SIM_ETW_8 SIM_ETW_4, SIM_ETW_PAIR(5), SIM_ETW_PAIR(6), SIM_ETW_PAIR(7), SIM_ETW_PAIR(8)
SIM_IMPORT ULONG SIM_API StorPortEtwEvent2(PVOID HwDeviceExtension, PSTOR_ADDRESS Address, SIM_ETW_HEAD, SIM_ETW_2);
SIM_IMPORT ULONG SIM_API StorPortEtwEvent4(PVOID HwDeviceExtension, PSTOR_ADDRESS Address, SIM_ETW_HEAD, SIM_ETW_4);
SIM_IMPORT ULONG SIM_API StorPortEtwEvent8(PVOID HwDeviceExtension, PSTOR_ADDRESS Address, SIM_ETW_HEAD, SIM_ETW_8);
SIM_IMPORT ULONG SIM_API StorPortEtwChannelEvent2(PVOID HwDeviceExtension, PSTOR_ADDRESS Address,
                                                  STORPORT_ETW_EVENT_CHANNEL EventChannel, SIM_ETW_HEAD, SIM_ETW_2);
SIM_IMPORT ULONG SIM_API StorPortEtwChannelEvent4(PVOID HwDeviceExtension, PSTOR_ADDRESS Address,
                                                  STORPORT_ETW_EVENT_CHANNEL EventChannel, SIM_ETW_HEAD, SIM_ETW_4);
SIM_IMPORT ULONG SIM_API StorPortEtwChannelEvent8(PVOID HwDeviceExtension, PSTOR_ADDRESS Address,
                                                  STORPORT_ETW_EVENT_CHANNEL EventChannel, SIM_ETW_HEAD, SIM_ETW_8);
SIM_IMPORT ULONG SIM_API StorPortEtwLogError(PVOID HwDeviceExtension, PSTOR_ADDRESS Address, ULONG Id,
                                             PWSTR Description, ULONG DataBufferLength, PVOID DataBuffer);
SIM_IMPORT ULONG SIM_API StorPortEtwLogByteStream(PVOID HwDeviceExtension, PSTOR_ADDRESS Address,
                                                  STORPORT_ETW_EVENT_CHANNEL EventChannel, ULONG EventId,
                                                  PWSTR EventDescription, ULONGLONG EventKeywords,
                                                  STORPORT_ETW_LEVEL EventLevel,
                                                  STORPORT_ETW_EVENT_OPCODE EventOpcode, USHORT DataLength,
                                                  PUCHAR Data);

/* Telemetry */
SIM_IMPORT ULONG SIM_API StorPortLogTelemetry(PVOID HwDeviceExtension, PSTOR_ADDRESS StorAddress,
                                              PSTORPORT_TELEMETRY_EVENT Event);
SIM_IMPORT ULONG SIM_API StorPortLogTelemetryEx(PVOID HwDeviceExtension, PSTOR_ADDRESS StorAddress,
                                                PSTORPORT_TELEMETRY_EVENT Event, STOR_TELEMETRY_CATEGORY Category);

/* The adapter's key in the registry */
typedef VOID SIM_API HW_REGISTRY_NOTIFICATION_ROUTINE(PVOID DeviceExtension);
typedef HW_REGISTRY_NOTIFICATION_ROUTINE *PHW_REGISTRY_NOTIFICATION_ROUTINE;

SIM_IMPORT ULONG SIM_API StorPortRegistryReadAdapterKey(PVOID HwDeviceExtension, PUCHAR SubKeyName, PUCHAR ValueName,
                                                        ULONG ValueType, PVOID *ValueData, PULONG ValueDataLength);
SIM_IMPORT ULONG SIM_API StorPortRegistryWriteAdapterKey(PVOID HwDeviceExtension, PUCHAR SubKeyName, PUCHAR ValueName,
                                                         ULONG ValueType, PVOID ValueData, ULONG ValueDataLength);
SIM_IMPORT ULONG SIM_API StorPortEnableRegistryKeyNotification(PVOID HwDeviceExtension,
                                                               PHW_REGISTRY_NOTIFICATION_ROUTINE NotificationCallback);
