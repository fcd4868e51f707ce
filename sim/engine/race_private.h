/* sim/engine/race_private.h - private to sim/engine: what the race detector knows of the present
 * run.
 *
 * A context counts *segments*: the stretches between its releases. Numbers of segments are unique
 * in a run and grow, so a segment's number is the epoch of FastTrack, and a vector clock holds, for
 * each context, the latest segment known to have ended before.
 */
#ifndef SIM_ENGINE_RACE_PRIVATE_H
#define SIM_ENGINE_RACE_PRIVATE_H

#include "sim/engine/race.h"
#include "sim/engine/sim_private.h"

enum {
    RACE_READ = 0,
    RACE_WRITE = 1,
    RACE_ATOMIC = 2,
    RACE_LATER = 4
}; /* bits of an access's kind */

/* An access as a cell remembers it. what, in whole words because it is copied at once after it was
 * made: 31..18 state   17..16 kind   15..8 mask: which of the eight bytes, 0 for an empty
 * cell   7..0 context */
struct race_cell {
    uint32_t segment;
    uint32_t pc; /* of the instruction, from the module's base; all ones: none of the driver's */
    uint32_t what;
};
#define RACE_MASK_SHIFT 8
#define RACE_KIND_SHIFT 16
#define RACE_STATE_SHIFT 18

static inline uint32_t race_context(uint32_t what)
{
    return what & 0xFF;
}

static inline uint32_t race_mask(uint32_t what)
{
    return what >> RACE_MASK_SHIFT & 0xFF;
}

static inline uint32_t race_kind(uint32_t what)
{
    return what >> RACE_KIND_SHIFT & 3;
}

/* Eight bytes of memory; continued in another one when four cells are not enough. */
#define RACE_CELLS 4
struct race_granule {
    uint32_t run;   /* of the run it speaks of */
    uint32_t sync;  /* a clock: of messages of the device or of interlocked operations; 0 none */
    uint32_t next;  /* number of the block that goes on; 0 none */
    uint8_t used;   /* cells */
    uint8_t posted; /* sync is the device's: every access acquires */
    uint16_t zero;
    struct race_cell cell[RACE_CELLS];
};
_Static_assert(sizeof(struct race_granule) == 64, "a granule is a cache line");

/* What a context was doing: CPU, IRQL, callback, locks; one number for each combination ever met.
 */
#define RACE_STATES_MAX 16384
struct race_state {
    uint8_t cpu, level;
    uint16_t callback;
    uint16_t lock[SIM_RACE_LOCKS_MAX];
};

struct race_module {
    struct sim_module *module;
    uintptr_t base, data;
    size_t data_bytes;
};
extern struct race_module sim__race_module;

/* Of the page zone; NULL while detection is off. */
extern struct race_granule *sim__race_pages;

/* Memory is slow: asks for the history of an access that is about to happen. */
static inline void sim__race_expect(uintptr_t addr)
{
    if (sim_world_in_pages(addr))
        __builtin_prefetch(&sim__race_pages[(addr - SIM_PAGES_BASE) >> SIM_SHADOW_SHIFT], 1);
}

/* One access of the driver's, or kind | RACE_ATOMIC of an interlocked operation (a write only when
 * the value changed). pc: where it returns to. */
void sim__race_access(uintptr_t addr, size_t bytes, uint32_t kind, uintptr_t pc);

/* The world was restored: a run begins without knowing of the one before. */
void sim__race_forget(void);
/* The world goes. */
void sim__race_disable(void);

const struct race_state *sim__race_state(uint32_t number);

/* An unordered pair: the present access (which has the cell's form) and one before. */
struct race_pair {
    struct race_cell now, before;
    uintptr_t addr; /* of the granule */
    bool hand_back;
};
void sim__race_found(struct sim *s, const struct race_pair *pair);
/* Forgets what was reported in this run; and the scenario's list. */
void sim__race_report_begin(void);
void sim__race_report_end(void);

#endif
