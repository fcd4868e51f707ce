/* sim/strategies/portfolio.c - a mix over the seeds of a sweep.
 *
 * No strategy is best at everything: short races far apart want pct, an order that needs one CPU to
 * stand still for long wants delay, and what only needs load shows under any. Shares follow what
 * each finds for its time (README.md); whoever found least in our defects keeps a share, since the
 * next bug may be another. A seed's strategy is drawn from the seed alone, so `run --seed N` makes
 * what seed N of the sweep made.
 */
#include "sim/engine/sim.h"

static const struct {
    const struct sim_strategy *strategy;
    uint32_t shares;
} mix[] = {
    {&sim_strategy_pct, 9},  {&sim_strategy_delay, 2},  {&sim_strategy_stall, 2},
    {&sim_strategy_time, 1}, {&sim_strategy_random, 1}, {&sim_strategy_pos, 1},
};

const struct sim_strategy *sim_strategy_of_seed(const struct sim_strategy *strategy, uint64_t seed)
{
    struct sim_stream stream;
    uint32_t shares = 0, share, i = 0;

    if (strategy != &sim_strategy_portfolio)
        return strategy;
    sim_stream_seed(&stream, seed, "strategy.portfolio");
    for (uint32_t k = 0; k < sizeof mix / sizeof mix[0]; k++)
        shares += mix[k].shares;
    share = (uint32_t)sim_stream_below(&stream, shares);
    for (; share >= mix[i].shares; i++)
        share -= mix[i].shares;
    return mix[i].strategy;
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
    .text = "pct, delay, stall, time, random and pos, mixed over the seeds",
    .begin = begin,
    .pick = pick,
    .choose = choose,
    .length = true,
};
