/* sim/cli/replay.c - storsim replay: a stored finding, again. */
#include "sim/run/replay.h"

#include <stdlib.h>
#include <string.h>

#include "sim/cli/tell.h"
#include "sim/engine/sim_assert.h"
#include "sim/run/recording.h"
#include "sim/run/version.h"

/* How the run compares with what the file says of it. */
struct comparison {
    bool same_finding, same_hash;
    bool by_hand; /* somebody edited the file and took its checksum out */
    bool same_storsim, same_driver, same_scenario;
};

static struct comparison compare(const struct sim_telling *telling, const struct sim_replay *replay)
{
    const struct sim_finding *f = sim_telling_finding(telling);
    char text[SIM_FINDING_TEXT];

    snprintf(text, sizeof(text), "%s", f != NULL ? f->text : "");
    for (char *c = text; *c != '\0'; c++)
        *c = *c == '\n' || *c == '\r' ? ' ' : *c;
    return (struct comparison){
        .same_finding = f != NULL && f->rule == replay->rule && strcmp(text, replay->message) == 0,
        .by_hand = replay->by_hand,
        .same_hash = telling->result.hash == replay->trace_hash,
        .same_storsim = strcmp(sim_version_exact(), replay->storsim) == 0,
        .same_driver = strcmp(sim_telling_build(telling), replay->driver_build) == 0,
        .same_scenario = sim_scenario_hash(telling->scenario) == replay->scenario_hash,
    };
}

/* The same program, driver and scenario must give the same trace. */
static bool nondeterministic(const struct comparison *c)
{
    return !c->by_hand && c->same_storsim && c->same_driver && c->same_scenario &&
           !(c->same_hash && c->same_finding);
}

static void comparison_print(const struct sim_telling *telling, const struct sim_replay *replay,
                             const struct comparison *c)
{
    printf("\n%s, %s\n", c->same_finding ? "same finding" : "not the recorded finding",
           c->same_hash ? "same trace hash" : "another trace hash");
    if (!c->same_finding)
        printf("  recorded: %s: %s\n", sim_rule_info[replay->rule].name, replay->message);
    if (!c->same_hash)
        printf("  recorded trace hash %016llx\n", (unsigned long long)replay->trace_hash);
    if (c->by_hand)
        printf("  the file has no checksum: it was edited\n");
    if (!c->same_driver)
        printf("  the driver's build differs: recorded with %s, now %s\n", replay->driver_build,
               sim_telling_build(telling));
    if (!c->same_storsim)
        printf("  storsim differs: recorded with %s, now %s\n", replay->storsim,
               sim_version_exact());
    if (!c->same_scenario)
        printf("  the scenario in the file differs from the recorded one: it was edited, or "
               "options changed meaning\n");
    if (nondeterministic(c))
        printf("%snon-determinism%s: nothing differs but the trace; this is storsim's own fault\n",
               sim_paint(SIM_PAINT_BAD), sim_paint(SIM_PAINT_OFF));
}

static json_t *comparison_json(const struct sim_telling *telling, const struct comparison *c)
{
    json_t *object = sim_telling_json(telling);

    json_object_update_new(
        object, json_pack("{sb sb sb sb sb sb sb}", "edited", c->by_hand, "same_finding",
                          c->same_finding, "same_hash", c->same_hash, "same_storsim",
                          c->same_storsim, "same_driver_build", c->same_driver, "same_scenario",
                          c->same_scenario, "nondeterminism", nondeterministic(c)));
    return object;
}

static int finding_replay(const struct sim_arguments *arguments, const struct sim_replay *replay,
                          struct sim_telling *telling, struct sim_error *error)
{
    struct comparison c;
    int status;

    if (sim_telling_run(telling, replay->seed, arguments->trace, error) < 0)
        return sim_cli_usage_error(error->text);
    c = compare(telling, replay);
    if (arguments->json) {
        sim_json_print(comparison_json(telling, &c));
    } else {
        sim_telling_print(telling, arguments);
        comparison_print(telling, replay, &c);
        printf("\nagain: %s\n", telling->repeat);
    }
    status = nondeterministic(&c) ? SIM_EXIT_FAULT : sim_telling_exit(telling);
    sim_telling_end(telling);
    return status;
}

/* The driver and strategy of the header are what the scenario and settings say; else someone edited
 * one of them. */
static int header_check(const char *path, const struct sim_replay *replay,
                        const struct sim_scenario *scenario, struct sim_error *error)
{
    const char *driver = sim_opt_text(scenario, SIM_OPT_DRIVER_MODULE);
    const char *strategy = sim_opt_text(scenario, SIM_OPT_EXPLORE_STRATEGY);
    const char *maker = sim_strategy_maker(scenario, replay->seed);
    bool dealt =
        strcmp(strategy, maker) != 0; /* by a portfolio: an edited seed has another maker */

    if (strcmp(driver, replay->driver) != 0)
        return sim_error_set(
            error, "%s: driver: the header says '%.60s', its settings and scenario say '%.60s'",
            path, replay->driver, driver);
    if (strcmp(strategy, replay->strategy) != 0 &&
        (!dealt || sim_strategy_by_name(replay->strategy) == NULL))
        return sim_error_set(
            error, "%s: strategy: the header says '%.60s', its settings and scenario say '%.60s'",
            path, replay->strategy, strategy);
    return 0;
}

static int replay(const struct sim_arguments *arguments)
{
    const char *path = arguments->operand.item[0];
    struct sim_telling *telling = calloc(1, sizeof(*telling));
    struct sim_scenario *scenario = NULL;
    struct sim_error error, why;
    struct sim_replay file;
    int status;

    SIM_ASSERT(telling != NULL);
    if (sim_replay_read(path, &error, &file) < 0) {
        free(telling);
        return sim_cli_usage_error(error.text);
    }
    if (sim_scenario_parse(file.path, file.scenario_text, file.setting, file.settings, &why,
                           &scenario) < 0) {
        sim_error_set(&error, "%s: the scenario in it: %s", path, why.text);
        status = sim_cli_usage_error(error.text);
    } else if (header_check(path, &file, scenario, &error) < 0) {
        status = sim_cli_usage_error(error.text);
    } else {
        telling->scenario = scenario;
        telling->replay = path;
        telling->schedule = file.scheduled ? &file.schedule : NULL;
        sim_repeat_replay(telling->repeat, path);
        status = finding_replay(arguments, &file, telling, &error);
    }
    sim_scenario_free(scenario);
    sim_replay_free(&file);
    free(telling);
    return status;
}

const struct sim_verb sim_verb_replay = {
    .name = "replay",
    .operands = "FILE.replay",
    .summary = "a stored finding again, and whether it is the same",
    .options = "trace events json verbose",
    .text = "Replay files are written by 'storsim sweep' to DIR/failures and by 'storsim explore'. "
            "They hold the "
            "choices of the\nrun, or its seed. Exit status 1: a rule was violated again, 0: none "
            "was, 3: the same "
            "storsim, driver and\nscenario gave another trace.",
    .operands_min = 1,
    .operands_max = 1,
    .fn = replay,
};
