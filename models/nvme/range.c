/* models/nvme/range.c - NVM commands about blocks whose data no host memory holds: Dataset
 * Management, Write Zeroes, Write Uncorrectable, Verify.
 *
 * Each takes effect at one moment within its latency, as a write does. Deallocation takes place at
 * once and for all blocks of the ranges, or never (option deallocated = kept); the attributes of
 * ranges and the hints about integral reads and writes are accepted without effect. A range beyond
 * the namespace fails the whole command, and nothing of it is done. With option granularity only
 * whole pieces of a range are deallocated; with dulbe the driver can ask for errors where a block
 * was not written, or deallocated, since (6.7.1.1), which a loss of power does not change.
 * Source: NVM Express 1.4, 6.7, 6.14, 6.16, 6.17 and 5.15.2.1 (DLFEAT).
 */
#include <string.h>

#include "models/nvme/nvme_private.h"

/* --- at fetch --------------------------------------------------------------------------------- */

static uint16_t check_dataset(const struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    if (!nvme__ns_exists(ctrl, cmd->sqe.nsid))
        return NVME_INVALID_NAMESPACE | NVME_STATUS_DNR;
    cmd->bytes = ((cmd->sqe.cdw10 & 0xFF) + 1) * (uint32_t)sizeof(struct nvme_range);
    return NVME_OK;
}

/* MDTS is about data that moves: none does here. */
static uint16_t check_blocks(const struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    cmd->works = true;
    return nvme__blocks_check(ctrl, cmd);
}

static const struct op {
    uint16_t oncs; /* the bit that offers it */
    uint16_t (*check)(const struct nvme_ctrl *ctrl, struct nvme_cmd *cmd);
    bool reads; /* takes as long as a read; else as a write */
} ops[] = {
    [NVME_IO_WRITE_UNCORRECTABLE] = {NVME_ONCS_WRITE_UNCORRECTABLE, check_blocks, false},
    [NVME_IO_WRITE_ZEROES] = {NVME_ONCS_WRITE_ZEROES, check_blocks, false},
    [NVME_IO_DATASET] = {NVME_ONCS_DATASET, check_dataset, false},
    [NVME_IO_VERIFY] = {NVME_ONCS_VERIFY, check_blocks, true},
};

uint32_t nvme__io_effects(const struct nvme_ctrl *ctrl, uint32_t opcode)
{
    switch (opcode) {
    case NVME_IO_WRITE:
        return NVME_EFFECTS_SUPPORTED | NVME_EFFECTS_BLOCKS;
    case NVME_IO_READ:
    case NVME_IO_FLUSH:
        return NVME_EFFECTS_SUPPORTED;
    case NVME_IO_COMPARE:
        return ctrl->options.oncs & NVME_ONCS_COMPARE ? NVME_EFFECTS_SUPPORTED : 0;
    default:
        if (opcode >= sizeof(ops) / sizeof(ops[0]) || !(ctrl->options.oncs & ops[opcode].oncs))
            return 0;
        return NVME_EFFECTS_SUPPORTED | (ops[opcode].reads ? 0 : NVME_EFFECTS_BLOCKS);
    }
}

uint16_t nvme__range_check(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, sim_ns *mean)
{
    const struct op *op = ops;

    if (cmd->sqe.opcode < sizeof(ops) / sizeof(ops[0]))
        op += cmd->sqe.opcode;
    if (!(ctrl->options.oncs & op->oncs))
        return NVME_INVALID_OPCODE | NVME_STATUS_DNR;
    *mean = op->reads ? ctrl->options.read_ns : ctrl->options.write_ns;
    return op->check(ctrl, cmd);
}

/* --- blocks that cannot be read, blocks that hold nothing ------------------------------------- */

static uint8_t marks_of(const struct nvme_ctrl *ctrl, uint64_t block)
{
    return nvme__media_read(&ctrl->marks, block)[block & (NVME_MEDIA_BLOCK - 1)];
}

bool nvme__any_marked(const struct nvme_ctrl *ctrl, struct nvme_extent extent)
{
    for (uint64_t i = extent.lba; i < extent.lba + extent.count; i++)
        if (marks_of(ctrl, i) & NVME_MARK_UNREADABLE)
            return true;
    return false;
}

bool nvme__any_deallocated(const struct nvme_ctrl *ctrl, struct nvme_extent extent)
{
    if (!(ctrl->features[NVME_FEATURE_ERROR_RECOVERY] & NVME_RECOVERY_DULBE))
        return false;
    for (uint64_t i = extent.lba; i < extent.lba + extent.count; i++)
        if (!(marks_of(ctrl, i) & NVME_MARK_WRITTEN))
            return true;
    return false;
}

static uint16_t mark(struct nvme_ctrl *ctrl, struct nvme_extent extent, uint8_t bits)
{
    for (uint64_t i = extent.lba; i < extent.lba + extent.count; i++) {
        uint8_t *marks = nvme__media_write(&ctrl->marks, i);

        if (!marks)
            return NVME_CAPACITY_EXCEEDED | NVME_STATUS_DNR;
        marks[i & (NVME_MEDIA_BLOCK - 1)] = bits;
    }
    return NVME_OK;
}

