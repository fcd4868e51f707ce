/* models/check/tests/test_lost_interrupt.c - completions do not lie in a queue unseen. */
// links: models/check/tests/fake.c
#include <check.h>
#include <stdlib.h>

#include "models/check/tests/fake.h"

static void posted(sim_ns at)
{
    fake_answer_unseen(at, 1);
    fake_at(at, SIM_EV_CQE_POST, 1, 7, 0, 1);
}

static void interrupt(sim_ns at)
{
    fake_at(at, SIM_EV_ISR_ENTER, 0, 5, 0, 0);
}

START_TEST(an_entry_that_is_released_is_silent)
{
    posted(1000);
    interrupt(1500);
    fake_answer_unseen(SIM_S - 1, 0);
    fake_run(100 * SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(an_entry_that_an_interrupt_did_not_bring_to_light_is_found)
{
    posted(1000);
    interrupt(1500);
    fake_run(100 * SIM_S);
    fake_expect(
        SIM_RULE_LOST_INTERRUPT,
        "1 entry lies in completion queue 1, unseen for 1.000 s: vector 0, an interrupt was "
        "taken since");
    ck_assert_int_eq(sim_finding(fake_sim, 0)->at, SIM_S + 1000);
}
END_TEST

START_TEST(a_queue_that_the_driver_works_on_is_silent)
{
    posted(1000);
    interrupt(1500);
    fake_answer_unseen(SIM_S / 2, 3);
    interrupt(SIM_S / 2 + 100);
    fake_answer_unseen(SIM_S + 2000, 0);
    fake_run(100 * SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(without_an_interrupt_there_is_more_time)
{
    interrupt(500);
    posted(1000);
    fake_answer_unseen(29 * SIM_S, 0);
    fake_run(100 * SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(but_not_for_ever)
{
    interrupt(500);
    posted(1000);
    fake_run(100 * SIM_S);
    fake_expect(SIM_RULE_LOST_INTERRUPT, "unseen for 30.000 s: vector 0, no interrupt came");
}
END_TEST

START_TEST(a_doorbell_that_is_lost_was_rung)
{
    posted(1000);
    interrupt(1500);
    fake_at(2000, SIM_EV_DOORBELL, 1, 1, 0, 0);
    fake_run(100 * SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(a_driver_that_masks_the_line_has_no_more_time)
{
    fake_answer_bool(900, &fake_now.unseen.masked, true);
    posted(1000);
    fake_run(100 * SIM_S);
    fake_expect(SIM_RULE_LOST_INTERRUPT, "unseen for 1.000 s: vector 0, INTMS masks it");
}
END_TEST

START_TEST(a_late_interrupt_shortens_the_time)
{
    posted(1000);
    interrupt(10 * SIM_S);
    fake_run(100 * SIM_S);
    fake_expect(SIM_RULE_LOST_INTERRUPT, "an interrupt was taken since");
    ck_assert_int_lt(sim_finding(fake_sim, 0)->at, 12 * SIM_S);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lost_interrupt");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, an_entry_that_is_released_is_silent);
    tcase_add_test(tc, an_entry_that_an_interrupt_did_not_bring_to_light_is_found);
    tcase_add_test(tc, a_queue_that_the_driver_works_on_is_silent);
    tcase_add_test(tc, without_an_interrupt_there_is_more_time);
    tcase_add_test(tc, but_not_for_ever);
    tcase_add_test(tc, a_doorbell_that_is_lost_was_rung);
    tcase_add_test(tc, a_driver_that_masks_the_line_has_no_more_time);
    tcase_add_test(tc, a_late_interrupt_shortens_the_time);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
