/* models/load/pace.c - when a worker that is not plain goes on: think times, bursts, rates,
 * batches.
 *
 * As fio's documentation has it:
 *
 *   thinktime, thinktime_blocks - after so many I/Os none is issued until all have ended, and then
 *       for the think time. A burst of an access specification and its delay are the same.
 *   rate, rate_iops - an I/O is due when the bytes before it have had their time; who is late
 *       catches up. rate_iops counts in the smallest size. poisson: the distances are exponential.
 *   iodepth_batch - so many are submitted in one turn of the worker on its CPU.
 *   iodepth_batch_complete_min, _max - ends are taken up when there are so many (or nothing else is
 *       under way), and so many at a time. What is not taken up counts as outstanding.
 *   iodepth_low - once the queue is full, nothing is issued until it has drained to this.
 *
 * A trace is a rate, too: each I/O is due at its time, or when a place is free.
 */
#include "models/load/load_private.h"

__extension__ typedef unsigned __int128 wide;

/* --- due times -------------------------------------------------------------------------------- */

static enum sim_direction direction_of(const struct load_io *io)
{
    switch (io->io.packet.request.op) {
    case SP_READ:
        return SIM_DIR_READ;
    case SP_TRIM:
        return SIM_DIR_TRIM;
    default:
        return SIM_DIR_WRITE;
    }
}

static uint64_t bytes_of(const struct load_worker *worker, const struct load_io *io)
{
    return (uint64_t)io->io.blocks * worker->load->geometry.block_bytes;
}

static sim_ns time_of(uint64_t bytes, uint64_t bytes_a_second)
{
    return (sim_ns)((wide)bytes * SIM_S / bytes_a_second);
}

static sim_ns rate_due(const struct load_worker *worker, const struct load_rate *rate)
{
    if (!rate->bytes_a_second)
        return 0;
    return worker->w->poisson ? rate->next
                              : worker->more->base + time_of(rate->moved, rate->bytes_a_second);
}

static sim_ns due(const struct load_worker *worker, const struct load_io *io)
{
    const struct load_more *more = worker->more;

    if (more->stage != LOAD_MAIN)
        return 0;
    if (worker->w->trace) /* the one before trace_at was chosen */
        return more->base + worker->w->trace[more->trace_at - 1].at;
    if (io->io.packet.request.op == SP_FLUSH)
        return 0;
    return rate_due(worker, &more->rate[direction_of(io)]);
}

static void rate_charge(struct load_worker *worker, const struct load_io *io)
{
    struct load_rate *rate = &worker->more->rate[direction_of(io)];
    uint64_t bytes = bytes_of(worker, io);

    if (!rate->bytes_a_second || io->io.packet.request.op == SP_FLUSH)
        return;
    rate->moved += bytes;
    rate->next += sim_stream_exponential(&worker->st, time_of(bytes, rate->bytes_a_second));
}

/* --- pauses ----------------------------------------------------------------------------------- */

static void wake_event(struct sim_event *event, void *ctx)
{
    (void)event;
    load__worker_wake(ctx);
}

static void pause_over(struct sim_event *event, void *ctx)
{
    struct load_worker *worker = ctx;

    (void)event;
    worker->more->holding = false;
    worker->more->since = 0;
    load__worker_wake(worker);
}

/* After an I/O was sent: is it time to think? */
static void may_hold(struct load_worker *worker)
{
    struct load_more *more = worker->more;
    const struct sim_workload *w = worker->w;

    more->since++;
    if (w->thinktime && more->since >= w->thinktime_blocks) {
        more->holding = true;
        more->hold_ns = w->thinktime;
    } else if (load__mix_burst_over(&more->mix) && load__mix_line(&more->mix)->delay) {
        more->holding = true;
        more->hold_ns = load__mix_line(&more->mix)->delay;
    }
}

static void hold(struct load_worker *worker)
{
    struct load_more *more = worker->more;

    if (!more->out && !sim_event_pending(&more->event))
        sim_event_in(worker->load->sim, &more->event, more->hold_ns, pause_over, worker);
}

/* --- taking ends up --------------------------------------------------------------------------- */

static bool worth_taking_up(const struct load_worker *worker)
{
    const struct load_more *more = worker->more;

    return more->backs && (more->backs >= worker->w->complete_min || more->backs == more->out);
}

static void take_up(struct load_worker *worker)
{
    struct load_more *more = worker->more;

    if (!worth_taking_up(worker))
        return;
    for (uint32_t i = 0; more->backs && i < worker->w->complete_max; i++) {
        struct load_io *io = more->back;

        more->back = io->next;
        more->backs--;
        more->out--;
        load__idle_push(io);
    }
    if (more->draining && more->out <= worker->w->depth_low)
        more->draining = false;
}

