/* sim/cli/run.c - storsim run: one seed of one scenario. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "sim/cli/finding.h"
#include "sim/cli/tell.h"
#include "sim/engine/sim_assert.h"

static int seed_choose(const struct sim_arguments *arguments, const char *scenario, uint64_t *out,
                       struct sim_error *error)
{
    struct sim_error why;

    *out = 1;
    if (arguments->seed == NULL)
        return 0;
    if (strcmp(arguments->seed, "last") == 0)
        return sim_last_seed_get(scenario, out, error);
    if (sim_seed_parse(arguments->seed, out, &why) < 0)
        return sim_error_set(error, "--seed: %s", why.text);
    return 0;
}

/* "results/SCENARIO/failures/SCENARIO-DRIVER-RULE-SEED-min.replay", where a sweep would have it. */
static void minimal_path(const struct sim_arguments *arguments, const struct sim_replay *finding,
                         char *out, size_t bytes)
{
    char folder[PATH_MAX], name[512], whole[PATH_MAX + 512];

    if (arguments->out != NULL)
        snprintf(folder, sizeof(folder), "%s", arguments->out);
    else
        snprintf(folder, sizeof(folder), "results/%s", finding->scenario);
    sim_replay_name(finding, finding->seed, name, sizeof(name));
    snprintf(whole, sizeof(whole), "%s/%s", folder, name);
    sim_replay_minimal_path(whole, out, bytes);
}

static void minimise(const struct sim_arguments *arguments, const struct sim_telling *telling,
                     const struct sim_settings *settings, json_t *object)
{
    const struct sim_finding *f = sim_telling_finding(telling);
    struct sim_replay finding;
    char path[PATH_MAX + 512];

    if (f == NULL)
        return;
    sim_finding_of_run(telling->scenario, settings, telling->result.seed, f, &finding);
    minimal_path(arguments, &finding, path, sizeof(path));
    if (object == NULL && sim_tries(arguments, SIM_SHRINK_TRIES_FEW) > 0)
        putchar('\n');
    sim_finding_minimise(&finding, sim_tries(arguments, SIM_SHRINK_TRIES_FEW), path, "", object);
}

/* Prints all there is to say, and closes the session on the way: minimising opens others. */
static void result_print(struct sim_telling *telling, const struct sim_arguments *arguments,
                         const struct sim_settings *settings)
{
    json_t *object = arguments->json ? sim_telling_json(telling) : NULL;

    if (object == NULL)
        sim_telling_print(telling, arguments);
    sim_telling_end(telling);
    minimise(arguments, telling, settings, object);
    if (object != NULL)
        sim_json_print(object);
    else
        printf("\nagain: %s\n", telling->repeat);
}

static int scenario_run(const struct sim_arguments *arguments, const struct sim_scenario *scenario,
                        const struct sim_settings *settings)
{
    struct sim_telling *telling = calloc(1, sizeof(*telling));
    struct sim_error error;
    uint64_t seed;
    int status = SIM_EXIT_USAGE;

    SIM_ASSERT(telling != NULL);
    telling->scenario = scenario;
    if (seed_choose(arguments, sim_scenario_name(scenario), &seed, &error) == 0) {
        sim_repeat_run(telling->repeat, sim_scenario_path(scenario), settings->item,
                       settings->count, seed);
        sim_last_seed_note(sim_scenario_name(scenario), seed);
        if (sim_telling_run(telling, seed, arguments->trace, &error) == 0) {
            status = sim_telling_exit(telling);
            result_print(telling, arguments, settings);
            free(telling);
            return status;
        }
    }
    free(telling);
    return sim_cli_usage_error(error.text);
}

static int run(const struct sim_arguments *arguments)
{
    static struct sim_settings settings;
    struct sim_scenario *scenario;
    struct sim_error error;
    char path[PATH_MAX];
    int status;

    if (arguments->driver.count > 1)
        return sim_cli_usage_error(
            "run: --driver is given twice; 'storsim sweep' compares drivers");
    if (sim_settings_fill(arguments, arguments->driver.count ? arguments->driver.item[0] : NULL,
                          &settings, &error) < 0 ||
        sim_scenario_find(arguments->operand.item[0], path, sizeof(path), &error) < 0 ||
        sim_scenario_read(path, settings.item, settings.count, &error, &scenario) < 0)
        return sim_cli_usage_error(error.text);
    sim_cli_notes(scenario);
    status = scenario_run(arguments, scenario, &settings);
    sim_scenario_free(scenario);
    return status;
}

const struct sim_verb sim_verb_run = {
    .name = "run",
    .operands = "FILE",
    .summary = "one run: verdict, story, figures, and the line that repeats it",
    .options = "seed set driver strategy trace events tries out json verbose",
    .text = "FILE is a scenario, or the name of one in 'storsim list scenarios'.",
    .operands_min = 1,
    .operands_max = 1,
    .fn = run,
};
