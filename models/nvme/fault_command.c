/* models/nvme/fault_command.c - commands that are not fetched, hang, fail, or move the wrong data.
 *
 * Stop responding: from its beginning to its end no command is fetched or completed, of one queue
 * or of all, while registers read and doorbells move as before, so nothing but silence tells the
 * driver. Commands being worked on either lose all their events or, with `data`, half of them still
 * move their data when it was due. One of all queues that a controller reset does not end also
 * keeps CSTS.RDY where it is, whatever CC.EN says, and then late data moves in the time that a
 * reset would have taken. When one ends without a reset, the controller goes on where it was: what
 * it was working on completes.
 */
#include "models/nvme/nvme_private.h"

#define ALL_QUEUES UINT64_MAX
#define IO_QUEUES (UINT64_MAX - 1)

static bool late_data(const struct fault *fault)
{
    return sim_section_opt(fault->section, SIM_OPT_FAULT_DATA);
}

/* The queues that the fault is about. */
static uint64_t queues_of(const struct fault *fault, uint64_t any)
{
    int64_t queue = sim_section_opt(fault->section, SIM_OPT_FAULT_QUEUE);

    return queue < 0 ? any : UINT64_C(1) << queue;
}

/* --- stop, stall ------------------------------------------------------------------------------ */

static bool in_service(const struct nvme_ctrl *ctrl)
{
    return ctrl->state == NVME_READY || ctrl->state == NVME_SHUTTING;
}

static void stop_all(struct nvme_ctrl *ctrl, const struct fault *fault)
{
    ctrl->faulty.stuck_up += !fault->ends_with_reset;
    ctrl->faulty.stuck_down += !fault->ends_with_reset;
    ctrl->faulty.late_data += late_data(fault);
    if (ctrl->faulty.stops++)
        return;
    ctrl->stopped = true;
    sim_event_cancel(ctrl->sim, &ctrl->fetch_event);
    /* During a reset everything is frozen already, and what still moves was decided when it began.
     */
    if (in_service(ctrl))
        nvme__freeze_stopped(ctrl, ALL_QUEUES, late_data(fault));
}

static void stop_begin(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    struct nvme_ctrl *ctrl = ctx;
    uint64_t queues = queues_of(fault, ALL_QUEUES);

    (void)occasion;
    if (queues == ALL_QUEUES) {
        stop_all(ctrl, fault);
        return;
    }
    ctrl->faulty.silent |= queues;
    ctrl->faulty.stalled |= queues;
    if (in_service(ctrl) && !ctrl->stopped)
        nvme__freeze_stopped(ctrl, queues, late_data(fault));
}

static void go_on(struct nvme_ctrl *ctrl)
{
    if (in_service(ctrl) && !ctrl->stopped)
        nvme__thaw(ctrl);
    nvme__fetch_kick(ctrl);
}

static void stop_end(void *ctx, const struct fault *fault)
{
    struct nvme_ctrl *ctrl = ctx;
    uint64_t queues = queues_of(fault, ALL_QUEUES);

    if (queues != ALL_QUEUES) {
        ctrl->faulty.silent &= ~queues;
        ctrl->faulty.stalled &= ~queues;
        go_on(ctrl);
        return;
    }
    ctrl->faulty.stuck_up -= !fault->ends_with_reset;
    ctrl->faulty.stuck_down -= !fault->ends_with_reset;
    ctrl->faulty.late_data -= late_data(fault);
    nvme__follow_enable(ctrl);
    if (--ctrl->faulty.stops)
        return;
    ctrl->stopped = false;
    go_on(ctrl);
}

static void stall_begin(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    struct nvme_ctrl *ctrl = ctx;

    (void)occasion;
    ctrl->faulty.stalled |= queues_of(fault, IO_QUEUES);
}

static void stall_end(void *ctx, const struct fault *fault)
{
    struct nvme_ctrl *ctrl = ctx;

    ctrl->faulty.stalled &= ~queues_of(fault, IO_QUEUES);
    nvme__fetch_kick(ctrl);
}

/* --- one command ------------------------------------------------------------------------------ */

/* With `data`, what it has to move still moves when it is due. */
static void hang(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd, bool data)
{
    cmd->odd |= NVME_ODD_HUNG;
    if (cmd->stage != NVME_STAGE_DATA || !data)
        sim_event_cancel(ctrl->sim, &cmd->event);
}

