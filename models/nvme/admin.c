/* models/nvme/admin.c - the admin command set: queues come and go, Abort, asynchronous events, and
 * the three commands that carry data or values (identify.c, log.c, features.c).
 *
 * A command's effect takes place just before its completion entry is posted. So a doorbell of a
 * queue whose creation the host has not seen complete is a doorbell of no queue. Left out:
 * namespace management, Format, firmware, Security, Sanitize, self-test, Keep Alive, doorbell
 * buffers: all Invalid Opcode. Asynchronous events: errors of doorbells only.
 * Source: NVM Express 1.4, chapter 5 and 7.4.
 */
#include "models/nvme/nvme_private.h"

struct op {
    /* At fetch; may set bytes and to_host. */
    uint16_t (*check)(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd);
    /* In the data stage, of a command that has bytes. */
    uint16_t (*data)(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved);
    /* At completion; may set dw0. Returns a status. */
    uint16_t (*act)(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd);
};

static uint16_t refuse(struct nvme_ctrl *ctrl, enum nvme_guest_error error, uint64_t value,
                       enum nvme_status status)
{
    nvme__guest_error(ctrl, error, 0, value);
    return status | NVME_STATUS_DNR;
}

uint32_t nvme__transfer_max(const struct nvme_ctrl *ctrl)
{
    if (!ctrl->options.mdts || ctrl->options.mdts >= 32 - NVME_PAGE_SHIFT_MIN)
        return UINT32_MAX;
    return 1u << (ctrl->options.mdts + NVME_PAGE_SHIFT_MIN);
}

/* --- data to the host ------------------------------------------------------------------------- */

static uint16_t copy_piece(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint64_t phys, uint32_t at,
                           uint32_t bytes, void *ctx)
{
    const uint8_t *from = ctx;

    return nvme__to_host(ctrl, cmd, phys, from + at, bytes) ? NVME_DATA_TRANSFER_ERROR : NVME_OK;
}

static uint16_t identify_check(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    (void)ctrl;
    cmd->bytes = NVME_IDENTIFY_BYTES;
    cmd->to_host = true;
    return NVME_OK;
}

static uint16_t identify_data(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved)
{
    uint8_t page[NVME_IDENTIFY_BYTES];
    uint16_t status = nvme__identify(ctrl, &cmd->sqe, page);

    return status ? status : nvme__prp_walk(ctrl, cmd, moved, copy_piece, page);
}

static uint16_t log_check(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    cmd->to_host = true;
    return nvme__log_check(ctrl, &cmd->sqe, &cmd->bytes);
}

static uint16_t log_data(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved)
{
    uint8_t page[NVME_LOG_BYTES];
    uint32_t log = cmd->sqe.cdw10 & 0xFF;
    bool retain = cmd->sqe.cdw10 >> 15 & 1;

    nvme__log_page(ctrl, log, page);
    /* 5.14: reading without Retain Asynchronous Event lets the next event of its type through. */
    if (log == NVME_LOG_ERROR && !retain)
        nvme__event_unmask(ctrl);
    return nvme__prp_walk(ctrl, cmd, moved, copy_piece, page + nvme__log_offset(&cmd->sqe));
}

/* --- queues (5.3 to 5.6) ---------------------------------------------------------------------- */

static uint32_t low(uint32_t dword)
{
    return dword & 0xFFFF;
}

static uint32_t high(uint32_t dword)
{
    return dword >> 16;
}

/* What Create I/O SQ and CQ have in common. */
static uint16_t create_check(struct nvme_ctrl *ctrl, const struct nvme_sqe *sqe, uint32_t granted,
                             bool exists)
{
    uint32_t qid = low(sqe->cdw10), size = high(sqe->cdw10);

    if (!qid || qid > granted || exists)
        return refuse(ctrl, NVME_GUEST_QUEUE_ID, qid, NVME_INVALID_QUEUE_ID);
    if (!size || size > nvme_cap_mqes(ctrl->cap))
        return refuse(ctrl, NVME_GUEST_QUEUE_SIZE, size, NVME_INVALID_QUEUE_SIZE);
    if (!(sqe->cdw11 & NVME_CREATE_CONTIGUOUS))
        return refuse(ctrl, NVME_GUEST_QUEUE_CONTIGUOUS, qid, NVME_INVALID_FIELD);
    if (sqe->prp1 & ((1u << ctrl->page_shift) - 1))
        return refuse(ctrl, NVME_GUEST_QUEUE_ALIGN, sqe->prp1, NVME_PRP_OFFSET_INVALID);
    return NVME_OK;
}

