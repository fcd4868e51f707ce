/* Doubly and singly linked lists, open-coded as on Windows so that every step is an access of the driver's. */
#pragma once
#pragma GCC system_header

#include "../ntdef.h"

SIM_INLINE VOID InitializeListHead(PLIST_ENTRY Head)
{
    Head->Flink = Head->Blink = Head;
}

SIM_INLINE BOOLEAN IsListEmpty(const LIST_ENTRY *Head)
{
    return (BOOLEAN)(Head->Flink == Head);
}

/* Says whether the list is empty afterwards. */
SIM_INLINE BOOLEAN RemoveEntryList(PLIST_ENTRY Entry)
{
    PLIST_ENTRY next = Entry->Flink;
    PLIST_ENTRY previous = Entry->Blink;

    previous->Flink = next;
    next->Blink = previous;
    return (BOOLEAN)(next == previous);
}

SIM_INLINE PLIST_ENTRY RemoveHeadList(PLIST_ENTRY Head)
{
    PLIST_ENTRY entry = Head->Flink;
    PLIST_ENTRY next = entry->Flink;

    Head->Flink = next;
    next->Blink = Head;
    return entry;
}

SIM_INLINE PLIST_ENTRY RemoveTailList(PLIST_ENTRY Head)
{
    PLIST_ENTRY entry = Head->Blink;
    PLIST_ENTRY previous = entry->Blink;

    Head->Blink = previous;
    previous->Flink = Head;
    return entry;
}

SIM_INLINE VOID InsertTailList(PLIST_ENTRY Head, PLIST_ENTRY Entry)
{
    PLIST_ENTRY last = Head->Blink;

    Entry->Flink = Head;
    Entry->Blink = last;
    last->Flink = Entry;
    Head->Blink = Entry;
}

SIM_INLINE VOID InsertHeadList(PLIST_ENTRY Head, PLIST_ENTRY Entry)
{
    PLIST_ENTRY first = Head->Flink;

    Entry->Flink = first;
    Entry->Blink = Head;
    first->Blink = Entry;
    Head->Flink = Entry;
}

SIM_INLINE VOID AppendTailList(PLIST_ENTRY Head, PLIST_ENTRY Append)
{
    PLIST_ENTRY last = Head->Blink;

    Head->Blink->Flink = Append;
    Head->Blink = Append->Blink;
    Append->Blink->Flink = Head;
    Append->Blink = last;
}

SIM_INLINE PSINGLE_LIST_ENTRY PopEntryList(PSINGLE_LIST_ENTRY Head)
{
    PSINGLE_LIST_ENTRY first = Head->Next;

    if (first)
        Head->Next = first->Next;
    return first;
}

SIM_INLINE VOID PushEntryList(PSINGLE_LIST_ENTRY Head, PSINGLE_LIST_ENTRY Entry)
{
    Entry->Next = Head->Next;
    Head->Next = Entry;
}
