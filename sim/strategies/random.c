/* sim/strategies/random.c - a random CPU for a random while.
 *
 * The baseline of randomised testing: at every point the present turn ends with probability 1/2,
 * and then every CPU that may act is as likely as any other. So every order of actions has a
 * chance, short turns are more likely than long ones, and nothing is aimed at. Interrupts are held
 * back for a moment with probability 1/2.
 *
 * A turn's length is drawn at its beginning: the engine is not entered at the points within.
 */
#include "sim/engine/sim.h"

#define TURN_MAX 16

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
    uint64_t draw = sim_stream_next(&r->stream);

    (void)sim;
    (void)c;
    out->index = (uint32_t)((draw >> 32) * n >> 32);
    out->until = SIM_NEVER;
    /* The number of zeros below the lowest one: as many heads in a row. */
    out->points = 1 + (uint64_t)__builtin_ctzll(draw | 1ull << (TURN_MAX - 1));
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
    .text = "a random CPU for a random while",
    .begin = begin,
    .pick = pick,
    .choose = choose,
};
