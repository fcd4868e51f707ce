/* sim/cli/finding.c - a stored finding on the command line: read, made small, run again. */
#include "sim/cli/finding.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/engine/sim_assert.h"
#include "sim/run/repeat.h"

int sim_finding_open(const struct sim_replay *replay, struct sim_error *error,
                     struct sim_finding_run *out)
{
    struct sim_error why;

    memset(out, 0, sizeof(*out));
    if (sim_scenario_parse(replay->path, replay->scenario_text, replay->setting, replay->settings,
                           &why, &out->scenario) < 0)
        return sim_error_set(error, "the scenario of the finding: %s", why.text);
    if (sim_session_open(out->scenario, error, &out->session) < 0) {
        out->session = NULL;
        sim_finding_close(out);
        return -1;
    }
    out->result = calloc(1, sizeof(*out->result));
    SIM_ASSERT(out->result != NULL);
    return 0;
}

const struct sim_finding *sim_finding_run(struct sim_finding_run *run,
                                          const struct sim_replay *replay, sim_trace_fn sink,
                                          void *ctx)
{
    sim_session_set_sink(run->session, sink, ctx);
    if (replay->scheduled)
        sim_session_run_schedule(run->session, replay->seed, &replay->schedule, run->result);
    else
        sim_session_run(run->session, replay->seed, run->result);
    sim_session_set_sink(run->session, NULL, NULL);
    for (uint32_t i = 0; i < run->result->findings && i < SIM_FINDINGS_MAX; i++) {
        if (run->result->finding[i].severity == SIM_SEVERITY_ERROR)
            return &run->result->finding[i];
    }
    return NULL;
}

void sim_finding_close(struct sim_finding_run *run)
{
    sim_session_close(run->session);
    sim_scenario_free(run->scenario);
    free(run->result);
    memset(run, 0, sizeof(*run));
}

void sim_finding_of_run(const struct sim_scenario *scenario, const struct sim_settings *settings,
                        uint64_t seed, const struct sim_finding *finding, struct sim_replay *out)
{
    memset(out, 0, sizeof(*out));
    out->scenario = sim_scenario_name(scenario);
    out->path = sim_scenario_path(scenario);
    out->scenario_text = sim_scenario_text(scenario);
    out->scenario_hash = sim_scenario_hash(scenario);
    out->driver = sim_opt_text(scenario, SIM_OPT_DRIVER_MODULE);
    out->strategy = sim_opt_text(scenario, SIM_OPT_EXPLORE_STRATEGY);
    out->seed = seed;
    out->rule = finding->rule;
    out->message = finding->text;
    for (uint32_t i = 0; i < settings->count && i < SIM_REPLAY_SETTINGS_MAX; i++)
        out->setting[out->settings++] = settings->item[i];
}

/* All folders in front of a file's name. */
static void folders_make(const char *path)
{
    char folder[PATH_MAX];

    for (const char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
        mkdir(folder, 0777);
    }
}

json_t *sim_shrink_size_json(const struct sim_shrink_size *size)
{
    return json_pack("{sI sI sI sI sI sI}", "requests", (json_int_t)size->requests, "preemptions",
                     (json_int_t)size->preemptions, "choices", (json_int_t)size->answers, "faults",
                     (json_int_t)size->faults, "cpus", (json_int_t)size->cpus, "queues",
                     (json_int_t)size->queues);
}

static void minimised_tell(const struct sim_shrunk *shrunk, const char *path, const char *indent,
                           json_t *object)
{
    char text[SIM_SHRINK_TEXT], repeat[SIM_REPEAT_BYTES];

    if (object != NULL)
        json_object_set_new(object, "minimised",
                            json_pack("{so so so}", "replay", sim_json_text(path), "before",
                                      sim_shrink_size_json(&shrunk->before), "after",
                                      sim_shrink_size_json(&shrunk->after)));
    else
        printf("%s%s\n%s  %s\n", indent, sim_shrunk_text(shrunk, text), indent,
               sim_repeat_explain(repeat, path));
}

void sim_finding_unminimised(const char *why, const char *indent, json_t *object)
{
    if (object != NULL)
        json_object_set_new(object, "not_minimised", sim_json_text(why));
    else
        printf("%snot minimised: %s\n", indent, why);
}

uint32_t sim_finding_minimise(const struct sim_replay *finding, uint32_t tries, const char *path,
                              const char *indent, json_t *object)
{
    struct sim_shrunk shrunk;
    struct sim_error error;
    int result;

    /* Non-determinism is no finding of the driver's. */
    if (tries == 0 || finding->rule == SIM_RULE_NONDETERMINISM)
        return 0;
    result = sim_shrink(finding, tries, &error, &shrunk);
    if (result == 0) {
        folders_make(path);
        result = sim_replay_write(path, &shrunk.replay, &error);
        if (result == 0)
            minimised_tell(&shrunk, path, indent, object);
        sim_shrunk_free(&shrunk);
    }
    if (result < 0)
        sim_finding_unminimised(error.text, indent, object);
    return shrunk.tries;
}

uint32_t sim_tries(const struct sim_arguments *arguments, uint32_t unsaid)
{
    if (arguments->tries == SIM_TRIES_UNSAID)
        return unsaid;
    return arguments->tries < UINT32_MAX ? (uint32_t)arguments->tries : UINT32_MAX - 8;
}
