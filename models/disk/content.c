/* models/disk/content.c - what a write puts into every logical block, and what a read found there.
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
#include "models/disk/disk_private.h"

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

void disk__stamp(void *block, uint32_t bytes, uint64_t lba, uint64_t io)
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

void disk__unfill(void *buffer, uint32_t block_bytes, uint32_t blocks)
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

void disk__value(const void *block, uint32_t bytes, struct disk_value *out)
{
    const uint64_t *w = block;
    uint32_t words = bytes / 8;

    *out = (struct disk_value){.kind = DISK_VALUE_DAMAGED};
    if (w[0] == UNFILLED) {
        out->kind = DISK_VALUE_UNFILLED;
        return;
    }
    if (!w[0] && uniform(w, 0, words)) {
        out->kind = DISK_VALUE_ZERO;
        return;
    }
    if (w[0] != (MAGIC ^ w[1]) || w[3] != seal_of(w[1], w[2]))
        return;
    out->lba = w[1];
    out->io = w[2];
    if (w[BODY] == ~w[3] && uniform(w, BODY, words - 1) && w[words - 1] == w[3])
        out->kind = DISK_VALUE_STAMP;
}
