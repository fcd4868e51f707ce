/* models/storport/sp_private.h - private to models/storport and its tests: the port driver's state.
 *
 * Concurrency: the port driver's own code passes points only where it says so (sim_point, locks,
 * IRQL, calls into the miniport). Between two of them it is one indivisible step, so its lists need
 * no locks of their own.
 */
#ifndef MODELS_STORPORT_SP_PRIVATE_H
#define MODELS_STORPORT_SP_PRIVATE_H

#include <storport.h>

#include "models/pci/pci.h"
#include "models/storport/silent.h"
#include "models/storport/storport_model.h"
#include "sim/engine/sim.h"
#include "sim/scenario/scenario.h"

#define SP_LUNS_MAX 8  /* SCSI_MAXIMUM_LOGICAL_UNITS */
#define SP_OWN_SLOTS 8 /* the port driver's requests: scan, reset SRBs */
#define SP_SLOTS_ALL (SP_SLOTS_MAX + SP_OWN_SLOTS)
#define SP_CHUNK_SLOTS 32 /* slots come into being by so many */
#define SP_CHUNKS_MAX ((SP_SLOTS_ALL + SP_CHUNK_SLOTS - 1) / SP_CHUNK_SLOTS)
#define SP_CHANNELS_MAX 64
#define SP_CHANNELS_ALL UINT32_MAX
#define SP_PAUSES_MAX 16                   /* nested StorPortPause calls of one adapter or LUN */
#define SP_FRAMES_MAX SIM_DRIVER_DEPTH_MAX /* nested callbacks on one CPU */
#define SP_NEST_MAX 6     /* of these, that a routine may add to; the rest is for interrupts */
#define SP_HELD_MAX 48    /* locks held on one CPU */
#define SP_HELD_DRIVER 16 /* of these, that the miniport took itself */
#define SP_DPCS_MAX 128   /* STOR_DPCs of one adapter */
#define SP_TIMERS_MAX 32  /* the adapter timer and those of StorPortInitializeTimer */
#define SP_WORKERS_MAX 16
#define SP_BLOCKS_MAX 128 /* live and freed blocks of contiguous memory */
#define SP_SERVICE_NAME 20
#define SP_TAGS_MAX 1024 /* queue tags of a LUN */
#define SP_TRANSFER_MAX (4u << 20)
#define SP_REGISTRY_MAX 128      /* values of both keys */
#define SP_POWER_SETTINGS_MAX 16 /* GUIDs of StorPortSetPowerSettingNotificationGuids */
#define SP_MDLS_MAX 64
#define SP_SYNCS 16       /* that objects in the miniport's memory share, by address */
#define SP_POLITE_MAX 128 /* routines that are not modelled */

#define SP_DIRQL 8 /* of every message and of INTx: equal levels do not nest (8.1-11) */
#define SP_DIRQL_TOP NT_DIRQL_LAST          /* message_levels = different: the highest */
#define SP_COST 30                          /* ns that an ordinary routine takes */
#define SP_EPOCH_100NS 133000000000000000ll /* system time at 0: 2022, since 1601 */
#define SP_SECOND SIM_S                     /* the LUN timers' tick */
#define SP_RESET_PATH 0                     /* one bus */

/* The adapter's one memory range. Drivers see it at SP_BAR_BASE, which cannot be dereferenced. */
#define SP_BAR_PHYS 0xF8000000ull
#define SP_BAR_BASE ((uintptr_t)0x250000000000)

enum sp_power {
    SP_POWER_ON,  /* after power was off: with the state of a power-up */
    SP_POWER_OFF, /* D3cold: its state is lost, nothing moves */
    SP_POWER_GONE /* unplugged, whatever it was doing */
};

/* What lies behind the BAR: the NVMe controller, or a test's fake. */
struct sp_registers {
    uint32_t bytes;
    uint64_t (*read)(void *ctx, uint32_t offset, uint32_t bytes);
    void (*write)(void *ctx, uint32_t offset, uint32_t bytes, uint64_t value);
    /* Power, and whether it is there at all. NULL: nothing happens. Off and gone, reads are not
     * asked for: they give all ones. Callable from events. */
    void (*power)(void *ctx, enum sp_power power);
    void *ctx;
};

