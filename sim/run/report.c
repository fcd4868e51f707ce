/* sim/run/report.c - one seed's result, packed and unpacked. */
#include "sim/run/report.h"

#include <stdlib.h>
#include <string.h>

#include "sim/engine/sim_assert.h"

void sim_bytes_add(struct sim_bytes *bytes, const void *data, size_t count)
{
    if (bytes->used + count > bytes->room) {
        bytes->room = (bytes->used + count) * 2 + 4096;
        bytes->data = realloc(bytes->data, bytes->room);
        SIM_ASSERT(bytes->data != NULL);
    }
    if (count > 0)
        memcpy(bytes->data + bytes->used, data, count);
    bytes->used += count;
}

void sim_bytes_u64(struct sim_bytes *bytes, uint64_t value)
{
    sim_bytes_add(bytes, &value, sizeof(value));
}

void sim_bytes_text(struct sim_bytes *bytes, const char *text)
{
    sim_bytes_u64(bytes, strlen(text) + 1);
    sim_bytes_add(bytes, text, strlen(text) + 1);
}

uint8_t *sim_bytes_room(struct sim_bytes *bytes, size_t count)
{
    if (count > bytes->room) {
        bytes->room = count;
        bytes->data = realloc(bytes->data, count);
        SIM_ASSERT(bytes->data != NULL);
    }
    bytes->used = count;
    return bytes->data;
}

void sim_bytes_free(struct sim_bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct sim_bytes){0};
}

const void *sim_reader_take(struct sim_reader *reader, size_t count)
{
    const uint8_t *at = reader->at;

    if (reader->bad || count > (size_t)(reader->end - reader->at)) {
        reader->bad = true;
        return NULL;
    }
    reader->at += count;
    return at;
}

uint64_t sim_reader_u64(struct sim_reader *reader)
{
    const void *at = sim_reader_take(reader, sizeof(uint64_t));
    uint64_t value = 0;

    if (at != NULL)
        memcpy(&value, at, sizeof(value));
    return value;
}

const char *sim_reader_text(struct sim_reader *reader)
{
    uint64_t count = sim_reader_u64(reader);
    const char *text = sim_reader_take(reader, count);

    if (text == NULL || count == 0 || text[count - 1] != '\0') {
        reader->bad = true;
        return "";
    }
    return text;
}

/* Only bins that count something: most are empty. */
static void latency_pack(struct sim_bytes *out, const struct sim_result *result)
{
    const uint32_t *bin = &result->latency[0][0];
    uint64_t n = 0;

    for (uint32_t i = 0; i < SIM_WHEN_COUNT * SIM_LATENCY_BINS; i++)
        n += bin[i] != 0;
    sim_bytes_u64(out, n);
    for (uint32_t i = 0; i < SIM_WHEN_COUNT * SIM_LATENCY_BINS; i++) {
        if (bin[i] != 0)
            sim_bytes_u64(out, (uint64_t)i << 32 | bin[i]);
    }
}

static void finding_pack(struct sim_bytes *out, const struct sim_finding *finding,
                         const struct sim_report_finding_text *text)
{
    sim_bytes_u64(out, finding->rule);
    sim_bytes_u64(out, finding->severity);
    sim_bytes_u64(out, (uint64_t)finding->at);
    sim_bytes_u64(out, finding->cpu);
    sim_bytes_text(out, finding->text);
    sim_bytes_text(out, text->stack);
    sim_bytes_text(out, text->signature);
}

static uint32_t kept(const struct sim_result *result)
{
    return result->findings < SIM_FINDINGS_MAX ? result->findings : SIM_FINDINGS_MAX;
}

static void extra_pack(struct sim_bytes *out, const struct sim_report_extra *extra)
{
    sim_bytes_u64(out, extra->load_seed);
    sim_bytes_u64(out, extra->covered);
    sim_bytes_u64(out, extra->pairs);
    sim_bytes_add(out, extra->pair, extra->pairs * sizeof(*extra->pair));
    sim_bytes_u64(out, extra->places);
    for (uint32_t i = 0; i < extra->places; i++) {
        sim_bytes_u64(out, extra->place[i].place);
        sim_bytes_text(out, extra->place[i].function);
        sim_bytes_text(out, extra->place[i].file);
        sim_bytes_text(out, extra->place[i].callback);
        sim_bytes_u64(out, extra->place[i].line);
    }
}

