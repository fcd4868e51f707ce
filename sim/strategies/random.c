/* sim/strategies/random.c - a uniformly random CPU at every point.
 *
 * The baseline of randomised testing: every CPU that may act is as likely as any other, at every
 * single point. Interrupts are held back for a moment with probability 1/2.
 */
#include "sim/engine/sim.h"

struct random_state {
    struct sim_stream stream;
};

static void begin(struct sim *sim, void *state, uint64_t seed, uint64_t steps)
{
    struct random_state *r = state;

    (void)sim;
    (void)steps;
    sim_stream_seed(&r->stream, seed, "strategy.random");
}

static void pick(struct sim *sim, void *state, const struct sim_candidate *c, uint32_t n,
                 struct sim_pick *out)
{
    struct random_state *r = state;

    (void)sim;
    (void)c;
    out->index = (uint32_t)sim_stream_below(&r->stream, n);
    out->until = SIM_NEVER;
    out->points = 1;
}

static uint32_t choose(struct sim *sim, void *state, enum sim_choice kind, uint32_t n)
{
    struct random_state *r = state;

    (void)sim;
    (void)kind;
    return (uint32_t)sim_stream_below(&r->stream, n);
}

const struct sim_strategy sim_strategy_random = {
    .name = "random",
    .text = "a uniformly random CPU at every point",
    .begin = begin,
    .pick = pick,
    .choose = choose,
};
