/* sim/engine/spread.h - how a time scatters: fixed, uniform, exponential, log-normal, or a
 * histogram.
 *
 * One draw is a function of (spread, mean, stream) alone, in integers, so that every machine draws
 * the same. Written as text in scenarios: sim_spread_parse() of sim/scenario/scenario.h.
 */
#ifndef SIM_ENGINE_SPREAD_H
#define SIM_ENGINE_SPREAD_H

#include "sim/engine/prng.h"
#include "sim/engine/time.h"

#define SIM_SPREAD_BINS_MAX 64
#define SIM_SPREAD_WHOLE 1000000000u /* all of a histogram */
#define SIM_SPREAD_SIGMA_MAX 2000000u

enum sim_spread_kind {
    SIM_SPREAD_FIXED,       /* the mean */
    SIM_SPREAD_UNIFORM,     /* from half of it to one and a half */
    SIM_SPREAD_EXPONENTIAL, /* a third of it, and exponential on top: nothing answers at once */
    SIM_SPREAD_LOGNORMAL,   /* its logarithm is normal; the mean is the mean */
    SIM_SPREAD_TABLE,       /* a histogram of times, whatever the mean */
};

struct sim_spread {
    enum sim_spread_kind kind;
    uint32_t sigma; /* LOGNORMAL: deviation of the natural logarithm, millionths */
    uint32_t bins;  /* TABLE: bin i is taken when a draw of 0 .. WHOLE - 1 is below its `upto` and
                       not below the one before; within it every time is as likely */
    struct {
        sim_ns from, to;
        uint32_t upto;
    } bin[SIM_SPREAD_BINS_MAX];
};

/* A time, at least 1 ns. mean: 0 .. 10^12 ns. */
sim_ns sim_spread_draw(const struct sim_spread *spread, struct sim_stream *st, sim_ns mean);

#endif
