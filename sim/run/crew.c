/* sim/run/crew.c - the worker processes of a sweep, under libuv.
 *
 * A worker opens one scenario, gets seeds in batches of about a tenth of a second, and is let go by
 * closing its input when its scenario has no more. A worker that dies gives back what it did not
 * do; the seed it worked on is tried once more, in a fresh process, before storsim is blamed. One
 * that is silent for too long is killed: the driver hangs in code that passes no point.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/sim_assert.h"
#include "sim/run/sweep_private.h"

#define BATCH_MAX 8192
#define BATCH_MS 100
#define TICK_MS 100
#define DEATHS_MAX 2 /* of workers that open a scenario, one after another */

struct crew;

struct worker {
    struct crew *crew;
    uint32_t slot;
    struct sim__cell_state *cell;
    uv_process_t process;
    uv_pipe_t to, from;
    int handles;         /* of these three, still open */
    bool opened, let_go; /* let_go: its input was closed, it is to end */
    bool exited, silent; /* silent: its output was closed */
    bool hung;           /* killed because of its silence */
    int64_t exit_status;
    int signal;
    struct sim_bytes in;
    bool busy;
    struct sim__span span; /* what it works on, when busy */
    uint64_t done;         /* of it */
    uint64_t want, batch_ms, heard_ms;
};

struct crew {
    struct sim__sweep *sweep;
    uv_loop_t loop;
    uv_timer_t tick;
    uv_signal_t interrupt, terminate;
    uint32_t workers;
    struct worker **worker; /* config->jobs slots */
    bool ending;
    sim_sweep_progress_fn progress;
    void *ctx;
};

static void crew_fill(struct crew *crew);
static void crew_end(struct crew *crew);

/* --- a worker's life -------------------------------------------------------------------------- */

static void handle_closed(uv_handle_t *handle)
{
    struct worker *w = handle->data;

    if (--w->handles > 0)
        return;
    sim_bytes_free(&w->in);
    free(w);
}

static void handle_close(uv_handle_t *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, handle_closed);
}

static void worker_let_go(struct worker *w)
{
    w->let_go = true;
    handle_close((uv_handle_t *)&w->to);
}

static void worker_kill(struct worker *w)
{
    if (!w->exited)
        uv_process_kill(&w->process, SIGKILL);
}

static void death_text(const struct worker *w, char *out, size_t bytes)
{
    if (w->signal != 0)
        snprintf(out, bytes, "the worker process died of signal %d (%s)", w->signal,
                 strsignal(w->signal));
    else
        snprintf(out, bytes, "the worker process ended with status %lld",
                 (long long)w->exit_status);
}

/* It died with seeds in hand. */
static void worker_died_busy(struct worker *w)
{
    struct sim__sweep *sweep = w->crew->sweep;
    uint64_t at = w->span.first + w->done;
    char text[160];

    sim__span_return(w->cell,
                     (struct sim__span){.first = at + 1, .count = w->span.count - w->done - 1});
    if (w->hung) {
        snprintf(text, sizeof(text),
                 "no sign of life for %.3g s of wall-clock time; the worker process was killed",
                 (double)sweep->config->patience_ns / 1e9);
        sim__result_lose(sweep, w->cell, at, SIM__HUNG, text);
    } else if (w->span.again) {
        death_text(w, text, sizeof(text));
        sim__result_lose(sweep, w->cell, at, SIM__LOST, text);
    } else {
        sim__span_return(w->cell, (struct sim__span){.first = at, .count = 1, .again = true});
    }
}

/* It died before it could say whether the scenario is usable. */
static void worker_died_opening(struct worker *w)
{
    struct sim_error text;
    char death[128];

    if (w->cell->phase == SIM__TRYING)
        w->cell->phase = SIM__UNTRIED;
    if (++w->cell->deaths_opening < DEATHS_MAX)
        return;
    death_text(w, death, sizeof(death));
    if (w->hung)
        snprintf(death, sizeof(death), "the worker process gave no sign of life and was killed");
    sim_error_set(&text, "%s: cannot be opened with driver %s: %s",
                  sim_scenario_path(w->cell->cell->scenario),
                  sim_opt_text(w->cell->cell->scenario, SIM_OPT_DRIVER_MODULE), death);
    sim__sweep_fail(w->crew->sweep, SIM_SWEEP_FAULT, text.text);
}

