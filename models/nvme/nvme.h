/* models/nvme/nvme.h - the NVMe controller, register by register, on virtual time.
 *
 * Models NVM Express 1.4 as far as a Storport miniport needs it: registers, admin queue, Identify,
 * Set/Get Features, Get Log Page, queue creation and deletion, Abort, Asynchronous Event Request,
 * the NVM commands over PRP lists, phase tags, a medium that holds data, and faults. Clearing
 * CC.EN takes time: until CSTS.RDY is 0 commands in flight may still move data. It needs neither
 * processors nor a driver: host memory and interrupts are the functions of struct nvme_host.
 */
#ifndef MODELS_NVME_NVME_H
#define MODELS_NVME_NVME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/engine/model.h"
#include "sim/engine/sim.h"
#include "sim/engine/spread.h"

/* The side of the host that the controller sees. Called from events and from register writes. */
struct nvme_host {
    /* Moves bytes of host memory. 0; or -1 when refused: then nothing was moved (and the callee has
     * traced it). The controller takes -1 as a data transfer error of the command, or, for a queue,
     * as fatal (CSTS.CFS). */
    int (*read)(void *ctx, uint64_t phys, void *to, size_t bytes);
    int (*write)(void *ctx, uint64_t phys, const void *from, size_t bytes);
    void (*message)(void *ctx, uint32_t vector); /* MSI-X, MSI */
    void (*line)(void *ctx, bool asserted);      /* INTx level, after INTMS/INTMC */
    bool (*msix)(void *ctx);                     /* MSI-X enabled? */
    bool (*msi)(void *ctx);                      /* MSI enabled? Neither: INTx is driven */
    void *ctx;
};

/* What a deallocated block reads as. KEPT: deallocation is a hint that is not taken. */
enum nvme_deallocated { NVME_DEALLOCATED_ZEROES, NVME_DEALLOCATED_ONES, NVME_DEALLOCATED_KEPT };

/* Commands by what they take their time for. */
enum nvme_timed {
    NVME_TIMED_READ, /* Read, Compare, Verify */
    NVME_TIMED_WRITE,
    NVME_TIMED_FLUSH,
    NVME_TIMED_TRIM, /* Dataset Management, Write Zeroes, Write Uncorrectable */
    NVME_TIMED_ADMIN,
    NVME_TIMED_COUNT
};

/* All zero: none of it, and commands do not wait for each other. */
struct nvme_flash_options {
    uint32_t channels;     /* 0: commands do not queue; at most 16 */
    uint32_t dies;         /* of each channel; 1 .. 16 */
    uint32_t stripe_bytes; /* neighbouring stripes lie on neighbouring channels */
    uint64_t channel_rate; /* bytes a second */
    uint64_t link_rate;    /* the same, of all data to and from the host; 0: without limit */
    sim_ns gc_interval_ns; /* mean time from the end of a die's pause to the next; 0: never */
    sim_ns gc_pause_ns;    /* mean length of one */
    const struct sim_spread *gc_spread; /* of that length; kept by reference, NULL: none */
};

struct nvme_options {
    uint64_t namespace_bytes; /* of each */
    uint32_t namespaces;      /* 1 .. NVME_NAMESPACES_MAX */
    uint32_t block_bytes;     /* 512 or 4096 */
    uint32_t queues;          /* I/O queue pairs granted, 1 .. 63 */
    uint32_t entries;         /* CAP.MQES + 1; 2 .. 65536 */
    uint32_t vectors;         /* MSI-X table size; 0: one (INTx) */
    uint32_t mdts;            /* largest transfer is 2^mdts pages of 4 KiB; 0: no limit */
    sim_ns timeout_ns;        /* CAP.TO, rounded up to 500 ms */
    sim_ns ready_ns;          /* CC.EN=1 until CSTS.RDY=1 */
    sim_ns disable_ns;        /* CC.EN=0 until CSTS.RDY=0; a shutdown takes as long */
    sim_ns fetch_ns; /* doorbell until a fetch, and from one round of fetches to the next */
    sim_ns read_ns, write_ns, flush_ns, admin_ns; /* mean time from fetch to completion */
    sim_ns trim_ns;                               /* the same; 0: as a write */
    /* How these scatter; kept by reference, NULL: not at all. */
    const struct sim_spread *spread[NVME_TIMED_COUNT];
    struct nvme_flash_options flash;
    uint32_t coalescing; /* feature 08h as a reset brings it */
    sim_ns posted_ns;    /* register writes arrive up to so much later; 0: at once */
    enum nvme_deallocated deallocated;
    uint32_t granule;     /* deallocation takes whole ones of so many blocks; at least 1 */
    bool dulbe;           /* the driver may ask for errors of blocks that were not written */
    bool subsystem_reset; /* CAP.NSSRS */
    uint16_t oncs;        /* optional NVM commands: bits of enum nvme_oncs */
    bool sgls;            /* I/O commands may use SGLs */
    bool weighted;        /* CAP.AMS offers weighted round robin */
    bool doorbell_buffer; /* Doorbell Buffer Config is there */
    uint32_t stride;      /* CAP.DSTRD, 0 .. NVME_STRIDE_MAX */
    uint32_t cache_bytes; /* volatile write cache; 0: none */
    bool power_fails;     /* power may go while the cache holds something */
};

