/* sim/run/shrink_variant.c - a scenario as text and settings: sections cut out, values set. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "sim/engine/sim_assert.h"
#include "sim/run/shrink_private.h"

/* Where the line begins, or NULL; files behind the text are not looked at. */
static const char *line_find(const char *text, const char *end, const char *head)
{
    size_t n = strlen(head);

    while (text && text < end && strncmp(text, head, n) != 0)
        text = (text = strchr(text, '\n')) ? text + 1 : NULL;
    return text && text < end ? text : NULL;
}

char *sim__section_cut(const char *text, const char *kind, const char *name)
{
    char head[160], *out;
    const char *end = text + sim_scenario_head(text), *from, *to;

    snprintf(head, sizeof head, "[%s %s]", kind, name);
    from = line_find(text, end, head);
    if (!from)
        return NULL;
    to = line_find(from + 1, end, "[");
    to = to ? to : end;
    out = malloc(strlen(text) + 1);
    SIM_ASSERT(out);
    memcpy(out, text, (size_t)(from - text));
    strcpy(out + (from - text), to);
    return out;
}

struct sim__variant *sim__variant_copy(const struct sim__variant *from)
{
    struct sim__variant *v = malloc(sizeof *v);

    SIM_ASSERT(v);
    *v = *from;
    v->text = strdup(from->text);
    SIM_ASSERT(v->text);
    return v;
}

void sim__variant_drop(struct sim__variant *v)
{
    free(v->text);
    free(v);
}

bool sim__variant_set(struct sim__variant *v, const char *name, const char *value)
{
    uint32_t i = 0;

    while (i < v->settings && strcmp(v->set[i].name, name))
        i++;
    if (i == SIM_REPLAY_SETTINGS_MAX || strlen(name) >= SIM__SET_NAME)
        return false;
    if (i == v->settings)
        v->settings++;
    snprintf(v->set[i].name, sizeof v->set[i].name, "%s", name);
    snprintf(v->set[i].value, sizeof v->set[i].value, "%s", value);
    return true;
}

/* Settings of a section that is gone would be refused. */
static void settings_cut(struct sim__variant *v, const char *kind, const char *name)
{
    char head[128];
    size_t n = (size_t)snprintf(head, sizeof head, "%s.%s.", kind, name);
    uint32_t kept = 0;

    for (uint32_t i = 0; i < v->settings; i++)
        if (strncmp(v->set[i].name, head, n))
            v->set[kept++] = v->set[i];
    v->settings = kept;
}

void sim__variant_unset(struct sim__variant *v, const char *name)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < v->settings; i++)
        if (strcmp(v->set[i].name, name) != 0)
            v->set[kept++] = v->set[i];
    v->settings = kept;
}

bool sim__variant_cut(struct sim__variant *v, const char *kind, const char *name)
{
    char *text = sim__section_cut(v->text, kind, name);

    if (!text)
        return false;
    free(v->text);
    v->text = text;
    settings_cut(v, kind, name);
    return true;
}

uint64_t sim__variant_hash(const struct sim__variant *v)
{
    uint64_t hash = XXH64(v->text, strlen(v->text), 0);

    /* In whatever order they were set. */
    for (uint32_t i = 0; i < v->settings; i++)
        hash += XXH64(v->set[i].name, strlen(v->set[i].name),
                      XXH64(v->set[i].value, strlen(v->set[i].value), 0));
    return hash;
}
