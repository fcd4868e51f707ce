/* sim/cli/tell.c - one run, told: verdict first, story in columns, stack, figures. */
#include "sim/cli/tell.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/cli/event_log.h"
#include "sim/cli/unmodelled.h"
#include "sim/engine/module.h"
#include "sim/engine/sim_assert.h"
#include "sim/explain/units.h"
#include "sim/run/recording.h"
#include "sim/run/report.h"
#include "sim/run/version.h"

/* --- running ---------------------------------------------------------------------------------- */

struct sinks {
    struct sim_story *story;
    FILE *trace;
};

static void sink_event(struct sim *sim, const struct sim_record *record, void *ctx)
{
    struct sinks *sinks = ctx;

    sim_story_event(sim, record, sinks->story);
    if (sinks->trace != NULL)
        sim_record_json(sinks->trace, record);
}

/* First line of a trace file: what the rest belongs to. */
static void trace_head(FILE *trace, const struct sim_telling *telling, uint64_t seed)
{
    const struct sim_scenario *scenario = telling->scenario;
    char hash[32];
    json_t *head;

    snprintf(hash, sizeof(hash), "%016llx", (unsigned long long)sim_scenario_hash(scenario));
    head =
        json_pack("{si ss so ss so ss ss sI}", "trace_version", 1, "storsim", sim_version_exact(),
                  "scenario", sim_json_text(sim_scenario_name(scenario)), "scenario_hash", hash,
                  "driver", sim_json_text(sim_opt_text(scenario, SIM_OPT_DRIVER_MODULE)),
                  "driver_build", sim_telling_build(telling), "strategy",
                  sim_opt_text(scenario, SIM_OPT_EXPLORE_STRATEGY), "seed", (json_int_t)seed);
    json_dumpf(head, trace, JSON_COMPACT);
    fputc('\n', trace);
    json_decref(head);
}

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void seed_run(struct sim_telling *telling, uint64_t seed, struct sinks *sinks)
{
    double began = seconds_now();

    sim_assert_set_repeat(telling->repeat);
    sim_session_set_sink(telling->session, sink_event, sinks);
    if (telling->schedule != NULL)
        sim_session_run_schedule(telling->session, seed, telling->schedule, &telling->result);
    else
        sim_session_run(telling->session, seed, &telling->result);
    sim_session_set_sink(telling->session, NULL, NULL);
    telling->elapsed_s = seconds_now() - began;
}

int sim_telling_run(struct sim_telling *telling, uint64_t seed, const char *trace,
                    struct sim_error *error)
{
    struct sinks sinks = {0};
    int result = 0;

    sim_assert_set_repeat(telling->repeat);
    if (sim_session_open(telling->scenario, error, &telling->session) < 0)
        return -1;
    telling->story = sinks.story =
        sim_story_create(telling->scenario, sim_session_module(telling->session));
    if (trace != NULL) {
        sinks.trace = fopen(trace, "w");
        if (sinks.trace == NULL) {
            sim_error_set(error, "%s: %s", trace, strerror(errno));
            sim_telling_end(telling);
            return -1;
        }
        trace_head(sinks.trace, telling, seed);
    }
    seed_run(telling, seed, &sinks);
    if (sinks.trace != NULL) {
        bool bad = ferror(sinks.trace) != 0;

        if (fclose(sinks.trace) != 0 || bad)
            result = sim_error_set(error, "%s: %s", trace, strerror(errno));
    }
    if (result < 0)
        sim_telling_end(telling);
    return result;
}

void sim_telling_end(struct sim_telling *telling)
{
    sim_story_free(telling->story);
    telling->story = NULL;
    sim_session_close(telling->session);
    telling->session = NULL;
}

static uint32_t kept(const struct sim_result *result)
{
    return result->findings < SIM_FINDINGS_MAX ? result->findings : SIM_FINDINGS_MAX;
}

const struct sim_finding *sim_telling_finding(const struct sim_telling *telling)
{
    for (uint32_t i = 0; i < kept(&telling->result); i++) {
        if (telling->result.finding[i].severity == SIM_SEVERITY_ERROR)
            return &telling->result.finding[i];
    }
    return NULL;
}

const char *sim_telling_build(const struct sim_telling *telling)
{
    struct sim_module *module = sim_session_module(telling->session);

    return module != NULL ? sim_module_build(module) : "none";
}

