/* sim/cli/explore.c - storsim explore: every schedule of a scenario within a bound. */
#include "sim/explore/explore.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sim/cli/cli.h"
#include "sim/engine/module.h"
#include "sim/engine/sim.h"
#include "sim/explain/units.h"
#include "sim/run/repeat.h"
#include "sim/run/replay.h"
#include "sim/run/session.h"
#include "sim/run/version.h"

#define STATE_LINE "storsim-explore 1"
/* Longer than this only with --budget. */
#define UNASKED_S 600.0
#define PROGRESS_S 0.2
#define PLAIN_S 10.0
#define SAVE_S 2.0 /* what a killed process loses */

struct exploring {
    const struct sim_arguments *arguments;
    const struct sim_scenario *scenario;
    const struct sim_settings *settings;
    struct sim_session *session;
    struct sim_explorer *explorer;
    struct sim_result *result;
    struct sim_explore_config config;
    uint64_t seed;
    char dir[PATH_MAX - 64];
    char state[PATH_MAX], replay[PATH_MAX], repeat[SIM_REPEAT_BYTES];
    bool terminal, reset_seen, over_budget, recovery; /* recovery: the window */
    sim_ns fault_at;
    double done_before;                     /* share that was done when this process began */
    double began_s, told_s, saved_s, run_s; /* run_s: of one schedule, as measured */
    bool unsaved;                           /* the state cannot be written; said once */
};

static volatile sig_atomic_t interrupted; /* number of the signal; 0: none */

static void on_signal(int number)
{
    interrupted = number;
}

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* --- one run ---------------------------------------------------------------------------------- */

/* When the default order comes to its first fault or reset. */
static void watch_begin(struct sim *sim, const struct sim_record *record, void *ctx)
{
    struct exploring *x = ctx;

    (void)sim;
    if ((record->event == SIM_EV_FAULT_ON || record->event == SIM_EV_FAULT_HIT ||
         record->event == SIM_EV_RESET_ENTER) &&
        record->at < x->fault_at)
        x->fault_at = record->at;
}

/* Recovery is over with the first I/O that succeeds after a reset. */
static void watch_end(struct sim *sim, const struct sim_record *record, void *ctx)
{
    struct exploring *x = ctx;

    (void)sim;
    x->reset_seen |= record->event == SIM_EV_RESET_RETURN;
    if (record->event == SIM_EV_IO_DONE && record->arg[1] == 0 && x->reset_seen)
        sim_explore_close();
}

static bool schedule_run(const struct sim_strategy *strategy, void *ctx)
{
    struct exploring *x = ctx;

    x->reset_seen = false;
    sim_session_run_strategy(x->session, x->seed, strategy, x->result);
    return x->result->errors > 0;
}

/* --- state of an interrupted walk ------------------------------------------------------------- */

static const char *driver_build(const struct exploring *x)
{
    struct sim_module *module = sim_session_module(x->session);

    return module != NULL ? sim_module_build(module) : "none";
}

/* What a state belongs to; it is of no use with anything else. */
static void identity(const struct exploring *x, char *out, size_t bytes)
{
    snprintf(out, bytes, "%s %016llx %s %s %llu", sim_scenario_name(x->scenario),
             (unsigned long long)sim_scenario_hash(x->scenario), driver_build(x),
             sim_version_exact(), (unsigned long long)x->seed);
}

static int state_save(const struct exploring *x, struct sim_error *error)
{
    char temporary[PATH_MAX + 8], who[512];
    FILE *file;
    bool bad;

    snprintf(temporary, sizeof(temporary), "%s.new", x->state);
    file = fopen(temporary, "w");
    if (file == NULL)
        return sim_error_set(error, "%s: %s", x->state, strerror(errno));
    identity(x, who, sizeof(who));
    fprintf(file, "%s\n%s\n", STATE_LINE, who);
    sim_explore_save(x->explorer, file);
    bad = ferror(file) != 0;
    if (fclose(file) != 0 || bad || rename(temporary, x->state) != 0) {
        int reason = errno;

        unlink(temporary);
        return sim_error_set(error, "%s: %s", x->state, strerror(reason));
    }
    return 0;
}

static int state_line(FILE *file, const char *path, int line, const char *wanted,
                      struct sim_error *error)
{
    char text[512] = "";

    if (fgets(text, sizeof(text), file) == NULL)
        return sim_error_set(error, "%s:%d: cut short", path, line);
    text[strcspn(text, "\n")] = '\0';
    if (strcmp(text, wanted) != 0)
        return sim_error_set(
            error,
            "%s:%d: '%.80s' where '%.80s' is needed: saved by another scenario, seed, driver "
            "build or storsim",
            path, line, text, wanted);
    return 0;
}

