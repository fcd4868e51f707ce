/* models/storport/queue.c - from the class driver to HwStorStartIo: LUN queues, BuildIo, StartIo
 * (chapters 0, 1.2).
 *
 * HwStorBuildIo runs at DISPATCH without a lock on the CPU that starts the request; HwStorStartIo
 * under the StartIo lock. Between the two lies a gap in which anything may happen elsewhere, a
 * reset included: a gate that closed meanwhile holds the request back there, and it gets its
 * StartIo afterwards (8.3-33, 34 a, 61 a). Requests leave a LUN's queue first in first out; on
 * several CPUs the BuildIo calls overlap, so StartIo may see another order.
 */
#include "models/storport/sp_private.h"

/* --- tags ------------------------------------------------------------------------------------ */

/* Lowest free (8.3-42 a). in_use is below SP_TAGS_MAX, so there is one. */
static uint16_t tag_take(struct sp_lun *lun)
{
    for (uint32_t i = 0; i < SP_TAGS_MAX / 64; i++)
        if (lun->tags[i] != UINT64_MAX) {
            uint32_t bit = (uint32_t)__builtin_ctzll(~lun->tags[i]);

            lun->tags[i] |= (uint64_t)1 << bit;
            return (uint16_t)(i * 64 + bit);
        }
    SIM_ASSERT(!"a tag is free");
    return 0;
}

static void tag_give(struct sp_lun *lun, uint16_t tag)
{
    lun->tags[tag / 64] &= ~((uint64_t)1 << (tag % 64));
}

/* --- what the miniport has ------------------------------------------------------------------- */

static void owned_by_miniport(struct sp_port *port, struct sp_slot *slot)
{
    port->outstanding++;
    slot->start_order = port->starts + 1; /* until HwStorStartIo has it */
    slot->started = slot->listed = slot->counted = false;
    if (slot->recovery)
        return;
    slot->lun->in_use++;
    if (slot->tagged)
        slot->tag = tag_take(slot->lun);
    else
        slot->lun->untagged_out |= !slot->bypass;
}

/* The LUN timer runs for it from here: before StartIo, or when BuildIo said FALSE (8.1-2 a, 8.4-49
 * a). */
void sp__pending_add(struct sp_slot *slot)
{
    struct sp_lun *lun = slot->lun;

    slot->counted = true;
    lun->port->gate.pending++;
    if (slot->recovery)
        return;
    lun->gate.pending++;
    slot->listed = true;
    sp__list_push(&lun->pending, slot);
    sp__timer_start(lun, slot->request->timeout_s);
}

static void untagged_done(struct sp_lun *lun)
{
    lun->untagged--;
    lun->untagged_out = false;
}

/* It was completed: wherever it was, it is nowhere now. */
void sp__pending_remove(struct sp_slot *slot)
{
    struct sp_lun *lun = slot->lun;
    struct sp_port *port = lun->port;

    if (slot->state == SP_BUILT)
        sp__list_remove(slot->bypass ? &port->bypass : &lun->built, slot);
    if (slot->listed)
        sp__list_remove(&lun->pending, slot);
    port->outstanding--;
    port->started -= slot->started;
    if (!slot->recovery) {
        lun->in_use--;
        if (slot->tagged)
            tag_give(lun, slot->tag);
        else if (!slot->bypass)
            untagged_done(lun);
    }
    if (slot->counted) {
        sp__gate_completed(&port->gate);
        if (!slot->recovery)
            sp__gate_completed(&lun->gate);
    }
    slot->started = slot->listed = slot->counted = false;
}

/* --- StartIo --------------------------------------------------------------------------------- */

/* A request that bypasses passes the LUN's gate, not the adapter's (8.3-41 a). */
static bool may_start(const struct sp_slot *slot)
{
    return sp__gate_open(&slot->lun->port->gate) &&
           (slot->bypass || sp__gate_open(&slot->lun->gate));
}

