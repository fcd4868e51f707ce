/* sim/engine/race_history.c - the history of every eight bytes, and the accesses that make it.
 *
 * A granule has a cell for each access that can still matter, kept exactly as long as there are
 * blocks. An access replaces the ordered ones that it covers: whatever races with those later races
 * with it, or is ordered after it. All interlocked operations on a granule release and acquire,
 * whatever order they ask for; one that leaves the value as it was is a read. Fences order their
 * own context only and make no edge.
 *
 * Two tables, neither part of the world: granules of the page zone and of the module's data, and
 * blocks for those that need more. A granule holds the number of the run it was written in and is
 * empty in any other, so a new run costs nothing; blocks are given out anew in each. What most
 * accesses come to is decided in race_private.h, the rest here.
 *
 * Not looked at: stacks (a CPU's own by nature, others' for simplicity), the port driver's own
 * accesses apart from taking memory back, and device accesses to memory that no CPU may touch.
 */
#include <emmintrin.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "sim/engine/race_private.h"
#include "sim/engine/witness.h"

#define BLOCKS_MAX ((size_t)1 << 20)
#define PAGE_GRANULES (SIM_PAGE_SIZE >> SIM_SHADOW_SHIFT)
#define GRANULE_NONE SIZE_MAX
#define NOWHERE (sim__race_now.base - 1) /* what is not the driver's "returns to" */

#define LANES 8
#define ALL_LANES ((1u << LANES) - 1)

/* Further accesses to a granule, in lanes; those not in use are zero. What decides stands in the
 * first cache line: how is the mask of an access and above it its kind, never zero. */
struct block {
    uint32_t segment[LANES];
    uint16_t how[LANES];
    uint8_t context[LANES];
    uint32_t next; /* number of the one that goes on; 0: none */
    uint32_t sync; /* of a granule's first: a clock, of messages of the device or of interlocked
                      operations; 0: none */
    uint32_t pc[LANES];
    uint16_t state[LANES];
    uint32_t posted; /* sync is the device's: every access acquires */
    uint32_t zero[3];
};
_Static_assert(offsetof(struct block, pc) == 64, "a cache line");
#define HOW_WRITE_TO_SIGN 7 /* the lowest bit of a kind, to the left of eight bits of mask */

static inline uint32_t how_of(uint64_t word)
{
    return word >> RACE_MASK_SHIFT & 0x3FF;
}

/* Which granules of a page have a history. */
struct touched {
    uint32_t run, zero;
    uint64_t bits[PAGE_GRANULES / 64];
};

static struct {
    struct block *block;
    struct touched *touched;
    uint32_t blocks, free; /* ever given out in this run; given back, a list */
    bool post;
    bool mapped; /* the granules */
} history;

/* --- granules --------------------------------------------------------------------------------- */

static inline size_t granule_number(uintptr_t addr)
{
    if (SIM_LIKELY(sim_world_in_pages(addr)))
        return (addr - SIM_PAGES_BASE) >> SIM_SHADOW_SHIFT;
    if (addr - sim__race_module.data < sim__race_module.data_bytes)
        return RACE_DATA_FIRST + ((addr - sim__race_module.data) >> SIM_SHADOW_SHIFT);
    return GRANULE_NONE;
}

static uintptr_t granule_addr(size_t number)
{
    return number < RACE_DATA_FIRST
               ? SIM_PAGES_BASE + (number << SIM_SHADOW_SHIFT)
               : sim__race_module.data + ((number - RACE_DATA_FIRST) << SIM_SHADOW_SHIFT);
}

static inline void touched_note(size_t number)
{
    struct touched *t = &history.touched[number / PAGE_GRANULES];
    uint32_t bit = number % PAGE_GRANULES;

    if (number >= RACE_DATA_FIRST)
        return;
    if (SIM_UNLIKELY(t->run != sim__race_now.run))
        *t = (struct touched){.run = sim__race_now.run};
    t->bits[bit / 64] |= UINT64_C(1) << bit % 64;
}

static inline void granule_begin(size_t number, uint64_t now, uint32_t pc)
{
    struct race_granule *g = race_granule_at(number);

    g->run = sim__race_now.run;
    g->more = now != 0;
    race_put(&g->cell[0], now, pc);
    race_put(&g->cell[1], 0, 0);
    touched_note(number);
}

/* --- blocks ----------------------------------------------------------------------------------- */

static inline struct block *block_at(uint32_t number)
{
    return &history.block[number];
}

