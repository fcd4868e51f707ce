/* models/nvme/nvme_private.h - PRIVATE to models/nvme/: the controller's state and what its files
 * offer each other. Others include models/nvme/nvme.h.
 *
 *   controller  create, the state machine of CC.EN, CSTS.RDY, shutdown and fatal status
 *   registers   access rules, what a read gives, what a write does
 *   queue       rings and doorbells, posting of completion entries
 *   posted      register writes on their way
 *   interrupt   INTx level, MSI-X messages
 *   gather      interrupt coalescing
 *   command     slots, life of a command: fetched, data moved, completed
 *   latency     how long a command takes and when its data moves
 *   fetch       arbitration and fetch
 *   flash, lane where commands wait: dies, channels, the link, garbage collection
 *   prp, sgl    where a command's data is: PRP entries and lists; SGLs
 *   admin       the admin command set: which there are, Abort
 *   admin_queue, doorbell_buffer, event, firmware, format, selftest   families of admin commands
 *   identify, features, feature_data, log   what three admin commands tell
 *   io, range   the NVM command set: with data; about blocks that get their data from nowhere
 *   media, cache   the medium; what of it a loss of power takes away
 *   fault*      what can go wrong with all of this: see fault_private.h
 *
 * All of it lives in the core zone and is restored by copying.
 */
#ifndef MODELS_NVME_NVME_PRIVATE_H
#define MODELS_NVME_NVME_PRIVATE_H

#include "models/nvme/fault_private.h"
#include "models/nvme/flash.h"
#include "models/nvme/nvme.h"
#include "models/nvme/spec.h"
#include "sim/engine/race.h"

#define NVME_QUEUES_MAX 64     /* the admin queue included: one bit each in 64-bit masks */
#define NVME_SLOTS_MAX 1024    /* commands inside the controller at once */
#define NVME_SLOTS_GROW 32     /* slots are added so many at a time */
#define NVME_FETCH_MAX 32      /* entries read in one go */
#define NVME_CHAINS 256        /* hash chains over (queue, command identifier); a power of two */
#define NVME_PAGE_SHIFT_MIN 12 /* CAP.MPSMIN 0 */
#define NVME_MPS_MAX 4         /* CAP.MPSMAX: 64 KiB */
#define NVME_NSID 1            /* the first namespace */
#define NVME_FIRMWARE_SLOTS 2
#define NVME_ABORTS_MAX 4          /* Identify's ACL + 1 */
#define NVME_EVENTS_MAX 4          /* Identify's AERL + 1 */
#define NVME_ERROR_ENTRIES 4       /* Identify's ELPE + 1 */
#define NVME_DEFAULT_ARBITRATION 3 /* bursts of 8 */

enum nvme_state {
    NVME_DISABLED,  /* EN 0, RDY 0 */
    NVME_ENABLING,  /* EN 1, RDY 0: RDY follows after ready_ns */
    NVME_READY,     /* EN 1, RDY 1: commands are fetched and completed */
    NVME_SHUTTING,  /* EN 1, RDY 1, SHST 1: nothing is fetched, what is inside completes */
    NVME_SHUTDOWN,  /* EN 1, RDY 1, SHST 2: only a reset leads out of here */
    NVME_DISABLING, /* EN was cleared, RDY still 1: nothing completes, data may still move */
    NVME_FATAL,     /* CFS 1: nothing moves; RDY as it was */
    NVME_STATE_COUNT
};

struct nvme_sq {
    uint64_t base;
    uint32_t entries;
    uint32_t head, tail; /* fetched up to; rung up to */
    uint32_t reported;   /* head that the last completion entry told the host */
    uint16_t cqid;
    bool exists;
    struct sim_sync rung; /* of those who rang its doorbell */
};

struct nvme_cmd;

