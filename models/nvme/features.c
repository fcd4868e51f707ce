/* models/nvme/features.c - Set Features and Get Features.
 *
 * Values are kept until the next controller reset; nothing can be saved beyond it. Arbitration
 * Burst, Number of Queues, Volatile Write Cache, temperature thresholds and the choice of events
 * have effect, the others are accepted and remembered only. What takes data is in
 * feature_data.c. What needs a capability that Identify does not tell (0Ch, 0Dh, 0Fh to 12h, 80h to
 * 83h) is Invalid Field. Number of Queues
 * grants what is asked for, up to what the controller has. Source: NVM Express 1.4, 5.13, 5.21.
 */
#include <string.h>

#include "models/nvme/nvme_private.h"

struct feature {
    uint32_t dflt;
    uint32_t mask; /* bits that a driver can set */
    bool known;
    bool of_namespace; /* one value for all of them here */
};

static const struct feature table[NVME_FEATURE_COUNT] = {
    [NVME_FEATURE_ARBITRATION] = {NVME_DEFAULT_ARBITRATION, 0xFFFFFF07, true, false},
    [NVME_FEATURE_POWER] = {0, 0x000000FF, true, false},
    [NVME_FEATURE_RANGES] = {0, 0, true, true},
    [NVME_FEATURE_TEMPERATURE] = {343, 0x003FFFFF, true, false},
    [NVME_FEATURE_ERROR_RECOVERY] = {0, 0x0000FFFF, true, true},
    [NVME_FEATURE_WRITE_CACHE] = {1, 0x00000001, true, false},
    [NVME_FEATURE_QUEUES] = {0, 0, true, false},
    [NVME_FEATURE_COALESCING] = {0, 0x0000FFFF, true, false},
    [NVME_FEATURE_VECTOR] = {0, 0, true, false},
    [NVME_FEATURE_ATOMICITY] = {0, 0x00000001, true, false},
    [NVME_FEATURE_EVENTS] = {0, 0x000003FF, true, false},
    [NVME_FEATURE_TIMESTAMP] = {0, 0, true, false},
};

static uint32_t default_of(const struct nvme_ctrl *ctrl, uint32_t id)
{
    return id == NVME_FEATURE_COALESCING ? ctrl->options.coalescing : table[id].dflt;
}

void nvme__features_reset(struct nvme_ctrl *ctrl)
{
    for (uint32_t i = 0; i < NVME_FEATURE_COUNT; i++)
        ctrl->features[i] = default_of(ctrl, i);
    ctrl->sqs_granted = ctrl->cqs_granted = ctrl->options.queues;
    ctrl->temperature_low = 0;
    nvme__feature_data_reset(ctrl);
}

static uint32_t granted(const struct nvme_ctrl *ctrl)
{
    return (ctrl->sqs_granted - 1) | (ctrl->cqs_granted - 1) << 16;
}

/* 5.21.1.7: once, before any I/O queue is created; both counts are 0's based. */
static uint16_t set_queues(struct nvme_ctrl *ctrl, uint32_t value, uint32_t *dw0)
{
    uint32_t sqs = value & 0xFFFF, cqs = value >> 16;

    if (sqs == 0xFFFF || cqs == 0xFFFF) {
        nvme__guest_error(ctrl, NVME_GUEST_QUEUE_COUNT, 0, value);
        return NVME_INVALID_FIELD | NVME_STATUS_DNR;
    }
    if (ctrl->io_sqs || ctrl->io_cqs) {
        nvme__guest_error(ctrl, NVME_GUEST_QUEUE_COUNT_LATE, 0, value);
        return NVME_COMMAND_SEQUENCE | NVME_STATUS_DNR;
    }
    ctrl->sqs_granted = sqs < ctrl->options.queues ? sqs + 1 : ctrl->options.queues;
    ctrl->cqs_granted = cqs < ctrl->options.queues ? cqs + 1 : ctrl->options.queues;
    *dw0 = granted(ctrl);
    return NVME_OK;
}

/* 5.21.1.9: per vector. */
static bool vector_exists(const struct nvme_ctrl *ctrl, uint32_t value)
{
    uint32_t vectors = ctrl->options.vectors ? ctrl->options.vectors : 1;

    return (value & 0xFFFF) < vectors;
}

/* 5.21: a namespace may be named for a feature that has one only. */
static uint16_t check_namespace(const struct nvme_ctrl *ctrl, const struct nvme_sqe *sqe)
{
    if (!sqe->nsid || sqe->nsid == NVME_NSID_ALL)
        return NVME_OK;
    if (!nvme__ns_exists(ctrl, sqe->nsid))
        return NVME_INVALID_NAMESPACE | NVME_STATUS_DNR;
    return table[sqe->cdw10 & 0xFF].of_namespace ? NVME_OK
                                                 : NVME_FEATURE_NOT_NAMESPACE | NVME_STATUS_DNR;
}

/* 5.21.1.4: threshold in 15:0, sensor in 19:16 (0: composite, Fh: all; others are not there), above
 * or below in 21:20. */
