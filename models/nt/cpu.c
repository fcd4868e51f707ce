/* models/nt/cpu.c - processors: IRQL, the idle loop, and where interrupts and DPCs are taken in. */
#include "models/nt/nt_private.h"

#include <string.h>

#define HIGH_TRACED SIM_MS

/* A CPU with nothing to do sleeps until something kicks it. */
static void idle(void *ctx)
{
    struct nt_cpu *cpu = ctx;

    for (;;) {
        nt__take_all(cpu);
        if (!nt__run_passive(cpu))
            sim_sleep(cpu->nt->sim, SIM_NEVER);
    }
}

static void attention(struct sim_agent *agent, void *ctx)
{
    (void)agent;
    nt__take_all(ctx);
}

struct nt *nt_create(struct sim *sim, uint32_t cpus)
{
    struct nt *nt = sim_world_alloc(sizeof *nt, 64);
    static const char *const names[] = {"CPU 0", "CPU 1", "CPU 2", "CPU 3"};

    SIM_ASSERT(cpus >= 1 && cpus <= NT_CPUS_MAX);
    nt->sim = sim;
    nt->cpus = cpus;
    nt->levels = 1u << NT_DISPATCH;
    sim_stream_register(sim, &nt->defer_stream, "nt.defer");
    for (uint32_t i = 0; i < cpus; i++) {
        struct nt_cpu *cpu = &nt->cpu[i];

        cpu->nt = nt;
        cpu->number = i;
        cpu->dpc_end = &cpu->dpc_first;
        cpu->work_end = &cpu->work_first;
        cpu->ready_end = &cpu->ready_first;
        cpu->high_since = SIM_NEVER;
        cpu->agent = sim_agent_create(sim, i < 4 ? names[i] : "CPU", idle, attention, cpu);
        SIM_ASSERT(sim_agent_number(cpu->agent) == i);
    }
    return nt;
}

struct sim *nt_sim(const struct nt *nt)
{
    return nt->sim;
}

uint32_t nt_cpus(const struct nt *nt)
{
    return nt->cpus;
}

uint32_t nt_cpu(const struct nt *nt)
{
    return nt__this(nt)->number;
}

bool nt_on_cpu(const struct nt *nt)
{
    return sim_agent_current(nt->sim) != NULL;
}

/* --- IRQL ------------------------------------------------------------------------------------- */

static void end_high_stretch(struct nt_cpu *cpu)
{
    struct nt *nt = cpu->nt;
    sim_ns took = sim_now(nt->sim) - cpu->high_since;

    cpu->high_since = SIM_NEVER;
    if (took > nt->dispatch_max)
        nt->dispatch_max = took;
    if (took >= HIGH_TRACED)
        sim_trace(nt->sim, SIM_EV_HIGH_IRQL, (uint64_t)took, 0, 0, 0);
}

static void set_irql(struct nt_cpu *cpu, uint8_t irql)
{
    if (cpu->irql < NT_DISPATCH && irql >= NT_DISPATCH)
        cpu->high_since = sim_now(cpu->nt->sim);
    else if (cpu->irql >= NT_DISPATCH && irql < NT_DISPATCH)
        end_high_stretch(cpu);
    cpu->irql = irql;
    sim_agent_set_level(cpu->agent, irql);
}

/* For the race detector code that raised itself to an IRQL or above holds a lock of this CPU's, one
 * for each IRQL. So it is ordered with the DPCs or service routines of that IRQL that the CPU runs.
 * A service routine holds the lock of its own IRQL only: it was not ordered with lower code, since
 * it might have come in the middle of it. */
static void order_levels(struct nt_cpu *cpu, uint8_t irql)
{
    uint32_t levels = cpu->nt->levels |= 1u << irql, from = 2u << cpu->irql, to = 2u << irql;

    for (uint32_t left = levels & (to - 1) & ~(from - 1); left; left &= left - 1)
        sim_acquire(cpu->nt->sim, &cpu->level[__builtin_ctz(left)]);
    for (uint32_t left = levels & (from - 1) & ~(to - 1); left; left &= left - 1)
        sim_release(cpu->nt->sim, &cpu->level[__builtin_ctz(left)]);
}

void nt__set_irql(struct nt_cpu *cpu, uint8_t irql)
{
    if (sim_races(cpu->nt->sim))
        order_levels(cpu, irql);
    set_irql(cpu, irql);
}

sim_context nt__enter(struct nt_cpu *cpu, uint8_t irql)
{
    sim_context before;

    if (!cpu->context[irql])
        cpu->context[irql] = sim_race_context();
    before = sim_race_switch(cpu->nt->sim, cpu->context[irql]);
    sim_acquire(cpu->nt->sim, &cpu->level[irql]);
    set_irql(cpu, irql);
    return before;
}

void nt__leave(struct nt_cpu *cpu, sim_context context, uint8_t irql)
{
    sim_release(cpu->nt->sim, &cpu->level[cpu->irql]);
    set_irql(cpu, irql);
    sim_race_switch(cpu->nt->sim, context);
}

uint8_t nt_irql(const struct nt *nt)
{
    return nt__this(nt)->irql;
}

uint8_t nt_raise_irql(struct nt *nt, uint8_t irql)
{
    struct nt_cpu *cpu = nt__this(nt);
    uint8_t old = cpu->irql;

    if (irql < old) {
        sim_find(nt->sim, SIM_RULE_IRQL, 0, "IRQL raised from %u to %u", old, irql);
        return old;
    }
    nt__set_irql(cpu, irql);
    return old;
}

void nt_lower_irql(struct nt *nt, uint8_t irql)
{
    struct nt_cpu *cpu = nt__this(nt);

    if (irql > cpu->irql) {
        sim_find(nt->sim, SIM_RULE_IRQL, 0, "IRQL lowered from %u to %u", cpu->irql, irql);
        return;
    }
    if (irql == cpu->irql)
        return;
    nt__set_irql(cpu, irql);
    nt__take_all(cpu);
}

void nt__take_all(struct nt_cpu *cpu)
{
    nt__take_interrupts(cpu);
    while (cpu->irql < NT_DISPATCH && cpu->dpc_first) {
        nt__run_dpcs(cpu);
        nt__take_interrupts(cpu);
    }
}

sim_ns nt_dispatch_max(const struct nt *nt)
{
    return nt->dispatch_max;
}

sim_ns nt_high_since(const struct nt *nt, uint32_t cpu)
{
    return nt->cpu[cpu].high_since;
}

/* --- time ------------------------------------------------------------------------------------- */

void nt_stall(struct nt *nt, sim_ns ns)
{
    sim_ns end = sim_now(nt->sim) + ns;

    while (sim_now(nt->sim) < end)
        sim_sleep(nt->sim, end);
}
