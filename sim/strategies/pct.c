/* sim/strategies/pct.c - probabilistic concurrency testing.
 *
 * Burckhardt, Kothari, Musuvathi, Nagarakatte: A Randomized Scheduler with Probabilistic Guarantees
 * of Finding Bugs (ASPLOS 2010). CPUs get random priorities; always the highest one that may act
 * goes on; at d-1 points, drawn uniformly from the expected length of the run, the CPU that acts
 * falls below all others. A bug that needs d ordered steps is found with probability at least 1 /
 * (n k^(d-1)) for n CPUs and k points.
 *
 * With [explore] focus = shared the changes are drawn from the points that matter only: k is
 * smaller, and points between which nothing can be told apart get none.
 *
 * Where we differ: time bounds how long a low-priority CPU waits ([explore] delay_max), so a
 * polling CPU cannot starve the one it waits for, and the guarantee holds for preemptions shorter
 * than that bound.
 */
#include "sim/engine/shared.h"
#include "sim/engine/sim.h"

#define DEPTH_MAX 16

struct pct_state {
    struct sim_stream stream;
    uint32_t priority[SIM_AGENTS_MAX]; /* larger goes first; unique */
    uint64_t change[DEPTH_MAX];        /* points at which to change, ascending */
    uint32_t changes, next;
    uint32_t low;  /* next priority below all others */
    bool focused;  /* counts points that matter (shared.h) */
    uint64_t base; /* points passed before the run */
};

static void draw_changes(struct pct_state *p, uint32_t depth, uint64_t steps)
{
    p->changes = depth - 1 < DEPTH_MAX ? depth - 1 : DEPTH_MAX;
    for (uint32_t i = 0; i < p->changes; i++) {
        uint64_t at = 1 + sim_stream_below(&p->stream, steps ? steps : 1);
        uint32_t j = i;

        for (; j > 0 && p->change[j - 1] > at; j--)
            p->change[j] = p->change[j - 1];
        p->change[j] = at;
    }
}

static void begin(struct sim *sim, void *state, uint64_t seed, uint64_t steps)
{
    struct pct_state *p = state;

    _Static_assert(sizeof *p <= SIM_STRATEGY_STATE_BYTES, "state fits");
    sim_stream_seed(&p->stream, seed, "strategy.pct");
    p->base = sim_points(sim);
    p->low = DEPTH_MAX;
    for (uint32_t i = 0; i < SIM_AGENTS_MAX; i++) {
        uint32_t j = (uint32_t)sim_stream_below(&p->stream, i + 1);

        p->priority[i] = p->priority[j];
        p->priority[j] = DEPTH_MAX + 1 + i;
    }
    p->focused = sim_explore(sim)->focus == SIM_FOCUS_SHARED && sim_shared_steps();
    draw_changes(p, sim_explore(sim)->pct_depth, p->focused ? sim_shared_steps() : steps);
    if (p->focused && p->changes)
        sim_shared_ask(sim, p->change[0]);
}

static uint32_t highest(const struct pct_state *p, const struct sim_candidate *c, uint32_t n)
{
    uint32_t best = 0;

    for (uint32_t i = 1; i < n; i++)
        if (p->priority[c[i].agent] > p->priority[c[best].agent])
            best = i;
    return best;
}

static void pick(struct sim *sim, void *state, const struct sim_candidate *c, uint32_t n,
                 struct sim_pick *out)
{
    struct pct_state *p = state;
    uint64_t passed = p->focused ? sim_shared_points(sim) : sim_points(sim) - p->base;

    out->index = highest(p, c, n);
    while (p->next < p->changes && p->change[p->next] <= passed) {
        p->priority[c[out->index].agent] = p->low--;
        p->next++;
        out->index = highest(p, c, n);
    }
    out->until = SIM_NEVER;
    out->points = UINT64_MAX;
    if (p->next < p->changes && p->focused)
        sim_shared_ask(sim, p->change[p->next]);
    else if (p->next < p->changes)
        out->points = p->change[p->next] - passed;
}

static uint32_t choose(struct sim *sim, void *state, enum sim_choice kind, uint32_t n)
{
    struct pct_state *p = state;

    (void)sim;
    return kind == SIM_CHOICE_EVENT_TIE ? (uint32_t)sim_stream_below(&p->stream, n) : 0;
}

const struct sim_strategy sim_strategy_pct = {
    .name = "pct",
    .text = "random priorities with d-1 random changes (Burckhardt et al. 2010)",
    .begin = begin,
    .pick = pick,
    .choose = choose,
    .length = true,
};