static uint16_t set_temperature(struct nvme_ctrl *ctrl, uint32_t value)
{
    uint32_t sensor = value >> 16 & 0xF, side = value >> 20 & 3;

    if ((sensor && sensor != 0xF) || side > 1)
        return NVME_INVALID_FIELD | NVME_STATUS_DNR;
    if (side)
        ctrl->temperature_low = value & 0xFFFF;
    else
        ctrl->features[NVME_FEATURE_TEMPERATURE] = value & 0xFFFF;
    nvme__event_health(ctrl);
    return NVME_OK;
}

/* 5.21.1.6: a cache that is not there has no feature. */
static bool is_known(const struct nvme_ctrl *ctrl, uint32_t id)
{
    return id < NVME_FEATURE_COUNT && table[id].known &&
           (id != NVME_FEATURE_WRITE_CACHE || ctrl->options.cache_bytes);
}

/* Bit 16: Coalescing Disable. */
static void set_vector(struct nvme_ctrl *ctrl, uint32_t value)
{
    uint64_t bit = UINT64_C(1) << (value & 63);

    ctrl->ungathered = value >> 16 & 1 ? ctrl->ungathered | bit : ctrl->ungathered & ~bit;
}

static uint32_t settable(const struct nvme_ctrl *ctrl, uint32_t id)
{
    return table[id].mask |
           (id == NVME_FEATURE_ERROR_RECOVERY && ctrl->options.dulbe ? NVME_RECOVERY_DULBE : 0);
}

uint16_t nvme__feature_set(struct nvme_ctrl *ctrl, const struct nvme_sqe *sqe, uint32_t *dw0)
{
    uint32_t id = sqe->cdw10 & 0xFF, value = sqe->cdw11;

    if (!is_known(ctrl, id))
        return NVME_INVALID_FIELD | NVME_STATUS_DNR;
    if (sqe->cdw10 >> 31)
        return NVME_FEATURE_NOT_SAVEABLE | NVME_STATUS_DNR;
    if (check_namespace(ctrl, sqe))
        return check_namespace(ctrl, sqe);
    if (id == NVME_FEATURE_TEMPERATURE)
        return set_temperature(ctrl, value);
    if (id == NVME_FEATURE_QUEUES)
        return set_queues(ctrl, value, dw0);
    if (id == NVME_FEATURE_VECTOR && !vector_exists(ctrl, value))
        return NVME_INVALID_FIELD | NVME_STATUS_DNR;
    if (id == NVME_FEATURE_POWER && (value & 0x1F)) /* Identify's NPSS is 0 */
        return NVME_INVALID_FIELD | NVME_STATUS_DNR;
    if (id == NVME_FEATURE_VECTOR)
        set_vector(ctrl, value);
    ctrl->features[id] = value & settable(ctrl, id);
    if (id == NVME_FEATURE_EVENTS)
        nvme__event_health(ctrl);
    if (id == NVME_FEATURE_WRITE_CACHE && !ctrl->features[id] && ctrl->cache.size)
        nvme__cache_flush(ctrl);
    return NVME_OK;
}

static uint32_t current(const struct nvme_ctrl *ctrl, uint32_t id, uint32_t dword11)
{
    if (id == NVME_FEATURE_QUEUES)
        return granted(ctrl);
    if (id == NVME_FEATURE_VECTOR)
        return (dword11 & 0xFFFF) | (uint32_t)(ctrl->ungathered >> (dword11 & 63) & 1) << 16;
    if (id == NVME_FEATURE_TEMPERATURE && (dword11 >> 20 & 3))
        return ctrl->temperature_low;
    return ctrl->features[id];
}

uint16_t nvme__feature_get(const struct nvme_ctrl *ctrl, const struct nvme_sqe *sqe, uint32_t *dw0)
{
    uint32_t id = sqe->cdw10 & 0xFF, select = sqe->cdw10 >> 8 & 7;

    if (!is_known(ctrl, id))
        return NVME_INVALID_FIELD | NVME_STATUS_DNR;
    if (id == NVME_FEATURE_VECTOR && !vector_exists(ctrl, sqe->cdw11))
        return NVME_INVALID_FIELD | NVME_STATUS_DNR;
    switch (select) {
    case NVME_SELECT_CURRENT:
        *dw0 = current(ctrl, id, sqe->cdw11);
        return NVME_OK;
    case NVME_SELECT_DEFAULT:
    case NVME_SELECT_SAVED: /* nothing can be saved, so the default is what a reset brings */
        *dw0 = id == NVME_FEATURE_QUEUES
                   ? (ctrl->options.queues - 1) | (ctrl->options.queues - 1) << 16
                   : default_of(ctrl, id);
        return NVME_OK;
    case NVME_SELECT_SUPPORTED:
        *dw0 = 1u << 2 | (uint32_t)table[id].of_namespace << 1; /* changeable, not saveable */
        return NVME_OK;
    default:
        return NVME_INVALID_FIELD | NVME_STATUS_DNR;
    }
}
