/*
 * The library a miniport answers WMI requests with. Nobody in a run asks for WMI data: ScsiPortWmiDispatchFunction is
 * answered SRB_STATUS_INVALID_REQUEST and told of in the run's summary, and none of the callbacks below is made.
 */
#pragma once
#pragma GCC system_header

#include "srb.h"
#include "pshpack4.h"

typedef struct _SCSIWMI_REQUEST_CONTEXT {
    PVOID UserContext;
    ULONG BufferSize;
    PUCHAR Buffer;
    UCHAR MinorFunction;
    UCHAR ReturnStatus;
    ULONG ReturnSize;
} SCSIWMI_REQUEST_CONTEXT, *PSCSIWMI_REQUEST_CONTEXT;
SIM_ASSERT_SIZE(SCSIWMI_REQUEST_CONTEXT, 0x1C);

typedef struct _SCSIWMIGUIDREGINFO {
    LPCGUID Guid;
    ULONG InstanceCount;
    ULONG Flags;
} SCSIWMIGUIDREGINFO, *PSCSIWMIGUIDREGINFO;
SIM_ASSERT_SIZE(SCSIWMIGUIDREGINFO, 0x10);

typedef enum _SCSIWMI_ENABLE_DISABLE_CONTROL {
    ScsiWmiEventControl,
    ScsiWmiDataBlockControl
} SCSIWMI_ENABLE_DISABLE_CONTROL;

typedef UCHAR SIM_API SCSIWMI_QUERY_REGINFO(PVOID DeviceContext, PSCSIWMI_REQUEST_CONTEXT RequestContext,
                                            PWCHAR *MofResourceName);
typedef BOOLEAN SIM_API SCSIWMI_QUERY_DATABLOCK(PVOID Context, PSCSIWMI_REQUEST_CONTEXT DispatchContext, ULONG GuidIndex,
                                                ULONG InstanceIndex, ULONG InstanceCount, PULONG InstanceLengthArray,
                                                ULONG BufferAvail, PUCHAR Buffer);
typedef BOOLEAN SIM_API SCSIWMI_SET_DATABLOCK(PVOID DeviceContext, PSCSIWMI_REQUEST_CONTEXT RequestContext,
                                              ULONG GuidIndex, ULONG InstanceIndex, ULONG BufferSize, PUCHAR Buffer);
typedef BOOLEAN SIM_API SCSIWMI_SET_DATAITEM(PVOID DeviceContext, PSCSIWMI_REQUEST_CONTEXT RequestContext,
                                             ULONG GuidIndex, ULONG InstanceIndex, ULONG DataItemId, ULONG BufferSize,
                                             PUCHAR Buffer);
typedef BOOLEAN SIM_API SCSIWMI_EXECUTE_METHOD(PVOID DeviceContext, PSCSIWMI_REQUEST_CONTEXT RequestContext,
                                               ULONG GuidIndex, ULONG InstanceIndex, ULONG MethodId, ULONG InBufferSize,
                                               ULONG OutBufferSize, PUCHAR Buffer);
typedef BOOLEAN SIM_API SCSIWMI_FUNCTION_CONTROL(PVOID DeviceContext, PSCSIWMI_REQUEST_CONTEXT RequestContext,
                                                 ULONG GuidIndex, SCSIWMI_ENABLE_DISABLE_CONTROL Function,
                                                 BOOLEAN Enable);
typedef SCSIWMI_QUERY_REGINFO *PSCSIWMI_QUERY_REGINFO;
typedef SCSIWMI_QUERY_DATABLOCK *PSCSIWMI_QUERY_DATABLOCK;
typedef SCSIWMI_SET_DATABLOCK *PSCSIWMI_SET_DATABLOCK;
typedef SCSIWMI_SET_DATAITEM *PSCSIWMI_SET_DATAITEM;
typedef SCSIWMI_EXECUTE_METHOD *PSCSIWMI_EXECUTE_METHOD;
typedef SCSIWMI_FUNCTION_CONTROL *PSCSIWMI_FUNCTION_CONTROL;

typedef struct _SCSIWMILIB_CONTEXT {
    ULONG GuidCount;
    PSCSIWMIGUIDREGINFO GuidList;
    PSCSIWMI_QUERY_REGINFO QueryWmiRegInfo;
    PSCSIWMI_QUERY_DATABLOCK QueryWmiDataBlock;
    PSCSIWMI_SET_DATABLOCK SetWmiDataBlock;
    PSCSIWMI_SET_DATAITEM SetWmiDataItem;
    PSCSIWMI_EXECUTE_METHOD ExecuteWmiMethod;
    PSCSIWMI_FUNCTION_CONTROL WmiFunctionControl;
} SCSI_WMILIB_CONTEXT, *PSCSI_WMILIB_CONTEXT;
SIM_ASSERT_SIZE(SCSI_WMILIB_CONTEXT, 0x3C);

#include "poppack.h"

/* True when the request is finished; here always, with RequestContext->ReturnStatus saying that it is not supported. */
SIM_IMPORT BOOLEAN SIM_API ScsiPortWmiDispatchFunction(PSCSI_WMILIB_CONTEXT WmiLibInfo, UCHAR MinorFunction,
                                                       PVOID DeviceContext, PSCSIWMI_REQUEST_CONTEXT RequestContext,
                                                       PVOID DataPath, ULONG BufferSize, PVOID Buffer);
/* Stores the outcome where the two macros below find it. */
SIM_IMPORT VOID SIM_API ScsiPortWmiPostProcess(PSCSIWMI_REQUEST_CONTEXT RequestContext, UCHAR SrbStatus,
                                               ULONG BufferUsed);
SIM_IMPORT VOID SIM_API ScsiPortWmiFireLogicalUnitEvent(PVOID HwDeviceExtension, UCHAR PathId, UCHAR TargetId, UCHAR Lun,
                                                        LPGUID Guid, ULONG InstanceIndex, ULONG EventDataSize,
                                                        PVOID EventData);

#define ScsiPortWmiFireAdapterEvent(extension, guid, instance, size, data) \
    ScsiPortWmiFireLogicalUnitEvent((extension), 0xff, 0, 0, (guid), (instance), (size), (data))
#define ScsiPortWmiGetReturnSize(context) ((context)->ReturnSize)
#define ScsiPortWmiGetReturnStatus(context) ((context)->ReturnStatus)
