/* sim/run/store.h - results of sweeps in SQLite: DIR/results.db, by schema.sql. */
#ifndef SIM_RUN_STORE_H
#define SIM_RUN_STORE_H

#include "sim/error.h"
#include "sim/run/report.h"
#include "sim/scenario/scenario.h"

#define SIM_STORE_VERSION 4

struct sim_store;

/* Opens DIR/results.db, and makes the folders and the database when they are missing. A new
 * database appears whole, under its name, or not at all. Errors: the folder cannot be made or
 * written; no database; another program's; another version (both are named). Nothing is written
 * then. */
int sim_store_open(const char *dir, struct sim_error *error, struct sim_store **out);

/* Closes it; what was not committed is dropped. NULL is allowed. */
void sim_store_close(struct sim_store *store);

/* What the table `sweep` says of one sweep; see schema.sql. */
struct sim_store_sweep {
    const struct sim_scenario *scenario;
    const char *driver, *driver_build, *storsim_version, *strategy;
    const struct sim_setting *setting;
    uint32_t settings;
    bool guided;
    uint64_t seed_first, seed_last;
    uint32_t shard, shards; /* 1-based */
};

/* Adds a sweep. What an earlier one of the same scenario name, driver and strategy left is removed,
 * its replay files included. */
int sim_store_begin(struct sim_store *store, const struct sim_store_sweep *sweep,
                    struct sim_error *error, int64_t *id);

/* Adds one seed's result. new_pairs: how many of its pairs no earlier seed had shown. */
int sim_store_put(struct sim_store *store, int64_t id, const struct sim_report *report,
                  uint32_t new_pairs, struct sim_error *error);

/* Writes the pairs of the sweep, replacing earlier ones. */
int sim_store_pairs(struct sim_store *store, int64_t id, const struct sim_pairs *pairs,
                    struct sim_error *error);

/* Says where the replay file of a seed's findings of this rule is, relative to DIR. */
int sim_store_replay(struct sim_store *store, int64_t id, uint64_t seed, enum sim_rule rule,
                     const char *path, struct sim_error *error);

/* Writes the sweep's histograms, replacing earlier ones, and its elapsed time. */
enum sim_store_state { SIM_STORE_PARTIAL, SIM_STORE_COMPLETE };
int sim_store_end(struct sim_store *store, int64_t id, uint64_t (*latency)[SIM_LATENCY_BINS],
                  const uint64_t iometer[SIM_IOMETER_BINS], double elapsed_s,
                  enum sim_store_state state, struct sim_error *error);

/* Makes durable what was added so far. Every add since the last commit is one transaction. */
int sim_store_commit(struct sim_store *store, struct sim_error *error);

#endif
