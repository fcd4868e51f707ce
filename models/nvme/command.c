/* models/nvme/command.c - a command inside the controller: its slot, its life, its early end.
 *
 * Life: fetched; at a moment within its latency its data moves; at the end of its latency its
 * completion entry is posted. The moments are events of their own, so that a reset, a fault or a
 * request that was given back can come between any two of them. Commands are completed in any
 * order.
 */
#include <string.h>

#include "models/nvme/nvme_private.h"

static void run(struct sim_event *event, void *ctx);

/* --- slots and lists -------------------------------------------------------------------------- */

uint32_t nvme__slots_free(struct nvme_ctrl *ctrl, uint32_t want)
{
    while (ctrl->slots - ctrl->inside < want && ctrl->slots < NVME_SLOTS_MAX) {
        struct nvme_cmd *slab = sim_world_alloc(NVME_SLOTS_GROW * sizeof(*slab), 64);

        for (uint32_t i = 0; i < NVME_SLOTS_GROW; i++) {
            slab[i].next = ctrl->free_slots;
            ctrl->free_slots = &slab[i];
        }
        ctrl->slots += NVME_SLOTS_GROW;
    }
    return ctrl->slots - ctrl->inside < want ? ctrl->slots - ctrl->inside : want;
}

static struct nvme_cmd **chain_of(struct nvme_ctrl *ctrl, uint32_t qid, uint32_t cid)
{
    return &ctrl->chains[(cid + qid * 37) % NVME_CHAINS];
}

struct nvme_cmd *nvme__cmd_find(struct nvme_ctrl *ctrl, uint32_t qid, uint32_t cid)
{
    struct nvme_cmd *found = NULL;

    /* New commands enter at the front of a chain: the last match is the oldest. */
    for (struct nvme_cmd *cmd = *chain_of(ctrl, qid, cid); cmd; cmd = cmd->chain)
        if (cmd->qid == qid && cmd->sqe.cid == cid)
            found = cmd;
    return found;
}

static void unchain(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    struct nvme_cmd **at = chain_of(ctrl, cmd->qid, cmd->sqe.cid);

    while (*at != cmd) {
        SIM_ASSERT(*at);
        at = &(*at)->chain;
    }
    *at = cmd->chain;
}

static struct nvme_cmd *take_slot(struct nvme_ctrl *ctrl)
{
    struct nvme_cmd *cmd = ctrl->free_slots;

    SIM_ASSERT(cmd && !sim_event_pending(&cmd->event));
    ctrl->free_slots = cmd->next;
    cmd->next = NULL;
    cmd->prev = ctrl->last;
    if (ctrl->last)
        ctrl->last->next = cmd;
    else
        ctrl->first = cmd;
    ctrl->last = cmd;
    ctrl->inside++;
    return cmd;
}

void nvme__cmd_end(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    SIM_ASSERT(ctrl->inside);
    if (sim_event_pending(&cmd->event))
        sim_event_cancel(ctrl->sim, &cmd->event);
    if (SIM_UNLIKELY(cmd->odd))
        nvme__fault_gone(ctrl, cmd);
    if (!cmd->orphan)
        unchain(ctrl, cmd);
    if (!cmd->qid)
        nvme__admin_forget(ctrl, cmd);
    *(cmd->prev ? &cmd->prev->next : &ctrl->first) = cmd->next;
    *(cmd->next ? &cmd->next->prev : &ctrl->last) = cmd->prev;
    cmd->next = ctrl->free_slots;
    ctrl->free_slots = cmd;
    ctrl->inside--;
    if (SIM_UNLIKELY(ctrl->starved)) {
        ctrl->starved = false;
        nvme__fetch_kick(ctrl);
    }
}

/* --- life ------------------------------------------------------------------------------------- */

/* 4.2: no fused operations (Identify's FUSES is 0); SGLs as SGLS says, and never in admin commands,
 * for a controller on PCI. */
static bool may_flag(const struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd)
{
    uint8_t flags = cmd->sqe.flags;

    return !(flags & NVME_FLAGS_FUSED) && cmd->qid && ctrl->options.sgls &&
           (flags & NVME_FLAGS_PSDT) != NVME_FLAGS_PSDT;
}

/* Checks that both command sets share, then the set's own. */
static uint16_t check(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, sim_ns *mean)
{
    const struct nvme_sqe *sqe = &cmd->sqe;
    uint16_t status =
        cmd->qid ? nvme__io_check(ctrl, cmd, mean) : nvme__admin_check(ctrl, cmd, mean);

    if (SIM_UNLIKELY(sqe->reserved))
        nvme__guest_error(ctrl, NVME_GUEST_SQE_RESERVED, cmd->qid, sqe->cid);
    /* 4.6.1, Command ID Conflict; the older command goes on. */
    if (SIM_UNLIKELY(nvme__cmd_find(ctrl, cmd->qid, sqe->cid))) {
        nvme__guest_error(ctrl, NVME_GUEST_CID_IN_USE, cmd->qid, sqe->cid);
        return NVME_CID_CONFLICT;
    }
    if (SIM_UNLIKELY(sqe->flags & (NVME_FLAGS_FUSED | NVME_FLAGS_PSDT)) && !may_flag(ctrl, cmd))
        return NVME_INVALID_FIELD | NVME_STATUS_DNR;
    return status;
}

