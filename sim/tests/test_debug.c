/* sim/tests/test_debug.c - stopping at a point or a violation changes nothing of the run; stacks
 * without a driver. */
// covers: sim/engine/stack.c sim/engine/names.c
#include <check.h>

#include "sim/engine/debug.h"
#include "sim/engine/schedule_record.h"
#include "sim/engine/sim.h"
#include "sim/engine/stack.h"

static struct sim *sim;
static uint64_t stopped_at;

static void step(void *ctx)
{
    int *steps = ctx;

    for (int i = 0; i < *steps; i++) {
        sim_point(sim, 7);
        if (sim_debug.point && !stopped_at)
            stopped_at = sim_debug.point;
        sim_progress(sim);
    }
    if (*steps == 100)
        sim_find(sim, SIM_RULE_SRB_LEAKED, 0, "made up");
    for (;;)
        sim_sleep(sim, SIM_NEVER);
}

static void setup(void)
{
    static int steps[] = {100, 150};
    struct sim_config config;

    ck_assert_int_eq(sim_world_create(), 0);
    sim_config_defaults(&config);
    sim = sim_create(&config);
    sim_agent_create(sim, "a", step, NULL, &steps[0]);
    sim_agent_create(sim, "b", step, NULL, &steps[1]);
    sim_image(sim);
    stopped_at = 0;
}

static void teardown(void)
{
    sim_debug.on = false;
    sim_destroy(sim);
    sim_world_destroy();
}

static uint64_t hash_of_run(void)
{
    sim_restore(sim);
    sim_schedule_replay(NULL);
    sim_begin(sim, 3, &sim_strategy_replay, 0);
    ck_assert_int_eq(sim_run(sim, SIM_NEVER), SIM_STOP_FINDING);
    return sim_trace_hash(sim);
}

START_TEST(a_stop_at_a_point_is_exact_and_changes_nothing)
{
    uint64_t undisturbed = hash_of_run();

    sim_debug_on(40);
    ck_assert_uint_eq(hash_of_run(), undisturbed);
    ck_assert_uint_eq(stopped_at, 40);
}
END_TEST

START_TEST(a_violation_says_where_it_stopped)
{
    uint64_t undisturbed = hash_of_run();

    sim_debug_on(0);
    ck_assert_uint_eq(hash_of_run(), undisturbed);
    ck_assert_uint_eq(sim_debug.point, sim_finding(sim, 0)->points);
    ck_assert_str_eq(sim_debug.why, "made up");
    ck_assert_uint_eq(sim_debug.pc, 0); /* no driver there */
}
END_TEST

START_TEST(nothing_stops_when_it_is_off)
{
    sim_debug = (struct sim_debug){.stop_at = 40};
    hash_of_run();
    ck_assert_uint_eq(sim_debug.point, 0);
}
END_TEST

START_TEST(outside_of_a_run_there_is_no_stack)
{
    uint64_t frame[4];
    const char *routine = "?";

    ck_assert_uint_eq(sim_stack(sim, NULL, frame, 4, &routine), 0);
    ck_assert_ptr_null(routine);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("debug");
    TCase *tc = tcase_create("debug");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_stop_at_a_point_is_exact_and_changes_nothing);
    tcase_add_test(tc, a_violation_says_where_it_stopped);
    tcase_add_test(tc, nothing_stops_when_it_is_off);
    tcase_add_test(tc, outside_of_a_run_there_is_no_stack);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
