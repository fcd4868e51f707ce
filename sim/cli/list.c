/* sim/cli/list.c - storsim list: what there is. */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "sim/cli/cli.h"
#include "sim/engine/choice.h"
#include "sim/engine/module.h"
#include "sim/run/drivers.h"
#include "sim/scenario/faults.h"

static void scenario_row(const struct sim_arguments *arguments, const char *path)
{
    struct sim_scenario *scenario;
    struct sim_error error;

    if (sim_scenario_read(path, NULL, 0, &error, &scenario) < 0) {
        if (arguments->json)
            sim_json_print(json_pack("{ss so}", "path", path, "error", sim_json_text(error.text)));
        else
            printf("%-44s unusable: %s\n", path, error.text);
        return;
    }
    if (arguments->json)
        sim_json_print(
            json_pack("{so so so so so}", "scenario", sim_json_text(sim_scenario_name(scenario)),
                      "path", sim_json_text(path), "title",
                      sim_json_text(sim_opt_text(scenario, SIM_OPT_SCENARIO_TITLE)), "expect",
                      sim_json_text(sim_opt_text(scenario, SIM_OPT_SCENARIO_EXPECT)), "driver",
                      sim_json_text(sim_opt_text(scenario, SIM_OPT_DRIVER_MODULE))));
    else
        printf("%-44s %s\n%-44s expect %s\n", path, sim_opt_text(scenario, SIM_OPT_SCENARIO_TITLE),
               "", sim_opt_text(scenario, SIM_OPT_SCENARIO_EXPECT));
    sim_scenario_free(scenario);
}

/* The scenarios of a folder, but for those that a nearer folder has under the same name. */
static uint32_t scenarios_in(const struct sim_arguments *arguments, const char *const *dir,
                             uint32_t which)
{
    char **names = sim_names_in(dir[which], ".ini");
    uint32_t n = 0;

    for (uint32_t i = 0; names[i] != NULL; i++) {
        char path[PATH_MAX];
        bool hidden = false;

        for (uint32_t d = 0; d < which && !hidden; d++) {
            snprintf(path, sizeof(path), "%s/%s.ini", dir[d], names[i]);
            hidden = access(path, F_OK) == 0;
        }
        snprintf(path, sizeof(path), "%s/%s.ini", dir[which], names[i]);
        if (!hidden)
            scenario_row(arguments, path);
        n++;
    }
    sim_names_free(names);
    return n;
}

static int list_scenarios(const struct sim_arguments *arguments)
{
    const char *dir[SIM_SCENARIO_DIRS];
    uint32_t dirs = sim_scenario_dirs(dir), n = 0;

    for (uint32_t i = 0; i < dirs; i++)
        n += scenarios_in(arguments, dir, i);
    if (n == 0)
        fprintf(stderr,
                "storsim: no scenarios: neither ./scenarios nor %s/../share/storsim/scenarios has "
                "any\n",
                sim_executable_dir());
    return SIM_EXIT_OK;
}

static int list_drivers(const struct sim_arguments *arguments)
{
    char **names = sim_driver_names();

    for (uint32_t i = 0; names[i] != NULL; i++) {
        char path[PATH_MAX], about[SIM_MODULE_ABOUT];
        struct sim_error error;
        bool usable;

        if (sim_driver_path(names[i], path, sizeof(path), &error) < 0)
            continue;
        usable = sim_module_about(path, &about, &error) == 0;
        if (arguments->json)
            sim_json_print(json_pack("{so so ss so}", "driver", sim_json_text(names[i]), "path",
                                     sim_json_text(path), usable ? "about" : "error",
                                     sim_json_text(usable ? about : error.text)));
        else
            printf("%-16s %s%s\n", names[i],
                   usable ? "" : "unusable: ", usable ? about : error.text);
    }
    sim_names_free(names);
    return SIM_EXIT_OK;
}

static const char *severity_name(enum sim_severity severity)
{
    static const char *const name[] = {"off", "warn", "error"};

    return name[severity];
}

/* Static Driver Verifier's rules, one a line, after the text. */
static void print_static_rules(const char *names)
{
    if (strcmp(names, "-") == 0)
        return;
    while (*names != '\0') {
        size_t n = strcspn(names, ",");

        printf("%30s %-24s %-8s %-8s   static rule %.*s\n", "", "", "", "", (int)n, names);
        names += n;
        names += strspn(names, ", ");
    }
}

static int list_rules(const struct sim_arguments *arguments)
{
    if (!arguments->json)
        printf("%-30s %-24s %-8s %-8s %s\n", "rule", "Windows bug check", "default", "lenient",
               "holds when");
    for (int i = 0; i < SIM_RULE_COUNT; i++) {
        const struct sim_rule_info *rule = &sim_rule_info[i];

        if (arguments->json) {
            sim_json_print(json_pack("{ss ss ss ss ss ss}", "rule", rule->name, "bug_check",
                                     rule->bug_check, "static_rules", rule->static_rules,
                                     "severity", severity_name(rule->severity), "lenient",
                                     severity_name(rule->lenient), "text", rule->text));
            continue;
        }
        printf("%-30s %-24s %-8s %-8s %s\n", rule->name, rule->bug_check,
               severity_name(rule->severity), severity_name(rule->lenient), rule->text);
        print_static_rules(rule->static_rules);
    }
    return SIM_EXIT_OK;
}

