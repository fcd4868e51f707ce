/* sim/engine/world.c - the three zones, the image, and restoring.
 *
 * The zones are reserved once at fixed addresses without being committed; Linux gives memory on
 * first touch. The shadow and the dirty marks are arrays beside the page zone, so the address of a
 * shadow byte is one shift and one addition away from the address it speaks of.
 */
#include "sim/engine/world.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "sim/engine/sim_assert.h"

#define SHADOW_BYTES (SIM_PAGES_BYTES >> SIM_SHADOW_SHIFT)
#define SHADOW_PAGE (SIM_PAGE_SIZE >> SIM_SHADOW_SHIFT) /* shadow bytes of one page */
#define STACKS_BYTES ((SIM_STACK_BYTES + SIM_PAGE_SIZE) * SIM_STACKS_MAX)

/* Counters that a run changes stand at the start of the core zone and are imaged with it. */
struct core_head {
    size_t core_used;
    uint32_t pages_used;
    uint32_t zero;
};

/* What is kept outside of the zones: the image and the list of dirty pages. One world a process. */
static struct {
    bool exists;
    uint8_t *core_image;
    size_t core_image_bytes;
    uint8_t *page_image, *shadow_image; /* page_image_count pages, and their shadows */
    uint32_t page_image_count;
    uint32_t *dirty_list;
    uint32_t dirty_count;
} world;

static sim_world_shadow_fn shadow_watcher;

void sim_world_watch_shadow(sim_world_shadow_fn fn)
{
    shadow_watcher = fn;
}

static struct core_head *head(void)
{
    return (struct core_head *)SIM_CORE_BASE;
}

