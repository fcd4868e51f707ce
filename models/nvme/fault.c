/* models/nvme/fault.c - faults, laid over a controller that is otherwise in order.
 *
 * Stop responding: from its beginning to its end no command is fetched or completed, while
 * registers read and doorbells move as before, so nothing but silence tells the driver. Commands
 * being worked on either lose all their events or, with `data`, half of them still move their data
 * when it was due. One that a controller reset does not end also keeps CSTS.RDY where it is,
 * whatever CC.EN says, and then late data moves in the time that a reset would have taken. When one
 * ends without a reset, the controller goes on where it was: what it was working on completes.
 */
#include "models/nvme/nvme_private.h"

/* --- occasions -------------------------------------------------------------------------------- */

void nvme__fault_command(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    const struct fault_occasion occasion = {
        .on = SIM_FAULT_ON_COMMAND,
        .queue = cmd->qid,
        .opcode = cmd->sqe.opcode,
        .has_lba = cmd->qid && cmd->sqe.opcode != NVME_IO_FLUSH,
        .lba = cmd->sqe.cdw10 | (uint64_t)cmd->sqe.cdw11 << 32,
        .blocks = (cmd->sqe.cdw12 & 0xFFFF) + 1,
        .subject = cmd,
    };

    fault_here(ctrl->faults, &occasion);
}

/* --- stop ------------------------------------------------------------------------------------- */

static bool late_data(const struct fault *fault)
{
    return sim_section_opt(fault->section, SIM_OPT_FAULT_DATA);
}

static void stop_begin(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    struct nvme_ctrl *ctrl = ctx;

    (void)occasion;
    ctrl->faulty.stuck += !fault->ends_with_reset;
    ctrl->faulty.late_data += late_data(fault);
    if (ctrl->faulty.stops++)
        return;
    ctrl->stopped = true;
    sim_event_cancel(ctrl->sim, &ctrl->fetch_event);
    /* During a reset everything is frozen already, and what still moves was decided when it began.
     */
    if (ctrl->state == NVME_READY || ctrl->state == NVME_SHUTTING)
        nvme__freeze_stopped(ctrl, late_data(fault));
}

static void stop_end(void *ctx, const struct fault *fault)
{
    struct nvme_ctrl *ctrl = ctx;

    ctrl->faulty.stuck -= !fault->ends_with_reset;
    ctrl->faulty.late_data -= late_data(fault);
    if (!ctrl->faulty.stuck)
        nvme__follow_enable(ctrl);
    if (--ctrl->faulty.stops)
        return;
    ctrl->stopped = false;
    if (ctrl->state == NVME_READY || ctrl->state == NVME_SHUTTING)
        nvme__thaw(ctrl);
    nvme__fetch_kick(ctrl);
}

/* --- who does what ---------------------------------------------------------------------------- */

void nvme__faults_serve(struct nvme_ctrl *ctrl)
{
    static const struct {
        enum sim_fault_action action;
        struct fault_server server;
    } table[] = {
        {SIM_FAULT_STOP, {.begin = stop_begin, .end = stop_end}},
    };

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct fault_server server = table[i].server;

        server.ctx = ctrl;
        fault_serve(ctrl->faults, table[i].action, &server);
    }
}
