/* models/machine.h - which part of the simulated machine is which slot of struct sim_machine. */
#ifndef MODELS_MACHINE_H
#define MODELS_MACHINE_H

#include "sim/engine/model.h"

enum machine_part {
    MACHINE_NT,       /* struct nt *          models/nt/nt.h */
    MACHINE_MEMORY,   /* struct nt_memory *   models/nt/memory.h */
    MACHINE_PCI,      /* struct pci_function * models/pci/pci.h */
    MACHINE_NVME,     /* struct nvme_ctrl *   models/nvme/nvme.h */
    MACHINE_STORPORT, /* struct sp_port *     models/storport/storport_model.h */
    MACHINE_DISK,     /* struct disk *        models/disk/disk.h */
    MACHINE_LOAD,     /* struct load *        models/load/load.h */
    MACHINE_CHECK,    /* struct check *       models/check/check.h */
    MACHINE_FAULTS,   /* struct faults *      models/fault/fault.h */
};

#endif