struct sp_config {
    sim_ns register_read_ns, register_write_ns;
    sim_ns timer_grain_ns;
    sim_ns reset_timeout_ns, reset_hold_ns;
    uint32_t queue_depth;
    uint32_t vectors;      /* messages granted; 0: INTx */
    bool msi, msi_mask;    /* they are MSI, with mask bits; else MSI-X */
    sim_ns busy_pause_ns;  /* BusyPauseTime (chapter 3.6) */
    uint32_t busy_retries; /* BusyRetryCount */
    uint32_t full_ppm;     /* QueueFullWaitIoPercentage, millionths */
    sim_ns link_down_ns;   /* LinkDownTimeoutValue */
    uint8_t silent[SP_SILENT_COUNT];
    uint32_t slots_expected; /* slots made at start-up; more come as they are used */
    const char *parameter;   /* DriverParameter */
    const char *service;     /* name of the miniport's service: source in the event log */
    sim_ns notice_ns;        /* from the device's disappearance to the PnP manager's request */
    DRIVER_INITIALIZE *driver_entry;
    struct sp_registers registers;
};
void sp__config_defaults(struct sp_config *config);

/* What the port driver is built on. */
struct sp_parts {
    struct sim *sim;
    struct nt *nt;
    struct nt_memory *memory;
    struct pci_function *pci; /* NULL in tests: no interrupts are routed */
};

/* --- gates: what holds requests back, of the adapter and of each LUN ------------------------- */

struct sp_gate;
struct sp_pause {
    struct sim_event event; /* pending: this pause counts */
    struct sp_gate *gate;
    uint64_t order;
};

struct sp_gate {
    struct sp_port *port;
    uint32_t lun;       /* SP_ADAPTER for the adapter's */
    uint32_t pauses;    /* StorPortPause: PauseCount */
    uint32_t holds;     /* the port driver's own: recovery, hold after a reset, BUSY retry */
    uint32_t busy_left; /* StorPortBusy: BusyCount, completions to come before it opens */
    bool stuck;         /* busy_idle = stuck: one of the holds, until Ready */
    uint32_t pending;   /* requests the miniport has been told to start and has not completed */
    uint64_t pause_order;
    struct sp_pause pause[SP_PAUSES_MAX];
};
#define SP_ADAPTER UINT32_MAX

static inline bool sp__gate_open(const struct sp_gate *gate)
{
    return !(gate->pauses | gate->holds | gate->busy_left);
}

/* --- slots: one SRB, at one address, for as long as the world lasts -------------------------- */

enum sp_slot_state {
    SP_FREE,      /* no request */
    SP_QUEUED,    /* in a LUN's queue: the miniport knows nothing of it */
    SP_BUILDING,  /* HwStorBuildIo has it */
    SP_BUILT,     /* HwStorBuildIo said TRUE; held before HwStorStartIo */
    SP_STARTING,  /* taken from there; the CPU waits for the StartIo lock */
    SP_OWNED,     /* HwStorStartIo had it, or HwStorBuildIo said FALSE */
    SP_COMPLETED, /* RequestComplete was called; on the way to the class driver */
};

struct sp_slot {
    uint32_t index;
    uint8_t state;    /* enum sp_slot_state */
    uint8_t function; /* SRB_FUNCTION_* */
    bool started;     /* entered HwStorStartIo */
    bool listed;      /* on its LUN's pending list: the LUN timer runs for it */
    bool rebuild;     /* comes back only to be built again: built_in_reset = rebuilt */
    bool counted;     /* in the gates' pending counts */
    bool bypass;      /* passes the LUN's gate and queue (SP_FLAG_BYPASS_FROZEN_QUEUE) */
    bool recovery;    /* a reset SRB: not for the LUN timer, not in the LUN's counts */
    bool tagged;
    bool alone;            /* without a tag and not bypassing: the only one its LUN has out */
    uint8_t extension_now; /* which of the two */
    uint8_t busy_retries;
    uint16_t tag;
    uint8_t status, scsi_status;  /* as completed */
    uint64_t serial;              /* of the latest hand-over; 0 before the first */
    uint64_t start_order;         /* of HwStorStartIo entries */
    sim_ns completed_at, sent_at; /* sent_at: when the LUN timer began to count it */
    uint32_t cpu;                 /* it was submitted on */
    struct sp_lun *lun;
    struct sp_request *request;
    SCSI_REQUEST_BLOCK *srb; /* page zone; a STORAGE_REQUEST_BLOCK when the miniport takes those */
    uint8_t *sense;
    STOR_SCATTER_GATHER_LIST *sg;
    uint8_t *extension[2];
    struct sim_sync sync; /* from one who has the request to the next */
    void *data;           /* of the latest hand-over */
    uint8_t mdl;          /* StorPortGetOriginalMdl gives this one's address */
    uint32_t data_bytes;
    uint32_t sg_count;           /* 0: not built for this hand-over */
    struct sp_slot *next, *prev; /* of the one list its state puts it on */
};

