/* models/load/bits.c - a set of numbers 0 .. n - 1, with the next one that is not in it. */
#include "models/load/bits.h"

#include <string.h>

#include "sim/engine/sim.h"

static uint64_t words_of(uint64_t count)
{
    return (count + 63) / 64;
}

uint64_t load__bits_bytes(uint64_t count)
{
    uint64_t words = 0;

    for (uint64_t n = count;; n = words_of(n)) {
        words += words_of(n);
        if (words_of(n) == 1)
            return words * sizeof(uint64_t);
    }
}

void load__bits_init(struct load_bits *bits, uint64_t count)
{
    uint64_t bytes = load__bits_bytes(count);
    uint64_t *words;

    SIM_ASSERT(count);
    words = sim_world_page(
        sim_world_pages_alloc((uint32_t)((bytes + SIM_PAGE_SIZE - 1) >> SIM_PAGE_SHIFT)));
    *bits = (struct load_bits){.count = count};
    for (uint64_t n = count;; n = words_of(n)) {
        SIM_ASSERT(bits->levels < LOAD_BITS_LEVELS);
        bits->level[bits->levels++] = words;
        words += words_of(n);
        if (words_of(n) == 1)
            return;
    }
}

/* The word is full, or the last one as far as it goes. */
static bool is_full(const struct load_bits *bits, uint32_t level, uint64_t word)
{
    uint64_t in_level = bits->count, left;

    for (uint32_t i = 0; i < level; i++)
        in_level = words_of(in_level);
    left = in_level - word * 64;
    return bits->level[level][word] == (left >= 64 ? UINT64_MAX : (UINT64_C(1) << left) - 1);
}

void load__bits_add(struct load_bits *bits, uint64_t n)
{
    SIM_ASSERT(n < bits->count);
    if (load__bits_has(bits, n))
        return;
    bits->set++;
    for (uint32_t level = 0; level < bits->levels; level++) {
        uint64_t *word = &bits->level[level][n / 64];

        sim_world_touch(word, sizeof *word);
        *word |= UINT64_C(1) << (n % 64);
        if (!is_full(bits, level, n / 64))
            return;
        n /= 64;
    }
}

void load__bits_clear(struct load_bits *bits)
{
    uint64_t bytes = load__bits_bytes(bits->count);

    sim_world_touch(bits->level[0], bytes);
    memset(bits->level[0], 0, bytes);
    bits->set = 0;
}

/* The first number of a level from `from` on whose bit is as wanted; count when there is none in
 * this word. */
static uint64_t in_word(const uint64_t *level, uint64_t from, uint64_t count, uint64_t flip)
{
    uint64_t word = (level[from / 64] ^ flip) >> (from % 64);
    uint64_t n = word ? from + (uint64_t)__builtin_ctzll(word) : count;

    return n < count ? n : count;
}

uint64_t load__bits_gap(const struct load_bits *bits, uint64_t from)
{
    uint64_t count[LOAD_BITS_LEVELS] = {bits->count}, n = from;
    uint32_t level = 0;

    for (uint32_t i = 1; i < bits->levels; i++)
        count[i] = words_of(count[i - 1]);
    /* Up past what is full, then down again. */
    while (n < count[level]) {
        uint64_t gap = in_word(bits->level[level], n, count[level], UINT64_MAX);

        if (gap < count[level]) {
            for (; level; level--) {
                n = gap * 64;
                gap = in_word(bits->level[level - 1], n, count[level - 1], UINT64_MAX);
            }
            return gap;
        }
        n = n / 64 + 1;
        if (++level == bits->levels)
            break;
    }
    return bits->count;
}

uint64_t load__bits_next(const struct load_bits *bits, uint64_t from)
{
    for (uint64_t n = from; n < bits->count; n = (n / 64 + 1) * 64) {
        uint64_t next = in_word(bits->level[0], n, bits->count, 0);

        if (next < bits->count)
            return next;
    }
    return bits->count;
}
