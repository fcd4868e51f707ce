/* models/nvme/posted.c - register writes on their way: posted by a processor, not yet arrived.
 *
 * A write on PCI Express is posted: the processor goes on before it has arrived. With option
 * `posted` each takes a while that is drawn, and none overtakes another (2.4.1 of the PCI Express
 * base specification); a read of a register pushes all that was written before it. What is on its
 * way when the power goes is lost. Without the option writes arrive at once, and nothing here runs.
 */
#include "models/nvme/nvme_private.h"

#define GROW 32

static void arrive(struct sim_event *event, void *ctx);

static struct nvme_write *fresh(struct nvme_ctrl *ctrl)
{
    struct nvme_posted *posted = &ctrl->posted;
    struct nvme_write *write;

    if (!posted->spare) {
        struct nvme_write *slab = sim_world_alloc(GROW * sizeof *slab, 64);

        for (uint32_t i = 0; i < GROW; i++) {
            slab[i].next = posted->spare;
            posted->spare = &slab[i];
        }
    }
    write = posted->spare;
    posted->spare = write->next;
    return write;
}

static void wait_for_first(struct nvme_ctrl *ctrl)
{
    if (ctrl->posted.first && !sim_event_pending(&ctrl->posted.event))
        sim_event_at(ctrl->sim, &ctrl->posted.event, ctrl->posted.first->at, arrive, ctrl);
}

/* The oldest one takes effect. */
static void deliver(struct nvme_ctrl *ctrl)
{
    struct nvme_posted *posted = &ctrl->posted;
    struct nvme_write *write = posted->first;

    posted->first = write->next;
    sim_race_device(ctrl->sim, &write->sync);
    nvme__reg_write(ctrl, write->offset, write->bytes, write->value);
    sim_race_device_end();
    write->next = posted->spare;
    posted->spare = write;
}

static void arrive(struct sim_event *event, void *ctx)
{
    struct nvme_ctrl *ctrl = ctx;

    SIM_ASSERT(event == &ctrl->posted.event);
    deliver(ctrl);
    wait_for_first(ctrl);
}

void nvme__post_write(struct nvme_ctrl *ctrl, uint32_t offset, uint32_t bytes, uint64_t value)
{
    struct nvme_posted *posted = &ctrl->posted;
    struct nvme_write *write = fresh(ctrl);
    sim_ns at = sim_now(ctrl->sim) + sim_stream_between(&posted->delay, 0, ctrl->options.posted_ns);

    posted->last_at = at > posted->last_at ? at : posted->last_at;
    *write = (struct nvme_write){.at = posted->last_at,
                                 .offset = offset,
                                 .bytes = bytes,
                                 .value = value,
                                 .sync = write->sync};
    sim_release(ctrl->sim, &write->sync);
    if (offset >= NVME_DOORBELLS)
        sim_trace(ctrl->sim, SIM_EV_DOORBELL_POSTED, nvme__doorbell_index(ctrl, offset) >> 1,
                  nvme__doorbell_index(ctrl, offset) & 1, value, 0);
    if (posted->first)
        posted->last->next = write;
    else
        posted->first = write;
    posted->last = write;
    wait_for_first(ctrl);
}

void nvme__push_writes(struct nvme_ctrl *ctrl)
{
    sim_event_cancel(ctrl->sim, &ctrl->posted.event);
    while (ctrl->posted.first)
        deliver(ctrl);
}

void nvme__lose_writes(struct nvme_ctrl *ctrl)
{
    struct nvme_posted *posted = &ctrl->posted;

    sim_event_cancel(ctrl->sim, &posted->event);
    while (posted->first) {
        struct nvme_write *write = posted->first;

        posted->first = write->next;
        write->next = posted->spare;
        posted->spare = write;
    }
}
