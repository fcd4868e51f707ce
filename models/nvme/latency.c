/* models/nvme/latency.c - how long a command takes, and when within that its data moves.
 *
 * A finish time is a function of (mean, spread, stream) alone: commands do not queue for channels
 * or dies. Exponential times stand on a floor of a third of the mean, because no flash answers at
 * once.
 */
#include "models/nvme/nvme_private.h"

sim_ns nvme__latency(struct nvme_ctrl *ctrl, sim_ns mean)
{
    sim_ns floor = mean / 3, ns;

    switch (ctrl->options.spread) {
    case NVME_FIXED:
        ns = mean;
        break;
    case NVME_UNIFORM:
        ns = sim_stream_between(&ctrl->latency, mean - mean / 2, mean + mean / 2);
        break;
    default:
        ns = floor + sim_stream_exponential(&ctrl->latency, mean - floor);
    }
    return ns > 0 ? ns : 1;
}

/* Writes fetch their data in the first quarter; reads deliver it in the last eighth, so that a
 * completed request's buffer is never far from a transfer that was just made. */
sim_ns nvme__data_moment(struct nvme_ctrl *ctrl, sim_ns life, bool to_host)
{
    if (to_host)
        return life - (sim_ns)sim_stream_below(&ctrl->latency, (uint64_t)life / 8 + 1);
    return (sim_ns)sim_stream_below(&ctrl->latency, (uint64_t)life / 4 + 1);
}
