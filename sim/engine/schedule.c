/* sim/engine/schedule.c - who acts next.
 *
 * Every agent has a time at which it will act. The earliest is the default; the strategy may pick
 * another among those that would not hold up anyone for longer than the bound. An agent that was
 * passed over acts, when its turn comes, later than the last action of the others (the frontier):
 * it was delayed, as a hypervisor or an SMI would have delayed it. Events come before any action at
 * their time or later.
 *
 * So no two agents act at one time, and who was delayed where and for how long says all about a
 * schedule: when every agent is held up by itself at its point, the default order is that of the
 * run (schedule_record.h). What a run does must not depend on where else its agents were stopped to
 * decide.
 *
 * The decision is made on the stack of whoever came to need it; it then switches to the chosen
 * agent's fiber.
 */
#include <setjmp.h>
#include <string.h>

#include "sim/engine/debug.h"
#include "sim/engine/watch_private.h"

/* The engine is entered at least once in so many points, to notice endless loops. */
#define FUEL_MAX 1000000u

/* Shorter delays happen at every switch and tell nothing. */
#define DELAY_TRACED SIM_US

static sigjmp_buf way_out; /* to sim_run(); valid while running */

/* When an agent that wants to act at `at` really can: after the last action of any other. */
static inline sim_ns possible(const struct sim *s, uint32_t agent, sim_ns at)
{
    return at > s->frontier || agent == s->last ? at : s->frontier + 1;
}

/* Time and number of an agent as one number: the default order. */
#define AGENT_BITS 6
_Static_assert(SIM_AGENTS_MAX <= 1 << AGENT_BITS, "a key holds any agent");

static inline uint64_t key_of(const struct sim *s, uint32_t agent)
{
    return (uint64_t)s->acts_at[agent] << AGENT_BITS | agent;
}

static inline struct sim_candidate candidate_of(uint64_t key)
{
    return (struct sim_candidate){.agent = key & (SIM_AGENTS_MAX - 1),
                                  .clock = (sim_ns)(key >> AGENT_BITS)};
}

/* Who could act before some time, by the keys of when they want to; at most SIM_AGENTS_MAX. */
struct ready {
    uint32_t count;
    uint64_t first, second;            /* the earliest, and the one after it; UINT64_MAX: none */
    uint64_t rest[SIM_AGENTS_MAX + 1]; /* from 1: all but the first, in no order */
};

static inline uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Without branches on who is ready and who is earlier, which nothing could predict: of whoever is
 * not ready the key is the largest, and what is written for him is written over. Where the frontier
 * leaves no room for anybody else, only who acted last is looked at. */
static inline __attribute__((always_inline)) void collect(const struct sim *s, struct ready *r,
                                                          sim_ns before)
{
    uint64_t first = UINT64_MAX, second = UINT64_MAX, end = (uint64_t)before << AGENT_BITS;
    bool all = s->frontier + 1 < before;
    uint32_t n = 0, i = all ? 0 : s->last, stop = all ? s->agents : smaller(i + 1, s->agents);

    for (; i < stop; i++) {
        uint64_t key = key_of(s, i), absent = 0 - (uint64_t)(key >= end), later;

        key |= absent;
        later = larger(key, first);
        first = smaller(key, first);
        second = smaller(later, second);
        r->rest[n] = later;
        n += 1 + (uint32_t)absent;
    }
    r->count = n;
    r->first = first;
    r->second = second;
}

static bool anybody(const struct sim *s)
{
    for (uint32_t i = 0; i < s->agents; i++)
        if (s->acts_at[i] < SIM_NEVER)
            return true;
    return false;
}

static void sort(uint64_t *key, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        uint64_t moved = key[i];
        uint32_t j = i;

        for (; j > 0 && key[j - 1] > moved; j--)
            key[j] = key[j - 1];
        key[j] = moved;
    }
}

