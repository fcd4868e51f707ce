/* models/storport/reset.c - HwStorResetBus, what becomes of the requests it finds, and the hold
 * time afterwards (chapter 4.4).
 *
 * The gates of all LUNs are closed, the StartIo lock held (and every channel's token), DISPATCH, in
 * a DPC of CPU 0. Interrupts, DPCs and BuildIo on other CPUs go on. SRBs that the miniport leaves
 * behind stay out (8.4-54 a, 60 a) and time out again; after FALSE that is the next attempt
 * (8.4-59 a). Requests between BuildIo and StartIo get their StartIo afterwards (8.4-61 a).
 */
#include "models/storport/sp_private.h"

#define TIER_BUS 3
#define LOOK_AGAIN (10 * SIM_MS)
#define HOLD_DEFAULT (5 * SIM_S) /* hold_default = five_seconds */

enum bus_work { WORK_RESET, WORK_FINISH }; /* of the bus DPC */
enum resumed_by { RESUMED_BY_PORT = 2 };
enum paused_by { PAUSED_BY_PORT = 1 };

/* --- requests that a reset finds -------------------------------------------------------------- */

/* Those between BuildIo and StartIo: the other candidates of 8.4-61. */
static void take_built(struct sp_port *port)
{
    uint8_t what = sp__silent(port, SP_SILENT_BUILT_IN_RESET);
    struct sp_slot *slot;

    for (uint32_t i = 0; what && i < SP_LUNS_MAX; i++)
        while ((slot = port->lun[i].built.head))
            sp__reset_overtook(slot);
}

/* A reset came between BuildIo and StartIo of this request. False: it goes on to StartIo. */
bool sp__reset_overtook(struct sp_slot *slot)
{
    switch (sp__silent(slot->lun->port, SP_SILENT_BUILT_IN_RESET)) {
    case SP_BUILT_IN_RESET_REBUILT:
        slot->rebuild = true;
        sp__take_back(slot, SRB_STATUS_BUS_RESET);
        return true;
    case SP_BUILT_IN_RESET_COMPLETED:
        sp__take_back(slot, SRB_STATUS_BUS_RESET);
        return true;
    default:
        return false;
    }
}

/* The oldest that HwStorStartIo had before now. */
static struct sp_slot *started_before(struct sp_port *port, uint64_t starts)
{
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++)
        for (struct sp_slot *slot = port->lun[i].pending.head; slot; slot = slot->next)
            if (slot->started && slot->start_order <= starts)
                return slot;
    return NULL;
}

static void take_started(struct sp_port *port, uint8_t status)
{
    uint64_t starts = port->starts;
    struct sp_slot *slot;

    while ((slot = started_before(port, starts)))
        sp__take_back(slot, status);
}

/* --- HwStorResetBus --------------------------------------------------------------------------- */

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
    port->resets++;
    sim_trace(port->at.sim, SIM_EV_RESET_RETURN, SP_RESET_PATH, result, port->started,
              (uint64_t)(sim_now(port->at.sim) - since));
    if (result && sp__silent(port, SP_SILENT_LEFT_BEHIND))
        take_started(port, SRB_STATUS_BUS_RESET);
    if (result)
        take_built(port);
    sp__reset_unlock(port);
    return result;
}

static void finish(struct sp_port *port)
{
    if (sp__silent(port, SP_SILENT_OVERDUE))
        take_started(port, SRB_STATUS_TIMEOUT);
    sp__recovery_finish(sp__bus(port));
}

/* --- hold time -------------------------------------------------------------------------------- */

/* BusResetHoldTime is over: for this bus reset, or for one that the miniport detected. What is
 * given back then is given back by a CPU. */
