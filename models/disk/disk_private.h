/* models/disk/disk_private.h - private to models/disk: the state of class driver and load.
 *
 * An I/O of the application is a struct disk_io with the packet that carries it: a worker owns as
 * many as it may have outstanding, each with its own data buffer and SRB slot, for the whole run.
 * Only an I/O that has to be split takes more packets, from a pool. Everything here changes only
 * between points, so a list needs no lock although DPCs on other CPUs put I/Os on it.
 */
#ifndef MODELS_DISK_DISK_PRIVATE_H
#define MODELS_DISK_DISK_PRIVATE_H

#include "models/disk/disk.h"
#include "models/fault/fault.h"
#include "sim/engine/prng.h"
#include "sim/scenario/scenario.h"

#define DISK_NAME_MAX 32

/* --- content.c: what is written, and what a block that was read holds ------------------------- */

/* Stamps a block of the page zone: every byte depends on (lba, io). bytes: a multiple of 8, at
 * least 512. */
void disk__stamp(void *block, uint32_t bytes, uint64_t lba, uint64_t io);
/* Makes a buffer of blocks recognisable as not yet read into. */
void disk__unfill(void *buffer, uint32_t block_bytes, uint32_t blocks);
void disk__value(const void *block, uint32_t bytes, struct disk_value *out);

/* --- interpret.c: what the class driver makes of an SRB's end --------------------------------- */

enum disk_action {
    DISK_DONE, /* it worked */
    DISK_FAIL, /* tell the application */
    DISK_RETRY,
};
struct disk_outcome {
    enum disk_action action;
    sim_ns delay_ns; /* before the retry; 0: at once, from a DPC */
    uint8_t error;   /* what the application is told when there is no (further) retry: SRB status,
                        never 0 */
    bool timed_out;  /* a retry is charged to the budget of reset and timed-out requests, too */
    bool counts;     /* an error of the device: see throttle.c */
    bool reset_bus;  /* disk.sys asks for a bus reset */
    uint16_t log;    /* NT_EVENT_* for the event log, retried or not; 0: none */
    bool log_retry;  /* and event 153, when it is the first retry of a read or write */
};
/* request: as it came back. retried: how often it was sent again already. legacy:
 * LegacyErrorHandling. */
struct disk_outcome disk__interpret(const struct sp_request *request, uint32_t retried,
                                    bool legacy);

/* --- throttle.c: the device's error count ----------------------------------------------------- */

struct disk_health {
    struct sim *sim;
    bool throttle;       /* false: DisableThrottling */
    uint32_t restore_at; /* good I/Os in a row that take one error back; 0: nothing does */
    uint32_t errors;     /* counted, less those taken back */
    uint32_t good;       /* I/Os since the last change */
    uint32_t level;      /* 0, 1, 2 */
    uint32_t flags;      /* enum sp_flag of new requests */
};
void disk__health_init(struct disk_health *health, struct sim *sim, bool throttle,
                       uint32_t restore_at);
void disk__health_error(struct disk_health *health);
/* An I/O ended well. Need not be called while errors is 0. */
void disk__health_good(struct disk_health *health);

/* --- pattern.c: where the next I/O goes ------------------------------------------------------- */

/* Order is that of the option's list. */
enum disk_rw {
    DISK_RW_READ,
    DISK_RW_WRITE,
    DISK_RW_RANDREAD,
    DISK_RW_RANDWRITE,
    DISK_RW_RW,
    DISK_RW_RANDRW,
};

/* I/Os under way on the cells (of bs bytes) that share one entry. Cells that fall together only
 * cost a different choice. */
struct disk_claim {
    uint16_t reads, writes;
};

struct disk_pattern {
    enum disk_rw rw;
    uint32_t read_ppm, random_ppm; /* parts per million */
    uint64_t cells;                /* I/O-sized places in the region */
    uint64_t next;                 /* of a sequential walk */
    struct disk_claim *claim;
    uint32_t claim_mask;
};
/* depth: I/Os outstanding at once. */
void disk__pattern_init(struct disk_pattern *pattern, uint32_t depth);
/* Chooses what comes next: SP_READ or SP_WRITE, and the cell, which it claims. No write shares its
 * cell with another I/O of the same worker. False when every cell is in the way: try again when one
 * has ended. */
bool disk__pattern_next(struct disk_pattern *pattern, struct sim_stream *st, enum sp_op *op,
                        uint64_t *cell);
void disk__pattern_release(struct disk_pattern *pattern, enum sp_op op, uint64_t cell);

/* --- the load --------------------------------------------------------------------------------- */

struct disk_worker;

