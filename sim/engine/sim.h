/* sim/engine/sim.h - the simulation: virtual time, simulated CPUs, events, points, choices.
 *
 * An agent is a simulated CPU: a clock and the fiber that runs on it now. Agents act at points, in
 * the order of their clocks unless the strategy chooses otherwise; an agent that is passed over is
 * delayed. Events have exact times and are never overtaken: whoever acts at time t has seen every
 * event up to t.
 *
 * struct sim lives in the world's core zone and is restored with it. The engine knows agents,
 * fibers and events; interrupts, request levels and locks are models built on sim_sleep() and
 * sim_kick().
 */
#ifndef SIM_ENGINE_SIM_H
#define SIM_ENGINE_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/engine/choice.h"
#include "sim/engine/event_queue.h"
#include "sim/engine/fiber.h"
#include "sim/engine/prng.h"
#include "sim/engine/sim_assert.h"
#include "sim/engine/time.h"
#include "sim/engine/trace.h"
#include "sim/engine/verdict.h"
#include "sim/engine/world.h"

#define SIM_AGENTS_MAX 64
#define SIM_STREAMS_MAX 64

struct sim;
struct sim_agent;

/* Why sim_run() came back. */
enum sim_stop {
    SIM_STOP_NONE,    /* still running */
    SIM_STOP_DONE,    /* a model said that all is done */
    SIM_STOP_FINDING, /* a rule of severity error was violated */
    SIM_STOP_TIME,    /* the time limit was reached */
    SIM_STOP_IDLE,    /* nothing can ever happen again */
    SIM_STOP_CRASH,   /* the code under test raised a signal; a finding was recorded */
};

struct sim_config {
    struct sim_explore explore;
    sim_ns point_ns;     /* what one access costs, >= 1 */
    uint64_t points_max; /* points without sim_progress() before the run counts as hung */
    uint8_t severity[SIM_RULE_COUNT]; /* enum sim_severity */
};
void sim_config_defaults(struct sim_config *config);

/* Creates the simulation in the present, empty world. One at a time. */
struct sim *sim_create(const struct sim_config *config);

/* Forgets it; the world may then be destroyed. */
void sim_destroy(struct sim *sim);

/* Takes the image that sim_restore() returns to: the world, and the stacks of all fibers. Not
 * during sim_run(). */
void sim_image(struct sim *sim);
void sim_restore(struct sim *sim);

/* The world's simulation; NULL when there is none. For the driver's entry points, which get no
 * argument. */
struct sim *sim_current(void);

/* --- agents ----------------------------------------------------------------------------------- */

/* Called by an agent itself, at a point, after sim_kick(): the place to take interrupts. May pass
 * points. */
typedef void (*sim_attention_fn)(struct sim_agent *agent, void *ctx);

/* Adds an agent whose base fiber runs fn(ctx) when it is first scheduled; fn never returns. name is
 * kept by reference. Agents are numbered from 0 in order of creation. */
struct sim_agent *sim_agent_create(struct sim *sim, const char *name, sim_fiber_fn fn,
                                   sim_attention_fn attention, void *ctx);

/* Points and sleeps an agent had passed in this run when it was last left. */
uint64_t sim_ordinal(const struct sim *sim, uint32_t agent);

/* What an agent was about to do when it was left: addr is 0 when that is no access of the driver to
 * memory. Known only under a strategy that asks for it (struct sim_strategy). */
struct sim_access {
    uintptr_t addr;
    uint32_t bytes;
    bool write;
};
struct sim_access sim_pending(const struct sim *sim, uint32_t agent);

/* How many there are. */
uint32_t sim_agents(const struct sim *sim);
uint32_t sim_agent_number(const struct sim_agent *agent);
sim_ns sim_agent_clock(const struct sim_agent *agent);
/* Level shown in trace records and findings of this agent (its IRQL); the model sets it. */
void sim_agent_set_level(struct sim_agent *agent, uint8_t level);

/* The agent that runs now; NULL in events and outside sim_run(). */
struct sim_agent *sim_agent_current(const struct sim *sim);

/* Switches the current agent from its present fiber to another one (a thread of the same CPU).
 * Returns when the former is switched to again. */
void sim_agent_switch_fiber(struct sim *sim, struct sim_fiber *from, struct sim_fiber *to);
/* The fiber the agent started with. */
struct sim_fiber *sim_agent_base_fiber(struct sim_agent *agent);
/* A fresh fiber on a stack of its own, for threads. Asserts when stacks run out. */
void sim_fiber_create(struct sim *sim, struct sim_fiber *fiber, sim_fiber_fn fn, void *ctx);

