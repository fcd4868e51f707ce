/* models/check/tests/test_not_recovered.c - after healing, requests come back and are served. */
// links: models/check/tests/fake.c
#include <check.h>
#include <stdlib.h>

#include "models/check/tests/fake.h"
#include "sim/run/result.h"
#include "sim/run/result_private.h"

#define NO_DEVICE 0x08

static void play(sim_ns until)
{
    sim__result_begin();
    fake_run(until);
}

static void expect_figure(sim_ns value)
{
    ck_assert_int_eq(sim_figure_get(SIM_FIG_HEALED), value);
}

START_TEST(a_run_without_healing_is_silent)
{
    fake_submit(1000, 1, 1, SP_WRITE, 0);
    fake_complete(9 * SIM_S, 1, 1, 4);
    play(9 * SIM_S + SIM_S / 2);
    fake_expect_silence();
    expect_figure(-1);
}
END_TEST

START_TEST(an_io_submitted_later_that_ends_well_is_the_recovery)
{
    fake_submit(1000, 1, 1, SP_WRITE, 0);
    fake_at(SIM_S, SIM_EV_HEALED, 0, 0, 0, 0);
    fake_complete(2 * SIM_S, 1, 1, 4);
    fake_submit(3 * SIM_S, 2, 2, SP_WRITE, 8);
    fake_complete(3 * SIM_S + 1000, 2, 2, CHECK_SRB_SUCCESS);
    play(100 * SIM_S);
    fake_expect_silence();
    expect_figure(2 * SIM_S + 1030);
}
END_TEST

START_TEST(an_older_io_that_does_not_come_back_is_found)
{
    fake_submit(1000, 1, 1, SP_WRITE, 0);
    fake_at(SIM_S, SIM_EV_HEALED, 0, 0, 0, 0);
    play(100 * SIM_S);
    fake_expect(SIM_RULE_NOT_RECOVERED,
                "I/O 1 has not come back 8.000 s after all faults ended: the miniport has SRB 1");
}
END_TEST

START_TEST(newer_ones_that_only_fail_are_found)
{
    fake_at(SIM_S, SIM_EV_HEALED, 0, 0, 0, 0);
    fake_submit(2 * SIM_S, 1, 1, SP_WRITE, 0);
    fake_complete(3 * SIM_S, 1, 1, 4);
    play(100 * SIM_S);
    fake_expect(SIM_RULE_NOT_RECOVERED, "8.000 s after the first of them: it ended with an error");
}
END_TEST

START_TEST(an_adapter_that_was_given_up_says_so)
{
    fake_at(SIM_S, SIM_EV_HEALED, 0, 0, 0, 0);
    fake_submit(2 * SIM_S, 1, 1, SP_WRITE, 0);
    fake_complete(3 * SIM_S, 1, 1, NO_DEVICE);
    play(100 * SIM_S);
    fake_expect_silence();
    expect_figure(-1);
}
END_TEST

START_TEST(an_error_after_the_recovery_is_found)
{
    fake_at(SIM_S, SIM_EV_HEALED, 0, 0, 0, 0);
    fake_submit(2 * SIM_S, 1, 1, SP_WRITE, 0);
    fake_complete(3 * SIM_S, 1, 1, CHECK_SRB_SUCCESS);
    fake_submit(4 * SIM_S, 2, 2, SP_WRITE, 8);
    fake_complete(5 * SIM_S, 2, 2, 4);
    play(100 * SIM_S);
    fake_expect(SIM_RULE_NOT_RECOVERED, "I/O 2 ended with SRB status 0x04");
}
END_TEST

START_TEST(unless_the_host_stopped_the_adapter)
{
    fake_at(SIM_S, SIM_EV_HEALED, 0, 0, 0, 0);
    fake_submit(2 * SIM_S, 1, 1, SP_WRITE, 0);
    fake_complete(3 * SIM_S, 1, 1, CHECK_SRB_SUCCESS);
    fake_at(3 * SIM_S + 500, SIM_EV_TASK, 5, 0, 0, 0);
    fake_submit(4 * SIM_S, 2, 2, SP_WRITE, 8);
    fake_complete(5 * SIM_S, 2, 2, NO_DEVICE);
    play(100 * SIM_S);
    fake_expect_silence();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("not_recovered");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, a_run_without_healing_is_silent);
    tcase_add_test(tc, an_io_submitted_later_that_ends_well_is_the_recovery);
    tcase_add_test(tc, an_older_io_that_does_not_come_back_is_found);
    tcase_add_test(tc, newer_ones_that_only_fail_are_found);
    tcase_add_test(tc, an_adapter_that_was_given_up_says_so);
    tcase_add_test(tc, an_error_after_the_recovery_is_found);
    tcase_add_test(tc, unless_the_host_stopped_the_adapter);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