struct nvme_cq {
    uint64_t base;
    uint32_t entries;
    uint32_t head, tail; /* released up to; posted up to */
    uint32_t sqs;        /* submission queues that complete here */
    uint16_t vector;
    uint8_t phase; /* of the next entry */
    bool exists, interrupts;
    sim_ns unseen_since, posted_at; /* see struct nvme_unseen; meaningful while not empty */
    struct nvme_cmd *wait_first, *wait_last; /* completed, but the queue is full */
    struct sim_sync posted;                  /* of those whose commands were completed here */
};

/* What a command's event does next. */
enum nvme_stage {
    NVME_STAGE_DATA, /* data will move */
    NVME_STAGE_DONE, /* a completion entry will be posted */
    NVME_STAGE_HELD, /* an Asynchronous Event Request, or waiting for room in the completion queue
                      */
};

/* A command inside the controller. The event comes first: its handler gets the command from it. */
struct nvme_cmd {
    struct sim_event event;
    struct nvme_sqe sqe;
    struct nvme_cmd *prev,
        *next;              /* list of all inside, in order of fetch; next also links free slots */
    struct nvme_cmd *chain; /* same hash */
    struct nvme_cmd *wait_next; /* completion queue's wait list */
    sim_ns finish;              /* when it would complete */
    uint32_t bytes;             /* to move in its data stage; 0: none */
    uint32_t dw0;
    uint16_t qid; /* submission queue */
    uint16_t cqid;
    uint16_t status;
    uint16_t sqhd; /* for its completion entry */
    uint8_t stage; /* enum nvme_stage */
    bool to_host;
    bool works;           /* has something to do in its data stage though it moves nothing */
    struct sim_sync sync; /* of those who had rung when it was fetched */
    bool orphan;  /* its submission queue was deleted: its identifier means nothing any more */
    uint16_t odd; /* bits of enum nvme_odd; 0 without faults */
    sim_ns odd_delay;
    const struct fault *spoiled;
};

/* Sparse medium: a tree of 512-way nodes over 4 KiB blocks (media.c). */
struct nvme_media {
    void *root;
    uint8_t *blank; /* a block that was never written; NULL: zeroes */
    uint32_t levels;
    uint64_t blocks;  /* of 4 KiB */
    uint64_t written; /* blocks that exist */
};

/* What blocks held before the writes that only the volatile cache has: cache.c. */
struct nvme_cache {
    uint32_t size; /* entries, of a logical block each; 0: nothing can be lost */
    uint32_t first, count;
    struct nvme_kept *kept;
    uint8_t *data;
    struct sim_stream survival;
};

enum nvme_mark {
    NVME_MARK_UNREADABLE = 1 << 0, /* by Write Uncorrectable */
    NVME_MARK_WRITTEN = 1 << 1,    /* and not deallocated since; only with option dulbe */
};

/* Events of one type for Asynchronous Event Requests: event.c. */
struct nvme_events {
    uint32_t pending; /* a bit for each that waits for a request */
    bool masked;      /* one was told, and its log page was not read yet */
};

struct nvme_firmware {
    uint64_t bytes;       /* of the image that is being downloaded */
    bool holed;           /* and pieces of it are missing */
    bool second;          /* slot 2 holds something */
    uint8_t active, next; /* slots; next: 0 none */
};

struct nvme_selftest {
    uint8_t running; /* 0: none */
    uint32_t nsid;
    sim_ns began;
    struct nvme_selftest_entry past[NVME_SELFTEST_ENTRIES]; /* newest first; valid: was one */
};

/* A register write on its way. */
struct nvme_write {
    struct nvme_write *next; /* the next one to arrive, or the next spare one */
    sim_ns at;
    uint64_t value;
    uint32_t offset, bytes;
    struct sim_sync sync; /* of whoever wrote */
};

struct nvme_posted {
    struct sim_event event; /* of the first */
    struct sim_stream delay;
    struct nvme_write *first, *last, *spare;
    sim_ns last_at;
};

/* Interrupts of one vector that are held back. */
struct nvme_gather {
    struct sim_event timer; /* first: its handler gets the rest from it */
    uint32_t count;         /* completions since the last interrupt */
    struct sim_sync sync;   /* of those whose commands they were */
};

