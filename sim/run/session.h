/* sim/run/session.h - one scenario and one driver, booted once, run for many seeds.
 *
 * A process has at most one session open at a time (the world's addresses are fixed).
 */
#ifndef SIM_RUN_SESSION_H
#define SIM_RUN_SESSION_H

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

/* Runs one seed. result is overwritten. */
void sim_session_run(struct sim_session *session, uint64_t seed, struct sim_result *result);

/* Gives every event of the following runs to fn (NULL ends it). */
void sim_session_set_sink(struct sim_session *session, sim_trace_fn fn, void *ctx);

/* The loaded miniport, for source lines in reports. */
struct sim_module *sim_session_module(const struct sim_session *session);

/* Describes a finding's stack, innermost first, one "function (file:line)" per frame of the driver
 * and of Storport routines. Returns the number of lines written to out (at most max). */
int sim_session_stack(struct sim_session *session, const struct sim_finding *finding,
                      char (*out)[160], int max);

#endif