static void run_event(struct sim *s)
{
    uint32_t ties = sim_event_queue_ties(&s->events);
    struct sim_event *event;

    s->agent = NULL;
    sim__race_stale();
    event =
        sim_event_queue_pop(&s->events, ties > 1 ? sim_choose(s, SIM_CHOICE_EVENT_TIE, ties) : 0);
    s->now = event->at;
    s->events_run++;
    event->fn(event, event->ctx);
}

/* Who may be picked: taking them must not hold up the first for too long. Their clocks are the
 * times at which they would really act. Returns how many. */
static inline uint32_t eligible(const struct sim *s, struct ready *r, struct sim_candidate *c)
{
    struct sim_candidate first = candidate_of(r->first);
    sim_ns latest = first.clock + s->config.explore.delay_max_ns;
    uint32_t k = 1;

    if (s->strategy->sorted)
        sort(r->rest + 1, r->count - 1);
    c[0].agent = first.agent;
    c[0].clock = possible(s, first.agent, first.clock);
    for (uint32_t i = 1; i < r->count; i++) {
        struct sim_candidate it = candidate_of(r->rest[i]);

        c[k].agent = it.agent;
        c[k].clock = possible(s, it.agent, it.clock);
        k += c[k].clock <= latest;
    }
    return k;
}

static inline sim_ns earlier(sim_ns a, sim_ns b)
{
    return a < b ? a : b;
}

/* Points that a may pass before the engine must look: for the strategy, for its holds, for endless
 * loops. */
static uint64_t fuel(const struct sim *s, const struct sim_agent *a, uint64_t wanted)
{
    uint64_t left = smaller(wanted, FUEL_MAX), hang = s->progress_at + s->config.points_max + 1;

    left = smaller(left, hang > s->hot.points ? hang - s->hot.points : 1);
    if (s->strategy->hold) {
        left = smaller(left, s->ask_points > s->hot.points ? s->ask_points - s->hot.points : 1);
        left = smaller(left, a->ask_ordinal > a->ordinal ? a->ask_ordinal - a->ordinal : 1);
    }
    return SIM_UNLIKELY(sim_debug.on) ? sim_debug_fuel(s->hot.points, left) : left;
}

/* Asks the strategy; with one candidate there is nothing to ask. Fills hot.limit and hot.ask. */
static inline struct sim_agent *decide(struct sim *s, struct ready *r, sim_ns next_event)
{
    struct sim_pick pick = {.index = 0, .until = SIM_NEVER, .points = FUEL_MAX};
    struct sim_candidate first = candidate_of(r->first), c[SIM_AGENTS_MAX];
    struct sim_agent *a = s->agent_list[first.agent];

    if (r->count > 1) {
        struct sim_candidate second = candidate_of(r->second);

        pick.until = second.clock + (first.agent < second.agent);
        if (s->strategy->pick) {
            uint32_t k = eligible(s, r, c);
            sim_ns bound;

            if (k > 1)
                s->strategy->pick(s, s->strategy_state, c, k, &pick);
            SIM_ASSERT(pick.index < k && pick.points >= 1);
            a = s->agent_list[c[pick.index].agent];
            bound = pick.index ? first.clock : second.clock;
            pick.until = earlier(pick.until, bound + s->config.explore.delay_max_ns + 1);
        }
    }
    s->hot.limit = earlier(earlier(pick.until, next_event), s->time_limit);
    s->hot.ask = s->hot.points + fuel(s, a, pick.points);
    return a;
}

/* ns: how much later the agent acts than it would have by itself. */
static void note_delay(struct sim *s, const struct sim_agent *a, sim_ns ns)
{
    sim__record_delay(a->number, a->ordinal, ns);
    if (ns > DELAY_TRACED)
        sim_trace(s, SIM_EV_DELAY, a->number, (uint64_t)ns, 0, 0);
}

