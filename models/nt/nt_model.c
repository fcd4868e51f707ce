/* models/nt/nt_model.c - processors and memory of the simulated machine. */
#include "models/nt/nt_model.h"

#include "models/machine.h"
#include "models/nt/memory.h"
#include "models/nt/nt.h"
#include "sim/engine/race.h"
#include "sim/run/result.h"
#include "sim/scenario/scenario.h"

static int enable_races(struct sim_machine *machine, struct sim_error *error)
{
    if (sim_race_enable(machine->sim, machine->module))
        return sim_error_set(error, "data-race: no room for the tables of race detection");
    return sim_race_benign(sim_opt_text(machine->scenario, SIM_OPT_CHECK_BENIGN), error);
}

static int setup(struct sim_machine *machine, struct sim_error *error)
{
    if (sim_opt_rule(machine->scenario, SIM_RULE_DATA_RACE) != SIM_SEVERITY_OFF &&
        enable_races(machine, error))
        return -1;
    machine->part[MACHINE_MEMORY] = nt_memory_create(machine->sim);
    machine->part[MACHINE_NT] =
        nt_create(machine->sim, (uint32_t)sim_opt(machine->scenario, SIM_OPT_MACHINE_CPUS));
    return 0;
}

static void finish(struct sim_machine *machine)
{
    sim_figure_set(SIM_FIG_DISPATCH_MAX, nt_dispatch_max(machine->part[MACHINE_NT]));
}

const struct sim_model nt_model = {.name = "nt", .setup = setup, .finish = finish};