/* Time now: of the current agent, of the event that runs, or of the last thing that happened. */
sim_ns sim_now(const struct sim *sim);

/* A point: costs ns, then others may run, and pending attention is given. Current agent only;
 * outside of an agent's context it does nothing. */
void sim_point(struct sim *sim, sim_ns ns);

/* The current agent does nothing until deadline or until it is kicked, whichever is first.
 * Attention is given before it returns. SIM_NEVER: until kicked. */
void sim_sleep(struct sim *sim, sim_ns deadline);

/* Makes agent pay attention: wakes it from sim_sleep(), or at its next point. Callable from
 * anywhere. */
void sim_kick(struct sim *sim, struct sim_agent *agent);

/* --- events ----------------------------------------------------------------------------------- */

/* Schedules event at time `at`; a time in the past counts as now. It must not be pending. */
void sim_event_at(struct sim *sim, struct sim_event *event, sim_ns at, sim_event_fn fn, void *ctx);
/* The same, ns from now. */
void sim_event_in(struct sim *sim, struct sim_event *event, sim_ns ns, sim_event_fn fn, void *ctx);
bool sim_event_cancel(struct sim *sim, struct sim_event *event);

/* --- random streams --------------------------------------------------------------------------- */

/* Registers st under name; it is seeded now and again at the start of every run. name kept by
 * reference. */
void sim_stream_register(struct sim *sim, struct sim_stream *st, const char *name);

/* --- running ---------------------------------------------------------------------------------- */

/* Starts a run: seeds all streams, starts the strategy. steps: see struct sim_strategy. */
void sim_begin(struct sim *sim, uint64_t seed, const struct sim_strategy *strategy, uint64_t steps);

/* Runs until something stops it; events and actions at time_limit still happen. May be called again
 * to go on, unless it was stopped by a finding or a crash. Not reentrant. */
enum sim_stop sim_run(struct sim *sim, sim_ns time_limit);

/* Ends the run. From an agent or an event it takes effect at the next decision, and returns. */
void sim_stop(struct sim *sim, enum sim_stop why);

/* Says that the system got something done; bounds endless loops (see points_max). */
void sim_progress(struct sim *sim);
/* Nobody acts before an event kicks somebody. From an event. */
bool sim_idle(const struct sim *sim);

uint64_t sim_seed(const struct sim *sim);
uint64_t sim_points(const struct sim *sim);
uint64_t sim_events_run(const struct sim *sim);
uint64_t sim_switches(const struct sim *sim);

/* Findings so far: number recorded (at most SIM_FINDINGS_MAX are kept) and the i-th. */
uint32_t sim_findings(const struct sim *sim);
const struct sim_finding *sim_finding(const struct sim *sim, uint32_t i);
enum sim_severity sim_severity(const struct sim *sim, enum sim_rule rule);

/* Called for a driver's access to memory that its shadow forbids, at the very access, in the
 * driver's context. The hook decides which rule it violates; without a hook it is use-after-free.
 */
typedef void (*sim_bad_access_fn)(struct sim *sim, uintptr_t addr, uint32_t bytes, bool write,
                                  void *ctx);
void sim_set_bad_access(struct sim *sim, sim_bad_access_fn fn, void *ctx);

/* Models set these around calls of the driver, nested as the calls are. While a driver is on the
 * current agent's stack, a signal (SIGSEGV, SIGFPE...) is the driver's fault: finding driver-fault;
 * otherwise it is ours. callback: which of the driver's entry points, as the models number them;
 * below SIM_CALLBACK_NONE. */
#define SIM_CALLBACK_NONE 31u
#define SIM_DRIVER_DEPTH_MAX 15
void sim_enter_driver(struct sim *sim, uint32_t callback);

/* Seed that the strategy gets at sim_begin() instead of the run's; 0: the run's. Load and device
 * keep theirs. No part of the world; sim_create() sets it to 0. */
void sim_set_schedule_seed(struct sim *sim, uint64_t seed);
void sim_leave_driver(struct sim *sim);

/* The code under test, for stacks of findings and for signals; NULL: none. Not part of the world.
 */
struct sim_module;
void sim_set_module(struct sim_module *module);
struct sim_module *sim_module_present(void);

/* A driver hangs when it uses so much processor time without a point: a second, or 30 ms, which is
 * for those who will ask again. Not part of the world. */
enum sim_watchdog { SIM_WATCHDOG_PATIENT, SIM_WATCHDOG_QUICK };
void sim_watchdog_set(enum sim_watchdog watchdog);

#endif
