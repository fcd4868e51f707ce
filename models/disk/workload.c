/* models/disk/workload.c - workers: who submits the next I/O, when, and what the application sees
 * of its end.
 *
 * A worker is a process of the load, bound to a CPU, that keeps `iodepth` I/Os outstanding. Its
 * submissions are work at PASSIVE level on its CPU. An I/O ends in a DPC on whatever CPU that runs;
 * there its latency is taken, from the first submission to the final end, retries included, and its
 * place is given to the next one.
 */
#include "models/disk/disk_private.h"

#include "sim/run/result.h"

/* --- the worker's lists ----------------------------------------------------------------------- */

static void push_idle(struct disk_io *io)
{
    io->next = io->worker->idle;
    io->worker->idle = io;
}

static struct disk_io *pop_idle(struct disk_worker *worker)
{
    struct disk_io *io = worker->idle;

    worker->idle = io->next;
    return io;
}

static void wake(struct disk_worker *worker)
{
    nt_work_queue(worker->disk->nt, &worker->work, worker->cpu);
}

/* --- submitting ------------------------------------------------------------------------------- */

static void finish(struct disk_worker *worker)
{
    if (worker->finished)
        return;
    worker->finished = true;
    sim_event_cancel(worker->disk->sim, &worker->event);
    disk__worker_finished(worker->disk);
}

/* What the next I/O is: a flush that is owed, or the pattern's choice. False when there is none
 * now. */
static bool choose(struct disk_worker *worker, struct disk_io *io)
{
    if (worker->fsync && worker->since_flush >= worker->fsync) {
        worker->since_flush = 0;
        io->packet.request.op = SP_FLUSH;
        io->lba = 0;
        io->blocks = 0;
        return true;
    }
    if (!disk__pattern_next(&worker->pattern, &worker->st, &io->packet.request.op, &io->cell))
        return false;
    io->lba = worker->first_lba + io->cell * worker->cell_blocks;
    io->blocks = worker->cell_blocks;
    if (worker->left != UINT64_MAX)
        worker->left--;
    if (io->packet.request.op == SP_WRITE)
        worker->since_flush++;
    return true;
}

static void fill(const struct disk *disk, const struct disk_io *io)
{
    const struct sp_request *request = &io->packet.request;
    uint32_t bytes = disk->geometry.block_bytes;

    if (request->op == SP_READ)
        disk__unfill(request->data, bytes, io->blocks);
    else if (request->op == SP_WRITE)
        for (uint32_t i = 0; i < io->blocks; i++)
            disk__stamp((char *)request->data + (size_t)i * bytes, bytes, io->lba + i, request->io);
}

static void submit(struct disk_worker *worker, struct disk_io *io)
{
    struct disk *disk = worker->disk;

    io->packet.request.io = ++disk->io_serial;
    fill(disk, io);
    disk->inflight++;
    io->start = sim_now(disk->sim);
    sim_trace(disk->sim, SIM_EV_IO_SUBMIT, io->packet.request.io, (uint64_t)io->packet.request.op,
              io->lba, io->blocks);
    if (!worker->left)
        finish(worker);
    disk__io_send(disk, io);
}

/* False when every cell is in the way of those under way: their ends will wake the worker. */
static bool submit_next(struct disk_worker *worker)
{
    struct disk_io *io = pop_idle(worker);

    if (!choose(worker, io)) {
        push_idle(io);
        return false;
    }
    submit(worker, io);
    return true;
}

/* The worker's turn on its CPU: new I/Os up to its depth. Others may come in at every submission,
 * so the list is looked at afresh. */
static void worker_run(struct nt *nt, void *ctx)
{
    struct disk_worker *worker = ctx;

    (void)nt;
    while (worker->idle && !worker->finished)
        if (!submit_next(worker))
            break;
}

static void run_time_over(struct sim_event *event, void *ctx)
{
    (void)event;
    finish(ctx);
    disk__may_end(((struct disk_worker *)ctx)->disk);
}

static void begin(struct sim_event *event, void *ctx)
{
    struct disk_worker *worker = ctx;
    struct disk *disk = worker->disk;

    sim_stream_seed(&worker->st, worker->randseed ? worker->randseed : sim_seed(disk->sim),
                    worker->name);
    if (worker->runtime_ns)
        sim_event_in(disk->sim, event, worker->runtime_ns, run_time_over, worker);
    wake(worker);
}

void disk__worker_start(struct disk_worker *worker)
{
    struct disk *disk = worker->disk;

    worker->idle = NULL;
    for (uint32_t i = worker->depth; i-- > 0;)
        push_idle(&worker->io[i]);
    worker->left = worker->number_ios ? worker->number_ios : UINT64_MAX;
    nt_work_init(&worker->work, worker_run, worker);
    sim_event_in(disk->sim, &worker->event, worker->startdelay_ns, begin, worker);
}

/* --- ends ------------------------------------------------------------------------------------- */

static void account(struct disk *disk, const struct disk_io *io, uint8_t error, sim_ns latency)
{
    struct sim_sample sample = {
        .start = io->start,
        .latency_ns = latency,
        .op = (uint8_t)io->packet.request.op,
        .error = error,
        .retries = io->retries,
    };

    sim_sample_add(&sample);
    sim_figure_set(SIM_FIG_IOS, (int64_t)++disk->ios);
    if (error)
        sim_figure_set(SIM_FIG_IO_ERRORS, (int64_t)++disk->errors);
    if (latency > disk->latency_max) {
        disk->latency_max = latency;
        sim_figure_set(SIM_FIG_LATENCY_MAX, latency);
    }
}

static void thought(struct sim_event *event, void *ctx)
{
    struct disk_io *io = ctx;

    (void)event;
    push_idle(io);
    wake(io->worker);
}

static void make_idle(struct disk_worker *worker, struct disk_io *io)
{
    if (worker->thinktime_ns && !worker->finished) {
        sim_event_in(worker->disk->sim, &io->event, worker->thinktime_ns, thought, io);
        return;
    }
    push_idle(io);
    if (!worker->finished)
        wake(worker);
}

void disk__worker_done(struct disk_io *io, uint8_t error)
{
    struct disk_worker *worker = io->worker;
    struct disk *disk = worker->disk;
    sim_ns latency = sim_now(disk->sim) - io->start;

    SIM_ASSERT(disk->inflight);
    disk->inflight--;
    if (io->packet.request.op != SP_FLUSH)
        disk__pattern_release(&worker->pattern, io->packet.request.op, io->cell);
    account(disk, io, error, latency);
    sim_progress(disk->sim);
    disk->ending = io;
    sim_trace(disk->sim, SIM_EV_IO_DONE, io->packet.request.io, error, (uint64_t)latency,
              io->retries);
    disk->ending = NULL;
    make_idle(worker, io);
    disk__may_end(disk);
}
