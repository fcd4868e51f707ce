/* sim/run/sweep.c - which seeds are to be run, and what their results add up to.
 *
 * Workers finish seeds in any order; results wait in a window until all earlier ones are there, and
 * are counted and stored in the order of the seeds. So the lowest seed of a bug is the first one
 * seen, and --stop-after cuts at the same seed every time. Processes and pipes are in crew.c.
 */
#include "sim/run/sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/engine/sim_assert.h"
#include "sim/run/recording.h"
#include "sim/run/replay.h"
#include "sim/run/sweep_private.h"
#include "sim/run/version.h"

double sim__elapsed(const struct sim__sweep *sweep)
{
    uint64_t now_ms = uv_hrtime() / 1000000;

    return (double)(now_ms - sweep->began_ms) / 1000.0;
}

void sim__sweep_fail(struct sim__sweep *sweep, enum sim_sweep_end end, const char *text)
{
    if (sweep->failed)
        return;
    if (text != sweep->error->text)
        sim_error_set(sweep->error, "%s", text);
    sweep->failed = true;
    sweep->end = end;
}

uint64_t sim__seed_at(const struct sim__sweep *sweep, const struct sim__cell_state *cell,
                      uint64_t position)
{
    return cell->cell->seed_first + (sweep->config->shard - 1) + position * sweep->config->shards;
}

/* --- handing out ------------------------------------------------------------------------------ */

/* The cell's share of the budget begins with its first seed: what is left, divided by the cells
 * that are left. */
static void cell_start_clock(struct sim__sweep *sweep, struct sim__cell_state *cell)
{
    double now = sim__elapsed(sweep), budget = (double)sweep->config->budget_ns / 1e9;
    uint32_t left = 0;

    for (uint32_t i = 0; i < sweep->config->cells; i++)
        left += !sweep->cell[i].ended;
    cell->began_s = now;
    cell->until_s = now + (budget - now) / (left > 0 ? left : 1);
}

static bool cell_time_up(const struct sim__sweep *sweep, const struct sim__cell_state *cell)
{
    return sweep->config->budget_ns > 0 && cell->given > 0 && sim__elapsed(sweep) >= cell->until_s;
}

/* Seeds that could be handed out now. */
static uint64_t cell_open_seeds(struct sim__sweep *sweep, struct sim__cell_state *cell)
{
    uint64_t window = cell->stored + SIM__WINDOW - cell->given, fresh;

    if (!cell->closed && cell_time_up(sweep, cell)) {
        cell->closed = true;
        if (sweep->end == SIM_SWEEP_DONE && cell->given < cell->total)
            sweep->end = SIM_SWEEP_BUDGET;
    }
    fresh = cell->closed ? 0 : cell->total - cell->given;
    if (cell->guide != NULL && sim_guide_dealt(cell->guide) - cell->given < window)
        window = sim_guide_dealt(cell->guide) - cell->given;
    return cell->returns + (fresh < window ? fresh : window);
}

bool sim__span_next(struct sim__sweep *sweep, struct sim__cell_state *cell, uint64_t want,
                    struct sim__span *out)
{
    uint64_t open = cell->ended ? 0 : cell_open_seeds(sweep, cell);

    if (open == 0 || sweep->failed)
        return false;
    if (cell->returns > 0) {
        *out = cell->returned[--cell->returns];
        return true;
    }
    if (cell->given == 0)
        cell_start_clock(sweep, cell);
    *out = (struct sim__span){.first = cell->given, .count = want < open ? want : open};
    cell->given += out->count;
    return true;
}

bool sim__cell_waits(const struct sim__sweep *sweep, const struct sim__cell_state *cell)
{
    return cell->guide != NULL && !sweep->failed && !cell->ended && !cell->closed &&
           cell->given < cell->total;
}

uint64_t sim__load_at(const struct sim__cell_state *cell, uint64_t position)
{
    return cell->guide != NULL ? sim_guide_load(cell->guide, position) : 0;
}

