/* models/storport/function.c - requests that are no SCSI command, and requests at a time when the
 * adapter is not simply there (chapter 3.2).
 *
 * Some functions Storport answers itself; some go to the miniport only when it said that it wants
 * them; the others always. They pass LUN queues as reset SRBs do, not the adapter's pauses. Those
 * of the adapter belong to no LUN: no timer runs for them. A miniport may answer any of them with
 * INVALID_REQUEST.
 */
#include "models/storport/sp_private.h"

#define TRIES_MAX 20 /* of a request of our own that comes back BUSY */

_Static_assert(SP_FN_IO_CONTROL == SRB_FUNCTION_IO_CONTROL && SP_FN_PNP == SRB_FUNCTION_PNP &&
                   SP_FN_POWER == SRB_FUNCTION_POWER && SP_FN_WMI == SRB_FUNCTION_WMI &&
                   SP_FN_ABORT == SRB_FUNCTION_ABORT_COMMAND &&
                   SP_FN_RESET_LUN == SRB_FUNCTION_RESET_LOGICAL_UNIT &&
                   SP_FN_RESET_TARGET == SRB_FUNCTION_RESET_DEVICE &&
                   SP_FN_LOCK_QUEUE == SRB_FUNCTION_LOCK_QUEUE &&
                   SP_FN_FLUSH == SRB_FUNCTION_FLUSH && SP_FN_SHUTDOWN == SRB_FUNCTION_SHUTDOWN &&
                   SP_FLAG_BYPASS_LOCKED_QUEUE == SRB_FLAGS_BYPASS_LOCKED_QUEUE,
               "enum sp_function and sp_flag have the values of the SRB's");

/* --- ends without the miniport --------------------------------------------------------------- */

void sp__end(struct sp_port *port, struct sp_request *request, uint8_t status)
{
    struct sp_slot *slot = sp__slot(port, request->slot);

    slot->request = request;
    slot->status = status;
    slot->state = SP_COMPLETED;
    sim_release(port->at.sim, &slot->sync);
    sp__list_push(&port->life.ended, slot);
    if (!port->life.ended_dpc.queued)
        nt_dpc_queue(port->at.nt, &port->life.ended_dpc, sp__here(port), 0, 0);
}

static void ended(struct nt *nt, void *ctx, uint64_t arg1, uint64_t arg2)
{
    struct sp_port *port = ctx;
    struct sp_slot *slot;

    (void)nt;
    (void)arg1;
    (void)arg2;
    while ((slot = sp__list_pop(&port->life.ended)) != NULL) {
        struct sp_request *request = slot->request;

        sim_point(port->at.sim, SP_COST);
        sim_progress(port->at.sim);
        sim_acquire(port->at.sim, &slot->sync);
        slot->state = SP_FREE;
        slot->request = NULL;
        request->srb_status = slot->status;
        request->scsi_status = 0;
        request->queue_frozen = request->sense_valid = false;
        request->transferred = 0;
        sim_trace(port->at.sim, SIM_EV_SRB_RETURN, 0, request->io, request->srb_status, 0);
        request->done(request, request->ctx);
    }
}

void sp__end_queued(struct sp_lun *lun, uint8_t status)
{
    struct sp_port *port = lun->port;
    struct sp_slot *slot;

    while ((slot = sp__list_pop(&lun->queue)) != NULL) {
        lun->untagged -= slot->alone;
        lun->queued--;
        port->queued--;
        sp__end(port, slot->request, status);
    }
}

/* Nothing of the class driver's gets to it any more. */
void sp__unit_gone(struct sp_lun *lun)
{
    lun->gone = true;
    lun->port->life.units_gone = lun->port->life.look = true;
    sp__end_queued(lun, SRB_STATUS_NO_DEVICE);
}

/* --- to the miniport ------------------------------------------------------------------------- */

