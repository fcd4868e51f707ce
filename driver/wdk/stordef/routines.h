/*
 * Storport's routines. Each is a plain function that the engine supplies, where Windows has a mixture of exports,
 * inline wrappers and macros. What they mean, from which IRQL, and what they return: models/storport.
 */
#pragma once
#pragma GCC system_header

#include "config.h"

/* Starting up */
SIM_IMPORT ULONG SIM_API StorPortInitialize(PVOID DriverObject, PVOID RegistryPath,
                                            PHW_INITIALIZATION_DATA HwInitializationData, PVOID HwContext);
SIM_IMPORT BOOLEAN SIM_API StorPortEnablePassiveInitialization(PVOID DeviceExtension,
                                                               PHW_PASSIVE_INITIALIZE_ROUTINE Routine);
SIM_IMPORT ULONG SIM_API StorPortInitializePerfOpts(PVOID HwDeviceExtension, BOOLEAN Query,
                                                    PPERF_CONFIGURATION_DATA PerfConfigData);
SIM_IMPORT ULONG SIM_API StorPortGetStartIoPerfParams(PVOID HwDeviceExtension, PSCSI_REQUEST_BLOCK Srb,
                                                      PSTARTIO_PERFORMANCE_PARAMETERS StartIoPerfParams);

/* Memory and addresses */
SIM_IMPORT PVOID SIM_API StorPortGetUncachedExtension(PVOID HwDeviceExtension,
                                                      PPORT_CONFIGURATION_INFORMATION ConfigInfo, ULONG NumberOfBytes);
SIM_IMPORT ULONG SIM_API StorPortAllocateContiguousMemorySpecifyCacheNode(
    PVOID HwDeviceExtension, SIZE_T NumberOfBytes, PHYSICAL_ADDRESS LowestAcceptableAddress,
    PHYSICAL_ADDRESS HighestAcceptableAddress, PHYSICAL_ADDRESS BoundaryAddressMultiple, MEMORY_CACHING_TYPE CacheType,
    ULONG PreferredNode, PVOID *BufferPointer);
SIM_IMPORT ULONG SIM_API StorPortFreeContiguousMemorySpecifyCache(PVOID HwDeviceExtension, PVOID BaseAddress,
                                                                  SIZE_T NumberOfBytes, MEMORY_CACHING_TYPE CacheType);
SIM_IMPORT ULONG SIM_API StorPortAllocateDmaMemory(PVOID HwDeviceExtension, SIZE_T NumberOfBytes,
                                                   PHYSICAL_ADDRESS LowestAcceptableAddress,
                                                   PHYSICAL_ADDRESS HighestAcceptableAddress,
                                                   PHYSICAL_ADDRESS BoundaryAddressMultiple,
                                                   MEMORY_CACHING_TYPE CacheType, ULONG PreferredNode,
                                                   PVOID *BufferPointer, PPHYSICAL_ADDRESS PhysicalAddress);
SIM_IMPORT ULONG SIM_API StorPortFreeDmaMemory(PVOID HwDeviceExtension, PVOID BaseAddress, SIZE_T NumberOfBytes,
                                               MEMORY_CACHING_TYPE CacheType, PHYSICAL_ADDRESS PhysicalAddress);
SIM_IMPORT ULONG SIM_API StorPortAllocatePool(PVOID HwDeviceExtension, ULONG NumberOfBytes, ULONG Tag,
                                              PVOID *BufferPointer);
SIM_IMPORT ULONG SIM_API StorPortFreePool(PVOID HwDeviceExtension, PVOID BufferPointer);
SIM_IMPORT STOR_PHYSICAL_ADDRESS SIM_API StorPortGetPhysicalAddress(PVOID HwDeviceExtension, PSCSI_REQUEST_BLOCK Srb,
                                                                    PVOID VirtualAddress, ULONG *Length);
SIM_IMPORT PVOID SIM_API StorPortGetVirtualAddress(PVOID HwDeviceExtension, STOR_PHYSICAL_ADDRESS PhysicalAddress);
SIM_IMPORT PSTOR_SCATTER_GATHER_LIST SIM_API StorPortGetScatterGatherList(PVOID DeviceExtension,
                                                                          PSCSI_REQUEST_BLOCK Srb);
