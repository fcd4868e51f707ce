// whole: core models
/* sim/tests/test_replay_scenario.c - what any strategy does with a real driver, its recorded
 * schedule does again.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/run/session.h"

#define SEEDS 6

static const char *const strategies[] = {"time",  "random", "pct",       "pos",
                                         "delay", "stall",  "portfolio", "replay"};
static const char *const paths[] = {
    "scenarios/01-device-stops-responding.ini",
    "scenarios/02-device-stops-responding-deferred.ini",
    "scenarios/04-slow-ready.ini",
    "scenarios/06-device-stops-responding-no-pause.ini",
};
#define STRATEGIES (int)(sizeof strategies / sizeof strategies[0])
#define PATHS (int)(sizeof paths / sizeof paths[0])

static struct sim_scenario *scenario;
static struct sim_session *session;
static struct sim_result first, again;

static void open_session(const char *path, const char *strategy)
{
    struct sim_setting settings[] = {{"explore.strategy", strategy},
                                     {"workload.iometer.number_ios", "20"},
                                     {"scenario.expect", "pass"}};
    struct sim_error error;

    ck_assert_msg(!sim_scenario_read(path, settings, 3, &error, &scenario), "%s", error.text);
    ck_assert_msg(!sim_session_open(scenario, &error, &session), "%s", error.text);
}

static void close_session(void)
{
    sim_session_close(session);
    sim_scenario_free(scenario);
}

START_TEST(whatever_a_strategy_did_to_a_driver_replay_does_again)
{
    struct sim_schedule schedule = {0};

    open_session(paths[_i / STRATEGIES], strategies[_i % STRATEGIES]);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        sim_schedule_replay(NULL);
        sim_session_record(session, seed, &schedule, &first);
        sim_session_run_schedule(session, seed, &schedule, &again);
        ck_assert_msg(again.hash == first.hash, "%s, %s, seed %d: another trace",
                      paths[_i / STRATEGIES], strategies[_i % STRATEGIES], (int)seed);
        ck_assert_uint_eq(again.points, first.points);
        ck_assert_uint_eq(again.findings, first.findings);
        ck_assert_int_eq(again.virtual_ns, first.virtual_ns);
        ck_assert_uint_eq(again.switches, first.switches);
    }
    sim_schedule_free(&schedule);
    close_session();
}
END_TEST

START_TEST(recheck_runs_twice_and_finds_nothing_to_complain_about)
{
    uint64_t hash;

    open_session(paths[0], "recheck:pct");
    sim_session_run(session, 3, &first);
    hash = first.hash;
    ck_assert_uint_eq(first.findings, 0);
    close_session();
    open_session(paths[0], "pct");
    sim_session_run(session, 3, &first);
    ck_assert_uint_eq(first.hash, hash);
    close_session();
}
END_TEST

/* Not the world's: every run of the process sees another value, as a clock or an address would be.
 */
static uint64_t leak;

static void leaking(struct sim *sim, const struct sim_record *record, void *ctx)
{
    (void)ctx;
    if (record->event == SIM_EV_FAULT_ON)
        sim_trace(sim, SIM_EV_STALL, ++leak, 0, 0, 0);
}

START_TEST(recheck_finds_what_does_not_repeat)
{
    open_session(paths[0], "recheck:time");
    sim_session_set_sink(session, leaking, NULL);
    sim_session_run(session, 3, &first);
    ck_assert_uint_eq(first.errors, 1);
    ck_assert_int_eq(first.finding[0].rule, SIM_RULE_NONDETERMINISM);
    sim_session_set_sink(session, NULL, NULL);
    close_session();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("replay_scenario");
    TCase *tc = tcase_create("replay_scenario");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, whatever_a_strategy_did_to_a_driver_replay_does_again, 0,
                        STRATEGIES * PATHS);
    tcase_add_test(tc, recheck_runs_twice_and_finds_nothing_to_complain_about);
    tcase_add_test(tc, recheck_finds_what_does_not_repeat);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
