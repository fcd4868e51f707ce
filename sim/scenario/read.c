/* sim/scenario/read.c - from a file to a scenario, through libinih.
 *
 * inih is fed line by line, so that every message has its line number, and so that sections without
 * keys are seen too (inih reports keys only). What inih cannot split is reported in our words.
 */
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "sim/engine/sim_assert.h"
#include "sim/load/workload.h"
#include "sim/scenario/scenario_private.h"

#define TEXT_MAX (1024 * 1024)

struct reader {
    struct sim_scenario *scenario;
    const char *next, *end;      /* what inih has not seen yet */
    int line;                    /* the one it works on */
    char kind[SIM__NAME_MAX];    /* section of the present line; "" before the first */
    int kind_line[16];           /* where each unnamed section was opened, by number of its name */
    struct sim_section *section; /* when it is a named one */
    struct sim_error *error;
    bool failed;
};

static void fail(struct reader *r, const char *what)
{
    if (!r->failed)
        sim_error_set(r->error, "%s:%d: %s", r->scenario->path, r->line, what);
    r->failed = true;
}

static void section_unknown(struct reader *r, const char *kind)
{
    const char *words[SIM__WORDS_MAX];
    const char *near = sim_nearest(kind, words, sim__section_names(words, SIM__WORDS_MAX));
    struct sim_error what;

    sim_error_set(&what, "there is no section [%s]; %s%s%s", kind,
                  near ? "did you mean [" : "'storsim list options' has them all", near ? near : "",
                  near ? "]?" : "");
    fail(r, what.text);
}

/* A section like [port]: once in a file. */
static void section_plain(struct reader *r, const char *name)
{
    const char *words[SIM__WORDS_MAX];
    uint32_t n = sim__section_names(words, SIM__WORDS_MAX);
    struct sim_error what;

    if (*name != '\0') {
        sim_error_set(&what, "[%s] takes no name", r->kind);
        fail(r, what.text);
        return;
    }
    for (uint32_t i = 0; i < n && i < 16; i++) {
        if (strcmp(words[i], r->kind) != 0)
            continue;
        if (r->kind_line[i] != 0) {
            sim_error_set(&what, "[%s] is given twice, first in line %d", r->kind, r->kind_line[i]);
            fail(r, what.text);
        }
        r->kind_line[i] = r->line;
    }
}

static void section_defaults(struct sim__value *value)
{
    for (int i = 0; i < SIM_OPT_COUNT; i++) {
        const char *dflt = sim_option_info[i].dflt;
        struct sim_error why;

        if (dflt != NULL) {
            int parsed = sim__option_parse((enum sim_option)i, dflt, &value[i].number, &why);
            SIM_ASSERT(parsed == 0); /* options.def contradicts itself */
        }
    }
}

static const char *named_section_problem(struct reader *r, const char *name)
{
    static struct sim_error what;

    if (*name == '\0')
        sim_error_set(&what, "[%s] needs a name: [%s NAME]", r->kind, r->kind);
    else if (strlen(name) >= SIM__NAME_MAX || strpbrk(name, ".= \t") != NULL)
        sim_error_set(
            &what,
            "'%.60s' is no name for a section: up to %d characters without blank, dot or '='", name,
            SIM__NAME_MAX - 1);
    else if (r->scenario->sections == SIM__SECTIONS_MAX)
        sim_error_set(&what, "more than %d sections with a name", SIM__SECTIONS_MAX);
    else
        return NULL;
    return what.text;
}

/* [workload NAME] or [fault NAME]. */
static void section_named(struct reader *r, const char *name)
{
    struct sim_scenario *s = r->scenario;
    const char *problem = named_section_problem(r, name);
    struct sim_error what;

    for (uint32_t i = 0; problem == NULL && i < s->sections; i++) {
        if (strcmp(s->section[i]->kind, r->kind) == 0 && strcmp(s->section[i]->name, name) == 0) {
            sim_error_set(&what, "[%s %s] is given twice, first in line %d", r->kind, name,
                          s->section[i]->line);
            problem = what.text;
        }
    }
    if (problem != NULL) {
        fail(r, problem);
        return;
    }
    r->section = calloc(1, sizeof(*r->section));
    SIM_ASSERT(r->section != NULL);
    r->section->kind = strcmp(r->kind, "fault") == 0 ? "fault" : "workload";
    strcpy(r->section->name, name);
    r->section->line = r->line;
    section_defaults(r->section->value);
    s->section[s->sections++] = r->section;
}

/* "[kind name]": inih has its own idea of it; ours has line numbers. */
static void section_begin(struct reader *r, const char *inside, size_t length)
{
    char text[128], kind[64] = "", name[64] = "";
    int used = 0;

    snprintf(text, sizeof(text), "%.*s", (int)length, inside);
    sscanf(text, " %63s %n", kind, &used);
    snprintf(name, sizeof(name), "%.63s", used > 0 ? text + used : "");
    for (size_t n = strlen(name); n > 0 && (name[n - 1] == ' ' || name[n - 1] == '\t'); n--)
        name[n - 1] = '\0';
    r->section = NULL;
    if (strlen(kind) >= sizeof(r->kind) || !sim__section_known(kind)) {
        section_unknown(r, kind);
        return;
    }
    strcpy(r->kind, kind);
    if (sim__section_is_named(kind))
        section_named(r, name);
    else
        section_plain(r, name);
}

