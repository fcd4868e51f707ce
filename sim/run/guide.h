/* sim/run/guide.h - a guided sweep: which seeds to try again with another schedule, because they
 * showed something new.
 *
 * A seed of the range is either itself, or a neighbour of a seed before it: the load and the device
 * of that one, the schedule of its own number. Positions are dealt in blocks. Every other position
 * of a block is a neighbour as long as there are seeds worth it: those that found new pairs, each
 * for a number of tries that grows with what it found, in turn. What a block does depends on the
 * results before the block in front of it, so it is the same whatever the number of workers and
 * however fast they are. It is another sweep when the range begins elsewhere, and each shard is
 * guided by its own results only.
 */
#ifndef SIM_RUN_GUIDE_H
#define SIM_RUN_GUIDE_H

#include <stdint.h>

#define SIM_GUIDE_BLOCK 256

struct sim_guide;

struct sim_guide *sim_guide_create(void);
void sim_guide_free(struct sim_guide *guide); /* NULL is allowed */

/* Tells the result of the next position, in their order: the seed whose load it ran, and how many
 * pairs were new. */
void sim_guide_note(struct sim_guide *guide, uint64_t load_seed, uint32_t new_pairs);

/* Positions below this are dealt. Grows by a block with each block of results. */
uint64_t sim_guide_dealt(const struct sim_guide *guide);

/* The seed whose load a dealt position runs; 0: its own. Positions of the last three blocks only.
 */
uint64_t sim_guide_load(const struct sim_guide *guide, uint64_t position);

#endif
