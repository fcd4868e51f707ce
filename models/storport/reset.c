/* models/storport/reset.c - recovery: LUN reset, target reset, HwStorResetBus
 * (chapters 4.2, 4.3, 4.4).
 *
 *     SP_CALM          LUN timer 0          -> SP_LUN_RESET
 *                      asked for from above -> SP_LUN_RESET, SP_TARGET_RESET or SP_BUS_RESET
 *     SP_LUN_RESET     SUCCESS              -> SP_CALM
 *                      failure or time-out  -> SP_TARGET_RESET
 *     SP_TARGET_RESET  SUCCESS              -> SP_CALM
 *                      failure or time-out  -> SP_BUS_RESET
 *     SP_BUS_RESET     TRUE                 -> SP_BUS_HOLD
 *                      FALSE                -> SP_CALM
 *     SP_BUS_HOLD      BusResetHoldTime     -> SP_CALM
 *
 * A reset SRB goes through BuildIo and StartIo past the LUN's closed gate, untagged, with a
 * time-out of its own (8.4-55 a); its failure or time-out brings the next tier (8.4-57, 64 a).
 * HwStorResetBus: the gates of all LUNs closed, the StartIo lock held, DISPATCH, in a timer DPC of
 * CPU 0. Interrupts, DPCs and BuildIo on other CPUs go on. SRBs that the miniport leaves behind
 * stay out (8.4-54 a, 60 a) and time out again; after FALSE that is the next attempt (8.4-59 a).
 */
#include "models/storport/sp_private.h"

enum tier { TIER_LUN = 1, TIER_TARGET, TIER_BUS };

/* Which states may follow each: a bit for each. */
static const uint8_t follows[] = {
    [SP_CALM] = 1 << SP_LUN_RESET | 1 << SP_TARGET_RESET | 1 << SP_BUS_RESET,
    [SP_LUN_RESET] = 1 << SP_CALM | 1 << SP_TARGET_RESET | 1 << SP_BUS_RESET,
    [SP_TARGET_RESET] = 1 << SP_CALM | 1 << SP_BUS_RESET,
    [SP_BUS_RESET] = 1 << SP_CALM | 1 << SP_BUS_HOLD,
    [SP_BUS_HOLD] = 1 << SP_CALM,
};

static void set_state(struct sp_port *port, enum sp_recovery_state state)
{
    SIM_ASSERT(follows[port->recovery.state] & 1 << state);
    port->recovery.state = (uint8_t)state;
}

/* --- the port driver's own requests ---------------------------------------------------------- */

struct sp_own *sp__own_take(struct sp_port *port)
{
    for (uint32_t i = 0; i < SP_OWN_SLOTS; i++)
        if (!port->own[i].used) {
            port->own[i].used = true;
            port->own[i].request =
                (struct sp_request){.slot = SP_SLOTS_MAX + i,
                                    .op = SP_OTHER,
                                    .flags = SP_FLAG_TAGGED | SP_FLAG_NO_QUEUE_FREEZE};
            return &port->own[i];
        }
    return NULL;
}

/* --- holding LUNs ---------------------------------------------------------------------------- */

static void hold_lun(struct sp_port *port, uint32_t i)
{
    if (!port->lun[i].present || port->recovery.held_luns & 1u << i)
        return;
    port->recovery.held_luns |= 1u << i;
    sp__hold(&port->lun[i].gate);
}

static void hold_all(struct sp_port *port)
{
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++)
        hold_lun(port, i);
}

/* Class drivers whose reset it was are told. */
static void tell(struct sp_port *port)
{
    struct sp_request *request = port->recovery.asked;
    uint8_t status = port->recovery.failed ? SRB_STATUS_ERROR : SRB_STATUS_SUCCESS;

    port->recovery.asked = NULL;
    port->recovery.failed = false;
    while (request) {
        struct sp_request *next = request->next;

        sp__end(port, request, status);
        request = next;
    }
}

/* Recovery is over: queues flow, countdowns begin anew for what is still out. */
static void finish(struct sp_port *port)
{
    struct sp_recovery *recovery = &port->recovery;
    uint32_t held = recovery->held_luns;

    set_state(port, SP_CALM);
    tell(port);
    recovery->own = NULL;
    recovery->held_luns = 0;
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++) {
        sp__timer_reload(&port->lun[i]);
        if (port->lun[i].timer >= 0)
            sp__tick_need(port);
        if (held & 1u << i)
            sp__unhold(&port->lun[i].gate);
    }
    sp__life_look(port);
}

/* --- LUN and target tier --------------------------------------------------------------------- */