struct nvme_ctrl {
    struct sim *sim;
    struct nvme_options options;
    struct nvme_host host;
    struct sim_stream latency, late;
    struct nvme_flash *flash; /* NULL: commands do not wait for each other */
    struct nvme_posted posted;

    enum nvme_state state;
    bool stopped;    /* by a fault: nothing is fetched or completed */
    bool starved;    /* fetching waits for a free slot */
    bool line;       /* INTx level that the host was told */
    uint32_t status; /* MSI: vectors that have unseen entries and are not masked (IS, 7.5.1.1) */
    uint64_t cap, asq, acq;
    uint64_t blocks;                /* of a namespace */
    uint64_t shadow, shadow_events; /* doorbell buffers in host memory; 0: none */
    uint32_t cc, csts, intms, aqa;
    uint32_t page_shift;          /* of CC.MPS, taken when enabled */
    sim_ns reset_at;              /* the latest controller reset */
    sim_ns enabled_at;            /* CC.EN was set */
    sim_ns quiet_at;              /* DISABLING: no data moves at this time or later */
    struct sim_event state_event; /* end of ENABLING, DISABLING, SHUTTING */
    struct sim_event fetch_event;

    struct nvme_sq *sq; /* [options.queues + 1] */
    struct nvme_cq *cq;
    uint64_t sq_ready;  /* submission queues with entries to fetch */
    uint64_t cq_unseen; /* completion queues with interrupts enabled and entries not released */
    uint32_t turn;      /* queue whose turn it is in round robin */
    bool weighted;      /* CC.AMS, taken when enabled; then: */
    uint64_t priority[NVME_PRIORITY_COUNT]; /* queues of each class */
    uint32_t turns[NVME_PRIORITY_COUNT];
    uint32_t io_sqs, io_cqs; /* that exist */
    uint32_t sqs_granted, cqs_granted;

    struct nvme_cmd *free_slots;
    struct nvme_cmd *first, *last; /* commands inside */
    struct nvme_cmd *chains[NVME_CHAINS];
    uint32_t slots, inside;

    uint32_t features[NVME_FEATURE_COUNT];
    struct nvme_gather *gather; /* [vectors, at least 1] */
    uint64_t ungathered;        /* vectors without coalescing */
    uint64_t gathering;         /* completion queues whose entries do not raise INTx yet */
    uint32_t aborts;            /* Abort commands inside */
    struct nvme_cmd *held[NVME_EVENTS_MAX]; /* Asynchronous Event Requests, oldest first */
    uint32_t held_count;
    struct nvme_events events[NVME_EVENT_TYPE_COUNT];
    uint32_t temperature_low; /* threshold below; features[] has the one above */
    struct nvme_firmware firmware;
    struct nvme_selftest selftest;

    struct nvme_error_entry errors[NVME_ERROR_ENTRIES]; /* newest at error_count modulo size */
    uint64_t error_count;
    uint64_t sectors_read, sectors_written; /* of 512 bytes */
    uint64_t reads, writes;
    uint64_t power_cycles, unsafe_shutdowns;

    struct nvme_media media;
    struct nvme_media marks; /* a byte for each logical block: bits of enum nvme_mark */
    bool marked;             /* some block was made unreadable */
    struct nvme_kept_features *kept_features; /* NULL: none was set since the reset */
    struct nvme_cache cache;
    struct faults *faults;
    struct nvme_faulty faulty;
};

