/* models/nvme/fault_later.c - what a fault does later, by itself: the rest of a torn entry, an
 * entry once more, data of a command that is gone, a doorbell that was under way.
 *
 * All but stale entries and stray data belong to the session in which they were put off, and are
 * lost with it. Records come from the world and are used again.
 */
#include "models/nvme/nvme_private.h"

#define GROW 16

static void grow(struct nvme_ctrl *ctrl)
{
    struct nvme_later *slab = sim_world_alloc(GROW * sizeof *slab, 64);

    for (uint32_t i = 0; i < GROW; i++) {
        slab[i].next = ctrl->faulty.spare;
        ctrl->faulty.spare = &slab[i];
    }
}

struct nvme_later *nvme__later(struct nvme_ctrl *ctrl, enum nvme_later_kind kind)
{
    struct nvme_later *later;

    if (!ctrl->faulty.spare)
        grow(ctrl);
    later = ctrl->faulty.spare;
    ctrl->faulty.spare = later->next;
    *later = (struct nvme_later){
        .kind = kind, .session = ctrl->faulty.session, .cmd = later->cmd, .sync = later->sync};
    return later;
}

/* The body that the phase has vouched for before it was there. */
static void write_rest(struct nvme_ctrl *ctrl, const struct nvme_later *later)
{
    sim_race_post(true);
    ctrl->host.write(ctrl->host.ctx, later->at, &later->entry, offsetof(struct nvme_cqe, status));
    sim_race_post(false);
}

static void move_stray(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    uint32_t moved = 0;

    if (cmd->qid)
        nvme__io_data(ctrl, cmd, &moved);
    else
        nvme__admin_data(ctrl, cmd, &moved);
    if (moved)
        sim_trace(ctrl->sim, SIM_EV_CMD_DATA, cmd->qid, cmd->sqe.cid, moved, cmd->to_host);
}

static void act(struct nvme_ctrl *ctrl, struct nvme_later *later)
{
    switch (later->kind) {
    case NVME_LATER_REST:
        write_rest(ctrl, later);
        break;
    case NVME_LATER_ENTRY:
    case NVME_LATER_STALE:
        nvme__post_entry(ctrl, later->cqid, later->entry);
        break;
    case NVME_LATER_DATA:
        move_stray(ctrl, later->cmd);
        break;
    case NVME_LATER_DOORBELL:
        nvme__doorbell_late(ctrl, later->offset, later->value);
        break;
    }
}

static bool outlives_session(const struct nvme_later *later)
{
    return later->kind == NVME_LATER_STALE || later->kind == NVME_LATER_DATA;
}

struct nvme_later *nvme__later_doorbell(const struct nvme_ctrl *ctrl, uint32_t offset)
{
    struct nvme_later *later = ctrl->faulty.ringing;

    while (later && (later->offset != offset || later->session != ctrl->faulty.session))
        later = later->next;
    return later;
}

static void rung(struct nvme_ctrl *ctrl, const struct nvme_later *later)
{
    struct nvme_later **at = &ctrl->faulty.ringing;

    while (*at != later)
        at = &(*at)->next;
    *at = later->next;
    nvme__fault_registers(ctrl);
}

static void due(struct sim_event *event, void *ctx)
{
    struct nvme_ctrl *ctrl = ctx;
    struct nvme_later *later = (struct nvme_later *)event;

    if (later->kind == NVME_LATER_DOORBELL)
        rung(ctrl, later);
    if (later->session == ctrl->faulty.session || outlives_session(later)) {
        sim_race_device(ctrl->sim, &later->sync);
        act(ctrl, later);
        sim_race_device_end();
    }
    later->next = ctrl->faulty.spare;
    ctrl->faulty.spare = later;
}

void nvme__later_in(struct nvme_ctrl *ctrl, struct nvme_later *later, sim_ns ns)
{
    sim_event_in(ctrl->sim, &later->event, ns, due, ctrl);
}
