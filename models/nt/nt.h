/* models/nt/nt.h - the NT processor: IRQL, interrupts, DPCs, spin locks, timers, threads.
 *
 * One simulated CPU is one agent of the engine. An interrupt or a DPC is a nested call on the CPU
 * that takes it, on the stack of whatever it interrupts. Interrupts are taken at points, when their
 * DIRQL is above the CPU's IRQL; DPCs run when IRQL falls below DISPATCH, and from the idle loop.
 *
 * Left out: processor groups, NUMA, threaded DPCs, APCs, priorities and quanta of threads (a thread
 * runs until it waits). Sources: WDK documentation, "Managing hardware priorities", "Organization
 * of DPC queues".
 */
#ifndef MODELS_NT_NT_H
#define MODELS_NT_NT_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/engine/race.h"
#include "sim/engine/sim.h"

/* Interrupt request levels of x64 Windows that are used here. Device levels lie between the last
 * two. */
enum {
    NT_PASSIVE = 0,
    NT_APC = 1,
    NT_DISPATCH = 2,
    NT_DIRQL_FIRST = 5,
    NT_DIRQL_LAST = 11,
    NT_HIGH = 15,
};

#define NT_CPUS_MAX 32
#define NT_LOCK_NAME 24

struct nt;

/* Creates the processors (cpus of them) in the present world. */
struct nt *nt_create(struct sim *sim, uint32_t cpus);
struct sim *nt_sim(const struct nt *nt);
uint32_t nt_cpus(const struct nt *nt);
/* Number of the CPU that runs now. Asserts when called from an event. */
uint32_t nt_cpu(const struct nt *nt);
/* True when some CPU runs now; false in events. */
bool nt_on_cpu(const struct nt *nt);

/* --- IRQL ------------------------------------------------------------------------------------- */

uint8_t nt_irql(const struct nt *nt);
/* Raises to irql (not below the present one: finding irql) and returns the level before. */
uint8_t nt_raise_irql(struct nt *nt, uint8_t irql);
/* Lowers to irql; takes what interrupts and DPCs that lets in, before it returns. */
void nt_lower_irql(struct nt *nt, uint8_t irql);

/* --- interrupts ------------------------------------------------------------------------------- */

/* Service routine: at irql, on the CPU that took the interrupt. Returns true when it was the
 * device's. */
typedef bool (*nt_service_fn)(void *ctx);

/* An interrupt object. Zero-initialised by its owner in the core zone, then connected. */
struct nt_interrupt {
    uint32_t vector; /* number in traces */
    uint8_t irql;
    bool level; /* level-triggered: asserted until nt_interrupt_clear(); else one request, one
                   delivery */
    bool asserted;
    nt_service_fn service;
    void *ctx;
    uint64_t pending; /* bit for each CPU */
    uint32_t index;
    struct sim_sync sync; /* of those who connected and requested it */
};
/* Another IRQL for an interrupt that was connected; not while its routine runs. */
void nt_interrupt_level(struct nt *nt, struct nt_interrupt *interrupt, uint8_t irql);
void nt_interrupt_connect(struct nt *nt, struct nt_interrupt *interrupt, uint32_t vector,
                          uint8_t irql, bool level, nt_service_fn service, void *ctx);
/* Requests it on a CPU; delivered at that CPU's next point with IRQL below. A request that is
 * already pending there changes nothing. Callable from events and CPUs. */
void nt_interrupt_request(struct nt *nt, struct nt_interrupt *interrupt, uint32_t cpu);
/* Level-triggered only: the line went low. */
void nt_interrupt_clear(struct nt *nt, struct nt_interrupt *interrupt);

/* --- DPCs ------------------------------------------------------------------------------------- */

typedef void (*nt_dpc_fn)(struct nt *nt, void *ctx, uint64_t arg1, uint64_t arg2);

struct nt_dpc {
    uint32_t number; /* in traces */
    nt_dpc_fn fn;
    void *ctx;
    uint64_t arg1, arg2;
    bool queued;
    struct nt_dpc *next;
    struct sim_sync sync; /* of those who queued it */
};
void nt_dpc_init(struct nt *nt, struct nt_dpc *dpc, nt_dpc_fn fn, void *ctx);
/* Queues at the tail of cpu's queue. False, and the arguments are lost, when it is queued already
 * anywhere. It may run on another CPU while it still runs on one: it counts as queued only until it
 * is taken out. */
