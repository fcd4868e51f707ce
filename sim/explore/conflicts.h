/* sim/explore/conflicts.h - private to sim/explore: which memory agents contend for.
 *
 * A table of 8-byte groups: who touched each last, in this run, and whether two agents ever did,
 * one of them writing, within a given time of each other.
 */
#ifndef SIM_EXPLORE_CONFLICTS_H
#define SIM_EXPLORE_CONFLICTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/engine/time.h"

struct sim__conflicts;
struct sim_module;

/* module: the driver, whose data has no fixed address; or NULL. */
struct sim__conflicts *sim__conflicts_create(sim_ns near, struct sim_module *module);
void sim__conflicts_free(struct sim__conflicts *c);

/* A run begins: what was touched before is forgotten, what is shared stays. */
void sim__conflicts_begin(struct sim__conflicts *c);

/* agent touches [addr, addr + bytes) at a time. Times of one agent only grow. */
void sim__conflicts_note(struct sim__conflicts *c, uintptr_t addr, size_t bytes, bool write,
                         uint32_t agent, sim_ns at);

/* True when a part of it was shared at the last sim__conflicts_settle(). */
bool sim__conflicts_shared(const struct sim__conflicts *c, uintptr_t addr, size_t bytes);

/* What was found shared since the last time counts from now on. Returns true when there was any. */
bool sim__conflicts_settle(struct sim__conflicts *c);

/* Groups shared; and the i-th, as a number that means the same in another process; or one of those
 * as shared. */
uint32_t sim__conflicts_count(const struct sim__conflicts *c);
uint64_t sim__conflicts_get(const struct sim__conflicts *c, uint32_t i);
void sim__conflicts_add(struct sim__conflicts *c, uint64_t group);

#endif