struct sp_list {
    struct sp_slot *head, *tail;
};

#include "models/storport/life.h"

struct sp_chunk {
    uint8_t *srbs;       /* SP_CHUNK_SLOTS records of port->stride bytes */
    uint8_t *extensions; /* SP_CHUNK_SLOTS pairs of port->extension_stride bytes */
    struct sp_slot slot[SP_CHUNK_SLOTS];
};

/* Below every SRB, out of the miniport's reach: how RequestComplete finds the slot in one step. */
struct sp_srb_head {
    uint64_t magic;
    uint32_t slot, zero;
};

struct sp_lun {
    struct sp_port *port;
    uint32_t number;
    bool present;
    uint32_t depth;
    uint32_t locks;  /* the queue gives nothing out */
    bool gone;       /* what the class driver sends ends with NO_DEVICE */
    uint32_t in_use; /* from BuildIo to RequestComplete */
    uint32_t queued;
    uint32_t untagged;               /* requests that must be alone, queued or with the miniport */
    bool untagged_out;               /* the miniport has one of them: no other may go */
    uint32_t next_tag;               /* tags = round_robin */
    bool frozen;                     /* holds the gate until sp_release_queue() */
    struct sp_list queue;            /* SP_QUEUED, first in first out */
    struct sp_list built;            /* SP_BUILT, by serial */
    struct sp_list pending;          /* listed, oldest first: chapter 4.1 */
    int32_t timer;                   /* seconds; -1 idle */
    uint64_t tags[SP_TAGS_MAX / 64]; /* taken */
    struct sim_event retry;          /* BUSY: the LUN's hold ends */
    struct sp_gate gate;
    void *extension;
};

/* --- processors: what the port driver remembers about each ----------------------------------- */

enum sp_lock_kind {
    SP_LOCK_DPC,
    SP_LOCK_STARTIO,
    SP_LOCK_INTERRUPT,
    SP_LOCK_MESSAGE,
    SP_LOCK_CHANNEL
};

struct sp_held {
    uint8_t kind; /* enum sp_lock_kind */
    uint8_t old_irql;
    bool by_port;   /* the port driver's own, around a callback */
    bool drains;    /* the StartIo lock with all channels' tokens */
    uint32_t index; /* DPC, message, or channel (SP_CHANNELS_ALL: every one) */
    const void
        *handle;  /* the driver's STOR_LOCK_HANDLE; NULL for message locks and the port's own */
    uintptr_t pc; /* where the driver took it */
};

struct sp_frame {
    uint8_t callback; /* enum sp_callback */
    uint8_t irql, held;
    sim_ns since;
};

struct sp_cpu {
    struct sp_port *port;
    uint32_t number;
    uint32_t frames, held;
    struct sp_frame frame[SP_FRAMES_MAX];
    struct sp_held hold[SP_HELD_MAX];
    struct sp_list completed;
    bool draining;
    uint8_t left;      /* enum sp_callback: the last one that returned here */
    bool restart_held; /* restart = after: the adapter is held until the callback returns */
    struct nt_dpc dpc;
};

struct sp_dpc {
    struct nt_dpc nt;
    struct nt_lock lock, alone; /* alone: dpc_overlap = no */
    struct sp_port *port;
    STOR_DPC *driver;
    HW_DPC_ROUTINE *routine;
};

