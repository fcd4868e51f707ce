/* sim/run/recording.c - the choices of a finding, recorded by running it again. */
#include "sim/run/recording.h"

#include <stdlib.h>
#include <string.h>

#include "sim/engine/sim.h"
#include "sim/run/replay.h"
#include "sim/run/session.h"

const char *sim_strategy_maker(const struct sim_scenario *scenario, uint64_t seed)
{
    const char *name = sim_opt_text(scenario, SIM_OPT_EXPLORE_STRATEGY);
    uint64_t schedule = (uint64_t)sim_opt(scenario, SIM_OPT_EXPLORE_SCHEDULE_SEED);
    const struct sim_strategy *strategy = sim_strategy_by_name(name);

    if (strategy == NULL || sim_strategy_rechecks(name))
        return name;
    return sim_strategy_of_seed(strategy, schedule != 0 ? schedule : seed)->name;
}

static int record(struct sim_session *session, const char *path, struct sim_replay *replay,
                  struct sim_error *error)
{
    struct sim_result *result = calloc(1, sizeof(*result));
    uint64_t hash;

    SIM_ASSERT(result != NULL);
    sim_session_record(session, replay->seed, &replay->schedule, result);
    hash = result->hash;
    free(result);
    if (hash != replay->trace_hash)
        return sim_error_set(error, "%s: seed %llu gave another trace when it was run again", path,
                             (unsigned long long)replay->seed);
    if ((uint64_t)replay->schedule.delays + replay->schedule.answers > SIM_REPLAY_CHOICES_MAX)
        return 0; /* an endless loop on several CPUs: the seed says it shorter */
    replay->scheduled = true;
    return sim_replay_write(path, replay, error);
}

int sim_replay_complete(const char *path, struct sim_error *error)
{
    struct sim_scenario *scenario = NULL;
    struct sim_session *session = NULL;
    struct sim_replay replay;
    struct sim_error why;
    int result = 0;

    if (sim_replay_read(path, error, &replay) < 0)
        return -1;
    if (!replay.scheduled && replay.trace_hash != 0) {
        if (sim_scenario_parse(replay.path, replay.scenario_text, replay.setting, replay.settings,
                               &why, &scenario) < 0)
            result = sim_error_set(error, "%s: the scenario in it: %s", path, why.text);
        else if (sim_session_open(scenario, error, &session) < 0)
            result = -1;
        else
            result = record(session, path, &replay, error);
        sim_session_close(session);
        sim_scenario_free(scenario);
    }
    sim_replay_free(&replay);
    return result;
}
