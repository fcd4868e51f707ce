/* sim/engine/verdict.c - the names of the rules. Findings themselves are recorded by sim.c. */
#include "sim/engine/verdict.h"

#include <string.h>

const struct sim_rule_info sim_rule_info[SIM_RULE_COUNT] = {
#define SIM_RULE(id, name, bug_check, static_rules, severity, lenient, text) \
    [SIM_RULE_##id] = {                                                      \
        name, bug_check, static_rules, SIM_SEVERITY_##severity, SIM_SEVERITY_##lenient, text},
#include "sim/engine/rules.def"
#undef SIM_RULE
};

int sim_rule_by_name(const char *name)
{
    for (int i = 0; i < SIM_RULE_COUNT; i++)
        if (!strcmp(sim_rule_info[i].name, name))
            return i;
    return -1;
}
