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

#include "sim/engine/race_private.h"
#include "sim/engine/watch_private.h"
#include "sim/engine/witness.h"

#define SIM_API __attribute__((ms_abi, visibility("default")))

enum access { READ, WRITE };

uint32_t sim__watch;

/* Nearly all accesses end in functions that call nothing, but in their last step: such a function
 * needs no frame and saves no registers, which would cost as much as all that it does. So what is
 * rare is a function that also does what then remains. */

static SIM_ASIDE __attribute__((cold)) void forbidden(uintptr_t addr, uint32_t bytes,
                                                      enum access access)
{
    sim__bad_access(SIM__FIXED, addr, bytes, access == WRITE);
}

static SIM_ASIDE void slow(sim_ns cost)
{
    sim__point_slow(SIM__FIXED, cost);
}

static SIM_ASIDE void dirty(uintptr_t addr, uint32_t bytes)
{
    sim_world_touch((void *)addr, bytes);
}

static inline bool clean(uintptr_t addr)
{
    return !((const uint8_t *)SIM_DIRTY_BASE)[sim_world_page_index(addr)];
}

/* bytes: at most a page. */
static inline void check(uintptr_t addr, uint32_t bytes, enum access access)
{
    if (SIM_LIKELY(sim_world_in_pages(addr))) {
        if (SIM_UNLIKELY(!(sim_world_shadow(addr) & SIM_MEM_CPU)))
            forbidden(addr, bytes, access);
        else if (access == WRITE && SIM_UNLIKELY(clean(addr) || clean(addr + bytes - 1)))
            dirty(addr, bytes);
    } else if (SIM_UNLIKELY(addr - SIM_CORE_BASE < SIM_STACKS_BASE - SIM_CORE_BASE)) {
        forbidden(addr, bytes, access);
    }
}

/* One register for all of it: the compiler would write the address out for every field. */
static inline struct sim_hot *hot_now(void)
{
    struct sim_hot *hot = &SIM__FIXED->hot;

    __asm__("" : "+r"(hot));
    return hot;
}

static inline bool own_stack(const volatile void *p)
{
    const struct sim_hot *hot = hot_now();

    return (uintptr_t)p - hot->stack_lo < hot->stack_bytes;
}

/* Time passes. True: others may come before what happens here; slow() lets them. */
static inline bool others(void)
{
    struct sim_hot *hot = hot_now();
    uint64_t points = ++hot->points;
    sim_ns clock = hot->clock += hot->point_ns;

    return SIM_UNLIKELY(clock >= hot->limit || points >= hot->ask);
}

static inline void point(void)
{
    if (others())
        slow(hot_now()->point_ns);
}

static SIM_ASIDE void shared_before(uintptr_t addr)
{
    sim__shared_before(addr);
}

/* An access is about to happen: told before others may run. */
static inline void announce(uintptr_t addr, size_t bytes, enum access access, uint32_t watch)
{
    if (watch & SIM__WATCH_PENDING)
        hot_now()->pending =
            (struct sim_access){.addr = addr, .bytes = (uint32_t)bytes, .write = access == WRITE};
    if (SIM_UNLIKELY(watch & SIM__WATCH_SHARED))
        shared_before(addr);
}

/* It happened. pc: where it returns to in the driver. */
static SIM_ASIDE void observe(uintptr_t addr, size_t bytes, enum access access, uintptr_t pc)
{
    if (sim__watch & SIM__WATCH_COVERAGE)
        sim__coverage_access(addr, bytes, access == WRITE, pc);
    if (sim__watch & SIM__WATCH_LEARN)
        sim__shared_access(addr, bytes, access == WRITE);
    if (sim__watch & SIM__WATCH_WITNESS)
        sim__witness_access(addr, bytes, access == WRITE, pc);
}

static SIM_ASIDE void conflict(uint64_t before, uint64_t now)
{
    sim__coverage_conflict(before, now);
}

/* The same as observe() for coverage alone and a granule of the page zone, where nearly all
 * accesses go. */
static inline void cover(size_t number, enum access access, uint32_t pc)
{
    uint64_t *word = sim__word(number), before = *word;
    uint64_t now = SIM__FIXED->hot.context | (access == WRITE ? SIM__WRITES : 0) | pc;

    *word = now;
    if (SIM_UNLIKELY(sim__conflict(before, now)))
        conflict(before, now);
}

static inline bool in_granule(uintptr_t addr, uint32_t bytes)
{
    return sim_world_in_pages(addr) && (addr & 7) + bytes <= 8;
}

static inline size_t granule_of(uintptr_t addr)
{
    return (addr - SIM_PAGES_BASE) >> SIM_SHADOW_SHIFT;
}