/* Both its process and its output have ended: nothing more can come. */
static void worker_over(struct worker *w)
{
    struct crew *crew = w->crew;

    crew->worker[w->slot] = NULL;
    crew->workers--;
    if (!w->opened)
        w->cell->opening--;
    if (!crew->ending && !w->opened && !w->let_go)
        worker_died_opening(w);
    else if (!crew->ending && w->busy)
        worker_died_busy(w);
    handle_close((uv_handle_t *)&w->process);
    handle_close((uv_handle_t *)&w->to);
    handle_close((uv_handle_t *)&w->from);
    crew_fill(crew);
}

static void process_ended(uv_process_t *process, int64_t exit_status, int term_signal)
{
    struct worker *w = process->data;

    w->exited = true;
    w->exit_status = exit_status;
    w->signal = term_signal;
    if (w->silent)
        worker_over(w);
}

/* --- messages --------------------------------------------------------------------------------- */

struct sending {
    uv_write_t request;
    struct sim_bytes bytes;
};

static void sending_done(uv_write_t *request, int status)
{
    struct sending *s = (struct sending *)(void *)request;

    (void)status; /* a broken pipe is seen as the worker's end */
    sim_bytes_free(&s->bytes);
    free(s);
}

/* Takes the bytes. */
static void worker_send(struct worker *w, struct sim_bytes bytes)
{
    struct sending *s = calloc(1, sizeof(*s));
    uv_buf_t buf;

    SIM_ASSERT(s != NULL);
    s->bytes = bytes;
    buf = uv_buf_init((char *)bytes.data, (unsigned)bytes.used);
    if (uv_write(&s->request, (uv_stream_t *)&w->to, &buf, 1, sending_done) < 0)
        sending_done(&s->request, -1);
    w->heard_ms = uv_now(&w->crew->loop);
}

static void batch_send(struct worker *w)
{
    const struct sim_sweep_config *config = w->crew->sweep->config;
    struct sim_bytes bytes = {0};
    struct sim_batch batch = {
        .first = sim__seed_at(w->crew->sweep, w->cell, w->span.first),
        .count = w->span.count,
        .stride = config->shards,
        .samples = w->span.first < config->samples ? config->samples - w->span.first : 0,
        .covered = config->covered,
        .guided = config->guided,
    };
    uint64_t *load = config->guided ? calloc(w->span.count, sizeof(*load)) : NULL;

    SIM_ASSERT(load != NULL || !config->guided);
    for (uint64_t i = 0; config->guided && i < w->span.count; i++)
        load[i] = sim__load_at(w->cell, w->span.first + i);
    sim_message_batch(&bytes, &batch, load);
    free(load);
    w->batch_ms = uv_now(&w->crew->loop);
    worker_send(w, bytes);
}

/* Gives an idle worker its next seeds, or lets it go. */
static void worker_feed(struct worker *w)
{
    struct sim__sweep *sweep = w->crew->sweep;

    if (w->busy || w->let_go || !w->opened || sim__sweep_trying(sweep))
        return;
    if (!sim__span_next(sweep, w->cell, w->want, &w->span)) {
        if (!sim__cell_waits(sweep, w->cell))
            worker_let_go(w);
        return;
    }
    w->busy = true;
    w->done = 0;
    batch_send(w);
}

/* Whoever waits may have something to do now. */
static void idle_feed(struct crew *crew)
{
    for (uint32_t i = 0; i < crew->sweep->config->jobs; i++) {
        if (crew->worker[i] != NULL)
            worker_feed(crew->worker[i]);
    }
}

/* The next batch should take about a tenth of a second. */
static void batch_done(struct worker *w)
{
    uint64_t took = uv_now(&w->crew->loop) - w->batch_ms;
    uint64_t want = took == 0 ? w->span.count * 4 : w->span.count * BATCH_MS / took;

    if (want > w->span.count * 4)
        want = w->span.count * 4;
    w->want = want < 1 ? 1 : want > BATCH_MAX ? BATCH_MAX : want;
    w->busy = false;
    if (w->crew->sweep->config->guided)
        idle_feed(w->crew);
    else
        worker_feed(w);
}

static void opened(struct worker *w, const char *build)
{
    struct crew *crew = w->crew;
    struct sim__sweep *sweep = crew->sweep;
    bool trying = sim__sweep_trying(sweep);

    w->opened = true;
    w->cell->opening--;
    w->cell->deaths_opening = 0;
    if (w->cell->phase != SIM__READY)
        snprintf(w->cell->build, sizeof(w->cell->build), "%s", build);
    w->cell->phase = SIM__READY;
    if (trying && !sim__sweep_trying(sweep))
        sim__sweep_tried(sweep);
    else if (trying)
        for (uint32_t i = 0; i < sweep->config->cells && !w->let_go; i++)
            if (sweep->cell[i].phase == SIM__UNTRIED) /* its place is needed to try the next one */
                worker_let_go(w);
    if (sweep->failed) {
        crew_end(crew);
        return;
    }
    idle_feed(crew);
    crew_fill(crew);
}

