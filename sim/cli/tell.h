/* sim/cli/tell.h - one run, told: for people and as JSON. Shared by run and replay. */
#ifndef SIM_CLI_TELL_H
#define SIM_CLI_TELL_H

#include "sim/cli/cli.h"
#include "sim/cli/story.h"
#include "sim/run/repeat.h"
#include "sim/run/session.h"

/* A run that is over, with what is needed to tell it. */
struct sim_telling {
    const struct sim_scenario *scenario;
    struct sim_session *session;
    struct sim_result result;
    struct sim_story *story;
    double elapsed_s;
    const struct sim_schedule
        *schedule;      /* what to run in place of the strategy's choices, or NULL */
    const char *replay; /* path of the replay file, or NULL */
    char repeat[SIM_REPEAT_BYTES];
};

/* Opens the scenario, runs the seed, and keeps its story; trace: file for every event, or NULL.
 * repeat must be set. Returns 0, or -1 with error text. The session stays open: sim_telling_end().
 */
int sim_telling_run(struct sim_telling *telling, uint64_t seed, const char *trace,
                    struct sim_error *error);
void sim_telling_end(struct sim_telling *telling);

/* The finding that is the verdict: the first of severity error, or NULL. */
const struct sim_finding *sim_telling_finding(const struct sim_telling *telling);
/* Build of the loaded driver. */
const char *sim_telling_build(const struct sim_telling *telling);

/* Verdict, story, stack, figures. The line that repeats it is left to the caller, who may have more
 * to say before. */
void sim_telling_print(const struct sim_telling *telling, const struct sim_arguments *arguments);

/* The members that every --json of a run has. */
json_t *sim_telling_json(const struct sim_telling *telling);

/* SIM_EXIT_OK or SIM_EXIT_VIOLATED. */
int sim_telling_exit(const struct sim_telling *telling);

#endif