/* --- controller.c --- */
void nvme__cc_write(struct nvme_ctrl *ctrl, uint32_t value);
/* Controller fatal status: the driver must reset. Nothing when already fatal or not enabled. */
void nvme__fatal(struct nvme_ctrl *ctrl);
/* Forgets everything, CC included, without being asked. */
void nvme__self_reset(struct nvme_ctrl *ctrl);
/* The same, because the driver wrote NSSR. */
void nvme__subsystem_reset(struct nvme_ctrl *ctrl);
/* The same, and what the cache holds may be lost. */
void nvme__power_cycle(struct nvme_ctrl *ctrl, enum nvme_power_loss how);
/* CSTS.RDY follows CC.EN again, after a fault kept it from doing so: it takes its time from now. */
void nvme__follow_enable(struct nvme_ctrl *ctrl);
void nvme__guest_error(struct nvme_ctrl *ctrl, enum nvme_guest_error error, uint32_t qid,
                       uint64_t value);

/* Nobody hears of this queue's commands. */
static inline bool nvme__silent(const struct nvme_ctrl *ctrl, uint32_t qid)
{
    return SIM_UNLIKELY(ctrl->faulty.silent >> qid & 1);
}

/* True while commands inside may complete. */
static inline bool nvme__completing(const struct nvme_ctrl *ctrl)
{
    return (ctrl->state == NVME_READY || ctrl->state == NVME_SHUTTING) && !ctrl->stopped;
}

/* --- queue.c --- */
void nvme__sq_create(struct nvme_ctrl *ctrl, uint32_t qid, uint64_t base, uint32_t entries,
                     uint32_t cqid);
void nvme__cq_create(struct nvme_ctrl *ctrl, uint32_t qid, uint64_t base, uint32_t entries,
                     uint32_t vector, bool interrupts);
void nvme__sq_delete(struct nvme_ctrl *ctrl, uint32_t qid);
void nvme__cq_delete(struct nvme_ctrl *ctrl, uint32_t qid);
void nvme__doorbell(struct nvme_ctrl *ctrl, uint32_t offset, uint32_t value);
/* The same, of a write that a fault put off. */
void nvme__doorbell_late(struct nvme_ctrl *ctrl, uint32_t offset, uint32_t value);
/* Posts the command's completion entry, or keeps it until its queue has room. Ends the command. */
void nvme__post(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd);
/* Posts an entry that no command earned now; its phase is the queue's. Nothing where there is no
 * such queue, no room, or nothing is completed. */
void nvme__post_entry(struct nvme_ctrl *ctrl, uint32_t cqid, struct nvme_cqe entry);

/* Doorbells lie 4 << stride bytes apart: SQ 0, CQ 0, SQ 1, ... */
static inline uint32_t nvme__doorbell_index(const struct nvme_ctrl *ctrl, uint32_t offset)
{
    return (offset - NVME_DOORBELLS) >> (2 + ctrl->options.stride);
}

/* --- fetch.c --- */
/* Lets fetching begin if there is anything to fetch and nothing in its way. */
void nvme__fetch_kick(struct nvme_ctrl *ctrl);

/* --- interrupt.c --- */
void nvme__irq_posted(struct nvme_ctrl *ctrl, const struct nvme_cq *cq);
/* Re-evaluates the INTx line. */
void nvme__irq_update(struct nvme_ctrl *ctrl);

/* --- gather.c --- */
void nvme__gather_create(struct nvme_ctrl *ctrl);
/* A completion was posted while coalescing is on. True when it sees to the interrupt. */
bool nvme__gather(struct nvme_ctrl *ctrl, const struct nvme_cq *cq);
/* A controller reset. */
void nvme__gather_reset(struct nvme_ctrl *ctrl);

/* --- registers.c, posted.c --- */
/* A write that has arrived. */
void nvme__reg_write(struct nvme_ctrl *ctrl, uint32_t offset, uint32_t bytes, uint64_t value);
/* One that goes on its way; all that are on their way arrive now; all are lost. */
void nvme__post_write(struct nvme_ctrl *ctrl, uint32_t offset, uint32_t bytes, uint64_t value);
void nvme__push_writes(struct nvme_ctrl *ctrl);
void nvme__lose_writes(struct nvme_ctrl *ctrl);

