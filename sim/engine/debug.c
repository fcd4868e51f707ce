/* sim/engine/debug.c - where a debugger stops: at a violation, and at a point of the run before it.
 */
#include "sim/engine/debug.h"

#include "sim/engine/module.h"
#include "sim/engine/sim.h"
#include "sim/engine/stack.h"

/* Outside of the world: a debugger's wishes outlive the runs it watches. */
struct sim_debug sim_debug;

void sim_debug_on(uint64_t stop_at)
{
    sim_debug = (struct sim_debug){.on = true, .stop_at = stop_at, .why = ""};
}

__attribute__((noinline)) void sim_debug_stop(void)
{
    __asm__ volatile("" ::: "memory");
}

/* No look at the debug information here: this may be a fiber, and its stack is small. */
static uintptr_t driver_pc(const struct sim *s)
{
    const struct sim_module *module = sim_module_present();
    uint64_t frame;

    return sim_stack(s, module, &frame, 1, NULL) ? sim_module_base(module) + frame + 1 : 0;
}

static void stop(const struct sim *s, const char *why, uintptr_t pc)
{
    sim_debug.point = sim_points(s);
    sim_debug.why = why;
    sim_debug.pc = pc;
    sim_debug_stop();
}

void sim_debug_found(const struct sim *s, const char *why, uintptr_t pc)
{
    const struct sim_module *module = sim_module_present();
    uint64_t offset;

    if (!sim_debug.on)
        return;
    /* A signal has a stack of its own, on which there is no driver. */
    if (pc && !(module && sim_module_offset(module, pc, &offset)))
        stop(s, why, 0);
    else
        stop(s, why, pc ? pc : driver_pc(s));
}

uint64_t sim_debug_fuel(uint64_t points, uint64_t left)
{
    if (!sim_debug.on || sim_debug.stop_at <= points || sim_debug.stop_at - points >= left)
        return left;
    return sim_debug.stop_at - points;
}

void sim_debug_point(const struct sim *s)
{
    if (!sim_debug.on || !sim_debug.stop_at || sim_points(s) < sim_debug.stop_at)
        return;
    sim_debug.stop_at = 0;
    stop(s, "the point that was asked for", driver_pc(s));
}
