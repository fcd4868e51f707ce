/* models/nvme/flash.c - where commands wait inside the controller: dies, channels, the link.
 *
 * A read or write is cut into stripes; stripe i of the namespace lies on channel i modulo their
 * number, and on a die of it. A read takes its die for its time and then the channel for the
 * transfer, a write the channel and then the die; it is done when its last stripe is. A flush waits
 * until all dies are idle; other commands touch none. Each goes into the first gap (lane.h).
 *
 * Garbage collection: each die pauses again and again, at times that are drawn. A pause begins when
 * the die is idle, and outlives a controller reset. Without channels there is one die, for which
 * commands do not queue: only a pause holds them up, and only those that start in it.
 *
 * Left out: what wears out, mapping of blocks to places, suspension of a program for a read.
 */
#include "models/nvme/flash.h"

#include "models/nvme/nvme_private.h"

#define IDLE_INTERVALS 64 /* without a command for so long, pauses are drawn anew */

struct nvme_flash *nvme__flash_create(struct sim *sim, const struct nvme_flash_options *options)
{
    struct nvme_flash *flash;

    if (!options->channels && !options->gc_interval_ns && !options->link_rate)
        return NULL;
    flash = sim_world_alloc(sizeof *flash, 64);
    flash->dies = options->channels ? options->channels * options->dies : 1;
    flash->die = sim_world_alloc(flash->dies * sizeof *flash->die, 64);
    if (options->channels)
        flash->channel = sim_world_alloc(options->channels * sizeof *flash->channel, 64);
    flash->seed = UINT64_MAX;
    sim_stream_register(sim, &flash->chance, "nvme.gc");
    return flash;
}

/* --- garbage collection ----------------------------------------------------------------------- */

static sim_ns next_pause(struct nvme_ctrl *ctrl, sim_ns after)
{
    return after +
           sim_stream_exponential(&ctrl->flash->chance, ctrl->options.flash.gc_interval_ns) + 1;
}

/* What was drawn while the driver started is another seed's. */
static void begin_run(struct nvme_ctrl *ctrl)
{
    struct nvme_flash *flash = ctrl->flash;

    flash->seed = sim_seed(ctrl->sim);
    for (uint32_t i = 0; i < flash->dies; i++)
        flash->die[i].gc_next = next_pause(ctrl, sim_now(ctrl->sim));
}

static void pause(struct nvme_ctrl *ctrl, struct nvme_die *die)
{
    const struct nvme_flash_options *o = &ctrl->options.flash;
    sim_ns ns = o->gc_spread ? sim_spread_draw(o->gc_spread, &ctrl->flash->chance, o->gc_pause_ns)
                             : o->gc_pause_ns;
    sim_ns from = nvme__lane_take(&die->lane, sim_now(ctrl->sim), die->gc_next, ns);

    die->gc_until = from + ns;
    die->gc_next = next_pause(ctrl, die->gc_until);
    sim_trace(ctrl->sim, SIM_EV_FLASH_PAUSE, (uint64_t)(die - ctrl->flash->die), (uint64_t)from,
              (uint64_t)ns, 0);
}

/* Pauses that begin before the die is free for whoever comes. Returns when that is. */
static sim_ns pauses(struct nvme_ctrl *ctrl, struct nvme_die *die, sim_ns earliest, sim_ns ns)
{
    sim_ns interval = ctrl->options.flash.gc_interval_ns, at;

    if (!interval)
        return earliest;
    if (ctrl->flash->seed != sim_seed(ctrl->sim))
        begin_run(ctrl);
    if ((earliest - die->gc_next) / IDLE_INTERVALS > interval)
        die->gc_next = next_pause(ctrl, earliest - interval);
    for (;;) {
        at = nvme__lane_find(&die->lane, earliest, ns);
        if (die->gc_next > at)
            return at;
        pause(ctrl, die);
    }
}

/* --- reads and writes ------------------------------------------------------------------------- */

static sim_ns at_rate(uint64_t bytes, uint64_t rate)
{
    __extension__ typedef unsigned __int128 wide;

    return (sim_ns)((wide)bytes * SIM_S / rate) + 1;
}

