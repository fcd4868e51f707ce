/* models/storport/lock.c - the locks of chapter 2.6 and the rules about them.
 *
 * Each CPU remembers what is held on it, the port driver's own locks around callbacks included.
 * Order: DPC and StartIo locks before the interrupt lock (chapter 1.1); released last in, first out
 * (8.2-28 a); by the CPU that took them. A lock that can never come is found by models/nt as a
 * deadlock.
 */
#include "models/storport/sp_private.h"

const char *sp__lock_name(enum sp_lock_kind kind)
{
    static const char *const name[] = {
        [SP_LOCK_DPC] = "DPC",
        [SP_LOCK_STARTIO] = "StartIo",
        [SP_LOCK_INTERRUPT] = "Interrupt",
        [SP_LOCK_MESSAGE] = "message",
        [SP_LOCK_CHANNEL] = "channel",
    };

    return name[kind];
}

/* --- taking and releasing, without questions ------------------------------------------------- */

/* In PerMessage mode the interrupt lock is all message locks, in order. */
static uint8_t take_interrupt(struct sp_port *port)
{
    uint8_t irql;

    if (!port->per_message)
        return nt_lock_acquire(port->at.nt, &port->interrupt_lock, port->dirql);
    irql = nt_lock_acquire(port->at.nt, &port->message[0].lock, port->dirql);
    for (uint32_t i = 1; i < port->messages; i++)
        nt_lock_acquire(port->at.nt, &port->message[i].lock, port->dirql);
    return irql;
}

static void drop_interrupt(struct sp_port *port, uint8_t irql)
{
    if (!port->per_message) {
        nt_lock_release(port->at.nt, &port->interrupt_lock, irql);
        return;
    }
    for (uint32_t i = port->messages; i-- > 1;)
        nt_lock_release(port->at.nt, &port->message[i].lock, port->dirql);
    nt_lock_release(port->at.nt, &port->message[0].lock, irql);
}

static uint8_t take(struct sp_port *port, enum sp_lock_kind kind, uint32_t index)
{
    switch (kind) {
    case SP_LOCK_DPC:
        return nt_lock_acquire(port->at.nt, &port->dpc[index].lock, NT_DISPATCH);
    case SP_LOCK_STARTIO:
        return nt_lock_acquire(port->at.nt, &port->startio_lock, NT_DISPATCH);
    case SP_LOCK_MESSAGE:
        return nt_lock_acquire(port->at.nt, &port->message[index].lock,
                               port->message[index].interrupt.irql);
    case SP_LOCK_CHANNEL:
        return sp__channel_take(port, index);
    default:
        return take_interrupt(port);
    }
}

/* channel_lock = drains (8.2-23 b): with it go the tokens. */
static void drop_startio(struct sp_port *port, const struct sp_held *held)
{
    if (!held->drains) {
        nt_lock_release(port->at.nt, &port->startio_lock, held->old_irql);
        return;
    }
    nt_lock_release(port->at.nt, &port->startio_lock, NT_DISPATCH);
    sp__channel_drop(port, SP_CHANNELS_ALL, held->old_irql);
}

static void drop(struct sp_port *port, const struct sp_held *held)
{
    switch ((enum sp_lock_kind)held->kind) {
    case SP_LOCK_DPC:
        nt_lock_release(port->at.nt, &port->dpc[held->index].lock, held->old_irql);
        break;
    case SP_LOCK_STARTIO:
        drop_startio(port, held);
        break;
    case SP_LOCK_CHANNEL:
        sp__channel_drop(port, held->index, held->old_irql);
        break;
    case SP_LOCK_MESSAGE:
        nt_lock_release(port->at.nt, &port->message[held->index].lock, held->old_irql);
        break;
    case SP_LOCK_INTERRUPT:
        drop_interrupt(port, held->old_irql);
        break;
    }
}

