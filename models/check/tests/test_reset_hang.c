/* models/check/tests/test_reset_hang.c - a bus reset ends: requests are served again, or refused.
 */
// links: models/check/tests/fake.c
#include <check.h>
#include <stdlib.h>

#include "models/check/tests/fake.h"

#define BUS_RESET 0x0E
#define NO_DEVICE 0x08

static void setup(void)
{
    fake_setup();
    fake_check->limits.reset = 20 * SIM_S;
    fake_check->limits.drain = SIM_NEVER / 2;
}

static void reset(sim_ns at)
{
    fake_at(at, SIM_EV_RESET_ENTER, 0, 0, 0, 0);
    fake_at(at + 1000, SIM_EV_RESET_RETURN, 0, 1, 0, 1000);
}

static void request(sim_ns at, uint64_t serial, uint8_t status)
{
    fake_submit(at, serial, serial, SP_WRITE, 8 * serial);
    fake_complete(at + 1000, serial, serial, status);
}

/* There is always something to do. */
static void busy(void)
{
    fake_answer_u32(0, &fake_now.queued, 5);
    fake_answer_u32(0, &fake_now.outstanding, 1);
}

START_TEST(a_routine_that_does_not_return_is_found_at_the_watchdogs_bound)
{
    fake_at(1000, SIM_EV_RESET_ENTER, 0, 0, 0, 0);
    fake_run(100 * SIM_S);
    fake_expect(SIM_RULE_RESET_HANG,
                "it has not returned 2.000 s after HwStorResetBus was entered (1 reset)");
}
END_TEST

START_TEST(a_second_one_that_does_not_return_is_found_as_well)
{
    reset(1000);
    request(SIM_S, 1, CHECK_SRB_SUCCESS);
    fake_at(SIM_S + SIM_S / 2, SIM_EV_RESET_ENTER, 0, 0, 0, 0);
    fake_run(100 * SIM_S);
    fake_expect(SIM_RULE_RESET_HANG, "it has not returned 2.000 s after");
}
END_TEST

START_TEST(a_request_that_is_served_ends_it)
{
    busy();
    reset(1000);
    request(SIM_S, 1, CHECK_SRB_SUCCESS);
    fake_run(100 * SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(so_does_one_that_is_refused)
{
    busy();
    reset(1000);
    request(SIM_S, 1, NO_DEVICE);
    fake_run(100 * SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(requests_that_only_come_back_do_not)
{
    busy();
    reset(SIM_S);
    request(2 * SIM_S, 1, BUS_RESET);
    request(3 * SIM_S, 2, CHECK_SRB_BUSY);
    fake_run(100 * SIM_S);
    fake_expect(SIM_RULE_RESET_HANG,
                "no request has been served or refused 20.000 s after HwStorResetBus was entered");
}
END_TEST

START_TEST(nor_do_further_resets)
{
    busy();
    reset(SIM_S);
    reset(10 * SIM_S);
    reset(20 * SIM_S);
    fake_run(100 * SIM_S);
    fake_expect(SIM_RULE_RESET_HANG, "(3 resets)");
    ck_assert_int_eq(sim_finding(fake_sim, 0)->at, 21 * SIM_S);
}
END_TEST

START_TEST(nobody_waits_and_nothing_is_found)
{
    reset(SIM_S);
    fake_answer_bool(2 * SIM_S, &fake_now.drained, true);
    fake_run(100 * SIM_S);
    fake_expect_silence();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reset_hang");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, setup, fake_teardown);
    tcase_add_test(tc, a_routine_that_does_not_return_is_found_at_the_watchdogs_bound);
    tcase_add_test(tc, a_second_one_that_does_not_return_is_found_as_well);
    tcase_add_test(tc, a_request_that_is_served_ends_it);
    tcase_add_test(tc, so_does_one_that_is_refused);
    tcase_add_test(tc, requests_that_only_come_back_do_not);
    tcase_add_test(tc, nor_do_further_resets);
    tcase_add_test(tc, nobody_waits_and_nothing_is_found);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