static uint16_t create_cq(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    const struct nvme_sqe *sqe = &cmd->sqe;
    uint32_t qid = low(sqe->cdw10), vector = high(sqe->cdw11), vectors = 1;
    bool exists = qid <= ctrl->options.queues && ctrl->cq[qid].exists;
    uint16_t status = create_check(ctrl, sqe, ctrl->cqs_granted, exists);

    if (status)
        return status;
    if (nvme_cc_iocqes(ctrl->cc) != NVME_CQE_SHIFT)
        return refuse(ctrl, NVME_GUEST_CC_CQ_ENTRY_SIZE, ctrl->cc, NVME_INVALID_QUEUE_SIZE);
    /* 5.3: with INTx the vector is 0. */
    if (ctrl->host.msix(ctrl->host.ctx) && ctrl->options.vectors)
        vectors = ctrl->options.vectors;
    if (vector >= vectors)
        return refuse(ctrl, NVME_GUEST_QUEUE_VECTOR, vector, NVME_INVALID_VECTOR);
    nvme__cq_create(ctrl, qid, sqe->prp1, high(sqe->cdw10) + 1, vector,
                    sqe->cdw11 & NVME_CREATE_IEN);
    return NVME_OK;
}

static uint16_t create_sq(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    const struct nvme_sqe *sqe = &cmd->sqe;
    uint32_t qid = low(sqe->cdw10), cqid = high(sqe->cdw11);
    bool exists = qid <= ctrl->options.queues && ctrl->sq[qid].exists;
    uint16_t status = create_check(ctrl, sqe, ctrl->sqs_granted, exists);

    if (status)
        return status;
    if (nvme_cc_iosqes(ctrl->cc) != NVME_SQE_SHIFT)
        return refuse(ctrl, NVME_GUEST_CC_SQ_ENTRY_SIZE, ctrl->cc, NVME_INVALID_QUEUE_SIZE);
    if (!cqid || cqid > ctrl->cqs_granted)
        return refuse(ctrl, NVME_GUEST_QUEUE_ID, cqid, NVME_INVALID_QUEUE_ID);
    if (!ctrl->cq[cqid].exists)
        return refuse(ctrl, NVME_GUEST_QUEUE_NO_CQ, cqid, NVME_CQ_INVALID);
    nvme__sq_create(ctrl, qid, sqe->prp1, high(sqe->cdw10) + 1, cqid);
    return NVME_OK;
}

static uint16_t delete_sq(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    uint32_t qid = low(cmd->sqe.cdw10);

    if (!qid || qid > ctrl->options.queues || !ctrl->sq[qid].exists)
        return refuse(ctrl, NVME_GUEST_QUEUE_ID, qid, NVME_INVALID_QUEUE_ID);
    /* 7.4.3: commands that were fetched are completed as aborted, the others implicitly. */
    nvme__cmds_abort(ctrl, qid);
    nvme__sq_delete(ctrl, qid);
    return NVME_OK;
}

static uint16_t delete_cq(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    uint32_t qid = low(cmd->sqe.cdw10);

    if (!qid || qid > ctrl->options.queues || !ctrl->cq[qid].exists)
        return refuse(ctrl, NVME_GUEST_QUEUE_ID, qid, NVME_INVALID_QUEUE_ID);
    if (ctrl->cq[qid].sqs)
        return refuse(ctrl, NVME_GUEST_QUEUE_CQ_USED, qid, NVME_INVALID_QUEUE_DELETION);
    nvme__cq_delete(ctrl, qid);
    nvme__irq_update(ctrl);
    return NVME_OK;
}

/* --- features --------------------------------------------------------------------------------- */

static uint16_t set_features(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    return nvme__feature_set(ctrl, &cmd->sqe, &cmd->dw0);
}

static uint16_t get_features(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    return nvme__feature_get(ctrl, &cmd->sqe, &cmd->dw0);
}

/* --- Abort (5.1) ------------------------------------------------------------------------------ */

static uint16_t abort_check(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    if (++ctrl->aborts > NVME_ABORTS_MAX)
        return refuse(ctrl, NVME_GUEST_ABORT_MANY, cmd->sqe.cdw10, NVME_ABORT_LIMIT);
    return NVME_OK;
}

static bool is_held_event(const struct nvme_cmd *cmd)
{
    return !cmd->qid && cmd->sqe.opcode == NVME_ADMIN_AER && cmd->stage == NVME_STAGE_HELD;
}

/* Best effort: a command whose data has moved, or that has its status, goes on. Dword 0 tells. */
static uint16_t abort_act(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    struct nvme_cmd *target = nvme__cmd_find(ctrl, low(cmd->sqe.cdw10), high(cmd->sqe.cdw10));
    bool untouched;

    cmd->dw0 = 1;
    if (!target || target == cmd || ctrl->faulty.aborts_ignored)
        return NVME_OK;
    untouched = sim_event_pending(&target->event) && !target->status &&
                (target->stage == NVME_STAGE_DATA || !(target->bytes || target->works));
    if (!untouched && !is_held_event(target))
        return NVME_OK;
    cmd->dw0 = 0;
    if (is_held_event(target))
        nvme__admin_forget(ctrl, target);
    nvme__cmd_complete(ctrl, target, NVME_ABORT_REQUESTED);
    return NVME_OK;
}

