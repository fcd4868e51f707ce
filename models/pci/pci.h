/* models/pci/pci.h - how a device's interrupts reach CPUs: MSI-X or MSI messages, or the INTx line.
 *
 * MSI-X: a table of vectors, each aimed at one CPU, each with a mask bit and a pending bit (PCI
 * Local Bus 3.0, 6.8.2). A message takes time to arrive and is delivered once. MSI: up to 32
 * messages, a power of two, which differ in the low bits of their data only: all go to one CPU, and
 * masking is optional (6.8.1). What is called `msix` below is messages of either kind. INTx: one
 * line, level-triggered, always CPU 0; its changes take time as well, as they are messages on PCI
 * Express.
 */
#ifndef MODELS_PCI_PCI_H
#define MODELS_PCI_PCI_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/engine/model.h"
#include "sim/engine/sim.h"

#define PCI_VECTORS_MAX 64
#define PCI_CPUS_MAX 64

/* Where interrupts end up: set by whoever connects the function to processors. Called from events.
 */
struct pci_sink {
    void (*message)(void *ctx, uint32_t vector, uint32_t cpu); /* an MSI-X message arrived */
    void (*line)(void *ctx, bool asserted);                    /* INTx changed */
    void *ctx;
};

#define PCI_MSI_MAX 32

enum pci_kind { PCI_MSIX, PCI_MSI };

struct pci_options {
    uint32_t vectors; /* messages, at most PCI_VECTORS_MAX; 0: INTx only */
    enum pci_kind kind;
    bool maskable;      /* MSI with mask bits; MSI-X always has them */
    sim_ns delivery_ns; /* mean time on the way: a third of it, and exponential on top */
};

struct pci_function;
/* All vectors unmasked and aimed at CPU 0, MSI-X disabled, INTx low. Options are copied. */
struct pci_function *pci_create(struct sim *sim, const struct pci_options *options);
/* Copied. Interrupts that arrive without a sink are lost. */
void pci_set_sink(struct pci_function *pci, const struct pci_sink *sink);

/* What may be granted of so many messages (Multiple Message Enable, 6.8.1.3): with MSI a power of
 * two. */
uint32_t pci_grant(enum pci_kind kind, uint32_t vectors);
enum pci_kind pci_kind(const struct pci_function *pci);
uint32_t pci_vectors(const struct pci_function *pci);
bool pci_msix_enabled(const struct pci_function *pci);
/* Enabling needs at least one vector. Pending bits are cleared, INTx goes low; what is on the way
 * arrives. The device re-evaluates its line at its next change. */
void pci_msix_enable(struct pci_function *pci, bool enabled);
/* Aims a vector at a CPU; with MSI all of them. What was sent arrives where it was sent to; a
 * pending message follows. */
void pci_msix_aim(struct pci_function *pci, uint32_t vector, uint32_t cpu);
uint32_t pci_msix_target(const struct pci_function *pci, uint32_t vector);
/* Masked vectors remember one message; unmasking sends it. No effect where there are no mask bits.
 */
enum pci_mask { PCI_UNMASKED, PCI_MASKED };
void pci_msix_mask(struct pci_function *pci, uint32_t vector, enum pci_mask mask);
bool pci_msix_pending(const struct pci_function *pci, uint32_t vector);

/* The device sends a message. With MSI-X disabled or a vector beyond the table it is ignored, and
 * traced as undelivered. */
void pci_msix_raise(struct pci_function *pci, uint32_t vector);
/* The device drives INTx. Nothing while MSI-X is enabled. */
void pci_intx_set(struct pci_function *pci, bool asserted);

struct faults;
/* Serves the actions of "interrupts" and shows messages as occasions. cpus: that a vector may be
 * aimed at, at least 1. At set-up; without it nothing goes wrong. */
void pci_set_faults(struct pci_function *pci, struct faults *faults, uint32_t cpus);

/* Reads the scenario's [machine] interrupts, vectors and interrupt. */
extern const struct sim_model pci_model;

#endif
