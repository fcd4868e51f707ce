/* models/load/skew.c - random places that are not all as likely.
 *
 * zipf:THETA - the place of rank r (from 1) is drawn with a probability in proportion to
 * r^-THETA. pareto:H - of the places, in order of rank, the first share x takes x^(log(1-H)/log H)
 * of all draws; so pareto:0.2 sends 80 % of them to a fifth of the places. Ranks are scattered over
 * the region by a permutation, as fio does with a hash; with a centre, rank 1 lies there and the
 * others follow. normal:DEVIATION - the sum of twelve uniform draws, whose deviation is that
 * percentage of the region; what falls outside is drawn again. zoned - uniform within a zone.
 *
 * Ranks from 257 on share a step of the table with their neighbours, within 3 % of each other.
 */
#include "models/load/skew.h"

#include "models/load/fixed.h"
#include "sim/engine/sim.h"

__extension__ typedef unsigned __int128 wide;

#define SINGLE 256 /* ranks that have a step of their own */
#define STEPS_MAX 2048
#define NORMAL_DRAWS 12
#define NORMAL_TRIES 64

/* --- the tables ------------------------------------------------------------------------------- */

static uint64_t step_end(uint64_t first)
{
    return first < SINGLE ? first + 1 : first + 1 + first / 32;
}

/* r^-theta of rank r (from 0 here), Q64. */
static uint64_t zipf_weight(const struct load_skew *skew, uint64_t rank)
{
    return load__exp2_minus(
        (uint64_t)((wide)load__log2(rank + 1) * skew->distribution->value / 1000000));
}

/* Of all ranks of a step, by Simpson's rule. Q64 times the number of ranks. */
static wide zipf_step(const struct load_skew *skew, uint64_t first, uint64_t end)
{
    uint64_t last = end - 1, middle = first + (last - first) / 2;
    wide sum = (wide)zipf_weight(skew, first) + 4 * (wide)zipf_weight(skew, middle) +
               zipf_weight(skew, last);

    return sum * (end - first) / 6;
}

/* Share of the draws that go to ranks below `end`, as a number of 0 .. 2^64 - 1: (end/places) to
 * the power of log(1-h)/log(h). */
static uint64_t pareto_upto(const struct load_skew *skew, uint64_t end)
{
    uint64_t million = load__log2(1000000), h = skew->distribution->value;
    uint64_t minus_log_h = million - load__log2(h),
             minus_log_rest = million - load__log2(1000000 - h);
    uint64_t below = load__log2(skew->places) - load__log2(end);

    return load__exp2_minus((uint64_t)((wide)below * minus_log_rest / minus_log_h));
}

/* part * 2^64 / whole, for part <= whole. */
static uint64_t share_of(wide part, wide whole)
{
    while (whole >> 96) {
        part >>= 1;
        whole >>= 1;
    }
    return (uint64_t)((part << 31) / ((whole >> 33) + 1));
}

static void table_zipf(struct load_skew *skew)
{
    wide total = 0, sum = 0;

    for (uint32_t i = 0; i < skew->steps; i++)
        total += zipf_step(skew, skew->first[i], skew->first[i + 1]);
    for (uint32_t i = 0; i < skew->steps; i++) {
        sum += zipf_step(skew, skew->first[i], skew->first[i + 1]);
        skew->upto[i] = share_of(sum, total);
    }
}

static void table_pareto(struct load_skew *skew)
{
    for (uint32_t i = 0; i < skew->steps; i++)
        skew->upto[i] = pareto_upto(skew, skew->first[i + 1]);
}

static void table_create(struct load_skew *skew)
{
    uint32_t bytes = 2 * (STEPS_MAX + 1) * (uint32_t)sizeof *skew->first;
    uint64_t *table =
        sim_world_page(sim_world_pages_alloc((bytes + SIM_PAGE_SIZE - 1) >> SIM_PAGE_SHIFT));

    sim_world_touch(table, bytes);
    skew->first = table;
    skew->upto = table + STEPS_MAX + 1;
    while (skew->first[skew->steps] < skew->places) {
        uint64_t end = step_end(skew->first[skew->steps]);

        SIM_ASSERT(skew->steps < STEPS_MAX);
        skew->first[++skew->steps] = end < skew->places ? end : skew->places;
    }
    if (skew->distribution->kind == SIM_ZIPF)
        table_zipf(skew);
    else
        table_pareto(skew);
    skew->upto[skew->steps - 1] = UINT64_MAX;
}

