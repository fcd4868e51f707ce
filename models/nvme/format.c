/* models/nvme/format.c - Format NVM: the user data of one namespace, or of all, is gone.
 *
 * There is one LBA format, without metadata or protection, so only the erasure can be asked for;
 * every format erases, even one that does not ask for it. It takes effect at its completion, as one
 * moment. Left out: cryptographic erase (FNA bit 2), Format in Progress. Source: NVM Express 1.4,
 * 5.23.
 */
#include "models/nvme/nvme_private.h"

uint16_t nvme__format_check(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    uint32_t value = cmd->sqe.cdw10, lbaf = value & 0xF, protection = value >> 5 & 7,
             erase = value >> 9 & 7;

    if (cmd->sqe.nsid != NVME_NSID_ALL && !nvme__ns_exists(ctrl, cmd->sqe.nsid))
        return NVME_INVALID_NAMESPACE | NVME_STATUS_DNR;
    if (lbaf || protection || value >> 4 & 1)
        return NVME_INVALID_FORMAT | NVME_STATUS_DNR;
    if (erase > 1)
        return NVME_INVALID_FIELD | NVME_STATUS_DNR;
    return NVME_OK;
}

uint16_t nvme__format(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    bool all = cmd->sqe.nsid == NVME_NSID_ALL;
    uint64_t blocks = nvme_namespace_blocks(ctrl);

    nvme__blocks_erase(
        ctrl, (struct nvme_extent){.lba = all ? 0 : (cmd->sqe.nsid - UINT64_C(1)) * blocks,
                                   .count = all ? blocks * ctrl->options.namespaces : blocks});
    return NVME_OK;
}