/* 0: there is none left. */
static SIM_ASIDE uint32_t block_new(void)
{
    uint32_t number = history.free;

    if (number)
        history.free = block_at(number)->next;
    else if (history.blocks < BLOCKS_MAX)
        number = history.blocks++;
    if (number)
        *block_at(number) = (struct block){0};
    return number;
}

static inline uint64_t lane_word(const struct block *b, uint32_t i)
{
    return (uint64_t)b->state[i] << RACE_STATE_SHIFT | (uint64_t)b->how[i] << RACE_MASK_SHIFT |
           (uint64_t)b->context[i] << RACE_CONTEXT_SHIFT | b->segment[i];
}

static inline void lane_put(struct block *b, uint32_t i, uint64_t word, uint32_t pc)
{
    b->segment[i] = (uint32_t)word;
    b->how[i] = (uint16_t)how_of(word);
    b->context[i] = (uint8_t)race_context(word);
    b->pc[i] = pc;
    b->state[i] = (uint16_t)(word >> RACE_STATE_SHIFT);
}

static inline void lanes_clear(struct block *b, uint32_t lanes)
{
    for (; lanes; lanes &= lanes - 1) {
        b->segment[__builtin_ctz(lanes)] = 0;
        b->how[__builtin_ctz(lanes)] = 0;
    }
}

/* The granule's cells move to a block. NULL: there is none left. */
static SIM_ASIDE struct block *block_begin(struct race_granule *g)
{
    uint32_t number = block_new();

    if (!number)
        return NULL;
    for (uint32_t i = 0; i < RACE_CELLS; i++) {
        lane_put(block_at(number), i, g->cell[i].word, g->cell[i].pc);
        race_put(&g->cell[i], 0, 0);
    }
    g->more = number * RACE_BLOCK;
    return block_at(number);
}

static inline struct block *block_of(struct race_granule *g)
{
    return SIM_LIKELY(g->more > RACE_CELLS) ? block_at(g->more / RACE_BLOCK) : block_begin(g);
}

static SIM_ASIDE void blocks_free(uint32_t number)
{
    while (number) {
        struct block *b = block_at(number);
        uint32_t next = b->next;

        sim__race_clock_free(b->sync);
        b->next = history.free;
        history.free = number;
        number = next;
    }
}

static SIM_ASIDE bool look_up(void)
{
    return sim__race_look_up();
}

/* Nothing is left but one access. */
static SIM_ASIDE void granule_collapse(size_t number, uint64_t now, uint32_t pc)
{
    struct race_granule *g = race_granule_at(number);

    blocks_free(g->more / RACE_BLOCK);
    g->more = 1;
    race_put(&g->cell[0], now, pc);
}

/* --- two accesses ----------------------------------------------------------------------------- */

/* One of the two writes, they are not both interlocked, and they share a byte. */
static bool conflict(uint64_t a, uint64_t b)
{
    return (a | b) & RACE_WRITE_BIT && !(a & b & RACE_ATOMIC_BIT) && a & b & RACE_MASK_BITS;
}

static SIM_ASIDE __attribute__((cold)) void found(struct race_cell now, struct race_cell before,
                                                  size_t number, bool hand_back)
{
    struct race_pair pair = {now, before, granule_addr(number), hand_back};

    pair.now.pc -= (uint32_t)sim__race_now.base;
    pair.before.pc -= (uint32_t)sim__race_now.base;
    if (conflict(now.word, before.word) && !race_before(before.word))
        sim__race_found(SIM__FIXED, &pair);
}

static SIM_ASIDE __attribute__((cold)) void found_some(struct race_cell now, const struct block *b,
                                                       uint32_t lanes, size_t number)
{
    for (; lanes; lanes &= lanes - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(lanes);

        found(now, (struct race_cell){lane_word(b, i), b->pc[i]}, number, false);
    }
}

/* What an access does to a block's lanes, a bit for each. */
struct effect {
    uint32_t outdone, unused;
    uint32_t suspects; /* in no order with it, and one of the two writes */
};

static inline __m128i four_known(const uint8_t *context)
{
    const int32_t *knows = (const int32_t *)sim__race_now.knows;

    return _mm_set_epi32(knows[context[3]], knows[context[2]], knows[context[1]],
                         knows[context[0]]);
}

/* All ones in 16 bits for every lane of which the present context does not know. Segments stay
 * below 2^31, so a comparison of signed numbers will do. */
static inline __m128i unknown_lanes(const struct block *b)
{
    const __m128i *segment = (const __m128i *)b->segment;

    return _mm_packs_epi32(_mm_cmpgt_epi32(segment[0], four_known(b->context)),
                           _mm_cmpgt_epi32(segment[1], four_known(b->context + 4)));
}

