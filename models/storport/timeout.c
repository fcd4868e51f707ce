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

void sp__timer_reload(struct sp_lun *lun)
{
    lun->timer = lun->pending.head ? (int32_t)lun->pending.head->request->timeout_s : -1;
}

/* At 0 it stays there until recovery of this LUN can begin: one at a time (8.4-63 a). */
static void count_down(struct sp_lun *lun)
{
    if (lun->timer > 0)
        lun->timer--;
    if (lun->timer != 0)
        return;
    if (!lun->pending.head)
        lun->timer = -1;
    else if (sp__recovery_begin(lun->port, lun))
        lun->timer = -1; /* set again when recovery ends, or by a completion */
}

static bool anything_counts(const struct sp_port *port)
{
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++)
        if (port->lun[i].timer >= 0)
            return true;
    return port->recovery.state == SP_LUN_RESET || port->recovery.state == SP_TARGET_RESET ||
           port->recovery.verify;
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
