/* models/nvme/range.c - NVM commands about blocks whose data no host memory holds: Dataset
 * Management, Write Zeroes, Write Uncorrectable, Verify.
 *
 * Each takes effect at one moment within its latency, as a write does. Deallocation takes place at
 * once and for all blocks of the ranges, or never (option deallocated = kept); the attributes of
 * ranges and the hints about integral reads and writes are accepted without effect. A range beyond
 * the namespace fails the whole command, and nothing of it is done. Left out: Deallocated or
 * Unwritten Logical Block errors (NSFEAT bit 2 is 0).
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

/* --- blocks that cannot be read --------------------------------------------------------------- */

bool nvme__any_marked(const struct nvme_ctrl *ctrl, struct nvme_extent extent)
{
    for (uint64_t i = extent.lba; i < extent.lba + extent.count; i++)
        if (nvme__media_read(&ctrl->marks, i)[i & (NVME_MEDIA_BLOCK - 1)])
            return true;
    return false;
}

void nvme__unmark(struct nvme_ctrl *ctrl, struct nvme_extent extent)
{
    nvme__media_clear(&ctrl->marks, extent.lba, extent.count);
}

static uint16_t mark(struct nvme_ctrl *ctrl, struct nvme_extent extent)
{
    for (uint64_t i = extent.lba; i < extent.lba + extent.count; i++) {
        uint8_t *marks = nvme__media_write(&ctrl->marks, i);

        if (!marks)
            return NVME_CAPACITY_EXCEEDED | NVME_STATUS_DNR;
        marks[i & (NVME_MEDIA_BLOCK - 1)] = 1;
    }
    ctrl->marked = true;
    return NVME_OK;
}

/* --- in the data stage ------------------------------------------------------------------------ */

void nvme__blocks_erase(struct nvme_ctrl *ctrl, struct nvme_extent extent)
{
    uint64_t bytes = ctrl->options.block_bytes;

    if (ctrl->cache.size)
        nvme__cache_commit(ctrl, extent);
    nvme__media_clear(&ctrl->media, extent.lba * bytes, extent.count * bytes);
    if (ctrl->marked)
        nvme__unmark(ctrl, extent);
}

/* Where a block that was never written is not zero, zeroes are data like any other. */
static uint16_t write_zeroes(struct nvme_ctrl *ctrl, struct nvme_extent extent)
{
    uint64_t bytes = ctrl->options.block_bytes, at = extent.lba * bytes;

    nvme__blocks_erase(ctrl, extent);
    if (ctrl->options.deallocated != NVME_DEALLOCATED_ONES)
        return NVME_OK;
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
        nvme__blocks_erase(
            ctrl, (struct nvme_extent){.lba = base + ranges[i].lba, .count = ranges[i].blocks});
    return NVME_OK;
}

uint16_t nvme__range_data(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved)
{
    struct nvme_extent extent = nvme__extent(ctrl, &cmd->sqe);

    switch (cmd->sqe.opcode) {
    case NVME_IO_DATASET:
        return dataset(ctrl, cmd, moved);
    case NVME_IO_WRITE_ZEROES:
        return write_zeroes(ctrl, extent);
    case NVME_IO_WRITE_UNCORRECTABLE:
        return mark(ctrl, extent);
    default:
        SIM_ASSERT(cmd->sqe.opcode == NVME_IO_VERIFY);
        return ctrl->marked && nvme__any_marked(ctrl, extent) ? NVME_UNRECOVERED_READ : NVME_OK;
    }
}
