/* sim/run/sweep_private.h - private to sim/run/: between handing out seeds (crew.c) and keeping
 * results (sweep.c).
 *
 * A cell's seeds are numbered by position: 0, 1, 2 ... within this shard.
 */
#ifndef SIM_RUN_SWEEP_PRIVATE_H
#define SIM_RUN_SWEEP_PRIVATE_H

#include <uv.h>

#include "sim/run/guide.h"
#include "sim/run/store.h"
#include "sim/run/sweep.h"
#include "sim/run/worker.h"

#define SIM__WINDOW 65536 /* results that may wait for an earlier one */

/* Seeds to be run: positions first .. first + count - 1. */
struct sim__span {
    uint64_t first, count;
    bool again; /* one seed whose worker died: the next death is storsim's fault */
};

enum sim__phase { SIM__UNTRIED, SIM__TRYING, SIM__READY };

struct sim__cell_state {
    const struct sim_cell *cell;
    struct sim_cell_result *result;
    enum sim__phase phase;
    uint32_t opening;        /* workers that are opening it now */
    uint32_t deaths_opening; /* of workers, one after another */
    char build[128];
    int64_t id;             /* in the database */
    uint64_t total;         /* seeds of this shard */
    uint64_t given, stored; /* positions: handed out at least once; all below are stored */
    uint64_t waiting;       /* results in the window */
    bool closed;            /* no more seeds: all given, time up, or enough failures */
    bool ended;
    double began_s, until_s;    /* wall clock since the start; until_s: its share of the budget */
    struct sim__span *returned; /* to be run again first; a stack */
    uint32_t returns, returns_room;
    struct sim_bytes *window; /* SIM__WINDOW of them, by position modulo the size */
    uint64_t latency[SIM_WHEN_COUNT][SIM_LATENCY_BINS];
    struct sim_pairs *pairs;
    struct sim_guide *guide; /* NULL unless guided */
};

struct sim__sweep {
    const struct sim_sweep_config *config;
    struct sim__cell_state *cell;
    struct sim_store *store; /* NULL until every cell has been tried */
    struct sim_error *error;
    bool failed; /* error is set: everything ends */
    enum sim_sweep_end end;
    uint64_t began_ms;
    double committed_s;
};

double sim__elapsed(const struct sim__sweep *sweep);
void sim__sweep_fail(struct sim__sweep *sweep, enum sim_sweep_end end, const char *text);

/* Seed at a position. */
uint64_t sim__seed_at(const struct sim__sweep *sweep, const struct sim__cell_state *cell,
                      uint64_t position);

/* Cell that a fresh worker should open, or NULL: there is nothing to do now. */
struct sim__cell_state *sim__cell_next(struct sim__sweep *sweep);
/* True when every cell is done. */
bool sim__sweep_done(const struct sim__sweep *sweep);
/* True when some cell was not yet tried; once none is, and none was refused, the database is
 * opened. */
bool sim__sweep_trying(const struct sim__sweep *sweep);
void sim__sweep_tried(struct sim__sweep *sweep);

/* Next seeds of a cell, at most `want`. False: none now. */
bool sim__span_next(struct sim__sweep *sweep, struct sim__cell_state *cell, uint64_t want,
                    struct sim__span *out);
/* True when there is nothing to hand out only until more results of the guided cell are there. */
bool sim__cell_waits(const struct sim__sweep *sweep, const struct sim__cell_state *cell);
/* Seed whose load a position runs; 0: its own. */
uint64_t sim__load_at(const struct sim__cell_state *cell, uint64_t position);
/* Gives back seeds that were not run. */
void sim__span_return(struct sim__cell_state *cell, struct sim__span span);

/* A result arrived: packed bytes. False: they are no report. */
bool sim__result_add(struct sim__sweep *sweep, struct sim__cell_state *cell, uint64_t position,
                     const uint8_t *data, size_t bytes);
/* A seed on which storsim failed, or on which the driver hung a worker. */
enum sim__loss { SIM__LOST, SIM__HUNG };
void sim__result_lose(struct sim__sweep *sweep, struct sim__cell_state *cell, uint64_t position,
                      enum sim__loss why, const char *text);

/* Stores what waits, with gaps, writes replay files and commits. At the end, however it came. */
void sim__sweep_finish(struct sim__sweep *sweep);
/* Commits when the last commit is a second old; ends cells that are complete. */
void sim__sweep_tick(struct sim__sweep *sweep);

/* Runs workers until everything is done or ended: crew.c. */
void sim__crew_run(struct sim__sweep *sweep, sim_sweep_progress_fn progress, void *ctx);

#endif