static int state_load(struct exploring *x, struct sim_error *error)
{
    FILE *file = fopen(x->state, "r");
    int line = 2, result;
    char who[512];

    if (file == NULL)
        return sim_error_set(error, "--resume: %s: %s", x->state, strerror(errno));
    identity(x, who, sizeof(who));
    result = state_line(file, x->state, 1, STATE_LINE, error);
    if (result == 0)
        result = state_line(file, x->state, 2, who, error);
    if (result == 0)
        result = sim_explore_load(x->explorer, file, x->state, &line, error);
    fclose(file);
    return result;
}

/* --- telling ---------------------------------------------------------------------------------- */

static const char *span(char *out, double seconds)
{
    return sim_text_span(out, (sim_ns)(seconds > 1e9 ? 1e18 : seconds * 1e9));
}

static const char *many(char *out, double count)
{
    return sim_text_count(out, count > 1e18 ? (uint64_t)1e18 : (uint64_t)count);
}

static void progress(struct exploring *x)
{
    char done[SIM_UNITS_BYTES], all[SIM_UNITS_BYTES], left[SIM_UNITS_BYTES];
    double now = seconds_now(), spent = now - x->began_s;
    struct sim_explore_figures f;
    double share;

    if (x->arguments->quiet || now - x->told_s < (x->terminal ? PROGRESS_S : PLAIN_S))
        return;
    x->told_s = now;
    sim_explore_figures(x->explorer, &f);
    share = f.done - x->done_before;
    fprintf(stderr, "%s%s  %s of about %s schedules  %.1f %%  about %s left%s",
            x->terminal ? "\r" : "", sim_scenario_name(x->scenario),
            many(done, (double)f.schedules), many(all, f.expected), 100 * f.done,
            share > 0.001 ? span(left, spent / share * (1 - f.done)) : "-",
            x->terminal ? "\033[K" : "\n");
    fflush(stderr);
}

static void progress_end(const struct exploring *x)
{
    if (x->terminal && !x->arguments->quiet)
        fprintf(stderr, "\r\033[K");
}

static const struct sim_finding *verdict(const struct sim_result *r)
{
    for (uint32_t i = 0; i < r->findings && i < SIM_FINDINGS_MAX; i++) {
        if (r->finding[i].severity == SIM_SEVERITY_ERROR)
            return &r->finding[i];
    }
    return NULL;
}

static int replay_store(struct exploring *x, struct sim_error *error)
{
    const struct sim_finding *f = verdict(x->result);
    char message[SIM_FINDING_TEXT];
    struct sim_replay replay = {
        .scenario = sim_scenario_name(x->scenario),
        .path = sim_scenario_path(x->scenario),
        .driver = sim_opt_text(x->scenario, SIM_OPT_DRIVER_MODULE),
        .driver_build = driver_build(x),
        .storsim = sim_version_exact(),
        .strategy = sim_opt_text(x->scenario, SIM_OPT_EXPLORE_STRATEGY),
        .message = message,
        .scenario_text = sim_scenario_text(x->scenario),
        .scenario_hash = sim_scenario_hash(x->scenario),
        .seed = x->seed,
        .trace_hash = x->result->hash,
        .rule = f->rule,
        .settings = x->settings->count,
        .scheduled = true,
        .schedule = *sim_explore_schedule(x->explorer),
    };

    snprintf(message, sizeof(message), "%s", f->text);
    for (char *c = message; *c != '\0'; c++)
        *c = *c == '\n' || *c == '\r' ? ' ' : *c;
    memcpy(replay.setting, x->settings->item, x->settings->count * sizeof(x->settings->item[0]));
    snprintf(x->replay, sizeof(x->replay), "%s/%s-%s.replay", x->dir,
             sim_scenario_name(x->scenario), sim_rule_info[f->rule].name);
    sim_repeat_replay(x->repeat, x->replay);
    return sim_replay_write(x->replay, &replay, error);
}

static const char *end_name(enum sim_explore_step step, bool stopped)
{
    return step == SIM_EXPLORE_FOUND  ? "violation"
           : step == SIM_EXPLORE_DONE ? "proved"
           : stopped                  ? "stopped"
                                      : "budget";
}

