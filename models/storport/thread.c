/* models/storport/thread.c - the miniport's system threads, its events, and waiting (chapters 2.6,
 * 2.8).
 *
 * A thread has a fiber of its own and stays on one CPU: the i-th on CPU i modulo their number. At
 * most one for each processor is alive. It runs until it waits; priorities change nothing. Whoever
 * waits at PASSIVE gives its CPU to others: a thread of the miniport's, a work item, and the
 * callbacks that the PnP thread makes. An event is the record in the miniport's memory, and who
 * waits for it is known here; those that wait longest go first.
 */
#include <setjmp.h>

#include "models/storport/sp_private.h"

#define EVENT_BYTES 6              /* Size of a dispatcher header of this kind, in four bytes */
#define WAIT_MAX (INT64_MAX / 400) /* of 100 ns */

struct sp_thread {
    struct sp_port *port;
    struct nt_thread *nt;
    STOR_THREAD_START_ROUTINE *routine;
    void *context;
    bool begun; /* asked for; what its fiber waits for */
    bool alive;
    struct sim_sync over;
    jmp_buf end;
};

/* Somebody who waits, on its own stack. */
struct sp_waiter {
    const void *object; /* event or thread */
    bool woken;
    struct sp_waiter *next;
};

/* --- waiting --------------------------------------------------------------------------------- */

/* Callbacks under way on this CPU belong to who waits: they leave it while others run there. */
static uint32_t frames_leave(struct sp_port *port, struct sp_frame *out)
{
    struct sp_cpu *cpu = sp__cpu(port);
    uint32_t frames = cpu->frames;

    for (uint32_t i = 0; i < frames; i++)
        out[i] = cpu->frame[i];
    for (uint32_t i = 0; i < frames; i++)
        sim_leave_driver(port->at.sim);
    cpu->frames = 0;
    return frames;
}

static void frames_enter(struct sp_port *port, const struct sp_frame *frame, uint32_t frames)
{
    struct sp_cpu *cpu = sp__cpu(port);

    SIM_ASSERT(!cpu->frames);
    for (uint32_t i = 0; i < frames; i++) {
        cpu->frame[i] = frame[i];
        sim_enter_driver(port->at.sim, frame[i].callback);
    }
    cpu->frames = frames;
}

static bool wait_for(struct sp_port *port, const bool *flag, sim_ns deadline)
{
    struct sp_frame frame[SP_FRAMES_MAX];
    uint32_t frames = frames_leave(port, frame);
    bool good = nt_wait(port->at.nt, flag, deadline);

    frames_enter(port, frame, frames);
    return good;
}

/* Below DISPATCH it sleeps, else it is a stall. */
ULONG SIM_API StorPortDelayExecution(PVOID HwDeviceExtension, ULONG DelayInMicroseconds)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortDelayExecution");
    static const bool never;
    sim_ns ns = DelayInMicroseconds * SIM_US;

    sp__no_wait(port, "StorPortDelayExecution");
    if (nt_irql(port->at.nt) < NT_DISPATCH) {
        wait_for(port, &never, sim_now(port->at.sim) + ns);
        return STOR_STATUS_SUCCESS;
    }
    sim_trace(port->at.sim, SIM_EV_STALL, (uint64_t)ns, 0, 0, 0);
    nt_stall(port->at.nt, ns);
    return STOR_STATUS_SUCCESS;
}

static void waiter_add(struct sp_port *port, struct sp_waiter *waiter)
{
    struct sp_waiter **end = &port->waiters;

    while (*end)
        end = &(*end)->next;
    *end = waiter;
}

static void waiter_remove(struct sp_port *port, const struct sp_waiter *waiter)
{
    struct sp_waiter **at = &port->waiters;

    while (*at != waiter)
        at = &(*at)->next;
    *at = waiter->next;
}

/* Wakes who waits for the object: all, or the first. True when there was somebody. */
static bool wake(struct sp_port *port, const void *object, bool all)
{
    bool any = false;

    for (struct sp_waiter *w = port->waiters; w && (all || !any); w = w->next)
        if (w->object == object && !w->woken)
            w->woken = any = true;
    if (any)
        nt_signal(port->at.nt);
    return any;
}

/* --- events ---------------------------------------------------------------------------------- */

static struct sim_sync *sync_of(struct sp_port *port, const void *event)
{
    return &port->event_sync[(uintptr_t)event / sizeof(STOR_EVENT) % SP_SYNCS];
}

