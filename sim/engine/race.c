/* sim/engine/race.c - contexts, vector clocks, and the history of every eight bytes.
 *
 * Four tables, none of them part of the world: contexts, clocks, granules of the page zone and of
 * the module's data, and blocks that continue a granule's cells. An entry holds the number of the
 * run it was written in and is empty in any other, so a new run costs nothing. Numbers that the
 * models keep (contexts, clocks) are counted in the core zone and restored with it.
 *
 * A granule has a cell for each access that can still matter, kept exactly as long as there are
 * blocks. An access replaces the ordered ones that it covers: whatever races with those later races
 * with it, or is ordered after it. All interlocked operations on a granule release and acquire,
 * whatever order they ask for; one that leaves the value as it was is a read. Fences order their
 * own context only and make no edge.
 *
 * Not looked at: stacks (a CPU's own by nature, others' for simplicity), the port driver's own
 * accesses apart from taking memory back, and device accesses to memory that no CPU may touch.
 */
#include "sim/engine/race.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "sim/engine/module.h"
#include "sim/engine/race_private.h"
#include "sim/engine/witness.h"

#define CLOCKS_MAX ((uint32_t)1 << 18)
#define CLOCK_SHARED SIM_RACE_CONTEXTS_MAX /* stands for all that there is no room for */
#define BLOCKS_MAX ((size_t)1 << 20)
#define PAGE_GRANULES (SIM_PAGE_SIZE >> SIM_SHADOW_SHIFT)
#define DATA_BYTES_MAX ((size_t)16 << 20)
#define HELD_MAX 16
#define RECENT 8

bool sim__race_on;
struct race_module sim__race_module;
struct race_granule *sim__race_pages;

/* Numbers given out, and who runs: in the core zone. */
struct core {
    uint32_t contexts, clocks;
    sim_context agent[SIM_AGENTS_MAX];
};

/* The first n entries count, the rest is zero: n is a multiple of LANES. */
#define LANES 4
struct clock {
    uint32_t run, n;
    uint32_t at[SIM_RACE_CONTEXTS_MAX];
};

struct context {
    uint32_t run;
    uint32_t ready; /* the run, while segment and state are good for the next access */
    uint32_t segment;
    bool ended;     /* something was released: the next access begins a segment */
    uint8_t level;  /* of the state */
    uint32_t what;  /* number and state, as a cell has them */
    uint64_t doing; /* struct sim_agent's context, of the state */
    uint32_t locks; /* held; more than HELD_MAX are only counted */
    uint16_t held[HELD_MAX];
    struct {
        uint64_t doing, held;
        uint32_t level, what;
    } recent[RECENT]; /* states it was in: looking one up in the table of all takes longer */
};

/* Which granules of a page have a history. */
struct touched {
    uint32_t run, zero;
    uint64_t bits[PAGE_GRANULES / 64];
};

static struct {
    struct core *core;
    uint32_t run, segments, blocks;
    struct clock *clock;
    struct race_granule *data, *block;
    struct touched *touched;
    struct context context[SIM_RACE_CONTEXTS_MAX];
    struct {
        uint64_t key[RACE_STATES_MAX];
        struct race_state state[RACE_STATES_MAX];
    } states;
    uint32_t device; /* nested sim_race_device() */
    bool post;
    uint64_t event; /* events run when the device's clock was last cleared */
} race;

/* --- clocks ----------------------------------------------------------------------------------- */

static struct clock *clock_live(uint32_t number)
{
    struct clock *c = &race.clock[number];

    if (c->run != race.run)
        c->n = 0;
    c->run = race.run;
    return c;
}

static void clock_widen(struct clock *c, uint32_t n)
{
    n = (n + LANES - 1) & ~(LANES - 1u);
    if (c->n >= n)
        return;
    memset(&c->at[c->n], 0, (n - c->n) * sizeof c->at[0]);
    c->n = n;
}

/* Segments stay below 2^31, so that signed lanes, which every processor has, will do. */
typedef int32_t lanes __attribute__((vector_size(LANES * sizeof(int32_t)), aligned(4), may_alias));

