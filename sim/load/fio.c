/* sim/load/fio.c - fio's job files: [global] and jobs, translated key by key.
 *
 * fio's defaults are kept where they differ from a [workload]'s: rw = read, iodepth = 1, a random
 * map, I/Os that may overlap, and the first error ends a job. A job without time_based moves as
 * many bytes as its size. Units are fio's with kb_base = 1024: k and kb are 1024, ki and kib 1000.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/engine/sim_assert.h"
#include "sim/load/jobs.h"
#include "sim/load/lines.h"
#include "sim/scenario/scenario.h"

enum kind {
    IGNORED,
    TEXT,
    SIZES,
    SPLITS,
    RANGES,
    SECONDS,
    MICROSECONDS,
    PERCENT,
    SWITCH,
    NUMBER,
    PATTERN,
    EXTENT,
    TIME_BASED,
    JOB,
    VERIFY,
    DO_VERIFY,
    SYNC,
    KB_BASE,
    NAME,
};

static const struct word {
    const char *word, *key;
    enum kind kind;
} words[] = {
#define FIO_WORD(word, key, kind) {word, key, kind},
#define FIO_IGNORED(word) {word, NULL, IGNORED},
#include "sim/load/fio_words.def"
#undef FIO_WORD
#undef FIO_IGNORED
};
#define WORDS (sizeof words / sizeof words[0])

/* A job as far as it has been read; [global] is one, too. */
struct draft {
    struct sim_job job;
    bool time_based, verify, no_do_verify;
};

struct reading {
    const struct sim_load_place *place;
    struct sim_lines lines;
    struct sim_jobs *out;
    struct sim_notes *notes;
    struct draft global, *now; /* NULL: before the first section */
    struct draft draft;        /* the job that is being read */
    bool in_job;
};

/* --- values ----------------------------------------------------------------------------------- */

/* "4k", "0x1000", "1kib": bytes in decimal. What it is not is left as it is, to be refused by the
 * scenario. */
static void size_text(const char *text, char *out, size_t bytes)
{
    static const char prefix[] = "kmgtp";
    char *end;
    int radix = strncasecmp(text, "0x", 2) ? 10 : 16;
    unsigned long long n = strtoull(text, &end, radix), factor = 1, base;
    const char *at = *end ? strchr(prefix, *end | 0x20) : NULL;
    bool digits = *text >= '0' && *text <= '9';

    base = at && strcasecmp(end + 1, "ib") && strcasecmp(end + 1, "i") ? 1024 : 1000;
    for (const char *p = prefix; at && p <= at; p++)
        factor *= base;
    if (at)
        end += strncasecmp(end + 1, "i", 1) ? 1 : 2;
    end += *end == 'b' || *end == 'B';
    if (!digits || *end || __builtin_mul_overflow(n, factor, &n))
        snprintf(out, bytes, "%s", text);
    else
        snprintf(out, bytes, "%llu", n);
}

/* Translates every size of a list. Separators are kept; what follows a '/' is a share. */
static void sizes_text(const char *text, const char *separators, char *out, size_t bytes)
{
    size_t used = 0;

    out[0] = '\0';
    while (*text && used + 1 < bytes) {
        size_t n = strcspn(text, separators), share = 0;
        char one[64], translated[64];

        if (n && n < sizeof one) {
            memcpy(one, text, n);
            one[n] = '\0';
            size_text(one, translated, sizeof translated);
            used += (size_t)snprintf(out + used, bytes - used, "%s", translated);
        } else {
            used += (size_t)snprintf(out + used, bytes - used, "%.*s", (int)n, text);
        }
        text += n;
        if (*text == '/')
            share = strcspn(text, ":,");
        else if (*text)
            share = 1;
        if (used < bytes)
            used += (size_t)snprintf(out + used, bytes - used, "%.*s", (int)share, text);
        text += share;
    }
}

static void time_text(const char *text, const char *unit, char *out, size_t bytes)
{
    static const char *const units[][2] = {
        {"", NULL}, {"sec", "s"}, {"msec", "ms"}, {"usec", "us"}, {"nsec", "ns"}};
    size_t n = strspn(text, "0123456789.");
    unsigned long long days = strtoull(text, NULL, 10);

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcasecmp(text + n, units[i][0]) != 0)
            continue;
        snprintf(out, bytes, "%.*s%s", (int)n, text, units[i][1] ? units[i][1] : unit);
        return;
    }
    if (strcasecmp(text + n, "d") == 0 && days < 1000)
        snprintf(out, bytes, "%lluh", days * 24);
    else
        snprintf(out, bytes, "%s", text);
}

