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

/* An endless loop that touches no shared memory is found by processor time: so many other runs. */
#define WATCHDOG_COST 5

/* An endless loop that passes points is known again by fewer of them: the scenario's limit over
 * these, one after the other until the minimum hangs under the whole limit as well. */
static const uint32_t hang_part[] = {1000, 100, 10, 1};
#define HANG_PARTS ((uint32_t)(sizeof hang_part / sizeof hang_part[0]))
#define HANG_POINTS_LEAST 1000

/* --- sessions and runs ------------------------------------------------------------------------ */

int sim__shrink_parse(const struct sim__shrink *s, const struct sim__variant *v,
                      struct sim_error *error, struct sim_scenario **out)
{
    struct sim_setting setting[SIM_REPLAY_SETTINGS_MAX + 2];
    char points[32];
    uint32_t n = 0;

    for (; n < v->settings; n++)
        setting[n] = (struct sim_setting){.name = v->set[n].name, .value = v->set[n].value};
    if (s->searching)
        setting[n++] = (struct sim_setting){.name = "explore.strategy", .value = "portfolio"};
    if (s->points_max) {
        snprintf(points, sizeof points, "%llu", (unsigned long long)s->points_max);
        setting[n++] = (struct sim_setting){.name = "explore.points_max", .value = points};
    }
    return sim_scenario_parse(s->path, v->text, setting, n, error, out);
}

int sim__shrink_open(struct sim__shrink *s, const struct sim__variant *variant,
                     struct sim_error *error)
{
    SIM_ASSERT(!s->session);
    if (sim__shrink_parse(s, variant, error, &s->scenario))
        return -1;
    /* With an endless loop, too: it runs once to learn how long a run is. */
    s->cost += SIM__TRY * (s->watchdog ? WATCHDOG_COST : 1);
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

/* A run cost something: much more than others when the watchdog had to end it. */
static void run_count(struct sim__shrink *s)
{
    const struct sim_finding *f = verdict(s->result);
    uint64_t part = s->unit ? SIM__TRY * s->result->points / s->unit : SIM__TRY;

    s->watchdog = f && f->rule == SIM_RULE_DRIVER_HANG && s->result->stop == SIM_STOP_CRASH;
    s->cost += s->watchdog ? WATCHDOG_COST * SIM__TRY : part < 1 ? 1 : part;
    s->runs++;
}

static void run(struct sim__shrink *s, uint64_t seed, const struct sim_schedule *schedule)
{
    if (schedule)
        sim_session_run_schedule(s->session, seed, schedule, s->result);
    else
        sim_session_run(s->session, seed, s->result);
    run_count(s);
}

static bool is_finding(struct sim__shrink *s)
{
    const struct sim_finding *f = verdict(s->result);
    char signature[SIM_SIGNATURE_BYTES];

    return f && f->rule == s->rule &&
           !strcmp(sim_signature(f, sim_session_module(s->session), signature), s->signature);
}

bool sim__shrink_try_delays(struct sim__shrink *s, uint64_t seed, struct sim_schedule *out)
{
    if (sim__shrink_over(s))
        return false;
    sim_schedule_clear(out);
    sim_schedule_record(out);
    sim_session_run_strategy(s->session, seed, &sim_strategy_delay, s->result);
    sim_schedule_record(NULL);
    run_count(s);
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
        sim_session_record(s->session, s->seed, &s->schedule, s->result);
        run_count(s);
    }
    sim_session_set_sink(s->session, NULL, NULL);
    size->preemptions = s->schedule.delays;
    size->answers = s->schedule.answers;
    size->faults = sim_sections(s->scenario, "fault");
    size->cpus = (uint64_t)sim_opt(s->scenario, SIM_OPT_MACHINE_CPUS);
    size->queues = (uint64_t)sim_opt(s->scenario, SIM_OPT_CONTROLLER_QUEUES);
}

/* --- steps ------------------------------------------------------------------------------------ */

static int variant_fill(struct sim__variant *v, const struct sim_replay *finding,
                        struct sim_error *error)
{
    v->text = strdup(finding->scenario_text);
    v->settings = finding->settings;
    for (uint32_t i = 0; i < finding->settings; i++) {
        snprintf(v->set[i].name, SIM__SET_NAME, "%s", finding->setting[i].name);
        snprintf(v->set[i].value, SIM__SET_VALUE, "%s", finding->setting[i].value);
        if (strlen(finding->setting[i].name) >= SIM__SET_NAME ||
            strlen(finding->setting[i].value) >= SIM__SET_VALUE)
            return sim_error_set(error, "the setting %.60s is too long to be reduced",
                                 finding->setting[i].name);
    }
    return 0;
}

