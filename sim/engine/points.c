/* sim/engine/points.c - what the instrumented driver calls at every access to memory.
 *
 * The driver is compiled with -fsanitize=thread at compile time only; these are the callbacks that
 * pass emits, in the calling convention of the module's target (Microsoft x64). They run before the
 * access they announce:
 *
 *   1. an access to the current CPU's own stack is nobody else's business: return;
 *   2. it is a point: time passes, another CPU may act, an interrupt may come in;
 *   3. only then is the shadow asked whether the address may be touched, because what happened in 2
 * may have taken the memory away; and a page that is written is marked dirty.
 *
 * Which accesses are not points: the CPU's own stack, constants, and (clang leaves them out)
 * accesses that provably go to a local that never escapes.
 */
#include <stddef.h>

#include "sim/engine/sim_private.h"

#define SIM_API __attribute__((ms_abi, visibility("default")))

enum access { READ, WRITE };

/* Away from the fast path, so that it needs no frame of its own. */
static __attribute__((noinline, cold)) void forbidden(uintptr_t addr, uint32_t bytes,
                                                      enum access access)
{
    sim__bad_access(SIM__FIXED, addr, bytes, access == WRITE);
}

static __attribute__((noinline)) void slow(sim_ns cost)
{
    sim__point_slow(SIM__FIXED, cost);
}

static inline void check(uintptr_t addr, uint32_t bytes, enum access access)
{
    if (SIM_LIKELY(sim_world_in_pages(addr))) {
        if (SIM_UNLIKELY(!(sim_world_shadow(addr) & SIM_MEM_CPU)))
            forbidden(addr, bytes, access);
        if (access == WRITE)
            sim_world_touch((void *)addr, bytes);
    } else if (SIM_UNLIKELY(addr - SIM_CORE_BASE < SIM_STACKS_BASE - SIM_CORE_BASE)) {
        forbidden(addr, bytes, access);
    }
}

static inline void point(void)
{
    struct sim_hot *hot = &SIM__FIXED->hot;

    hot->points++;
    hot->clock += hot->point_ns;
    if (SIM_UNLIKELY(hot->clock >= hot->limit || --hot->fuel == 0))
        slow(hot->point_ns);
}

static inline void touch(const volatile void *p, uint32_t bytes, enum access access)
{
    uintptr_t addr = (uintptr_t)p;

    if (addr - SIM__FIXED->hot.stack_lo < SIM__FIXED->hot.stack_bytes)
        return;
    point();
    check(addr, bytes, access);
}

/* Only instrumented code calls these, so no header declares them. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
/* clang-format off */
#define ACCESS(n)                                                                                \
    SIM_API void __tsan_read##n(void *p) { touch(p, n, READ); }                                  \
    SIM_API void __tsan_write##n(void *p) { touch(p, n, WRITE); }                                \
    SIM_API void __tsan_read_write##n(void *p) { touch(p, n, READ); touch(p, n, WRITE); }        \
    SIM_API void __tsan_unaligned_read##n(void *p) { touch(p, n, READ); }                        \
    SIM_API void __tsan_unaligned_write##n(void *p) { touch(p, n, WRITE); }                      \
    SIM_API void __tsan_unaligned_read_write##n(void *p) { touch(p, n, READ); touch(p, n, WRITE); }
ACCESS(1)
ACCESS(2)
ACCESS(4)
ACCESS(8)
ACCESS(16)

SIM_API void __tsan_init(void) { }
SIM_API void __tsan_func_entry(void *pc) { (void)pc; }
SIM_API void __tsan_func_exit(void) { }
SIM_API void __tsan_atomic_thread_fence(int order) { (void)order; point(); }
SIM_API void __tsan_atomic_signal_fence(int order) { (void)order; }

/* One OS thread runs one world, so an operation that is one point is indivisible by itself. */
#define UINT(bits) uint##bits##_t
#define NAME(bits, what) __tsan_atomic##bits##_##what

#define RMW(bits, what, expr)                                                                    \
    SIM_API UINT(bits) NAME(bits, what)(volatile UINT(bits) *p, UINT(bits) v, int order)         \
    {                                                                                            \
        UINT(bits) old;                                                                          \
        (void)order;                                                                             \
        touch(p, bits / 8, WRITE);                                                               \
        old = *p;                                                                                \
        *p = (UINT(bits))(expr);                                                                 \
        return old;                                                                              \
    }

