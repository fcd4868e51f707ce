/* sim/bench/runs.c - a number of seeds of one scenario in this process, and nothing else: for
 * profilers, and for comparing two builds.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sim/bench/bench.h"
#include "sim/run/session.h"

#define SETTINGS_MAX 16

static void run_seeds(struct sim_session *session, uint64_t seeds)
{
    struct sim_result *r = calloc(1, sizeof *r);
    uint64_t points = 0, switches = 0;
    double start;

    if (!r)
        abort();
    start = bench_now();
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        sim_session_run(session, seed, r);
        points += r->points;
        switches += r->switches;
    }
    start = bench_now() - start;
    printf("%.1f ns a point, %.0f seeds/s, %.0f points a seed, a switch in %.1f points\n",
           start / (double)points, (double)seeds / start * 1e9, (double)points / (double)seeds,
           (double)points / (double)switches);
    free(r);
}

int bench_runs(int argc, char **argv)
{
    struct sim_setting setting[SETTINGS_MAX] = {{"explore.strategy", argc > 1 ? argv[1] : "time"}};
    struct sim_scenario *scenario;
    struct sim_session *session;
    struct sim_error error;
    int settings = 1;

    for (int i = 3; i + 1 < argc && settings < SETTINGS_MAX; i += 2)
        setting[settings++] = (struct sim_setting){argv[i], argv[i + 1]};
    if (sim_scenario_read(argv[0], setting, settings, &error, &scenario) ||
        sim_session_open(scenario, &error, &session)) {
        fprintf(stderr, "storsim_bench: %s\n", error.text);
        return 2;
    }
    run_seeds(session, argc > 2 ? strtoull(argv[2], NULL, 10) : 100);
    sim_session_close(session);
    sim_scenario_free(scenario);
    return 0;
}
