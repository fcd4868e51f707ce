/* models/storport/tests/test_gate.c - pause, resume, busy, ready as counters.
 */
// links: models/storport/tests/mini.c
// covers: models/storport/notify.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

static void pause_60(void *ctx)
{
    (void)ctx;
    ck_assert(StorPortPause(mini.devext, 60));
}

static void pause_5(void *ctx)
{
    (void)ctx;
    ck_assert(StorPortPause(mini.devext, 5));
}

static void resume(void *ctx)
{
    ck_assert_uint_eq(StorPortResume(mini.devext), ctx == NULL);
}

START_TEST(two_pauses_need_two_resumes)
{
    mini_boot();
    mini_call(0, pause_60, NULL);
    mini_call(1, pause_60, NULL);
    mini_submit(0, 0, 0);
    mini_call(0, resume, NULL);
    ck_assert(sp_paused(mini.port));
    ck_assert_uint_eq(mini.built, 0);
    mini_call(0, resume, NULL);
    ck_assert(!sp_paused(mini.port));
    ck_assert_uint_eq(mini.started, 1);
    ck_assert_uint_eq(mini_events(SIM_EV_PAUSE), 2);
    ck_assert_uint_eq(mini_events(SIM_EV_RESUME), 2);
}
END_TEST

START_TEST(a_resume_without_a_pause_returns_false)
{
    mini_boot();
    mini_call(0, resume, &mini);
    ck_assert_uint_eq(mini_events(SIM_EV_RESUME), 0);
}
END_TEST

START_TEST(each_pause_ends_by_its_own_time)
{
    mini_boot();
    mini_call(0, pause_5, NULL);
    mini_call(0, pause_60, NULL);
    mini_submit(0, 0, 0);
    mini_run(10 * SIM_S);
    ck_assert_uint_eq(mini_events(SIM_EV_RESUME), 1);
    ck_assert_uint_eq(mini_event(SIM_EV_RESUME)->arg[1], 1);
    ck_assert(sp_paused(mini.port));
    mini_run(51 * SIM_S);
    ck_assert(!sp_paused(mini.port));
    ck_assert_uint_eq(mini.started, 1);
}
END_TEST

static void pause_device(void *ctx)
{
    (void)ctx;
    ck_assert(StorPortPauseDevice(mini.devext, 0, 0, 1, 60));
    ck_assert(!StorPortPauseDevice(mini.devext, 0, 0, 7, 60));
    ck_assert(!StorPortPauseDevice(mini.devext, 1, 0, 0, 60));
}

static void resume_device(void *ctx)
{
    (void)ctx;
    ck_assert(StorPortResumeDevice(mini.devext, 0, 0, 1));
    ck_assert(!StorPortResumeDevice(mini.devext, 0, 0, 1));
}

START_TEST(a_paused_device_does_not_hold_the_others)
{
    mini.luns = 2;
    mini_boot();
    mini_call(0, pause_device, NULL);
    mini_submit(0, 0, 1);
    mini_submit(0, 1, 0);
    ck_assert_uint_eq(mini.started, 1);
    ck_assert_uint_eq(mini.kept[0].lun, 0);
    mini_call(0, resume_device, NULL);
    ck_assert_uint_eq(mini.started, 2);
}
END_TEST

static void busy(void *ctx)
{
    ck_assert(StorPortBusy(mini.devext, (ULONG)(uintptr_t)ctx));
}

START_TEST(busy_waits_for_so_many_completions_made_after_the_call)
{
    mini_boot();
    for (uint32_t i = 0; i < 4; i++)
        mini_submit(0, i, 0);
    mini_complete(0, 0, SRB_STATUS_SUCCESS);
    mini_call(0, busy, (void *)2);
    mini_submit(0, 10, 0);
    mini_complete(1, 0, SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.started, 4);
    mini_complete(1, 0, SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.started, 5);
    ck_assert_uint_eq(mini_event(SIM_EV_READY)->arg[0], 1);
}
END_TEST

START_TEST(busy_for_more_than_are_out_waits_for_all)
{
    mini_boot();
    mini_submit(0, 0, 0);
    mini_submit(0, 1, 0);
    mini_call(0, busy, (void *)0xFFFFFFFF);
    mini_submit(0, 2, 0);
    mini_complete(0, 0, SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.started, 2);
    mini_complete(0, 0, SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.started, 3);
}
END_TEST

