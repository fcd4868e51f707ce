/* sim/engine/prng.h - named streams of random numbers.
 *
 * Every component draws from its own stream, derived from (seed, name), so that one more draw in
 * one component shifts no other. The generator is xoshiro256** (Blackman and Vigna, 2018). Integers
 * only.
 */
#ifndef SIM_ENGINE_PRNG_H
#define SIM_ENGINE_PRNG_H

#include <stdint.h>

struct sim_stream {
    uint64_t s[4];
};

/* Starts st for this seed and component name. */
void sim_stream_seed(struct sim_stream *st, uint64_t seed, const char *name);

static inline uint64_t sim__rotl(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

/* The next 64 random bits. */
static inline uint64_t sim_stream_next(struct sim_stream *st)
{
    uint64_t *s = st->s, result = sim__rotl(s[1] * 5, 7) * 9, t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = sim__rotl(s[3], 45);
    return result;
}

/* Uniform in [0, n); n > 0. Multiply-shift (Lemire): the bias is below n / 2^64. */
static inline uint64_t sim_stream_below(struct sim_stream *st, uint64_t n)
{
    __extension__ typedef unsigned __int128 wide;

    return (uint64_t)(((wide)sim_stream_next(st) * n) >> 64);
}

/* Uniform in [lo, hi]; lo <= hi. */
static inline int64_t sim_stream_between(struct sim_stream *st, int64_t lo, int64_t hi)
{
    return lo + (int64_t)sim_stream_below(st, (uint64_t)(hi - lo) + 1);
}

/* Exponentially distributed with the given mean, in the mean's unit, at most 20 times the mean.
 * Integer arithmetic only (table of logarithms), so every machine draws the same. */
int64_t sim_stream_exponential(struct sim_stream *st, int64_t mean);

#endif
