/* sim/scenario/attach.c - files of other programs that a scenario names: loads of Iometer, of fio,
 * traces, histograms of times.
 *
 * They travel with the scenario's text, behind it, so that a replay file or a database needs
 * nothing else:
 *
 *   --- file BYTES NAME
 *   so many bytes, and a newline
 *
 * A file that is not there yet is read from the scenario's folder, when the scenario itself comes
 * from a file. A [workload NAME] with icf or fio becomes one section for each of its jobs,
 * [workload NAME/JOB]; what the scenario or the command line says goes before what the file says.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/sim_assert.h"
#include "sim/scenario/scenario_private.h"

#define FILE_BYTES_MAX (8u << 20)
#define BLOCK "--- file "

static const enum sim_option file_options[] = {SIM_OPT_WORKLOAD_ICF, SIM_OPT_WORKLOAD_FIO,
                                               SIM_OPT_WORKLOAD_TRACE};
#define FILE_OPTIONS (sizeof file_options / sizeof file_options[0])

/* --- blocks behind the text ------------------------------------------------------------------- */

size_t sim_scenario_head(const char *text)
{
    const char *newline;

    for (const char *at = text;; at = newline + 1) {
        if (strncmp(at, BLOCK, strlen(BLOCK)) == 0)
            return (size_t)(at - text);
        newline = strchr(at, '\n');
        if (!newline)
            return strlen(text);
    }
}

bool sim_text_file_find(const char *text, const char *name, struct sim_text_file *out)
{
    const char *at = text + sim_scenario_head(text);
    unsigned long long length;
    char found[256];

    while (sscanf(at, BLOCK "%llu %255[^\n]", &length, found) == 2) {
        out->head = at;
        out->bytes = strchr(at, '\n') + 1;
        out->length = length;
        if (strcmp(found, name) == 0)
            return true;
        at = out->bytes + length + 1;
    }
    return false;
}

void sim_text_file_put(FILE *out, const char *name, const char *bytes, size_t length)
{
    fprintf(out, BLOCK "%zu %s\n", length, name);
    fwrite(bytes, 1, length, out);
    fputc('\n', out);
}

/* "dir/NAME" for a scenario in dir. */
static char *path_of(const struct sim_scenario *s, const char *name)
{
    const char *slash = strrchr(s->path, '/');
    int folder = slash && *name != '/' ? (int)(slash + 1 - s->path) : 0;
    size_t bytes = (size_t)folder + strlen(name) + 1;
    char *path = malloc(bytes);

    SIM_ASSERT(path);
    snprintf(path, bytes, "%.*s%s", folder, s->path, name);
    return path;
}

const struct sim__file *sim__file_find(const struct sim_scenario *s, const char *name)
{
    for (uint32_t i = 0; i < s->files; i++)
        if (strcmp(s->file[i].name, name) == 0)
            return &s->file[i];
    return NULL;
}

static int file_add(struct sim_scenario *s, const char *name, size_t at, size_t length,
                    struct sim_error *error)
{
    struct sim__file *file = &s->file[s->files];

    if (s->files == SIM__FILES_MAX)
        return sim_error_set(error, "%s: more than %d files", s->path, SIM__FILES_MAX);
    *file = (struct sim__file){
        .name = strdup(name), .path = path_of(s, name), .at = at, .length = length};
    SIM_ASSERT(file->name);
    s->files++;
    return 0;
}

int sim__files_split(struct sim_scenario *s, struct sim_error *error)
{
    size_t end = strlen(s->text), at = s->head;

    while (at < end) {
        char *line = s->text + at, *newline = strchr(line, '\n'), name[256];
        unsigned long long bytes;
        int used = 0;

        if (sscanf(line, BLOCK "%9llu %n", &bytes, &used) != 1 || !used || !newline ||
            newline - line - used >= (long)sizeof name || newline <= line + used)
            return sim_error_set(error,
                                 "%s: '%.40s' behind the scenario is not '" BLOCK "BYTES NAME'",
                                 s->path, line);
        snprintf(name, sizeof name, "%.*s", (int)(newline - line - used), line + used);
        at += (size_t)(newline - line) + 1;
        if (bytes >= end - at || s->text[at + bytes] != '\n')
            return sim_error_set(error,
                                 "%s: the file %.80s in it is cut short or edited: it has "
                                 "not %llu bytes",
                                 s->path, name, bytes);
        if (file_add(s, name, at, bytes, error) < 0)
            return -1;
        at += bytes + 1;
    }
    return 0;
}

/* --- reading them ----------------------------------------------------------------------------- */

static int file_read(const char *path, char **out, size_t *length, struct sim_error *error)
{
    FILE *file = fopen(path, "r");
    int bad;

    *out = NULL;
    if (!file)
        return sim_error_set(error, "%s: %s", path, strerror(errno));
    *out = malloc(FILE_BYTES_MAX + 1);
    SIM_ASSERT(*out);
    *length = fread(*out, 1, FILE_BYTES_MAX + 1, file);
    bad = ferror(file) ? errno : 0;
    fclose(file);
    if (bad)
        return sim_error_set(error, "%s: %s", path, strerror(bad));
    if (*length > FILE_BYTES_MAX)
        return sim_error_set(error, "%s: larger than 8 MiB", path);
    if (memchr(*out, '\0', *length))
        return sim_error_set(error, "%s: not a text file; one in UTF-16 must be saved as UTF-8",
                             path);
    return 0;
}