static void end_json(const struct exploring *x, enum sim_explore_step step)
{
    const struct sim_finding *f = step == SIM_EXPLORE_FOUND ? verdict(x->result) : NULL;
    struct sim_explore_figures g;
    json_t *object;

    sim_explore_figures(x->explorer, &g);
    object = json_pack("{so so ss sI si sI sb sI sI sI sI si sf sf}", "scenario",
                       sim_json_text(sim_scenario_name(x->scenario)), "driver",
                       sim_json_text(sim_opt_text(x->scenario, SIM_OPT_DRIVER_MODULE)), "end",
                       end_name(step, interrupted != 0), "seed", (json_int_t)x->seed, "preemptions",
                       (int)x->config.preemptions, "hold_ns", (json_int_t)x->config.hold_ns,
                       "reduced", x->config.reduce, "schedules", (json_int_t)g.schedules, "runs",
                       (json_int_t)g.runs, "places", (json_int_t)g.places, "places_all",
                       (json_int_t)g.places_all, "counts", (int)g.counts, "expected", g.expected,
                       "elapsed_s", seconds_now() - x->began_s);
    json_object_set_new(object, "first_failure",
                        f == NULL ? json_null()
                                  : json_pack("{ss so so}", "rule", sim_rule_info[f->rule].name,
                                              "message", sim_json_text(f->text), "replay",
                                              sim_json_text(x->replay)));
    sim_json_print(object);
}

static void end_print(const struct exploring *x, enum sim_explore_step step)
{
    char schedules[SIM_UNITS_BYTES], runs[SIM_UNITS_BYTES], took[SIM_UNITS_BYTES];
    const struct sim_finding *f = verdict(x->result);
    struct sim_explore_figures g;
    uint32_t k = x->config.preemptions;

    sim_explore_figures(x->explorer, &g);
    sim_text_count(schedules, g.schedules);
    if (step == SIM_EXPLORE_DONE)
        printf("%sPASS%s %s, driver %s: all %s schedules within %u delay%s explored, no violation "
               "(seed %llu)\n",
               sim_paint(SIM_PAINT_GOOD), sim_paint(SIM_PAINT_OFF), sim_scenario_name(x->scenario),
               sim_opt_text(x->scenario, SIM_OPT_DRIVER_MODULE), schedules, k, k == 1 ? "" : "s",
               (unsigned long long)x->seed);
    else if (step == SIM_EXPLORE_FOUND)
        printf("%sFAIL %s%s: %s (seed %llu, after %s schedules)\n%s\n", sim_paint(SIM_PAINT_BAD),
               sim_rule_info[f->rule].name, sim_paint(SIM_PAINT_OFF), f->text,
               (unsigned long long)x->seed, schedules, x->repeat);
    else
        printf("%sOPEN%s %s, driver %s: %s of about %.0f schedules within %u delay%s explored, no "
               "violation so far\n"
               "%s%s%s\n",
               sim_paint(SIM_PAINT_WARN), sim_paint(SIM_PAINT_OFF), sim_scenario_name(x->scenario),
               sim_opt_text(x->scenario, SIM_OPT_DRIVER_MODULE), schedules, g.expected, k,
               k == 1 ? "" : "s",
               x->unsaved ? "its state is not kept" : "state: ", x->unsaved ? "" : x->state,
               x->unsaved ? "" : "; go on with --resume");
    printf("  %llu of %llu places where the default order could be delayed, by %lld ns each; %s "
           "runs in %s\n",
           (unsigned long long)g.places, (unsigned long long)g.places_all,
           (long long)x->config.hold_ns, sim_text_count(runs, g.runs),
           span(took, seconds_now() - x->began_s));
}

/* --- exploring -------------------------------------------------------------------------------- */

static double budget_s(const struct exploring *x)
{
    return (double)x->arguments->budget_ns / 1e9;
}

/* Now and then, so that whoever kills the process loses little. */
static void save_sometimes(struct exploring *x)
{
    double now = seconds_now();
    struct sim_error error;

    if (now - x->saved_s < SAVE_S)
        return;
    x->saved_s = now;
    if (state_save(x, &error) == 0) {
        x->unsaved = false;
    } else if (!x->unsaved) {
        x->unsaved = true;
        progress_end(x);
        fprintf(stderr, "storsim: the state cannot be kept: %s\n", error.text);
    }
}

static enum sim_explore_step walk(struct exploring *x)
{
    struct sim_explore_figures f;
    enum sim_explore_step step;

