/* models/nvme/queue.c - submission and completion rings: doorbells and posting.
 *
 * A doorbell only moves an index and lets a fetch (fetch.c) begin fetch_ns later. A completion
 * queue without room keeps its completions inside the controller until the host releases entries.
 * Left out: queues that are not physically contiguous.
 * Source: NVM Express 1.4, 3.1.24, 3.1.25, 4.1, 4.6.
 */
#include "models/nvme/nvme_private.h"

/* Entries from index `from` up to index `to` of a ring. */
static uint32_t distance(uint32_t from, uint32_t to, uint32_t entries)
{
    return to >= from ? to - from : to + entries - from;
}

/* --- queues come and go ----------------------------------------------------------------------- */

void nvme__sq_create(struct nvme_ctrl *ctrl, uint32_t qid, uint64_t base, uint32_t entries,
                     uint32_t cqid)
{
    struct nvme_sq *sq = &ctrl->sq[qid];

    SIM_ASSERT(qid <= ctrl->options.queues && !sq->exists);
    SIM_ASSERT(entries >= 2);
    *sq =
        (struct nvme_sq){.base = base, .entries = entries, .cqid = (uint16_t)cqid, .exists = true};
    ctrl->cq[cqid].sqs++;
    if (!qid)
        return;
    ctrl->io_sqs++;
    sim_trace(ctrl->sim, SIM_EV_QUEUE_CREATE, qid, 0, entries, cqid);
}

void nvme__cq_create(struct nvme_ctrl *ctrl, uint32_t qid, uint64_t base, uint32_t entries,
                     uint32_t vector, bool interrupts)
{
    struct nvme_cq *cq = &ctrl->cq[qid];
    uint32_t sqs = cq->sqs; /* the admin pair is created submission queue first */

    SIM_ASSERT(qid <= ctrl->options.queues && !cq->exists);
    SIM_ASSERT(entries >= 2);
    *cq = (struct nvme_cq){.base = base,
                           .entries = entries,
                           .sqs = sqs,
                           .vector = (uint16_t)vector,
                           .phase = 1, /* 4.6: the first pass writes 1 */
                           .exists = true,
                           .interrupts = interrupts};
    if (!qid)
        return;
    ctrl->io_cqs++;
    sim_trace(ctrl->sim, SIM_EV_QUEUE_CREATE, qid, 1, entries, vector);
    if (SIM_UNLIKELY(ctrl->faulty.stale))
        nvme__fault_cq_created(ctrl, qid);
}

void nvme__sq_delete(struct nvme_ctrl *ctrl, uint32_t qid)
{
    SIM_ASSERT(ctrl->sq[qid].exists);
    ctrl->cq[ctrl->sq[qid].cqid].sqs--;
    ctrl->sq[qid].exists = false;
    ctrl->sq_ready &= ~(UINT64_C(1) << qid);
    for (uint32_t i = 0; i < NVME_PRIORITY_COUNT; i++)
        ctrl->priority[i] &= ~(UINT64_C(1) << qid);
    if (!qid)
        return;
    ctrl->io_sqs--;
    sim_trace(ctrl->sim, SIM_EV_QUEUE_DELETE, qid, 0, 0, 0);
}

void nvme__cq_delete(struct nvme_ctrl *ctrl, uint32_t qid)
{
    struct nvme_cq *cq = &ctrl->cq[qid];

    SIM_ASSERT(cq->exists && !cq->sqs);
    nvme__fault_cq_gone(ctrl, qid);
    /* Completions that wait for room in a queue that goes have nowhere to go (5.5). */
    while (cq->wait_first) {
        struct nvme_cmd *cmd = cq->wait_first;

        cq->wait_first = cmd->wait_next;
        sim_trace(ctrl->sim, SIM_EV_CMD_LOST, cmd->qid, cmd->sqe.cid, 0, 0);
        nvme__cmd_end(ctrl, cmd);
    }
    cq->exists = false;
    ctrl->cq_unseen &= ~(UINT64_C(1) << qid);
    if (!qid)
        return;
    ctrl->io_cqs--;
    sim_trace(ctrl->sim, SIM_EV_QUEUE_DELETE, qid, 1, 0, 0);
}