struct sp_timer {
    struct sim_event event;
    struct nt_dpc dpc;
    struct sp_port *port;
    struct sim_sync sync; /* of whoever armed it */
    uint32_t number;
    uint32_t cpu;
    bool in_use;
    bool armed;    /* to be called back */
    void *routine; /* HW_TIMER for number 0, else HW_TIMER_EX */
    void *context;
};

struct sp_worker {
    struct nt_work work;
    struct sp_port *port;
    bool in_use, queued;
    HW_WORKITEM *routine;
    void *context;
};

struct sp_message {
    struct sp_port *port;
    uint32_t number;
    struct nt_interrupt interrupt;
    struct nt_lock lock; /* PerMessage mode */
    uint32_t inside;     /* service routines under way or waiting for the lock */
    uint32_t cpu;        /* the last one's */
    uint32_t unclaimed;  /* in a row */
    bool off;            /* shut off: isr_unclaimed = disabled */
};

struct sp_block {
    uint8_t *base;
    size_t bytes;
    bool live;
};

/* --- recovery (chapter 4.2 to 4.4) ----------------------------------------------------------- */

enum sp_recovery_state {
    SP_CALM,         /* none */
    SP_ABORT,        /* ABORT_COMMAND is out */
    SP_LUN_RESET,    /* RESET_LOGICAL_UNIT is out */
    SP_TARGET_RESET, /* RESET_DEVICE is out */
    SP_BUS_RESET,    /* HwStorResetBus is due or runs */
    SP_BUS_HOLD,     /* it returned TRUE; BusResetHoldTime runs */
};

struct sp_own {
    struct sp_request request;
    bool used;
};

/* Of a LUN, or of the adapter: the bus tier. */
struct sp_recovery {
    struct sp_port *port;
    uint8_t state;                  /* enum sp_recovery_state */
    uint8_t function, busy_retries; /* of the reset SRB */
    uint32_t lun;
    int32_t left_s;         /* of the reset SRB's time-out; INT32_MAX: it has none */
    struct sp_own *own;     /* the reset SRB that counts now */
    struct sim_event retry; /* reset_busy = retried */
    uint32_t held_luns;     /* LUNs whose gates it holds */
    bool verify;            /* a reset SRB succeeded: look for victims at the next tick (8.4-56) */
    uint32_t verify_lun;    /* SP_ADAPTER: any */
    uint64_t verify_before; /* start order */
    uint64_t victim;        /* serial of the SRB that was to be aborted; 0: a reset */
};

/* Units that may have come or gone (change.c). */
struct sp_change {
    struct sp_task task;
    bool pending;
    HW_STATE_CHANGE *routine;
    void *context;
    STOR_ADDRESS *address;
    uint16_t address_type;
};

/* The miniport's Parameters\\Device key, and Device0 for this adapter (registry.c). */
struct sp_registry_value {
    char name[SIM_REGISTRY_NAME];
    bool adapter;  /* of Device0 */
    uint32_t type; /* MINIPORT_REG_* */
    uint32_t bytes, room;
    uint8_t *data;
};

struct sp_registry {
    struct sp_registry_value *value; /* SP_REGISTRY_MAX */
    uint32_t values;
    uint32_t room;   /* bytes that values may still take */
    uint8_t *buffer; /* StorPortAllocateRegistryBuffer's; NULL: none */
    uint32_t buffer_bytes;
};

struct sp_port {
    struct sp_parts at;
    uint8_t silent[SP_SILENT_COUNT]; /* the candidate of each point */
    bool odd;                        /* one of them is not the default */
    struct sim_stream odd_stream;    /* for candidates that leave something to chance */
    struct sp_config config;
    struct sp_class class_driver;
    uint32_t cpus;
    struct sp_cpu *cpu; /* one each */

    HW_INITIALIZATION_DATA hw;
    bool registered;
    bool registered_virtual, registered_elsewhere; /* what it registered besides */
    void *devext;
    uint32_t power_settings;
    GUID power_setting[SP_POWER_SETTINGS_MAX];
    PORT_CONFIGURATION_INFORMATION *info; /* page zone; the miniport's after FindAdapter */
    HW_PASSIVE_INITIALIZE_ROUTINE *passive_init;
    bool passive_asked;
    uint8_t *uncached;
    uint32_t uncached_bytes;
    struct sp_block *block; /* SP_BLOCKS_MAX */
    uint32_t blocks;

