/* sim/engine/debug.h - where a debugger stops: at a violation, and at a point of the run before it.
 *
 * Off unless sim_debug_on() was called; then a breakpoint on sim_debug_stop() is all that a
 * debugger needs. Asking the scheduler to stop at a point makes it ask the strategy once more:
 * under strategy `replay` that changes nothing of the run.
 */
#ifndef SIM_ENGINE_DEBUG_H
#define SIM_ENGINE_DEBUG_H

#include <stdbool.h>
#include <stdint.h>

struct sim;

/* What a debugger prints when it has stopped. */
struct sim_debug {
    bool on;
    uint64_t stop_at; /* point at which to stop, counted as in struct sim_finding; 0: none */
    uint64_t point;   /* where it has stopped */
    const char *why;  /* in words */
    uintptr_t pc;     /* where the driver's innermost frame goes on; 0: no driver there */
};
extern struct sim_debug sim_debug;

/* Stops at violations, and at point stop_at (0: none), in all runs from now on, start-ups included.
 */
void sim_debug_on(uint64_t stop_at);

/* Does nothing but be here for breakpoints. */
void sim_debug_stop(void);

/* A violation was found. why: the finding's text. pc: where a signal came from; 0: it was found on
 * the stack that executes now. */
void sim_debug_found(const struct sim *sim, const char *why, uintptr_t pc);

/* For the scheduler: points that may pass, of `left`, before it has to look; and the look itself.
 */
uint64_t sim_debug_fuel(uint64_t points, uint64_t left);
void sim_debug_point(const struct sim *sim);

#endif
