/* models/nvme/latency.c - how long a command takes, and when within that its data moves.
 *
 * One function: from a command and its start to its finish. Each kind of command has a mean and a
 * spread of its own (sim/engine/spread.h); flash.c adds what it waits for.
 */
#include "models/nvme/nvme_private.h"

static enum nvme_timed kind_of(const struct nvme_cmd *cmd)
{
    if (!cmd->qid)
        return NVME_TIMED_ADMIN;
    switch (cmd->sqe.opcode) {
    case NVME_IO_WRITE:
        return NVME_TIMED_WRITE;
    case NVME_IO_FLUSH:
        return NVME_TIMED_FLUSH;
    case NVME_IO_WRITE_UNCORRECTABLE:
    case NVME_IO_WRITE_ZEROES:
    case NVME_IO_DATASET:
        return NVME_TIMED_TRIM;
    default:
        return NVME_TIMED_READ;
    }
}

static sim_ns draw(struct nvme_ctrl *ctrl, enum nvme_timed kind, sim_ns mean)
{
    const struct sim_spread *spread = ctrl->options.spread[kind];

    return spread ? sim_spread_draw(spread, &ctrl->latency, mean) : mean > 0 ? mean : 1;
}

sim_ns nvme__finish(struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd, sim_ns mean, sim_ns start)
{
    enum nvme_timed kind = kind_of(cmd);
    sim_ns ns;

    if (kind == NVME_TIMED_TRIM && ctrl->options.trim_ns)
        mean = ctrl->options.trim_ns;
    ns = draw(ctrl, kind, mean);
    return SIM_LIKELY(!ctrl->flash) ? start + ns : nvme__flash_finish(ctrl, cmd, start, ns);
}

/* Writes fetch their data in the first quarter; reads deliver it in the last eighth, so that a
 * completed request's buffer is never far from a transfer that was just made. */
sim_ns nvme__data_moment(struct nvme_ctrl *ctrl, sim_ns life, bool to_host)
{
    if (to_host)
        return life - (sim_ns)sim_stream_below(&ctrl->latency, (uint64_t)life / 8 + 1);
    return (sim_ns)sim_stream_below(&ctrl->latency, (uint64_t)life / 4 + 1);
}
