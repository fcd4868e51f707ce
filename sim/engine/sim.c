/* sim/engine/sim.c - creation, agents, events, streams, trace and findings of a simulation. Who
 * acts when is decided in schedule.c.
 */
#include "sim/engine/sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "sim/engine/debug.h"
#include "sim/engine/race_private.h"
#include "sim/engine/watch_private.h"

_Static_assert(SIM_AGENTS_MAX <= 64 && SIM_DRIVER_DEPTH_MAX <= 15, "a context fits its bits");

/* Not part of the world: what is told to the outside, and who listens. */
static struct sim *present;
static struct {
    sim_trace_fn fn;
    void *ctx;
} sink;
static struct {
    uint32_t count;
    struct sim_finding list[SIM_FINDINGS_MAX];
} found;
static uint64_t schedule_seed; /* 0: the run's */
static struct {
    size_t bytes[SIM_FIBERS_MAX];
    unsigned char *copy[SIM_FIBERS_MAX];
} stack_images;

void sim_config_defaults(struct sim_config *config)
{
    memset(config, 0, sizeof *config);
    config->explore.jitter_ns = 200;
    config->explore.delay_max_ns = 20 * SIM_US;
    config->explore.pct_depth = 3;
    config->point_ns = 5;
    config->points_max = 20000000;
    for (int i = 0; i < SIM_RULE_COUNT; i++)
        config->severity[i] = (uint8_t)sim_rule_info[i].severity;
}

struct sim *sim_create(const struct sim_config *config)
{
    struct sim *s = sim_world_alloc(sizeof *s, 64);

    SIM_ASSERT(!present);
    SIM_ASSERT(s == SIM__FIXED);
    SIM_ASSERT(config->point_ns >= 1);
    s->config = *config;
    s->hot.point_ns = config->point_ns;
    s->hot.ask = UINT64_MAX;
    s->hot.limit = SIM_NEVER;
    s->fiber = &s->main;
    s->strategy = &sim_strategy_time;
    sim_event_queue_init(&s->events);
    found.count = 0;
    schedule_seed = 0;
    present = s;
    sim__crash_install();
    return s;
}

void sim_destroy(struct sim *s)
{
    SIM_ASSERT(present == s);
    sim__race_disable();
    present = NULL;
    sink.fn = NULL;
    /* The next world's stacks lie at the same addresses: no marks of these may stay. */
    for (uint32_t i = 0; i < s->fibers; i++)
        sim_fiber_abandon(s->fiber_list[i]);
    for (int i = 0; i < SIM_FIBERS_MAX; i++) {
        free(stack_images.copy[i]);
        stack_images.copy[i] = NULL;
        stack_images.bytes[i] = 0;
    }
}

struct sim *sim_current(void)
{
    return present;
}

/* --- image ------------------------------------------------------------------------------------ */

void sim_image(struct sim *s)
{
    SIM_ASSERT(!s->running && !s->broken);
    for (uint32_t i = 0; i < s->fibers; i++) {
        const struct sim_fiber *f = s->fiber_list[i];
        size_t bytes = sim_fiber_used(f);

        stack_images.copy[i] = realloc(stack_images.copy[i], bytes + 1);
        SIM_ASSERT(stack_images.copy[i]);
        stack_images.bytes[i] = bytes;
        /* Parked frames carry sanitizer marks of their own. */
        sim_fiber_abandon(s->fiber_list[i]);
        memcpy(stack_images.copy[i], f->context, bytes);
    }
    sim_world_image();
}

void sim_restore(struct sim *s)
{
    sim_world_restore();
    sim__race_forget();
    found.count = 0;
    for (uint32_t i = 0; i < s->fibers; i++) {
        sim_fiber_abandon(s->fiber_list[i]);
        memcpy(s->fiber_list[i]->context, stack_images.copy[i], stack_images.bytes[i]);
    }
}

/* --- agents ----------------------------------------------------------------------------------- */

static void context_set(struct sim_agent *a);

void sim_fiber_create(struct sim *s, struct sim_fiber *fiber, sim_fiber_fn fn, void *ctx)
{
    SIM_ASSERT(s->fibers < SIM_FIBERS_MAX);
    sim_fiber_init(fiber, s->fibers, fn, ctx);
    s->fiber_list[s->fibers++] = fiber;
}

