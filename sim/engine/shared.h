/* sim/engine/shared.h - which memory several contexts share, and the points that touch it.
 *
 * A run is watched once, and every 8 bytes that the driver touched from more than one context (CPU,
 * callback, or depth of nesting, as in coverage.h), at least once writing, are shared from then on.
 * What was written at start-up and is only read afterwards is not: no order of its accesses
 * matters.
 *
 * Points that matter are the driver's accesses to shared memory and, because the device and the
 * port driver see them, its calls of Storport routines, register accesses, locks and stalls. A
 * strategy can count them and be asked at the n-th: see sim_shared_ask(). The learned set is no
 * part of the world; it is the same in every process, because the run it is learned from is.
 */
#ifndef SIM_ENGINE_SHARED_H
#define SIM_ENGINE_SHARED_H

#include <stdbool.h>
#include <stdint.h>

struct sim;

/* Watches what runs from now on, and forgets what was learned before. Returns 0, or a negative
 * errno. */
int sim_shared_learn(void);

/* Ends it. From now on sim_shared() answers and points that matter are counted. */
void sim_shared_learned(void);

/* Forgets everything; nothing is counted any more. */
void sim_shared_forget(void);

/* True when addr lies in 8 bytes that are shared, as far as was learned. */
bool sim_shared(uintptr_t addr);

/* Shared granules, and points that matter in the run they were learned from. */
uint32_t sim_shared_granules(void);
uint64_t sim_shared_steps(void);

/* Points that matter passed so far in this run. */
uint64_t sim_shared_points(const struct sim *sim);

/* The strategy is asked when the count reaches at; once. It may be asked earlier for other reasons.
 */
void sim_shared_ask(struct sim *sim, uint64_t at);

#endif