static void refused(struct worker *w, const char *text)
{
    w->let_go = true;
    sim__sweep_fail(w->crew->sweep, SIM_SWEEP_ERROR, text);
    crew_end(w->crew);
}

/* False: it talks nonsense. */
static bool message_take(struct worker *w, enum sim_message kind, const uint8_t *data, size_t bytes)
{
    struct sim_reader r = {.at = data, .end = data + bytes};

    if (kind == SIM_MESSAGE_OPENED && !w->opened) {
        opened(w, sim_reader_text(&r));
        return true;
    }
    if (kind == SIM_MESSAGE_REFUSED && !w->opened) {
        refused(w, sim_reader_text(&r));
        return true;
    }
    if (kind != SIM_MESSAGE_RESULT || !w->busy ||
        !sim__result_add(w->crew->sweep, w->cell, w->span.first + w->done, data, bytes))
        return false;
    if (++w->done == w->span.count)
        batch_done(w);
    return true;
}

/* Takes whole messages out of what was read. */
static void messages_take(struct worker *w)
{
    size_t at = 0;

    while (!w->crew->ending && w->in.used - at >= sizeof(struct sim_message_head)) {
        struct sim_message_head head;

        memcpy(&head, w->in.data + at, sizeof(head));
        if (w->in.used - at - sizeof(head) < head.bytes)
            break;
        at += sizeof(head);
        if (!message_take(w, (enum sim_message)head.kind, w->in.data + at, head.bytes)) {
            worker_kill(w);
            at = w->in.used;
            break;
        }
        at += head.bytes;
    }
    memmove(w->in.data, w->in.data + at, w->in.used - at);
    w->in.used -= at;
}

static void read_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    static char room[65536];

    (void)handle;
    (void)suggested;
    *buf = uv_buf_init(room, sizeof(room));
}

static void read_done(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
    struct worker *w = stream->data;

    if (count > 0) {
        w->heard_ms = uv_now(&w->crew->loop);
        sim_bytes_add(&w->in, buf->base, (size_t)count);
        messages_take(w);
        if (w->crew->sweep->failed)
            crew_end(w->crew);
        return;
    }
    if (count == 0)
        return;
    uv_read_stop(stream);
    w->silent = true;
    if (w->exited)
        worker_over(w);
}

/* --- the crew --------------------------------------------------------------------------------- */

static int worker_spawn_process(struct worker *w)
{
    static char name[] = "storsim", verb[] = SIM_WORKER_VERB;
    char *args[] = {name, verb, NULL};
    uv_stdio_container_t stdio[] = {
        {.flags = UV_CREATE_PIPE | UV_READABLE_PIPE, .data.stream = (uv_stream_t *)&w->to},
        {.flags = UV_INHERIT_FD,
         .data.fd = 2}, /* what the code under test may print is no result */
        {.flags = UV_INHERIT_FD, .data.fd = 2},
        {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&w->from},
    };
    uv_process_options_t options = {.exit_cb = process_ended,
                                    .file = "/proc/self/exe",
                                    .args = args,
                                    .stdio_count = 4,
                                    .stdio = stdio};

    uv_pipe_init(&w->crew->loop, &w->to, 0);
    uv_pipe_init(&w->crew->loop, &w->from, 0);
    w->process.data = w->to.data = w->from.data = w;
    w->handles = 3;
    return uv_spawn(&w->crew->loop, &w->process, &options);
}

static void worker_start(struct crew *crew, uint32_t slot, struct sim__cell_state *cell)
{
    struct worker *w = calloc(1, sizeof(*w));
    struct sim_bytes bytes = {0};
    struct sim_error text;
    int result;

    SIM_ASSERT(w != NULL);
    w->crew = crew;
    w->slot = slot;
    w->cell = cell;
    w->want = 1;
    result = worker_spawn_process(w);
    if (result < 0) {
        sim_error_set(&text, "cannot start a worker process: %s", uv_strerror(result));
        sim__sweep_fail(crew->sweep, SIM_SWEEP_FAULT, text.text);
        handle_close((uv_handle_t *)&w->process);
        handle_close((uv_handle_t *)&w->to);
        handle_close((uv_handle_t *)&w->from);
        return;
    }
    crew->worker[slot] = w;
    crew->workers++;
    cell->opening++;
    uv_read_start((uv_stream_t *)&w->from, read_room, read_done);
    sim_message_open(&bytes, cell->cell->scenario, cell->cell->setting, cell->cell->settings);
    worker_send(w, bytes);
}