START_TEST(busy_with_nothing_out_does_nothing)
{
    mini_boot();
    mini_call(0, busy, (void *)5);
    mini_submit(0, 0, 0);
    ck_assert_uint_eq(mini.started, 1);
}
END_TEST

static void ready(void *ctx)
{
    (void)ctx;
    ck_assert(StorPortReady(mini.devext));
}

START_TEST(ready_ends_busy_early)
{
    mini_boot();
    mini_submit(0, 0, 0);
    mini_call(0, busy, (void *)9);
    mini_submit(0, 1, 0);
    ck_assert_uint_eq(mini.started, 1);
    mini_call(0, ready, NULL);
    ck_assert_uint_eq(mini.started, 2);
    ck_assert_uint_eq(mini_event(SIM_EV_READY)->arg[0], 0);
}
END_TEST

START_TEST(a_pause_does_not_stop_the_lun_timer)
{
    mini_boot();
    mini_submit(0, 0, 0);
    mini_call(0, pause_60, NULL);
    mini_run(11 * SIM_S);
    ck_assert_uint_eq(mini_events(SIM_EV_LUN_TIMEOUT), 1);
}
END_TEST

static void link_change(void *ctx)
{
    StorPortNotification(ctx ? LinkDown : LinkUp, mini.devext);
}

START_TEST(link_up_without_link_down_is_a_finding)
{
    mini_boot();
    mini_call(0, link_change, mini.devext);
    mini_call(0, link_change, NULL);
    mini_queue_call(0, link_change, NULL);
    ck_assert_ptr_nonnull(
        strstr(mini_finding(SIM_RULE_STORPORT_USAGE), "LinkUp without a LinkDown"));
}
END_TEST

START_TEST(link_down_holds_the_adapter_until_link_up_or_thirty_seconds)
{
    mini_boot();
    mini_call(0, link_change, &mini);
    mini_submit(0, 0, 0);
    ck_assert_uint_eq(mini.started, 0);
    mini_call(0, link_change, NULL);
    ck_assert_uint_eq(mini.started, 1);
    mini_complete(0, 0, SRB_STATUS_SUCCESS);
    mini_call(0, link_change, &mini);
    mini_submit(0, 1, 0);
    mini_run(29 * SIM_S);
    ck_assert_uint_eq(mini.started, 1);
    mini_run(2 * SIM_S);
    ck_assert_uint_eq(mini.started, 2);
}
END_TEST

/* --- the frozen queue ------------------------------------------------------------------------- */

static void release_queue(void *ctx)
{
    (void)ctx;
    sp_release_queue(mini.port, 0);
}

START_TEST(a_failure_freezes_the_queue_until_it_is_released)
{
    static const uint8_t statuses[] = {SRB_STATUS_BUS_RESET, SRB_STATUS_TIMEOUT,
                                       SRB_STATUS_COMMAND_TIMEOUT, SRB_STATUS_ABORTED};

    mini.flags = SP_FLAG_TAGGED;
    mini.luns = 2;
    mini_boot();
    mini_submit(0, 0, 0);
    mini_submit(0, 1, 0);
    mini_complete(1, 0, statuses[_i]);
    ck_assert_uint_eq(mini.request[0].srb_status, statuses[_i]);
    ck_assert(mini.request[0].queue_frozen && sp_frozen(mini.port, 0));
    mini_submit(2, 2, 0);
    mini_submit(2, 3, 1);
    ck_assert_uint_eq(mini.kept_count, 2); /* the other LUN's went */
    mini_complete(1, 0, SRB_STATUS_SUCCESS);
    ck_assert(!mini.request[1].queue_frozen);
    ck_assert_uint_eq(mini.kept_count, 1);
    mini_call(3, release_queue, NULL);
    ck_assert_uint_eq(mini.kept_count, 2);
    ck_assert(!sp_frozen(mini.port, 0));
}
END_TEST

