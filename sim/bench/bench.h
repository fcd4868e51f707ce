/* sim/bench/bench.h - measuring with the wall clock, for ./dev bench only. */
#ifndef SIM_BENCH_BENCH_H
#define SIM_BENCH_BENCH_H

#include <stdint.h>

/* Nanoseconds of a monotonic wall clock. */
double bench_now(void);

void bench_print(const char *name, double value, const char *unit, const char *bar);

/* Median of the last calls: runs fn(ctx), which returns ns for one operation, `rounds` times (at
 * most 31). */
double bench_median(double (*fn)(void *ctx), void *ctx, int rounds);

int bench_runs(int argc, char **argv);
void bench_engine(void);
void bench_strategies(void);
void bench_scenario(const char *path);
void bench_io(void);

#endif