void sim__span_return(struct sim__cell_state *cell, struct sim__span span)
{
    if (span.count == 0)
        return;
    if (cell->returns == cell->returns_room) {
        cell->returns_room = cell->returns_room * 2 + 8;
        cell->returned = realloc(cell->returned, cell->returns_room * sizeof(*cell->returned));
        SIM_ASSERT(cell->returned != NULL);
    }
    cell->returned[cell->returns++] = span;
}

struct sim__cell_state *sim__cell_next(struct sim__sweep *sweep)
{
    bool ready = true;

    for (uint32_t i = 0; i < sweep->config->cells; i++) {
        struct sim__cell_state *cell = &sweep->cell[i];

        ready &= cell->phase == SIM__READY;
        if (cell->phase == SIM__UNTRIED) {
            cell->phase = SIM__TRYING;
            return cell;
        }
    }
    for (uint32_t i = 0; ready && i < sweep->config->cells; i++) {
        struct sim__cell_state *cell = &sweep->cell[i];

        if (!cell->ended && cell_open_seeds(sweep, cell) > cell->opening)
            return cell;
    }
    return NULL;
}

bool sim__sweep_done(const struct sim__sweep *sweep)
{
    for (uint32_t i = 0; i < sweep->config->cells; i++) {
        if (!sweep->cell[i].ended)
            return false;
    }
    return true;
}

bool sim__sweep_trying(const struct sim__sweep *sweep)
{
    for (uint32_t i = 0; i < sweep->config->cells; i++) {
        if (sweep->cell[i].phase != SIM__READY)
            return true;
    }
    return false;
}

/* --- the database ----------------------------------------------------------------------------- */

static const char *cell_driver(const struct sim_cell *cell)
{
    return sim_opt_text(cell->scenario, SIM_OPT_DRIVER_MODULE);
}

static int cell_store(struct sim__sweep *sweep, struct sim__cell_state *cell)
{
    const struct sim_cell *c = cell->cell;
    struct sim_store_sweep row = {
        .scenario = c->scenario,
        .driver = cell_driver(c),
        .driver_build = cell->build,
        .storsim_version = sim_version_exact(),
        .strategy = sim_opt_text(c->scenario, SIM_OPT_EXPLORE_STRATEGY),
        .setting = c->setting,
        .settings = c->settings,
        .guided = sweep->config->guided,
        .seed_first = c->seed_first,
        .seed_last = c->seed_last,
        .shard = sweep->config->shard,
        .shards = sweep->config->shards,
    };

    return sim_store_begin(sweep->store, &row, sweep->error, &cell->id);
}

void sim__sweep_tried(struct sim__sweep *sweep)
{
    int result = sim_store_open(sweep->config->dir, sweep->error, &sweep->store);

    for (uint32_t i = 0; result == 0 && i < sweep->config->cells; i++)
        result = cell_store(sweep, &sweep->cell[i]);
    if (result == 0)
        result = sim_store_commit(sweep->store, sweep->error);
    if (result < 0)
        sim__sweep_fail(sweep, SIM_SWEEP_ERROR, sweep->error->text);
}

/* --- replay files ----------------------------------------------------------------------------- */

static void one_line(char *out, size_t bytes, const char *text)
{
    snprintf(out, bytes, "%s", text);
    for (; *out != '\0'; out++)
        *out = *out == '\n' || *out == '\r' ? ' ' : *out;
}

