/* sim/cli/event_log.c - what a run left in the system event log: for people and as JSON. */
#include "sim/cli/event_log.h"

#include <string.h>

#include "sim/cli/cli.h"
#include "sim/explain/units.h"

static bool alike(const struct sim_log_entry *a, const struct sim_log_entry *b)
{
    return a->id == b->id && strcmp(a->source, b->source) == 0;
}

/* How many from entry i on follow each other and are alike. */
static uint32_t run_of(const struct sim_result *result, uint32_t i)
{
    uint32_t n = 1;

    while (i + n < sim_log_kept(result->logged) && alike(&result->log[i], &result->log[i + n]))
        n++;
    return n;
}

void sim_event_log_print(const struct sim_result *result, bool all)
{
    uint32_t kept = sim_log_kept(result->logged), n;
    char time[SIM_UNITS_BYTES];

    if (result->logged == 0)
        return;
    printf("\n%sevent log%s\n", sim_paint(SIM_PAINT_BOLD), sim_paint(SIM_PAINT_OFF));
    for (uint32_t i = 0; i < kept; i += n) {
        const struct sim_log_entry *e = &result->log[i];

        n = all ? 1 : run_of(result, i);
        printf("  %18s  %-12s %5u  %s\n", sim_text_time(time, e->at), e->source, e->id, e->text);
        if (n > 1)
            printf("  %18s  %-12s %5s  and %u more of this kind\n",
                   sim_text_time(time, e[n - 1].at), "", "", n - 1);
    }
    if (result->logged > kept)
        printf("  and %u more entries\n", result->logged - kept);
}

json_t *sim_event_log_json(const struct sim_result *result)
{
    json_t *array = json_array();

    for (uint32_t i = 0; i < sim_log_kept(result->logged); i++) {
        const struct sim_log_entry *e = &result->log[i];

        json_array_append_new(array, json_pack("{sI so si so}", "at_ns", (json_int_t)e->at,
                                               "source", sim_json_text(e->source), "id", (int)e->id,
                                               "text", sim_json_text(e->text)));
    }
    return array;
}
