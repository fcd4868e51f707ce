/* sim/bench/bench.c - what the engine and the founding scenario cost on this machine, now.
 *
 * Machines are shared and noisy: every figure is a median of several rounds, and nothing is
 * asserted. To compare two versions, build both and run them in turn on one machine.
 *
 *   storsim_bench [SCENARIO.ini]     default: scenarios/bench-64.ini
 *   storsim_bench io                 I/Os a second alone
 *   storsim_bench runs SCENARIO.ini [STRATEGY [SEEDS [KEY VALUE]...]]
 */
#include "sim/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

double bench_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

void bench_print(const char *name, double value, const char *unit, const char *bar)
{
    printf("%-44s %12.1f %-14s %s\n", name, value, unit, bar);
    fflush(stdout);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double bench_median(double (*fn)(void *ctx), void *ctx, int rounds)
{
    double value[31] = {0};

    for (int i = 0; i < rounds; i++)
        value[i] = fn(ctx);
    qsort(value, (size_t)rounds, sizeof value[0], ascending);
    return value[rounds / 2];
}

int main(int argc, char **argv)
{
    if (argc > 2 && !strcmp(argv[1], "runs"))
        return bench_runs(argc - 2, argv + 2);
    if (argc == 2 && !strcmp(argv[1], "io")) {
        bench_io();
        return 0;
    }
    printf("%-44s %12s %-14s %s\n", "work", "median", "unit", "bar");
    bench_engine();
    bench_strategies();
    bench_scenario(argc > 1 ? argv[1] : "scenarios/bench-64.ini");
    bench_io();
    return 0;
}
