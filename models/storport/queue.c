/* models/storport/queue.c - from the class driver to HwStorStartIo: LUN queues, BuildIo, StartIo
 * (chapters 0, 1.2).
 *
 * HwStorBuildIo runs at DISPATCH without a lock on the CPU that starts the request; HwStorStartIo
 * under the StartIo lock, or a channel's token. Between the two lies a gap in which anything may
 * happen elsewhere, a reset included: a gate that closed meanwhile holds the request back there,
 * and it gets its StartIo afterwards (8.3-33, 34 a, 61 a). Requests leave a LUN's queue first in
 * first out; on several CPUs the BuildIo calls overlap, so StartIo may see another order.
 */
#include "models/storport/sp_private.h"

#define START_ANY 4u /* start_order = any: of so many */

/* --- tags ------------------------------------------------------------------------------------ */

/* tags = round_robin (8.3-42 b): the next one free after the last one taken. */
static uint16_t tag_next(struct sp_lun *lun)
{
    uint32_t tags = lun->port->extended ? SP_TAGS_MAX : SP_UNTAGGED;

    for (uint32_t i = 0; i < tags; i++) {
        uint32_t tag = (lun->next_tag + i) % tags;

        if (lun->tags[tag / 64] >> (tag % 64) & 1)
            continue;
        lun->tags[tag / 64] |= (uint64_t)1 << (tag % 64);
        lun->next_tag = tag + 1;
        return (uint16_t)tag;
    }
    SIM_ASSERT(!"a tag is free");
    return 0;
}

/* Lowest free (8.3-42 a). in_use is below the number of tags, so there is one. */
static uint16_t tag_take(struct sp_lun *lun)
{
    if (sp__silent(lun->port, SP_SILENT_TAGS))
        return tag_next(lun);
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
        slot->lun->untagged_out |= slot->alone;
}

/* timer_head = asked (8.4-50 b): in the order in which the application asked. */
static void list_asked(struct sp_list *list, struct sp_slot *slot)
{
    struct sp_slot *before = list->tail;

    while (before && before->request->io > slot->request->io)
        before = before->prev;
    sp__list_push_after(list, before, slot);
}

static void clock_starts(struct sp_slot *slot)
{
    struct sp_lun *lun = slot->lun;

    if (SIM_UNLIKELY(lun->port->odd))
        slot->sent_at = sim_now(lun->port->at.sim);
    sp__timer_start(lun, slot->request->timeout_s);
}

/* The LUN timer runs for it from here: before StartIo (8.4-49 a), or when BuildIo said FALSE (8.1-2
 * a). */
static void timed(struct sp_slot *slot)
{
    struct sp_lun *lun = slot->lun;

    if (slot->recovery || slot->listed)
        return;
    slot->listed = true;
    if (!sp__silent(lun->port, SP_SILENT_TIMER_FROM))
        clock_starts(slot);
    if (sp__silent(lun->port, SP_SILENT_TIMER_HEAD))
        list_asked(&lun->pending, slot);
    else
        sp__list_push(&lun->pending, slot);
}

/* For StorPortBusy: the miniport has been told to start it. */
static void counted(struct sp_slot *slot)
{
    slot->counted = true;
    slot->lun->port->gate.pending++;
    if (!slot->recovery)
        slot->lun->gate.pending++;
}

void sp__uncount(struct sp_slot *slot)
{
    slot->counted = false;
    sp__gate_completed(&slot->lun->port->gate);
    if (!slot->recovery)
        sp__gate_completed(&slot->lun->gate);
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
        else if (slot->alone)
            untagged_done(lun);
    }
    if (slot->counted && !sp__silent(port, SP_SILENT_BUSY_COUNTS))
        sp__uncount(slot);
    slot->started = slot->listed = false;
}

/* --- StartIo --------------------------------------------------------------------------------- */

/* A request that bypasses passes the LUN's gate, not the adapter's (8.3-41 a). */
static bool bypass_may_go(const struct sp_port *port)
{
    return sp__gate_open(&port->gate) || sp__silent(port, SP_SILENT_BYPASS);
}

