/* models/storport/recovery.c - recovery by SRBs: abort, LUN reset, target reset
 * (chapters 4.2, 4.3).
 *
 *     SP_CALM          LUN timer 0          -> SP_ABORT (abort_tier = yes), SP_LUN_RESET
 *                      asked for from above -> SP_LUN_RESET, SP_TARGET_RESET, SP_BUS_RESET
 *     SP_ABORT         SUCCESS              -> SP_CALM
 *                      failure or time-out  -> SP_LUN_RESET
 *     SP_LUN_RESET     SUCCESS              -> SP_CALM
 *                      failure or time-out  -> SP_TARGET_RESET
 *     SP_TARGET_RESET  SUCCESS              -> SP_CALM
 *                      failure or time-out  -> the adapter's SP_BUS_RESET
 *     SP_BUS_RESET     TRUE                 -> SP_BUS_HOLD   (reset.c)
 *                      FALSE                -> SP_CALM
 *     SP_BUS_HOLD      BusResetHoldTime     -> SP_CALM
 *
 * Each LUN has a recovery, and the adapter has one for the bus. One of them is under way at a time
 * (8.4-63 a; recoveries = parallel: one a LUN); a bus reset ends all others. A LUN whose time is
 * over meanwhile waits. A reset that a class driver asks for meanwhile ends with what is under way,
 * but a bus reset comes next.
 *
 * A reset SRB goes through BuildIo and StartIo past the LUN's closed gate, untagged, with a
 * time-out of its own (8.4-55 a); its failure or time-out brings the next tier (8.4-57, 64 a).
 */
#include "models/storport/sp_private.h"

enum tier { TIER_ABORT, TIER_LUN, TIER_TARGET };

#define TO(state) (1u << SP_##state)

/* Which states may follow each: a bit for each. */
static const uint8_t follows[] = {
    [SP_CALM] = TO(ABORT) | TO(LUN_RESET) | TO(TARGET_RESET) | TO(BUS_RESET),
    [SP_ABORT] = TO(CALM) | TO(LUN_RESET),
    [SP_LUN_RESET] = TO(CALM) | TO(TARGET_RESET),
    [SP_TARGET_RESET] = TO(CALM),
    [SP_BUS_RESET] = TO(CALM) | TO(BUS_HOLD),
    [SP_BUS_HOLD] = TO(CALM),
};

void sp__recovery_state(struct sp_recovery *recovery, enum sp_recovery_state state)
{
    SIM_ASSERT(follows[recovery->state] & 1u << state);
    recovery->port->recovering += (state != SP_CALM) - (recovery->state != SP_CALM);
    recovery->state = (uint8_t)state;
}

struct sp_recovery *sp__bus(struct sp_port *port)
{
    return &port->recovery[SP_LUNS_MAX];
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

static void hold_lun(struct sp_recovery *recovery, uint32_t i)
{
    struct sp_port *port = recovery->port;

    if (!port->lun[i].present || recovery->held_luns & 1u << i)
        return;
    recovery->held_luns |= 1u << i;
    sp__hold(&port->lun[i].gate);
}

void sp__recovery_hold_all(struct sp_recovery *recovery)
{
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++)
        hold_lun(recovery, i);
}

static void release_luns(struct sp_recovery *recovery)
{
    uint32_t held = recovery->held_luns;

    recovery->held_luns = 0;
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++)
        if (held & 1u << i)
            sp__unhold(&recovery->port->lun[i].gate);
}

/* Class drivers whose reset it was are told. */
static void tell(struct sp_port *port)
{
    struct sp_request *request = port->asked;
    uint8_t status = port->reset_failed ? SRB_STATUS_ERROR : SRB_STATUS_SUCCESS;

    port->asked = NULL;
    port->reset_failed = false;
    while (request) {
        struct sp_request *next = request->next;

        sp__end(port, request, status);
        request = next;
    }
}

/* Nothing is under way: the bus reset that was asked for meanwhile is next. */
static void calm(struct sp_port *port)
{
    tell(port);
    if (port->bus_asked && !port->life.resets_off)
        sp__bus_begin(port, 0);
}

