/* models/nvme/gather.c - interrupt coalescing: Set Features 08h and 09h.
 *
 * Completions of an I/O queue are gathered, for each vector by itself: the interrupt comes with the
 * entry that makes them enough, or when the first has waited long enough, whichever is earlier.
 * Nothing is sent for entries that the host has released meanwhile. INTx stays low as long as all
 * of a queue's entries are being gathered; once it is high nothing is. The admin queue is never
 * gathered. A burst of entries after a full queue counts as one.
 * Source: NVM Express 1.4, 5.21.1.8 and 5.21.1.9.
 */
#include "models/nvme/nvme_private.h"

#define TIME_UNIT (100 * SIM_US)

void nvme__gather_create(struct nvme_ctrl *ctrl)
{
    uint32_t vectors = ctrl->options.vectors ? ctrl->options.vectors : 1;

    ctrl->gather = sim_world_alloc(vectors * sizeof *ctrl->gather, 64);
}

/* Completion queues of this vector with entries that the host has not released: a mask. */
static uint64_t unseen(const struct nvme_ctrl *ctrl, uint32_t vector)
{
    uint64_t mask = 0;

    for (uint64_t left = ctrl->cq_unseen; left; left &= left - 1) {
        uint32_t qid = (uint32_t)__builtin_ctzll(left);

        if (qid && ctrl->cq[qid].vector == vector)
            mask |= UINT64_C(1) << qid;
    }
    return mask;
}

static void send(struct nvme_ctrl *ctrl, struct nvme_gather *gather)
{
    uint32_t vector = (uint32_t)(gather - ctrl->gather);

    gather->count = 0;
    sim_event_cancel(ctrl->sim, &gather->timer);
    ctrl->gathering &= ~unseen(ctrl, vector);
    sim_race_device(ctrl->sim, &gather->sync);
    if (ctrl->host.msix(ctrl->host.ctx))
        ctrl->host.message(ctrl->host.ctx, vector);
    else
        nvme__irq_update(ctrl);
    sim_race_device_end();
}

static void elapsed(struct sim_event *event, void *ctx)
{
    struct nvme_ctrl *ctrl = ctx;
    struct nvme_gather *gather = (struct nvme_gather *)event;

    gather->count = 0;
    /* With EN=0 the controller says nothing more. */
    if (ctrl->state != NVME_DISABLING && unseen(ctrl, (uint32_t)(gather - ctrl->gather)))
        send(ctrl, gather);
}

bool nvme__gather(struct nvme_ctrl *ctrl, const struct nvme_cq *cq)
{
    uint32_t feature = ctrl->features[NVME_FEATURE_COALESCING];
    uint32_t threshold = feature & 0xFF, time = feature >> 8 & 0xFF; /* the former is 0's based */
    struct nvme_gather *gather = &ctrl->gather[cq->vector];

    /* "If either is cleared to 0h, then interrupt coalescing is implicitly disabled." */
    if (cq == ctrl->cq || !threshold || !time || (ctrl->ungathered >> cq->vector & 1) || ctrl->line)
        return false;
    sim_race_device(ctrl->sim, &cq->posted);
    sim_release(ctrl->sim, &gather->sync);
    sim_race_device_end();
    ctrl->gathering |= UINT64_C(1) << (cq - ctrl->cq);
    if (++gather->count > threshold)
        send(ctrl, gather);
    else if (!sim_event_pending(&gather->timer))
        sim_event_in(ctrl->sim, &gather->timer, time * TIME_UNIT, elapsed, ctrl);
    return true;
}

void nvme__gather_reset(struct nvme_ctrl *ctrl)
{
    uint32_t vectors = ctrl->options.vectors ? ctrl->options.vectors : 1;

    for (uint32_t i = 0; i < vectors; i++) {
        ctrl->gather[i].count = 0;
        sim_event_cancel(ctrl->sim, &ctrl->gather[i].timer);
    }
    ctrl->gathering = ctrl->ungathered = 0;
}
