/* models/nvme/controller.c - the controller as a whole: CC.EN, CSTS.RDY, shutdown, fatal status.
 *
 * Enabling, disabling and shutting down take time, each a state with an event at its end; a driver
 * can do anything meanwhile. What the specification leaves undefined is decided here the way that
 * hurts a careless driver most and a careful one never:
 *   - EN set while RDY is still 1 is remembered: RDY stays 1, falls when the old session is over,
 *     and rises again later. Who takes the old RDY for the new one loses its commands.
 *   - EN cleared before RDY came up disables at once. After CAP.TO it is no mistake: what else
 *     could a driver do?
 *
 * Left out: PCI function reset, memory buffers, boot partitions. Source: NVM Express 1.4, 3.1.5 to
 * 3.1.7, 7.3 and 7.6.
 */
#include "models/nvme/nvme_private.h"

#define BIT(state) (1u << NVME_##state)

/* Which states may follow which. */
static const uint8_t next_states[NVME_STATE_COUNT] = {
    [NVME_DISABLED] = BIT(ENABLING) | BIT(FATAL),
    [NVME_ENABLING] = BIT(READY) | BIT(DISABLED) | BIT(FATAL),
    [NVME_READY] = BIT(SHUTTING) | BIT(DISABLING) | BIT(FATAL) | BIT(DISABLED),
    [NVME_SHUTTING] = BIT(SHUTDOWN) | BIT(DISABLING) | BIT(FATAL) | BIT(DISABLED),
    [NVME_SHUTDOWN] = BIT(DISABLING) | BIT(DISABLED),
    [NVME_DISABLING] = BIT(DISABLED),
    [NVME_FATAL] = BIT(DISABLING) | BIT(DISABLED),
};

const char *const nvme_guest_error_text[NVME_GUEST_COUNT] = {
#define NVME_GUEST_ERROR(id, text) text,
#include "models/nvme/guest_errors.def"
#undef NVME_GUEST_ERROR
};

static void state_event(struct sim_event *event, void *ctx);

void nvme__guest_error(struct nvme_ctrl *ctrl, enum nvme_guest_error error, uint32_t qid,
                       uint64_t value)
{
    SIM_ASSERT(error < NVME_GUEST_COUNT);
    sim_trace(ctrl->sim, SIM_EV_GUEST_ERROR, error, qid, value, 0);
}

static void set_state(struct nvme_ctrl *ctrl, enum nvme_state state)
{
    SIM_ASSERT(next_states[ctrl->state] & 1u << state);
    sim_trace(ctrl->sim, SIM_EV_CTRL_STATE, ctrl->state, state, 0, 0);
    ctrl->state = state;
}

static void set_ready(struct nvme_ctrl *ctrl, uint32_t ready)
{
    if (nvme_csts_rdy(ctrl->csts) == ready)
        return;
    ctrl->csts ^= (uint32_t)nvme_csts_rdy_put(1);
    ctrl->faulty.flap_from = sim_now(ctrl->sim);
    sim_trace(ctrl->sim, SIM_EV_CSTS_RDY, ready, 0, 0, 0);
}

static void set_shutdown(struct nvme_ctrl *ctrl, enum nvme_shst shst)
{
    ctrl->csts &= ~(uint32_t)nvme_csts_shst_put(UINT64_MAX);
    ctrl->csts |= (uint32_t)nvme_csts_shst_put(shst);
}

static void state_event_in(struct nvme_ctrl *ctrl, sim_ns ns)
{
    sim_event_in(ctrl->sim, &ctrl->state_event, ns, state_event, ctrl);
}

/* --- enabling --------------------------------------------------------------------------------- */

static bool refuse(struct nvme_ctrl *ctrl, enum nvme_guest_error error, uint64_t value)
{
    nvme__guest_error(ctrl, error, 0, value);
    return false;
}

/* 7.6.1: what must be right when EN is set. The specification says 'undefined' for most of these;
 * this controller turns fatal, so that nobody takes it for working. */