static void clock_join(struct clock *to, const struct clock *from)
{
    if (from->run != race.run)
        return;
    clock_widen(to, from->n);
    for (uint32_t i = 0; i < from->n; i += LANES) {
        lanes *a = (lanes *)&to->at[i];
        lanes b = *(const lanes *)&from->at[i], less = *a < b;

        *a = (b & less) | (*a & ~less);
    }
}

static void clock_set(struct clock *to, const struct clock *from)
{
    if (SIM_UNLIKELY(to == &race.clock[CLOCK_SHARED])) {
        clock_join(to, from);
        return;
    }
    to->run = race.run;
    to->n = from->run == race.run ? from->n : 0;
    memcpy(to->at, from->at, to->n * sizeof to->at[0]);
}

static uint32_t clock_new(void)
{
    return race.core->clocks < CLOCKS_MAX ? race.core->clocks++ : CLOCK_SHARED;
}

static struct clock *clock_of(struct sim_sync *sync)
{
    if (!sync->clock)
        sync->clock = clock_new();
    return clock_live(sync->clock);
}

/* --- contexts --------------------------------------------------------------------------------- */

uint32_t sim__race_context(void)
{
    SIM_ASSERT(race.core->contexts < SIM_RACE_CONTEXTS_MAX);
    return race.core->contexts++;
}

static struct clock *knows(sim_context context)
{
    return &race.clock[context];
}

static void context_begin(sim_context number)
{
    struct context *c = &race.context[number];

    memset(c, 0, sizeof *c);
    c->run = race.run;
    c->ended = true;
    clock_widen(clock_live(number), SIM_RACE_CONTEXTS_MAX);
    knows(number)->n = (race.core->contexts + LANES - 1) & ~(LANES - 1u);
}

static struct context *context_of(sim_context number)
{
    if (race.context[number].run != race.run)
        context_begin(number);
    return &race.context[number];
}

static void segment_end(struct context *c)
{
    c->ended = true;
    c->ready = 0;
}

/* The device in an event that says nothing: for nobody. */
static void device_forget(struct sim *s)
{
    race.event = s->events_run;
    segment_end(context_of(SIM_CONTEXT_DEVICE));
    memset(knows(SIM_CONTEXT_DEVICE)->at, 0, knows(SIM_CONTEXT_DEVICE)->n * sizeof(uint32_t));
    knows(SIM_CONTEXT_DEVICE)->at[SIM_CONTEXT_DEVICE] = race.context[SIM_CONTEXT_DEVICE].segment;
}

static sim_context current(struct sim *s)
{
    if (race.device)
        return SIM_CONTEXT_DEVICE;
    if (s->agent)
        return race.core->agent[s->agent->number];
    if (race.event != s->events_run)
        device_forget(s);
    return SIM_CONTEXT_DEVICE;
}

sim_context sim__race_switch(struct sim *s, sim_context context)
{
    sim_context *at = &race.core->agent[s->agent->number], old = *at;

    *at = context;
    return old;
}

static void segment_begin(struct context *c, sim_context number)
{
    c->ended = false;
    c->segment = ++race.segments;
    clock_widen(knows(number), number + 1);
    knows(number)->at[number] = c->segment;
}

/* --- states ----------------------------------------------------------------------------------- */

static struct race_state state_now(const struct sim *s, const struct context *c)
{
    const struct sim_agent *a = s->agent;
    struct race_state state = {.cpu = SIM_CPU_NONE, .callback = SIM_RACE_CALLBACK_NONE};

    if (a && !race.device) {
        state.cpu = (uint8_t)a->number;
        state.level = a->level;
        if (a->driver_depth)
            state.callback = a->callback[a->driver_depth];
    }
    for (uint32_t i = 0; i < c->locks && i < SIM_RACE_LOCKS_MAX; i++)
        state.lock[i] = c->held[i];
    return state;
}