static int replay_store(struct sim__sweep *sweep, struct sim__cell_state *cell,
                        const struct sim_report *report, const struct sim_report_finding *f,
                        char *path, size_t bytes)
{
    const struct sim_cell *c = cell->cell;
    char name[512], message[SIM_FINDING_TEXT], schedule[32];
    struct sim_replay replay = {
        .scenario = sim_scenario_name(c->scenario),
        .path = sim_scenario_path(c->scenario),
        .driver = cell_driver(c),
        .driver_build = cell->build,
        .storsim = sim_version_exact(),
        .strategy = sim_strategy_maker(c->scenario, report->seed),
        .message = message,
        .scenario_text = sim_scenario_text(c->scenario),
        .scenario_hash = sim_scenario_hash(c->scenario),
        .seed = report->seed,
        .trace_hash = report->hash,
        .rule = f->rule,
        .settings = c->settings,
    };

    one_line(message, sizeof(message), f->text);
    memcpy(replay.setting, c->setting, c->settings * sizeof(*c->setting));
    if (report->load_seed != report->seed) {
        snprintf(schedule, sizeof(schedule), "%llu", (unsigned long long)report->seed);
        replay.setting[replay.settings++] = (struct sim_setting){"explore.schedule_seed", schedule};
        replay.seed = report->load_seed;
    }
    snprintf(path, bytes, "%s/failures", sweep->config->dir);
    if (mkdir(path, 0777) < 0 && errno != EEXIST)
        return sim_error_set(sweep->error, "%s: %s", path, strerror(errno));
    sim_replay_name(&replay, report->seed, name, sizeof(name));
    snprintf(path, bytes, "%s/%s", sweep->config->dir, name);
    if (sim_replay_write(path, &replay, sweep->error) < 0)
        return -1;
    return sim_store_replay(sweep->store, cell->id, report->seed, f->rule, name, sweep->error);
}

static struct sim_sweep_bug *bug_find(struct sim_cell_result *result,
                                      const struct sim_report_finding *f)
{
    for (uint32_t i = 0; i < result->bugs; i++) {
        if (result->bug[i].rule == f->rule && strcmp(result->bug[i].signature, f->signature) == 0)
            return &result->bug[i];
    }
    return NULL;
}

/* A replay file for the first seed of each bug. */
static int bugs_note(struct sim__sweep *sweep, struct sim__cell_state *cell,
                     const struct sim_report *report)
{
    struct sim_cell_result *result = cell->result;

    for (uint32_t i = 0; i < report->findings; i++) {
        const struct sim_report_finding *f = &report->finding[i];
        struct sim_sweep_bug *bug = bug_find(result, f);

        if (f->severity != SIM_SEVERITY_ERROR)
            continue;
        if (bug != NULL) {
            bug->seeds++;
            continue;
        }
        if (result->bugs == SIM_SWEEP_BUGS_MAX)
            continue;
        bug = &result->bug[result->bugs++];
        *bug = (struct sim_sweep_bug){
            .rule = f->rule, .seed = report->seed, .seeds = 1, .cost = report->points};
        snprintf(bug->signature, sizeof(bug->signature), "%s", f->signature);
        if (replay_store(sweep, cell, report, f, bug->replay, sizeof(bug->replay)) < 0)
            return -1;
        if (result->first_replay[0] == '\0')
            snprintf(result->first_replay, sizeof(result->first_replay), "%s", bug->replay);
    }
    return 0;
}

/* --- results ---------------------------------------------------------------------------------- */

static void findings_count(struct sim__cell_state *cell, const struct sim_report *report)
{
    struct sim_expect expect = sim_scenario_expect(cell->cell->scenario);
    struct sim_cell_result *result = cell->result;

    for (uint32_t i = 0; i < report->findings; i++) {
        const struct sim_report_finding *f = &report->finding[i];

        if (f->severity == SIM_SEVERITY_ERROR)
            result->violations[f->rule]++;
        else
            result->warnings[f->rule]++;
        if (!expect.pass && f->rule == expect.rule && result->expected_seed == 0)
            result->expected_seed = report->seed - cell->cell->seed_first + 1;
    }
}

/* Returns how many pairs are new. */
static uint32_t pairs_count(struct sim__cell_state *cell, const struct sim_report *report)
{
    struct sim_cell_result *result = cell->result;
    uint32_t fresh = sim_pairs_add(cell->pairs, report->seed, report->pair, report->pairs);
    uint64_t decade = 1;

    result->covered += report->covered;
    result->pairs += fresh;
    if (fresh > 0)
        result->pairs_last = report->seed;
    for (int i = 0; i < SIM_SWEEP_DECADES; i++, decade *= 10) {
        if (result->seeds <= decade)
            result->pairs_by[i] = result->pairs;
    }
    if (cell->guide != NULL)
        sim_guide_note(cell->guide, report->load_seed, fresh);
    return fresh;
}

