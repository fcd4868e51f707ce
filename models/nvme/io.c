/* models/nvme/io.c - the NVM command set: Read, Write, Compare, Flush; the others are in range.c.
 *
 * Data goes straight between host memory and the medium. A write is on the medium when its data was
 * fetched, before it completes, and stays there when it never completes: that is what a driver must
 * expect of a write that it lost sight of. Whether it survives a loss of power is the business of
 * cache.c. End-to-end protection and hints are read over. Reservations are not offered (ONCS):
 * their commands are Invalid Opcode. Source: NVM Express 1.4, chapter 6.
 */
#include <string.h>

#include "models/nvme/nvme_private.h"

/* --- at fetch --------------------------------------------------------------------------------- */

uint16_t nvme__blocks_check(const struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd)
{
    uint64_t first = cmd->sqe.cdw10 | (uint64_t)cmd->sqe.cdw11 << 32;
    uint32_t count = (cmd->sqe.cdw12 & 0xFFFF) + 1; /* 0's based */

    if (!nvme__ns_exists(ctrl, cmd->sqe.nsid))
        return NVME_INVALID_NAMESPACE | NVME_STATUS_DNR;
    if (first >= ctrl->blocks || count > ctrl->blocks - first)
        return NVME_LBA_OUT_OF_RANGE | NVME_STATUS_DNR;
    return NVME_OK;
}

static uint16_t check_transfer(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    uint16_t status = nvme__blocks_check(ctrl, cmd);
    uint64_t bytes;

    if (status)
        return status;
    bytes = nvme__extent(ctrl, &cmd->sqe).count * ctrl->options.block_bytes;
    if (bytes > nvme__transfer_max(ctrl)) {
        nvme__guest_error(ctrl, NVME_GUEST_TRANSFER_SIZE, cmd->qid, bytes);
        return NVME_INVALID_FIELD | NVME_STATUS_DNR;
    }
    cmd->bytes = (uint32_t)bytes;
    return NVME_OK;
}

uint16_t nvme__io_check(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, sim_ns *mean)
{
    switch (cmd->sqe.opcode) {
    case NVME_IO_READ:
        *mean = ctrl->options.read_ns;
        cmd->to_host = true;
        return check_transfer(ctrl, cmd);
    case NVME_IO_WRITE:
        *mean = ctrl->options.write_ns;
        return check_transfer(ctrl, cmd);
    case NVME_IO_FLUSH:
        *mean = ctrl->options.flush_ns;
        cmd->works = ctrl->cache.size;
        if (!nvme__ns_exists(ctrl, cmd->sqe.nsid) && cmd->sqe.nsid != NVME_NSID_ALL)
            return NVME_INVALID_NAMESPACE | NVME_STATUS_DNR;
        return NVME_OK;
    case NVME_IO_COMPARE:
        *mean = ctrl->options.read_ns;
        if (ctrl->options.oncs & NVME_ONCS_COMPARE)
            return check_transfer(ctrl, cmd);
        return NVME_INVALID_OPCODE | NVME_STATUS_DNR;
    default:
        return nvme__range_check(ctrl, cmd, mean);
    }
}

/* --- in the data stage ------------------------------------------------------------------------ */

static uint32_t within_block(uint64_t at, uint32_t bytes)
{
    uint32_t room = NVME_MEDIA_BLOCK - (uint32_t)(at & (NVME_MEDIA_BLOCK - 1));

    return bytes < room ? bytes : room;
}

static uint16_t read_piece(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint64_t phys,
                           uint32_t done, uint32_t bytes, void *ctx)
{
    uint64_t at = *(const uint64_t *)ctx + done;

    while (bytes) {
        uint32_t n = within_block(at, bytes);
        const uint8_t *block = nvme__media_read(&ctrl->media, at);

        if (nvme__to_host(ctrl, cmd, phys, block + (at & (NVME_MEDIA_BLOCK - 1)), n))
            return NVME_DATA_TRANSFER_ERROR;
        at += n;
        phys += n;
        bytes -= n;
    }
    return NVME_OK;
}

