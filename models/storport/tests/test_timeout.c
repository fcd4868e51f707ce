/* models/storport/tests/test_timeout.c - the LUN timer, chapter 4.1 line by line.
 */
// links: models/storport/tests/mini.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

static void to_second(void)
{
    mini_run(SIM_S - sim_now(mini.sim) % SIM_S + 100 * SIM_US);
}

START_TEST(the_timer_is_idle_without_requests)
{
    mini_boot();
    ck_assert_int_eq(mini.port->lun[0].timer, -1);
    mini_run(30 * SIM_S);
    ck_assert_int_eq(mini.port->lun[0].timer, -1);
    ck_assert_uint_le(mini_events(SIM_EV_DPC_ENTER), 1); /* the one the scan asked for */
}
END_TEST

START_TEST(the_first_request_sets_it_and_seconds_count_it_down)
{
    mini_boot();
    to_second();
    mini_submit(0, 0, 0);
    ck_assert_int_eq(mini.port->lun[0].timer, 10);
    for (int left = 9; left > 0; left--) {
        mini_run(SIM_S);
        ck_assert_int_eq(mini.port->lun[0].timer, left);
    }
    ck_assert_uint_eq(mini_events(SIM_EV_LUN_TIMEOUT), 0);
    ck_assert_uint_eq(mini_events(SIM_EV_EVENT_LOG), 0);
    mini_run(SIM_S);
    ck_assert_uint_eq(mini_events(SIM_EV_LUN_TIMEOUT), 1);
    ck_assert_uint_eq(mini_event(SIM_EV_EVENT_LOG)->arg[0], 129);
}
END_TEST

START_TEST(a_request_just_before_a_tick_times_out_up_to_a_second_early)
{
    sim_ns start;

    mini_boot();
    to_second();
    mini_run(900 * SIM_MS);
    start = sim_now(mini.sim);
    mini_submit(0, 0, 0);
    mini_run(9 * SIM_S + 200 * SIM_MS);
    ck_assert_uint_eq(mini_events(SIM_EV_LUN_TIMEOUT), 1);
    ck_assert_int_lt(mini_event(SIM_EV_LUN_TIMEOUT)->at - start, 10 * SIM_S);
    ck_assert_int_gt(mini_event(SIM_EV_LUN_TIMEOUT)->at - start, 9 * SIM_S);
}
END_TEST

START_TEST(a_second_request_does_not_set_it_again)
{
    mini_boot();
    to_second();
    mini_submit(0, 0, 0);
    mini_run(5 * SIM_S);
    mini_submit(0, 1, 0);
    ck_assert_int_eq(mini.port->lun[0].timer, 5);
}
END_TEST

START_TEST(any_completion_reloads_it_in_full_from_the_oldest)
{
    mini_boot();
    to_second();
    for (uint32_t i = 0; i < 3; i++)
        mini_submit(0, i, 0);
    mini.request[0].timeout_s = 7;
    mini_run(5 * SIM_S);
    mini_complete(1, 2, SRB_STATUS_SUCCESS);
    ck_assert_int_eq(mini.port->lun[0].timer, 7);
    mini_complete(1, 0, SRB_STATUS_SUCCESS);
    ck_assert_int_eq(mini.port->lun[0].timer, 10);
    mini_complete(1, 0, SRB_STATUS_SUCCESS);
    ck_assert_int_eq(mini.port->lun[0].timer, -1);
}
END_TEST

START_TEST(a_lost_request_hides_behind_a_busy_lun)
{
    mini_boot();
    mini_submit(0, 0, 0);
    for (uint32_t i = 1; i < 60; i++) {
        mini_submit(0, i, 0);
        mini_run(3 * SIM_S);
        mini_complete(0, 1, SRB_STATUS_SUCCESS);
    }
    ck_assert_uint_eq(mini_events(SIM_EV_LUN_TIMEOUT), 0);
    mini_run(11 * SIM_S);
    ck_assert_uint_eq(mini_events(SIM_EV_LUN_TIMEOUT), 1);
}
END_TEST

START_TEST(each_lun_counts_for_itself)
{
    mini.luns = 2;
    mini_boot();
    to_second();
    mini_submit(0, 0, 0);
    mini_run(3 * SIM_S);
    mini_submit(0, 1, 1);
    ck_assert_int_eq(mini.port->lun[0].timer, 7);
    ck_assert_int_eq(mini.port->lun[1].timer, 10);
    mini_complete(0, 1, SRB_STATUS_SUCCESS);
    ck_assert_int_eq(mini.port->lun[0].timer, 7);
    ck_assert_int_eq(mini.port->lun[1].timer, -1);
}
END_TEST

START_TEST(ticks_come_at_most_once_a_second)
{
    uint64_t events;

    mini_boot();
    mini_submit(0, 0, 0);
    mini.request[0].timeout_s = 600;
    mini.port->lun[0].timer = 600;
    events = sim_events_run(mini.sim);
    mini_run(100 * SIM_S);
    ck_assert_uint_le(sim_events_run(mini.sim) - events, 101);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("timeout");
    Suite *s = suite_create("storport timeout");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, the_timer_is_idle_without_requests);
    tcase_add_test(tc, the_first_request_sets_it_and_seconds_count_it_down);
    tcase_add_test(tc, a_request_just_before_a_tick_times_out_up_to_a_second_early);
    tcase_add_test(tc, a_second_request_does_not_set_it_again);
    tcase_add_test(tc, any_completion_reloads_it_in_full_from_the_oldest);
    tcase_add_test(tc, a_lost_request_hides_behind_a_busy_lun);
    tcase_add_test(tc, each_lun_counts_for_itself);
    tcase_add_test(tc, ticks_come_at_most_once_a_second);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
