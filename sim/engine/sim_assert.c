/* sim/engine/sim_assert.c - the end of a run that found a bug of storsim's own. */
#include "sim/engine/sim_assert.h"

#include <stdio.h>
#include <stdlib.h>

#include "sim/engine/sim.h"

/* Set by the runner before a run; constant while the world runs. */
static const char *repeat_command;

void sim_assert_set_repeat(const char *command_line)
{
    repeat_command = command_line;
}

void sim_assert_failed(const char *expr, const char *file, int line)
{
    const struct sim *sim = sim_current();

    fprintf(stderr, "storsim: internal error: %s (%s:%d)\n", expr, file, line);
    if (sim) {
        const struct sim_agent *agent = sim_agent_current(sim);

        fprintf(stderr, "  seed %llu, t=%lld ns, ", (unsigned long long)sim_seed(sim),
                (long long)sim_now(sim));
        if (agent)
            fprintf(stderr, "CPU %u\n", sim_agent_number(agent));
        else
            fprintf(stderr, "no CPU\n");
    }
    if (repeat_command)
        fprintf(stderr, "  repeat with: %s\n", repeat_command);
    abort();
}