/* It is over: its queues flow, countdowns begin anew for what is still out. */
void sp__recovery_finish(struct sp_recovery *recovery)
{
    struct sp_port *port = recovery->port;

    sp__recovery_state(recovery, SP_CALM);
    recovery->own = NULL;
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++) {
        if (!(recovery->held_luns & 1u << i))
            continue;
        sp__timer_reload(&port->lun[i]);
        if (port->lun[i].timer >= 0)
            sp__tick_need(port);
    }
    release_luns(recovery);
    if (!port->recovering)
        calm(port);
    sp__life_look(port);
}

/* The bus tier has begun: a LUN's reset SRB that is still out is only given back. */
void sp__recovery_absorb(struct sp_port *port)
{
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++) {
        struct sp_recovery *recovery = &port->recovery[i];

        if (recovery->state == SP_CALM)
            continue;
        sp__recovery_withdraw(recovery);
        sp__recovery_state(recovery, SP_CALM);
        release_luns(recovery);
    }
}

/* --- victims --------------------------------------------------------------------------------- */

static bool is_victim(const struct sp_recovery *recovery, const struct sp_slot *slot)
{
    if (recovery->victim)
        return slot->serial == recovery->victim;
    return slot->started && slot->start_order < recovery->verify_before;
}

/* What HwStorStartIo had before the reset SRB, or an abort's victim, and is still out. */
static uint32_t victims(const struct sp_recovery *recovery)
{
    uint32_t left = 0;

    for (uint32_t i = 0; i < SP_LUNS_MAX; i++) {
        const struct sp_lun *lun = &recovery->port->lun[i];

        if (recovery->verify_lun != SP_ADAPTER && recovery->verify_lun != i)
            continue;
        for (const struct sp_slot *slot = lun->pending.head; slot; slot = slot->next)
            left += is_victim(recovery, slot);
    }
    return left;
}

static void verify(struct sp_recovery *recovery)
{
    uint32_t left = victims(recovery);

    recovery->verify = false;
    if (!left)
        return;
    if (recovery->victim)
        sim_find(recovery->port->at.sim, SIM_RULE_RESET_OUTSTANDING, recovery->victim,
                 "an abort SRB was completed with success, and SRB %llu, which it was to abort, is "
                 "still outstanding (0xF0/2)",
                 (unsigned long long)recovery->victim);
    else
        sim_find(recovery->port->at.sim, SIM_RULE_RESET_OUTSTANDING, 0,
                 "a reset SRB was completed with success, and %u requests started before it are "
                 "still outstanding",
                 left);
}

static void remember_victims(struct sp_recovery *recovery, const struct sp_request *request)
{
    bool lun_only = recovery->state == SP_LUN_RESET || recovery->state == SP_ABORT;

    recovery->verify_lun = lun_only ? request->lun : SP_ADAPTER;
    recovery->verify_before = sp__slot(recovery->port, request->slot)->start_order;
    if (recovery->state != SP_ABORT)
        recovery->victim = 0;
}

/* --- reset SRBs ------------------------------------------------------------------------------ */

static void reset_srb_done(struct sp_request *request, void *ctx);
static void send(struct sp_recovery *recovery, uint8_t function);
static void begin_lun(struct sp_recovery *recovery);
static void begin_target(struct sp_recovery *recovery);

/* 0x13 everywhere but in one table of the documents (8.4-67). */
static uint8_t target_code(const struct sp_port *port)
{
    return sp__silent(port, SP_SILENT_TARGET_CODE) ? SRB_FUNCTION_REMOVE_DEVICE
                                                   : SRB_FUNCTION_RESET_DEVICE;
}

static bool skips_target(const struct sp_port *port)
{
    uint32_t luns = 0;

    for (uint32_t i = 0; i < SP_LUNS_MAX; i++)
        luns += port->lun[i].present;
    return luns == 1 && sp__silent(port, SP_SILENT_TARGET_TIER);
}

static void escalate(struct sp_recovery *recovery)
{
    struct sp_port *port = recovery->port;

    switch ((enum sp_recovery_state)recovery->state) {
    case SP_ABORT:
        begin_lun(recovery);
        break;
    case SP_LUN_RESET:
        if (!skips_target(port)) {
            begin_target(recovery);
            break;
        }
        sp__bus_begin(port, recovery->lun);
        break;
    default:
        sp__bus_begin(port, recovery->lun);
        break;
    }
}

