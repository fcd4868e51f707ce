/* sim/engine/race.c - contexts, vector clocks and edges. What was accessed is in race_history.c.
 *
 * Two tables, neither of them part of the world: contexts and clocks. An entry holds the number of
 * the run it was written in and is empty in any other, so a new run costs nothing. Numbers that the
 * models keep (contexts, clocks) are counted in the core zone and restored with it.
 *
 * Who runs, in which segment and doing what, is asked at every access and changes far more rarely:
 * it is looked up once and kept in sim__race_now, until something happens that may change it.
 */
#include "sim/engine/race.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "sim/engine/module.h"
#include "sim/engine/race_private.h"

#define CLOCKS_MAX ((uint32_t)1 << 18)
#define CLOCK_LINE 64 /* clocks begin and end with a cache line */
#define CLOCKS_BYTES (CLOCKS_MAX * (SIM_RACE_CONTEXTS_MAX * sizeof(uint32_t) + CLOCK_LINE))
#define CLOCK_SHARED SIM_RACE_CONTEXTS_MAX /* stands for all that there is no room for */
#define SEGMENTS_MAX ((uint32_t)INT32_MAX) /* in a run; compared as signed numbers */
#define HELD_MAX 16
#define RECENT 8

bool sim__race_on;
struct race_module sim__race_module;
struct race_now sim__race_now;
struct race_left sim__race_left[SIM_AGENTS_MAX];

/* Numbers given out, and who runs: in the core zone. */
struct core {
    uint32_t contexts, clocks;
    sim_context agent[SIM_AGENTS_MAX];
};

/* The first n entries count, the rest is zero: n is a multiple of LANES. */
#define LANES 4
struct clock {
    uint32_t run, n;
    uint32_t at[];
};

struct context {
    uint32_t run;
    uint32_t ready; /* the run, while segment and state are good for the next access */
    uint32_t segment;
    bool ended;     /* something was released: the next access begins a segment */
    uint8_t level;  /* of the state */
    uint32_t what;  /* number and state, as a cell has them in its upper half */
    uint64_t doing; /* struct sim_agent's context, of the state */
    uint32_t locks; /* held; more than HELD_MAX are only counted */
    uint16_t held[HELD_MAX];
    struct {
        uint64_t doing, held;
        uint32_t level, what;
    } recent[RECENT]; /* states it was in: looking one up in the table of all takes longer */
};

static struct {
    struct core *core;
    uint32_t run, segments;
    uint8_t *clocks;
    size_t clock_bytes;   /* of each: with entries for all contexts that there ever were */
    uint32_t clocks_most; /* ever given out, in any run */
    uint32_t free;        /* a clock that was given back in this run, and so on; 0: none */
    struct context context[SIM_RACE_CONTEXTS_MAX];
    struct {
        uint64_t key[RACE_STATES_MAX];
        struct race_state state[RACE_STATES_MAX];
    } states;
    uint32_t device; /* nested sim_race_device() */
    uint64_t event;  /* events run when the device's clock was last cleared */
} race;

/* --- clocks ----------------------------------------------------------------------------------- */

static inline struct clock *clock_at(uint32_t number)
{
    return (struct clock *)(race.clocks + number * race.clock_bytes);
}

static inline struct clock *clock_live(uint32_t number)
{
    struct clock *c = clock_at(number);

    if (c->run != race.run)
        c->n = 0;
    c->run = race.run;
    return c;
}

/* Segments stay below 2^31, so that signed lanes, which every processor has, will do. */
typedef int32_t lanes __attribute__((vector_size(LANES * sizeof(int32_t)), aligned(4), may_alias));

static inline void clock_widen(struct clock *c, uint32_t n)
{
    for (; c->n < n; c->n += LANES)
        *(lanes *)&c->at[c->n] = (lanes){0};
}

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
    if (SIM_UNLIKELY(to == clock_at(CLOCK_SHARED))) {
        clock_join(to, from);
        return;
    }
    to->run = race.run;
    to->n = from->run == race.run ? from->n : 0;
    for (uint32_t i = 0; i < to->n; i += LANES)
        *(lanes *)&to->at[i] = *(const lanes *)&from->at[i];
}

static inline uint32_t round_up(uint32_t n)
{
    return (n + LANES - 1) & ~(LANES - 1u);
}

/* Makes room for a number of contexts in every clock, also in those of earlier runs alone: the next
 * to get such a one asks it for its run. Small clocks stay in the cache. */
static void clocks_grow(uint32_t contexts)
{
    size_t old = race.clock_bytes, bytes;

    bytes = sizeof(struct clock) + round_up(contexts) * sizeof(uint32_t);
    bytes = (bytes + CLOCK_LINE - 1) & ~(size_t)(CLOCK_LINE - 1);
    if (bytes <= old)
        return;
    race.clock_bytes = bytes;
    for (uint32_t i = race.clocks_most; i-- > 0;) {
        memmove(clock_at(i), race.clocks + i * old, old);
        memset((uint8_t *)clock_at(i) + old, 0, bytes - old);
    }
    sim__race_stale_all();
}

static uint32_t clock_new(void)
{
    uint32_t number = race.free;

    if (number) {
        race.free = clock_at(number)->at[0];
        clock_at(number)->n = 0;
        return number;
    }
    if (race.core->clocks == CLOCKS_MAX)
        return CLOCK_SHARED;
    number = race.core->clocks++;
    if (race.clocks_most < race.core->clocks)
        race.clocks_most = race.core->clocks;
    return number;
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
    clocks_grow(++race.core->contexts);
    return race.core->contexts - 1;
}