/* inih asks for the next line, as fgets() would give it. */
static char *line_next(char *out, int bytes, void *ctx)
{
    struct reader *r = ctx;
    size_t length = strcspn(r->next, "\n");
    const char *start = r->next + strspn(r->next, " \t");
    const char *end = memchr(r->next, ']', length);

    if (r->next >= r->end || r->failed)
        return NULL;
    r->line++;
    if (length + 2 > (size_t)bytes) {
        fail(r, "this line is too long");
        return NULL;
    }
    if (*start == '[' && end != NULL && start < end)
        section_begin(r, start + 1, (size_t)(end - start - 1));
    memcpy(out, r->next, length);
    out[length] = '\0';
    r->next += length + (r->next[length] == '\n');
    return out;
}

static int key_found(void *ctx, const char *section, const char *key, const char *value)
{
    struct reader *r = ctx;
    struct sim_error why;

    (void)section;
    if (r->failed)
        return 1;
    if (r->kind[0] == '\0')
        fail(r, "a key before the first [section]");
    else if (sim__assign(r->scenario, r->section, r->kind, key, value, r->line, &why) < 0)
        fail(r, why.text);
    return 1;
}

static int file_parse(struct sim_scenario *scenario, struct sim_error *error)
{
    struct reader r = {.scenario = scenario,
                       .next = scenario->text,
                       .end = scenario->text + scenario->head,
                       .error = error};
    int bad;

    ini_allow_multiline = false;
    ini_inline_comment_prefixes = (char *)";#";
    bad = ini_parse_stream(line_next, &r, key_found, &r);
    if (r.failed)
        return -1;
    if (bad != 0)
        return sim_error_set(error, "%s:%d: neither '[section]', 'key = value' nor a comment",
                             scenario->path, bad);
    return 0;
}

/* --- hash: what decides a run, in one canonical order ----------------------------------------- */

static void hash_value(XXH3_state_t *state, enum sim_option option, const struct sim__value *value)
{
    const struct sim_option_info *info = &sim_option_info[option];
    const char *text = value->text != NULL ? value->text : info->dflt;
    char line[64];

    XXH3_64bits_update(state, info->section, strlen(info->section) + 1);
    XXH3_64bits_update(state, info->key, strlen(info->key) + 1);
    snprintf(line, sizeof(line), "%lld", (long long)value->number);
    if (info->type != SIM_TEXT && info->type != SIM_SIZES)
        text = line;
    XXH3_64bits_update(state, text, strlen(text) + 1);
}

static bool decides_run(enum sim_option option)
{
    return strcmp(sim_option_info[option].section, "scenario") != 0 &&
           option != SIM_OPT_DRIVER_MODULE && option != SIM_OPT_EXPLORE_STRATEGY &&
           !sim__section_is_named(sim_option_info[option].section);
}

static void hash_section(XXH3_state_t *state, const struct sim_section *section)
{
    XXH3_64bits_update(state, section->name, strlen(section->name) + 1);
    for (int i = 0; i < SIM_OPT_COUNT; i++) {
        if (strcmp(sim_option_info[i].section, section->kind) == 0)
            hash_value(state, (enum sim_option)i, &section->value[i]);
    }
}

static void hash_registry(XXH3_state_t *state, const struct sim_scenario *s)
{
    for (uint32_t i = 0; i < s->registry_values; i++) {
        const struct sim_registry_value *value = &s->registry[i].value;

        XXH3_64bits_update(state, value->name, strlen(value->name) + 1);
        XXH3_64bits_update(state, &value->type, sizeof(value->type));
        XXH3_64bits_update(state, value->data, value->bytes);
    }
}

static uint64_t hash_all(const struct sim_scenario *s)
{
    XXH3_state_t *state = XXH3_createState();
    uint64_t hash;

    SIM_ASSERT(state != NULL);
    XXH3_64bits_reset(state);
    for (int i = 0; i < SIM_OPT_COUNT; i++) {
        if (decides_run((enum sim_option)i))
            hash_value(state, (enum sim_option)i, &s->value[i]);
    }
    XXH3_64bits_update(state, s->severity, sizeof(s->severity));
    for (enum sim_option i = SIM__SPREAD_FIRST; i <= SIM__SPREAD_LAST; i++) {
        const char *name = sim__spread_file(s, i);
        const struct sim__file *file = name ? sim__file_find(s, name) : NULL;

        if (file)
            XXH3_64bits_update(state, s->text + file->at, file->length);
    }
    hash_registry(state, s);
    for (uint32_t i = 0; i < sim_sections(s, "workload"); i++) {
        const struct sim_workload *w = sim_section(s, "workload", i)->workload;

        hash_section(state, sim_section(s, "workload", i));
        XXH3_64bits_update(state, w->trace, w->trace_ios * sizeof *w->trace);
    }
    for (uint32_t i = 0; i < sim_sections(s, "fault"); i++)
        hash_section(state, sim_section(s, "fault", i));
    hash = XXH3_64bits_digest(state);
    XXH3_freeState(state);
    return hash;
}

