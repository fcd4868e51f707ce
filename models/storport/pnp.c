/* models/storport/pnp.c - stop, restart, removal: what the PnP manager asks of a started adapter
 * (chapters 0.1, 3.2).
 *
 * Before ScsiStopAdapter the miniport has given everything back: queues are locked, what it had is
 * waited for, recovery included, however long that takes (time-outs and resets go on). A request
 * that comes meanwhile waits in its queue. Then FLUSH for each unit, and the SRB that says why; no
 * reset begins any more. Interrupts are disconnected behind ScsiStopAdapter and connected again in
 * front of ScsiRestartAdapter.
 *
 * The device may be gone in all of that: registers read all ones, interrupts do not come. After a
 * removal nothing of the miniport is called; what still runs of it is waited for, then its memory
 * goes.
 */
#include "models/storport/sp_private.h"

#define LOOK_AGAIN (10 * SIM_MS)
#define LOOK_SOON (10 * SIM_US)
#define ENDING_MAX (10 * SIM_S) /* for what still runs of a removed miniport */

const char *const sp_task_name[SP_TASK_KINDS] = {
    [SP_TASK_STOP] = "stop",
    [SP_TASK_RESTART] = "restart",
    [SP_TASK_SLEEP] = "sleep",
    [SP_TASK_WAKE] = "wake",
    [SP_TASK_SHUTDOWN] = "shutdown",
    [SP_TASK_REMOVE] = "remove",
    [SP_TASK_RESCAN] = "rescan",
    [SP_TASK_SURPRISE_REMOVE] = "surprise-remove",
    [SP_TASK_DEVICE_RESET] = "device-reset",
};

void sp__state_set(struct sp_port *port, enum sp_state state)
{
    port->life.state = (uint8_t)state;
    sim_trace(port->at.sim, SIM_EV_ADAPTER_STATE, state, port->outstanding, 0, 0);
    sim_progress(port->at.sim);
}

/* --- quiet ----------------------------------------------------------------------------------- */

static bool quiet(const struct sp_port *port)
{
    return !port->outstanding && !port->bypass.head && !port->recovering;
}

void sp__life_look(struct sp_port *port)
{
    if (!port->life.draining || !quiet(port))
        return;
    port->life.drained = true;
    nt_signal(port->at.nt);
}

static void lock_queues(struct sp_port *port)
{
    if (port->life.locked)
        return;
    port->life.locked = true;
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++)
        port->lun[i].locks++;
}

static void unlock_queues(struct sp_port *port)
{
    port->life.resets_off = false;
    if (!port->life.locked)
        return;
    port->life.locked = false;
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++)
        port->lun[i].locks--;
    sp__run_later(port);
}

/* The last look and resets_off are one step. */
void sp__wait_quiet(struct sp_port *port)
{
    struct sp_life *life = &port->life;

    life->draining = true;
    while (!quiet(port)) {
        life->drained = false;
        nt_wait(port->at.nt, &life->drained, sim_now(port->at.sim) + LOOK_AGAIN);
    }
    life->draining = false;
}

void sp__quiesce(struct sp_port *port)
{
    lock_queues(port);
    sp__wait_quiet(port);
}

/* What queues hold is still carried out: nothing new comes. */
void sp__drain_queues(struct sp_port *port)
{
    while (port->queued)
        nt_sleep(port->at.nt, LOOK_AGAIN);
}

/* --- units and adapter ----------------------------------------------------------------------- */

void sp__flush_units(struct sp_port *port)
{
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++)
        if (port->lun[i].present)
            sp__send_simple(port, &port->lun[i], SP_FN_FLUSH, 0, 0);
}

/* SRBs of our own may have been out, and a reset may have come for their sake. */
void sp__adapter_stop(struct sp_port *port)
{
    sp__wait_quiet(port);
    port->life.resets_off = true;
    sp__control(port, ScsiStopAdapter, NULL);
    sp__interrupts_disconnect(port);
    sp__timers_check_stopped(port);
}

static bool restart_control(struct sp_port *port)
{
    return sp__control(port, ScsiRestartAdapter, NULL);
}

/* In place of ScsiRestartAdapter, where a miniport does not have it (8.5-85). */
static bool restart_find(struct sp_port *port)
{
    bool good;

    nt_raise_irql(port->at.nt, NT_DISPATCH);
    good = sp__find_adapter(port);
    nt_lower_irql(port->at.nt, NT_PASSIVE);
    return good && sp__initialize(port);
}

