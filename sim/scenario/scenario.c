/* sim/scenario/scenario.c - what a scenario holds: values, sections, hash. Reading one is in
 * read.c. */
#include <stdlib.h>
#include <string.h>

#include "sim/engine/sim_assert.h"
#include "sim/scenario/scenario_private.h"

static void values_free(struct sim__value *value)
{
    for (int i = 0; i < SIM_OPT_COUNT; i++)
        free(value[i].text);
}

void sim__section_free(struct sim_section *section)
{
    values_free(section->value);
    sim__workload_free(section->workload);
    free(section);
}

void sim_scenario_free(struct sim_scenario *scenario)
{
    if (scenario == NULL)
        return;
    for (uint32_t i = 0; i < scenario->sections; i++) {
        sim__section_free(scenario->section[i]);
    }
    values_free(scenario->value);
    sim__files_free(scenario);
    free(scenario->path);
    free(scenario->name);
    free(scenario->text);
    free(scenario);
}

const char *sim_scenario_path(const struct sim_scenario *scenario)
{
    return scenario->path;
}

const char *sim_scenario_name(const struct sim_scenario *scenario)
{
    return scenario->name;
}

const char *sim_scenario_text(const struct sim_scenario *scenario)
{
    return scenario->text;
}

uint64_t sim_scenario_hash(const struct sim_scenario *scenario)
{
    return scenario->hash;
}

struct sim_expect sim_scenario_expect(const struct sim_scenario *scenario)
{
    return scenario->expect;
}

static const char *text_of(const struct sim__value *value, enum sim_option option)
{
    if (value->text != NULL)
        return value->text;
    return sim_option_info[option].dflt != NULL ? sim_option_info[option].dflt : "";
}

int64_t sim_opt(const struct sim_scenario *scenario, enum sim_option option)
{
    SIM_ASSERT(option < SIM_OPT_COUNT && sim_option_info[option].type != SIM_TEXT);
    SIM_ASSERT(!sim__section_is_named(sim_option_info[option].section));
    return scenario->value[option].number;
}

const char *sim_opt_text(const struct sim_scenario *scenario, enum sim_option option)
{
    SIM_ASSERT(option < SIM_OPT_COUNT && sim_option_info[option].type == SIM_TEXT);
    SIM_ASSERT(!sim__section_is_named(sim_option_info[option].section));
    return text_of(&scenario->value[option], option);
}

bool sim_opt_given(const struct sim_scenario *scenario, enum sim_option option)
{
    SIM_ASSERT(option < SIM_OPT_COUNT && !sim__section_is_named(sim_option_info[option].section));
    return scenario->value[option].line != SIM__FROM_DEFAULT;
}

uint32_t sim_opt_words(enum sim_option option)
{
    uint32_t n = 1;

    SIM_ASSERT(option < SIM_OPT_COUNT && sim_option_info[option].type == SIM_ENUM);
    for (const char *p = sim_option_info[option].lo; *p; p++)
        n += *p == '|';
    return n;
}

void sim_opt_word(enum sim_option option, uint32_t i, char out[32])
{
    bool known = sim__enum_word(sim_option_info[option].lo, i, out, 32);

    SIM_ASSERT(known);
}

enum sim_severity sim_opt_rule(const struct sim_scenario *scenario, enum sim_rule rule)
{
    SIM_ASSERT(rule < SIM_RULE_COUNT);
    return (enum sim_severity)scenario->severity[rule];
}

uint32_t sim_sections(const struct sim_scenario *scenario, const char *kind)
{
    uint32_t n = 0;

    SIM_ASSERT(sim__section_is_named(kind));
    for (uint32_t i = 0; i < scenario->sections; i++)
        n += strcmp(scenario->section[i]->kind, kind) == 0;
    return n;
}

const struct sim_section *sim_section(const struct sim_scenario *scenario, const char *kind,
                                      uint32_t i)
{
    SIM_ASSERT(i < sim_sections(scenario, kind));
    for (uint32_t k = 0;; k++) {
        if (strcmp(scenario->section[k]->kind, kind) == 0 && i-- == 0)
            return scenario->section[k];
    }
}

const char *sim_section_name(const struct sim_section *section)
{
    return section->name;
}

int64_t sim_section_opt(const struct sim_section *section, enum sim_option option)
{
    SIM_ASSERT(option < SIM_OPT_COUNT && sim_option_info[option].type != SIM_TEXT);
    SIM_ASSERT(strcmp(sim_option_info[option].section, section->kind) == 0);
    return section->value[option].number;
}

const char *sim_section_opt_text(const struct sim_section *section, enum sim_option option)
{
    SIM_ASSERT(option < SIM_OPT_COUNT && (sim_option_info[option].type == SIM_TEXT ||
                                          sim_option_info[option].type == SIM_SIZES));
    SIM_ASSERT(strcmp(sim_option_info[option].section, section->kind) == 0);
    return text_of(&section->value[option], option);
}

const struct sim_workload *sim_section_workload(const struct sim_section *section)
{
    SIM_ASSERT(section->workload);
    return section->workload;
}