/* One stripe, or what the command has of it. */
static sim_ns stripe(struct nvme_ctrl *ctrl, uint64_t number, uint32_t bytes, bool to_host,
                     sim_ns start, sim_ns ns)
{
    const struct nvme_flash_options *o = &ctrl->options.flash;
    struct nvme_lane *channel = &ctrl->flash->channel[number % o->channels];
    struct nvme_die *die = &ctrl->flash->die[number % ctrl->flash->dies];
    sim_ns now = sim_now(ctrl->sim), transfer = at_rate(bytes, o->channel_rate), at = start;

    if (!to_host)
        at = nvme__lane_take(channel, now, at, transfer) + transfer;
    at = pauses(ctrl, die, at, ns);
    at = nvme__lane_take(&die->lane, now, at, ns) + ns;
    if (to_host)
        at = nvme__lane_take(channel, now, at, transfer) + transfer;
    return at;
}

static sim_ns stripes(struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd, sim_ns start, sim_ns ns)
{
    uint64_t at = (cmd->sqe.cdw10 | (uint64_t)cmd->sqe.cdw11 << 32) * ctrl->options.block_bytes;
    uint64_t end = at + cmd->bytes;
    uint32_t whole = ctrl->options.flash.stripe_bytes;
    sim_ns last = start;

    while (at < end) {
        uint64_t number = at / whole, next = (number + 1) * whole;
        uint32_t bytes = (uint32_t)((next < end ? next : end) - at);
        sim_ns done = stripe(ctrl, number, bytes, cmd->to_host, start, ns);

        last = done > last ? done : last;
        at += bytes;
    }
    return last;
}

static sim_ns all_idle(struct nvme_ctrl *ctrl, sim_ns start)
{
    for (uint32_t i = 0; i < ctrl->flash->dies; i++) {
        sim_ns end = nvme__lane_end(&ctrl->flash->die[i].lane);

        start = end > start ? end : start;
    }
    return start;
}

/* The medium alone. */
static sim_ns medium(struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd, sim_ns start, sim_ns ns)
{
    if (!ctrl->flash->channel)
        return pauses(ctrl, &ctrl->flash->die[0], start, 1) + ns;
    if (cmd->bytes)
        return stripes(ctrl, cmd, start, ns);
    return all_idle(ctrl, start) + ns;
}

sim_ns nvme__flash_finish(struct nvme_ctrl *ctrl, const struct nvme_cmd *cmd, sim_ns start,
                          sim_ns ns)
{
    bool moves = cmd->sqe.opcode == NVME_IO_READ || cmd->sqe.opcode == NVME_IO_WRITE;
    sim_ns now = sim_now(ctrl->sim), transfer = 0;

    if (!cmd->qid || cmd->status || (!moves && cmd->sqe.opcode != NVME_IO_FLUSH))
        return start + ns;
    if (ctrl->options.flash.link_rate && cmd->bytes)
        transfer = at_rate(cmd->bytes, ctrl->options.flash.link_rate);
    if (transfer && !cmd->to_host)
        start = nvme__lane_take(&ctrl->flash->link, now, start, transfer) + transfer;
    start = medium(ctrl, cmd, start, ns);
    if (transfer && cmd->to_host)
        start = nvme__lane_take(&ctrl->flash->link, now, start, transfer) + transfer;
    return start;
}

void nvme__flash_reset(struct nvme_ctrl *ctrl)
{
    struct nvme_flash *flash = ctrl->flash;
    sim_ns now = sim_now(ctrl->sim);

    flash->link.count = 0;
    for (uint32_t i = 0; i < ctrl->options.flash.channels; i++)
        flash->channel[i].count = 0;
    for (uint32_t i = 0; i < flash->dies; i++) {
        struct nvme_die *die = &flash->die[i];

        die->lane.count = 0;
        if (die->gc_until > now)
            nvme__lane_take(&die->lane, now, now, die->gc_until - now);
    }
}