static struct clock *knows(sim_context context)
{
    return clock_at(context);
}

static void context_begin(sim_context number)
{
    struct context *c = &race.context[number];

    memset(c, 0, sizeof *c);
    c->run = race.run;
    c->ended = true;
    memset(clock_live(number)->at, 0, race.clock_bytes - sizeof(struct clock));
    knows(number)->n = round_up(race.core->contexts);
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
    sim__race_stale();
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
    sim__race_stale();
    return old;
}

/* When numbers run out contexts share the last one: from there races may go unseen, and none is
 * told that is not one. */
static void segment_begin(struct context *c, sim_context number)
{
    c->ended = false;
    if (race.segments < SEGMENTS_MAX)
        race.segments++;
    c->segment = race.segments;
    clock_widen(knows(number), number + 1);
    knows(number)->at[number] = c->segment;
    sim__race_stale();
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
        c->recent[i].what = me | (uint32_t)state_number(&state) << (RACE_STATE_SHIFT - 32);
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
        clock_join(knows(me), clock_at(clock));
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
    clock_set(clock_of(to), clock_at(from->clock));
}

void sim__race_lock(struct sim *s, struct sim_sync *sync, uint32_t number)
{
    struct context *c = context_of(current(s));

    sim__race_acquire(s, sync);
    if (c->locks < HELD_MAX)
        c->held[c->locks] = (uint16_t)number;
    c->locks++;
    c->ready = 0;
    sim__race_stale();
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
    device_knows(sync ? clock_at(sync->clock) : NULL);
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

/* --- for the history -------------------------------------------------------------------------- */

static inline bool is_ready(const struct context *c, const struct sim_agent *a)
{
    return c->ready == race.run && c->level == a->level && c->doing == a->context;
}

bool sim__race_look_up(void)
{
    struct sim *s = SIM__FIXED;
    sim_context me = current(s);
    struct context *c;

    if (!me)
        return false;
    c = context_of(me);
    if (c->ended)
        segment_begin(c, me);
    if (!s->agent || !is_ready(c, s->agent))
        state_refresh(s, c, me);
    c->ready = race.run;
    sim__race_now.word = (uint64_t)c->what << 32 | c->segment;
    sim__race_now.knows = knows(me)->at;
    return true;
}

sim_context sim__race_current(void)
{
    return current(SIM__FIXED);
}

uint32_t sim__race_clock_new(void)
{
    return clock_new();
}

void sim__race_clock_free(uint32_t clock)
{
    if (clock == 0 || clock == CLOCK_SHARED)
        return;
    clock_at(clock)->at[0] = race.free;
    race.free = clock;
}

void sim__race_clock_acquire(uint32_t clock)
{
    acquire(current(SIM__FIXED), clock);
}

void sim__race_clock_release(uint32_t clock)
{
    sim_context me = current(SIM__FIXED);

    clock_join(clock_live(clock), knows(me));
    segment_end(context_of(me));
}

void sim__race_clock_post(uint32_t clock)
{
    clock_set(clock_live(clock), knows(SIM_CONTEXT_DEVICE));
    segment_end(context_of(SIM_CONTEXT_DEVICE));
}

/* --- life ------------------------------------------------------------------------------------- */

/* Called when the world is restored: a run knows nothing of the one before. */
void sim__race_forget(void)
{
    if (!sim__race_on)
        return;
    sim__race_now.run = ++race.run;
    sim__race_stale_all();
    race.segments = 0;
    race.free = 0;
    race.device = 0;
    race.event = UINT64_MAX;
    sim__race_history_forget();
    sim__race_report_begin();
}

int sim_race_enable(struct sim *s, struct sim_module *module)
{
    int result;

    SIM_ASSERT(!sim__race_on && s == SIM__FIXED);
    race.clocks = mmap(NULL, CLOCKS_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (race.clocks == MAP_FAILED)
        race.clocks = NULL;
    result = race.clocks ? sim__race_history_create() : -ENOMEM;
    if (result) {
        sim__race_disable();
        return result;
    }
    race.core = sim_world_alloc(sizeof *race.core, 64);
    race.core->contexts = SIM_CONTEXT_DEVICE + 1;
    race.core->clocks = race.clocks_most = CLOCK_SHARED + 1;
    clocks_grow(race.core->contexts);
    sim__race_module = (struct race_module){.module = module};
    if (module) {
        sim__race_module.base = sim_module_base(module);
        sim__race_now.base = sim__race_module.base + 1;
        sim__race_module.data = sim_module_data(module, &sim__race_module.data_bytes);
        if (sim__race_module.data_bytes > RACE_DATA_BYTES_MAX)
            sim__race_module.data_bytes = RACE_DATA_BYTES_MAX; /* what is beyond is not looked at */
    }
    sim__race_on = true;
    sim__watch_set(SIM__WATCH_RACE, 0);
    sim__race_forget();
    return 0;
}

void sim__race_disable(void)
{
    sim__race_on = false;
    sim__watch_set(0, SIM__WATCH_RACE);
    sim__race_history_destroy();
    if (race.clocks)
        munmap(race.clocks, CLOCKS_BYTES);
    memset(&race, 0, sizeof race);
    memset(&sim__race_now, 0, sizeof sim__race_now);
    sim__race_module = (struct race_module){0};
    sim__race_report_end();
}
