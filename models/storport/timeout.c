/* models/storport/timeout.c - how a stuck request is noticed: one countdown for each LUN
 * (chapter 4.1).
 *
 *   idle: -1. The first request given to the miniport sets it to that request's TimeOutValue
 * (8.4-49 a). Every second, on a free-running tick: minus one, so time-outs are effective in (T-1
 * s, T] (8.4-52). Any completion on the LUN sets it to the full TimeOutValue of the oldest request
 * still out (8.4-50 a, 51 a); none left: -1. At 0: event 129, recovery (reset.c). Pause and busy do
 * not stop it (8.3-38 a).
 *
 * So a lost request hides behind a busy LUN for as long as others complete; that is what Windows
 * does, too. The tick is a timer DPC of CPU 0. It is skipped while nothing counts; its phase stays
 * that of the machine's clock.
 */
#include "models/storport/sp_private.h"

static void tick_event(struct sim_event *event, void *ctx)
{
    struct sp_port *port = ctx;

    (void)event;
    nt_dpc_queue(port->at.nt, &port->tick_dpc, 0, 0, 0);
}

void sp__tick_need(struct sp_port *port)
{
    if (!sim_event_pending(&port->tick))
        sim_event_at(port->at.sim, &port->tick, (sim_now(port->at.sim) / SP_SECOND + 1) * SP_SECOND,
                     tick_event, port);
}

void sp__timer_start(struct sp_lun *lun, uint32_t seconds)
{
    if (lun->timer >= 0)
        return;
    lun->timer = (int32_t)seconds;
    sp__tick_need(lun->port);
}

/* timer_reload = remaining (8.4-51 b): whole seconds, at least one. */
static int32_t remaining(const struct sp_slot *slot)
{
    sim_ns left =
        slot->sent_at + slot->request->timeout_s * SP_SECOND - sim_now(slot->lun->port->at.sim);

    return left <= SP_SECOND ? 1 : (int32_t)((left + SP_SECOND - 1) / SP_SECOND);
}

/* The oldest that counts: with timer_from = buildio it may wait for HwStorStartIo still. */
static const struct sp_slot *head_of(const struct sp_lun *lun)
{
    const struct sp_slot *head = lun->pending.head, *built = lun->built.head;

    if (!sp__silent(lun->port, SP_SILENT_TIMER_FROM) || !built)
        return head;
    return !head || built->serial < head->serial ? built : head;
}

void sp__timer_reload(struct sp_lun *lun)
{
    const struct sp_slot *head = head_of(lun);

    if (!head)
        lun->timer = -1;
    else if (sp__silent(lun->port, SP_SILENT_TIMER_RELOAD))
        lun->timer = remaining(head);
    else
        lun->timer = (int32_t)head->request->timeout_s;
}

/* deadline = each (8.4-53): a request's own time is over, whatever else was completed meanwhile. */
static bool overdue(const struct sp_lun *lun)
{
    sim_ns now = sim_now(lun->port->at.sim);

    for (const struct sp_slot *slot = lun->pending.head; slot; slot = slot->next)
        if (slot->sent_at + slot->request->timeout_s * SP_SECOND <= now)
            return true;
    return false;
}

static bool stopped(const struct sp_gate *gate)
{
    return gate->pauses || gate->busy_left || gate->stuck;
}

/* Pause and busy do not stop it (8.3-38 a); a link that is down does (chapter 4.1). */
static bool timer_stopped(const struct sp_lun *lun)
{
    if (lun->port->link_down)
        return true;
    return sp__silent(lun->port, SP_SILENT_PAUSED_TIMER) &&
           (stopped(&lun->gate) || stopped(&lun->port->gate));
}

/* At 0 it stays there until recovery of this LUN can begin: one at a time (8.4-63 a). */
static void count_down(struct sp_lun *lun)
{
    if (timer_stopped(lun))
        return;
    if (lun->timer > 0)
        lun->timer--;
    if (sp__silent(lun->port, SP_SILENT_DEADLINE) && overdue(lun))
        lun->timer = 0;
    if (lun->timer != 0)
        return;
    if (!head_of(lun))
        lun->timer = -1;
    else if (sp__recovery_begin(lun->port, lun))
        lun->timer = -1; /* set again when recovery ends, or by a completion */
}

static bool anything_counts(const struct sp_port *port)
{
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++)
        if (port->lun[i].timer >= 0)
            return true;
    return sp__recovery_counts(port);
}

static void tick(struct nt *nt, void *ctx, uint64_t arg1, uint64_t arg2)
{
    struct sp_port *port = ctx;

    (void)nt;
    (void)arg1;
    (void)arg2;
    sim_point(port->at.sim, SP_COST);
    sp__recovery_tick(port);
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++)
        count_down(&port->lun[i]);
    if (anything_counts(port))
        sp__tick_need(port);
}

void sp__timeouts_init(struct sp_port *port)
{
    nt_dpc_init(port->at.nt, &port->tick_dpc, tick, port);
}