    bool extended; /* STORAGE_REQUEST_BLOCKs */
    bool half_duplex;
    bool per_message;
    uint32_t messages; /* connected; 0: INTx */
    uint8_t dirql;     /* of the interrupt lock: the highest of all messages */
    uint32_t max_io, max_per_lun, max_transfer, sg_max;
    sim_ns hold_ns;  /* BusResetHoldTime */
    bool hold_given; /* by the miniport */
    uint32_t srb_bytes, stride, extension_bytes, extension_stride, unit_extension_bytes;
    uint32_t perf_flags, perf_first, perf_last;
    uint8_t pci_config[256];

    bool redirects;          /* completions go on where their requests came from */
    uint32_t channels;       /* concurrent channels; 0: the StartIo lock */
    struct nt_lock *channel; /* SP_CHANNELS_MAX tokens; NULL before they are asked for */
    struct nt_lock startio_lock, interrupt_lock;
    struct sp_message *message; /* config.vectors, or 1 for INTx */
    struct sp_dpc *dpc;         /* SP_DPCS_MAX */
    uint32_t dpcs;
    struct sp_timer *timer;   /* SP_TIMERS_MAX */
    struct sp_worker *worker; /* SP_WORKERS_MAX */
    struct sp_registry registry;
    struct sp_thread *thread; /* one for each processor; NULL before the first */
    struct sp_waiter *waiters;
    struct sim_sync event_sync[SP_SYNCS], list_sync[SP_SYNCS];
    struct sp_mdl *mdl;  /* SP_MDLS_MAX */
    struct sp_sg *sg;    /* SP_MDLS_MAX */
    uint64_t features;   /* StorPortSetFeatureList, a bit each */
    uint8_t scan_status; /* SrbStatus of the scan's last command */
    uint8_t *scan_page;
    struct sp_life life;
    DRIVER_OBJECT *driver_object;

    uint64_t serials, starts;
    uint32_t start_cpu; /* of the last HwStorStartIo */
    uint32_t outstanding, started, queued;
    bool in_reset;
    struct sim_sync resumed; /* of whoever let requests flow again */
    struct sp_gate gate;
    struct sp_lun lun[SP_LUNS_MAX];
    struct sp_list bypass; /* reset SRBs, SP_QUEUED or SP_BUILT */
    struct nt_dpc restart_dpc;
    struct sim_event hold_event;
    bool held_after_reset;
    bool link_down;
    bool link_was_down; /* LinkDown was reported, and no LinkUp since */
    struct sim_event link_event;
    struct sp_change change;

    struct sim_event tick;
    struct nt_dpc tick_dpc;
    struct sp_recovery recovery[SP_LUNS_MAX + 1]; /* the last is the adapter's */
    uint32_t recovering;                          /* how many of them are not calm */
    bool bus_due;                                 /* HwStorResetBus has not been entered yet */
    bool bus_asked;                               /* another one is to come after this recovery */
    bool reset_failed;                            /* HwStorResetBus returned FALSE */
    struct sp_request *asked;      /* RESET_* of class drivers that end with this recovery */
    struct sp_request *asked_next; /* and with the bus reset after it */
    uint64_t resets;               /* calls of HwStorResetBus */
    struct nt_dpc bus_dpc;
    struct sp_own own[SP_OWN_SLOTS];
    struct sp_chunk *chunk[SP_CHUNKS_MAX];
    const struct sp_slot *completing; /* whom SRB_COMPLETE speaks of, while it does */

    uint32_t polite[SP_POLITE_MAX]; /* calls of each, by its line in polite.def */
};

/* port.c */
struct sp_port *sp__create(const struct sp_parts *parts, const struct sp_config *config);
struct sp_port *sp__present(void); /* the world's port driver: constant once it is created */
void sp__present_set(struct sp_port *port);
/* The port driver of a routine's first argument. Anything but the device extension is
 * storport-usage, and is treated as if it were. Passes a point. */
struct sp_port *sp__routine(const void *devext, const char *name);
/* What is found when a callback has returned is the callback's doing: its address, for
 * sim_find_at(); 0 while one runs, and for those that have no place in HW_INITIALIZATION_DATA. */
