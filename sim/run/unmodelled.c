/* sim/run/unmodelled.c - what the driver called although no model has it. */
#include "sim/run/unmodelled.h"

#include <stdio.h>
#include <string.h>

void sim_unmodelled_count(struct sim_unmodelled_list *list, const char *routine, const char *answer,
                          uint64_t calls)
{
    struct sim_unmodelled *item = list->item, *end = list->item + list->count;

    while (item < end && strncmp(item->routine, routine, sizeof item->routine - 1) != 0)
        item++;
    if (item == list->item + SIM_UNMODELLED_MAX)
        return;
    if (item == end) {
        snprintf(item->routine, sizeof item->routine, "%s", routine);
        snprintf(item->answer, sizeof item->answer, "%s", answer);
        item->calls = 0;
        list->count++;
    }
    item->calls += calls;
}

void sim_unmodelled_merge(struct sim_unmodelled_list *list, const struct sim_unmodelled_list *other)
{
    for (uint64_t i = 0; i < other->count; i++)
        sim_unmodelled_count(list, other->item[i].routine, other->item[i].answer,
                             other->item[i].calls);
}
