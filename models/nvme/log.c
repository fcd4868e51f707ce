/* models/nvme/log.c - Get Log Page: errors, health, firmware slots.
 *
 * The error log keeps the last few failed commands; health counts what was really read and written.
 * Data beyond the end of a log page is not transferred: the specification leaves it undefined.
 * Source: NVM Express 1.4, 5.14.
 */
#include <string.h>

#include "models/nvme/nvme_private.h"

#define TEMPERATURE 310 /* kelvins; nothing heats up here */

static uint32_t size_of(uint32_t log)
{
    switch (log) {
    case NVME_LOG_ERROR:
        return NVME_ERROR_ENTRIES * sizeof(struct nvme_error_entry);
    case NVME_LOG_HEALTH:
        return sizeof(struct nvme_health);
    case NVME_LOG_FIRMWARE:
        return sizeof(struct nvme_firmware_slots);
    default:
        return 0;
    }
}

static_assert(NVME_ERROR_ENTRIES * sizeof(struct nvme_error_entry) <= NVME_LOG_BYTES, "fits");

uint64_t nvme__log_offset(const struct nvme_sqe *sqe)
{
    return sqe->cdw12 | (uint64_t)sqe->cdw13 << 32;
}

uint16_t nvme__log_check(const struct nvme_ctrl *ctrl, const struct nvme_sqe *sqe, uint32_t *bytes)
{
    uint32_t size = size_of(sqe->cdw10 & 0xFF);
    uint64_t dwords = (sqe->cdw10 >> 16 | (uint64_t)(sqe->cdw11 & 0xFFFF) << 16) + 1;
    uint64_t offset = nvme__log_offset(sqe);

    if (!size)
        return NVME_INVALID_LOG_PAGE | NVME_STATUS_DNR;
    if ((offset & 3) || offset > size || dwords * 4 > nvme__transfer_max(ctrl))
        return NVME_INVALID_FIELD | NVME_STATUS_DNR;
    *bytes = (uint32_t)(dwords * 4 < size - offset ? dwords * 4 : size - offset);
    return NVME_OK;
}

void nvme__log_error(struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd)
{
    struct nvme_error_entry *entry = &ctrl->errors[ctrl->error_count % NVME_ERROR_ENTRIES];
    bool names_blocks = cmd->qid && nvme_names_blocks(cmd->sqe.opcode);

    *entry = (struct nvme_error_entry){
        .count = ++ctrl->error_count,
        .sqid = cmd->qid,
        .cid = cmd->sqe.cid,
        .status = (uint16_t)(cmd->status << 1),
        .location = UINT16_MAX, /* no particular byte of the command */
        .lba = names_blocks ? cmd->sqe.cdw10 | (uint64_t)cmd->sqe.cdw11 << 32 : 0,
        .nsid = cmd->sqe.nsid,
    };
}

/* Newest first. */
static void error_page(const struct nvme_ctrl *ctrl, struct nvme_error_entry *to)
{
    for (uint64_t i = 0; i < NVME_ERROR_ENTRIES && i < ctrl->error_count; i++)
        to[i] = ctrl->errors[(ctrl->error_count - 1 - i) % NVME_ERROR_ENTRIES];
}

static void health_page(const struct nvme_ctrl *ctrl, struct nvme_health *health)
{
    health->temperature[0] = TEMPERATURE & 0xFF;
    health->temperature[1] = TEMPERATURE >> 8;
    health->available_spare = 100;
    health->spare_threshold = 10;
    health->data_units_read[0] = (ctrl->sectors_read + 999) / 1000;
    health->data_units_written[0] = (ctrl->sectors_written + 999) / 1000;
    health->host_reads[0] = ctrl->reads;
    health->host_writes[0] = ctrl->writes;
    health->power_cycles[0] = 1 + ctrl->power_cycles;
    health->unsafe_shutdowns[0] = ctrl->unsafe_shutdowns;
    health->error_entries[0] = ctrl->error_count;
}

void nvme__log_page(const struct nvme_ctrl *ctrl, uint32_t log, uint8_t page[NVME_LOG_BYTES])
{
    struct nvme_firmware_slots *slots = (struct nvme_firmware_slots *)page;

    memset(page, 0, NVME_LOG_BYTES);
    switch (log) {
    case NVME_LOG_ERROR:
        error_page(ctrl, (struct nvme_error_entry *)page);
        break;
    case NVME_LOG_HEALTH:
        health_page(ctrl, (struct nvme_health *)page);
        break;
    default:
        slots->afi = 1;
        memcpy(slots->revision[0], "1.0     ", 8);
    }
}