/* What is done once it is its turn. later: the race detector is told elsewhere. */
static inline __attribute__((always_inline)) void
watched_turn(uintptr_t addr, uint32_t bytes, enum access access, bool later, uintptr_t pc)
{
    uint32_t watch = sim__watch;

    check(addr, bytes, access);
    if (watch & SIM__WATCH_RACE && !later)
        sim__race_access(addr, bytes, access == WRITE ? RACE_WRITE : RACE_READ, pc);
    if (watch & SIM__WATCH_PENDING)
        hot_now()->pending.addr = 0;
    watch &= SIM__WATCH_AFTER;
    if (watch == SIM__WATCH_COVERAGE && in_granule(addr, bytes))
        cover(granule_of(addr), access, (uint32_t)pc);
    else if (watch)
        observe(addr, bytes, access, pc);
}

/* What is done at an access that somebody watches. */
static inline __attribute__((always_inline)) void
watched(uintptr_t addr, uint32_t bytes, enum access access, bool later, uintptr_t pc)
{
    announce(addr, bytes, access, sim__watch);
    point();
    watched_turn(addr, bytes, access, later, pc);
}

static SIM_ASIDE void watched_any(uintptr_t addr, uint32_t bytes, enum access access, uintptr_t pc)
{
    watched(addr, bytes, access, false, pc);
}

static SIM_ASIDE void watched_turn_any(uintptr_t addr, uint32_t bytes, enum access access,
                                       uintptr_t pc)
{
    watched_turn(addr, bytes, access, false, pc);
}

/* From here on `mask` is an access's bytes, a bit each from the lowest: at most eight. */
static inline uint32_t bytes_of(uint64_t mask)
{
    return 64 - (uint32_t)__builtin_clzll(mask);
}

/* The race detector has to think, and then there is coverage. */
static SIM_ASIDE void raced_slowly(size_t number, uint64_t now, uint32_t pc)
{
    sim__race_granule(number, now, pc);
    if (sim__watch & SIM__WATCH_COVERAGE)
        cover(number, now & RACE_WRITE_BIT ? WRITE : READ, pc);
}

/* The same as watched_turn() for what a sweep does at nearly all accesses: the race detector
 * watches, and perhaps coverage, and the access lies within eight bytes of the page zone. */
static inline __attribute__((always_inline)) void
raced_turn(uintptr_t addr, uint64_t mask, enum access access, bool covered, uintptr_t pc)
{
    uint32_t kind = access == WRITE ? RACE_WRITE : RACE_READ;
    size_t number = granule_of(addr);
    uint64_t now = sim__race_now.word;

    if (SIM_UNLIKELY(!(((const uint8_t *)SIM_SHADOW_BASE)[number] & SIM_MEM_CPU) || !now ||
                     (access == WRITE && clean(addr)))) {
        watched_turn_any(addr, bytes_of(mask), access, pc);
        return;
    }
    now |= mask << (addr & 7) << RACE_MASK_SHIFT | (access == WRITE ? RACE_WRITE_BIT : 0);
    if (!race_granule_quick(number, now, (uint32_t)pc, kind))
        raced_slowly(number, now, (uint32_t)pc);
    else if (covered)
        cover(number, access, (uint32_t)pc);
}

static SIM_ASIDE void read_after_others(uintptr_t addr, uint64_t mask, uintptr_t pc)
{
    sim__point_slow(SIM__FIXED, hot_now()->point_ns);
    raced_turn(addr, mask, READ, sim__watch & SIM__WATCH_COVERAGE, pc);
}

static SIM_ASIDE void write_after_others(uintptr_t addr, uint64_t mask, uintptr_t pc)
{
    sim__point_slow(SIM__FIXED, hot_now()->point_ns);
    raced_turn(addr, mask, WRITE, sim__watch & SIM__WATCH_COVERAGE, pc);
}

static inline __attribute__((always_inline)) void
raced(uintptr_t addr, uint64_t mask, enum access access, bool covered, uintptr_t pc)
{
    if (SIM_UNLIKELY(!sim_world_in_pages(addr) || mask << (addr & 7) > 0xFF))
        watched_any(addr, bytes_of(mask), access, pc);
    else if (!others())
        raced_turn(addr, mask, access, covered, pc);
    else if (access == WRITE)
        write_after_others(addr, mask, pc);
    else
        read_after_others(addr, mask, pc);
}

static SIM_ASIDE void unwatched_after_others(uintptr_t addr, uint32_t bytes, enum access access)
{
    sim__point_slow(SIM__FIXED, hot_now()->point_ns);
    check(addr, bytes, access);
}

static inline __attribute__((always_inline)) void unwatched(uintptr_t addr, uint32_t bytes,
                                                            enum access access)
{
    if (others())
        unwatched_after_others(addr, bytes, access);
    else
        check(addr, bytes, access);
}

