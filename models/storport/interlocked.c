/* models/storport/interlocked.c - lists that a miniport shares between CPUs: doubly linked ones
 * under a lock of their own, and sequenced lists (chapter 2.6).
 *
 * Each operation is one step, ordered with the others on the same lock or head. The lock of a list
 * is for these routines only: nobody else can hold it. A sequenced list's head holds the first
 * entry, the number of entries, and a number that grows with each operation.
 */
#include "models/storport/sp_private.h"

#define ALIGNED(p) (!((uintptr_t)(p) % 16))

static struct sim_sync *sync_of(struct sp_port *port, const void *key)
{
    return &port->list_sync[(uintptr_t)key / 16 % SP_SYNCS];
}

static void begin(struct sp_port *port, const void *key)
{
    sim_acquire(port->at.sim, sync_of(port, key));
}

static void end(struct sp_port *port, const void *key)
{
    sim_release(port->at.sim, sync_of(port, key));
}

/* Taken and given back in one step. */
static void lock_taken(STOR_KSPIN_LOCK *lock)
{
    SP_PUT(lock, 0);
}

/* --- doubly linked --------------------------------------------------------------------------- */

ULONG SIM_API StorPortInitializeSpinlock(PVOID HwDeviceExtension, PSTOR_KSPIN_LOCK Lock)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortInitializeSpinlock");

    if (SP_NULL(port, Lock))
        return STOR_STATUS_INVALID_PARAMETER;
    lock_taken(Lock);
    return STOR_STATUS_SUCCESS;
}

/* Windows stops at a list whose links do not meet. */
static bool sound(struct sp_port *port, const STOR_LIST_ENTRY *head, const char *name)
{
    if (head->Flink && head->Blink && head->Flink->Blink == head && head->Blink->Flink == head)
        return true;
    sim_find(port->at.sim, SIM_RULE_DRIVER_FAULT, 0, "%s: the list is corrupt (bug check 0x139)",
             name);
    return false;
}

static void link_between(STOR_LIST_ENTRY *before, STOR_LIST_ENTRY *entry, STOR_LIST_ENTRY *after)
{
    sp__touch(before, sizeof *before);
    sp__touch(entry, sizeof *entry);
    sp__touch(after, sizeof *after);
    *entry = (STOR_LIST_ENTRY){.Flink = after, .Blink = before};
    before->Flink = entry;
    after->Blink = entry;
}

/* *Result: who was first, or last; NULL when the list was empty. */
static ULONG insert(const void *devext, const char *name, STOR_LIST_ENTRY *head,
                    STOR_LIST_ENTRY *entry, STOR_LIST_ENTRY **result, STOR_KSPIN_LOCK *lock,
                    bool tail)
{
    struct sp_port *port = sp__routine(devext, name);
    STOR_LIST_ENTRY *neighbour;

    if (sp__null(port, head, name, "ListHead") || sp__null(port, entry, name, "ListEntry") ||
        sp__null(port, result, name, "Result") || sp__null(port, lock, name, "Lock"))
        return STOR_STATUS_INVALID_PARAMETER;
    if (!sound(port, head, name))
        return STOR_STATUS_UNSUCCESSFUL;
    lock_taken(lock);
    begin(port, lock);
    neighbour = tail ? head->Blink : head->Flink;
    SP_PUT(result, neighbour == head ? NULL : neighbour);
    if (tail)
        link_between(neighbour, entry, head);
    else
        link_between(head, entry, neighbour);
    end(port, lock);
    return STOR_STATUS_SUCCESS;
}

ULONG SIM_API StorPortInterlockedInsertHeadList(PVOID HwDeviceExtension, PSTOR_LIST_ENTRY ListHead,
                                                PSTOR_LIST_ENTRY ListEntry,
                                                PSTOR_LIST_ENTRY *Result, PSTOR_KSPIN_LOCK Lock)
{
    return insert(HwDeviceExtension, "StorPortInterlockedInsertHeadList", ListHead, ListEntry,
                  Result, Lock, false);
}

ULONG SIM_API StorPortInterlockedInsertTailList(PVOID HwDeviceExtension, PSTOR_LIST_ENTRY ListHead,
                                                PSTOR_LIST_ENTRY ListEntry,
                                                PSTOR_LIST_ENTRY *Result, PSTOR_KSPIN_LOCK Lock)
{
    return insert(HwDeviceExtension, "StorPortInterlockedInsertTailList", ListHead, ListEntry,
                  Result, Lock, true);
}

ULONG SIM_API StorPortInterlockedRemoveHeadList(PVOID HwDeviceExtension, PSTOR_LIST_ENTRY ListHead,
                                                PSTOR_LIST_ENTRY *Result, PSTOR_KSPIN_LOCK Lock)
{
    static const char name[] = "StorPortInterlockedRemoveHeadList";
    struct sp_port *port = sp__routine(HwDeviceExtension, name);
    STOR_LIST_ENTRY *first;

    if (SP_NULL(port, ListHead) || SP_NULL(port, Result) || SP_NULL(port, Lock))
        return STOR_STATUS_INVALID_PARAMETER;
    if (!sound(port, ListHead, name))
        return STOR_STATUS_UNSUCCESSFUL;
    lock_taken(Lock);
    begin(port, Lock);
    first = ListHead->Flink;
    if (first != ListHead) {
        sp__touch(first->Flink, sizeof *first);
        sp__touch(ListHead, sizeof *ListHead);
        ListHead->Flink = first->Flink;
        first->Flink->Blink = ListHead;
    }
    SP_PUT(Result, first == ListHead ? NULL : first);
    end(port, Lock);
    return STOR_STATUS_SUCCESS;
}

