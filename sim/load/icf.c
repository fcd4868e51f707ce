/* sim/load/icf.c - Iometer's configurations, read: a line that begins with ' is a key or a comment,
 * and its values are in the lines after it. What they ask for is made in icf_tests.c. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/engine/sim_assert.h"
#include "sim/load/icf_private.h"
#include "sim/scenario/scenario.h"

enum key {
    KEY_NONE, /* comments, column heads */
    KEY_UNKNOWN,
    KEY_TEST_SETUP,
    KEY_DESCRIPTION,
    KEY_RUN_TIME,
    KEY_RAMP_TIME,
    KEY_DISK_WORKERS,
    KEY_NET_WORKERS,
    KEY_RECORD,
    KEY_WORKER_CYCLING,
    KEY_DISK_CYCLING,
    KEY_DEPTH_CYCLING,
    KEY_TEST_TYPE,
    KEY_DISPLAY,
    KEY_SPECS,
    KEY_SPEC_NAME,
    KEY_SPEC_LINES,
    KEY_MANAGERS,
    KEY_MANAGER,
    KEY_ADDRESS,
    KEY_WORKER,
    KEY_WORKER_TYPE,
    KEY_TARGET_SETTINGS,
    KEY_OUTSTANDING,
    KEY_DISK_SIZE,
    KEY_ASSIGNED,
    KEY_TARGETS,
    KEY_TARGET,
    KEY_TARGET_TYPE,
    KEY_END,
};

/* A key that is the beginning of another one stands behind it. */
static const struct {
    const char *text;
    enum key key;
} keys[] = {
    {"test setup", KEY_TEST_SETUP},
    {"test description", KEY_DESCRIPTION},
    {"test type", KEY_TEST_TYPE},
    {"run time", KEY_RUN_TIME},
    {"ramp up time", KEY_RAMP_TIME},
    {"default disk workers to spawn", KEY_DISK_WORKERS},
    {"default workers to spawn", KEY_DISK_WORKERS}, /* when there were no others */
    {"default network workers to spawn", KEY_NET_WORKERS},
    {"record results", KEY_RECORD},
    {"worker cycling", KEY_WORKER_CYCLING},
    {"disk cycling", KEY_DISK_CYCLING},
    {"queue depth cycling", KEY_DEPTH_CYCLING},
    {"results display", KEY_DISPLAY},
    {"access specifications", KEY_SPECS},
    {"access specification name", KEY_SPEC_NAME},
    {"size,", KEY_SPEC_LINES},
    {"manager list", KEY_MANAGERS},
    {"manager id", KEY_MANAGER},
    {"manager network address", KEY_ADDRESS},
    {"default target settings for worker", KEY_TARGET_SETTINGS},
    {"number of outstanding ios", KEY_OUTSTANDING},
    {"disk maximum size", KEY_DISK_SIZE},
    {"assigned access specs", KEY_ASSIGNED},
    {"target assignments", KEY_TARGETS},
    {"target type", KEY_TARGET_TYPE},
    {"target", KEY_TARGET},
    {"worker type", KEY_WORKER_TYPE},
    {"worker", KEY_WORKER},
};
#define KEYS (sizeof keys / sizeof keys[0])

/* --- numbers ---------------------------------------------------------------------------------- */

static int number_read(const struct sim__icf *r, const char *what, const char *text, uint64_t most,
                       uint64_t *out)
{
    char *end;

    *out = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || *out > most || strlen(text) > 18)
        return sim_lines_fail(&r->lines, "%s: '%.40s' is not a whole number from 0 to %llu", what,
                              text, (unsigned long long)most);
    return 0;
}

/* The blanks that separate columns of the test setup. */
static char *column_next(char **rest)
{
    char *from = *rest + strspn(*rest, " \t"), *to = from + strcspn(from, " \t");

    if (to == from)
        return NULL;
    *rest = *to ? to + 1 : to;
    *to = '\0';
    return from;
}