uintptr_t sp__left_routine(struct sp_port *port);
/* Finding storport-usage. */
__attribute__((format(printf, 2, 3))) void sp__usage(struct sp_port *port, const char *format, ...);
/* False, and finding irql, when the routine was called above that level (StorPortIrql,
 * chapter 5.2). */
bool sp__irql_at_most(struct sp_port *port, uint8_t irql, const char *name);
/* Finding wait-in-startio when HwStorStartIo calls it. */
void sp__no_wait(struct sp_port *port, const char *name);
/* True, and finding storport-usage, when a pointer that the documents want is NULL. */
bool sp__null(struct sp_port *port, const volatile void *pointer, const char *routine,
              const char *argument);
#define SP_NULL(port, argument) sp__null(port, argument, __func__, #argument)
/* access.c: before writing to memory the driver handed in, wherever that is. Finding use-after-free
 * when the driver may not touch it either. */
void sp__touch_pages(const volatile void *p, size_t bytes);
static inline void sp__touch(const volatile void *p, size_t bytes)
{
    if (sim_world_in_pages((uintptr_t)p))
        sp__touch_pages(p, bytes);
}
/* A result, where the driver wants it; GIVE: and the status of a routine that is done with it. */
#define SP_PUT(out, value) (sp__touch((out), sizeof(__typeof__(*(out)))), (void)(*(out) = (value)))
#define SP_GIVE(out, value) (SP_PUT(out, value), STOR_STATUS_SUCCESS)

/* driver_object.c: the record, before DriverEntry; Storport's routines in it; the miniport's
 * DriverUnload, if it has one (thread at PASSIVE, the adapter is gone) */
DRIVER_OBJECT *sp__driver_object(struct sp_port *port);
void sp__driver_object_fill(struct sp_port *port);
void sp__driver_unload(struct sp_port *port);

/* silent.c */
static inline uint8_t sp__silent(const struct sp_port *port, enum sp_silent point)
{
    return SIM_UNLIKELY(port->odd) ? port->silent[point] : 0;
}
/* As the scenario says; for the run that begins, with what its seed draws; from an array. */
void sp__silent_read(const struct sim_scenario *scenario, uint8_t out[SP_SILENT_COUNT]);
void sp__silent_draw(struct sp_port *port, const struct sim_scenario *scenario);
void sp__silent_set(struct sp_port *port, const uint8_t candidate[SP_SILENT_COUNT]);

/* call.c: every entry into the miniport */
void sp__enter(struct sp_port *port, enum sp_callback callback);
void sp__leave(struct sp_port *port);
/* False, and a finding: the miniport's callbacks call it back so deep that no more is done. */
bool sp__may_nest(struct sp_port *port, const char *name);
bool sp__restart_waits(const struct sp_cpu *cpu);
struct sp_cpu *sp__cpu(struct sp_port *port);
/* Number of the CPU that runs; 0 in events, which belong to none. */
static inline uint32_t sp__here(const struct sp_port *port)
{
    return nt_on_cpu(port->at.nt) ? nt_cpu(port->at.nt) : 0;
}
/* The innermost callback that runs on this CPU; SP_CB_COUNT when none does. */
enum sp_callback sp__callback(struct sp_port *port);

/* boot.c, adapter.c, scan.c */
enum sp_boot_step {
    SP_BOOT_DRIVER_ENTRY,
    SP_BOOT_FIND_ADAPTER,
    SP_BOOT_CONNECT,
    SP_BOOT_INITIALIZE,
    SP_BOOT_PASSIVE_INITIALIZE,
    SP_BOOT_CONTROL,
    SP_BOOT_SCAN,
    SP_BOOT_ATTACH,
    SP_BOOT_DONE
};
void sp__boot(struct sp_port *port); /* spawns the start-up thread */
bool sp__find_adapter(struct sp_port *port);
bool sp__initialize(struct sp_port *port);
void sp__config_info_fill(struct sp_port *port);
bool sp__config_info_take(struct sp_port *port);
void sp__limits_set(struct sp_port *port, uint32_t max_io, uint32_t max_per_lun);
bool sp__scan(struct sp_port *port);
/* Again, of a started adapter: units that came are started and attached, those that went are
 * removed. */
