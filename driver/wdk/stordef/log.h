/* What a miniport reports about itself: event log entries, ETW events, telemetry, and asks about a request. */
#pragma once
#pragma GCC system_header

#include "types.h"

/* StorPortLogSystemEvent */
typedef enum _STOR_EVENT_ASSOCIATION_ENUM {
    StorEventAdapterAssociation = 0,
    StorEventLunAssociation,
    StorEventTargetAssociation,
    StorEventInvalidAssociation
} STOR_EVENT_ASSOCIATION_ENUM, *PSTOR_EVENT_ASSOCIATION_ENUM;

#define STOR_CURRENT_LOG_INTERFACE_REVISION 1

typedef struct _STOR_LOG_EVENT_DETAILS {
    ULONG InterfaceRevision;
    ULONG Size;
    ULONG Flags;
    STOR_EVENT_ASSOCIATION_ENUM EventAssociation;
    ULONG PathId;
    ULONG TargetId;
    ULONG LunId;
    BOOLEAN StorportSpecificErrorCode;
    ULONG ErrorCode;
    ULONG UniqueId;
    ULONG DumpDataSize;
    PVOID DumpData;
    ULONG StringCount;
    PWSTR *StringList;
} STOR_LOG_EVENT_DETAILS, *PSTOR_LOG_EVENT_DETAILS;
SIM_ASSERT_SIZE(STOR_LOG_EVENT_DETAILS, 0x48);

/* StorPortEtwEvent2, 4, 8 and their channel forms */
typedef enum _STORPORT_ETW_LEVEL {
    StorportEtwLevelLogAlways = 0,
    StorportEtwLevelCritical,
    StorportEtwLevelError,
    StorportEtwLevelWarning,
    StorportEtwLevelInformational,
    StorportEtwLevelVerbose,
    StorportEtwLevelMax = StorportEtwLevelVerbose
} STORPORT_ETW_LEVEL, *PSTORPORT_ETW_LEVEL;

typedef enum _STORPORT_ETW_EVENT_OPCODE {
    StorportEtwEventOpcodeInfo = 0,
    StorportEtwEventOpcodeStart,
    StorportEtwEventOpcodeStop,
    StorportEtwEventOpcodeDC_Start,
    StorportEtwEventOpcodeDC_Stop,
    StorportEtwEventOpcodeExtension,
    StorportEtwEventOpcodeReply,
    StorportEtwEventOpcodeResume,
    StorportEtwEventOpcodeSuspend,
    StorportEtwEventOpcodeSend,
    StorportEtwEventOpcodeReceive = 240
} STORPORT_ETW_EVENT_OPCODE, *PSTORPORT_ETW_EVENT_OPCODE;

typedef enum _STORPORT_ETW_EVENT_CHANNEL {
    StorportEtwEventDiagnostic,
    StorportEtwEventOperational,
    StorportEtwEventHealth,
    StorportEtwEventIoPerformance
} STORPORT_ETW_EVENT_CHANNEL, *PSTORPORT_ETW_EVENT_CHANNEL;

#define STORPORT_ETW_EVENT_KEYWORD_IO 0x01
#define STORPORT_ETW_EVENT_KEYWORD_PERFORMANCE 0x02
#define STORPORT_ETW_EVENT_KEYWORD_POWER 0x04
#define STORPORT_ETW_EVENT_KEYWORD_ENUMERATION 0x08
#define STORPORT_ETW_EVENT_KEYWORD_COMMAND_TRACE 0x10
#define STORPORT_ETW_EVENT_KEYWORD_ASYNC_EVENT 0x20
#define STORPORT_ETW_EVENT_KEYWORD_NON_IO 0x40
#define STORPORT_ETW_EVENT_KEYWORD_COMMAND_TRACE_IO 0x80
#define STORPORT_ETW_EVENT_KEYWORD_COMMAND_TRACE_NON_IO 0x100

/* Characters, without the terminating one. */
#define STORPORT_ETW_MAX_DESCRIPTION_LENGTH 32
#define STORPORT_ETW_MAX_PARAM_NAME_LENGTH 16

/* StorPortLogTelemetry */
#define EVENT_BUFFER_MAX_LENGTH 4096
#define EVENT_NAME_MAX_LENGTH 32
#define EVENT_MAX_PARAM_NAME_LEN 32

#define SIM_TELEMETRY_PARAMETER(n)                       \
    UCHAR ParameterName##n[EVENT_MAX_PARAM_NAME_LEN]; \
    ULONGLONG ParameterValue##n;
