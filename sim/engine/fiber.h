/* sim/engine/fiber.h - stackful coroutines on Boost.Context's C entry points.
 *
 * A fiber is a stack in the world's stack zone and the context saved on it. Fibers are imaged and
 * restored with the world. Sanitizers are told about every switch.
 */
#ifndef SIM_ENGINE_FIBER_H
#define SIM_ENGINE_FIBER_H

#include <stddef.h>
#include <stdint.h>

/* Body of a fiber. It must not return: it ends by being left for good. */
typedef void (*sim_fiber_fn)(void *ctx);

struct sim_fiber {
    void *context;      /* saved context; meaningful while the fiber is not running */
    uintptr_t stack_lo; /* lowest usable address; 0 for the caller's own stack (the main fiber) */
    size_t stack_bytes;
    sim_fiber_fn fn;
    void *ctx;
    struct sim_fiber *went_to; /* the last one this one switched to */
    void *asan_fake_stack;
};

/* Prepares a fiber on stack number `stack` (0 .. SIM_STACKS_MAX-1); it starts at the first switch
 * to it. */
void sim_fiber_init(struct sim_fiber *fiber, uint32_t stack, sim_fiber_fn fn, void *ctx);

/* Suspends `from` (which is running) and runs `to`. Returns when something switches back to `from`.
 */
void sim_fiber_switch(struct sim_fiber *from, struct sim_fiber *to);

/* Tells sanitizers that a fiber was left for good in mid-flight and its stack will be overwritten.
 */
void sim_fiber_abandon(struct sim_fiber *fiber);

/* Around a jump that leaves a fiber for good and lands on `to` (a longjmp): tells sanitizers. */
void sim_fiber_announce_leave(struct sim_fiber *to);
void sim_fiber_announce_arrive(struct sim_fiber *self);

/* Stack bytes from the saved stack pointer to the top; what an image must keep. Not for running
 * fibers. */
size_t sim_fiber_used(const struct sim_fiber *fiber);

#endif