/* --- sequenced ------------------------------------------------------------------------------- */

/* Alignment of the head holds the number of entries in its low 16 bits, and the sequence above;
 * Region the first entry. */
static STOR_SLIST_ENTRY *first_of(const STOR_SLIST_HEADER *head)
{
    return (STOR_SLIST_ENTRY *)(uintptr_t)head->Region;
}

static uint16_t depth_of(const STOR_SLIST_HEADER *head)
{
    return (uint16_t)head->Alignment;
}

static void set(STOR_SLIST_HEADER *head, STOR_SLIST_ENTRY *first, uint16_t depth)
{
    sp__touch(head, sizeof *head);
    head->Region = (uintptr_t)first;
    head->Alignment = ((head->Alignment >> 16) + 1) << 16 | depth;
}

/* STOR_STATUS_SUCCESS when the call may go on. */
static ULONG arguments(const void *devext, const char *name, const void *head, const void *result,
                       struct sp_port **port)
{
    *port = sp__routine(devext, name);
    if (sp__null(*port, head, name, "SListHead") || sp__null(*port, result, name, "Result"))
        return STOR_STATUS_INVALID_PARAMETER;
    if (!ALIGNED(head)) {
        sp__usage(*port, "%s: the head is not on a 16-byte boundary", name);
        return STOR_STATUS_INVALID_PARAMETER;
    }
    return sp__irql_at_most(*port, NT_DISPATCH, name) ? STOR_STATUS_SUCCESS
                                                      : STOR_STATUS_INVALID_IRQL;
}

ULONG SIM_API StorPortInitializeSListHead(PVOID HwDeviceExtension, PSTOR_SLIST_HEADER SListHead)
{
    struct sp_port *port;
    ULONG status =
        arguments(HwDeviceExtension, "StorPortInitializeSListHead", SListHead, SListHead, &port);

    if (status != STOR_STATUS_SUCCESS)
        return status;
    return SP_GIVE(SListHead, (STOR_SLIST_HEADER){0});
}

ULONG SIM_API StorPortInterlockedPushEntrySList(PVOID HwDeviceExtension,
                                                PSTOR_SLIST_HEADER SListHead,
                                                PSTOR_SLIST_ENTRY SListEntry,
                                                PSTOR_SLIST_ENTRY *Result)
{
    static const char name[] = "StorPortInterlockedPushEntrySList";
    struct sp_port *port;
    ULONG status = arguments(HwDeviceExtension, name, SListHead, Result, &port);

    if (status != STOR_STATUS_SUCCESS || SP_NULL(port, SListEntry))
        return status != STOR_STATUS_SUCCESS ? status : STOR_STATUS_INVALID_PARAMETER;
    if (!ALIGNED(SListEntry)) {
        sp__usage(port, "%s: the entry is not on a 16-byte boundary", name);
        return STOR_STATUS_INVALID_PARAMETER;
    }
    begin(port, SListHead);
    sp__touch(SListEntry, sizeof *SListEntry);
    SListEntry->Next = first_of(SListHead);
    SP_PUT(Result, SListEntry->Next);
    set(SListHead, SListEntry, (uint16_t)(depth_of(SListHead) + 1));
    end(port, SListHead);
    return STOR_STATUS_SUCCESS;
}

ULONG SIM_API StorPortInterlockedPopEntrySList(PVOID HwDeviceExtension,
                                               PSTOR_SLIST_HEADER SListHead,
                                               PSTOR_SLIST_ENTRY *Result)
{
    struct sp_port *port;
    ULONG status =
        arguments(HwDeviceExtension, "StorPortInterlockedPopEntrySList", SListHead, Result, &port);
    STOR_SLIST_ENTRY *first;

    if (status != STOR_STATUS_SUCCESS)
        return status;
    begin(port, SListHead);
    first = first_of(SListHead);
    if (first)
        set(SListHead, first->Next, (uint16_t)(depth_of(SListHead) - 1));
    SP_PUT(Result, first);
    end(port, SListHead);
    return STOR_STATUS_SUCCESS;
}

ULONG SIM_API StorPortInterlockedFlushSList(PVOID HwDeviceExtension, PSTOR_SLIST_HEADER SListHead,
                                            PSTOR_SLIST_ENTRY *Result)
{
    struct sp_port *port;
    ULONG status =
        arguments(HwDeviceExtension, "StorPortInterlockedFlushSList", SListHead, Result, &port);

    if (status != STOR_STATUS_SUCCESS)
        return status;
    begin(port, SListHead);
    SP_PUT(Result, first_of(SListHead));
    set(SListHead, NULL, 0);
    end(port, SListHead);
    return STOR_STATUS_SUCCESS;
}

/* A hint: it may be another the moment it is known. */
ULONG SIM_API StorPortQueryDepthSList(PVOID HwDeviceExtension, PSTOR_SLIST_HEADER SListHead,
                                      PSHORT Result)
{
    struct sp_port *port;
    ULONG status =
        arguments(HwDeviceExtension, "StorPortQueryDepthSList", SListHead, Result, &port);

    if (status != STOR_STATUS_SUCCESS)
        return status;
    return SP_GIVE(Result, (SHORT)depth_of(SListHead));
}