/* --- command.c --- */
/* Free slots, allocating more up to the maximum; 0 when all are in use. At most `want`. */
uint32_t nvme__slots_free(struct nvme_ctrl *ctrl, uint32_t want);
/* Takes in a command that was just fetched; a slot is free. */
void nvme__cmd_begin(struct nvme_ctrl *ctrl, uint32_t qid, const struct nvme_sqe *sqe);
/* Ends a command with a status, now, whatever its stage. It is gone afterwards or waits for room.
 */
void nvme__cmd_complete(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint16_t status);
/* Takes it out of all lists and frees its slot; no completion entry. */
void nvme__cmd_end(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd);
/* Its next step comes at this time, in place of when it was due. */
void nvme__cmd_due(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, sim_ns at);
/* The outstanding command of this identifier, oldest first; NULL when there is none. */
struct nvme_cmd *nvme__cmd_find(struct nvme_ctrl *ctrl, uint32_t qid, uint32_t cid);
/* The submission queue goes (5.6): completes its commands as aborted. */
void nvme__cmds_abort(struct nvme_ctrl *ctrl, uint32_t qid);
/* A stop of these queues (a mask) begins, CC.EN is cleared, or the controller turns fatal:
 * completions are off. data: some commands that were being worked on still move their data. */
void nvme__freeze_stopped(struct nvme_ctrl *ctrl, uint64_t queues, bool data);
void nvme__freeze_disabled(struct nvme_ctrl *ctrl, bool data);
void nvme__freeze_all(struct nvme_ctrl *ctrl);
/* A stop is over without a reset: what was frozen goes on, as if it had just been fetched. */
void nvme__thaw(struct nvme_ctrl *ctrl);
/* Drops all commands inside (CMD_LOST). */
void nvme__lose_all(struct nvme_ctrl *ctrl);

/* --- latency.c --- */
/* When a command that starts at `start`, which is not in the past, completes: after it. mean: of
 * commands of its kind. Draws from the stream "nvme.latency". */
sim_ns nvme__finish(struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd, sim_ns mean, sim_ns start);
/* When, within so long a life, its data moves: early for writes, late for reads. */
sim_ns nvme__data_moment(struct nvme_ctrl *ctrl, sim_ns life, bool to_host);

/* Moves bytes of a command's data to the host. */
int nvme__to_host(struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd, uint64_t phys,
                  const void *from, uint32_t bytes);
/* Data came from the host to where it is kept: it may have arrived otherwise. */
void nvme__from_host(const struct nvme_cmd *cmd, void *to, uint32_t bytes);

/* --- prp.c --- */
/* Moves one piece that lies in one host page; at: bytes of the transfer before it. Returns a
 * status. */
typedef uint16_t (*nvme_piece_fn)(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint64_t phys,
                                  uint32_t at, uint32_t bytes, void *ctx);
/* Walks the PRP entries of the command's whole transfer (cmd->bytes) and moves it piece by piece.
 * Returns a status; *moved is what was moved before an error. */
uint16_t nvme__prp_walk(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved,
                        nvme_piece_fn piece, void *ctx);

/* --- sgl.c --- */
/* The same for a command with an SGL. */
uint16_t nvme__sgl_walk(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved,
                        nvme_piece_fn piece, void *ctx);
static inline uint16_t nvme__walk(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved,
                                  nvme_piece_fn piece, void *ctx)
{
    if (SIM_UNLIKELY(cmd->sqe.flags & NVME_FLAGS_PSDT))
        return nvme__sgl_walk(ctrl, cmd, moved, piece, ctx);
    return nvme__prp_walk(ctrl, cmd, moved, piece, ctx);
}