/* The signs of 16 bits, low in the lower eight bits. */
static inline uint32_t signs(__m128i low, __m128i high)
{
    return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(low, high));
}

/* Without a branch: what comes out follows no pattern. A plain read outdoes interlocked ones, an
 * interlocked read only its like: that is what flip is for. Lanes not in use look like reads in
 * segment 0, which everybody knows. */
static inline struct effect effect_on(const struct block *b, uint64_t now)
{
    bool atomic_read = (now & RACE_KIND_BITS) == RACE_ATOMIC_BIT;
    uint32_t flip = atomic_read ? how_of(RACE_ATOMIC_BIT) : 0;
    uint32_t spared = how_of(race_spared(now)) | flip;
    __m128i how = *(const __m128i *)b->how, none = _mm_setzero_si128();
    __m128i left = _mm_and_si128(_mm_xor_si128(how, _mm_set1_epi16((int16_t)flip)),
                                 _mm_set1_epi16((int16_t)spared));
    uint32_t all = signs(_mm_cmpeq_epi16(left, none), _mm_cmpeq_epi16(how, none));
    uint32_t late = signs(unknown_lanes(b), _mm_slli_epi16(how, HOW_WRITE_TO_SIGN));
    uint32_t outdone = all & ALL_LANES, unused = all >> LANES, unknown = late & ALL_LANES,
             writes = now & RACE_WRITE_BIT ? ALL_LANES : late >> LANES;

    return (struct effect){outdone & ~(unknown | unused), unused, writes & unknown};
}

static inline bool block_knows(const struct block *b, uint64_t now)
{
    const __m128i *segment = (const __m128i *)b->segment;
    __m128i wanted = _mm_set1_epi32((int32_t)(uint32_t)now);
    __m128i equal =
        _mm_packs_epi32(_mm_cmpeq_epi32(segment[0], wanted), _mm_cmpeq_epi32(segment[1], wanted));

    for (uint32_t same = signs(equal, _mm_setzero_si128()); SIM_UNLIKELY(same); same &= same - 1)
        if (race_known(lane_word(b, (uint32_t)__builtin_ctz(same)), now))
            return true;
    return false;
}

/* Several blocks. */
static void blocks_access(struct block *b, size_t number, uint64_t now, uint32_t pc)
{
    struct block *room = NULL, *first = b;
    uint32_t lane = 0, all = ALL_LANES;

    for (;; b = block_at(b->next)) {
        struct effect e = effect_on(b, now);
        uint32_t empty = e.outdone | e.unused;

        if (SIM_UNLIKELY(e.suspects))
            found_some((struct race_cell){now, pc}, b, e.suspects, number);
        if (!room && empty) {
            room = b;
            lane = (uint32_t)__builtin_ctz(empty);
        }
        all &= empty;
        lanes_clear(b, e.outdone);
        if (!b->next)
            break;
    }
    if (all == ALL_LANES && !first->sync) {
        granule_collapse(number, now, pc);
        return;
    }
    if (SIM_UNLIKELY(!room)) {
        b->next = block_new();
        room = b->next ? block_at(b->next) : first;
    }
    lane_put(room, lane, now, pc);
}

/* With interlocked operations, messages, more than a block, or none left: then the granule forgets,
 * and races may go unseen from there. */
static SIM_ASIDE void granule_in_general(size_t number, uint64_t now, uint32_t pc)
{
    struct block *b = block_of(race_granule_at(number));

    if (SIM_UNLIKELY(!b)) {
        granule_begin(number, now, pc);
        return;
    }
    if (b->sync && (b->posted || now & RACE_ATOMIC_BIT))
        sim__race_clock_acquire(b->sync);
    if (!block_knows(b, now))
        blocks_access(b, number, now, pc);
}

static inline void block_only(struct block *b, size_t number, uint64_t now, uint32_t pc)
{
    struct effect e;
    uint32_t empty, lane;

    if (block_knows(b, now))
        return;
    e = effect_on(b, now);
    empty = e.outdone | e.unused;
    if (SIM_UNLIKELY(e.suspects))
        found_some((struct race_cell){now, pc}, b, e.suspects, number);
    if (empty == ALL_LANES) {
        granule_collapse(number, now, pc);
        return;
    }
    if (SIM_UNLIKELY(!empty)) {
        blocks_access(b, number, now, pc);
        return;
    }
    lane = (uint32_t)__builtin_ctz(empty);
    lanes_clear(b, e.outdone & ~(1u << lane));
    lane_put(b, lane, now, pc);
}

