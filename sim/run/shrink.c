/* sim/run/shrink.c - a finding made small: what counts as the same finding, the order of the steps,
 * the result. */
#include "sim/run/shrink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/module.h"
#include "sim/engine/sim_assert.h"
#include "sim/run/report.h"
#include "sim/run/shrink_private.h"
#include "sim/run/version.h"

/* --- sessions and runs ------------------------------------------------------------------------ */

static int variant_parse(const struct sim__shrink *s, const struct sim__variant *v,
                         struct sim_error *error, struct sim_scenario **out)
{
    struct sim_setting setting[SIM_REPLAY_SETTINGS_MAX + 1];
    uint32_t n = 0;

    for (; n < v->settings; n++)
        setting[n] = (struct sim_setting){.name = v->set[n].name, .value = v->set[n].value};
    if (s->searching)
        setting[n++] = (struct sim_setting){.name = "explore.strategy", .value = "portfolio"};
    return sim_scenario_parse(s->path, v->text, setting, n, error, out);
}

int sim__shrink_open(struct sim__shrink *s, const struct sim__variant *variant,
                     struct sim_error *error)
{
    SIM_ASSERT(!s->session);
    if (variant_parse(s, variant, error, &s->scenario))
        return -1;
    if (sim_session_open(s->scenario, error, &s->session)) {
        s->session = NULL;
        sim__shrink_close(s);
        return -1;
    }
    return 0;
}

void sim__shrink_close(struct sim__shrink *s)
{
    sim_session_close(s->session);
    s->session = NULL;
    sim_scenario_free(s->scenario);
    s->scenario = NULL;
}

static const struct sim_finding *verdict(const struct sim_result *r)
{
    for (uint32_t i = 0; i < r->findings && i < SIM_FINDINGS_MAX; i++)
        if (r->finding[i].severity == SIM_SEVERITY_ERROR)
            return &r->finding[i];
    return NULL;
}

/* The innermost function of the driver: with the rule it tells bugs apart. */
static const char *function_of(struct sim__shrink *s, const struct sim_finding *f)
{
    uint64_t place = sim_finding_place(f);
    struct sim_module *module = sim_session_module(s->session);

    return place && module ? sim_module_source(module, place).function : "";
}

static void run(struct sim__shrink *s, uint64_t seed, const struct sim_schedule *schedule)
{
    s->tries++;
    if (schedule)
        sim_session_run_schedule(s->session, seed, schedule, s->result);
    else
        sim_session_run(s->session, seed, s->result);
}

static bool is_finding(struct sim__shrink *s)
{
    const struct sim_finding *f = verdict(s->result);

    return f && f->rule == s->rule && !strcmp(function_of(s, f), s->function);
}

bool sim__shrink_try_delays(struct sim__shrink *s, uint64_t seed, struct sim_schedule *out)
{
    if (sim__shrink_over(s))
        return false;
    s->tries++;
    sim_schedule_clear(out);
    sim_schedule_record(out);
    sim_session_run_strategy(s->session, seed, &sim_strategy_delay, s->result);
    sim_schedule_record(NULL);
    return is_finding(s);
}

bool sim__shrink_try(struct sim__shrink *s, uint64_t seed, const struct sim_schedule *schedule)
{
    if (sim__shrink_over(s))
        return false;
    run(s, seed, schedule);
    return is_finding(s);
}

/* --- sizes ------------------------------------------------------------------------------------ */

static void count_requests(struct sim *sim, const struct sim_record *r, void *ctx)
{
    (void)sim;
    *(uint64_t *)ctx += r->event == SIM_EV_IO_SUBMIT;
}

/* Runs the finding as it is and says how large it is; records its schedule when it is not one
 * already. */
