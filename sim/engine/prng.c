/* sim/engine/prng.c - seeding of streams and the one distribution that needs a table. */
#include "sim/engine/prng.h"

#include <string.h>
#include <xxhash.h>

#include "sim/engine/sim_assert.h"

static uint64_t splitmix(uint64_t *x)
{
    uint64_t z = (*x += 0x9E3779B97F4A7C15ULL);

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

void sim_stream_seed(struct sim_stream *st, uint64_t seed, const char *name)
{
    uint64_t x = seed ^ XXH64(name, strlen(name), 0);

    for (int i = 0; i < 4; i++)
        st->s[i] = splitmix(&x);
}

/* -ln(1 - i/64) in units of 2^-16, for i = 0 .. 63; the rest of [0, 1) is reached by halving. */
static const uint32_t minus_log[65] = {
    0,      1032,   2081,   3146,   4230,   5331,   6451,   7591,   8751,   9932,   11135,
    12360,  13608,  14880,  16178,  17502,  18854,  20233,  21643,  23083,  24556,  26063,
    27605,  29184,  30802,  32461,  34164,  35911,  37707,  39553,  41453,  43409,  45426,
    47507,  49656,  51877,  54177,  56561,  59034,  61604,  64280,  67069,  69982,  73031,
    76228,  79590,  83133,  86879,  90852,  95082,  99603,  104460, 109706, 115408, 121654,
    128559, 136278, 145029, 155132, 167080, 181704, 200558, 227130, 272557, 338093,
};

/* Inverse transform: u uniform in [0, 1) by 64ths, interpolated within; the last 64th starts afresh
 * with ln 64 added, so the tail is exponential too. Cut at 20 means. */
int64_t sim_stream_exponential(struct sim_stream *st, int64_t mean)
{
    int64_t units = 0; /* 2^-16 means */

    SIM_ASSERT(mean >= 0 && mean < INT64_MAX >> 22);
    for (int round = 0; round < 5; round++) {
        uint64_t r = sim_stream_next(st);
        uint32_t i = (uint32_t)(r >> 58), fraction = (uint32_t)(r >> 26) & 0xFFFF;

        if (i == 63 && round < 4) {
            units += 272557; /* ln 64 */
            continue;
        }
        units += minus_log[i] + (((int64_t)(minus_log[i + 1] - minus_log[i]) * fraction) >> 16);
        break;
    }
    if (units > 20 * 65536)
        units = 20 * 65536;
    return (mean * units) >> 16;
}
