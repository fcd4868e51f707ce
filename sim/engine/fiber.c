/* sim/engine/fiber.c - fibers on make_fcontext and jump_fcontext, announced to AddressSanitizer.
 *
 * The two routines are Boost.Context's assembly with a plain C interface; only their C++ wrappers
 * have headers, so they are declared here.
 */
#include "sim/engine/fiber.h"

#include "sim/engine/sim_assert.h"
#include "sim/engine/world.h"

#if defined(__SANITIZE_ADDRESS__)
#define SIM_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SIM_ASAN 1
#endif
#endif

#ifdef SIM_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

struct transfer {
    void *context; /* where the other side was suspended */
    void *data;
};

struct transfer jump_fcontext(void *to, void *data);
void *make_fcontext(void *stack_top, size_t size, void (*fn)(struct transfer));

static void announce_start(struct sim_fiber *from, struct sim_fiber *to)
{
#ifdef SIM_ASAN
    __sanitizer_start_switch_fiber(&from->asan_fake_stack, (void *)to->stack_lo, to->stack_bytes);
#else
    (void)from;
    (void)to;
#endif
}

/* The bounds of the stack we came from are how the main fiber learns its own. */
static void announce_finish(struct sim_fiber *self, struct sim_fiber *left)
{
#ifdef SIM_ASAN
    const void *bottom;
    size_t size;

    __sanitizer_finish_switch_fiber(self->asan_fake_stack, &bottom, &size);
    if (!left->stack_lo) {
        left->stack_lo = (uintptr_t)bottom;
        left->stack_bytes = size;
    }
#else
    (void)self;
    (void)left;
#endif
}

/* jump_fcontext() leaves by a jump, never by a return. Entered by a call, it would put the
 * processor's prediction of every return behind it out by one: five mispredicted returns on the way
 * from a switch back to the driver, which cost more than everything else about it. So it is entered
 * by a jump as well, with the address to go on at pushed by hand, below what a leaf function may
 * keep under its stack pointer. */
static inline struct transfer jump(void *to, void *data)
{
#if defined(__x86_64__)
    struct transfer t;

    __asm__ volatile("leaq -128(%%rsp), %%rsp\n\t"
                     "leaq 1f(%%rip), %%r11\n\t"
                     "pushq %%r11\n\t"
                     "jmp *%%rax\n"
                     "1:\n\t"
                     "leaq 128(%%rsp), %%rsp"
                     : "=a"(t.context), "=d"(t.data), "+D"(to), "+S"(data)
                     : "0"(jump_fcontext)
                     : "rcx", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4",
                       "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",
                       "xmm14", "xmm15", "cc", "memory");
    return t;
#else
    return jump_fcontext(to, data);
#endif
}

/* A switch hands the other side the fiber that was left, which gets its context stored there. */
static void entry(struct transfer t)
{
    struct sim_fiber *left = t.data, *self = left->went_to;

    left->context = t.context;
    announce_finish(self, left);
    self->fn(self->ctx);
    SIM_ASSERT(!"a fiber's body returned");
}

void sim_fiber_init(struct sim_fiber *fiber, uint32_t stack, sim_fiber_fn fn, void *ctx)
{
    SIM_ASSERT(stack < SIM_STACKS_MAX);
    fiber->stack_lo = sim_world_stack(stack);
    fiber->stack_bytes = SIM_STACK_BYTES;
    fiber->fn = fn;
    fiber->ctx = ctx;
    fiber->asan_fake_stack = NULL;
    fiber->context =
        make_fcontext((void *)(fiber->stack_lo + SIM_STACK_BYTES), SIM_STACK_BYTES, entry);
}

void sim_fiber_switch(struct sim_fiber *from, struct sim_fiber *to)
{
    struct transfer t;
    struct sim_fiber *left;

    from->went_to = to;
    announce_start(from, to);
    t = jump(to->context, from);
    left = t.data;
    left->context = t.context;
    announce_finish(from, left);
}

void sim_fiber_abandon(struct sim_fiber *fiber)
{
#ifdef SIM_ASAN
    __asan_unpoison_memory_region((void *)fiber->stack_lo, fiber->stack_bytes);
    fiber->asan_fake_stack = NULL;
#else
    (void)fiber;
#endif
}

void sim_fiber_announce_leave(struct sim_fiber *to)
{
#ifdef SIM_ASAN
    __sanitizer_start_switch_fiber(NULL, (void *)to->stack_lo, to->stack_bytes);
#else
    (void)to;
#endif
}

/* The frames that the jump skipped never took their red zones back; what runs here next would meet
 * them. */
void sim_fiber_announce_arrive(struct sim_fiber *self)
{
#ifdef SIM_ASAN
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);

    __sanitizer_finish_switch_fiber(self->asan_fake_stack, NULL, NULL);
    if (here - self->stack_lo < self->stack_bytes)
        __asan_unpoison_memory_region((void *)self->stack_lo, here - self->stack_lo);
#else
    (void)self;
#endif
}

size_t sim_fiber_used(const struct sim_fiber *fiber)
{
    uintptr_t top = fiber->stack_lo + fiber->stack_bytes, sp = (uintptr_t)fiber->context;

    SIM_ASSERT(sp >= fiber->stack_lo && sp <= top);
    return top - sp;
}
