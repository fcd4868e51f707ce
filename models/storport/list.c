/* models/storport/list.c - doubly linked lists of slots. A slot is on one list at most. */
#include "models/storport/sp_private.h"

static void link_between(struct sp_list *list, struct sp_slot *before, struct sp_slot *slot,
                         struct sp_slot *after)
{
    slot->prev = before;
    slot->next = after;
    *(before ? &before->next : &list->head) = slot;
    *(after ? &after->prev : &list->tail) = slot;
}

void sp__list_push(struct sp_list *list, struct sp_slot *slot)
{
    link_between(list, list->tail, slot, NULL);
}

void sp__list_push_head(struct sp_list *list, struct sp_slot *slot)
{
    link_between(list, NULL, slot, list->head);
}

void sp__list_push_after(struct sp_list *list, struct sp_slot *before, struct sp_slot *slot)
{
    link_between(list, before, slot, before ? before->next : list->head);
}

/* Searched from the end: slots come nearly in order. */
void sp__list_insert(struct sp_list *list, struct sp_slot *slot)
{
    struct sp_slot *before = list->tail;

    while (before && before->serial > slot->serial)
        before = before->prev;
    link_between(list, before, slot, before ? before->next : list->head);
}

void sp__list_remove(struct sp_list *list, struct sp_slot *slot)
{
    *(slot->prev ? &slot->prev->next : &list->head) = slot->next;
    *(slot->next ? &slot->next->prev : &list->tail) = slot->prev;
    slot->next = slot->prev = NULL;
}

struct sp_slot *sp__list_pop(struct sp_list *list)
{
    struct sp_slot *slot = list->head;

    if (slot)
        sp__list_remove(list, slot);
    return slot;
}
