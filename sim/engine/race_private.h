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

enum { RACE_READ = 0, RACE_WRITE = 1, RACE_ATOMIC = 2 }; /* bits of an access's kind */

/* An access as it is remembered: in one word where all that decides stands, and where it was.
 * word: 63..50 state   49..48 kind   47..40 mask: which of the eight bytes   39..32 context
 * 31..0 segment. 0: none. The upper half is called `what`. */
struct race_cell {
    uint64_t word;
    uint32_t pc; /* where the access returns to in the driver, the lower half */
} __attribute__((packed, aligned(4)));

#define RACE_CONTEXT_SHIFT 32
#define RACE_MASK_SHIFT 40
#define RACE_KIND_SHIFT 48
#define RACE_STATE_SHIFT 50
#define RACE_MASK_BITS ((uint64_t)0xFF << RACE_MASK_SHIFT)
#define RACE_WRITE_BIT ((uint64_t)RACE_WRITE << RACE_KIND_SHIFT)
#define RACE_ATOMIC_BIT ((uint64_t)RACE_ATOMIC << RACE_KIND_SHIFT)
#define RACE_KIND_BITS (RACE_WRITE_BIT | RACE_ATOMIC_BIT)

static inline uint32_t race_context(uint64_t word)
{
    return word >> RACE_CONTEXT_SHIFT & 0xFF;
}

static inline uint32_t race_mask(uint64_t word)
{
    return word >> RACE_MASK_SHIFT & 0xFF;
}

static inline uint32_t race_kind(uint64_t word)
{
    return word >> RACE_KIND_SHIFT & 3;
}

/* Eight bytes of memory: the accesses that can still matter. Most granules never have more than two
 * at a time; these stand in it, the older first, and so it takes half a cache line. */
#define RACE_CELLS 2
struct race_granule {
    uint32_t run;  /* of the run it speaks of: empty in any other */
    uint32_t more; /* up to RACE_CELLS: so many cells; else number of its block, RACE_BLOCK times */
    struct race_cell cell[RACE_CELLS]; /* in use, or zero */
};
#define RACE_BLOCK 4
_Static_assert(sizeof(struct race_granule) == 32, "half a cache line");

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

/* Whoever runs now, as far as every access needs to know. word is 0 when that may have changed
 * since it was last looked up: another agent or an event runs, a context, its state or its segment
 * is another. */
struct race_now {
    uint64_t word; /* as a cell has it: state, context and segment; a plain read of nothing */
    const uint32_t
        *knows; /* the context's clock: the latest segment of each other that ended before */
    uintptr_t
        base; /* the module's, and one: from it, an access that returns to pc is at offset pc */
    uint32_t run;
};
extern struct race_now sim__race_now SIM_INSIDE;

static inline void sim__race_stale(void)
{
    sim__race_now.word = 0;
}

/* Agents change far more often than what they do. So what was looked up is kept for an agent while
 * others run: nobody else ends its context's segment, and whoever changes an agent that does not
 * run calls sim__race_stale_agent(). Empty at the beginning of a run. */
struct race_left {
    uint64_t word;
    const uint32_t *knows;
};
extern struct race_left sim__race_left[SIM_AGENTS_MAX];

static inline void sim__race_leave(uint32_t agent)
{
    sim__race_left[agent] = (struct race_left){sim__race_now.word, sim__race_now.knows};
}

static inline void sim__race_resume(uint32_t agent)
{
    sim__race_now.word = sim__race_left[agent].word;
    sim__race_now.knows = sim__race_left[agent].knows;
}

static inline void sim__race_stale_agent(uint32_t agent)
{
    sim__race_left[agent].word = 0;
}

static inline void sim__race_stale_all(void)
{
    sim__race_stale();
    for (uint32_t i = 0; i < SIM_AGENTS_MAX; i++)
        sim__race_stale_agent(i);
}

/* Looks it up. False: nobody whose accesses are looked at. */
bool sim__race_look_up(void);

/* Granules of the page zone, then those of the module's data, at a fixed address: there only while
 * detection is on. */
#define RACE_GRANULES_BASE ((uintptr_t)0x2C0000000000)
#define RACE_DATA_FIRST (SIM_PAGES_BYTES >> SIM_SHADOW_SHIFT)
#define RACE_DATA_BYTES_MAX ((size_t)16 << 20)
#define RACE_GRANULES (RACE_DATA_FIRST + (RACE_DATA_BYTES_MAX >> SIM_SHADOW_SHIFT))

static inline struct race_granule *race_granule_at(size_t number)
{
    return (struct race_granule *)RACE_GRANULES_BASE + number;
}

/* --- an access -------------------------------------------------------------------------------- */

/* The cell is before what happens now. A context's own are: its clock has its own segment. Nobody's
 * in segment 0 is: nobody's is 0 in every clock. */
