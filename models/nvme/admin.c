/* models/nvme/admin.c - the admin command set: which commands there are, and those that bring data
 * to the host or need no file of their own.
 *
 * A command's effect takes place just before its completion entry is posted. So a doorbell of a
 * queue whose creation the host has not seen complete is a doorbell of no queue. What OACS does not
 * offer is Invalid Opcode: namespace management, Security Send and Receive, Directives,
 * virtualization, and Doorbell Buffer Config unless the scenario has it; so are Keep Alive (KAS is
 * 0), Sanitize (SANICAP is 0) and Get LBA Status. Source: NVM Express 1.4, chapter 5 and 7.4.
 */
#include "models/nvme/nvme_private.h"

struct op {
    /* At fetch; may set bytes and to_host. */
    uint16_t (*check)(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd);
    /* In the data stage, of a command that has bytes. */
    uint16_t (*data)(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved);
    /* At completion; may set dw0. Returns a status. */
    uint16_t (*act)(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd);
    uint32_t effects; /* beyond being there: bits of its entry in the log page of effects */
};

uint16_t nvme__refuse(struct nvme_ctrl *ctrl, enum nvme_guest_error error, uint64_t value,
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
    if (!retain)
        nvme__event_unmask(ctrl, log);
    return nvme__prp_walk(ctrl, cmd, moved, copy_piece, page + nvme__log_offset(&cmd->sqe));
}

/* --- features --------------------------------------------------------------------------------- */

static uint16_t feature_check(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    return nvme__feature_has_data(&cmd->sqe) ? nvme__feature_data_check(ctrl, cmd) : NVME_OK;
}

static uint16_t set_features(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    if (cmd->bytes) /* its data has said all */
        return cmd->status;
    return nvme__feature_set(ctrl, &cmd->sqe, &cmd->dw0);
}

static uint16_t get_features(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    if (cmd->bytes)
        return cmd->status;
    return nvme__feature_get(ctrl, &cmd->sqe, &cmd->dw0);
}

/* --- Abort (5.1) ------------------------------------------------------------------------------ */

static uint16_t abort_check(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    if (++ctrl->aborts > NVME_ABORTS_MAX)
        return nvme__refuse(ctrl, NVME_GUEST_ABORT_MANY, cmd->sqe.cdw10, NVME_ABORT_LIMIT);
    return NVME_OK;
}

static bool is_held_event(const struct nvme_cmd *cmd)
{
    return !cmd->qid && cmd->sqe.opcode == NVME_ADMIN_AER && cmd->stage == NVME_STAGE_HELD;
}

/* Best effort: a command whose data has moved, or that has its status, goes on. Dword 0 tells. */
static uint16_t abort_act(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    struct nvme_cmd *target = nvme__cmd_find(ctrl, cmd->sqe.cdw10 & 0xFFFF, cmd->sqe.cdw10 >> 16);
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

/* --- dispatch --------------------------------------------------------------------------------- */

static const struct op ops[] = {
    [NVME_ADMIN_DELETE_SQ] = {.act = nvme__delete_sq},
    [NVME_ADMIN_CREATE_SQ] = {.act = nvme__create_sq},
    [NVME_ADMIN_GET_LOG_PAGE] = {.check = log_check, .data = log_data},
    [NVME_ADMIN_DELETE_CQ] = {.act = nvme__delete_cq},
    [NVME_ADMIN_CREATE_CQ] = {.act = nvme__create_cq},
    [NVME_ADMIN_IDENTIFY] = {.check = identify_check, .data = identify_data},
    [NVME_ADMIN_ABORT] = {.check = abort_check, .act = abort_act},
    [NVME_ADMIN_SET_FEATURES] = {.check = feature_check,
                                 .data = nvme__feature_take,
                                 .act = set_features},
    [NVME_ADMIN_GET_FEATURES] = {.check = feature_check,
                                 .data = nvme__feature_give,
                                 .act = get_features},
    [NVME_ADMIN_FIRMWARE_COMMIT] = {.act = nvme__firmware_commit,
                                    .effects = NVME_EFFECTS_CONTROLLER},
    [NVME_ADMIN_FIRMWARE_DOWNLOAD] = {.check = nvme__firmware_check, .data = nvme__firmware_data},
    [NVME_ADMIN_SELFTEST] = {.act = nvme__selftest},
    [NVME_ADMIN_DOORBELL_BUFFER] = {.act = nvme__doorbell_buffer},
    [NVME_ADMIN_FORMAT] = {.check = nvme__format_check,
                           .act = nvme__format,
                           .effects = NVME_EFFECTS_BLOCKS | NVME_EFFECTS_ALONE},
};
#define OPS (sizeof(ops) / sizeof(ops[0]))

bool nvme__admin_known(const struct nvme_ctrl *ctrl, uint32_t opcode)
{
    if (opcode == NVME_ADMIN_DOORBELL_BUFFER)
        return ctrl->options.doorbell_buffer;
    return opcode == NVME_ADMIN_AER || (opcode < OPS && (ops[opcode].data || ops[opcode].act));
}

uint32_t nvme__admin_effects(const struct nvme_ctrl *ctrl, uint32_t opcode)
{
    if (!nvme__admin_known(ctrl, opcode))
        return 0;
    return NVME_EFFECTS_SUPPORTED | (opcode < OPS ? ops[opcode].effects : 0);
}

uint16_t nvme__admin_check(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, sim_ns *mean)
{
    uint8_t opcode = cmd->sqe.opcode;

    *mean = ctrl->options.admin_ns;
    if (!nvme__admin_known(ctrl, opcode))
        return NVME_INVALID_OPCODE | NVME_STATUS_DNR;
    return opcode != NVME_ADMIN_AER && ops[opcode].check ? ops[opcode].check(ctrl, cmd) : NVME_OK;
}

uint16_t nvme__admin_data(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved)
{
    SIM_ASSERT(cmd->sqe.opcode < OPS && ops[cmd->sqe.opcode].data);
    return ops[cmd->sqe.opcode].data(ctrl, cmd, moved);
}

bool nvme__admin_act(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    if (cmd->sqe.opcode == NVME_ADMIN_AER)
        return nvme__event_hold(ctrl, cmd);
    SIM_ASSERT(cmd->sqe.opcode < OPS);
    if (ops[cmd->sqe.opcode].act)
        cmd->status = ops[cmd->sqe.opcode].act(ctrl, cmd);
    return false;
}

void nvme__admin_forget(struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd)
{
    if (cmd->sqe.opcode == NVME_ADMIN_AER)
        nvme__event_forget(ctrl, cmd);
    else if (cmd->sqe.opcode == NVME_ADMIN_ABORT)
        ctrl->aborts--;
}
