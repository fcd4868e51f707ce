/* sim/strategies/strategies.c - the list of strategies. */
#include <string.h>

#include "sim/engine/choice.h"

#define RECHECK "recheck:"

const struct sim_strategy *const sim_strategies[] = {
    &sim_strategy_portfolio, &sim_strategy_time,   &sim_strategy_random,
    &sim_strategy_pct,       &sim_strategy_pos,    &sim_strategy_delay,
    &sim_strategy_stall,     &sim_strategy_replay, NULL,
};

bool sim_strategy_rechecks(const char *name)
{
    return !strncmp(name, RECHECK, strlen(RECHECK));
}

const struct sim_strategy *sim_strategy_by_name(const char *name)
{
    if (sim_strategy_rechecks(name))
        name += strlen(RECHECK);
    for (const struct sim_strategy *const *s = sim_strategies; *s; s++)
        if (!strcmp((*s)->name, name))
            return *s;
    return NULL;
}
