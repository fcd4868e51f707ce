/* sim/strategies/strategies.c - the list of strategies. */
#include <string.h>

#include "sim/engine/choice.h"

const struct sim_strategy *const sim_strategies[] = {
    &sim_strategy_time,
    &sim_strategy_random,
    &sim_strategy_pct,
    NULL,
};

const struct sim_strategy *sim_strategy_by_name(const char *name)
{
    for (const struct sim_strategy *const *s = sim_strategies; *s; s++)
        if (!strcmp((*s)->name, name))
            return *s;
    return NULL;
}
