/* sim/run/shrink.h - a finding made small: fewer requests, faults, processors and queues, then
 * fewer, later and shorter preemptions.
 *
 * A smaller variant is accepted when it shows the same bug: the same rule, with the same signature
 * (signature.h).
 * First the scenario is reduced, setting by setting, each tried under a small set of seeds; then
 * the schedule of the run that is left, by delta debugging (Zeller and Hildebrandt, Simplifying and
 * Isolating Failure-Inducing Input, 2002), until no single entry can be taken out. The effort is
 * bounded by a number of tries, never by the clock: the same finding and bound give the same result
 * on every machine. A try is a run as long as the finding's own, or a session opened; a shorter run
 * is a part of one, down to 1/32.
 */
#ifndef SIM_RUN_SHRINK_H
#define SIM_RUN_SHRINK_H

#include "sim/engine/schedule_record.h"
#include "sim/error.h"
#include "sim/run/replay.h"

#define SIM_SHRINK_TRIES_FEW 800     /* what run and sweep spend unasked */
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
    uint32_t runs;  /* made */
    uint32_t tries; /* spent: at most one for a run */
    bool out_of_tries;
};

/* Makes `finding` small with about `tries` tries at most. Opens sessions of its own: none may be
 * open. Errors: the scenario or the driver is unusable; the finding does not show with this build;
 * its minimum does not replay to itself (non-determinism). out is to be freed with
 * sim_shrunk_free() after success only. */
int sim_shrink(const struct sim_replay *finding, uint32_t tries, struct sim_error *error,
               struct sim_shrunk *out);
void sim_shrunk_free(struct sim_shrunk *shrunk);

/* "minimised: 41 to 6 requests, 212 to 2 preemptions" and what else became less; "minimal already"
 * when nothing did. out has SIM_SHRINK_TEXT bytes. Returns out. */
#define SIM_SHRINK_TEXT 256
char *sim_shrunk_text(const struct sim_shrunk *shrunk, char *out);

#endif