bool nt_dpc_queue(struct nt *nt, struct nt_dpc *dpc, uint32_t cpu, uint64_t arg1, uint64_t arg2);
/* Takes it out of its queue; false when it was not in one. */
bool nt_dpc_cancel(struct nt *nt, struct nt_dpc *dpc);

/* --- spin locks ------------------------------------------------------------------------------- */

/* A spin lock. A CPU that wants it spins (and takes interrupts its IRQL allows) until it is free.
 * Who gets a freed lock is decided by nt_locks_queue(). Taking a lock one holds, or a cycle of
 * waiting CPUs, is the finding `deadlock`. Its name is a literal: reports ask for it by number. */
struct nt_lock {
    char name[NT_LOCK_NAME];
    uint32_t number; /* in traces; 1, 2, ... in order of init */
    bool held;
    uint8_t owner;       /* CPU, when held */
    uint64_t waiters;    /* bit for each CPU */
    uint32_t tail, head; /* NT_LOCKS_FIFO: tickets of those who wait, handed out and served */
    sim_ns since;
    struct sim_sync sync;
};
void nt_lock_init(struct nt *nt, struct nt_lock *lock, const char *name);
/* Raises IRQL to irql if it is lower, then takes the lock. Returns the IRQL before. */
uint8_t nt_lock_acquire(struct nt *nt, struct nt_lock *lock, uint8_t irql);
/* Releases, then lowers to old_irql. A lock not held, or held by another CPU, is the finding
 * `lock-rule` (and nothing is released). */
void nt_lock_release(struct nt *nt, struct nt_lock *lock, uint8_t old_irql);
/* Who gets a lock that several CPUs wait for: whoever acts first (the default), or who waits
 * longest. */
enum nt_locks { NT_LOCKS_ANY, NT_LOCKS_FIFO };
void nt_locks_queue(struct nt *nt, enum nt_locks order);
bool nt_lock_held_here(const struct nt *nt, const struct nt_lock *lock);

/* --- time ------------------------------------------------------------------------------------- */

/* Busy wait on this CPU; interrupts its IRQL allows are taken meanwhile. */
void nt_stall(struct nt *nt, sim_ns ns);

/* --- work at PASSIVE level -------------------------------------------------------------------- */

/* A routine run once by a CPU's idle loop at PASSIVE, first in first out. While one waits, others
 * and threads of that CPU run on top of it: it goes on when these have ended or wait in turn. */
struct nt_work {
    void (*fn)(struct nt *nt, void *ctx);
    void *ctx;
    bool queued;
    struct nt_work *next;
    struct sim_sync sync; /* of those who queued it */
};
void nt_work_init(struct nt_work *work, void (*fn)(struct nt *nt, void *ctx), void *ctx);
/* False when it is queued already. Callable from events and CPUs. */
bool nt_work_queue(struct nt *nt, struct nt_work *work, uint32_t cpu);

/* A thread at PASSIVE level with a fiber of its own, bound to one CPU. */
struct nt_thread;
struct nt_thread *nt_thread_create(struct nt *nt, uint32_t cpu, const char *name,
                                   void (*fn)(struct nt *nt, void *ctx), void *ctx);
/* The thread that runs on this CPU; NULL in a work item and in the idle loop. */
const struct nt_thread *nt_thread_current(const struct nt *nt);
/* Waits until *flag is true, re-tested after every nt_signal(). IRQL below DISPATCH. False when
 * deadline (absolute; SIM_NEVER for none) passed first. */
bool nt_wait(struct nt *nt, const bool *flag, sim_ns deadline);
/* The current thread does nothing for so long; a time that is over: it gives way once. */
void nt_sleep(struct nt *nt, sim_ns ns);
/* Wakes every waiting thread to test its flag. Callable from events and CPUs at any IRQL. */
void nt_signal(struct nt *nt);

/* --- figures ---------------------------------------------------------------------------------- */

/* Longest time any CPU spent at DISPATCH or above in one stretch, this run. Each end of a stretch
 * above 1 ms is also traced (HIGH_IRQL). */
sim_ns nt_dispatch_max(const struct nt *nt);
/* When the CPU went to DISPATCH or above; SIM_NEVER when it is below. */
sim_ns nt_high_since(const struct nt *nt, uint32_t cpu);

#endif
