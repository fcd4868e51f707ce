/* models/check/tests/test_srb_completed_once.c - an SRB is completed once, or it is told. */
// links: models/check/tests/fake.c
#include <check.h>
#include <stdlib.h>

#include "models/check/tests/fake.h"

START_TEST(one_completion_each_is_silent)
{
    fake_submit(1000, 1, 1, SP_READ, 0);
    fake_submit(2000, 2, 2, SP_READ, 8);
    fake_answer_value(2500, (struct load_value){.kind = LOAD_VALUE_ZERO});
    fake_complete(3000, 2, 2, 1);
    fake_complete(4000, 1, 1, 1);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(a_retried_srb_is_another_hand_over)
{
    fake_submit(1000, 1, 1, SP_WRITE, 0);
    fake_complete(2000, 1, 1, CHECK_SRB_BUS_RESET);
    fake_at(2100, SIM_EV_IO_RETRY, 1, CHECK_SRB_BUS_RESET, 1, 0);
    fake_at(2200, SIM_EV_SRB_BUILD, 2, 1, 0, 0x2A);
    fake_at(2300, SIM_EV_SRB_START, 2, 0, 0, 0);
    fake_complete(3000, 2, 1, 1);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(a_second_completion_names_the_first)
{
    fake_submit(1000, 1, 1, SP_WRITE, 0);
    fake_complete(2000, 1, 1, 1);
    fake_at(5000, SIM_EV_SRB_COMPLETE_AGAIN, 1, 0x0E, 0, 0);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_SRB_COMPLETED_ONCE, "3.000 us before with 0x01");
    ck_assert_uint_eq(sim_finding(fake_sim, 0)->subject, 1);
}
END_TEST

START_TEST(a_second_completion_long_after_is_told_without_the_first)
{
    fake_at(5000, SIM_EV_SRB_COMPLETE_AGAIN, 77, 0x0E, 0, 0);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_SRB_COMPLETED_ONCE, "SRB 77 completed a second time");
}
END_TEST

START_TEST(what_is_no_srb_is_told)
{
    fake_at(5000, SIM_EV_SRB_COMPLETE_BAD, 0, 0, 0, 0);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_SRB_COMPLETED_ONCE, "no SRB");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("srb_completed_once");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, one_completion_each_is_silent);
    tcase_add_test(tc, a_retried_srb_is_another_hand_over);
    tcase_add_test(tc, a_second_completion_names_the_first);
    tcase_add_test(tc, a_second_completion_long_after_is_told_without_the_first);
    tcase_add_test(tc, what_is_no_srb_is_told);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