int sim_telling_exit(const struct sim_telling *telling)
{
    for (uint32_t i = 0; i < kept(&telling->result); i++) {
        if (telling->result.finding[i].rule == SIM_RULE_NONDETERMINISM)
            return SIM_EXIT_FAULT;
    }
    return telling->result.errors > 0 ? SIM_EXIT_VIOLATED : SIM_EXIT_OK;
}

/* --- for people ------------------------------------------------------------------------------- */

static void verdict_pass(const struct sim_telling *telling)
{
    const struct sim_result *r = &telling->result;
    char span[SIM_UNITS_BYTES];

    printf("%sPASS%s %s, driver %s: no rule was violated (seed %llu, %s of virtual time%s)\n",
           sim_paint(SIM_PAINT_GOOD), sim_paint(SIM_PAINT_OFF),
           sim_scenario_name(telling->scenario),
           sim_opt_text(telling->scenario, SIM_OPT_DRIVER_MODULE), (unsigned long long)r->seed,
           sim_text_span(span, r->virtual_ns),
           r->stop == SIM_STOP_TIME   ? ", ended by explore.limit"
           : r->stop == SIM_STOP_IDLE ? ", nothing left to do"
                                      : "");
}

static void verdict_fail(const struct sim_telling *telling, const struct sim_finding *f)
{
    const struct sim_rule_info *rule = &sim_rule_info[f->rule];
    char time[SIM_UNITS_BYTES];

    printf("%sFAIL %s%s: %s (seed %llu, t=%s", sim_paint(SIM_PAINT_BAD), rule->name,
           sim_paint(SIM_PAINT_OFF), f->text, (unsigned long long)telling->result.seed,
           sim_text_time(time, f->at));
    if (f->cpu != SIM_CPU_NONE)
        printf(", CPU %u, IRQL %u", f->cpu, f->level);
    if (strcmp(rule->bug_check, "-") != 0)
        printf("; Windows: %s", rule->bug_check);
    printf(")\n");
}

static void others_print(const struct sim_telling *telling, const struct sim_finding *verdict)
{
    const struct sim_result *r = &telling->result;
    char time[SIM_UNITS_BYTES];

    for (uint32_t i = 0; i < kept(r); i++) {
        const struct sim_finding *f = &r->finding[i];

        if (f != verdict)
            printf("%s%s %s%s: %s (t=%s)\n", sim_paint(SIM_PAINT_WARN),
                   f->severity == SIM_SEVERITY_ERROR ? "also" : "warning",
                   sim_rule_info[f->rule].name, sim_paint(SIM_PAINT_OFF), f->text,
                   sim_text_time(time, f->at));
    }
    if (r->findings > SIM_FINDINGS_MAX)
        printf("and %u more findings\n", r->findings - SIM_FINDINGS_MAX);
}

static void stack_print(const struct sim_telling *telling, const struct sim_finding *f)
{
    static char line[SIM_FINDING_FRAMES][160];
    int n = sim_session_stack(telling->session, f, line, SIM_FINDING_FRAMES);

    if (n > 0)
        printf("\n%sstack%s, innermost first\n", sim_paint(SIM_PAINT_BOLD),
               sim_paint(SIM_PAINT_OFF));
    for (int i = 0; i < n; i++)
        printf("  %s\n", line[i]);
}

static void recovery_print(const struct sim_result *r)
{
    static const struct {
        enum sim_figure figure;
        const char *name;
    } phase[] = {
        {SIM_FIG_DETECT, "detect"}, {SIM_FIG_QUIESCE, "quiesce"}, {SIM_FIG_COMPLETE, "complete"},
        {SIM_FIG_ENABLE, "enable"}, {SIM_FIG_QUEUES, "queues"},   {SIM_FIG_FIRST_IO, "first I/O"},
    };
    const char *between = "  (";
    char span[SIM_UNITS_BYTES];

    if (r->figure[SIM_FIG_RESET_AT] < 0)
        return;
    printf("  %-16s %s", "recovery",
           r->figure[SIM_FIG_RECOVERY] < 0 ? "no I/O succeeded since"
                                           : sim_text_span(span, r->figure[SIM_FIG_RECOVERY]));
    for (size_t i = 0; i < sizeof(phase) / sizeof(phase[0]); i++) {
        if (r->figure[phase[i].figure] < 0)
            continue;
        printf("%s%s %s", between, phase[i].name, sim_text_span(span, r->figure[phase[i].figure]));
        between = ", ";
    }
    printf("%s\n", *between == ',' ? ")" : "");
}