void nvme__cmd_begin(struct nvme_ctrl *ctrl, uint32_t qid, const struct nvme_sqe *sqe)
{
    struct nvme_cmd *cmd = take_slot(ctrl), **chain = chain_of(ctrl, qid, sqe->cid);
    bool names_blocks = qid && nvme_names_blocks(sqe->opcode);
    sim_ns mean = ctrl->options.admin_ns, life, moment;

    cmd->sqe = *sqe;
    sim_sync_copy(&cmd->sync, &ctrl->sq[qid].rung);
    cmd->qid = (uint16_t)qid;
    cmd->cqid = ctrl->sq[qid].cqid;
    cmd->bytes = cmd->dw0 = 0;
    cmd->to_host = cmd->works = cmd->orphan = false;
    cmd->odd = 0;
    sim_trace(ctrl->sim, SIM_EV_CMD_FETCH, qid, sqe->cid, sqe->opcode,
              names_blocks ? sqe->cdw10 | (uint64_t)sqe->cdw11 << 32 : 0);
    cmd->status = check(ctrl, cmd, &mean);
    cmd->chain = *chain;
    *chain = cmd;
    cmd->finish = nvme__finish(ctrl, cmd, mean, sim_now(ctrl->sim));
    life = moment = cmd->finish - sim_now(ctrl->sim);
    cmd->stage = NVME_STAGE_DONE;
    if ((cmd->bytes || cmd->works) && !cmd->status) {
        cmd->stage = NVME_STAGE_DATA;
        moment = nvme__data_moment(ctrl, life, cmd->to_host);
    }
    sim_event_in(ctrl->sim, &cmd->event, moment, run, ctrl);
    if (fault_watched(ctrl->faults, SIM_FAULT_ON_COMMAND))
        nvme__fault_command(ctrl, cmd);
}

void nvme__cmd_due(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, sim_ns at)
{
    sim_event_cancel(ctrl->sim, &cmd->event);
    sim_event_at(ctrl->sim, &cmd->event, at, run, ctrl);
}

/* A flipped bit in every 512 bytes. */
static void corrupt(uint8_t *data, uint32_t bytes)
{
    for (uint32_t at = 0; at < bytes; at += 512)
        data[at] ^= 1;
}

int nvme__to_host(struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd, uint64_t phys,
                  const void *from, uint32_t bytes)
{
    uint8_t copy[1 << (NVME_PAGE_SHIFT_MIN + NVME_MPS_MAX)];

    if (SIM_LIKELY(!(cmd->odd & NVME_ODD_CORRUPT)))
        return ctrl->host.write(ctrl->host.ctx, phys, from, bytes);
    SIM_ASSERT(bytes <= sizeof copy);
    memcpy(copy, from, bytes);
    corrupt(copy, bytes);
    return ctrl->host.write(ctrl->host.ctx, phys, copy, bytes);
}

void nvme__from_host(const struct nvme_cmd *cmd, void *to, uint32_t bytes)
{
    if (SIM_UNLIKELY(cmd->odd & NVME_ODD_CORRUPT))
        corrupt(to, bytes);
}

static uint16_t transfer(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved)
{
    if (fault_watched(ctrl->faults, SIM_FAULT_ON_DATA))
        nvme__fault_data(ctrl, cmd);
    if (SIM_UNLIKELY(cmd->odd & NVME_ODD_LOST))
        return NVME_OK;
    return cmd->qid ? nvme__io_data(ctrl, cmd, moved) : nvme__admin_data(ctrl, cmd, moved);
}

static void move_data(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    uint32_t moved = 0;

    sim_race_device(ctrl->sim, &cmd->sync);
    cmd->status = transfer(ctrl, cmd, &moved);
    sim_race_device_end();
    cmd->stage = NVME_STAGE_DONE;
    if (moved)
        sim_trace(ctrl->sim, SIM_EV_CMD_DATA, cmd->qid, cmd->sqe.cid, moved, cmd->to_host);
    /* After a stop or a cleared EN this was its last sign of life. */
    if (nvme__completing(ctrl) && !nvme__silent(ctrl, cmd->qid) && !(cmd->odd & NVME_ODD_HUNG))
        sim_event_at(ctrl->sim, &cmd->event, cmd->finish, run, ctrl);
}

static void run(struct sim_event *event, void *ctx)
{
    struct nvme_ctrl *ctrl = ctx;
    struct nvme_cmd *cmd = (struct nvme_cmd *)event;

    if (cmd->stage == NVME_STAGE_DATA) {
        move_data(ctrl, cmd);
        return;
    }
    SIM_ASSERT(cmd->stage == NVME_STAGE_DONE && nvme__completing(ctrl));
    if (SIM_UNLIKELY(cmd->odd & NVME_ODD_SHOWN)) { /* its completion was put off */
        nvme__post(ctrl, cmd);
        return;
    }
    if (!cmd->qid && !cmd->status && nvme__admin_act(ctrl, cmd))
        return;
    nvme__cmd_complete(ctrl, cmd, cmd->status);
}

