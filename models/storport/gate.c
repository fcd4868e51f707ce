/* models/storport/gate.c - pause, resume, busy, ready: what holds requests back, as counters
 * (chapter 2.5).
 *
 * Every pause counts for itself and ends by itself when its time is up; StorPortResume takes back
 * the oldest one (8.3-35 a). Busy counts completions made after the call, of requests that the
 * miniport had been told to start (8.3-36 a, 37 a). Neither stops the LUN timer (8.3-38 a).
 */
#include "models/storport/sp_private.h"

void sp__gate_init(struct sp_port *port, struct sp_gate *gate, uint32_t lun)
{
    gate->port = port;
    gate->lun = lun;
}

static void opened(struct sp_gate *gate)
{
    if (sp__gate_open(gate))
        sp__run_later(gate->port);
}

void sp__hold(struct sp_gate *gate)
{
    gate->holds++;
}

void sp__unhold(struct sp_gate *gate)
{
    SIM_ASSERT(gate->holds);
    gate->holds--;
    opened(gate);
}

void sp__gate_completed(struct sp_gate *gate)
{
    SIM_ASSERT(gate->pending);
    gate->pending--;
    if (!gate->busy_left)
        return;
    gate->busy_left--;
    if (gate->busy_left && gate->pending)
        return;
    gate->busy_left = 0;
    sim_trace(gate->port->at.sim, SIM_EV_READY, 1, gate->lun, 0, 0);
    opened(gate);
}

/* --- the frozen queue (chapters 3.4, 4.5) ---------------------------------------------------- */

/* A failed request stops its LUN's queue until the class driver has looked at it. */
void sp__freeze(struct sp_lun *lun)
{
    if (lun->frozen)
        return;
    lun->frozen = true;
    sp__hold(&lun->gate);
}

void sp_release_queue(struct sp_port *port, uint32_t lun)
{
    SIM_ASSERT(lun < SP_LUNS_MAX);
    sim_point(port->at.sim, SP_COST);
    if (!port->lun[lun].frozen)
        return;
    port->lun[lun].frozen = false;
    sp__unhold(&port->lun[lun].gate);
}

/* --- pauses ---------------------------------------------------------------------------------- */

enum resumed_by { RESUMED_BY_MINIPORT, RESUMED_BY_TIME };

static void unpause(struct sp_gate *gate, enum resumed_by by)
{
    gate->pauses--;
    if (gate->lun == SP_ADAPTER)
        sim_trace(gate->port->at.sim, SIM_EV_RESUME, gate->pauses, by, 0, 0);
    opened(gate);
}

static void pause_expired(struct sim_event *event, void *ctx)
{
    struct sp_pause *pause = ctx;

    (void)event;
    unpause(pause->gate, RESUMED_BY_TIME);
}

/* The pending pause with the lowest order, or a free record. */
static struct sp_pause *pause_oldest(struct sp_gate *gate)
{
    struct sp_pause *oldest = NULL;

    for (uint32_t i = 0; i < SP_PAUSES_MAX; i++)
        if (sim_event_pending(&gate->pause[i].event) &&
            (!oldest || gate->pause[i].order < oldest->order))
            oldest = &gate->pause[i];
    return oldest;
}

static struct sp_pause *pause_free(struct sp_gate *gate)
{
    for (uint32_t i = 0; i < SP_PAUSES_MAX; i++)
        if (!sim_event_pending(&gate->pause[i].event))
            return &gate->pause[i];
    return NULL;
}

/* pauses = last (8.3-35 b): the new one is the only one. */
static void forget_pauses(struct sp_gate *gate)
{
    struct sp_pause *pause;

    while ((pause = pause_oldest(gate))) {
        sim_event_cancel(gate->port->at.sim, &pause->event);
        gate->pauses--;
    }
}

static BOOLEAN gate_pause(struct sp_gate *gate, ULONG seconds)
{
    struct sp_pause *pause;

    if (sp__silent(gate->port, SP_SILENT_PAUSES))
        forget_pauses(gate);
    pause = pause_free(gate);

    if (!pause)
        return FALSE;
    pause->gate = gate;
    pause->order = gate->pause_order++;
    gate->pauses++;
    sim_event_in(gate->port->at.sim, &pause->event, seconds * SIM_S, pause_expired, pause);
    if (gate->lun == SP_ADAPTER)
        sim_trace(gate->port->at.sim, SIM_EV_PAUSE, gate->pauses, seconds, 0, 0);
    return TRUE;
}

static BOOLEAN gate_resume(struct sp_gate *gate)
{
    struct sp_pause *pause = pause_oldest(gate);

    if (!pause)
        return FALSE;
    sim_release(gate->port->at.sim, &gate->port->resumed);
    sim_event_cancel(gate->port->at.sim, &pause->event);
    unpause(gate, RESUMED_BY_MINIPORT);
    return TRUE;
}

