/* sim/run/shrink_files.c - loads that came in files: jobs become sections, which can go one by one;
 * lines of a trace go in ever smaller parts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/sim_assert.h"
#include "sim/run/shrink_private.h"

#define TRACE_SHARE 4u /* of a variant's tries, for some lines */

/* --- jobs ------------------------------------------------------------------------------------- */

bool sim__jobs_flatten(struct sim__shrink *s)
{
    struct sim__variant *v;
    struct sim_scenario *scenario;
    struct sim_error ignored;
    uint32_t kept = 0;
    char *text;

    if (sim__shrink_parse(s, &s->best, &ignored, &scenario))
        return false;
    text = sim_scenario_flat(scenario);
    sim_scenario_free(scenario);
    if (!text)
        return false;
    v = sim__variant_copy(&s->best);
    free(v->text);
    v->text = text;
    /* The text has these values now. */
    for (uint32_t i = 0; i < v->settings; i++)
        if (strncmp(v->set[i].name, "workload.", strlen("workload.")) != 0)
            v->set[kept++] = v->set[i];
    v->settings = kept;
    return sim__shrink_accept(s, v, 0, NULL);
}

/* --- traces ----------------------------------------------------------------------------------- */

static const char *line_next(const char *line, const char *end)
{
    const char *newline = memchr(line, '\n', (size_t)(end - line));

    return newline ? newline + 1 : end;
}

/* A line of data begins with its time. */
static bool is_data(const char *line)
{
    return *line >= '0' && *line <= '9';
}

uint32_t sim__trace_lines(const char *text, const char *name)
{
    struct sim_text_file file;
    uint32_t n = 0;

    if (!sim_text_file_find(text, name, &file))
        return 0;
    for (const char *line = file.bytes, *end = line + file.length; line < end;
         line = line_next(line, end))
        n += is_data(line);
    return n;
}

char *sim__trace_cut(const char *text, const char *name, uint32_t first, uint32_t count)
{
    char *shorter = malloc(strlen(text) + 1), *out = NULL;
    struct sim_text_file file;
    size_t kept = 0, bytes;
    uint32_t n = 0;
    FILE *stream;

    SIM_ASSERT(shorter && sim_text_file_find(text, name, &file));
    for (const char *line = file.bytes, *end = line + file.length, *next; line < end; line = next) {
        next = line_next(line, end);
        if (is_data(line) && n++ - first < count)
            continue;
        memcpy(shorter + kept, line, (size_t)(next - line));
        kept += (size_t)(next - line);
    }
    stream = open_memstream(&out, &bytes);
    SIM_ASSERT(stream);
    fwrite(text, 1, (size_t)(file.head - text), stream);
    sim_text_file_put(stream, name, shorter, kept);
    fputs(file.bytes + file.length + 1, stream);
    fclose(stream);
    free(shorter);
    return out;
}

static bool trace_reduce(struct sim__shrink *s, const char *name, uint64_t cost)
{
    uint32_t lines = sim__trace_lines(s->best.text, name);
    bool changed = false;

    for (uint32_t part = lines; part > 0; part = part > lines ? lines : part / 2)
        for (uint32_t i = 0; i < lines && !sim__shrink_over(s);) {
            uint32_t n = part < lines - i ? part : lines - i;
            struct sim__variant *v = sim__variant_copy(&s->best);

            free(v->text);
            v->text = sim__trace_cut(s->best.text, name, i, n);
            if (sim__shrink_accept(s, v, cost, NULL)) {
                lines -= n;
                changed = true;
            } else {
                i += n;
            }
        }
    return changed;
}

bool sim__traces_pass(struct sim__shrink *s, uint64_t cost)
{
    char name[SIM__PLACES_MAX][256];
    struct sim_scenario *scenario;
    struct sim_error ignored;
    uint32_t n = 0;
    bool changed = false;

    if (sim__shrink_parse(s, &s->best, &ignored, &scenario))
        return false;
    for (uint32_t i = 0; i < sim_sections(scenario, "workload") && n < SIM__PLACES_MAX; i++) {
        const char *trace =
            sim_section_opt_text(sim_section(scenario, "workload", i), SIM_OPT_WORKLOAD_TRACE);

        if (*trace)
            snprintf(name[n++], sizeof name[0], "%s", trace);
    }
    sim_scenario_free(scenario);
    for (uint32_t i = 0; i < n; i++)
        changed |= trace_reduce(s, name[i], cost / TRACE_SHARE);
    return changed;
}