static void acquire(struct sp_port *port, struct sp_held held)
{
    struct sp_cpu *cpu;

    held.old_irql = take(port, (enum sp_lock_kind)held.kind, held.index);
    cpu = sp__cpu(port);
    SIM_ASSERT(cpu->held < SP_HELD_MAX);
    cpu->hold[cpu->held++] = held;
}

/* Forgets entry i of this CPU, then releases: releasing lowers the IRQL and may nest. */
static void release(struct sp_port *port, struct sp_cpu *cpu, uint32_t i)
{
    struct sp_held held = cpu->hold[i];

    for (uint32_t j = i + 1; j < cpu->held; j++)
        cpu->hold[j - 1] = cpu->hold[j];
    cpu->held--;
    drop(port, &held);
}

void sp__held_drop_above(struct sp_port *port, uint32_t keep)
{
    struct sp_cpu *cpu = sp__cpu(port);

    while (cpu->held > keep)
        release(port, cpu, cpu->held - 1);
}

bool sp__holds(struct sp_port *port, enum sp_lock_kind kind)
{
    const struct sp_cpu *cpu = sp__cpu(port);

    for (uint32_t i = 0; i < cpu->held; i++)
        if (cpu->hold[i].kind == kind)
            return true;
    return false;
}

/* --- the port driver's own ------------------------------------------------------------------- */

void sp__own_lock(struct sp_port *port, enum sp_lock_kind kind, uint32_t index)
{
    acquire(port, (struct sp_held){.kind = (uint8_t)kind, .index = index, .by_port = true});
}

void sp__own_unlock(struct sp_port *port, enum sp_lock_kind kind)
{
    struct sp_cpu *cpu = sp__cpu(port);

    SIM_ASSERT(cpu->held && cpu->hold[cpu->held - 1].kind == kind &&
               cpu->hold[cpu->held - 1].by_port);
    release(port, cpu, cpu->held - 1);
}

void sp__interrupt_lock(struct sp_port *port)
{
    sp__own_lock(port, SP_LOCK_INTERRUPT, 0);
}

void sp__interrupt_unlock(struct sp_port *port)
{
    sp__own_unlock(port, SP_LOCK_INTERRUPT);
}

void sp__startio_lock(struct sp_port *port)
{
    sp__own_lock(port, SP_LOCK_STARTIO, 0);
    if (port->half_duplex)
        sp__interrupt_lock(port);
}

void sp__startio_unlock(struct sp_port *port)
{
    if (port->half_duplex)
        sp__interrupt_unlock(port);
    sp__own_unlock(port, SP_LOCK_STARTIO);
}

void sp__message_lock(struct sp_port *port, uint32_t message)
{
    if (port->per_message)
        sp__own_lock(port, SP_LOCK_MESSAGE, message);
    else
        sp__interrupt_lock(port);
}

void sp__message_unlock(struct sp_port *port, uint32_t message)
{
    (void)message;
    if (port->per_message)
        sp__own_unlock(port, SP_LOCK_MESSAGE);
    else
        sp__interrupt_unlock(port);
}

/* --- the miniport's -------------------------------------------------------------------------- */

static void broken(struct sp_port *port, enum sim_rule rule, const char *what,
                   enum sp_lock_kind kind, const char *why)
{
    enum sp_callback callback = sp__callback(port);

    sim_find(port->at.sim, rule, 0, "%s: the %s lock is %s %s",
             callback < SP_CB_COUNT ? sp_callback_name[callback] : "?", sp__lock_name(kind), what,
             why);
}

/* What the scenario says about a DPC's lock and the StartIo lock together (8.2-24). Orders that
 * contradict each other are found as with all locks, by models/check. */
