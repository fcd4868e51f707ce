/* models/pci/pci.c - MSI-X or MSI vectors and the INTx line of one function.
 *
 * A message is a write on the bus: once sent it cannot be called back, by masking, by aiming the
 * vector elsewhere or by disabling MSI-X. So each vector has a few messages of its own on the way,
 * each with the CPU it was sent to. A further one while all are on the way adds nothing: one that
 * was sent before will arrive after it, and an interrupt controller merges requests that it has not
 * delivered. INTx changes arrive one delivery time later, and only what the line is by then: a
 * pulse shorter than that is not seen. Left out: the function mask, several functions sharing
 * a line. What can go wrong with them is in fault.c. Source: PCI Local Bus 3.0, 6.8.2; PCI
 * Express 3.0, 2.2.8.1 and 6.1.
 */
#include "models/pci/pci_private.h"

struct pci_function *pci_create(struct sim *sim, const struct pci_options *options)
{
    struct pci_function *pci = sim_world_alloc(sizeof(*pci), 64);

    SIM_ASSERT(options->vectors <= PCI_VECTORS_MAX);
    SIM_ASSERT(pci_grant(options->kind, options->vectors) == options->vectors);
    SIM_ASSERT(options->delivery_ns >= 0);
    pci->sim = sim;
    pci->options = *options;
    if (options->vectors)
        pci->vectors = sim_world_alloc(options->vectors * sizeof(*pci->vectors), 64);
    sim_stream_register(sim, &pci->delivery, "pci.delivery");
    return pci;
}

void pci_set_sink(struct pci_function *pci, const struct pci_sink *sink)
{
    pci->sink = *sink;
}

uint32_t pci_grant(enum pci_kind kind, uint32_t vectors)
{
    uint32_t granted = 1;

    if (kind == PCI_MSIX || !vectors)
        return vectors;
    while (granted * 2 <= vectors && granted < PCI_MSI_MAX)
        granted *= 2;
    return granted;
}

enum pci_kind pci_kind(const struct pci_function *pci)
{
    return pci->options.kind;
}

uint32_t pci_vectors(const struct pci_function *pci)
{
    return pci->options.vectors;
}

static sim_ns on_the_way(struct pci_function *pci)
{
    sim_ns mean = pci->options.delivery_ns, floor = mean / 3;

    return mean ? floor + sim_stream_exponential(&pci->delivery, mean - floor) : 0;
}

/* --- messages --------------------------------------------------------------------------------- */

static struct vector *vector_of(const struct pci_function *pci, uint32_t vector)
{
    SIM_ASSERT(vector < pci->options.vectors);
    return &pci->vectors[vector];
}

static void arrive(struct sim_event *event, void *ctx)
{
    struct pci_function *pci = ctx;
    const struct message *message = (const struct message *)event;

    sim_race_device(pci->sim, &message->sync);
    if (pci->sink.message)
        pci->sink.message(pci->sink.ctx, message->vector, message->cpu);
    sim_race_device_end();
}

void pci__send(struct pci_function *pci, uint32_t vector, sim_ns later)
{
    struct vector *v = vector_of(pci, vector);

    sim_trace(pci->sim, SIM_EV_MSI_RAISE, vector, 1, 0, 0);
    for (uint32_t i = 0; i < ON_THE_WAY; i++) {
        struct message *message = &v->messages[i];

        if (sim_event_pending(&message->event))
            continue;
        message->vector = vector;
        message->cpu = v->cpu;
        sim_release(pci->sim, &message->sync);
        sim_event_in(pci->sim, &message->event, on_the_way(pci) + later, arrive, pci);
        return;
    }
}

bool pci_msix_enabled(const struct pci_function *pci)
{
    return pci->msix;
}

void pci_msix_enable(struct pci_function *pci, bool enabled)
{
    SIM_ASSERT(!enabled || pci->options.vectors);
    if (enabled)
        pci_intx_set(pci, false);
    pci->msix = enabled;
    for (uint32_t i = 0; i < pci->options.vectors; i++)
        pci->vectors[i].pending = false;
}

void pci_msix_aim(struct pci_function *pci, uint32_t vector, uint32_t cpu)
{
    SIM_ASSERT(cpu < PCI_CPUS_MAX);
    vector_of(pci, vector)->cpu = cpu;
    for (uint32_t i = 0; pci->options.kind == PCI_MSI && i < pci->options.vectors; i++)
        pci->vectors[i].cpu = cpu; /* one address for all */
}

uint32_t pci_msix_target(const struct pci_function *pci, uint32_t vector)
{
    return vector_of(pci, vector)->cpu;
}

void pci_msix_mask(struct pci_function *pci, uint32_t vector, enum pci_mask mask)
{
    struct vector *v = vector_of(pci, vector);

    if (pci->options.kind == PCI_MSI && !pci->options.maskable)
        return;
    v->masked = mask == PCI_MASKED;
    if (v->masked || !v->pending)
        return;
    v->pending = false;
    pci__send(pci, vector, 0);
}

bool pci_msix_pending(const struct pci_function *pci, uint32_t vector)
{
    return vector_of(pci, vector)->pending;
}

void pci_msix_raise(struct pci_function *pci, uint32_t vector)
{
    if (SIM_LIKELY(pci->msix && vector < pci->options.vectors && !pci->vectors[vector].masked)) {
        if (!pci->faults || !fault_watched(pci->faults, SIM_FAULT_ON_INTERRUPT))
            pci__send(pci, vector, 0);
        else
            pci__fault_raise(pci, vector);
        return;
    }
    if (pci->msix && vector < pci->options.vectors)
        pci->vectors[vector].pending = true;
    sim_trace(pci->sim, SIM_EV_MSI_RAISE, vector, 0, 0, 0);
}

/* --- INTx ------------------------------------------------------------------------------------- */

static bool level(const struct pci_function *pci)
{
    return pci->line || pci->foreign;
}

static void line_arrives(struct sim_event *event, void *ctx)
{
    struct pci_function *pci = ctx;

    SIM_ASSERT(event == &pci->line_event);
    if (pci__fault_line(pci, level(pci)) || level(pci) == pci->line_delivered)
        return;
    pci->line_delivered = level(pci);
    sim_trace(pci->sim, SIM_EV_INTX, level(pci), 0, 0, 0);
    sim_race_device(pci->sim, &pci->line_sync);
    if (pci->sink.line)
        pci->sink.line(pci->sink.ctx, pci->line_delivered);
    sim_race_device_end();
}

void pci_intx_set(struct pci_function *pci, bool asserted)
{
    if (pci->msix || asserted == pci->line)
        return;
    pci->line = asserted;
    if (asserted)
        sim_release(pci->sim, &pci->line_sync);
    pci__line_changed(pci);
}

void pci__line_changed(struct pci_function *pci)
{
    if (!sim_event_pending(&pci->line_event))
        sim_event_in(pci->sim, &pci->line_event, on_the_way(pci), line_arrives, pci);
}