    sim_explore_figures(x->explorer, &f);
    x->done_before = f.done;
    x->told_s = x->saved_s = seconds_now();
    do {
        step = sim_explore_step(x->explorer);
        progress(x);
        if (step == SIM_EXPLORE_MORE)
            save_sometimes(x);
        if (x->arguments->budget_ns > 0 && seconds_now() - x->began_s > budget_s(x))
            x->over_budget = true;
    } while (step == SIM_EXPLORE_MORE && !interrupted && !x->over_budget);
    return step;
}

/* The first schedule, the default order, says how many there are and how long one takes. */
static int estimate(struct exploring *x, enum sim_explore_step *step, struct sim_error *error)
{
    char all[SIM_UNITS_BYTES], time[SIM_UNITS_BYTES];
    struct sim_explore_figures f;
    double began = seconds_now(), needs;

    *step = sim_explore_step(x->explorer);
    x->run_s = seconds_now() - began;
    sim_explore_figures(x->explorer, &f);
    needs = f.expected * x->run_s;
    if (*step != SIM_EXPLORE_MORE)
        return 0;
    if (!x->arguments->quiet)
        fprintf(stderr, "%s: about %s schedules within %u delay%s at %llu places, about %s\n",
                sim_scenario_name(x->scenario), many(all, f.expected), x->config.preemptions,
                x->config.preemptions == 1 ? "" : "s", (unsigned long long)f.places,
                span(time, needs));
    if (needs > UNASKED_S && x->arguments->budget_ns == 0)
        return sim_error_set(error,
                             "explore: about %s schedules would take about %s; give --budget TIME "
                             "to explore a part, "
                             "or lower --preemptions, or --window recovery, or a smaller load",
                             many(all, f.expected), span(time, needs));
    return 0;
}

/* What is to be kept, a finding's replay file or the state; a finding is told even if it cannot be.
 */
static int end(struct exploring *x, enum sim_explore_step step, struct sim_error *error)
{
    int status = SIM_EXIT_OK;

    progress_end(x);
    if (step == SIM_EXPLORE_FOUND && replay_store(x, error) < 0) {
        sim_cli_usage_error(error->text);
        snprintf(x->repeat, sizeof(x->repeat), "it is not kept: explore again with another --out");
        *x->replay = '\0';
    }
    x->unsaved = step == SIM_EXPLORE_MORE && state_save(x, error) < 0;
    if (x->unsaved)
        status = sim_cli_usage_error(error->text);
    if (step != SIM_EXPLORE_MORE)
        unlink(x->state);
    if (x->arguments->json)
        end_json(x, step);
    else
        end_print(x, step);
    if (step == SIM_EXPLORE_FOUND)
        return SIM_EXIT_VIOLATED;
    if (step == SIM_EXPLORE_MORE && interrupted)
        return interrupted == SIGTERM ? SIM_EXIT_TERMINATE : SIM_EXIT_INTERRUPT;
    return status;
}

static int make_dir(struct exploring *x, struct sim_error *error)
{
    snprintf(x->dir, sizeof(x->dir), "%s%s",
             x->arguments->out != NULL ? x->arguments->out : "results/explore-",
             x->arguments->out != NULL ? "" : sim_scenario_name(x->scenario));
    for (char *slash = x->dir; (slash = strchr(slash + 1, '/')) != NULL;) {
        *slash = '\0';
        mkdir(x->dir, 0777);
        *slash = '/';
    }
    if (mkdir(x->dir, 0777) < 0 && errno != EEXIST)
        return sim_error_set(error, "--out: %s: %s", x->dir, strerror(errno));
    snprintf(x->state, sizeof(x->state), "%s/explore.state", x->dir);
    return 0;
}

/* From one delay before the first fault: whoever is held up then is held up when it strikes. */
static int window_find(struct exploring *x, struct sim_error *error)
{
    x->fault_at = SIM_NEVER;
    sim_session_set_sink(x->session, watch_begin, x);
    sim_session_run_schedule(x->session, x->seed, NULL, x->result);
    sim_session_set_sink(x->session, watch_end, x);
    if (x->fault_at == SIM_NEVER && x->result->errors == 0)
        return sim_error_set(error,
                             "explore: --window recovery: seed %llu comes to no fault and no reset",
                             (unsigned long long)x->seed);
    if (x->fault_at != SIM_NEVER && x->fault_at > x->config.hold_ns)
        x->config.from = x->fault_at - x->config.hold_ns;
    return 0;
}