/* How often a packet was sent again, and may be. */
struct disk_tries {
    uint16_t made;
    uint16_t left, time_outs_left;
    uint16_t timed_out; /* once at least */
};

/* A request that carries an I/O, or a part of it. */
struct disk_packet {
    struct sp_request request;
    struct disk_io *io;
    struct disk_packet *next; /* of the same I/O, or of the spare ones */
    uint64_t lba;
    struct disk_tries tries;
    uint32_t cpu;           /* that the retry is sent on */
    struct sim_event event; /* end of the wait before a retry */
    struct nt_dpc dpc;      /* sends the retry */
};

struct disk_io {
    struct disk_packet packet;
    struct disk_worker *worker;
    struct disk_io *next; /* in the worker's idle list, or among those that wait for packets */
    uint64_t cell, lba;
    uint32_t blocks;
    uint32_t parts; /* packets under way */
    sim_ns start;
    uint16_t retries;       /* of all its packets */
    uint8_t error;          /* the first that a packet had */
    struct sim_event event; /* end of a think time */
};

struct disk_worker {
    struct disk *disk;
    char name[DISK_NAME_MAX]; /* "disk.worker3": names its random stream */
    uint32_t number, cpu;
    struct disk_pattern pattern;
    uint64_t first_lba;
    uint32_t cell_blocks, fsync;
    sim_ns startdelay_ns, runtime_ns, thinktime_ns;
    uint64_t randseed, number_ios;
    bool verify;
    uint32_t depth;
    struct disk_io *io; /* depth of them */
    /* of the run */
    struct sim_stream st;
    struct nt_work work;    /* submits, on the worker's CPU */
    struct sim_event event; /* start, then end of the run time */
    struct disk_io *idle;
    uint64_t left;        /* I/Os still to submit; UINT64_MAX: until the run time is over */
    uint32_t since_flush; /* writes */
    bool finished;        /* submits no new I/O any more */
};

struct disk {
    struct sim *sim;
    struct nt *nt;
    struct sp_port *port;
    struct disk_tries tries; /* of a new packet */
    uint32_t timeout_s;
    bool legacy;            /* LegacyErrorHandling */
    bool log_reset_retries; /* event 153 for BUS_RESET, too */
    struct disk_geometry geometry;
    uint64_t capacity_blocks;
    uint32_t packet_blocks; /* the largest request the adapter takes */
    bool attached;
    uint32_t lun;
    struct sp_request probe; /* start-up requests */
    void *probe_data;        /* one page */
    uint32_t worker_count;
    struct disk_worker *worker;
    struct faults *faults;
    struct nt_work bus_reset; /* somebody above asks for one */
    uint64_t io_serial;       /* last one given out */
    struct disk_health health;
    struct disk_packet *spare;
    uint32_t spares;
    struct disk_io *deferred, **deferred_tail; /* wait for packets */
    bool logged_flush, logged_prediction;      /* events that are logged once */
    /* of the run */
    bool started;
    uint32_t active;   /* workers that will submit more */
    uint32_t inflight; /* I/Os the application waits for */
    uint64_t ios, errors, retries_made;
    sim_ns latency_max;
    const struct disk_io *ending; /* its IO_DONE is being traced */
    struct sim_event settle;
    sim_ns settle_ns; /* wait before the next look */
};

/* --- attach.c --------------------------------------------------------------------------------- */

/* Called for every LUN by the port driver; sp_class.attach. */
bool disk__attach(void *ctx, struct sp_port *port, uint32_t lun);

/* --- packet.c --------------------------------------------------------------------------------- */

/* Makes what I/Os larger than bytes_max need. False when even one of them needs too much. */
bool disk__packets_create(struct disk *disk, uint32_t bytes_max);
/* Sends an I/O whose op, lba, blocks and data are set. IRQL at most DISPATCH. It ends with
 * disk__worker_done(). */
void disk__io_send(struct disk *disk, struct disk_io *io);
/* Called by the port driver when a request ends; sp_request.done. */
void disk__packet_done(struct sp_request *request, void *ctx);

/* --- workload.c ------------------------------------------------------------------------------- */

void disk__worker_start(struct disk_worker *worker);
/* An I/O has ended for good; error 0 or an SRB status. */
void disk__worker_done(struct disk_io *io, uint8_t error);

/* --- disk_model.c ----------------------------------------------------------------------------- */

/* A worker will submit no more, or an I/O has ended: ends the run when that was all. */
void disk__may_end(struct disk *disk);
/* A worker will submit no new I/O. */
void disk__worker_finished(struct disk *disk);

#endif