static bool may_enable(struct nvme_ctrl *ctrl)
{
    uint32_t cc = ctrl->cc;
    uint64_t in_page = (UINT64_C(1) << (NVME_PAGE_SHIFT_MIN + nvme_cc_mps(cc))) - 1;

    if (nvme_cc_mps(cc) > NVME_MPS_MAX)
        return refuse(ctrl, NVME_GUEST_CC_PAGE_SIZE, cc);
    if (nvme_cc_ams(cc) > (ctrl->options.weighted ? NVME_AMS_WEIGHTED : NVME_AMS_ROUND_ROBIN))
        return refuse(ctrl, NVME_GUEST_CC_ARBITRATION, cc);
    if (nvme_cc_css(cc))
        return refuse(ctrl, NVME_GUEST_CC_COMMAND_SET, cc);
    /* Admin entries have fixed sizes, so the sizes of I/O entries may come later, as 0 says. */
    if (nvme_cc_iosqes(cc) && nvme_cc_iosqes(cc) != NVME_SQE_SHIFT)
        return refuse(ctrl, NVME_GUEST_CC_SQ_ENTRY_SIZE, cc);
    if (nvme_cc_iocqes(cc) && nvme_cc_iocqes(cc) != NVME_CQE_SHIFT)
        return refuse(ctrl, NVME_GUEST_CC_CQ_ENTRY_SIZE, cc);
    if (!nvme_aqa_asqs(ctrl->aqa) || !nvme_aqa_acqs(ctrl->aqa))
        return refuse(ctrl, NVME_GUEST_ADMIN_QUEUE_SIZE, ctrl->aqa);
    if ((ctrl->asq | ctrl->acq) & in_page)
        return refuse(ctrl, NVME_GUEST_ADMIN_QUEUE_ALIGN, (ctrl->asq | ctrl->acq) & in_page);
    return true;
}

static void set_fatal(struct nvme_ctrl *ctrl)
{
    set_state(ctrl, NVME_FATAL);
    ctrl->csts |= (uint32_t)nvme_csts_cfs_put(1);
    sim_trace(ctrl->sim, SIM_EV_CSTS_CFS, 0, 0, 0, 0);
}

static void enable_begin(struct nvme_ctrl *ctrl)
{
    ctrl->enabled_at = sim_now(ctrl->sim);
    set_shutdown(ctrl, NVME_SHST_NONE);
    if (!may_enable(ctrl)) {
        set_fatal(ctrl);
        return;
    }
    set_state(ctrl, NVME_ENABLING);
    ctrl->page_shift = NVME_PAGE_SHIFT_MIN + nvme_cc_mps(ctrl->cc);
    ctrl->weighted = nvme_cc_ams(ctrl->cc) == NVME_AMS_WEIGHTED;
    nvme__sq_create(ctrl, 0, ctrl->asq, nvme_aqa_asqs(ctrl->aqa) + 1, 0);
    nvme__cq_create(ctrl, 0, ctrl->acq, nvme_aqa_acqs(ctrl->aqa) + 1, 0, true);
    state_event_in(ctrl, ctrl->options.ready_ns + ctrl->faulty.slow_up);
}

static void shutdown_begin(struct nvme_ctrl *ctrl)
{
    set_state(ctrl, NVME_SHUTTING);
    set_shutdown(ctrl, NVME_SHST_OCCURRING);
    sim_event_cancel(ctrl->sim, &ctrl->fetch_event);
    state_event_in(ctrl, ctrl->options.disable_ns);
}

static void enable_done(struct nvme_ctrl *ctrl)
{
    if (ctrl->faulty.stuck_up)
        return;
    if (ctrl->faulty.fatals) {
        set_fatal(ctrl);
        return;
    }
    set_state(ctrl, NVME_READY);
    set_ready(ctrl, 1);
    if (nvme_cc_shn(ctrl->cc))
        shutdown_begin(ctrl);
}

/* --- disabling: a controller reset (7.3.2) ---------------------------------------------------- */