static void begin_bus(struct sp_port *port)
{
    set_state(port, SP_BUS_RESET);
    port->recovery.own = NULL;
    hold_all(port);
    nt_dpc_queue(port->at.nt, &port->recovery.dpc, 0, 0, 0);
}

static void reset_srb_done(struct sp_request *request, void *ctx);

static void send_reset_srb(struct sp_port *port, uint8_t function)
{
    struct sp_recovery *recovery = &port->recovery;
    struct sp_own *own = sp__own_take(port);

    if (!own) { /* all are lost in the miniport */
        begin_bus(port);
        return;
    }
    recovery->own = own;
    recovery->left_s = (int32_t)((port->config.reset_timeout_ns + SP_SECOND - 1) / SP_SECOND);
    own->request.lun = recovery->lun;
    own->request.timeout_s = (uint32_t)recovery->left_s;
    own->request.flags = SP_FLAG_BYPASS_FROZEN_QUEUE | SP_FLAG_NO_QUEUE_FREEZE;
    own->request.done = reset_srb_done;
    own->request.ctx = port;
    sp__submit_function(port, &own->request, function);
    sp__tick_need(port);
    sp__run_later(port);
}

static void begin_target(struct sp_port *port)
{
    set_state(port, SP_TARGET_RESET);
    sim_trace(port->at.sim, SIM_EV_TIER, TIER_TARGET, port->recovery.lun, 0, 0);
    hold_all(port);
    send_reset_srb(port, SRB_FUNCTION_RESET_DEVICE);
}

static void begin_lun(struct sp_port *port, uint32_t lun)
{
    set_state(port, SP_LUN_RESET);
    sim_trace(port->at.sim, SIM_EV_TIER, TIER_LUN, lun, 0, 0);
    port->recovery.lun = lun;
    hold_lun(port, lun);
    send_reset_srb(port, SRB_FUNCTION_RESET_LOGICAL_UNIT);
}

static void escalate(struct sp_port *port)
{
    if (port->recovery.state == SP_LUN_RESET)
        begin_target(port);
    else
        begin_bus(port);
}

/* Successful: what StartIo had before the reset SRB must be complete by the next tick (8.4-56 b).
 */
static void remember_victims(struct sp_port *port, const struct sp_request *request)
{
    struct sp_recovery *recovery = &port->recovery;

    recovery->verify = true;
    recovery->verify_lun = recovery->state == SP_LUN_RESET ? request->lun : SP_ADAPTER;
    recovery->verify_before = sp__slot(port, request->slot)->start_order;
    sp__tick_need(port);
}

/* In the completion DPC. A reset SRB whose time was over before is only given back. */
static void reset_srb_done(struct sp_request *request, void *ctx)
{
    struct sp_port *port = ctx;
    struct sp_own *own =
        (struct sp_own *)(void *)((uint8_t *)request - offsetof(struct sp_own, request));
    bool counts = port->recovery.own == own;

    own->used = false;
    if (!counts)
        return;
    port->recovery.own = NULL;
    if (request->srb_status != SRB_STATUS_SUCCESS) {
        escalate(port);
        return;
    }
    remember_victims(port, request);
    finish(port);
}

/* Not delivered for all its time (the adapter was paused): it never will be. */
static void withdraw(struct sp_port *port, struct sp_own *own)
{
    struct sp_slot *slot = sp__slot(port, own->request.slot);

    if (slot->state != SP_QUEUED)
        return;
    sp__list_remove(&port->bypass, slot);
    slot->state = SP_FREE;
    slot->request = NULL;
    own->used = false;
}

static void verify(struct sp_port *port)
{
    struct sp_recovery *recovery = &port->recovery;
    uint32_t left = 0;

    recovery->verify = false;
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++) {
        if (recovery->verify_lun != SP_ADAPTER && recovery->verify_lun != i)
            continue;
        for (const struct sp_slot *slot = port->lun[i].pending.head; slot; slot = slot->next)
            left += slot->started && slot->start_order < recovery->verify_before;
    }
    if (left)
        sim_find(port->at.sim, SIM_RULE_RESET_OUTSTANDING, 0,
                 "a reset SRB was completed with success, and %u requests started before it are "
                 "still outstanding",
                 left);
}

void sp__recovery_tick(struct sp_port *port)
{
    struct sp_recovery *recovery = &port->recovery;

    if (recovery->verify)
        verify(port);
    if (!recovery->own || --recovery->left_s > 0)
        return;
    withdraw(port, recovery->own);
    recovery->own = NULL;
    escalate(port);
}

