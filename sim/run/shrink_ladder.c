/* sim/run/shrink_ladder.c - the whole load cut down at once: one request, two, four.
 *
 * Each rung is tried with many runs, because a rare interleaving of two requests is still easier to
 * meet among two than on a long way down from a hundred. All rungs get a few runs first, then four
 * times as many, and so on: what shows easily with four requests is found before much is spent on
 * one. A rung is tried in two forms: with the faults as they are, and with faults that come within
 * the short time or the few occasions that such a load has.
 */
#include <stdio.h>

#include "sim/run/shrink_private.h"
#include "sim/scenario/faults.h"

#define ROUNDS 4
#define ROUND_TRIES 16u /* for one form of a rung, in the first round */
#define ROUND_MORE 4u   /* times as many in the next */
#define LADDER_SHARE 2u /* of all tries, at most one part of so many */

#define NEAR (200 * SIM_US) /* an I/O or two */
#define NEAR_SIZE 16384

/* Reset and completion need a processor each, the reset's is number 0. */
static const struct rung {
    int64_t numjobs, iodepth, number_ios, cpus;
} ladder[] = {{1, 1, 1, 1}, {1, 1, 1, 2}, {1, 1, 2, 1}, {2, 1, 1, 2},
              {1, 4, 4, 1}, {2, 2, 2, 2}, {4, 1, 1, 4}};
#define RUNGS (sizeof ladder / sizeof ladder[0])

enum form { AS_THEY_ARE, BROUGHT_NEAR, FORMS };

/* Brings an option down to `most` everywhere; 0 counts as endless where it means that. */
static void cap(struct sim__shrink *s, struct sim__variant *v, enum sim_option option, int64_t most)
{
    struct sim__place place[SIM__PLACES_MAX];
    uint32_t n = sim__places(s, option, place);
    bool endless = option == SIM_OPT_WORKLOAD_NUMBER_IOS;
    char text[32];

    snprintf(text, sizeof text, "%lld", (long long)most);
    for (uint32_t i = 0; i < n; i++)
        if (place[i].value > most || (endless && !place[i].value))
            sim__variant_set(v, place[i].name, text);
}

/* What comes at some time comes within the load that is left, at a time that the seed draws. */
static void times_near(struct sim__shrink *s, struct sim__variant *v)
{
    struct sim__place at[SIM__PLACES_MAX], spread[SIM__PLACES_MAX], on[SIM__PLACES_MAX];
    uint32_t n = sim__places(s, SIM_OPT_FAULT_AT, at);
    char text[32];

    sim__places(s, SIM_OPT_FAULT_SPREAD, spread);
    sim__places(s, SIM_OPT_FAULT_ON, on);
    for (uint32_t i = 0; i < n; i++) {
        int64_t last = at[i].value + spread[i].value;

        if (on[i].value != SIM_FAULT_ON_TIME || !last)
            continue;
        snprintf(text, sizeof text, "%lldns", (long long)(last < NEAR ? last : NEAR));
        sim__variant_set(v, at[i].name, "0ns");
        sim__variant_set(v, spread[i].name, text);
    }
}

static void bring_near(struct sim__shrink *s, struct sim__variant *v)
{
    struct sim__place block[SIM__PLACES_MAX];
    uint32_t n = sim__places(s, SIM_OPT_WORKLOAD_BS, block);
    int64_t size = NEAR_SIZE;

    for (uint32_t i = 0; i < n; i++)
        size = block[i].value > size ? block[i].value : size;
    times_near(s, v);
    cap(s, v, SIM_OPT_FAULT_NTH, 1);
    cap(s, v, SIM_OPT_FAULT_EVERY, 1);
    cap(s, v, SIM_OPT_WORKLOAD_FSYNC, 1);
    cap(s, v, SIM_OPT_WORKLOAD_SIZE, size);
}

/* done: how many seeds of this form were tried in earlier rounds. */
static bool climb(struct sim__shrink *s, const struct rung *rung, enum form form, uint64_t cost,
                  struct sim__tried *done)
{
    struct sim__variant *v = sim__variant_copy(&s->best);
    uint64_t plain;

    cap(s, v, SIM_OPT_WORKLOAD_NUMJOBS, rung->numjobs);
    cap(s, v, SIM_OPT_WORKLOAD_IODEPTH, rung->iodepth);
    cap(s, v, SIM_OPT_WORKLOAD_NUMBER_IOS, rung->number_ios);
    cap(s, v, SIM_OPT_MACHINE_CPUS, rung->cpus);
    plain = sim__variant_hash(v);
    if (form == BROUGHT_NEAR)
        bring_near(s, v);
    if (sim__variant_hash(v) != (form == BROUGHT_NEAR ? plain : sim__variant_hash(&s->best)))
        return sim__shrink_accept(s, v, cost, done);
    sim__variant_drop(v);
    return false;
}

bool sim__ladder_climb(struct sim__shrink *s)
{
    struct sim__tried done[RUNGS][FORMS] = {0};
    uint64_t cost = ROUND_TRIES * SIM__TRY, end = s->cost + (s->cost_max - s->cost) / LADDER_SHARE;

    for (int round = 0; round < ROUNDS; round++, cost *= ROUND_MORE)
        for (size_t i = 0; i < RUNGS; i++)
            for (int form = 0; form < FORMS; form++) {
                if (s->cost + cost > end)
                    return false;
                if (climb(s, &ladder[i], (enum form)form, cost, &done[i][form]))
                    return true;
            }
    return false;
}
