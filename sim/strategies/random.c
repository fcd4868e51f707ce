/* sim/strategies/random.c - a random CPU for a random while.
 *
 * The baseline of randomised testing: when a turn ends every CPU that may act is as likely as any
 * other, and nothing is aimed at. How long turns are makes the difference: with short ones a CPU
 * hardly ever gets far while another stands still, with long ones little happens in between. So a
 * run draws how long its turns are at most, from two points to 512, and each turn is of a length
 * below that. Interrupts are held back for a moment with probability 1/2.
 *
 * A turn's length is drawn at its beginning: the engine is not entered at the points within.
 */
#include "sim/engine/sim.h"

#define TURN_BITS_MAX 9

struct random_state {
    struct sim_stream stream;
    uint64_t longest; /* turn of this run: a power of two, less one */
};

static void begin(struct sim *sim, void *state, uint64_t seed, uint64_t steps)
{
    struct random_state *r = state;

    (void)sim;
    (void)steps;
    sim_stream_seed(&r->stream, seed, "strategy.random");
    r->longest = (UINT64_C(2) << sim_stream_below(&r->stream, TURN_BITS_MAX)) - 1;
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
    out->points = 1 + (draw & r->longest);
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
