/* sim/explore/explore.c - the walk over all schedules within the bound. */
#include "sim/explore/explore.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/sim.h"
#include "sim/explore/walk.h"

/* Runs with delays at random, to learn what is shared before counting begins. */
#define LEARNING_RUNS 32

struct sim_explorer {
    struct sim_explore_config config;
    sim_explore_fn fn;
    void *ctx;
    struct sim__walk walk;                            /* its places are the schedule to run next */
    uint64_t places[SIM_EXPLORE_PREEMPTIONS_MAX + 1]; /* in the run with the first i delays */
    struct sim_schedule schedule;
    struct sim_explore_figures figures;
    enum sim_explore_step end; /* MORE while there is more */
};

/* --- one run ---------------------------------------------------------------------------------- */

static bool violates(struct sim_explorer *e)
{
    bool violated;

    sim_schedule_clear(&e->schedule);
    sim_schedule_record(&e->schedule);
    sim__walk_set(&e->walk);
    violated = e->fn(&sim__strategy_walk, e->ctx);
    sim__walk_set(NULL);
    sim_schedule_record(NULL);
    e->figures.runs++;
    return violated;
}

/* Counting begins (again). */
static void count_anew(struct sim_explorer *e)
{
    e->walk.delays = 0;
    e->figures.schedules = 0;
    e->figures.counts++;
}

/* A violation on the way is nothing to go by: these runs have more delays than the bound. */
static void learn(struct sim_explorer *e)
{
    for (uint32_t i = 0; i < LEARNING_RUNS; i++) {
        e->walk.learn = i > 0;
        e->walk.learn_seed = i;
        violates(e);
    }
    e->walk.learn = false;
    sim__conflicts_settle(e->walk.conflicts);
}

struct sim_explorer *sim_explore_create(const struct sim_explore_config *config, sim_explore_fn fn,
                                        void *ctx)
{
    struct sim_explorer *e = calloc(1, sizeof *e);

    SIM_ASSERT(e && config->preemptions <= SIM_EXPLORE_PREEMPTIONS_MAX && config->hold_ns > 0);
    e->config = *config;
    e->fn = fn;
    e->ctx = ctx;
    e->walk.hold_ns = config->hold_ns;
    e->walk.reduce = config->reduce;
    e->walk.from = config->from;
    e->walk.conflicts = sim__conflicts_create(config->hold_ns, config->module);
    if (config->reduce)
        learn(e);
    count_anew(e);
    return e;
}

void sim_explore_free(struct sim_explorer *e)
{
    if (!e)
        return;
    sim__conflicts_free(e->walk.conflicts);
    sim_schedule_free(&e->schedule);
    free(e);
}

/* --- the walk --------------------------------------------------------------------------------- */

/* The next schedule: one more delay behind the last one, or the last one that can be moved is moved
 * on. False: that was all. */
static bool advance(struct sim_explorer *e)
{
    struct sim__walk *w = &e->walk;
    uint64_t behind = w->delays ? w->place[w->delays - 1] + 1 : 0;

    if (w->delays < e->config.preemptions && behind < e->places[w->delays]) {
        w->place[w->delays++] = behind;
        return true;
    }
    while (w->delays) {
        if (++w->place[w->delays - 1] < e->places[w->delays - 1])
            return true;
        w->delays--;
    }
    return false;
}

static void note_run(struct sim_explorer *e)
{
    struct sim__walk *w = &e->walk;

    SIM_ASSERT(w->placed == w->delays);
    e->places[w->delays] = w->places;
    e->figures.schedules++;
    if (!w->delays) {
        e->figures.places = w->places;
        e->figures.places_all = w->places_all;
    }
}

enum sim_explore_step sim_explore_step(struct sim_explorer *e)
{
    if (e->end != SIM_EXPLORE_MORE)
        return e->end;
    if (violates(e))
        return e->end = SIM_EXPLORE_FOUND;
    note_run(e);
    if (sim__conflicts_settle(e->walk.conflicts)) {
        count_anew(e);
        return SIM_EXPLORE_MORE;
    }
    return e->end = advance(e) ? SIM_EXPLORE_MORE : SIM_EXPLORE_DONE;
}

/* --- figures ---------------------------------------------------------------------------------- */

/* 1 + n + n(n-1)/2 + ... up to k delays. */
static double within(double n, uint32_t k)
{
    double sum = 1, term = 1;

    for (uint32_t i = 1; i <= k && n >= i; i++) {
        term = term * (n - i + 1) / i;
        sum += term;
    }
    return sum;
}

void sim_explore_figures(const struct sim_explorer *e, struct sim_explore_figures *out)
{
    double left;

    *out = e->figures;
    out->shared = sim__conflicts_count(e->walk.conflicts);
    out->expected = within((double)out->places, e->config.preemptions);
    if (e->end == SIM_EXPLORE_DONE) {
        out->done = 1;
        out->expected = (double)out->schedules;
    } else if (e->walk.delays && out->places) {
        left = ((double)out->places - (double)e->walk.place[0]) / (double)out->places;
        out->done = 1;
        for (uint32_t i = 0; i < e->config.preemptions; i++)
            out->done *= left;
        out->done = 1 - out->done;
    }
}

