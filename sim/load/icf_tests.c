/* sim/load/icf_tests.c - the tests that an Iometer configuration asks for, one after the other.
 *
 * Iometer runs the first specification assigned to each worker, all workers at once, for the run
 * time; then the second; and so on. Workers that do the same become one job with numjobs. Cycling
 * of outstanding I/Os and of workers repeats that.
 */
#include <stdio.h>
#include <string.h>

#include "sim/load/icf_private.h"

#define SECTOR 512

const struct sim__icf_spec *sim__icf_spec(const struct sim__icf *r, const char *name)
{
    for (uint32_t i = 0; i < r->specs; i++)
        if (strcmp(r->spec[i].name, name) == 0)
            return &r->spec[i];
    return NULL;
}

/* A file without workers: those that Iometer would begin with. */
static void workers_default(struct sim__icf *r)
{
    while (r->workers < (r->default_workers ? r->default_workers : r->place->cpus) &&
           r->workers < SIM__ICF_WORKERS_MAX) {
        struct sim__icf_worker *w = &r->worker[r->workers++];

        memset(w, 0, sizeof *w);
        w->outstanding = 1;
        w->line = r->specs ? r->spec[0].line : 1;
        for (uint32_t i = 0; i < r->specs && w->assigned < SIM__ICF_ASSIGNED_MAX; i++)
            if (r->spec[i].for_disks)
                strcpy(w->name[w->assigned++], r->spec[i].name);
    }
}

static bool same(const struct sim__icf_worker *a, const struct sim__icf_worker *b, const char *spec,
                 uint32_t k)
{
    return a->outstanding == b->outstanding && a->size == b->size && a->start == b->start &&
           a->seed == b->seed && k < b->assigned && strcmp(b->name[k], spec) == 0;
}

static void access_set(struct sim_job *job, const struct sim__icf_spec *spec)
{
    char text[SIM_ACCESS_MAX * 80];
    size_t used = 0;

    for (uint32_t i = 0; i < spec->lines; i++) {
        const uint64_t *f = spec->at[i].field;

        used += (size_t)snprintf(
            text + used, sizeof text - used, "%s%llu/%llu/%llu/%llu/%llu/%llu/%llu", i ? ":" : "",
            (unsigned long long)f[0], (unsigned long long)f[1], (unsigned long long)f[2],
            (unsigned long long)f[3], (unsigned long long)f[4], (unsigned long long)f[5],
            (unsigned long long)f[6]);
    }
    sim_job_set(job, "access", spec->line, "%s", text);
}

static void region_set(struct sim_job *job, const struct sim__icf *r,
                       const struct sim__icf_worker *w)
{
    uint64_t start = w->start * SECTOR, left;

    left = start < r->place->space ? r->place->space - start : 0;
    sim_job_set(job, "offset", w->line, "%llu", (unsigned long long)start);
    sim_job_set(job, "size", w->line, "%llu",
                (unsigned long long)(w->size ? w->size * SECTOR : left));
}

struct test {
    uint32_t k;      /* which of the assigned specifications */
    uint64_t depth;  /* 0: each worker's own */
    uint32_t active; /* workers that take part: the first so many */
    bool after;      /* the ones before it must have ended */
};

static int job_add(struct sim__icf *r, const struct sim__icf_worker *w,
                   const struct sim__icf_spec *spec, uint32_t workers, const struct test *test)
{
    struct sim_job *job;

    r->lines.line = w->line;
    if (r->out->jobs == SIM_JOBS_MAX)
        return sim_lines_fail(&r->lines, "more than %d tests times different workers",
                              SIM_JOBS_MAX);
    job = &r->out->job[r->out->jobs++];
    memset(job, 0, sizeof *job);
    sim_job_name(job->name, spec->name);
    job->line = spec->line;
    access_set(job, spec);
    region_set(job, r, w);
    sim_job_set(job, "iodepth", w->line, "%llu",
                (unsigned long long)(test->depth ? test->depth : w->outstanding));
    sim_job_set(job, "numjobs", w->line, "%u", workers);
    sim_job_set(job, "serialize_overlap", w->line, "no");
    if (r->run_s)
        sim_job_set(job, "runtime", r->run_line, "%llus", (unsigned long long)r->run_s);
    if (r->ramp_s)
        sim_job_set(job, "ramp_time", r->run_line, "%llus", (unsigned long long)r->ramp_s);
    if (w->seed)
        sim_job_set(job, "randseed", w->line, "%llu", (unsigned long long)w->seed);
    if (test->after)
        sim_job_set(job, "stonewall", w->line, "yes");
    return 0;
}

/* All workers of one test; those that do the same are one job. */
static int test_add(struct sim__icf *r, struct test *test)
{
    bool done[SIM__ICF_WORKERS_MAX] = {false};

    for (uint32_t i = 0; i < test->active; i++) {
        const struct sim__icf_worker *w = &r->worker[i];
        const struct sim__icf_spec *spec = NULL;
        uint32_t workers = 0;

        if (!done[i] && !w->network && test->k < w->assigned)
            spec = sim__icf_spec(r, w->name[test->k]);
        for (uint32_t b = i; spec && b < test->active; b++) {
            if (done[b] || r->worker[b].network || !same(w, &r->worker[b], spec->name, test->k))
                continue;
            done[b] = true;
            workers++;
        }
        if (!workers)
            continue;
        if (job_add(r, w, spec, workers, test) < 0)
            return -1;
        test->after = false;
    }
    return 0;
}

static uint64_t step(const struct sim__icf_cycling *c, uint64_t now)
{
    uint64_t by = c->step ? c->step : 1;

    if (c->type == SIM__ICF_LINEAR)
        return now + by;
    return now * (by > 1 ? by : 2);
}

static bool anybody_runs(const struct sim__icf *r, uint32_t k)
{
    for (uint32_t i = 0; i < r->workers; i++)
        if (!r->worker[i].network && k < r->worker[i].assigned &&
            sim__icf_spec(r, r->worker[i].name[k]))
            return true;
    return false;
}

/* One specification after the other; each with all depths, and all numbers of workers. */
static int tests_add(struct sim__icf *r)
{
    uint64_t workers_from =
        r->workers_on.on && r->workers_on.start ? r->workers_on.start : r->workers;
    uint64_t depth_from = r->depths.on ? (r->depths.start ? r->depths.start : 1) : 0;
    uint64_t depth_to = r->depths.on ? r->depths.end : 0;

    for (uint32_t k = 0; k < SIM__ICF_ASSIGNED_MAX; k++) {
        if (!anybody_runs(r, k))
            continue;
        for (uint64_t depth = depth_from; depth <= depth_to; depth = step(&r->depths, depth)) {
            for (uint64_t n = workers_from; n <= r->workers; n = step(&r->workers_on, n)) {
                struct test test = {k, depth, (uint32_t)n, r->out->jobs > 0};

                if (test_add(r, &test) < 0)
                    return -1;
            }
            if (!r->depths.on)
                break;
        }
    }
    return 0;
}

int sim__icf_tests(struct sim__icf *r)
{
    if (!r->workers)
        workers_default(r);
    return tests_add(r);
}
