/* models/storport/complete.c - RequestComplete, and the port driver's completion DPC (chapters
 * 0, 3.3, 3.5, 3.6).
 *
 * RequestComplete takes the SRB away from the miniport at once, whoever calls it at whatever IRQL,
 * and leaves the rest to a DPC of the port driver on the same CPU (8.3-31 a): retry of BUSY, the
 * class driver's completion routine, and the start of what waits.
 */
#include "models/storport/sp_private.h"

#define DRAIN_MAX 64 /* completions in one DPC before others get a turn */

/* --- RequestComplete ------------------------------------------------------------------------- */

/* Statuses a miniport may use: not PENDING, nothing from 0x30 up (the port driver's), not
 * QUEUE_FROZEN. Anything else counts as ERROR (8.3-46 a). */
static void check_status(struct sp_port *port, struct sp_slot *slot)
{
    uint8_t status = SRB_STATUS(slot->status);

    if (status != SRB_STATUS_PENDING && status < SRB_STATUS_INTERNAL_ERROR &&
        !(slot->status & SRB_STATUS_QUEUE_FROZEN))
        return;
    sim_find(port->at.sim, SIM_RULE_SRB_STATUS, slot->serial,
             "SRB %llu was completed with SrbStatus 0x%02x", (unsigned long long)slot->serial,
             slot->status);
    slot->status = SRB_STATUS_ERROR;
    if (sp__silent(port, SP_SILENT_BAD_STATUS)) /* 8.3-46 b: whatever srb-status is set to */
        sim_find(port->at.sim, SIM_RULE_DRIVER_FAULT, slot->serial,
                 "bug check 0xF1, parameter 0x1004: a bad SrbStatus");
}

/* Resets, time-outs, aborts and check conditions freeze the LUN's queue unless the class driver
 * asked for the contrary (chapter 4.5; 8.3-48 a). */
static bool freezes(const struct sp_slot *slot)
{
    switch (SRB_STATUS(slot->status)) {
    case SRB_STATUS_BUS_RESET:
    case SRB_STATUS_TIMEOUT:
    case SRB_STATUS_COMMAND_TIMEOUT:
    case SRB_STATUS_ABORTED:
        return true;
    default:
        return slot->scsi_status == SCSISTAT_CHECK_CONDITION;
    }
}

static void freeze(struct sp_slot *slot)
{
    if (slot->recovery || slot->request->flags & SP_FLAG_NO_QUEUE_FREEZE || !freezes(slot) ||
        sp__silent(slot->lun->port, SP_SILENT_FREEZE))
        return;
    slot->status |= SRB_STATUS_QUEUE_FROZEN;
    sp__freeze(slot->lun);
}

/* restart = after (8.3-32 b): nothing starts anywhere before the callback is through (call.c). */
static void hold_restart(struct sp_port *port)
{
    struct sp_cpu *cpu = sp__cpu(port);

    if (cpu->restart_held || !sp__restart_waits(cpu))
        return;
    cpu->restart_held = true;
    sp__hold(&port->gate);
}

/* Another CPU's: its list is the port driver's, and so is the DPC. */
static void push(struct sp_port *port, struct sp_cpu *cpu, struct sp_slot *slot)
{
    sp__list_push(&cpu->completed, slot);
    if (!cpu->draining && !cpu->dpc.queued)
        nt_dpc_queue(port->at.nt, &cpu->dpc, cpu->number, 0, 0);
}

/* completion = inline (8.3-31 c): at once, where no lock is in the way and none of it runs
 * already; and on the CPU where the completion belongs. */
static bool goes_inline(struct sp_port *port, const struct sp_cpu *cpu)
{
    return sp__silent(port, SP_SILENT_COMPLETION) == SP_COMPLETION_INLINE && cpu == sp__cpu(port) &&
           !cpu->held && !cpu->draining && nt_irql(port->at.nt) <= NT_DISPATCH;
}

static void go_on_as_told(struct sp_port *port, struct sp_slot *slot)
{
    struct sp_cpu *cpu = sp__cpu(port);
    uint8_t irql;

    if (sp__silent(port, SP_SILENT_RESTART))
        hold_restart(port);
    if (port->redirects || sp__silent(port, SP_SILENT_COMPLETION) == SP_COMPLETION_ORIGIN)
        cpu = &port->cpu[slot->cpu];
    if (!goes_inline(port, cpu)) {
        push(port, cpu, slot);
        return;
    }
    irql = nt_raise_irql(port->at.nt, NT_DISPATCH);
    sp__list_push(&cpu->completed, slot);
    sp__completed_drain(port->at.nt, cpu, 0, 0);
    nt_lower_irql(port->at.nt, irql);
}