/* Seconds for the reset SRB: its own (8.4-55 a), none, or its victim's. */
static int32_t seconds(const struct sp_recovery *recovery)
{
    const struct sp_port *port = recovery->port;
    const struct sp_slot *head = port->lun[recovery->lun].pending.head;

    switch (sp__silent(port, SP_SILENT_RESET_TIME)) {
    case SP_RESET_TIME_NONE:
        return INT32_MAX;
    case SP_RESET_TIME_VICTIM:
        if (head)
            return (int32_t)head->request->timeout_s;
        break;
    }
    return (int32_t)((port->config.reset_timeout_ns + SP_SECOND - 1) / SP_SECOND);
}

static void send(struct sp_recovery *recovery, uint8_t function)
{
    struct sp_port *port = recovery->port;
    struct sp_own *own = sp__own_take(port);

    if (!own) { /* all are lost in the miniport */
        sp__bus_begin(port, recovery->lun);
        return;
    }
    recovery->own = own;
    recovery->function = function;
    recovery->busy_retries = 0;
    recovery->left_s = seconds(recovery);
    own->request.lun = recovery->lun;
    own->request.timeout_s = (uint32_t)recovery->left_s;
    own->request.flags = SP_FLAG_BYPASS_FROZEN_QUEUE | SP_FLAG_NO_QUEUE_FREEZE;
    own->request.done = reset_srb_done;
    own->request.ctx = recovery;
    if (function == SRB_FUNCTION_ABORT_COMMAND)
        own->request.victim = port->lun[recovery->lun].pending.head->request;
    sp__submit_function(port, &own->request, function);
    sp__tick_need(port);
    sp__run_later(port);
}

static void begin_target(struct sp_recovery *recovery)
{
    sp__recovery_state(recovery, SP_TARGET_RESET);
    sim_trace(recovery->port->at.sim, SIM_EV_TIER, TIER_TARGET, recovery->lun, 0, 0);
    sp__recovery_hold_all(recovery);
    send(recovery, target_code(recovery->port));
}

static void begin_lun(struct sp_recovery *recovery)
{
    sp__recovery_state(recovery, SP_LUN_RESET);
    sim_trace(recovery->port->at.sim, SIM_EV_TIER, TIER_LUN, recovery->lun, 0, 0);
    send(recovery, SRB_FUNCTION_RESET_LOGICAL_UNIT);
}

/* The abort tier exists when the miniport can and the scenario wants it (8.4-65). Its victim is the
 * request that was started first. */
static bool begin_abort(struct sp_recovery *recovery)
{
    struct sp_port *port = recovery->port;
    const struct sp_slot *victim = port->lun[recovery->lun].pending.head;

    if (!sp__silent(port, SP_SILENT_ABORT_TIER) || !victim ||
        !(port->info->FeatureSupport & STOR_ADAPTER_FEATURE_ABORT_COMMAND))
        return false;
    sp__recovery_state(recovery, SP_ABORT);
    sim_trace(port->at.sim, SIM_EV_TIER, TIER_ABORT, recovery->lun, 0, 0);
    recovery->victim = victim->serial;
    send(recovery, SRB_FUNCTION_ABORT_COMMAND);
    return true;
}

static void retry_due(struct sim_event *event, void *ctx)
{
    struct sp_recovery *recovery = ctx;

    (void)event;
    sp__submit_function(recovery->port, &recovery->own->request, recovery->function);
    sp__run_later(recovery->port);
}

/* reset_busy = retried (8.4-57): like any request that came back BUSY, while its time lasts. */
static bool retried(struct sp_recovery *recovery, const struct sp_request *request)
{
    struct sp_port *port = recovery->port;

    if (request->srb_status != SRB_STATUS_BUSY || !sp__silent(port, SP_SILENT_RESET_BUSY) ||
        recovery->busy_retries >= port->config.busy_retries)
        return false;
    recovery->busy_retries++;
    sim_event_in(port->at.sim, &recovery->retry, port->config.busy_pause_ns, retry_due, recovery);
    return true;
}

/* Success: what StartIo had before the reset SRB must be complete by the next tick (8.4-56 b), or
 * at once; or what is left brings the next tier. */
static void succeeded(struct sp_recovery *recovery, const struct sp_request *request)
{
    struct sp_port *port = recovery->port;
    uint8_t when = sp__silent(port, SP_SILENT_VICTIMS);

    remember_victims(recovery, request);
    if (when == SP_VICTIMS_NEXT_TIER && victims(recovery)) {
        escalate(recovery);
        return;
    }
    recovery->verify = true;
    if (when == SP_VICTIMS_AT_ONCE)
        verify(recovery);
    sp__tick_need(port);
    if (recovery->state != SP_ABORT && sp__silent(port, SP_SILENT_HOLD_TIERS))
        sp__hold_adapter(port);
    sp__recovery_finish(recovery);
}