static bool is_event(const STOR_EVENT *event)
{
    return event && event->Header.Size == EVENT_BYTES &&
           event->Header.Type <= StorSynchronizationEvent &&
           event->Header.WaitListHead.Flink == &event->Header.WaitListHead;
}

ULONG SIM_API StorPortInitializeEvent(PVOID HwDeviceExtension, PSTOR_EVENT Event,
                                      STOR_EVENT_TYPE Type, BOOLEAN State)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortInitializeEvent");
    LIST_ENTRY *list;

    if (SP_NULL(port, Event) || (unsigned)Type > StorSynchronizationEvent)
        return STOR_STATUS_INVALID_PARAMETER;
    for (const struct sp_waiter *w = port->waiters; w; w = w->next)
        if (w->object == Event)
            sp__usage(port, "StorPortInitializeEvent of an event that somebody waits for");
    list = &Event->Header.WaitListHead;
    sp__touch(Event, sizeof *Event);
    *Event = (STOR_EVENT){.Header = {.Type = (UCHAR)Type,
                                     .Size = EVENT_BYTES,
                                     .SignalState = State != FALSE,
                                     .WaitListHead = {list, list}}};
    return STOR_STATUS_SUCCESS;
}

ULONG SIM_API StorPortSetEvent(PVOID HwDeviceExtension, PSTOR_EVENT Event)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortSetEvent");
    bool all;

    if (!is_event(Event)) {
        sp__usage(port, "StorPortSetEvent: the event is not initialized");
        return STOR_STATUS_INVALID_PARAMETER;
    }
    if (!sp__irql_at_most(port, NT_DISPATCH, "StorPortSetEvent"))
        return STOR_STATUS_INVALID_IRQL;
    sim_release(port->at.sim, sync_of(port, Event));
    sp__touch(Event, sizeof *Event);
    all = Event->Header.Type == StorNotificationEvent;
    Event->Header.SignalState = all || !wake(port, Event, false);
    if (all)
        wake(port, Event, true);
    return STOR_STATUS_SUCCESS;
}

/* When an event is set: takes it, and it is not set any more if it is one of synchronization. */
static bool event_take(struct sp_port *port, STOR_EVENT *event)
{
    if (!event->Header.SignalState)
        return false;
    sim_acquire(port->at.sim, sync_of(port, event));
    sp__touch(event, sizeof *event);
    event->Header.SignalState = event->Header.Type == StorNotificationEvent;
    return true;
}

static struct sp_thread *thread_of(struct sp_port *port, const void *handle)
{
    for (uint32_t i = 0; port->thread && i < port->cpus; i++)
        if (handle == &port->thread[i])
            return &port->thread[i];
    return NULL;
}

static bool take(struct sp_port *port, void *object)
{
    struct sp_thread *thread = thread_of(port, object);

    if (!thread)
        return event_take(port, object);
    if (thread->alive)
        return false;
    sim_acquire(port->at.sim, &thread->over);
    return true;
}

/* Negative: from now on; positive: system time; NULL: for ever. */
static sim_ns deadline_of(struct sp_port *port, const LARGE_INTEGER *timeout)
{
    int64_t units = timeout ? timeout->QuadPart : -WAIT_MAX;

    if (units <= -WAIT_MAX || units >= WAIT_MAX)
        return SIM_NEVER;
    if (units > 0)
        return (units - SP_EPOCH_100NS) * 100;
    return sim_now(port->at.sim) - units * 100;
}

static bool wait_object(struct sp_port *port, void *object, const LARGE_INTEGER *timeout)
{
    struct sp_waiter waiter = {.object = object};
    bool good;

    if (take(port, object))
        return true;
    if (timeout && !timeout->QuadPart)
        return false;
    waiter_add(port, &waiter);
    good = wait_for(port, &waiter.woken, deadline_of(port, timeout));
    waiter_remove(port, &waiter);
    return good;
}

ULONG SIM_API StorPortWaitForSingleObject(PVOID HwDeviceExtension, PVOID Object, BOOLEAN Alertable,
                                          PLARGE_INTEGER Timeout)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortWaitForSingleObject");
    bool waits = !Timeout || Timeout->QuadPart;

    (void)Alertable; /* nobody alerts */
    if (!thread_of(port, Object) && !is_event(Object)) {
        sp__usage(port, "StorPortWaitForSingleObject: neither an event nor a thread");
        return STOR_STATUS_INVALID_PARAMETER;
    }
    if (!sp__irql_at_most(port, waits ? NT_APC : NT_DISPATCH, "StorPortWaitForSingleObject"))
        return STOR_STATUS_INVALID_IRQL;
    return wait_object(port, Object, Timeout) ? STOR_STATUS_SUCCESS : (ULONG)STATUS_TIMEOUT;
}

