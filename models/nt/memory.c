/* models/nt/memory.c - physical addresses, pool, and device access through the IOMMU. */
#include "models/nt/memory.h"

#include <string.h>

#include "sim/engine/race.h"

/* Physical pages start at 4 GiB, scattered by an odd multiplier, and at 8 GiB for contiguous
 * memory. */
#define SCATTER_PFN ((uint64_t)0x100000)
#define CONTIGUOUS_PFN ((uint64_t)0x200000)
#define SCATTER_MUL 0x2545Fu /* odd: a permutation of 0 .. SIM_PAGES_MAX-1 */
#define PFN_MASK (SIM_PAGES_MAX - 1)

#define RANGES_MAX 256
#define DRIVER_PAGES ((uint32_t)1 << 16) /* 256 MiB for the driver */
#define POOL_MAX ((size_t)16 << 20)
#define POOL_CLASSES 20 /* powers of two from 32 bytes */
#define POOL_CLASS_MIN 5
#define QUARANTINE 64 /* freed blocks of a class before the oldest is used again */
#define POISON_FRESH 0xC5
#define POISON_FREED 0xDD
#define POOL_LIVE 0x4C4F4F50u
#define POOL_DEAD 0x44414544u

struct pool_block {
    uint32_t mark, class;
    struct pool_block *next;
    /* the driver's bytes follow */
};
_Static_assert(sizeof(struct pool_block) == 16, "pool blocks keep 16-byte alignment");

struct pool_class {
    struct pool_block *first, **end; /* freed ones, oldest first */
    uint32_t freed;
};

struct nt_memory {
    struct sim *sim;
    uint32_t scatter_inverse;
    uint32_t ranges; /* contiguous allocations */
    struct {
        uint32_t first, count;
    } range[RANGES_MAX];
    struct pool_class pool[POOL_CLASSES];
    unsigned char *carve, *carve_end; /* rest of the page that small blocks are cut from */
    uint32_t driver_pages;
};

/* Inverse of an odd number modulo 2^32, by Newton's iteration. */
static uint32_t inverse(uint32_t a)
{
    uint32_t x = a;

    for (int i = 0; i < 5; i++)
        x *= 2 - a * x;
    return x;
}

struct nt_memory *nt_memory_create(struct sim *sim)
{
    struct nt_memory *mem = sim_world_alloc(sizeof *mem, 64);

    mem->sim = sim;
    mem->scatter_inverse = inverse(SCATTER_MUL);
    for (int i = 0; i < POOL_CLASSES; i++)
        mem->pool[i].end = &mem->pool[i].first;
    return mem;
}

/* --- addresses -------------------------------------------------------------------------------- */

static bool is_contiguous(const struct nt_memory *mem, uint32_t page)
{
    for (uint32_t i = 0; i < mem->ranges; i++)
        if (page - mem->range[i].first < mem->range[i].count)
            return true;
    return false;
}

uint64_t nt_phys(const struct nt_memory *mem, const volatile void *p)
{
    uintptr_t a = (uintptr_t)p;
    uint32_t page = sim_world_page_index(a);
    uint64_t pfn;

    if (!sim_world_in_pages(a) || page >= sim_world_pages_used())
        return NT_PHYS_NONE;
    pfn = is_contiguous(mem, page) ? CONTIGUOUS_PFN + page
                                   : SCATTER_PFN + ((page * SCATTER_MUL) & PFN_MASK);
    return (pfn << SIM_PAGE_SHIFT) | (a & (SIM_PAGE_SIZE - 1));
}

void *nt_virt(const struct nt_memory *mem, uint64_t phys)
{
    uint64_t pfn = phys >> SIM_PAGE_SHIFT;
    uint32_t page;
    bool contiguous = pfn >= CONTIGUOUS_PFN;

    if (pfn < SCATTER_PFN || pfn >= CONTIGUOUS_PFN + SIM_PAGES_MAX ||
        (!contiguous && pfn >= SCATTER_PFN + SIM_PAGES_MAX))
        return NULL;
    if (contiguous)
        page = (uint32_t)(pfn - CONTIGUOUS_PFN);
    else
        page = ((uint32_t)(pfn - SCATTER_PFN) * mem->scatter_inverse) & PFN_MASK;
    if (page >= sim_world_pages_used() || is_contiguous(mem, page) != contiguous)
        return NULL;
    return (unsigned char *)sim_world_page(page) + (phys & (SIM_PAGE_SIZE - 1));
}

