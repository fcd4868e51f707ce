/* models/nvme/fetch.c - whose commands are fetched next, and their fetch.
 *
 * Each round is one of round robin: a burst from every queue that has entries, the admin queue in
 * its turn like any other. With weighted round robin the admin queue comes first, then the urgent
 * queues; only when neither has anything, the others by weight: each class may fetch as many
 * commands in a round as its weight says, in bursts, its queues in turn. What is left waits for the
 * next round, fetch_ns later. Source: NVM Express 1.4, 4.13, 5.21.1.1.
 */
#include "models/nvme/nvme_private.h"

/* --- fetch ------------------------------------------------------------------------------------ */

/* Commands of one turn: Arbitration Burst of feature 01h, 7 for no limit. */
static uint32_t burst_of(const struct nvme_ctrl *ctrl)
{
    uint32_t log = ctrl->features[NVME_FEATURE_ARBITRATION] & 7;

    return log == 7 || 1u << log > NVME_FETCH_MAX ? NVME_FETCH_MAX : 1u << log;
}

/* Reads `count` entries from the head on, in one piece or, around the end of the ring, two. */
static bool read_entries(struct nvme_ctrl *ctrl, const struct nvme_sq *sq, struct nvme_sqe *to,
                         uint32_t count)
{
    uint32_t first = sq->entries - sq->head < count ? sq->entries - sq->head : count;
    void *ctx = ctrl->host.ctx;
    int result;

    sim_race_device(ctrl->sim, &sq->rung);
    result = ctrl->host.read(ctx, sq->base + ((uint64_t)sq->head << NVME_SQE_SHIFT), to,
                             (size_t)first << NVME_SQE_SHIFT);
    if (!result && first < count)
        result =
            ctrl->host.read(ctx, sq->base, to + first, (size_t)(count - first) << NVME_SQE_SHIFT);
    sim_race_device_end();
    return !result;
}

static void fetch_burst(struct nvme_ctrl *ctrl, uint32_t qid, uint32_t limit)
{
    struct nvme_sqe entries[NVME_FETCH_MAX];
    struct nvme_sq *sq = &ctrl->sq[qid];
    uint32_t count = (sq->tail >= sq->head ? sq->tail : sq->tail + sq->entries) - sq->head;

    count = nvme__slots_free(ctrl, count < limit ? count : limit);
    ctrl->starved = !count;
    if (!count)
        return;
    if (!read_entries(ctrl, sq, entries, count)) {
        nvme__guest_error(ctrl, NVME_GUEST_QUEUE_MEMORY, qid, sq->head);
        nvme__fatal(ctrl);
        return;
    }
    /* A fault that counts commands may begin in the middle; what is behind it was not fetched. */
    for (uint32_t i = 0; i < count && !ctrl->stopped && !(ctrl->faulty.stalled >> qid & 1); i++) {
        sq->head = sq->head + 1 == sq->entries ? 0 : sq->head + 1;
        nvme__cmd_begin(ctrl, qid, &entries[i]);
    }
    if (sq->head == sq->tail)
        ctrl->sq_ready &= ~(UINT64_C(1) << qid);
}

/* --- weighted round robin (4.13.2) ------------------------------------------------------------ */

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
    uint32_t burst = burst_of(ctrl);

    while (credits && goes_on(ctrl) && waiting(ctrl, class)) {
        uint32_t qid = next_of(ctrl, class, waiting(ctrl, class));
        uint32_t inside = ctrl->inside;

        fetch_burst(ctrl, qid, credits < burst ? credits : burst);
        if (ctrl->inside == inside) /* fatal, starved, or a fault */
            return;
        credits -= ctrl->inside - inside;
    }
}

static void weighted_round(struct nvme_ctrl *ctrl)
{
    uint32_t weights = ctrl->features[NVME_FEATURE_ARBITRATION];

    if (ctrl->sq_ready & ~ctrl->faulty.stalled & 1)
        fetch_burst(ctrl, 0, burst_of(ctrl));
    if (waiting(ctrl, NVME_PRIORITY_URGENT)) {
        for (uint64_t todo = waiting(ctrl, NVME_PRIORITY_URGENT); todo && goes_on(ctrl);) {
            uint32_t qid = next_of(ctrl, NVME_PRIORITY_URGENT, todo);

            todo &= ~(UINT64_C(1) << qid);
            fetch_burst(ctrl, qid, burst_of(ctrl));
        }
        return;
    }
    serve(ctrl, NVME_PRIORITY_HIGH, (weights >> 24 & 0xFF) + 1); /* 0's based */
    serve(ctrl, NVME_PRIORITY_MEDIUM, (weights >> 16 & 0xFF) + 1);
    serve(ctrl, NVME_PRIORITY_LOW, (weights >> 8 & 0xFF) + 1);
}

/* --- rounds ----------------------------------------------------------------------------------- */

static void fetch_round(struct sim_event *event, void *ctx)
{
    struct nvme_ctrl *ctrl = ctx;
    uint64_t todo = ctrl->sq_ready & ~ctrl->faulty.stalled,
             later = todo & (UINT64_MAX << ctrl->turn);
    uint32_t limit = burst_of(ctrl);

    SIM_ASSERT(event == &ctrl->fetch_event);
    if (SIM_UNLIKELY(ctrl->weighted)) {
        weighted_round(ctrl);
        todo = 0;
    }
    /* Nothing is left to do when the queue was deleted meanwhile. */
    while (todo && ctrl->state == NVME_READY && !ctrl->stopped && !ctrl->starved) {
        uint32_t qid = (uint32_t)__builtin_ctzll(later ? later : todo);

        todo &= ~(UINT64_C(1) << qid);
        later &= todo;
        ctrl->turn = (qid + 1) % NVME_QUEUES_MAX;
        fetch_burst(ctrl, qid, limit);
    }
    nvme__fetch_kick(ctrl);
}

void nvme__fetch_kick(struct nvme_ctrl *ctrl)
{
    if ((ctrl->sq_ready & ~ctrl->faulty.stalled) && ctrl->state == NVME_READY && !ctrl->stopped &&
        !ctrl->starved && !sim_event_pending(&ctrl->fetch_event))
        sim_event_in(ctrl->sim, &ctrl->fetch_event, ctrl->options.fetch_ns, fetch_round, ctrl);
}
