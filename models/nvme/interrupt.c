/* models/nvme/interrupt.c - when the controller interrupts: the INTx level, MSI-X and MSI messages.
 *
 * INTx is a level: some completion queue has interrupts enabled and entries that the host has not
 * released, and its vector is not masked by INTMS. With MSI-X each posting, or burst of postings
 * after a full queue, is one message, and nothing is repeated for entries that stay unseen: a
 * driver that loses one message waits for the next completion. gather.c holds some back. With MSI a
 * vector's message is sent when its bit of the interrupt status rises: the first entry comes, or
 * INTMC lets it through. While entries of any queue of the vector stay unreleased, further ones
 * send nothing. Source: NVM Express 1.4, 3.1.3, 3.1.4, 7.5.
 */
#include "models/nvme/nvme_private.h"

/* True when some queue with a vector that INTMS lets through has unseen entries. */
static bool unmasked_entries(const struct nvme_ctrl *ctrl)
{
    uint64_t left = ctrl->cq_unseen & ~ctrl->gathering;

    if (!ctrl->intms)
        return left;
    for (; left; left &= left - 1) {
        uint32_t vector = ctrl->cq[__builtin_ctzll(left)].vector;

        if (vector >= 32 || !(ctrl->intms >> vector & 1))
            return true;
    }
    return false;
}

static uint32_t status_of(const struct nvme_ctrl *ctrl)
{
    uint32_t status = 0;

    for (uint64_t left = ctrl->cq_unseen & ~ctrl->gathering; left; left &= left - 1)
        status |= 1u << (ctrl->cq[__builtin_ctzll(left)].vector & 31);
    return status & ~ctrl->intms;
}

static void messages_update(struct nvme_ctrl *ctrl, bool alive)
{
    uint32_t status = alive ? status_of(ctrl) : 0, rising = status & ~ctrl->status;

    ctrl->status = status;
    for (; rising; rising &= rising - 1)
        ctrl->host.message(ctrl->host.ctx, (uint32_t)__builtin_ctz(rising));
}

void nvme__irq_update(struct nvme_ctrl *ctrl)
{
    bool alive = ctrl->state == NVME_READY || ctrl->state == NVME_SHUTTING ||
                 ctrl->state == NVME_SHUTDOWN || ctrl->state == NVME_FATAL;
    bool line = alive && !ctrl->host.msix(ctrl->host.ctx) && unmasked_entries(ctrl);

    if (ctrl->host.msi(ctrl->host.ctx)) {
        messages_update(ctrl, alive);
        return;
    }
    if (line == ctrl->line)
        return;
    ctrl->line = line;
    ctrl->host.line(ctrl->host.ctx, line);
}

void nvme__irq_posted(struct nvme_ctrl *ctrl, const struct nvme_cq *cq)
{
    if (!cq->interrupts)
        return;
    if (SIM_UNLIKELY(ctrl->features[NVME_FEATURE_COALESCING]) && nvme__gather(ctrl, cq))
        return;
    sim_race_device(ctrl->sim, &cq->posted);
    if (ctrl->host.msix(ctrl->host.ctx))
        ctrl->host.message(ctrl->host.ctx, cq->vector);
    else
        nvme__irq_update(ctrl);
    sim_race_device_end();
}