/* In the completion DPC. A reset SRB whose time was over before is only given back. */
static void reset_srb_done(struct sp_request *request, void *ctx)
{
    struct sp_recovery *recovery = ctx;
    struct sp_own *own = sp__own_of(request);

    if (recovery->own != own) {
        own->used = false;
        return;
    }
    if (retried(recovery, request))
        return;
    own->used = false;
    recovery->own = NULL;
    if (request->srb_status == SRB_STATUS_SUCCESS)
        succeeded(recovery, request);
    else
        escalate(recovery);
}

/* Its time is over. If it was not delivered (the adapter was paused) it never will be; if the
 * miniport has it, it is given back some day. */
void sp__recovery_withdraw(struct sp_recovery *recovery)
{
    struct sp_port *port = recovery->port;
    struct sp_own *own = recovery->own;
    struct sp_slot *slot;

    recovery->own = NULL;
    if (!own)
        return;
    slot = sp__slot(port, own->request.slot);
    if (sim_event_cancel(port->at.sim, &recovery->retry))
        own->used = false;
    if (slot->state != SP_QUEUED)
        return;
    sp__list_remove(&port->bypass, slot);
    slot->state = SP_FREE;
    slot->request = NULL;
    own->used = false;
}

/* --- time ------------------------------------------------------------------------------------ */

static void tick(struct sp_recovery *recovery)
{
    if (recovery->verify)
        verify(recovery);
    if (!recovery->own || recovery->left_s == INT32_MAX || --recovery->left_s > 0)
        return;
    sp__recovery_withdraw(recovery);
    escalate(recovery);
}

void sp__recovery_tick(struct sp_port *port)
{
    for (uint32_t i = 0; i <= SP_LUNS_MAX; i++)
        tick(&port->recovery[i]);
}

/* The tick must come. */
bool sp__recovery_counts(const struct sp_port *port)
{
    for (uint32_t i = 0; i <= SP_LUNS_MAX; i++)
        if (port->recovery[i].own || port->recovery[i].verify)
            return true;
    return false;
}

/* A LUN's time is over: event 129. False while another recovery is in the way. */
bool sp__recovery_begin(struct sp_port *port, struct sp_lun *lun)
{
    struct sp_recovery *recovery = &port->recovery[lun->number];

    if (recovery->state != SP_CALM || sp__bus(port)->state != SP_CALM || port->life.resets_off)
        return false;
    if (port->recovering && !sp__silent(port, SP_SILENT_RECOVERIES))
        return false;
    sim_trace(port->at.sim, SIM_EV_LUN_TIMEOUT, lun->number, lun->gate.pending, 0, 0);
    sp__log_reset(lun);
    recovery->lun = lun->number;
    hold_lun(recovery, lun->number);
    if (!begin_abort(recovery))
        begin_lun(recovery);
    return true;
}

/* A bus reset that is due and has not begun will do; behind one that runs comes another. */
static void ask_meanwhile(struct sp_port *port, struct sp_request *request)
{
    bool next = request->function == SP_FN_RESET_BUS && !port->bus_due;
    struct sp_request **list = next ? &port->asked_next : &port->asked;

    request->next = *list;
    *list = request;
    port->bus_asked |= next;
}

bool sp__recovery_ask(struct sp_port *port, struct sp_request *request)
{
    uint32_t lun = request->adapter ? 0 : request->lun;
    struct sp_recovery *recovery = &port->recovery[lun];

    if (port->life.resets_off)
        return false;
    if (port->recovering) {
        ask_meanwhile(port, request);
        return true;
    }
    request->next = port->asked;
    port->asked = request;
    recovery->lun = lun;
    if (request->function == SP_FN_RESET_LUN) {
        hold_lun(recovery, lun);
        begin_lun(recovery);
    } else if (request->function == SP_FN_RESET_TARGET) {
        begin_target(recovery);
    } else {
        sp__bus_begin(port, lun);
    }
    return true;
}

void sp__recovery_init(struct sp_port *port)
{
    for (uint32_t i = 0; i <= SP_LUNS_MAX; i++)
        port->recovery[i].port = port;
    sp__bus_init(port);
}