static int word_bad(const struct sim__icf *r, const char *what, const char *text,
                    const char *const *all, uint32_t count)
{
    const char *near = sim_nearest(text, all, count);

    return sim_lines_fail(&r->lines, "%s: '%.40s' is not known%s%s%s", what, text,
                          near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* --- the test --------------------------------------------------------------------------------- */

static int run_time_read(struct sim__icf *r, char *text)
{
    static const uint64_t factor[] = {3600, 60, 1};
    uint64_t n;

    r->run_s = 0;
    r->run_line = r->lines.line;
    for (int i = 0; i < 3; i++) {
        char *column = column_next(&text);

        if (!column)
            return sim_lines_fail(&r->lines, "Run Time: hours, minutes and seconds are needed");
        if (number_read(r, "Run Time", column, 1000000, &n) < 0)
            return -1;
        r->run_s += n * factor[i];
    }
    return 0;
}

static int workers_read(struct sim__icf *r, const char *text)
{
    if (strcasecmp(text, "NUMBER_OF_CPUS") != 0)
        return number_read(r, "Default Disk Workers to Spawn", text, SIM__ICF_WORKERS_MAX,
                           &r->default_workers);
    r->default_workers = r->place->cpus;
    return 0;
}

/* start [end] step type */
static int cycling_read(struct sim__icf *r, const char *what, char *text, bool has_end,
                        struct sim__icf_cycling *out)
{
    static const char *const types[] = {"LINEAR", "EXPONENTIAL"};
    uint64_t *number[] = {&out->start, has_end ? &out->end : &out->step, &out->step};
    char *type;

    for (int i = 0; i < (has_end ? 3 : 2); i++) {
        char *column = column_next(&text);

        if (!column || number_read(r, what, column, 100000, number[i]) < 0)
            return column ? -1 : sim_lines_fail(&r->lines, "%s: a column is missing", what);
    }
    type = column_next(&text);
    if (!type)
        return sim_lines_fail(&r->lines, "%s: a column is missing", what);
    for (int i = 0; i < 2; i++) {
        if (strcasecmp(type, types[i]) == 0) {
            out->type = (enum sim__icf_steps)i;
            return 0;
        }
    }
    return word_bad(r, what, type, types, 2);
}

static int test_type_read(struct sim__icf *r, const char *text)
{
    static const struct {
        const char *word;
        bool depths, workers, targets;
    } types[] = {
        {"NORMAL", false, false, false},
        {"CYCLE_TARGETS", false, false, true},
        {"CYCLE_WORKERS", false, true, false},
        {"INCREMENT_TARGETS_PARALLEL", false, false, true},
        {"INCREMENT_TARGETS_SERIAL", false, false, true},
        {"CYCLE_WORKERS_AND_TARGETS", false, true, true},
        {"CYCLE_OUTSTANDING_IOS", true, false, false},
        {"CYCLE_OUTSTANDING_IOS_AND_TARGETS", true, false, true},
    };
    const char *all[sizeof types / sizeof types[0]];

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        all[i] = types[i].word;
        if (strcasecmp(text, types[i].word) != 0)
            continue;
        r->depths.on = types[i].depths;
        r->workers_on.on = types[i].workers;
        if (types[i].targets)
            sim_note(r->notes, r->place, r->lines.line, "%s: there is one disk; it is not cycled",
                     types[i].word);
        return 0;
    }
    return word_bad(r, "Test Type", text, all, sizeof types / sizeof types[0]);
}

/* --- access specifications -------------------------------------------------------------------- */

static int spec_end(struct sim__icf *r)
{
    const struct sim__icf_spec *spec = r->specs ? &r->spec[r->specs - 1] : NULL;

    if (!spec || spec->share == 100)
        return 0;
    r->lines.line = spec->line;
    return sim_lines_fail(&r->lines, "the shares of '%.40s' add up to %u%%, not to 100%%",
                          spec->name, spec->share);
}

static int spec_begin(struct sim__icf *r, char *text)
{
    char *comma = strrchr(text, ','), *assigned = comma ? comma + 1 : NULL;
    struct sim__icf_spec *spec;

    if (spec_end(r) < 0)
        return -1;
    if (r->specs == SIM__ICF_SPECS_MAX)
        return sim_lines_fail(&r->lines, "more than %d access specifications", SIM__ICF_SPECS_MAX);
    if (comma)
        *comma = '\0';
    if (!*text || strlen(text) >= SIM__ICF_NAME_MAX)
        return sim_lines_fail(&r->lines, "a specification's name has 1 to %d characters",
                              SIM__ICF_NAME_MAX - 1);
    spec = &r->spec[r->specs++];
    memset(spec, 0, sizeof *spec);
    snprintf(spec->name, sizeof spec->name, "%s", text);
    spec->line = r->lines.line;
    spec->for_disks =
        assigned && (strcasecmp(assigned, "ALL") == 0 || strcasecmp(assigned, "DISK") == 0);
    return 0;
}

static int spec_line(struct sim__icf *r, char *text)
{
    static const struct {
        const char *name;
        uint64_t most, otherwise;
    } field[] = {{"size", 16 << 20, 0},  {"% of size", 100, 0},   {"% reads", 100, 0},
                 {"% random", 100, 0},   {"delay", 3600000, 0},   {"burst", 1000000, 1},
                 {"align", 16 << 20, 0}, {"reply", UINT32_MAX, 0}};
    struct sim__icf_spec *spec = r->specs ? &r->spec[r->specs - 1] : NULL;
    uint64_t *out;

    if (!spec)
        return sim_lines_fail(&r->lines, "a line of a specification before its name");
    if (spec->lines == SIM_ACCESS_MAX)
        return sim_lines_fail(&r->lines, "more than %d lines in one specification", SIM_ACCESS_MAX);
    out = spec->at[spec->lines++].field;
    for (int i = 0; i < 8; i++) {
        const char *part = sim_part_next(&text, ',');

        out[i] = field[i].otherwise;
        if (!part && i < 4)
            return sim_lines_fail(&r->lines, "%s: missing", field[i].name);
        if (part && number_read(r, field[i].name, part, field[i].most, &out[i]) < 0)
            return -1;
    }
    if (text)
        return sim_lines_fail(&r->lines, "a specification's line has no more than 8 fields");
    if (out[7])
        sim_note(r->notes, r->place, r->lines.line, "reply is for networks; ignored");
    out[5] = out[5] ? out[5] : 1;
    spec->share += (uint32_t)out[1];
    return 0;
}

/* --- workers ---------------------------------------------------------------------------------- */

static struct sim__icf_worker *worker_now(struct sim__icf *r)
{
    return r->workers ? &r->worker[r->workers - 1] : NULL;
}

static int worker_begin(struct sim__icf *r)
{
    struct sim__icf_worker *w;

    if (r->workers == SIM__ICF_WORKERS_MAX)
        return sim_lines_fail(&r->lines, "more than %d workers", SIM__ICF_WORKERS_MAX);
    w = &r->worker[r->workers++];
    memset(w, 0, sizeof *w);
    w->line = r->lines.line;
    w->outstanding = 1;
    return 0;
}

/* Network workers are of type NETWORK with a protocol behind it, or of the protocol alone. */
static int worker_type(struct sim__icf *r, struct sim__icf_worker *w, const char *text)
{
    static const char *const types[] = {"DISK", "NETWORK", "TCP", "VI"};
    const uint32_t count = sizeof types / sizeof types[0];

    if (strcasecmp(text, types[0]) == 0)
        return 0;
    for (uint32_t i = 1; i < count; i++) {
        size_t length = strlen(types[i]);

        if (strncasecmp(text, types[i], length) != 0 || (text[length] && text[length] != ','))
            continue;
        w->network = true;
        sim_note(r->notes, r->place, r->lines.line,
                 "network workers have no meaning here; ignored");
        return 0;
    }
    return word_bad(r, "Worker type", text, types, count);
}

static int outstanding_read(struct sim__icf *r, struct sim__icf_worker *w, char *text)
{
    const char *part[5] = {NULL};

    for (int i = 0; i < 5; i++)
        part[i] = sim_part_next(&text, ',');
    if (number_read(r, "Number of outstanding IOs", part[0], 4096, &w->outstanding) < 0)
        return -1;
    if (part[1] && strcasecmp(part[1], "ENABLED") == 0)
        sim_note(r->notes, r->place, r->lines.line,
                 "test connection rate has no meaning here; "
                 "ignored");
    if (part[3] && part[4] && strcasecmp(part[3], "ENABLED") == 0)
        return number_read(r, "fixed seed value", part[4], INT64_MAX, &w->seed);
    return 0;
}

static int disk_size_read(const struct sim__icf *r, struct sim__icf_worker *w, char *text)
{
    const char *size = sim_part_next(&text, ','), *start = sim_part_next(&text, ',');

    if (number_read(r, "Disk maximum size", size, UINT64_C(1) << 40, &w->size) < 0)
        return -1;
    return start ? number_read(r, "starting sector", start, UINT64_C(1) << 40, &w->start) : 0;
}

static int assigned_read(const struct sim__icf *r, struct sim__icf_worker *w, const char *text)
{
    if (w->assigned == SIM__ICF_ASSIGNED_MAX)
        return sim_lines_fail(&r->lines, "more than %d specifications for one worker",
                              SIM__ICF_ASSIGNED_MAX);
    if (strlen(text) >= SIM__ICF_NAME_MAX)
        return sim_lines_fail(&r->lines, "a specification's name has 1 to %d characters",
                              SIM__ICF_NAME_MAX - 1);
    strcpy(w->name[w->assigned], text);
    w->assigned_line[w->assigned++] = r->lines.line;
    return 0;
}

static void target_read(struct sim__icf *r, struct sim__icf_worker *w)
{
    if (++w->targets > 1 && !w->network)
        sim_note(r->notes, r->place, r->lines.line,
                 "Target: there is one disk; further targets of a worker are ignored");
}

static int worker_value(struct sim__icf *r, char *text)
{
    struct sim__icf_worker *w = worker_now(r);

    if (r->key == KEY_WORKER)
        return worker_begin(r);
    if (!w)
        return sim_lines_fail(&r->lines, "'%.40s' before the first Worker", text);
    switch (r->key) {
    case KEY_WORKER_TYPE:
        return worker_type(r, w, text);
    case KEY_OUTSTANDING:
        return outstanding_read(r, w, text);
    case KEY_DISK_SIZE:
        return disk_size_read(r, w, text);
    case KEY_ASSIGNED:
        return assigned_read(r, w, text);
    case KEY_TARGET:
        target_read(r, w);
        return 0;
    default:
        return 0; /* type of a target, and nothing */
    }
}

/* --- lines ------------------------------------------------------------------------------------ */

static int value_read(struct sim__icf *r, char *text)
{
    switch (r->key) {
    case KEY_RUN_TIME:
        return run_time_read(r, text);
    case KEY_RAMP_TIME:
        return number_read(r, "Ramp Up Time", text, 86400, &r->ramp_s);
    case KEY_DISK_WORKERS:
        return workers_read(r, text);
    case KEY_NET_WORKERS:
        if (strcmp(text, "0") != 0)
            sim_note(r->notes, r->place, r->lines.line,
                     "network workers have no meaning here; ignored");
        return 0;
    case KEY_RECORD:
        if (strcasecmp(text, "ALL") != 0)
            sim_note(r->notes, r->place, r->lines.line,
                     "Record Results has no meaning here; ignored");
        return 0;
    case KEY_WORKER_CYCLING:
        return cycling_read(r, "Worker Cycling", text, false, &r->workers_on);
    case KEY_DEPTH_CYCLING:
        return cycling_read(r, "Queue Depth Cycling", text, true, &r->depths);
    case KEY_TEST_TYPE:
        return test_type_read(r, text);
    case KEY_SPEC_NAME:
        return spec_begin(r, text);
    case KEY_SPEC_LINES:
        return spec_line(r, text);
    case KEY_UNKNOWN:
        sim_note(r->notes, r->place, r->lines.line, "%s has no meaning here; ignored", r->unknown);
        return 0;
    case KEY_NONE:
        return sim_lines_fail(&r->lines, "'%.40s' belongs to no key", text);
    case KEY_DESCRIPTION:
    case KEY_DISK_CYCLING:
    case KEY_MANAGER:
    case KEY_ADDRESS:
        return 0;
    default:
        return worker_value(r, text);
    }
}

static enum key key_find(const char *text)
{
    for (size_t i = 0; i < KEYS; i++)
        if (strncasecmp(text, keys[i].text, strlen(keys[i].text)) == 0)
            return keys[i].key;
    return strncasecmp(text, "end ", 4) == 0 ? KEY_END : KEY_UNKNOWN;
}

/* A word that is nearly a key is a mistake; any other is a key of a version that we do not know, or
 * a comment. */
static int key_unknown(struct sim__icf *r, const char *text)
{
    const char *all[KEYS], *near;

    for (size_t i = 0; i < KEYS; i++)
        all[i] = keys[i].text;
    snprintf(r->unknown, sizeof r->unknown, "%s", text);
    near = sim_nearest(text, all, KEYS);
    return near ? sim_lines_fail(&r->lines, "'%.40s' is no key; did you mean '%s'?", text, near)
                : 0;
}

static int key_line(struct sim__icf *r, const char *text)
{
    enum key key;

    if (*text == ' ' || *text == '\t') /* heads of columns */
        return 0;
    key = key_find(text);
    if (r->display) {
        r->display = strncasecmp(text, "end results display", 19) != 0;
        return 0;
    }
    if (key == KEY_DISPLAY) {
        r->display = true;
        sim_note(r->notes, r->place, r->lines.line, "RESULTS DISPLAY has no meaning here; ignored");
        return 0;
    }
    r->key = key == KEY_END ? KEY_NONE : key;
    return key == KEY_UNKNOWN ? key_unknown(r, text) : 0;
}

static int version_read(const struct sim__icf *r)
{
    unsigned year, month, day;

    if (strncmp(r->lines.text, "Version ", 8) != 0)
        return sim_lines_fail(&r->lines, "no Iometer configuration: its first line is not "
                                         "'Version 1.1.0' or another one");
    if (sscanf(r->lines.text + 8, "%4u.%2u.%2u", &year, &month, &day) == 3 && year > 1900 &&
        year * 10000 + month * 100 + day < 19980521)
        return sim_lines_fail(&r->lines,
                              "version %.20s; those before 1998.05.21 are another format",
                              r->lines.text + 8);
    return 0;
}

static int line_read(struct sim__icf *r, bool first)
{
    char *text = r->lines.text;

    if (first || strncmp(text, "Version ", 8) == 0)
        return version_read(r); /* Iometer ends its files with it, too */
    if (*text == '\'' && !r->lines.indented)
        return key_line(r, text + 1);
    return r->display || !*text || *text == '\'' ? 0 : value_read(r, text);
}

/* --- the whole -------------------------------------------------------------------------------- */

static int spec_unknown(struct sim__icf *r, const char *name, int line)
{
    const char *all[SIM__ICF_SPECS_MAX];

    for (uint32_t i = 0; i < r->specs; i++)
        all[i] = r->spec[i].name;
    r->lines.line = line;
    return word_bad(r, "access specification", name, all, r->specs);
}

static int specs_check(struct sim__icf *r)
{
    if (spec_end(r) < 0)
        return -1;
    for (uint32_t i = 0; i < r->workers; i++) {
        const struct sim__icf_worker *w = &r->worker[i];

        for (uint32_t k = 0; k < w->assigned && !w->network; k++)
            if (!sim__icf_spec(r, w->name[k]) && strcasecmp(w->name[k], "Idle") != 0)
                return spec_unknown(r, w->name[k], w->assigned_line[k]);
    }
    return 0;
}

int sim_icf_read(const struct sim_load_place *place, const char *bytes, size_t length,
                 struct sim_jobs *out, struct sim_notes *notes, struct sim_error *error)
{
    struct sim__icf *r = calloc(1, sizeof *r);
    bool first = true;
    int got, result = 0;

    SIM_ASSERT(r);
    out->jobs = 0;
    r->place = place;
    r->out = out;
    r->notes = notes;
    sim_lines_begin(&r->lines, place->name, bytes, length, error);
    while (result == 0 && (got = sim_lines_next(&r->lines)) != 0) {
        if (got > 0 && first && !*r->lines.text)
            continue;
        result = got < 0 ? -1 : line_read(r, first);
        first = false;
    }
    if (result == 0 && first)
        result = sim_lines_fail(&r->lines, "no Iometer configuration: it is empty");
    if (result == 0)
        result = specs_check(r);
    if (result == 0)
        result = sim__icf_tests(r);
    if (result == 0 && !out->jobs)
        result = sim_lines_fail(&r->lines, "no disk worker has an access specification");
    free(r);
    return result;
}
