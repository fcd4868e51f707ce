/* models/fault/fault_model.c - the engine as a part of the machine. Whoever serves actions creates
 * it. */
#include "models/fault/fault.h"
#include "models/machine.h"

struct faults *faults_of(struct sim_machine *machine)
{
    if (!machine->part[MACHINE_FAULTS])
        machine->part[MACHINE_FAULTS] = faults_create(machine->sim, machine->scenario);
    return machine->part[MACHINE_FAULTS];
}

static int setup(struct sim_machine *machine, struct sim_error *error)
{
    return faults_boot(faults_of(machine), error);
}

static void start(struct sim_machine *machine)
{
    faults_start(machine->part[MACHINE_FAULTS]);
}

const struct sim_model fault_model = {.name = "fault", .setup = setup, .start = start};
