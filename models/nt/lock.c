/* models/nt/lock.c - spin locks on which a CPU really waits.
 *
 * Spinning is modelled as sleeping until the lock is free: nobody can tell the difference, since a
 * spinning CPU only reads, and it wakes for every interrupt its IRQL lets in. All who wait are
 * woken by a release and whoever acts first gets the lock, so every order of acquisition is
 * possible; with NT_LOCKS_FIFO the others go back to sleep until the one whose turn it is had it.
 */
#include "models/nt/nt_private.h"

#include <stdio.h>

#include "sim/engine/names.h"

void nt_lock_init(struct nt *nt, struct nt_lock *lock, const char *name)
{
    snprintf(lock->name, sizeof lock->name, "%s", name);
    lock->number = ++nt->locks;
    sim_name_set(SIM_NAME_LOCK, lock->number, name);
    lock->held = false;
    lock->waiters = 0;
    lock->tail = lock->head = 0;
}

void nt_locks_queue(struct nt *nt, enum nt_locks order)
{
    nt->fifo = order == NT_LOCKS_FIFO;
}

bool nt_lock_held_here(const struct nt *nt, const struct nt_lock *lock)
{
    return lock->held && nt_on_cpu(nt) && lock->owner == nt_cpu(nt);
}

/* Follows who waits for whom from the lock's owner; a way back to this CPU can never be resolved.
 */
static void check_cycle(struct nt_cpu *cpu, const struct nt_lock *wanted)
{
    const struct nt_lock *lock = wanted;

    for (uint32_t steps = 0; lock && lock->held && steps < NT_CPUS_MAX; steps++) {
        const struct nt_cpu *owner = &cpu->nt->cpu[lock->owner];

        if (owner == cpu && lock == wanted)
            sim_find(cpu->nt->sim, SIM_RULE_DEADLOCK, 0,
                     "CPU %u waits for the %s lock, which it holds itself", cpu->number,
                     wanted->name);
        else if (owner == cpu)
            sim_find(cpu->nt->sim, SIM_RULE_DEADLOCK, 0,
                     "CPU %u holds the %s lock and waits for the %s lock, held by CPU %u, which "
                     "waits in turn",
                     cpu->number, lock->name, wanted->name, wanted->owner);
        if (owner == cpu)
            return;
        lock = owner->waits_for;
    }
}

static void spin(struct nt_cpu *cpu, struct nt_lock *lock)
{
    const struct nt_lock *outer =
        cpu->waits_for; /* an interrupt may come in while the CPU spins already */
    struct sim *sim = cpu->nt->sim;
    bool fifo = cpu->nt->fifo;
    uint32_t ticket = fifo ? lock->tail++ : 0;

    sim_trace(sim, SIM_EV_LOCK_WAIT, lock->number, lock->owner, 0, 0);
    while (lock->held || (fifo && lock->head != ticket)) {
        lock->waiters |= 1ull << cpu->number;
        cpu->waits_for = lock;
        check_cycle(cpu, lock);
        sim_sleep(sim, SIM_NEVER);
    }
    lock->head += fifo;
    cpu->waits_for = outer;
}

uint8_t nt_lock_acquire(struct nt *nt, struct nt_lock *lock, uint8_t irql)
{
    struct nt_cpu *cpu = nt__this(nt);
    uint8_t old = cpu->irql;
    sim_ns start;

    if (irql > old)
        nt__set_irql(cpu, irql);
    sim_point(nt->sim, NT_COST_LOCK);
    start = sim_now(nt->sim);
    if (lock->held || lock->head != lock->tail)
        spin(cpu, lock);
    lock->held = true;
    lock->owner = (uint8_t)cpu->number;
    lock->since = sim_now(nt->sim);
    sim_race_lock(nt->sim, &lock->sync, lock->number);
    sim_trace(nt->sim, SIM_EV_LOCK_TAKE, lock->number, (uint64_t)(lock->since - start), 0, 0);
    return old;
}

void nt_lock_release(struct nt *nt, struct nt_lock *lock, uint8_t old_irql)
{
    struct nt_cpu *cpu = nt__this(nt);

    if (!lock->held || lock->owner != cpu->number) {
        sim_find(nt->sim, SIM_RULE_LOCK_RULE, 0,
                 "CPU %u releases the %s lock, which it does not hold", cpu->number, lock->name);
        return;
    }
    sim_point(nt->sim, NT_COST_LOCK);
    sim_trace(nt->sim, SIM_EV_LOCK_DROP, lock->number, (uint64_t)(sim_now(nt->sim) - lock->since),
              0, 0);
    sim_race_unlock(nt->sim, &lock->sync, lock->number);
    lock->held = false;
    for (uint64_t left = lock->waiters; left; left &= left - 1)
        sim_kick(nt->sim, nt->cpu[__builtin_ctzll(left)].agent);
    lock->waiters = 0;
    if (old_irql < cpu->irql)
        nt_lower_irql(nt, old_irql);
}
