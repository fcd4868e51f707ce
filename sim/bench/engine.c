/* sim/bench/engine.c - event queue, fibers, points, restoring. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/bench/bench.h"
#include "sim/engine/sim.h"

#define ROUNDS 9

static struct sim *sim;

static void open_world(void)
{
    struct sim_config config;

    if (sim_world_create())
        abort();
    sim_config_defaults(&config);
    config.severity[SIM_RULE_DRIVER_HANG] = SIM_SEVERITY_OFF;
    sim = sim_create(&config);
}

static void close_world(void)
{
    sim_destroy(sim);
    sim_world_destroy();
}

/* --- event queue ------------------------------------------------------------------------------ */

struct queue_bench {
    uint32_t pending;
    struct sim_event *event;
    struct sim_stream stream;
    uint64_t left;
};

/* Each event schedules itself again at a random time and traces, as a device's does. */
static void again(struct sim_event *event, void *ctx)
{
    struct queue_bench *b = ctx;

    if (!b->left--) {
        sim_stop(sim, SIM_STOP_DONE);
        return;
    }
    sim_trace(sim, SIM_EV_TIMER_FIRE, 1, 0, 0, 0);
    sim_event_in(sim, event, (sim_ns)sim_stream_below(&b->stream, 100000), again, b);
}

static double queue_round(void *ctx)
{
    struct queue_bench *b = ctx;
    const uint64_t n = 2000000;
    double start;

    open_world();
    memset(b->event, 0, b->pending * sizeof *b->event);
    sim_stream_seed(&b->stream, 1, "bench");
    sim_begin(sim, 1, &sim_strategy_time, 0);
    b->left = n;
    for (uint32_t i = 0; i < b->pending; i++)
        sim_event_in(sim, &b->event[i], (sim_ns)sim_stream_below(&b->stream, 100000), again, b);
    start = bench_now();
    sim_run(sim, SIM_NEVER);
    start = bench_now() - start;
    close_world();
    return start / (double)n;
}

static void bench_queue(uint32_t pending, const char *name, const char *bar)
{
    struct queue_bench b = {.pending = pending, .event = calloc(pending, sizeof(struct sim_event))};

    if (!b.event)
        abort();
    bench_print(name, bench_median(queue_round, &b, ROUNDS), "ns/event", bar);
    free(b.event);
}

/* --- fibers ----------------------------------------------------------------------------------- */

static struct sim_fiber main_fiber, other_fiber;

static void back(void *ctx)
{
    (void)ctx;
    for (;;)
        sim_fiber_switch(&other_fiber, &main_fiber);
}

static double fiber_round(void *ctx)
{
    const int n = 5000000;
    double start;

    (void)ctx;
    open_world();
    sim_fiber_init(&other_fiber, 0, back, NULL);
    start = bench_now();
    for (int i = 0; i < n; i++)
        sim_fiber_switch(&main_fiber, &other_fiber);
    start = bench_now() - start;
    close_world();
    return start / (2.0 * n);
}

/* --- two fibers that exchange events (M/M/1) -------------------------------------------------- */

struct station {
    struct sim_agent *agent[2];
    struct sim_stream stream;
    uint64_t queue, left;
};

static void arrivals(void *ctx)
{
    struct station *s = ctx;

    while (s->left--) {
        sim_sleep(sim, sim_now(sim) + sim_stream_exponential(&s->stream, 1000));
        if (!s->queue++)
            sim_kick(sim, s->agent[1]);
    }
    sim_stop(sim, SIM_STOP_DONE);
    for (;;)
        sim_sleep(sim, SIM_NEVER);
}

static void service(void *ctx)
{
    struct station *s = ctx;

    for (;;) {
        while (!s->queue)
            sim_sleep(sim, SIM_NEVER);
        sim_sleep(sim, sim_now(sim) + sim_stream_exponential(&s->stream, 900));
        s->queue--;
    }
}