static void measure(struct sim__shrink *s, struct sim_shrink_size *size)
{
    memset(size, 0, sizeof *size);
    sim_session_set_sink(s->session, count_requests, &size->requests);
    if (s->scheduled) {
        run(s, s->seed, &s->schedule);
    } else {
        s->tries++;
        sim_session_record(s->session, s->seed, &s->schedule, s->result);
    }
    sim_session_set_sink(s->session, NULL, NULL);
    size->preemptions = s->schedule.delays;
    size->answers = s->schedule.answers;
    size->faults = sim_sections(s->scenario, "fault");
    size->cpus = (uint64_t)sim_opt(s->scenario, SIM_OPT_MACHINE_CPUS);
    size->queues = (uint64_t)sim_opt(s->scenario, SIM_OPT_CONTROLLER_QUEUES);
}

/* --- steps ------------------------------------------------------------------------------------ */

static int begin(struct sim__shrink *s, const struct sim_replay *finding, struct sim_shrunk *out)
{
    const struct sim_finding *f;

    s->path = finding->path;
    s->seed = finding->seed;
    s->best.text = strdup(finding->scenario_text);
    s->best.settings = finding->settings;
    for (uint32_t i = 0; i < finding->settings; i++) {
        snprintf(s->best.set[i].name, SIM__SET_NAME, "%s", finding->setting[i].name);
        snprintf(s->best.set[i].value, SIM__SET_VALUE, "%s", finding->setting[i].value);
        if (strlen(finding->setting[i].name) >= SIM__SET_NAME ||
            strlen(finding->setting[i].value) >= SIM__SET_VALUE)
            return sim_error_set(s->error, "the setting %.60s is too long to be reduced",
                                 finding->setting[i].name);
    }
    if (sim__shrink_open(s, &s->best, s->error))
        return -1;
    measure(s, &out->before);
    f = verdict(s->result);
    if (!f)
        return sim_error_set(
            s->error, "the finding does not show with this storsim and driver: seed %llu passes",
            (unsigned long long)s->seed);
    s->rule = f->rule;
    snprintf(s->function, sizeof s->function, "%s", function_of(s, f));
    sim__shrink_close(s);
    return 0;
}

static int reduce(struct sim__shrink *s, struct sim_shrunk *out)
{
    sim__shrink_scenario(s);
    if (sim__shrink_open(s, &s->best, s->error))
        return -1;
    s->tries_max++;
    measure(s, &out->after);
    sim__shrink_close(s);
    s->scheduled = true;
    s->searching = false;
    if (sim__shrink_open(s, &s->best, s->error))
        return -1;
    sim__shrink_schedule(s);
    out->out_of_tries = sim__shrink_over(s);
    return 0;
}

/* Twice, and both must be the finding, with one hash. */
static int confirm(struct sim__shrink *s, struct sim_shrunk *out)
{
    const struct sim_finding *f;
    uint64_t hash;

    s->tries_max += 2;
    measure(s, &out->after);
    hash = s->result->hash;
    run(s, s->seed, &s->schedule);
    f = verdict(s->result);
    if (!f || f->rule != s->rule || s->result->hash != hash)
        return sim_error_set(s->error, "non-determinism: the minimised run does not repeat itself");
    return 0;
}

static char *kept(const char *text)
{
    char *copy = strdup(text ? text : "");

    SIM_ASSERT(copy);
    return copy;
}

static void result_fill(struct sim__shrink *s, const struct sim_replay *finding,
                        struct sim_shrunk *out)
{
    struct sim_replay *r = &out->replay;
    const struct sim_finding *f = verdict(s->result);