void sim_report_pack(struct sim_bytes *out, const struct sim_result *result,
                     const struct sim_report_extra *extra,
                     const struct sim_report_finding_text *text, enum sim_report_samples samples)
{
    uint32_t n = samples == SIM_REPORT_SAMPLES ? result->samples : 0;
    struct sim_report_extra none = {.load_seed = result->seed};

    sim_bytes_u64(out, result->seed);
    sim_bytes_u64(out, result->stop);
    sim_bytes_u64(out, result->errors);
    sim_bytes_u64(out, result->findings - result->errors);
    sim_bytes_u64(out, result->hash);
    sim_bytes_u64(out, (uint64_t)result->virtual_ns);
    sim_bytes_u64(out, result->points);
    sim_bytes_u64(out, result->events);
    sim_bytes_u64(out, result->switches);
    sim_bytes_add(out, result->figure, sizeof(result->figure));
    sim_bytes_u64(out, result->drawn);
    sim_bytes_add(out, result->draw, result->drawn * sizeof(result->draw[0]));
    sim_bytes_u64(out, kept(result));
    for (uint32_t i = 0; i < kept(result); i++)
        finding_pack(out, &result->finding[i], &text[i]);
    latency_pack(out, result);
    sim_bytes_add(out, result->iometer, sizeof(result->iometer));
    sim_bytes_u64(out, n);
    sim_bytes_add(out, result->sample, n * sizeof(*result->sample));
    sim_bytes_u64(out, result->logged);
    sim_bytes_add(out, result->log, sim_log_kept(result->logged) * sizeof(*result->log));
    sim_bytes_u64(out, result->unmodelled.count);
    sim_bytes_add(out, result->unmodelled.item,
                  result->unmodelled.count * sizeof(result->unmodelled.item[0]));
    extra_pack(out, extra != NULL ? extra : &none);
}

static void latency_unpack(struct sim_reader *r, struct sim_report *report)
{
    uint64_t n = sim_reader_u64(r);

    for (; n > 0 && !r->bad; n--) {
        uint64_t pair = sim_reader_u64(r);

        if (pair >> 32 < SIM_WHEN_COUNT * SIM_LATENCY_BINS)
            (&report->latency[0][0])[pair >> 32] = (uint32_t)pair;
    }
}

static void findings_unpack(struct sim_reader *r, struct sim_report *report)
{
    uint64_t n = sim_reader_u64(r);

    for (; report->findings < n && report->findings < SIM_FINDINGS_MAX; report->findings++) {
        struct sim_report_finding *f = &report->finding[report->findings];

        f->rule = (enum sim_rule)sim_reader_u64(r);
        f->severity = (enum sim_severity)sim_reader_u64(r);
        f->at = (sim_ns)sim_reader_u64(r);
        f->cpu = (uint8_t)sim_reader_u64(r);
        f->text = sim_reader_text(r);
        f->stack = sim_reader_text(r);
        f->signature = sim_reader_text(r);
        r->bad |= f->rule >= SIM_RULE_COUNT;
    }
}

static void samples_unpack(struct sim_reader *r, struct sim_report *report)
{
    uint64_t n = sim_reader_u64(r);
    const void *at =
        n <= SIM_SAMPLES_MAX ? sim_reader_take(r, n * sizeof(struct sim_sample)) : NULL;
    struct sim_sample *copy;

    r->bad |= at == NULL;
    if (at == NULL || n == 0)
        return;
    copy = malloc(n * sizeof(*copy));
    SIM_ASSERT(copy != NULL);
    memcpy(copy, at, n * sizeof(*copy));
    report->sample = copy;
    report->samples = (uint32_t)n;
}

/* count things of some bytes each, copied so that they are aligned; NULL when there is none. */
static void *array_unpack(struct sim_reader *r, uint64_t count, size_t bytes)
{
    const void *at;
    void *copy;

    r->bad |= count > UINT32_MAX;
    at = r->bad ? NULL : sim_reader_take(r, count * bytes);
    if (at == NULL || count == 0)
        return NULL;
    copy = malloc(count * bytes);
    SIM_ASSERT(copy != NULL);
    memcpy(copy, at, count * bytes);
    return copy;
}

static void log_unpack(struct sim_reader *r, struct sim_report *report)
{
    uint64_t n = sim_reader_u64(r);

    r->bad |= n > UINT32_MAX;
    if (r->bad)
        return;
    report->entry = array_unpack(r, sim_log_kept((uint32_t)n), sizeof(*report->entry));
    report->logged = report->entry != NULL ? (uint32_t)n : 0;
    for (uint32_t i = 0; i < sim_log_kept(report->logged); i++) {
        report->entry[i].source[sizeof(report->entry[i].source) - 1] = '\0';
        report->entry[i].text[sizeof(report->entry[i].text) - 1] = '\0';
    }
}