SIM_ASIDE void sim__race_granule(size_t number, uint64_t now, uint32_t pc)
{
    struct race_granule *g = race_granule_at(number);
    struct block *b;

    if (g->run != sim__race_now.run) {
        granule_begin(number, now, pc);
        return;
    }
    if (SIM_LIKELY(g->more > RACE_CELLS)) {
        b = block_at(g->more / RACE_BLOCK);
        if (SIM_LIKELY(!(b->sync | b->next) && !(now & RACE_ATOMIC_BIT))) {
            block_only(b, number, now, pc);
            return;
        }
    }
    granule_in_general(number, now, pc);
}

/* --- accesses --------------------------------------------------------------------------------- */

/* The clock of the granule's interlocked operations or messages; 0: there is no room for one. */
static uint32_t granule_sync(size_t number)
{
    struct block *b = block_of(race_granule_at(number));

    if (!b)
        return 0;
    if (!b->sync)
        b->sync = sim__race_clock_new();
    return b->sync;
}

static void granule_atomic(size_t number, uint64_t now, uint32_t pc)
{
    uint32_t sync;

    sim__race_granule(number, now, pc);
    if (now & RACE_WRITE_BIT && (sync = granule_sync(number)))
        sim__race_clock_release(sync);
}

static inline uint32_t mask_of(uintptr_t addr, size_t bytes)
{
    uint32_t first = addr & 7, n = bytes < 8 - first ? (uint32_t)bytes : 8 - first;

    return ((1u << n) - 1) << first;
}

static inline __attribute__((always_inline)) void range_one(size_t number, uint64_t now,
                                                            uint32_t pc, uint32_t kind)
{
    if (race_granule_at(number)->run != sim__race_now.run)
        granule_begin(number, now, pc);
    else if (!race_granule_quick(number, now, pc, kind))
        sim__race_granule(number, now, pc);
}

/* Most ranges are of whole granules. */
static inline __attribute__((always_inline)) void
range_access(size_t number, uintptr_t addr, size_t bytes, uint32_t kind, uint32_t pc)
{
    uintptr_t end = addr + bytes, whole = (addr + 7) & ~(uintptr_t)7;
    uint64_t now = race_word_now(kind, 0xFF);

    if (addr < whole)
        range_one(number++, race_word_now(kind, mask_of(addr, bytes)), pc, kind);
    for (; whole + 8 <= end; whole += 8)
        range_one(number++, now, pc, kind);
    if (whole < end)
        range_one(number, race_word_now(kind, mask_of(whole, end - whole)), pc, kind);
}

static SIM_ASIDE void atomic_access(size_t number, uintptr_t addr, size_t bytes, uint32_t kind,
                                    uint32_t pc)
{
    uint64_t now = race_word_now(kind, 0); /* a write ends the segment with its first eight bytes */

    for (uintptr_t at = addr; at < addr + bytes; at = (at | 7) + 1, number++)
        granule_atomic(number, now | (uint64_t)mask_of(at, addr + bytes - at) << RACE_MASK_SHIFT,
                       pc);
}

SIM_ASIDE void sim__race_access(uintptr_t addr, size_t bytes, uint32_t kind, uintptr_t pc)
{
    size_t number = granule_number(addr);

    if (number == GRANULE_NONE || !(sim__race_now.word || look_up()))
        return;
    if (kind == RACE_WRITE)
        range_access(number, addr, bytes, RACE_WRITE, (uint32_t)pc);
    else if (kind == RACE_READ)
        range_access(number, addr, bytes, RACE_READ, (uint32_t)pc);
    else
        atomic_access(number, addr, bytes, kind, (uint32_t)pc);
}

/* --- the device ------------------------------------------------------------------------------- */

void sim__race_post(bool on)
{
    history.post = on;
}

/* A message: whoever reads its last granule has seen it. */
static void post(uintptr_t addr, size_t bytes)
{
    size_t number = granule_number(addr + bytes - 1);
    uint32_t sync;

    if (race_granule_at(number)->run != sim__race_now.run)
        granule_begin(number, 0, 0);
    sync = granule_sync(number);
    if (!sync)
        return;
    sim__race_clock_post(sync);
    block_of(race_granule_at(number))->posted = true;
}

void sim__race_dma(struct sim *s, uintptr_t addr, size_t bytes, bool write)
{
    (void)s;
    if (!bytes || !(sim_world_shadow(addr) & SIM_MEM_CPU) ||
        sim__race_current() != SIM_CONTEXT_DEVICE)
        return;
    if (history.post)
        post(addr, bytes);
    else
        sim__race_access(addr, bytes, write ? RACE_WRITE : RACE_READ, NOWHERE);
    if (sim__watch & SIM__WATCH_WITNESS)
        sim__witness_access(addr, bytes, write, 0);
}