BOOLEAN SIM_API StorPortPause(PVOID HwDeviceExtension, ULONG TimeOut)
{
    return gate_pause(&sp__routine(HwDeviceExtension, "StorPortPause")->gate, TimeOut);
}

BOOLEAN SIM_API StorPortResume(PVOID HwDeviceExtension)
{
    return gate_resume(&sp__routine(HwDeviceExtension, "StorPortResume")->gate);
}

struct sp_lun *sp__lun_at(struct sp_port *port, UCHAR path, UCHAR target, UCHAR lun)
{
    return path == 0 && target == 0 && lun < SP_LUNS_MAX && port->lun[lun].present ? &port->lun[lun]
                                                                                   : NULL;
}

BOOLEAN SIM_API StorPortPauseDevice(PVOID HwDeviceExtension, UCHAR PathId, UCHAR TargetId,
                                    UCHAR Lun, ULONG TimeOut)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortPauseDevice");
    struct sp_lun *lun = sp__lun_at(port, PathId, TargetId, Lun);

    return lun ? gate_pause(&lun->gate, TimeOut) : FALSE;
}

BOOLEAN SIM_API StorPortResumeDevice(PVOID HwDeviceExtension, UCHAR PathId, UCHAR TargetId,
                                     UCHAR Lun)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortResumeDevice");
    struct sp_lun *lun = sp__lun_at(port, PathId, TargetId, Lun);

    return lun ? gate_resume(&lun->gate) : FALSE;
}

/* --- busy ------------------------------------------------------------------------------------ */

/* Busy for nothing (8.3-36): no effect unless the scenario says otherwise. */
static BOOLEAN busy_idle(struct sp_gate *gate)
{
    switch (sp__silent(gate->port, SP_SILENT_BUSY_IDLE)) {
    case SP_BUSY_IDLE_REFUSED:
        return FALSE;
    case SP_BUSY_IDLE_STUCK:
        if (!gate->stuck)
            sp__hold(gate);
        gate->stuck = true;
        return TRUE;
    default:
        return TRUE;
    }
}

static BOOLEAN gate_busy(struct sp_gate *gate, ULONG requests)
{
    uint32_t left = requests < gate->pending ? requests : gate->pending;

    if (!left)
        return busy_idle(gate);

    if (left > gate->busy_left)
        gate->busy_left = left;
    sim_trace(gate->port->at.sim, SIM_EV_BUSY, left, gate->lun, 0, 0);
    return TRUE;
}

static BOOLEAN gate_ready(struct sp_gate *gate)
{
    if (gate->stuck) {
        gate->stuck = false;
        sp__unhold(gate);
    }
    if (!gate->busy_left)
        return TRUE;
    sim_release(gate->port->at.sim, &gate->port->resumed);
    gate->busy_left = 0;
    sim_trace(gate->port->at.sim, SIM_EV_READY, 0, gate->lun, 0, 0);
    opened(gate);
    return TRUE;
}

BOOLEAN SIM_API StorPortBusy(PVOID HwDeviceExtension, ULONG RequestsToComplete)
{
    return gate_busy(&sp__routine(HwDeviceExtension, "StorPortBusy")->gate, RequestsToComplete);
}

BOOLEAN SIM_API StorPortReady(PVOID HwDeviceExtension)
{
    return gate_ready(&sp__routine(HwDeviceExtension, "StorPortReady")->gate);
}

BOOLEAN SIM_API StorPortDeviceBusy(PVOID HwDeviceExtension, UCHAR PathId, UCHAR TargetId, UCHAR Lun,
                                   ULONG RequestsToComplete)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortDeviceBusy");
    struct sp_lun *lun = sp__lun_at(port, PathId, TargetId, Lun);

    return lun ? gate_busy(&lun->gate, RequestsToComplete) : FALSE;
}

BOOLEAN SIM_API StorPortDeviceReady(PVOID HwDeviceExtension, UCHAR PathId, UCHAR TargetId,
                                    UCHAR Lun)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortDeviceReady");
    struct sp_lun *lun = sp__lun_at(port, PathId, TargetId, Lun);

    return lun ? gate_ready(&lun->gate) : FALSE;
}

/* More than the adapter said a LUN takes is cut to that. */
BOOLEAN SIM_API StorPortSetDeviceQueueDepth(PVOID HwDeviceExtension, UCHAR PathId, UCHAR TargetId,
                                            UCHAR Lun, ULONG Depth)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortSetDeviceQueueDepth");
    struct sp_lun *lun = sp__lun_at(port, PathId, TargetId, Lun);

    if (!lun || !Depth)
        return FALSE;
    lun->depth = Depth < port->max_per_lun ? Depth : port->max_per_lun;
    opened(&lun->gate);
    return TRUE;
}
