/* models/storport/storport_model.h - the upper edge of the Storport port driver: what the class
 * driver sees.
 *
 * The lower edge is the miniport's: HwStor* callbacks and StorPort* routines, declared by
 * driver/wdk/storport.h and defined in this folder. Only this folder sees both sides.
 */
#ifndef MODELS_STORPORT_STORPORT_MODEL_H
#define MODELS_STORPORT_STORPORT_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "models/machine.h"
#include "models/nt/memory.h"
#include "models/nt/nt.h"

struct sp_port;

enum sp_op { SP_READ, SP_WRITE, SP_FLUSH, SP_OTHER, SP_TRIM };

/* What a request asks for (reference 3.2); the values are those of SRB_FUNCTION_*. Everything but
 * SP_FN_SCSI passes the LUN's queue and its pauses, not the adapter's. */
enum sp_function {
    SP_FN_SCSI = 0x00,
    SP_FN_CLAIM_DEVICE = 0x01, /* this and the next two: answered here */
    SP_FN_ATTACH_DEVICE = 0x05,
    SP_FN_RELEASE_DEVICE = 0x06,
    SP_FN_IO_CONTROL = 0x02,    /* data: an SRB_IO_CONTROL and what follows it, both directions */
    SP_FN_RELEASE_QUEUE = 0x04, /* answered here: sp_release_queue() */
    SP_FN_SHUTDOWN = 0x07,      /* to miniports that set CachesData, else answered here */
    SP_FN_FLUSH = 0x08,         /* likewise */
    SP_FN_ABORT = 0x10,         /* of request `victim`; to miniports with ABORT_COMMAND support */
    SP_FN_RESET_BUS = 0x12,     /* answered here, when the bus reset it asks for is over */
    SP_FN_RESET_TARGET = 0x13,
    SP_FN_FLUSH_QUEUE = 0x15, /* answered here: what waits in the LUN's queue ends FLUSHED */
    SP_FN_WMI = 0x17,         /* action: IRP_MN_* of WMI; to miniports that are WmiDataProvider */
    SP_FN_LOCK_QUEUE = 0x18,  /* answered here, as is the next: what is in the LUN's queue stays */
    SP_FN_UNLOCK_QUEUE = 0x19,
    SP_FN_RESET_LUN = 0x20,
    SP_FN_POWER = 0x24, /* action: STOR_POWER_ACTION, power_state: STOR_DEVICE_POWER_STATE */
    SP_FN_PNP = 0x25,   /* action: STOR_PNP_ACTION */
    SP_FN_DUMP_POINTERS = 0x26, /* this and the next: to miniports with that feature */
    SP_FN_FREE_DUMP_POINTERS = 0x27,
};

#define SP_CDB_BYTES 16
#define SP_SENSE_BYTES 32

/* What a class driver may ask of a request; the values are those of SRB_FLAGS_* and reach the
 * miniport as such (reference 3.4). Direction and the port driver's own bits are added below. */
enum sp_flag {
    SP_FLAG_TAGGED = 0x2, /* QUEUE_ACTION_ENABLE. Without: the request waits until its LUN is empty
                             and others wait behind it; its tag is SP_UNTAGGED */
    SP_FLAG_DISABLE_DISCONNECT = 0x4,
    SP_FLAG_DISABLE_SYNCH_TRANSFER = 0x8,
    SP_FLAG_BYPASS_FROZEN_QUEUE = 0x10,    /* passes the LUN's pause, freeze and queue, not the
                                              adapter's; always untagged, never held for others */
    SP_FLAG_BYPASS_LOCKED_QUEUE = 0x80000, /* the same while the LUN's queue is locked */
    SP_FLAG_NO_QUEUE_FREEZE = 0x100,       /* its failure does not freeze the LUN's queue */
};

/* A request as the class driver hands it down. In the core zone, owned by the class driver; the
 * port driver keeps a pointer from sp_submit() until done() is called. The SRB itself is the port
 * driver's (page zone): a request keeps the same SRB, at the same address, for all its retries (see
 * srb_slot). */