void sp__rescan(struct sp_port *port);
void sp__wait_for(struct sp_port *port, struct sp_request *request);
__attribute__((format(printf, 2, 3))) bool sp__start_failed(struct sp_port *port,
                                                            const char *format, ...);

/* srb.c */
struct sp_slot *sp__slot(struct sp_port *port, uint32_t index);
/* The slot of an SRB address that the miniport named; NULL when it is none. */
struct sp_slot *sp__slot_of(struct sp_port *port, const void *srb);
void sp__slots_reserve(struct sp_port *port, uint32_t slots);
void sp__srb_hand_over(struct sp_port *port, struct sp_slot *slot);
void sp__srb_take_back(struct sp_port *port, struct sp_slot *slot);
void sp__srb_read(struct sp_port *port, struct sp_slot *slot);
/* The slot of an SRB that the miniport must own now; NULL, and a finding, when it does not. */
struct sp_slot *sp__owned(struct sp_port *port, const void *srb, const char *name);
bool sp__data_mapped(const struct sp_port *port, const struct sp_slot *slot);
const struct sp_slot *sp__slot_owning(const struct sp_port *port, uintptr_t addr);
/* The slot's SRB, extensions and latest data; returns how many of them there are. */
uint32_t sp__slot_pieces(const struct sp_port *port, const struct sp_slot *slot,
                         struct sp_piece out[SP_PIECES_MAX]);

/* list.c */
void sp__list_push(struct sp_list *list, struct sp_slot *slot);
void sp__list_push_head(struct sp_list *list, struct sp_slot *slot);
void sp__list_push_after(struct sp_list *list, struct sp_slot *before,
                         struct sp_slot *slot);                   /* NULL: head */
void sp__list_insert(struct sp_list *list, struct sp_slot *slot); /* by serial */
void sp__list_remove(struct sp_list *list, struct sp_slot *slot);
struct sp_slot *sp__list_pop(struct sp_list *list);

/* queue.c: from the class driver to HwStorStartIo */
void sp__submit_function(struct sp_port *port, struct sp_request *request, uint8_t function);
void sp__queues_init(struct sp_port *port);
void sp__run_lun(struct sp_lun *lun); /* starts what may start; IRQL at most DISPATCH */
void sp__run_all(struct sp_port *port);
void sp__run_later(struct sp_port *port); /* the same from a DPC; callable anywhere */
void sp__uncount(struct sp_slot *slot);
void sp__pending_remove(struct sp_slot *slot);

/* complete.c */
void sp__complete(struct sp_port *port, void *srb);
/* The port driver takes a request back that the miniport has, and completes it. */
void sp__take_back(struct sp_slot *slot, uint8_t srb_status);
void sp__completed_now(struct sp_port *port);
void sp__completed_drain(struct nt *nt, void *ctx, uint64_t arg1, uint64_t arg2);

/* gate.c */
void sp__gate_init(struct sp_port *port, struct sp_gate *gate, uint32_t lun);
void sp__gate_completed(struct sp_gate *gate); /* a counted request was completed */
void sp__freeze(struct sp_lun *lun);
void sp__hold(struct sp_gate *gate);
void sp__unhold(struct sp_gate *gate);
struct sp_lun *sp__lun_at(struct sp_port *port, UCHAR path, UCHAR target, UCHAR lun);

/* lock.c */
void sp__startio_lock(struct sp_port *port); /* in half duplex with the interrupt lock */
void sp__startio_unlock(struct sp_port *port);
void sp__interrupt_lock(struct sp_port *port); /* all message locks in PerMessage mode */
void sp__interrupt_unlock(struct sp_port *port);
void sp__message_lock(struct sp_port *port, uint32_t message);
void sp__message_unlock(struct sp_port *port, uint32_t message);
bool sp__holds(struct sp_port *port, enum sp_lock_kind kind);
void sp__held_drop_above(struct sp_port *port, uint32_t keep);
void sp__own_lock(struct sp_port *port, enum sp_lock_kind kind, uint32_t index);
void sp__own_unlock(struct sp_port *port, enum sp_lock_kind kind); /* the latest */
const char *sp__lock_name(enum sp_lock_kind kind);

