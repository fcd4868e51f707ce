/* sim/cli/bugs.c - the distinct bugs that a sweep of one scenario found, each made small.
 *
 * A sweep may find the same bug on a thousand seeds and another one on a single seed. Both are
 * worth the same to a reader, so each gets its share of the runs that --tries allows; what one does
 * not need goes to those that follow.
 */
#include "sim/cli/bugs.h"

#include <limits.h>
#include <stdlib.h>

#include "sim/cli/finding.h"
#include "sim/explain/units.h"

static int by_cost(const void *a, const void *b)
{
    const struct sim_sweep_bug *x = *(const struct sim_sweep_bug *const *)a;
    const struct sim_sweep_bug *y = *(const struct sim_sweep_bug *const *)b;

    if (x->cost != y->cost)
        return x->cost < y->cost ? -1 : 1;
    return (x->seed > y->seed) - (x->seed < y->seed);
}

static uint32_t tries_of(const struct sim_arguments *arguments, uint32_t bugs)
{
    uint32_t full = bugs < SIM_BUGS_FULL ? bugs : SIM_BUGS_FULL;

    return sim_tries(arguments, full * SIM_SHRINK_TRIES_FEW);
}

/* Of the runs that are left, for one of so many bugs. 0: none. */
static uint32_t share(uint32_t left, uint32_t bugs)
{
    uint32_t fair = left / bugs;

    if (fair < SIM_BUGS_TRIES_LEAST)
        fair = SIM_BUGS_TRIES_LEAST;
    return fair < left ? fair : left;
}

static void head_print(const struct sim_sweep_bug *bug)
{
    char seeds[SIM_UNITS_BYTES], first[SIM_UNITS_BYTES];

    printf("  bug: %s%s%s%s: %s seed%s, the first %s\n", sim_rule_info[bug->rule].name,
           *bug->signature != '\0' ? " (" : "", bug->signature, *bug->signature != '\0' ? ")" : "",
           sim_text_count(seeds, bug->seeds), bug->seeds == 1 ? "" : "s",
           sim_text_count(first, bug->seed));
}

static json_t *head_json(const struct sim_sweep_bug *bug)
{
    return json_pack("{ss so sI sI so}", "rule", sim_rule_info[bug->rule].name, "signature",
                     sim_json_text(bug->signature), "seeds", (json_int_t)bug->seeds, "first_seed",
                     (json_int_t)bug->seed, "replay", sim_json_text(bug->replay));
}

/* Returns the runs that it took. */
static uint32_t bug_minimise(const struct sim_sweep_bug *bug, uint32_t tries, json_t *object)
{
    struct sim_replay finding;
    struct sim_error error;
    char path[PATH_MAX];
    uint32_t took = 0;

    if (sim_replay_read(bug->replay, &error, &finding) < 0) {
        sim_finding_unminimised(error.text, "    ", object);
        return 0;
    }
    sim_replay_minimal_path(bug->replay, path, sizeof(path));
    if (finding.trace_hash == 0) /* the worker had to be killed */
        sim_finding_unminimised("its run never ends", "    ", object);
    else if (tries == 0)
        sim_finding_unminimised("--tries is spent; 'storsim shrink' has more", "    ", object);
    else
        took = sim_finding_minimise(&finding, tries, path, "    ", object);
    sim_replay_free(&finding);
    return took;
}

void sim_bugs_tell(const struct sim_cell_result *result, const struct sim_arguments *arguments,
                   json_t *object)
{
    const struct sim_sweep_bug *bug[SIM_SWEEP_BUGS_MAX] = {0};
    uint32_t left = tries_of(arguments, result->bugs), took;
    json_t *list = object != NULL ? json_array() : NULL, *one = NULL;

    for (uint32_t i = 0; i < result->bugs; i++)
        bug[i] = &result->bug[i];
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): it is pointers that are sorted */
    qsort((void *)bug, result->bugs, sizeof bug[0], by_cost);
    for (uint32_t i = 0; i < result->bugs; i++) {
        if (object != NULL)
            json_array_append_new(list, one = head_json(bug[i]));
        else
            head_print(bug[i]);
        fflush(stdout);
        if (arguments->tries == 0)
            continue;
        took = bug_minimise(bug[i], share(left, result->bugs - i), one);
        left -= took < left ? took : left;
    }
    if (object != NULL)
        json_object_set_new(object, "bugs", list);
}