struct sp_request {
    /* filled by the class driver */
    uint64_t io; /* serial of the application's I/O, or of an internal request; for traces */
    uint32_t lun;
    enum sp_op op;
    uint8_t cdb[SP_CDB_BYTES];
    uint8_t cdb_bytes;
    void *data; /* page zone, from nt_pages_alloc(), state 0 (nobody's); NULL without data */
    uint32_t data_bytes;
    bool to_device; /* direction, when there is data */
    uint32_t timeout_s;
    uint32_t flags;                  /* enum sp_flag */
    uint8_t function;                /* enum sp_function */
    bool adapter;                    /* addressed to the adapter, not to a LUN */
    uint8_t action, power_state;     /* of the functions that have one */
    const struct sp_request *victim; /* of SP_FN_ABORT */
    uint32_t slot; /* 0 .. SP_SLOTS_MAX-1, the class driver's: no two requests in flight share one.
                      The SRB of a slot is always at the same address */
    /* called in a DPC of the port driver at DISPATCH, no lock held; may submit again at once */
    void (*done)(struct sp_request *request, void *ctx);
    void *ctx;
    /* filled by the port driver before done() */
    uint8_t srb_status; /* SRB_STATUS_*, without flag bits */
    uint8_t scsi_status;
    bool queue_frozen; /* SRB_STATUS_QUEUE_FROZEN: the LUN's queue is frozen, the class driver owes
                          a sp_release_queue() */
    bool sense_valid;
    uint8_t sense[SP_SENSE_BYTES];
    uint32_t transferred;
    /* the port driver's own */
    struct sp_request *next;
    void *port_private;
};
#define SP_SLOTS_MAX 4096

/* Hands a request down. IRQL at most DISPATCH, on a CPU. */
void sp_submit(struct sp_port *port, struct sp_request *request);
/* The same, and waits for it: thread at PASSIVE only. done and ctx are not used. */
void sp_submit_and_wait(struct sp_port *port, struct sp_request *request);
/* SRB_FUNCTION_RELEASE_QUEUE: the LUN's queue flows again. Nothing when it is not frozen; one
 * release is enough for any number of failures (a state, not a count). On a CPU, IRQL at most
 * DISPATCH; requests may start before it returns. */
void sp_release_queue(struct sp_port *port, uint32_t lun);
/* Asks for a bus reset, as SRB_FUNCTION_RESET_BUS of a class driver or an IOCTL of an application
 * would (reference 8.4, 66 a: HwStorResetBus is called). Returns at once. During a recovery it adds
 * nothing. On a CPU, IRQL at most DISPATCH. */
void sp_request_bus_reset(struct sp_port *port);

/* --- PnP and power (reference 0.1) ------------------------------------------------------------ */

enum sp_state {
    SP_IS_STARTING,
    SP_IS_STARTED,
    SP_IS_STOPPED, /* ScsiStopAdapter came; the device keeps its power */
    SP_IS_OFF,     /* D3: the device has lost its state */
    SP_IS_REMOVED, /* for good: nothing of the miniport is called any more, its memory is gone */
    SP_IS_FAILED,  /* to start, or to start again */
};

/* What the PnP and the power manager ask of the adapter. */
enum sp_task_kind {
    SP_TASK_STOP,            /* STARTED -> STOPPED: what the miniport has comes back first, what
                                waits in queues stays there */
    SP_TASK_RESTART,         /* STOPPED -> STARTED */
    SP_TASK_SLEEP,           /* STARTED -> OFF, the system sleeps */
    SP_TASK_WAKE,            /* OFF -> STARTED */
    SP_TASK_SHUTDOWN,        /* STARTED -> OFF, for good: what waits is carried out first, what
                                comes later ends with NO_DEVICE */
    SP_TASK_REMOVE,          /* any -> REMOVED, in order: the same, then the units, the adapter */
    SP_TASK_SURPRISE_REMOVE, /* any -> REMOVED. The device is gone at once, whatever runs; after the
                                bus has noticed, what waits in queues ends with NO_DEVICE, and the
                                miniport has to give back what it has */
    SP_TASK_RESCAN,
    SP_TASK_DEVICE_RESET, /* units may have come or gone */
    SP_TASK_KINDS
};
extern const char *const sp_task_name[SP_TASK_KINDS];