static void unmodelled_unpack(struct sim_reader *r, struct sim_report *report)
{
    struct sim_unmodelled_list *list = &report->unmodelled;
    uint64_t n = sim_reader_u64(r);
    const void *at;

    r->bad |= n > SIM_UNMODELLED_MAX;
    at = r->bad ? NULL : sim_reader_take(r, n * sizeof(list->item[0]));
    if (at == NULL)
        return;
    memcpy(list->item, at, n * sizeof(list->item[0]));
    list->count = n;
    for (uint64_t i = 0; i < n; i++) {
        list->item[i].routine[sizeof(list->item[i].routine) - 1] = '\0';
        list->item[i].answer[sizeof(list->item[i].answer) - 1] = '\0';
    }
}

static void places_unpack(struct sim_reader *r, struct sim_report *report)
{
    uint64_t n = sim_reader_u64(r);

    /* Each takes 40 bytes at least. */
    r->bad |= n > (uint64_t)(r->end - r->at) / 40;
    if (r->bad || n == 0)
        return;
    report->place = calloc(n, sizeof(*report->place));
    SIM_ASSERT(report->place != NULL);
    for (; report->places < n && !r->bad; report->places++) {
        struct sim_place_text *p = &report->place[report->places];

        p->place = (sim_place)sim_reader_u64(r);
        p->function = sim_reader_text(r);
        p->file = sim_reader_text(r);
        p->callback = sim_reader_text(r);
        p->line = (uint32_t)sim_reader_u64(r);
    }
}

static void extra_unpack(struct sim_reader *r, struct sim_report *report)
{
    uint64_t n;

    report->load_seed = sim_reader_u64(r);
    report->covered = sim_reader_u64(r) != 0;
    n = sim_reader_u64(r);
    report->pair = array_unpack(r, n, sizeof(*report->pair));
    report->pairs = report->pair != NULL ? (uint32_t)n : 0;
    places_unpack(r, report);
}

static void drawn_unpack(struct sim_reader *r, struct sim_report *report)
{
    uint64_t n = sim_reader_u64(r);
    const void *draw = n <= SIM_DRAWN_MAX ? sim_reader_take(r, n * sizeof(report->draw[0])) : NULL;

    if (draw == NULL) {
        r->bad = true;
        return;
    }
    report->drawn = (uint32_t)n;
    memcpy(report->draw, draw, n * sizeof(report->draw[0]));
}

int sim_report_unpack(const uint8_t *bytes, size_t count, struct sim_report *report)
{
    struct sim_reader r = {.at = bytes, .end = bytes + count};
    const void *figures, *bins;
    uint64_t stop;

    memset(report, 0, sizeof(*report));
    report->seed = sim_reader_u64(&r);
    stop = sim_reader_u64(&r);
    report->lost = stop == SIM_REPORT_LOST;
    report->stop = report->lost ? SIM_STOP_NONE : (enum sim_stop)stop;
    report->errors = (uint32_t)sim_reader_u64(&r);
    report->warnings = (uint32_t)sim_reader_u64(&r);
    report->hash = sim_reader_u64(&r);
    report->virtual_ns = (sim_ns)sim_reader_u64(&r);
    report->points = sim_reader_u64(&r);
    report->events = sim_reader_u64(&r);
    report->switches = sim_reader_u64(&r);
    figures = sim_reader_take(&r, sizeof(report->figure));
    if (figures != NULL)
        memcpy(report->figure, figures, sizeof(report->figure));
    drawn_unpack(&r, report);
    findings_unpack(&r, report);
    latency_unpack(&r, report);
    bins = sim_reader_take(&r, sizeof(report->iometer));
    if (bins != NULL)
        memcpy(report->iometer, bins, sizeof(report->iometer));
    samples_unpack(&r, report);
    log_unpack(&r, report);
    unmodelled_unpack(&r, report);
    extra_unpack(&r, report);
    if (r.bad || r.at != r.end) {
        sim_report_free(report);
        return -1;
    }
    return 0;
}

void sim_report_free(struct sim_report *report)
{
    free((void *)report->sample);
    free((void *)report->pair);
    free(report->entry);
    free(report->place);
    report->sample = NULL;
    report->pair = NULL;
    report->place = NULL;
    report->entry = NULL;
    report->logged = 0;
    report->samples = report->pairs = report->places = 0;
}

const struct sim_report_finding *sim_report_error(const struct sim_report *report)
{
    for (uint32_t i = 0; i < report->findings; i++) {
        if (report->finding[i].severity == SIM_SEVERITY_ERROR)
            return &report->finding[i];
    }
    return NULL;
}

const char *sim_stop_name(enum sim_stop stop)
{
    static const char *const name[] = {"none", "done", "finding", "time", "idle", "crash"};

    return (unsigned)stop < sizeof(name) / sizeof(name[0]) ? name[stop] : "?";
}
