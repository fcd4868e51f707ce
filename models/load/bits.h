/* models/load/bits.h - a set of numbers 0 .. n - 1, with the next one that is not in it.
 *
 * A bitmap with a summary of full words above it, and so on, as fio's random map is. Lives in the
 * page zone, so that a run pays for what it sets.
 */
#ifndef MODELS_LOAD_BITS_H
#define MODELS_LOAD_BITS_H

#include <stdbool.h>
#include <stdint.h>

#define LOAD_BITS_LEVELS 6

struct load_bits {
    uint64_t count; /* numbers there are */
    uint64_t set;   /* numbers in the set */
    uint32_t levels;
    uint64_t *level[LOAD_BITS_LEVELS]; /* level[i + 1]: a bit for each full word of level[i] */
};

/* count > 0. Bytes that load__bits_init() would take. */
uint64_t load__bits_bytes(uint64_t count);
void load__bits_init(struct load_bits *bits, uint64_t count);
static inline bool load__bits_has(const struct load_bits *bits, uint64_t n)
{
    return bits->level[0][n / 64] >> (n % 64) & 1;
}
void load__bits_add(struct load_bits *bits, uint64_t n);
void load__bits_clear(struct load_bits *bits);
/* The first number from `from` on that is not in the set, or bits->count. */
uint64_t load__bits_gap(const struct load_bits *bits, uint64_t from);
/* The first number from `from` on that is in the set, or bits->count. */
uint64_t load__bits_next(const struct load_bits *bits, uint64_t from);

#endif
