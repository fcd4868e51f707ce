/* models/check/tests/test_reset_outstanding.c - nothing is outstanding when HwStorResetBus
 * returns. */
// links: models/check/tests/fake.c
#include <check.h>
#include <stdlib.h>

#include "models/check/tests/fake.h"

static void reset(sim_ns at, sim_ns took, uint64_t result)
{
    fake_at(at, SIM_EV_RESET_ENTER, 0, 2, 0, 0);
    fake_at(at + took, SIM_EV_RESET_RETURN, 0, result, 0, (uint64_t)took);
}

START_TEST(a_reset_that_completes_everything_is_silent)
{
    fake_submit(1000, 1, 1, SP_WRITE, 0);
    fake_submit(2000, 2, 2, SP_WRITE, 8);
    reset(10000, 5000, 1);
    fake_complete(12000, 1, 1, CHECK_SRB_BUS_RESET);
    fake_complete(12001, 2, 2, CHECK_SRB_BUS_RESET);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(completions_after_the_return_are_too_late)
{
    fake_submit(1000, 1, 1, SP_WRITE, 0);
    fake_submit(2000, 2, 2, SP_WRITE, 8);
    reset(10000, 5000, 1);
    fake_complete(15001, 1, 1, CHECK_SRB_BUS_RESET);
    fake_complete(15002, 2, 2, CHECK_SRB_BUS_RESET);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_RESET_OUTSTANDING,
                "HwStorResetBus returned TRUE with 2 requests outstanding (first: SRB 1, 2)");
    ck_assert_int_eq(sim_finding(fake_sim, 0)->at, 15000);
}
END_TEST

START_TEST(a_reset_that_fails_gives_requests_back_all_the_same)
{
    for (uint64_t i = 1; i <= 9; i++)
        fake_submit((sim_ns)i * 1000, i, i, SP_WRITE, 8 * i);
    reset(20000, 5000, 0);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_RESET_OUTSTANDING,
                "FALSE with 9 requests outstanding (first: SRB 1, 2, 3)");
}
END_TEST

START_TEST(requests_that_only_buildio_saw_do_not_count)
{
    fake_at(1000, SIM_EV_IO_SUBMIT, 1, SP_READ, 0, 8);
    fake_at(1100, SIM_EV_SRB_BUILD, 1, 1, 0, 0x28);
    reset(10000, 5000, 1);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(each_of_several_resets_is_judged)
{
    reset(1000, 500, 1);
    fake_submit(2000, 1, 1, SP_WRITE, 0);
    reset(3000, 500, 1);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_RESET_OUTSTANDING, "1 request outstanding (first: SRB 1)");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reset_outstanding");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, a_reset_that_completes_everything_is_silent);
    tcase_add_test(tc, completions_after_the_return_are_too_late);
    tcase_add_test(tc, a_reset_that_fails_gives_requests_back_all_the_same);
    tcase_add_test(tc, requests_that_only_buildio_saw_do_not_count);
    tcase_add_test(tc, each_of_several_resets_is_judged);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
