/* Routines about power, the power framework, units, removal and limits of the adapter. */
#pragma once
#pragma GCC system_header

#include "config.h"
#include "power.h"
#include "pofx.h"

/* Power settings and the power framework */
SIM_IMPORT ULONG SIM_API StorPortSetPowerSettingNotificationGuids(PVOID HwDeviceExtension, ULONG GuidCount,
                                                                  LPGUID Guid);
SIM_IMPORT ULONG SIM_API StorPortInitializePoFxPower(PVOID HwDeviceExtension, PSTOR_ADDRESS Address,
                                                     PSTOR_POFX_DEVICE Device, PBOOLEAN D3ColdEnabled);
SIM_IMPORT ULONG SIM_API StorPortPoFxActivateComponent(PVOID HwDeviceExtension, PSTOR_ADDRESS Address,
                                                       PSCSI_REQUEST_BLOCK Srb, ULONG Component, ULONG Flags);
SIM_IMPORT ULONG SIM_API StorPortPoFxIdleComponent(PVOID HwDeviceExtension, PSTOR_ADDRESS Address,
                                                   PSCSI_REQUEST_BLOCK Srb, ULONG Component, ULONG Flags);
SIM_IMPORT ULONG SIM_API StorPortPoFxSetComponentLatency(PVOID HwDeviceExtension, PSTOR_ADDRESS Address,
                                                         ULONG Component, ULONGLONG Latency);
SIM_IMPORT ULONG SIM_API StorPortPoFxSetComponentResidency(PVOID HwDeviceExtension, PSTOR_ADDRESS Address,
                                                           ULONG Component, ULONGLONG Residency);
SIM_IMPORT ULONG SIM_API StorPortPoFxPowerControl(PVOID HwDeviceExtension, PSTOR_ADDRESS Address,
                                                  LPCGUID PowerControlCode, PVOID InBuffer, SIZE_T InBufferSize,
                                                  PVOID OutBuffer, SIZE_T OutBufferSize, PSIZE_T BytesReturned);
SIM_IMPORT ULONG SIM_API StorPortPoFxSetIdleTimeout(PVOID HwDeviceExtension, PSTOR_ADDRESS Address,
                                                    ULONG IdleTimeoutInMS);
SIM_IMPORT ULONG SIM_API StorPortPoFxRegisterPerfStates(PVOID HwDeviceExtension, PSTOR_ADDRESS Address,
                                                        ULONG Component, ULONG Flags, ULONG SetCount,
                                                        PSTOR_POFX_COMPONENT_PERF_SET Sets);
SIM_IMPORT ULONG SIM_API StorPortPoFxSetPerfState(PVOID HwDeviceExtension, PSTOR_ADDRESS Address, ULONG Component,
                                                  ULONG Flags, ULONG SetIndex, ULONG State, PVOID Context);
SIM_IMPORT ULONG SIM_API StorPortGetD3ColdSupport(PVOID HwDeviceExtension, PSTOR_ADDRESS Address, PBOOLEAN Supported);

/* Units that come, go, change or fail */
SIM_IMPORT ULONG SIM_API StorPortStateChangeDetected(PVOID HwDeviceExtension, ULONG ChangedEntity,
                                                     PSTOR_ADDRESS Address, ULONG Attributes,
                                                     HW_STATE_CHANGE *HwStateChange, PVOID HwStateChangeContext);
SIM_IMPORT ULONG SIM_API StorPortAsyncNotificationDetected(PVOID HwDeviceExtension, PSTOR_ADDRESS Address,
                                                           ULONGLONG Flags);
SIM_IMPORT ULONG SIM_API StorPortSetUnitAttributes(PVOID HwDeviceExtension, PSTOR_ADDRESS Address,
                                                   STOR_UNIT_ATTRIBUTES Attributes);
SIM_IMPORT VOID SIM_API StorPortMarkDeviceFailed(PVOID HwDeviceExtension, PSTOR_ADDRESS StorAddress, ULONG Flags,
                                                 PWSTR FailReason);
SIM_IMPORT ULONG SIM_API StorPortMarkDeviceFailedEx(PVOID HwDeviceExtension, PSTOR_ADDRESS StorAddress, ULONG Flags,
                                                    USHORT FaultCode, PWSTR FaultDescription,
                                                    USHORT AdditionalDataSize, PUCHAR AdditionalData,
                                                    USHORT CriticalDataSize, PUCHAR CriticalData);
SIM_IMPORT ULONG SIM_API StorPortHardwareReset(PVOID HwDeviceExtension, STOR_DEVICE_RESET_TYPE Type);
SIM_IMPORT ULONG SIM_API StorPortIsDeviceOperationAllowed(PVOID HwDeviceExtension, PSTOR_ADDRESS Address,
                                                          LPCGUID DeviceOperation, ULONG *AllowedFlag);

/* The adapter's configuration after the fact */
SIM_IMPORT ULONG SIM_API StorPortUpdateAdapterMaxIO(PVOID HwDeviceExtension, ULONG MaxIoCount);
SIM_IMPORT ULONG SIM_API StorPortUpdatePortConfigMaxIOInfo(PVOID HwDeviceExtension, ULONG MaxIoCount,
                                                           ULONG MaxIosPerLun);
SIM_IMPORT ULONG SIM_API StorPortSetFeatureList(PVOID HwDeviceExtension, ULONG FeatureCount, PBOOLEAN FeatureList);
SIM_IMPORT ULONG SIM_API StorPortSetAdapterBusType(PVOID HwDeviceExtension, ULONG BusType);
SIM_IMPORT ULONG SIM_API StorPortQueryConfiguration(PVOID HwDeviceExtension, STORPORT_QUERY_CONFIGURATION_TYPE Type,
                                                    PBOOLEAN Enabled);
SIM_IMPORT ULONG SIM_API StorPortMarkDumpMemory(PVOID HwDeviceExtension, PVOID Address, ULONG_PTR Length,
                                                ULONG Flags);
SIM_IMPORT ULONG SIM_API StorPortGetDeviceObjects(PVOID HwDeviceExtension, PVOID *AdapterDeviceObject,
                                                  PVOID *PhysicalDeviceObject, PVOID *LowerDeviceObject);
SIM_IMPORT ULONG SIM_API StorPortGetSystemPortNumber(PVOID HwDeviceExtension, PSTOR_ADDRESS Address);
SIM_IMPORT ULONG SIM_API StorPortIsCurrentOsInstallationUpgrade(PVOID HwDeviceExtension, PBOOLEAN IsUpgrade);
SIM_IMPORT ULONG SIM_API StorPortInvokeAcpiMethod(PVOID HwDeviceExtension, PSTOR_ADDRESS Address, ULONG MethodName,
                                                  PVOID InputBuffer, ULONG InputBufferLength, PVOID OutputBuffer,
                                                  ULONG OutputBufferLength, PULONG BytesReturned);
SIM_IMPORT ULONG SIM_API StorPortCompleteServiceIrp(PVOID HwDeviceExtension, PVOID Irp);