    r->scenario = kept(finding->scenario);
    r->path = kept(finding->path);
    r->driver = kept(sim_opt_text(s->scenario, SIM_OPT_DRIVER_MODULE));
    r->driver_build = kept(
        sim_session_module(s->session) ? sim_module_build(sim_session_module(s->session)) : "none");
    r->storsim = kept(sim_version_exact());
    r->strategy = kept(sim_opt_text(s->scenario, SIM_OPT_EXPLORE_STRATEGY));
    r->message = kept(f->text);
    r->scenario_text = kept(s->best.text);
    r->scenario_hash = sim_scenario_hash(s->scenario);
    r->seed = s->seed;
    r->trace_hash = s->result->hash;
    r->rule = s->rule;
    r->settings = s->best.settings;
    for (uint32_t i = 0; i < r->settings; i++)
        r->setting[i] = (struct sim_setting){.name = kept(s->best.set[i].name),
                                             .value = kept(s->best.set[i].value)};
    sim_schedule_copy(&r->schedule, &s->schedule);
    r->scheduled = true;
    out->tries = s->tries;
}

int sim_shrink(const struct sim_replay *finding, uint32_t tries, struct sim_error *error,
               struct sim_shrunk *out)
{
    struct sim__shrink *s = calloc(1, sizeof *s);
    int result;

    SIM_ASSERT(s);
    memset(out, 0, sizeof *out);
    s->result = calloc(1, sizeof *s->result);
    SIM_ASSERT(s->result);
    s->tries_max = tries ? tries : 1;
    s->error = error;
    s->scheduled = finding->scheduled;
    if (s->scheduled)
        sim_schedule_copy(&s->schedule, &finding->schedule);
    result = begin(s, finding, out);
    if (!result)
        result = reduce(s, out);
    if (!result)
        result = confirm(s, out);
    if (!result)
        result_fill(s, finding, out);
    sim__shrink_close(s);
    sim_schedule_free(&s->schedule);
    free(s->best.text);
    free(s->result);
    free(s);
    return result;
}

void sim_shrunk_free(struct sim_shrunk *shrunk)
{
    struct sim_replay *r = &shrunk->replay;
    const char *owned[] = {r->scenario, r->path,     r->driver,  r->driver_build,
                           r->storsim,  r->strategy, r->message, r->scenario_text};

    for (size_t i = 0; i < sizeof owned / sizeof owned[0]; i++)
        free((char *)(uintptr_t)owned[i]);
    for (uint32_t i = 0; i < r->settings; i++) {
        free((char *)(uintptr_t)r->setting[i].name);
        free((char *)(uintptr_t)r->setting[i].value);
    }
    sim_schedule_free(&r->schedule);
}

/* --- telling ---------------------------------------------------------------------------------- */

static void less(char *out, const char *word, uint64_t before, uint64_t after, bool *any)
{
    size_t n = strlen(out);

    if (before == after)
        return;
    snprintf(out + n, SIM_SHRINK_TEXT - n, "%s%llu to %llu %s%s",
             *any ? ", " : "minimised: ", (unsigned long long)before, (unsigned long long)after,
             word, after == 1 ? "" : "s");
    *any = true;
}

char *sim_shrunk_text(const struct sim_shrunk *shrunk, char *out)
{
    const struct sim_shrink_size *a = &shrunk->before, *b = &shrunk->after;
    bool any = false;

    *out = '\0';
    less(out, "request", a->requests, b->requests, &any);
    less(out, "preemption", a->preemptions, b->preemptions, &any);
    less(out, "other choice", a->answers, b->answers, &any);
    less(out, "fault", a->faults, b->faults, &any);
    less(out, "CPU", a->cpus, b->cpus, &any);
    less(out, "queue", a->queues, b->queues, &any);
    if (!any)
        snprintf(out, SIM_SHRINK_TEXT, "minimal already");
    return out;
}

void sim_shrunk_path(const char *path, char *out, size_t bytes)
{
    static const char ending[] = ".replay", min[] = "-min";
    size_t n = strlen(path), e = sizeof ending - 1, m = sizeof min - 1;

    if (n >= e && !strcmp(path + n - e, ending))
        n -= e;
    if (n >= m && !strncmp(path + n - m, min, m))
        n -= m;
    snprintf(out, bytes, "%.*s-min.replay", (int)n, path);
}
