/* models/nvme/create.c - a controller as its options say: capabilities, queues, media, what can go
 * wrong. It is powered and disabled: controller.c goes on from there. */
#include "models/nvme/nvme_private.h"

static uint64_t capabilities(const struct nvme_options *options)
{
    uint64_t units = (uint64_t)((options->timeout_ns + NVME_TO_UNIT_MS * SIM_MS - 1) /
                                (NVME_TO_UNIT_MS * SIM_MS));

    if (units < 1)
        units = 1;
    if (units > UINT8_MAX)
        units = UINT8_MAX;
    return nvme_cap_mqes_put(options->entries - 1) | nvme_cap_cqr_put(1) | nvme_cap_to_put(units) |
           nvme_cap_css_put(1) | nvme_cap_nssrs_put(options->subsystem_reset) |
           nvme_cap_mpsmax_put(NVME_MPS_MAX) | nvme_cap_ams_put(options->weighted) |
           nvme_cap_dstrd_put(options->stride);
}

struct nvme_ctrl *nvme_create(struct sim *sim, const struct nvme_options *options,
                              const struct nvme_host *host, struct faults *faults)
{
    struct nvme_ctrl *ctrl = sim_world_alloc(sizeof(*ctrl), 64);
    uint32_t queues = options->queues + 1;

    SIM_ASSERT(options->queues && queues <= NVME_QUEUES_MAX);
    SIM_ASSERT(options->entries >= 2 && options->entries <= 65536);
    SIM_ASSERT(options->namespaces && options->namespaces <= NVME_NAMESPACES_MAX);
    SIM_ASSERT(options->stride <= NVME_STRIDE_MAX);
    SIM_ASSERT(options->block_bytes == 512 || options->block_bytes == 4096);
    ctrl->sim = sim;
    ctrl->options = *options;
    ctrl->host = *host;
    ctrl->cap = capabilities(options);
    ctrl->page_shift = NVME_PAGE_SHIFT_MIN;
    ctrl->sq = sim_world_alloc(queues * sizeof(*ctrl->sq), 64);
    ctrl->cq = sim_world_alloc(queues * sizeof(*ctrl->cq), 64);
    ctrl->faults = faults;
    ctrl->blocks = options->namespace_bytes / options->block_bytes;
    nvme__media_init(&ctrl->media, ctrl->blocks * options->namespaces * options->block_bytes);
    if (options->deallocated == NVME_DEALLOCATED_ONES)
        nvme__media_fill(&ctrl->media, 0xFF);
    nvme__media_init(&ctrl->marks, ctrl->blocks * options->namespaces);
    nvme__firmware_reset(ctrl);
    nvme__cache_init(ctrl);
    nvme__features_reset(ctrl);
    sim_stream_register(sim, &ctrl->latency, "nvme.latency");
    sim_stream_register(sim, &ctrl->late, "nvme.late");
    sim_stream_register(sim, &ctrl->posted.delay, "nvme.posted");
    ctrl->flash = nvme__flash_create(sim, &options->flash);
    nvme__gather_create(ctrl);
    nvme__faults_serve(ctrl);
    return ctrl;
}
