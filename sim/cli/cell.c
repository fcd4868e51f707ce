/* sim/cli/cell.c - one scenario with one driver, swept: for people and as JSON. */
#include "sim/cli/cell.h"

#include "sim/cli/unmodelled.h"
#include "sim/explain/units.h"
#include "sim/run/recording.h"

static json_t *counts_json(const uint64_t *count)
{
    json_t *object = json_object();

    for (int i = 0; i < SIM_RULE_COUNT; i++) {
        if (count[i] > 0)
            json_object_set_new(object, sim_rule_info[i].name, json_integer((json_int_t)count[i]));
    }
    return object;
}

static const char *outcome_name(enum sim_outcome outcome)
{
    static const char *const name[] = {"as expected", "violated", "not found", "open", "not run"};

    return name[outcome];
}

static json_t *failure_json(const struct sim_cell_result *r)
{
    if (!r->has_failure)
        return json_null();
    return json_pack("{sI ss so so}", "seed", (json_int_t)r->first_seed, "rule",
                     sim_rule_info[r->first_rule].name, "message", sim_json_text(r->first_message),
                     "replay",
                     r->first_replay[0] != '\0' ? sim_json_text(r->first_replay) : json_null());
}

json_t *sim_cell_json(const struct sim_cell *cell, const struct sim_cell_result *r, const char *dir)
{
    const struct sim_scenario *s = cell->scenario;
    json_t *object =
        json_pack("{so so ss sI sI sI so so so}", "scenario", sim_json_text(sim_scenario_name(s)),
                  "driver", sim_json_text(sim_opt_text(s, SIM_OPT_DRIVER_MODULE)), "strategy",
                  sim_opt_text(s, SIM_OPT_EXPLORE_STRATEGY), "seeds", (json_int_t)r->seeds,
                  "passed", (json_int_t)r->passed, "failed", (json_int_t)r->failed, "violations",
                  counts_json(r->violations), "warnings", counts_json(r->warnings), "first_failure",
                  failure_json(r));

    json_object_set_new(object, "driver_build", sim_json_text(r->build));
    json_object_update_new(
        object, json_pack("{sf sf sf sI so ss sI sI sI so}", "elapsed_s", r->elapsed_s,
                          "seeds_per_s", r->elapsed_s > 0 ? (double)r->seeds / r->elapsed_s : 0.0,
                          "virtual_s", (double)r->virtual_ns / 1e9, "points", (json_int_t)r->points,
                          "expect", sim_json_text(sim_opt_text(s, SIM_OPT_SCENARIO_EXPECT)),
                          "outcome", outcome_name(r->outcome), "lost", (json_int_t)r->lost,
                          "seed_first", (json_int_t)cell->seed_first, "seed_last",
                          (json_int_t)cell->seed_last, "results", sim_json_text(dir)));
    json_object_set_new(object, "not_modelled", sim_unmodelled_json(&r->unmodelled));
    if (r->healed > 0)
        json_object_set_new(object, "healed",
                            json_pack("{sI sI}", "seeds", (json_int_t)r->healed, "max_ns",
                                      (json_int_t)r->healed_max));
    json_object_set_new(object, "iometer_latency", sim_iometer_json(r->iometer));
    if (r->covered > 0)
        json_object_set_new(object, "interleavings",
                            json_pack("{sI sI}", "pairs", (json_int_t)r->pairs, "last_new_seed",
                                      (json_int_t)r->pairs_last));
    if (r->lost > 0)
        json_object_set_new(object, "first_lost",
                            json_pack("{sI so}", "seed", (json_int_t)r->first_lost, "message",
                                      sim_json_text(r->lost_message)));
    return object;
}

static void repeat_text(const struct sim_cell *cell, const struct sim_cell_result *r, char *out)
{
    if (r->has_failure && r->first_replay[0] != '\0')
        sim_repeat_replay(out, r->first_replay);
    else if (r->has_failure)
        sim_repeat_run(out, sim_scenario_path(cell->scenario), cell->setting, cell->settings,
                       r->first_seed);
}

static void violations_print(const struct sim_cell_result *r)
{
    char count[SIM_UNITS_BYTES];

    for (int i = 0; i < SIM_RULE_COUNT; i++) {
        if (r->violations[i] > 0)
            printf("  %-30s %s\n", sim_rule_info[i].name, sim_text_count(count, r->violations[i]));
        if (r->warnings[i] > 0)
            printf("  %-30s %s (warning)\n", sim_rule_info[i].name,
                   sim_text_count(count, r->warnings[i]));
    }
}

