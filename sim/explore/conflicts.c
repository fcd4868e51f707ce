/* sim/explore/conflicts.c - a hash table of groups; never walked, so its order decides nothing. */
#include "sim/explore/conflicts.h"

#include <stdlib.h>

#include "sim/engine/module.h"
#include "sim/engine/sim.h"

#define SLOTS_FIRST 4096
#define MODULE_BIT (1ull << 62) /* groups of the driver's own data count from its start */

/* What one agent did last to a group. */
struct touch {
    uint32_t agent;
    sim_ns any, write; /* when; -1: not in this run */
};

struct group {
    uint64_t key; /* 0: free */
    uint64_t run;
    bool shared, found;
    struct touch touch[2]; /* of the last two agents, the last one first */
};

struct sim__conflicts {
    sim_ns near;
    struct sim_module *module;
    uint64_t run;
    struct group *slot;
    uint32_t slots, used;
    uint64_t *shared; /* keys, in the order of finding */
    uint32_t count, room, settled;
};

static void *allocate(size_t count, size_t bytes)
{
    void *p = calloc(count, bytes);

    SIM_ASSERT(p);
    return p;
}

struct sim__conflicts *sim__conflicts_create(sim_ns near, struct sim_module *module)
{
    struct sim__conflicts *c = allocate(1, sizeof *c);

    c->near = near;
    c->module = module;
    c->slots = SLOTS_FIRST;
    c->slot = allocate(c->slots, sizeof *c->slot);
    return c;
}

void sim__conflicts_free(struct sim__conflicts *c)
{
    if (!c)
        return;
    free(c->slot);
    free(c->shared);
    free(c);
}

void sim__conflicts_begin(struct sim__conflicts *c)
{
    c->run++;
}

static uint64_t key_of(const struct sim__conflicts *c, uintptr_t addr)
{
    uint64_t offset;

    if (!sim_world_in_pages(addr) && c->module && sim_module_offset(c->module, addr, &offset))
        return MODULE_BIT | (offset >> SIM_SHADOW_SHIFT);
    return (uint64_t)addr >> SIM_SHADOW_SHIFT;
}

static void span(const struct sim__conflicts *c, uintptr_t addr, size_t bytes, uint64_t *first,
                 uint64_t *last)
{
    size_t into = addr & (SIM_SHADOW_GRAIN - 1);

    *first = key_of(c, addr);
    *last = *first + ((into + (bytes ? bytes - 1 : 0)) >> SIM_SHADOW_SHIFT);
}

/* Its slot, or the free one where it belongs. */
static struct group *look(const struct sim__conflicts *c, uint64_t key)
{
    uint64_t hash = key * 0x9E3779B97F4A7C15ull;
    uint32_t i = (uint32_t)(hash >> 32) & (c->slots - 1);

    while (c->slot[i].key && c->slot[i].key != key)
        i = (i + 1) & (c->slots - 1);
    return &c->slot[i];
}

static void grow(struct sim__conflicts *c)
{
    struct group *old = c->slot;
    uint32_t slots = c->slots;

    c->slots *= 2;
    c->slot = allocate(c->slots, sizeof *c->slot);
    for (uint32_t i = 0; i < slots; i++)
        if (old[i].key)
            *look(c, old[i].key) = old[i];
    free(old);
}

static struct group *group_of(struct sim__conflicts *c, uint64_t key)
{
    struct group *g;

    if (2 * (c->used + 1) > c->slots)
        grow(c);
    g = look(c, key);
    if (!g->key) {
        g->key = key;
        c->used++;
    }
    return g;
}

static void found(struct sim__conflicts *c, struct group *g)
{
    if (g->found)
        return;
    g->found = true;
    if (c->count == c->room) {
        c->room = c->room ? 2 * c->room : 256;
        c->shared = realloc(c->shared, c->room * sizeof *c->shared);
        SIM_ASSERT(c->shared);
    }
    c->shared[c->count++] = g->key;
}

static bool near_enough(const struct sim__conflicts *c, sim_ns then, sim_ns at)
{
    return then >= 0 && at - then <= c->near;
}

static void touch_group(struct sim__conflicts *c, struct group *g, bool write, uint32_t agent,
                        sim_ns at)
{
    struct touch *t = g->touch;

    if (g->run != c->run) {
        g->run = c->run;
        t[0] = t[1] = (struct touch){.agent = agent, .any = -1, .write = -1};
    }
    for (int i = 0; i < 2; i++)
        if (t[i].agent != agent && near_enough(c, write ? t[i].any : t[i].write, at))
            found(c, g);
    if (t[0].agent != agent && t[1].agent == agent) {
        struct touch mine = t[1];

        t[1] = t[0];
        t[0] = mine;
    } else if (t[0].agent != agent) {
        /* A third agent: what the older of the two did is forgotten, so the group counts as shared.
         */
        if (t[1].agent != t[0].agent && near_enough(c, t[1].any, at))
            found(c, g);
        t[1] = t[0];
        t[0] = (struct touch){.agent = agent, .any = -1, .write = -1};
    }
    t[0].any = at;
    if (write)
        t[0].write = at;
}

void sim__conflicts_note(struct sim__conflicts *c, uintptr_t addr, size_t bytes, bool write,
                         uint32_t agent, sim_ns at)
{
    uint64_t first, last;

    span(c, addr, bytes, &first, &last);
    for (uint64_t key = first; key <= last; key++)
        touch_group(c, group_of(c, key), write, agent, at);
}

bool sim__conflicts_shared(const struct sim__conflicts *c, uintptr_t addr, size_t bytes)
{
    uint64_t first, last;

    span(c, addr, bytes, &first, &last);
    for (uint64_t key = first; key <= last; key++)
        if (look(c, key)->shared)
            return true;
    return false;
}

bool sim__conflicts_settle(struct sim__conflicts *c)
{
    bool any = c->settled < c->count;

    for (; c->settled < c->count; c->settled++)
        look(c, c->shared[c->settled])->shared = true;
    return any;
}

uint32_t sim__conflicts_count(const struct sim__conflicts *c)
{
    return c->settled;
}

uint64_t sim__conflicts_get(const struct sim__conflicts *c, uint32_t i)
{
    SIM_ASSERT(i < c->settled);
    return c->shared[i];
}

void sim__conflicts_add(struct sim__conflicts *c, uint64_t group)
{
    if (group)
        found(c, group_of(c, group));
    sim__conflicts_settle(c);
}