static void hold_over(struct sp_port *port)
{
    sim_trace(port->at.sim, SIM_EV_HOLD_END, port->started, 0, 0, 0);
    if (sp__bus(port)->state != SP_BUS_HOLD)
        return;
    if (nt_on_cpu(port->at.nt) || !sp__silent(port, SP_SILENT_OVERDUE))
        finish(port);
    else
        nt_dpc_queue(port->at.nt, &port->bus_dpc, 0, WORK_FINISH, 0);
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

/* The miniport's, or the scenario's when it says nothing (8.4-62). */
static sim_ns hold_ns(const struct sp_port *port)
{
    if (!port->hold_ns && !port->hold_given && sp__silent(port, SP_SILENT_HOLD_DEFAULT))
        return HOLD_DEFAULT;
    return port->hold_ns;
}

/* The adapter waits for BusResetHoldTime, counted anew when it waits already (8.4-62). */
void sp__hold_adapter(struct sp_port *port)
{
    sim_ns ns = hold_ns(port);

    if (!ns)
        return;
    if (port->held_after_reset) {
        if (sp__silent(port, SP_SILENT_HOLD_RESTART))
            return;
        sim_event_cancel(port->at.sim, &port->hold_event);
    } else {
        port->held_after_reset = true;
        sp__hold(&port->gate);
        sim_trace(port->at.sim, SIM_EV_PAUSE, port->gate.pauses, (uint64_t)(ns / SIM_S),
                  PAUSED_BY_PORT, 0);
    }
    sim_event_in(port->at.sim, &port->hold_event, ns, hold_event, port);
}

/* --- the bus tier ----------------------------------------------------------------------------- */

/* reset_false = failed (8.4-59 c): the adapter takes no request any more, and no recovery begins.
 */
static void give_up(struct sp_port *port)
{
    port->life.resets_off = true;
    sp__close_for_good(port);
}

static void failed(struct sp_port *port)
{
    port->reset_failed = true;
    if (sp__silent(port, SP_SILENT_RESET_FALSE) == SP_RESET_FALSE_FAILED)
        give_up(port);
    finish(port);
}

static void over(struct sp_port *port, bool good)
{
    if (!good) {
        failed(port);
        return;
    }
    sp__recovery_state(sp__bus(port), SP_BUS_HOLD);
    sp__hold_adapter(port);
    if (!port->held_after_reset)
        hold_over(port);
}

static void reset(struct sp_port *port)
{
    sim_progress(port->at.sim);
    sim_trace(port->at.sim, SIM_EV_TIER, TIER_BUS, sp__bus(port)->lun, 0, 0);
    port->bus_due = false;
    over(port,
         call_reset_bus(port) || sp__silent(port, SP_SILENT_RESET_FALSE) == SP_RESET_FALSE_AS_TRUE);
}

static void bus_work(struct nt *nt, void *ctx, uint64_t arg1, uint64_t arg2)
{
    struct sp_port *port = ctx;

    (void)nt;
    (void)arg2;
    if (arg1 == WORK_FINISH)
        finish(port);
    else
        reset(port);
}

/* Who asked for the next bus reset gets this one. */
static void join_asked(struct sp_port *port)
{
    struct sp_request **end = &port->asked;

    while (*end)
        end = &(*end)->next;
    *end = port->asked_next;
    port->asked_next = NULL;
}

void sp__bus_begin(struct sp_port *port, uint32_t lun)
{
    struct sp_recovery *bus = sp__bus(port);

    sp__recovery_state(bus, SP_BUS_RESET);
    port->bus_asked = false;
    join_asked(port);
    bus->own = NULL;
    bus->lun = lun;
    sp__recovery_hold_all(bus);
    sp__recovery_absorb(port);
    port->bus_due = true;
    nt_dpc_queue(port->at.nt, &port->bus_dpc, 0, WORK_RESET, 0);
}

/* One that is due and has not begun will do; after one that runs comes another, and so after a
 * recovery of a LUN (8.4-63 a). */
void sp_request_bus_reset(struct sp_port *port)
{
    if (port->life.resets_off || port->bus_due)
        return;
    if (port->recovering)
        port->bus_asked = true;
    else
        sp__bus_begin(port, 0);
}

/* --- ScsiAdapterResetBusSynchronous ----------------------------------------------------------- */

/* At PASSIVE and without a lock: it may wait. What HwStorStartIo had before has to be back. */
static bool call_synchronous(struct sp_port *port)
{
    STOR_RESET_BUS_SYNCHRONOUS_PARAMETER *parameter = sp__parameters(port, sizeof *parameter);
    uint64_t starts = port->starts;
    const struct sp_slot *left;
    bool good;

    parameter->Version = 1;
    parameter->Size = sizeof *parameter;
    parameter->PathId = SP_RESET_PATH;
    good = sp__control(port, ScsiAdapterResetBusSynchronous, parameter);
    left = started_before(port, starts);
    if (good && left)
        sim_find(port->at.sim, SIM_RULE_RESET_OUTSTANDING, left->serial,
                 "ScsiAdapterResetBusSynchronous succeeded with SRB %llu outstanding",
                 (unsigned long long)left->serial);
    return good;
}

/* One recovery at a time (8.4-70). */
bool sp__device_reset(struct sp_port *port)
{
    struct sp_recovery *bus = sp__bus(port);
    bool good;

    if (port->life.state != SP_IS_STARTED ||
        !(port->features >> StorportFeatureResetBusSynchronous & 1) ||
        !sp__controls(port, ScsiAdapterResetBusSynchronous))
        return false;
    while (port->recovering || port->bus_due)
        nt_sleep(port->at.nt, LOOK_AGAIN);
    sp__recovery_state(bus, SP_BUS_RESET);
    bus->own = NULL;
    bus->lun = 0;
    sp__recovery_hold_all(bus);
    sim_trace(port->at.sim, SIM_EV_TIER, TIER_BUS, bus->lun, 1, 0);
    good = call_synchronous(port);
    over(port, good);
    return good;
}

/* The miniport saw a reset, or reports one of its own: it completes what is out, the adapter is
 * held. */
void sp__reset_detected(struct sp_port *port)
{
    sim_trace(port->at.sim, SIM_EV_RESET_DETECTED, 0, 0, 0, 0);
    sp__hold_adapter(port);
}

void sp__bus_init(struct sp_port *port)
{
    nt_dpc_init(port->at.nt, &port->bus_dpc, bus_work, port);
}