static void lost_print(const struct sim_cell *cell, const struct sim_cell_result *r)
{
    char repeat[SIM_REPEAT_BYTES];

    if (r->lost == 0)
        return;
    sim_repeat_run(repeat, sim_scenario_path(cell->scenario), cell->setting, cell->settings,
                   r->first_lost);
    printf("  %sstorsim's own fault%s on %llu seed%s, the first %llu: %s\n  %s\n",
           sim_paint(SIM_PAINT_BAD), sim_paint(SIM_PAINT_OFF), (unsigned long long)r->lost,
           r->lost == 1 ? "" : "s", (unsigned long long)r->first_lost, r->lost_message, repeat);
}

/* How many by the first seed, ten, a hundred: flat means that more seeds of this kind would show
 * little. */
static void pairs_print(const struct sim_cell_result *r)
{
    char pairs[SIM_UNITS_BYTES], seed[SIM_UNITS_BYTES], by[SIM_UNITS_BYTES];
    uint64_t decade = 1;

    if (r->covered == 0)
        return;
    printf("  interleavings: %s pairs", sim_text_count(pairs, r->pairs));
    if (r->pairs > 0)
        printf(", the last new one at seed %s", sim_text_count(seed, r->pairs_last));
    for (int i = 0; r->pairs > 0 && i < SIM_SWEEP_DECADES && decade < r->seeds; i++, decade *= 10)
        printf("%s%s in %s", i == 0 ? " (" : ", ", sim_text_count(pairs, r->pairs_by[i]),
               sim_text_count(by, decade));
    printf("%s\n", r->pairs > 0 && r->seeds > 1 ? ")" : "");
}

static void healed_print(const struct sim_cell_result *r)
{
    char seeds[SIM_UNITS_BYTES], span[SIM_UNITS_BYTES];

    if (r->healed > 0)
        printf("  healed: %s seeds recovered, the slowest after %s\n",
               sim_text_count(seeds, r->healed), sim_text_span(span, r->healed_max));
}

void sim_cell_print(const struct sim_cell *cell, const struct sim_cell_result *r)
{
    static const char *const word[] = {"PASS", "FAIL", "FAIL", "OPEN", "NOT RUN"};
    static const enum sim_paint paint[] = {SIM_PAINT_GOOD, SIM_PAINT_BAD, SIM_PAINT_BAD,
                                           SIM_PAINT_WARN, SIM_PAINT_WARN};
    const char *expect = sim_opt_text(cell->scenario, SIM_OPT_SCENARIO_EXPECT);
    char seeds[SIM_UNITS_BYTES], failed[SIM_UNITS_BYTES], took[SIM_UNITS_BYTES],
        virtual[SIM_UNITS_BYTES];
    char rate[SIM_UNITS_BYTES], repeat[SIM_REPEAT_BYTES] = "";

    printf("%s%s%s %s, driver %s: %s of %s seeds violated a rule (expect %s)\n",
           sim_paint(paint[r->outcome]), word[r->outcome], sim_paint(SIM_PAINT_OFF),
           sim_scenario_name(cell->scenario), sim_opt_text(cell->scenario, SIM_OPT_DRIVER_MODULE),
           r->failed == 0 ? "none" : sim_text_count(failed, r->failed),
           sim_text_count(seeds, r->seeds), expect);
    violations_print(r);
    repeat_text(cell, r, repeat);
    if (r->has_failure)
        printf("  first: seed %llu, %s: %s\n  %s\n", (unsigned long long)r->first_seed,
               sim_rule_info[r->first_rule].name, r->first_message, repeat);
    lost_print(cell, r);
    healed_print(r);
    pairs_print(r);
    sim_unmodelled_print(&r->unmodelled, "  ");
    if (r->seeds < r->total && r->outcome != SIM_OUTCOME_NOT_RUN)
        printf("  %s of its seeds were not run\n", sim_text_count(seeds, r->total - r->seeds));
    if (r->seeds > 0)
        printf("  %s of virtual time in %s, %s seeds/s\n", sim_text_span(virtual, r->virtual_ns),
               sim_text_span(took, (sim_ns)(r->elapsed_s * 1e9)),
               sim_text_count(rate,
                              r->elapsed_s > 0 ? (uint64_t)((double)r->seeds / r->elapsed_s) : 0));
}
