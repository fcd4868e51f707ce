/* models/check/tests/test_srb_leaked.c - every request comes back, or it is told where it is. */
// links: models/check/tests/fake.c
// covers: models/check/commands.c models/check/track.c
#include <check.h>
#include <stdlib.h>

#include "models/check/tests/fake.h"

START_TEST(requests_that_come_back_in_time_are_silent)
{
    fake_submit(1000, 1, 1, SP_WRITE, 0);
    fake_complete(9 * SIM_S, 1, 1, 1);
    fake_run(100 * SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(the_bound_counts_from_the_last_submission)
{
    fake_submit(1000, 1, 1, SP_WRITE, 0);
    fake_submit(8 * SIM_S, 2, 2, SP_WRITE, 8);
    fake_complete(9 * SIM_S, 2, 2, 1);
    fake_complete(15 * SIM_S, 1, 1, 1);
    fake_run(100 * SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(the_bound_counts_from_a_retry_and_from_a_fault)
{
    fake_submit(1000, 1, 1, SP_WRITE, 0);
    fake_complete(8 * SIM_S, 1, 1, CHECK_SRB_BUS_RESET);
    fake_at(8 * SIM_S + 1, SIM_EV_IO_RETRY, 1, CHECK_SRB_BUS_RESET, 1, 0);
    fake_at(16 * SIM_S, SIM_EV_FAULT_OFF, 0, 0, 0, 0);
    fake_at(17 * SIM_S, SIM_EV_SRB_BUILD, 2, 1, 0, 0x2A);
    fake_complete(25 * SIM_S, 2, 1, 1);
    fake_run(100 * SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(a_request_the_miniport_keeps_is_found_at_the_bound)
{
    fake_submit(1000, 1, 1, SP_WRITE, 24);
    fake_at(1500, SIM_EV_CMD_FETCH, 3, 17, 0x01, 24);
    fake_run(100 * SIM_S);
    fake_expect(SIM_RULE_SRB_LEAKED,
                "the miniport has SRB 1 (queue 3, command 17: inside the controller)");
    ck_assert_int_eq(sim_finding(fake_sim, 0)->at, 10 * SIM_S + 1000);
}
END_TEST

START_TEST(a_completed_command_that_nobody_saw_is_told_as_such)
{
    fake_submit(1000, 1, 1, SP_WRITE, 24);
    fake_at(1500, SIM_EV_CMD_FETCH, 3, 17, 0x01, 24);
    fake_at(1600, SIM_EV_CQE_POST, 3, 17, 0, 1);
    fake_run(100 * SIM_S);
    fake_expect(SIM_RULE_SRB_LEAKED, "completed by the controller");
}
END_TEST

START_TEST(a_dropped_command_is_told_as_such)
{
    fake_submit(1000, 1, 1, SP_FLUSH, 0);
    fake_at(1500, SIM_EV_CMD_FETCH, 3, 17, 0x00, 999);
    fake_at(1600, SIM_EV_CMD_LOST, 3, 17, 0, 0);
    fake_run(100 * SIM_S);
    fake_expect(SIM_RULE_SRB_LEAKED, "dropped by the controller");
}
END_TEST

START_TEST(a_request_that_waits_in_the_port_is_told_as_such)
{
    fake_now.queued = 1;
    fake_at(1000, SIM_EV_IO_SUBMIT, 1, SP_READ, 0, 8);
    fake_run(100 * SIM_S);
    fake_expect(SIM_RULE_SRB_LEAKED, "waits above the miniport; port queue 1");
}
END_TEST

START_TEST(a_request_that_was_only_built_is_told_as_such)
{
    fake_at(1000, SIM_EV_IO_SUBMIT, 1, SP_READ, 0, 8);
    fake_at(1100, SIM_EV_SRB_BUILD, 5, 1, 0, 0x28);
    fake_run(100 * SIM_S);
    fake_expect(SIM_RULE_SRB_LEAKED, "SRB 5 passed HwStorBuildIo");
}
END_TEST

START_TEST(a_request_that_the_port_lost_is_told_as_such)
{
    fake_submit(1000, 5, 1, SP_WRITE, 0);
    fake_at(1300, SIM_EV_SRB_COMPLETE, 5, 1, 0, 1);
    fake_run(100 * SIM_S);
    fake_expect(SIM_RULE_SRB_LEAKED, "completed SRB 5, the port driver has it");
}
END_TEST

START_TEST(a_run_that_is_over_leaves_no_srb_behind)
{
    fake_submit(1000, 1, 1, SP_WRITE, 0);
    fake_at(1200, SIM_EV_SRB_BUILD, 2, 0, 0x20, 0);
    fake_complete(2000, 1, 1, 1);
    fake_now.drained = true;
    fake_run(SIM_S);
    fake_expect(SIM_RULE_SRB_LEAKED, "keeps SRB 2");
}
END_TEST

START_TEST(a_run_cut_short_is_not_judged)
{
    fake_submit(1000, 1, 1, SP_WRITE, 0);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("srb_leaked");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, requests_that_come_back_in_time_are_silent);
    tcase_add_test(tc, the_bound_counts_from_the_last_submission);
    tcase_add_test(tc, the_bound_counts_from_a_retry_and_from_a_fault);
    tcase_add_test(tc, a_request_the_miniport_keeps_is_found_at_the_bound);
    tcase_add_test(tc, a_completed_command_that_nobody_saw_is_told_as_such);
    tcase_add_test(tc, a_dropped_command_is_told_as_such);
    tcase_add_test(tc, a_request_that_waits_in_the_port_is_told_as_such);
    tcase_add_test(tc, a_request_that_was_only_built_is_told_as_such);
    tcase_add_test(tc, a_request_that_the_port_lost_is_told_as_such);
    tcase_add_test(tc, a_run_that_is_over_leaves_no_srb_behind);
    tcase_add_test(tc, a_run_cut_short_is_not_judged);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
