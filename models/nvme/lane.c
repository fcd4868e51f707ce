/* models/nvme/lane.c - spans of time that are taken, and the gaps between them. */
#include "models/nvme/lane.h"

#include <stdbool.h>
#include <string.h>

#include "sim/engine/sim_assert.h"

sim_ns nvme__lane_find(const struct nvme_lane *lane, sim_ns earliest, sim_ns length)
{
    for (uint32_t i = 0; i < lane->count; i++) {
        if (lane->taken[i].from >= earliest + length && lane->taken[i].from > earliest)
            break;
        if (lane->taken[i].to > earliest)
            earliest = lane->taken[i].to;
    }
    return earliest;
}

sim_ns nvme__lane_end(const struct nvme_lane *lane)
{
    return lane->count ? lane->taken[lane->count - 1].to : 0;
}

static void drop(struct nvme_lane *lane, uint32_t i)
{
    lane->count--;
    memmove(&lane->taken[i], &lane->taken[i + 1], (lane->count - i) * sizeof lane->taken[0]);
}

static void forget_past(struct nvme_lane *lane, sim_ns now)
{
    while (lane->count && lane->taken[0].to <= now)
        drop(lane, 0);
}

static void insert(struct nvme_lane *lane, uint32_t i, sim_ns from, sim_ns to)
{
    SIM_ASSERT(lane->count < NVME_LANE_SPANS);
    memmove(&lane->taken[i + 1], &lane->taken[i], (lane->count - i) * sizeof lane->taken[0]);
    lane->taken[i].from = from;
    lane->taken[i].to = to;
    lane->count++;
}

/* Index i and the one behind it become one when they touch. */
static void join(struct nvme_lane *lane, uint32_t i)
{
    if (i + 1 >= lane->count || lane->taken[i].to < lane->taken[i + 1].from)
        return;
    lane->taken[i].to = lane->taken[i + 1].to;
    drop(lane, i + 1);
}

sim_ns nvme__lane_take(struct nvme_lane *lane, sim_ns now, sim_ns earliest, sim_ns length)
{
    uint32_t i = 0;
    sim_ns from;

    SIM_ASSERT(length >= 0);
    forget_past(lane, now);
    from = nvme__lane_find(lane, earliest, length);
    if (!length)
        return from;
    if (lane->count == NVME_LANE_SPANS) {
        lane->taken[0].to = lane->taken[1].to;
        drop(lane, 1);
        from = nvme__lane_find(lane, earliest, length);
    }
    while (i < lane->count && lane->taken[i].from < from)
        i++;
    insert(lane, i, from, from + length);
    join(lane, i);
    if (i)
        join(lane, i - 1);
    return from;
}