#define NVME_NAMESPACES_MAX 16
#define NVME_STRIDE_MAX 4 /* 64 bytes */

/* What one run can write in different places; beyond it a write ends as Capacity Exceeded. */
#define NVME_MEDIA_BYTES_MAX ((uint64_t)160 << 20)

/* What the driver did against the specification; argument `error` of the event GUEST_ERROR. */
enum nvme_guest_error {
#define NVME_GUEST_ERROR(id, text) NVME_GUEST_##id,
#include "models/nvme/guest_errors.def"
#undef NVME_GUEST_ERROR
    NVME_GUEST_COUNT
};
extern const char *const nvme_guest_error_text[NVME_GUEST_COUNT];

struct nvme_ctrl;
struct faults;
/* Creates a controller, disabled. Options and host are copied; the caller has checked their bounds.
 * It shows its occasions to faults, and serves the actions of "controller". */
struct nvme_ctrl *nvme_create(struct sim *sim, const struct nvme_options *options,
                              const struct nvme_host *host, struct faults *faults);

/* Size of BAR 0 in bytes: registers and doorbells. */
uint32_t nvme_bar_bytes(const struct nvme_ctrl *ctrl);

/* A register access of 4 or 8 bytes at an offset into BAR 0, aligned to its size. Anything else is
 * a traced guest error; reads of what does not exist give 0. Takes effect at once (its cost is
 * charged to the CPU by the caller). May call the host's functions before it returns. */
uint64_t nvme_reg_read(struct nvme_ctrl *ctrl, uint32_t offset, uint32_t bytes);
void nvme_reg_write(struct nvme_ctrl *ctrl, uint32_t offset, uint32_t bytes, uint64_t value);

/* The host cuts power, or the device is pulled out: registers, queues and commands are as after a
 * power-up, nothing moves any more. The medium stays; what the volatile cache held is lost, unless
 * the controller was shut down before. From events and CPUs. */
void nvme_power_off(struct nvme_ctrl *ctrl);

/* For checkers and reports. */
bool nvme_ready(const struct nvme_ctrl *ctrl);   /* CSTS.RDY */
bool nvme_enabled(const struct nvme_ctrl *ctrl); /* CC.EN */
/* Submission queues that exist, without the admin queue. */
uint32_t nvme_io_queues(const struct nvme_ctrl *ctrl);
/* Commands fetched and not completed, held Asynchronous Event Requests included. */
uint32_t nvme_commands_inside(const struct nvme_ctrl *ctrl);

/* An I/O command inside: its queue and identifier, and where its data begins (PRP entry 1). */
struct nvme_inside {
    uint32_t qid, cid;
    uint64_t data;
};
/* Asks about I/O commands inside, oldest first, until one is the right one; false: none is. */
typedef bool (*nvme_inside_fn)(void *ctx, const struct nvme_inside *command);
bool nvme_inside_any(const struct nvme_ctrl *ctrl, nvme_inside_fn is_it, void *ctx);

/* Entries of a completion queue that the host has not released. */
struct nvme_unseen {
    uint32_t entries, vector;
    uint32_t tail;  /* index where the next one goes: what the host rings when it has seen all */
    sim_ns since;   /* the oldest was posted, or the host released some but not all */
    sim_ns told_at; /* the newest was posted */
    bool masked;    /* INTMS keeps the line down */
};
/* False: there is no such queue, it has interrupts disabled or nothing in it, or the controller is
 * not in service. */
bool nvme_unseen(const struct nvme_ctrl *ctrl, uint32_t cqid, struct nvme_unseen *out);
/* Power may fail and take what was acknowledged: event POWER_LOST. */
bool nvme_power_fails(const struct nvme_ctrl *ctrl);
/* How power went: argument `how` of the event POWER_LOST. */
enum nvme_power_loss { NVME_POWER_FAILED, NVME_POWER_CUT_BY_HOST };
uint64_t nvme_namespace_blocks(const struct nvme_ctrl *ctrl);

/* Reads the scenario's [controller] section; connects memory, interrupts and faults. */
extern const struct sim_model nvme_model;

#endif
