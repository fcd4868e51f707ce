/* models/nvme/flash.h - PRIVATE to models/nvme/: where commands wait inside the controller:
 * channels and dies, garbage collection, the link to the host.
 */
#ifndef MODELS_NVME_FLASH_H
#define MODELS_NVME_FLASH_H

#include "models/nvme/lane.h"
#include "models/nvme/nvme.h"

struct nvme_die {
    struct nvme_lane lane;
    sim_ns gc_next, gc_until; /* begin of the next pause, end of the last one */
};

struct nvme_flash {
    struct sim_stream chance; /* of garbage collection */
    uint64_t seed;            /* of the run that gc_next was drawn for */
    uint32_t dies;            /* in all */
    struct nvme_lane link;
    struct nvme_lane *channel;
    struct nvme_die *die;
};

struct nvme_cmd;
/* NULL without any of it. In the core zone. */
struct nvme_flash *nvme__flash_create(struct sim *sim, const struct nvme_flash_options *options);
/* When a command that starts at `start` and needs its medium for `ns` is done with it. */
sim_ns nvme__flash_finish(struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd, sim_ns start,
                          sim_ns ns);
/* A controller reset: nobody waits any more; a garbage collection goes on. */
void nvme__flash_reset(struct nvme_ctrl *ctrl);

#endif
