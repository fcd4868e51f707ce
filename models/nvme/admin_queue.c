/* models/nvme/admin_queue.c - I/O queues come and go: Create and Delete of submission and
 * completion queues.
 *
 * Each takes effect just before its completion entry is posted. Source: NVM Express 1.4, 5.3
 * to 5.6.
 */
#include "models/nvme/nvme_private.h"

static uint32_t low(uint32_t dword)
{
    return dword & 0xFFFF;
}

static uint32_t high(uint32_t dword)
{
    return dword >> 16;
}

/* What Create I/O SQ and CQ have in common. */
static uint16_t create_check(struct nvme_ctrl *ctrl, const struct nvme_sqe *sqe, uint32_t granted,
                             bool exists)
{
    uint32_t qid = low(sqe->cdw10), size = high(sqe->cdw10);

    if (!qid || qid > granted || exists)
        return nvme__refuse(ctrl, NVME_GUEST_QUEUE_ID, qid, NVME_INVALID_QUEUE_ID);
    if (!size || size > nvme_cap_mqes(ctrl->cap))
        return nvme__refuse(ctrl, NVME_GUEST_QUEUE_SIZE, size, NVME_INVALID_QUEUE_SIZE);
    if (!(sqe->cdw11 & NVME_CREATE_CONTIGUOUS))
        return nvme__refuse(ctrl, NVME_GUEST_QUEUE_CONTIGUOUS, qid, NVME_INVALID_FIELD);
    if (sqe->prp1 & ((1u << ctrl->page_shift) - 1))
        return nvme__refuse(ctrl, NVME_GUEST_QUEUE_ALIGN, sqe->prp1, NVME_PRP_OFFSET_INVALID);
    return NVME_OK;
}

uint16_t nvme__create_cq(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    const struct nvme_sqe *sqe = &cmd->sqe;
    uint32_t qid = low(sqe->cdw10), vector = high(sqe->cdw11), vectors = 1;
    bool exists = qid <= ctrl->options.queues && ctrl->cq[qid].exists;
    uint16_t status = create_check(ctrl, sqe, ctrl->cqs_granted, exists);

    if (status)
        return status;
    if (nvme_cc_iocqes(ctrl->cc) != NVME_CQE_SHIFT)
        return nvme__refuse(ctrl, NVME_GUEST_CC_CQ_ENTRY_SIZE, ctrl->cc, NVME_INVALID_QUEUE_SIZE);
    /* 5.3: with INTx the vector is 0. */
    if ((ctrl->host.msix(ctrl->host.ctx) || ctrl->host.msi(ctrl->host.ctx)) &&
        ctrl->options.vectors)
        vectors = ctrl->options.vectors;
    if (vector >= vectors)
        return nvme__refuse(ctrl, NVME_GUEST_QUEUE_VECTOR, vector, NVME_INVALID_VECTOR);
    nvme__cq_create(ctrl, qid, sqe->prp1, high(sqe->cdw10) + 1, vector,
                    sqe->cdw11 & NVME_CREATE_IEN);
    return NVME_OK;
}

uint16_t nvme__create_sq(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    const struct nvme_sqe *sqe = &cmd->sqe;
    uint32_t qid = low(sqe->cdw10), cqid = high(sqe->cdw11);
    bool exists = qid <= ctrl->options.queues && ctrl->sq[qid].exists;
    uint16_t status = create_check(ctrl, sqe, ctrl->sqs_granted, exists);

    if (status)
        return status;
    if (nvme_cc_iosqes(ctrl->cc) != NVME_SQE_SHIFT)
        return nvme__refuse(ctrl, NVME_GUEST_CC_SQ_ENTRY_SIZE, ctrl->cc, NVME_INVALID_QUEUE_SIZE);
    if (!cqid || cqid > ctrl->cqs_granted)
        return nvme__refuse(ctrl, NVME_GUEST_QUEUE_ID, cqid, NVME_INVALID_QUEUE_ID);
    if (!ctrl->cq[cqid].exists)
        return nvme__refuse(ctrl, NVME_GUEST_QUEUE_NO_CQ, cqid, NVME_CQ_INVALID);
    nvme__sq_create(ctrl, qid, sqe->prp1, high(sqe->cdw10) + 1, cqid);
    ctrl->priority[sqe->cdw11 >> 1 & 3] |= UINT64_C(1) << qid;
    return NVME_OK;
}

uint16_t nvme__delete_sq(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    uint32_t qid = low(cmd->sqe.cdw10);

    if (!qid || qid > ctrl->options.queues || !ctrl->sq[qid].exists)
        return nvme__refuse(ctrl, NVME_GUEST_QUEUE_ID, qid, NVME_INVALID_QUEUE_ID);
    /* 7.4.3: commands that were fetched are completed as aborted, the others implicitly. */
    nvme__cmds_abort(ctrl, qid);
    nvme__sq_delete(ctrl, qid);
    return NVME_OK;
}

uint16_t nvme__delete_cq(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    uint32_t qid = low(cmd->sqe.cdw10);

    if (!qid || qid > ctrl->options.queues || !ctrl->cq[qid].exists)
        return nvme__refuse(ctrl, NVME_GUEST_QUEUE_ID, qid, NVME_INVALID_QUEUE_ID);
    if (ctrl->cq[qid].sqs)
        return nvme__refuse(ctrl, NVME_GUEST_QUEUE_CQ_USED, qid, NVME_INVALID_QUEUE_DELETION);
    nvme__cq_delete(ctrl, qid);
    nvme__irq_update(ctrl);
    return NVME_OK;
}
