/* models/pci/pci_private.h - PRIVATE to models/pci/: the function's state. */
#ifndef MODELS_PCI_PCI_PRIVATE_H
#define MODELS_PCI_PCI_PRIVATE_H

#include "models/fault/fault.h"
#include "models/pci/pci.h"
#include "sim/engine/race.h"

#define ON_THE_WAY 4      /* messages of one vector */
#define PCI_FOREIGN_MAX 8 /* assertions by others at once; further ones add nothing */

struct message {
    struct sim_event event; /* first: its handler gets the message from it */
    uint32_t vector, cpu;
    struct sim_sync sync; /* of whoever the device sent it for */
};

struct vector {
    struct message messages[ON_THE_WAY];
    uint32_t cpu;
    bool masked, pending;
};

struct pci_function {
    struct sim *sim;
    struct pci_options options;
    struct pci_sink sink;
    struct sim_stream delivery;
    struct sim_event line_event;
    struct sim_sync line_sync;
    bool msix;
    bool line;             /* as the device drives it */
    bool line_delivered;   /* as the processors see it */
    bool line_shown;       /* this rise was an occasion already */
    bool line_lost;        /* it is not seen until the line has fallen */
    uint32_t foreign;      /* other devices that assert the line as well */
    struct faults *faults; /* NULL: none */
    uint32_t cpus;         /* that a fault may aim a vector at */
    struct sim_event foreign_event[PCI_FOREIGN_MAX], storm_event, again_event;
    const struct fault *storm;
    struct vector *vectors;
};

/* pci.c: a message of an unmasked vector goes on its way, `later` more than it takes. */
void pci__send(struct pci_function *pci, uint32_t vector, sim_ns later);
/* What drives the line has changed. */
void pci__line_changed(struct pci_function *pci);
/* fault.c: the line is about to change for the processors. True: not now, or not this time. */
bool pci__fault_line(struct pci_function *pci, bool level);
/* fault.c: somebody waits for interrupts; sends the message, or what becomes of it. */
void pci__fault_raise(struct pci_function *pci, uint32_t vector);

#endif