static int explorer_run(struct exploring *x, struct sim_error *error)
{
    enum sim_explore_step step = SIM_EXPLORE_MORE;
    int status;

    x->began_s = seconds_now();
    if (x->recovery && window_find(x, error) < 0)
        return sim_cli_usage_error(error->text);
    x->explorer = sim_explore_create(&x->config, schedule_run, x);
    if (x->arguments->resume ? state_load(x, error) : estimate(x, &step, error))
        status = sim_cli_usage_error(error->text);
    else
        status = end(x, step == SIM_EXPLORE_MORE ? walk(x) : step, error);
    sim_explore_free(x->explorer);
    sim_session_set_sink(x->session, NULL, NULL);
    return status;
}

static int config_fill(struct exploring *x, struct sim_error *error)
{
    const struct sim_arguments *a = x->arguments;
    struct sim_error why;

    x->config.hold_ns = sim_opt(x->scenario, SIM_OPT_EXPLORE_HOLD);
    if (x->config.hold_ns == 0)
        x->config.hold_ns = sim_opt(x->scenario, SIM_OPT_EXPLORE_DELAY_MAX);
    x->config.reduce = !a->full;
    x->recovery = sim_opt(x->scenario, SIM_OPT_EXPLORE_WINDOW) == 1;
    x->seed = 1;
    if (a->seed != NULL && sim_seed_parse(a->seed, &x->seed, &why) < 0)
        return sim_error_set(error, "--seed: %s", why.text);
    if (a->preemptions > SIM_EXPLORE_PREEMPTIONS_MAX)
        return sim_error_set(error, "--preemptions: at most %d", SIM_EXPLORE_PREEMPTIONS_MAX);
    if (x->config.hold_ns == 0)
        return sim_error_set(
            error,
            "explore: explore.hold and explore.delay_max are both 0: nothing can be delayed");
    x->config.preemptions = (uint32_t)a->preemptions;
    return make_dir(x, error);
}

static int scenario_explore(struct exploring *x, struct sim_error *error)
{
    struct sigaction action = {.sa_handler = on_signal}, old[2];
    int status;

    if (config_fill(x, error) < 0 || sim_session_open(x->scenario, error, &x->session) < 0)
        return sim_cli_usage_error(error->text);
    x->config.module = sim_session_module(x->session);
    interrupted = 0;
    sigaction(SIGINT, &action, &old[0]);
    sigaction(SIGTERM, &action, &old[1]);
    status = explorer_run(x, error);
    sigaction(SIGINT, &old[0], NULL);
    sigaction(SIGTERM, &old[1], NULL);
    sim_session_close(x->session);
    return status;
}

static int explore(const struct sim_arguments *arguments)
{
    static struct sim_settings settings;
    struct exploring *x = calloc(1, sizeof(*x));
    struct sim_scenario *scenario;
    struct sim_error error;
    char path[PATH_MAX];
    int status;

    SIM_ASSERT(x != NULL);
    x->arguments = arguments;
    x->settings = &settings;
    x->terminal = isatty(STDERR_FILENO) != 0;
    x->result = calloc(1, sizeof(*x->result));
    SIM_ASSERT(x->result != NULL);
    if (sim_settings_fill(arguments, arguments->driver.count ? arguments->driver.item[0] : NULL,
                          &settings, &error) < 0) {
        status = sim_cli_usage_error(error.text);
    } else {
        if (arguments->window != NULL)
            settings.item[settings.count++] =
                (struct sim_setting){.name = "explore.window", .value = arguments->window};
        if (sim_scenario_find(arguments->operand.item[0], path, sizeof(path), &error) < 0 ||
            sim_scenario_read(path, settings.item, settings.count, &error, &scenario) < 0) {
            status = sim_cli_usage_error(error.text);
        } else {
            x->scenario = scenario;
            sim_cli_notes(scenario);
            status = scenario_explore(x, &error);
            sim_scenario_free(scenario);
        }
    }
    free(x->result);
    free(x);
    return status;
}

const struct sim_verb sim_verb_explore = {
    .name = "explore",
    .operands = "FILE",
    .summary = "every schedule within a number of delays, one by one",
    .options = "preemptions budget out resume window full seed set driver json quiet",
    .text = "A delay holds up a CPU at one of its points for explore.hold. Schedules that only "
            "differ in the order of\n"
            "accesses that do not touch each other are run once. Ends with 'all N schedules within "
            "K delays explored,\n"
            "no violation' or with a finding and its replay file. The state is kept in "
            "DIR/explore.state\n"
            "(results/explore-NAME) every two seconds, and at Ctrl-C. Exit status 0: none was "
            "violated, 1: one was, 2: too many "
            "without --budget,\n"
            "130: interrupted.",
    .operands_min = 1,
    .operands_max = 1,
    .fn = explore,
};
