/* models/load/stages.c - what a worker that is not plain does: its workload, then the flush of
 * end_fsync, then reading back what it wrote (do_verify).
 */
#include "models/load/load_private.h"

/* --- the workload ----------------------------------------------------------------------------- */

static void place(struct load_worker *worker, struct load_io *io, enum sim_direction direction,
                  uint64_t unit, uint32_t units)
{
    static const enum sp_op ops[SIM_DIRS] = {SP_READ, SP_WRITE, SP_TRIM};
    uint32_t unit_blocks = worker->w->unit / worker->load->geometry.block_bytes;

    io->io.packet.request.op = ops[direction];
    io->io.lba = worker->first_lba + unit * unit_blocks;
    io->io.blocks = units * unit_blocks;
}

static void count(struct load_worker *worker, const struct load_io *io)
{
    struct load_more *more = worker->more;
    uint64_t bytes = (uint64_t)io->io.blocks * worker->load->geometry.block_bytes;

    if (more->ios_left != UINT64_MAX)
        more->ios_left--;
    if (more->bytes_left != UINT64_MAX)
        more->bytes_left -= bytes < more->bytes_left ? bytes : more->bytes_left;
}

static bool choose_mixed(struct load_worker *worker, struct load_io *io)
{
    struct load_next next;

    if (!load__mix_next(&worker->more->mix, &worker->st, &next))
        return false;
    place(worker, io, next.direction, next.unit, next.units);
    if (next.counts)
        count(worker, io);
    if (next.direction == SIM_DIR_WRITE)
        worker->since_flush++;
    return true;
}

/* Claims are coarse: far places may share one. That would move a trace's times, so its I/Os are
 * compared with all that are under way. */
static bool overlaps(const struct load_worker *worker, const struct load_io *io)
{
    bool reads = io->io.packet.request.op == SP_READ;

    for (uint32_t i = 0; i < worker->w->depth; i++) {
        const struct load_io *other = &worker->io[i];

        if (other->traced && other->io.lba < io->io.lba + io->io.blocks &&
            io->io.lba < other->io.lba + other->io.blocks &&
            !(reads && other->io.packet.request.op == SP_READ))
            return true;
    }
    return false;
}

static bool choose_traced(struct load_worker *worker, struct load_io *io)
{
    const struct sim_trace_io *next = &worker->w->trace[worker->more->trace_at];
    enum sim_direction direction = next->op == SIM_TRACE_READ    ? SIM_DIR_READ
                                   : next->op == SIM_TRACE_WRITE ? SIM_DIR_WRITE
                                                                 : SIM_DIR_TRIM;
    uint64_t unit = next->offset / worker->w->unit;

    if (next->op == SIM_TRACE_FLUSH) {
        worker->more->trace_at++;
        load__choose_flush(io);
        return true;
    }
    place(worker, io, direction, unit, next->bytes / worker->w->unit);
    if (worker->w->serialize_overlap && overlaps(worker, io))
        return false;
    io->traced = true;
    worker->more->trace_at++;
    count(worker, io);
    return true;
}

static bool choose_main(struct load_worker *worker, struct load_io *io)
{
    if (worker->w->trace)
        return choose_traced(worker, io);
    if (worker->fsync && worker->since_flush >= worker->fsync) {
        worker->since_flush = 0;
        load__choose_flush(io);
        return true;
    }
    return choose_mixed(worker, io);
}

/* --- reading back ----------------------------------------------------------------------------- */

static bool choose_written(struct load_worker *worker, struct load_io *io)
{
    struct load_more *more = worker->more;
    uint64_t from = load__bits_next(&more->written, more->verified), end;
    uint32_t most = worker->w->largest / worker->w->unit, units;

    SIM_ASSERT(from < more->written.count);
    end = load__bits_gap(&more->written, from);
    units = end - from < most ? (uint32_t)(end - from) : most;
    if (!load__mix_claim(&more->mix, SIM_DIR_READ, from, units))
        return false;
    more->verified = from + units;
    place(worker, io, SIM_DIR_READ, from, units);
    return true;
}

static bool all_verified(const struct load_more *more)
{
    return load__bits_next(&more->written, more->verified) == more->written.count;
}

/* --- stages ----------------------------------------------------------------------------------- */

bool load__more_choose(struct load_worker *worker, struct load_io *io)
{
    switch (worker->more->stage) {
    case LOAD_MAIN:
        return choose_main(worker, io);
    case LOAD_SYNC:
        worker->more->synced = true;
        load__choose_flush(io);
        return true;
    default:
        return choose_written(worker, io);
    }
}

bool load__stage_over(const struct load_worker *worker)
{
    const struct load_more *more = worker->more;

    switch (more->stage) {
    case LOAD_MAIN:
        return !more->ios_left || !more->bytes_left ||
               (worker->w->trace && more->trace_at == worker->w->trace_ios);
    case LOAD_SYNC:
        return more->synced;
    case LOAD_VERIFY:
        return all_verified(more);
    default:
        return true;
    }
}

static enum load_stage after(const struct sim_workload *w, enum load_stage stage)
{
    if (stage == LOAD_MAIN && w->end_fsync)
        return LOAD_SYNC;
    return stage < LOAD_VERIFY && w->do_verify ? LOAD_VERIFY : LOAD_OVER;
}

void load__stage_next(struct load_worker *worker)
{
    struct load_more *more = worker->more;

    if (more->stage == LOAD_MAIN)
        sim_event_cancel(worker->load->sim, &worker->event); /* the run time is for this one */
    sim_event_cancel(worker->load->sim, &more->event);
    more->holding = false;
    more->stage = after(worker->w, more->stage);
    if (more->stage == LOAD_OVER)
        load__worker_finish(worker);
}

/* --- ends ------------------------------------------------------------------------------------- */

static void remember(struct load_worker *worker, uint64_t unit, uint32_t units)
{
    for (uint32_t i = 0; worker->w->do_verify && i < units; i++)
        load__bits_add(&worker->more->written, unit + i);
}

void load__more_release(struct load_worker *worker, struct load_io *io, uint8_t error)
{
    uint32_t unit_blocks = worker->w->unit / worker->load->geometry.block_bytes;
    uint64_t unit = (io->io.lba - worker->first_lba) / unit_blocks;
    uint32_t units = io->io.blocks / unit_blocks;
    enum sp_op op = io->io.packet.request.op;

    if (op == SP_FLUSH)
        return;
    if (!io->traced)
        load__mix_release(&worker->more->mix,
                          op == SP_READ    ? SIM_DIR_READ
                          : op == SP_WRITE ? SIM_DIR_WRITE
                                           : SIM_DIR_TRIM,
                          unit, units);
    io->traced = false;
    if (op == SP_WRITE && !error)
        remember(worker, unit, units);
}
