/* models/nt/passive.c - what runs at PASSIVE level: work, and threads with fibers of their own. */
#include "models/nt/nt_private.h"

void nt_work_init(struct nt_work *work, void (*fn)(struct nt *nt, void *ctx), void *ctx)
{
    work->fn = fn;
    work->ctx = ctx;
    work->queued = false;
    work->next = NULL;
}

bool nt_work_queue(struct nt *nt, struct nt_work *work, uint32_t cpu)
{
    struct nt_cpu *target = &nt->cpu[cpu];

    SIM_ASSERT(cpu < nt->cpus && work->fn);
    sim_release(nt->sim, &work->sync);
    if (work->queued)
        return false;
    work->queued = true;
    work->next = NULL;
    *target->work_end = work;
    target->work_end = &work->next;
    sim_kick(nt->sim, target->agent);
    return true;
}

static sim_context work_context(struct nt_cpu *cpu)
{
    sim_context *context = &cpu->work[cpu->works++ % NT_WORK_CONTEXTS];

    if (!*context)
        *context = sim_race_context();
    return *context;
}

static void run_work(struct nt_cpu *cpu)
{
    struct nt_work *work = cpu->work_first;
    struct sim *sim = cpu->nt->sim;
    sim_context before = sim_race_switch(sim, work_context(cpu));

    cpu->work_first = work->next;
    if (!cpu->work_first)
        cpu->work_end = &cpu->work_first;
    work->queued = false;
    sim_acquire(sim, &work->sync);
    work->fn(cpu->nt, work->ctx);
    SIM_ASSERT(cpu->irql == NT_PASSIVE);
    sim_race_switch(sim, before);
}

/* --- threads ---------------------------------------------------------------------------------- */

static void make_ready(struct nt_thread *thread)
{
    struct nt_cpu *cpu = &thread->nt->cpu[thread->cpu];

    thread->state = NT_THREAD_READY;
    thread->next = NULL;
    *cpu->ready_end = thread;
    cpu->ready_end = &thread->next;
    sim_kick(thread->nt->sim, cpu->agent);
}

static void back_to_idle(struct nt_thread *thread)
{
    struct nt_cpu *cpu = nt__this(thread->nt);

    SIM_ASSERT(cpu->number == thread->cpu && cpu->irql < NT_DISPATCH);
    cpu->thread = NULL;
    sim_agent_switch_fiber(thread->nt->sim, &thread->fiber, sim_agent_base_fiber(cpu->agent));
}

static void body(void *ctx)
{
    struct nt_thread *thread = ctx;

    sim_acquire(thread->nt->sim, &thread->created);
    thread->fn(thread->nt, thread->ctx);
    thread->state = NT_THREAD_DONE;
    for (;;)
        back_to_idle(thread);
}

struct nt_thread *nt_thread_create(struct nt *nt, uint32_t cpu, const char *name,
                                   void (*fn)(struct nt *nt, void *ctx), void *ctx)
{
    struct nt_thread *thread = sim_world_alloc(sizeof *thread, 64);

    SIM_ASSERT(nt->threads < NT_THREADS_MAX && cpu < nt->cpus);
    thread->nt = nt;
    thread->name = name;
    thread->cpu = cpu;
    thread->fn = fn;
    thread->ctx = ctx;
    thread->context = sim_race_context();
    sim_release(nt->sim, &thread->created);
    sim_fiber_create(nt->sim, &thread->fiber, body, thread);
    nt->thread[nt->threads++] = thread;
    make_ready(thread);
    return thread;
}

static void run_thread(struct nt_cpu *cpu)
{
    struct nt_thread *thread = cpu->ready_first;
    sim_context before = sim_race_switch(cpu->nt->sim, thread->context);

    cpu->ready_first = thread->next;
    if (!cpu->ready_first)
        cpu->ready_end = &cpu->ready_first;
    cpu->thread = thread;
    sim_agent_switch_fiber(cpu->nt->sim, sim_agent_base_fiber(cpu->agent), &thread->fiber);
    sim_race_switch(cpu->nt->sim, before);
}

bool nt__run_passive(struct nt_cpu *cpu)
{
    if (cpu->ready_first)
        run_thread(cpu);
    else if (cpu->work_first)
        run_work(cpu);
    else
        return false;
    return true;
}

static void deadline_passed(struct sim_event *event, void *ctx)
{
    struct nt_thread *thread = ctx;

    (void)event;
    if (thread->state != NT_THREAD_WAITING)
        return;
    thread->timed_out = true;
    make_ready(thread);
}

/* A work item has no fiber that could be left: what else its CPU has to do at PASSIVE runs on top
 * of it. */
static bool wait_in_work(struct nt_cpu *cpu, const bool *flag, sim_ns deadline)
{
    struct sim *sim = cpu->nt->sim;

    cpu->waits++;
    while (!*flag && sim_now(sim) < deadline)
        if (!nt__run_passive(cpu))
            sim_sleep(sim, deadline);
    cpu->waits--;
    sim_acquire(sim, &cpu->nt->signal);
    return *flag;
}

bool nt_wait(struct nt *nt, const bool *flag, sim_ns deadline)
{
    struct nt_thread *thread = nt__this(nt)->thread;

    SIM_ASSERT(nt_irql(nt) < NT_DISPATCH);
    if (!thread)
        return wait_in_work(nt__this(nt), flag, deadline);
    thread->flag = flag;
    thread->timed_out = false;
    if (deadline != SIM_NEVER)
        sim_event_at(nt->sim, &thread->deadline, deadline, deadline_passed, thread);
    while (!*flag && !thread->timed_out) {
        thread->state = NT_THREAD_WAITING;
        back_to_idle(thread);
    }
    sim_event_cancel(nt->sim, &thread->deadline);
    sim_acquire(nt->sim, &nt->signal);
    return *flag;
}

void nt_sleep(struct nt *nt, sim_ns ns)
{
    static const bool never;

    nt_wait(nt, &never, sim_now(nt->sim) + ns);
}

void nt_signal(struct nt *nt)
{
    sim_release(nt->sim, &nt->signal);
    for (uint32_t i = 0; i < nt->threads; i++)
        if (nt->thread[i]->state == NT_THREAD_WAITING && *nt->thread[i]->flag)
            make_ready(nt->thread[i]);
    for (uint32_t i = 0; i < nt->cpus; i++)
        if (nt->cpu[i].waits)
            sim_kick(nt->sim, nt->cpu[i].agent);
}

const struct nt_thread *nt_thread_current(const struct nt *nt)
{
    return nt__this(nt)->thread;
}