/* Starts workers while there is work for them; ends when all is done. */
static void crew_fill(struct crew *crew)
{
    struct sim__sweep *sweep = crew->sweep;

    for (uint32_t i = 0; i < sweep->config->jobs && !crew->ending && !sweep->failed; i++) {
        struct sim__cell_state *cell = crew->worker[i] == NULL ? sim__cell_next(sweep) : NULL;

        if (cell != NULL)
            worker_start(crew, i, cell);
    }
    if (sweep->failed || (sim__sweep_done(sweep) && !sim__sweep_trying(sweep)))
        crew_end(crew);
}

static void plain_close(uv_handle_t *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void crew_end(struct crew *crew)
{
    if (crew->ending)
        return;
    crew->ending = true;
    for (uint32_t i = 0; i < crew->sweep->config->jobs; i++) {
        if (crew->worker[i] != NULL)
            worker_kill(crew->worker[i]);
    }
    plain_close((uv_handle_t *)&crew->tick);
    plain_close((uv_handle_t *)&crew->interrupt);
    plain_close((uv_handle_t *)&crew->terminate);
}

static void hangs_look(struct crew *crew)
{
    uint64_t now = uv_now(&crew->loop),
             patience = (uint64_t)crew->sweep->config->patience_ns / 1000000;

    for (uint32_t i = 0; i < crew->sweep->config->jobs; i++) {
        struct worker *w = crew->worker[i];

        if (w == NULL || (w->opened && !w->busy) || now - w->heard_ms < patience)
            continue;
        w->hung = true;
        worker_kill(w);
    }
}

static void progress_tell(struct crew *crew)
{
    struct sim__sweep *sweep = crew->sweep;
    struct sim_sweep_state state = {
        .result = sweep->cell[0].result, .elapsed_s = sim__elapsed(sweep), .config = sweep->config};

    for (uint32_t i = 0; i < sweep->config->cells; i++) {
        struct sim__cell_state *cell = &sweep->cell[i];

        state.seeds += cell->result->seeds;
        state.total += cell->total;
        state.failed += cell->result->failed;
        if (state.cell == NULL && !cell->ended) {
            state.cell = cell->cell;
            state.cell_number = i;
        }
    }
    if (crew->progress != NULL)
        crew->progress(&state, crew->ctx);
}

static void tick(uv_timer_t *timer)
{
    struct crew *crew = timer->data;

    hangs_look(crew);
    sim__sweep_tick(crew->sweep);
    progress_tell(crew);
    if (crew->sweep->config->guided)
        idle_feed(crew);
    crew_fill(crew);
}

static void signal_came(uv_signal_t *handle, int number)
{
    struct crew *crew = handle->data;

    crew->sweep->end = number == SIGINT ? SIM_SWEEP_INTERRUPT : SIM_SWEEP_TERMINATE;
    crew_end(crew);
}

void sim__crew_run(struct sim__sweep *sweep, sim_sweep_progress_fn progress, void *ctx)
{
    struct crew crew = {.sweep = sweep, .progress = progress, .ctx = ctx};

    crew.worker = calloc(sweep->config->jobs, sizeof(struct worker *));
    SIM_ASSERT(crew.worker != NULL);
    uv_loop_init(&crew.loop);
    uv_timer_init(&crew.loop, &crew.tick);
    uv_signal_init(&crew.loop, &crew.interrupt);
    uv_signal_init(&crew.loop, &crew.terminate);
    crew.tick.data = crew.interrupt.data = crew.terminate.data = &crew;
    uv_timer_start(&crew.tick, tick, TICK_MS, TICK_MS);
    uv_signal_start(&crew.interrupt, signal_came, SIGINT);
    uv_signal_start(&crew.terminate, signal_came, SIGTERM);
    crew_fill(&crew);
    uv_run(&crew.loop, UV_RUN_DEFAULT);
    uv_loop_close(&crew.loop);
    free(crew.worker);
}

uint32_t sim_sweep_jobs(void)
{
    return (uint32_t)uv_available_parallelism();
}

double sim_sweep_clock_s(void)
{
    return (double)uv_hrtime() / 1e9;
}
