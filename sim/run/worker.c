/* sim/run/worker.c - a worker process of a sweep: opens one scenario, runs the seeds it is given.
 *
 * It may die at any seed, by storsim's fault or by kill -9; the parent then knows which seed it
 * worked on, because every result is written the moment it is there. It never outlives its parent.
 */
#include "sim/run/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/engine/module.h"
#include "sim/engine/names.h"
#include "sim/engine/sim_assert.h"
#include "sim/run/repeat.h"
#include "sim/run/session.h"

/* --- messages --------------------------------------------------------------------------------- */

static size_t message_begin(struct sim_bytes *out, enum sim_message kind)
{
    struct sim_message_head head = {.kind = kind};

    sim_bytes_add(out, &head, sizeof(head));
    return out->used;
}

static void message_end(struct sim_bytes *out, size_t start)
{
    uint32_t bytes = (uint32_t)(out->used - start);

    memcpy(out->data + start - sizeof(struct sim_message_head), &bytes, sizeof(bytes));
}

void sim_message_open(struct sim_bytes *out, const struct sim_scenario *scenario,
                      const struct sim_setting *settings, uint32_t count)
{
    size_t start = message_begin(out, SIM_MESSAGE_OPEN);

    sim_bytes_text(out, sim_scenario_path(scenario));
    sim_bytes_text(out, sim_scenario_text(scenario));
    sim_bytes_u64(out, count);
    for (uint32_t i = 0; i < count; i++) {
        sim_bytes_text(out, settings[i].name);
        sim_bytes_text(out, settings[i].value);
    }
    message_end(out, start);
}

void sim_message_batch(struct sim_bytes *out, const struct sim_batch *batch, const uint64_t *load)
{
    size_t start = message_begin(out, SIM_MESSAGE_BATCH);

    sim_bytes_add(out, batch, sizeof(*batch));
    if (batch->guided)
        sim_bytes_add(out, load, batch->count * sizeof(*load));
    message_end(out, start);
}

/* --- the worker ------------------------------------------------------------------------------- */

#define SETTINGS_MAX 64
#define PLACES_MAX 64 /* described with one result; the others with a later one that has them */

struct worker {
    struct sim_bytes in, out, batch;
    struct sim_setting setting[SETTINGS_MAX];
    uint32_t settings;
    const char *path;
    struct sim_scenario *scenario;
    struct sim_session *session;
    struct sim_result result;
    struct sim_report_finding_text text[SIM_FINDINGS_MAX];
    char repeat[SIM_REPEAT_BYTES];
    struct sim_pairs *told; /* places that were described to the parent */
    struct sim_place_text place[PLACES_MAX];
};

/* Reads count bytes; false at the end of the input. */
static bool read_all(void *data, size_t count)
{
    char *at = data;

    while (count > 0) {
        ssize_t n = read(STDIN_FILENO, at, count);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        count -= (size_t)n;
    }
    return true;
}

/* Writes and empties the bytes. Without a parent there is nothing left to do. */
static void send_out(struct sim_bytes *bytes)
{
    const uint8_t *at = bytes->data;
    size_t left = bytes->used;

    while (left > 0) {
        ssize_t n = write(SIM_WORKER_FD, at, left);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            _exit(0);
        at += n;
        left -= (size_t)n;
    }
    bytes->used = 0;
}

static void send_text(struct worker *w, enum sim_message kind, const char *text)
{
    size_t start = message_begin(&w->out, kind);

    sim_bytes_text(&w->out, text);
    message_end(&w->out, start);
    send_out(&w->out);
}

static bool open_read(struct worker *w, struct sim_reader *r, const char **text)
{
    w->path = sim_reader_text(r);
    *text = sim_reader_text(r);
    w->settings = (uint32_t)sim_reader_u64(r);
    for (uint32_t i = 0; i < w->settings && i < SETTINGS_MAX; i++) {
        w->setting[i].name = sim_reader_text(r);
        w->setting[i].value = sim_reader_text(r);
    }
    return !r->bad && w->settings <= SETTINGS_MAX;
}

/* The message stays in w->in: paths and settings point into it. */
static bool scenario_open(struct worker *w, struct sim_reader *r)
{
    struct sim_module *module;
    struct sim_error error;
    const char *text;

    SIM_ASSERT(w->session == NULL && open_read(w, r, &text));
    if (sim_scenario_parse(w->path, text, w->setting, w->settings, &error, &w->scenario) < 0 ||
        sim_session_open(w->scenario, &error, &w->session) < 0) {
        send_text(w, SIM_MESSAGE_REFUSED, error.text);
        return false;
    }
    module = sim_session_module(w->session);
    send_text(w, SIM_MESSAGE_OPENED, module != NULL ? sim_module_build(module) : "none");
    return true;
}

