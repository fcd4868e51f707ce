/* sim/cli/unmodelled.c - what the driver called although no model has it: for people and as JSON.
 */
#include "sim/cli/unmodelled.h"

#include <stdio.h>

#include "sim/explain/units.h"

void sim_unmodelled_print(const struct sim_unmodelled_list *list, const char *indent)
{
    char calls[SIM_UNITS_BYTES];

    for (uint64_t i = 0; i < list->count; i++) {
        const struct sim_unmodelled *u = &list->item[i];

        printf("%sthe driver also called: %s %s time%s (not modelled, %s%s)\n", indent, u->routine,
               sim_text_count(calls, u->calls), u->calls == 1 ? "" : "s",
               *u->answer ? "answered " : "nothing done", u->answer);
    }
}

json_t *sim_unmodelled_json(const struct sim_unmodelled_list *list)
{
    json_t *array = json_array();

    for (uint64_t i = 0; i < list->count; i++) {
        const struct sim_unmodelled *u = &list->item[i];

        json_array_append_new(array, json_pack("{ss sI so}", "routine", u->routine, "calls",
                                               (json_int_t)u->calls, "answer",
                                               *u->answer ? json_string(u->answer) : json_null()));
    }
    return array;
}