static void unmark(struct nvme_ctrl *ctrl, struct nvme_extent extent)
{
    if (ctrl->marked || ctrl->options.dulbe)
        nvme__media_clear(&ctrl->marks, extent.lba, extent.count);
}

uint16_t nvme__written(struct nvme_ctrl *ctrl, struct nvme_extent extent)
{
    if (ctrl->options.dulbe)
        return mark(ctrl, extent, NVME_MARK_WRITTEN);
    unmark(ctrl, extent);
    return NVME_OK;
}

static uint16_t make_unreadable(struct nvme_ctrl *ctrl, struct nvme_extent extent)
{
    ctrl->marked = true;
    return mark(ctrl, extent, NVME_MARK_UNREADABLE | NVME_MARK_WRITTEN);
}

/* --- in the data stage ------------------------------------------------------------------------ */

void nvme__blocks_erase(struct nvme_ctrl *ctrl, struct nvme_extent extent)
{
    uint64_t bytes = ctrl->options.block_bytes;

    if (ctrl->cache.size)
        nvme__cache_commit(ctrl, extent);
    nvme__media_clear(&ctrl->media, extent.lba * bytes, extent.count * bytes);
    unmark(ctrl, extent);
}

/* Where a block that was never written is not zero, zeroes are data like any other. */
static uint16_t write_zeroes(struct nvme_ctrl *ctrl, struct nvme_extent extent, bool deallocate)
{
    uint64_t bytes = ctrl->options.block_bytes, at = extent.lba * bytes;

    uint16_t status = NVME_OK;

    nvme__blocks_erase(ctrl, extent);
    if (!deallocate) /* 6.16: then they are written, if with zeroes */
        status = nvme__written(ctrl, extent);
    if (status || ctrl->options.deallocated != NVME_DEALLOCATED_ONES)
        return status;
    for (uint64_t end = at + extent.count * bytes; at < end; at += bytes) {
        uint8_t *block = nvme__media_write(&ctrl->media, at);

        if (!block)
            return NVME_CAPACITY_EXCEEDED | NVME_STATUS_DNR;
        memset(block + (at & (NVME_MEDIA_BLOCK - 1)), 0, bytes);
    }
    return NVME_OK;
}

static uint16_t take_piece(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint64_t phys, uint32_t at,
                           uint32_t bytes, void *ctx)
{
    uint8_t *to = (uint8_t *)ctx + at;

    if (ctrl->host.read(ctrl->host.ctx, phys, to, bytes))
        return NVME_DATA_TRANSFER_ERROR;
    nvme__from_host(cmd, to, bytes);
    return NVME_OK;
}

/* Blocks of a range from `base` on, as far as they make up whole granules of their namespace. */
static struct nvme_extent whole(const struct nvme_ctrl *ctrl, uint64_t base,
                                const struct nvme_range *range)
{
    uint64_t granule = ctrl->options.granule ? ctrl->options.granule : 1;
    uint64_t first = (range->lba + granule - 1) / granule * granule;
    uint64_t end = range->lba + range->blocks;

    end = end == ctrl->blocks ? end : end / granule * granule;
    return (struct nvme_extent){.lba = base + first, .count = end > first ? end - first : 0};
}

static uint16_t dataset(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved)
{
    struct nvme_range ranges[NVME_DATASET_RANGES];
    uint32_t count = cmd->bytes / sizeof(ranges[0]);
    uint64_t blocks = ctrl->blocks, base = (cmd->sqe.nsid - UINT64_C(1)) * blocks;
    uint16_t status = nvme__walk(ctrl, cmd, moved, take_piece, ranges);

    if (status)
        return status;
    for (uint32_t i = 0; i < count; i++)
        if (ranges[i].lba > blocks || ranges[i].blocks > blocks - ranges[i].lba)
            return NVME_LBA_OUT_OF_RANGE | NVME_STATUS_DNR;
    if (!(cmd->sqe.cdw11 & NVME_DATASET_DEALLOCATE) ||
        ctrl->options.deallocated == NVME_DEALLOCATED_KEPT)
        return NVME_OK;
    for (uint32_t i = 0; i < count; i++)
        nvme__blocks_erase(ctrl, whole(ctrl, base, &ranges[i]));
    return NVME_OK;
}

uint16_t nvme__range_data(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved)
{
    struct nvme_extent extent = nvme__extent(ctrl, &cmd->sqe);

    switch (cmd->sqe.opcode) {
    case NVME_IO_DATASET:
        return dataset(ctrl, cmd, moved);
    case NVME_IO_WRITE_ZEROES:
        return write_zeroes(ctrl, extent, cmd->sqe.cdw12 & NVME_IO_DEAC);
    case NVME_IO_WRITE_UNCORRECTABLE:
        return make_unreadable(ctrl, extent);
    default:
        SIM_ASSERT(cmd->sqe.opcode == NVME_IO_VERIFY);
        if (ctrl->marked && nvme__any_marked(ctrl, extent))
            return NVME_UNRECOVERED_READ;
        return nvme__any_deallocated(ctrl, extent) ? NVME_DEALLOCATED_BLOCK : NVME_OK;
    }
}