static uint64_t state_key(const struct race_state *state)
{
    uint64_t key =
        (uint64_t)state->cpu << 16 | (uint64_t)state->level << 8 | (state->callback & 0xFFu);

    for (int i = 0; i < SIM_RACE_LOCKS_MAX; i++)
        key = key * 0x9E3779B97F4A7C15u + state->lock[i];
    return key | 1;
}

/* A full table says of further states what it says of state 0: nothing. */
static uint16_t state_number(const struct race_state *state)
{
    uint64_t key = state_key(state);
    uint32_t i = (uint32_t)(key >> 40) % RACE_STATES_MAX, steps = 0;

    for (; race.states.key[i] && race.states.key[i] != key; i = (i + 1) % RACE_STATES_MAX)
        if (++steps == 64)
            return 0;
    if (!race.states.key[i]) {
        race.states.key[i] = key;
        race.states.state[i] = *state;
    }
    return (uint16_t)i;
}

const struct race_state *sim__race_state(uint32_t number)
{
    return &race.states.state[number];
}

/* What reports show of the locks, in one word. */
static uint64_t held_word(const struct context *c)
{
    uint64_t held = 0;

    for (uint32_t i = 0; i < c->locks && i < SIM_RACE_LOCKS_MAX; i++)
        held |= (uint64_t)c->held[i] << 16 * i;
    return held;
}

static void state_refresh(const struct sim *s, struct context *c, sim_context me)
{
    uint64_t doing = s->agent && !race.device ? s->agent->context : 0, held = held_word(c);
    uint32_t level = s->agent && !race.device ? s->agent->level : UINT32_MAX;
    uint32_t i = (uint32_t)(doing >> 40 ^ held ^ held >> 16 ^ level) % RECENT;

    if (c->recent[i].doing != doing || c->recent[i].held != held || c->recent[i].level != level ||
        !c->recent[i].what) {
        struct race_state state = state_now(s, c);

        c->recent[i].doing = doing;
        c->recent[i].held = held;
        c->recent[i].level = level;
        c->recent[i].what = me | (uint32_t)state_number(&state) << RACE_STATE_SHIFT;
    }
    c->level = (uint8_t)level;
    c->doing = doing;
    c->what = c->recent[i].what;
}

/* --- edges ------------------------------------------------------------------------------------ */

static void acquire(sim_context me, uint32_t clock)
{
    if (me && clock) {
        context_of(me);
        clock_join(knows(me), &race.clock[clock]);
    }
}

void sim__race_acquire(struct sim *s, const struct sim_sync *sync)
{
    acquire(current(s), sync->clock);
}

void sim__race_release(struct sim *s, struct sim_sync *sync)
{
    sim_context me = current(s);

    if (!me)
        return;
    segment_end(context_of(me));
    clock_join(clock_of(sync), knows(me));
}

void sim__race_copy(struct sim_sync *to, const struct sim_sync *from)
{
    clock_set(clock_of(to), &race.clock[from->clock]);
}

void sim__race_lock(struct sim *s, struct sim_sync *sync, uint32_t number)
{
    struct context *c = context_of(current(s));

    sim__race_acquire(s, sync);
    if (c->locks < HELD_MAX)
        c->held[c->locks] = (uint16_t)number;
    c->locks++;
    c->ready = 0;
}

/* Who holds a lock knows all that was released into it: nothing to join. */
void sim__race_unlock(struct sim *s, struct sim_sync *sync, uint32_t number)
{
    sim_context me = current(s);
    struct context *c = context_of(me);
    uint32_t i = c->locks < HELD_MAX ? c->locks : HELD_MAX;

    if (me)
        clock_set(clock_of(sync), knows(me));
    segment_end(c);
    while (i > 0 && c->held[i - 1] != number)
        i--;
    for (; i > 0 && i < c->locks && i < HELD_MAX; i++)
        c->held[i - 1] = c->held[i];
    c->locks -= c->locks > 0;
}

/* --- the device ------------------------------------------------------------------------------- */

/* What it knew before is forgotten, and zeroed. */
static void device_knows(const struct clock *what)
{
    struct clock *c = knows(SIM_CONTEXT_DEVICE);

    memset(c->at, 0, c->n * sizeof c->at[0]);
    if (what)
        clock_join(c, what);
}

