/* models/nvme/firmware.c - Firmware Image Download and Commit.
 *
 * Two slots: the first is read only and holds 1.0; any image that is committed to the second makes
 * it 2.0. What an image contains is not looked at. A commit takes effect at the next controller
 * reset; activation without one is not offered (FRMW bit 4), and says so. Pieces of an image come
 * in the order of their offsets; one at offset 0 begins a new image. Left out: boot partitions.
 * Source: NVM Express 1.4, 5.11, 5.12.
 */
#include "models/nvme/nvme_private.h"

enum action { REPLACE, REPLACE_AND_ACTIVATE, ACTIVATE, ACTIVATE_NOW };

static const char *const revision[] = {"", "1.0", "2.0"};

const char *nvme__firmware_revision(const struct nvme_ctrl *ctrl, uint32_t slot)
{
    SIM_ASSERT(slot <= NVME_FIRMWARE_SLOTS);
    return slot == NVME_FIRMWARE_SLOTS && !ctrl->firmware.second ? "" : revision[slot];
}

void nvme__firmware_reset(struct nvme_ctrl *ctrl)
{
    struct nvme_firmware *firmware = &ctrl->firmware;

    if (!firmware->active)
        firmware->active = 1;
    if (firmware->next)
        firmware->active = firmware->next;
    firmware->next = 0;
    firmware->bytes = 0;
    firmware->holed = false;
}

/* --- Firmware Image Download (5.12) ----------------------------------------------------------- */

uint16_t nvme__firmware_check(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    struct nvme_firmware *firmware = &ctrl->firmware;
    uint64_t bytes = ((uint64_t)cmd->sqe.cdw10 + 1) * 4, offset = (uint64_t)cmd->sqe.cdw11 * 4;

    if (bytes > nvme__transfer_max(ctrl) || bytes > UINT32_MAX)
        return NVME_INVALID_FIELD | NVME_STATUS_DNR;
    if (offset && offset < firmware->bytes)
        return NVME_OVERLAPPING_RANGE | NVME_STATUS_DNR;
    cmd->bytes = (uint32_t)bytes;
    return NVME_OK;
}

static uint16_t pass_piece(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint64_t phys, uint32_t at,
                           uint32_t bytes, void *ctx)
{
    uint8_t image[NVME_MEDIA_BLOCK];

    (void)cmd;
    (void)at;
    (void)ctx;
    for (uint32_t n; bytes; bytes -= n, phys += n) {
        n = bytes < sizeof(image) ? bytes : (uint32_t)sizeof(image);
        if (ctrl->host.read(ctrl->host.ctx, phys, image, n))
            return NVME_DATA_TRANSFER_ERROR;
    }
    return NVME_OK;
}

uint16_t nvme__firmware_data(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, uint32_t *moved)
{
    struct nvme_firmware *firmware = &ctrl->firmware;
    uint64_t offset = (uint64_t)cmd->sqe.cdw11 * 4;
    uint16_t status = nvme__prp_walk(ctrl, cmd, moved, pass_piece, NULL);

    if (status)
        return status;
    if (!offset)
        firmware->holed = false;
    else if (offset != firmware->bytes)
        firmware->holed = true;
    firmware->bytes = offset + cmd->bytes;
    return NVME_OK;
}

/* --- Firmware Commit (5.11) ------------------------------------------------------------------- */

static uint16_t replace(struct nvme_firmware *firmware, uint32_t slot)
{
    if (slot == 1)
        return NVME_INVALID_FIRMWARE_SLOT | NVME_STATUS_DNR;
    if (!firmware->bytes || firmware->holed)
        return NVME_INVALID_FIRMWARE_IMAGE | NVME_STATUS_DNR;
    firmware->second = true;
    firmware->bytes = 0;
    return NVME_OK;
}

uint16_t nvme__firmware_commit(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    struct nvme_firmware *firmware = &ctrl->firmware;
    uint32_t slot = cmd->sqe.cdw10 & 7, action = cmd->sqe.cdw10 >> 3 & 7;
    uint16_t status = NVME_OK;

    if (action > ACTIVATE_NOW)
        return NVME_INVALID_FIELD | NVME_STATUS_DNR;
    if (slot > NVME_FIRMWARE_SLOTS)
        return NVME_INVALID_FIRMWARE_SLOT | NVME_STATUS_DNR;
    if (!slot) /* the controller chooses: there is one that can be written */
        slot = NVME_FIRMWARE_SLOTS;
    if (action <= REPLACE_AND_ACTIVATE || (action == ACTIVATE_NOW && firmware->bytes))
        status = replace(firmware, slot);
    else if (slot == NVME_FIRMWARE_SLOTS && !firmware->second)
        status = NVME_INVALID_FIRMWARE_IMAGE | NVME_STATUS_DNR;
    if (status || action == REPLACE)
        return status;
    firmware->next = (uint8_t)slot;
    return action == ACTIVATE_NOW ? NVME_FIRMWARE_NEEDS_RESET : NVME_OK;
}