static void keep_built(struct sp_slot *slot)
{
    slot->state = SP_BUILT;
    sim_release(slot->lun->port->at.sim, &slot->sync);
    if (slot->bypass)
        sp__list_push_head(&slot->lun->port->bypass, slot);
    else
        sp__list_insert(&slot->lun->built, slot);
}

/* With the StartIo lock. The slot may belong to another request when HwStorStartIo returns. */
static void call_start_io(struct sp_port *port, struct sp_slot *slot)
{
    uint64_t serial = slot->serial;
    BOOLEAN result;

    slot->state = SP_OWNED;
    sim_acquire(port->at.sim, &slot->sync);
    sim_acquire(port->at.sim, &port->resumed);
    slot->started = true;
    slot->start_order = ++port->starts;
    port->started++;
    sp__pending_add(slot);
    sim_trace(port->at.sim, SIM_EV_SRB_START, serial, slot->lun->number, 0, 0);
    sp__enter(port, SP_CB_START_IO);
    result = port->hw.HwStartIo(port->devext, slot->srb);
    sp__leave(port);
    /* FALSE changes nothing: the SRB stays with the miniport (8.1-1 a). */
    sim_trace(port->at.sim, SIM_EV_SRB_STARTED, serial, result, 0, 0);
}

static void start(struct sp_port *port, struct sp_slot *slot)
{
    uint64_t serial = slot->serial;

    slot->state = SP_STARTING;
    sp__startio_lock(port);
    /* While it waited for the lock a reset may have run: completed by the miniport, or the gate
     * shut. */
    if (slot->serial == serial && slot->state == SP_STARTING) {
        if (may_start(slot))
            call_start_io(port, slot);
        else
            keep_built(slot);
    }
    sp__startio_unlock(port);
}

/* --- BuildIo --------------------------------------------------------------------------------- */

static BOOLEAN call_build_io(struct sp_port *port, struct sp_slot *slot)
{
    uint64_t serial = slot->serial;
    BOOLEAN go = TRUE;

    sim_trace(port->at.sim, SIM_EV_SRB_BUILD, serial, slot->request->io, slot->function,
              slot->request->cdb[0]);
    if (port->hw.HwBuildIo) {
        sp__enter(port, SP_CB_BUILD_IO);
        go = port->hw.HwBuildIo(port->devext, slot->srb);
        sp__leave(port);
    }
    sim_trace(port->at.sim, SIM_EV_SRB_BUILT, serial, go, 0, 0);
    return go;
}

static void build(struct sp_port *port, struct sp_slot *slot)
{
    uint64_t serial = ++port->serials;
    BOOLEAN go;

    slot->serial = serial;
    slot->state = SP_BUILDING;
    sim_acquire(port->at.sim, &slot->sync);
    sim_acquire(port->at.sim, &port->resumed);
    owned_by_miniport(port, slot);
    sp__srb_hand_over(port, slot);
    go = call_build_io(port, slot);
    if (slot->serial != serial || slot->state != SP_BUILDING) {
        if (go)
            sp__usage(port, "HwStorBuildIo returned TRUE for SRB %llu, which is completed already",
                      (unsigned long long)serial);
        return;
    }
    if (go) {
        sim_point(port->at.sim, SP_COST);
        keep_built(slot);
    } else {
        slot->state = SP_OWNED;
        sp__pending_add(slot);
    }
}

/* --- queues ---------------------------------------------------------------------------------- */

/* One without a tag waits for an empty LUN and holds up all behind it (8.3-43 a). */
static bool untagged_allows(const struct sp_lun *lun)
{
    return !lun->untagged_out && (lun->queue.head->tagged || !lun->in_use);
}

static bool may_build(const struct sp_lun *lun)
{
    return lun->queue.head && lun->in_use < lun->depth &&
           lun->port->outstanding < lun->port->max_io && (!lun->untagged || untagged_allows(lun));
}