/* All of the old session goes; AQA, ASQ, ACQ and CC stay, as does the medium. */
static void session_end(struct nvme_ctrl *ctrl)
{
    nvme__lose_all(ctrl);
    ctrl->faulty.session++;
    for (uint32_t qid = 0; qid <= ctrl->options.queues; qid++)
        if (ctrl->sq[qid].exists)
            nvme__sq_delete(ctrl, qid);
    for (uint32_t qid = 0; qid <= ctrl->options.queues; qid++)
        if (ctrl->cq[qid].exists)
            nvme__cq_delete(ctrl, qid);
    SIM_ASSERT(!ctrl->inside && !ctrl->sq_ready && !ctrl->cq_unseen);
    ctrl->turn = 0;
    ctrl->shadow = ctrl->shadow_events = 0;
    for (uint32_t i = 0; i < NVME_PRIORITY_COUNT; i++)
        ctrl->turns[i] = 0;
    ctrl->intms = 0;
    ctrl->starved = false;
    nvme__events_reset(ctrl);
    nvme__firmware_reset(ctrl);
    nvme__selftest_reset(ctrl);
    ctrl->csts &= ~(uint32_t)nvme_csts_cfs_put(1);
    set_shutdown(ctrl, nvme_cc_shn(ctrl->cc) ? NVME_SHST_COMPLETE : NVME_SHST_NONE);
    nvme__features_reset(ctrl);
    nvme__gather_reset(ctrl);
    if (ctrl->flash)
        nvme__flash_reset(ctrl);
    nvme__irq_update(ctrl);
}

static void disable_done(struct nvme_ctrl *ctrl)
{
    if (ctrl->faulty.stuck_down)
        return;
    session_end(ctrl);
    set_state(ctrl, NVME_DISABLED);
    set_ready(ctrl, 0);
    faults_reset_done(ctrl->faults);
    if (nvme_cc_en(ctrl->cc))
        enable_begin(ctrl);
}

/* From here to RDY=0 nothing is fetched or completed. Data of commands inside may still move: it is
 * on its way when EN is cleared, and only RDY=0 promises that it has arrived. */
static void disable_begin(struct nvme_ctrl *ctrl)
{
    sim_event_cancel(ctrl->sim, &ctrl->state_event);
    sim_event_cancel(ctrl->sim, &ctrl->fetch_event);
    set_state(ctrl, NVME_DISABLING);
    ctrl->quiet_at = sim_now(ctrl->sim) + ctrl->options.disable_ns + ctrl->faulty.slow_down;
    nvme__freeze_disabled(ctrl, ctrl->faulty.late_data);
    nvme__irq_update(ctrl);
    sim_event_at(ctrl->sim, &ctrl->state_event, ctrl->quiet_at, state_event, ctrl);
}

static void disable_at_once(struct nvme_ctrl *ctrl)
{
    sim_event_cancel(ctrl->sim, &ctrl->state_event);
    session_end(ctrl);
    set_state(ctrl, NVME_DISABLED);
    faults_reset_done(ctrl->faults);
}

static void enable_abandon(struct nvme_ctrl *ctrl)
{
    sim_ns allowed = nvme_cap_to(ctrl->cap) * (NVME_TO_UNIT_MS * SIM_MS);

    if (sim_now(ctrl->sim) - ctrl->enabled_at < allowed)
        nvme__guest_error(ctrl, NVME_GUEST_EN_CLEARED_EARLY, 0, ctrl->cc);
    /* A controller that no longer follows EN does not follow it here either. */
    if (!ctrl->faulty.stuck_down)
        disable_at_once(ctrl);
}

/* EN was cleared while the controller did not follow it. */
static bool fell_behind(const struct nvme_ctrl *ctrl)
{
    return !nvme_cc_en(ctrl->cc) && !ctrl->faulty.stuck_down && ctrl->state != NVME_DISABLED &&
           ctrl->state != NVME_DISABLING;
}

void nvme__follow_enable(struct nvme_ctrl *ctrl)
{
    if (fell_behind(ctrl) && nvme_csts_rdy(ctrl->csts))
        disable_begin(ctrl);
    else if (fell_behind(ctrl))
        disable_at_once(ctrl);
    else if (sim_event_pending(&ctrl->state_event))
        return;
    else if (ctrl->state == NVME_DISABLING && !ctrl->faulty.stuck_down)
        state_event_in(ctrl, ctrl->options.disable_ns);
    else if (ctrl->state == NVME_ENABLING && nvme_cc_en(ctrl->cc) && !ctrl->faulty.stuck_up)
        state_event_in(ctrl, ctrl->options.ready_ns);
}