static uint16_t write_piece(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint64_t phys,
                            uint32_t done, uint32_t bytes, void *ctx)
{
    uint64_t at = *(const uint64_t *)ctx + done;

    while (bytes) {
        uint32_t n = within_block(at, bytes);
        uint8_t *block = nvme__media_write(&ctrl->media, at);

        if (!block)
            return NVME_CAPACITY_EXCEEDED | NVME_STATUS_DNR;
        if (ctrl->host.read(ctrl->host.ctx, phys, block + (at & (NVME_MEDIA_BLOCK - 1)), n))
            return NVME_DATA_TRANSFER_ERROR;
        nvme__from_host(cmd, block + (at & (NVME_MEDIA_BLOCK - 1)), n);
        at += n;
        phys += n;
        bytes -= n;
    }
    return NVME_OK;
}

/* 6.6: ends at the first difference; what is behind it is not fetched. */
static uint16_t compare_piece(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint64_t phys,
                              uint32_t done, uint32_t bytes, void *ctx)
{
    uint8_t data[NVME_MEDIA_BLOCK];
    uint64_t at = *(const uint64_t *)ctx + done;

    while (bytes) {
        uint32_t n = within_block(at, bytes);
        const uint8_t *block = nvme__media_read(&ctrl->media, at);

        if (ctrl->host.read(ctrl->host.ctx, phys, data, n))
            return NVME_DATA_TRANSFER_ERROR;
        nvme__from_host(cmd, data, n);
        if (memcmp(data, block + (at & (NVME_MEDIA_BLOCK - 1)), n))
            return NVME_COMPARE_FAILURE;
        at += n;
        phys += n;
        bytes -= n;
    }
    return NVME_OK;
}

static uint16_t read_blocks(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved)
{
    struct nvme_extent extent = nvme__extent(ctrl, &cmd->sqe);
    uint64_t at = extent.lba * ctrl->options.block_bytes;
    uint16_t status = NVME_UNRECOVERED_READ;

    /* 6.9: what is returned is on the non-volatile medium before. */
    if (SIM_UNLIKELY(ctrl->cache.size) && (cmd->sqe.cdw12 & NVME_IO_FUA))
        nvme__cache_commit(ctrl, extent);
    if (SIM_UNLIKELY(ctrl->options.dulbe) && nvme__any_deallocated(ctrl, extent))
        status = NVME_DEALLOCATED_BLOCK;
    else if (SIM_LIKELY(!ctrl->marked) || !nvme__any_marked(ctrl, extent))
        status = nvme__walk(ctrl, cmd, moved, cmd->to_host ? read_piece : compare_piece, &at);
    ctrl->reads++;
    ctrl->sectors_read += *moved / 512;
    return status;
}

static uint16_t write_blocks(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved)
{
    struct nvme_extent extent = nvme__extent(ctrl, &cmd->sqe);
    uint64_t at = extent.lba * ctrl->options.block_bytes;
    uint16_t status;

    if (SIM_UNLIKELY(ctrl->cache.size))
        nvme__cache_write(ctrl, &cmd->sqe);
    status = nvme__walk(ctrl, cmd, moved, write_piece, &at);
    if (SIM_UNLIKELY(ctrl->marked || ctrl->options.dulbe) && !status)
        status = nvme__written(ctrl, extent);
    ctrl->writes++;
    ctrl->sectors_written += *moved / 512;
    return status;
}

uint16_t nvme__io_data(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved)
{
    switch (cmd->sqe.opcode) {
    case NVME_IO_READ:
    case NVME_IO_COMPARE:
        return read_blocks(ctrl, cmd, moved);
    case NVME_IO_WRITE:
        return write_blocks(ctrl, cmd, moved);
    case NVME_IO_FLUSH:
        nvme__cache_flush(ctrl);
        return NVME_OK;
    default:
        return nvme__range_data(ctrl, cmd, moved);
    }
}
