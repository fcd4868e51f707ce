/* sim/engine/world.h - all memory that a run can change, its image, and its restoration.
 *
 * A world has three zones, each at a fixed address so that even code under test that orders or
 * hashes pointers behaves the same in every process:
 *
 *   core    the engine's and the models' own state; a bump allocator; imaged whole;
 *   pages   memory that the driver and the device can reach: 4 KiB pages, each with a dirty mark
 * and, for every 8 bytes, a shadow byte that says who may touch them now; stacks  one guarded stack
 * for each fiber.
 *
 * Restoring costs in proportion to what was written: dirty pages are copied back one by one.
 * Whoever writes to the page zone other than through instrumented driver code calls
 * sim_world_touch() first.
 *
 * One process holds at most one world at a time.
 */
#ifndef SIM_ENGINE_WORLD_H
#define SIM_ENGINE_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_PAGE_SHIFT 12
#define SIM_PAGE_SIZE ((size_t)1 << SIM_PAGE_SHIFT)
#define SIM_SHADOW_SHIFT 3 /* one shadow byte for 8 bytes of memory */
#define SIM_SHADOW_GRAIN ((size_t)1 << SIM_SHADOW_SHIFT)

/* Fixed addresses: far from where Linux places programs, libraries, heaps and sanitizer shadows. */
#define SIM_CORE_BASE ((uintptr_t)0x200000000000)
#define SIM_PAGES_BASE ((uintptr_t)0x210000000000)
#define SIM_SHADOW_BASE ((uintptr_t)0x220000000000)
#define SIM_DIRTY_BASE ((uintptr_t)0x230000000000)
#define SIM_STACKS_BASE ((uintptr_t)0x240000000000)

#define SIM_CORE_BYTES_MAX ((size_t)256 << 20)
#define SIM_PAGES_MAX ((uint32_t)1 << 18) /* 1 GiB of host memory */
#define SIM_PAGES_BYTES ((size_t)SIM_PAGES_MAX << SIM_PAGE_SHIFT)
#define SIM_STACKS_MAX 192
#define SIM_STACK_BYTES                                                       \
    ((size_t)128 << 10) /* usable bytes of one stack; a guard page lies below \
                         */

/* A shadow byte: permissions now, and why not. 0 means that nothing was ever allocated there. */
enum {
    SIM_MEM_CPU = 0x01,       /* code under test may read and write */
    SIM_MEM_DEV_READ = 0x02,  /* the device may read (IOMMU mapping present) */
    SIM_MEM_DEV_WRITE = 0x04, /* the device may write */
    SIM_MEM_WHY_SHIFT = 4,    /* upper four bits: enum sim_mem_why */
    SIM_MEM_WHY_MASK = 0xF0,
};

/* What memory is or last was; kept in the shadow so that a bad access can be named. */
enum sim_mem_why {
    SIM_WHY_NOTHING = 0,   /* never allocated */
    SIM_WHY_FREED = 1,     /* pool or contiguous memory that the driver gave back */
    SIM_WHY_SRB = 2,       /* a SCSI or STORAGE_REQUEST_BLOCK (with its sense buffer, SG list) */
    SIM_WHY_EXTENSION = 3, /* an SRB extension */
    SIM_WHY_DATA = 4,      /* pages of a request's data buffer */
    SIM_WHY_POOL = 5,      /* pool memory in use */
    SIM_WHY_COMMON = 6,    /* uncached extension or contiguous memory: CPU and device share it */
    SIM_WHY_DEVEXT = 7,    /* the adapter's device extension */
    SIM_WHY_PORT = 8,      /* memory of the port or class driver, never the miniport's */
};

/* Maps the zones. Returns 0, or a negative errno when the fixed addresses are taken or memory is
 * short. */
int sim_world_create(void);
void sim_world_destroy(void);

/* Core zone: zeroed memory that lives as long as the world. align: a power of two, 64 at most.
 * Running out is an assertion (the bound is 256 MiB). Never freed singly. */
void *sim_world_alloc(size_t bytes, size_t align);

/* Page zone: index of the first of count fresh, zeroed, virtually contiguous pages; shadow bytes 0.
 */
uint32_t sim_world_pages_alloc(uint32_t count);
uint32_t sim_world_pages_used(void);

static inline void *sim_world_page(uint32_t index)
{
    return (void *)(SIM_PAGES_BASE + ((uintptr_t)index << SIM_PAGE_SHIFT));
}

static inline bool sim_world_in_pages(uintptr_t addr)
{
    return addr - SIM_PAGES_BASE < SIM_PAGES_BYTES;
}

/* On the stack of some fiber. */
static inline bool sim_world_in_stacks(uintptr_t addr)
{
    return addr - SIM_STACKS_BASE < SIM_STACKS_MAX * (SIM_STACK_BYTES + SIM_PAGE_SIZE);
}

static inline uint32_t sim_world_page_index(uintptr_t addr)
{
    return (uint32_t)((addr - SIM_PAGES_BASE) >> SIM_PAGE_SHIFT);
}

/* Marks a page dirty for the first time in this run. */
void sim__world_dirty(uint32_t page);

/* Call before writing bytes at p, which lie in the page zone. Cheap when already dirty. */
static inline void sim_world_touch(const volatile void *p, size_t bytes)
{
    uintptr_t a = (uintptr_t)p;
    uint32_t page = sim_world_page_index(a),
             last = sim_world_page_index(a + (bytes ? bytes - 1 : 0));

    do {
        if (!((const uint8_t *)SIM_DIRTY_BASE)[page])
            sim__world_dirty(page);
    } while (page++ < last);
}

static inline uint8_t sim_world_shadow(uintptr_t addr)
{
    return ((const uint8_t *)SIM_SHADOW_BASE)[(addr - SIM_PAGES_BASE) >> SIM_SHADOW_SHIFT];
}

/* Sets the shadow of [p, p + bytes) to state (permissions | why << SIM_MEM_WHY_SHIFT). p is aligned
 * to SIM_SHADOW_GRAIN; bytes is rounded up to it. Marks the pages dirty. */
void sim_world_shadow_set(const void *p, size_t bytes, uint8_t state);

/* Tells fn of every sim_world_shadow_set(), before it happens; NULL ends it. No part of the world.
 */
typedef void (*sim_world_shadow_fn)(uintptr_t addr, size_t bytes, uint8_t state);
void sim_world_watch_shadow(sim_world_shadow_fn fn);

/* True when every byte of [addr, addr + bytes) lies in the page zone and has all bits of want set;
 * otherwise *bad is the first address that has not. */
bool sim_world_shadow_check(uintptr_t addr, size_t bytes, uint8_t want, uintptr_t *bad);

/* Takes the image that sim_world_restore() returns to. May be taken again; the last one counts.
 * No fiber may be running. */
void sim_world_image(void);
void sim_world_restore(void);

struct sim_world_stats {
    size_t core_bytes;     /* imaged core bytes */
    uint32_t pages_imaged; /* page zone pages in use when the image was taken */
    uint32_t pages_dirty;  /* written since the last restore */
};
void sim_world_get_stats(struct sim_world_stats *out);

/* Stack zone, for fiber.c: lowest usable address of stack number i. */
static inline uintptr_t sim_world_stack(uint32_t i)
{
    return SIM_STACKS_BASE + (uintptr_t)i * (SIM_STACK_BYTES + SIM_PAGE_SIZE) + SIM_PAGE_SIZE;
}

#endif