static inline bool race_before(uint64_t cell)
{
    return sim__race_now.knows[race_context(cell)] >= (uint32_t)cell;
}

/* The same segment was here, in the same way or more: nothing new. */
static inline bool race_known(uint64_t cell, uint64_t now)
{
    return (uint32_t)cell == (uint32_t)now && !(now & ~cell & RACE_MASK_BITS) &&
           ((cell & RACE_KIND_BITS) == RACE_WRITE_BIT || !((cell ^ now) & RACE_KIND_BITS));
}

/* An access that is before a plain one need not be remembered any more when none of these bits are
 * set in it: bytes that the later one leaves alone, and a write before a read. */
static inline uint64_t race_spared(uint64_t now)
{
    return (~now & RACE_MASK_BITS) | (now & RACE_WRITE_BIT ? 0 : RACE_WRITE_BIT);
}

/* By whoever runs. */
static inline uint64_t race_word_now(uint32_t kind, uint32_t mask)
{
    return sim__race_now.word | (uint64_t)kind << RACE_KIND_SHIFT |
           (uint64_t)mask << RACE_MASK_SHIFT;
}

static inline void race_put(struct race_cell *c, uint64_t word, uint32_t pc)
{
    c->word = word;
    c->pc = pc;
}

/* An access of any kind to a granule. */
SIM_ASIDE void sim__race_granule(size_t number, uint64_t now, uint32_t pc);
/* Any access, wherever it lies: one of the driver's, kind | RACE_ATOMIC of an interlocked operation
 * (a write only when the value changed), or one of the device's. */
SIM_ASIDE void sim__race_access(uintptr_t addr, size_t bytes, uint32_t kind, uintptr_t pc);

/* True when the granule has cells of this run, and no block. */
static inline bool race_granule_plain(const struct race_granule *g)
{
    uint64_t head = (uint64_t)(g->run ^ sim__race_now.run) << 32 | g->more;

    return SIM_LIKELY(head <= RACE_CELLS);
}

/* A plain access, kind being a constant to the compiler. Here is decided what nearly all accesses
 * come to: nothing new, and up to two cells of which the access outdoes one or both, or which it
 * joins. False: nothing was done; everything else, and all that might be a race, is for
 * sim__race_granule(), which decides the same in general. */
static inline __attribute__((always_inline)) bool race_granule_quick(size_t number, uint64_t now,
                                                                     uint32_t pc, uint32_t kind)
{
    struct race_granule *g = race_granule_at(number);
    uint64_t first = g->cell[0].word, second;
    uint64_t spared = (~now & RACE_MASK_BITS) | (kind == RACE_WRITE ? 0 : RACE_WRITE_BIT);
    uint64_t suspect = kind == RACE_WRITE ? ~(uint64_t)0 : RACE_WRITE_BIT;
    bool first_gone, second_gone;

    if (!race_granule_plain(g))
        return false;
    if (race_known(first, now))
        return true;
    first_gone = race_before(first);
    if (!first_gone && first & suspect)
        return false;
    first_gone &= !(first & spared);
    if (g->more < RACE_CELLS) { /* most have a single cell; then the other is zero */
        race_put(&g->cell[!first_gone], now, pc);
        g->more = 2 - first_gone;
        return true;
    }
    second = g->cell[1].word;
    if (race_known(second, now))
        return true;
    second_gone = race_before(second);
    if (!second_gone && second & suspect)
        return false;
    second_gone &= !(second & spared);
    if (!(first_gone | second_gone))
        return false;
    if (first_gone & second_gone) {
        race_put(&g->cell[0], now, pc);
        race_put(&g->cell[1], 0, 0);
        g->more = 1;
        return true;
    }
    if (first_gone)
        race_put(&g->cell[0], second, g->cell[1].pc);
    race_put(&g->cell[1], now, pc);
    return true;
}

/* Of the eight bytes at addr, those of an access that ends within them. */
static inline uint32_t race_mask_of(uintptr_t addr, size_t bytes)
{
    return ((1u << bytes) - 1) << (addr & 7);
}

/* What race.c knows and race_history.c needs: the present context's clock, and others. */
sim_context sim__race_current(void);
void sim__race_clock_acquire(uint32_t clock); /* 0: none */
uint32_t sim__race_clock_new(void);
/* Nobody releases into it or acquires from it any more in this run. 0: none. */
void sim__race_clock_free(uint32_t clock);
/* The present context's knowledge: added to a clock, and its segment ends; or the device's instead
 * of what the clock held. */
void sim__race_clock_release(uint32_t clock);
void sim__race_clock_post(uint32_t clock);

/* The tables of histories, in memory: returns 0, or a negative errno. */
int sim__race_history_create(void);
void sim__race_history_destroy(void);
void sim__race_history_forget(void);

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
