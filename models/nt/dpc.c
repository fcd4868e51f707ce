/* models/nt/dpc.c - DPC queues, one for each CPU, first in first out. */
#include "models/nt/nt_private.h"

void nt_dpc_init(struct nt *nt, struct nt_dpc *dpc, nt_dpc_fn fn, void *ctx)
{
    dpc->number = ++nt->dpcs;
    dpc->fn = fn;
    dpc->ctx = ctx;
    dpc->queued = false;
    dpc->next = NULL;
    sim_release(nt->sim, &dpc->sync);
}

bool nt_dpc_queue(struct nt *nt, struct nt_dpc *dpc, uint32_t cpu, uint64_t arg1, uint64_t arg2)
{
    struct nt_cpu *target = &nt->cpu[cpu];

    SIM_ASSERT(cpu < nt->cpus && dpc->fn);
    sim_trace(nt->sim, SIM_EV_DPC_QUEUE, dpc->number, !dpc->queued, cpu, 0);
    sim_release(nt->sim, &dpc->sync); /* queued already or not: it has still to begin */
    if (dpc->queued)
        return false;
    dpc->queued = true;
    dpc->arg1 = arg1;
    dpc->arg2 = arg2;
    dpc->next = NULL;
    *target->dpc_end = dpc;
    target->dpc_end = &dpc->next;
    sim_kick(nt->sim, target->agent);
    return true;
}

static bool unlink_from(struct nt_cpu *cpu, struct nt_dpc *dpc)
{
    for (struct nt_dpc **p = &cpu->dpc_first; *p; p = &(*p)->next) {
        if (*p != dpc)
            continue;
        *p = dpc->next;
        if (!*p)
            cpu->dpc_end = p;
        dpc->queued = false;
        return true;
    }
    return false;
}

bool nt_dpc_cancel(struct nt *nt, struct nt_dpc *dpc)
{
    if (!dpc->queued)
        return false;
    for (uint32_t i = 0; i < nt->cpus; i++)
        if (unlink_from(&nt->cpu[i], dpc))
            return true;
    SIM_ASSERT(!"a queued DPC is in some queue");
    return false;
}

static void run_one(struct nt_cpu *cpu, struct nt_dpc *dpc)
{
    struct nt *nt = cpu->nt;
    uint64_t arg1 = dpc->arg1, arg2 = dpc->arg2;
    sim_ns start = sim_now(nt->sim);
    uint32_t number = dpc->number;

    dpc->queued = false;
    sim_trace(nt->sim, SIM_EV_DPC_ENTER, number, 0, 0, 0);
    sim_point(nt->sim, NT_COST_DPC);
    sim_acquire(nt->sim, &dpc->sync);
    dpc->fn(nt, dpc->ctx, arg1, arg2);
    sim_trace(nt->sim, SIM_EV_DPC_EXIT, number, (uint64_t)(sim_now(nt->sim) - start), 0, 0);
}

void nt__run_dpcs(struct nt_cpu *cpu)
{
    uint8_t old = cpu->irql;
    sim_context before;

    SIM_ASSERT(old < NT_DISPATCH);
    before = nt__enter(cpu, NT_DISPATCH);
    while (cpu->dpc_first) {
        struct nt_dpc *dpc = cpu->dpc_first;

        cpu->dpc_first = dpc->next;
        if (!cpu->dpc_first)
            cpu->dpc_end = &cpu->dpc_first;
        run_one(cpu, dpc);
    }
    nt__leave(cpu, before, old);
}
