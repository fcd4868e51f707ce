/* models/load/load_private.h - private to models/load: workers and what they know.
 *
 * A worker owns as many I/Os as it may have outstanding, each with its own data buffer and SRB
 * slot, for the whole run. Everything here changes only between points, so a list needs no lock
 * although DPCs on other CPUs put I/Os on it.
 */
#ifndef MODELS_LOAD_LOAD_PRIVATE_H
#define MODELS_LOAD_LOAD_PRIVATE_H

#include "models/disk/disk.h"
#include "models/fault/fault.h"
#include "models/load/claims.h"
#include "models/load/load.h"
#include "models/load/mix.h"
#include "sim/engine/prng.h"
#include "sim/load/workload.h"

#define LOAD_NAME_MAX 32

/* --- content.c: what is written, and what a block that was read holds ------------------------- */

/* Stamps a block of the page zone: every byte depends on (lba, io). bytes: a multiple of 8, at
 * least 512. */
void load__stamp(void *block, uint32_t bytes, uint64_t lba, uint64_t io);
/* Makes a buffer of blocks recognisable as not yet read into. */
void load__unfill(void *buffer, uint32_t block_bytes, uint32_t blocks);
/* What the first of count blocks holds, and how many from there on hold the same. */
uint32_t load__values(const void *data, uint32_t block_bytes, uint32_t count,
                      struct load_value *out);

/* --- pattern.c: where the next I/O of a plain worker goes ------------------------------------- */

struct load_pattern {
    enum sim_rw rw;
    uint32_t read_ppm, random_ppm; /* parts per million */
    uint64_t cells;                /* I/O-sized places in the region */
    uint64_t next;                 /* of a sequential walk */
    struct load_claims claims;     /* of cells */
};
/* depth: I/Os outstanding at once. */
void load__pattern_init(struct load_pattern *pattern, uint32_t depth);
/* Chooses what comes next: SP_READ or SP_WRITE, and the cell, which it claims. No write shares its
 * cell with another I/O of the same worker. False when every cell is in the way: try again when one
 * has ended. */
bool load__pattern_next(struct load_pattern *pattern, struct sim_stream *st, enum sp_op *op,
                        uint64_t *cell);
void load__pattern_release(struct load_pattern *pattern, enum sp_op op, uint64_t cell);

/* --- workers ---------------------------------------------------------------------------------- */

struct load_worker;

struct load_io {
    struct disk_io io; /* first: an I/O of the class driver is one of ours */
    struct load_worker *worker;
    struct load_io *next; /* in one of the worker's lists */
    uint64_t cell;        /* of a plain worker */
    bool traced;          /* of a trace, and chosen or under way */
    sim_ns start;
};

/* What ends a worker before its time. */
enum load_stop { LOAD_STOP_NONE, LOAD_STOP_ERROR, LOAD_STOP_LATENCY };

enum load_stage {
    LOAD_MAIN,   /* what the workload says */
    LOAD_SYNC,   /* end_fsync */
    LOAD_VERIFY, /* do_verify */
    LOAD_OVER
};

/* Bytes that one direction may move, against what it has. */
struct load_rate {
    uint64_t bytes_a_second; /* 0: no bound */
    uint64_t moved;
    sim_ns next; /* of a Poisson process */
};

/* What a worker that is not plain has beside. */
struct load_more {
    struct load_mix mix;
    struct load_bits written; /* do_verify: units */
    /* of the run */
    enum load_stage stage;
    uint64_t ios_left, bytes_left; /* UINT64_MAX: no bound */
    uint32_t trace_at;             /* next I/O of the trace */
    uint64_t verified;             /* units looked at */
    bool synced;
    sim_ns base;     /* since when rates and the trace count */
    sim_ns ramp_end; /* I/Os that began before are left out of latencies */
    /* pacing */
    struct load_io *prepared; /* chosen; waits until it is due */
    struct load_io *back;     /* have ended and are not taken up yet */
    uint32_t backs, out;      /* those; and all that are not taken up, under way or back */
    uint32_t since;           /* I/Os since the last pause */
    bool holding;             /* for all to end, and then for so long: */
    sim_ns hold_ns;
    bool draining; /* to depth_low */
    struct load_rate rate[SIM_DIRS];
    struct sim_event event; /* end of a pause, or the prepared I/O is due */
};