/* --- whole scenarios -------------------------------------------------------------------------- */

static char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *name = strdup(slash != NULL ? slash + 1 : path);
    size_t n;

    SIM_ASSERT(name != NULL);
    n = strlen(name);
    if (n > 4 && strcmp(name + n - 4, ".ini") == 0)
        name[n - 4] = '\0';
    return name;
}

static struct sim_scenario *scenario_create(const char *path, const char *text)
{
    struct sim_scenario *s = calloc(1, sizeof(*s));

    SIM_ASSERT(s != NULL);
    s->path = strdup(path);
    s->name = base_name(path);
    s->text = strdup(text);
    SIM_ASSERT(s->path != NULL && s->text != NULL);
    s->head = sim_scenario_head(s->text);
    section_defaults(s->value);
    return s;
}

enum profile { STRICT, LENIENT, OFF }; /* as options.def has them */

/* Without these a run would not end, or say nothing of what it is. */
static bool always_judged(enum sim_rule rule)
{
    return rule == SIM_RULE_DRIVER_FAULT || rule == SIM_RULE_DRIVER_ASSERT ||
           rule == SIM_RULE_DRIVER_HANG || rule == SIM_RULE_START_FAILED ||
           rule == SIM_RULE_NOT_MODELLED || rule == SIM_RULE_NONDETERMINISM;
}

static enum sim_severity severity_of(enum profile profile, enum sim_rule rule)
{
    if (profile == OFF && !always_judged(rule))
        return SIM_SEVERITY_OFF;
    return profile == LENIENT ? sim_rule_info[rule].lenient : sim_rule_info[rule].severity;
}

/* Rules that neither file nor command line names. */
static void severity_defaults(struct sim_scenario *s)
{
    enum profile profile = (enum profile)s->value[SIM_OPT_CHECK_PROFILE].number;

    for (int i = 0; i < SIM_RULE_COUNT; i++)
        if (s->severity_line[i] == 0)
            s->severity[i] = (uint8_t)severity_of(profile, (enum sim_rule)i);
}

/* Those of workloads go before what the files say; the others decide how that is read. */
static int settings_apply(struct sim_scenario *s, const struct sim_setting *settings,
                          uint32_t count, enum sim__from from, struct sim_error *error)
{
    for (uint32_t i = 0; i < count; i++)
        if (!sim__setting_of_load(&settings[i]) && sim__override(s, &settings[i], error) < 0)
            return -1;
    if (sim__files_load(s, from, error) < 0 || sim__files_expand(s, error) < 0)
        return -1;
    for (uint32_t i = 0; i < count; i++)
        if (sim__setting_of_load(&settings[i]) && sim__override(s, &settings[i], error) < 0)
            return -1;
    return 0;
}

static int parse(const char *name, const char *text, const struct sim_setting *settings,
                 uint32_t count, enum sim__from from, struct sim_error *error,
                 struct sim_scenario **out)
{
    struct sim_scenario *s = scenario_create(name, text);
    int result = sim__files_split(s, error);

    if (result == 0)
        result = file_parse(s, error);
    if (result == 0)
        result = settings_apply(s, settings, count, from, error);
    severity_defaults(s);
    if (result == 0)
        result = sim__check(s, error);
    if (result < 0) {
        sim_scenario_free(s);
        return result;
    }
    s->hash = hash_all(s);
    *out = s;
    return 0;
}

int sim_scenario_parse(const char *name, const char *text, const struct sim_setting *settings,
                       uint32_t count, struct sim_error *error, struct sim_scenario **out)
{
    return parse(name, text, settings, count, SIM__FROM_TEXT, error, out);
}

static int file_read(FILE *file, const char *path, char *text, struct sim_error *error)
{
    size_t n = fread(text, 1, TEXT_MAX + 1, file);

    if (ferror(file))
        return sim_error_set(error, "%s: %s", path, strerror(errno));
    if (n > TEXT_MAX)
        return sim_error_set(error, "%s: larger than 1 MiB; is this a scenario?", path);
    if (memchr(text, '\0', n) != NULL)
        return sim_error_set(error, "%s: not a text file", path);
    text[n] = '\0';
    return 0;
}

int sim_scenario_read(const char *path, const struct sim_setting *settings, uint32_t count,
                      struct sim_error *error, struct sim_scenario **out)
{
    FILE *file = fopen(path, "r");
    char *text;
    int result;

    if (file == NULL)
        return sim_error_set(error, "%s: %s", path, strerror(errno));
    text = malloc(TEXT_MAX + 2);
    SIM_ASSERT(text != NULL);
    result = file_read(file, path, text, error);
    fclose(file);
    if (result == 0)
        result = parse(path, text, settings, count, SIM__FROM_DISK, error, out);
    free(text);
    return result;
}