void sp__deliver(struct sp_port *port, struct sp_request *request)
{
    struct sp_slot *slot = sp__slot(port, request->slot);

    SIM_ASSERT(slot->state == SP_FREE && request->function);
    slot->request = request;
    slot->lun = &port->lun[request->adapter ? 0 : request->lun];
    slot->function = request->function;
    slot->recovery = request->adapter;
    slot->bypass = true;
    slot->tagged = false;
    slot->tag = SP_UNTAGGED;
    slot->busy_retries = 0;
    slot->state = SP_QUEUED;
    sim_release(port->at.sim, &slot->sync);
    sim_trace(port->at.sim, SIM_EV_SRB_QUEUE, request->io, request->lun, slot->function,
              request->op);
    sp__list_push(&port->bypass, slot);
    sp__run_later(port);
}

/* An SRB on its way to be aborted: where it is says what happens. The miniport completes the victim
 * before the abort SRB. */
static void abort_request(struct sp_port *port, struct sp_request *request)
{
    struct sp_slot *victim = request->victim ? sp__slot(port, request->victim->slot) : NULL;

    if (!(port->info->FeatureSupport & STOR_ADAPTER_FEATURE_ABORT_COMMAND)) {
        sp__end(port, request, SRB_STATUS_INVALID_REQUEST);
    } else if (!victim || victim->request != request->victim || victim->state == SP_COMPLETED) {
        sp__end(port, request, SRB_STATUS_SUCCESS); /* it was over before */
    } else if (victim->state == SP_QUEUED && !victim->bypass) {
        sp__list_remove(&victim->lun->queue, victim);
        victim->lun->untagged -= !victim->tagged;
        victim->lun->queued--;
        port->queued--;
        sp__end(port, victim->request, SRB_STATUS_ABORTED);
        sp__end(port, request, SRB_STATUS_SUCCESS);
    } else {
        sp__deliver(port, request);
    }
}

/* --- answered here --------------------------------------------------------------------------- */

static void lock_queue(struct sp_lun *lun, enum sp_function function)
{
    if (function == SP_FN_LOCK_QUEUE) {
        lun->locks++;
    } else if (lun->locks) {
        lun->locks--;
        sp__run_later(lun->port);
    }
}

/* Which functions only go to miniports that asked for them. */
static bool wanted(const struct sp_port *port, const struct sp_request *request)
{
    switch (request->function) {
    case SP_FN_FLUSH:
        return port->info->CachesData;
    case SP_FN_SHUTDOWN: /* 8.5-74 */
        return port->info->CachesData || sp__silent(port, SP_SILENT_SHUTDOWN);
    case SP_FN_WMI:
        return port->info->WmiDataProvider;
    case SP_FN_DUMP_POINTERS:
    case SP_FN_FREE_DUMP_POINTERS:
        return port->hw.FeatureSupport & STOR_FEATURE_DUMP_POINTERS;
    default:
        return true;
    }
}

static uint8_t unwanted_status(enum sp_function function)
{
    return function == SP_FN_FLUSH || function == SP_FN_SHUTDOWN ? SRB_STATUS_SUCCESS
                                                                 : SRB_STATUS_INVALID_REQUEST;
}

/* True when Storport has dealt with it. */
static bool answered(struct sp_port *port, struct sp_request *request)
{
    struct sp_lun *lun = &port->lun[request->lun];

    switch (request->function) {
    case SP_FN_CLAIM_DEVICE:
    case SP_FN_ATTACH_DEVICE:
    case SP_FN_RELEASE_DEVICE:
        break;
    case SP_FN_RELEASE_QUEUE:
        sp_release_queue(port, request->lun);
        break;
    case SP_FN_FLUSH_QUEUE:
        sp__end_queued(lun, SRB_STATUS_REQUEST_FLUSHED);
        sp_release_queue(port, request->lun);
        break;
    case SP_FN_LOCK_QUEUE:
    case SP_FN_UNLOCK_QUEUE:
        lock_queue(lun, (enum sp_function)request->function);
        break;
    default:
        return false;
    }
    sp__end(port, request, SRB_STATUS_SUCCESS);
    return true;
}

/* A class driver's reset enters the tiers where it asks for it (8.4-66 a); it ends with them. */
static bool reset_asked(struct sp_port *port, struct sp_request *request)
{
    enum sp_function function = (enum sp_function)request->function;

    if (function != SP_FN_RESET_LUN && function != SP_FN_RESET_TARGET &&
        (function != SP_FN_RESET_BUS || sp__silent(port, SP_SILENT_CLASS_RESET)))
        return false;
    if (!sp__recovery_ask(port, request))
        sp__end(port, request, SRB_STATUS_ERROR);
    return true;
}

