/* models/nvme/fault.c - faults, laid over a controller that is otherwise in order.
 *
 * Stop responding: from its beginning to its end no command is fetched or completed, while
 * registers read and doorbells move as before, so nothing but silence tells the driver. Commands
 * being worked on either lose all their events or, with `data`, half of them still move their data
 * when it was due. It ends when a controller reset is complete; one that lasts for ever also keeps
 * CSTS.RDY where it is, whatever CC.EN says, and then late data moves in the time that a reset
 * would have taken.
 */
#include "models/nvme/nvme_private.h"

static void fault_begin(struct nvme_ctrl *ctrl, uint32_t i)
{
    struct nvme_fault_slot *slot = &ctrl->faults[i];

    SIM_ASSERT(slot->armed && !slot->active);
    slot->armed = false;
    slot->active = true;
    sim_trace(ctrl->sim, SIM_EV_FAULT_ON, i, 0, 0, 0);
    if (ctrl->stopped)
        return;
    ctrl->stopped = true;
    sim_event_cancel(ctrl->sim, &ctrl->fetch_event);
    /* During a reset everything is frozen already, and what still moves was decided when it began.
     */
    if (ctrl->state == NVME_READY || ctrl->state == NVME_SHUTTING)
        nvme__freeze_stopped(ctrl, slot->fault.data);
}

static void fault_event(struct sim_event *event, void *ctx)
{
    struct nvme_ctrl *ctrl = ctx;
    struct nvme_fault_slot *slot =
        (struct nvme_fault_slot *)((char *)event - offsetof(struct nvme_fault_slot, event));

    fault_begin(ctrl, (uint32_t)(slot - ctrl->faults));
}

/* The count at which the next counting fault begins. */
static void find_next(struct nvme_ctrl *ctrl)
{
    ctrl->fault_next = UINT64_MAX;
    for (uint32_t i = 0; i < ctrl->fault_count; i++) {
        const struct nvme_fault_slot *slot = &ctrl->faults[i];

        if (slot->armed && slot->fault.after_commands &&
            slot->fault.after_commands < ctrl->fault_next)
            ctrl->fault_next = slot->fault.after_commands;
    }
}

void nvme_start(struct nvme_ctrl *ctrl, const struct nvme_fault *faults, uint32_t count)
{
    SIM_ASSERT(count <= NVME_FAULTS_MAX);
    for (uint32_t i = 0; i < ctrl->fault_count; i++)
        sim_event_cancel(ctrl->sim, &ctrl->faults[i].event);
    ctrl->io_fetched = 0;
    ctrl->stopped = false;
    ctrl->fault_count = count;
    for (uint32_t i = 0; i < count; i++) {
        struct nvme_fault_slot *slot = &ctrl->faults[i];

        *slot = (struct nvme_fault_slot){.fault = faults[i], .armed = true};
        if (!faults[i].after_commands)
            sim_event_in(ctrl->sim, &slot->event, faults[i].at_ns, fault_event, ctrl);
    }
    find_next(ctrl);
}

void nvme__fault_count(struct nvme_ctrl *ctrl)
{
    if (SIM_LIKELY(++ctrl->io_fetched < ctrl->fault_next))
        return;
    for (uint32_t i = 0; i < ctrl->fault_count; i++) {
        const struct nvme_fault_slot *slot = &ctrl->faults[i];

        if (slot->armed && slot->fault.after_commands &&
            slot->fault.after_commands <= ctrl->io_fetched)
            fault_begin(ctrl, i);
    }
    find_next(ctrl);
}

void nvme__fault_reset_done(struct nvme_ctrl *ctrl)
{
    bool stopped = false;

    for (uint32_t i = 0; i < ctrl->fault_count; i++) {
        struct nvme_fault_slot *slot = &ctrl->faults[i];

        if (slot->active && !slot->fault.until_forever) {
            slot->active = false;
            sim_trace(ctrl->sim, SIM_EV_FAULT_OFF, i, 0, 0, 0);
        }
        stopped |= slot->active;
    }
    ctrl->stopped = stopped;
}

bool nvme__fault_forever(const struct nvme_ctrl *ctrl)
{
    for (uint32_t i = 0; i < ctrl->fault_count; i++)
        if (ctrl->faults[i].active && ctrl->faults[i].fault.until_forever)
            return true;
    return false;
}

bool nvme__fault_data(const struct nvme_ctrl *ctrl)
{
    for (uint32_t i = 0; i < ctrl->fault_count; i++)
        if (ctrl->faults[i].active && ctrl->faults[i].fault.data)
            return true;
    return false;
}