static int begin(struct sim__shrink *s, const struct sim_replay *finding, struct sim_shrunk *out)
{
    const struct sim_finding *f;

    s->path = finding->path;
    s->seed = finding->seed;
    s->scheduled = finding->scheduled;
    if (s->scheduled)
        sim_schedule_copy(&s->schedule, &finding->schedule);
    if (variant_fill(&s->best, finding, s->error) || sim__shrink_open(s, &s->best, s->error))
        return -1;
    measure(s, &out->before);
    f = verdict(s->result);
    if (!f)
        return sim_error_set(
            s->error, "the finding does not show with this storsim and driver: seed %llu passes",
            (unsigned long long)s->seed);
    s->rule = f->rule;
    s->unit = s->result->points;
    sim_signature(f, sim_session_module(s->session), s->signature);
    return 0;
}

/* Lowers the limit of points for the search. The schedule was recorded: with another limit some
 * strategies would make other choices. */
static void hang_begin(struct sim__shrink *s, uint32_t part)
{
    uint64_t all = (uint64_t)sim_opt(s->scenario, SIM_OPT_EXPLORE_POINTS_MAX);

    s->scheduled = true;
    s->points_max = all / hang_part[part];
    if (s->points_max < HANG_POINTS_LEAST || s->points_max >= all)
        s->points_max = 0;
    s->unit = s->unit > all ? s->unit - all + s->points_max : s->unit;
}

static int reduce(struct sim__shrink *s, struct sim_shrunk *out)
{
    sim__shrink_scenario(s);
    if (sim__shrink_open(s, &s->best, s->error))
        return -1;
    measure(s, &out->after);
    s->scheduled = true;
    sim__shrink_schedule(s);
    out->out_of_tries = sim__shrink_over(s);
    sim__shrink_close(s);
    s->searching = false;
    return sim__shrink_open(s, &s->best, s->error);
}

/* Under the scenario's own limits, twice: both must be the finding, with one hash. CONFIRM_FALSE: a
 * hang that was none, only slow. */
enum confirm { CONFIRM_TRUE, CONFIRM_FALSE, CONFIRM_ERROR };

static enum confirm confirm(struct sim__shrink *s, struct sim_shrunk *out)
{
    uint64_t hash;

    if (s->points_max) {
        sim__shrink_close(s);
        s->points_max = 0;
        if (sim__shrink_open(s, &s->best, s->error))
            return CONFIRM_ERROR;
    }
    measure(s, &out->after);
    if (s->rule == SIM_RULE_DRIVER_HANG && !is_finding(s)) {
        sim_error_set(s->error, "the endless loop comes to an end when it is given more time");
        return CONFIRM_FALSE;
    }
    hash = s->result->hash;
    run(s, s->seed, &s->schedule);
    if (!is_finding(s) || s->result->hash != hash) {
        sim_error_set(s->error, "non-determinism: the minimised run does not repeat itself");
        return CONFIRM_ERROR;
    }
    return CONFIRM_TRUE;
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
}

static void forget(struct sim__shrink *s)
{
    sim__shrink_close(s);
    free(s->best.text);
    sim_schedule_free(&s->schedule);
    s->best.text = NULL;
    s->searching = false;
    s->points_max = 0;
    s->cost = 0;
    s->unit = 0;
    s->runs = 0;
    s->failures = 0;
}

/* The whole way once; part: of the limit of points, for an endless loop. */
static enum confirm attempt(struct sim__shrink *s, const struct sim_replay *finding, uint32_t part,
                            struct sim_shrunk *out)
{
    int result;

    if (begin(s, finding, out))
        return CONFIRM_ERROR;
    if (s->rule == SIM_RULE_DRIVER_HANG)
        hang_begin(s, part);
    sim__shrink_close(s);
    sim_watchdog_set(SIM_WATCHDOG_QUICK);
    result = reduce(s, out);
    sim_watchdog_set(SIM_WATCHDOG_PATIENT);
    return result ? CONFIRM_ERROR : confirm(s, out);
}

int sim_shrink(const struct sim_replay *finding, uint32_t tries, struct sim_error *error,
               struct sim_shrunk *out)
{
    struct sim__shrink *s = calloc(1, sizeof *s);
    enum confirm end = CONFIRM_FALSE;

    SIM_ASSERT(s);
    memset(out, 0, sizeof *out);
    s->result = calloc(1, sizeof *s->result);
    SIM_ASSERT(s->result);
    s->error = error;
    for (uint32_t part = 0; part < HANG_PARTS && end == CONFIRM_FALSE; part++) {
        forget(s);
        s->cost_max = (uint64_t)(tries ? tries : 1) * SIM__TRY;
        end = attempt(s, finding, part, out);
        out->tries += (uint32_t)((s->cost + SIM__TRY - 1) / SIM__TRY);
        out->runs += s->runs;
    }
    if (end == CONFIRM_TRUE)
        result_fill(s, finding, out);
    forget(s);
    free(s->result);
    free(s);
    return end == CONFIRM_TRUE ? 0 : -1;
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
    if (!any && shrunk->out_of_tries)
        snprintf(out, SIM_SHRINK_TEXT, "nothing smaller in %u runs; 'storsim shrink' makes more",
                 shrunk->runs);
    else if (!any)
        snprintf(out, SIM_SHRINK_TEXT, "minimal already");
    return out;
}
