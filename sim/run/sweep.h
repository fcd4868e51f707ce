/* sim/run/sweep.h - many seeds of one or more scenarios, in worker processes.
 *
 * Results are stored in the order of the seeds whatever the workers' timing, so two sweeps of the
 * same seeds leave the same rows. A worker may crash, be killed or fall silent; the sweep goes on.
 */
#ifndef SIM_RUN_SWEEP_H
#define SIM_RUN_SWEEP_H

#include <stdbool.h>

#include "sim/error.h"
#include "sim/run/marks.h"
#include "sim/run/repeat.h"
#include "sim/run/result.h"
#include "sim/run/signature.h"
#include "sim/scenario/scenario.h"

#define SIM_SWEEP_CELLS_MAX 256
#define SIM_SWEEP_DECADES 10
#define SIM_SWEEP_BUGS_MAX 64 /* replay files of one cell */

/* One bug of a cell: failing seeds of one rule and signature (signature.h). */
struct sim_sweep_bug {
    enum sim_rule rule;
    char signature[SIM_SIGNATURE_BYTES];
    uint64_t seed;     /* the lowest that showed it */
    uint64_t seeds;    /* how many did */
    uint64_t cost;     /* points of that seed's run */
    char replay[1024]; /* its replay file */
};

/* One scenario with one driver. */
struct sim_cell {
    const struct sim_scenario *scenario;
    const struct sim_setting *setting; /* what it was read with, the driver included */
    uint32_t settings;
    uint64_t seed_first, seed_last; /* inclusive, below 2^63 */
};

struct sim_sweep_config {
    const struct sim_cell *cell;
    uint32_t cells;
    const char *dir;        /* where results go */
    uint32_t jobs;          /* worker processes at once, >= 1 */
    uint32_t shard, shards; /* only every shards-th seed, beginning with the shard-th; 1-based */
    sim_ns budget_ns;       /* wall clock for all cells; 0: no bound */
    sim_ns patience_ns;     /* wall clock: a worker silent for so long hangs, and is killed */
    uint64_t samples;       /* single I/Os are kept for the first so many seeds */
    uint64_t stop_after;    /* a cell ends with so many failing seeds; 0: no bound */
    bool covered;           /* collect the pairs of conflicting accesses */
    bool marked;            /* collect what comparing drivers needs */
    bool guided; /* prefer neighbours of seeds that found new pairs (guide.h); needs covered */
};

/* How it went with a cell's `expect`. */
enum sim_outcome {
    SIM_OUTCOME_MET,
    SIM_OUTCOME_VIOLATED,  /* 'pass' was expected, and a rule was violated */
    SIM_OUTCOME_NOT_FOUND, /* the expected violation was not found */
    SIM_OUTCOME_OPEN,      /* a shard saw no violation: only all shards together can tell */
    SIM_OUTCOME_NOT_RUN,   /* no seed was run */
};

struct sim_cell_result {
    uint64_t seeds, passed, failed,
        lost;       /* seeds with a row: failed has an error, lost is storsim's own fault */
    uint64_t total; /* seeds that it should have */
    uint64_t violations[SIM_RULE_COUNT]; /* findings of severity error */
    uint64_t warnings[SIM_RULE_COUNT];
    bool has_failure;
    uint64_t first_seed; /* lowest failing seed */
    enum sim_rule first_rule;
    char first_message[SIM_FINDING_TEXT];
    char first_replay[1024]; /* path of its replay file, "" when it could not be written */
    uint32_t bugs;           /* in the order of their lowest seeds */
    struct sim_sweep_bug bug[SIM_SWEEP_BUGS_MAX]; /* more are counted in `failed` only */
    uint64_t expected_seed; /* position (from 1) of the first seed with the expected violation; 0:
                               none */
    uint64_t first_lost;    /* lowest seed that storsim itself failed on, when lost > 0 */
    char lost_message[128];
    sim_ns virtual_ns;
    uint64_t points;
    uint64_t healed; /* seeds with a figure `healed`, and the longest of them */
    sim_ns healed_max;
    uint64_t covered;    /* seeds whose pairs were collected */
    uint32_t pairs;      /* distinct ones */
    uint64_t pairs_last; /* seed that found the last new one */
    uint32_t
        pairs_by[SIM_SWEEP_DECADES]; /* found by the first 1, 10, 100 ... seeds of this shard */
    struct sim_unmodelled_list unmodelled; /* of all seeds */
    uint64_t iometer[SIM_IOMETER_BINS];
    double elapsed_s;
    enum sim_outcome outcome;
    char build[128];         /* of the driver, hexadecimal; "" before it was loaded */
    struct sim_marks *marks; /* with config->marked: the caller's to free; else NULL */
};

struct sim_sweep_state {
    const struct sim_cell *cell; /* the one most workers are on; NULL before the first */
    uint32_t cell_number;
    struct sim_cell_result *result; /* one for each cell */
    uint64_t seeds, total, failed;  /* of all cells */
    double elapsed_s;
    const struct sim_sweep_config *config;
};

/* Called about ten times a second while it runs. */
typedef void (*sim_sweep_progress_fn)(const struct sim_sweep_state *state, void *ctx);

/* How the sweep ended. */
enum sim_sweep_end {
    SIM_SWEEP_DONE,
    SIM_SWEEP_BUDGET,    /* time was up; what was finished is kept */
    SIM_SWEEP_INTERRUPT, /* SIGINT; what was finished is kept */
    SIM_SWEEP_TERMINATE, /* SIGTERM; likewise */
    SIM_SWEEP_ERROR,     /* a scenario, module, folder or database is unusable: text in error */
    SIM_SWEEP_FAULT,     /* storsim cannot start its workers: text in error */
};

/* Runs it all. result has config->cells entries. */
enum sim_sweep_end sim_sweep_run(const struct sim_sweep_config *config,
                                 sim_sweep_progress_fn progress, void *ctx,
                                 struct sim_cell_result *result, struct sim_error *error);

/* Workers that this machine has processors for; at least 1. */
uint32_t sim_sweep_jobs(void);
/* Seconds of a monotonic wall clock, for reports. */
double sim_sweep_clock_s(void);

#endif