START_TEST(two_failures_are_released_at_once_and_release_may_come_again)
{
    mini.flags = SP_FLAG_TAGGED;
    mini_boot();
    mini_submit(0, 0, 0);
    mini_submit(0, 1, 0);
    mini_complete(0, 0, SRB_STATUS_ABORTED);
    mini_complete(0, 0, SRB_STATUS_ABORTED);
    ck_assert(mini.request[0].queue_frozen && mini.request[1].queue_frozen);
    mini_call(0, release_queue, NULL);
    mini_call(0, release_queue, NULL);
    mini_submit(0, 2, 0);
    ck_assert_uint_eq(mini.kept_count, 1);
}
END_TEST

static void check_condition(void *ctx)
{
    SCSI_REQUEST_BLOCK *srb = ctx;

    srb->ScsiStatus = SCSISTAT_CHECK_CONDITION;
    mini_complete_here(srb, SRB_STATUS_ERROR);
}

START_TEST(a_check_condition_freezes_and_another_error_does_not)
{
    mini.flags = SP_FLAG_TAGGED;
    mini_boot();
    mini_submit(0, 0, 0);
    mini_submit(0, 1, 0);
    mini_complete(0, 0, SRB_STATUS_ERROR);
    ck_assert(!mini.request[0].queue_frozen && !sp_frozen(mini.port, 0));
    mini_call(0, check_condition, mini.kept[0].srb);
    ck_assert(mini.request[1].queue_frozen && sp_frozen(mini.port, 0));
}
END_TEST

START_TEST(no_queue_freeze_keeps_the_queue_going)
{
    mini_boot();
    mini_submit(0, 0, 0);
    mini_complete(0, 0, SRB_STATUS_BUS_RESET);
    ck_assert(!mini.request[0].queue_frozen && !sp_frozen(mini.port, 0));
    mini_submit(0, 1, 0);
    ck_assert_uint_eq(mini.kept_count, 1);
}
END_TEST

START_TEST(a_request_that_bypasses_passes_a_frozen_queue_and_is_timed)
{
    mini.flags = SP_FLAG_TAGGED;
    mini_boot();
    mini_submit(0, 0, 0);
    mini_complete(0, 0, SRB_STATUS_ABORTED);
    mini_submit(0, 1, 0);
    ck_assert_uint_eq(mini.kept_count, 0);
    mini.flags = SP_FLAG_TAGGED | SP_FLAG_BYPASS_FROZEN_QUEUE;
    mini_submit(0, 2, 0);
    ck_assert_uint_eq(mini.kept_count, 1);
    ck_assert_uint_eq(mini.kept[0].srb->QueueTag, SP_UNTAGGED);
    ck_assert_uint_eq(mini.kept[0].srb->SrbFlags & SRB_FLAGS_BYPASS_FROZEN_QUEUE,
                      SRB_FLAGS_BYPASS_FROZEN_QUEUE);
    ck_assert_int_eq(mini.port->lun[0].timer, 10);
    mini_complete(0, 0, SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.done_count, 2);
    ck_assert_int_eq(mini.port->lun[0].timer, -1);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("gate");
    Suite *s = suite_create("storport gate");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, two_pauses_need_two_resumes);
    tcase_add_test(tc, a_resume_without_a_pause_returns_false);
    tcase_add_test(tc, each_pause_ends_by_its_own_time);
    tcase_add_test(tc, a_paused_device_does_not_hold_the_others);
    tcase_add_test(tc, busy_waits_for_so_many_completions_made_after_the_call);
    tcase_add_test(tc, busy_for_more_than_are_out_waits_for_all);
    tcase_add_test(tc, busy_with_nothing_out_does_nothing);
    tcase_add_test(tc, ready_ends_busy_early);
    tcase_add_test(tc, a_pause_does_not_stop_the_lun_timer);
    tcase_add_loop_test(tc, a_failure_freezes_the_queue_until_it_is_released, 0, 4);
    tcase_add_test(tc, two_failures_are_released_at_once_and_release_may_come_again);
    tcase_add_test(tc, a_check_condition_freezes_and_another_error_does_not);
    tcase_add_test(tc, no_queue_freeze_keeps_the_queue_going);
    tcase_add_test(tc, a_request_that_bypasses_passes_a_frozen_queue_and_is_timed);
    tcase_add_test(tc, link_up_without_link_down_is_a_finding);
    tcase_add_test(tc, link_down_holds_the_adapter_until_link_up_or_thirty_seconds);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