static void healed_print(const struct sim_result *r)
{
    char span[SIM_UNITS_BYTES];

    if (r->figure[SIM_FIG_HEALED] >= 0)
        printf("  %-16s recovered after %s\n", "healed",
               sim_text_span(span, r->figure[SIM_FIG_HEALED]));
}

static void requests_print(const struct sim_result *r)
{
    char a[SIM_UNITS_BYTES], b[SIM_UNITS_BYTES], c[SIM_UNITS_BYTES];

    if (r->figure[SIM_FIG_IOS] >= 0)
        printf("  %-16s %s done, %s with an error, %s retries\n", "requests",
               sim_text_count(a, (uint64_t)r->figure[SIM_FIG_IOS]),
               sim_text_count(b, r->figure[SIM_FIG_IO_ERRORS] > 0
                                     ? (uint64_t)r->figure[SIM_FIG_IO_ERRORS]
                                     : 0),
               sim_text_count(
                   c, r->figure[SIM_FIG_RETRIES] > 0 ? (uint64_t)r->figure[SIM_FIG_RETRIES] : 0));
    if (r->figure[SIM_FIG_RESETS] > 0)
        printf("  %-16s %lld, the first with %lld requests outstanding\n", "bus resets",
               (long long)r->figure[SIM_FIG_RESETS],
               (long long)r->figure[SIM_FIG_RESET_OUTSTANDING]);
    if (r->figure[SIM_FIG_DISPATCH_MAX] >= 0)
        printf("  %-16s %s at the longest\n", "at DISPATCH",
               sim_text_span(a, r->figure[SIM_FIG_DISPATCH_MAX]));
}

/* Upper edge of the bin in which the share of `permille` is reached. */
static sim_ns percentile(const uint32_t *bin, uint64_t total, uint64_t permille)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i + 1 < SIM_LATENCY_BINS; i++) {
        sum += bin[i];
        if (sum * 1000 >= total * permille)
            return sim_latency_bin_edge(i + 1);
    }
    return sim_latency_bin_edge(SIM_LATENCY_BINS - 1);
}

static void latency_print(const struct sim_result *r)
{
    static const char *const name[SIM_WHEN_COUNT] = {"before reset", "during recovery",
                                                     "after recovery"};
    char p50[SIM_UNITS_BYTES], p99[SIM_UNITS_BYTES], top[SIM_UNITS_BYTES], count[SIM_UNITS_BYTES];

    for (int when = 0; when < SIM_WHEN_COUNT; when++) {
        uint64_t total = 0;

        for (int i = 0; i < SIM_LATENCY_BINS; i++)
            total += r->latency[when][i];
        if (total > 0)
            printf("  %-16s half below %s, 99%% below %s, all below %s  (%s I/Os)\n", name[when],
                   sim_text_span(p50, percentile(r->latency[when], total, 500)),
                   sim_text_span(p99, percentile(r->latency[when], total, 990)),
                   sim_text_span(top, percentile(r->latency[when], total, 1000)),
                   sim_text_count(count, total));
    }
}

/* Iometer's bins that are not empty, four to a line. */
static void iometer_print(const struct sim_result *r)
{
    char from[SIM_UNITS_BYTES], to[SIM_UNITS_BYTES], count[SIM_UNITS_BYTES];
    uint32_t told = 0;

    for (uint32_t bin = 0; bin < SIM_IOMETER_BINS; bin++) {
        if (r->iometer[bin] == 0)
            continue;
        if (told++ % 4 == 0)
            printf("%s  %-16s ", told > 1 ? "\n" : "", told > 1 ? "" : "Iometer's bins");
        else
            printf("; ");
        sim_text_span(from, bin ? sim_iometer_bin_end(bin - 1) : 0);
        sim_text_count(count, r->iometer[bin]);
        if (bin + 1 < SIM_IOMETER_BINS)
            printf("%s to %s: %s", from, sim_text_span(to, sim_iometer_bin_end(bin)), count);
        else
            printf("%s and more: %s", from, count);
    }
    if (told)
        putchar('\n');
}

static void figures_print(const struct sim_result *r)
{
    char span[SIM_UNITS_BYTES];

    for (int i = 0; i < SIM_FIG_COUNT; i++) {
        if (r->figure[i] < 0)
            continue;
        if (strcmp(sim_figure_info[i].unit, "ns") == 0)
            printf("  %-18s %-14s %s\n", sim_figure_info[i].name, sim_text_span(span, r->figure[i]),
                   sim_figure_info[i].text);
        else
            printf("  %-18s %-14lld %s\n", sim_figure_info[i].name, (long long)r->figure[i],
                   sim_figure_info[i].text);
    }
}

