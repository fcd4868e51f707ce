/* models/registry.c - the models of the simulated machine, in the order in which they are set up,
 * started and finished.
 *
 * Each finds what stands below it in place: processors and memory, the bus, the controller, the
 * port driver, the class driver, the load, the faults, which all of these have said by then how
 * to do, and last the checkers, which see the others' first trace events.
 */
#include <stddef.h>

#include "models/check/check.h"
#include "models/disk/disk.h"
#include "models/fault/fault.h"
#include "models/load/load.h"
#include "models/nt/nt_model.h"
#include "models/nvme/nvme.h"
#include "models/pci/pci.h"
#include "models/storport/storport_model.h"
#include "sim/engine/model.h"

const struct sim_model *const sim_models[] = {
    &nt_model,    &pci_model,   &nvme_model, &storport_model, &disk_model, &load_model,
    &fault_model, &check_model, NULL,
};