/* Another agent than the one that ran last, or events did. */
static void become(struct sim *s, struct sim_agent *a)
{
    s->agent = a;
    sim__context_update(s, a);
    sim__race_resume(a->number);
    s->hot.stack_lo = a->fiber->stack_lo;
    s->hot.stack_bytes = a->fiber->stack_bytes;
}

static void resume(struct sim *s, struct sim_agent *a)
{
    sim_ns wanted, at, delay;

    SIM_ASSERT(a != NULL);
    wanted = s->acts_at[a->number];
    at = possible(s, a->number, wanted);
    delay = at - wanted + a->held;

    s->hot.clock = at;
    if (s->agent != a)
        become(s, a);
    s->resumed_at = s->hot.points;
    if (delay)
        note_delay(s, a, delay);
}

static void go(struct sim *s, struct sim_fiber *to)
{
    struct sim_fiber *from = s->fiber;

    if (from == to)
        return;
    s->fiber = to;
    sim_fiber_switch(from, to);
}

/* Back to sim_run(), in an orderly way: whoever called may be resumed later. */
static void park(struct sim *s)
{
    s->agent = NULL;
    sim__race_stale();
    go(s, &s->main);
}

/* Nothing is left to do before the time limit. */
static void run_out(struct sim *s, sim_ns next_event)
{
    s->stop = next_event == SIM_NEVER && !anybody(s) ? SIM_STOP_IDLE : SIM_STOP_TIME;
    if (s->stop == SIM_STOP_TIME)
        s->now = s->time_limit - 1;
}

/* Decides who acts next and lets it. Returns when the caller's agent is chosen (or, on the main
 * fiber, when the run is over). */
static void schedule(struct sim *s, const struct sim_agent *self)
{
    struct ready ready;

    for (;;) {
        sim_ns next_event = sim_event_queue_next(&s->events);
        struct sim_agent *a;

        if (s->stop != SIM_STOP_NONE) {
            park(s);
            return;
        }
        collect(s, &ready, earlier(next_event, s->time_limit));
        if (!ready.count && next_event >= s->time_limit) {
            run_out(s, next_event);
            continue;
        }
        if (!ready.count) {
            run_event(s);
            continue;
        }
        a = decide(s, &ready, next_event);
        if (a != self) {
            s->switches++;
            sim__trace_switch(s, a->number);
        }
        resume(s, a);
        go(s, a->fiber);
        return;
    }
}

static void give_attention(struct sim_agent *a)
{
    while (a->kicked) {
        a->kicked = false;
        if (a->attention)
            a->attention(a, a->ctx);
    }
}

void sim__hold(struct sim *s, struct sim_agent *a)
{
    a->held = 0;
    if (s->strategy->hold && (a->ordinal >= a->ask_ordinal || s->hot.points >= s->ask_points))
        a->held = s->strategy->hold(s, s->strategy_state, a->number, a->ordinal);
}

/* The agent stops; extra: what it stops at is no point, but counts like one. */
static void leave_at(struct sim *s, struct sim_agent *a, sim_ns acted, uint64_t extra)
{
    a->ordinal += s->hot.points - s->resumed_at + extra;
    if (s->strategy->pending) {
        a->pending = s->hot.pending;
        s->hot.pending.addr = 0;
    }
    sim__hold(s, a);
    a->clock = s->hot.clock;
    s->acts_at[a->number] = s->hot.clock + a->held;
    s->now = acted;
    s->frontier = acted;
    s->last = a->number;
    sim__race_leave(a->number);
}

bool sim_idle(const struct sim *s)
{
    return !anybody(s);
}

static void check_progress(struct sim *s)
{
    if (s->hot.points - s->progress_at <= s->config.points_max)
        return;
    s->progress_at = s->hot.points;
    sim_find(s, SIM_RULE_DRIVER_HANG, 0, "%llu points without any progress",
             (unsigned long long)s->config.points_max);
}

