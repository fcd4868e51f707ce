/* sim/explore/walk.h - private to sim/explore: one run with given delays, and the places for
 * further ones.
 *
 * Places are numbered from 0 in the order in which agents come to them. A place keeps its number in
 * every run that is the same up to there.
 */
#ifndef SIM_EXPLORE_WALK_H
#define SIM_EXPLORE_WALK_H

#include "sim/explore/conflicts.h"
#include "sim/explore/explore.h"

struct sim__walk {
    sim_ns hold_ns;
    sim_ns from;
    bool reduce;
    struct sim__conflicts *conflicts;
    /* what the next run is to do */
    uint32_t delays;
    uint64_t place[SIM_EXPLORE_PREEMPTIONS_MAX]; /* ascending */
    bool learn; /* delays at random stops instead, drawn from learn_seed */
    uint64_t learn_seed;
    /* what became of it */
    bool closed;
    uint32_t placed;
    uint64_t places, places_all;
    struct sim_stream stream;
};

/* The walk that the strategy walks. */
void sim__walk_set(struct sim__walk *walk);
extern const struct sim_strategy sim__strategy_walk;

#endif
