/* models/storport/timer.c - the adapter timer (RequestTimerCall) and StorPortRequestTimer
 * (chapters 2.1, 2.8).
 *
 * Timers end at multiples of the scenario's grain (8.2-21 a), or as timer_fires says, and call back
 * in a DPC of the CPU that armed them: HwStorTimer under the StartIo lock, the others without a
 * lock (8.1-8 a). Arming the adapter timer again replaces it (8.2-20 a), even when its DPC waits
 * for the StartIo lock already; so does cancelling.
 */
#include "models/storport/sp_private.h"

#define ADAPTER_TIMER 0
#define LATE_GRAINS 10 /* timer_fires = late: at most */

static void call_back(struct sp_timer *timer)
{
    struct sp_port *port = timer->port;

    timer->armed = false;
    if (timer->number == ADAPTER_TIMER) {
        sp__enter(port, SP_CB_TIMER);
        ((HW_TIMER *)timer->routine)(port->devext);
    } else {
        sp__enter(port, SP_CB_TIMER_EX);
        ((HW_TIMER_EX *)timer->routine)(port->devext, timer->context);
    }
    sp__leave(port);
}

/* Due is told by: armed, and its event is over. */
static bool due(const struct sp_timer *timer)
{
    return timer->armed && !sim_event_pending(&timer->event);
}

static void run(struct nt *nt, void *ctx, uint64_t arg1, uint64_t arg2)
{
    struct sp_timer *timer = ctx;
    bool locked =
        timer->number == ADAPTER_TIMER || sp__silent(timer->port, SP_SILENT_TIMER_EX_LOCK);

    (void)nt;
    (void)arg1;
    (void)arg2;
    if (locked)
        sp__startio_lock(timer->port);
    if (due(timer) && !timer->port->life.gone)
        call_back(timer);
    if (locked)
        sp__startio_unlock(timer->port);
}

static void fire(struct sim_event *event, void *ctx)
{
    struct sp_timer *timer = ctx;

    (void)event;
    sim_trace(timer->port->at.sim, SIM_EV_TIMER_FIRE, timer->number, 0, 0, 0);
    sim_race_device(timer->port->at.sim, &timer->sync);
    nt_dpc_queue(timer->port->at.nt, &timer->dpc, timer->cpu, 0, 0);
    sim_race_device_end();
}

static void disarm(struct sp_timer *timer)
{
    sim_event_cancel(timer->port->at.sim, &timer->event);
    nt_dpc_cancel(timer->port->at.nt, &timer->dpc);
    timer->armed = false;
}

static sim_ns ends(struct sp_port *port, uint64_t us)
{
    sim_ns grain = port->config.timer_grain_ns, at = sim_now(port->at.sim) + (sim_ns)us * SIM_US;

    switch (sp__silent(port, SP_SILENT_TIMER_FIRES)) {
    case SP_TIMER_FIRES_EXACT:
        return at;
    case SP_TIMER_FIRES_LATE:
        at += sim_stream_between(&port->odd_stream, 0, LATE_GRAINS * grain);
        break;
    }
    return (at + grain - 1) / grain * grain;
}

static void arm(struct sp_timer *timer, uint64_t us)
{
    struct sp_port *port = timer->port;

    timer->armed = true;
    sim_release(port->at.sim, &timer->sync);
    timer->cpu = nt_cpu(port->at.nt);
    sim_event_at(port->at.sim, &timer->event, ends(port, us), fire, timer);
}

void sp__timers_check_stopped(struct sp_port *port)
{
    for (uint32_t i = 0; i < SP_TIMERS_MAX; i++)
        if (port->timer[i].armed)
            sp__usage(port, "%s is armed after the adapter was stopped",
                      i == ADAPTER_TIMER ? "the adapter timer" : "a timer of StorPortRequestTimer");
}

void sp__timers_end(struct sp_port *port)
{
    for (uint32_t i = 0; i < SP_TIMERS_MAX; i++)
        disarm(&port->timer[i]);
}

