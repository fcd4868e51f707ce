/* models/check/tests/test_limits.c - stall-too-long, routine-too-long and dpc-watchdog. */
// links: models/check/tests/fake.c
// covers: models/check/checkers.c
#include <check.h>
#include <stdlib.h>

#include "models/check/tests/fake.h"

START_TEST(what_is_short_enough_is_silent)
{
    fake_at(1000, SIM_EV_STALL, SIM_MS - 1, 0, 0, 0);
    fake_at(2000, SIM_EV_CALLBACK_EXIT, SP_CB_START_IO, 500 * SIM_MS, 0, 0);
    fake_at(2000, SIM_EV_CALLBACK_EXIT, SP_CB_MSI, 10 * SIM_MS, 0, 0);
    fake_at(2000, SIM_EV_CALLBACK_EXIT, SP_CB_INITIALIZE, 5 * SIM_S, 0, 0);
    fake_at(2000, SIM_EV_CALLBACK_EXIT, SP_CB_FIND_ADAPTER, 50 * SIM_S, 0, 0);
    fake_at(2000, SIM_EV_CALLBACK_EXIT, SP_CB_DRIVER_ENTRY, 50 * SIM_S, 0, 0);
    fake_at(3000, SIM_EV_HIGH_IRQL, 2 * SIM_S, 0, 0, 0);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(a_stall_of_the_limit_is_too_long)
{
    fake_at(1000, SIM_EV_STALL, SIM_MS, 0, 0, 0);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_STALL_TOO_LONG, "asked for 1.000 ms; the limit is below 1.000 ms");
}
END_TEST

START_TEST(an_ordinary_routine_has_the_routines_limit)
{
    fake_at(1000, SIM_EV_CALLBACK_EXIT, SP_CB_RESET_BUS, 500 * SIM_MS + 1, 0, 0);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_ROUTINE_TOO_LONG, "took 500.000 ms");
}
END_TEST

START_TEST(an_interrupt_routine_has_a_limit_of_its_own)
{
    fake_at(1000, SIM_EV_CALLBACK_EXIT, SP_CB_MSI, 11 * SIM_MS, 0, 0);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_ROUTINE_TOO_LONG,
                "HwMSInterruptRoutine took 11.000 ms; the limit is 10.000 ms");
}
END_TEST

START_TEST(work_under_the_interrupt_lock_has_the_same)
{
    fake_at(1000, SIM_EV_CALLBACK_EXIT, SP_CB_SYNCHRONIZED, 11 * SIM_MS, 0, 0);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_ROUTINE_TOO_LONG, "the limit is 10.000 ms");
}
END_TEST

START_TEST(initialisation_has_its_own)
{
    fake_at(1000, SIM_EV_CALLBACK_EXIT, SP_CB_INITIALIZE, 6 * SIM_S, 0, 0);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_ROUTINE_TOO_LONG, "took 6.000 s; the limit is 5.000 s");
}
END_TEST

START_TEST(a_stretch_that_ended_too_late_is_found)
{
    fake_at(1000, SIM_EV_HIGH_IRQL, 2 * SIM_S + SIM_MS, 0, 0, 0);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_DPC_WATCHDOG, "for 2.001 s; the limit is 2.000 s");
}
END_TEST

START_TEST(a_stretch_that_never_ends_is_found_at_the_end_of_the_run)
{
    fake_at(1000, SIM_EV_PHASE, 1, 0, 0, 0);
    fake_at(9 * SIM_S, SIM_EV_PHASE, 2, 0, 0, 0);
    fake_now.high_since = 5 * SIM_S;
    fake_run(9 * SIM_S);
    fake_expect(SIM_RULE_DPC_WATCHDOG, "for 4.000 s");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("limits");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, what_is_short_enough_is_silent);
    tcase_add_test(tc, a_stall_of_the_limit_is_too_long);
    tcase_add_test(tc, an_ordinary_routine_has_the_routines_limit);
    tcase_add_test(tc, an_interrupt_routine_has_a_limit_of_its_own);
    tcase_add_test(tc, work_under_the_interrupt_lock_has_the_same);
    tcase_add_test(tc, initialisation_has_its_own);
    tcase_add_test(tc, a_stretch_that_ended_too_late_is_found);
    tcase_add_test(tc, a_stretch_that_never_ends_is_found_at_the_end_of_the_run);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