void sim__race_device(struct sim *s, const struct sim_sync *sync)
{
    struct context *c = context_of(SIM_CONTEXT_DEVICE);

    race.event = s->events_run;
    device_knows(sync ? &race.clock[sync->clock] : NULL);
    race.device++;
    segment_begin(c, SIM_CONTEXT_DEVICE);
}

void sim__race_device_end(void)
{
    SIM_ASSERT(race.device);
    race.device--;
    device_forget(SIM__FIXED);
}

void sim__race_device_seen(struct sim *s)
{
    sim_context me = current(s);

    if (!me || race.context[SIM_CONTEXT_DEVICE].run != race.run)
        return;
    context_of(me);
    clock_widen(knows(me), SIM_CONTEXT_DEVICE + 1);
    knows(me)->at[SIM_CONTEXT_DEVICE] = race.context[SIM_CONTEXT_DEVICE].segment;
}

void sim__race_post(bool on)
{
    race.post = on;
}

/* --- granules --------------------------------------------------------------------------------- */

static struct race_granule *granule_of(uintptr_t addr)
{
    if (SIM_LIKELY(sim_world_in_pages(addr)))
        return &sim__race_pages[(addr - SIM_PAGES_BASE) >> SIM_SHADOW_SHIFT];
    if (addr - sim__race_module.data < sim__race_module.data_bytes)
        return &race.data[(addr - sim__race_module.data) >> SIM_SHADOW_SHIFT];
    return NULL;
}

static void touched_note(uintptr_t addr)
{
    struct touched *t;
    uint32_t bit = (uint32_t)(addr & (SIM_PAGE_SIZE - 1)) >> SIM_SHADOW_SHIFT;

    if (!sim_world_in_pages(addr))
        return;
    t = &race.touched[sim_world_page_index(addr)];
    if (t->run != race.run) {
        memset(t, 0, sizeof *t);
        t->run = race.run;
    }
    t->bits[bit / 64] |= UINT64_C(1) << bit % 64;
}

static void granule_begin(struct race_granule *g, uintptr_t addr)
{
    memset(g, 0, offsetof(struct race_granule, cell));
    g->run = race.run;
    touched_note(addr);
}

static struct race_granule *block_of(uint32_t number)
{
    return &race.block[number];
}

/* When there is none left, the granule forgets: races may go unseen from there. */
static struct race_granule *block_new(struct race_granule *after)
{
    struct race_granule *block;

    if (race.blocks == BLOCKS_MAX) {
        after->used = 0;
        return after;
    }
    after->next = race.blocks++;
    block = block_of(after->next);
    memset(block, 0, offsetof(struct race_granule, cell));
    return block;
}

/* A context's own clock is zero where it is not in use. */
static inline bool ordered(const struct race_cell *before, sim_context me)
{
    uint32_t other = race_context(before->what);

    return other == me || knows(me)->at[other] >= before->segment;
}

static bool conflict(uint32_t a, uint32_t b)
{
    return ((a | b) & RACE_WRITE) && !(a & b & RACE_ATOMIC);
}

/* now covers an ordered access to some of its bytes: nobody needs to remember that one any more. */
static bool replaces(uint32_t now, uint32_t before)
{
    return now & RACE_WRITE || now == before || (now == RACE_READ && !(before & RACE_WRITE));
}

/* The same segment was here, in the same way or more: nothing new. */
static inline bool known(const struct race_granule *g, uint32_t segment, uint32_t mask,
                         uint32_t kind)
{
    for (uint32_t i = 0; i < g->used; i++) {
        const struct race_cell *c = &g->cell[i];

        if (c->segment == segment && !(mask & ~race_mask(c->what)) &&
            (race_kind(c->what) == kind || race_kind(c->what) == RACE_WRITE))
            return true;
    }
    return false;
}

