/* models/nvme/lane.h - PRIVATE to models/nvme/: something that serves one at a time: a die, a
 * channel, the link to the host; and when it is taken.
 *
 * Spans are taken in any order; each goes into the first gap that is long enough, so that what is
 * ready early does not wait for what was asked for early and is ready late. In the core zone.
 */
#ifndef MODELS_NVME_LANE_H
#define MODELS_NVME_LANE_H

#include <stdint.h>

#include "sim/engine/time.h"

#define NVME_LANE_SPANS 16

struct nvme_lane {
    uint32_t count; /* of what follows: in order, neither touching nor overlapping */
    struct {
        sim_ns from, to;
    } taken[NVME_LANE_SPANS];
};

/* Takes `length` (0 or more) from `earliest` on, or as soon after it as there is room. Returns
 * when that begins. now: nothing before it will be asked for again. When there are too many gaps to
 * remember, the first of them is lost. */
sim_ns nvme__lane_take(struct nvme_lane *lane, sim_ns now, sim_ns earliest, sim_ns length);
/* Where that would be; nothing is taken. */
sim_ns nvme__lane_find(const struct nvme_lane *lane, sim_ns earliest, sim_ns length);
/* End of the last span; 0 when none is taken. */
sim_ns nvme__lane_end(const struct nvme_lane *lane);

#endif
