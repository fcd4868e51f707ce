/* models/check/tests/test_resume_too_early.c - requests flow again only when the controller is
 * ready. */
// links: models/check/tests/fake.c
#include <check.h>
#include <stdlib.h>

#include "models/check/tests/fake.h"

#define KEPT 0xFF /* HwStorStartIo returns, the SRB stays */

/* HwStorStartIo of SRB `srb`, which it ends with a status. */
static void start(sim_ns at, uint64_t srb, uint8_t status)
{
    fake_at(at, SIM_EV_IO_SUBMIT, srb, SP_WRITE, 8 * srb, 8);
    fake_at(at + 50, SIM_EV_SRB_BUILD, srb, srb, 0, 0x2A);
    fake_at(at + 100, SIM_EV_SRB_START, srb, 0, 0, 0);
    if (status != KEPT)
        fake_complete(at + 110, srb, srb, status);
    fake_at(at + 120, SIM_EV_SRB_STARTED, srb, 1, 0, 0);
}

static void reset(void)
{
    fake_at(10000, SIM_EV_RESET_ENTER, 0, 0, 0, 0);
    fake_disabled(11000);
    fake_at(15000, SIM_EV_RESET_RETURN, 0, 1, 0, 5000);
    fake_ready(30000);
}

START_TEST(a_hold_until_the_controller_is_ready_is_silent)
{
    fake_at(10500, SIM_EV_PAUSE, 1, 60, 0, 0);
    reset();
    fake_at(31000, SIM_EV_RESUME, 0, 0, 0, 0);
    start(31000, 1, KEPT);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(a_request_that_nothing_held_is_found)
{
    reset();
    start(20000, 1, KEPT);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_RESUME_TOO_EARLY, "the adapter was never held: 5.120 us after");
}
END_TEST

START_TEST(a_resume_before_the_controller_is_ready_is_found)
{
    fake_at(10500, SIM_EV_PAUSE, 1, 60, 0, 0);
    reset();
    fake_at(15500, SIM_EV_RESUME, 0, 0, 0, 0);
    start(20000, 1, KEPT);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_RESUME_TOO_EARLY, "let go too early");
}
END_TEST

START_TEST(ready_without_io_queues_is_not_ready)
{
    fake_at(10500, SIM_EV_PAUSE, 1, 60, 0, 0);
    reset();
    fake_answer_u32(30000, &fake_now.io_queues, 0);
    fake_at(31000, SIM_EV_RESUME, 0, 0, 0, 0);
    start(31000, 1, KEPT);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_RESUME_TOO_EARLY, "(CSTS.RDY=1, I/O queues=0) and was kept");
}
END_TEST

START_TEST(sending_it_back_busy_is_no_hold)
{
    reset();
    start(20000, 1, CHECK_SRB_BUSY);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_RESUME_TOO_EARLY, "tried again");
}
END_TEST

START_TEST(an_adapter_that_gave_up_may_refuse_requests)
{
    reset();
    start(20000, 1, 0x08);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(busy_and_the_ports_own_hold_are_holds)
{
    fake_at(10500, SIM_EV_BUSY, 1000, UINT32_MAX, 0, 0);
    reset();
    start(16000, 1, CHECK_SRB_BUSY);
    fake_at(17000, SIM_EV_PAUSE, 0, 1, 1, 0);
    fake_at(18000, SIM_EV_READY, 1, 0, 0, 0);
    start(19000, 2, CHECK_SRB_BUSY);
    fake_at(30000, SIM_EV_RESUME, 0, 2, 0, 0);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(a_luns_busy_holds_nothing_else)
{
    fake_at(10500, SIM_EV_BUSY, 1000, 0, 0, 0);
    reset();
    start(20000, 1, CHECK_SRB_BUSY);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_RESUME_TOO_EARLY, "never held");
}
END_TEST

START_TEST(a_request_on_its_way_before_the_reset_is_no_offence)
{
    fake_at(9000, SIM_EV_IO_SUBMIT, 1, SP_WRITE, 8, 8);
    fake_at(9900, SIM_EV_SRB_BUILD, 1, 1, 0, 0x2A);
    fake_at(10500, SIM_EV_PAUSE, 1, 60, 0, 0);
    reset();
    fake_at(15100, SIM_EV_SRB_START, 1, 0, 0, 0);
    fake_complete(15110, 1, 1, CHECK_SRB_BUSY);
    fake_at(15120, SIM_EV_SRB_STARTED, 1, 1, 0, 0);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("resume_too_early");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, a_hold_until_the_controller_is_ready_is_silent);
    tcase_add_test(tc, a_request_that_nothing_held_is_found);
    tcase_add_test(tc, a_resume_before_the_controller_is_ready_is_found);
    tcase_add_test(tc, ready_without_io_queues_is_not_ready);
    tcase_add_test(tc, sending_it_back_busy_is_no_hold);
    tcase_add_test(tc, an_adapter_that_gave_up_may_refuse_requests);
    tcase_add_test(tc, busy_and_the_ports_own_hold_are_holds);
    tcase_add_test(tc, a_luns_busy_holds_nothing_else);
    tcase_add_test(tc, a_request_on_its_way_before_the_reset_is_no_offence);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
