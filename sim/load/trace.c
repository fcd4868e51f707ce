/* sim/load/trace.c - I/Os recorded elsewhere: a CSV of time, op, offset and size. */
#include "sim/load/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/engine/sim_assert.h"
#include "sim/load/lines.h"
#include "sim/scenario/scenario.h"

#define COLUMNS_MAX 32
#define IO_BYTES_MAX (16u << 20)
#define TIME_MAX (24 * 3600 * SIM_S)

enum column { TIME, OP, OFFSET, SIZE, COLUMNS, OTHER = COLUMNS };

struct reading {
    const struct sim_load_place *place;
    struct sim_lines lines;
    struct sim_io_trace *out;
    struct sim_notes *notes;
    uint32_t room;
    uint32_t columns;
    enum column column[COLUMNS_MAX]; /* what each column of the file is */
    const char *unit;                /* of times without one */
};

/* --- the first line --------------------------------------------------------------------------- */

static const struct {
    const char *word;
    enum column column;
    const char *unit;
} heads[] = {
    {"time", TIME, "s"},      {"time_s", TIME, "s"},   {"time_ms", TIME, "ms"},
    {"time_us", TIME, "us"},  {"time_ns", TIME, "ns"}, {"op", OP, NULL},
    {"offset", OFFSET, NULL}, {"size", SIZE, NULL},
};
#define HEADS (sizeof heads / sizeof heads[0])

static int head_column(struct reading *r, const char *word)
{
    const char *all[HEADS], *near;

    for (size_t i = 0; i < HEADS; i++) {
        all[i] = heads[i].word;
        if (strcasecmp(word, heads[i].word) != 0)
            continue;
        r->column[r->columns++] = heads[i].column;
        r->unit = heads[i].unit ? heads[i].unit : r->unit;
        return 0;
    }
    near = sim_nearest(word, all, HEADS);
    if (near)
        return sim_lines_fail(&r->lines, "'%.40s' is no column; did you mean '%s'?", word, near);
    sim_note(r->notes, r->place, r->lines.line, "column %.40s has no meaning here; ignored", word);
    r->column[r->columns++] = OTHER;
    return 0;
}

static int head_check(const struct reading *r)
{
    uint32_t seen[COLUMNS + 1] = {0};

    for (uint32_t i = 0; i < r->columns; i++)
        seen[r->column[i]]++;
    for (int i = 0; i < COLUMNS; i++) {
        static const char *const name[] = {"time", "op", "offset", "size"};

        if (seen[i] != 1)
            return sim_lines_fail(&r->lines, "column '%s' is %s", name[i],
                                  seen[i] ? "given twice" : "missing");
    }
    return 0;
}

/* A line of data begins with a number: its column of times. */
static bool is_head(const char *text)
{
    return *text < '0' || *text > '9';
}

static int head_read(struct reading *r, char *text)
{
    char *part;

    if (!is_head(text)) {
        for (int i = 0; i < COLUMNS; i++)
            r->column[r->columns++] = (enum column)i;
        return 0;
    }
    while ((part = sim_part_next(&text, ',')) != NULL) {
        if (r->columns == COLUMNS_MAX)
            return sim_lines_fail(&r->lines, "more than %d columns", COLUMNS_MAX);
        if (head_column(r, part) < 0)
            return -1;
    }
    return head_check(r) < 0 ? -1 : 1;
}

/* --- one I/O ---------------------------------------------------------------------------------- */

static int time_read(const struct reading *r, const char *text, sim_ns *out)
{
    sim_ns before = r->out->ios ? r->out->io[r->out->ios - 1].at : 0;
    size_t n = strspn(text, "0123456789.");
    struct sim_error why;
    char with_unit[64];
    int64_t at;

    snprintf(with_unit, sizeof with_unit, "%.50s%s", text, text[n] ? "" : r->unit);
    if (sim_value_parse(SIM_TIME, with_unit, &at, &why) < 0)
        return sim_lines_fail(&r->lines, "time: '%.40s' is no number, no time, or finer than 1 ns",
                              text);
    if (at > TIME_MAX)
        return sim_lines_fail(&r->lines, "time: '%.40s' is more than 24 h after the start", text);
    if (at < before)
        return sim_lines_fail(&r->lines,
                              "time: '%.40s' is before that of the line above; a trace "
                              "is sorted by time",
                              text);
    *out = at;
    return 0;
}

