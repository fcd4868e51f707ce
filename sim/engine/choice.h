/* sim/engine/choice.h - everything that time does not decide is a choice, and a strategy makes it.
 *
 * Two kinds of question. `pick`: which of several CPUs goes on, and for how long it is not asked
 * again. `choose`: a number out of n for anything else (order of events at one time, delivery of an
 * interrupt). Answer 0 is always the default: earliest clock first, first come first served, at
 * once.
 */
#ifndef SIM_ENGINE_CHOICE_H
#define SIM_ENGINE_CHOICE_H

#include <stdint.h>

#include "sim/engine/prng.h"
#include "sim/engine/time.h"

struct sim;

enum sim_choice {
    SIM_CHOICE_CPU,       /* which CPU runs: made through pick */
    SIM_CHOICE_EVENT_TIE, /* which of several events at the same time is first */
    SIM_CHOICE_INTERRUPT, /* 0 take a pending interrupt now, 1 a little later */
    SIM_CHOICE_COUNT
};

/* A CPU that could run next. Candidates are sorted by (clock, CPU number); only those are offered
 * that may run without delaying any other beyond the scenario's bound. */
struct sim_candidate {
    uint32_t agent; /* number of the CPU */
    sim_ns clock;   /* when it would act */
};

struct sim_pick {
    uint32_t index;  /* into the candidates */
    sim_ns until;    /* ask again when it would act at or after this; the engine may ask earlier */
    uint64_t points; /* ask again after it passed so many points; at least 1 */
};

struct sim_strategy {
    const char *name;
    const char *text; /* one line for 'storsim help' */
    /* begin: a run starts. seed: the run's. steps: points of the baseline run, as a length
     * estimate. */
    void (*begin)(struct sim *sim, void *state, uint64_t seed, uint64_t steps);
    void (*pick)(struct sim *sim, void *state, const struct sim_candidate *c, uint32_t n,
                 struct sim_pick *out);
    uint32_t (*choose)(struct sim *sim, void *state, enum sim_choice kind, uint32_t n);
};

/* Room for any strategy's state, in the core zone. */
#define SIM_STRATEGY_STATE_BYTES 2048

extern const struct sim_strategy sim_strategy_time;
extern const struct sim_strategy sim_strategy_random;
extern const struct sim_strategy sim_strategy_pct;

/* The strategy of this name, or NULL; and the list, ended by NULL. */
const struct sim_strategy *sim_strategy_by_name(const char *name);
extern const struct sim_strategy *const sim_strategies[];

/* Knobs that strategies read; set from the scenario's [explore] section. */
struct sim_explore {
    sim_ns jitter_ns;    /* time: how far one CPU may run ahead of another */
    sim_ns delay_max_ns; /* how long any CPU may be held up by a choice, in one stretch */
    uint32_t pct_depth;  /* pct: d of the paper, 1 .. 16 */
};
const struct sim_explore *sim_explore(const struct sim *sim);

/* Asks the strategy for a number in [0, n); n >= 1. */
uint32_t sim_choose(struct sim *sim, enum sim_choice kind, uint32_t n);

#endif