static void *map_at(uintptr_t base, size_t bytes, int protection)
{
    void *p = mmap((void *)base, bytes, protection,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

    return p == MAP_FAILED || (uintptr_t)p != base ? NULL : p;
}

static void *map_anywhere(size_t bytes)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

static int map_stacks(void)
{
    if (!map_at(SIM_STACKS_BASE, STACKS_BYTES, PROT_NONE))
        return -1;
    for (uint32_t i = 0; i < SIM_STACKS_MAX; i++)
        if (mprotect((void *)sim_world_stack(i), SIM_STACK_BYTES, PROT_READ | PROT_WRITE))
            return -1;
    return 0;
}

int sim_world_create(void)
{
    SIM_ASSERT(!world.exists);
    world.exists = true;
    world.core_image = map_anywhere(SIM_CORE_BYTES_MAX);
    world.page_image = map_anywhere(SIM_PAGES_BYTES);
    world.shadow_image = map_anywhere(SHADOW_BYTES);
    world.dirty_list = map_anywhere(SIM_PAGES_MAX * sizeof(uint32_t));
    if (!map_at(SIM_CORE_BASE, SIM_CORE_BYTES_MAX, PROT_READ | PROT_WRITE) ||
        !map_at(SIM_PAGES_BASE, SIM_PAGES_BYTES, PROT_READ | PROT_WRITE) ||
        !map_at(SIM_SHADOW_BASE, SHADOW_BYTES, PROT_READ | PROT_WRITE) ||
        !map_at(SIM_DIRTY_BASE, SIM_PAGES_MAX, PROT_READ | PROT_WRITE) || map_stacks() ||
        !world.core_image || !world.page_image || !world.shadow_image || !world.dirty_list) {
        int error = errno ? errno : ENOMEM;

        sim_world_destroy();
        return -error;
    }
    head()->core_used = sizeof(struct core_head);
    return 0;
}

static void unmap(void *p, size_t bytes)
{
    if (p)
        munmap(p, bytes);
}

void sim_world_destroy(void)
{
    SIM_ASSERT(world.exists);
    munmap((void *)SIM_CORE_BASE, SIM_CORE_BYTES_MAX);
    munmap((void *)SIM_PAGES_BASE, SIM_PAGES_BYTES);
    munmap((void *)SIM_SHADOW_BASE, SHADOW_BYTES);
    munmap((void *)SIM_DIRTY_BASE, SIM_PAGES_MAX);
    munmap((void *)SIM_STACKS_BASE, STACKS_BYTES);
    unmap(world.core_image, SIM_CORE_BYTES_MAX);
    unmap(world.page_image, SIM_PAGES_BYTES);
    unmap(world.shadow_image, SHADOW_BYTES);
    unmap(world.dirty_list, SIM_PAGES_MAX * sizeof(uint32_t));
    memset(&world, 0, sizeof world);
}

void *sim_world_alloc(size_t bytes, size_t align)
{
    size_t at = (head()->core_used + align - 1) & ~(align - 1);
    void *p = (void *)(SIM_CORE_BASE + at);

    SIM_ASSERT(align && align <= 64 && !(align & (align - 1)));
    SIM_ASSERT(bytes <= SIM_CORE_BYTES_MAX - at);
    head()->core_used = at + bytes;
    /* What lies above the image is not restored: an earlier run may have left its traces here. */
    memset(p, 0, bytes);
    return p;
}

uint32_t sim_world_pages_alloc(uint32_t count)
{
    uint32_t first = head()->pages_used;

    SIM_ASSERT(count && count <= SIM_PAGES_MAX - first);
    head()->pages_used = first + count;
    return first;
}

uint32_t sim_world_pages_used(void)
{
    return head()->pages_used;
}

void sim__world_dirty(uint32_t page)
{
    uint8_t *dirty = (uint8_t *)SIM_DIRTY_BASE;

    SIM_ASSERT(page < SIM_PAGES_MAX);
    if (dirty[page])
        return;
    dirty[page] = 1;
    world.dirty_list[world.dirty_count++] = page;
}

void sim_world_shadow_set(const void *p, size_t bytes, uint8_t state)
{
    uintptr_t a = (uintptr_t)p;

    SIM_ASSERT(sim_world_in_pages(a) && !(a & (SIM_SHADOW_GRAIN - 1)));
    if (!bytes)
        return;
    if (shadow_watcher)
        shadow_watcher(a, bytes, state);
    sim_world_touch(p, bytes);
    memset((uint8_t *)SIM_SHADOW_BASE + ((a - SIM_PAGES_BASE) >> SIM_SHADOW_SHIFT), state,
           (bytes + SIM_SHADOW_GRAIN - 1) >> SIM_SHADOW_SHIFT);
}

/* Eight shadow bytes (64 bytes of memory) at a time where they are whole. */
bool sim_world_shadow_check(uintptr_t addr, size_t bytes, uint8_t want, uintptr_t *bad)
{
    uint64_t want8 = 0x0101010101010101ULL * want, word;
    uintptr_t a = addr & ~(uintptr_t)(SIM_SHADOW_GRAIN - 1), end = addr + bytes;

    if (!sim_world_in_pages(addr) || end < addr || end > SIM_PAGES_BASE + SIM_PAGES_BYTES) {
        *bad = addr;
        return false;
    }
    while (a < end) {
        const uint8_t *s =
            (const uint8_t *)SIM_SHADOW_BASE + ((a - SIM_PAGES_BASE) >> SIM_SHADOW_SHIFT);

        if (end - a >= 64) {
            memcpy(&word, s, sizeof word);
            if ((word & want8) == want8) {
                a += 64;
                continue;
            }
        }
        if ((*s & want) != want) {
            *bad = a > addr ? a : addr;
            return false;
        }
        a += SIM_SHADOW_GRAIN;
    }
    return true;
}

static void clear_dirty(void)
{
    for (uint32_t i = 0; i < world.dirty_count; i++)
        ((uint8_t *)SIM_DIRTY_BASE)[world.dirty_list[i]] = 0;
    world.dirty_count = 0;
}

void sim_world_image(void)
{
    world.core_image_bytes = head()->core_used;
    memcpy(world.core_image, (void *)SIM_CORE_BASE, world.core_image_bytes);
    world.page_image_count = head()->pages_used;
    memcpy(world.page_image, (void *)SIM_PAGES_BASE,
           (size_t)world.page_image_count << SIM_PAGE_SHIFT);
    memcpy(world.shadow_image, (void *)SIM_SHADOW_BASE,
           (size_t)world.page_image_count * SHADOW_PAGE);
    clear_dirty();
}

/* Pages above the image were handed out zeroed and must be so again. */
static void restore_page(uint32_t page)
{
    uint8_t *shadow = (uint8_t *)SIM_SHADOW_BASE + (size_t)page * SHADOW_PAGE;

    if (page < world.page_image_count) {
        memcpy(sim_world_page(page), world.page_image + ((size_t)page << SIM_PAGE_SHIFT),
               SIM_PAGE_SIZE);
        memcpy(shadow, world.shadow_image + (size_t)page * SHADOW_PAGE, SHADOW_PAGE);
    } else {
        memset(sim_world_page(page), 0, SIM_PAGE_SIZE);
        memset(shadow, 0, SHADOW_PAGE);
    }
}

void sim_world_restore(void)
{
    SIM_ASSERT(world.core_image_bytes);
    for (uint32_t i = 0; i < world.dirty_count; i++)
        restore_page(world.dirty_list[i]);
    clear_dirty();
    memcpy((void *)SIM_CORE_BASE, world.core_image, world.core_image_bytes);
}

void sim_world_get_stats(struct sim_world_stats *out)
{
    out->core_bytes = world.core_image_bytes;
    out->pages_imaged = world.page_image_count;
    out->pages_dirty = world.dirty_count;
}