static bool has_work(const struct sp_lun *lun)
{
    return (lun->built.head || may_build(lun)) && sp__gate_open(&lun->gate) &&
           sp__gate_open(&lun->port->gate);
}

static void run_one(struct sp_port *port, struct sp_lun *lun)
{
    struct sp_slot *slot = sp__list_pop(&lun->built);

    if (slot) {
        start(port, slot);
        return;
    }
    slot = sp__list_pop(&lun->queue);
    lun->queued--;
    port->queued--;
    build(port, slot);
}

void sp__run_lun(struct sp_lun *lun)
{
    struct sp_port *port = lun->port;
    uint8_t irql;

    if (!has_work(lun))
        return;
    irql = nt_irql(port->at.nt);
    SIM_ASSERT(irql <= NT_DISPATCH);
    if (irql < NT_DISPATCH)
        nt_raise_irql(port->at.nt, NT_DISPATCH);
    while (has_work(lun))
        run_one(port, lun);
    if (irql < NT_DISPATCH)
        nt_lower_irql(port->at.nt, irql);
}

static void run_bypass(struct sp_port *port)
{
    while (port->bypass.head && sp__gate_open(&port->gate)) {
        struct sp_slot *slot = sp__list_pop(&port->bypass);

        if (slot->state == SP_QUEUED)
            build(port, slot);
        else
            start(port, slot);
    }
}

/* At DISPATCH. */
void sp__run_all(struct sp_port *port)
{
    run_bypass(port);
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++)
        if (port->lun[i].present)
            sp__run_lun(&port->lun[i]);
}

static void restart(struct nt *nt, void *ctx, uint64_t arg1, uint64_t arg2)
{
    (void)nt;
    (void)arg1;
    (void)arg2;
    sp__run_all(ctx);
}

void sp__queues_init(struct sp_port *port)
{
    nt_dpc_init(port->at.nt, &port->restart_dpc, restart, port);
}

void sp__run_later(struct sp_port *port)
{
    if (port->restart_dpc.queued)
        return;
    nt_dpc_queue(port->at.nt, &port->restart_dpc, nt_on_cpu(port->at.nt) ? nt_cpu(port->at.nt) : 0,
                 0, 0);
}

void sp__submit_function(struct sp_port *port, struct sp_request *request, uint8_t function)
{
    struct sp_slot *slot = sp__slot(port, request->slot);

    SIM_ASSERT(request->lun < SP_LUNS_MAX && port->lun[request->lun].present);
    SIM_ASSERT(slot->state == SP_FREE);
    slot->request = request;
    slot->lun = &port->lun[request->lun];
    slot->function = function;
    slot->recovery =
        function == SRB_FUNCTION_RESET_LOGICAL_UNIT || function == SRB_FUNCTION_RESET_DEVICE;
    slot->bypass = request->flags & SP_FLAG_BYPASS_FROZEN_QUEUE;
    slot->tagged = (request->flags & SP_FLAG_TAGGED) && !slot->bypass;
    slot->tag = SP_UNTAGGED;
    slot->busy_retries = 0;
    slot->state = SP_QUEUED;
    sim_release(port->at.sim, &slot->sync);
    sim_trace(port->at.sim, SIM_EV_SRB_QUEUE, request->io, request->lun, function, request->op);
    if (slot->bypass) {
        sp__list_push(&port->bypass, slot);
        return;
    }
    sp__list_push(&slot->lun->queue, slot);
    slot->lun->untagged += !slot->tagged;
    slot->lun->queued++;
    port->queued++;
}

void sp_submit(struct sp_port *port, struct sp_request *request)
{
    SIM_ASSERT(request->slot < SP_SLOTS_MAX);
    sim_point(port->at.sim, SP_COST);
    sp__submit_function(port, request, SRB_FUNCTION_EXECUTE_SCSI);
    if (request->flags & SP_FLAG_BYPASS_FROZEN_QUEUE)
        sp__run_later(port);
    else
        sp__run_lun(&port->lun[request->lun]);
}
