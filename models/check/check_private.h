/* models/check/check_private.h - private to models/check and its tests: what the checkers share.
 *
 * A checker learns from trace events and asks the machine only through struct check_queries, so it
 * can be tested with a made-up trace and made-up answers. All state is in the core zone; a run
 * starts from the image.
 */
#ifndef MODELS_CHECK_CHECK_PRIVATE_H
#define MODELS_CHECK_CHECK_PRIVATE_H

#include <inttypes.h>

#include "models/check/check.h"
#include "models/check/map.h"
#include "models/load/load.h"
#include "models/nvme/nvme.h"
#include "sim/engine/sim.h"

/* Questions to the machine; ctx is handed back. */
struct check_queries {
    void *ctx;
    /* port driver */
    uint32_t (*queued)(void *ctx);      /* requests in LUN queues */
    uint32_t (*outstanding)(void *ctx); /* SRBs with the miniport */
    uint64_t (*owner_of)(void *ctx, uintptr_t address);
    /* controller */
    bool (*ready)(void *ctx);
    uint32_t (*io_queues)(void *ctx);
    uint32_t (*inside)(void *ctx); /* commands */
    /* The oldest command inside whose first PRP lies in memory of this SRB; false when none does.
     */
    bool (*command_of)(void *ctx, uint64_t srb, struct nvme_inside *out);
    bool (*unseen)(void *ctx, uint32_t cqid, struct nvme_unseen *out);
    /* load */
    bool (*drained)(void *ctx);
    uint32_t (*read_back)(void *ctx, uint64_t io, uint32_t block, uint32_t count,
                          struct load_value *out);
    /* processors */
    uint32_t (*cpus)(void *ctx);
    sim_ns (*high_since)(void *ctx, uint32_t cpu);
    /* names */
    const char *(*callback_name)(uint32_t callback);
    const char *(*guest_error)(uint32_t error);
};

/* Bounds, from the scenario. */
struct check_limits {
    sim_ns drain, stall, routine, initialize, isr, dispatch, max_pause;
    sim_ns unseen, untold, reset, recovery;
};

/* One hand-over of an SRB to the miniport, until it is completed. */
struct check_srb {
    uint64_t serial;
    uint64_t io;
    sim_ns started_at;
    bool started; /* entered HwStorStartIo */
    bool late;    /* handed over when the adapter should have been held: see resume_too_early.c */
    bool early;   /* and entered HwStorStartIo before the controller was ready */
};

/* One I/O of the application, from submission to its final end. */
struct check_io {
    uint64_t io;
    uint64_t lba;
    uint64_t seq; /* data_integrity.c: place of the submission in the order of all submissions and
                     ends */
    uint64_t srb; /* latest hand-over; 0 before the first */
    uint32_t blocks;
    uint32_t floors; /* data_integrity.c: which record, of a read */
    uint8_t op;      /* enum sp_op */
    bool fua;        /* a write that is safe once it ended well */
};

struct check_ended {
    uint64_t serial;
    sim_ns at;
    uint8_t status, cpu;
};
#define CHECK_ENDED 256 /* completions remembered; a power of two */

/* What several checkers need to know, kept up to date by track.c before they see an event. */
struct check_track {
    struct check_map srbs; /* struct check_srb; still there while others see its SRB_COMPLETE */
    struct check_map ios;  /* struct check_io; still there while others see its IO_DONE */
    uint64_t fua;          /* latest I/O with Force Unit Access */
    uint32_t started;      /* SRBs that entered HwStorStartIo and are not completed */
    struct check_ended ended[CHECK_ENDED]; /* by serial */
    sim_ns submitted_at;                   /* last submission, retry or fault edge */
    sim_ns flowed_at;                      /* last SRB handed over or completed */
    uint32_t paused;                       /* adapter pauses of the miniport that are in force */
    bool busy;                             /* StorPortBusy, adapter-wide */
    bool port_holds;                       /* the port driver's own hold after a bus reset */
    sim_ns held_since;                     /* meaningful while paused or busy */
    bool enabled, ready;                   /* CC.EN, CSTS.RDY */
    uint32_t resets;                       /* HwStorResetBus entered */
    bool in_reset;
    sim_ns reset_at, returned_at; /* of the latest */
};

struct check {
    struct sim *sim;
    struct check_limits limits;
    struct check_queries ask;
    struct load_geometry geometry;
    bool power_fails;        /* and may take what the disk's cache holds */
    bool no_zeroes, no_ones; /* what blocks without data do not read as (DLFEAT) */
    struct check_track track;
    /* each checker's own; defined in its file */
    struct check_commands *commands;
    struct check_leaked *leaked;
    struct check_quiet *quiet;
    struct check_protocol *protocol;
    struct check_resume *resume;
    struct check_stuck *stuck;
    struct check_integrity *integrity;
    struct check_order *order;
    struct check_recovery *recovery;
    struct check_stale *stale;
    struct check_unseen *unseen;
    struct check_hang *hang;
    struct check_healed *healed;
};

struct check_config {
    struct check_limits limits;
    struct check_queries ask;
    struct load_geometry geometry;
    bool power_fails;
    bool no_zeroes, no_ones;
};

/* All checkers, in the present world. NULL with error text when the load is too large to verify. */
struct check *check__create(struct sim *sim, const struct check_config *config,
                            struct sim_error *error);
/* The run ended by itself or by its limit. */
void check__finish(struct check *check);

static inline bool check__held(const struct check *check)
{
    return check->track.paused || check->track.busy || check->track.port_holds;
}

/* A reset has begun and not ended, as io_during_reset.c defines it. */
bool check__reset_open(const struct check *check);

/* How an SRB ended, if that is still remembered; NULL else. */
const struct check_ended *check__ended(const struct check *check, uint64_t serial);
struct check_text {
    char text[112];
};
/* Where the command for an I/O is, as far as the controller's events tell; "" when it was never
 * fetched. */
const char *check__command_of(const struct check *check, const struct check_io *io,
                              struct check_text *out);
/* Where the request is: port driver's queue, miniport, device. */
const char *check__whereabouts(const struct check *check, const struct check_io *io,
                               struct check_text *out);
/* A span of time in the unit that suits it, such as "1.250 ms". */
const char *check__span(sim_ns ns, struct check_text *out);

/* A status byte without the flag bits. */
#define CHECK_STATUS(status) ((uint8_t)((status)&0x3F))
enum { CHECK_SRB_SUCCESS = 0x01, CHECK_SRB_BUSY = 0x05, CHECK_SRB_BUS_RESET = 0x0E };

/* Set-up of each file, in the order in which they are called; subscribers run in that order. */
void check__track_setup(struct check *check);
void check__commands_setup(struct check *check);
void check__completed_once_setup(struct check *check);
void check__leaked_setup(struct check *check);
void check__reset_outstanding_setup(struct check *check);
void check__io_during_reset_setup(struct check *check);
void check__resume_setup(struct check *check);
void check__stuck_setup(struct check *check);
void check__dma_setup(struct check *check);
void check__limits_setup(struct check *check);
void check__lock_order_setup(struct check *check);
void check__nvme_protocol_setup(struct check *check);
int check__integrity_setup(struct check *check, struct sim_error *error);
void check__recovery_setup(struct check *check);
void check__stale_completion_setup(struct check *check);
void check__lost_interrupt_setup(struct check *check);
void check__reset_hang_setup(struct check *check);
void check__not_recovered_setup(struct check *check);
void check__track_setup_last(struct check *check);

void check__leaked_finish(struct check *check);
void check__limits_finish(struct check *check);

#endif
