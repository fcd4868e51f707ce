/* models/nvme/doorbell_buffer.c - Doorbell Buffer Config: doorbells that the host keeps in its own
 * memory, as virtual controllers offer it.
 *
 * With buffers configured, what counts for an I/O queue is the shadow doorbell in memory; the write
 * of the register only says that there is something to look at, and the admin queue's doorbells
 * are as ever. This controller looks at no other time, so the event index that it writes back
 * always asks for the very next register write: a host that keeps the rule loses nothing, one that
 * skips the write waits for ever. A controller reset ends it. Source: NVM Express 1.4, 5.7, 7.13.
 */
#include "models/nvme/nvme_private.h"

uint16_t nvme__doorbell_buffer(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    uint64_t shadow = cmd->sqe.prp1, events = cmd->sqe.prp2;

    /* 5.7: both page aligned, "else Invalid Field in Command". */
    if (!shadow || !events || ((shadow | events) & ((1u << ctrl->page_shift) - 1)))
        return nvme__refuse(ctrl, NVME_GUEST_DOORBELL_BUFFER, shadow | events, NVME_INVALID_FIELD);
    ctrl->shadow = shadow;
    ctrl->shadow_events = events;
    return NVME_OK;
}

uint32_t nvme__doorbell_shadow(struct nvme_ctrl *ctrl, uint32_t index, uint32_t written)
{
    uint64_t at = (uint64_t)index << (2 + ctrl->options.stride);
    uint32_t value, qid = index >> 1;
    void *ctx = ctrl->host.ctx;

    if ((ctrl->state != NVME_READY && ctrl->state != NVME_SHUTTING) || qid > ctrl->options.queues ||
        !(index & 1 ? ctrl->cq[qid].exists : ctrl->sq[qid].exists))
        return written; /* not a doorbell that means anything */
    if (ctrl->host.read(ctx, ctrl->shadow + at, &value, sizeof(value)) ||
        ctrl->host.write(ctx, ctrl->shadow_events + at, &value, sizeof(value))) {
        nvme__guest_error(ctrl, NVME_GUEST_QUEUE_MEMORY, qid, index);
        nvme__fatal(ctrl);
        return written;
    }
    return value;
}