void sp__timers_init(struct sp_port *port)
{
    port->timer = sim_world_alloc(SP_TIMERS_MAX * sizeof *port->timer, 64);
    for (uint32_t i = 0; i < SP_TIMERS_MAX; i++) {
        port->timer[i].port = port;
        port->timer[i].number = i;
        nt_dpc_init(port->at.nt, &port->timer[i].dpc, run, &port->timer[i]);
    }
    port->timer[ADAPTER_TIMER].in_use = true;
}

void sp__timer_call(struct sp_port *port, HW_TIMER *routine, uint32_t us)
{
    struct sp_timer *timer = &port->timer[ADAPTER_TIMER];

    if (us && !routine) {
        sp__usage(port, "RequestTimerCall without a routine");
        return;
    }
    if (us && timer->armed && sp__silent(port, SP_SILENT_TIMER_REARM)) /* 8.2-20 b */
        return;
    disarm(timer);
    if (!us)
        return;
    timer->routine = (void *)routine;
    arm(timer, us);
}

/* --- StorPortInitializeTimer and its family -------------------------------------------------- */

/* NULL for one that is free, and with a finding for what is none. */
static struct sp_timer *timer_of(struct sp_port *port, const void *handle, const char *name)
{
    for (uint32_t i = 1; i < SP_TIMERS_MAX; i++)
        if (handle == &port->timer[i])
            return port->timer[i].in_use ? &port->timer[i] : NULL;
    sp__usage(port, "%s: not a timer of StorPortInitializeTimer", name);
    return NULL;
}

ULONG SIM_API StorPortInitializeTimer(PVOID HwDeviceExtension, PVOID *TimerHandle)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortInitializeTimer");

    if (SP_NULL(port, TimerHandle))
        return STOR_STATUS_INVALID_PARAMETER;
    if (nt_irql(port->at.nt) > NT_DISPATCH)
        return STOR_STATUS_INVALID_IRQL;
    for (uint32_t i = 1; i < SP_TIMERS_MAX; i++)
        if (!port->timer[i].in_use) {
            port->timer[i].in_use = true;
            return SP_GIVE(TimerHandle, &port->timer[i]);
        }
    return STOR_STATUS_UNSUCCESSFUL;
}

/* The tolerable delay only ever makes it later on Windows; here the grain does. */
ULONG SIM_API StorPortRequestTimer(PVOID HwDeviceExtension, PVOID TimerHandle,
                                   PHW_TIMER_EX TimerCallback, PVOID CallbackContext,
                                   ULONGLONG TimerValue, ULONGLONG TolerableDelay)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortRequestTimer");
    struct sp_timer *timer = timer_of(port, TimerHandle, __func__);

    (void)TolerableDelay;
    if (!timer || (TimerValue && SP_NULL(port, TimerCallback)) ||
        TimerValue > INT64_MAX / (2 * SIM_US))
        return STOR_STATUS_INVALID_PARAMETER;
    if (!TimerValue) {
        disarm(timer);
        return STOR_STATUS_SUCCESS;
    }
    if (timer->armed)
        return STOR_STATUS_BUSY;
    timer->routine = (void *)TimerCallback;
    timer->context = CallbackContext;
    arm(timer, TimerValue);
    return STOR_STATUS_SUCCESS;
}

ULONG SIM_API StorPortFreeTimer(PVOID HwDeviceExtension, PVOID TimerHandle)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortFreeTimer");
    struct sp_timer *timer = timer_of(port, TimerHandle, __func__);

    if (nt_irql(port->at.nt) > NT_DISPATCH)
        return STOR_STATUS_INVALID_IRQL;
    if (!timer)
        return STOR_STATUS_UNSUCCESSFUL;
    disarm(timer);
    timer->in_use = false;
    return STOR_STATUS_SUCCESS;
}
