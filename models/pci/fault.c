/* models/pci/fault.c - messages that are lost, late, twice or for nothing; a line that others
 * share.
 *
 * A message that is lost was sent as far as the device is concerned: nothing repeats it. Another
 * device on the INTx line keeps it asserted until its own driver has served it, which takes
 * `delay`; until then the service routine of ours is called again and again. With MSI-X the line is
 * silent.
 */
#include "models/pci/pci_private.h"

#define PULSE (10 * SIM_US) /* of an INTx line, for nothing: long enough to be seen */

/* What an action makes of a message. */
struct raised {
    bool lost, twice;
    sim_ns later, again;
};

void pci__fault_raise(struct pci_function *pci, uint32_t vector)
{
    struct raised raised = {0};
    const struct fault_occasion occasion = {
        .on = SIM_FAULT_ON_INTERRUPT, .detail = vector, .subject = &raised};

    fault_here(pci->faults, &occasion);
    if (raised.lost) {
        sim_trace(pci->sim, SIM_EV_MSI_RAISE, vector, 1, 0, 0);
        return;
    }
    pci__send(pci, vector, raised.later);
    if (raised.twice)
        pci__send(pci, vector, raised.again);
}

static void line_again(struct sim_event *event, void *ctx)
{
    (void)event;
    pci__line_changed(ctx);
}

/* INTx is a pair of messages as well, for the rise and for the fall. A rise that is lost is not
 * seen, however long the line stays up; one that is put off is seen if the line is still up. What
 * comes twice is a level like any other. */
bool pci__fault_line(struct pci_function *pci, bool level)
{
    struct raised raised = {0};
    const struct fault_occasion occasion = {.on = SIM_FAULT_ON_INTERRUPT, .subject = &raised};

    if (!level) {
        pci->line_shown = pci->line_lost = false;
        return false;
    }
    if (pci->line_delivered)
        return false;
    if (pci->faults && !pci->line_shown && fault_watched(pci->faults, SIM_FAULT_ON_INTERRUPT)) {
        pci->line_shown = true;
        fault_here(pci->faults, &occasion);
        pci->line_lost = raised.lost;
        if (raised.later) {
            if (!sim_event_pending(&pci->again_event))
                sim_event_in(pci->sim, &pci->again_event, raised.later, line_again, pci);
            return true;
        }
    }
    return pci->line_lost || sim_event_pending(&pci->again_event);
}

static sim_ns delay_of(const struct fault *fault)
{
    return sim_section_opt(fault->section, SIM_OPT_FAULT_DELAY);
}

static void lose(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    (void)ctx;
    (void)fault;
    ((struct raised *)occasion->subject)->lost = true;
}

static void put_off(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    (void)ctx;
    ((struct raised *)occasion->subject)->later = delay_of(fault);
}

static void repeat(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    struct raised *raised = occasion->subject;

    (void)ctx;
    raised->twice = true;
    raised->again = delay_of(fault);
}

/* --- for nothing ------------------------------------------------------------------------------ */

static uint32_t vector_of(const struct fault *fault)
{
    int64_t vector = sim_section_opt(fault->section, SIM_OPT_FAULT_VECTOR);

    return vector < 0 ? 0 : (uint32_t)vector;
}

static void foreign_over(struct sim_event *event, void *ctx)
{
    struct pci_function *pci = ctx;

    (void)event;
    pci->foreign--;
    pci__line_changed(pci);
}

/* Somebody else asserts the line for so long. */
static void pulse(struct pci_function *pci, sim_ns ns)
{
    for (uint32_t i = 0; i < PCI_FOREIGN_MAX && !pci->msix; i++)
        if (!sim_event_pending(&pci->foreign_event[i])) {
            pci->foreign++;
            pci__line_changed(pci);
            sim_event_in(pci->sim, &pci->foreign_event[i], ns, foreign_over, pci);
            return;
        }
}

static void foreign(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    (void)occasion;
    pulse(ctx, delay_of(fault));
}

/* With INTx a pulse that nobody owns up to. */
static void for_nothing(struct pci_function *pci, const struct fault *fault)
{
    if (pci->msix)
        pci_msix_raise(pci, vector_of(fault));
    else
        pulse(pci, PULSE);
}

static void spurious(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    (void)occasion;
    for_nothing(ctx, fault);
}

static void storm_event(struct sim_event *event, void *ctx)
{
    struct pci_function *pci = ctx;

    if (!pci->storm)
        return;
    /* Whoever was woken by the last one is at rest again: it is the storm that goes on. */
    if (sim_idle(pci->sim))
        sim_progress(pci->sim);
    for_nothing(pci, pci->storm);
    sim_event_in(pci->sim, event, delay_of(pci->storm), storm_event, pci);
}

/* One at a time: a second one takes the place of the first. */
static void storm(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    struct pci_function *pci = ctx;

    (void)occasion;
    pci->storm = fault;
    if (!sim_event_pending(&pci->storm_event))
        sim_event_in(pci->sim, &pci->storm_event, 0, storm_event, pci);
}

static void calm(void *ctx, const struct fault *fault)
{
    struct pci_function *pci = ctx;

    if (pci->storm == fault)
        pci->storm = NULL;
}

static void aim(void *ctx, const struct fault *fault, const struct fault_occasion *occasion)
{
    struct pci_function *pci = ctx;
    int64_t cpu = sim_section_opt(fault->section, SIM_OPT_FAULT_VALUE);
    uint32_t vector = vector_of(fault);

    (void)occasion;
    if (vector >= pci->options.vectors)
        return;
    if (cpu < 0) /* the next one */
        cpu = pci->vectors[vector].cpu + 1;
    pci_msix_aim(pci, vector, (uint32_t)(cpu % pci->cpus));
}

void pci_set_faults(struct pci_function *pci, struct faults *faults, uint32_t cpus)
{
    static const struct fault_service table[] = {
        {SIM_FAULT_LOSE_INTERRUPT, {.begin = lose}},
        {SIM_FAULT_DELAY_INTERRUPT, {.begin = put_off}},
        {SIM_FAULT_DUPLICATE_INTERRUPT, {.begin = repeat}},
        {SIM_FAULT_SPURIOUS_INTERRUPT, {.begin = spurious}},
        {SIM_FAULT_INTERRUPT_STORM, {.begin = storm, .end = calm}},
        {SIM_FAULT_FOREIGN_INTERRUPT, {.begin = foreign}},
        {SIM_FAULT_AIM_INTERRUPT, {.begin = aim}},
    };

    pci->faults = faults;
    pci->cpus = cpus;
    fault_serve_all(faults, table, sizeof table / sizeof table[0], pci);
}