static __attribute__((noinline, cold)) void
found(struct sim *s, struct race_cell now, struct race_cell before, uintptr_t addr, bool hand_back)
{
    sim__race_found(s, &(struct race_pair){now, before, addr, hand_back});
}

/* Compares now with a cell. True when nobody needs to remember the cell any more. */
static inline bool outdone(struct sim *s, const struct race_cell *c, struct race_cell now,
                           uintptr_t addr, bool hand_back)
{
    uint32_t kind = race_kind(now.what), mask = race_mask(now.what);

    if (!(race_mask(c->what) & mask))
        return !race_mask(c->what);
    if (ordered(c, race_context(now.what)))
        return !(race_mask(c->what) & ~mask) && replaces(kind, race_kind(c->what));
    if (conflict(kind, race_kind(c->what)))
        found(s, now, *c, addr, hand_back);
    return false;
}

/* The granule and the blocks behind it: outdone cells are emptied, the first empty one is taken. */
static __attribute__((noinline)) void blocks_access(struct sim *s, struct race_granule *g,
                                                    uintptr_t addr, struct race_cell now,
                                                    bool hand_back)
{
    struct race_cell *room = NULL;

    for (;; g = block_of(g->next)) {
        for (uint32_t i = 0; i < g->used; i++) {
            if (outdone(s, &g->cell[i], now, addr, hand_back))
                g->cell[i].what = 0;
            if (!race_mask(g->cell[i].what) && !room)
                room = &g->cell[i];
        }
        if (!g->next)
            break;
    }
    if (!room && g->used == RACE_CELLS)
        g = block_new(g);
    if (!room)
        room = &g->cell[g->used++];
    *room = now;
}

/* The usual case, a granule by itself: what stays moves together. */
static void granule_access(struct sim *s, struct race_granule *g, uintptr_t addr,
                           struct race_cell now, bool hand_back)
{
    uint32_t n = 0;

    if (SIM_UNLIKELY(g->next)) {
        blocks_access(s, g, addr, now, hand_back);
        return;
    }
    for (uint32_t i = 0; i < g->used; i++)
        if (!outdone(s, &g->cell[i], now, addr, hand_back)) {
            if (n != i)
                g->cell[n] = g->cell[i];
            n++;
        }
    g->used = (uint8_t)n;
    if (SIM_UNLIKELY(n == RACE_CELLS)) {
        g = block_new(g);
        n = 0;
    }
    g->cell[n] = now;
    g->used = (uint8_t)(n + 1);
}

static uint32_t granule_sync(struct race_granule *g)
{
    if (!g->sync)
        g->sync = clock_new();
    return g->sync;
}

static void granule_acquire(struct race_granule *g, sim_context me, uint32_t kind)
{
    if (g->posted || kind & RACE_ATOMIC)
        acquire(me, g->sync);
}

static void granule_release(struct race_granule *g, sim_context me)
{
    clock_join(clock_live(granule_sync(g)), knows(me));
    segment_end(&race.context[me]);
}

/* --- accesses --------------------------------------------------------------------------------- */

static inline uint32_t mask_of(uintptr_t addr, size_t bytes)
{
    uint32_t first = addr & 7, n = bytes < 8 - first ? (uint32_t)bytes : 8 - first;

    return ((1u << n) - 1) << first;
}

static inline struct race_cell cell_of(const struct context *c, uint32_t kind, uint32_t mask,
                                       uintptr_t pc)
{
    return (struct race_cell){.segment = c->segment,
                              .pc = pc ? (uint32_t)(pc - 1 - sim__race_module.base) : UINT32_MAX,
                              .what = c->what | kind << RACE_KIND_SHIFT | mask << RACE_MASK_SHIFT};
}

static inline bool is_ready(const struct context *c, const struct sim_agent *a)
{
    return c->ready == race.run && c->level == a->level && c->doing == a->context;
}

static inline struct race_cell cell_now(struct sim *s, sim_context me, uint32_t kind, uintptr_t pc)
{
    struct context *c = context_of(me);

    if (c->ended)
        segment_begin(c, me);
    if (!s->agent || !is_ready(c, s->agent))
        state_refresh(s, c, me);
    c->ready = race.run;
    return cell_of(c, kind, 0, pc);
}

