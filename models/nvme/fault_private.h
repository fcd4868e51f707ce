/* models/nvme/fault_private.h - PRIVATE to models/nvme/: what faults add to the controller.
 *
 * The controller is written as if nothing ever failed. Where it can fail it asks, in one test each,
 * whether a fault waits for this occasion, whether a lasting one is on (struct nvme_faulty), or
 * whether this command is one of the odd ones (nvme_cmd.odd); the answers are in
 *
 *   fault             occasions, and who serves which action
 *   fault_command     stop, stalled fetch, hung and failed commands, data that is late or wrong
 *   fault_completion  completion entries that are lost, late, twice, torn, wrong or made up
 *   fault_controller  CSTS.RDY, fatal status, resets of its own, the link, registers
 *   fault_power       power that fails, a write cache that lies
 *   fault_later       what a fault does later, by itself
 */
#ifndef MODELS_NVME_FAULT_PRIVATE_H
#define MODELS_NVME_FAULT_PRIVATE_H

#include "models/fault/fault.h"
#include "models/nvme/spec.h"
#include "sim/engine/race.h"

struct nvme_ctrl;
struct nvme_cmd;

/* What is wrong with a command: bits of nvme_cmd.odd. */
enum nvme_odd {
    NVME_ODD_HUNG = 1 << 0,     /* it never completes */
    NVME_ODD_LATE = 1 << 1,     /* hung; its data moves while CC.EN=0 takes effect */
    NVME_ODD_STRAY = 1 << 2,    /* hung; its data moves after CSTS.RDY=0 */
    NVME_ODD_CORRUPT = 1 << 3,  /* its data arrives changed */
    NVME_ODD_LOST = 1 << 4,     /* its data does not move, and nobody is told */
    NVME_ODD_SHOWN = 1 << 5,    /* its completion was an occasion already */
    NVME_ODD_DROP = 1 << 6,     /* the following are of its completion entry: never written, */
    NVME_ODD_DELAY = 1 << 7,    /* written later, */
    NVME_ODD_STALE = 1 << 8,    /* after a reset, */
    NVME_ODD_TWICE = 1 << 9,    /* twice, */
    NVME_ODD_BEHIND = 1 << 10,  /* behind the next one, */
    NVME_ODD_SPOILED = 1 << 11, /* with a wrong field, */
    NVME_ODD_TORN = 1 << 12,    /* in two pieces */
};

/* Something a fault does later, by itself: fault_later.c. */
enum nvme_later_kind {
    NVME_LATER_REST,     /* the rest of a torn entry is written */
    NVME_LATER_ENTRY,    /* an entry is posted once more */
    NVME_LATER_STALE,    /* an entry of an earlier session is posted */
    NVME_LATER_DATA,     /* the data of a command that is gone moves */
    NVME_LATER_DOORBELL, /* a doorbell's write arrives, with those that were made behind it */
};

struct nvme_later {
    struct sim_event event;  /* first: its handler gets the rest from it */
    struct nvme_later *next; /* of the free ones, of stale entries, of doorbells under way */
    enum nvme_later_kind kind;
    uint64_t session; /* of the controller, when it was put off */
    sim_ns delay;
    uint16_t cqid;
    struct nvme_cqe entry;
    uint64_t at;            /* REST: where it goes */
    struct nvme_cmd *cmd;   /* DATA: a copy that is in no list */
    uint32_t offset, value; /* DOORBELL */
    struct sim_sync sync;
};

/* Lasting faults that are on, and what waits. All zero without faults. */
struct nvme_faulty {
    uint64_t silent;           /* queues that complete nothing */
    uint64_t stalled;          /* queues of which nothing is fetched */
    uint32_t stops;            /* 'stop' of the whole controller */
    uint32_t stuck_up;         /* CSTS.RDY does not follow CC.EN=1, */
    uint32_t stuck_down;       /* CC.EN=0 */
    uint32_t late_data;        /* stops with data */
    sim_ns slow_up, slow_down; /* added to the time that CSTS.RDY takes */
    uint32_t fatals;           /* enabling ends in fatal status */
    uint32_t aborts_ignored;
    uint32_t flushes_ignored;
    uint32_t down;             /* the link is */
    const struct fault *flap;  /* CSTS.RDY reads wrong for a while after it changed */
    sim_ns flap_from;          /* its latest change */
    const struct fault *flood; /* of asynchronous events */
    struct sim_event flood_event;
    struct nvme_later *ringing; /* doorbells under way */
    bool odd_registers;         /* down, flapping or ringing: reads and writes of registers ask */
    bool forgot;                /* the controller reset itself, and CC was not written since */
    struct nvme_cmd *behind;    /* its completion waits for the next one of its queue */
    struct nvme_later *stale;   /* wait for their queue to exist again */
    struct nvme_later *spare;
    uint64_t session; /* counts controller resets of all kinds */
};

/* --- fault.c --- */
void nvme__faults_serve(struct nvme_ctrl *ctrl);
/* Occasions; each only after fault_watched(). */
/* A command was fetched and has its first event. */
void nvme__fault_command(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd);
/* Its data is about to move. */
void nvme__fault_data(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd);
/* Its completion entry is about to be posted. True: not now, the fault sees to it. */
bool nvme__fault_completion(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd);
/* A register was read as value: what the driver gets. */
uint64_t nvme__fault_read(struct nvme_ctrl *ctrl, uint32_t offset, uint32_t bytes, uint64_t value);
/* True: the write is lost, or arrives later. */
bool nvme__fault_write(struct nvme_ctrl *ctrl, uint32_t offset, uint32_t bytes, uint64_t value);

/* Something of what makes registers odd has begun or ended. */
void nvme__fault_registers(struct nvme_ctrl *ctrl);

/* --- fault_command.c --- */
void nvme__fault_commands_serve(struct nvme_ctrl *ctrl);
/* An odd command leaves, however. */
void nvme__fault_gone(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd);

/* --- fault_completion.c --- */
void nvme__fault_completions_serve(struct nvme_ctrl *ctrl);
/* Its completion was shown as an occasion: true when it is not posted now. */
bool nvme__fault_put_off(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd);
/* Writes the entry of a spoiled or torn completion at `at`. As the host's write. */
int nvme__fault_entry(struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd, uint64_t at,
                      struct nvme_cqe entry);
/* A completion was posted to this queue: what had to be behind it follows. */
void nvme__fault_posted(struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd, uint32_t cqid);
/* A completion queue was created, or goes. */
void nvme__fault_cq_created(struct nvme_ctrl *ctrl, uint32_t cqid);
void nvme__fault_cq_gone(struct nvme_ctrl *ctrl, uint32_t cqid);

/* --- fault_controller.c --- */
void nvme__fault_controllers_serve(struct nvme_ctrl *ctrl);

/* --- fault_power.c --- */
void nvme__fault_power_serve(struct nvme_ctrl *ctrl);

/* --- fault_later.c --- */
struct nvme_later *nvme__later(struct nvme_ctrl *ctrl, enum nvme_later_kind kind);
void nvme__later_in(struct nvme_ctrl *ctrl, struct nvme_later *later, sim_ns ns);
/* A write of this doorbell is under way: the next one cannot overtake it. NULL: none is. */
struct nvme_later *nvme__later_doorbell(const struct nvme_ctrl *ctrl, uint32_t offset);

#endif