/* --- threads --------------------------------------------------------------------------------- */

/* What the miniport's routine leaves behind is looked at as at any return. */
static void call_routine(struct sp_thread *thread)
{
    sp__enter(thread->port, SP_CB_THREAD);
    if (!setjmp(thread->end))
        thread->routine(thread->context);
    sp__leave(thread->port);
}

/* Its fiber serves one thread after the other. */
static void body(struct nt *nt, void *ctx)
{
    struct sp_thread *thread = ctx;

    for (;;) {
        nt_wait(nt, &thread->begun, SIM_NEVER);
        thread->begun = false;
        call_routine(thread);
        thread->alive = false;
        sim_release(thread->port->at.sim, &thread->over);
        wake(thread->port, thread, true);
    }
}

static struct sp_thread *thread_free(struct sp_port *port)
{
    if (!port->thread)
        port->thread = sim_world_alloc(port->cpus * sizeof *port->thread, 64);
    for (uint32_t i = 0; i < port->cpus; i++)
        if (!port->thread[i].alive)
            return &port->thread[i];
    return NULL;
}

ULONG SIM_API StorPortCreateSystemThread(PVOID HwDeviceExtension,
                                         PSTOR_THREAD_START_ROUTINE StartRoutine,
                                         PVOID StartContext, PSTOR_THREAD_PRIORITY Priority,
                                         PVOID *ThreadContext)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortCreateSystemThread");
    struct sp_thread *thread;

    if (SP_NULL(port, StartRoutine) ||
        (Priority && (unsigned)*Priority > StorThreadPriorityRealTime))
        return STOR_STATUS_INVALID_PARAMETER;
    if (!sp__irql_at_most(port, NT_PASSIVE, "StorPortCreateSystemThread"))
        return STOR_STATUS_INVALID_IRQL;
    thread = thread_free(port);
    if (!thread)
        return STOR_STATUS_UNSUCCESSFUL;
    thread->port = port;
    thread->routine = StartRoutine;
    thread->context = StartContext;
    thread->alive = thread->begun = true;
    if (!thread->nt)
        thread->nt = nt_thread_create(port->at.nt, (uint32_t)(thread - port->thread),
                                      "the miniport's thread", body, thread);
    nt_signal(port->at.nt);
    if (ThreadContext)
        SP_PUT(ThreadContext, thread);
    return STOR_STATUS_SUCCESS;
}

static struct sp_thread *thread_here(struct sp_port *port)
{
    const struct nt_thread *now = nt_thread_current(port->at.nt);

    for (uint32_t i = 0; now && port->thread && i < port->cpus; i++)
        if (port->thread[i].nt == now)
            return &port->thread[i];
    return NULL;
}

/* Of the caller itself: it does not come back. */
VOID SIM_API StorPortTerminateSystemThread(PVOID HwDeviceExtension, PVOID ThreadContext)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortTerminateSystemThread");
    struct sp_thread *thread = thread_here(port);

    if (!thread || sp__callback(port) != SP_CB_THREAD ||
        (ThreadContext && ThreadContext != thread)) {
        sp__usage(port, "StorPortTerminateSystemThread: a thread can only end itself");
        return;
    }
    longjmp(thread->end, 1);
}

ULONG SIM_API StorPortSetPriorityThread(PVOID HwDeviceExtension, PVOID ThreadContext,
                                        STOR_THREAD_PRIORITY Priority)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortSetPriorityThread");
    const struct sp_thread *thread =
        ThreadContext ? thread_of(port, ThreadContext) : thread_here(port);

    if (!thread || !thread->alive || (unsigned)Priority > StorThreadPriorityRealTime)
        return STOR_STATUS_INVALID_PARAMETER;
    return STOR_STATUS_SUCCESS;
}

bool sp__threads_run(const struct sp_port *port)
{
    for (uint32_t i = 0; port->thread && i < port->cpus; i++)
        if (port->thread[i].alive)
            return true;
    return false;
}
