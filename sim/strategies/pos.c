/* sim/strategies/pos.c - partial order sampling.
 *
 * Yuan, Yang, Gu: Partial Order Aware Concurrency Sampling (CAV 2018). Every pending access has a
 * random priority and the highest one that may act does; after it, the priorities of those pending
 * accesses that conflict with it (same memory, one of them writes) are drawn again. So orders of
 * independent accesses, which make no difference, do not take up probability, and short ones of
 * dependent accesses are not starved by long ones.
 *
 * Where we differ: a point that is no access to memory (a routine, a register, a lock) conflicts
 * with every other of its kind; and time bounds how long anybody waits ([explore] delay_max), as
 * with every strategy.
 */
#include "sim/engine/sim.h"

struct pos_state {
    struct sim_stream stream;
    uint64_t priority[SIM_AGENTS_MAX]; /* of its pending access; 0: not drawn */
    uint64_t ordinal[SIM_AGENTS_MAX];  /* the access it was drawn for */
};

static void begin(struct sim *sim, void *state, uint64_t seed, uint64_t steps)
{
    struct pos_state *p = state;

    _Static_assert(sizeof *p <= SIM_STRATEGY_STATE_BYTES, "state fits");
    (void)sim;
    (void)steps;
    sim_stream_seed(&p->stream, seed, "strategy.pos");
}

static bool conflict(struct sim_access a, struct sim_access b)
{
    if (!a.addr || !b.addr)
        return !a.addr && !b.addr;
    return (a.write || b.write) && a.addr < b.addr + b.bytes && b.addr < a.addr + a.bytes;
}

/* A fresh access gets a fresh priority. */
static uint64_t priority(struct sim *sim, struct pos_state *p, uint32_t agent)
{
    uint64_t ordinal = sim_ordinal(sim, agent) + 1;

    if (p->ordinal[agent] != ordinal || !p->priority[agent]) {
        p->ordinal[agent] = ordinal;
        p->priority[agent] = sim_stream_next(&p->stream) | 1;
    }
    return p->priority[agent];
}

static void pick(struct sim *sim, void *state, const struct sim_candidate *c, uint32_t n,
                 struct sim_pick *out)
{
    struct pos_state *p = state;
    struct sim_access done;
    uint64_t best = 0;

    for (uint32_t i = 0; i < n; i++) {
        uint64_t mine = priority(sim, p, c[i].agent);

        if (mine > best) {
            best = mine;
            out->index = i;
        }
    }
    done = sim_pending(sim, c[out->index].agent);
    for (uint32_t i = 0; i < n; i++)
        if (i != out->index && conflict(done, sim_pending(sim, c[i].agent)))
            p->priority[c[i].agent] = 0;
    out->until = SIM_NEVER;
    out->points = 1;
}

static uint32_t choose(struct sim *sim, void *state, enum sim_choice kind, uint32_t n)
{
    struct pos_state *p = state;

    (void)sim;
    return kind == SIM_CHOICE_EVENT_TIE ? (uint32_t)sim_stream_below(&p->stream, n) : 0;
}

const struct sim_strategy sim_strategy_pos = {
    .name = "pos",
    .text = "random order of conflicting accesses (partial order sampling, Yuan et al. 2018)",
    .begin = begin,
    .pick = pick,
    .choose = choose,
    .pending = true,
};