/* --- posting ---------------------------------------------------------------------------------- */

static bool is_full(const struct nvme_cq *cq)
{
    /* 4.1: full with one entry left over, so that full and empty differ. */
    return (cq->tail + 1 == cq->entries ? 0 : cq->tail + 1) == cq->head;
}

/* Who looks at the entry, or is interrupted for it, comes after who sent the command. */
static int write_message(struct nvme_ctrl *ctrl, struct nvme_cq *cq, const struct nvme_cmd *cmd,
                         uint64_t at, const struct nvme_cqe *cqe)
{
    int result;

    sim_race_device(ctrl->sim, &cmd->sync);
    sim_race_post(true);
    if (SIM_UNLIKELY(cmd->odd & (NVME_ODD_SPOILED | NVME_ODD_TORN)))
        result = nvme__fault_entry(ctrl, cmd, at, *cqe);
    else
        result = ctrl->host.write(ctrl->host.ctx, at, cqe, sizeof(*cqe));
    sim_race_post(false);
    sim_release(ctrl->sim, &cq->posted);
    sim_race_device_end();
    return result;
}

/* Writes the entry at the tail. False when the host's memory refused it: the controller is fatal.
 */
static bool write_entry(struct nvme_ctrl *ctrl, struct nvme_cq *cq, const struct nvme_cmd *cmd)
{
    const struct nvme_cqe cqe = {.dw0 = cmd->dw0,
                                 .sqhd = cmd->sqhd,
                                 .sqid = cmd->qid,
                                 .cid = cmd->sqe.cid,
                                 .status = (uint16_t)(cmd->status << 1 | cq->phase)};
    uint64_t at = cq->base + ((uint64_t)cq->tail << NVME_CQE_SHIFT);

    if (write_message(ctrl, cq, cmd, at, &cqe)) {
        nvme__guest_error(ctrl, NVME_GUEST_QUEUE_MEMORY, cmd->qid, cq->tail);
        nvme__fatal(ctrl);
        return false;
    }
    return true;
}

/* An entry was written at the tail. */
static void advance(struct nvme_ctrl *ctrl, struct nvme_cq *cq, uint32_t cqid)
{
    cq->posted_at = sim_now(ctrl->sim);
    if (cq->head == cq->tail)
        cq->unseen_since = cq->posted_at;
    if (++cq->tail == cq->entries) {
        cq->tail = 0;
        cq->phase ^= 1;
    }
    if (cq->interrupts)
        ctrl->cq_unseen |= UINT64_C(1) << cqid;
}

static bool post_now(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    struct nvme_cq *cq = &ctrl->cq[cmd->cqid];

    if (!write_entry(ctrl, cq, cmd))
        return false;
    advance(ctrl, cq, cmd->cqid);
    if (!cmd->orphan)
        ctrl->sq[cmd->qid].reported = cmd->sqhd;
    sim_trace(ctrl->sim, SIM_EV_CQE_POST, cmd->qid, cmd->sqe.cid, cmd->status, cmd->sqhd);
    if (SIM_UNLIKELY(cmd->odd || ctrl->faulty.behind))
        nvme__fault_posted(ctrl, cmd, cmd->cqid);
    nvme__cmd_end(ctrl, cmd);
    return true;
}

void nvme__post(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    struct nvme_cq *cq = &ctrl->cq[cmd->cqid];

    SIM_ASSERT(cq->exists);
    cmd->sqhd = (uint16_t)ctrl->sq[cmd->qid].head;
    if (fault_watched(ctrl->faults, SIM_FAULT_ON_COMPLETION) && nvme__fault_completion(ctrl, cmd))
        return;
    if (!cq->wait_first && !is_full(cq)) {
        if (post_now(ctrl, cmd))
            nvme__irq_posted(ctrl, cq);
        return;
    }
    cmd->stage = NVME_STAGE_HELD;
    cmd->wait_next = NULL;
    if (cq->wait_first)
        cq->wait_last->wait_next = cmd;
    else
        cq->wait_first = cmd;
    cq->wait_last = cmd;
}