#define ATOMICS(bits)                                                                            \
    SIM_API UINT(bits) NAME(bits, load)(const volatile UINT(bits) *p, int order)                 \
    {                                                                                            \
        (void)order;                                                                             \
        touch(p, bits / 8, READ);                                                                \
        return *p;                                                                               \
    }                                                                                            \
    SIM_API void NAME(bits, store)(volatile UINT(bits) *p, UINT(bits) v, int order)              \
    {                                                                                            \
        (void)order;                                                                             \
        touch(p, bits / 8, WRITE);                                                               \
        *p = v;                                                                                  \
    }                                                                                            \
    RMW(bits, exchange, v)                                                                       \
    RMW(bits, fetch_add, old + v)                                                                \
    RMW(bits, fetch_sub, old - v)                                                                \
    RMW(bits, fetch_and, old & v)                                                                \
    RMW(bits, fetch_or, old | v)                                                                 \
    RMW(bits, fetch_xor, old ^ v)                                                                \
    RMW(bits, fetch_nand, ~(old & v))                                                            \
    SIM_API UINT(bits) NAME(bits, compare_exchange_val)(volatile UINT(bits) *p, UINT(bits) c,    \
                                                        UINT(bits) v, int order, int fail)       \
    {                                                                                            \
        UINT(bits) old;                                                                          \
        (void)order;                                                                             \
        (void)fail;                                                                              \
        touch(p, bits / 8, WRITE);                                                               \
        old = *p;                                                                                \
        if (old == c)                                                                            \
            *p = v;                                                                              \
        return old;                                                                              \
    }                                                                                            \
    SIM_API int NAME(bits, compare_exchange_strong)(volatile UINT(bits) *p, UINT(bits) *c,       \
                                                    UINT(bits) v, int order, int fail)           \
    {                                                                                            \
        UINT(bits) wanted = *c;                                                                  \
        *c = NAME(bits, compare_exchange_val)(p, wanted, v, order, fail);                        \
        return *c == wanted;                                                                     \
    }                                                                                            \
    SIM_API int NAME(bits, compare_exchange_weak)(volatile UINT(bits) *p, UINT(bits) *c,         \
                                                  UINT(bits) v, int order, int fail)             \
    {                                                                                            \
        return NAME(bits, compare_exchange_strong)(p, c, v, order, fail);                        \
    }
ATOMICS(8)
ATOMICS(16)
ATOMICS(32)
ATOMICS(64)
/* clang-format on */
#pragma GCC diagnostic pop

/* Whole ranges, from the module's own memcpy and relatives: one point, then every granule is
 * checked. pc is the caller in the driver; its frame is on the stack, so it is not needed here. */
static void range(const volatile void *p, size_t bytes, enum access access)
{
    uintptr_t addr = (uintptr_t)p, bad;

    if (!bytes || addr - SIM__FIXED->hot.stack_lo < SIM__FIXED->hot.stack_bytes)
        return;
    point();
    if (!sim_world_in_pages(addr)) {
        check(addr, (uint32_t)bytes, access);
        return;
    }
    if (!sim_world_shadow_check(addr, bytes, SIM_MEM_CPU, &bad))
        forbidden(bad, (uint32_t)(addr + bytes - bad), access);
    else if (access == WRITE)
        sim_world_touch(p, bytes);
}

SIM_API void storsim_range_read(const void *p, size_t n, void *pc);
SIM_API void storsim_range_read(const void *p, size_t n, void *pc)
{
    (void)pc;
    range(p, n, READ);
}

SIM_API void storsim_range_write(void *p, size_t n, void *pc);
SIM_API void storsim_range_write(void *p, size_t n, void *pc)
{
    (void)pc;
    range(p, n, WRITE);
}

void sim_set_bad_access(struct sim *s, sim_bad_access_fn fn, void *ctx)
{
    s->bad_access = fn;
    s->bad_access_ctx = ctx;
}

/* With the rule off or only a warning the access goes ahead: the pages are always mapped. */
void sim__bad_access(struct sim *s, uintptr_t addr, uint32_t bytes, bool write)
{
    if (s->bad_access)
        s->bad_access(s, addr, bytes, write, s->bad_access_ctx);
    else
        sim_find(s, SIM_RULE_USE_AFTER_FREE, 0, "%s of %u bytes of memory the driver does not own",
                 write ? "write" : "read", bytes);
    if (write && sim_world_in_pages(addr))
        sim_world_touch((void *)addr, bytes);
}