static void complete(struct sp_port *port, struct sp_slot *slot)
{
    bool timed = slot->listed || sp__silent(port, SP_SILENT_TIMER_FROM);

    sp__srb_read(port, slot);
    port->completing = slot;
    sim_trace(port->at.sim, SIM_EV_SRB_COMPLETE, slot->serial, slot->status, slot->scsi_status,
              slot->request->io);
    port->completing = NULL;
    check_status(port, slot);
    sp__srb_take_back(port, slot);
    slot->completed_at = sim_now(port->at.sim);
    sp__pending_remove(slot);
    if (SRB_STATUS(slot->status) != SRB_STATUS_SUCCESS)
        freeze(slot);
    slot->state = SP_COMPLETED;
    sim_release(port->at.sim, &slot->sync);
    if (timed)
        sp__timer_reload(slot->lun);
    if (SIM_UNLIKELY(port->odd | port->redirects))
        go_on_as_told(port, slot);
    else
        push(port, sp__cpu(port), slot);
}

/* What the miniport has is out of its hands, and what comes later finds the SRB completed. */
void sp__take_back(struct sp_slot *slot, uint8_t srb_status)
{
    struct sp_port *port = slot->lun->port;

    sim_acquire(port->at.sim, &slot->sync); /* of HwStorBuildIo */
    sim_trace(port->at.sim, SIM_EV_SRB_TAKEN, slot->serial, srb_status, 0, 0);
    sim_world_touch(slot->srb, port->srb_bytes);
    slot->srb->SrbStatus = srb_status;
    complete(port, slot);
}

void sp__complete(struct sp_port *port, void *srb)
{
    struct sp_slot *slot = sp__slot_of(port, srb);

    /* The checker of srb-completed-once judges the first two. */
    if (!slot) {
        sim_trace(port->at.sim, SIM_EV_SRB_COMPLETE_BAD, 0, 0, 0, 0);
    } else if (slot->state == SP_FREE || slot->state == SP_QUEUED || slot->state == SP_COMPLETED) {
        sim_trace(port->at.sim, SIM_EV_SRB_COMPLETE_AGAIN, slot->serial, slot->srb->SrbStatus, 0,
                  0);
    } else {
        complete(port, slot);
    }
}

/* --- retry of what the miniport had no room for (chapter 3.6) -------------------------------- */

static void retry_due(struct sim_event *event, void *ctx)
{
    struct sp_lun *lun = ctx;

    (void)event;
    sp__unhold(&lun->gate);
}

/* The LUN waits for BusyPauseTime; requests that come back BUSY meanwhile wait for the same end. */
static void wait_pause_time(struct sp_lun *lun)
{
    if (sim_event_pending(&lun->retry))
        return;
    sp__hold(&lun->gate);
    sim_event_in(lun->port->at.sim, &lun->retry, lun->port->config.busy_pause_ns, retry_due, lun);
}

/* The LUN waits until a share of the requests with the miniport is done. */
static void wait_percentage(struct sp_lun *lun)
{
    uint32_t left =
        (uint32_t)(((uint64_t)lun->gate.pending * lun->port->config.full_ppm + 999999) / 1000000);

    if (left > lun->gate.busy_left)
        lun->gate.busy_left = left;
    sim_trace(lun->port->at.sim, SIM_EV_BUSY, left, lun->number, 0, 0);
}

/* At the head of the queue (8.3-40 a), behind others that wait there for the same reason. */
static struct sp_slot *place(const struct sp_slot *slot)
{
    const struct sp_lun *lun = slot->lun;
    struct sp_slot *before = NULL, *at = lun->queue.head;

    if (sp__silent(lun->port, SP_SILENT_RETRY_PLACE))
        return lun->queue.tail;
    while (at && at->busy_retries && at->serial < slot->serial) {
        before = at;
        at = at->next;
    }
    return before;
}

static void requeue(struct sp_slot *slot)
{
    struct sp_lun *lun = slot->lun;

    slot->state = SP_QUEUED;
    sim_release(lun->port->at.sim, &slot->sync);
    slot->extension_now ^= 1;
    sp__list_push_after(&lun->queue, place(slot), slot);
    lun->untagged += slot->alone;
    lun->queued++;
    lun->port->queued++;
    sim_trace(lun->port->at.sim, SIM_EV_SRB_QUEUE, slot->request->io, lun->number, slot->function,
              slot->request->op);
}

