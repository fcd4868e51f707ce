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

enum sp_op { SP_READ, SP_WRITE, SP_FLUSH, SP_OTHER };

#define SP_CDB_BYTES 16
#define SP_SENSE_BYTES 32

/* What a class driver may ask of a request; the values are those of SRB_FLAGS_* and reach the
 * miniport as such (reference 3.4). Direction and the port driver's own bits are added below. */
enum sp_flag {
    SP_FLAG_TAGGED = 0x2, /* QUEUE_ACTION_ENABLE. Without: the request waits until its LUN is empty
                             and others wait behind it; its tag is SP_UNTAGGED */
    SP_FLAG_DISABLE_DISCONNECT = 0x4,
    SP_FLAG_DISABLE_SYNCH_TRANSFER = 0x8,
    SP_FLAG_BYPASS_FROZEN_QUEUE = 0x10, /* passes the LUN's pause, freeze and queue, not the
                                           adapter's; always untagged, never held for others */
    SP_FLAG_NO_QUEUE_FREEZE = 0x100,    /* its failure does not freeze the LUN's queue */
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
    uint32_t flags; /* enum sp_flag */
    uint32_t slot;  /* 0 .. SP_SLOTS_MAX-1, the class driver's: no two requests in flight share one.
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

/* The class driver on top. attach: called once for each LUN found, by the start-up thread at
 * PASSIVE, after INQUIRY succeeded; false fails the start (finding start-failed). */
struct sp_class {
    bool (*attach)(void *ctx, struct sp_port *port, uint32_t lun);
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
    SP_CB_COUNT
};
extern const char *const sp_callback_name[SP_CB_COUNT];

/* Takes each line that the miniport prints (StorPortDebugPrint, DbgPrint); NULL drops them, as at
 * first. Not part of the world: survives restoring. */
typedef void (*sp_debug_fn)(const char *line, void *ctx);
void sp_set_debug(sp_debug_fn fn, void *ctx);

extern const struct sim_model storport_model;

#endif
