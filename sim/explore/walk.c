/* sim/explore/walk.c - the strategy behind exploration: the default order, stopped at every point.
 */
#include "sim/explore/walk.h"

#include "sim/engine/sim.h"

/* While learning, every so-many-th stop is a delay. */
#define LEARN_EVERY 64

static struct sim__walk *walk;

static void note_shadow(uintptr_t addr, size_t bytes, uint8_t state)
{
    struct sim_agent *agent = sim_agent_current(sim_current());

    /* What the driver may touch in a request's data always counts as contended: see contended(). */
    if (state >> SIM_MEM_WHY_SHIFT == SIM_WHY_DATA)
        return;
    sim__conflicts_note(walk->conflicts, addr, bytes, true,
                        agent ? sim_agent_number(agent) : SIM_AGENTS_MAX, sim_now(sim_current()));
}

void sim__walk_set(struct sim__walk *to)
{
    walk = to;
    sim_world_watch_shadow(to && to->reduce ? note_shadow : NULL);
}

void sim_explore_close(void)
{
    if (walk)
        walk->closed = true;
}

static void begin(struct sim *sim, void *state, uint64_t seed, uint64_t steps)
{
    (void)state;
    (void)seed;
    (void)steps;
    SIM_ASSERT(walk);
    walk->closed = false;
    walk->placed = 0;
    walk->places = walk->places_all = 0;
    if (walk->reduce)
        sim__conflicts_begin(walk->conflicts);
    if (walk->learn)
        sim_stream_seed(&walk->stream, walk->learn_seed, "explore.learn");
    sim_ask_points(sim, 0);
}

static void pick(struct sim *sim, void *state, const struct sim_candidate *c, uint32_t n,
                 struct sim_pick *out)
{
    (void)sim;
    (void)state;
    (void)c;
    (void)n;
    (void)out;
}

static uint32_t choose(struct sim *sim, void *state, enum sim_choice kind, uint32_t n)
{
    (void)sim;
    (void)state;
    (void)kind;
    (void)n;
    return 0;
}

/* False: nobody else cares when this access happens. */
static bool contended(struct sim_access access)
{
    uint8_t shadow;

    if (!walk->reduce || !access.addr)
        return true;
    if (sim_world_in_pages(access.addr)) {
        shadow = sim_world_shadow(access.addr);
        if (shadow & (SIM_MEM_DEV_READ | SIM_MEM_DEV_WRITE) || !(shadow & SIM_MEM_CPU) ||
            shadow >> SIM_MEM_WHY_SHIFT == SIM_WHY_DATA)
            return true;
    }
    return sim__conflicts_shared(walk->conflicts, access.addr, access.bytes);
}

static bool delay_here(struct sim_access access, sim_ns now)
{
    if (walk->closed || now < walk->from)
        return false;
    if (walk->learn)
        return sim_stream_below(&walk->stream, LEARN_EVERY) == 0;
    walk->places_all++;
    if (!contended(access))
        return false;
    if (walk->places++ != (walk->placed < walk->delays ? walk->place[walk->placed] : UINT64_MAX))
        return false;
    walk->placed++;
    return true;
}

static sim_ns hold(struct sim *sim, void *state, uint32_t agent, uint64_t ordinal)
{
    struct sim_access access = sim_pending(sim, agent);
    sim_ns ns = delay_here(access, sim_now(sim)) ? walk->hold_ns : 0;

    (void)state;
    (void)ordinal;
    if (walk->reduce && access.addr)
        sim__conflicts_note(walk->conflicts, access.addr, access.bytes, access.write, agent,
                            sim_now(sim) + ns);
    return ns;
}

const struct sim_strategy sim__strategy_walk = {
    .name = "explore",
    .text = "the default order with delays at chosen places",
    .begin = begin,
    .pick = pick,
    .choose = choose,
    .hold = hold,
    .pending = true,
};
