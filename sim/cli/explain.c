/* sim/cli/explain.c - storsim explain: a stored finding as a story for the driver's author. */
#include "sim/explain/tale.h"

#include <stdlib.h>
#include <string.h>

#include "sim/cli/finding.h"
#include "sim/engine/sim_assert.h"
#include "sim/engine/witness.h"
#include "sim/explain/units.h"
#include "sim/run/repeat.h"

static void head_print(const struct sim_replay *replay, const struct sim_finding *f,
                       const char *minimised)
{
    const struct sim_rule_info *rule = &sim_rule_info[f->rule];

    printf("%sFAIL %s%s: %s\n", sim_paint(SIM_PAINT_BAD), rule->name, sim_paint(SIM_PAINT_OFF),
           f->text);
    printf("The rule: %s%s%s.\n", rule->text,
           strcmp(rule->bug_check, "-") ? "; Windows stops with " : "",
           strcmp(rule->bug_check, "-") ? rule->bug_check : "");
    printf("%s, driver %s, seed %llu%s%s\n\n", replay->scenario, replay->driver,
           (unsigned long long)replay->seed, *minimised ? "; " : "", minimised);
}

/* What the story hangs on besides: where the documents are silent. */
static void silent_print(const struct sim_finding_run *run)
{
    char text[2048];

    sim_silent_text(run->scenario, run->result, text, sizeof(text));
    if (*text != '\0')
        printf("Where the documents are silent: %s\n\n", text);
}

static void finding_print(const struct sim_arguments *arguments, const struct sim_replay *replay,
                          const struct sim_finding_run *run, const struct sim_finding *f,
                          struct sim_tale *tale, const char *minimised)
{
    char repeat[SIM_REPEAT_BYTES];

    head_print(replay, f, minimised);
    silent_print(run);
    sim_tale_print(tale, f, stdout);
    printf("\nagain: %s\n", sim_repeat_replay(repeat, arguments->operand.item[0]));
}

/* What is heard while a session is opened: the start-up. Behind it a strategy may want to know how
 * long a run is, which is no part of the story. */
struct start {
    struct sim_tale *tale;
    bool over;
};

static void start_event(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct start *start = ctx;

    start->over |= r->event == SIM_EV_PHASE && r->arg[0] > 0;
    if (!start->over)
        sim_tale_event(sim, r, start->tale);
}

static struct sim_tale *tale_begin(const struct sim_finding_run *run, const struct sim_tale *start)
{
    struct sim_tale *tale = sim_tale_create(run->scenario, sim_session_module(run->session));

    sim_tale_go_on(tale, start);
    return tale;
}

/* Runs the finding and tells it to a new tale. Of a data race the first run says which memory it is
 * about, so that the second can take down both accesses. *f: NULL when no rule was violated. */
static struct sim_tale *listen(struct sim_finding_run *run, const struct sim_replay *replay,
                               const struct sim_tale *start, const struct sim_finding **f)
{
    struct sim_tale *tale = tale_begin(run, start);

    *f = sim_finding_run(run, replay, sim_tale_event, tale);
    if (*f == NULL || !(*f)->has_race)
        return tale;
    sim_tale_free(tale);
    tale = tale_begin(run, start);
    sim_tale_race(tale, &(*f)->race);
    sim_witness(&(*f)->race);
    *f = sim_finding_run(run, replay, sim_tale_event, tale);
    sim_witness(NULL);
    return tale;
}

/* Two tales: when the adapter's start-up is at fault there is no run, and that is what is told. */
static int tell(const struct sim_arguments *arguments, const struct sim_replay *replay,
                const char *minimised)
{
    struct start start = {.tale = sim_tale_create(NULL, NULL)};
    struct sim_tale *tale = NULL;
    const struct sim_finding *f = NULL;
    struct sim_finding_run run = {0};
    struct sim_error error;
    int result;

    sim_trace_set_sink(NULL, start_event, &start);
    result = sim_finding_open(replay, &error, &run);
    sim_trace_set_sink(NULL, NULL, NULL);
    if (result == 0) {
        tale = listen(&run, replay, start.tale, &f);
        if (f != NULL)
            finding_print(arguments, replay, &run, f, sim_tale_empty(tale) ? start.tale : tale,
                          minimised);
        else
            sim_error_set(&error,
                          "explain: the finding does not show with this storsim and driver");
    }
    sim_tale_free(tale);
    sim_tale_free(start.tale);
    if (result == 0)
        sim_finding_close(&run);
    return f != NULL ? SIM_EXIT_OK : sim_cli_usage_error(error.text);
}

/* As small as it gets first: a story about one request is one that people read. */
static int finding_explain(const struct sim_arguments *arguments, const struct sim_replay *replay)
{
    uint32_t tries = sim_tries(arguments, SIM_SHRINK_TRIES_FEW);
    char text[SIM_SHRINK_TEXT];
    struct sim_shrunk shrunk;
    struct sim_error error;
    int status;

    if (tries == 0)
        return tell(arguments, replay, "");
    if (sim_shrink(replay, tries, &error, &shrunk) < 0)
        return sim_cli_usage_error(error.text);
    status = tell(arguments, &shrunk.replay, sim_shrunk_text(&shrunk, text));
    sim_shrunk_free(&shrunk);
    return status;
}

static int explain(const struct sim_arguments *arguments)
{
    struct sim_replay replay;
    struct sim_error error;
    int status;

    if (sim_replay_read(arguments->operand.item[0], &error, &replay) < 0)
        return sim_cli_usage_error(error.text);
    status = finding_explain(arguments, &replay);
    sim_replay_free(&replay);
    return status;
}

const struct sim_verb sim_verb_explain = {
    .name = "explain",
    .operands = "FILE.replay",
    .summary = "a stored finding as a story: what happened, what should have prevented it",
    .options = "tries",
    .text = "The finding is made small first ('storsim shrink' does more of that); --tries 0 tells "
            "it as it is.\n"
            "Source lines are those of the driver's build that is loaded now.",
    .operands_min = 1,
    .operands_max = 1,
    .fn = explain,
};
