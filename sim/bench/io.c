/* sim/bench/io.c - simulated I/Os a second of one processor, through the real driver.
 *
 * Three ways to look at the same load (scenarios/bench-io.ini), each with options that everybody
 * has:
 *
 *   a sweep's       as `storsim sweep` does it: strategy portfolio, every rule, race detection
 *   earliest first  the same with strategy time, its seeded jitter included
 *   off             strategy time without jitter, [check] profile = off, and the load does not
 *                   verify what it reads. The driver stays the instrumented one: every access of
 *                   its is still a point, where time passes and an interrupt may come in, because
 *                   a run without them would be another run. Nobody looks at what it touches.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sim/bench/bench.h"
#include "sim/run/session.h"

#define ROUNDS 5
#define SEEDS 10
#define SCENARIO "scenarios/bench-io.ini"

struct io_bench {
    struct sim_session *session;
    struct sim_result *result;
    uint64_t points, ios;
};

/* ns of an I/O. */
static double io_round(void *ctx)
{
    struct io_bench *b = ctx;
    double start = bench_now();

    b->points = b->ios = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        sim_session_run(b->session, seed, b->result);
        b->points += b->result->points;
        b->ios += (uint64_t)b->result->figure[SIM_FIG_IOS];
    }
    return (bench_now() - start) / (double)b->ios;
}

static void measure(const char *name, const struct sim_setting *settings, uint32_t count,
                    const char *bar)
{
    struct io_bench b = {.result = calloc(1, sizeof *b.result)};
    struct sim_scenario *scenario;
    struct sim_error error;

    if (!b.result)
        abort();
    if (sim_scenario_read(SCENARIO, settings, count, &error, &scenario)) {
        printf("%s\n", error.text);
        free(b.result);
        return;
    }
    if (sim_session_open(scenario, &error, &b.session)) {
        printf("%s\n", error.text);
    } else {
        bench_print(name, 1e9 / bench_median(io_round, &b, ROUNDS), "IO/s", bar);
        bench_print("  points an I/O", (double)b.points / (double)b.ios, "", "");
        sim_session_close(b.session);
    }
    sim_scenario_free(scenario);
    free(b.result);
}

void bench_io(void)
{
    static const struct sim_setting time[] = {{"explore.strategy", "time"}};
    static const struct sim_setting off[] = {{"explore.strategy", "time"},
                                             {"explore.jitter", "0ns"},
                                             {"check.profile", "off"},
                                             {"workload.verify", "no"}};

    measure("4 KiB reads, depth 32, as a sweep does it", NULL, 0, "400000");
    measure("4 KiB reads, depth 32, earliest first", time, 1, "400000");
    measure("4 KiB reads, depth 32, everything off", off, 4, "1000000");
}
