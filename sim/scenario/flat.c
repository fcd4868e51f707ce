/* sim/scenario/flat.c - a scenario whose loads need no job files any more: each job is a
 * [workload NAME/JOB] of its own.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/engine/sim_assert.h"
#include "sim/scenario/scenario_private.h"

static bool is_job(const struct sim_section *section)
{
    return strcmp(section->kind, "workload") == 0 && *section->parent;
}

/* Of two keys for one thing the one that was written later counts; the other one is left out. */
static bool is_overruled(const struct sim_section *section, enum sim_option option)
{
    bool write =
        sim__written_later(section, SIM_OPT_WORKLOAD_RWMIXREAD, SIM_OPT_WORKLOAD_RWMIXWRITE);

    return (option == SIM_OPT_WORKLOAD_RWMIXREAD && write) ||
           (option == SIM_OPT_WORKLOAD_RWMIXWRITE && !write);
}

static void section_put(const struct sim_section *section, FILE *out)
{
    fprintf(out, "[%s %s]\n", section->kind, section->name);
    for (enum sim_option i = 0; i < SIM_OPT_COUNT; i++) {
        const struct sim__value *value = &section->value[i];

        if (value->line == SIM__FROM_DEFAULT || !value->text || is_overruled(section, i) ||
            (is_job(section) && (i == SIM_OPT_WORKLOAD_ICF || i == SIM_OPT_WORKLOAD_FIO)))
            continue;
        fprintf(out, "%s = %s\n", sim_option_info[i].key, value->text);
    }
    fputc('\n', out);
}

/* The sections that a [workload NAME] of the text has become. */
static void workload_put(const struct sim_scenario *s, const char *name, FILE *out)
{
    for (uint32_t i = 0; i < sim_sections(s, "workload"); i++) {
        const struct sim_section *section = sim_section(s, "workload", i);

        if (strcmp(*section->parent ? section->parent : section->name, name) == 0)
            section_put(section, out);
    }
}

static void head_put(const struct sim_scenario *s, FILE *out)
{
    const char *end = s->text + s->head, *next;
    char kind[64], name[64];
    bool copied = true;

    for (const char *line = s->text; line < end; line = next) {
        next = memchr(line, '\n', (size_t)(end - line));
        next = next ? next + 1 : end;
        if (*line == '[')
            copied = sscanf(line, "[%63[a-z] %63[^]\n]]", kind, name) != 2 ||
                     strcmp(kind, "workload") != 0;
        if (*line == '[' && !copied)
            workload_put(s, name, out);
        if (copied)
            fwrite(line, 1, (size_t)(next - line), out);
    }
}

/* Whether jobs came from it, and nothing else needs it. */
static bool is_used_up(const struct sim_scenario *s, const struct sim__file *file)
{
    for (uint32_t i = 0; i < s->sections; i++) {
        const struct sim_section *section = s->section[i];

        if (is_job(section) &&
            (!strcmp(sim_section_opt_text(section, SIM_OPT_WORKLOAD_ICF), file->name) ||
             !strcmp(sim_section_opt_text(section, SIM_OPT_WORKLOAD_FIO), file->name)))
            return true;
    }
    return false;
}

char *sim_scenario_flat(const struct sim_scenario *s)
{
    char *text = NULL;
    size_t bytes;
    bool any = false;
    FILE *out;

    for (uint32_t i = 0; i < s->sections; i++)
        any = any || is_job(s->section[i]);
    if (!any)
        return NULL;
    out = open_memstream(&text, &bytes);
    SIM_ASSERT(out);
    head_put(s, out);
    for (uint32_t i = 0; i < s->files; i++) {
        const struct sim__file *file = &s->file[i];

        if (!is_used_up(s, file))
            sim_text_file_put(out, file->name, s->text + file->at, file->length);
    }
    fclose(out);
    return text;
}