static void keep(struct sp_life *life, struct sp_request *request)
{
    request->next = NULL;
    *life->kept_end = request;
    life->kept_end = &request->next;
}

/* --- from above ------------------------------------------------------------------------------ */

static void submit_scsi(struct sp_port *port, struct sp_request *request)
{
    sp__submit_function(port, request, SRB_FUNCTION_EXECUTE_SCSI);
    sp__run_later(port);
}

static void submit_function(struct sp_port *port, struct sp_request *request)
{
    if (request->data && request->data_bytes > port->max_transfer)
        sp__end(port, request, SRB_STATUS_INVALID_REQUEST);
    else if (!wanted(port, request))
        sp__end(port, request, unwanted_status((enum sp_function)request->function));
    else if (answered(port, request) || reset_asked(port, request))
        return;
    else if (request->function == SP_FN_ABORT)
        abort_request(port, request);
    else
        sp__deliver(port, request);
}

static bool reachable(const struct sp_lun *lun)
{
    return lun->present && !lun->gone;
}

void sp__submit_special(struct sp_port *port, struct sp_request *request)
{
    struct sp_life *life = &port->life;

    if (life->keeper == SP_GONE || (!request->adapter && !reachable(&port->lun[request->lun])))
        sp__end(port, request, SRB_STATUS_NO_DEVICE);
    else if (request->function == SP_FN_SCSI)
        submit_scsi(port, request);
    else if (life->keeper == SP_CLOSED)
        keep(life, request);
    else
        submit_function(port, request);
}

void sp__keeper_set(struct sp_port *port, enum sp_gate_keeper keeper)
{
    struct sp_life *life = &port->life;
    struct sp_request *request = life->kept;

    life->keeper = (uint8_t)keeper;
    life->look = keeper != SP_OPEN || life->units_gone;
    if (keeper == SP_CLOSED)
        return;
    life->kept = NULL;
    life->kept_end = &life->kept;
    while (request) {
        struct sp_request *next = request->next;

        sp__submit_special(port, request);
        request = next;
    }
}

void sp__close_for_good(struct sp_port *port)
{
    sp__keeper_set(port, SP_GONE);
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++)
        sp__end_queued(&port->lun[i], SRB_STATUS_NO_DEVICE);
}

/* --- of our own ------------------------------------------------------------------------------ */

/* What the miniport has no room for comes back BUSY; these requests are not queued behind others,
 * so it is for us to ask again. */
uint8_t sp__send_and_wait(struct sp_port *port, struct sp_request *request)
{
    for (uint32_t i = 0;; i++) {
        sp__wait_for(port, request);
        if (request->srb_status != SRB_STATUS_BUSY || i == TRIES_MAX)
            return request->srb_status;
        nt_sleep(port->at.nt, port->config.busy_pause_ns);
    }
}

uint8_t sp__send_simple(struct sp_port *port, const struct sp_lun *lun, enum sp_function function,
                        uint32_t action, uint32_t power_state)
{
    struct sp_own *own = sp__own_take(port);
    struct sp_request *request = &own->request;
    uint8_t status;

    if (!own) /* the miniport keeps all of them */
        return SRB_STATUS_ERROR;
    request->function = (uint8_t)function;
    request->adapter = !lun;
    request->lun = lun ? lun->number : 0;
    request->action = (uint8_t)action;
    request->power_state = (uint8_t)power_state;
    request->timeout_s = SP_LIFE_TIMEOUT_S;
    if (!wanted(port, request))
        status = unwanted_status(function);
    else
        status = sp__send_and_wait(port, request);
    own->used = false;
    return status;
}

void sp__life_init(struct sp_port *port)
{
    port->life.kept_end = &port->life.kept;
    port->life.end = &port->life.first;
    port->life.powered = true;
    port->life.page = nt_pages_alloc(port->at.memory, NT_PAGE, NT_SCATTERED, 0);
    port->scan_page = nt_pages_alloc(port->at.memory, NT_PAGE, NT_SCATTERED, 0);
    nt_dpc_init(port->at.nt, &port->life.ended_dpc, ended, port);
}
