/* Routines about lists, spin locks, events, threads, processors, DPCs and delays beyond the everyday ones. */
#pragma once
#pragma GCC system_header

#include "config.h"
#include "sync.h"

/* Lists under a lock, and sequenced lists */
SIM_IMPORT ULONG SIM_API StorPortInitializeSpinlock(PVOID HwDeviceExtension, PSTOR_KSPIN_LOCK Lock);
SIM_INLINE VOID StorPortInitializeListHead(PVOID HwDeviceExtension, PSTOR_LIST_ENTRY ListHead)
{
    (void)HwDeviceExtension;
    ListHead->Flink = ListHead->Blink = ListHead;
}
SIM_IMPORT ULONG SIM_API StorPortInterlockedInsertHeadList(PVOID HwDeviceExtension, PSTOR_LIST_ENTRY ListHead,
                                                           PSTOR_LIST_ENTRY ListEntry, PSTOR_LIST_ENTRY *Result,
                                                           PSTOR_KSPIN_LOCK Lock);
SIM_IMPORT ULONG SIM_API StorPortInterlockedInsertTailList(PVOID HwDeviceExtension, PSTOR_LIST_ENTRY ListHead,
                                                           PSTOR_LIST_ENTRY ListEntry, PSTOR_LIST_ENTRY *Result,
                                                           PSTOR_KSPIN_LOCK Lock);
SIM_IMPORT ULONG SIM_API StorPortInterlockedRemoveHeadList(PVOID HwDeviceExtension, PSTOR_LIST_ENTRY ListHead,
                                                           PSTOR_LIST_ENTRY *Result, PSTOR_KSPIN_LOCK Lock);
SIM_IMPORT ULONG SIM_API StorPortInitializeSListHead(PVOID HwDeviceExtension, PSTOR_SLIST_HEADER SListHead);
SIM_IMPORT ULONG SIM_API StorPortInterlockedPushEntrySList(PVOID HwDeviceExtension, PSTOR_SLIST_HEADER SListHead,
                                                           PSTOR_SLIST_ENTRY SListEntry, PSTOR_SLIST_ENTRY *Result);
SIM_IMPORT ULONG SIM_API StorPortInterlockedPopEntrySList(PVOID HwDeviceExtension, PSTOR_SLIST_HEADER SListHead,
                                                          PSTOR_SLIST_ENTRY *Result);
SIM_IMPORT ULONG SIM_API StorPortInterlockedFlushSList(PVOID HwDeviceExtension, PSTOR_SLIST_HEADER SListHead,
                                                       PSTOR_SLIST_ENTRY *Result);
SIM_IMPORT ULONG SIM_API StorPortQueryDepthSList(PVOID HwDeviceExtension, PSTOR_SLIST_HEADER SListHead,
                                                 PSHORT Result);
SIM_IMPORT ULONG SIM_API StorPortAcquireSpinLockEx(PVOID HwDeviceExtension, STOR_SPINLOCK SpinLock, PVOID LockContext,
                                                   PSTOR_LOCK_HANDLE LockHandle);

/* Events and threads */
SIM_IMPORT ULONG SIM_API StorPortInitializeEvent(PVOID HwDeviceExtension, PSTOR_EVENT Event, STOR_EVENT_TYPE Type,
                                                 BOOLEAN State);
SIM_IMPORT ULONG SIM_API StorPortSetEvent(PVOID HwDeviceExtension, PSTOR_EVENT Event);
SIM_IMPORT ULONG SIM_API StorPortWaitForSingleObject(PVOID HwDeviceExtension, PVOID Object, BOOLEAN Alertable,
                                                     PLARGE_INTEGER Timeout);
SIM_IMPORT ULONG SIM_API StorPortCreateSystemThread(PVOID HwDeviceExtension, PSTOR_THREAD_START_ROUTINE StartRoutine,
                                                    PVOID StartContext, PSTOR_THREAD_PRIORITY Priority,
                                                    PVOID *ThreadContext);
SIM_IMPORT VOID SIM_API StorPortTerminateSystemThread(PVOID HwDeviceExtension, PVOID ThreadContext);
SIM_IMPORT ULONG SIM_API StorPortSetPriorityThread(PVOID HwDeviceExtension, PVOID ThreadContext,
                                                   STOR_THREAD_PRIORITY Priority);
SIM_IMPORT ULONG SIM_API StorPortSetSystemGroupAffinityThread(PVOID HwDeviceExtension, PVOID ThreadContext,
                                                              PSTOR_GROUP_AFFINITY Affinity,
                                                              PSTOR_GROUP_AFFINITY PreviousAffinity);
SIM_IMPORT ULONG SIM_API StorPortRevertToUserGroupAffinityThread(PVOID HwDeviceExtension, PVOID ThreadContext,
                                                                 PSTOR_GROUP_AFFINITY PreviousAffinity);

/* Time */
SIM_IMPORT ULONG SIM_API StorPortDelayExecution(PVOID HwDeviceExtension, ULONG DelayInMicroseconds);
SIM_IMPORT ULONG SIM_API StorPortQueryTimerMinInterval(PVOID HwDeviceExtension, PULONG TimerMinInterval);
SIM_IMPORT ULONG SIM_API StorPortQueryDpcWatchdogInformation(PVOID HwDeviceExtension,
                                                             PSTOR_DPC_WATCHDOG_INFORMATION DpcWatchdogInformation);

/* Processors and messages */
SIM_IMPORT ULONG SIM_API StorPortGetCurrentIrql(PVOID HwDeviceExtension, PKIRQL Irql);
SIM_IMPORT ULONG SIM_API StorPortGetProcessorCount(PVOID HwDeviceExtension, PULONG ProcessorCount);
SIM_IMPORT ULONG SIM_API StorPortGetProcessorIndexFromNumber(PVOID HwDeviceExtension, PPROCESSOR_NUMBER ProcNumber,
                                                             PULONG ProcIndex);
SIM_IMPORT ULONG SIM_API StorPortGetLogicalProcessorRelationship(
    PVOID HwDeviceExtension, PPROCESSOR_NUMBER ProcessorNumber, LOGICAL_PROCESSOR_RELATIONSHIP RelationshipType,
    PSYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX Information, PULONG Length);
SIM_IMPORT ULONG SIM_API StorPortGetNodeAffinity2(PVOID HwDeviceExtension, ULONG NodeNumber,
                                                  PGROUP_AFFINITY GroupAffinities, USHORT GroupAffinitiesCount,
                                                  PUSHORT GroupAffinitiesCountRequired);
SIM_IMPORT ULONG SIM_API StorPortGetMessageInterruptIDFromProcessorIndex(PVOID HwDeviceExtension,
                                                                         ULONG ProcessorIndex,
                                                                         PULONG MessageInterruptID);
SIM_IMPORT ULONG SIM_API StorPortMaskMsixInterrupt(PVOID HwDeviceExtension, ULONG MessageId, BOOLEAN Mask);