static void result_count(struct sim__cell_state *cell, const struct sim_report *report)
{
    struct sim_cell_result *result = cell->result;
    const struct sim_report_finding *f = sim_report_error(report);

    result->seeds++;
    result->virtual_ns += report->virtual_ns;
    result->points += report->points;
    if (!report->lost && report->figure[SIM_FIG_HEALED] >= 0) {
        result->healed++;
        if (report->figure[SIM_FIG_HEALED] > result->healed_max)
            result->healed_max = report->figure[SIM_FIG_HEALED];
    }
    if (report->lost && result->lost++ == 0)
        result->first_lost = report->seed;
    else if (!report->lost && report->errors == 0)
        result->passed++;
    if (report->errors > 0) {
        result->failed++;
        if (!result->has_failure && f != NULL) {
            result->has_failure = true;
            result->first_seed = report->seed;
            result->first_rule = f->rule;
            one_line(result->first_message, sizeof(result->first_message), f->text);
        }
    }
    findings_count(cell, report);
    sim_unmodelled_merge(&result->unmodelled, &report->unmodelled);
    for (int when = 0; when < SIM_WHEN_COUNT; when++) {
        for (int bin = 0; bin < SIM_LATENCY_BINS; bin++)
            cell->latency[when][bin] += report->latency[when][bin];
    }
    for (int bin = 0; bin < SIM_IOMETER_BINS; bin++)
        result->iometer[bin] += report->iometer[bin];
}

static struct sim_bytes *window_at(struct sim__cell_state *cell, uint64_t position)
{
    return &cell->window[position % SIM__WINDOW];
}

/* Counts and stores the result that waits at a position. */
static void result_store(struct sim__sweep *sweep, struct sim__cell_state *cell, uint64_t position)
{
    struct sim_bytes *bytes = window_at(cell, position);
    struct sim_report report;
    int unpacked = sim_report_unpack(bytes->data, bytes->used, &report);
    uint32_t fresh;

    SIM_ASSERT(unpacked == 0); /* it was looked at when it came */
    result_count(cell, &report);
    fresh = pairs_count(cell, &report);
    if (cell->result->marks != NULL)
        sim_marks_add(cell->result->marks, position, &report);
    if (sim_store_put(sweep->store, cell->id, &report, fresh, sweep->error) < 0 ||
        bugs_note(sweep, cell, &report) < 0)
        sim__sweep_fail(sweep, SIM_SWEEP_ERROR, sweep->error->text);
    sim_report_free(&report);
    sim_bytes_free(bytes);
    cell->waiting--;
}

static void window_drop(struct sim__cell_state *cell)
{
    for (uint64_t i = 0; cell->waiting > 0 && i < SIM__WINDOW; i++) {
        cell->waiting -= cell->window[i].data != NULL;
        sim_bytes_free(&cell->window[i]);
    }
}

static void cell_end(struct sim__sweep *sweep, struct sim__cell_state *cell)
{
    enum sim_store_state state =
        cell->stored == cell->total ? SIM_STORE_COMPLETE : SIM_STORE_PARTIAL;

    if (cell->ended)
        return;
    cell->ended = true;
    cell->closed = true;
    cell->result->elapsed_s = cell->given > 0 ? sim__elapsed(sweep) - cell->began_s : 0;
    window_drop(cell);
    if (!sweep->failed &&
        (sim_store_pairs(sweep->store, cell->id, cell->pairs, sweep->error) < 0 ||
         sim_store_end(sweep->store, cell->id, cell->latency, cell->result->iometer,
                       cell->result->elapsed_s, state, sweep->error) < 0))
        sim__sweep_fail(sweep, SIM_SWEEP_ERROR, sweep->error->text);
}