bool sp__adapter_restart(struct sp_port *port)
{
    bool good = false;

    if (sp__controls(port, ScsiSetRunningConfig))
        sp__control(port, ScsiSetRunningConfig, NULL);
    sp__interrupts_reconnect(port);
    if (sp__controls(port, ScsiRestartAdapter))
        good = restart_control(port);
    else if (sp__silent(port, SP_SILENT_NO_RESTART))
        good = restart_find(port);
    if (!good)
        sp__start_failed(port, "the adapter could not be started again");
    return good;
}

/* --- stop and restart ------------------------------------------------------------------------ */

static bool stop(struct sp_port *port)
{
    if (port->life.state != SP_IS_STARTED)
        return false;
    sp__keeper_set(port, SP_CLOSED);
    sp__quiesce(port);
    sp__flush_units(port);
    sp__send_simple(port, NULL, SP_FN_PNP, StorStopDevice, 0);
    sp__adapter_stop(port);
    sp__state_set(port, SP_IS_STOPPED);
    return true;
}

/* Requests flow again, wherever they waited. */
void sp__open(struct sp_port *port)
{
    sp__state_set(port, SP_IS_STARTED);
    unlock_queues(port);
    sp__keeper_set(port, SP_OPEN);
}

void sp__fail(struct sp_port *port)
{
    sp__state_set(port, SP_IS_FAILED);
    sp__close_for_good(port);
}

static bool restart(struct sp_port *port)
{
    if (port->life.state != SP_IS_STOPPED)
        return false;
    if (!sp__adapter_restart(port)) {
        sp__fail(port);
        return false;
    }
    sp__open(port);
    return true;
}

/* --- removal --------------------------------------------------------------------------------- */

static void detach_units(struct sp_port *port)
{
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++)
        if (port->lun[i].present && port->class_driver.detach)
            port->class_driver.detach(port->class_driver.ctx, port, i);
}

static void end_units(struct sp_port *port, enum sp_unit_end how)
{
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++)
        if (port->lun[i].present)
            sp__unit_end(port, &port->lun[i], how);
}

static bool anything_runs(const struct sp_port *port)
{
    for (uint32_t i = 0; i < port->cpus; i++)
        if (port->cpu[i].frames)
            return true;
    return sp__threads_run(port);
}

static void free_memory(const void *p, size_t bytes)
{
    if (p && bytes)
        sim_world_shadow_set(p, bytes, SIM_WHY_FREED << SIM_MEM_WHY_SHIFT);
}

static void wait_for_ends(struct sp_port *port)
{
    sim_ns limit = sim_now(port->at.sim) + ENDING_MAX;

    while (anything_runs(port) && sim_now(port->at.sim) < limit)
        nt_sleep(port->at.nt, LOOK_SOON);
    if (anything_runs(port))
        sp__usage(port, "the adapter was removed, and a routine of the miniport's still runs");
}

/* The miniport is not called any more, and what of it still runs ends first. */
static void let_go(struct sp_port *port)
{
    sp__timers_end(port);
    sp__dpcs_end(port);
    port->life.gone = true;
    wait_for_ends(port);
    free_memory(port->devext, port->hw.DeviceExtensionSize);
    free_memory(port->uncached, port->uncached_bytes);
    free_memory(port->info, sizeof *port->info);
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++) {
        free_memory(port->lun[i].extension, port->unit_extension_bytes);
        port->lun[i].present = false;
    }
}

static void finish_removal(struct sp_port *port)
{
    end_units(port, SP_UNIT_REMOVE);
    sp__send_simple(port, NULL, SP_FN_PNP, StorRemoveDevice, 0);
    sp__adapter_stop(port);
    let_go(port);
    sp__driver_unload(port);
    sp__state_set(port, SP_IS_REMOVED);
}

/* One that does not run is not told more than that it goes. */
static void remove_stopped(struct sp_port *port)
{
    sp__close_for_good(port);
    let_go(port);
    sp__driver_unload(port);
    sp__state_set(port, SP_IS_REMOVED);
}

static bool remove_adapter(struct sp_port *port)
{
    if (port->life.state == SP_IS_REMOVED)
        return false;
    sp__keeper_set(port, SP_GONE);
    detach_units(port);
    if (port->life.state != SP_IS_STARTED) {
        remove_stopped(port);
        return true;
    }
    sp__drain_queues(port);
    sp__quiesce(port);
    sp__flush_units(port);
    finish_removal(port);
    return true;
}

/* The miniport is told first, by a control call if it has one; it may give back everything there,
 * or leave it to time-outs and resets. */