static void command_hang(void *ctx, const struct fault *fault,
                         const struct fault_occasion *occasion)
{
    hang(ctx, occasion->subject, late_data(fault));
}

static void data_late(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    struct nvme_cmd *cmd = occasion->subject;

    (void)fault;
    hang(ctx, cmd, false);
    cmd->odd |= NVME_ODD_LATE;
}

static void data_stray(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    struct nvme_cmd *cmd = occasion->subject;

    hang(ctx, cmd, false);
    cmd->odd |= NVME_ODD_STRAY;
    cmd->odd_delay = sim_section_opt(fault->section, SIM_OPT_FAULT_DELAY);
}

static void command_fail(void *ctx, const struct fault *fault,
                         const struct fault_occasion *occasion)
{
    struct nvme_ctrl *ctrl = ctx;
    struct nvme_cmd *cmd = occasion->subject;
    int64_t status = sim_section_opt(fault->section, SIM_OPT_FAULT_STATUS);
    bool pending = sim_event_pending(&cmd->event);

    cmd->status = sim_fault_status[status];
    if (sim_section_opt(fault->section, SIM_OPT_FAULT_DNR))
        cmd->status |= NVME_STATUS_DNR;
    if (cmd->stage != NVME_STAGE_DATA)
        return;
    cmd->stage = NVME_STAGE_DONE;
    if (pending)
        nvme__cmd_due(ctrl, cmd, cmd->finish);
}

static void data_corrupt(void *ctx, const struct fault *fault,
                         const struct fault_occasion *occasion)
{
    (void)ctx;
    (void)fault;
    ((struct nvme_cmd *)occasion->subject)->odd |= NVME_ODD_CORRUPT;
}

static void data_lose(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    (void)ctx;
    (void)fault;
    ((struct nvme_cmd *)occasion->subject)->odd |= NVME_ODD_LOST;
}

/* A stray command leaves with the session: its data lives on. */
static void stray(struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd)
{
    struct nvme_later *later = nvme__later(ctrl, NVME_LATER_DATA);

    if (!later->cmd)
        later->cmd = sim_world_alloc(sizeof *later->cmd, 64);
    *later->cmd = *cmd;
    later->cmd->event = (struct sim_event){0};
    sim_sync_copy(&later->sync, &cmd->sync);
    nvme__later_in(ctrl, later, cmd->odd_delay);
}

void nvme__fault_gone(struct nvme_ctrl *ctrl, struct nvme_cmd *cmd)
{
    if (ctrl->faulty.behind == cmd)
        ctrl->faulty.behind = NULL;
    if ((cmd->odd & NVME_ODD_STRAY) && cmd->stage == NVME_STAGE_DATA)
        stray(ctrl, cmd);
}

/* --- Abort ------------------------------------------------------------------------------------ */

static void abort_ignore(void *ctx, const struct fault *fault,
                         const struct fault_occasion *occasion)
{
    (void)fault;
    (void)occasion;
    ((struct nvme_ctrl *)ctx)->faulty.aborts_ignored++;
}

static void abort_heed(void *ctx, const struct fault *fault)
{
    (void)fault;
    ((struct nvme_ctrl *)ctx)->faulty.aborts_ignored--;
}

/* --- who does what ---------------------------------------------------------------------------- */

void nvme__fault_commands_serve(struct nvme_ctrl *ctrl)
{
    static const struct fault_service table[] = {
        {SIM_FAULT_STOP, {.begin = stop_begin, .end = stop_end, .at_once = true}},
        {SIM_FAULT_STALL_FETCH, {.begin = stall_begin, .end = stall_end, .at_once = true}},
        {SIM_FAULT_HANG_COMMAND, {.begin = command_hang}},
        {SIM_FAULT_LATE_DATA, {.begin = data_late}},
        {SIM_FAULT_STRAY_DATA, {.begin = data_stray}},
        {SIM_FAULT_FAIL_COMMAND, {.begin = command_fail}},
        {SIM_FAULT_CORRUPT_DATA, {.begin = data_corrupt}},
        {SIM_FAULT_LOSE_DATA, {.begin = data_lose}},
        {SIM_FAULT_IGNORE_ABORT, {.begin = abort_ignore, .end = abort_heed}},
    };

    fault_serve_all(ctrl->faults, table, sizeof table / sizeof table[0], ctrl);
}