/* --- giving back ------------------------------------------------------------------------------ */

static void hand_back_cell(size_t number, struct race_cell c)
{
    static const uint64_t all = RACE_MASK_BITS | RACE_WRITE_BIT;

    if (SIM_UNLIKELY(!race_before(c.word)))
        found((struct race_cell){sim__race_now.word | all, (uint32_t)NOWHERE}, c, number, true);
}

static void hand_back_slowly(size_t number)
{
    const struct race_granule *g = race_granule_at(number);

    for (uint32_t i = 0; i < RACE_CELLS; i++)
        hand_back_cell(number, g->cell[i]);
    if (g->more <= RACE_CELLS)
        return;
    for (uint32_t n = g->more / RACE_BLOCK; n; n = block_at(n)->next)
        for (uint32_t i = 0; i < LANES; i++)
            hand_back_cell(number,
                           (struct race_cell){lane_word(block_at(n), i), block_at(n)->pc[i]});
    blocks_free(g->more / RACE_BLOCK);
}

static inline void hand_back_one(size_t number)
{
    struct race_granule *g = race_granule_at(number);

    if (g->run != sim__race_now.run)
        return;
    if (SIM_UNLIKELY(g->more > RACE_CELLS || !race_before(g->cell[0].word) ||
                     !race_before(g->cell[1].word)))
        hand_back_slowly(number);
    g->run = 0;
}

/* The 64 marks that the granule's is among; NULL when the page has none in this run. */
static uint64_t *touched_word(uintptr_t addr)
{
    struct touched *t = &history.touched[sim_world_page_index(addr)];

    return t->run == sim__race_now.run ? &t->bits[(addr & (SIM_PAGE_SIZE - 1)) >> 9] : NULL;
}

/* Of those, the granules from addr to end. */
static uint64_t bits_of(uintptr_t addr, uintptr_t end)
{
    uint64_t first = addr >> SIM_SHADOW_SHIFT & 63, n = (end - addr + 7) >> SIM_SHADOW_SHIFT;

    return (n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1) << first;
}

void sim__race_hand_back(struct sim *s, uintptr_t addr, size_t bytes)
{
    uintptr_t end = addr + bytes;

    (void)s;
    if (!bytes || (!sim__race_now.word && !sim__race_look_up()))
        return;
    for (uintptr_t at = addr & ~(uintptr_t)7; at < end; at = (at | (64 * 8 - 1)) + 1) {
        uint64_t *touched = touched_word(at), bits = touched ? *touched & bits_of(at, end) : 0;
        size_t first = (at - SIM_PAGES_BASE) >> SIM_SHADOW_SHIFT & ~(size_t)63;

        if (bits)
            *touched &= ~bits;
        for (; bits; bits &= bits - 1)
            hand_back_one(first + (size_t)__builtin_ctzll(bits));
    }
}

/* --- life ------------------------------------------------------------------------------------- */

static const struct {
    void **at;
    size_t bytes;
} tables[] = {
    {(void **)&history.block, BLOCKS_MAX * sizeof(struct block)},
    {(void **)&history.touched, SIM_PAGES_MAX * sizeof(struct touched)},
};
#define TABLES (sizeof tables / sizeof tables[0])

static int granules_map(void)
{
    void *at = mmap((void *)RACE_GRANULES_BASE, RACE_GRANULES * sizeof(struct race_granule),
                    PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

    if (at == MAP_FAILED)
        return -errno;
    if ((uintptr_t)at != RACE_GRANULES_BASE) { /* a kernel that takes the address for a hint */
        munmap(at, RACE_GRANULES * sizeof(struct race_granule));
        return -EEXIST;
    }
    history.mapped = true;
    return 0;
}

int sim__race_history_create(void)
{
    int result = granules_map();

    if (result)
        return result;
    for (size_t i = 0; i < TABLES; i++) {
        void *p = mmap(NULL, tables[i].bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

        if (p == MAP_FAILED)
            return -ENOMEM;
        *tables[i].at = p;
    }
    return 0;
}

void sim__race_history_destroy(void)
{
    if (history.mapped)
        munmap((void *)RACE_GRANULES_BASE, RACE_GRANULES * sizeof(struct race_granule));
    for (size_t i = 0; i < TABLES; i++) {
        if (*tables[i].at)
            munmap(*tables[i].at, tables[i].bytes);
        *tables[i].at = NULL;
    }
    memset(&history, 0, sizeof history);
}

/* Granules of earlier runs are told by the number they bear. */
void sim__race_history_forget(void)
{
    history.blocks = 1;
    history.free = 0;
    history.post = false;
}
