/* Objects for a miniport's own synchronization: lists, events, threads. Their insides are Storport's business. */
#pragma once
#pragma GCC system_header

#include "../ntdef.h"

typedef ULONG_PTR STOR_KSPIN_LOCK, *PSTOR_KSPIN_LOCK;
typedef LIST_ENTRY STOR_LIST_ENTRY, *PSTOR_LIST_ENTRY;

/* Both on a 16-byte boundary. */
typedef struct DECLSPEC_ALIGN(16) _STOR_SLIST_ENTRY {
    struct _STOR_SLIST_ENTRY *Next;
} STOR_SLIST_ENTRY, *PSTOR_SLIST_ENTRY;
SIM_ASSERT_SIZE(STOR_SLIST_ENTRY, 0x10);

typedef struct DECLSPEC_ALIGN(16) _STOR_SLIST_HEADER {
    ULONGLONG Alignment;
    ULONGLONG Region;
} STOR_SLIST_HEADER, *PSTOR_SLIST_HEADER;
SIM_ASSERT_SIZE(STOR_SLIST_HEADER, 0x10);

typedef enum _STOR_EVENT_TYPE { StorNotificationEvent, StorSynchronizationEvent } STOR_EVENT_TYPE, *PSTOR_EVENT_TYPE;

typedef struct _STOR_DISPATCHER_HEADER {
    union {
        LONG Lock;
        struct {
            UCHAR Type;
            UCHAR Signalling;
            UCHAR Size;
            UCHAR Reserved;
        };
    };
    LONG SignalState;
    LIST_ENTRY WaitListHead;
} STOR_DISPATCHER_HEADER, *PSTOR_DISPATCHER_HEADER;

typedef struct _STOR_EVENT {
    STOR_DISPATCHER_HEADER Header;
} STOR_EVENT, *PSTOR_EVENT, *PRSTOR_EVENT;
SIM_ASSERT_SIZE(STOR_EVENT, 0x18);

/* Scheduling priorities 7, 8, 12, 13, 14, 15 and 18. */
typedef enum _STOR_THREAD_PRIORITY {
    StorThreadPriorityBackground,
    StorThreadPriorityNormal,
    StorThreadPriorityDelayed,
    StorThreadPriorityCritical,
    StorThreadPrioritySuperCritical,
    StorThreadPriorityHyperCritical,
    StorThreadPriorityRealTime
} STOR_THREAD_PRIORITY, *PSTOR_THREAD_PRIORITY;

typedef VOID SIM_API STOR_THREAD_START_ROUTINE(PVOID StartContext);
typedef STOR_THREAD_START_ROUTINE *PSTOR_THREAD_START_ROUTINE;

typedef struct _STOR_GROUP_AFFINITY {
    KAFFINITY Mask;
    USHORT Group;
    USHORT Reserved[3];
} STOR_GROUP_AFFINITY, *PSTOR_GROUP_AFFINITY;
SIM_ASSERT_SIZE(STOR_GROUP_AFFINITY, 0x10);

/* Ticks; 0 where the limit is off. */
typedef struct _STOR_DPC_WATCHDOG_INFORMATION {
    ULONG DpcTimeLimit;
    ULONG DpcTimeCount;
    ULONG DpcWatchdogLimit;
    ULONG DpcWatchdogCount;
    ULONG Reserved;
} STOR_DPC_WATCHDOG_INFORMATION, *PSTOR_DPC_WATCHDOG_INFORMATION;