/* Stores what is next in order, as far as there is no gap. */
static void window_store(struct sim__sweep *sweep, struct sim__cell_state *cell)
{
    uint64_t limit = sweep->config->stop_after;

    while (!sweep->failed && !cell->ended && cell->stored < cell->given &&
           window_at(cell, cell->stored)->data != NULL) {
        result_store(sweep, cell, cell->stored++);
        if (limit > 0 && cell->result->failed >= limit)
            cell_end(sweep, cell);
    }
    if (!sweep->failed && cell->stored == cell->given &&
        (cell->closed || cell->given == cell->total))
        cell_end(sweep, cell);
}

static void window_put(struct sim__sweep *sweep, struct sim__cell_state *cell, uint64_t position,
                       struct sim_bytes bytes)
{
    if (cell->ended || window_at(cell, position)->data != NULL) {
        sim_bytes_free(&bytes); /* behind the end of --stop-after */
        return;
    }
    SIM_ASSERT(position >= cell->stored && position < cell->given);
    *window_at(cell, position) = bytes;
    cell->waiting++;
    window_store(sweep, cell);
}

bool sim__result_add(struct sim__sweep *sweep, struct sim__cell_state *cell, uint64_t position,
                     const uint8_t *data, size_t bytes)
{
    struct sim_bytes copy = {0};
    struct sim_report report;

    if (sim_report_unpack(data, bytes, &report) < 0 ||
        report.seed != sim__seed_at(sweep, cell, position))
        return false;
    /* Now, and not when it is stored: others rely on this worker's words, and this seed may never
     * be stored. */
    for (uint32_t i = 0; i < report.places; i++)
        sim_pairs_describe(cell->pairs, &report.place[i]);
    sim_report_free(&report);
    sim_bytes_add(&copy, data, bytes);
    window_put(sweep, cell, position, copy);
    return true;
}

void sim__result_lose(struct sim__sweep *sweep, struct sim__cell_state *cell, uint64_t position,
                      enum sim__loss why, const char *text)
{
    static struct sim_result result;
    static const struct sim_report_finding_text none[SIM_FINDINGS_MAX];
    struct sim_finding *f = &result.finding[0];
    struct sim_report_extra extra = {0};
    struct sim_bytes bytes = {0};

    memset(&result, 0, sizeof(result));
    for (int i = 0; i < SIM_FIG_COUNT; i++)
        result.figure[i] = -1;
    result.seed = sim__seed_at(sweep, cell, position);
    result.stop = why == SIM__LOST ? (enum sim_stop)SIM_REPORT_LOST : SIM_STOP_NONE;
    if (why == SIM__HUNG) {
        *f = (struct sim_finding){
            .rule = SIM_RULE_DRIVER_HANG, .severity = SIM_SEVERITY_ERROR, .cpu = SIM_CPU_NONE};
        snprintf(f->text, sizeof(f->text), "%s", text);
        result.findings = 1;
        result.errors = 1;
    } else if (cell->result->lost_message[0] == '\0') {
        snprintf(cell->result->lost_message, sizeof(cell->result->lost_message), "%s", text);
    }
    extra.load_seed =
        sim__load_at(cell, position) != 0 ? sim__load_at(cell, position) : result.seed;
    sim_report_pack(&bytes, &result, &extra, none, SIM_REPORT_NO_SAMPLES);
    window_put(sweep, cell, position, bytes);
}

/* --- the whole -------------------------------------------------------------------------------- */

void sim__sweep_tick(struct sim__sweep *sweep)
{
    double now = sim__elapsed(sweep);

    if (sweep->store == NULL || sweep->failed)
        return;
    for (uint32_t i = 0; i < sweep->config->cells; i++) {
        struct sim__cell_state *cell = &sweep->cell[i];

        if (!cell->ended && sweep->config->budget_ns > 0 &&
            now * 1e9 >= (double)sweep->config->budget_ns) {
            cell->closed = true;
            sweep->end = SIM_SWEEP_BUDGET;
        }
        cell_open_seeds(sweep, cell);
        window_store(sweep, cell);
    }
    if (now - sweep->committed_s < 1.0)
        return;
    if (sim_store_commit(sweep->store, sweep->error) < 0)
        sim__sweep_fail(sweep, SIM_SWEEP_ERROR, sweep->error->text);
    sweep->committed_s = now;
}