static int op_read(const struct reading *r, const char *text, enum sim_trace_op *out)
{
    static const struct {
        const char *word;
        enum sim_trace_op op;
    } ops[] = {
        {"read", SIM_TRACE_READ},   {"r", SIM_TRACE_READ},       {"write", SIM_TRACE_WRITE},
        {"w", SIM_TRACE_WRITE},     {"trim", SIM_TRACE_TRIM},    {"t", SIM_TRACE_TRIM},
        {"unmap", SIM_TRACE_TRIM},  {"discard", SIM_TRACE_TRIM}, {"d", SIM_TRACE_TRIM},
        {"flush", SIM_TRACE_FLUSH}, {"f", SIM_TRACE_FLUSH},
    };
    const char *all[sizeof ops / sizeof ops[0]], *near;

    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        all[i] = ops[i].word;
        if (strcasecmp(text, ops[i].word) == 0) {
            *out = ops[i].op;
            return 0;
        }
    }
    near = sim_nearest(text, all, sizeof ops / sizeof ops[0]);
    return sim_lines_fail(&r->lines, "op: '%.40s' is not read, write, trim or flush%s%s%s", text,
                          near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static int bytes_read(const struct reading *r, const char *what, const char *text, uint64_t *out)
{
    struct sim_error why;
    int64_t bytes;

    if (sim_value_parse(SIM_SIZE, text, &bytes, &why) < 0)
        return sim_lines_fail(&r->lines, "%s: %.200s", what, why.text);
    if (bytes % r->place->block != 0)
        return sim_lines_fail(&r->lines, "%s: '%.40s' is not whole logical blocks of %u bytes",
                              what, text, r->place->block);
    *out = (uint64_t)bytes;
    return 0;
}

static int where_read(const struct reading *r, char *const part[COLUMNS], struct sim_trace_io *io)
{
    uint64_t bytes = 0;

    if (io->op == SIM_TRACE_FLUSH)
        return 0;
    if (!part[OFFSET] || !part[SIZE])
        return sim_lines_fail(&r->lines, "offset and size are missing");
    if (bytes_read(r, "offset", part[OFFSET], &io->offset) < 0 ||
        bytes_read(r, "size", part[SIZE], &bytes) < 0)
        return -1;
    if (!bytes || bytes > IO_BYTES_MAX)
        return sim_lines_fail(&r->lines, "size: '%.40s' is out of bounds: one block to 16m",
                              part[SIZE]);
    if (io->offset > r->place->space || bytes > r->place->space - io->offset)
        return sim_lines_fail(&r->lines,
                              "offset: '%.40s' is beyond the namespace "
                              "(controller.namespace)",
                              part[OFFSET]);
    io->bytes = (uint32_t)bytes;
    if (io->offset + bytes > r->out->end)
        r->out->end = io->offset + bytes;
    return 0;
}

static int io_add(struct reading *r, const struct sim_trace_io *io)
{
    struct sim_io_trace *out = r->out;

    if (out->ios == SIM_TRACE_IOS_MAX)
        return sim_lines_fail(&r->lines, "more than %d I/Os", SIM_TRACE_IOS_MAX);
    if (out->ios == r->room) {
        r->room = r->room ? r->room * 2 : 1024;
        out->io = realloc(out->io, r->room * sizeof *out->io);
        SIM_ASSERT(out->io);
    }
    out->io[out->ios++] = *io;
    return 0;
}

static int io_read(struct reading *r, char *text)
{
    char *part[COLUMNS + 1] = {NULL}, *rest = text, *one;
    struct sim_trace_io io = {0};
    uint32_t n = 0;

    while ((one = sim_part_next(&rest, ',')) != NULL) {
        if (n == r->columns)
            return sim_lines_fail(&r->lines, "more than %u columns", r->columns);
        part[r->column[n++]] = *one ? one : NULL;
    }
    if (!part[TIME] || !part[OP])
        return sim_lines_fail(&r->lines, "time and op are missing");
    if (time_read(r, part[TIME], &io.at) < 0 || op_read(r, part[OP], &io.op) < 0 ||
        where_read(r, part, &io) < 0)
        return -1;
    return io_add(r, &io);
}

static int line_read(struct reading *r)
{
    int head;

    if (!*r->lines.text || *r->lines.text == '#')
        return 0;
    if (!r->columns) {
        head = head_read(r, r->lines.text);
        if (head != 0)
            return head < 0 ? -1 : 0;
    }
    return io_read(r, r->lines.text);
}

int sim_trace_read(const struct sim_load_place *place, const char *bytes, size_t length,
                   struct sim_io_trace *out, struct sim_notes *notes, struct sim_error *error)
{
    struct reading *r = calloc(1, sizeof *r);
    int got, result = 0;

    SIM_ASSERT(r);
    *out = (struct sim_io_trace){0};
    r->place = place;
    r->out = out;
    r->notes = notes;
    r->unit = "s";
    sim_lines_begin(&r->lines, place->name, bytes, length, error);
    while (result == 0 && (got = sim_lines_next(&r->lines)) != 0)
        result = got < 0 ? -1 : line_read(r);
    if (result == 0 && !out->ios)
        result = sim_lines_fail(&r->lines, "no I/O in this trace");
    free(r);
    return result;
}

void sim_trace_free(struct sim_io_trace *trace)
{
    free(trace->io);
    *trace = (struct sim_io_trace){0};
}