/* Puts the file behind the text. */
static int file_append(struct sim_scenario *s, const char *name, const char *bytes, size_t length,
                       struct sim_error *error)
{
    size_t before = strlen(s->text), room = before + strlen(name) + length + 64, at;
    char *text = realloc(s->text, room);

    SIM_ASSERT(text);
    s->text = text;
    if (before && text[before - 1] != '\n')
        text[before++] = '\n';
    if (!s->files)
        s->head = before;
    at = before + (size_t)snprintf(text + before, room - before, BLOCK "%zu %s\n", length, name);
    if (length)
        memcpy(text + at, bytes, length);
    memcpy(text + at + length, "\n", 2);
    return file_add(s, name, at, length, error);
}

static int file_attach(struct sim_scenario *s, const struct sim_section *section,
                       enum sim_option option, const char *name, enum sim__from from,
                       struct sim_error *error)
{
    struct sim_error why;
    char *path, *bytes;
    size_t length = 0;
    int result;

    if (sim__file_find(s, name))
        return 0;
    if (strlen(name) > 200 || strpbrk(name, "\n\r"))
        return sim__complain(s, section, option, "no name of a file", error);
    if (from == SIM__FROM_TEXT)
        return sim__complain(s, section, option, "this file did not come with the scenario", error);
    path = path_of(s, name);
    result = file_read(path, &bytes, &length, &why);
    if (result == 0)
        result = file_append(s, name, bytes, length, error);
    else
        sim__complain(s, section, option, why.text, error);
    free(bytes);
    free(path);
    return result;
}

static int spreads_attach(struct sim_scenario *s, enum sim__from from, struct sim_error *error)
{
    for (enum sim_option i = SIM__SPREAD_FIRST; i <= SIM__SPREAD_LAST; i++) {
        const char *name = sim__spread_file(s, i);

        if (name && file_attach(s, NULL, i, name, from, error) < 0)
            return -1;
    }
    return 0;
}

int sim__files_load(struct sim_scenario *s, enum sim__from from, struct sim_error *error)
{
    for (uint32_t i = 0; i < sim_sections(s, "workload"); i++) {
        const struct sim_section *section = sim_section(s, "workload", i);
        enum sim_option option = SIM_OPT_COUNT;

        for (size_t k = 0; k < FILE_OPTIONS; k++) {
            if (!*sim_section_opt_text(section, file_options[k]))
                continue;
            if (option != SIM_OPT_COUNT)
                return sim__complain(s, section, file_options[k], "only one of icf, fio and trace",
                                     error);
            option = file_options[k];
        }
        if (option != SIM_OPT_COUNT &&
            file_attach(s, section, option, sim_section_opt_text(section, option), from, error) < 0)
            return -1;
    }
    return spreads_attach(s, from, error);
}

struct sim_load_place sim__file_place(const struct sim_scenario *s, const struct sim__file *file)
{
    return (struct sim_load_place){
        .name = file->path,
        .space = (uint64_t)sim_opt(s, SIM_OPT_CONTROLLER_NAMESPACE),
        .block = (uint32_t)sim_opt(s, SIM_OPT_CONTROLLER_BLOCK),
        .cpus = (uint32_t)sim_opt(s, SIM_OPT_MACHINE_CPUS),
    };
}

/* --- jobs become sections --------------------------------------------------------------------- */

static bool name_taken(const struct sim_scenario *s, const char *name)
{
    for (uint32_t i = 0; i < s->sections; i++)
        if (strcmp(s->section[i]->kind, "workload") == 0 && strcmp(s->section[i]->name, name) == 0)
            return true;
    return false;
}

static void name_make(const struct sim_scenario *s, struct sim_section *section, const char *parent,
                      const char *job)
{
    snprintf(section->name, sizeof section->name, "%.17s/%s", parent, job);
    for (uint32_t n = 2; name_taken(s, section->name); n++)
        snprintf(section->name, sizeof section->name, "%.14s/%.18s-%u", parent, job, n);
}

static struct sim_section *section_copy(const struct sim_section *from)
{
    struct sim_section *section = malloc(sizeof *section);

    SIM_ASSERT(section);
    *section = *from;
    for (int i = 0; i < SIM_OPT_COUNT; i++) {
        if (!from->value[i].text)
            continue;
        section->value[i].text = strdup(from->value[i].text);
        SIM_ASSERT(section->value[i].text);
    }
    return section;
}

/* What the section itself says goes before; but it is the first job that waits for those before. */
static bool said_already(const struct sim_section *parent, enum sim_option option, bool first)
{
    return parent->value[option].line != SIM__FROM_DEFAULT &&
           (first || option != SIM_OPT_WORKLOAD_STONEWALL);
}

