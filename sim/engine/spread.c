/* sim/engine/spread.c - draws from the distributions that times have.
 *
 * The normal one is drawn by its inverse: a sign, and how far out, from a table of quantiles with
 * straight lines between them. The last 64th of each row is the next row, 64 times finer, so that
 * the tail is right to one in 16 million.
 */
#include "sim/engine/spread.h"

#include <stdbool.h>

#include "sim/engine/sim_assert.h"

__extension__ typedef __int128 wide;

#define ROWS 4
#define ONE 65536 /* Q16 */

/* Row k, column i: what a normal variable exceeds, in either direction, with the probability
 * 64^-k * (1 - i/64). Q16. */
static const int32_t quantile[ROWS][65] = {
    {0,     1283,   2567,   3852,   5139,   6427,   7718,   9012,   10310,  11611, 12917,
     14228, 15545,  16869,  18199,  19536,  20882,  22237,  23601,  24976,  26362, 27759,
     29170, 30594,  32032,  33487,  34958,  36446,  37954,  39482,  41032,  42605, 44203,
     45828, 47482,  49166,  50884,  52637,  54428,  56262,  58140,  60067,  62048, 64087,
     66191, 68364,  70616,  72954,  75389,  77933,  80600,  83408,  86377,  89536, 92917,
     96565, 100540, 104924, 109834, 115453, 122076, 130248, 141156, 158437, 202983},
    {158437, 158812, 159193, 159579, 159970, 160368, 160771, 161181, 161597, 162019, 162449,
     162885, 163329, 163781, 164240, 164708, 165184, 165669, 166163, 166667, 167181, 167705,
     168241, 168787, 169346, 169918, 170502, 171101, 171714, 172343, 172988, 173650, 174330,
     175030, 175750, 176492, 177257, 178048, 178865, 179711, 180588, 181498, 182445, 183432,
     184462, 185540, 186670, 187859, 189113, 190440, 191851, 193356, 194971, 196714, 198608,
     200683, 202983, 205563, 208507, 211943, 216085, 221325, 228531, 240408, 273257},
    {240408, 240671, 240939, 241211, 241487, 241767, 242052, 242342, 242636, 242936, 243240,
     243550, 243865, 244187, 244514, 244847, 245187, 245533, 245887, 246248, 246616, 246992,
     247377, 247770, 248173, 248585, 249007, 249440, 249884, 250340, 250808, 251289, 251785,
     252295, 252821, 253363, 253924, 254504, 255104, 255727, 256374, 257046, 257747, 258479,
     259244, 260047, 260890, 261779, 262719, 263716, 264779, 265915, 267138, 268462, 269905,
     271492, 273257, 275245, 277524, 280197, 283438, 287567, 293295, 302857, 330000},
    {302857, 303071, 303288, 303509, 303733, 303961, 304192, 304428, 304667, 304911, 305159,
     305411, 305668, 305929, 306196, 306468, 306745, 307027, 307316, 307611, 307912, 308219,
     308534, 308856, 309185, 309523, 309869, 310223, 310587, 310961, 311346, 311741, 312148,
     312567, 313000, 313447, 313909, 314387, 314882, 315396, 315930, 316486, 317065, 317671,
     318305, 318970, 319670, 320408, 321190, 322019, 322904, 323852, 324873, 325980, 327188,
     328519, 330000, 331673, 333593, 335852, 338597, 342105, 346994, 355204, 378827},
};

/* 2^(i/64), Q30. */
static const uint64_t power_of_2[65] = {
    1073741824, 1085434106, 1097253708, 1109202018, 1121280436, 1133490379, 1145833280, 1158310587,
    1170923762, 1183674286, 1196563654, 1209593378, 1222764986, 1236080024, 1249540052, 1263146652,
    1276901417, 1290805962, 1304861917, 1319070932, 1333434672, 1347954824, 1362633090, 1377471191,
    1392470869, 1407633882, 1422962010, 1438457051, 1454120821, 1469955159, 1485961921, 1502142985,
    1518500250, 1535035634, 1551751076, 1568648537, 1585730000, 1602997467, 1620452965, 1638098541,
    1655936265, 1673968228, 1692196547, 1710623359, 1729250827, 1748081133, 1767116489, 1786359126,
    1805811301, 1825475297, 1845353420, 1865448001, 1885761398, 1906295993, 1927054196, 1948038440,
    1969251188, 1990694927, 2012372174, 2034285470, 2056437387, 2078830522, 2101467502, 2124350982,
    2147483648};

/* Standard normal, Q16. */
static int64_t normal(struct sim_stream *st)
{
    uint64_t r = sim_stream_next(st);
    bool negative = r & 1;
    int64_t z = 0;

    for (int row = 0; row < ROWS; row++) {
        uint32_t i = (uint32_t)(r >> 58), fraction = (uint32_t)(r >> 26) & 0xFFFF;
        int64_t from = quantile[row][i], to = quantile[row][i + 1];

        if (i < 63 || row == ROWS - 1) {
            z = from + (((to - from) * fraction) >> 16);
            break;
        }
        r = sim_stream_next(st);
    }
    return negative ? -z : z;
}

/* mean * e^x, x in Q16 and within +-20. */
static sim_ns times_exp(sim_ns mean, int64_t x)
{
    int64_t y = (x * 94548) >> 16; /* over ln 2 */
    int64_t whole = y >> 16, i = (y >> 10) & 63, fraction = y & 1023;
    int64_t power = (int64_t)power_of_2[i] +
                    ((((int64_t)power_of_2[i + 1] - (int64_t)power_of_2[i]) * fraction) >> 10);
    wide product = (wide)mean * power;

    return (sim_ns)(whole <= 30 ? product >> (30 - whole) : product << (whole - 30));
}

/* e^(sigma Z) has the mean e^(sigma^2/2), which is taken off. */
static sim_ns lognormal(uint32_t sigma_millionths, struct sim_stream *st, sim_ns mean)
{
    int64_t sigma = (int64_t)sigma_millionths * ONE / 1000000;

    SIM_ASSERT(sigma_millionths <= SIM_SPREAD_SIGMA_MAX);
    return times_exp(mean, ((sigma * normal(st)) >> 16) - ((sigma * sigma) >> 17));
}

static sim_ns from_table(const struct sim_spread *spread, struct sim_stream *st)
{
    uint64_t at = sim_stream_below(st, SIM_SPREAD_WHOLE);
    uint32_t i = 0;

    while (at >= spread->bin[i].upto)
        i++;
    SIM_ASSERT(i < spread->bins);
    if (spread->bin[i].from == spread->bin[i].to)
        return spread->bin[i].from;
    return sim_stream_between(st, spread->bin[i].from, spread->bin[i].to);
}

sim_ns sim_spread_draw(const struct sim_spread *spread, struct sim_stream *st, sim_ns mean)
{
    sim_ns floor = mean / 3, ns;

    switch (spread->kind) {
    case SIM_SPREAD_FIXED:
        ns = mean;
        break;
    case SIM_SPREAD_UNIFORM:
        ns = sim_stream_between(st, mean - mean / 2, mean + mean / 2);
        break;
    case SIM_SPREAD_LOGNORMAL:
        ns = lognormal(spread->sigma, st, mean);
        break;
    case SIM_SPREAD_TABLE:
        ns = from_table(spread, st);
        break;
    default:
        ns = floor + sim_stream_exponential(st, mean - floor);
    }
    return ns > 0 ? ns : 1;
}
