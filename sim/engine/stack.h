/* sim/engine/stack.h - where the code under test is right now, seen from a trace sink.
 *
 * A walk over the frame pointers of the fiber that executes. Output only: no decision looks at it.
 */
#ifndef SIM_ENGINE_STACK_H
#define SIM_ENGINE_STACK_H

#include <stdint.h>

#include "sim/engine/verdict.h"

struct sim;
struct sim_module;

/* Frames of the driver on the stack that executes now, innermost first, at most max, into out
 * (offsets into module). *routine, if not NULL, becomes the name of the exported routine of
 * storsim's that the innermost of them called ("StorPortIssueDpc"), or NULL; it lives for ever.
 * Returns the number of frames; 0 on the main fiber, and without a simulation or a module. */
uint32_t sim_stack(const struct sim *sim, const struct sim_module *module, uint64_t *out,
                   uint32_t max, const char **routine);

#endif