static void findings_tell(struct worker *w)
{
    static char line[SIM_FINDING_FRAMES][160];

    for (uint32_t i = 0; i < w->result.findings && i < SIM_FINDINGS_MAX; i++) {
        int n = sim_session_stack(w->session, &w->result.finding[i], line, SIM_FINDING_FRAMES);
        char *stack = w->text[i].stack;
        size_t used = 0;

        *stack = '\0';
        for (int k = 0; k < n; k++)
            used += (size_t)snprintf(stack + used, SIM_REPORT_STACK - used, "%s\n", line[k]);
        sim_signature(&w->result.finding[i], sim_session_module(w->session), w->text[i].signature);
    }
}

/* Describes one place, unless it was described before or there is no room. */
static void place_tell(struct worker *w, sim_place place, struct sim_report_extra *extra)
{
    struct sim_module *module = sim_session_module(w->session);
    struct sim_place_text text = {.place = place, .function = "?", .file = "?"};

    if (extra->places == PLACES_MAX || sim_pairs_text(w->told, place)->place == place)
        return;
    if (module != NULL) {
        struct sim_source source = sim_module_source(module, sim_place_offset(place));

        text.function = source.function;
        text.file = source.file;
        text.line = (uint32_t)source.line;
    }
    text.callback = sim_name(SIM_NAME_CALLBACK, sim_place_callback(place));
    if (text.callback == NULL)
        text.callback = "?";
    sim_pairs_describe(w->told, &text);
    w->place[extra->places++] = *sim_pairs_text(w->told, place);
}

static void coverage_tell(struct worker *w, struct sim_report_extra *extra)
{
    extra->pairs = sim_coverage_pairs(&extra->pair);
    extra->place = w->place;
    for (uint32_t i = 0; i < extra->pairs; i++) {
        place_tell(w, sim_pair_from(extra->pair[i]), extra);
        place_tell(w, sim_pair_to(extra->pair[i]), extra);
    }
}

/* load: the seed whose load and device it runs, with the schedule of its own number; 0: its own. */
static void seed_run(struct worker *w, uint64_t seed, uint64_t load, const struct sim_batch *batch,
                     bool samples)
{
    struct sim_report_extra extra = {.load_seed = load != 0 ? load : seed};
    size_t start;

    sim_assert_set_repeat(sim_repeat_run(w->repeat, w->path, w->setting, w->settings, seed));
    extra.covered = batch->covered && sim_coverage_begin() == 0;
    sim_session_set_schedule(w->session, load != 0 ? seed : 0);
    sim_session_run(w->session, extra.load_seed, &w->result);
    w->result.seed = seed;
    if (extra.covered) {
        sim_coverage_end();
        coverage_tell(w, &extra);
    }
    findings_tell(w);
    start = message_begin(&w->out, SIM_MESSAGE_RESULT);
    sim_report_pack(&w->out, &w->result, &extra, w->text,
                    samples ? SIM_REPORT_SAMPLES : SIM_REPORT_NO_SAMPLES);
    message_end(&w->out, start);
    send_out(&w->out);
}

static void batch_run(struct worker *w, struct sim_reader *r)
{
    const void *at = sim_reader_take(r, sizeof(struct sim_batch));
    struct sim_batch batch;

    SIM_ASSERT(at != NULL && w->session != NULL);
    memcpy(&batch, at, sizeof(batch));
    for (uint64_t i = 0; i < batch.count; i++)
        seed_run(w, batch.first + i * batch.stride, batch.guided ? sim_reader_u64(r) : 0, &batch,
                 i < batch.samples);
}

/* Reads one message behind what w->in holds, and does what it says. False: the end. */
static bool message_do(struct worker *w)
{
    struct sim_message_head head;
    uint8_t *data;

    if (!read_all(&head, sizeof(head)))
        return false;
    if (head.kind == SIM_MESSAGE_OPEN) {
        data = malloc(head.bytes);
        SIM_ASSERT(data != NULL);
        w->in = (struct sim_bytes){.data = data, .used = head.bytes, .room = head.bytes};
    } else {
        data = sim_bytes_room(&w->batch, head.bytes);
    }
    if (!read_all(data, head.bytes))
        return false;

    struct sim_reader r = {.at = data, .end = data + head.bytes};
    if (head.kind == SIM_MESSAGE_OPEN)
        return scenario_open(w, &r);
    batch_run(w, &r);
    return true;
}

int sim_worker_main(void)
{
    struct worker *w = calloc(1, sizeof(*w));

    struct stat st;

    SIM_ASSERT(w != NULL);
    w->told = sim_pairs_create();
    if (fstat(SIM_WORKER_FD, &st) < 0 || !S_ISSOCK(st.st_mode)) { /* libuv's pipes are sockets */
        fprintf(stderr, "storsim: workers are started by 'storsim sweep', not by hand\n");
        sim_pairs_free(w->told);
        free(w);
        return 2;
    }
    /* Ctrl-C reaches the whole process group; the parent decides what ends. */
    signal(SIGINT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (message_do(w))
        continue;
    if (w->session != NULL)
        sim_session_close(w->session);
    sim_scenario_free(w->scenario);
    sim_bytes_free(&w->in);
    sim_bytes_free(&w->out);
    sim_bytes_free(&w->batch);
    sim_pairs_free(w->told);
    sim_coverage_free();
    free(w);
    return 0;
}
