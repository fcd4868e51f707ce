/* models/check/tests/test_io_during_reset.c - no I/O doorbell rings between the start and the end
 * of a reset. */
// links: models/check/tests/fake.c
#include <check.h>
#include <stdlib.h>

#include "models/check/tests/fake.h"

enum { SQ, CQ };

static void doorbell(sim_ns at, uint64_t queue, uint64_t is_cq)
{
    fake_at(at, SIM_EV_DOORBELL, queue, is_cq, 3, 1);
}

static void reset(void)
{
    fake_at(10000, SIM_EV_RESET_ENTER, 0, 2, 0, 0);
    fake_disabled(12000);
    fake_at(15000, SIM_EV_RESET_RETURN, 0, 1, 0, 5000);
    fake_ready(20000);
}

START_TEST(doorbells_before_and_after_are_silent)
{
    doorbell(9999, 1, SQ);
    reset();
    doorbell(20001, 1, SQ);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(the_admin_queue_and_completion_doorbells_are_free)
{
    reset();
    doorbell(11000, 1, CQ);
    doorbell(19000, 0, SQ);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(a_doorbell_that_was_rung_before_may_arrive_in_it)
{
    fake_at(9900, SIM_EV_DOORBELL_POSTED, 1, SQ, 3, 0);
    reset();
    doorbell(10500, 1, SQ);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(nor_does_it_matter_when_one_arrives_that_a_fault_put_off)
{
    doorbell(9900, 1, SQ);
    reset();
    fake_at(10500, SIM_EV_DOORBELL_LATE, 1, SQ, 3, 1);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(one_that_is_rung_in_it_is_found_when_it_is_rung)
{
    reset();
    fake_at(10500, SIM_EV_DOORBELL_POSTED, 2, SQ, 3, 0);
    doorbell(20500, 2, SQ);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_IO_DURING_RESET,
                "queue 2 rung 500 ns after HwStorResetBus was entered (CC.EN=1");
}
END_TEST

START_TEST(a_doorbell_inside_the_callback_is_found)
{
    reset();
    doorbell(10500, 2, SQ);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_IO_DURING_RESET,
                "queue 2 rung 500 ns after HwStorResetBus was entered (CC.EN=1");
}
END_TEST

START_TEST(a_doorbell_during_the_re_initialisation_is_found)
{
    reset();
    doorbell(19000, 2, SQ);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_IO_DURING_RESET, "rung 9.000 us after");
}
END_TEST

START_TEST(a_reset_that_leaves_the_controller_running_ends_at_its_return)
{
    fake_at(10000, SIM_EV_RESET_ENTER, 0, 0, 0, 0);
    fake_at(15000, SIM_EV_RESET_RETURN, 0, 1, 0, 5000);
    doorbell(15001, 1, SQ);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(a_second_reset_during_re_initialisation_lasts_until_ready)
{
    reset();
    fake_at(16000, SIM_EV_CC_EN, 1, 0, 0, 0);
    fake_at(17000, SIM_EV_RESET_ENTER, 0, 0, 0, 0);
    fake_at(17500, SIM_EV_RESET_RETURN, 0, 1, 0, 500);
    doorbell(18000, 1, SQ);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_IO_DURING_RESET, "queue 1 rung 1.000 us after");
}
END_TEST

START_TEST(ready_of_the_old_life_is_not_the_end)
{
    fake_at(10000, SIM_EV_RESET_ENTER, 0, 2, 0, 0);
    fake_at(10001, SIM_EV_CC_EN, 0, 0, 0, 0);
    fake_at(10002, SIM_EV_CSTS_RDY, 1, 0, 0, 0);
    doorbell(10003, 1, SQ);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_IO_DURING_RESET, "queue 1");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("io_during_reset");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, doorbells_before_and_after_are_silent);
    tcase_add_test(tc, the_admin_queue_and_completion_doorbells_are_free);
    tcase_add_test(tc, a_doorbell_inside_the_callback_is_found);
    tcase_add_test(tc, a_doorbell_that_was_rung_before_may_arrive_in_it);
    tcase_add_test(tc, nor_does_it_matter_when_one_arrives_that_a_fault_put_off);
    tcase_add_test(tc, one_that_is_rung_in_it_is_found_when_it_is_rung);
    tcase_add_test(tc, a_doorbell_during_the_re_initialisation_is_found);
    tcase_add_test(tc, a_reset_that_leaves_the_controller_running_ends_at_its_return);
    tcase_add_test(tc, a_second_reset_during_re_initialisation_lasts_until_ready);
    tcase_add_test(tc, ready_of_the_old_life_is_not_the_end);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
