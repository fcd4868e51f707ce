/* models/nvme/feature_data.c - features whose value is data in host memory: LBA Range Type,
 * Timestamp.
 *
 * Neither changes what the controller does. Both are forgotten by a controller reset: nothing can
 * be saved, and the timestamp counts from the reset until the host sets it again. Ranges are kept
 * for each namespace by itself. Left out, and so Invalid Field: autonomous power states, host
 * memory buffer, host identifier. Source: NVM Express 1.4, 5.21.1.3 and 5.21.1.14.
 */
#include <string.h>

#include "models/nvme/nvme_private.h"

#define RANGES_BYTES (NVME_RANGE_TYPES * sizeof(struct nvme_range_type))
#define TIMESTAMP_MASK ((UINT64_C(1) << 48) - 1)
#define SET_BY_HOST (UINT64_C(1) << 49) /* Timestamp Origin 001b, bits 51:49 */

struct nvme_kept_features {
    uint64_t stamp; /* ms; what the host said at stamp_at */
    sim_ns stamp_at;
    bool stamped;
    struct {
        uint32_t count; /* 0: none was set */
        struct nvme_range_type type[NVME_RANGE_TYPES];
    } ranges[NVME_NAMESPACES_MAX];
};

static struct nvme_kept_features *kept(struct nvme_ctrl *ctrl)
{
    if (!ctrl->kept_features)
        ctrl->kept_features = sim_world_alloc(sizeof *ctrl->kept_features, 64);
    return ctrl->kept_features;
}

void nvme__feature_data_reset(struct nvme_ctrl *ctrl)
{
    if (ctrl->kept_features)
        memset(ctrl->kept_features, 0, sizeof *ctrl->kept_features);
    ctrl->reset_at = sim_now(ctrl->sim);
}

bool nvme__feature_has_data(const struct nvme_sqe *sqe)
{
    uint32_t id = sqe->cdw10 & 0xFF;

    return id == NVME_FEATURE_RANGES || id == NVME_FEATURE_TIMESTAMP;
}

uint16_t nvme__feature_data_check(const struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    const struct nvme_sqe *sqe = &cmd->sqe;
    bool set = sqe->opcode == NVME_ADMIN_SET_FEATURES;

    cmd->to_host = !set;
    /* 5.14.1: what it can do is in dword 0 */
    if (!set && (sqe->cdw10 >> 8 & 7) == NVME_SELECT_SUPPORTED)
        return NVME_OK;
    if (set && sqe->cdw10 >> 31)
        return NVME_FEATURE_NOT_SAVEABLE | NVME_STATUS_DNR;
    if ((sqe->cdw10 & 0xFF) == NVME_FEATURE_TIMESTAMP) {
        cmd->bytes = NVME_TIMESTAMP_BYTES;
        return NVME_OK;
    }
    if (!nvme__ns_exists(ctrl, sqe->nsid))
        return NVME_INVALID_NAMESPACE | NVME_STATUS_DNR;
    cmd->bytes = set ? ((sqe->cdw11 & 0x3F) + 1) * (uint32_t)sizeof(struct nvme_range_type)
                     : (uint32_t)RANGES_BYTES;
    return NVME_OK;
}

/* --- Get Features ----------------------------------------------------------------------------- */

static uint64_t timestamp(const struct nvme_ctrl *ctrl, enum nvme_feature_select select)
{
    const struct nvme_kept_features *k = ctrl->kept_features;

    if (k && k->stamped && select == NVME_SELECT_CURRENT)
        return ((k->stamp + (uint64_t)((sim_now(ctrl->sim) - k->stamp_at) / SIM_MS)) &
                TIMESTAMP_MASK) |
               SET_BY_HOST;
    return (uint64_t)((sim_now(ctrl->sim) - ctrl->reset_at) / SIM_MS) & TIMESTAMP_MASK;
}

/* Unless the host has set some there is one, of general use, for all blocks. */
static uint32_t put_ranges(const struct nvme_ctrl *ctrl, const struct nvme_sqe *sqe,
                           struct nvme_range_type *out)
{
    const struct nvme_kept_features *k = ctrl->kept_features;

    if (k && (sqe->cdw10 >> 8 & 7) == NVME_SELECT_CURRENT && k->ranges[sqe->nsid - 1].count) {
        memcpy(out, k->ranges[sqe->nsid - 1].type, RANGES_BYTES);
        return k->ranges[sqe->nsid - 1].count - 1;
    }
    out->blocks = ctrl->blocks - 1;
    return 0;
}

/* What moves to and fro. */
union data {
    struct nvme_range_type ranges[NVME_RANGE_TYPES];
    uint64_t stamp;
    uint8_t bytes[RANGES_BYTES];
};

static uint16_t give_piece(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint64_t phys, uint32_t at,
                           uint32_t bytes, void *ctx)
{
    const union data *data = ctx;

    return nvme__to_host(ctrl, cmd, phys, data->bytes + at, bytes) ? NVME_DATA_TRANSFER_ERROR
                                                                   : NVME_OK;
}

uint16_t nvme__feature_give(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved)
{
    union data data = {0};

    if ((cmd->sqe.cdw10 & 0xFF) == NVME_FEATURE_TIMESTAMP)
        data.stamp = timestamp(ctrl, (enum nvme_feature_select)(cmd->sqe.cdw10 >> 8 & 7));
    else
        cmd->dw0 = put_ranges(ctrl, &cmd->sqe, data.ranges);
    return nvme__prp_walk(ctrl, cmd, moved, give_piece, &data);
}

/* --- Set Features ----------------------------------------------------------------------------- */

static uint16_t take_piece(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint64_t phys, uint32_t at,
                           uint32_t bytes, void *ctx)
{
    union data *data = ctx;

    if (ctrl->host.read(ctrl->host.ctx, phys, data->bytes + at, bytes))
        return NVME_DATA_TRANSFER_ERROR;
    nvme__from_host(cmd, data->bytes + at, bytes);
    return NVME_OK;
}

/* They lie inside of the namespace and do not overlap. */
static uint16_t ranges_check(const struct nvme_ctrl *ctrl, const struct nvme_range_type *range,
                             uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (range[i].lba >= ctrl->blocks || range[i].blocks >= ctrl->blocks - range[i].lba)
            return NVME_LBA_OUT_OF_RANGE | NVME_STATUS_DNR;
        for (uint32_t k = 0; k < i; k++)
            if (range[i].lba <= range[k].lba + range[k].blocks &&
                range[k].lba <= range[i].lba + range[i].blocks)
                return NVME_OVERLAPPING_RANGE | NVME_STATUS_DNR;
    }
    return NVME_OK;
}

uint16_t nvme__feature_take(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved)
{
    union data data = {0};
    uint32_t count = cmd->bytes / (uint32_t)sizeof(struct nvme_range_type);
    uint16_t status = nvme__prp_walk(ctrl, cmd, moved, take_piece, &data);

    if (status)
        return status;
    if ((cmd->sqe.cdw10 & 0xFF) == NVME_FEATURE_TIMESTAMP) {
        kept(ctrl)->stamp = data.stamp & TIMESTAMP_MASK;
        kept(ctrl)->stamp_at = sim_now(ctrl->sim);
        kept(ctrl)->stamped = true;
        return NVME_OK;
    }
    status = ranges_check(ctrl, data.ranges, count);
    if (status)
        return status;
    memcpy(kept(ctrl)->ranges[cmd->sqe.nsid - 1].type, data.ranges, RANGES_BYTES);
    kept(ctrl)->ranges[cmd->sqe.nsid - 1].count = count;
    return NVME_OK;
}