/* One such request, in the core zone, its asker's until done() is called. */
struct sp_task {
    enum sp_task_kind kind;
    /* may be NULL; called by the port driver's PnP thread at PASSIVE. good: the state that was
     * asked for is reached (asked for in a wrong state it is not, and nothing happened) */
    void (*done)(struct sp_task *task, bool good, void *ctx);
    void *ctx;
    /* the port driver's own */
    struct sp_task *next;
};
/* Asks. Tasks are carried out one after another, in order, after the start-up, by a thread at
 * PASSIVE; I/O, interrupts, DPCs and resets go on meanwhile. Callable from events and CPUs at any
 * IRQL. */
void sp_ask(struct sp_port *port, struct sp_task *task);

enum sp_state sp_state(const struct sp_port *port);
/* The device is gone without a word: SP_TASK_SURPRISE_REMOVE. */
bool sp_surprised(const struct sp_port *port);
/* A task is under way or waits for its turn. */
bool sp_changing(const struct sp_port *port);

/* The class driver on top. attach: called for each LUN that is found, by the start-up thread at
 * PASSIVE, after INQUIRY succeeded; false fails the start (finding start-failed), or leaves a LUN
 * found later alone. detach: may be NULL; the LUN is going: called by the same thread, before the
 * miniport is told; requests for it end with NO_DEVICE from now on. */
struct sp_class {
    bool (*attach)(void *ctx, struct sp_port *port, uint32_t lun);
    void (*detach)(void *ctx, struct sp_port *port, uint32_t lun);
    void *ctx;
};
void sp_set_class(struct sp_port *port, const struct sp_class *class_driver);

/* Largest transfer the miniport accepts, bytes. */
uint32_t sp_max_transfer(const struct sp_port *port);

/* For checkers. */
uint32_t sp_outstanding(
    const struct sp_port *port); /* SRBs with the miniport (BuildIo entered, not completed) */
uint32_t sp_started(const struct sp_port *port);          /* of these, those that entered StartIo */
uint32_t sp_queued(const struct sp_port *port);           /* waiting in LUN queues */
bool sp_paused(const struct sp_port *port);               /* adapter pause count above 0 */
bool sp_recovering(const struct sp_port *port);           /* a recovery is under way, of any tier */
bool sp_in_reset(const struct sp_port *port);             /* HwStorResetBus is running */
bool sp_frozen(const struct sp_port *port, uint32_t lun); /* until sp_release_queue() */
/* Serial of the hand-over whose SRB, extension, or data lies (or last lay) at this page-zone
 * address; 0 if none. */
uint64_t sp_owner_of(const struct sp_port *port, uintptr_t addr);
/* The memory of the hand-over that an SRB_COMPLETE trace speaks of: SRB, extensions, data, as far
 * as there are such. Returns how many; 0: nobody is being completed, or another hand-over. */
#define SP_PIECES_MAX 3
struct sp_piece {
    uintptr_t at;
    size_t bytes;
};
uint32_t sp_pieces_of(const struct sp_port *port, uint64_t serial,
                      struct sp_piece out[SP_PIECES_MAX]);

/* Callbacks as in CALLBACK_ENTER/EXIT traces. */
enum sp_callback {
    SP_CB_DRIVER_ENTRY,
    SP_CB_FIND_ADAPTER,
    SP_CB_INITIALIZE,
    SP_CB_PASSIVE_INITIALIZE,
    SP_CB_ADAPTER_CONTROL,
    SP_CB_UNIT_CONTROL,
    SP_CB_BUILD_IO,
    SP_CB_START_IO,
    SP_CB_INTERRUPT,
    SP_CB_MSI,
    SP_CB_DPC,
    SP_CB_TIMER,
    SP_CB_TIMER_EX,
    SP_CB_RESET_BUS,
    SP_CB_SYNCHRONIZED,
    SP_CB_WORK_ITEM,
    SP_CB_STATE_CHANGE,
    SP_CB_THREAD,
    SP_CB_SG_LIST,
    SP_CB_TRACING,
    SP_CB_UNLOAD,
    SP_CB_COUNT
};
extern const char *const sp_callback_name[SP_CB_COUNT];

/* Takes each line that the miniport prints (StorPortDebugPrint, DbgPrint); NULL drops them, as at
 * first. Not part of the world: survives restoring. */
typedef void (*sp_debug_fn)(const char *line, void *ctx);
void sp_set_debug(sp_debug_fn fn, void *ctx);

extern const struct sim_model storport_model;

#endif
