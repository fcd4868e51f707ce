/* sim/run/guide.c - dealing neighbours. */
#include "sim/run/guide.h"

#include <stdbool.h>
#include <stdlib.h>

#include "sim/engine/sim_assert.h"

#define BLOCKS_KEPT 4
#define TRIES_EACH 8        /* for each new pair */
#define TRIES_MAX 64        /* of one seed at a time */
#define PRODUCTIVE_MAX 1024 /* seeds that wait for their tries */

struct productive {
    uint64_t seed;
    uint32_t tries;
};

struct sim_guide {
    uint64_t dealt, noted;
    uint64_t load[BLOCKS_KEPT * SIM_GUIDE_BLOCK]; /* by position modulo the size */
    struct productive queue[PRODUCTIVE_MAX];      /* a ring */
    uint32_t first, count;
};

static struct productive *at(struct sim_guide *g, uint32_t i)
{
    return &g->queue[(g->first + i) % PRODUCTIVE_MAX];
}

/* The next seed in turn that has tries left; 0: none. */
static uint64_t neighbour(struct sim_guide *g)
{
    struct productive p;

    if (g->count == 0)
        return 0;
    p = *at(g, 0);
    g->first = (g->first + 1) % PRODUCTIVE_MAX;
    g->count--;
    if (--p.tries > 0)
        *at(g, g->count++) = p;
    return p.seed;
}

static void deal(struct sim_guide *g)
{
    for (uint32_t i = 0; i < SIM_GUIDE_BLOCK; i++, g->dealt++)
        g->load[g->dealt % (BLOCKS_KEPT * SIM_GUIDE_BLOCK)] = i & 1 ? neighbour(g) : 0;
}

struct sim_guide *sim_guide_create(void)
{
    struct sim_guide *g = calloc(1, sizeof(*g));

    SIM_ASSERT(g != NULL);
    deal(g);
    deal(g);
    return g;
}

void sim_guide_free(struct sim_guide *g)
{
    free(g);
}

/* A seed that is in the ring gets more; else it goes last, as long as there is room. */
static void reward(struct sim_guide *g, uint64_t seed, uint32_t tries)
{
    for (uint32_t i = 0; i < g->count; i++) {
        if (at(g, i)->seed == seed) {
            tries += at(g, i)->tries;
            at(g, i)->tries = tries < TRIES_MAX ? tries : TRIES_MAX;
            return;
        }
    }
    if (g->count < PRODUCTIVE_MAX)
        *at(g, g->count++) = (struct productive){.seed = seed, .tries = tries};
}

void sim_guide_note(struct sim_guide *g, uint64_t load_seed, uint32_t new_pairs)
{
    if (new_pairs > 0)
        reward(g, load_seed,
               new_pairs < TRIES_MAX / TRIES_EACH ? new_pairs * TRIES_EACH : TRIES_MAX);
    if (++g->noted % SIM_GUIDE_BLOCK == 0)
        deal(g);
}

uint64_t sim_guide_dealt(const struct sim_guide *g)
{
    return g->dealt;
}

uint64_t sim_guide_load(const struct sim_guide *g, uint64_t position)
{
    SIM_ASSERT(position < g->dealt &&
               position + (uint64_t)BLOCKS_KEPT * SIM_GUIDE_BLOCK >= g->dealt);
    return g->load[position % (BLOCKS_KEPT * SIM_GUIDE_BLOCK)];
}