const struct sim_schedule *sim_explore_schedule(const struct sim_explorer *e)
{
    return &e->schedule;
}

/* --- saving ----------------------------------------------------------------------------------- */

void sim_explore_save(const struct sim_explorer *e, FILE *file)
{
    const struct sim__walk *w = &e->walk;
    uint32_t shared = sim__conflicts_count(w->conflicts);

    fprintf(file, "bound: %u %lld %d %lld\n", e->config.preemptions, (long long)e->config.hold_ns,
            e->config.reduce, (long long)e->config.from);
    fprintf(file, "counted: %llu %llu %u\n", (unsigned long long)e->figures.schedules,
            (unsigned long long)e->figures.runs, e->figures.counts);
    fprintf(file, "places: %llu\n", (unsigned long long)e->figures.places_all);
    fprintf(file, "delays: %u\n", w->delays);
    for (uint32_t i = 0; i < w->delays; i++)
        fprintf(file, "%llu of %llu\n", (unsigned long long)w->place[i],
                (unsigned long long)e->places[i]);
    fprintf(file, "shared: %u\n", shared);
    for (uint32_t i = 0; i < shared; i++)
        fprintf(file, "%llx\n", (unsigned long long)sim__conflicts_get(w->conflicts, i));
    fprintf(file, "end: %u\n", shared);
}

struct loading {
    FILE *file;
    const char *name;
    int *line;
    struct sim_error *error;
};

/* Reads a line by a format with `wanted` conversions. */
__attribute__((format(scanf, 3, 4))) static int take(struct loading *l, int wanted,
                                                     const char *format, ...)
{
    char text[256];
    va_list args;
    int got;

    ++*l->line;
    if (!fgets(text, sizeof text, l->file))
        return sim_error_set(l->error, "%s:%d: cut short", l->name, *l->line);
    text[strcspn(text, "\n")] = '\0';
    va_start(args, format);
    got = vsscanf(text, format, args);
    va_end(args);
    if (got != wanted)
        return sim_error_set(l->error, "%s:%d: '%.60s' is not what belongs here", l->name, *l->line,
                             text);
    return 0;
}

static int load_bound(struct sim_explorer *e, struct loading *l)
{
    struct sim_explore_config c = e->config;
    long long hold, from;
    int reduce;

    if (take(l, 4, "bound: %u %lld %d %lld", &c.preemptions, &hold, &reduce, &from))
        return -1;
    if (c.preemptions != e->config.preemptions || hold != e->config.hold_ns ||
        reduce != e->config.reduce || from != e->config.from)
        return sim_error_set(l->error, "%s:%d: saved with another bound, hold, window or reduction",
                             l->name, *l->line);
    return 0;
}

static int load_delays(struct sim_explorer *e, struct loading *l)
{
    struct sim__walk *w = &e->walk;

    if (take(l, 1, "delays: %u", &w->delays))
        return -1;
    if (w->delays > e->config.preemptions)
        return sim_error_set(l->error, "%s:%d: more delays than the bound", l->name, *l->line);
    for (uint32_t i = 0; i < w->delays; i++) {
        unsigned long long place, places;

        if (take(l, 2, "%llu of %llu", &place, &places))
            return -1;
        if (place >= places || (i && place <= w->place[i - 1]))
            return sim_error_set(l->error, "%s:%d: no such place", l->name, *l->line);
        w->place[i] = place;
        e->places[i] = places;
    }
    e->figures.places = e->places[0];
    return 0;
}

static int load_shared(struct sim_explorer *e, struct loading *l)
{
    unsigned count;

    if (take(l, 1, "shared: %u", &count))
        return -1;
    sim__conflicts_free(e->walk.conflicts);
    e->walk.conflicts = sim__conflicts_create(e->config.hold_ns, e->config.module);
    for (unsigned i = 0; i < count; i++) {
        unsigned long long group;

        if (take(l, 1, "%llx", &group))
            return -1;
        sim__conflicts_add(e->walk.conflicts, group);
    }
    return take(l, 1, "end: %u", &count);
}

int sim_explore_load(struct sim_explorer *e, FILE *file, const char *name, int *line,
                     struct sim_error *error)
{
    struct loading l = {.file = file, .name = name, .line = line, .error = error};
    unsigned long long schedules, runs, places_all;

    if (load_bound(e, &l) ||
        take(&l, 3, "counted: %llu %llu %u", &schedules, &runs, &e->figures.counts) ||
        take(&l, 1, "places: %llu", &places_all) || load_delays(e, &l) || load_shared(e, &l))
        return -1;
    e->figures.schedules = schedules;
    e->figures.runs = runs;
    e->figures.places_all = places_all;
    e->end = SIM_EXPLORE_MORE;
    return 0;
}