static double station_round(void *ctx)
{
    const uint64_t n = 1000000;
    struct station s = {.left = n};
    double start;

    (void)ctx;
    open_world();
    sim_stream_seed(&s.stream, 1, "station");
    s.agent[0] = sim_agent_create(sim, "arrivals", arrivals, NULL, &s);
    s.agent[1] = sim_agent_create(sim, "service", service, NULL, &s);
    sim_begin(sim, 1, &sim_strategy_time, 0);
    start = bench_now();
    sim_run(sim, SIM_NEVER);
    start = bench_now() - start;
    close_world();
    return 2.0 * (double)n / start * 1e3; /* million events a second */
}

/* --- points ----------------------------------------------------------------------------------- */

/* Under names of our own: gcc has prototypes for the real ones once a sanitizer is on. */
__attribute__((ms_abi)) void announce_read8(void *p) __asm__("__tsan_read8");
__attribute__((ms_abi)) void announce_write8(void *p) __asm__("__tsan_write8");

struct point_bench {
    const struct sim_strategy *strategy;
    uint64_t each; /* reads and writes of each of the three CPUs */
    char *shared;
};

static void toucher(void *ctx)
{
    const struct point_bench *b = ctx;

    for (uint64_t i = 0; i < b->each; i++) {
        announce_read8(b->shared + (i & 63) * 8);
        announce_write8(b->shared + 1024);
    }
    for (;;)
        sim_sleep(sim, SIM_NEVER);
}

static double point_round(void *ctx)
{
    struct point_bench *b = ctx;
    double start;

    open_world();
    b->shared = sim_world_page(sim_world_pages_alloc(1));
    sim_world_shadow_set(b->shared, SIM_PAGE_SIZE, SIM_MEM_CPU);
    for (int i = 0; i < 3; i++)
        sim_agent_create(sim, "CPU", toucher, NULL, b);
    sim_begin(sim, 1, b->strategy, 6 * b->each);
    start = bench_now();
    sim_run(sim, SIM_NEVER);
    start = (bench_now() - start) / (double)sim_points(sim);
    close_world();
    return start;
}

static void bench_points(const struct sim_strategy *strategy)
{
    struct point_bench b = {.strategy = strategy, .each = 500000};
    char name[64];

    snprintf(name, sizeof name, "a point, three CPUs, strategy %s", strategy->name);
    bench_print(name, bench_median(point_round, &b, ROUNDS), "ns", "30");
}

/* --- restoring -------------------------------------------------------------------------------- */

static double restore_round(void *ctx)
{
    uint32_t pages = *(uint32_t *)ctx, first;
    const int n = 2000;
    double spent = 0;

    open_world();
    first = sim_world_pages_alloc(256);
    sim_image(sim);
    for (int i = 0; i < n; i++) {
        double start;

        for (uint32_t p = 0; p < pages; p++) {
            sim_world_touch(sim_world_page(first + p * 3), 1);
            *(char *)sim_world_page(first + p * 3) = 1;
        }
        start = bench_now();
        sim_restore(sim);
        spent += bench_now() - start;
    }
    close_world();
    return spent / n / 1e3;
}

void bench_engine(void)
{
    uint32_t none = 0, some = 64;

    bench_queue(10, "event: pop, trace, push; 10 pending", "30");
    bench_queue(1000, "event: pop, trace, push; 1,000 pending", "60");
    bench_print("fiber switch", bench_median(fiber_round, NULL, ROUNDS), "ns", "7");
    bench_print("two fibers exchanging events", bench_median(station_round, NULL, ROUNDS),
                "M events/s", "20");
    for (const struct sim_strategy *const *s = sim_strategies; *s; s++)
        bench_points(*s);
    bench_print("restore an empty world, nothing written",
                bench_median(restore_round, &none, ROUNDS), "us", "");
    bench_print("restore an empty world, 64 pages written",
                bench_median(restore_round, &some, ROUNDS), "us", "10");
}