struct sim_agent *sim_agent_create(struct sim *s, const char *name, sim_fiber_fn fn,
                                   sim_attention_fn attention, void *ctx)
{
    struct sim_agent *a = sim_world_alloc(sizeof *a, 64);

    SIM_ASSERT(s->agents < SIM_AGENTS_MAX);
    a->sim = s;
    a->name = name;
    a->number = s->agents;
    a->attention = attention;
    a->ctx = ctx;
    a->clock = s->now;
    a->fiber = &a->base;
    a->callback[0] = SIM_CALLBACK_NONE;
    context_set(a);
    sim_fiber_create(s, &a->base, fn, ctx);
    s->acts_at[s->agents] = a->clock;
    s->agent_list[s->agents++] = a;
    return a;
}

uint32_t sim_agent_number(const struct sim_agent *a)
{
    return a->number;
}

sim_ns sim_agent_clock(const struct sim_agent *a)
{
    return a->sim->agent == a ? a->sim->hot.clock : a->clock;
}

/* It does something else now. */
static void stale(const struct sim_agent *a)
{
    if (a->sim->agent == a)
        sim__race_stale();
    sim__race_stale_agent(a->number);
}

void sim_agent_set_level(struct sim_agent *a, uint8_t level)
{
    a->level = level;
    stale(a);
}

struct sim_agent *sim_agent_current(const struct sim *s)
{
    return s->agent;
}

struct sim_fiber *sim_agent_base_fiber(struct sim_agent *a)
{
    return &a->base;
}

sim_ns sim_now(const struct sim *s)
{
    return s->agent ? s->hot.clock : s->now;
}

static void context_set(struct sim_agent *a)
{
    a->context = (uint64_t)a->callback[a->driver_depth] << SIM__CALLBACK_SHIFT |
                 (uint64_t)a->number << (SIM__CONTEXT_SHIFT + 4) |
                 (uint64_t)a->driver_depth << SIM__CONTEXT_SHIFT;
    if (a->sim->agent == a)
        sim__context_update(a->sim, a);
    stale(a);
}

void sim_enter_driver(struct sim *s, uint32_t callback)
{
    struct sim_agent *a = s->agent;

    SIM_ASSERT(callback < SIM_CALLBACK_NONE);
    if (!a)
        return;
    SIM_ASSERT(a->driver_depth < SIM_DRIVER_DEPTH_MAX);
    a->callback[++a->driver_depth] = (uint8_t)callback;
    context_set(a);
}

void sim_leave_driver(struct sim *s)
{
    struct sim_agent *a = s->agent;

    if (!a)
        return;
    SIM_ASSERT(a->driver_depth);
    a->driver_depth--;
    context_set(a);
}

/* --- events ----------------------------------------------------------------------------------- */

void sim_event_at(struct sim *s, struct sim_event *event, sim_ns at, sim_event_fn fn, void *ctx)
{
    sim_ns now = sim_now(s);

    if (at < now)
        at = now;
    sim_event_queue_push(&s->events, event, at, fn, ctx);
    if (at < s->hot.limit)
        s->hot.limit = at;
}

void sim_event_in(struct sim *s, struct sim_event *event, sim_ns ns, sim_event_fn fn, void *ctx)
{
    sim_event_at(s, event, sim_now(s) + ns, fn, ctx);
}

bool sim_event_cancel(struct sim *s, struct sim_event *event)
{
    return sim_event_queue_cancel(&s->events, event);
}

/* --- streams and runs ------------------------------------------------------------------------- */

void sim_stream_register(struct sim *s, struct sim_stream *st, const char *name)
{
    SIM_ASSERT(s->streams < SIM_STREAMS_MAX);
    s->stream_list[s->streams].stream = st;
    s->stream_list[s->streams++].name = name;
    sim_stream_seed(st, s->seed, name);
}

/* Where the image was taken an agent waits to act, or for somebody to wake it. */
static void hold_at_begin(struct sim *s, struct sim_agent *a)
{
    sim_ns *at = &s->acts_at[a->number];

    sim__hold(s, a);
    *at = *at < SIM_NEVER - a->held ? *at + a->held : SIM_NEVER;
}

void sim_set_schedule_seed(struct sim *s, uint64_t seed)
{
    SIM_ASSERT(!s->running);
    schedule_seed = seed;
}

