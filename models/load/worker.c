/* models/load/worker.c - workers: who submits the next I/O, when, and what the application sees of
 * its end.
 *
 * A worker is a process of the load, bound to a CPU, that keeps `iodepth` I/Os outstanding. Its
 * submissions are work at PASSIVE level on its CPU. An I/O ends in a DPC on whatever CPU that runs;
 * there its latency is taken, from the first submission to the final end, retries included, and its
 * place is given to the next one. What is more than that is in pace.c and stages.c.
 */
#include "models/load/load_private.h"

#include "sim/run/result.h"

/* --- lists ------------------------------------------------------------------------------------ */

void load__idle_push(struct load_io *io)
{
    io->next = io->worker->idle;
    io->worker->idle = io;
}

struct load_io *load__idle_pop(struct load_worker *worker)
{
    struct load_io *io = worker->idle;

    worker->idle = io->next;
    return io;
}

void load__worker_wake(struct load_worker *worker)
{
    nt_work_queue(worker->load->nt, &worker->work, worker->cpu);
}

/* --- the end of a worker ---------------------------------------------------------------------- */

static void ended(struct load_worker *worker)
{
    struct load *load = worker->load;

    SIM_ASSERT(load->running[worker->workload]);
    load->running[worker->workload]--;
    if (load->waits)
        load__workers_begin(load);
}

/* Of a plain one. */
static uint32_t under_way(const struct load_worker *worker)
{
    uint32_t n = worker->w->depth;

    for (const struct load_io *io = worker->idle; io; io = io->next)
        n--;
    return n;
}

void load__worker_finish(struct load_worker *worker)
{
    if (worker->finished)
        return;
    worker->finished = true;
    sim_event_cancel(worker->load->sim, &worker->event);
    worker->leaving = worker->more ? worker->more->out - worker->more->backs : under_way(worker);
    load__worker_finished(worker->load);
    if (!worker->leaving)
        ended(worker);
}

/* --- submitting ------------------------------------------------------------------------------- */

void load__choose_flush(struct load_io *io)
{
    io->io.packet.request.op = SP_FLUSH;
    io->io.lba = 0;
    io->io.blocks = 0;
}

/* What the next I/O of a plain worker is: a flush that is owed, or the pattern's choice. False when
 * there is none now. */
static bool choose(struct load_worker *worker, struct load_io *io)
{
    enum sp_op *op = &io->io.packet.request.op;

    if (worker->fsync && worker->since_flush >= worker->fsync) {
        worker->since_flush = 0;
        load__choose_flush(io);
        return true;
    }
    if (!load__pattern_next(&worker->pattern, &worker->st, op, &io->cell))
        return false;
    io->io.lba = worker->first_lba + io->cell * worker->cell_blocks;
    io->io.blocks = worker->cell_blocks;
    if (worker->left != UINT64_MAX)
        worker->left--;
    if (*op == SP_WRITE)
        worker->since_flush++;
    return true;
}

static void fill(const struct load *load, const struct load_io *io)
{
    const struct sp_request *request = &io->io.packet.request;
    uint32_t bytes = load->geometry.block_bytes;

    if (request->op == SP_READ)
        load__unfill(request->data, bytes, io->io.blocks);
    else if (request->op == SP_WRITE)
        for (uint32_t i = 0; i < io->io.blocks; i++)
            load__stamp((char *)request->data + (size_t)i * bytes, bytes, io->io.lba + i,
                        request->io);
}

static void draw_fua(struct load_worker *worker, struct load_io *io)
{
    io->io.fua = io->io.packet.request.op == SP_WRITE &&
                 sim_stream_below(&worker->st, SIM_ALL_PPM) < worker->w->fua_ppm;
    if (io->io.fua)
        sim_trace(worker->load->sim, SIM_EV_IO_FUA, disk_io_serial(&io->io), 0, 0, 0);
}

void load__submit(struct load_worker *worker, struct load_io *io)
{
    struct load *load = worker->load;

    disk_io_number(load->disk, &io->io);
    if (SIM_UNLIKELY(worker->w->fua_ppm))
        draw_fua(worker, io);
    fill(load, io);
    load->inflight++;
    io->start = sim_now(load->sim);
    sim_trace(load->sim, SIM_EV_IO_SUBMIT, disk_io_serial(&io->io),
              (uint64_t)io->io.packet.request.op, io->io.lba, io->io.blocks);
    if (!worker->left)
        load__worker_finish(worker);
    disk_io_send(load->disk, &io->io);
}

/* False when every cell is in the way of those under way: their ends will wake the worker. */
static bool submit_next(struct load_worker *worker)
{
    struct load_io *io = load__idle_pop(worker);

    if (!choose(worker, io)) {
        load__idle_push(io);
        return false;
    }
    load__submit(worker, io);
    return true;
}

/* The worker's turn on its CPU: new I/Os up to its depth. Others may come in at every submission,
 * so the list is looked at afresh. */
static void worker_run(struct nt *nt, void *ctx)
{
    struct load_worker *worker = ctx;

    (void)nt;
    if (SIM_UNLIKELY(worker->more)) {
        load__more_run(worker);
        return;
    }
    while (worker->idle && !worker->finished)
        if (!submit_next(worker))
            break;
}

/* --- beginning -------------------------------------------------------------------------------- */

