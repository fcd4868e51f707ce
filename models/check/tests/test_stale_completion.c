/* models/check/tests/test_stale_completion.c - no request ends well by an entry that is not its
 * own. */
// links: models/check/tests/fake.c
#include <check.h>
#include <stdlib.h>

#include "models/check/tests/fake.h"

#define BUS_RESET 0x0E

/* SRB 2 goes to the miniport, and its command is inside the controller. */
static void under_way(void)
{
    fake_submit(1000, 2, 2, SP_READ, 0);
    fake_answer_u64(1500, &fake_now.inside_of, 2);
}

START_TEST(success_with_the_command_inside_after_a_forged_entry_is_found)
{
    under_way();
    fake_at(SIM_S, SIM_EV_CQE_FORGED, 1, 0x203, 0, 1);
    fake_complete(SIM_S + 2000, 2, 2, CHECK_SRB_SUCCESS);
    fake_run(2 * SIM_S);
    fake_expect(
        SIM_RULE_STALE_COMPLETION,
        "SRB 2 (I/O 2) was completed with success, but its own command 0x0203 of queue 1 is "
        "still inside the controller; 2.000 us before, an entry that no command earned was "
        "posted for command 0x0203 of queue 1");
}
END_TEST

START_TEST(success_after_the_command_has_ended_is_silent)
{
    under_way();
    fake_at(SIM_S, SIM_EV_CQE_FORGED, 1, 0x203, 0, 1);
    fake_answer_u64(SIM_S + 1000, &fake_now.inside_of, 0);
    fake_complete(SIM_S + 2000, 2, 2, CHECK_SRB_SUCCESS);
    fake_run(2 * SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(an_entry_for_a_request_that_was_given_back_is_watched)
{
    fake_submit(500, 1, 1, SP_READ, 64);
    fake_answer_u64(600, &fake_now.inside_of, 1);
    fake_at(SIM_S, SIM_EV_SRB_COMPLETE, 1, BUS_RESET, 0, 1);
    fake_at(SIM_S, SIM_EV_IO_RETRY, 1, BUS_RESET, 1, 0);
    fake_submit(SIM_S + 1000, 2, 2, SP_READ, 0);
    fake_at(10 * SIM_S, SIM_EV_CQE_POST, 1, 0x203, 0, 4);
    fake_answer_u64(10 * SIM_S, &fake_now.inside_of, 2);
    fake_complete(10 * SIM_S + 700, 2, 2, CHECK_SRB_SUCCESS);
    fake_run(11 * SIM_S);
    fake_expect(SIM_RULE_STALE_COMPLETION, "had been given back, command 0x0203 of queue 1");
}
END_TEST

START_TEST(an_entry_for_a_request_of_its_own_is_not_watched)
{
    fake_at(500, SIM_EV_CSTS_RDY, 0, 0, 0, 0);
    under_way();
    fake_at(10 * SIM_S, SIM_EV_CQE_POST, 1, 0x203, 0, 4);
    fake_complete(10 * SIM_S + 700, 2, 2, CHECK_SRB_SUCCESS);
    fake_run(11 * SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(what_an_earlier_session_left_in_a_ring_is_watched)
{
    fake_at(500, SIM_EV_CSTS_RDY, 1, 0, 0, 0);
    under_way();
    fake_complete(5000, 2, 2, CHECK_SRB_SUCCESS);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_STALE_COMPLETION, "a session of the controller began");
}
END_TEST

START_TEST(an_error_or_a_reset_may_end_a_request_whose_command_is_inside)
{
    under_way();
    fake_at(2000, SIM_EV_CQE_FORGED, 1, 0x203, 0, 1);
    fake_complete(5000, 2, 2, BUS_RESET);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stale_completion");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, success_with_the_command_inside_after_a_forged_entry_is_found);
    tcase_add_test(tc, success_after_the_command_has_ended_is_silent);
    tcase_add_test(tc, an_entry_for_a_request_that_was_given_back_is_watched);
    tcase_add_test(tc, an_entry_for_a_request_of_its_own_is_not_watched);
    tcase_add_test(tc, what_an_earlier_session_left_in_a_ring_is_watched);
    tcase_add_test(tc, an_error_or_a_reset_may_end_a_request_whose_command_is_inside);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