void nvme__post_entry(struct nvme_ctrl *ctrl, uint32_t cqid, struct nvme_cqe entry)
{
    struct nvme_cq *cq = &ctrl->cq[cqid];

    if (!nvme__completing(ctrl) || !cq->exists || is_full(cq))
        return;
    entry.status = (uint16_t)((entry.status & ~1) | cq->phase);
    sim_race_post(true);
    ctrl->host.write(ctrl->host.ctx, cq->base + ((uint64_t)cq->tail << NVME_CQE_SHIFT), &entry,
                     sizeof(entry));
    sim_race_post(false);
    sim_release(ctrl->sim, &cq->posted);
    advance(ctrl, cq, cqid);
    sim_trace(ctrl->sim, SIM_EV_CQE_FORGED, entry.sqid, entry.cid, entry.status >> 1, cqid);
    nvme__fault_posted(ctrl, NULL, cqid);
    nvme__irq_posted(ctrl, cq);
}

/* The host released entries: one burst of what waited, one interrupt. */
static void post_waiting(struct nvme_ctrl *ctrl, struct nvme_cq *cq)
{
    bool posted = false;

    while (cq->wait_first && !is_full(cq) && nvme__completing(ctrl)) {
        struct nvme_cmd *cmd = cq->wait_first;

        cq->wait_first = cmd->wait_next;
        if (!post_now(ctrl, cmd))
            return;
        posted = true;
    }
    if (posted)
        nvme__irq_posted(ctrl, cq);
}

/* --- doorbells -------------------------------------------------------------------------------- */

static bool refuse(struct nvme_ctrl *ctrl, enum nvme_guest_error error, uint32_t qid,
                   uint32_t value)
{
    nvme__guest_error(ctrl, error, qid, value);
    if (error == NVME_GUEST_DOORBELL_NO_QUEUE)
        nvme__event_error(ctrl, NVME_ERROR_EVENT_DOORBELL_REGISTER);
    else if (error != NVME_GUEST_DOORBELL_NOT_READY && error != NVME_GUEST_DOORBELL_SHUTDOWN)
        nvme__event_error(ctrl, NVME_ERROR_EVENT_DOORBELL_VALUE);
    return false;
}

/* Rules that hold for both kinds, in the order in which hardware could check them. */
static bool may_ring(struct nvme_ctrl *ctrl, uint32_t qid, bool is_cq, uint32_t value)
{
    uint32_t entries, now;

    /* The driver cannot know yet: no mistake, and nothing happens. */
    if (ctrl->state == NVME_FATAL || ctrl->faulty.forgot)
        return false;
    if (ctrl->state == NVME_DISABLED || ctrl->state == NVME_ENABLING ||
        ctrl->state == NVME_DISABLING)
        return refuse(ctrl, NVME_GUEST_DOORBELL_NOT_READY, qid, value);
    if (qid > ctrl->options.queues || !(is_cq ? ctrl->cq[qid].exists : ctrl->sq[qid].exists))
        return refuse(ctrl, NVME_GUEST_DOORBELL_NO_QUEUE, qid, value);
    if (!is_cq && ctrl->state != NVME_READY)
        return refuse(ctrl, NVME_GUEST_DOORBELL_SHUTDOWN, qid, value);
    entries = is_cq ? ctrl->cq[qid].entries : ctrl->sq[qid].entries;
    now = is_cq ? ctrl->cq[qid].head : ctrl->sq[qid].tail;
    if (value >= entries)
        return refuse(ctrl, NVME_GUEST_DOORBELL_RANGE, qid, value);
    /* 5.2, Invalid Doorbell Write Value: "the same as the previously written" is one of its causes.
     */
    if (value == now)
        return refuse(ctrl, NVME_GUEST_DOORBELL_SAME, qid, value);
    return true;
}

static bool ring_sq(struct nvme_ctrl *ctrl, uint32_t qid, uint32_t value)
{
    struct nvme_sq *sq = &ctrl->sq[qid];
    uint32_t added = distance(sq->tail, value, sq->entries);

    /* 4.1: the host may use the entries that a completion reported as fetched, no others. It can
     * work out all the same when more were fetched than reported; then only the trace tells. */
    if (distance(sq->reported, sq->tail, sq->entries) + added >= sq->entries) {
        nvme__guest_error(ctrl, NVME_GUEST_SQ_FULL, qid, value);
        if (distance(sq->head, sq->tail, sq->entries) + added >= sq->entries) {
            nvme__event_error(ctrl, NVME_ERROR_EVENT_DOORBELL_VALUE);
            return false;
        }
    }
    sq->tail = value;
    sim_release(ctrl->sim, &sq->rung);
    ctrl->sq_ready |= UINT64_C(1) << qid;
    return true;
}