typedef struct _STORPORT_TELEMETRY_EVENT {
    ULONG DriverVersion;
    ULONG EventId;
    UCHAR EventName[EVENT_NAME_MAX_LENGTH];
    ULONG EventVersion;
    ULONG Flags;
    ULONG EventBufferLength;
    PUCHAR EventBuffer;
    SIM_TELEMETRY_PARAMETER(0)
    SIM_TELEMETRY_PARAMETER(1)
    SIM_TELEMETRY_PARAMETER(2)
    SIM_TELEMETRY_PARAMETER(3)
    SIM_TELEMETRY_PARAMETER(4)
    SIM_TELEMETRY_PARAMETER(5)
    SIM_TELEMETRY_PARAMETER(6)
    SIM_TELEMETRY_PARAMETER(7)
} STORPORT_TELEMETRY_EVENT, *PSTORPORT_TELEMETRY_EVENT;
SIM_ASSERT_SIZE(STORPORT_TELEMETRY_EVENT, 0x180);

typedef enum _STOR_TELEMETRY_CATEGORY {
    StorTelemetryCategory,
    StorMeasuresCategory,
    StorCriticalDataCategory
} STOR_TELEMETRY_CATEGORY, *PSTOR_TELEMETRY_CATEGORY;

/* StorPortGetRequestInfo */
typedef struct _STOR_UNICODE_STRING {
    USHORT Length;
    USHORT MaximumLength;
    PWCH Buffer;
} STOR_UNICODE_STRING, *PSTOR_UNICODE_STRING;

typedef enum _STOR_IO_PRIORITY_HINT {
    StorIoPriorityVeryLow = 0,
    StorIoPriorityLow,
    StorIoPriorityNormal,
    StorIoPriorityHigh,
    StorIoPriorityCritical,
    StorIoMaxPriorityTypes,
    StorIoMaxPriorityValue = 0xffff
} STOR_IO_PRIORITY_HINT, *PSTOR_IO_PRIORITY_HINT;

#define STOR_REQUEST_INFO_VER_1 1
#define STOR_REQUEST_INFO_VER_2 2
#define STOR_REQUEST_INFO_VER STOR_REQUEST_INFO_VER_2

#define REQUEST_INFO_NO_CACHE_FLAG 0x00000001
#define REQUEST_INFO_PAGING_IO_FLAG 0x00000002
#define REQUEST_INFO_SEQUENTIAL_IO_FLAG 0x00000004
#define REQUEST_INFO_TEMPORARY_FLAG 0x00000008
#define REQUEST_INFO_WRITE_THROUGH_FLAG 0x00000010
#define REQUEST_INFO_HYBRID_WRITE_THROUGH_FLAG 0x00000020
#define REQUEST_INFO_NO_FILE_OBJECT_FLAG 0x00000040
#define REQUEST_INFO_VOLSNAP_IO_FLAG 0x00000080
#define REQUEST_INFO_STREAM_FLAG 0x00000100
#define REQUEST_INFO_CRYPTO_FLAG 0x00000200
#define REQUEST_INFO_VALID_CACHEPRIORITY_FLAG 0x80000000

#define SIM_REQUEST_INFO_HEAD           \
    USHORT Version;                     \
    USHORT Size;                        \
    STOR_IO_PRIORITY_HINT PriorityHint; \
    ULONG Flags;                        \
    ULONG Key;                          \
    ULONG Length;                       \
    BOOLEAN IsWriteRequest;             \
    UCHAR Reserved[3];
typedef struct _STOR_REQUEST_INFO_V1 {
    SIM_REQUEST_INFO_HEAD
} STOR_REQUEST_INFO_V1, *PSTOR_REQUEST_INFO_V1;
SIM_ASSERT_SIZE(STOR_REQUEST_INFO_V1, 0x18);

typedef struct _STOR_REQUEST_INFO_V2 {
    SIM_REQUEST_INFO_HEAD
    PSTOR_UNICODE_STRING FileName;
    ULONG ProcessId;
} STOR_REQUEST_INFO_V2, *PSTOR_REQUEST_INFO_V2;
SIM_ASSERT_SIZE(STOR_REQUEST_INFO_V2, 0x28);

typedef STOR_REQUEST_INFO_V2 STOR_REQUEST_INFO, *PSTOR_REQUEST_INFO;
