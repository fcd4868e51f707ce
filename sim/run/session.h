/* sim/run/session.h - one scenario and one driver, booted once, run for many seeds.
 *
 * A process has at most one session open at a time (the world's addresses are fixed).
 */
#ifndef SIM_RUN_SESSION_H
#define SIM_RUN_SESSION_H

#include "sim/engine/schedule_record.h"
#include "sim/error.h"
#include "sim/run/result.h"
#include "sim/scenario/scenario.h"

struct sim_session;

/* Builds the world, loads the miniport and boots it on virtual time, then takes the image every run
 * starts from. The scenario must outlive the session. When the boot itself violates a rule the
 * session opens all the same and every run returns that finding. Negative with error text when the
 * scenario or the module is unusable. */
int sim_session_open(const struct sim_scenario *scenario, struct sim_error *error,
                     struct sim_session **out);
void sim_session_close(struct sim_session *session);

/* Runs one seed with the scenario's strategy. result is overwritten. Under recheck:NAME it runs
 * twice; when the two traces differ the result has a finding of rule nondeterminism, storsim's own
 * fault. */
void sim_session_run(struct sim_session *session, uint64_t seed, struct sim_result *result);

/* Runs one seed with a given strategy instead. */
void sim_session_run_strategy(struct sim_session *session, uint64_t seed,
                              const struct sim_strategy *strategy, struct sim_result *result);

/* Runs one seed in the default order but for what the schedule says. The schedule that
 * sim_session_record() made of this seed gives the same trace hash. NULL: the default order. */
void sim_session_run_schedule(struct sim_session *session, uint64_t seed,
                              const struct sim_schedule *schedule, struct sim_result *result);

/* Runs one seed once and replaces what out holds by the schedule of that run. */
void sim_session_record(struct sim_session *session, uint64_t seed, struct sim_schedule *out,
                        struct sim_result *result);

/* The following runs take load and device from their seed, but the schedule from this one; 0: from
 * their own, or as [explore] schedule_seed says. */
void sim_session_set_schedule(struct sim_session *session, uint64_t schedule_seed);

/* Gives every event of the following runs to fn (NULL ends it). */
void sim_session_set_sink(struct sim_session *session, sim_trace_fn fn, void *ctx);

/* The loaded miniport, for source lines in reports. */
struct sim_module *sim_session_module(const struct sim_session *session);

/* Describes a finding's stack, innermost first, one "function (file:line)" per frame of the driver
 * and of Storport routines. Returns the number of lines written to out (at most max). */
int sim_session_stack(struct sim_session *session, const struct sim_finding *finding,
                      char (*out)[160], int max);

#endif
