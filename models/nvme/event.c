/* models/nvme/event.c - Asynchronous Event Requests: held until something happens.
 *
 * One event of each type is told at a time; the next one of that type waits until the log page that
 * the first named was read without Retain Asynchronous Event. Here happen: errors of doorbells, and
 * a temperature beyond its threshold. Source: NVM Express 1.4, 5.2, 5.21.1.11.
 */
#include "models/nvme/nvme_private.h"

static const uint8_t log_of[NVME_EVENT_TYPE_COUNT] = {
    [NVME_EVENT_ERROR] = NVME_LOG_ERROR,
    [NVME_EVENT_HEALTH] = NVME_LOG_HEALTH,
};

static void complete_oldest(struct nvme_ctrl *ctrl, enum nvme_event_type type, uint32_t info)
{
    struct nvme_cmd *cmd = ctrl->held[0];

    nvme__admin_forget(ctrl, cmd);
    cmd->dw0 = NVME_EVENT_DW0(type, info, log_of[type]);
    nvme__cmd_complete(ctrl, cmd, NVME_OK);
}

static void tell(struct nvme_ctrl *ctrl)
{
    for (uint32_t type = 0; type < NVME_EVENT_TYPE_COUNT; type++) {
        struct nvme_events *events = &ctrl->events[type];
        uint32_t info;

        if (!events->pending || events->masked || !ctrl->held_count || !nvme__completing(ctrl))
            continue;
        info = (uint32_t)__builtin_ctz(events->pending);
        events->pending &= ~(1u << info);
        events->masked = true;
        complete_oldest(ctrl, (enum nvme_event_type)type, info);
    }
}

void nvme__event_error(struct nvme_ctrl *ctrl, enum nvme_error_event event)
{
    SIM_ASSERT(event < NVME_ERROR_EVENT_COUNT);
    ctrl->events[NVME_EVENT_ERROR].pending |= 1u << event;
    tell(ctrl);
}

void nvme__event_health(struct nvme_ctrl *ctrl)
{
    if (!(nvme__critical_warning(ctrl) & ctrl->features[NVME_FEATURE_EVENTS]))
        return;
    ctrl->events[NVME_EVENT_HEALTH].pending |= 1u << NVME_HEALTH_EVENT_TEMPERATURE;
    tell(ctrl);
}

void nvme__event_unmask(struct nvme_ctrl *ctrl, uint32_t log)
{
    for (uint32_t type = 0; type < NVME_EVENT_TYPE_COUNT; type++)
        if (log_of[type] == log)
            ctrl->events[type].masked = false;
    tell(ctrl);
}

void nvme__event_flood(struct nvme_ctrl *ctrl)
{
    if (ctrl->held_count && nvme__completing(ctrl))
        complete_oldest(ctrl, NVME_EVENT_ERROR, NVME_ERROR_EVENT_TRANSIENT);
}

void nvme__events_reset(struct nvme_ctrl *ctrl)
{
    for (uint32_t type = 0; type < NVME_EVENT_TYPE_COUNT; type++)
        ctrl->events[type] = (struct nvme_events){0};
}

bool nvme__event_hold(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    if (ctrl->held_count == NVME_EVENTS_MAX) {
        cmd->status = nvme__refuse(ctrl, NVME_GUEST_EVENTS_MANY, ctrl->held_count, NVME_AER_LIMIT);
        return false;
    }
    cmd->stage = NVME_STAGE_HELD;
    ctrl->held[ctrl->held_count++] = cmd;
    tell(ctrl);
    return true;
}

void nvme__event_forget(struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < ctrl->held_count; i++)
        if (ctrl->held[i] != cmd)
            ctrl->held[kept++] = ctrl->held[i];
    ctrl->held_count = kept;
}
