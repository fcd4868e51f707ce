/* sim/cli/sweep.c - storsim sweep: many seeds of some scenarios, with one or more drivers. */
#include "sim/run/sweep.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/cli/bugs.h"
#include "sim/cli/cell.h"
#include "sim/cli/cli.h"
#include "sim/cli/compare.h"
#include "sim/cli/junit.h"
#include "sim/engine/sim_assert.h"
#include "sim/explain/units.h"
#include "sim/run/recording.h"

#define JOBS_MAX 1024
#define PLAIN_EVERY_S 10.0

struct sweep {
    const struct sim_arguments *arguments;
    struct sim_sweep_config config;
    struct sim_cell cell[SIM_SWEEP_CELLS_MAX];
    struct sim_cell_result result[SIM_SWEEP_CELLS_MAX];
    struct sim_settings settings[SIM_CLI_LIST_MAX]; /* one for each driver */
    struct sim_text_list driver;                    /* the baseline first; empty: the scenarios' */
    char dir[PATH_MAX];
    bool terminal;
    double told_s, elapsed_s;
    uint64_t told_seeds;
};

/* --- what to run ------------------------------------------------------------------------------ */

static int seeds_parse(const char *text, uint64_t *first, uint64_t *last, struct sim_error *error)
{
    const char *dash = strchr(text, '-');
    struct sim_error why;
    char left[32];

    if (dash == NULL) {
        if (sim_seed_parse(text, first, &why) < 0)
            return sim_error_set(error, "--seeds: %s", why.text);
        *last = *first;
        return 0;
    }
    snprintf(left, sizeof(left), "%.*s", (int)(dash - text), text);
    if ((size_t)(dash - text) >= sizeof(left) || sim_seed_parse(left, first, &why) < 0 ||
        sim_seed_parse(dash + 1, last, &why) < 0)
        return sim_error_set(error, "--seeds: '%.60s' is not A-B with two seeds, such as 1-1000",
                             text);
    if (*first > *last)
        return sim_error_set(
            error,
            "--seeds: %.60s runs backwards; allowed is A-B with A not above B, such as %llu-%llu",
            text, (unsigned long long)*last, (unsigned long long)*first);
    return 0;
}

/* As many as the scenario asks for as a test; an expected violation gets the seeds it was promised.
 */
static void seeds_default(struct sim_cell *cell)
{
    struct sim_expect expect = sim_scenario_expect(cell->scenario);
    uint64_t seeds = (uint64_t)sim_opt(cell->scenario, SIM_OPT_SCENARIO_SEEDS);

    if (!expect.pass && expect.within_seeds > seeds)
        seeds = expect.within_seeds;
    cell->seed_first = 1;
    cell->seed_last = seeds;
}

static int cell_unique(const struct sweep *sweep, const struct sim_cell *cell,
                       struct sim_error *error)
{
    for (const struct sim_cell *other = sweep->cell; other < cell; other++) {
        if (strcmp(sim_scenario_name(other->scenario), sim_scenario_name(cell->scenario)) == 0 &&
            strcmp(sim_opt_text(other->scenario, SIM_OPT_DRIVER_MODULE),
                   sim_opt_text(cell->scenario, SIM_OPT_DRIVER_MODULE)) == 0)
            return sim_error_set(
                error, "%s and %s would both be '%s' with driver %s in the results",
                sim_scenario_path(other->scenario), sim_scenario_path(cell->scenario),
                sim_scenario_name(cell->scenario),
                sim_opt_text(cell->scenario, SIM_OPT_DRIVER_MODULE));
    }
    return 0;
}

static int cell_add(struct sweep *sweep, const char *path, const struct sim_settings *settings,
                    struct sim_error *error)
{
    const struct sim_arguments *arguments = sweep->arguments;
    struct sim_cell *cell = &sweep->cell[sweep->config.cells];
    struct sim_scenario *scenario;

    if (sweep->config.cells == SIM_SWEEP_CELLS_MAX)
        return sim_error_set(error, "sweep: more than %d scenarios times drivers",
                             SIM_SWEEP_CELLS_MAX);
    if (sim_scenario_read(path, settings->item, settings->count, error, &scenario) < 0)
        return -1;
    *cell = (struct sim_cell){
        .scenario = scenario, .setting = settings->item, .settings = settings->count};
    if (!arguments->quiet &&
        (!sweep->config.cells || strcmp(sim_scenario_path(cell[-1].scenario), path) != 0))
        sim_cli_notes(scenario);
    sweep->config.cells++;
    seeds_default(cell);
    if (arguments->seeds != NULL &&
        seeds_parse(arguments->seeds, &cell->seed_first, &cell->seed_last, error) < 0)
        return -1;
    return cell_unique(sweep, cell, error);
}

