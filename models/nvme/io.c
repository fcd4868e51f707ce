/* models/nvme/io.c - the NVM command set: Read, Write, Flush.
 *
 * Data goes straight between host memory and the medium. A write is on the medium when its data was
 * fetched, before it completes, and stays there when it never completes: that is what a driver must
 * expect of a write that it lost sight of. Flush takes its time and has nothing to do, because
 * power never fails here. End-to-end protection, FUA and hints are read over. Source: NVM
 * Express 1.4, chapter 6.
 */
#include "models/nvme/nvme_private.h"

/* --- at fetch --------------------------------------------------------------------------------- */

static uint16_t check_transfer(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    uint64_t first = cmd->sqe.cdw10 | (uint64_t)cmd->sqe.cdw11 << 32;
    uint32_t count = (cmd->sqe.cdw12 & 0xFFFF) + 1; /* 0's based */
    uint64_t blocks = nvme_namespace_blocks(ctrl), bytes;

    if (cmd->sqe.nsid != NVME_NSID)
        return NVME_INVALID_NAMESPACE | NVME_STATUS_DNR;
    if (first >= blocks || count > blocks - first)
        return NVME_LBA_OUT_OF_RANGE | NVME_STATUS_DNR;
    bytes = (uint64_t)count * ctrl->options.block_bytes;
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
        if (cmd->sqe.nsid != NVME_NSID && cmd->sqe.nsid != NVME_NSID_ALL)
            return NVME_INVALID_NAMESPACE | NVME_STATUS_DNR;
        return NVME_OK;
    default:
        return NVME_INVALID_OPCODE | NVME_STATUS_DNR;
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

uint16_t nvme__io_data(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved)
{
    uint64_t first = cmd->sqe.cdw10 | (uint64_t)cmd->sqe.cdw11 << 32;
    uint64_t at = first * ctrl->options.block_bytes;
    uint16_t status =
        nvme__prp_walk(ctrl, cmd, moved, cmd->to_host ? read_piece : write_piece, &at);

    if (cmd->to_host) {
        ctrl->reads++;
        ctrl->sectors_read += *moved / 512;
    } else {
        ctrl->writes++;
        ctrl->sectors_written += *moved / 512;
    }
    return status;
}
