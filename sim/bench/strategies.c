/* sim/bench/strategies.c - strategies on the three-thread model: what a point costs, and how many
 * runs a race takes. */
#include <stdio.h>
#include <stdlib.h>

#include "sim/bench/bench.h"
#include "sim/bench/three_threads.h"
#include "sim/explore/explore.h"

#define SLOTS 16
#define ROUNDS 9
#define RUNS 3000 /* of one round */
#define SEEDS 101
#define RUNS_MAX 2000 /* to find the race; then it counts as not found */

struct cost_bench {
    const struct sim_strategy *strategy;
    uint64_t seed;
};

/* ns for a point, everything included: restoring, starting, running. */
static double cost_round(void *ctx)
{
    struct cost_bench *b = ctx;
    uint64_t points = 0;
    double start = bench_now();

    for (int i = 0; i < RUNS; i++) {
        three_threads_run(b->strategy, ++b->seed);
        points += three_threads_points();
    }
    return (bench_now() - start) / (double)points;
}

static double runs_to_find(void *ctx)
{
    struct cost_bench *b = ctx;

    b->seed += RUNS_MAX;
    for (uint64_t i = 1; i < RUNS_MAX; i++)
        if (three_threads_run(b->strategy, b->seed + i))
            return (double)i;
    return RUNS_MAX;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median_to_find(struct cost_bench *b)
{
    double runs[SEEDS];

    for (int i = 0; i < SEEDS; i++)
        runs[i] = runs_to_find(b);
    qsort(runs, SEEDS, sizeof runs[0], ascending);
    return runs[SEEDS / 2];
}

static void bench_strategy(const struct sim_strategy *strategy)
{
    struct cost_bench b = {.strategy = strategy};
    char name[64];

    three_threads_open(THREE_CLEAN, SLOTS);
    snprintf(name, sizeof name, "three threads, a point, %s", strategy->name);
    bench_print(name, bench_median(cost_round, &b, ROUNDS), "ns", "30");
    three_threads_close();
    three_threads_open(THREE_HARD, SLOTS);
    snprintf(name, sizeof name, "  runs to the hard race, median of %d", SEEDS);
    bench_print(name, median_to_find(&b), "runs", strategy == &sim_strategy_pct ? "100" : "");
    three_threads_close();
}

static bool run(const struct sim_strategy *strategy, void *ctx)
{
    (void)ctx;
    return three_threads_run(strategy, 1);
}

static void bench_explore(enum three_variant variant, const char *name)
{
    struct sim_explore_config config = {.preemptions = 2, .hold_ns = 20 * SIM_US, .reduce = true};
    struct sim_explore_figures figures;
    struct sim_explorer *explorer;
    double start;

    three_threads_open(variant, SLOTS);
    start = bench_now();
    explorer = sim_explore_create(&config, run, NULL);
    while (sim_explore_step(explorer) == SIM_EXPLORE_MORE)
        continue;
    start = bench_now() - start;
    sim_explore_figures(explorer, &figures);
    bench_print(name, (double)figures.schedules, "schedules", "");
    bench_print("  one of them", start / (double)figures.runs / 1e3, "us", "");
    sim_explore_free(explorer);
    three_threads_close();
}

void bench_strategies(void)
{
    for (const struct sim_strategy *const *s = sim_strategies; *s; s++)
        if (*s != &sim_strategy_replay)
            bench_strategy(*s);
    bench_explore(THREE_HARD, "explore 2 delays until the hard race");
    bench_explore(THREE_CLEAN, "explore 2 delays, clean");
}