/* Those of --driver, behind the one of --baseline; each once. */
static int drivers_fill(struct sweep *sweep, struct sim_error *error)
{
    const struct sim_arguments *arguments = sweep->arguments;
    struct sim_text_list *list = &sweep->driver;

    if (arguments->baseline != NULL && arguments->driver.count == 0)
        return sim_error_set(error, "sweep: --baseline is compared with what --driver names");
    if (arguments->baseline != NULL)
        list->item[list->count++] = arguments->baseline;
    for (uint32_t i = 0; i < arguments->driver.count; i++) {
        for (uint32_t k = 0; k < list->count; k++) {
            if (strcmp(list->item[k], arguments->driver.item[i]) == 0)
                return sim_error_set(error, "sweep: driver %.200s is given twice", list->item[k]);
        }
        if (list->count == SIM_CLI_LIST_MAX)
            return sim_error_set(error, "sweep: more than %d drivers", SIM_CLI_LIST_MAX);
        list->item[list->count++] = arguments->driver.item[i];
    }
    sweep->config.marked = list->count > 1;
    return 0;
}

static int cells_add(struct sweep *sweep, struct sim_error *error)
{
    const struct sim_arguments *arguments = sweep->arguments;
    uint32_t drivers;

    if (drivers_fill(sweep, error) < 0)
        return -1;
    drivers = sweep->driver.count > 0 ? sweep->driver.count : 1;
    for (uint32_t d = 0; d < drivers; d++) {
        const char *driver = sweep->driver.count > 0 ? sweep->driver.item[d] : NULL;

        if (sim_settings_fill(arguments, driver, &sweep->settings[d], error) < 0)
            return -1;
    }
    for (uint32_t i = 0; i < arguments->operand.count; i++) {
        char path[PATH_MAX];

        if (sim_scenario_find(arguments->operand.item[i], path, sizeof(path), error) < 0)
            return -1;
        for (uint32_t d = 0; d < drivers; d++) {
            if (cell_add(sweep, path, &sweep->settings[d], error) < 0)
                return -1;
        }
    }
    return 0;
}

static int shard_parse(const char *text, struct sim_sweep_config *config, struct sim_error *error)
{
    char rest[2];

    config->shard = config->shards = 1;
    if (text == NULL)
        return 0;
    if (sscanf(text, "%9u/%9u%1s", &config->shard, &config->shards, rest) != 2 ||
        config->shard < 1 || config->shard > config->shards || *text == '-')
        return sim_error_set(error, "--shard: '%.60s' is not I/N with I from 1 to N, such as 1/4",
                             text);
    return 0;
}

/* results/NAME, of the first scenario; shards keep apart. */
static void dir_choose(struct sweep *sweep)
{
    const char *first = sim_scenario_name(sweep->cell[0].scenario);

    if (sweep->arguments->out != NULL)
        snprintf(sweep->dir, sizeof(sweep->dir), "%s", sweep->arguments->out);
    else if (sweep->config.shards > 1)
        snprintf(sweep->dir, sizeof(sweep->dir), "results/%s-shard-%u-of-%u", first,
                 sweep->config.shard, sweep->config.shards);
    else
        snprintf(sweep->dir, sizeof(sweep->dir), "results/%s", first);
    for (size_t n = strlen(sweep->dir); n > 1 && sweep->dir[n - 1] == '/'; n--)
        sweep->dir[n - 1] = '\0';
    sweep->config.dir = sweep->dir;
}

static int config_fill(struct sweep *sweep, struct sim_error *error)
{
    const struct sim_arguments *arguments = sweep->arguments;
    struct sim_sweep_config *config = &sweep->config;

    config->cell = sweep->cell;
    config->jobs = arguments->jobs > 0 ? (uint32_t)arguments->jobs : sim_sweep_jobs();
    config->budget_ns = arguments->budget_ns;
    config->patience_ns = arguments->patience_ns;
    config->samples = arguments->samples;
    config->stop_after = arguments->fail_fast ? 1 : arguments->stop_after;
    config->covered = !arguments->no_coverage;
    config->guided = arguments->guided;
    if (config->guided && !config->covered)
        return sim_error_set(
            error, "sweep: --guided goes by interleavings, which --no-coverage leaves out");
    if (arguments->jobs > JOBS_MAX)
        return sim_error_set(error, "--jobs: at most %d", JOBS_MAX);
    if (arguments->out != NULL && *arguments->out == '\0')
        return sim_error_set(error, "--out: the name of a folder is missing");
    if (shard_parse(arguments->shard, config, error) < 0 || cells_add(sweep, error) < 0)
        return -1;
    dir_choose(sweep);
    return 0;
}

/* --- progress --------------------------------------------------------------------------------- */

