/* models/disk/disk_private.h - private to models/disk: the state of the class driver.
 *
 * Everything here changes only between points, so a list needs no lock although DPCs on other CPUs
 * work on it.
 */
#ifndef MODELS_DISK_DISK_PRIVATE_H
#define MODELS_DISK_DISK_PRIVATE_H

#include "models/disk/disk.h"

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

struct disk {
    struct sim *sim;
    struct nt *nt;
    struct sp_port *port;
    struct disk_load load;
    struct disk_tries tries; /* of a new packet */
    uint32_t timeout_s;
    bool legacy;            /* LegacyErrorHandling */
    bool log_reset_retries; /* event 153 for BUS_RESET, too */
    uint32_t block_bytes;
    uint64_t capacity_blocks;
    uint32_t packet_blocks; /* the largest request the adapter takes */
    bool attached;
    uint32_t lun;
    struct sp_request probe; /* start-up requests */
    void *probe_data;        /* one page */
    uint64_t io_serial;      /* last one given out */
    struct disk_health health;
    struct disk_packet *spare;
    uint32_t spares;
    struct disk_io *deferred, **deferred_tail; /* wait for packets */
    bool logged_flush, logged_prediction;      /* events that are logged once */
    uint64_t retries_made;
};

/* --- attach.c --------------------------------------------------------------------------------- */

/* Called for every LUN by the port driver; sp_class.attach. */
bool disk__attach(void *ctx, struct sp_port *port, uint32_t lun);
void disk__detach(void *ctx, struct sp_port *port, uint32_t lun);

/* --- packet.c --------------------------------------------------------------------------------- */

/* Makes what I/Os larger than bytes_max need. False when even one of them needs too much. */
bool disk__packets_create(struct disk *disk, uint32_t bytes_max);
/* Called by the port driver when a request ends; sp_request.done. */
void disk__packet_done(struct sp_request *request, void *ctx);

#endif
