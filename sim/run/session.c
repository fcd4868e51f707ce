/* sim/run/session.c - from a scenario to a booted world, and from a seed to a result. */
#include "sim/run/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/debug.h"
#include "sim/engine/model.h"
#include "sim/engine/module.h"
#include "sim/engine/race.h"
#include "sim/engine/shared.h"
#include "sim/engine/sim.h"
#include "sim/run/drivers.h"
#include "sim/run/result_private.h"

/* The boot is the same for all seeds: its own draws and its own schedule. */
#define BOOT_SEED 0
#define BOOT_LIMIT (600 * SIM_S)
#define PHASE_BOOT 0

struct sim_session {
    const struct sim_scenario *scenario;
    struct sim *sim;
    struct sim_machine machine;
    const struct sim_strategy *strategy;
    bool recheck; /* every seed is run twice */
    uint64_t
        steps; /* points of a run under strategy time: the length that pct and delay draw from */
    bool boot_failed;
    struct sim_result boot; /* boot_failed: what every run returns */
};

static void configure(const struct sim_scenario *sc, struct sim_config *config)
{
    sim_config_defaults(config);
    config->explore.jitter_ns = sim_opt(sc, SIM_OPT_EXPLORE_JITTER);
    config->explore.delay_max_ns = sim_opt(sc, SIM_OPT_EXPLORE_DELAY_MAX);
    config->explore.focus = (enum sim_focus)sim_opt(sc, SIM_OPT_EXPLORE_FOCUS);
    config->explore.pct_depth = (uint32_t)sim_opt(sc, SIM_OPT_EXPLORE_PCT_DEPTH);
    config->point_ns = sim_opt(sc, SIM_OPT_MACHINE_POINT);
    config->points_max = (uint64_t)sim_opt(sc, SIM_OPT_EXPLORE_POINTS_MAX);
    for (int i = 0; i < SIM_RULE_COUNT; i++)
        config->severity[i] = (uint8_t)sim_opt_rule(sc, (enum sim_rule)i);
}

static void collect(struct sim_session *session, struct sim_result *r)
{
    struct sim *sim = session->sim;
    uint32_t before =
        r == &session->boot ? 0 : session->boot.findings; /* the start-up's warnings */

    r->findings = before + sim_findings(sim);
    r->errors = 0;
    for (uint32_t i = 0; i < r->findings && i < SIM_FINDINGS_MAX; i++) {
        if (i < before) {
            r->finding[i] = session->boot.finding[i];
            continue;
        }
        r->finding[i] = *sim_finding(sim, i - before);
        sim_race_tell(&r->finding[i], session->machine.module);
        r->errors += r->finding[i].severity == SIM_SEVERITY_ERROR;
    }
    r->hash = sim_trace_hash(sim);
    sim__result_end(r);
}

static void finish_models(struct sim_session *session)
{
    for (const struct sim_model *const *m = sim_models; *m; m++)
        if ((*m)->finish)
            (*m)->finish(&session->machine);
}

static void run_world(struct sim_session *session, struct sim_result *r, sim_ns limit)
{
    struct sim *sim = session->sim;
    sim_ns start = sim_now(sim);
    uint64_t points = sim_points(sim), events = sim_events_run(sim), switches = sim_switches(sim);

    r->stop = sim_run(sim, start + limit);
    if (r->stop != SIM_STOP_FINDING && r->stop != SIM_STOP_CRASH)
        finish_models(session);
    r->virtual_ns = sim_now(sim) - start;
    r->points = sim_points(sim) - points;
    r->events = sim_events_run(sim) - events;
    r->switches = sim_switches(sim) - switches;
    collect(session, r);
}

static void start_run(struct sim_session *session, uint64_t seed,
                      const struct sim_strategy *strategy)
{
    sim_restore(session->sim);
    sim_module_restore(session->machine.module);
    sim_begin(session->sim, seed, strategy, session->steps);
    sim__result_begin();
    for (const struct sim_model *const *m = sim_models; *m; m++)
        if ((*m)->start)
            (*m)->start(&session->machine);
}

/* The boot is over when the last model stops it; everything else is a failed boot. */
static void boot(struct sim_session *session)
{
    struct sim *sim = session->sim;
    struct sim_result *r = &session->boot;

    sim_begin(sim, BOOT_SEED, &sim_strategy_time, 0);
    sim__result_begin_boot();
    sim_trace(sim, SIM_EV_PHASE, PHASE_BOOT, 0, 0, 0);
    r->stop = sim_run(sim, BOOT_LIMIT);
    if (r->stop == SIM_STOP_TIME || r->stop == SIM_STOP_IDLE)
        sim_find(sim, SIM_RULE_START_FAILED, 0, "the adapter's start did not end within %lld s",
                 (long long)(BOOT_LIMIT / SIM_S));
    r->virtual_ns = sim_now(sim);
    r->points = sim_points(sim);
    r->events = sim_events_run(sim);
    collect(session, r);
    session->boot_failed = r->stop != SIM_STOP_DONE || r->errors;
    if (session->boot_failed)
        return;
    sim__result_end_boot();
    sim_image(sim);
    sim_module_image(session->machine.module);
}

static void measure_steps(struct sim_session *session)
{
    struct sim_result *r = calloc(1, sizeof *r);
    bool focused = sim_explore(session->sim)->focus == SIM_FOCUS_SHARED;
    bool learn = focused && sim_shared_learn() == 0;
    bool debugged = sim_debug.on;

    SIM_ASSERT(r);
    sim_debug.on = false; /* what this run violates is not what is looked for */
    start_run(session, BOOT_SEED, &sim_strategy_time);
    run_world(session, r, sim_opt(session->scenario, SIM_OPT_EXPLORE_LIMIT));
    sim_debug.on = debugged;
    session->steps = r->points;
    if (learn)
        sim_shared_learned();
    free(r);
}