SIM_IMPORT ULONG SIM_API StorPortGetSystemAddress(PVOID HwDeviceExtension, PSCSI_REQUEST_BLOCK Srb,
                                                  PVOID *SystemAddress);
SIM_IMPORT PVOID SIM_API StorPortGetDeviceBase(PVOID HwDeviceExtension, INTERFACE_TYPE BusType,
                                               ULONG SystemIoBusNumber, STOR_PHYSICAL_ADDRESS IoAddress,
                                               ULONG NumberOfBytes, BOOLEAN InIoSpace);
SIM_IMPORT VOID SIM_API StorPortFreeDeviceBase(PVOID HwDeviceExtension, PVOID MappedAddress);
SIM_IMPORT PVOID SIM_API StorPortGetLogicalUnit(PVOID HwDeviceExtension, UCHAR PathId, UCHAR TargetId, UCHAR Lun);

/* Registers, ports, configuration space */
SIM_IMPORT UCHAR SIM_API StorPortReadRegisterUchar(PVOID HwDeviceExtension, volatile UCHAR *Register);
SIM_IMPORT USHORT SIM_API StorPortReadRegisterUshort(PVOID HwDeviceExtension, volatile USHORT *Register);
SIM_IMPORT ULONG SIM_API StorPortReadRegisterUlong(PVOID HwDeviceExtension, volatile ULONG *Register);
SIM_IMPORT ULONG64 SIM_API StorPortReadRegisterUlong64(PVOID HwDeviceExtension, volatile ULONG64 *Register);
SIM_IMPORT VOID SIM_API StorPortWriteRegisterUchar(PVOID HwDeviceExtension, volatile UCHAR *Register, UCHAR Value);
SIM_IMPORT VOID SIM_API StorPortWriteRegisterUshort(PVOID HwDeviceExtension, volatile USHORT *Register, USHORT Value);
SIM_IMPORT VOID SIM_API StorPortWriteRegisterUlong(PVOID HwDeviceExtension, volatile ULONG *Register, ULONG Value);
SIM_IMPORT VOID SIM_API StorPortWriteRegisterUlong64(PVOID HwDeviceExtension, volatile ULONG64 *Register, ULONG64 Value);
SIM_IMPORT UCHAR SIM_API StorPortReadPortUchar(PVOID HwDeviceExtension, volatile UCHAR *Port);
SIM_IMPORT USHORT SIM_API StorPortReadPortUshort(PVOID HwDeviceExtension, volatile USHORT *Port);
SIM_IMPORT ULONG SIM_API StorPortReadPortUlong(PVOID HwDeviceExtension, volatile ULONG *Port);
SIM_IMPORT VOID SIM_API StorPortWritePortUchar(PVOID HwDeviceExtension, volatile UCHAR *Port, UCHAR Value);
SIM_IMPORT VOID SIM_API StorPortWritePortUshort(PVOID HwDeviceExtension, volatile USHORT *Port, USHORT Value);
SIM_IMPORT VOID SIM_API StorPortWritePortUlong(PVOID HwDeviceExtension, volatile ULONG *Port, ULONG Value);
SIM_IMPORT ULONG SIM_API StorPortGetBusData(PVOID DeviceExtension, ULONG BusDataType, ULONG SystemIoBusNumber,
                                            ULONG SlotNumber, PVOID Buffer, ULONG Length);
SIM_IMPORT ULONG SIM_API StorPortSetBusDataByOffset(PVOID DeviceExtension, ULONG BusDataType, ULONG SystemIoBusNumber,
                                                    ULONG SlotNumber, PVOID Buffer, ULONG Offset, ULONG Length);

/* Completions and queues */
SIM_IMPORT VOID SIM_API StorPortNotification(SCSI_NOTIFICATION_TYPE NotificationType, PVOID HwDeviceExtension, ...);
SIM_IMPORT VOID SIM_API StorPortCompleteRequest(PVOID HwDeviceExtension, UCHAR PathId, UCHAR TargetId, UCHAR Lun,
                                                UCHAR SrbStatus);