void sim__point_slow(struct sim *s, sim_ns cost)
{
    struct sim_agent *a = s->agent;

    if (!a) {
        s->hot.ask = s->hot.points + FUEL_MAX;
        return;
    }
    if (SIM_UNLIKELY(sim_debug.on))
        sim_debug_point(s);
    check_progress(s);
    leave_at(s, a, s->hot.clock - cost, 0);
    schedule(s, a);
    give_attention(a);
}

void sim_point(struct sim *s, sim_ns ns)
{
    if (!s->agent)
        return;
    if (sim__watch & (SIM__WATCH_LEARN | SIM__WATCH_SHARED))
        sim__shared_point(s);
    s->hot.points++;
    s->hot.clock += ns;
    if (s->hot.clock >= s->hot.limit || s->hot.points >= s->hot.ask)
        sim__point_slow(s, ns);
}

void sim_sleep(struct sim *s, sim_ns deadline)
{
    struct sim_agent *a = s->agent;

    SIM_ASSERT(a);
    if (!a->kicked) {
        leave_at(s, a, s->hot.clock, 1);
        a->sleeping = true;
        if (deadline > a->clock)
            s->acts_at[a->number] = deadline < SIM_NEVER - a->held ? deadline + a->held : SIM_NEVER;
        schedule(s, a);
        a->sleeping = false;
    }
    give_attention(a);
}

void sim_kick(struct sim *s, struct sim_agent *a)
{
    sim_ns now = sim_now(s);

    a->kicked = true;
    if (a->sleeping) {
        sim_ns wake = (a->clock > now ? a->clock : now) + a->held;

        if (wake < s->acts_at[a->number])
            s->acts_at[a->number] = wake;
    }
    s->hot.limit = 0;
}

void sim_agent_switch_fiber(struct sim *s, struct sim_fiber *from, struct sim_fiber *to)
{
    struct sim_agent *a = s->agent;

    SIM_ASSERT(a && a->fiber == from && s->fiber == from);
    a->fiber = to;
    s->hot.stack_lo = to->stack_lo;
    s->hot.stack_bytes = to->stack_bytes;
    go(s, to);
}

/* Who was still held up when the run ended would, by itself, have acted before that. */
static void note_held(const struct sim *s)
{
    for (uint32_t i = 0; i < s->agents; i++) {
        const struct sim_agent *a = s->agent_list[i];
        sim_ns delay = possible(s, i, s->acts_at[i]) - s->acts_at[i] + a->held;

        if (delay)
            sim__record_delay(i, a->ordinal, delay);
    }
}

void sim__escape(struct sim *s, enum sim_stop why)
{
    SIM_ASSERT(s->running);
    s->stop = why;
    s->now = sim_now(s);
    if (s->agent) {
        s->agent->ordinal += s->hot.points - s->resumed_at;
        s->agent->held = 0;
        s->acts_at[s->agent->number] = s->frontier = s->now;
        s->last = s->agent->number;
    }
    s->broken = true;
    if (s->fiber != &s->main)
        sim_fiber_announce_leave(&s->main);
    siglongjmp(way_out, s->fiber != &s->main ? 2 : 1);
}

enum sim_stop sim_run(struct sim *s, sim_ns time_limit)
{
    int left;

    SIM_ASSERT(!s->running && !s->broken && s->strategy);
    s->running = true;
    s->stop = SIM_STOP_NONE;
    s->time_limit = time_limit == SIM_NEVER ? SIM_NEVER : time_limit + 1; /* exclusive */
    left = sigsetjmp(way_out, 0);
    if (!left)
        schedule(s, NULL);
    else if (left == 2)
        sim_fiber_announce_arrive(&s->main);
    note_held(s);
    s->fiber = &s->main;
    s->agent = NULL;
    sim__race_stale();
    s->running = false;
    s->hot.limit = SIM_NEVER;
    s->hot.ask = s->hot.points + FUEL_MAX;
    return s->stop;
}
