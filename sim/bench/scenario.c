/* sim/bench/scenario.c - whole runs of a scenario in one process: seeds, I/Os, points and events a
 * second. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "sim/bench/bench.h"
#include "sim/engine/coverage.h"
#include "sim/engine/shared.h"
#include "sim/run/session.h"

#define SECONDS_EACH 2.0
#define COVERAGE_SEEDS 200
#define COVERAGE_ROUNDS 5

struct totals {
    uint64_t seeds, points, events, switches, failed;
    int64_t ios;
    double ns;
};

static void run_for_a_while(struct sim_session *session, struct totals *t)
{
    struct sim_result *r = calloc(1, sizeof *r);
    double start = bench_now();

    if (!r)
        abort();
    do {
        sim_session_run(session, ++t->seeds, r);
        t->points += r->points;
        t->events += r->events;
        t->switches += r->switches;
        t->failed += r->errors != 0;
        t->ios += r->figure[SIM_FIG_IOS] > 0 ? r->figure[SIM_FIG_IOS] : 0;
    } while (bench_now() - start < SECONDS_EACH * 1e9);
    t->ns = bench_now() - start;
    free(r);
}

static double restore_cost(struct sim_session *session)
{
    struct sim_result *r = calloc(1, sizeof *r);
    double start, spent = 0;

    if (!r)
        abort();
    for (uint64_t seed = 1; seed <= 50; seed++) {
        sim_session_run(session, seed, r);
        start = bench_now();
        sim_restore(sim_current());
        spent += bench_now() - start;
    }
    free(r);
    return spent / 50 / 1e3;
}

/* Seeds run twice, with and without: whatever else the machine does meanwhile concerns both. The
 * lower of several rounds, in per cent; *pairs: of the last run. */
static double coverage_cost(struct sim_session *session, double *pairs)
{
    struct sim_result *r = calloc(1, sizeof *r);
    double best = 1e9;
    const sim_pair *list;

    if (!r)
        abort();
    for (int round = 0; round < COVERAGE_ROUNDS; round++) {
        double spent[2] = {0, 0}, start;

        for (uint64_t run = 0; run < 2 * COVERAGE_SEEDS; run++) {
            start = bench_now();
            if (run & 1 && sim_coverage_begin())
                abort();
            sim_session_run(session, 1 + run / 2, r);
            sim_coverage_end();
            spent[run & 1] += bench_now() - start;
        }
        if (spent[1] / spent[0] < best)
            best = spent[1] / spent[0];
    }
    *pairs = sim_coverage_pairs(&list);
    free(r);
    return (best - 1) * 100;
}

/* The same with exactly 64 pages written: what it costs in this world, whose state is that of a
 * whole machine. */
static double restore_64(void)
{
    struct sim_world_stats stats;
    double start, spent = 0;

    sim_world_get_stats(&stats);
    for (int i = 0; i < 500; i++) {
        for (uint32_t p = 0; p < 64 && p * 3 < stats.pages_imaged; p++)
            sim_world_touch(sim_world_page(p * 3), 1);
        start = bench_now();
        sim_restore(sim_current());
        spent += bench_now() - start;
    }
    return spent / 500 / 1e3;
}

/* How many of a run's points matter (shared.h), in per cent. */
static double shared_part(struct sim_session *session)
{
    struct sim_result *r = calloc(1, sizeof *r);
    double part;

    if (!r || sim_shared_learn())
        abort();
    sim_session_run(session, 1, r);
    sim_shared_learned();
    part = 100 * (double)sim_shared_steps() / (double)r->points;
    sim_shared_forget();
    free(r);
    return part;
}

static void report(struct sim_session *session, const char *strategy)
{
    struct totals t = {0};
    struct sim_world_stats stats;
    char name[96];
    double seconds, pairs;

    run_for_a_while(session, &t);
    sim_world_get_stats(&stats);
    seconds = t.ns / 1e9;
    snprintf(name, sizeof name, "founding scenario, strategy %s", strategy);
    bench_print(name, (double)t.seeds / seconds, "seeds/s", "1000");
    bench_print("  I/Os", (double)t.ios / seconds, "IO/s", "400000");
    bench_print("  points", (double)t.points / seconds / 1e6, "M/s", "");
    bench_print("  a point, everything included", t.ns / (double)t.points, "ns", "30");
    bench_print("  events", (double)t.events / seconds / 1e6, "M/s", "");
    bench_print("  CPU switches", (double)t.switches / seconds / 1e6, "M/s", "");
    bench_print("  points a run", (double)t.points / (double)t.seeds, "", "");
    bench_print("  pages written a run", stats.pages_dirty, "", "");
    bench_print("  core zone", (double)stats.core_bytes / 1024, "KiB", "");
    bench_print("  restoring the world", restore_cost(session), "us", "");
    bench_print("  restoring it, 64 pages written", restore_64(), "us", "10");
    bench_print("  cost of coverage", coverage_cost(session, &pairs), "%", "10");
    bench_print("  pairs in a run", pairs, "", "");
    bench_print("  points that matter", shared_part(session), "%", "");
    if (t.failed)
        bench_print("  runs that violated a rule", (double)t.failed, "", "0");
}

void bench_scenario(const char *path)
{
    struct rusage usage;

    for (const struct sim_strategy *const *s = sim_strategies; *s; s++) {
        struct sim_setting setting = {"explore.strategy", (*s)->name};
        struct sim_scenario *scenario;
        struct sim_session *session;
        struct sim_error error;

        if (sim_scenario_read(path, &setting, 1, &error, &scenario)) {
            printf("%s\n", error.text);
            return;
        }
        if (sim_session_open(scenario, &error, &session)) {
            printf("%s\n", error.text);
            sim_scenario_free(scenario);
            return;
        }
        report(session, (*s)->name);
        sim_session_close(session);
        sim_scenario_free(scenario);
    }
    getrusage(RUSAGE_SELF, &usage);
    bench_print("memory of this process, most", (double)usage.ru_maxrss / 1024, "MiB", "64");
}
