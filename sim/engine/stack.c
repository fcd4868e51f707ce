/* sim/engine/stack.c - where the code under test is right now, seen from a trace sink. */
#include "sim/engine/stack.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#include "sim/engine/module.h"
#include "sim/engine/sim_private.h"

#define DEPTH_MAX 256
#define NAMES 256 /* remembered names of code addresses; a power of two */

/* What dladdr() said before: it is slow, and the same few addresses come again and again. */
static struct {
    uintptr_t pc;
    const char *name;
} known[NAMES];

static const char *name_of(uintptr_t pc)
{
    size_t slot = (pc ^ pc >> 8) & (NAMES - 1);
    Dl_info info;

    if (known[slot].pc != pc) {
        known[slot].pc = pc;
        known[slot].name = dladdr((void *)pc, &info) ? info.dli_sname : NULL;
    }
    return known[slot].name;
}

uint32_t sim_stack(const struct sim *s, const struct sim_module *module, uint64_t *out,
                   uint32_t max, const char **routine)
{
    uintptr_t frame = (uintptr_t)__builtin_frame_address(0), last = 0, lo, hi;
    uint32_t n = 0;

    if (routine)
        *routine = NULL;
    if (!s || !module || !s->fiber->stack_lo)
        return 0;
    lo = s->fiber->stack_lo;
    hi = lo + s->fiber->stack_bytes;
    for (int i = 0; i < DEPTH_MAX && frame >= lo && frame + 16 <= hi && !(frame & 7); i++) {
        uintptr_t next = ((const uintptr_t *)frame)[0], ret = ((const uintptr_t *)frame)[1];
        uint64_t offset;

        if (ret && sim_module_offset(module, ret - 1, &offset)) {
            if (n == 0 && routine && last)
                *routine = name_of(last);
            if (n < max)
                out[n++] = offset;
        }
        last = ret ? ret - 1 : 0;
        if (next <= frame)
            break;
        frame = next;
    }
    return n;
}
