/* sim/run/shrink.h - a finding made small: fewer requests, faults, processors and queues, then
 * fewer, later and shorter preemptions.
 *
 * A smaller variant is accepted when it violates the same rule in the same function of the driver.
 * First the scenario is reduced, setting by setting, each tried under a small set of seeds; then
 * the schedule of the run that is left, by delta debugging (Zeller and Hildebrandt, Simplifying and
 * Isolating Failure-Inducing Input, 2002), until no single entry can be taken out. The effort is
 * bounded by a number of runs, never by the clock: the same finding and bound give the same result
 * on every machine.
 */
#ifndef SIM_RUN_SHRINK_H
#define SIM_RUN_SHRINK_H

#include "sim/engine/schedule_record.h"
#include "sim/error.h"
#include "sim/run/replay.h"

#define SIM_SHRINK_TRIES_FEW 400     /* what run and sweep spend unasked */
#define SIM_SHRINK_TRIES_MANY 100000 /* what storsim shrink spends */

/* How large a finding is. */
struct sim_shrink_size {
    uint64_t requests;    /* I/Os that the application submitted */
    uint64_t preemptions; /* delays of the schedule */
    uint64_t answers;     /* its other choices: order of events at one time, interrupts held back */
    uint64_t faults, cpus, queues;
};

struct sim_shrunk {
    struct sim_replay replay; /* the minimal finding; owns its text and schedule */
    struct sim_shrink_size before, after;
    uint32_t tries; /* runs it took */
    bool out_of_tries;
};

/* Makes `finding` small with at most `tries` runs. Opens sessions of its own: none may be open.
 * Errors: the scenario or the driver is unusable; the finding does not show with this build; its
 * minimum does not replay to itself (non-determinism). out is to be freed with sim_shrunk_free()
 * after success only. */
int sim_shrink(const struct sim_replay *finding, uint32_t tries, struct sim_error *error,
               struct sim_shrunk *out);
void sim_shrunk_free(struct sim_shrunk *shrunk);

/* "minimised: 41 to 6 requests, 212 to 2 preemptions" and what else became less; "minimal already"
 * when nothing did. out has SIM_SHRINK_TEXT bytes. Returns out. */
#define SIM_SHRINK_TEXT 256
char *sim_shrunk_text(const struct sim_shrunk *shrunk, char *out);

/* NAME-min.replay for NAME.replay (unchanged when it ends so already). out has bytes. */
void sim_shrunk_path(const char *path, char *out, size_t bytes);

#endif
