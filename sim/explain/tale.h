/* sim/explain/tale.h - a finding told to a driver author: what happened, what should have prevented
 * it, each request's life, and the state at the end.
 *
 * A tale listens to a run as its trace sink, and is printed when the run is over, while the session
 * is still open (it asks the driver's debug information for source lines).
 */
#ifndef SIM_EXPLAIN_TALE_H
#define SIM_EXPLAIN_TALE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/engine/trace.h"
#include "sim/engine/verdict.h"

struct sim_module;
struct sim_scenario;
struct sim_tale;

#define SIM_TALE_LINES 30 /* of the story */

/* module: of the session that will be listened to; NULL: the one that is loaded when the first
 * event comes. Without any there are no source lines. */
struct sim_tale *sim_tale_create(const struct sim_scenario *scenario, struct sim_module *module);
void sim_tale_free(struct sim_tale *tale);

/* Before it listens: queues, controller and holds are as `start` has heard of them. */
void sim_tale_go_on(struct sim_tale *tale, const struct sim_tale *start);

/* Before it listens: the finding will be this data race, and with a witness to it
 * (sim/engine/witness.h) the tale takes down both accesses. */
void sim_tale_race(struct sim_tale *tale, const struct sim_race *race);

/* A sim_trace_fn; ctx is the tale. */
void sim_tale_event(struct sim *sim, const struct sim_record *record, void *ctx);

/* True when it has heard of nothing. */
bool sim_tale_empty(const struct sim_tale *tale);

/* I/Os that the application had submitted when the run ended. */
uint64_t sim_tale_requests(const struct sim_tale *tale);

/* Prints the four parts, each under a heading, in plain text. finding: the verdict; it belongs to
 * the run that was listened to. */
void sim_tale_print(struct sim_tale *tale, const struct sim_finding *finding, FILE *out);

#endif