static void tell_surprise(struct sp_port *port)
{
    if (sp__controls(port, ScsiAdapterSurpriseRemoval))
        sp__control(port, ScsiAdapterSurpriseRemoval, NULL);
    else
        sp__send_simple(port, NULL, SP_FN_PNP, StorSurpriseRemoval, 0);
    end_units(port, SP_UNIT_SURPRISE_REMOVAL);
}

static bool surprise_remove(struct sp_port *port)
{
    if (port->life.state == SP_IS_REMOVED)
        return false;
    nt_sleep(port->at.nt, port->life.surprised_at + port->config.notice_ns - sim_now(port->at.sim));
    sp__close_for_good(port);
    lock_queues(port);
    detach_units(port);
    if (port->life.state != SP_IS_STARTED) {
        remove_stopped(port);
        return true;
    }
    tell_surprise(port);
    sp__wait_quiet(port);
    finish_removal(port);
    return true;
}

/* --- tasks ----------------------------------------------------------------------------------- */

static bool rescan(struct sp_port *port)
{
    if (port->life.state != SP_IS_STARTED)
        return false;
    sp__rescan(port);
    return true;
}

static bool carry_out(struct sp_port *port, enum sp_task_kind kind)
{
    switch (kind) {
    case SP_TASK_STOP:
        return stop(port);
    case SP_TASK_RESTART:
        return restart(port);
    case SP_TASK_SLEEP:
        return sp__sleep(port);
    case SP_TASK_WAKE:
        return sp__wake(port);
    case SP_TASK_SHUTDOWN:
        return sp__shut_down(port);
    case SP_TASK_REMOVE:
        return remove_adapter(port);
    case SP_TASK_SURPRISE_REMOVE:
        return surprise_remove(port);
    case SP_TASK_RESCAN:
        return rescan(port);
    case SP_TASK_DEVICE_RESET:
        return sp__device_reset(port);
    default:
        SIM_ASSERT(!"a task");
        return false;
    }
}

/* The device is gone at once; who has to know it learns it in turn. */
static void unplug(struct sp_port *port)
{
    struct sp_life *life = &port->life;

    if (life->surprised)
        return;
    life->surprised = true;
    life->surprised_at = sim_now(port->at.sim);
    sp__power_set(port, SP_POWER_GONE);
}

void sp_ask(struct sp_port *port, struct sp_task *task)
{
    struct sp_life *life = &port->life;

    sim_trace(port->at.sim, SIM_EV_TASK, task->kind, 0, 0, 0);
    if (task->kind == SP_TASK_SURPRISE_REMOVE)
        unplug(port);
    task->next = NULL;
    *life->end = task;
    life->end = &task->next;
    life->asked = true;
    nt_signal(port->at.nt);
}

static void rescanned(struct sp_task *task, bool good, void *ctx)
{
    (void)task;
    (void)good;
    ((struct sp_life *)ctx)->rescanning = false;
}

/* The miniport saw a unit come or go: one scan for all that it reports until the scan is over. */
void sp__bus_changed(struct sp_port *port)
{
    struct sp_life *life = &port->life;

    if (life->rescanning || life->gone)
        return;
    life->rescanning = true;
    life->rescan = (struct sp_task){.kind = SP_TASK_RESCAN, .done = rescanned, .ctx = life};
    sp_ask(port, &life->rescan);
}

/* Once: it is for good. */
void sp__remove_failed(struct sp_port *port)
{
    struct sp_life *life = &port->life;

    if (life->removing || life->gone)
        return;
    life->removing = true;
    life->removal = (struct sp_task){.kind = SP_TASK_REMOVE};
    sp_ask(port, &life->removal);
}

static struct sp_task *next_task(struct sp_life *life)
{
    struct sp_task *task = life->first;

    life->first = task->next;
    life->asked = life->first != NULL;
    if (!life->first)
        life->end = &life->first;
    return task;
}

void sp__tasks_run(struct sp_port *port)
{
    struct sp_life *life = &port->life;

    for (;;) {
        struct sp_task *task;
        bool good;

        nt_wait(port->at.nt, &life->asked, SIM_NEVER);
        task = next_task(life);
        life->present = task;
        good = carry_out(port, task->kind);
        sim_trace(port->at.sim, SIM_EV_TASK, task->kind, 1, good, 0);
        if (task->done)
            task->done(task, good, task->ctx);
        life->present = NULL; /* not before HwStorStateChange has returned */
    }
}

/* --- for others ------------------------------------------------------------------------------ */

enum sp_state sp_state(const struct sp_port *port)
{
    return (enum sp_state)port->life.state;
}

bool sp_surprised(const struct sp_port *port)
{
    return port->life.surprised;
}

bool sp_changing(const struct sp_port *port)
{
    return port->life.asked || port->life.present;
}
