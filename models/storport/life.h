/* models/storport/life.h - private to models/storport: what happens to an adapter besides I/O, from
 * its start to its removal (chapters 0.1, 1.3, 1.4, 3.2).
 *
 * PnP and power requests are carried out one after another by one thread at PASSIVE, the one that
 * started the adapter. Interrupts, DPCs, timers, resets, and requests from above go on meanwhile.
 *
 *     STARTING  -> STARTED | FAILED
 *     STARTED   -> STOPPED | OFF | REMOVED, each by way of locked queues and nothing outstanding
 *     STOPPED   -> STARTED | REMOVED
 *     OFF       -> STARTED | REMOVED
 */
#ifndef MODELS_STORPORT_LIFE_H
#define MODELS_STORPORT_LIFE_H

#include <storport.h>

#include "models/storport/storport_model.h"

struct sp_port;
struct sp_slot;
struct sp_lun;

/* Where requests from above go. */
enum sp_gate_keeper {
    SP_OPEN,   /* on their way */
    SP_CLOSED, /* kept, until the adapter is started again */
    SP_GONE,   /* back, with NO_DEVICE */
};

#define SP_CONTROLS_MAX 64   /* control types that fit a mask */
#define SP_LIFE_TIMEOUT_S 60 /* TimeOutValue of PnP, power and flush requests */

struct sp_life {
    uint8_t state;   /* enum sp_state */
    uint8_t keeper;  /* enum sp_gate_keeper */
    bool look;       /* a request needs a closer look than usual: not open, or a LUN is gone */
    bool units_gone; /* a LUN was there and is not any more */
    bool locked;     /* our lock is on every LUN queue */
    bool resets_off; /* the adapter is about to be stopped: no reset begins any more */
    bool connected;  /* interrupts reach the miniport */
    bool powered;    /* D0 */
    bool surprised;  /* the device is gone */
    sim_ns surprised_at;
    bool passive_over, passive_failed; /* the passive routine, when the scan does not wait for it */
    bool final;                        /* shut down: it does not wake any more */
    bool gone;                         /* removed: the miniport is not called any more */
    bool line;                         /* INTx as it was delivered */
    uint8_t control;   /* SCSI_ADAPTER_CONTROL_TYPE of the call under way; 0: none */
    uint64_t controls; /* adapter control types the miniport supports, a bit each */
    uint64_t unit_controls;
    uint8_t *page; /* parameters of control calls, and payloads of our own requests */
    struct sp_task *first, **end;  /* asked for, not begun */
    const struct sp_task *present; /* under way */
    struct sp_task rescan;         /* asked for by the miniport */
    bool rescanning;
    struct sp_task removal; /* likewise */
    bool removing;
    bool asked;   /* first is not NULL: what the thread waits for */
    bool drained; /* what it waits for while it locks the queues */
    bool draining;
    struct sp_list ended; /* requests that end without the miniport */
    struct nt_dpc ended_dpc;
    struct sp_request *kept, **kept_end; /* while SP_CLOSED: those that LUN queues do not keep */
};

/* control.c: HwStorAdapterControl. Thread at PASSIVE. */
bool sp__control_query(struct sp_port *port);
bool sp__controls(const struct sp_port *port, SCSI_ADAPTER_CONTROL_TYPE type);
/* Calls it in the environment that the type has (1.3); parameters: NULL, or from sp__parameters().
 * True when it said success. */
bool sp__control(struct sp_port *port, SCSI_ADAPTER_CONTROL_TYPE type, void *parameters);
/* Zeroed room for the parameters of one call. */
void *sp__parameters(struct sp_port *port, size_t bytes);

/* unit.c: HwStorUnitControl, and what the PnP manager tells a unit. Thread at PASSIVE. */
bool sp__unit_query(struct sp_port *port);
bool sp__unit_start(struct sp_port *port, struct sp_lun *lun);
enum sp_unit_end { SP_UNIT_REMOVE, SP_UNIT_SURPRISE_REMOVAL };
void sp__unit_end(struct sp_port *port, struct sp_lun *lun, enum sp_unit_end how);
void sp__unit_power(struct sp_port *port, struct sp_lun *lun, STOR_DEVICE_POWER_STATE state,
                    STOR_POWER_ACTION action);