/* --- admin.c, io.c: one command set each --- */
/* At fetch: sets bytes and to_host of a command that moves data, *mean to its mean time. */
uint16_t nvme__admin_check(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, sim_ns *mean);
uint16_t nvme__io_check(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, sim_ns *mean);
/* In the data stage. */
uint16_t nvme__admin_data(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved);
uint16_t nvme__io_data(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved);
/* Takes effect just before the completion entry. True: it is held and gets no entry now. */
bool nvme__admin_act(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd);
/* Says that an admin command leaves, however. */
void nvme__admin_forget(struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd);
bool nvme__admin_known(const struct nvme_ctrl *ctrl, uint32_t opcode);
/* Entries of the log page of effects; 0: no such command. */
uint32_t nvme__admin_effects(const struct nvme_ctrl *ctrl, uint32_t opcode);
uint32_t nvme__io_effects(const struct nvme_ctrl *ctrl, uint32_t opcode);
/* A mistake of the driver in an admin command, and the status of it. */
uint16_t nvme__refuse(struct nvme_ctrl *ctrl, enum nvme_guest_error error, uint64_t value,
                      enum nvme_status status);

/* --- admin_queue.c, format.c, firmware.c, selftest.c: checks at fetch, effects at completion -- */
uint16_t nvme__create_cq(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd);
uint16_t nvme__create_sq(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd);
uint16_t nvme__delete_sq(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd);
uint16_t nvme__delete_cq(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd);
uint16_t nvme__format_check(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd);
uint16_t nvme__format(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd);
uint16_t nvme__firmware_check(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd);
uint16_t nvme__firmware_data(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved);
uint16_t nvme__firmware_commit(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd);
/* "" of a slot that holds nothing. */
const char *nvme__firmware_revision(const struct nvme_ctrl *ctrl, uint32_t slot);
uint16_t nvme__selftest(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd);
void nvme__selftest_log(struct nvme_ctrl *ctrl, struct nvme_selftest_log *log);
/* A controller reset, or power came. */
void nvme__firmware_reset(struct nvme_ctrl *ctrl);
void nvme__selftest_reset(struct nvme_ctrl *ctrl);

/* --- doorbell_buffer.c --- */
uint16_t nvme__doorbell_buffer(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd);
/* An I/O queue's doorbell was written while there are buffers: the value that counts. */
uint32_t nvme__doorbell_shadow(struct nvme_ctrl *ctrl, uint32_t index, uint32_t written);

/* --- event.c --- */
/* True: the Asynchronous Event Request is held. False: its status says why not. */
bool nvme__event_hold(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd);
void nvme__event_forget(struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd);
void nvme__events_reset(struct nvme_ctrl *ctrl);
/* What critical warnings there are, or which are to be told, may have changed. */
void nvme__event_health(struct nvme_ctrl *ctrl);
/* An error event happened (5.2): completes an Asynchronous Event Request, now or later. */
void nvme__event_error(struct nvme_ctrl *ctrl, enum nvme_error_event event);
/* A log page was read. */
void nvme__event_unmask(struct nvme_ctrl *ctrl, uint32_t log);
/* Completes an Asynchronous Event Request if there is one, for no reason. */
void nvme__event_flood(struct nvme_ctrl *ctrl);
/* Largest transfer in bytes; UINT32_MAX without a limit. */
uint32_t nvme__transfer_max(const struct nvme_ctrl *ctrl);

/* --- identify.c, features.c, log.c --- */
/* Fills page; returns a status. */
uint16_t nvme__identify(const struct nvme_ctrl *ctrl, const struct nvme_sqe *sqe,
                        uint8_t page[NVME_IDENTIFY_BYTES]);
