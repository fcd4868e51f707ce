/* models/nvme/log.c - Get Log Page: errors, health, firmware slots, changed namespaces (none ever
 * does), commands and their effects, self-tests.
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
    case NVME_LOG_NAMESPACES:
        return 4096;
    case NVME_LOG_EFFECTS:
        return sizeof(struct nvme_effects);
    case NVME_LOG_SELFTEST:
        return sizeof(struct nvme_selftest_log);
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
    /* 5.14.1.2: health is the controller's, not a namespace's (LPA bit 0 is 0). */
    if ((sqe->cdw10 & 0xFF) == NVME_LOG_HEALTH && sqe->nsid && sqe->nsid != NVME_NSID_ALL)
        return NVME_INVALID_FIELD | NVME_STATUS_DNR;
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

uint32_t nvme__critical_warning(const struct nvme_ctrl *ctrl)
{
    uint32_t above = ctrl->features[NVME_FEATURE_TEMPERATURE] & 0xFFFF;

    return TEMPERATURE >= above || TEMPERATURE <= ctrl->temperature_low ? NVME_WARNING_TEMPERATURE
                                                                        : 0;
}

static void health_page(const struct nvme_ctrl *ctrl, struct nvme_health *health)
{
    health->critical_warning = (uint8_t)nvme__critical_warning(ctrl);
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

static void firmware_page(const struct nvme_ctrl *ctrl, struct nvme_firmware_slots *slots)
{
    slots->afi = (uint8_t)(ctrl->firmware.next << 4 | ctrl->firmware.active);
    for (uint32_t slot = 1; slot <= NVME_FIRMWARE_SLOTS; slot++) {
        const char *text = nvme__firmware_revision(ctrl, slot);

        if (*text)
            memset(slots->revision[slot - 1], ' ', sizeof(slots->revision[0]));
        memcpy(slots->revision[slot - 1], text, strlen(text));
    }
}

static void effects_page(const struct nvme_ctrl *ctrl, struct nvme_effects *effects)
{
    for (uint32_t opcode = 0; opcode < 256; opcode++) {
        effects->admin[opcode] = nvme__admin_effects(ctrl, opcode);
        effects->io[opcode] = nvme__io_effects(ctrl, opcode);
    }
}

void nvme__log_page(struct nvme_ctrl *ctrl, uint32_t log, uint8_t page[NVME_LOG_BYTES])
{
    memset(page, 0, NVME_LOG_BYTES);
    switch (log) {
    case NVME_LOG_ERROR:
        error_page(ctrl, (struct nvme_error_entry *)page);
        break;
    case NVME_LOG_HEALTH:
        health_page(ctrl, (struct nvme_health *)page);
        break;
    case NVME_LOG_FIRMWARE:
        firmware_page(ctrl, (struct nvme_firmware_slots *)page);
        break;
    case NVME_LOG_EFFECTS:
        effects_page(ctrl, (struct nvme_effects *)(void *)page);
        break;
    case NVME_LOG_SELFTEST:
        nvme__selftest_log(ctrl, (struct nvme_selftest_log *)page);
        break;
    default: /* NVME_LOG_NAMESPACES: an empty list */
        break;
    }
}
