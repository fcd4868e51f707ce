/* sim/engine/sim_private.h - private to sim/engine: the simulation's state. */
#ifndef SIM_ENGINE_SIM_PRIVATE_H
#define SIM_ENGINE_SIM_PRIVATE_H

#include "sim/engine/sim.h"

#define SIM_SUBSCRIBERS 8
#define SIM_TRACE_BUFFER 64
#define SIM_FIBERS_MAX SIM_STACKS_MAX

/* What a point looks at. It stands at a fixed address, so the instrumentation callbacks need no
 * pointer. */
struct sim_hot {
    sim_ns clock; /* the current agent's time, the point's cost included */
    sim_ns limit; /* acting at or after this needs a decision first */
    uint64_t points;
    uint64_t ask;       /* number of the point at which the engine must look */
    uintptr_t stack_lo; /* the current fiber's stack: accesses to it are no points */
    uintptr_t stack_bytes;
    sim_ns point_ns;
    struct sim_access
        pending;          /* what the present point is about to do; only while somebody watches */
    uint64_t context;     /* of the current agent, see watch_private.h */
    uint64_t matters;     /* points that matter (shared.h), counted while anybody wants to know */
    uint64_t matters_ask; /* the strategy wants to be asked at this one; 0: at none */
};

/* Who wants to see every access; a bit each, 0 in the fast case. No part of the world. */
enum {
    SIM__WATCH_COVERAGE = 1, /* coverage.c */
    SIM__WATCH_LEARN = 2,    /* shared.c: what is shared */
    SIM__WATCH_SHARED = 4,   /* shared.c: counts accesses to it, before they happen */
    SIM__WATCH_RACE = 8,     /* race.c */
    SIM__WATCH_PENDING = 16, /* the strategy asks for pending accesses */
    SIM__WATCH_WITNESS = 32, /* witness.c: what touches one granule */
    /* who is told of an access when it happened, the race detector apart */
    SIM__WATCH_AFTER = SIM__WATCH_COVERAGE | SIM__WATCH_LEARN | SIM__WATCH_WITNESS,
};
/* Of this program alone: reached without a table of addresses. */
#define SIM_INSIDE __attribute__((visibility("hidden")))
extern uint32_t sim__watch SIM_INSIDE;
/* Begins and ends; what the driver's accesses call depends on it. */
void sim__watch_set(uint32_t begin, uint32_t end);

struct sim_agent {
    struct sim *sim;
    const char *name;
    uint32_t number;
    uint8_t level;
    bool sleeping, kicked;
    uint32_t driver_depth;                      /* nested calls into the driver */
    uint8_t callback[SIM_DRIVER_DEPTH_MAX + 1]; /* of each of them, from 1 */
    uint64_t context; /* callback, number and depth as in a word of watch_private.h */
    sim_ns clock;     /* where it was left; while it runs, hot.clock counts instead */
    sim_ns held;      /* how long its next action was put off when it was left; acts_at has it */
    uint64_t ordinal; /* points and sleeps it passed in this run, when it was left */
    uint64_t ask_ordinal;      /* at which the strategy's hold is asked */
    struct sim_access pending; /* what it was about to do */
    struct sim_fiber base;
    struct sim_fiber *fiber;
    sim_attention_fn attention;
    void *ctx;
};

struct sim_subscriber {
    sim_trace_fn fn;
    void *ctx;
};

struct sim {
    struct sim_hot hot;
    struct sim_agent *agent; /* who acts now; NULL in events and outside of sim_run() */
    struct sim_fiber *fiber; /* what executes physically */
    struct sim_fiber main;
    sim_ns now;      /* of the last event, or where the last agent was left */
    sim_ns frontier; /* time of the last action of any agent */
    uint32_t last;   /* the agent that made it */
    sim_ns time_limit;
    bool running;
    bool broken; /* left in mid-flight; only restoring helps */
    enum sim_stop stop;
    struct sim_config config;
    struct sim_event_queue events;
    uint64_t events_run, switches, progress_at;
    uint64_t seed;
    uint64_t step_last;               /* points when the last switch was traced */
    uint64_t resumed_at;              /* points when the present agent went on */
    uint64_t ask_points;              /* of the world, at which hold is asked */
    uint64_t asked[SIM_CHOICE_COUNT]; /* questions of each kind in this run */
    uint32_t agents;
    sim_ns acts_at[SIM_AGENTS_MAX]; /* when each acts next: its clock, or when its sleep ends;
                                       SIM_NEVER: kicked first */
    struct sim_agent *agent_list[SIM_AGENTS_MAX];
    uint32_t fibers;
    struct sim_fiber *fiber_list[SIM_FIBERS_MAX];
    uint32_t streams;
    struct {
        struct sim_stream *stream;
        const char *name;
    } stream_list[SIM_STREAMS_MAX];
    const struct sim_strategy *strategy;
    _Alignas(16) unsigned char strategy_state[SIM_STRATEGY_STATE_BYTES];
    sim_bad_access_fn bad_access;
    void *bad_access_ctx;
    uint64_t trace_hash, switch_hash;
    uint32_t trace_count;
    struct sim_record trace_buffer[SIM_TRACE_BUFFER];
    uint8_t subscribers[SIM_EV_COUNT];
    struct sim_subscriber subscriber[SIM_EV_COUNT][SIM_SUBSCRIBERS];
};

/* The first thing allocated in every world. */
#define SIM__FIXED ((struct sim *)(SIM_CORE_BASE + 64))

/* Away from a fast path that the driver calls, and of its calling convention: so that the fast path
 * needs no frame of its own and saves none of the registers that the other convention may change.
 */
#define SIM_ASIDE __attribute__((ms_abi, noinline))

/* Asks the strategy whether to hold an agent up that was just left. */
void sim__hold(struct sim *s, struct sim_agent *a);

/* For the recorder (schedule_record.c); nothing without one. */
void sim__record_delay(uint32_t agent, uint64_t ordinal, sim_ns ns);
void sim__record_answer(enum sim_choice kind, uint64_t question, uint32_t answer);

/* A point that needs a decision: cost was already added to hot.clock. */
void sim__point_slow(struct sim *s, sim_ns cost);

/* Traces a switch to agent `to`. There are too many of them for records: they are mixed into the
 * hash, and only a sink gets to see them. */
void sim__trace_switch(struct sim *s, uint32_t to);
/* An access that a witness was asked for: only a sink gets to see it. */
void sim__trace_access(struct sim *s, uint64_t offset, bool write);

/* Leaves the current run at once, whatever is on the stack. Does not return. */
_Noreturn void sim__escape(struct sim *s, enum sim_stop why);

/* A driver's access that its shadow forbids. */
void sim__bad_access(struct sim *s, uintptr_t addr, uint32_t bytes, bool write);

/* A point of the driver that touches no memory (shared.c). */
void sim__shared_point(struct sim *s);

/* Signals that code under test may raise; installed once. */
void sim__crash_install(void);

/* A fresh finding, without text and stack. */
struct sim_finding *sim__finding_new(struct sim *s, enum sim_rule rule, uint64_t subject);

/* Fills in the stack: pc is the innermost code address (0: none but the return addresses), frame
 * the innermost frame pointer. */
void sim__finding_stack(struct sim *s, struct sim_finding *f, uintptr_t pc, uintptr_t frame);

#endif
