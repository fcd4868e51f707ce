/* The miniport's callbacks, as function types; a driver declares its routines with these. */
#pragma once
#pragma GCC system_header

#include "types.h"
#include "control.h"

typedef struct _PORT_CONFIGURATION_INFORMATION *PPORT_CONFIGURATION_INFORMATION;

typedef ULONG SIM_API sp_DRIVER_INITIALIZE(PVOID DriverObject, PVOID RegistryPath);

typedef BOOLEAN SIM_API HW_INITIALIZE(PVOID DeviceExtension);
typedef BOOLEAN SIM_API HW_PASSIVE_INITIALIZE_ROUTINE(PVOID DeviceExtension);
typedef BOOLEAN SIM_API HW_BUILDIO(PVOID DeviceExtension, PSCSI_REQUEST_BLOCK Srb);
typedef BOOLEAN SIM_API HW_STARTIO(PVOID DeviceExtension, PSCSI_REQUEST_BLOCK Srb);
typedef BOOLEAN SIM_API HW_INTERRUPT(PVOID DeviceExtension);
typedef BOOLEAN SIM_API HW_MESSAGE_SIGNALED_INTERRUPT_ROUTINE(PVOID DeviceExtension, ULONG MessageId);
typedef VOID SIM_API HW_DPC_ROUTINE(PSTOR_DPC Dpc, PVOID HwDeviceExtension, PVOID SystemArgument1,
                                    PVOID SystemArgument2);
typedef VOID SIM_API HW_TIMER(PVOID DeviceExtension);
typedef VOID SIM_API HW_TIMER_EX(PVOID DeviceExtension, PVOID Context);
typedef VOID SIM_API HW_DMA_STARTED(PVOID DeviceExtension);
typedef ULONG SIM_API HW_FIND_ADAPTER(PVOID DeviceExtension, PVOID HwContext, PVOID BusInformation,
                                      PCHAR ArgumentString, PPORT_CONFIGURATION_INFORMATION ConfigInfo,
                                      PBOOLEAN Reserved3);
typedef BOOLEAN SIM_API HW_RESET_BUS(PVOID DeviceExtension, ULONG PathId);
typedef BOOLEAN SIM_API HW_ADAPTER_STATE(PVOID DeviceExtension, PVOID Context, BOOLEAN SaveState);
typedef SCSI_ADAPTER_CONTROL_STATUS SIM_API HW_ADAPTER_CONTROL(PVOID DeviceExtension,
                                                               SCSI_ADAPTER_CONTROL_TYPE ControlType, PVOID Parameters);
typedef SCSI_UNIT_CONTROL_STATUS SIM_API HW_UNIT_CONTROL(PVOID DeviceExtension, SCSI_UNIT_CONTROL_TYPE ControlType,
                                                         PVOID Parameters);
typedef VOID SIM_API HW_TRACING_ENABLED(PVOID HwDeviceExtension, BOOLEAN Enabled);
typedef VOID SIM_API HW_WORKITEM(PVOID HwDeviceExtension, PVOID Context, PVOID Worker);
typedef VOID SIM_API HW_STATE_CHANGE(PVOID HwDeviceExtension, PVOID Context, SHORT AddressType, PVOID Address,
                                     ULONG Status);
typedef BOOLEAN SIM_API STOR_SYNCHRONIZED_ACCESS(PVOID HwDeviceExtension, PVOID Context);

typedef HW_INITIALIZE *PHW_INITIALIZE;
typedef HW_PASSIVE_INITIALIZE_ROUTINE *PHW_PASSIVE_INITIALIZE_ROUTINE;
typedef HW_BUILDIO *PHW_BUILDIO;
typedef HW_STARTIO *PHW_STARTIO;
typedef HW_INTERRUPT *PHW_INTERRUPT;
typedef HW_MESSAGE_SIGNALED_INTERRUPT_ROUTINE *PHW_MESSAGE_SIGNALED_INTERRUPT_ROUTINE;
typedef HW_DPC_ROUTINE *PHW_DPC_ROUTINE;
typedef HW_TIMER *PHW_TIMER;
typedef HW_TIMER_EX *PHW_TIMER_EX;
typedef HW_DMA_STARTED *PHW_DMA_STARTED;
typedef HW_FIND_ADAPTER *PHW_FIND_ADAPTER;
typedef HW_RESET_BUS *PHW_RESET_BUS;
typedef HW_ADAPTER_STATE *PHW_ADAPTER_STATE;
typedef HW_ADAPTER_CONTROL *PHW_ADAPTER_CONTROL;
typedef HW_UNIT_CONTROL *PHW_UNIT_CONTROL;
typedef HW_TRACING_ENABLED *PHW_TRACING_ENABLED;
typedef HW_WORKITEM *PHW_WORKITEM;
typedef HW_STATE_CHANGE *PHW_STATE_CHANGE;
typedef STOR_SYNCHRONIZED_ACCESS *PSTOR_SYNCHRONIZED_ACCESS;