static inline void access_one(struct sim *s, struct race_granule *g, uintptr_t addr,
                              const struct race_cell *now)
{
    uint32_t kind = race_kind(now->what), me = race_context(now->what);

    if (g->run != race.run) {
        granule_begin(g, addr);
        g->cell[0] = *now;
        g->used = 1;
    } else {
        if (g->sync)
            granule_acquire(g, me, kind);
        if (!known(g, now->segment, race_mask(now->what), kind))
            granule_access(s, g, addr, *now, false);
    }
    if (kind == (RACE_WRITE | RACE_ATOMIC))
        granule_release(g, me);
}

static __attribute__((noinline)) void access_any(uintptr_t addr, size_t bytes, uint32_t kind,
                                                 uintptr_t pc)
{
    struct sim *s = SIM__FIXED;
    sim_context me = current(s);
    struct race_granule *g = granule_of(addr);
    struct race_cell now;
    uint32_t what;

    if (!me || !g)
        return;
    now = cell_now(s, me, kind, pc);
    what = now.what;
    for (uintptr_t at = addr; at < addr + bytes; at = (at | 7) + 1, g++) {
        now.what = what | mask_of(at, addr + bytes - at) << RACE_MASK_SHIFT;
        access_one(s, g, at & ~(uintptr_t)7, &now);
    }
}

/* Most accesses are to what the same segment has accessed before: those are let go here. */
void sim__race_access(uintptr_t addr, size_t bytes, uint32_t kind, uintptr_t pc)
{
    const struct sim_agent *a = SIM__FIXED->agent;

    if (SIM_LIKELY(a && !race.device && sim_world_in_pages(addr) && (addr & 7) + bytes <= 8)) {
        const struct context *c = &race.context[race.core->agent[a->number]];
        struct race_granule *g = &sim__race_pages[(addr - SIM_PAGES_BASE) >> SIM_SHADOW_SHIFT];
        uint32_t mask = mask_of(addr, bytes);

        if (g->run == race.run && !g->sync && !(kind & RACE_ATOMIC) && is_ready(c, a)) {
            if (!known(g, c->segment, mask, kind))
                granule_access(SIM__FIXED, g, addr & ~(uintptr_t)7, cell_of(c, kind, mask, pc),
                               false);
            return;
        }
    }
    access_any(addr, bytes, kind, pc);
}

/* A message: whoever reads its last granule has seen it. */
static void post(uintptr_t addr, size_t bytes)
{
    uintptr_t last = (addr + bytes - 1) & ~(uintptr_t)7;
    struct race_granule *g = granule_of(last);

    if (g->run != race.run)
        granule_begin(g, last);
    clock_set(clock_live(granule_sync(g)), knows(SIM_CONTEXT_DEVICE));
    g->posted = true;
    segment_end(&race.context[SIM_CONTEXT_DEVICE]);
}

void sim__race_dma(struct sim *s, uintptr_t addr, size_t bytes, bool write)
{
    if (!bytes || !(sim_world_shadow(addr) & SIM_MEM_CPU) || current(s) != SIM_CONTEXT_DEVICE)
        return;
    if (race.post)
        post(addr, bytes);
    else
        sim__race_access(addr, bytes, write ? RACE_WRITE : RACE_READ, 0);
    if (sim__watch & SIM__WATCH_WITNESS)
        sim__witness_access(addr, bytes, write, 0);
}

/* --- giving back ------------------------------------------------------------------------------ */

static void hand_back_one(struct sim *s, uintptr_t addr, struct race_cell *now)
{
    struct race_granule *g = granule_of(addr);

    if (g->run != race.run)
        return;
    granule_access(s, g, addr, *now, true);
    g->run = 0;
}

/* The 64 marks that the granule's is among; NULL when the page has none in this run. */
static uint64_t *touched_word(uintptr_t addr)
{
    struct touched *t = &race.touched[sim_world_page_index(addr)];

    return t->run == race.run ? &t->bits[(addr & (SIM_PAGE_SIZE - 1)) >> SIM_SHADOW_SHIFT >> 6]
                              : NULL;
}

