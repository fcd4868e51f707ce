/* models/pci/pci_model.c - the function as a part of the machine. The port driver connects its
 * sink. */
#include "models/fault/fault.h"
#include "models/machine.h"
#include "models/pci/pci.h"
#include "sim/scenario/scenario.h"

enum { MSIX, INTX, MSI }; /* the words of [machine] interrupts, in their order */

static int setup(struct sim_machine *machine, struct sim_error *error)
{
    const struct sim_scenario *s = machine->scenario;
    int64_t interrupts = sim_opt(s, SIM_OPT_MACHINE_INTERRUPTS);
    enum pci_kind kind = interrupts == MSI ? PCI_MSI : PCI_MSIX;
    uint32_t vectors = pci_grant(kind, (uint32_t)sim_opt(s, SIM_OPT_MACHINE_VECTORS));
    struct pci_options options = {
        .vectors = interrupts == INTX ? 0 : vectors,
        .kind = kind,
        .maskable = sim_opt(s, SIM_OPT_MACHINE_MSI_MASK),
        .delivery_ns = sim_opt(s, SIM_OPT_MACHINE_INTERRUPT),
    };

    (void)error;
    machine->part[MACHINE_PCI] = pci_create(machine->sim, &options);
    pci_set_faults(machine->part[MACHINE_PCI], faults_of(machine),
                   (uint32_t)sim_opt(s, SIM_OPT_MACHINE_CPUS));
    return 0;
}

const struct sim_model pci_model = {.name = "pci", .setup = setup};