static int load_driver(struct sim_session *session, struct sim_error *error)
{
    char path[4096];

    if (sim_driver_path(sim_opt_text(session->scenario, SIM_OPT_DRIVER_MODULE), path, sizeof path,
                        error) ||
        sim_module_load(path, error, &session->machine.module))
        return -1;
    sim_set_module(session->machine.module);
    return 0;
}

static int set_up(struct sim_session *session, struct sim_error *error)
{
    struct sim_config config;

    session->strategy =
        sim_strategy_by_name(sim_opt_text(session->scenario, SIM_OPT_EXPLORE_STRATEGY));
    if (!session->strategy)
        return sim_error_set(
            error, "explore.strategy: no strategy '%s'; 'storsim list strategies' has them",
            sim_opt_text(session->scenario, SIM_OPT_EXPLORE_STRATEGY));
    session->recheck =
        sim_strategy_rechecks(sim_opt_text(session->scenario, SIM_OPT_EXPLORE_STRATEGY));
    if (load_driver(session, error))
        return -1;
    configure(session->scenario, &config);
    session->sim = sim_create(&config);
    session->machine.sim = session->sim;
    session->machine.scenario = session->scenario;
    for (const struct sim_model *const *m = sim_models; *m; m++)
        if ((*m)->setup && (*m)->setup(&session->machine, error))
            return -1;
    return 0;
}

int sim_session_open(const struct sim_scenario *scenario, struct sim_error *error,
                     struct sim_session **out)
{
    struct sim_session *session = calloc(1, sizeof *session);
    int result = sim_world_create();

    SIM_ASSERT(session);
    if (result) {
        free(session);
        return sim_error_set(error, "cannot map the simulated machine's memory: %s",
                             strerror(-result));
    }
    session->scenario = scenario;
    if (set_up(session, error)) {
        sim_session_close(session);
        return -1;
    }
    boot(session);
    if (!session->boot_failed && session->strategy->length)
        measure_steps(session);
    sim_session_set_schedule(session, 0);
    *out = session;
    return 0;
}

void sim_session_close(struct sim_session *session)
{
    if (!session)
        return;
    sim_shared_forget();
    if (session->sim)
        sim_destroy(session->sim);
    sim_set_module(NULL);
    sim_module_unload(session->machine.module);
    sim_world_destroy();
    free(session);
}

void sim_session_run_strategy(struct sim_session *session, uint64_t seed,
                              const struct sim_strategy *strategy, struct sim_result *result)
{
    if (session->boot_failed) {
        *result = session->boot;
        result->seed = seed;
        return;
    }
    result->seed = seed;
    start_run(session, seed, strategy);
    run_world(session, result, sim_opt(session->scenario, SIM_OPT_EXPLORE_LIMIT));
}

/* Our own fault, told as a finding of the second run. */
static void nondeterminism(struct sim_session *session, uint64_t first, struct sim_result *result)
{
    sim_find(session->sim, SIM_RULE_NONDETERMINISM, 0,
             "the same schedule gave trace hash %016llx, then %016llx", (unsigned long long)first,
             (unsigned long long)result->hash);
    collect(session, result);
}

void sim_session_run(struct sim_session *session, uint64_t seed, struct sim_result *result)
{
    uint64_t first;

    sim_session_run_strategy(session, seed, session->strategy, result);
    if (!session->recheck || session->boot_failed)
        return;
    first = result->hash;
    sim_session_run_strategy(session, seed, session->strategy, result);
    if (result->hash != first)
        nondeterminism(session, first, result);
}

void sim_session_run_schedule(struct sim_session *session, uint64_t seed,
                              const struct sim_schedule *schedule, struct sim_result *result)
{
    sim_schedule_replay(schedule);
    sim_session_run_strategy(session, seed, &sim_strategy_replay, result);
}

void sim_session_record(struct sim_session *session, uint64_t seed, struct sim_schedule *out,
                        struct sim_result *result)
{
    sim_schedule_clear(out);
    sim_schedule_record(out);
    sim_session_run_strategy(session, seed, session->strategy, result);
    sim_schedule_record(NULL);
}

void sim_session_set_schedule(struct sim_session *session, uint64_t schedule_seed)
{
    if (schedule_seed == 0)
        schedule_seed = (uint64_t)sim_opt(session->scenario, SIM_OPT_EXPLORE_SCHEDULE_SEED);
    sim_set_schedule_seed(session->sim, schedule_seed);
}

void sim_session_set_sink(struct sim_session *session, sim_trace_fn fn, void *ctx)
{
    sim_trace_set_sink(session->sim, fn, ctx);
}

struct sim_module *sim_session_module(const struct sim_session *session)
{
    return session->machine.module;
}

int sim_session_stack(struct sim_session *session, const struct sim_finding *finding,
                      char (*out)[160], int max)
{
    int n = 0;

    for (int i = 0; i < finding->frames && n < max; i++) {
        const struct sim_frame *f = &finding->frame[i];
        struct sim_source source;

        if (!f->in_module) {
            snprintf(out[n++], 160, "%s", f->engine_name);
            continue;
        }
        source = sim_module_source(session->machine.module, f->offset);
        snprintf(out[n++], 160, "%s (%s:%d)", source.function, source.file, source.line);
    }
    return n;
}