static bool ring_cq(struct nvme_ctrl *ctrl, uint32_t qid, uint32_t value)
{
    struct nvme_cq *cq = &ctrl->cq[qid];

    if (distance(cq->head, value, cq->entries) > distance(cq->head, cq->tail, cq->entries))
        return refuse(ctrl, NVME_GUEST_CQ_EMPTY, qid, value);
    cq->head = value;
    cq->unseen_since = sim_now(ctrl->sim);
    if (cq->head == cq->tail)
        ctrl->cq_unseen &= ~(UINT64_C(1) << qid);
    return true;
}

static bool ring(struct nvme_ctrl *ctrl, uint32_t qid, bool is_cq, uint32_t value)
{
    if (!may_ring(ctrl, qid, is_cq, value))
        return false;
    return is_cq ? ring_cq(ctrl, qid, value) : ring_sq(ctrl, qid, value);
}

static void rung(struct nvme_ctrl *ctrl, uint32_t qid, bool is_cq)
{
    if (!is_cq) {
        nvme__fetch_kick(ctrl);
        return;
    }
    nvme__irq_update(ctrl);
    if (ctrl->cq[qid].wait_first)
        post_waiting(ctrl, &ctrl->cq[qid]);
}

void nvme__doorbell(struct nvme_ctrl *ctrl, uint32_t offset, uint32_t value)
{
    uint32_t index = nvme__doorbell_index(ctrl, offset), qid = index >> 1;
    bool is_cq = index & 1, accepted;

    if (SIM_UNLIKELY(ctrl->shadow) && qid)
        value = nvme__doorbell_shadow(ctrl, index, value);
    accepted = ring(ctrl, qid, is_cq, value);
    sim_trace(ctrl->sim, SIM_EV_DOORBELL, qid, is_cq, value, accepted);
    if (accepted)
        rung(ctrl, qid, is_cq);
}

/* What it meets is no mistake of the driver, who rang at another time. */
void nvme__doorbell_late(struct nvme_ctrl *ctrl, uint32_t offset, uint32_t value)
{
    uint32_t index = nvme__doorbell_index(ctrl, offset), qid = index >> 1;
    bool is_cq = index & 1, fits, accepted;

    if (SIM_UNLIKELY(ctrl->shadow) && qid)
        value = nvme__doorbell_shadow(ctrl, index, value);
    fits = qid <= ctrl->options.queues &&
           (is_cq ? ctrl->cq[qid].exists && value < ctrl->cq[qid].entries
                  : ctrl->sq[qid].exists && value < ctrl->sq[qid].entries);
    accepted = fits && (ctrl->state == NVME_READY || (is_cq && ctrl->state == NVME_SHUTTING)) &&
               ring(ctrl, qid, is_cq, value);
    sim_trace(ctrl->sim, SIM_EV_DOORBELL_LATE, qid, is_cq, value, accepted);
    if (accepted)
        rung(ctrl, qid, is_cq);
}

/* --- for checkers ----------------------------------------------------------------------------- */

bool nvme_unseen(const struct nvme_ctrl *ctrl, uint32_t cqid, struct nvme_unseen *out)
{
    const struct nvme_cq *cq = &ctrl->cq[cqid];

    if (cqid > ctrl->options.queues || !nvme__completing(ctrl) || !cq->exists || !cq->interrupts ||
        cq->head == cq->tail)
        return false;
    *out = (struct nvme_unseen){
        .entries = distance(cq->head, cq->tail, cq->entries),
        .vector = cq->vector,
        .tail = cq->tail,
        .since = cq->unseen_since,
        .told_at = cq->posted_at,
        .masked =
            !ctrl->host.msix(ctrl->host.ctx) && cq->vector < 32 && (ctrl->intms >> cq->vector & 1),
    };
    return true;
}
