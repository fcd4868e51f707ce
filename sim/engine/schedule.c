/* sim/engine/schedule.c - who acts next.
 *
 * Every agent has a time at which it will act. The earliest is the default; the strategy may pick
 * another among those that would not hold up anyone for longer than the bound. An agent that was
 * passed over acts, when its turn comes, no earlier than the last action of the others (the
 * frontier): it was delayed, as a hypervisor or an SMI would have delayed it. Events come before
 * any action at their time or later.
 *
 * The decision is made on the stack of whoever came to need it; it then switches to the chosen
 * agent's fiber.
 */
#include <setjmp.h>
#include <string.h>

#include "sim/engine/sim_private.h"

/* The engine is entered at least once in so many points, to notice endless loops. */
#define FUEL_MAX 1000000u

/* Shorter delays happen at every switch and tell nothing. */
#define DELAY_TRACED SIM_US

static sigjmp_buf way_out; /* to sim_run(); valid while running */

/* Agents that could act before `before`, earliest first; at most SIM_AGENTS_MAX. */
static uint32_t candidates(const struct sim *s, struct sim_candidate *c, sim_ns before)
{
    uint32_t n = 0, agents = s->agents;

    for (uint32_t i = 0; i < agents; i++) {
        sim_ns at = s->acts_at[i];
        uint32_t j = n;

        if (at >= before)
            continue;
        for (; j > 0 && c[j - 1].clock > at; j--)
            c[j] = c[j - 1];
        c[j] = (struct sim_candidate){.agent = i, .clock = at};
        n++;
    }
    return n;
}

static void run_event(struct sim *s)
{
    uint32_t ties = sim_event_queue_ties(&s->events);
    struct sim_event *event;

    s->agent = NULL;
    event =
        sim_event_queue_pop(&s->events, ties > 1 ? sim_choose(s, SIM_CHOICE_EVENT_TIE, ties) : 0);
    s->now = event->at;
    s->events_run++;
    event->fn(event, event->ctx);
}

/* Candidates beyond the first that may be picked: taking them must not hold up the first for too
 * long. Their clocks become the times at which they would really act. */
static uint32_t eligible(const struct sim *s, struct sim_candidate *c, uint32_t n)
{
    sim_ns latest = c[0].clock + s->config.explore.delay_max_ns;
    uint32_t k = 0;

    for (; k < n && (k == 0 || (c[k].clock > s->frontier ? c[k].clock : s->frontier) <= latest);
         k++)
        if (c[k].clock < s->frontier)
            c[k].clock = s->frontier;
    return k;
}

static sim_ns earlier(sim_ns a, sim_ns b)
{
    return a < b ? a : b;
}

/* Asks the strategy; with one candidate there is nothing to ask. Fills hot.limit and hot.fuel. */
static struct sim_agent *decide(struct sim *s, struct sim_candidate *c, uint32_t n,
                                sim_ns next_event)
{
    sim_ns first = c[0].clock, second = n > 1 ? c[1].clock : SIM_NEVER, bound;
    uint32_t k = eligible(s, c, n);
    struct sim_pick pick = {.index = 0, .until = SIM_NEVER, .points = FUEL_MAX};

    if (n > 1) {
        pick.until = c[1].clock + 1;
        if (k > 1)
            s->strategy->pick(s, s->strategy_state, c, k, &pick);
        SIM_ASSERT(pick.index < k && pick.points >= 1);
    }
    bound = pick.index ? first : second;
    if (bound < SIM_NEVER - s->config.explore.delay_max_ns)
        pick.until = earlier(pick.until, bound + s->config.explore.delay_max_ns + 1);
    s->hot.limit = earlier(earlier(pick.until, next_event), s->time_limit);
    s->hot.fuel = pick.points < FUEL_MAX ? pick.points : FUEL_MAX;
    return s->agent_list[c[pick.index].agent];
}

static void resume(struct sim *s, struct sim_agent *a)
{
    sim_ns at;

    SIM_ASSERT(a != NULL);
    at = s->acts_at[a->number];
    if (at < s->frontier - DELAY_TRACED)
        sim_trace(s, SIM_EV_DELAY, a->number, (uint64_t)(s->frontier - at), 0, 0);
    if (at < s->frontier)
        at = s->frontier;
    s->agent = a;
    s->hot.clock = at;
    s->hot.stack_lo = a->fiber->stack_lo;
    s->hot.stack_bytes = a->fiber->stack_bytes;
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
    go(s, &s->main);
}

/* Nothing is left to do before the time limit. */
static void run_out(struct sim *s, sim_ns next_event)
{
    struct sim_candidate c[SIM_AGENTS_MAX];

    s->stop =
        next_event == SIM_NEVER && !candidates(s, c, SIM_NEVER) ? SIM_STOP_IDLE : SIM_STOP_TIME;
    if (s->stop == SIM_STOP_TIME)
        s->now = s->time_limit - 1;
}

/* Decides who acts next and lets it. Returns when the caller's agent is chosen (or, on the main
 * fiber, when the run is over). */
static void schedule(struct sim *s, const struct sim_agent *self)
{
    struct sim_candidate c[SIM_AGENTS_MAX];

    for (;;) {
        sim_ns next_event = sim_event_queue_next(&s->events);
        uint32_t n;
        struct sim_agent *a;

        if (s->stop != SIM_STOP_NONE) {
            park(s);
            return;
        }
        n = candidates(s, c, earlier(next_event, s->time_limit));
        if (!n && next_event >= s->time_limit) {
            run_out(s, next_event);
            continue;
        }
        if (!n) {
            run_event(s);
            continue;
        }
        a = decide(s, c, n, next_event);
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

static void leave_at(struct sim *s, struct sim_agent *a, sim_ns acted)
{
    a->clock = s->hot.clock;
    s->acts_at[a->number] = s->hot.clock;
    s->now = acted;
    if (s->frontier < acted)
        s->frontier = acted;
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
        s->hot.fuel = FUEL_MAX;
        return;
    }
    leave_at(s, a, s->hot.clock - cost);
    schedule(s, a);
    check_progress(s);
    give_attention(a);
}

void sim_point(struct sim *s, sim_ns ns)
{
    if (!s->agent)
        return;
    s->hot.points++;
    s->hot.clock += ns;
    if (s->hot.clock >= s->hot.limit || --s->hot.fuel == 0)
        sim__point_slow(s, ns);
}

void sim_sleep(struct sim *s, sim_ns deadline)
{
    struct sim_agent *a = s->agent;

    SIM_ASSERT(a);
    if (!a->kicked) {
        leave_at(s, a, s->hot.clock);
        a->sleeping = true;
        if (deadline > a->clock)
            s->acts_at[a->number] = deadline;
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
        sim_ns wake = a->clock > now ? a->clock : now;

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

void sim__escape(struct sim *s, enum sim_stop why)
{
    SIM_ASSERT(s->running);
    s->stop = why;
    s->now = sim_now(s);
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
    s->fiber = &s->main;
    s->agent = NULL;
    s->running = false;
    s->hot.limit = SIM_NEVER;
    s->hot.fuel = FUEL_MAX;
    return s->stop;
}
