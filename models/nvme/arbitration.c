/* models/nvme/arbitration.c - weighted round robin with urgent priority class: whose commands are
 * fetched next.
 *
 * The admin queue comes first, then the urgent queues; only when neither has anything, the others
 * by weight: each class may fetch as many commands in a round as its weight says, in bursts, its
 * queues in turn. Plain round robin is in queue.c. Source: NVM Express 1.4, 4.13.2, 5.21.1.1.
 */
#include "models/nvme/nvme_private.h"

static bool goes_on(const struct nvme_ctrl *ctrl)
{
    return ctrl->state == NVME_READY && !ctrl->stopped && !ctrl->starved;
}

static uint64_t waiting(const struct nvme_ctrl *ctrl, enum nvme_priority class)
{
    return ctrl->sq_ready & ctrl->priority[class] & ~ctrl->faulty.stalled;
}

static uint32_t next_of(struct nvme_ctrl *ctrl, enum nvme_priority class, uint64_t queues)
{
    uint64_t later = queues & (UINT64_MAX << ctrl->turns[class]);
    uint32_t qid = (uint32_t)__builtin_ctzll(later ? later : queues);

    ctrl->turns[class] = (qid + 1) % NVME_QUEUES_MAX;
    return qid;
}

/* Up to so many commands of a class, in bursts. */
static void serve(struct nvme_ctrl *ctrl, enum nvme_priority class, uint32_t credits)
{
    uint32_t burst = nvme__burst(ctrl);

    while (credits && goes_on(ctrl) && waiting(ctrl, class)) {
        uint32_t qid = next_of(ctrl, class, waiting(ctrl, class));
        uint32_t inside = ctrl->inside;

        nvme__fetch_burst(ctrl, qid, credits < burst ? credits : burst);
        if (ctrl->inside == inside) /* fatal, starved, or a fault */
            return;
        credits -= ctrl->inside - inside;
    }
}

void nvme__weighted_round(struct nvme_ctrl *ctrl)
{
    uint32_t weights = ctrl->features[NVME_FEATURE_ARBITRATION];

    if (ctrl->sq_ready & ~ctrl->faulty.stalled & 1)
        nvme__fetch_burst(ctrl, 0, nvme__burst(ctrl));
    if (waiting(ctrl, NVME_PRIORITY_URGENT)) {
        for (uint64_t todo = waiting(ctrl, NVME_PRIORITY_URGENT); todo && goes_on(ctrl);) {
            uint32_t qid = next_of(ctrl, NVME_PRIORITY_URGENT, todo);

            todo &= ~(UINT64_C(1) << qid);
            nvme__fetch_burst(ctrl, qid, nvme__burst(ctrl));
        }
        return;
    }
    serve(ctrl, NVME_PRIORITY_HIGH, (weights >> 24 & 0xFF) + 1); /* 0's based */
    serve(ctrl, NVME_PRIORITY_MEDIUM, (weights >> 16 & 0xFF) + 1);
    serve(ctrl, NVME_PRIORITY_LOW, (weights >> 8 & 0xFF) + 1);
}