bool sp__recovery_begin(struct sp_port *port, struct sp_lun *lun)
{
    if (port->recovery.state != SP_CALM || port->life.resets_off)
        return false;
    sim_trace(port->at.sim, SIM_EV_LUN_TIMEOUT, lun->number, lun->gate.pending, 0, 0);
    sp__log_reset(lun);
    begin_lun(port, lun->number);
    return true;
}

bool sp__recovery_ask(struct sp_port *port, struct sp_request *request)
{
    struct sp_recovery *recovery = &port->recovery;

    if (port->life.resets_off)
        return false;
    request->next = recovery->asked;
    recovery->asked = request;
    if (recovery->state != SP_CALM)
        return true;
    recovery->lun = request->adapter ? 0 : request->lun;
    if (request->function == SP_FN_RESET_LUN)
        begin_lun(port, recovery->lun);
    else if (request->function == SP_FN_RESET_TARGET)
        begin_target(port);
    else
        begin_bus(port);
    return true;
}

/* --- bus tier -------------------------------------------------------------------------------- */

static BOOLEAN call_reset_bus(struct sp_port *port)
{
    sim_ns since;
    BOOLEAN result;

    sp__reset_lock(port);
    sim_trace(port->at.sim, SIM_EV_RESET_ENTER, SP_RESET_PATH, port->started, 0, 0);
    since = sim_now(port->at.sim);
    port->in_reset = true;
    sp__enter(port, SP_CB_RESET_BUS);
    result = port->hw.HwResetBus(port->devext, SP_RESET_PATH);
    sp__leave(port);
    port->in_reset = false;
    sim_trace(port->at.sim, SIM_EV_RESET_RETURN, SP_RESET_PATH, result, port->started,
              (uint64_t)(sim_now(port->at.sim) - since));
    sp__reset_unlock(port);
    return result;
}

enum resumed_by { RESUMED_BY_PORT = 2 };
enum paused_by { PAUSED_BY_PORT = 1 };

/* BusResetHoldTime is over: for this bus reset, or for one that the miniport detected. */
static void hold_over(struct sp_port *port)
{
    sim_trace(port->at.sim, SIM_EV_HOLD_END, port->started, 0, 0, 0);
    if (port->recovery.state == SP_BUS_HOLD)
        finish(port);
}

static void hold_event(struct sim_event *event, void *ctx)
{
    struct sp_port *port = ctx;

    (void)event;
    port->held_after_reset = false;
    sim_trace(port->at.sim, SIM_EV_RESUME, port->gate.pauses, RESUMED_BY_PORT, 0, 0);
    hold_over(port);
    sp__unhold(&port->gate);
}

/* The adapter waits for BusResetHoldTime, counted anew when it waits already (8.4-62). */
static void hold_adapter(struct sp_port *port)
{
    if (!port->hold_ns)
        return;
    if (port->held_after_reset) {
        sim_event_cancel(port->at.sim, &port->hold_event);
    } else {
        port->held_after_reset = true;
        sp__hold(&port->gate);
        sim_trace(port->at.sim, SIM_EV_PAUSE, port->gate.pauses, (uint64_t)(port->hold_ns / SIM_S),
                  PAUSED_BY_PORT, 0);
    }
    sim_event_in(port->at.sim, &port->hold_event, port->hold_ns, hold_event, port);
}

static void bus_reset(struct nt *nt, void *ctx, uint64_t arg1, uint64_t arg2)
{
    struct sp_port *port = ctx;

    (void)nt;
    (void)arg1;
    (void)arg2;
    sim_progress(port->at.sim);
    sim_trace(port->at.sim, SIM_EV_TIER, TIER_BUS, port->recovery.lun, 0, 0);
    if (!call_reset_bus(port)) {
        port->recovery.failed = true;
        finish(port);
        return;
    }
    set_state(port, SP_BUS_HOLD);
    hold_adapter(port);
    if (!port->held_after_reset)
        hold_over(port);
}

/* During a recovery it adds nothing: there is one at a time (8.4-63 a), and that one ends in the
 * bus tier at worst. */
void sp_request_bus_reset(struct sp_port *port)
{
    if (port->recovery.state != SP_CALM || port->life.resets_off)
        return;
    port->recovery.lun = 0;
    begin_bus(port);
}

/* The miniport saw a reset, or reports one of its own: it completes what is out, the adapter is
 * held. */
void sp__reset_detected(struct sp_port *port)
{
    sim_trace(port->at.sim, SIM_EV_RESET_DETECTED, 0, 0, 0, 0);
    hold_adapter(port);
}

void sp__recovery_init(struct sp_port *port)
{
    nt_dpc_init(port->at.nt, &port->recovery.dpc, bus_reset, port);
}