static void progress_text(const struct sim_sweep_state *state, char *out, size_t bytes)
{
    char done[SIM_UNITS_BYTES], total[SIM_UNITS_BYTES], failed[SIM_UNITS_BYTES],
        rate[SIM_UNITS_BYTES];
    char eta[SIM_UNITS_BYTES] = "-";
    double per_s = state->elapsed_s > 0 ? (double)state->seeds / state->elapsed_s : 0;
    uint64_t left = state->total > state->seeds ? state->total - state->seeds : 0;

    if (per_s > 0)
        sim_text_span(eta, ((sim_ns)((double)left / per_s) + 1) * SIM_S);
    snprintf(out, bytes, "%s %s  %s/%s seeds  %s fail  %s/s  eta %s",
             state->cell != NULL ? sim_scenario_name(state->cell->scenario) : "",
             state->cell != NULL ? sim_opt_text(state->cell->scenario, SIM_OPT_DRIVER_MODULE) : "",
             sim_text_count(done, state->seeds), sim_text_count(total, state->total),
             sim_text_count(failed, state->failed), sim_text_count(rate, (uint64_t)per_s), eta);
}

static void progress(const struct sim_sweep_state *state, void *ctx)
{
    struct sweep *sweep = ctx;
    char text[256];

    if (sweep->arguments->quiet || state->cell == NULL)
        return;
    if (!sweep->terminal && state->elapsed_s - sweep->told_s < PLAIN_EVERY_S)
        return;
    sweep->told_s = state->elapsed_s;
    progress_text(state, text, sizeof(text));
    if (sweep->terminal)
        fprintf(stderr, "\r%s\033[K", text);
    else
        fprintf(stderr, "%s\n", text);
    fflush(stderr);
}

/* --- results ---------------------------------------------------------------------------------- */

/* Puts the choices into the replay file of each bug. Without them it still replays by its seed. */
static void failures_record(const struct sweep *sweep)
{
    struct sim_error error;

    for (uint32_t i = 0; i < sweep->config.cells; i++) {
        const struct sim_cell_result *r = &sweep->result[i];

        for (uint32_t k = 0; k < r->bugs; k++) {
            if (r->bug[k].replay[0] != '\0' && sim_replay_complete(r->bug[k].replay, &error) < 0)
                fprintf(stderr, "storsim: its choices could not be recorded: %s\n", error.text);
        }
    }
}

static void results_print(struct sweep *sweep, enum sim_sweep_end end)
{
    if (sweep->terminal && !sweep->arguments->quiet)
        fprintf(stderr, "\r\033[K");
    if (end != SIM_SWEEP_INTERRUPT && end != SIM_SWEEP_TERMINATE)
        failures_record(sweep);
    for (uint32_t i = 0; i < sweep->config.cells; i++) {
        json_t *object = NULL;

        if (sweep->result[i].has_failure)
            sim_last_seed_note(sim_scenario_name(sweep->cell[i].scenario),
                               sweep->result[i].first_seed);
        if (sweep->arguments->json)
            object = sim_cell_json(&sweep->cell[i], &sweep->result[i], sweep->dir);
        else
            sim_cell_print(&sweep->cell[i], &sweep->result[i]);
        if (end != SIM_SWEEP_INTERRUPT && end != SIM_SWEEP_TERMINATE)
            sim_bugs_tell(&sweep->result[i], sweep->arguments, object);
        if (object != NULL)
            sim_json_print(object);
    }
    if (end == SIM_SWEEP_BUDGET)
        fprintf(stderr, "storsim: the budget ended before all seeds were run\n");
    if (end == SIM_SWEEP_INTERRUPT || end == SIM_SWEEP_TERMINATE)
        fprintf(stderr, "storsim: interrupted; what was finished is in %s/results.db\n",
                sweep->dir);
    if (!sweep->arguments->json)
        printf("results: %s/results.db\n", sweep->dir);
}

/* The drivers of one scenario; they stand side by side. */
static struct sim_comparison comparison(const struct sweep *sweep, uint32_t scenario)
{
    uint32_t first = scenario * sweep->driver.count;

    return (struct sim_comparison){.cell = &sweep->cell[first],
                                   .result = &sweep->result[first],
                                   .drivers = sweep->driver.count,
                                   .shard = sweep->config.shard,
                                   .shards = sweep->config.shards};
}

static void comparisons_print(const struct sweep *sweep)
{
    uint32_t scenarios = sweep->config.marked ? sweep->config.cells / sweep->driver.count : 0;

    for (uint32_t i = 0; i < scenarios; i++) {
        struct sim_comparison c = comparison(sweep, i);

        if (sweep->arguments->json) {
            sim_json_print(sim_compare_json(&c));
            continue;
        }
        if (i == 0)
            sim_compare_legend(&c);
        sim_compare_print(&c);
    }
}

