/* sim/engine/watch_private.h - private to sim/engine: who looks at every access, and from which
 * context it comes.
 *
 * Coverage and the learning of shared memory keep a word for every granule (8 bytes) that a driver
 * can touch: the page zone, the module's own data, and the stacks (of others; an access to one's
 * own is no point). The words lie in one table at a fixed address, found by a shift and an
 * addition. A word holds the number of the run it was written in, so the table is never cleared
 * between runs.
 */
#ifndef SIM_ENGINE_WATCH_PRIVATE_H
#define SIM_ENGINE_WATCH_PRIVATE_H

#include "sim/engine/race_private.h"

#define SIM__TABLE_BASE ((uintptr_t)0x2A0000000000)
#define SIM__MODULE_BYTES \
    ((size_t)64 << 20) /* most of a module that has granules; 26 bits of offset */
#define SIM__STACKS_BYTES ((SIM_STACK_BYTES + SIM_PAGE_SIZE) * SIM_STACKS_MAX)
#define SIM__MODULE_GRANULE (SIM_PAGES_BYTES >> SIM_SHADOW_SHIFT)
#define SIM__STACKS_GRANULE (SIM__MODULE_GRANULE + (SIM__MODULE_BYTES >> SIM_SHADOW_SHIFT))
#define SIM__GRANULES (SIM__STACKS_GRANULE + (SIM__STACKS_BYTES >> SIM_SHADOW_SHIFT))
#define SIM__GRANULE_NONE SIZE_MAX

/* A word of the table:
 *   63..48 run   47..43 callback   42..37 agent   36..33 depth   32 writes   31..0 the user's
 * hot.context holds the upper 31 bits of whoever runs. */
#define SIM__RUN_SHIFT 48
#define SIM__RUN_LAST 0xFFFFu
#define SIM__CONTEXT_SHIFT 33
#define SIM__CONTEXT_MASK ((uint64_t)0x7FFF << SIM__CONTEXT_SHIFT)
#define SIM__CALLBACK_SHIFT 43
#define SIM__WRITES ((uint64_t)1 << 32)

struct sim__watched {
    uintptr_t module; /* where it is loaded; granules and offsets count from here */
    uint64_t run;     /* of the present one, shifted; never 0 */
    bool mapped;
};
extern struct sim__watched sim__watched;

/* Maps the table if it is not; a fresh run number. Returns 0, or a negative errno. */
int sim__watched_begin(void);
void sim__watched_free(void);

static inline uint64_t *sim__word(size_t granule)
{
    return (uint64_t *)SIM__TABLE_BASE + granule;
}

/* Outside of the page zone. */
static inline size_t sim__granule_elsewhere(uintptr_t addr)
{
    if (addr - sim__watched.module < SIM__MODULE_BYTES)
        return SIM__MODULE_GRANULE + ((addr - sim__watched.module) >> SIM_SHADOW_SHIFT);
    if (addr - SIM_STACKS_BASE < SIM__STACKS_BYTES)
        return SIM__STACKS_GRANULE + ((addr - SIM_STACKS_BASE) >> SIM_SHADOW_SHIFT);
    return SIM__GRANULE_NONE;
}

static inline size_t sim__granule(uintptr_t addr)
{
    return SIM_LIKELY(sim_world_in_pages(addr)) ? (addr - SIM_PAGES_BASE) >> SIM_SHADOW_SHIFT
                                                : sim__granule_elsewhere(addr);
}

/* Two accesses to one granule, one after the other, that may be a pair: other contexts, and at
 * least one writes. Whether they belong to one run is left to sim__coverage_conflict(). */
static inline bool sim__conflict(uint64_t before, uint64_t now)
{
    return (before ^ now) & SIM__CONTEXT_MASK && (before | now) & SIM__WRITES;
}
void sim__coverage_conflict(uint64_t before, uint64_t now);

/* The present agent's context has changed, or who the agent is. */
static inline void sim__context_update(struct sim *s, const struct sim_agent *a)
{
    s->hot.context = a->context | sim__watched.run;
}

/* One access, made by the present agent at pc: coverage.c, shared.c. */
void sim__coverage_access(uintptr_t addr, size_t bytes, bool write, uintptr_t pc);
void sim__shared_access(uintptr_t addr, size_t bytes, bool write);
/* The access is about to happen: asks the strategy when the count it waits for is reached. */
void sim__shared_before(uintptr_t addr);

#endif