/* What the seed drew where the documents are silent, a few to a line. */
static void drawn_print(const struct sim_result *r)
{
    char text[128];

    for (uint32_t i = 0; i < r->drawn; i += 3)
        printf(
            "  %-16s %s\n", i ? "" : "drawn",
            sim_drawn_text(r->draw + i, r->drawn - i < 3 ? r->drawn - i : 3, text, sizeof(text)));
}

/* What swarm mode left of the scenario's faults. */
static void swarm_print(const struct sim_scenario *scenario, const struct sim_result *r)
{
    const char *between = "";

    for (uint32_t i = 0; i < r->faults_drawn; i++) {
        const struct sim_fault_drawn *drawn = &r->fault_draw[i];

        printf("%s%s%s", i ? between : "  swarm            ", drawn->possible ? "" : "without ",
               sim_section_name(sim_section(scenario, "fault", drawn->fault)));
        if (drawn->possible && drawn->ppm < 1000000)
            printf(" (%g%% of its occasions)", drawn->ppm / 1e4);
        between = ", ";
    }
    printf("%s", r->faults_drawn ? "\n" : "");
}

static void state_print(const struct sim_telling *telling, bool all)
{
    const struct sim_result *r = &telling->result;
    char points[SIM_UNITS_BYTES], events[SIM_UNITS_BYTES];

    printf("\n%sfigures%s\n", sim_paint(SIM_PAINT_BOLD), sim_paint(SIM_PAINT_OFF));
    recovery_print(r);
    healed_print(r);
    requests_print(r);
    latency_print(r);
    drawn_print(r);
    swarm_print(telling->scenario, r);
    if (all)
        iometer_print(r);
    if (all)
        figures_print(r);
    printf("  %-16s %s points, %s events, trace hash %016llx, strategy %s\n", "run",
           sim_text_count(points, r->points), sim_text_count(events, r->events),
           (unsigned long long)r->hash,
           telling->schedule != NULL ? "replay" : sim_strategy_maker(telling->scenario, r->seed));
}

void sim_telling_print(const struct sim_telling *telling, const struct sim_arguments *arguments)
{
    const struct sim_finding *finding = sim_telling_finding(telling);
    const char *title = sim_opt_text(telling->scenario, SIM_OPT_SCENARIO_TITLE);

    if (finding != NULL)
        verdict_fail(telling, finding);
    else
        verdict_pass(telling);
    others_print(telling, finding);
    if (finding != NULL)
        printf("%s, driver %s%s%s\n\n", sim_scenario_name(telling->scenario),
               sim_opt_text(telling->scenario, SIM_OPT_DRIVER_MODULE), *title ? ": " : "", title);
    else
        printf("%s%s\n", title, *title ? "\n" : "");
    sim_story_print(telling->story, stdout, arguments->verbose ? 0 : arguments->events);
    if (finding != NULL)
        stack_print(telling, finding);
    sim_event_log_print(&telling->result, arguments->verbose);
    if (telling->result.unmodelled.count > 0)
        printf("\n");
    sim_unmodelled_print(&telling->result.unmodelled, "");
    state_print(telling, arguments->verbose);
}

/* --- as JSON ---------------------------------------------------------------------------------- */

static json_t *finding_json(const struct sim_telling *telling, const struct sim_finding *f)
{
    static char line[SIM_FINDING_FRAMES][160];
    int n = sim_session_stack(telling->session, f, line, SIM_FINDING_FRAMES);
    json_t *stack = json_array();
    json_t *object;

    for (int i = 0; i < n; i++)
        json_array_append_new(stack, sim_json_text(line[i]));
    object = json_pack("{ss ss so sI ss so}", "rule", sim_rule_info[f->rule].name, "severity",
                       f->severity == SIM_SEVERITY_ERROR ? "error" : "warn", "message",
                       sim_json_text(f->text), "at_ns", (json_int_t)f->at, "bug_check",
                       sim_rule_info[f->rule].bug_check, "stack", stack);
    if (f->cpu != SIM_CPU_NONE) {
        json_object_set_new(object, "cpu", json_integer(f->cpu));
        json_object_set_new(object, "irql", json_integer(f->level));
    }
    return object;
}

