/* sim/engine/shared.c - learning which memory is shared, and counting the points that touch it.
 *
 * While learning, a word of the table (see watch_private.h) keeps the context of the first access,
 * whether any access wrote, and in its lower half whether another context came and how many
 * accesses there were. Afterwards a bit for each granule is all that is left.
 */
#include "sim/engine/shared.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "sim/engine/watch_private.h"

#define BITS_BASE ((uintptr_t)0x2B0000000000)
#define BITS_BYTES (SIM__GRANULES / 8 + 8)
#define SEVERAL 0x80000000u /* contexts */

static struct {
    size_t *list; /* granules touched while learning */
    uint32_t count, room;
    uint32_t granules;
    uint64_t steps, others; /* points that matter in the run learned from; of these, no memory */
    bool mapped;
} learned;

static int bits_map(void)
{
    void *at = mmap((void *)BITS_BASE, BITS_BYTES, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

    if (at == MAP_FAILED)
        return -errno;
    if ((uintptr_t)at != BITS_BASE) {
        munmap(at, BITS_BYTES);
        return -EEXIST;
    }
    learned.mapped = true;
    return 0;
}

static inline bool bit(size_t granule)
{
    return ((const uint8_t *)BITS_BASE)[granule >> 3] >> (granule & 7) & 1;
}

static void list_add(size_t granule)
{
    if (learned.count == learned.room) {
        learned.room = learned.room ? learned.room * 2 : 4096;
        learned.list = realloc(learned.list, learned.room * sizeof *learned.list);
        SIM_ASSERT(learned.list);
    }
    learned.list[learned.count++] = granule;
}

static void word_note(size_t granule, uint64_t now, bool write)
{
    uint64_t *word = sim__word(granule);

    if (*word >> SIM__RUN_SHIFT != now >> SIM__RUN_SHIFT) {
        *word = now;
        list_add(granule);
    }
    if ((*word ^ now) & SIM__CONTEXT_MASK)
        *word |= SEVERAL;
    if (write)
        *word |= SIM__WRITES;
}

void sim__shared_access(uintptr_t addr, size_t bytes, bool write)
{
    size_t granule = sim__granule(addr),
           last = granule + (((addr & 7) + bytes - 1) >> SIM_SHADOW_SHIFT);

    if (granule == SIM__GRANULE_NONE)
        return;
    for (size_t i = granule; i <= last; i++)
        word_note(i, SIM__FIXED->hot.context, write);
    /* An access is one point, whatever its size: it counts where it begins. */
    if ((uint32_t)*sim__word(granule) % SEVERAL != SEVERAL - 1)
        (*sim__word(granule))++;
}

int sim_shared_learn(void)
{
    int result;

    sim_shared_forget();
    result = sim__watched_begin();
    if (!result)
        result = bits_map();
    if (!result)
        sim__watch_set(SIM__WATCH_LEARN, 0);
    return result;
}

void sim_shared_learned(void)
{
    SIM_ASSERT(sim__watch & SIM__WATCH_LEARN);
    learned.steps = learned.others;
    for (uint32_t i = 0; i < learned.count; i++) {
        size_t granule = learned.list[i];
        uint64_t word = *sim__word(granule);

        if (!(word & SEVERAL) || !(word & SIM__WRITES))
            continue;
        ((uint8_t *)BITS_BASE)[granule >> 3] |= (uint8_t)(1u << (granule & 7));
        learned.granules++;
        learned.steps += (uint32_t)word % SEVERAL;
    }
    sim__watch_set(SIM__WATCH_SHARED, SIM__WATCH_LEARN);
}

void sim_shared_forget(void)
{
    sim__watch_set(0, SIM__WATCH_LEARN | SIM__WATCH_SHARED);
    if (learned.mapped)
        munmap((void *)BITS_BASE, BITS_BYTES);
    free(learned.list);
    memset(&learned, 0, sizeof learned);
}

bool sim_shared(uintptr_t addr)
{
    size_t granule = sim__granule(addr);

    return learned.mapped && granule != SIM__GRANULE_NONE && bit(granule);
}

uint32_t sim_shared_granules(void)
{
    return learned.granules;
}

uint64_t sim_shared_steps(void)
{
    return learned.steps;
}

/* --- counting
 * -------------------------------------------------------------------------------------- */

static void count(struct sim_hot *hot)
{
    if (++hot->matters == hot->matters_ask)
        hot->limit = 0;
}

void sim__shared_before(uintptr_t addr)
{
    if (sim_shared(addr))
        count(&SIM__FIXED->hot);
}

void sim__shared_point(struct sim *s)
{
    if (!s->agent->driver_depth)
        return;
    if (sim__watch & SIM__WATCH_LEARN)
        learned.others++;
    else
        count(&s->hot);
}

uint64_t sim_shared_points(const struct sim *s)
{
    return s->hot.matters;
}

void sim_shared_ask(struct sim *s, uint64_t at)
{
    s->hot.matters_ask = at;
}