static void check_nesting(struct sp_port *port, enum sp_lock_kind kind)
{
    uint8_t allowed = sp__silent(port, SP_SILENT_DPC_LOCK_ORDER);

    if (SIM_LIKELY(allowed == SP_DPC_LOCK_ORDER_EITHER) ||
        !sp__holds(port, kind == SP_LOCK_DPC ? SP_LOCK_STARTIO : SP_LOCK_DPC))
        return;
    if (allowed == SP_DPC_LOCK_ORDER_NEVER)
        broken(port, SIM_RULE_LOCK_ORDER, "taken", kind,
               "inside of the other of DPC and StartIo lock");
    else if (kind == SP_LOCK_DPC)
        broken(port, SIM_RULE_LOCK_ORDER, "taken", kind,
               "while the StartIo lock is held; DPC locks come first");
}

/* The documents' table lists no lock for the passive routine (8.1-6). */
static void check_caller(struct sp_port *port, enum sp_lock_kind kind)
{
    if (sp__silent(port, SP_SILENT_PASSIVE_LOCK) && sp__callback(port) == SP_CB_PASSIVE_INITIALIZE)
        broken(port, SIM_RULE_LOCK_RULE, "taken", kind, "where none is listed that may be");
}

static void check_order(struct sp_port *port, enum sp_lock_kind kind)
{
    check_caller(port, kind);
    if (kind == SP_LOCK_INTERRUPT || kind == SP_LOCK_MESSAGE)
        return;
    if (sp__holds(port, SP_LOCK_INTERRUPT) || sp__holds(port, SP_LOCK_MESSAGE))
        broken(port, SIM_RULE_LOCK_ORDER, "wanted", kind, "while the Interrupt lock is held");
    check_nesting(port, kind);
    if (kind == SP_LOCK_DPC && sp__callback(port) == SP_CB_RESET_BUS &&
        sp__silent(port, SP_SILENT_RESET_DPC_LOCK)) /* 8.2-25 b */
        broken(port, SIM_RULE_LOCK_ORDER, "wanted", kind,
               "in HwStorResetBus, which may take the Interrupt lock only");
}

/* Which lock a STOR_SPINLOCK and its context mean; false, and a finding, when it means none. */
static bool named(struct sp_port *port, STOR_SPINLOCK type, void *context, struct sp_held *held)
{
    const struct sp_dpc *dpc;

    switch (type) {
    case DpcLock:
    case ThreadedDpcLock:
    case DpcLevelLock:
        dpc = sp__dpc_of(port, context);
        if (!dpc) {
            sp__usage(port, "StorPortAcquireSpinLock: DpcLock without an initialized STOR_DPC");
            return false;
        }
        held->kind = SP_LOCK_DPC;
        held->index = (uint32_t)(dpc - port->dpc);
        return true;
    case StartIoLock:
        held->kind = SP_LOCK_STARTIO;
        return true;
    case InterruptLock:
        held->kind = SP_LOCK_INTERRUPT;
        return true;
    default:
        sp__usage(port, "StorPortAcquireSpinLock: %d is no lock", (int)type);
        return false;
    }
}

/* Who has a token already would wait for others that do the same. */
static bool drains(struct sp_port *port, const struct sp_held *held)
{
    return held->kind == SP_LOCK_STARTIO && port->channels &&
           sp__silent(port, SP_SILENT_CHANNEL_LOCK) && !sp__holds(port, SP_LOCK_CHANNEL);
}

static void acquire_drained(struct sp_port *port, struct sp_held held)
{
    uint8_t irql = sp__channel_take(port, SP_CHANNELS_ALL);
    struct sp_cpu *cpu;

    held.drains = true;
    acquire(port, held);
    cpu = sp__cpu(port);
    cpu->hold[cpu->held - 1].old_irql = irql;
}

/* More than anybody needs, and less than what is kept in mind of a CPU. */
static bool too_many(struct sp_port *port)
{
    const struct sp_cpu *cpu = sp__cpu(port);
    uint32_t own = 0;

    for (uint32_t i = 0; i < cpu->held; i++)
        own += !cpu->hold[i].by_port;
    if (own < SP_HELD_DRIVER)
        return false;
    sim_find(port->at.sim, SIM_RULE_LOCK_RULE, 0, "the miniport holds %u locks and wants another",
             own);
    return true;
}