void nvme__features_reset(struct nvme_ctrl *ctrl);
uint16_t nvme__feature_set(struct nvme_ctrl *ctrl, const struct nvme_sqe *sqe, uint32_t *dw0);
uint16_t nvme__feature_get(const struct nvme_ctrl *ctrl, const struct nvme_sqe *sqe, uint32_t *dw0);
/* Features whose value is data. */
bool nvme__feature_has_data(const struct nvme_sqe *sqe);
uint16_t nvme__feature_data_check(const struct nvme_ctrl *ctrl, struct nvme_cmd *cmd);
uint16_t nvme__feature_give(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved);
uint16_t nvme__feature_take(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved);
void nvme__feature_data_reset(struct nvme_ctrl *ctrl);
#define NVME_LOG_BYTES 4096 /* the largest log page */
/* Bytes that the command asks for; a status when it asks for what is not there. */
uint16_t nvme__log_check(const struct nvme_ctrl *ctrl, const struct nvme_sqe *sqe, uint32_t *bytes);
/* Fills page with the whole log page, zeroes behind it. */
void nvme__log_page(struct nvme_ctrl *ctrl, uint32_t log, uint8_t page[NVME_LOG_BYTES]);
/* Bits of critical_warning. */
uint32_t nvme__critical_warning(const struct nvme_ctrl *ctrl);
uint64_t nvme__log_offset(const struct nvme_sqe *sqe);
void nvme__log_error(struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd);

/* The blocks of a command that names them are there. Returns a status. */
uint16_t nvme__blocks_check(const struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd);
/* Logical blocks, of a checked command that names them or of a range. The namespaces follow each
 * other: lba counts from the first block of the first. */
struct nvme_extent {
    uint64_t lba;
    uint64_t count;
};
static inline struct nvme_extent nvme__extent(const struct nvme_ctrl *ctrl,
                                              const struct nvme_sqe *sqe)
{
    return (struct nvme_extent){.lba = (sqe->nsid - UINT64_C(1)) * ctrl->blocks +
                                       (sqe->cdw10 | (uint64_t)sqe->cdw11 << 32),
                                .count = (sqe->cdw12 & 0xFFFF) + UINT64_C(1)}; /* 0's based */
}
static inline bool nvme__ns_exists(const struct nvme_ctrl *ctrl, uint32_t nsid)
{
    return nsid - 1 < ctrl->options.namespaces;
}

/* --- range.c --- */
/* As nvme__io_check() and nvme__io_data() for the commands that io.c leaves. */
uint16_t nvme__range_check(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, sim_ns *mean);
uint16_t nvme__range_data(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved);
/* They hold nothing any more. */
void nvme__blocks_erase(struct nvme_ctrl *ctrl, struct nvme_extent extent);
/* One of these blocks was marked as unreadable. */
bool nvme__any_marked(const struct nvme_ctrl *ctrl, struct nvme_extent extent);
/* They hold data again. Returns a status. */
uint16_t nvme__written(struct nvme_ctrl *ctrl, struct nvme_extent extent);
/* The driver wants an error for one that holds none, and one of these does not. */
bool nvme__any_deallocated(const struct nvme_ctrl *ctrl, struct nvme_extent extent);

/* --- cache.c --- */
void nvme__cache_init(struct nvme_ctrl *ctrl);
/* These only while cache.size is not 0. A write is about to move its data. */
void nvme__cache_write(struct nvme_ctrl *ctrl, const struct nvme_sqe *sqe);
/* These blocks are safe from now on. */
void nvme__cache_commit(struct nvme_ctrl *ctrl, struct nvme_extent extent);
void nvme__cache_flush(struct nvme_ctrl *ctrl);
void nvme__cache_lose(struct nvme_ctrl *ctrl, enum nvme_power_loss how);

/* --- media.c --- */
#define NVME_MEDIA_SHIFT 12
#define NVME_MEDIA_BLOCK (1u << NVME_MEDIA_SHIFT)
void nvme__media_init(struct nvme_media *media, uint64_t bytes);
/* What was never written reads as this byte. Before anything is written. */
void nvme__media_fill(struct nvme_media *media, uint8_t byte);
/* These bytes are as if never written. Costs nothing where nothing was. */
void nvme__media_clear(struct nvme_media *media, uint64_t at, uint64_t bytes);
/* The 4 KiB block that holds byte `at`. Read only. */
const uint8_t *nvme__media_read(const struct nvme_media *media, uint64_t at);
/* The same for writing; it exists afterwards. NULL when the medium has no room left. */
uint8_t *nvme__media_write(struct nvme_media *media, uint64_t at);

#endif