static void run_time_over(struct sim_event *event, void *ctx)
{
    struct load_worker *worker = ctx;

    (void)event;
    if (worker->more)
        load__more_stop(worker, LOAD_STOP_NONE);
    else
        load__worker_finish(worker);
    load__may_end(worker->load);
}

static void begin(struct sim_event *event, void *ctx)
{
    struct load_worker *worker = ctx;
    struct load *load = worker->load;

    sim_stream_seed(&worker->st, worker->w->randseed ? worker->w->randseed : sim_seed(load->sim),
                    worker->name);
    if (worker->w->runtime)
        sim_event_in(load->sim, event, worker->w->ramp_time + worker->w->runtime, run_time_over,
                     worker);
    if (worker->more)
        load__more_begin(worker);
    load__worker_wake(worker);
}

void load__worker_init(struct load_worker *worker)
{
    worker->idle = NULL;
    for (uint32_t i = worker->w->depth; i-- > 0;)
        load__idle_push(&worker->io[i]);
    worker->left = worker->w->number_ios && !worker->more ? worker->w->number_ios : UINT64_MAX;
    nt_work_init(&worker->work, worker_run, worker);
}

static bool may_begin(const struct load *load, const struct load_worker *worker)
{
    const struct sim_workload *w = worker->w;

    for (uint32_t i = 0; i < w->after; i++)
        if (load->running[i])
            return false;
    for (uint32_t i = 0; i < w->wait_count; i++)
        if (load->running[(uint32_t)w->wait_for + i])
            return false;
    return true;
}

void load__workers_begin(struct load *load)
{
    for (uint32_t i = 0; i < load->worker_count; i++) {
        struct load_worker *worker = &load->worker[i];

        if (worker->begun || !may_begin(load, worker))
            continue;
        worker->begun = true;
        sim_event_in(load->sim, &worker->event, worker->w->startdelay, begin, worker);
    }
}

/* --- ends ------------------------------------------------------------------------------------- */

static inline void account(struct load *load, const struct load_io *io, uint8_t error,
                           sim_ns latency, bool in_ramp)
{
    struct sim_sample sample = {
        .start = io->start,
        .latency_ns = latency,
        .op = (uint8_t)io->io.packet.request.op,
        .error = error,
        .retries = io->io.retries,
    };

    sim_figure_set(SIM_FIG_IOS, (int64_t)++load->ios);
    if (error)
        sim_figure_set(SIM_FIG_IO_ERRORS, (int64_t)++load->errors);
    if (in_ramp)
        return;
    sim_sample_add(&sample);
    if (latency > load->latency_max) {
        load->latency_max = latency;
        sim_figure_set(SIM_FIG_LATENCY_MAX, latency);
    }
}

static inline void trace_done(struct load *load, const struct load_io *io, uint8_t error,
                              sim_ns latency)
{
    sim_progress(load->sim);
    load->ending = io;
    sim_trace(load->sim, SIM_EV_IO_DONE, disk_io_serial(&io->io), error, (uint64_t)latency,
              io->io.retries);
    load->ending = NULL;
}

static void one_left(struct load_worker *worker)
{
    if (worker->leaving && --worker->leaving == 0)
        ended(worker);
}

static void judge(struct load_worker *worker, const struct load_io *io, uint8_t error,
                  sim_ns latency)
{
    const struct sim_workload *w = worker->w;
    enum sp_op op = io->io.packet.request.op;
    enum sim_direction d = op == SP_READ ? SIM_DIR_READ : SIM_DIR_WRITE;
    enum load_stop why = LOAD_STOP_NONE;

    if (error && w->error_stops[op == SP_TRIM ? SIM_DIR_TRIM : d])
        why = LOAD_STOP_ERROR;
    else if (w->max_latency && latency > w->max_latency)
        why = LOAD_STOP_LATENCY;
    if (why == LOAD_STOP_NONE || worker->finished)
        return;
    sim_trace(worker->load->sim, SIM_EV_WORKER_STOP, worker->number, why, disk_io_serial(&io->io),
              0);
    load__more_stop(worker, why);
}

static void more_done(struct load_worker *worker, struct load_io *io, uint8_t error, sim_ns latency)
{
    load__more_release(worker, io, error);
    account(worker->load, io, error, latency, io->start < worker->more->ramp_end);
    trace_done(worker->load, io, error, latency);
    judge(worker, io, error, latency);
    load__more_ended(worker, io);
    if (worker->finished)
        one_left(worker);
}

static inline void plain_done(struct load_worker *worker, struct load_io *io, uint8_t error,
                              sim_ns latency)
{
    if (io->io.packet.request.op != SP_FLUSH)
        load__pattern_release(&worker->pattern, io->io.packet.request.op, io->cell);
    account(worker->load, io, error, latency, false);
    trace_done(worker->load, io, error, latency);
    load__idle_push(io);
    if (SIM_UNLIKELY(worker->finished))
        one_left(worker);
    else
        load__worker_wake(worker);
}

void load__io_done(void *ctx, struct disk_io *disk_io, uint8_t error)
{
    struct load *load = ctx;
    struct load_io *io = (struct load_io *)disk_io;
    sim_ns latency = sim_now(load->sim) - io->start;

    SIM_ASSERT(load->inflight);
    load->inflight--;
    if (SIM_UNLIKELY(io->worker->more))
        more_done(io->worker, io, error, latency);
    else
        plain_done(io->worker, io, error, latency);
    load__may_end(load);
}
