/* sim/scenario/assign.c - giving options their values: one key of a file, or one --set. */
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/scenario_private.h"

static int unknown_key(const char *kind, const char *key, struct sim_error *error)
{
    const char *words[SIM__WORDS_MAX];
    const char *near = sim_nearest(key, words, sim__section_keys(kind, words, SIM__WORDS_MAX));

    if (near != NULL)
        return sim_error_set(error, "[%s] has no key '%.60s'; did you mean '%s'?", kind, key, near);
    return sim_error_set(error, "[%s] has no key '%.60s'; 'storsim list options' has them all",
                         kind, key);
}

static int given_twice(const char *key, int before, struct sim_error *error)
{
    return sim_error_set(error, "'%s' is given twice, first in line %d", key, before);
}

static int severity_assign(struct sim_scenario *scenario, enum sim_rule rule, const char *text,
                           int line, struct sim_error *error)
{
    static const char *const words[] = {"off", "warn", "error"};
    int *where = &scenario->severity_line[rule];

    if (line > 0 && *where > 0)
        return given_twice(sim_rule_info[rule].name, *where, error);
    for (uint8_t i = 0; i < 3; i++) {
        if (strcmp(text, words[i]) == 0) {
            scenario->severity[rule] = i;
            *where = line;
            return 0;
        }
    }
    return sim_error_set(error, "%s: '%.60s' is not error, warn or off", sim_rule_info[rule].name,
                         text);
}

int sim__assign(struct sim_scenario *scenario, struct sim_section *section, const char *kind,
                const char *key, const char *text, int line, struct sim_error *error)
{
    int option = sim__option_find(kind, key);
    int rule = strcmp(kind, "check") == 0 ? sim_rule_by_name(key) : -1;
    struct sim__value *value;
    struct sim_error why;
    int64_t number;

    if (strcmp(kind, SIM__REGISTRY) == 0)
        return sim__registry_assign(scenario, key, text, line, error);
    if (option < 0 && rule >= 0)
        return severity_assign(scenario, (enum sim_rule)rule, text, line, error);
    if (option < 0)
        return unknown_key(kind, key, error);
    value = section != NULL ? &section->value[option] : &scenario->value[option];
    if (line > 0 && value->line > 0)
        return given_twice(key, value->line, error);
    if (sim__option_parse((enum sim_option)option, text, &number, &why) < 0)
        return sim_error_set(error, "%s: %s", key, why.text);
    free(value->text);
    *value = (struct sim__value){.number = number, .text = strdup(text), .line = line};
    return 0;
}

/* --- --set ------------------------------------------------------------------------------------ */

static int unknown_section(const char *kind, struct sim_error *error)
{
    const char *words[SIM__WORDS_MAX];
    const char *near = sim_nearest(kind, words, sim__section_names(words, SIM__WORDS_MAX));

    if (near != NULL)
        return sim_error_set(error, "there is no section [%.60s]; did you mean [%s]?", kind, near);
    return sim_error_set(error, "there is no section [%.60s]; 'storsim list options' has them all",
                         kind);
}

/* One named section, or all of a kind when name is NULL. */
static int override_named(struct sim_scenario *scenario, const char *kind, const char *name,
                          const char *key, const char *text, struct sim_error *error)
{
    const char *words[SIM__SECTIONS_MAX], *near;
    uint32_t hits = 0, n = 0;

    for (uint32_t i = 0; i < scenario->sections; i++) {
        struct sim_section *section = scenario->section[i];

        if (strcmp(section->kind, kind) != 0)
            continue;
        words[n++] = section->name;
        if (name != NULL && strcmp(section->name, name) != 0 && strcmp(section->parent, name) != 0)
            continue;
        hits++;
        if (sim__assign(scenario, section, kind, key, text, SIM__FROM_COMMAND_LINE, error) < 0)
            return -1;
    }
    if (hits > 0)
        return 0;
    if (name == NULL)
        return sim_error_set(error, "%s has no [%s NAME]", scenario->path, kind);
    near = sim_nearest(name, words, n);
    if (near == NULL && n > 0)
        near = words[0];
    return sim_error_set(error, "%s has no [%s %s]%s%s%s", scenario->path, kind, name,
                         near ? "; it has '" : "", near ? near : "", near ? "'" : "");
}

static int override(struct sim_scenario *scenario, char *name, const char *text,
                    struct sim_error *error)
{
    char *key = strchr(name, '.');
    char *middle = NULL;

    if (key == NULL)
        return sim_error_set(error, "allowed is section.key=value or section.NAME.key=value");
    *key++ = '\0';
    if (!sim__section_known(name))
        return unknown_section(name, error);
    if (!sim__section_is_named(name))
        return sim__assign(scenario, NULL, name, key, text, SIM__FROM_COMMAND_LINE, error);
    if (strrchr(key, '.') != NULL) {
        middle = key;
        key = strrchr(key, '.');
        *key++ = '\0';
    }
    if (sim__option_find(name, key) < 0)
        return unknown_key(name, key, error);
    return override_named(scenario, name, middle, key, text, error);
}

int sim__override(struct sim_scenario *scenario, const struct sim_setting *setting,
                  struct sim_error *error)
{
    struct sim_error why;
    char name[128];
    int result = -1;

    if (strlen(setting->name) >= sizeof(name))
        sim_error_set(&why, "the name is too long");
    else
        result = override(scenario, strcpy(name, setting->name), setting->value, &why);
    if (result < 0)
        return sim_error_set(error, "--set %.120s=%.60s: %s", setting->name, setting->value,
                             why.text);
    return 0;
}
