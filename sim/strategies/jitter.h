/* sim/strategies/jitter.h - private to sim/strategies: the order of `time`, for whoever adds to it.
 */
#ifndef SIM_STRATEGIES_JITTER_H
#define SIM_STRATEGIES_JITTER_H

#include "sim/engine/sim.h"

/* Answers a pick: one of those who are at most [explore] jitter behind the first, which are in
 * order of (clock, number), for as long as it is at most so far ahead of the others. */
void sim_jitter_pick(struct sim *sim, struct sim_stream *stream, const struct sim_candidate *c,
                     uint32_t n, struct sim_pick *out);

#endif