/* What an access of up to eight bytes calls that is not to the CPU's own stack: chosen when it
 * changes who watches, not at every access. */
typedef __attribute__((ms_abi)) void (*access_fn)(uintptr_t addr, uint64_t mask, uintptr_t pc);

#define ACCESS_FNS(who, action)                                                    \
    static SIM_ASIDE void read_##who(uintptr_t addr, uint64_t mask, uintptr_t pc)  \
    {                                                                              \
        const enum access access = READ;                                           \
        (void)pc;                                                                  \
        action;                                                                    \
    }                                                                              \
    static SIM_ASIDE void write_##who(uintptr_t addr, uint64_t mask, uintptr_t pc) \
    {                                                                              \
        const enum access access = WRITE;                                          \
        (void)pc;                                                                  \
        action;                                                                    \
    }
ACCESS_FNS(unwatched, unwatched(addr, bytes_of(mask), access))
ACCESS_FNS(raced, raced(addr, mask, access, false, pc))
ACCESS_FNS(covered, raced(addr, mask, access, true, pc))
ACCESS_FNS(watched, watched_any(addr, bytes_of(mask), access, pc))

static access_fn on_read = read_unwatched, on_write = write_unwatched;

void sim__watch_set(uint32_t begin, uint32_t end)
{
    sim__watch = (sim__watch & ~end) | begin;
    switch (sim__watch) {
    case 0:
        on_read = read_unwatched;
        on_write = write_unwatched;
        break;
    case SIM__WATCH_RACE:
        on_read = read_raced;
        on_write = write_raced;
        break;
    case SIM__WATCH_RACE | SIM__WATCH_COVERAGE:
        on_read = read_covered;
        on_write = write_covered;
        break;
    default:
        on_read = read_watched;
        on_write = write_watched;
    }
}

static inline __attribute__((always_inline)) void touch(const volatile void *p, uint32_t bytes,
                                                        enum access access)
{
    uintptr_t addr = (uintptr_t)p, pc = (uintptr_t)__builtin_return_address(0);
    uint64_t mask = (UINT64_C(1) << bytes) - 1;

    if (own_stack(p))
        return;
    if (bytes > 8 && sim__watch)
        watched_any(addr, bytes, access, pc);
    else if (bytes > 8)
        unwatched(addr, bytes, access);
    else if (access == WRITE)
        on_write(addr, mask, pc);
    else
        on_read(addr, mask, pc);
}

/* An interlocked operation, before it happens, and after: what it was to others is known then. */
static SIM_ASIDE void atomic_begin_watched(const volatile void *p, uint32_t bytes,
                                           enum access access, uintptr_t pc)
{
    watched((uintptr_t)p, bytes, access, true, pc);
}

static SIM_ASIDE void atomic_end_watched(const volatile void *p, uint32_t bytes, bool changed,
                                         uintptr_t pc)
{
    sim__race_access((uintptr_t)p, bytes, RACE_ATOMIC | (changed ? RACE_WRITE : RACE_READ), pc);
}

static inline void atomic_begin(const volatile void *p, uint32_t bytes, enum access access,
                                uintptr_t pc)
{
    if (SIM_UNLIKELY(sim__watch) && !own_stack(p))
        atomic_begin_watched(p, bytes, access, pc);
    else
        touch(p, bytes, access);
}

static inline void atomic_end(const volatile void *p, uint32_t bytes, bool changed, uintptr_t pc)
{
    if (sim__watch & SIM__WATCH_RACE && !own_stack(p))
        atomic_end_watched(p, bytes, changed, pc);
}

#define HERE ((uintptr_t)__builtin_return_address(0))

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

/* Below the driver's part of a stack there is room for the engine, so that an overflow is seen at
 * the same call whatever the engine does there. */
#define ENGINE_STACK ((uintptr_t)32 << 10)

static SIM_ASIDE __attribute__((cold)) void overflow(void)
{
    if (SIM__FIXED->running)
        sim_find(SIM__FIXED, SIM_RULE_DRIVER_FAULT, 0, "stack overflow");
}

SIM_API void __tsan_func_entry(void *pc)
{
    (void)pc;
    if (SIM_UNLIKELY((uintptr_t)__builtin_frame_address(0) - hot_now()->stack_lo < ENGINE_STACK))
        overflow();
}
SIM_API void __tsan_func_exit(void) { }
SIM_API void __tsan_atomic_thread_fence(int order) { (void)order; point(); }
SIM_API void __tsan_atomic_signal_fence(int order) { (void)order; }

/* One OS thread runs one world, so an operation that is one point is indivisible by itself. A store
 * is a write even of the same value; the others write when they change it. */
#define UINT(bits) uint##bits##_t
#define NAME(bits, what) __tsan_atomic##bits##_##what