static void findings_json(const struct sim_telling *telling, json_t *object)
{
    const struct sim_finding *first = sim_telling_finding(telling);
    json_t *findings = json_array(), *violations = json_object(), *failure = json_null();

    for (uint32_t i = 0; i < kept(&telling->result); i++) {
        const struct sim_finding *f = &telling->result.finding[i];
        const char *rule = sim_rule_info[f->rule].name;

        json_array_append_new(findings, finding_json(telling, f));
        if (f->severity == SIM_SEVERITY_ERROR)
            json_object_set_new(
                violations, rule,
                json_integer(json_integer_value(json_object_get(violations, rule)) + 1));
    }
    if (first != NULL)
        failure = json_pack("{sI ss so so}", "seed", (json_int_t)telling->result.seed, "rule",
                            sim_rule_info[first->rule].name, "message", sim_json_text(first->text),
                            "replay",
                            telling->replay != NULL ? sim_json_text(telling->replay) : json_null());
    json_object_set_new(object, "violations", violations);
    json_object_set_new(object, "first_failure", failure);
    json_object_set_new(object, "findings", findings);
}

static json_t *figures_json(const struct sim_result *r)
{
    json_t *figures = json_object();

    for (int i = 0; i < SIM_FIG_COUNT; i++) {
        if (r->figure[i] >= 0)
            json_object_set_new(figures, sim_figure_info[i].name, json_integer(r->figure[i]));
    }
    return figures;
}

static json_t *swarm_json(const struct sim_scenario *scenario, const struct sim_result *r)
{
    json_t *swarm = json_object();

    for (uint32_t i = 0; i < r->faults_drawn; i++) {
        const struct sim_fault_drawn *drawn = &r->fault_draw[i];

        json_object_set_new(
            swarm, sim_section_name(sim_section(scenario, "fault", drawn->fault)),
            json_pack("{sb sf}", "possible", drawn->possible, "probability", drawn->ppm / 1e6));
    }
    return swarm;
}

static json_t *drawn_json(const struct sim_result *r)
{
    json_t *drawn = json_object();
    char word[32];

    for (uint32_t i = 0; i < r->drawn; i++) {
        sim_opt_word((enum sim_option)r->draw[i].option, r->draw[i].value, word);
        json_object_set_new(drawn, sim_option_info[r->draw[i].option].key, json_string(word));
    }
    return drawn;
}

json_t *sim_telling_json(const struct sim_telling *telling)
{
    const struct sim_scenario *scenario = telling->scenario;
    const struct sim_result *r = &telling->result;
    bool failed = r->errors > 0;
    uint64_t iometer[SIM_IOMETER_BINS];
    char hash[32];
    json_t *object;

    snprintf(hash, sizeof(hash), "%016llx", (unsigned long long)r->hash);
    object =
        json_pack("{so so ss si sI si si}", "scenario", sim_json_text(sim_scenario_name(scenario)),
                  "driver", sim_json_text(sim_opt_text(scenario, SIM_OPT_DRIVER_MODULE)),
                  "strategy", sim_opt_text(scenario, SIM_OPT_EXPLORE_STRATEGY), "seeds", 1, "seed",
                  (json_int_t)r->seed, "passed", failed ? 0 : 1, "failed", failed ? 1 : 0);
    findings_json(telling, object);
    json_object_update_new(
        object,
        json_pack("{sf sf sf sI ss ss so so so}", "elapsed_s", telling->elapsed_s, "seeds_per_s",
                  telling->elapsed_s > 0 ? 1 / telling->elapsed_s : 0.0, "virtual_s",
                  (double)r->virtual_ns / 1e9, "points", (json_int_t)r->points, "hash", hash,
                  "stop", sim_stop_name(r->stop), "figures", figures_json(r), "event_log",
                  sim_event_log_json(r), "repeat", sim_json_text(telling->repeat)));
    json_object_set_new(object, "not_modelled", sim_unmodelled_json(&r->unmodelled));
    for (int bin = 0; bin < SIM_IOMETER_BINS; bin++)
        iometer[bin] = r->iometer[bin];
    json_object_set_new(object, "iometer_latency", sim_iometer_json(iometer));
    if (r->drawn > 0)
        json_object_set_new(object, "drawn", drawn_json(r));
    if (r->faults_drawn > 0)
        json_object_set_new(object, "swarm", swarm_json(telling->scenario, r));
    return object;
}
