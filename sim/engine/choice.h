/* sim/engine/choice.h - everything that time does not decide is a choice, and a strategy makes it.
 *
 * Two kinds of question. `pick`: which of several CPUs goes on, and for how long it is not asked
 * again. `choose`: a number out of n for anything else (order of events at one time, delivery of an
 * interrupt). Answer 0 is always the default: earliest clock first, first come first served, at
 * once.
 */
#ifndef SIM_ENGINE_CHOICE_H
#define SIM_ENGINE_CHOICE_H

#include <stdbool.h>
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

/* A CPU that could run next. The first candidate is the default, by (clock, CPU number); only those
 * are offered that may run without delaying any other beyond the scenario's bound. */
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
    /* pick: optional. Without it whoever would act first does. */
    void (*pick)(struct sim *sim, void *state, const struct sim_candidate *c, uint32_t n,
                 struct sim_pick *out);
    uint32_t (*choose)(struct sim *sim, void *state, enum sim_choice kind, uint32_t n);
    /* hold: optional. An agent stopped where it was to be asked for (sim_ask_points,
     * sim_ask_ordinal), before it acts there. ordinal: points and sleeps that it passed in this
     * run, this one included. Returns for how many ns more it does not act. Whoever wants to be
     * asked again says so in here. */
    sim_ns (*hold)(struct sim *sim, void *state, uint32_t agent, uint64_t ordinal);
    bool pending; /* it uses sim_pending() */
    bool length;  /* begin uses steps */
    bool sorted;  /* it wants all candidates by (clock, number); otherwise only the first is in its
                     place */
};

/* Asks hold when whoever runs makes sim_points() reach `points`, and at every stop from then on;
 * UINT64_MAX: never. */
void sim_ask_points(struct sim *sim, uint64_t points);
/* Asks hold when an agent's own ordinal reaches `ordinal`, and at its every stop from then on;
 * UINT64_MAX: never. */
void sim_ask_ordinal(struct sim *sim, uint32_t agent, uint64_t ordinal);

/* Room for any strategy's state, in the core zone. */
#define SIM_STRATEGY_STATE_BYTES 2048

extern const struct sim_strategy sim_strategy_time;
extern const struct sim_strategy sim_strategy_random;
extern const struct sim_strategy sim_strategy_pct;
extern const struct sim_strategy sim_strategy_pos;
extern const struct sim_strategy sim_strategy_delay;
extern const struct sim_strategy sim_strategy_stall;
extern const struct sim_strategy sim_strategy_replay;
extern const struct sim_strategy sim_strategy_portfolio;

/* The strategy of this name, or NULL; and the list, ended by NULL. A name may be "recheck:NAME". */
const struct sim_strategy *sim_strategy_by_name(const char *name);
extern const struct sim_strategy *const sim_strategies[];

/* True for "recheck:NAME": every schedule is run twice, and both must be the same
 * (sim/run/session.h). */
bool sim_strategy_rechecks(const char *name);

/* Who makes the choices of a seed: `portfolio` deals its seeds out to others, everybody else is it
 * himself. A function of the arguments alone, so a seed of a sweep repeats anywhere. */
const struct sim_strategy *sim_strategy_of_seed(const struct sim_strategy *strategy, uint64_t seed);

/* Points that a strategy spends its preemptions on: any, or those that matter (shared.h). */
enum sim_focus { SIM_FOCUS_ALL, SIM_FOCUS_SHARED };

/* Knobs that strategies read; set from the scenario's [explore] section. */
struct sim_explore {
    sim_ns jitter_ns;     /* time, stall: how far one CPU may run ahead of another */
    sim_ns delay_max_ns;  /* how long any CPU may be held up by a choice, in one stretch */
    enum sim_focus focus; /* pct */
    uint32_t pct_depth; /* pct: d of the paper, 1 .. 16; delay, stall: one more than the delays they
                           draw */
};
const struct sim_explore *sim_explore(const struct sim *sim);

/* Asks the strategy for a number in [0, n); n >= 1. */
uint32_t sim_choose(struct sim *sim, enum sim_choice kind, uint32_t n);

#endif
