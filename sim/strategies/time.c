/* sim/strategies/time.c - earliest first, with seeded jitter.
 *
 * Models CPUs of about equal speed: whoever is behind goes on, but each turn may run ahead of the
 * others by up to the scenario's jitter, as caches and pipelines have it. Fast, fair, and the
 * default; rare preemptions inside one short section are found sooner by random and pct.
 */
#include "sim/strategies/jitter.h"

struct time_state {
    struct sim_stream stream;
};

static void begin(struct sim *sim, void *state, uint64_t seed, uint64_t steps)
{
    struct time_state *t = state;

    (void)sim;
    (void)steps;
    sim_stream_seed(&t->stream, seed, "strategy.time");
}

void sim_jitter_pick(struct sim *sim, struct sim_stream *stream, const struct sim_candidate *c,
                     uint32_t n, struct sim_pick *out)
{
    sim_ns jitter = sim_explore(sim)->jitter_ns;
    uint32_t near = 1;

    if (jitter == 0)
        return;
    while (near < n && c[near].clock <= c[0].clock + jitter)
        near++;
    out->index = near > 1 ? (uint32_t)sim_stream_below(stream, near) : 0;
    out->until = c[out->index ? 0 : 1].clock + 1 + sim_stream_between(stream, 0, jitter);
    if (out->until <= c[out->index].clock)
        out->until = c[out->index].clock + 1;
}

static void pick(struct sim *sim, void *state, const struct sim_candidate *c, uint32_t n,
                 struct sim_pick *out)
{
    struct time_state *t = state;

    sim_jitter_pick(sim, &t->stream, c, n, out);
}

static uint32_t choose(struct sim *sim, void *state, enum sim_choice kind, uint32_t n)
{
    struct time_state *t = state;

    (void)sim;
    return kind == SIM_CHOICE_EVENT_TIE ? (uint32_t)sim_stream_below(&t->stream, n) : 0;
}

const struct sim_strategy sim_strategy_time = {
    .name = "time",
    .text = "earliest CPU first, with seeded jitter",
    .begin = begin,
    .pick = pick,
    .choose = choose,
    .sorted = true,
};