size_t nt_phys_run(const struct nt_memory *mem, const volatile void *p, size_t bytes)
{
    uint64_t phys = nt_phys(mem, p);
    size_t run = SIM_PAGE_SIZE - (phys & (SIM_PAGE_SIZE - 1));

    while (run < bytes && nt_phys(mem, (const volatile unsigned char *)p + run) == phys + run)
        run += SIM_PAGE_SIZE;
    return run < bytes ? run : bytes;
}

void *nt_pages_alloc(struct nt_memory *mem, size_t bytes, enum nt_placement placement,
                     uint8_t state)
{
    uint32_t count = (uint32_t)((bytes + SIM_PAGE_SIZE - 1) >> SIM_PAGE_SHIFT), first;

    if (!count || count > SIM_PAGES_MAX - sim_world_pages_used() ||
        (placement == NT_CONTIGUOUS && mem->ranges == RANGES_MAX))
        return NULL;
    first = sim_world_pages_alloc(count);
    if (placement == NT_CONTIGUOUS) {
        mem->range[mem->ranges].first = first;
        mem->range[mem->ranges++].count = count;
    }
    sim_world_shadow_set(sim_world_page(first), (size_t)count << SIM_PAGE_SHIFT, state);
    return sim_world_page(first);
}

void *nt_driver_pages_alloc(struct nt_memory *mem, size_t bytes, enum nt_placement placement,
                            uint8_t state)
{
    size_t count = (bytes + SIM_PAGE_SIZE - 1) >> SIM_PAGE_SHIFT;
    void *p = NULL;

    if (count <= DRIVER_PAGES - mem->driver_pages)
        p = nt_pages_alloc(mem, bytes, placement, state);
    if (p)
        mem->driver_pages += (uint32_t)count;
    return p;
}

/* --- pool ------------------------------------------------------------------------------------- */

#define POOL_STATE (SIM_MEM_CPU | SIM_WHY_POOL << SIM_MEM_WHY_SHIFT)
#define FREED_STATE (SIM_WHY_FREED << SIM_MEM_WHY_SHIFT)
#define HEADER_STATE (SIM_WHY_PORT << SIM_MEM_WHY_SHIFT)

static void poison(void *p, size_t bytes, int value)
{
    sim_world_touch(p, bytes);
    memset(p, value, bytes);
}

void nt_poison(void *p, size_t bytes)
{
    poison(p, bytes, POISON_FRESH);
}

static uint32_t class_of(size_t bytes)
{
    uint32_t class = 0;

    while (((size_t)1 << (class + POOL_CLASS_MIN)) < bytes)
        class ++;
    return class;
}

static size_t class_bytes(uint32_t class)
{
    return (size_t)1 << (class + POOL_CLASS_MIN);
}

/* A new block: a piece of the current page, or whole pages. NULL when the driver has had its
 * share. */
static struct pool_block *carve(struct nt_memory *mem, uint32_t class)
{
    size_t bytes = class_bytes(class);
    unsigned char *p;

    if (bytes >= SIM_PAGE_SIZE)
        return nt_driver_pages_alloc(mem, bytes, NT_SCATTERED, HEADER_STATE);
    if ((size_t)(mem->carve_end - mem->carve) < bytes) {
        p = nt_driver_pages_alloc(mem, SIM_PAGE_SIZE, NT_SCATTERED, HEADER_STATE);
        if (!p)
            return NULL;
        mem->carve = p;
        mem->carve_end = p + SIM_PAGE_SIZE;
    }
    p = mem->carve;
    mem->carve += bytes;
    return (struct pool_block *)p;
}

static struct pool_block *reuse(struct pool_class *class)
{
    struct pool_block *block = class->first;

    class->first = block->next;
    if (!class->first)
        class->end = &class->first;
    class->freed--;
    return block;
}

void *nt_pool_alloc(struct nt_memory *mem, size_t bytes)
{
    struct pool_block *block;
    uint32_t class;

    if (!bytes || bytes > POOL_MAX - sizeof *block)
        return NULL;
    class = class_of(bytes + sizeof *block);
    block = mem->pool[class].freed > QUARANTINE ? reuse(&mem->pool[class]) : carve(mem, class);
    if (!block)
        return NULL;
    sim_world_touch(block, sizeof *block);
    block->mark = POOL_LIVE;
    block->class = class;
    block->next = NULL;
    /* Only what was asked for may be touched: what the class rounds up stays forbidden. */
    sim_world_shadow_set(block, class_bytes(class), HEADER_STATE);
    sim_world_shadow_set(block + 1, bytes, POOL_STATE);
    nt_poison(block + 1, bytes);
    return block + 1;
}

