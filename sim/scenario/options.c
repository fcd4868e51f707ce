/* sim/scenario/options.c - the option table, finding a row of it, and printing it. */
#include <jansson.h>
#include <string.h>

#include "sim/scenario/faults.h"
#include "sim/scenario/scenario_private.h"

const struct sim_option_info sim_option_info[SIM_OPT_COUNT] = {
#define SIM_OPTION(id, section, key, type, dflt, lo, hi, text) \
    {section, key, SIM_##type, dflt, lo, hi, text},
#include "sim/scenario/options.def"
#undef SIM_OPTION
};

bool sim__section_is_named(const char *kind)
{
    return strcmp(kind, "workload") == 0 || strcmp(kind, "fault") == 0;
}

int sim__option_find(const char *section, const char *key)
{
    for (int i = 0; i < SIM_OPT_COUNT; i++) {
        if (strcmp(sim_option_info[i].section, section) == 0 &&
            strcmp(sim_option_info[i].key, key) == 0)
            return i;
    }
    return -1;
}

bool sim__section_known(const char *section)
{
    for (int i = 0; i < SIM_OPT_COUNT; i++) {
        if (strcmp(sim_option_info[i].section, section) == 0)
            return true;
    }
    return false;
}

uint32_t sim__section_keys(const char *section, const char **words, uint32_t max)
{
    uint32_t n = 0;

    for (int i = 0; i < SIM_OPT_COUNT && n < max; i++) {
        if (strcmp(sim_option_info[i].section, section) == 0)
            words[n++] = sim_option_info[i].key;
    }
    if (strcmp(section, "check") == 0) {
        for (int i = 0; i < SIM_RULE_COUNT && n < max; i++)
            words[n++] = sim_rule_info[i].name;
    }
    return n;
}

uint32_t sim__section_names(const char **words, uint32_t max)
{
    uint32_t n = 0;

    for (int i = 0; i < SIM_OPT_COUNT && n < max; i++) {
        if (n == 0 || strcmp(words[n - 1], sim_option_info[i].section) != 0)
            words[n++] = sim_option_info[i].section;
    }
    return n;
}

const char *sim__type_name(enum sim_option_type type)
{
    static const char *const name[] = {"time", "size", "count", "percent", "yes/no",
                                       "word", "text", "index", "sizes"};

    return name[type];
}

/* "1s..10m", "from 0", a list of words, or nothing. */
static void range_text(const struct sim_option_info *info, char *out, size_t bytes)
{
    if (info->type == SIM_ENUM && strlen(info->lo) > SIM__ENUM_TOLD_MAX)
        snprintf(out, bytes, "a word of 'storsim list faults'");
    else if (info->type == SIM_ENUM)
        snprintf(out, bytes, "%s", info->lo);
    else if (info->type == SIM_INDEX && info->hi != NULL)
        snprintf(out, bytes, "any, or 0..%s", info->hi);
    else if (info->type == SIM_INDEX)
        snprintf(out, bytes, "any, or from 0");
    else if (info->lo != NULL && info->hi != NULL)
        snprintf(out, bytes, "%s..%s", info->lo, info->hi);
    else if (info->lo != NULL)
        snprintf(out, bytes, "from %s", info->lo);
    else
        snprintf(out, bytes, "%s", sim__type_name(info->type));
}

static const char *section_note(const char *section)
{
    if (strcmp(section, "workload") == 0)
        return "any number of them, [workload NAME]; --set workload.NAME.key=value, or "
               "workload.key=value for all";
    if (strcmp(section, "fault") == 0)
        return "any number of them, [fault NAME]; --set fault.NAME.key=value, or fault.key=value "
               "for all";
    if (strcmp(section, SIM__REGISTRY) == 0)
        return "any number of values";
    if (strcmp(section, "check") == 0)
        return "also every rule of 'storsim list rules', with error, warn or off";
    return NULL;
}

static void print_text(FILE *out, const struct sim_option_info *info, bool first)
{
    char range[SIM__ENUM_TOLD_MAX + 1];
    const char *note = section_note(info->section);

    if (first && note != NULL)
        fprintf(out, "[%s]  %s\n", info->section, note);
    else if (first)
        fprintf(out, "[%s]\n", info->section);
    range_text(info, range, sizeof(range));
    fprintf(out, "  %-18s %s\n", info->key, info->text);
    fprintf(out, "  %-18s   %s; default %s\n", "", range,
            info->dflt == NULL ? "none, must be given"
            : *info->dflt      ? info->dflt
                               : "empty");
}

/* A bar would end the table's cell. */
static void print_cell(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '|')
            fputc('\\', out);
        fputc(*text, out);
    }
}

static void print_markdown(FILE *out, const struct sim_option_info *info, bool first)
{
    char range[SIM__ENUM_TOLD_MAX + 1];

    if (first) {
        const char *note = section_note(info->section);

        fprintf(out, "\n## [%s]\n\n", info->section);
        if (note != NULL)
            fprintf(out, "%s\n\n", note);
        fprintf(out, "| key | default | allowed | meaning |\n|---|---|---|---|\n");
    }
    range_text(info, range, sizeof(range));
    fprintf(out, "| `%s` | %s | ", info->key, info->dflt != NULL && *info->dflt ? info->dflt : "-");
    print_cell(out, range);
    fprintf(out, " | ");
    print_cell(out, info->text);
    fprintf(out, " |\n");
}

static void print_json(FILE *out, const struct sim_option_info *info)
{
    bool words = info->type == SIM_ENUM;
    json_t *object = json_pack(
        "{ss ss ss ss* ss* ss* ss* ss}", "section", info->section, "key", info->key, "type",
        sim__type_name(info->type), "default", info->dflt, "minimum", words ? NULL : info->lo,
        "maximum", words ? NULL : info->hi, "words", words ? info->lo : NULL, "text", info->text);

    json_dumpf(object, out, JSON_COMPACT);
    fputc('\n', out);
    json_decref(object);
}

void sim_options_print(FILE *out, enum sim_options_form form)
{
    for (int i = 0; i < SIM_OPT_COUNT; i++) {
        const struct sim_option_info *info = &sim_option_info[i];
        bool first = i == 0 || strcmp(sim_option_info[i - 1].section, info->section) != 0;

        if (form == SIM_OPTIONS_TEXT)
            print_text(out, info, first);
        else if (form == SIM_OPTIONS_MARKDOWN)
            print_markdown(out, info, first);
        else
            print_json(out, info);
    }
}