SIM_IMPORT BOOLEAN SIM_API StorPortPause(PVOID HwDeviceExtension, ULONG TimeOut);
SIM_IMPORT BOOLEAN SIM_API StorPortResume(PVOID HwDeviceExtension);
SIM_IMPORT BOOLEAN SIM_API StorPortPauseDevice(PVOID HwDeviceExtension, UCHAR PathId, UCHAR TargetId, UCHAR Lun,
                                               ULONG TimeOut);
SIM_IMPORT BOOLEAN SIM_API StorPortResumeDevice(PVOID HwDeviceExtension, UCHAR PathId, UCHAR TargetId, UCHAR Lun);
SIM_IMPORT BOOLEAN SIM_API StorPortBusy(PVOID HwDeviceExtension, ULONG RequestsToComplete);
SIM_IMPORT BOOLEAN SIM_API StorPortReady(PVOID HwDeviceExtension);
SIM_IMPORT BOOLEAN SIM_API StorPortDeviceBusy(PVOID HwDeviceExtension, UCHAR PathId, UCHAR TargetId, UCHAR Lun,
                                              ULONG RequestsToComplete);
SIM_IMPORT BOOLEAN SIM_API StorPortDeviceReady(PVOID HwDeviceExtension, UCHAR PathId, UCHAR TargetId, UCHAR Lun);
SIM_IMPORT BOOLEAN SIM_API StorPortSetDeviceQueueDepth(PVOID HwDeviceExtension, UCHAR PathId, UCHAR TargetId,
                                                       UCHAR Lun, ULONG Depth);

/* Locks and exclusion */
SIM_IMPORT VOID SIM_API StorPortAcquireSpinLock(PVOID DeviceExtension, STOR_SPINLOCK SpinLock, PVOID LockContext,
                                                PSTOR_LOCK_HANDLE LockHandle);
SIM_IMPORT VOID SIM_API StorPortReleaseSpinLock(PVOID DeviceExtension, PSTOR_LOCK_HANDLE LockHandle);
SIM_IMPORT ULONG SIM_API StorPortAcquireMSISpinLock(PVOID HwDeviceExtension, ULONG MessageId, PULONG OldIrql);
SIM_IMPORT ULONG SIM_API StorPortReleaseMSISpinLock(PVOID HwDeviceExtension, ULONG MessageId, ULONG OldIrql);
SIM_IMPORT BOOLEAN SIM_API StorPortSynchronizeAccess(PVOID HwDeviceExtension,
                                                     PSTOR_SYNCHRONIZED_ACCESS SynchronizedAccessRoutine, PVOID Context);

/* Deferred work and time */
SIM_IMPORT VOID SIM_API StorPortInitializeDpc(PVOID DeviceExtension, PSTOR_DPC Dpc, PHW_DPC_ROUTINE HwDpcRoutine);
SIM_IMPORT BOOLEAN SIM_API StorPortIssueDpc(PVOID DeviceExtension, PSTOR_DPC Dpc, PVOID SystemArgument1,
                                            PVOID SystemArgument2);
SIM_IMPORT ULONG SIM_API StorPortCancelDpc(PVOID DeviceExtension, PSTOR_DPC Dpc, PBOOLEAN Cancelled);
SIM_IMPORT ULONG SIM_API StorPortInitializeTimer(PVOID HwDeviceExtension, PVOID *TimerHandle);
SIM_IMPORT ULONG SIM_API StorPortRequestTimer(PVOID HwDeviceExtension, PVOID TimerHandle, PHW_TIMER_EX TimerCallback,
                                              PVOID CallbackContext, ULONGLONG TimerValue, ULONGLONG TolerableDelay);
SIM_IMPORT ULONG SIM_API StorPortFreeTimer(PVOID HwDeviceExtension, PVOID TimerHandle);
SIM_IMPORT ULONG SIM_API StorPortInitializeWorker(PVOID HwDeviceExtension, PVOID *Worker);
SIM_IMPORT ULONG SIM_API StorPortQueueWorkItem(PVOID HwDeviceExtension, HW_WORKITEM *WorkItemCallback, PVOID Worker,
                                               PVOID Context);