static int setting_take(struct sim_scenario *s, struct sim_section *section,
                        const struct sim_section *parent, const struct sim_job_setting *setting,
                        bool first, struct sim_error *error)
{
    int option = sim__option_find("workload", setting->key);
    char other[SIM__NAME_MAX + 32];
    struct sim_error why;

    SIM_ASSERT(option >= 0);
    if (said_already(parent, (enum sim_option)option, first))
        return 0;
    snprintf(other, sizeof other, "%.17s/%s", parent->name, setting->value);
    if (sim__assign(s, section, "workload", setting->key,
                    option == SIM_OPT_WORKLOAD_WAIT_FOR ? other : setting->value, setting->line,
                    &why) < 0)
        return sim_error_set(error, "%s:%d: %s", section->file, setting->line, why.text);
    section->value[option].file = section->file;
    return 0;
}

static int job_take(struct sim_scenario *s, const struct sim_section *parent,
                    const struct sim__file *file, const struct sim_job *job, bool first,
                    struct sim_error *error)
{
    struct sim_section *section;
    struct sim__value *stonewall;

    if (s->sections == SIM__SECTIONS_MAX)
        return sim_error_set(error, "%s:%d: more than %d sections with a name", file->path,
                             job->line, SIM__SECTIONS_MAX);
    section = section_copy(parent);
    section->line = job->line;
    section->file = file->path;
    snprintf(section->parent, sizeof section->parent, "%s", parent->name);
    name_make(s, section, parent->name, job->name);
    s->section[s->sections++] = section;
    stonewall = &section->value[SIM_OPT_WORKLOAD_STONEWALL];
    if (!first) {
        free(stonewall->text);
        *stonewall = (struct sim__value){0};
    }
    for (uint32_t i = 0; i < job->settings; i++)
        if (setting_take(s, section, parent, &job->setting[i], first, error) < 0)
            return -1;
    return 0;
}

/* Section i gives way to the jobs of its file, which are put behind all others first. */
static int section_expand(struct sim_scenario *s, uint32_t i, const struct sim__file *file,
                          const struct sim_jobs *jobs, struct sim_error *error)
{
    struct sim_section *parent = s->section[i], *tail[SIM__SECTIONS_MAX];
    uint32_t behind = s->sections - i - 1;

    memcpy(tail, &s->section[i + 1], behind * sizeof(struct sim_section *));
    for (uint32_t k = 0; k < jobs->jobs; k++)
        if (job_take(s, parent, file, &jobs->job[k], k == 0, error) < 0)
            return -1;
    memmove(&s->section[i], &s->section[i + 1 + behind], jobs->jobs * sizeof(struct sim_section *));
    memcpy(&s->section[i + jobs->jobs], tail, behind * sizeof(struct sim_section *));
    s->sections--;
    sim__section_free(parent);
    return 0;
}

static int file_expand(struct sim_scenario *s, uint32_t i, enum sim_option option,
                       struct sim_error *error)
{
    const struct sim__file *file = sim__file_find(s, sim_section_opt_text(s->section[i], option));
    struct sim_load_place place;
    struct sim_jobs *jobs = calloc(1, sizeof *jobs);
    int result;

    SIM_ASSERT(file && jobs);
    place = sim__file_place(s, file);
    result = (option == SIM_OPT_WORKLOAD_ICF ? sim_icf_read : sim_fio_read)(
        &place, s->text + file->at, file->length, jobs, &s->notes, error);
    if (result == 0)
        result = section_expand(s, i, file, jobs, error);
    sim_jobs_free(jobs);
    free(jobs);
    return result;
}

int sim__files_expand(struct sim_scenario *s, struct sim_error *error)
{
    for (uint32_t i = 0; i < s->sections; i++) {
        if (strcmp(s->section[i]->kind, "workload") != 0 || *s->section[i]->parent)
            continue;
        for (size_t k = 0; k < 2; k++) {
            if (!*sim_section_opt_text(s->section[i], file_options[k]))
                continue;
            if (file_expand(s, i, file_options[k], error) < 0)
                return -1;
            break; /* its jobs stand here now, and have a parent */
        }
    }
    return 0;
}

bool sim__setting_of_load(const struct sim_setting *setting)
{
    const char *key = strrchr(setting->name, '.');

    if (!key || strncmp(setting->name, "workload.", 9) != 0)
        return false;
    for (size_t k = 0; k < FILE_OPTIONS; k++)
        if (strcmp(key + 1, sim_option_info[file_options[k]].key) == 0)
            return false;
    return true;
}

void sim__files_free(struct sim_scenario *s)
{
    for (uint32_t i = 0; i < s->files; i++) {
        free(s->file[i].name);
        free(s->file[i].path);
    }
}

const char *sim_scenario_note(const struct sim_scenario *scenario, uint32_t i)
{
    return i < scenario->notes.count ? scenario->notes.text[i] : NULL;
}