struct load_worker {
    struct load *load;
    const struct sim_workload *w;
    char name[LOAD_NAME_MAX]; /* "disk.worker3": names its random stream */
    uint32_t number, workload, cpu;
    struct load_pattern pattern; /* of a plain one */
    struct load_more *more;      /* NULL: it is plain */
    uint64_t first_lba;
    uint32_t cell_blocks, fsync;
    struct load_io *io; /* w->depth of them */
    /* of the run */
    struct sim_stream st;
    struct nt_work work;    /* submits, on the worker's CPU */
    struct sim_event event; /* start, then end of the run time */
    struct load_io *idle;
    uint64_t left;        /* I/Os still to submit; UINT64_MAX: something else ends it */
    uint32_t since_flush; /* writes */
    uint32_t leaving;     /* finished: I/Os that have not come back */
    bool begun, finished; /* submits no new I/O any more */
};

struct load {
    struct sim *sim;
    struct nt *nt;
    struct sp_port *port;
    struct disk *disk;
    struct faults *faults;
    struct load_geometry geometry;
    uint32_t workloads;
    uint32_t *running; /* for each workload: workers that have not ended */
    bool waits;        /* some workload waits for others */
    uint32_t worker_count;
    struct load_worker *worker;
    struct nt_work bus_reset; /* somebody asks for one */
    /* of the run */
    bool started;
    uint32_t active;   /* workers that will submit more */
    uint32_t inflight; /* I/Os the application waits for */
    uint64_t ios, errors;
    sim_ns latency_max;
    const struct load_io *ending; /* its IO_DONE is being traced */
    struct sim_event settle;
    sim_ns settle_ns; /* wait before the next look */
};

/* --- build.c ---------------------------------------------------------------------------------- */

int load__build(struct load *load, const struct sim_machine *machine, struct sim_error *error);

/* --- worker.c --------------------------------------------------------------------------------- */

/* Starts those that wait for nothing that has not ended. */
void load__workers_begin(struct load *load);
void load__worker_init(struct load_worker *worker);
/* Submits no new I/O any more. */
void load__worker_finish(struct load_worker *worker);
void load__worker_wake(struct load_worker *worker);
/* Fills the buffer of a chosen I/O and sends it. */
void load__submit(struct load_worker *worker, struct load_io *io);
struct load_io *load__idle_pop(struct load_worker *worker);
void load__idle_push(struct load_io *io);
/* Makes it a flush. */
void load__choose_flush(struct load_io *io);
/* disk_load.done. */
void load__io_done(void *ctx, struct disk_io *io, uint8_t error);

/* --- pace.c: when a worker that is not plain goes on ------------------------------------------ */

void load__more_begin(struct load_worker *worker);
/* Its turn on its CPU. */
void load__more_run(struct load_worker *worker);
/* An I/O has ended, and been traced. */
void load__more_ended(struct load_worker *worker, struct load_io *io);
/* The run time is over (LOAD_STOP_NONE): the rest of the workload is left out. Or an I/O took too
 * long or ended badly: the rest of everything. */
void load__more_stop(struct load_worker *worker, enum load_stop why);

/* --- stages.c: what it does ------------------------------------------------------------------- */

/* Chooses the next I/O of the present stage. False: nothing now. */
bool load__more_choose(struct load_worker *worker, struct load_io *io);
/* Takes back what its choice claimed, and remembers what it wrote. */
void load__more_release(struct load_worker *worker, struct load_io *io, uint8_t error);
/* True when the present stage will submit no more. */
bool load__stage_over(const struct load_worker *worker);
/* Goes on to the next stage; all I/Os have come back. */
void load__stage_next(struct load_worker *worker);

/* --- load_model.c ----------------------------------------------------------------------------- */

/* A worker will submit no more, or an I/O has ended: ends the run when that was all. */
void load__may_end(struct load *load);
/* A worker will submit no new I/O. */
void load__worker_finished(struct load *load);

#endif
