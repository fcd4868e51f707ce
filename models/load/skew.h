/* models/load/skew.h - random places that are not all as likely: zipf, pareto, normal, zoned.
 *
 * Tables are made at set-up with integer arithmetic (fixed.h); a draw costs a few random numbers
 * and a search. What is drawn is a place of 0 .. places - 1.
 */
#ifndef MODELS_LOAD_SKEW_H
#define MODELS_LOAD_SKEW_H

#include "sim/engine/prng.h"
#include "sim/load/workload.h"

struct load_skew {
    const struct sim_distribution *distribution;
    uint64_t places;
    /* zipf and pareto: ranks below first[i + 1] and not below first[i] are drawn when a random
     * number is below upto[i]; in the page zone */
    uint32_t steps;
    uint64_t *first, *upto;
    uint64_t key; /* which place has which rank; of the run */
};

/* places > 0. */
void load__skew_init(struct load_skew *skew, const struct sim_distribution *distribution,
                     uint64_t places);
/* At the start of a run: the hot places differ from seed to seed. */
void load__skew_begin(struct load_skew *skew, struct sim_stream *st);
uint64_t load__skew_draw(const struct load_skew *skew, struct sim_stream *st);

#endif