static json_t *triggers_json(uint32_t set)
{
    json_t *array = json_array();

    for (int i = 0; i < SIM_FAULT_TRIGGERS; i++)
        if (set >> i & 1)
            json_array_append_new(array, json_string(sim_fault_trigger_info[i].word));
    return array;
}

/* What every fault, its trigger and its action read. */
static void fault_json(const char *what, const char *word, const char *by, const char *keys,
                       const char *text)
{
    static const char *const kind[] = {"lasting", "moment", "asked"};
    json_t *object = json_pack("{ss ss* ss ss}", what, word, "by", by, "keys", keys, "text", text);

    for (int i = 0; by && i < SIM_FAULT_ACTIONS; i++)
        if (sim_fault_action_info[i].word == word) {
            json_object_set_new(object, "kind", json_string(kind[sim_fault_action_info[i].kind]));
            json_object_set_new(object, "on", triggers_json(sim_fault_action_info[i].triggers));
        }
    sim_json_print(object);
}

static void action_print(const struct sim_fault_action_info *action, const char *by)
{
    static const char *const kind[] = {"lasts", "moment", "event"};

    if (!by || strcmp(by, action->by))
        printf("\n%s:\n", action->by);
    printf("  %-22s %-7s %s\n", action->word, kind[action->kind], action->text);
    if (strcmp(action->keys, " "))
        printf("  %-22s %-7s   reads%.*s\n", "", "", (int)strlen(action->keys) - 1, action->keys);
}

static void trigger_print(const struct sim_fault_trigger_info *trigger)
{
    printf("  %-22s %s\n", trigger->word, trigger->text);
    if (strcmp(trigger->keys, " "))
        printf("  %-22s   reads%.*s\n", "", (int)strlen(trigger->keys) - 1, trigger->keys);
}

static int list_faults(const struct sim_arguments *arguments)
{
    if (!arguments->json)
        printf("[fault NAME] action = WHAT, and who does it:\n");
    for (int i = 0; i < SIM_FAULT_ACTIONS; i++) {
        const struct sim_fault_action_info *action = &sim_fault_action_info[i];

        if (arguments->json)
            fault_json("action", action->word, action->by, action->keys, action->text);
        else
            action_print(action, i ? sim_fault_action_info[i - 1].by : NULL);
    }
    if (!arguments->json)
        printf("\n[fault NAME] on = WHEN:\n");
    for (int i = 0; i < SIM_FAULT_TRIGGERS; i++) {
        const struct sim_fault_trigger_info *trigger = &sim_fault_trigger_info[i];

        if (arguments->json)
            fault_json("trigger", trigger->word, NULL, trigger->keys, trigger->text);
        else
            trigger_print(trigger);
    }
    if (!arguments->json)
        printf("\nEvery fault reads from at spread times; all but on = time read nth every "
               "probability;\nthose that last read until duration uses. The keys: 'storsim list "
               "options'.\n");
    return SIM_EXIT_OK;
}

static int list_options(const struct sim_arguments *arguments)
{
    sim_options_print(stdout, arguments->json       ? SIM_OPTIONS_JSON
                              : arguments->markdown ? SIM_OPTIONS_MARKDOWN
                                                    : SIM_OPTIONS_TEXT);
    return SIM_EXIT_OK;
}

static int list_strategies(const struct sim_arguments *arguments)
{
    for (int i = 0; sim_strategies[i] != NULL; i++) {
        if (arguments->json)
            sim_json_print(json_pack("{ss ss}", "strategy", sim_strategies[i]->name, "text",
                                     sim_strategies[i]->text));
        else
            printf("%-10s %s\n", sim_strategies[i]->name, sim_strategies[i]->text);
    }
    return SIM_EXIT_OK;
}

static const struct list {
    const char *name;
    int (*fn)(const struct sim_arguments *arguments);
} lists[] = {
    {"scenarios", list_scenarios}, {"drivers", list_drivers}, {"rules", list_rules},
    {"faults", list_faults},       {"options", list_options}, {"strategies", list_strategies},
};
#define LISTS ((uint32_t)(sizeof(lists) / sizeof(lists[0])))

static int list(const struct sim_arguments *arguments)
{
    const char *word = arguments->operand.item[0], *names[LISTS], *near;
    struct sim_error error;

    for (uint32_t i = 0; i < LISTS; i++) {
        names[i] = lists[i].name;
        if (strcmp(word, names[i]) == 0)
            return lists[i].fn(arguments);
    }
    near = sim_nearest(word, names, LISTS);
    sim_error_set(&error, "list: there is no list of '%.60s'; %s%s%s", word,
                  near ? "did you mean '"
                       : "allowed is scenarios, drivers, rules, faults, options, strategies",
                  near ? near : "", near ? "'?" : "");
    return sim_cli_usage_error(error.text);
}

const struct sim_verb sim_verb_list = {
    .name = "list",
    .operands = "WHAT",
    .summary = "what there is",
    .options = "json markdown",
    .text = "WHAT is scenarios, drivers, rules, faults, options or strategies.",
    .operands_min = 1,
    .operands_max = 1,
    .fn = list,
};