/* --- a turn ----------------------------------------------------------------------------------- */

/* The next I/O, if there is one and it is due. */
static struct load_io *next_due(struct load_worker *worker)
{
    struct load_more *more = worker->more;
    struct load_io *io = more->prepared;
    sim_ns at;

    if (!io) {
        io = load__idle_pop(worker);
        if (!load__more_choose(worker, io)) {
            load__idle_push(io);
            return NULL;
        }
    }
    at = due(worker, io);
    more->prepared = at > sim_now(worker->load->sim) ? io : NULL;
    if (!more->prepared)
        return io;
    if (!sim_event_pending(&more->event))
        sim_event_at(worker->load->sim, &more->event, at, wake_event, worker);
    return NULL;
}

static bool may_submit(const struct load_worker *worker)
{
    const struct load_more *more = worker->more;

    return !worker->finished && !more->holding && !more->draining &&
           (more->prepared || (worker->idle && !load__stage_over(worker)));
}

static void send(struct load_worker *worker, struct load_io *io)
{
    struct load_more *more = worker->more;

    more->out++;
    more->draining = more->out == worker->w->depth && worker->w->depth_low < worker->w->depth;
    if (more->stage == LOAD_MAIN && io->io.packet.request.op != SP_FLUSH) {
        rate_charge(worker, io);
        may_hold(worker);
    }
    load__submit(worker, io);
}

/* A stage that is over gives way to the next when all have come back; the last one at once. */
static void go_on(struct load_worker *worker)
{
    struct load_more *more = worker->more;
    bool last = !worker->w->end_fsync && !worker->w->do_verify;

    while (!worker->finished && !more->prepared && load__stage_over(worker) &&
           (!more->out || (last && more->stage == LOAD_MAIN)))
        load__stage_next(worker);
}

void load__more_run(struct load_worker *worker)
{
    struct load_more *more = worker->more;
    struct load_io *io;
    uint32_t sent = 0;

    take_up(worker);
    go_on(worker);
    while (may_submit(worker) && sent < worker->w->batch && (io = next_due(worker)) != NULL) {
        sent++;
        send(worker, io);
        go_on(worker);
    }
    if (more->holding)
        hold(worker);
    if (!worker->finished && (sent == worker->w->batch || worth_taking_up(worker)))
        load__worker_wake(worker);
    load__may_end(worker->load);
}

/* --- what happens to it ----------------------------------------------------------------------- */

void load__more_begin(struct load_worker *worker)
{
    struct load_more *more = worker->more;
    const struct sim_workload *w = worker->w;

    more->base = sim_now(worker->load->sim);
    more->ramp_end = w->ramp_time ? more->base + w->ramp_time : 0;
    more->ios_left = w->number_ios ? w->number_ios : UINT64_MAX;
    more->bytes_left = w->io_bytes ? w->io_bytes : UINT64_MAX;
    load__mix_begin(&more->mix, &worker->st);
    for (int d = 0; d < SIM_DIRS; d++) {
        struct load_rate *rate = &more->rate[d];

        rate->bytes_a_second = w->rate[d];
        if (w->rate_iops[d])
            rate->bytes_a_second = w->rate_iops[d] * (w->access ? w->smallest : w->size[d].min);
        rate->next = more->base;
        if (rate->bytes_a_second && w->poisson)
            rate->next += sim_stream_exponential(
                &worker->st,
                time_of(w->access ? w->smallest : w->size[d].min, rate->bytes_a_second));
    }
}

void load__more_ended(struct load_worker *worker, struct load_io *io)
{
    struct load_more *more = worker->more;

    io->next = more->back;
    more->back = io;
    more->backs++;
    if (worth_taking_up(worker))
        load__worker_wake(worker);
}

static void drop_prepared(struct load_worker *worker)
{
    struct load_io *io = worker->more->prepared;

    if (!io)
        return;
    worker->more->prepared = NULL;
    load__more_release(worker, io, 1);
    load__idle_push(io);
}

void load__more_stop(struct load_worker *worker, enum load_stop why)
{
    struct load_more *more = worker->more;

    if (worker->finished || (why == LOAD_STOP_NONE && more->stage != LOAD_MAIN))
        return;
    drop_prepared(worker);
    if (why == LOAD_STOP_NONE) {
        sim_event_cancel(worker->load->sim, &more->event);
        more->ios_left = 0;
        load__worker_wake(worker);
    } else {
        more->stage = LOAD_OVER;
        sim_event_cancel(worker->load->sim, &more->event);
        load__worker_finish(worker);
    }
}
