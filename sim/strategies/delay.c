/* sim/strategies/delay.c - delay and stall: a few delays at random places.
 *
 * Emmi, Qadeer, Rakamaric: Delay-Bounded Scheduling (POPL 2011). Everybody acts in the order of
 * time but for at most k delays; few delays are enough for most bugs. 'storsim explore' tries all
 * schedules of this kind; `delay` is its random sibling for scenarios that are too long for that: k
 * is drawn from 1 .. d-1 ([explore] pct_depth), the places uniformly from the expected length of
 * the run, and a delay lasts up to [explore] delay_max.
 *
 * `stall` makes the same delays in the order of `time`, with its jitter: no two seeds have the same
 * order between the delays, and CPUs that run side by side do not take turns at every point, which
 * costs most of what `delay` costs.
 */
#include "sim/strategies/jitter.h"

#define DELAYS_MAX 16

struct delay_state {
    struct sim_stream stream;
    uint64_t at[DELAYS_MAX]; /* of sim_points(), ascending */
    uint32_t delays, next;
};

static void ask_next(struct sim *sim, const struct delay_state *d)
{
    sim_ask_points(sim, d->next < d->delays ? d->at[d->next] : UINT64_MAX);
}

static void draw_places(struct delay_state *d, uint64_t base, uint64_t steps)
{
    for (uint32_t i = 0; i < d->delays; i++) {
        uint64_t at = base + 1 + sim_stream_below(&d->stream, steps ? steps : 1);
        uint32_t j = i;

        for (; j > 0 && d->at[j - 1] > at; j--)
            d->at[j] = d->at[j - 1];
        d->at[j] = at;
    }
}

static void begin(struct sim *sim, void *state, uint64_t seed, uint64_t steps)
{
    struct delay_state *d = state;
    uint32_t most = sim_explore(sim)->pct_depth;

    _Static_assert(sizeof *d <= SIM_STRATEGY_STATE_BYTES, "state fits");
    sim_stream_seed(&d->stream, seed, "strategy.delay");
    most = most < 2 ? 1 : most - 1 < DELAYS_MAX ? most - 1 : DELAYS_MAX;
    d->delays = 1 + (uint32_t)sim_stream_below(&d->stream, most);
    draw_places(d, sim_points(sim), steps);
    ask_next(sim, d);
}

static void pick(struct sim *sim, void *state, const struct sim_candidate *c, uint32_t n,
                 struct sim_pick *out)
{
    struct delay_state *d = state;

    sim_jitter_pick(sim, &d->stream, c, n, out);
}

static uint32_t choose(struct sim *sim, void *state, enum sim_choice kind, uint32_t n)
{
    struct delay_state *d = state;

    (void)sim;
    return kind == SIM_CHOICE_EVENT_TIE ? (uint32_t)sim_stream_below(&d->stream, n) : 0;
}

/* Half of the delays are as long as allowed, the other half of any order of magnitude: what they
 * must overlap with may be a register read or the whole of another routine. */
static sim_ns length(struct sim *sim, struct delay_state *d)
{
    sim_ns max = sim_explore(sim)->delay_max_ns;

    if (max <= 1 || sim_stream_below(&d->stream, 2))
        return max;
    max >>= sim_stream_below(&d->stream, 12);
    return 1 + (sim_ns)sim_stream_below(&d->stream, (uint64_t)(max > 1 ? max : 1));
}

static sim_ns hold(struct sim *sim, void *state, uint32_t agent, uint64_t ordinal)
{
    struct delay_state *d = state;

    (void)agent;
    (void)ordinal;
    while (d->next < d->delays && d->at[d->next] <= sim_points(sim))
        d->next++;
    ask_next(sim, d);
    return length(sim, d);
}

const struct sim_strategy sim_strategy_delay = {
    .name = "delay",
    .text = "earliest CPU first, with a few delays at random places (Emmi et al. 2011)",
    .begin = begin,
    .choose = choose,
    .hold = hold,
    .length = true,
};

const struct sim_strategy sim_strategy_stall = {
    .name = "stall",
    .text = "earliest CPU first, with seeded jitter and a few delays at random places",
    .begin = begin,
    .pick = pick,
    .choose = choose,
    .hold = hold,
    .length = true,
    .sorted = true,
};