/* function.c: requests that are no SCSI command, or come at the wrong time */
void sp__life_init(struct sp_port *port);
/* A request from above while life.look is set, or with a function. */
void sp__submit_special(struct sp_port *port, struct sp_request *request);
void sp__keeper_set(struct sp_port *port, enum sp_gate_keeper keeper);
/* SP_GONE, and what waits in queues ends with NO_DEVICE. */
void sp__close_for_good(struct sp_port *port);
/* Ends a request that the miniport does not have, in a DPC of this CPU. Its slot is free, or just
 * left a list. */
void sp__end(struct sp_port *port, struct sp_request *request, uint8_t status);
/* Hands a request with a function to the miniport, past the queues, whatever life.keeper is. */
void sp__deliver(struct sp_port *port, struct sp_request *request);
/* Ends all that wait in a LUN's queue. */
void sp__end_queued(struct sp_lun *lun, uint8_t status);
/* Requests of the class driver for this LUN end with NO_DEVICE, now and later. */
void sp__unit_gone(struct sp_lun *lun);
/* Sends a request of the port driver's own and waits; thread only. Its SrbStatus. BUSY is tried
 * again for a while. request: from sp__own_take(), all but done and ctx filled in. */
uint8_t sp__send_and_wait(struct sp_port *port, struct sp_request *request);
/* The same for one without data: FLUSH, SHUTDOWN, PNP, POWER. lun: NULL for the adapter. */
uint8_t sp__send_simple(struct sp_port *port, const struct sp_lun *lun, enum sp_function function,
                        uint32_t action, uint32_t power_state);

/* pnp.c: the thread's work */
void sp__tasks_run(struct sp_port *port);   /* for ever; the start-up thread ends there */
void sp__bus_changed(struct sp_port *port); /* BusChangeDetected; any IRQL */
void sp__remove_failed(
    struct sp_port *port);                /* the miniport says the adapter has failed; any IRQL */
void sp__life_look(struct sp_port *port); /* something came back: is it everything? */
void sp__state_set(struct sp_port *port, enum sp_state state);
/* Locks the queues and waits until the miniport has nothing and no recovery is under way. */
void sp__quiesce(struct sp_port *port);
void sp__wait_quiet(struct sp_port *port); /* the second half */
/* Waits until queues are empty: nothing new comes. */
void sp__drain_queues(struct sp_port *port);
void sp__flush_units(struct sp_port *port);
void sp__adapter_stop(struct sp_port *port);    /* ScsiStopAdapter, interrupts off */
bool sp__adapter_restart(struct sp_port *port); /* interrupts on, ScsiRestartAdapter */
void sp__open(struct sp_port *port);            /* STARTED; requests flow, wherever they waited */
void sp__fail(struct sp_port *port);            /* FAILED; requests end with NO_DEVICE */

/* power.c */
bool sp__sleep(struct sp_port *port);
bool sp__wake(struct sp_port *port);
bool sp__shut_down(struct sp_port *port);
void sp__power_set(struct sp_port *port, enum sp_power power);
void sp__power_settings_tell(struct sp_port *port);

/* interrupt.c, timer.c, dpc.c: their part of stopping and going */
void sp__interrupts_disconnect(struct sp_port *port);
void sp__interrupts_reconnect(struct sp_port *port);
/* Behind ScsiStopAdapter: a timer that is still armed is a finding. */
void sp__timers_check_stopped(struct sp_port *port);
void sp__timers_end(struct sp_port *port);
void sp__dpcs_end(struct sp_port *port);

/* reset.c: the bus reset that an application asks for, by ScsiAdapterResetBusSynchronous. False:
 * the miniport does not have it, or it failed. */
bool sp__device_reset(struct sp_port *port);

struct faults;
/* actions.c: what scenarios can ask for. At set-up. */
void sp__actions_serve(struct sp_port *port, struct faults *faults);

/* reset.c: a class driver's RESET_* function; the request ends when the reset does. False: no
 * reset can be had now. */
bool sp__recovery_ask(struct sp_port *port, struct sp_request *request);

#endif