/* "50%": of the namespace, in whole blocks. */
static void extent_text(const struct sim_load_place *place, const char *text, char *out,
                        size_t bytes)
{
    char *end;
    unsigned long long percent = strtoull(text, &end, 10);

    if (strcmp(end, "%") != 0 || end == text || percent > 100) {
        size_text(text, out, bytes);
        return;
    }
    snprintf(out, bytes, "%llu",
             (unsigned long long)(place->space * percent / 100 / place->block * place->block));
}

static bool means_no(const char *text)
{
    return strcmp(text, "0") == 0 || strcasecmp(text, "false") == 0;
}

/* --- words ------------------------------------------------------------------------------------ */

static int word_unknown(const struct reading *r, const char *word)
{
    const char *all[WORDS], *near;

    for (size_t i = 0; i < WORDS; i++)
        all[i] = words[i].word;
    near = sim_nearest(word, all, WORDS);
    return sim_lines_fail(&r->lines, "fio has no option '%.60s'%s%s%s", word,
                          near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static int pattern_read(struct reading *r, const char *value)
{
    if (strchr(value, ':'))
        return sim_lines_fail(&r->lines, "rw: sequences and holes, as in '%.40s', are not modelled",
                              value);
    sim_job_set(&r->now->job, "rw", r->lines.line, "%s", strcmp(value, "readwrite") ? value : "rw");
    return 0;
}

static int value_read(struct reading *r, const struct word *word, const char *value)
{
    struct draft *d = r->now;
    char text[SIM_LINE_MAX * 2];
    char other[SIM_JOB_NAME_MAX];

    switch (word->kind) {
    case SIZES:
        sizes_text(value, ",", text, sizeof text);
        break;
    case SPLITS:
        sizes_text(value, ":,/", text, sizeof text);
        break;
    case RANGES:
        sizes_text(value, ",-:", text, sizeof text);
        break;
    case SECONDS:
    case MICROSECONDS:
        time_text(value, word->kind == SECONDS ? "s" : "us", text, sizeof text);
        break;
    case PERCENT:
        snprintf(text, sizeof text, "%s%s", value, strchr(value, '%') ? "" : "%");
        break;
    case SWITCH:
        snprintf(text, sizeof text, "%s", means_no(value) ? "no" : "yes");
        break;
    case EXTENT:
        extent_text(r->place, value, text, sizeof text);
        break;
    case NUMBER:
        size_text(value, text, sizeof text);
        break;
    case SYNC:
        snprintf(text, sizeof text, "%s",
                 means_no(value) || strcmp(value, "none") == 0 ? "0%" : "100%");
        break;
    case VERIFY:
        d->verify = !means_no(value) && strcmp(value, "null") != 0;
        snprintf(text, sizeof text, "%s", d->verify ? "yes" : "no");
        break;
    case PATTERN:
        return pattern_read(r, value);
    case TIME_BASED:
        d->time_based = !means_no(value);
        return 0;
    case DO_VERIFY:
        d->no_do_verify = means_no(value);
        return 0;
    case KB_BASE:
        if (strcmp(value, "1024") == 0)
            return 0;
        return sim_lines_fail(&r->lines, "kb_base: '%.40s' is not 1024", value);
    case NAME:
        sim_job_name(d->job.name, value);
        return 0;
    case JOB:
        sim_job_name(other, value);
        snprintf(text, sizeof text, "%s", other);
        break;
    default:
        snprintf(text, sizeof text, "%s", value);
    }
    sim_job_set(&d->job, word->key, r->lines.line, "%s", text);
    return 0;
}

static const struct word *word_find(const char *name)
{
    for (size_t i = 0; i < WORDS; i++)
        if (strcmp(words[i].word, name) == 0)
            return &words[i];
    return NULL;
}

static int key_read(struct reading *r, char *text)
{
    char *value = text, *name = sim_part_next(&value, '=');
    const struct word *word = word_find(name);

    if (!r->now)
        return sim_lines_fail(&r->lines, "'%.60s' stands before the first [section]", name);
    if (!word)
        return word_unknown(r, name);
    if (word->kind == IGNORED) {
        sim_note(r->notes, r->place, r->lines.line, "%s has no meaning here; ignored", name);
        return 0;
    }
    if (!value && word->kind != SWITCH && word->kind != TIME_BASED)
        return sim_lines_fail(&r->lines, "%s needs a value", name);
    return value_read(r, word, value ? sim_part_next(&value, '\0') : "1");
}

/* --- jobs ------------------------------------------------------------------------------------- */

static uint64_t bytes_of(const struct draft *d, const char *key, uint64_t otherwise)
{
    const char *text = sim_job_get(&d->job, key);
    char *end;
    uint64_t bytes;

    if (!text)
        return otherwise;
    bytes = strtoull(text, &end, 10);
    return *end ? otherwise : bytes; /* what is no number is refused later */
}

static void set_if_open(struct sim_job *job, const char *key, const char *value)
{
    if (!sim_job_get(job, key))
        sim_job_set(job, key, job->line, "%s", value);
}

/* What fio takes for granted. */
static int job_finish(struct reading *r)
{
    struct draft *d = &r->draft;
    uint64_t offset, size, left;

    set_if_open(&d->job, "rw", "read");
    set_if_open(&d->job, "iodepth", "1");
    set_if_open(&d->job, "norandommap", "no");
    set_if_open(&d->job, "serialize_overlap", "no");
    set_if_open(&d->job, "continue_on_error", "none");
    if (d->verify)
        set_if_open(&d->job, "do_verify", d->no_do_verify ? "no" : "yes");
    offset = bytes_of(d, "offset", 0);
    left = offset < r->place->space ? r->place->space - offset : 0;
    size = bytes_of(d, "size", left);
    size = size < left ? size : left;
    if (!sim_job_get(&d->job, "size"))
        sim_job_set(&d->job, "size", d->job.line, "%llu", (unsigned long long)size);
    if (d->time_based && !sim_job_get(&d->job, "runtime")) {
        r->lines.line = d->job.line;
        return sim_lines_fail(&r->lines, "this job is time_based and has no runtime");
    }
    if (!d->time_based && !sim_job_get(&d->job, "io_size"))
        sim_job_set(&d->job, "io_size", d->job.line, "%llu", (unsigned long long)size);
    return 0;
}

static void draft_clear(struct draft *d)
{
    for (uint32_t i = 0; i < d->job.settings; i++)
        free(d->job.setting[i].value);
    memset(d, 0, sizeof *d);
}

static int job_end(struct reading *r)
{
    if (!r->in_job)
        return 0;
    r->in_job = false;
    r->now = NULL;
    if (job_finish(r) < 0)
        return -1;
    if (r->out->jobs == SIM_JOBS_MAX)
        return sim_lines_fail(&r->lines, "more than %d jobs", SIM_JOBS_MAX);
    r->out->job[r->out->jobs++] = r->draft.job;
    memset(&r->draft, 0, sizeof r->draft); /* its values are the job's now */
    return 0;
}

static int section_begin(struct reading *r, char *text)
{
    char *end = strchr(text, ']');
    int line = r->lines.line;

    if (!end || end == text + 1 || end[1])
        return sim_lines_fail(&r->lines, "'%.60s' is no [section]", text);
    if (job_end(r) < 0)
        return -1;
    *end = '\0';
    if (strcmp(text + 1, "global") == 0) {
        r->now = &r->global;
        return 0;
    }
    r->in_job = true;
    r->now = &r->draft;
    draft_clear(&r->draft);
    r->draft.time_based = r->global.time_based;
    r->draft.verify = r->global.verify;
    r->draft.no_do_verify = r->global.no_do_verify;
    sim_job_name(r->draft.job.name, text + 1);
    r->draft.job.line = line;
    sim_job_copy(&r->draft.job, &r->global.job);
    return 0;
}

static int line_read(struct reading *r)
{
    char *text = r->lines.text;

    text[strcspn(text, ";#")] = '\0';
    for (size_t n = strlen(text); n && (text[n - 1] == ' ' || text[n - 1] == '\t'); n--)
        text[n - 1] = '\0';
    if (!*text)
        return 0;
    if (strncmp(text, "include ", 8) == 0)
        return sim_lines_fail(&r->lines, "include: a load is one file; put the other in here");
    return *text == '[' ? section_begin(r, text) : key_read(r, text);
}

int sim_fio_read(const struct sim_load_place *place, const char *bytes, size_t length,
                 struct sim_jobs *out, struct sim_notes *notes, struct sim_error *error)
{
    struct reading *r = calloc(1, sizeof *r);
    int got, result = 0;

    out->jobs = 0;
    SIM_ASSERT(r);
    r->place = place;
    r->out = out;
    r->notes = notes;
    sim_lines_begin(&r->lines, place->name, bytes, length, error);
    while (result == 0 && (got = sim_lines_next(&r->lines)) != 0)
        result = got < 0 ? -1 : line_read(r);
    if (result == 0)
        result = job_end(r);
    if (result == 0 && !out->jobs)
        result = sim_lines_fail(&r->lines, "no job: at least one section [NAME] is needed");
    draft_clear(&r->global);
    draft_clear(&r->draft);
    free(r);
    return result;
}