static bool may_start(const struct sp_slot *slot)
{
    if (slot->bypass)
        return bypass_may_go(slot->lun->port);
    return sp__gate_open(&slot->lun->port->gate) && sp__gate_open(&slot->lun->gate);
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

/* FALSE changes nothing: the SRB stays with the miniport (8.1-1 a). */
static void start_io_false(struct sp_slot *slot, uint64_t serial)
{
    struct sp_port *port = slot->lun->port;

    if (slot->serial != serial || slot->state != SP_OWNED)
        return;
    if (sp__silent(port, SP_SILENT_STARTIO_FALSE) == SP_STARTIO_FALSE_REQUEUED)
        sp__take_back(slot, SRB_STATUS_BUSY);
    else if (sp__silent(port, SP_SILENT_STARTIO_FALSE) == SP_STARTIO_FALSE_REPORTED)
        sp__usage(port, "HwStorStartIo returned FALSE for SRB %llu and did not complete it",
                  (unsigned long long)serial);
}

/* With the StartIo lock, or a channel's token. The slot may belong to another request when
 * HwStorStartIo returns. */
static void call_start_io(struct sp_port *port, struct sp_slot *slot)
{
    uint64_t serial = slot->serial;
    BOOLEAN result;

    slot->state = SP_OWNED;
    sim_acquire(port->at.sim, &slot->sync);
    sim_acquire(port->at.sim, &port->resumed);
    slot->started = true;
    slot->start_order = ++port->starts;
    port->start_cpu = slot->cpu;
    port->started++;
    timed(slot);
    counted(slot);
    sim_trace(port->at.sim, SIM_EV_SRB_START, serial, slot->lun->number, 0, 0);
    sp__enter(port, SP_CB_START_IO);
    result = port->hw.HwStartIo(port->devext, slot->srb);
    sp__leave(port);
    sim_trace(port->at.sim, SIM_EV_SRB_STARTED, serial, result, 0, 0);
    if (!result)
        start_io_false(slot, serial);
}

static void start(struct sp_port *port, struct sp_slot *slot)
{
    uint64_t serial = slot->serial, resets = port->resets;

    slot->state = SP_STARTING;
    sp__start_lock(port);
    /* While it waited for the lock a reset may have run: completed by the miniport, or the gate
     * shut. */
    if (slot->serial == serial && slot->state == SP_STARTING) {
        if (SIM_UNLIKELY(port->resets != resets) && sp__reset_overtook(slot))
            ; /* 8.4-61 b, c */
        else if (may_start(slot))
            call_start_io(port, slot);
        else
            keep_built(slot);
    }
    sp__start_unlock(port);
    if (SIM_UNLIKELY(port->perf_flags & STOR_PERF_OPTIMIZE_FOR_COMPLETION_DURING_STARTIO))
        sp__completed_now(port);
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
    if (sp__silent(port, SP_SILENT_TIMER_FROM) && !slot->recovery)
        clock_starts(slot);
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
        if (slot->serial == serial &&
            slot->state == SP_BUILDING) /* a reset may have given it back */
            keep_built(slot);
    } else {
        slot->state = SP_OWNED;
        counted(slot);
        if (!sp__silent(port, SP_SILENT_BUILD_FALSE))
            timed(slot);
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
    return lun->queue.head && lun->in_use < lun->depth && !lun->locks &&
           lun->port->outstanding < lun->port->max_io && (!lun->untagged || untagged_allows(lun));
}

static bool has_work(const struct sp_lun *lun)
{
    return (lun->built.head || may_build(lun)) && sp__gate_open(&lun->gate) &&
           sp__gate_open(&lun->port->gate);
}

/* start_order = any (8.3-33 b): one of the first four, unless one of them must be alone. */
static struct sp_slot *any_of_first(struct sp_lun *lun)
{
    struct sp_slot *slot = lun->queue.head;
    uint32_t first = lun->queued < START_ANY ? lun->queued : START_ANY;

    if (lun->untagged)
        return slot;
    for (uint64_t n = sim_stream_below(&lun->port->odd_stream, first); n; n--)
        slot = slot->next;
    return slot;
}

static void build_one(struct sp_port *port, struct sp_lun *lun)
{
    struct sp_slot *slot = lun->queue.head;

    if (sp__silent(port, SP_SILENT_START_ORDER) == SP_START_ORDER_ANY)
        slot = any_of_first(lun);
    sp__list_remove(&lun->queue, slot);
    lun->queued--;
    port->queued--;
    build(port, slot);
}

static void run_one(struct sp_port *port, struct sp_lun *lun)
{
    struct sp_slot *slot = sp__list_pop(&lun->built);

    if (slot)
        start(port, slot);
    else
        build_one(port, lun);
}

static bool has_work_or_builds(const struct sp_lun *lun)
{
    return has_work(lun) || (sp__silent(lun->port, SP_SILENT_HELD_BUILD) && may_build(lun));
}

static void run(struct sp_lun *lun)
{
    bool held_build = sp__silent(lun->port, SP_SILENT_HELD_BUILD); /* 8.3-34 b */

    for (;;) {
        while (has_work(lun))
            run_one(lun->port, lun);
        if (!held_build || !may_build(lun))
            return;
        build_one(lun->port, lun); /* meanwhile the gate may have opened */
    }
}

void sp__run_lun(struct sp_lun *lun)
{
    struct sp_port *port = lun->port;
    uint8_t irql;

    if (!has_work_or_builds(lun))
        return;
    irql = nt_irql(port->at.nt);
    SIM_ASSERT(irql <= NT_DISPATCH);
    if (irql < NT_DISPATCH)
        nt_raise_irql(port->at.nt, NT_DISPATCH);
    run(lun);
    if (irql < NT_DISPATCH)
        nt_lower_irql(port->at.nt, irql);
}

/* start_order = late (8.3-33 c): HwStorBuildIo now, HwStorStartIo in a DPC that comes later. */
static void build_now(struct sp_lun *lun)
{
    struct sp_port *port = lun->port;
    uint8_t irql = nt_raise_irql(port->at.nt, NT_DISPATCH);

    while (has_work(lun) && may_build(lun))
        build_one(port, lun);
    sp__run_later(port);
    nt_lower_irql(port->at.nt, irql);
}

static void run_bypass(struct sp_port *port)
{
    while (port->bypass.head && bypass_may_go(port)) {
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
    nt_dpc_queue(port->at.nt, &port->restart_dpc, sp__here(port), 0, 0);
}

void sp__submit_function(struct sp_port *port, struct sp_request *request, uint8_t function)
{
    struct sp_slot *slot = sp__slot(port, request->slot);

    SIM_ASSERT(request->lun < SP_LUNS_MAX);
    SIM_ASSERT(slot->state == SP_FREE);
    slot->request = request;
    slot->lun = &port->lun[request->lun];
    slot->function = function;
    slot->recovery = function != SRB_FUNCTION_EXECUTE_SCSI;
    slot->bypass = request->flags & SP_FLAG_BYPASS_FROZEN_QUEUE ||
                   (request->flags & SP_FLAG_BYPASS_LOCKED_QUEUE && slot->lun->locks);
    slot->tagged = (request->flags & SP_FLAG_TAGGED) && !slot->bypass;
    slot->alone = !slot->tagged && !slot->bypass && !sp__silent(port, SP_SILENT_UNTAGGED);
    slot->tag = SP_UNTAGGED;
    if (SIM_UNLIKELY(port->odd | port->redirects))
        slot->cpu = sp__here(port);
    slot->busy_retries = 0;
    slot->state = SP_QUEUED;
    sim_release(port->at.sim, &slot->sync);
    sim_trace(port->at.sim, SIM_EV_SRB_QUEUE, request->io, request->lun, function, request->op);
    if (slot->bypass) {
        sp__list_push(&port->bypass, slot);
        return;
    }
    sp__list_push(&slot->lun->queue, slot);
    slot->lun->untagged += slot->alone;
    slot->lun->queued++;
    port->queued++;
}

void sp_submit(struct sp_port *port, struct sp_request *request)
{
    SIM_ASSERT(request->slot < SP_SLOTS_MAX);
    sim_point(port->at.sim, SP_COST);
    if (SIM_UNLIKELY(request->function | port->life.look | !port->lun[request->lun].present)) {
        sp__submit_special(port, request);
        return;
    }
    sp__submit_function(port, request, SRB_FUNCTION_EXECUTE_SCSI);
    if (request->flags & (SP_FLAG_BYPASS_FROZEN_QUEUE | SP_FLAG_BYPASS_LOCKED_QUEUE))
        sp__run_later(port);
    else if (sp__silent(port, SP_SILENT_START_ORDER) == SP_START_ORDER_LATE)
        build_now(&port->lun[request->lun]);
    else
        sp__run_lun(&port->lun[request->lun]);
}
