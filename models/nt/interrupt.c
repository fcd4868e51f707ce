/* models/nt/interrupt.c - interrupts nest over lower IRQL, at points.
 *
 * Edge-triggered (message) requests are remembered once per CPU; level-triggered ones stay pending
 * for as long as the line is asserted, so a service routine that does not quiet its device is
 * entered again and again.
 */
#include "models/nt/nt_private.h"

/* An interrupt that a strategy chose to hold back arrives at the latest after this. */
#define DEFER_MAX (2 * SIM_US)

void nt_interrupt_connect(struct nt *nt, struct nt_interrupt *interrupt, uint32_t vector,
                          uint8_t irql, bool level, nt_service_fn service, void *ctx)
{
    SIM_ASSERT(nt->interrupts < NT_INTERRUPTS_MAX);
    SIM_ASSERT(irql > NT_DISPATCH && irql <= NT_HIGH);
    interrupt->vector = vector;
    interrupt->irql = irql;
    interrupt->level = level;
    interrupt->asserted = false;
    interrupt->service = service;
    interrupt->ctx = ctx;
    interrupt->pending = 0;
    interrupt->index = nt->interrupts;
    sim_release(nt->sim, &interrupt->sync);
    nt->levels |= 1u << irql;
    nt->interrupt[nt->interrupts++] = interrupt;
}

void nt_interrupt_level(struct nt *nt, struct nt_interrupt *interrupt, uint8_t irql)
{
    SIM_ASSERT(irql > NT_DISPATCH && irql <= NT_HIGH);
    interrupt->irql = irql;
    nt->levels |= 1u << irql;
}

void nt_interrupt_request(struct nt *nt, struct nt_interrupt *interrupt, uint32_t cpu)
{
    SIM_ASSERT(cpu < nt->cpus);
    sim_release(nt->sim, &interrupt->sync);
    interrupt->asserted = true;
    interrupt->pending |= 1ull << cpu;
    nt->cpu[cpu].interrupts |= 1ull << interrupt->index;
    sim_kick(nt->sim, nt->cpu[cpu].agent);
}

void nt_interrupt_clear(struct nt *nt, struct nt_interrupt *interrupt)
{
    interrupt->asserted = false;
    interrupt->pending = 0;
    for (uint32_t i = 0; i < nt->cpus; i++)
        nt->cpu[i].interrupts &= ~(1ull << interrupt->index);
}

/* The pending one of highest IRQL above the CPU's; among equals the one connected first. */
static struct nt_interrupt *best_pending(const struct nt_cpu *cpu)
{
    struct nt_interrupt *best = NULL;

    for (uint64_t left = cpu->interrupts; left; left &= left - 1) {
        struct nt_interrupt *i = cpu->nt->interrupt[__builtin_ctzll(left)];

        if (i->irql > cpu->irql && (!best || i->irql > best->irql))
            best = i;
    }
    return best;
}

static void deferral_over(struct sim_event *event, void *ctx)
{
    struct nt_cpu *cpu = ctx;

    (void)event;
    sim_kick(cpu->nt->sim, cpu->agent);
}

/* True when the strategy holds the interrupt back; it is not asked twice about the same one. */
static bool hold_back(struct nt_cpu *cpu)
{
    struct nt *nt = cpu->nt;

    if (sim_event_pending(&cpu->defer))
        return true;
    if (cpu->deferred) {
        cpu->deferred = false;
        return false;
    }
    if (!sim_choose(nt->sim, SIM_CHOICE_INTERRUPT, 2))
        return false;
    cpu->deferred = true;
    sim_event_in(nt->sim, &cpu->defer, sim_stream_between(&nt->defer_stream, 1, DEFER_MAX),
                 deferral_over, cpu);
    return true;
}

static void take(struct nt_cpu *cpu, struct nt_interrupt *interrupt)
{
    struct nt *nt = cpu->nt;
    /* Interrupted in its wait for a lock the CPU does not wait, until the service routine is
     * through. */
    const struct nt_lock *waits_for = cpu->waits_for;
    uint8_t old = cpu->irql;
    sim_context before;
    bool claimed;

    if (!interrupt->level) {
        interrupt->pending &= ~(1ull << cpu->number);
        cpu->interrupts &= ~(1ull << interrupt->index);
    }
    cpu->waits_for = NULL;
    before = nt__enter(cpu, interrupt->irql);
    sim_trace(nt->sim, SIM_EV_ISR_ENTER, interrupt->vector, interrupt->irql, 0, 0);
    sim_point(nt->sim, NT_COST_ISR);
    sim_acquire(nt->sim, &interrupt->sync);
    claimed = interrupt->service(interrupt->ctx);
    sim_trace(nt->sim, SIM_EV_ISR_EXIT, interrupt->vector, claimed, 0, 0);
    nt__leave(cpu, before, old);
    cpu->waits_for = waits_for;
}

void nt__take_interrupts(struct nt_cpu *cpu)
{
    struct nt_interrupt *interrupt;

    while ((interrupt = best_pending(cpu))) {
        if (hold_back(cpu))
            return;
        take(cpu, interrupt);
    }
}