/* Whether a cell speaks against the exit status 0. With a baseline, its own failures do not, nor do
 * those of rules that it breaks as well. */
static bool unmet(const struct sweep *sweep, uint32_t i)
{
    enum sim_outcome outcome = sweep->result[i].outcome;
    uint32_t driver = sweep->driver.count > 0 ? i % sweep->driver.count : 0;

    if (outcome != SIM_OUTCOME_VIOLATED && outcome != SIM_OUTCOME_NOT_FOUND)
        return false;
    if (sweep->arguments->baseline != NULL && outcome == SIM_OUTCOME_VIOLATED) {
        struct sim_comparison c = comparison(sweep, i / sweep->driver.count);

        return driver > 0 && sim_compare_worse(&c, 0, driver);
    }
    return sweep->arguments->baseline == NULL || driver > 0;
}

static int exit_status(const struct sweep *sweep)
{
    bool lost = false, failed = false, ran = false;

    for (uint32_t i = 0; i < sweep->config.cells; i++) {
        const struct sim_cell_result *r = &sweep->result[i];

        lost |= r->lost > 0 || r->violations[SIM_RULE_NONDETERMINISM] > 0;
        failed |= unmet(sweep, i);
        ran |= r->seeds > 0;
    }
    if (lost)
        return SIM_EXIT_FAULT;
    return failed ? SIM_EXIT_VIOLATED : ran ? SIM_EXIT_OK : SIM_EXIT_NOTHING;
}

static int sweep_end(struct sweep *sweep, enum sim_sweep_end end, struct sim_error *error)
{
    int status = SIM_EXIT_OK;

    if (end == SIM_SWEEP_ERROR || end == SIM_SWEEP_FAULT) {
        if (sweep->terminal && !sweep->arguments->quiet)
            fprintf(stderr, "\r\033[K");
        sim_cli_usage_error(error->text);
        return end == SIM_SWEEP_ERROR ? SIM_EXIT_USAGE : SIM_EXIT_FAULT;
    }
    results_print(sweep, end);
    if (end != SIM_SWEEP_INTERRUPT && end != SIM_SWEEP_TERMINATE)
        comparisons_print(sweep);
    if (sweep->arguments->junit != NULL &&
        sim_junit_write(sweep->arguments->junit, sweep->cell, sweep->result, sweep->config.cells,
                        sweep->elapsed_s, error) < 0)
        status = sim_cli_usage_error(error->text);
    if (end == SIM_SWEEP_INTERRUPT)
        return SIM_EXIT_INTERRUPT;
    if (end == SIM_SWEEP_TERMINATE)
        return SIM_EXIT_TERMINATE;
    return status != SIM_EXIT_OK ? status : exit_status(sweep);
}

static int sweep(const struct sim_arguments *arguments)
{
    struct sweep *sweep = calloc(1, sizeof(*sweep));
    struct sim_error error;
    int status;

    SIM_ASSERT(sweep != NULL);
    sweep->arguments = arguments;
    sweep->terminal = isatty(STDERR_FILENO) != 0;
    if (config_fill(sweep, &error) < 0) {
        status = sim_cli_usage_error(error.text);
    } else {
        double began = sim_sweep_clock_s();
        enum sim_sweep_end end =
            sim_sweep_run(&sweep->config, progress, sweep, sweep->result, &error);

        sweep->elapsed_s = sim_sweep_clock_s() - began;
        status = sweep_end(sweep, end, &error);
    }
    for (uint32_t i = 0; i < sweep->config.cells; i++)
        sim_scenario_free((struct sim_scenario *)sweep->cell[i].scenario);
    for (uint32_t i = 0; i < sweep->config.cells; i++)
        sim_marks_free(sweep->result[i].marks);
    free(sweep);
    return status;
}

const struct sim_verb sim_verb_sweep = {
    .name = "sweep",
    .operands = "FILE...",
    .summary = "many seeds in worker processes; results in a database and replay files",
    .options = "seeds jobs shard budget out junit tries set driver baseline strategy samples "
               "stop-after fail-fast "
               "guided no-coverage "
               "patience json quiet",
    .text = "Every scenario is a test: the exit status is 0 when each one's 'expect' holds. "
            "--driver may be repeated to\n"
            "compare drivers: a table shows what each broke, and what was fixed or is new from "
            "each to the next. With\n"
            "--baseline X the status is 1 only for rules that X does not break. DIR/results.db "
            "keeps what other scenarios\n"
            "and drivers left there, and replaces what these did. Each bug, a rule at a place in "
            "the driver, gets a replay\n"
            "file for its lowest seed in DIR/failures, and is made small there (NAME-min.replay), "
            "the one with the shortest\nrun first.",
    .operands_min = 1,
    .operands_max = SIM_CLI_LIST_MAX,
    .fn = sweep,
};