static void acquire_named(struct sp_port *port, STOR_SPINLOCK type, PSTOR_LOCK_HANDLE handle,
                          struct sp_held held)
{
    if (too_many(port))
        return;
    check_order(port, (enum sp_lock_kind)held.kind);
    if (drains(port, &held))
        acquire_drained(port, held);
    else
        acquire(port, held);
    sp__touch(handle, sizeof *handle);
    handle->Lock = type;
    handle->Context.OldIrql = sp__cpu(port)->hold[sp__cpu(port)->held - 1].old_irql;
}

VOID SIM_API StorPortAcquireSpinLock(PVOID DeviceExtension, STOR_SPINLOCK SpinLock,
                                     PVOID LockContext, PSTOR_LOCK_HANDLE LockHandle)
{
    struct sp_port *port = sp__routine(DeviceExtension, "StorPortAcquireSpinLock");
    struct sp_held held = {.handle = LockHandle, .pc = (uintptr_t)__builtin_return_address(0) - 1};

    if (!LockHandle)
        sp__usage(port, "StorPortAcquireSpinLock: no lock handle");
    else if (SpinLock == ThreadedDpcLock || SpinLock == DpcLevelLock)
        sp__usage(port, "StorPortAcquireSpinLock: lock %d is for StorPortAcquireSpinLockEx",
                  (int)SpinLock);
    else if (named(port, SpinLock, LockContext, &held))
        acquire_named(port, SpinLock, LockHandle, held);
}

/* The highest IRQL from which each may be wanted. DpcLevelLock: by who is at DISPATCH already. */
static bool level_ok(struct sp_port *port, STOR_SPINLOCK type)
{
    uint8_t irql = nt_irql(port->at.nt);

    return type == DpcLevelLock    ? irql == NT_DISPATCH
           : type == InterruptLock ? irql <= port->dirql
                                   : irql <= NT_DISPATCH;
}

/* With a status, where the other one only has findings. Threaded DPCs are ordinary ones here. */
ULONG SIM_API StorPortAcquireSpinLockEx(PVOID HwDeviceExtension, STOR_SPINLOCK SpinLock,
                                        PVOID LockContext, PSTOR_LOCK_HANDLE LockHandle)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortAcquireSpinLockEx");
    struct sp_held held = {.handle = LockHandle, .pc = (uintptr_t)__builtin_return_address(0) - 1};

    if (SP_NULL(port, LockHandle) || SpinLock <= InvalidLock || SpinLock > DpcLevelLock ||
        (SpinLock != StartIoLock && SpinLock != InterruptLock && !sp__dpc_of(port, LockContext)))
        return STOR_STATUS_INVALID_PARAMETER;
    if (!level_ok(port, SpinLock))
        return STOR_STATUS_INVALID_IRQL;
    if (!named(port, SpinLock, LockContext, &held))
        return STOR_STATUS_INVALID_PARAMETER;
    acquire_named(port, SpinLock, LockHandle, held);
    return STOR_STATUS_SUCCESS;
}

/* Index of the driver's entry that fits, counted from the last; the number held when there is none.
 */
static uint32_t find_held(const struct sp_cpu *cpu, const void *handle, uint32_t message)
{
    for (uint32_t i = cpu->held; i-- > 0;) {
        const struct sp_held *held = &cpu->hold[i];

        if (!held->by_port && held->handle == handle && (handle || held->index == message))
            return i;
    }
    return cpu->held;
}

static void release_checked(struct sp_port *port, uint32_t i)
{
    struct sp_cpu *cpu = sp__cpu(port);

    if (i + 1 < cpu->held)
        broken(port, SIM_RULE_LOCK_RULE, "released", (enum sp_lock_kind)cpu->hold[i].kind,
               "before one that was taken later");
    release(port, cpu, i);
}