void nvme__self_reset(struct nvme_ctrl *ctrl)
{
    bool enabled = nvme_cc_en(ctrl->cc);

    sim_event_cancel(ctrl->sim, &ctrl->state_event);
    sim_event_cancel(ctrl->sim, &ctrl->fetch_event);
    ctrl->cc = ctrl->aqa = 0;
    ctrl->asq = ctrl->acq = 0;
    session_end(ctrl);
    if (ctrl->state != NVME_DISABLED)
        set_state(ctrl, NVME_DISABLED);
    if (enabled)
        sim_trace(ctrl->sim, SIM_EV_CC_EN, 0, 0, 0, 0);
    set_ready(ctrl, 0);
    ctrl->faulty.forgot = true;
}

/* 7.3.1: the driver asked for it, so it knows; the medium and the cache stay as they are. */
void nvme__subsystem_reset(struct nvme_ctrl *ctrl)
{
    nvme__self_reset(ctrl);
    ctrl->faulty.forgot = false;
    ctrl->csts |= (uint32_t)nvme_csts_nssro_put(1);
    faults_reset_done(ctrl->faults);
}

void nvme__power_cycle(struct nvme_ctrl *ctrl, enum nvme_power_loss how)
{
    ctrl->power_cycles++;
    ctrl->unsafe_shutdowns += nvme_csts_shst(ctrl->csts) != NVME_SHST_COMPLETE;
    nvme__cache_lose(ctrl, how);
    nvme__self_reset(ctrl);
    ctrl->csts &= ~(uint32_t)nvme_csts_nssro_put(1);
}

void nvme_power_off(struct nvme_ctrl *ctrl)
{
    nvme__lose_writes(ctrl);
    nvme__power_cycle(ctrl, NVME_POWER_CUT_BY_HOST);
}

/* --- shutdown (7.6.2) ------------------------------------------------------------------------- */

static void shutdown_done(struct nvme_ctrl *ctrl)
{
    /* Held event requests do not keep it from ending; a command that will not complete does. */
    if (ctrl->inside > ctrl->held_count) {
        state_event_in(ctrl, ctrl->options.disable_ns);
        return;
    }
    set_state(ctrl, NVME_SHUTDOWN);
    if (ctrl->cache.size)
        nvme__cache_flush(ctrl);
    set_shutdown(ctrl, NVME_SHST_COMPLETE);
}

static void shutdown_notified(struct nvme_ctrl *ctrl)
{
    if (ctrl->state == NVME_READY)
        shutdown_begin(ctrl);
    else if (ctrl->state == NVME_DISABLED)
        set_shutdown(ctrl, NVME_SHST_COMPLETE);
    /* ENABLING: begins when it is ready. All others: it is on the way down already. */
}

/* --- the state's event, and CC ---------------------------------------------------------------- */

static void state_event(struct sim_event *event, void *ctx)
{
    struct nvme_ctrl *ctrl = ctx;

    SIM_ASSERT(event == &ctrl->state_event);
    switch (ctrl->state) {
    case NVME_ENABLING:
        enable_done(ctrl);
        break;
    case NVME_DISABLING:
        disable_done(ctrl);
        break;
    case NVME_SHUTTING:
        shutdown_done(ctrl);
        break;
    default:
        SIM_ASSERT(!"a state without an end of its own");
    }
}

static void enable_written(struct nvme_ctrl *ctrl)
{
    /* 3.1.5: EN from 0 to 1 while RDY is 1 has undefined results; see the head of this file. */
    if (ctrl->state == NVME_DISABLING)
        nvme__guest_error(ctrl, NVME_GUEST_EN_SET_EARLY, 0, ctrl->cc);
    else if (ctrl->state == NVME_DISABLED)
        enable_begin(ctrl);
    /* ENABLING: a controller that no longer follows EN, and did not see it fall. */
}