void sim_begin(struct sim *s, uint64_t seed, const struct sim_strategy *strategy, uint64_t steps)
{
    uint64_t schedule = schedule_seed ? schedule_seed : seed;

    SIM_ASSERT(!s->running);
    s->seed = seed;
    s->strategy = strategy = sim_strategy_of_seed(strategy, schedule);
    sim__watch_set(strategy->pending ? SIM__WATCH_PENDING : 0, SIM__WATCH_PENDING);
    s->progress_at = s->hot.points;
    s->hot.matters = 0;
    s->hot.matters_ask = 0;
    for (uint32_t i = 0; i < s->streams; i++)
        sim_stream_seed(s->stream_list[i].stream, seed, s->stream_list[i].name);
    memset(s->strategy_state, 0, sizeof s->strategy_state);
    memset(s->asked, 0, sizeof s->asked);
    s->ask_points = UINT64_MAX;
    for (uint32_t i = 0; i < s->agents; i++) {
        s->agent_list[i]->ordinal = 0;
        s->agent_list[i]->ask_ordinal = UINT64_MAX;
    }
    strategy->begin(s, s->strategy_state, schedule, steps);
    for (uint32_t i = 0; i < s->agents; i++)
        hold_at_begin(s, s->agent_list[i]);
}

void sim_ask_points(struct sim *s, uint64_t points)
{
    s->ask_points = points;
}

void sim_ask_ordinal(struct sim *s, uint32_t agent, uint64_t ordinal)
{
    SIM_ASSERT(agent < s->agents);
    s->agent_list[agent]->ask_ordinal = ordinal;
}

uint32_t sim_agents(const struct sim *s)
{
    return s->agents;
}

uint64_t sim_ordinal(const struct sim *s, uint32_t agent)
{
    SIM_ASSERT(agent < s->agents);
    return s->agent_list[agent]->ordinal;
}

struct sim_access sim_pending(const struct sim *s, uint32_t agent)
{
    SIM_ASSERT(agent < s->agents);
    return s->agent_list[agent]->pending;
}

void sim_stop(struct sim *s, enum sim_stop why)
{
    if (s->stop == SIM_STOP_NONE)
        s->stop = why;
    s->hot.limit = 0;
}

void sim_progress(struct sim *s)
{
    s->progress_at = s->hot.points;
}

uint64_t sim_seed(const struct sim *s)
{
    return s->seed;
}

uint64_t sim_points(const struct sim *s)
{
    return s->hot.points;
}

uint64_t sim_events_run(const struct sim *s)
{
    return s->events_run;
}

uint64_t sim_switches(const struct sim *s)
{
    return s->switches;
}

const struct sim_explore *sim_explore(const struct sim *s)
{
    return &s->config.explore;
}

uint32_t sim_choose(struct sim *s, enum sim_choice kind, uint32_t n)
{
    uint32_t answer;

    SIM_ASSERT(n >= 1);
    if (n == 1)
        return 0;
    answer = s->strategy->choose(s, s->strategy_state, kind, n);
    SIM_ASSERT(answer < n);
    if (answer)
        sim__record_answer(kind, s->asked[kind], answer);
    s->asked[kind]++;
    return answer;
}

/* --- trace ------------------------------------------------------------------------------------ */

static void trace_flush(struct sim *s)
{
    if (s->trace_count)
        s->trace_hash = XXH3_64bits_withSeed(
            s->trace_buffer, s->trace_count * sizeof s->trace_buffer[0], s->trace_hash);
    s->trace_count = 0;
}

/* A subscriber may trace in turn, and the buffer may turn over under it: so it gets a record of its
 * own, which is cheaper written again than copied (a copy would wait for what was just written). */
static __attribute__((noinline)) void tell(struct sim *s, const struct sim_record *r)
{
    uint32_t subscribers = s->subscribers[r->event];

    if (sink.fn)
        sink.fn(s, r, sink.ctx);
    for (uint32_t i = 0; i < subscribers; i++)
        s->subscriber[r->event][i].fn(s, r, s->subscriber[r->event][i].ctx);
}

void sim_trace(struct sim *s, enum sim_event_id event, uint64_t a0, uint64_t a1, uint64_t a2,
               uint64_t a3)
{
    const struct sim_agent *a = s->agent;
    sim_ns at = a ? s->hot.clock : s->now;
    uint8_t cpu = a ? (uint8_t)a->number : SIM_CPU_NONE, level = a ? a->level : 0;

    if (s->trace_count == SIM_TRACE_BUFFER)
        trace_flush(s);
    s->trace_buffer[s->trace_count++] = (struct sim_record){
        .at = at, .event = (uint16_t)event, .cpu = cpu, .level = level, .arg = {a0, a1, a2, a3}};
    if (s->subscribers[event] || sink.fn) {
        struct sim_record r = {.at = at,
                               .event = (uint16_t)event,
                               .cpu = cpu,
                               .level = level,
                               .arg = {a0, a1, a2, a3}};

        tell(s, &r);
    }
}