/* built_in_reset = rebuilt (8.4-61 b): back to the head of the queue, without a pause. */
static void rebuild(struct sp_slot *slot)
{
    slot->rebuild = false;
    slot->busy_retries += slot->busy_retries == 0;
    requeue(slot);
}

/* True when the request goes back into the queue. The count saturates while QUEUE_FULL has others
 * to wait for. */
static bool retried(struct sp_slot *slot)
{
    bool full = slot->scsi_status == SCSISTAT_QUEUE_FULL;
    bool busy = SRB_STATUS(slot->status) == SRB_STATUS_BUSY || slot->scsi_status == SCSISTAT_BUSY;

    if (SIM_UNLIKELY(slot->rebuild)) {
        rebuild(slot);
        return true;
    }
    if (slot->bypass || SRB_STATUS(slot->status) == SRB_STATUS_SUCCESS || !(busy || full))
        return false;
    if (full && slot->lun->gate.pending) {
        slot->busy_retries += slot->busy_retries == 0;
        wait_percentage(slot->lun);
    } else {
        if (slot->busy_retries >= slot->lun->port->config.busy_retries &&
            !sp__silent(slot->lun->port, SP_SILENT_BUSY_LIMIT))
            return false;
        slot->busy_retries += slot->busy_retries < UINT8_MAX;
        wait_pause_time(slot->lun);
    }
    requeue(slot);
    return true;
}

/* --- the completion DPC ---------------------------------------------------------------------- */

static void finish(struct sp_port *port, struct sp_slot *slot)
{
    struct sp_request *request = slot->request;

    sim_point(port->at.sim, SP_COST);
    sim_progress(port->at.sim);
    sim_acquire(port->at.sim, &slot->sync);
    if (slot->counted) /* busy_counts = return */
        sp__uncount(slot);
    if (retried(slot))
        return;
    slot->state = SP_FREE;
    slot->request = NULL;
    request->srb_status = SRB_STATUS(slot->status);
    request->scsi_status = slot->scsi_status;
    request->queue_frozen = slot->status & SRB_STATUS_QUEUE_FROZEN;
    sim_trace(port->at.sim, SIM_EV_SRB_RETURN, slot->serial, request->io, request->srb_status, 0);
    request->done(request, request->ctx);
}

void sp__completed_drain(struct nt *nt, void *ctx, uint64_t arg1, uint64_t arg2)
{
    struct sp_cpu *cpu = ctx;
    struct sp_slot *slot;

    (void)arg1;
    (void)arg2;
    cpu->draining = true;
    for (uint32_t i = 0; i < DRAIN_MAX && (slot = sp__list_pop(&cpu->completed)) != NULL; i++)
        finish(cpu->port, slot);
    sp__run_all(cpu->port);
    cpu->draining = false;
    sp__life_look(cpu->port);
    if (cpu->completed.head)
        nt_dpc_queue(nt, &cpu->dpc, cpu->number, 0, 0);
}

/* After HwStorStartIo, at DISPATCH: what it completed goes on without a DPC. */
void sp__completed_now(struct sp_port *port)
{
    struct sp_cpu *cpu = sp__cpu(port);

    if (cpu->completed.head && !cpu->draining)
        sp__completed_drain(port->at.nt, cpu, 0, 0);
}

/* Discouraged, and flagged: it completes requests that the miniport may be working on
 * (chapter 2.5). Only those with the miniport (8.3-44 a). Full-duplex miniports must not name all
 * LUNs at once. */
VOID SIM_API StorPortCompleteRequest(PVOID HwDeviceExtension, UCHAR PathId, UCHAR TargetId,
                                     UCHAR Lun, UCHAR SrbStatus)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortCompleteRequest");

    sp__usage(port, "StorPortCompleteRequest is reserved for the port driver%s",
              Lun == SP_UNTAGGED && !port->half_duplex
                  ? "; and full-duplex miniports must not name all LUNs"
                  : "");
    if ((PathId != 0 && PathId != SP_UNTAGGED) || (TargetId != 0 && TargetId != SP_UNTAGGED))
        return;
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++)
        while ((Lun == i || Lun == SP_UNTAGGED) && port->lun[i].pending.head) {
            struct sp_slot *slot = port->lun[i].pending.head;

            sim_world_touch(slot->srb, port->srb_bytes);
            slot->srb->SrbStatus = SrbStatus;
            complete(port, slot);
        }
    for (uint32_t i = 0; i < SP_LUNS_MAX && sp__silent(port, SP_SILENT_COMPLETE_SCOPE); i++)
        if ((Lun == i || Lun == SP_UNTAGGED) && port->lun[i].present)
            sp__end_queued(&port->lun[i], SrbStatus);
}
