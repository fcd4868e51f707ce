/* sim/scenario/check_fault.c - a [fault NAME] whose keys do not go together.
 *
 * Each action and each trigger reads keys of its own. One that neither reads, written in the
 * section, is a mistake of whoever wrote it; given by --set for all faults it is not.
 */
#include <string.h>

#include "sim/scenario/faults.h"
#include "sim/scenario/scenario_private.h"

#define ALWAYS " action on from at spread times "
#define NTH " nth every probability "

static bool among(const char *keys, const char *key)
{
    char word[40];

    snprintf(word, sizeof(word), " %s ", key);
    return strstr(keys, word) != NULL;
}

static bool has_occasions(int64_t on)
{
    return on != SIM_FAULT_ON_TIME;
}

static bool is_read(const struct sim_section *section, const char *key)
{
    const struct sim_fault_action_info *action =
        &sim_fault_action_info[sim_section_opt(section, SIM_OPT_FAULT_ACTION)];
    int64_t on = sim_section_opt(section, SIM_OPT_FAULT_ON);

    return among(ALWAYS, key) || among(action->keys, key) ||
           among(sim_fault_trigger_info[on].keys, key) || (has_occasions(on) && among(NTH, key)) ||
           (action->kind == SIM_FAULT_LASTING && among(" until duration uses ", key));
}

static int check_keys(const struct sim_scenario *scenario, const struct sim_section *section,
                      struct sim_error *error)
{
    int64_t action = sim_section_opt(section, SIM_OPT_FAULT_ACTION);
    int64_t on = sim_section_opt(section, SIM_OPT_FAULT_ON);
    struct sim_error what;

    for (int i = 0; i < SIM_OPT_COUNT; i++) {
        if (strcmp(sim_option_info[i].section, "fault") != 0 || section->value[i].line <= 0 ||
            is_read(section, sim_option_info[i].key))
            continue;
        sim_error_set(&what, "neither action = %s nor on = %s reads it; they read%s%s%s%s",
                      sim_fault_action_info[action].word, sim_fault_trigger_info[on].word,
                      ALWAYS "and", has_occasions(on) ? NTH "and" : "",
                      sim_fault_trigger_info[on].keys, sim_fault_action_info[action].keys);
        return sim__complain(scenario, section, (enum sim_option)i, what.text, error);
    }
    return 0;
}

/* An action that happens to its occasion needs one of the right kind. */
static int check_trigger(const struct sim_scenario *scenario, const struct sim_section *section,
                         struct sim_error *error)
{
    const struct sim_fault_action_info *action =
        &sim_fault_action_info[sim_section_opt(section, SIM_OPT_FAULT_ACTION)];
    int64_t on = sim_section_opt(section, SIM_OPT_FAULT_ON);
    struct sim_error what;
    char words[160] = "";

    if (action->triggers == SIM_FAULT_ANY)
        return 0;
    for (uint32_t i = 0; i < SIM_FAULT_TRIGGERS; i++) {
        size_t n = strlen(words);

        if (action->triggers & 1u << i)
            snprintf(words + n, sizeof(words) - n, "%s%s", n ? ", " : "",
                     sim_fault_trigger_info[i].word);
    }
    if (!(action->triggers & 1u << on)) {
        sim_error_set(&what, "action = %s happens to its occasion: on is one of %s", action->word,
                      words);
        return sim__complain(scenario, section, SIM_OPT_FAULT_ON, what.text, error);
    }
    if (sim_section_opt(section, SIM_OPT_FAULT_AT) ||
        sim_section_opt(section, SIM_OPT_FAULT_SPREAD))
        return sim__complain(scenario, section, SIM_OPT_FAULT_AT,
                             "the action happens to its occasion, not later", error);
    return 0;
}

static int check_other(const struct sim_scenario *scenario, const struct sim_section *section,
                       struct sim_error *error)
{
    const char *of = sim_section_opt_text(section, SIM_OPT_FAULT_OF), *near;
    const char *words[SIM__SECTIONS_MAX];
    struct sim_error what;
    uint32_t n = 0;

    for (; n < sim_sections(scenario, "fault"); n++) {
        words[n] = sim_section_name(sim_section(scenario, "fault", n));
        if (strcmp(words[n], of) == 0 && strcmp(of, section->name) != 0)
            return 0;
    }
    near = sim_nearest(of, words, n);
    sim_error_set(&what, "there is no other [fault %.40s]%s%s%s", of,
                  near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return sim__complain(scenario, section, SIM_OPT_FAULT_OF, what.text, error);
}

int sim__check_fault(const struct sim_scenario *scenario, const struct sim_section *section,
                     struct sim_error *error)
{
    int64_t on = sim_section_opt(section, SIM_OPT_FAULT_ON);
    const struct sim_fault_action_info *action =
        &sim_fault_action_info[sim_section_opt(section, SIM_OPT_FAULT_ACTION)];
    bool heals = sim_opt(scenario, SIM_OPT_CHECK_HEAL) != 0;

    if (check_keys(scenario, section, error) < 0 || check_trigger(scenario, section, error) < 0)
        return -1;
    if ((on == SIM_FAULT_ON_BEGAN || on == SIM_FAULT_ON_ENDED) &&
        check_other(scenario, section, error) < 0)
        return -1;
    if (on == SIM_FAULT_ON_HEALED && !heals)
        return sim__complain(scenario, section, SIM_OPT_FAULT_ON, "check.heal says when, and is 0",
                             error);
    if (on == SIM_FAULT_ON_HEALED && action->kind != SIM_FAULT_ASKED)
        return sim__complain(scenario, section, SIM_OPT_FAULT_ON,
                             "what was healed stays whole: only events of the host come later",
                             error);
    if (sim_section_opt(section, SIM_OPT_FAULT_UNTIL) == SIM_FAULT_UNTIL_HEAL && !heals)
        return sim__complain(scenario, section, SIM_OPT_FAULT_UNTIL,
                             "check.heal says when, and is 0", error);
    return 0;
}