void sim__trace_switch(struct sim *s, uint32_t to)
{
    uint64_t points = s->hot.points - s->step_last;

    s->step_last = s->hot.points;
    s->switch_hash = (sim__rotl(s->switch_hash, 23) ^ (points << 8 | to)) * 0x9E3779B97F4A7C15ull;
    if (SIM_UNLIKELY(sink.fn != NULL)) {
        struct sim_record r = {
            .at = s->now, .event = SIM_EV_SWITCH, .cpu = SIM_CPU_NONE, .arg = {to, points}};

        sink.fn(s, &r, sink.ctx);
    }
}

void sim__trace_access(struct sim *s, uint64_t offset, bool write)
{
    struct sim_record r = {.at = sim_now(s),
                           .event = SIM_EV_ACCESS,
                           .cpu = s->agent ? (uint8_t)s->agent->number : SIM_CPU_NONE,
                           .level = s->agent ? s->agent->level : 0,
                           .arg = {offset, write}};

    if (sink.fn)
        sink.fn(s, &r, sink.ctx);
}

void sim_trace_subscribe(struct sim *s, enum sim_event_id event, sim_trace_fn fn, void *ctx)
{
    SIM_ASSERT(s->subscribers[event] < SIM_SUBSCRIBERS);
    s->subscriber[event][s->subscribers[event]++] = (struct sim_subscriber){fn, ctx};
}

void sim_trace_set_sink(struct sim *s, sim_trace_fn fn, void *ctx)
{
    (void)s;
    sink.fn = fn;
    sink.ctx = ctx;
}

uint64_t sim_trace_hash(struct sim *s)
{
    trace_flush(s);
    return s->trace_hash ^ s->switch_hash;
}

/* --- findings --------------------------------------------------------------------------------- */

uint32_t sim_findings(const struct sim *s)
{
    (void)s;
    return found.count;
}

const struct sim_finding *sim_finding(const struct sim *s, uint32_t i)
{
    (void)s;
    SIM_ASSERT(i < found.count && i < SIM_FINDINGS_MAX);
    return &found.list[i];
}

enum sim_severity sim_severity(const struct sim *s, enum sim_rule rule)
{
    return (enum sim_severity)s->config.severity[rule];
}

/* A slot to fill in; the last one is used again when there are too many. */
struct sim_finding *sim__finding_new(struct sim *s, enum sim_rule rule, uint64_t subject)
{
    struct sim_finding *f =
        &found.list[found.count < SIM_FINDINGS_MAX ? found.count : SIM_FINDINGS_MAX - 1];

    found.count++;
    memset(f, 0, sizeof *f);
    f->rule = rule;
    f->severity = sim_severity(s, rule);
    f->at = sim_now(s);
    f->cpu = s->agent ? (uint8_t)s->agent->number : SIM_CPU_NONE;
    f->level = s->agent ? s->agent->level : 0;
    if (s->agent && s->agent->driver_depth)
        f->callback = (uint8_t)(s->agent->callback[s->agent->driver_depth] + 1);
    f->points = s->hot.points;
    f->subject = subject;
    return f;
}

__attribute__((format(printf, 6, 0))) static void find(struct sim *s, uintptr_t pc, uintptr_t frame,
                                                       enum sim_rule rule, uint64_t subject,
                                                       const char *format, va_list args)
{
    struct sim_finding *f = sim__finding_new(s, rule, subject);

    vsnprintf(f->text, sizeof f->text, format, args);
    if (s->agent)
        sim__finding_stack(s, f, pc, frame);
    sim_trace(s, SIM_EV_FINDING, rule, subject, 0, 0);
    if (f->severity == SIM_SEVERITY_ERROR)
        sim_debug_found(s, f->text, 0);
    if (f->severity == SIM_SEVERITY_ERROR && s->running)
        sim__escape(s, SIM_STOP_FINDING);
}

void sim_find(struct sim *s, enum sim_rule rule, uint64_t subject, const char *format, ...)
{
    va_list args;

    if (sim_severity(s, rule) == SIM_SEVERITY_OFF)
        return;
    va_start(args, format);
    find(s, 0, (uintptr_t)__builtin_frame_address(0), rule, subject, format, args);
    va_end(args);
}

void sim_find_at(struct sim *s, uintptr_t pc, enum sim_rule rule, uint64_t subject,
                 const char *format, ...)
{
    va_list args;

    if (sim_severity(s, rule) == SIM_SEVERITY_OFF)
        return;
    va_start(args, format);
    find(s, pc, (uintptr_t)__builtin_frame_address(0), rule, subject, format, args);
    va_end(args);
}
