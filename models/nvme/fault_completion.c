/* models/nvme/fault_completion.c - completion entries that are lost, late, twice, torn, wrong or
 * made up.
 *
 * What is put off stays inside the controller as a command that is not complete, so that a reset or
 * the deletion of its queue takes it like any other; only a stale entry outlives its session, for
 * that is what it is. Entries without a command (repeated, stale, made up) go through the queue
 * like others: they need room, have the right phase, and interrupt.
 */
#include "models/nvme/nvme_private.h"

#define UNUSED_CID 0xFFFF /* 5.2: no command has it */
#define TORN_FROM offsetof(struct nvme_cqe, status)

/* --- marks ------------------------------------------------------------------------------------ */

static void mark(const struct fault *fault, const struct fault_occasion *occasion,
                 enum nvme_odd odd)
{
    struct nvme_cmd *cmd = occasion->subject;

    cmd->odd |= (uint16_t)odd;
    cmd->odd_delay = sim_section_opt(fault->section, SIM_OPT_FAULT_DELAY);
}

static void entry_drop(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    (void)ctx;
    mark(fault, occasion, NVME_ODD_DROP);
}

static void entry_delay(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    (void)ctx;
    mark(fault, occasion, NVME_ODD_DELAY);
}

static void entry_stale(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    (void)ctx;
    mark(fault, occasion, NVME_ODD_STALE);
}

static void entry_twice(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    (void)ctx;
    mark(fault, occasion, NVME_ODD_TWICE);
}

static void entry_behind(void *ctx, const struct fault *fault,
                         const struct fault_occasion *occasion)
{
    (void)ctx;
    mark(fault, occasion, NVME_ODD_BEHIND);
}

static void entry_tear(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    (void)ctx;
    mark(fault, occasion, NVME_ODD_TORN);
}

static void entry_spoil(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    struct nvme_cmd *cmd = occasion->subject;

    (void)ctx;
    mark(fault, occasion, NVME_ODD_SPOILED);
    cmd->spoiled = fault;
}

/* --- putting off ------------------------------------------------------------------------------ */

static struct nvme_cqe entry_of(const struct nvme_cmd *cmd)
{
    return (struct nvme_cqe){.dw0 = cmd->dw0,
                             .sqhd = cmd->sqhd,
                             .sqid = cmd->qid,
                             .cid = cmd->sqe.cid,
                             .status = (uint16_t)(cmd->status << 1)};
}

static struct nvme_later *again(struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd,
                                enum nvme_later_kind kind)
{
    struct nvme_later *later = nvme__later(ctrl, kind);

    later->cqid = cmd->cqid;
    later->entry = entry_of(cmd);
    later->delay = cmd->odd_delay;
    sim_sync_copy(&later->sync, &cmd->sync);
    return later;
}

/* The command is over, and no entry says so. */
static void lose(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    sim_trace(ctrl->sim, SIM_EV_CMD_LOST, cmd->qid, cmd->sqe.cid, 0, 0);
    nvme__cmd_end(ctrl, cmd);
}

bool nvme__fault_put_off(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    if (cmd->odd & NVME_ODD_STALE) {
        struct nvme_later *later = again(ctrl, cmd, NVME_LATER_STALE);

        later->next = ctrl->faulty.stale;
        ctrl->faulty.stale = later;
        lose(ctrl, cmd);
        return true;
    }
    if (cmd->odd & NVME_ODD_DROP) {
        lose(ctrl, cmd);
        return true;
    }
    if (cmd->odd & NVME_ODD_DELAY) {
        cmd->stage = NVME_STAGE_DONE;
        nvme__cmd_due(ctrl, cmd, sim_now(ctrl->sim) + cmd->odd_delay);
        return true;
    }
    if ((cmd->odd & NVME_ODD_BEHIND) && !ctrl->faulty.behind) {
        cmd->stage = NVME_STAGE_HELD;
        ctrl->faulty.behind = cmd;
        return true;
    }
    return false;
}

void nvme__fault_posted(struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd, uint32_t cqid)
{
    struct nvme_cmd *behind = ctrl->faulty.behind;

    if (cmd && (cmd->odd & NVME_ODD_TWICE)) {
        struct nvme_later *later = again(ctrl, cmd, NVME_LATER_ENTRY);

        nvme__later_in(ctrl, later, later->delay);
    }
    if (!behind || behind == cmd || behind->cqid != cqid)
        return;
    ctrl->faulty.behind = NULL;
    nvme__post(ctrl, behind);
}