void load__skew_init(struct load_skew *skew, const struct sim_distribution *distribution,
                     uint64_t places)
{
    SIM_ASSERT(places && places < UINT64_C(1) << 48);
    *skew = (struct load_skew){.distribution = distribution, .places = places};
    if (distribution->kind == SIM_ZIPF || distribution->kind == SIM_PARETO)
        table_create(skew);
}

void load__skew_begin(struct load_skew *skew, struct sim_stream *st)
{
    skew->key = sim_stream_next(st);
}

/* --- ranks and places ------------------------------------------------------------------------- */

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* A Feistel network over the least even number of bits that holds all places, walked until it ends
 * up among them: every rank has a place of its own. */
static uint64_t scatter(const struct load_skew *skew, uint64_t rank)
{
    uint32_t bits = 64 - (uint32_t)__builtin_clzll(skew->places | 1), half = (bits + 1) / 2;
    uint64_t mask = (UINT64_C(1) << half) - 1;

    do {
        uint64_t left = rank >> half, right = rank & mask;

        for (uint64_t round = 0; round < 4; round++) {
            uint64_t next = left ^ (mix(right + skew->key + (round << 56)) & mask);

            left = right;
            right = next;
        }
        rank = left << half | right;
    } while (rank >= skew->places);
    return rank;
}

static uint64_t center_of(const struct load_skew *skew, uint32_t millionths)
{
    uint64_t at = (uint64_t)((wide)skew->places * millionths / 1000000);

    return at < skew->places ? at : skew->places - 1;
}

/* --- drawing ---------------------------------------------------------------------------------- */

static uint64_t draw_ranked(const struct load_skew *skew, struct sim_stream *st)
{
    uint64_t r = sim_stream_next(st), rank;
    uint32_t lo = 0, hi = skew->steps - 1;

    while (lo < hi) {
        uint32_t middle = (lo + hi) / 2;

        if (r < skew->upto[middle])
            hi = middle;
        else
            lo = middle + 1;
    }
    rank = skew->first[lo] + sim_stream_below(st, skew->first[lo + 1] - skew->first[lo]);
    if (skew->distribution->center < 0)
        return scatter(skew, rank);
    rank += center_of(skew, (uint32_t)skew->distribution->center);
    return rank < skew->places ? rank : rank - skew->places;
}

static uint64_t draw_normal(const struct load_skew *skew, struct sim_stream *st)
{
    int32_t center = skew->distribution->center;
    int64_t middle = (int64_t)center_of(skew, center < 0 ? 500000 : (uint32_t)center);
    /* value: millionths of a percent */
    uint64_t deviation = (uint64_t)((wide)skew->places * skew->distribution->value / 100000000);

    if (!deviation)
        return (uint64_t)middle;
    for (int i = 0; i < NORMAL_TRIES; i++) {
        int64_t at = middle - (int64_t)(deviation * (NORMAL_DRAWS / 2));

        for (int k = 0; k < NORMAL_DRAWS; k++)
            at += (int64_t)sim_stream_below(st, deviation + 1);
        if (at >= 0 && (uint64_t)at < skew->places)
            return (uint64_t)at;
    }
    return (uint64_t)middle;
}

static uint64_t draw_zoned(const struct load_skew *skew, struct sim_stream *st)
{
    const struct sim_distribution *d = skew->distribution;
    uint64_t r = sim_stream_below(st, SIM_ALL_PPM), from, to;
    uint32_t i = 0;

    while (i + 1 < d->zones && r >= d->zone[i].hits)
        i++;
    from = center_of(skew, i ? d->zone[i - 1].end : 0);
    to = (uint64_t)((wide)skew->places * d->zone[i].end / SIM_ALL_PPM);
    return to > from ? from + sim_stream_below(st, to - from) : from;
}

uint64_t load__skew_draw(const struct load_skew *skew, struct sim_stream *st)
{
    switch (skew->distribution->kind) {
    case SIM_ZIPF:
    case SIM_PARETO:
        return draw_ranked(skew, st);
    case SIM_NORMAL:
        return draw_normal(skew, st);
    case SIM_ZONED:
        return draw_zoned(skew, st);
    default:
        return sim_stream_below(st, skew->places);
    }
}