/* channel.c: what is held around HwStorStartIo, and around HwStorResetBus */
void sp__channels_set(struct sp_port *port, uint32_t channels);
void sp__start_lock(struct sp_port *port);
void sp__start_unlock(struct sp_port *port);
void sp__reset_lock(struct sp_port *port);
void sp__reset_unlock(struct sp_port *port);
uint8_t sp__channel_take(struct sp_port *port, uint32_t channel);
void sp__channel_drop(struct sp_port *port, uint32_t channel, uint8_t irql);
uint32_t sp__channel(struct sp_port *port); /* whose token this CPU has; 0 without */

/* dpc.c */
struct sp_dpc *sp__dpc_of(struct sp_port *port, const void *driver);

/* timer.c, worker.c */
void sp__timers_init(struct sp_port *port);
void sp__timer_call(struct sp_port *port, HW_TIMER *routine, uint32_t us);
void sp__workers_init(struct sp_port *port);

/* timeout.c, recovery.c, reset.c */
void sp__timeouts_init(struct sp_port *port);
void sp__tick_need(struct sp_port *port); /* a countdown runs now: the tick must come */
void sp__timer_start(struct sp_lun *lun, uint32_t seconds);
void sp__timer_reload(struct sp_lun *lun);
void sp__recovery_init(struct sp_port *port);
void sp__bus_init(struct sp_port *port);
struct sp_recovery *sp__bus(struct sp_port *port);
void sp__recovery_state(struct sp_recovery *recovery, enum sp_recovery_state state);
void sp__recovery_hold_all(struct sp_recovery *recovery);
void sp__recovery_finish(struct sp_recovery *recovery);
void sp__recovery_absorb(struct sp_port *port);
void sp__recovery_withdraw(struct sp_recovery *recovery);
bool sp__recovery_counts(const struct sp_port *port);
void sp__bus_begin(struct sp_port *port, uint32_t lun);
bool sp__reset_overtook(struct sp_slot *slot);
void sp__hold_adapter(struct sp_port *port);
bool sp__recovery_begin(struct sp_port *port, struct sp_lun *lun);
void sp__recovery_tick(struct sp_port *port);
void sp__reset_detected(struct sp_port *port);
struct sp_own *sp__own_take(struct sp_port *port);
static inline struct sp_own *sp__own_of(struct sp_request *request)
{
    return (struct sp_own *)(void *)((uint8_t *)request - offsetof(struct sp_own, request));
}

/* thread.c */
bool sp__threads_run(const struct sp_port *port);

/* mdl.c */
void sp__mdls_init(struct sp_port *port);

/* registry.c */
void sp__registry_init(struct sp_port *port);
/* A value as a scenario writes it. */
void sp__registry_add(struct sp_port *port, const struct sim_registry_value *value);

/* event_log.c. slot: the SRB's that an error is about, or NULL */
void sp__log_reset(const struct sp_lun *lun);
void sp__log_error(const struct sp_port *port, const struct sp_slot *slot, uint32_t code,
                   uint32_t unique);
void sp__log_event(const struct sp_port *port, const STOR_LOG_EVENT_DETAILS *details);
void sp__log_failed(const struct sp_port *port, uint32_t lun, uint32_t code); /* or SP_ADAPTER */

/* format.c: a Windows format string and its eight-byte argument slots. False: cut short. */
#define SP_FORMAT_ARGS 24
uint32_t sp__format_slots(const char *format); /* how many it takes; no more than SP_FORMAT_ARGS */
bool sp__format(char *out, size_t bytes, const char *format, const uint64_t *args, uint32_t count);

/* polite.c: a call of a routine that is not modelled, by its name in polite.def; its answer. */
uint64_t sp__polite(struct sp_port *port, const char *routine);
void sp__polite_names(void); /* for stories */

/* interrupt.c, registers.c, memory.c, access.c */
void sp__interrupts_create(struct sp_port *port);
void sp__interrupts_connect(struct sp_port *port);
/* From the bus: a message for a CPU. A pci_sink callback; ctx is the port driver. */
void sp__message_arrived(void *ctx, uint32_t vector, uint32_t cpu);
void sp__messages_level(struct sp_port *port); /* DIRQL of each message */
void sp__bar_map(struct sp_port *port);
void sp__pci_config_init(struct sp_port *port);
void sp__access_init(struct sp_port *port);

#endif