SIM_IMPORT ULONG SIM_API StorPortFreeWorker(PVOID HwDeviceExtension, PVOID Worker);
SIM_IMPORT VOID SIM_API StorPortStallExecution(ULONG Delay);
SIM_IMPORT VOID SIM_API StorPortQuerySystemTime(PLARGE_INTEGER CurrentTime);
SIM_IMPORT ULONG SIM_API StorPortQueryPerformanceCounter(PVOID HwDeviceExtension, PLARGE_INTEGER PerformanceFrequency,
                                                         PLARGE_INTEGER PerformanceCounter);

/* Processors and messages */
SIM_IMPORT ULONG SIM_API StorPortGetMSIInfo(PVOID HwDeviceExtension, ULONG MessageId,
                                            PMESSAGE_INTERRUPT_INFORMATION InterruptInfo);
SIM_IMPORT ULONG SIM_API StorPortGetCurrentProcessorNumber(PVOID HwDeviceExtension, PPROCESSOR_NUMBER ProcNumber);
SIM_IMPORT ULONG SIM_API StorPortGetActiveGroupCount(PVOID HwDeviceExtension, PUSHORT NumberGroups);
SIM_IMPORT ULONG SIM_API StorPortGetGroupAffinity(PVOID HwDeviceExtension, USHORT GroupNumber,
                                                  PKAFFINITY GroupAffinityMask);
SIM_IMPORT ULONG SIM_API StorPortGetActiveNodeCount(PVOID HwDeviceExtension, PULONG NumberNodes);
SIM_IMPORT ULONG SIM_API StorPortGetHighestNodeNumber(PVOID HwDeviceExtension, PULONG HighestNode);
SIM_IMPORT ULONG SIM_API StorPortGetNodeAffinity(PVOID HwDeviceExtension, ULONG NodeNumber,
                                                 PGROUP_AFFINITY NodeAffinityMask);

/* Registry and logs */
SIM_IMPORT PUCHAR SIM_API StorPortAllocateRegistryBuffer(PVOID HwDeviceExtension, PULONG Length);
SIM_IMPORT VOID SIM_API StorPortFreeRegistryBuffer(PVOID HwDeviceExtension, PUCHAR Buffer);
SIM_IMPORT BOOLEAN SIM_API StorPortRegistryRead(PVOID HwDeviceExtension, PUCHAR ValueName, ULONG Global, ULONG Type,
                                                PUCHAR Buffer, PULONG BufferLength);
SIM_IMPORT BOOLEAN SIM_API StorPortRegistryWrite(PVOID HwDeviceExtension, PUCHAR ValueName, ULONG Global, ULONG Type,
                                                 PUCHAR Buffer, ULONG BufferLength);
SIM_IMPORT VOID SIM_API StorPortLogError(PVOID HwDeviceExtension, PSCSI_REQUEST_BLOCK Srb, UCHAR PathId,
                                         UCHAR TargetId, UCHAR Lun, ULONG ErrorCode, ULONG UniqueId);
SIM_IMPORT VOID SIM_API StorPortDebugPrint(ULONG DebugPrintLevel, PCSTR DebugMessage, ...);

/* Those that need no engine */
SIM_INLINE ULONG StorPortConvertPhysicalAddressToUlong(STOR_PHYSICAL_ADDRESS Address)
{
    return Address.LowPart;
}
SIM_INLINE STOR_PHYSICAL_ADDRESS StorPortConvertUlongToPhysicalAddress(ULONG_PTR UlongAddress)
{
    STOR_PHYSICAL_ADDRESS address;

    address.QuadPart = (LONGLONG)UlongAddress;
    return address;
}
#define StorPortConvertUlong64ToPhysicalAddress(a) StorPortConvertUlongToPhysicalAddress(a)
#define StorPortConvertPhysicalAddressToUlong64(a) ((ULONG64)(a).QuadPart)

#if SIM_MODULE
#define StorPortCopyMemory(d, s, n) memcpy((d), (s), (n))
#define StorPortMoveMemory(d, s, n) ((void)memmove((d), (s), (n)))
#if DBG
#define DebugPrint(arguments) StorPortDebugPrint arguments
#else
#define DebugPrint(arguments)
#endif
#endif