void nvme__cmd_complete(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint16_t status)
{
    /* Completing another command a moment ago may have turned the controller fatal. */
    if (!nvme__completing(ctrl))
        return;
    if (sim_event_pending(&cmd->event))
        sim_event_cancel(ctrl->sim, &cmd->event);
    cmd->status = status;
    if (SIM_UNLIKELY(status & NVME_STATUS_CODE_MASK))
        nvme__log_error(ctrl, cmd);
    nvme__post(ctrl, cmd);
}

/* --- early ends ------------------------------------------------------------------------------- */

void nvme__cmds_abort(struct nvme_ctrl *ctrl, uint32_t qid)
{
    struct nvme_cmd *next;

    for (struct nvme_cmd *cmd = ctrl->first; cmd; cmd = next) {
        next = cmd->next;
        if (cmd->qid != qid || cmd->orphan)
            continue;
        /* What still waits for room afterwards no longer counts as this queue's. */
        unchain(ctrl, cmd);
        cmd->orphan = true;
        if (cmd->stage != NVME_STAGE_HELD)
            nvme__cmd_complete(ctrl, cmd, NVME_ABORTED_SQ_DELETION);
    }
}

static bool toss(struct nvme_ctrl *ctrl)
{
    return sim_stream_next(&ctrl->late) >> 63;
}

void nvme__freeze_stopped(struct nvme_ctrl *ctrl, uint64_t queues, bool data)
{
    for (struct nvme_cmd *cmd = ctrl->first; cmd; cmd = cmd->next) {
        if (!sim_event_pending(&cmd->event) || !(queues >> cmd->qid & 1))
            continue;
        if (cmd->stage != NVME_STAGE_DATA || !data || toss(ctrl))
            sim_event_cancel(ctrl->sim, &cmd->event);
    }
}

void nvme__freeze_all(struct nvme_ctrl *ctrl)
{
    nvme__freeze_stopped(ctrl, UINT64_MAX, false);
}

/* Data that was due before RDY=0 still moves; of what a stop has held back, half the commands move
 * theirs now, at any moment before RDY=0. */
void nvme__freeze_disabled(struct nvme_ctrl *ctrl, bool data)
{
    sim_ns window = ctrl->quiet_at - sim_now(ctrl->sim);

    for (struct nvme_cmd *cmd = ctrl->first; cmd; cmd = cmd->next) {
        bool pending = sim_event_pending(&cmd->event), hung = cmd->odd & NVME_ODD_HUNG;

        if (pending && (cmd->stage != NVME_STAGE_DATA || cmd->event.at >= ctrl->quiet_at))
            sim_event_cancel(ctrl->sim, &cmd->event);
        else if (!pending && cmd->stage == NVME_STAGE_DATA && window > 1 &&
                 (hung ? cmd->odd & NVME_ODD_LATE : data && toss(ctrl)))
            sim_event_in(ctrl->sim, &cmd->event, sim_stream_between(&ctrl->late, 1, window - 1),
                         run, ctrl);
    }
}

void nvme__thaw(struct nvme_ctrl *ctrl)
{
    for (struct nvme_cmd *cmd = ctrl->first; cmd; cmd = cmd->next) {
        sim_ns life, moment;

        if (cmd->stage == NVME_STAGE_HELD || sim_event_pending(&cmd->event) ||
            (cmd->odd & NVME_ODD_HUNG) || nvme__silent(ctrl, cmd->qid))
            continue;
        cmd->finish = nvme__finish(ctrl, cmd, ctrl->options.admin_ns, sim_now(ctrl->sim));
        life = moment = cmd->finish - sim_now(ctrl->sim);
        if (cmd->stage == NVME_STAGE_DATA)
            moment = nvme__data_moment(ctrl, life, cmd->to_host);
        sim_event_in(ctrl->sim, &cmd->event, moment, run, ctrl);
    }
}

void nvme__lose_all(struct nvme_ctrl *ctrl)
{
    for (uint32_t qid = 0; qid <= ctrl->options.queues; qid++)
        ctrl->cq[qid].wait_first = NULL;
    while (ctrl->first) {
        sim_trace(ctrl->sim, SIM_EV_CMD_LOST, ctrl->first->qid, ctrl->first->sqe.cid, 0, 0);
        nvme__cmd_end(ctrl, ctrl->first);
    }
}

/* --- for checkers ----------------------------------------------------------------------------- */

bool nvme_inside_any(const struct nvme_ctrl *ctrl, nvme_inside_fn is_it, void *ctx)
{
    for (const struct nvme_cmd *cmd = ctrl->first; cmd; cmd = cmd->next) {
        const struct nvme_inside command = {cmd->qid, cmd->sqe.cid, cmd->sqe.prp1};

        if (cmd->qid && is_it(ctx, &command))
            return true;
    }
    return false;
}
