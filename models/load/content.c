/* models/load/content.c - what a write puts into every logical block, and what a read found there.
 *
 * A block is a stamp: four words that say who wrote it where, a fill word repeated, and a last
 * word. The fill depends on (lba, io), so every byte can be verified, yet writing is a plain store
 * loop and verifying is one memcmp of the fill with itself, a word further on. Layout, in words of
 * 8 bytes:
 *
 *     0 magic ^ lba | 1 lba | 2 io | 3 seal | 4 ... n-2 fill | n-1 seal
 *
 * A block that holds the head of one write and the tail of another fails at the fill or at the last
 * seal. Before a read, the first word of every block of the buffer is overwritten, so that a read
 * that moved no data cannot show what an earlier one left.
 */
#include "models/load/load_private.h"

#include <string.h>

#define MAGIC UINT64_C(0x73746f7273696d21)
#define UNFILLED UINT64_C(0xbadf111ed0badf11)
#define BODY 4 /* first word of the fill */

/* The finaliser of splitmix64 (Steele, Lea and Flood, 2014). */
static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static uint64_t seal_of(uint64_t lba, uint64_t io)
{
    return mix(mix(lba + MAGIC) ^ io);
}

void load__stamp(void *block, uint32_t bytes, uint64_t lba, uint64_t io)
{
    uint64_t *w = block, seal = seal_of(lba, io), fill = ~seal;
    uint32_t last = bytes / 8 - 1;

    SIM_ASSERT(bytes >= 512 && bytes % 8 == 0);
    sim_world_touch(block, bytes);
    w[0] = MAGIC ^ lba;
    w[1] = lba;
    w[2] = io;
    w[3] = seal;
    for (uint32_t i = BODY; i < last; i++)
        w[i] = fill;
    w[last] = seal;
}

void load__unfill(void *buffer, uint32_t block_bytes, uint32_t blocks)
{
    char *p = buffer;

    sim_world_touch(buffer, (size_t)block_bytes * blocks);
    for (uint32_t i = 0; i < blocks; i++, p += block_bytes)
        *(uint64_t *)(void *)p = UNFILLED;
}

/* Words from .. words-1 are all equal. */
static bool uniform(const uint64_t *w, uint32_t from, uint32_t words)
{
    return !memcmp(w + from, w + from + 1, (words - from - 1) * sizeof *w);
}

static inline struct load_value value_of(const uint64_t *w, uint32_t words)
{
    struct load_value value = {.kind = LOAD_VALUE_DAMAGED};

    if (w[0] == UNFILLED) {
        value.kind = LOAD_VALUE_UNFILLED;
    } else if (!w[0] && uniform(w, 0, words)) {
        value.kind = LOAD_VALUE_ZERO;
    } else if (w[0] == UINT64_MAX && uniform(w, 0, words)) {
        value.kind = LOAD_VALUE_ONES;
    } else if (w[0] == (MAGIC ^ w[1]) && w[3] == seal_of(w[1], w[2])) {
        value.lba = w[1];
        value.io = w[2];
        if (w[BODY] == ~w[3] && uniform(w, BODY, words - 1) && w[words - 1] == w[3])
            value.kind = LOAD_VALUE_STAMP;
    }
    return value;
}

static bool same_write(const struct load_value *a, uint64_t blocks_later,
                       const struct load_value *b)
{
    if (a->kind != b->kind || a->io != b->io)
        return false;
    return a->kind != LOAD_VALUE_STAMP || a->lba + blocks_later == b->lba;
}

uint32_t load__values(const void *data, uint32_t block_bytes, uint32_t count,
                      struct load_value *out)
{
    const uint64_t *w = data;
    uint32_t words = block_bytes / 8;

    *out = value_of(w, words);
    for (uint32_t n = 1; n < count; n++) {
        struct load_value next = value_of(w + (size_t)n * words, words);

        if (!same_write(out, n, &next))
            return n;
    }
    return count;
}