#define RMW(bits, what, expr)                                                                    \
    SIM_API UINT(bits) NAME(bits, what)(volatile UINT(bits) *p, UINT(bits) v, int order)         \
    {                                                                                            \
        UINT(bits) old;                                                                          \
        (void)order;                                                                             \
        atomic_begin(p, bits / 8, WRITE, HERE);                                                  \
        old = *p;                                                                                \
        *p = (UINT(bits))(expr);                                                                 \
        atomic_end(p, bits / 8, *p != old, HERE);                                                \
        return old;                                                                              \
    }

#define CAS(bits) cas##bits
#define ATOMICS(bits)                                                                            \
    /* Puts v where c is; returns what was there. */                                             \
    static inline UINT(bits) CAS(bits)(volatile UINT(bits) *p, UINT(bits) c, UINT(bits) v,       \
                                       uintptr_t pc)                                             \
    {                                                                                            \
        UINT(bits) old;                                                                          \
        atomic_begin(p, bits / 8, WRITE, pc);                                                    \
        old = *p;                                                                                \
        if (old == c)                                                                            \
            *p = v;                                                                              \
        atomic_end(p, bits / 8, *p != old, pc);                                                  \
        return old;                                                                              \
    }                                                                                            \
    SIM_API UINT(bits) NAME(bits, load)(const volatile UINT(bits) *p, int order)                 \
    {                                                                                            \
        UINT(bits) old;                                                                          \
        (void)order;                                                                             \
        atomic_begin(p, bits / 8, READ, HERE);                                                   \
        old = *p;                                                                                \
        atomic_end(p, bits / 8, false, HERE);                                                    \
        return old;                                                                              \
    }                                                                                            \
    SIM_API void NAME(bits, store)(volatile UINT(bits) *p, UINT(bits) v, int order)              \
    {                                                                                            \
        (void)order;                                                                             \
        atomic_begin(p, bits / 8, WRITE, HERE);                                                  \
        *p = v;                                                                                  \
        atomic_end(p, bits / 8, true, HERE);                                                     \
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
        (void)order;                                                                             \
        (void)fail;                                                                              \
        return CAS(bits)(p, c, v, HERE);                                                         \
    }                                                                                            \
    SIM_API int NAME(bits, compare_exchange_strong)(volatile UINT(bits) *p, UINT(bits) *c,       \
                                                    UINT(bits) v, int order, int fail)           \
    {                                                                                            \
        UINT(bits) wanted = *c;                                                                  \
        (void)order;                                                                             \
        (void)fail;                                                                              \
        *c = CAS(bits)(p, wanted, v, HERE);                                                      \
        return *c == wanted;                                                                     \
    }                                                                                            \
    SIM_API int NAME(bits, compare_exchange_weak)(volatile UINT(bits) *p, UINT(bits) *c,         \
                                                  UINT(bits) v, int order, int fail)             \
    {                                                                                            \
        UINT(bits) wanted = *c;                                                                  \
        (void)order;                                                                             \
        (void)fail;                                                                              \
        *c = CAS(bits)(p, wanted, v, HERE);                                                      \
        return *c == wanted;                                                                     \
    }
ATOMICS(8)
ATOMICS(16)
ATOMICS(32)
ATOMICS(64)
/* clang-format on */
#pragma GCC diagnostic pop

/* Whole ranges, from the module's own memcpy and relatives: one point, then every granule is
 * checked. pc is where the caller in the driver goes on. */
static void range(const volatile void *p, size_t bytes, enum access access, const void *pc)
{
    uintptr_t addr = (uintptr_t)p, bad;

    if (!bytes || own_stack(p))
        return;
    announce(addr, bytes, access, sim__watch);
    point();
    if (!sim_world_in_pages(addr))
        check(addr, (uint32_t)bytes, access);
    else if (!sim_world_shadow_check(addr, bytes, SIM_MEM_CPU, &bad))
        forbidden(bad, (uint32_t)(addr + bytes - bad), access);
    else if (access == WRITE)
        sim_world_touch(p, bytes);
    if (!sim__watch)
        return;
    if (sim__watch & SIM__WATCH_RACE)
        sim__race_access(addr, bytes, access == WRITE ? RACE_WRITE : RACE_READ, (uintptr_t)pc);
    hot_now()->pending.addr = 0;
    observe(addr, bytes, access, (uintptr_t)pc);
}

SIM_API void storsim_range_read(const void *p, size_t n, void *pc);
SIM_API void storsim_range_read(const void *p, size_t n, void *pc)
{
    range(p, n, READ, pc);
}

SIM_API void storsim_range_write(void *p, size_t n, void *pc);
SIM_API void storsim_range_write(void *p, size_t n, void *pc)
{
    range(p, n, WRITE, pc);
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
