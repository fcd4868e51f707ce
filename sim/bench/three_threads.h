/* sim/bench/three_threads.h - the founding race as a model of three threads: what strategies are
 * measured with.
 *
 * A submitter, an interrupt routine and a reset share `slots` request slots, all of them in use at
 * the beginning. The interrupt routine completes requests from the first slot on, the reset from
 * the last one back; the submitter passes over the slots once and uses again those that are free.
 *
 *   EASY   both look whether a slot is in use and then take it, in two steps: one request is
 * completed twice. HARD   a flag keeps the others away while the reset is going on, and slots are
 * taken in one step. But the interrupt routine remembers the request it saw in the slot: when the
 *          reset completes it, ends, and the submitter uses the slot again in between, the new
 * request is completed in place of the old one. Three orders must come together. CLEAN  what is
 * taken in one step is the request that was seen. Nothing can go wrong.
 *
 * Every access is a point, as an instrumented driver's.
 */
#ifndef SIM_BENCH_THREE_THREADS_H
#define SIM_BENCH_THREE_THREADS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/engine/sim.h"

enum three_variant { THREE_EASY, THREE_CLEAN, THREE_HARD };

/* Builds a world with the model in it and takes its image. slots: at most 64. One at a time. */
void three_threads_open(enum three_variant variant, uint32_t slots);
void three_threads_close(void);

/* Restores the world and runs once. True: a request was completed twice or in place of another one.
 */
bool three_threads_run(const struct sim_strategy *strategy, uint64_t seed);

/* Points of the last run. */
uint64_t three_threads_points(void);
struct sim *three_threads_sim(void);

#endif
