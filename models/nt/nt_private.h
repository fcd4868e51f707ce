/* models/nt/nt_private.h - private to models/nt: a processor's state. */
#ifndef MODELS_NT_NT_PRIVATE_H
#define MODELS_NT_NT_PRIVATE_H

#include "models/nt/nt.h"

#define NT_INTERRUPTS_MAX 64
#define NT_THREADS_MAX 40  /* one a CPU for the driver's, and ours */
#define NT_WORK_CONTEXTS 2 /* a work item is not ordered after the one before it */

/* What routines of the kernel cost, roughly, in ns: they are points too. */
#define NT_COST_LOCK 20
#define NT_COST_DPC 30
#define NT_COST_ISR 200

enum nt_thread_state { NT_THREAD_READY, NT_THREAD_WAITING, NT_THREAD_DONE };

struct nt_thread {
    struct nt *nt;
    const char *name;
    uint32_t cpu;
    enum nt_thread_state state;
    struct sim_fiber fiber;
    void (*fn)(struct nt *nt, void *ctx);
    void *ctx;
    const bool *flag; /* waiting: for this */
    bool timed_out;
    struct sim_event deadline;
    sim_context context;
    struct sim_sync created;
    struct nt_thread *next; /* ready list of its CPU */
};

struct nt_cpu {
    struct nt *nt;
    struct sim_agent *agent;
    uint32_t number;
    uint8_t irql;
    bool deferred;       /* a pending interrupt is held back for a moment (a choice) */
    uint64_t interrupts; /* pending, bit for each interrupt object */
    struct sim_event defer;
    struct nt_dpc *dpc_first, **dpc_end;
    struct nt_work *work_first, **work_end;
    struct nt_thread *ready_first, **ready_end;
    struct nt_thread *thread; /* running; NULL: the idle loop */
    uint32_t waits;           /* work items that wait, one on top of the other */
    const struct nt_lock *waits_for;
    sim_ns high_since;
    sim_context work[NT_WORK_CONTEXTS],
        context[NT_HIGH + 1]; /* work in turn; DPCs, and service routines by IRQL */
    uint32_t works;
    struct sim_sync level[NT_HIGH + 1]; /* of code at this IRQL or above */
};

struct nt {
    struct sim *sim;
    uint32_t cpus;
    struct nt_cpu cpu[NT_CPUS_MAX];
    uint32_t interrupts, dpcs, locks, threads;
    struct nt_interrupt *interrupt[NT_INTERRUPTS_MAX];
    struct nt_thread *thread[NT_THREADS_MAX];
    struct sim_stream defer_stream;
    sim_ns dispatch_max;
    bool fifo;       /* enum nt_locks */
    uint32_t levels; /* bit for each IRQL at which code runs */
    struct sim_sync signal;
};

static inline struct nt_cpu *nt__this(const struct nt *nt)
{
    struct sim_agent *agent = sim_agent_current(nt->sim);

    SIM_ASSERT(agent);
    return (struct nt_cpu *)&nt->cpu[sim_agent_number(agent)];
}

/* Sets the IRQL and accounts for time spent high; takes nothing in. */
void nt__set_irql(struct nt_cpu *cpu, uint8_t irql);
/* The CPU goes on as its DPCs, or as its service routines of one IRQL, and is raised to that IRQL;
 * returns the context it was in, for nt__leave(). */
sim_context nt__enter(struct nt_cpu *cpu, uint8_t irql);
void nt__leave(struct nt_cpu *cpu, sim_context context, uint8_t irql);
/* Takes pending interrupts above the present IRQL. */
void nt__take_interrupts(struct nt_cpu *cpu);
/* Takes interrupts, and DPCs when IRQL is below DISPATCH, until there is none. */
void nt__take_all(struct nt_cpu *cpu);
/* Runs the DPCs queued on this CPU. IRQL is below DISPATCH. */
void nt__run_dpcs(struct nt_cpu *cpu);
/* One round of the idle loop's work at PASSIVE; false when there was none. */
bool nt__run_passive(struct nt_cpu *cpu);

#endif