void nvme__fault_cq_created(struct nvme_ctrl *ctrl, uint32_t cqid)
{
    struct nvme_later **at = &ctrl->faulty.stale;

    while (*at) {
        struct nvme_later *later = *at;

        if (later->cqid != cqid || later->session == ctrl->faulty.session) {
            at = &later->next;
            continue;
        }
        *at = later->next;
        nvme__later_in(ctrl, later, later->delay);
    }
}

void nvme__fault_cq_gone(struct nvme_ctrl *ctrl, uint32_t cqid)
{
    if (ctrl->faulty.behind && ctrl->faulty.behind->cqid == cqid)
        lose(ctrl, ctrl->faulty.behind);
}

/* --- writing ---------------------------------------------------------------------------------- */

/* A wrong value of so many bits: what the scenario says, or the right one with its lowest bit
 * turned over. */
static uint32_t wrong(const struct nvme_cmd *cmd, uint32_t right)
{
    int64_t value = sim_section_opt(cmd->spoiled->section, SIM_OPT_FAULT_VALUE);

    return value < 0 ? right ^ 1 : (uint32_t)value;
}

static void spoil(const struct nvme_cmd *cmd, struct nvme_cqe *entry)
{
    switch (sim_section_opt(cmd->spoiled->section, SIM_OPT_FAULT_FIELD)) {
    case SIM_FAULT_FIELD_CID:
        entry->cid = (uint16_t)wrong(cmd, entry->cid);
        break;
    case SIM_FAULT_FIELD_SQHD:
        entry->sqhd = (uint16_t)wrong(cmd, entry->sqhd);
        break;
    case SIM_FAULT_FIELD_SQID:
        entry->sqid = (uint16_t)wrong(cmd, entry->sqid);
        break;
    case SIM_FAULT_FIELD_PHASE:
        entry->status ^= 1;
        break;
    case SIM_FAULT_FIELD_STATUS:
        entry->status = (uint16_t)(wrong(cmd, entry->status >> 1) << 1 | (entry->status & 1));
        break;
    default:
        entry->dw0 = wrong(cmd, entry->dw0);
    }
}

int nvme__fault_entry(struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd, uint64_t at,
                      struct nvme_cqe entry)
{
    struct nvme_later *later;

    if (cmd->odd & NVME_ODD_SPOILED)
        spoil(cmd, &entry);
    if (!(cmd->odd & NVME_ODD_TORN))
        return ctrl->host.write(ctrl->host.ctx, at, &entry, sizeof entry);
    later = nvme__later(ctrl, NVME_LATER_REST);
    later->entry = entry;
    later->at = at;
    sim_sync_copy(&later->sync, &cmd->sync);
    nvme__later_in(ctrl, later, cmd->odd_delay);
    return ctrl->host.write(ctrl->host.ctx, at + TORN_FROM, &entry.status, sizeof entry.status);
}

/* --- made up ---------------------------------------------------------------------------------- */

/* In the queue asked for, or the first I/O completion queue that exists. */
static void entry_make_up(void *ctx, const struct fault *fault,
                          const struct fault_occasion *occasion)
{
    struct nvme_ctrl *ctrl = ctx;
    int64_t queue = sim_section_opt(fault->section, SIM_OPT_FAULT_QUEUE);
    int64_t cid = sim_section_opt(fault->section, SIM_OPT_FAULT_VALUE);
    uint32_t cqid = queue < 0 ? 1 : (uint32_t)queue;
    struct nvme_cqe entry = {.sqid = (uint16_t)cqid, .cid = cid < 0 ? UNUSED_CID : (uint16_t)cid};

    (void)occasion;
    if (cqid > ctrl->options.queues)
        return;
    entry.sqhd = (uint16_t)ctrl->sq[cqid].head;
    nvme__post_entry(ctrl, cqid, entry);
}

/* --- who does what ---------------------------------------------------------------------------- */

void nvme__fault_completions_serve(struct nvme_ctrl *ctrl)
{
    static const struct fault_service table[] = {
        {SIM_FAULT_DROP_COMPLETION, {.begin = entry_drop}},
        {SIM_FAULT_DELAY_COMPLETION, {.begin = entry_delay}},
        {SIM_FAULT_STALE_COMPLETION, {.begin = entry_stale}},
        {SIM_FAULT_DUPLICATE_COMPLETION, {.begin = entry_twice}},
        {SIM_FAULT_REORDER_COMPLETION, {.begin = entry_behind}},
        {SIM_FAULT_TEAR_COMPLETION, {.begin = entry_tear}},
        {SIM_FAULT_CORRUPT_COMPLETION, {.begin = entry_spoil}},
        {SIM_FAULT_PHANTOM_COMPLETION, {.begin = entry_make_up}},
    };

    fault_serve_all(ctrl->faults, table, sizeof table / sizeof table[0], ctrl);
}
