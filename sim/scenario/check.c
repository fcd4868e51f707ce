/* sim/scenario/check.c - what no single value shows: values that contradict one another. */
#include <string.h>

#include "sim/engine/choice.h"
#include "sim/engine/spread.h"
#include "sim/scenario/scenario_private.h"

int sim__complain(const struct sim_scenario *scenario, const struct sim_section *section,
                  enum sim_option option, const char *what, struct sim_error *error)
{
    const struct sim_option_info *info = &sim_option_info[option];
    const struct sim__value *value = section ? &section->value[option] : &scenario->value[option];
    const char *file = value->file ? value->file : scenario->path;
    int line = value->line;

    if (line == SIM__FROM_COMMAND_LINE)
        return sim_error_set(error, "--set %s.%s%s%s: %s", info->section,
                             section ? section->name : "", section ? "." : "", info->key, what);
    if (line == SIM__FROM_DEFAULT && section != NULL) {
        line = section->line;
        file = section->file ? section->file : scenario->path;
    }
    if (line == SIM__FROM_DEFAULT)
        return sim_error_set(error, "%s: %s.%s: %s", scenario->path, info->section, info->key,
                             what);
    return sim_error_set(error, "%s:%d: %s: %s", file, line, info->key, what);
}

static int check_strategy(const struct sim_scenario *scenario, struct sim_error *error)
{
    const char *name = sim_opt_text(scenario, SIM_OPT_EXPLORE_STRATEGY), *near;
    const char *words[16];
    struct sim_error what;
    uint32_t n = 0;

    if (sim_strategy_by_name(name) != NULL)
        return 0;
    for (; n < 16 && sim_strategies[n] != NULL; n++)
        words[n] = sim_strategies[n]->name;
    near = sim_nearest(name, words, n);
    sim_error_set(&what, "there is no strategy '%.60s'; %s%s%s", name,
                  near ? "did you mean '" : "see 'storsim list strategies'", near ? near : "",
                  near ? "'?" : "");
    return sim__complain(scenario, NULL, SIM_OPT_EXPLORE_STRATEGY, what.text, error);
}

static int check_machine(const struct sim_scenario *scenario, struct sim_error *error)
{
    int64_t block = sim_opt(scenario, SIM_OPT_CONTROLLER_BLOCK);

    if (block != 512 && block != 4096)
        return sim__complain(scenario, NULL, SIM_OPT_CONTROLLER_BLOCK,
                             "a logical block has 512 or 4k bytes", error);
    if (sim_opt(scenario, SIM_OPT_CONTROLLER_NAMESPACE) % block != 0)
        return sim__complain(scenario, NULL, SIM_OPT_CONTROLLER_NAMESPACE,
                             "must be whole logical blocks (controller.block)", error);
    if (sim_opt(scenario, SIM_OPT_PORT_TIMEOUT) % SIM_S != 0)
        return sim__complain(scenario, NULL, SIM_OPT_PORT_TIMEOUT,
                             "TimeOutValue is in whole seconds, such as 10s", error);
    if (sim_opt(scenario, SIM_OPT_PORT_IO_TIMEOUT) % SIM_S != 0)
        return sim__complain(scenario, NULL, SIM_OPT_PORT_IO_TIMEOUT,
                             "IoTimeoutValue is in whole seconds, such as 30s", error);
    if (sim_opt(scenario, SIM_OPT_PORT_RESET_TIMEOUT) % SIM_S != 0)
        return sim__complain(scenario, NULL, SIM_OPT_PORT_RESET_TIMEOUT,
                             "TimeOutValue is in whole seconds, such as 30s", error);
    if (*sim_opt_text(scenario, SIM_OPT_DRIVER_MODULE) == '\0')
        return sim__complain(scenario, NULL, SIM_OPT_DRIVER_MODULE,
                             "empty; 'storsim list drivers' has the built-in ones", error);
    return check_strategy(scenario, error);
}

static int check_timing(const struct sim_scenario *scenario, struct sim_error *error)
{
    struct sim_spread spread;
    struct sim_error why;

    if (sim_opt(scenario, SIM_OPT_CONTROLLER_STRIPE) % 4096)
        return sim__complain(scenario, NULL, SIM_OPT_CONTROLLER_STRIPE,
                             "whole pages of 4k, such as 16k", error);
    if (sim_opt(scenario, SIM_OPT_CONTROLLER_COALESCE_TIME) % (100 * SIM_US))
        return sim__complain(scenario, NULL, SIM_OPT_CONTROLLER_COALESCE_TIME,
                             "Aggregation Time counts steps of 100us, such as 300us", error);
    for (enum sim_option i = SIM__SPREAD_FIRST; i <= SIM__SPREAD_LAST; i++) {
        bool empty = !*sim_opt_text(scenario, i) && sim_option_info[i].dflt[0] == '\0';

        if (!empty && sim_opt_spread(scenario, i, &spread, &why) < 0)
            return sim__complain(scenario, NULL, i, why.text, error);
    }
    return 0;
}

int sim__check(struct sim_scenario *scenario, struct sim_error *error)
{
    struct sim_error why;

    if (sim__expect_parse(sim_opt_text(scenario, SIM_OPT_SCENARIO_EXPECT), &scenario->expect,
                          &why) < 0)
        return sim__complain(scenario, NULL, SIM_OPT_SCENARIO_EXPECT, why.text, error);
    if (!scenario->expect.pass && scenario->severity[scenario->expect.rule] == SIM_SEVERITY_OFF)
        return sim__complain(scenario, NULL, SIM_OPT_SCENARIO_EXPECT,
                             "[check] switches this rule off", error);
    if (check_machine(scenario, error) < 0 || check_timing(scenario, error) < 0)
        return -1;
    if (sim_sections(scenario, "workload") == 0)
        return sim_error_set(error, "%s: no load: at least one section [workload NAME] is needed",
                             scenario->path);
    for (uint32_t i = 0; i < sim_sections(scenario, "workload"); i++) {
        struct sim_section *section = (struct sim_section *)sim_section(scenario, "workload", i);

        if (sim__check_workload(scenario, section, i, error) < 0)
            return -1;
    }
    for (uint32_t i = 0; i < sim_sections(scenario, "fault"); i++) {
        if (sim__check_fault(scenario, sim_section(scenario, "fault", i), error) < 0)
            return -1;
    }
    return 0;
}