static void disable_written(struct nvme_ctrl *ctrl)
{
    switch (ctrl->state) {
    case NVME_ENABLING:
        enable_abandon(ctrl);
        break;
    case NVME_READY:
    case NVME_SHUTTING:
    case NVME_SHUTDOWN:
        disable_begin(ctrl);
        break;
    case NVME_FATAL:
        if (nvme_csts_rdy(ctrl->csts))
            disable_begin(ctrl);
        else
            disable_at_once(ctrl);
        break;
    default: /* an EN that was remembered is forgotten again */
        break;
    }
}

/* What of the driver's value is taken: rules for fields while EN is 1 (3.1.5). */
static uint32_t cc_accepted(struct nvme_ctrl *ctrl, uint32_t value)
{
    const uint32_t fixed = (uint32_t)(nvme_cc_css_put(UINT64_MAX) | nvme_cc_mps_put(UINT64_MAX) |
                                      nvme_cc_ams_put(UINT64_MAX));
    const uint32_t sizes =
        (uint32_t)(nvme_cc_iosqes_put(UINT64_MAX) | nvme_cc_iocqes_put(UINT64_MAX));
    uint32_t keep = 0, changed = ctrl->cc ^ value;

    if (value & NVME_CC_RESERVED)
        nvme__guest_error(ctrl, NVME_GUEST_CC_RESERVED, 0, value);
    /* In the very write that clears EN the other fields may be anything. */
    if (nvme_cc_en(ctrl->cc) && nvme_cc_en(value) && (changed & fixed)) {
        nvme__guest_error(ctrl, NVME_GUEST_CC_CHANGED, 0, value);
        keep |= fixed;
    }
    if (nvme_cc_en(value) && (ctrl->io_sqs || ctrl->io_cqs) && (changed & sizes)) {
        nvme__guest_error(ctrl, NVME_GUEST_CC_ENTRY_SIZE_CHANGED, 0, value);
        keep |= sizes;
    }
    if (nvme_cc_shn(value) == NVME_SHN_RESERVED) {
        nvme__guest_error(ctrl, NVME_GUEST_CC_SHUTDOWN, 0, value);
        keep |= (uint32_t)nvme_cc_shn_put(UINT64_MAX);
    }
    return ((value & ~keep) | (ctrl->cc & keep)) & ~NVME_CC_RESERVED;
}

void nvme__cc_write(struct nvme_ctrl *ctrl, uint32_t value)
{
    uint32_t old = ctrl->cc;

    ctrl->faulty.forgot = false;
    ctrl->cc = cc_accepted(ctrl, value);
    if (nvme_cc_en(old) != nvme_cc_en(ctrl->cc)) {
        sim_trace(ctrl->sim, SIM_EV_CC_EN, nvme_cc_en(ctrl->cc), 0, 0, 0);
        if (nvme_cc_en(ctrl->cc))
            enable_written(ctrl);
        else
            disable_written(ctrl);
    }
    if (nvme_cc_shn(ctrl->cc) && !nvme_cc_shn(old))
        shutdown_notified(ctrl);
}

void nvme__fatal(struct nvme_ctrl *ctrl)
{
    if (ctrl->state != NVME_READY && ctrl->state != NVME_SHUTTING && ctrl->state != NVME_ENABLING)
        return;
    sim_event_cancel(ctrl->sim, &ctrl->state_event);
    sim_event_cancel(ctrl->sim, &ctrl->fetch_event);
    set_fatal(ctrl);
    nvme__freeze_all(ctrl);
}

/* --- for checkers and reports ----------------------------------------------------------------- */

bool nvme_ready(const struct nvme_ctrl *ctrl)
{
    return nvme_csts_rdy(ctrl->csts);
}

bool nvme_enabled(const struct nvme_ctrl *ctrl)
{
    return nvme_cc_en(ctrl->cc);
}

uint32_t nvme_io_queues(const struct nvme_ctrl *ctrl)
{
    return ctrl->io_sqs;
}

uint32_t nvme_commands_inside(const struct nvme_ctrl *ctrl)
{
    return ctrl->inside;
}

bool nvme_power_fails(const struct nvme_ctrl *ctrl)
{
    return ctrl->cache.size;
}

uint64_t nvme_namespace_blocks(const struct nvme_ctrl *ctrl)
{
    return ctrl->blocks;
}
