/* models/check/tests/test_adapter_stuck.c - requests do flow again after a reset. */
// links: models/check/tests/fake.c
#include <check.h>
#include <stdlib.h>

#include "models/check/tests/fake.h"

#define RETURNED (10 * SIM_S)

static void reset(void)
{
    fake_at(RETURNED - 1000, SIM_EV_RESET_ENTER, 0, 0, 0, 0);
    fake_at(RETURNED, SIM_EV_RESET_RETURN, 0, 1, 0, 1000);
}

START_TEST(an_adapter_that_is_resumed_is_silent)
{
    fake_at(RETURNED - 500, SIM_EV_PAUSE, 1, 60, 0, 0);
    reset();
    fake_at(RETURNED + SIM_S, SIM_EV_RESUME, 0, 0, 0, 0);
    fake_answer_bool(RETURNED + 6 * SIM_S, &fake_now.drained, true);
    fake_run(100 * SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(a_pause_that_only_time_ends_is_found_then)
{
    fake_at(RETURNED - 500, SIM_EV_PAUSE, 1, 3, 0, 0);
    reset();
    fake_at(RETURNED + 3 * SIM_S, SIM_EV_RESUME, 0, 1, 0, 0);
    fake_run(100 * SIM_S);
    fake_expect(SIM_RULE_ADAPTER_STUCK, "ended by its time-out, 3.000 s after");
}
END_TEST

START_TEST(a_pause_without_a_reset_may_run_out)
{
    fake_at(SIM_S, SIM_EV_PAUSE, 1, 3, 0, 0);
    fake_at(4 * SIM_S, SIM_EV_RESUME, 0, 1, 0, 0);
    fake_run(100 * SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(once_requests_flow_the_recovery_is_over)
{
    reset();
    fake_submit(RETURNED + 1000, 1, 1, SP_WRITE, 0);
    fake_complete(RETURNED + 5000, 1, 1, 1);
    fake_at(RETURNED + SIM_S, SIM_EV_PAUSE, 1, 1, 0, 0);
    fake_at(RETURNED + 2 * SIM_S, SIM_EV_RESUME, 0, 1, 0, 0);
    fake_answer_bool(RETURNED + 3 * SIM_S, &fake_now.drained, true);
    fake_run(100 * SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(an_adapter_that_stays_paused_is_found_at_the_bound)
{
    fake_at(RETURNED - 500, SIM_EV_PAUSE, 1, 600, 0, 0);
    reset();
    fake_run(100 * SIM_S);
    fake_expect(SIM_RULE_ADAPTER_STUCK, "stays paused for 5.000 s");
    ck_assert_int_eq(sim_finding(fake_sim, 0)->at, RETURNED + 5 * SIM_S);
}
END_TEST

START_TEST(an_adapter_that_stays_busy_is_found_at_the_bound)
{
    reset();
    fake_at(RETURNED + SIM_S, SIM_EV_BUSY, 5, UINT32_MAX, 0, 0);
    fake_run(100 * SIM_S);
    fake_expect(SIM_RULE_ADAPTER_STUCK, "stays busy for 5.000 s");
    ck_assert_int_ge(sim_finding(fake_sim, 0)->at, RETURNED + 6 * SIM_S);
}
END_TEST

START_TEST(requests_that_wait_on_an_idle_adapter_are_found)
{
    reset();
    fake_now.queued = 3;
    fake_run(100 * SIM_S);
    fake_expect(SIM_RULE_ADAPTER_STUCK, "3 requests in the port's queue");
}
END_TEST

START_TEST(requests_that_wait_behind_others_are_silent)
{
    reset();
    fake_now.queued = 3;
    fake_now.outstanding = 1;
    fake_answer_bool(RETURNED + 50 * SIM_S, &fake_now.drained, true);
    fake_run(100 * SIM_S);
    fake_expect_silence();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("adapter_stuck");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, an_adapter_that_is_resumed_is_silent);
    tcase_add_test(tc, a_pause_that_only_time_ends_is_found_then);
    tcase_add_test(tc, a_pause_without_a_reset_may_run_out);
    tcase_add_test(tc, once_requests_flow_the_recovery_is_over);
    tcase_add_test(tc, an_adapter_that_stays_paused_is_found_at_the_bound);
    tcase_add_test(tc, an_adapter_that_stays_busy_is_found_at_the_bound);
    tcase_add_test(tc, requests_that_wait_on_an_idle_adapter_are_found);
    tcase_add_test(tc, requests_that_wait_behind_others_are_silent);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
