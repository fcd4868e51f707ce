/* sim/engine/coverage.c - collecting the pairs of a run. */
#include "sim/engine/coverage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "sim/engine/watch_private.h"

#define SLOTS_FIRST 4096 /* a power of two */

struct sim__watched sim__watched;

/* --- the table of last accesses
 * -------------------------------------------------------------------- */

static int table_map(void)
{
    void *at =
        mmap((void *)SIM__TABLE_BASE, SIM__GRANULES * sizeof(uint64_t), PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

    if (at == MAP_FAILED)
        return -errno;
    if ((uintptr_t)at != SIM__TABLE_BASE) { /* a kernel that takes the address for a hint */
        munmap(at, SIM__GRANULES * sizeof(uint64_t));
        return -EEXIST;
    }
    sim__watched.mapped = true;
    return 0;
}

int sim__watched_begin(void)
{
    int result = sim__watched.mapped ? 0 : table_map();

    if (result)
        return result;
    /* Words of earlier runs are told by their run number, until the numbers have all been used. */
    if (sim__watched.run >> SIM__RUN_SHIFT == SIM__RUN_LAST) {
        madvise((void *)SIM__TABLE_BASE, SIM__GRANULES * sizeof(uint64_t), MADV_DONTNEED);
        sim__watched.run = 0;
    }
    sim__watched.run += (uint64_t)1 << SIM__RUN_SHIFT;
    return 0;
}

void sim__watched_free(void)
{
    if (sim__watched.mapped)
        munmap((void *)SIM__TABLE_BASE, SIM__GRANULES * sizeof(uint64_t));
    sim__watched.mapped = false;
    sim__watched.run = 0;
}

/* --- the set of pairs
 * ------------------------------------------------------------------------------ */

/* Every pair ever seen by this process, in an open hash table that only grows; `run` says when it
 * was last seen, so that a pair costs one look however often it happens, and nothing is cleared
 * between runs. */
struct slot {
    sim_pair pair; /* 0: empty */
    uint64_t run;
};

static struct {
    struct slot *slot;
    uint32_t slots, used;
    uint64_t run; /* counts calls of sim_coverage_begin() */
    sim_pair *list;
    uint32_t count, room;
} seen;

static struct slot *slot_of(struct slot *slot, uint32_t slots, sim_pair pair)
{
    uint64_t hash = pair * 0x9E3779B97F4A7C15u;
    uint32_t i = (uint32_t)(hash >> 32) & (slots - 1);

    while (slot[i].pair && slot[i].pair != pair)
        i = (i + 1) & (slots - 1);
    return &slot[i];
}

static void slots_grow(void)
{
    uint32_t slots = seen.slots ? seen.slots * 2 : SLOTS_FIRST;
    struct slot *fresh = calloc(slots, sizeof *fresh);

    SIM_ASSERT(fresh);
    for (uint32_t i = 0; i < seen.slots; i++)
        if (seen.slot[i].pair)
            *slot_of(fresh, slots, seen.slot[i].pair) = seen.slot[i];
    free(seen.slot);
    seen.slot = fresh;
    seen.slots = slots;
}

static __attribute__((noinline)) void list_add(struct slot *slot, sim_pair pair)
{
    slot->run = seen.run;
    if (seen.count == seen.room) {
        seen.room = seen.room ? seen.room * 2 : 1024;
        seen.list = realloc(seen.list, seen.room * sizeof *seen.list);
        SIM_ASSERT(seen.list);
    }
    seen.list[seen.count++] = pair;
    if (slot->pair)
        return;
    slot->pair = pair;
    if (++seen.used * 2 > seen.slots)
        slots_grow();
}

/* --- accesses
 * -------------------------------------------------------------------------------------- */

/* The lower half of a word is the lower half of the address after the call that announced the
 * access. */
static sim_place place_of(uint64_t word)
{
    uint32_t callback = (uint32_t)(word >> SIM__CALLBACK_SHIFT) & 0x1F;
    uint32_t offset = (uint32_t)word - (uint32_t)sim__watched.module - 1;

    return (offset & 0x03FFFFFF) | callback << 26 | (word & SIM__WRITES ? 1u << 31 : 0);
}

void sim__coverage_conflict(uint64_t before, uint64_t now)
{
    sim_pair pair = (sim_pair)place_of(before) << 32 | place_of(now);
    struct slot *slot;

    if (before >> SIM__RUN_SHIFT != now >> SIM__RUN_SHIFT)
        return;
    slot = slot_of(seen.slot, seen.slots, pair);
    if (slot->run != seen.run)
        list_add(slot, pair);
}

void sim__coverage_access(uintptr_t addr, size_t bytes, bool write, uintptr_t pc)
{
    size_t granule = sim__granule(addr),
           last = granule + (((addr & 7) + bytes - 1) >> SIM_SHADOW_SHIFT);
    uint64_t now = SIM__FIXED->hot.context | (write ? SIM__WRITES : 0) | (uint32_t)pc;

    if (granule == SIM__GRANULE_NONE)
        return;
    for (; granule <= last; granule++) {
        uint64_t *word = sim__word(granule), before = *word;

        *word = now;
        if (sim__conflict(before, now))
            sim__coverage_conflict(before, now);
    }
}

int sim_coverage_begin(void)
{
    int result = sim__watched_begin();

    if (result)
        return result;
    if (!seen.slots)
        slots_grow();
    seen.run++;
    seen.count = 0;
    sim__watch_set(SIM__WATCH_COVERAGE, 0);
    return 0;
}

void sim_coverage_end(void)
{
    sim__watch_set(0, SIM__WATCH_COVERAGE);
}

uint32_t sim_coverage_pairs(const sim_pair **out)
{
    *out = seen.list;
    return seen.count;
}

void sim_coverage_free(void)
{
    sim_coverage_end();
    free(seen.slot);
    free(seen.list);
    memset(&seen, 0, sizeof seen);
    sim__watched_free();
}
