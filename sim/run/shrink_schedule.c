/* sim/run/shrink_schedule.c - a schedule reduced until no single entry can be taken out, then its
 * delays moved later and made shorter.
 *
 * Delta debugging over the list of delays and answers: ever smaller chunks are left out, and what
 * is not needed stays out. Positions count what an agent did itself, so entries keep their meaning
 * when others go.
 */
#include "sim/run/shrink_private.h"

#include <stdlib.h>
#include <string.h>

#include "sim/engine/sim_assert.h"

#define DEFAULT_SEEDS 8  /* tried with the empty schedule before anything else */
#define AGAIN_TRIES 64u  /* for schedules that begin with a few delays */
#define STEPS_MAX 24     /* of one delay, in each direction */
#define LATER_FIRST 1024 /* a delay is moved by so many points at first, then by half of it ... */

/* Entry i of a schedule: delays first, then answers. */
static uint32_t entries_of(const struct sim_schedule *s)
{
    return s->delays + s->answers;
}

/* The entries of `from` that are not in [first, first + count). */
static void leave_out(const struct sim_schedule *from, uint32_t first, uint32_t count,
                      struct sim_schedule *to)
{
    sim_schedule_clear(to);
    for (uint32_t i = 0; i < entries_of(from); i++) {
        if (i - first < count)
            continue;
        if (i < from->delays)
            sim_schedule_add_delay(to, from->delay[i]);
        else
            sim_schedule_add_answer(to, from->answer[i - from->delays]);
    }
}

static void take_over(struct sim__shrink *s, struct sim_schedule *smaller)
{
    struct sim_schedule old = s->schedule;

    s->schedule = *smaller;
    *smaller = old;
}

/* Leaves out chunks of `chunk` entries, one after the other. True when something went. */
static bool chunks_pass(struct sim__shrink *s, uint32_t chunk, struct sim_schedule *work)
{
    bool changed = false;

    for (uint32_t i = 0; i < entries_of(&s->schedule) && !sim__shrink_over(s);) {
        leave_out(&s->schedule, i, chunk, work);
        if (sim__shrink_try(s, s->seed, work)) {
            take_over(s, work);
            changed = true;
        } else {
            i += chunk;
        }
    }
    return changed;
}

static void minimise(struct sim__shrink *s, struct sim_schedule *work)
{
    uint32_t chunk = entries_of(&s->schedule);

    while (chunk > 0 && !sim__shrink_over(s)) {
        bool changed = chunks_pass(s, chunk, work);

        if (chunk > 1)
            chunk /= 2;
        else if (!changed)
            break;
        if (chunk > entries_of(&s->schedule))
            chunk = entries_of(&s->schedule);
    }
}

/* The finding under the default order, with some seed: then there is nothing left to reduce. */
static bool by_default(struct sim__shrink *s)
{
    static const struct sim_schedule empty;

    for (uint64_t i = 0; i <= DEFAULT_SEEDS && !sim__shrink_over(s); i++) {
        uint64_t seed = i ? i : s->seed;

        if (!sim__shrink_try(s, seed, &empty))
            continue;
        s->seed = seed;
        sim_schedule_clear(&s->schedule);
        return true;
    }
    return false;
}

/* Tries a changed delay, and keeps it when the finding stays. */
static bool changed_delay(struct sim__shrink *s, uint32_t i, struct sim_delay delay,
                          struct sim_schedule *work)
{
    sim_schedule_copy(work, &s->schedule);
    work->delay[i] = delay;
    if (!sim__shrink_try(s, s->seed, work))
        return false;
    take_over(s, work);
    return true;
}

/* As late as it can be: right before what it breaks. */
static void later(struct sim__shrink *s, uint32_t i, struct sim_schedule *work)
{
    uint64_t step = LATER_FIRST;

    for (int k = 0; k < STEPS_MAX && step > 0 && !sim__shrink_over(s); k++) {
        struct sim_delay delay = s->schedule.delay[i];

        delay.ordinal += step;
        if (!changed_delay(s, i, delay, work))
            step /= 2;
    }
}

/* As short as it can be, within an eighth. */
static void shorter(struct sim__shrink *s, uint32_t i, struct sim_schedule *work)
{
    sim_ns fails = 0;

    for (int k = 0; k < STEPS_MAX && !sim__shrink_over(s); k++) {
        struct sim_delay delay = s->schedule.delay[i];
        sim_ns holds = delay.ns;

        if (holds - fails <= holds / 8 + 1)
            return;
        delay.ns = fails + (holds - fails) / 2;
        if (!changed_delay(s, i, delay, work))
            fails = delay.ns;
    }
}

/* What strategies with many delays found may need more of them together than there must be. The
 * search begins again from schedules with a few, and the smallest one stays. */
static void again(struct sim__shrink *s, struct sim_schedule *work)
{
    struct sim_schedule best = {0};
    uint64_t end = s->cost + AGAIN_TRIES * SIM__TRY, best_seed = s->seed;

    sim_schedule_copy(&best, &s->schedule);
    for (uint64_t seed = 1; best.delays > 1 && s->cost < end && !sim__shrink_over(s); seed++) {
        if (!sim__shrink_try_delays(s, seed, work))
            continue;
        s->seed = seed;
        take_over(s, work);
        minimise(s, work);
        if (s->schedule.delays < best.delays && !sim__shrink_over(s)) {
            sim_schedule_copy(&best, &s->schedule);
            best_seed = seed;
        }
    }
    s->seed = best_seed;
    sim_schedule_copy(&s->schedule, &best);
    sim_schedule_free(&best);
}

static bool before(const struct sim_delay *a, const struct sim_delay *b)
{
    return a->agent != b->agent ? a->agent < b->agent : a->ordinal < b->ordinal;
}

/* Moved delays stand in order again; of two for one position the first counts, so the other goes.
 */
static void put_in_order(struct sim_schedule *s)
{
    uint32_t kept = 0;

    for (uint32_t i = 1; i < s->delays; i++) {
        struct sim_delay delay = s->delay[i];
        uint32_t k = i;

        for (; k > 0 && before(&delay, &s->delay[k - 1]); k--)
            s->delay[k] = s->delay[k - 1];
        s->delay[k] = delay;
    }
    for (uint32_t i = 0; i < s->delays; i++)
        if (!kept || before(&s->delay[kept - 1], &s->delay[i]))
            s->delay[kept++] = s->delay[i];
    s->delays = kept;
}

void sim__shrink_schedule(struct sim__shrink *s)
{
    struct sim_schedule work = {0};

    if (!by_default(s)) {
        minimise(s, &work);
        again(s, &work);
        for (uint32_t i = 0; i < s->schedule.delays; i++) {
            later(s, i, &work);
            shorter(s, i, &work);
        }
        while (!sim__shrink_over(s) && chunks_pass(s, 1, &work))
            ; /* moving one may have made another superfluous */
    }
    put_in_order(&s->schedule);
    sim_schedule_free(&work);
}
