/* sim/strategies/portfolio.c - a mix over the seeds of a sweep.
 *
 * No strategy is best at everything: short races far apart want pct or delay, long ones random or
 * pos, and what only needs load wants time. A seed's strategy is drawn from the seed alone, so `run
 * --seed N` makes what seed N of the sweep made.
 */
#include "sim/engine/sim.h"

/* A strategy that stands twice gets twice as many seeds. */
static const struct sim_strategy *const mix[] = {
    &sim_strategy_time, &sim_strategy_time, &sim_strategy_random, &sim_strategy_pct,
    &sim_strategy_pct,  &sim_strategy_pct,  &sim_strategy_delay,  &sim_strategy_pos,
};

const struct sim_strategy *sim_strategy_of_seed(const struct sim_strategy *strategy, uint64_t seed)
{
    struct sim_stream stream;

    if (strategy != &sim_strategy_portfolio)
        return strategy;
    sim_stream_seed(&stream, seed, "strategy.portfolio");
    return mix[sim_stream_below(&stream, sizeof mix / sizeof mix[0])];
}

/* sim_begin() puts the seed's own strategy in its place, so these are never asked. */
static void begin(struct sim *sim, void *state, uint64_t seed, uint64_t steps)
{
    (void)sim;
    (void)state;
    (void)seed;
    (void)steps;
    SIM_ASSERT(false);
}

static void pick(struct sim *sim, void *state, const struct sim_candidate *c, uint32_t n,
                 struct sim_pick *out)
{
    (void)sim;
    (void)state;
    (void)c;
    (void)n;
    (void)out;
    SIM_ASSERT(false);
}

static uint32_t choose(struct sim *sim, void *state, enum sim_choice kind, uint32_t n)
{
    (void)sim;
    (void)state;
    (void)kind;
    (void)n;
    SIM_ASSERT(false);
    return 0;
}

const struct sim_strategy sim_strategy_portfolio = {
    .name = "portfolio",
    .text = "time, random, pct, pos and delay, mixed over the seeds",
    .begin = begin,
    .pick = pick,
    .choose = choose,
    .length = true,
};
