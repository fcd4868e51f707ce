/* sim/run/pairs.h - the pairs of a whole sweep (sim/engine/coverage.h): who saw each first, and how
 * many seeds did.
 *
 * Seeds are added in their order, so the same seeds give the same set whatever worker ran them.
 */
#ifndef SIM_RUN_PAIRS_H
#define SIM_RUN_PAIRS_H

#include "sim/engine/coverage.h"

/* One access of a pair in words. Made by the worker, which has the driver loaded. */
struct sim_place_text {
    sim_place place;
    const char *function, *file, *callback; /* "?" when unknown */
    uint32_t line;
};

struct sim_pair_seen {
    sim_pair pair;
    uint64_t first_seed, seeds; /* seeds: how many showed it */
};

struct sim_pairs;

struct sim_pairs *sim_pairs_create(void);
void sim_pairs_free(struct sim_pairs *pairs); /* NULL is allowed */

/* Adds what one seed showed, each pair once. Returns how many were new. */
uint32_t sim_pairs_add(struct sim_pairs *pairs, uint64_t seed, const sim_pair *pair,
                       uint32_t count);

/* All of them, in the order in which they were first seen. Valid until the next addition. */
uint32_t sim_pairs_list(const struct sim_pairs *pairs, const struct sim_pair_seen **out);

/* Keeps a copy of the words for a place; the first ones count. */
void sim_pairs_describe(struct sim_pairs *pairs, const struct sim_place_text *text);

/* Words for a place; never NULL, and "?" when nobody described it. */
const struct sim_place_text *sim_pairs_text(const struct sim_pairs *pairs, sim_place place);

#endif