/* --- asynchronous events (5.2) ---------------------------------------------------------------- */

static void tell_event(struct nvme_ctrl *ctrl)
{
    struct nvme_cmd *cmd;
    uint32_t event;

    if (!ctrl->events_pending || ctrl->events_masked || !ctrl->held_count ||
        !nvme__completing(ctrl))
        return;
    event = (uint32_t)__builtin_ctz(ctrl->events_pending);
    ctrl->events_pending &= ~(1u << event);
    ctrl->events_masked = true;
    cmd = ctrl->held[0];
    nvme__admin_forget(ctrl, cmd);
    cmd->dw0 = NVME_EVENT_DW0(NVME_EVENT_ERROR, event, NVME_LOG_ERROR);
    nvme__cmd_complete(ctrl, cmd, NVME_OK);
}

void nvme__event_error(struct nvme_ctrl *ctrl, enum nvme_error_event event)
{
    SIM_ASSERT(event < NVME_ERROR_EVENT_COUNT);
    ctrl->events_pending |= 1u << event;
    tell_event(ctrl);
}

void nvme__event_unmask(struct nvme_ctrl *ctrl)
{
    ctrl->events_masked = false;
    tell_event(ctrl);
}

void nvme__event_flood(struct nvme_ctrl *ctrl)
{
    struct nvme_cmd *cmd = ctrl->held[0];

    if (!ctrl->held_count || !nvme__completing(ctrl))
        return;
    nvme__admin_forget(ctrl, cmd);
    cmd->dw0 = NVME_EVENT_DW0(NVME_EVENT_ERROR, NVME_ERROR_EVENT_TRANSIENT, NVME_LOG_ERROR);
    nvme__cmd_complete(ctrl, cmd, NVME_OK);
}

/* --- dispatch --------------------------------------------------------------------------------- */

static const struct op ops[] = {
    [NVME_ADMIN_DELETE_SQ] = {.act = delete_sq},
    [NVME_ADMIN_CREATE_SQ] = {.act = create_sq},
    [NVME_ADMIN_GET_LOG_PAGE] = {.check = log_check, .data = log_data},
    [NVME_ADMIN_DELETE_CQ] = {.act = delete_cq},
    [NVME_ADMIN_CREATE_CQ] = {.act = create_cq},
    [NVME_ADMIN_IDENTIFY] = {.check = identify_check, .data = identify_data},
    [NVME_ADMIN_ABORT] = {.check = abort_check, .act = abort_act},
    [NVME_ADMIN_SET_FEATURES] = {.act = set_features},
    [NVME_ADMIN_GET_FEATURES] = {.act = get_features},
};
#define OPS (sizeof(ops) / sizeof(ops[0]))

uint16_t nvme__admin_check(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, sim_ns *mean)
{
    uint8_t opcode = cmd->sqe.opcode;

    *mean = ctrl->options.admin_ns;
    if (opcode == NVME_ADMIN_AER)
        return NVME_OK;
    if (opcode >= OPS || (!ops[opcode].data && !ops[opcode].act))
        return NVME_INVALID_OPCODE | NVME_STATUS_DNR;
    return ops[opcode].check ? ops[opcode].check(ctrl, cmd) : NVME_OK;
}

uint16_t nvme__admin_data(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved)
{
    SIM_ASSERT(cmd->sqe.opcode < OPS && ops[cmd->sqe.opcode].data);
    return ops[cmd->sqe.opcode].data(ctrl, cmd, moved);
}

static bool hold_event(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    if (ctrl->held_count == NVME_EVENTS_MAX) {
        cmd->status = refuse(ctrl, NVME_GUEST_EVENTS_MANY, ctrl->held_count, NVME_AER_LIMIT);
        return false;
    }
    cmd->stage = NVME_STAGE_HELD;
    ctrl->held[ctrl->held_count++] = cmd;
    tell_event(ctrl);
    return true;
}

bool nvme__admin_act(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    if (cmd->sqe.opcode == NVME_ADMIN_AER)
        return hold_event(ctrl, cmd);
    SIM_ASSERT(cmd->sqe.opcode < OPS);
    if (ops[cmd->sqe.opcode].act)
        cmd->status = ops[cmd->sqe.opcode].act(ctrl, cmd);
    return false;
}

static void forget_event(struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < ctrl->held_count; i++)
        if (ctrl->held[i] != cmd)
            ctrl->held[kept++] = ctrl->held[i];
    ctrl->held_count = kept;
}

void nvme__admin_forget(struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd)
{
    if (cmd->sqe.opcode == NVME_ADMIN_AER)
        forget_event(ctrl, cmd);
    else if (cmd->sqe.opcode == NVME_ADMIN_ABORT)
        ctrl->aborts--;
}
