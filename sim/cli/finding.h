/* sim/cli/finding.h - a stored finding on the command line: read, made small, run again. Shared by
 * shrink, explain and debug.
 */
#ifndef SIM_CLI_FINDING_H
#define SIM_CLI_FINDING_H

#include "sim/cli/cli.h"
#include "sim/run/replay.h"
#include "sim/run/session.h"
#include "sim/run/shrink.h"

/* A finding with its session open, ready to be run. */
struct sim_finding_run {
    struct sim_scenario *scenario;
    struct sim_session *session;
    struct sim_result *result;
};

/* Opens the session of a finding. 0, or -1 with error text. */
int sim_finding_open(const struct sim_replay *replay, struct sim_error *error,
                     struct sim_finding_run *out);
/* Runs it once; sink may be NULL. Returns the verdict, or NULL when no rule was violated. */
const struct sim_finding *sim_finding_run(struct sim_finding_run *run,
                                          const struct sim_replay *replay, sim_trace_fn sink,
                                          void *ctx);
void sim_finding_close(struct sim_finding_run *run);

/* A run of the command line that violated a rule, as a finding to make small. Text is by reference.
 */
void sim_finding_of_run(const struct sim_scenario *scenario, const struct sim_settings *settings,
                        uint64_t seed, const struct sim_finding *finding, struct sim_replay *out);

/* Makes a finding small, writes it to `path` (folders are made) and says so in one or two lines on
 * standard output, each behind `indent`; or, with an object, as its member "minimised". What goes
 * wrong is said there, too: it never changes the exit status of the run that asked. tries 0:
 * nothing is done. No session may be open. Returns the runs that it took. */
uint32_t sim_finding_minimise(const struct sim_replay *finding, uint32_t tries, const char *path,
                              const char *indent, json_t *object);

/* Says why a finding stays as it is: in a line, or as the object's member "not_minimised". */
void sim_finding_unminimised(const char *why, const char *indent, json_t *object);

/* --tries, or `unsaid` when it was not given. */
uint32_t sim_tries(const struct sim_arguments *arguments, uint32_t unsaid);

/* How large a finding is, as JSON. */
json_t *sim_shrink_size_json(const struct sim_shrink_size *size);

#endif