bool nt_pool_live(const void *p)
{
    const struct pool_block *block = (const struct pool_block *)((uintptr_t)p - sizeof *block);

    return sim_world_in_pages((uintptr_t)block) && !((uintptr_t)p & 15) &&
           ((uintptr_t)p & (SIM_PAGE_SIZE - 1)) &&
           sim_world_page_index((uintptr_t)p) < sim_world_pages_used() &&
           sim_world_shadow((uintptr_t)block) == HEADER_STATE &&
           sim_world_shadow((uintptr_t)p) == POOL_STATE && block->mark == POOL_LIVE;
}

int nt_pool_free(struct nt_memory *mem, void *p)
{
    struct pool_block *block = (struct pool_block *)((uintptr_t)p - sizeof *block);
    struct pool_class *class;

    if (!nt_pool_live(p))
        return -1;
    class = &mem->pool[block->class];
    sim_world_touch(block, sizeof *block);
    block->mark = POOL_DEAD;
    sim_race_hand_back(mem->sim, p, class_bytes(block->class) - sizeof *block);
    poison(p, class_bytes(block->class) - sizeof *block, POISON_FREED);
    sim_world_shadow_set(p, class_bytes(block->class) - sizeof *block, FREED_STATE);
    block->next = NULL;
    *class->end = block;
    class->end = &block->next;
    class->freed++;
    return 0;
}

/* --- device access ---------------------------------------------------------------------------- */

/* Virtual address of one piece within a page, checked for permission `want`. */
static enum nt_dma translate(const struct nt_memory *mem, uint64_t phys, size_t bytes, uint8_t want,
                             unsigned char **p, struct nt_dma_error *bad)
{
    uintptr_t refused;

    *p = nt_virt(mem, phys);
    if (!*p) {
        *bad = (struct nt_dma_error){0, SIM_WHY_NOTHING};
        return NT_DMA_NO_MEMORY;
    }
    if (sim_world_shadow_check((uintptr_t)*p, bytes, want, &refused))
        return NT_DMA_OK;
    bad->address = refused;
    bad->why = (enum sim_mem_why)(sim_world_shadow(refused) >> SIM_MEM_WHY_SHIFT);
    return NT_DMA_REFUSED;
}

static size_t piece(uint64_t phys, size_t bytes)
{
    size_t left = SIM_PAGE_SIZE - (phys & (SIM_PAGE_SIZE - 1));

    return bytes < left ? bytes : left;
}

/* All pieces are allowed, or nothing is moved. */
static enum nt_dma check_all(const struct nt_memory *mem, uint64_t phys, size_t bytes, uint8_t want,
                             struct nt_dma_error *bad)
{
    while (bytes) {
        size_t n = piece(phys, bytes);
        unsigned char *p;
        enum nt_dma result = translate(mem, phys, n, want, &p, bad);

        if (result != NT_DMA_OK)
            return result;
        phys += n;
        bytes -= n;
    }
    return NT_DMA_OK;
}

enum nt_dma nt_dma_read(struct nt_memory *mem, uint64_t phys, void *to, size_t bytes,
                        struct nt_dma_error *bad)
{
    enum nt_dma result = check_all(mem, phys, bytes, SIM_MEM_DEV_READ, bad);
    unsigned char *out = to;

    if (result != NT_DMA_OK)
        return result;
    while (bytes) {
        size_t n = piece(phys, bytes);

        sim_race_dma(mem->sim, (uintptr_t)nt_virt(mem, phys), n, false);
        memcpy(out, nt_virt(mem, phys), n);
        phys += n;
        out += n;
        bytes -= n;
    }
    return NT_DMA_OK;
}

enum nt_dma nt_dma_write(struct nt_memory *mem, uint64_t phys, const void *from, size_t bytes,
                         struct nt_dma_error *bad)
{
    enum nt_dma result = check_all(mem, phys, bytes, SIM_MEM_DEV_WRITE, bad);
    const unsigned char *in = from;

    if (result != NT_DMA_OK)
        return result;
    while (bytes) {
        size_t n = piece(phys, bytes);
        void *p = nt_virt(mem, phys);

        sim_race_dma(mem->sim, (uintptr_t)p, n, true);
        sim_world_touch(p, n);
        memcpy(p, in, n);
        phys += n;
        in += n;
        bytes -= n;
    }
    return NT_DMA_OK;
}