void sim__sweep_finish(struct sim__sweep *sweep)
{
    if (sweep->store == NULL)
        return;
    for (uint32_t i = 0; i < sweep->config->cells; i++) {
        struct sim__cell_state *cell = &sweep->cell[i];

        for (uint64_t at = cell->stored; !cell->ended && !sweep->failed && at < cell->given; at++) {
            if (window_at(cell, at)->data != NULL)
                result_store(sweep, cell, at);
        }
        cell_end(sweep, cell);
    }
    if (!sweep->failed && sim_store_commit(sweep->store, sweep->error) < 0)
        sim__sweep_fail(sweep, SIM_SWEEP_ERROR, sweep->error->text);
}

static enum sim_outcome outcome_of(const struct sim__sweep *sweep,
                                   const struct sim__cell_state *cell)
{
    struct sim_expect expect = sim_scenario_expect(cell->cell->scenario);
    const struct sim_cell_result *r = cell->result;

    if (r->seeds == 0)
        return SIM_OUTCOME_NOT_RUN;
    if (expect.pass)
        return r->failed == 0 ? SIM_OUTCOME_MET : SIM_OUTCOME_VIOLATED;
    if (r->expected_seed > 0 && r->expected_seed <= expect.within_seeds)
        return SIM_OUTCOME_MET;
    return sweep->config->shards > 1 ? SIM_OUTCOME_OPEN : SIM_OUTCOME_NOT_FOUND;
}

static void cell_init(const struct sim_sweep_config *config, struct sim__cell_state *cell,
                      const struct sim_cell *from, struct sim_cell_result *result)
{
    uint64_t seeds = from->seed_last - from->seed_first + 1;

    SIM_ASSERT(from->seed_last >= from->seed_first && from->settings <= SIM_REPLAY_SETTINGS_MAX);
    memset(result, 0, sizeof(*result));
    cell->cell = from;
    cell->result = result;
    cell->total = seeds < config->shard ? 0 : (seeds - config->shard) / config->shards + 1;
    cell->ended = cell->total == 0;
    result->total = cell->total;
    result->marks = config->marked ? sim_marks_create() : NULL;
    cell->pairs = sim_pairs_create();
    cell->guide = config->guided ? sim_guide_create() : NULL;
    cell->window = calloc(SIM__WINDOW, sizeof(*cell->window));
    SIM_ASSERT(cell->window != NULL);
}

static void sweep_free(struct sim__sweep *sweep)
{
    for (uint32_t i = 0; i < sweep->config->cells; i++) {
        window_drop(&sweep->cell[i]);
        free(sweep->cell[i].window);
        sim_pairs_free(sweep->cell[i].pairs);
        sim_guide_free(sweep->cell[i].guide);
        free(sweep->cell[i].returned);
    }
    free(sweep->cell);
    sim_store_close(sweep->store);
}

enum sim_sweep_end sim_sweep_run(const struct sim_sweep_config *config,
                                 sim_sweep_progress_fn progress, void *ctx,
                                 struct sim_cell_result *result, struct sim_error *error)
{
    struct sim__sweep sweep = {.config = config, .error = error, .began_ms = uv_hrtime() / 1000000};

    SIM_ASSERT(config->jobs > 0 && config->shard > 0 && config->shard <= config->shards);
    sweep.cell = calloc(config->cells, sizeof(*sweep.cell));
    SIM_ASSERT(sweep.cell != NULL);
    for (uint32_t i = 0; i < config->cells; i++)
        cell_init(config, &sweep.cell[i], &config->cell[i], &result[i]);
    sim__crew_run(&sweep, progress, ctx);
    sim__sweep_finish(&sweep);
    for (uint32_t i = 0; i < config->cells; i++) {
        result[i].outcome = outcome_of(&sweep, &sweep.cell[i]);
        snprintf(result[i].build, sizeof(result[i].build), "%s", sweep.cell[i].build);
    }
    sweep_free(&sweep);
    return sweep.end;
}