/* Of those, the granules from addr to end. */
static uint64_t bits_of(uintptr_t addr, uintptr_t end)
{
    uint64_t first = addr >> SIM_SHADOW_SHIFT & 63, n = (end - addr + 7) >> SIM_SHADOW_SHIFT;

    return (n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1) << first;
}

void sim__race_hand_back(struct sim *s, uintptr_t addr, size_t bytes)
{
    sim_context me = current(s);
    uintptr_t end = addr + bytes;
    struct race_cell now;

    if (!me || !bytes)
        return;
    now = cell_now(s, me, RACE_WRITE, 0);
    now.what |= 0xFFu << RACE_MASK_SHIFT;
    for (uintptr_t at = addr & ~(uintptr_t)7; at < end; at = (at | (64 * 8 - 1)) + 1) {
        uint64_t *touched = touched_word(at);
        uint64_t bits = touched ? *touched & bits_of(at, end) : 0;

        for (; bits; bits &= bits - 1) {
            *touched &= ~(bits & -bits);
            hand_back_one(s, (at & ~(uintptr_t)(64 * 8 - 1)) + 8 * (uintptr_t)__builtin_ctzll(bits),
                          &now);
        }
    }
}

/* --- life ------------------------------------------------------------------------------------- */

static void *table(size_t bytes)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

static const struct {
    void **at;
    size_t bytes;
} tables[] = {
    {(void **)&race.clock, CLOCKS_MAX * sizeof(struct clock)},
    {(void **)&sim__race_pages,
     (SIM_PAGES_BYTES >> SIM_SHADOW_SHIFT) * sizeof(struct race_granule)},
    {(void **)&race.data, (DATA_BYTES_MAX >> SIM_SHADOW_SHIFT) * sizeof(struct race_granule)},
    {(void **)&race.block, BLOCKS_MAX * sizeof(struct race_granule)},
    {(void **)&race.touched, SIM_PAGES_MAX * sizeof(struct touched)},
};
#define TABLES (sizeof tables / sizeof tables[0])

/* Called when the world is restored: a run knows nothing of the one before. */
void sim__race_forget(void)
{
    if (!sim__race_on)
        return;
    race.run++;
    race.segments = 0;
    race.blocks = 1;
    race.device = 0;
    race.post = false;
    race.event = UINT64_MAX;
    sim__race_report_begin();
}

int sim_race_enable(struct sim *s, struct sim_module *module)
{
    SIM_ASSERT(!sim__race_on && s == SIM__FIXED);
    for (size_t i = 0; i < TABLES; i++) {
        *tables[i].at = table(tables[i].bytes);
        if (!*tables[i].at) {
            sim__race_disable();
            return -ENOMEM;
        }
    }
    race.core = sim_world_alloc(sizeof *race.core, 64);
    race.core->contexts = SIM_CONTEXT_DEVICE + 1;
    race.core->clocks = CLOCK_SHARED + 1;
    sim__race_module = (struct race_module){.module = module};
    if (module) {
        sim__race_module.base = sim_module_base(module);
        sim__race_module.data = sim_module_data(module, &sim__race_module.data_bytes);
        if (sim__race_module.data_bytes > DATA_BYTES_MAX)
            sim__race_module.data_bytes = DATA_BYTES_MAX; /* what is beyond is not looked at */
    }
    sim__race_on = true;
    sim__watch |= SIM__WATCH_RACE;
    sim__race_forget();
    return 0;
}

void sim__race_disable(void)
{
    sim__race_on = false;
    sim__watch &= ~(uint32_t)SIM__WATCH_RACE;
    for (size_t i = 0; i < TABLES; i++) {
        if (*tables[i].at)
            munmap(*tables[i].at, tables[i].bytes);
        *tables[i].at = NULL;
    }
    memset(&race, 0, sizeof race);
    sim__race_module = (struct race_module){0};
    sim__race_report_end();
}