VOID SIM_API StorPortReleaseSpinLock(PVOID DeviceExtension, PSTOR_LOCK_HANDLE LockHandle)
{
    struct sp_port *port = sp__routine(DeviceExtension, "StorPortReleaseSpinLock");
    uint32_t i;

    if (!LockHandle) {
        sp__usage(port, "StorPortReleaseSpinLock: no lock handle");
        return;
    }
    i = find_held(sp__cpu(port), LockHandle, 0);
    if (i == sp__cpu(port)->held)
        sim_find(port->at.sim, SIM_RULE_LOCK_RULE, 0,
                 "StorPortReleaseSpinLock: this CPU holds no lock with that handle");
    else
        release_checked(port, i);
}

static bool message_lock_ok(struct sp_port *port, ULONG message, const char *name)
{
    if (port->per_message && message < port->messages)
        return true;
    sim_find(port->at.sim, SIM_RULE_LOCK_RULE, 0,
             port->per_message ? "%s: there is no such message"
                               : "%s outside of InterruptSynchronizePerMessage mode",
             name);
    return false;
}

ULONG SIM_API StorPortAcquireMSISpinLock(PVOID HwDeviceExtension, ULONG MessageId, PULONG OldIrql)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortAcquireMSISpinLock");

    if (SP_NULL(port, OldIrql) || !message_lock_ok(port, MessageId, "StorPortAcquireMSISpinLock"))
        return STOR_STATUS_INVALID_PARAMETER;
    check_caller(port, SP_LOCK_MESSAGE);
    if (too_many(port))
        return STOR_STATUS_INSUFFICIENT_RESOURCES;
    acquire(port, (struct sp_held){.kind = SP_LOCK_MESSAGE,
                                   .index = MessageId,
                                   .pc = (uintptr_t)__builtin_return_address(0) - 1});
    return SP_GIVE(OldIrql, sp__cpu(port)->hold[sp__cpu(port)->held - 1].old_irql);
}

ULONG SIM_API StorPortReleaseMSISpinLock(PVOID HwDeviceExtension, ULONG MessageId, ULONG OldIrql)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortReleaseMSISpinLock");
    const struct sp_cpu *cpu = sp__cpu(port);
    uint32_t i;

    if (!message_lock_ok(port, MessageId, "StorPortReleaseMSISpinLock"))
        return STOR_STATUS_INVALID_PARAMETER;
    i = find_held(cpu, NULL, MessageId);
    if (i == cpu->held) {
        sim_find(port->at.sim, SIM_RULE_LOCK_RULE, 0,
                 "StorPortReleaseMSISpinLock: this CPU does not hold the lock of message %u",
                 MessageId);
        return STOR_STATUS_INVALID_PARAMETER;
    }
    if (cpu->hold[i].old_irql != OldIrql)
        sim_find(port->at.sim, SIM_RULE_LOCK_RULE, 0,
                 "StorPortReleaseMSISpinLock: OldIrql is %u, the acquisition gave %u", OldIrql,
                 cpu->hold[i].old_irql);
    release_checked(port, i);
    return STOR_STATUS_SUCCESS;
}

/* At DIRQL under the interrupt lock; the StartIo lock is not implied (chapter 1.1). */
BOOLEAN SIM_API StorPortSynchronizeAccess(PVOID HwDeviceExtension,
                                          PSTOR_SYNCHRONIZED_ACCESS SynchronizedAccessRoutine,
                                          PVOID Context)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortSynchronizeAccess");
    BOOLEAN result;

    if (!SynchronizedAccessRoutine) {
        sp__usage(port, "StorPortSynchronizeAccess: no routine");
        return FALSE;
    }
    if (!sp__may_nest(port, "StorPortSynchronizeAccess"))
        return FALSE;
    sp__interrupt_lock(port);
    sp__enter(port, SP_CB_SYNCHRONIZED);
    result = SynchronizedAccessRoutine(port->devext, Context);
    sp__leave(port);
    sp__interrupt_unlock(port);
    return result;
}
