/* models/storport/tests/test_silent_reset.c - recovery beyond the defaults: the abort tier, resets
 * asked for during resets, and the silent points of chapter 8.4.
 */
// links: models/storport/tests/mini.c
// covers: models/storport/recovery.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

#define CHOOSE(point, word) (mini.config.silent[SP_SILENT_##point] = SP_##point##_##word)

static void to_timeout(void)
{
    mini_submit(0, 0, 0);
    mini_run(11 * SIM_S);
}

/* Says which functions come, and completes each with the answer: 0 keeps it. */
static uint8_t answer;
static SCSI_REQUEST_BLOCK *named; /* NextSrb of the last */
static SCSI_REQUEST_BLOCK *function_srb;

static void forget(const SCSI_REQUEST_BLOCK *srb)
{
    for (uint32_t i = 0; i < mini.kept_count; i++)
        if (mini.kept[i].srb == srb)
            mini_drop(i);
}

static BOOLEAN SIM_API start_says(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    (void)devext;
    if (srb->Function == SRB_FUNCTION_EXECUTE_SCSI) {
        if (srb->Cdb[0] == SCSIOP_READ) {
            mini.started++;
            mini.kept[mini.kept_count++].srb = srb;
            return TRUE;
        }
        memset(srb->DataBuffer, 0, srb->DataTransferLength);
        if (srb->Cdb[0] == SCSIOP_INQUIRY)
            ((uint8_t *)srb->DataBuffer)[2] = 6;
        if (srb->Cdb[0] == SCSIOP_REPORT_LUNS) {
            ((uint8_t *)srb->DataBuffer)[3] = (uint8_t)(8 * mini.luns);
            for (uint32_t i = 0; i < mini.luns; i++)
                ((uint8_t *)srb->DataBuffer)[8 + 8 * i + 1] = (uint8_t)i;
        }
        mini_complete_here(srb, SRB_STATUS_SUCCESS);
        return TRUE;
    }
    mini_say("%02x ", srb->Function);
    named = srb->NextSrb;
    function_srb = srb;
    if (answer)
        mini_complete_here(srb, answer);
    return TRUE;
}

static BOOLEAN SIM_API reset_says(PVOID devext, ULONG path)
{
    (void)devext;
    (void)path;
    mini_say("bus ");
    while (mini.kept_count)
        mini_complete_here(mini.kept[--mini.kept_count].srb, SRB_STATUS_BUS_RESET);
    return TRUE;
}

static void boot_with(uint8_t status)
{
    answer = status;
    mini.start = start_says;
    mini.reset = mini.reset ? mini.reset : reset_says;
    mini_boot();
}

static BOOLEAN SIM_API leaves_all(PVOID devext, ULONG path)
{
    (void)devext;
    (void)path;
    mini_say("bus ");
    return TRUE;
}

static BOOLEAN SIM_API says_false(PVOID devext, ULONG path)
{
    (void)devext;
    (void)path;
    mini_say("bus ");
    return FALSE;
}

/* --- the abort tier --------------------------------------------------------------------------- */

static ULONG SIM_API find_with_abort(PVOID devext, PVOID context, PVOID bus, PCHAR argument,
                                     PPORT_CONFIGURATION_INFORMATION info, PBOOLEAN reserved)
{
    (void)devext;
    (void)context;
    (void)bus;
    (void)argument;
    (void)reserved;
    info->FeatureSupport |= STOR_ADAPTER_FEATURE_ABORT_COMMAND;
    return SP_RETURN_FOUND;
}

/* PnP requests come at the start. */
static void special_says(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    if (srb->Function == SRB_FUNCTION_ABORT_COMMAND)
        start_says(devext, srb);
    else
        mini_complete_here(srb, SRB_STATUS_SUCCESS);
}

static void special_aborts(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    if (srb->Function == SRB_FUNCTION_ABORT_COMMAND) {
        forget(srb->NextSrb);
        mini_complete_here(srb->NextSrb, SRB_STATUS_ABORTED);
    }
    special_says(devext, srb);
}

START_TEST(an_abort_that_succeeds_ends_recovery)
{
    CHOOSE(ABORT_TIER, YES);
    mini.find = find_with_abort;
    answer = SRB_STATUS_SUCCESS;
    mini.special = special_aborts;
    mini.start = start_says;
    mini_boot();
    mini_submit(0, 1, 0);
    to_timeout();
    ck_assert_str_eq(mini.said, "10 ");
    ck_assert_uint_eq(mini.done_count, 1);
    ck_assert_uint_eq(mini.done_order[0], 1); /* the one that was started first */
    ck_assert_uint_eq(mini.request[1].srb_status, SRB_STATUS_ABORTED);
    ck_assert_uint_eq(mini_event(SIM_EV_TIER)->arg[0], 0);
    ck_assert(!sp_recovering(mini.port));
    mini_run(3 * SIM_S);
    mini_submit(0, 2, 0);
    ck_assert_uint_eq(mini.kept_count, 2);
}
END_TEST

START_TEST(an_abort_that_fails_brings_the_lun_reset)
{
    CHOOSE(ABORT_TIER, YES);
    mini.find = find_with_abort;
    mini.special = special_says;
    boot_with(SRB_STATUS_ABORT_FAILED);
    to_timeout();
    ck_assert_str_eq(mini.said, "10 20 13 bus ");
    ck_assert_ptr_null(named); /* of the last: only an abort names a victim */
}
END_TEST

START_TEST(an_abort_that_succeeds_without_its_victim_is_a_finding)
{
    CHOOSE(ABORT_TIER, YES);
    mini.find = find_with_abort;
    mini.special = special_says;
    boot_with(SRB_STATUS_SUCCESS);
    mini_submit(0, 0, 0);
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_RESET_OUTSTANDING), "abort"));
}
END_TEST

START_TEST(without_the_feature_or_the_option_there_is_no_abort)
{
    if (_i)
        CHOOSE(ABORT_TIER, YES);
    else
        mini.find = find_with_abort;
    mini.special = special_says;
    boot_with(SRB_STATUS_INVALID_REQUEST);
    to_timeout();
    ck_assert_str_eq(mini.said, "20 13 bus ");
}
END_TEST

/* --- resets during resets --------------------------------------------------------------------- */

static void ask_for_reset(void *ctx)
{
    (void)ctx;
    sp_request_bus_reset(mini.port);
}

static uint32_t calls;

static BOOLEAN SIM_API asks_for_more(PVOID devext, ULONG path)
{
    if (calls++ == 0) {
        mini_queue_call(2, ask_for_reset, NULL);
        mini_queue_call(3, ask_for_reset, NULL);
        nt_stall(mini.nt, 20 * SIM_US);
    }
    return reset_says(devext, path);
}

START_TEST(a_reset_asked_for_while_one_runs_comes_after_it)
{
    calls = 0;
    mini.reset = asks_for_more;
    mini.hold_us = _i ? 5000 : 0;
    boot_with(SRB_STATUS_SUCCESS);
    mini_submit(0, 0, 0);
    mini_queue_call(1, ask_for_reset, NULL);
    mini_run(20 * SIM_MS);
    ck_assert_uint_eq(calls, 2);
    ck_assert_uint_eq(mini.done_count, 1);
    ck_assert(!sp_recovering(mini.port));
    mini_submit(0, 1, 0);
    ck_assert_uint_eq(mini.kept_count, 1);
}
END_TEST

static void end_lun_reset(void *ctx)
{
    (void)ctx;
    while (mini.kept_count)
        mini_complete_here(mini.kept[--mini.kept_count].srb, SRB_STATUS_BUS_RESET);
    mini_complete_here(function_srb, SRB_STATUS_SUCCESS);
}

START_TEST(a_reset_asked_for_during_a_lun_reset_comes_after_it)
{
    boot_with(0);
    to_timeout();
    mini_call(1, ask_for_reset, NULL);
    ck_assert_str_eq(mini.said, "20 ");
    mini_call(2, end_lun_reset, NULL);
    ck_assert_str_eq(mini.said, "20 bus ");
    ck_assert(!sp_recovering(mini.port));
}
END_TEST

static void time_is_over(void *ctx)
{
    (void)ctx;
    mini.port->lun[0].timer = 1;
    sp__tick_need(mini.port);
}

static BOOLEAN SIM_API outlasts_a_tick(PVOID devext, ULONG path)
{
    if (calls++ == 0) {
        mini_queue_call(1, time_is_over, NULL);
        nt_stall(mini.nt, 1500 * SIM_MS);
    }
    return reset_says(devext, path);
}

START_TEST(a_time_out_during_a_reset_begins_no_second_one)
{
    calls = 0;
    mini.reset = outlasts_a_tick;
    boot_with(SRB_STATUS_SUCCESS);
    mini_submit(0, 0, 0);
    mini_queue_call(1, ask_for_reset, NULL);
    mini_run(5 * SIM_S);
    ck_assert_uint_eq(calls, 1);
    ck_assert_uint_eq(mini_events(SIM_EV_LUN_TIMEOUT), 0);
    ck_assert_int_eq(mini.port->lun[0].timer, -1);
}
END_TEST

START_TEST(two_luns_may_recover_at_once)
{
    mini.luns = 2;
    if (_i)
        CHOOSE(RECOVERIES, PARALLEL);
    mini.config.reset_timeout_ns = 5 * SIM_S;
    boot_with(0);
    mini_submit(0, 0, 0);
    mini_submit(0, 1, 1);
    mini_run(11 * SIM_S);
    ck_assert_uint_eq(mini_events(SIM_EV_LUN_TIMEOUT), _i ? 2 : 1);
    ck_assert_str_eq(mini.said, _i ? "20 20 " : "20 ");
    mini_run(15 * SIM_S);
    ck_assert_ptr_nonnull(strstr(mini.said, "bus "));
    ck_assert_uint_eq(mini_events(SIM_EV_RESET_ENTER), 1); /* one for both */
    ck_assert_uint_eq(mini.done_count, 2);
    ck_assert(!sp_recovering(mini.port));
}
END_TEST

/* --- reset SRBs ------------------------------------------------------------------------------- */

START_TEST(a_reset_srb_may_be_untimed_or_have_its_victims_time)
{
    mini.config.reset_timeout_ns = 3 * SIM_S;
    if (_i)
        CHOOSE(RESET_TIME, NONE);
    else
        CHOOSE(RESET_TIME, VICTIM);
    boot_with(0);
    to_timeout();
    mini_run(8 * SIM_S);
    ck_assert_str_eq(mini.said, "20 ");
    mini_run(100 * SIM_S);
    ck_assert_str_eq(mini.said, _i ? "20 " : "20 13 bus ");
}
END_TEST

START_TEST(victims_may_be_looked_for_at_once)
{
    CHOOSE(VICTIMS, AT_ONCE);
    boot_with(SRB_STATUS_SUCCESS);
    mini_submit(0, 0, 0);
    mini_finding(SIM_RULE_RESET_OUTSTANDING);
    ck_assert_int_lt(sim_finding(mini.sim, 0)->at - mini_event(SIM_EV_LUN_TIMEOUT)->at, SIM_MS);
}
END_TEST

START_TEST(victims_may_bring_the_next_tier)
{
    CHOOSE(VICTIMS, NEXT_TIER);
    boot_with(SRB_STATUS_SUCCESS);
    to_timeout();
    ck_assert_str_eq(mini.said, "20 13 bus ");
}
END_TEST

static uint32_t busy_left;

static BOOLEAN SIM_API start_busy(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    if (srb->Function != SRB_FUNCTION_EXECUTE_SCSI) {
        answer = busy_left ? SRB_STATUS_BUSY : SRB_STATUS_SUCCESS;
        if (!busy_left)
            reset_says(devext, 0);
        busy_left -= busy_left > 0;
    }
    return start_says(devext, srb);
}

START_TEST(a_busy_reset_srb_may_be_sent_again)
{
    CHOOSE(RESET_BUSY, RETRIED);
    busy_left = 2;
    mini.start = start_busy;
    mini_boot();
    to_timeout();
    ck_assert_str_eq(mini.said, "20 20 bus 20 ");
    ck_assert_uint_eq(mini_events(SIM_EV_RESET_ENTER), 0);
    ck_assert_uint_eq(mini.done_count, 1);
    for (uint32_t i = 0; i < SP_OWN_SLOTS; i++)
        ck_assert(!mini.port->own[i].used);
}
END_TEST

START_TEST(retries_of_a_busy_reset_srb_end_with_its_time)
{
    CHOOSE(RESET_BUSY, RETRIED);
    mini.config.reset_timeout_ns = 2 * SIM_S;
    mini.config.busy_retries = 250;
    boot_with(SRB_STATUS_BUSY);
    to_timeout();
    mini_run(5 * SIM_S);
    ck_assert_ptr_nonnull(strstr(mini.said, "20 13 "));
    ck_assert_ptr_nonnull(strstr(mini.said, "bus "));
    for (uint32_t i = 0; i < SP_OWN_SLOTS; i++)
        ck_assert(!mini.port->own[i].used);
}
END_TEST

START_TEST(the_target_tier_may_be_skipped_for_a_single_lun)
{
    mini.luns = (uint32_t)_i + 1;
    CHOOSE(TARGET_TIER, SEVERAL_LUNS);
    boot_with(SRB_STATUS_INVALID_REQUEST);
    to_timeout();
    ck_assert_str_eq(mini.said, _i ? "20 13 bus " : "20 bus ");
}
END_TEST

START_TEST(the_target_reset_may_have_the_other_code)
{
    CHOOSE(TARGET_CODE, 16H);
    boot_with(SRB_STATUS_INVALID_REQUEST);
    to_timeout();
    ck_assert_str_eq(mini.said, "20 16 bus ");
}
END_TEST

/* --- HwStorResetBus and after ----------------------------------------------------------------- */

START_TEST(false_may_count_as_true)
{
    CHOOSE(RESET_FALSE, AS_TRUE);
    mini.hold_us = 1000;
    mini.reset = says_false;
    boot_with(SRB_STATUS_INVALID_REQUEST);
    to_timeout();
    ck_assert_uint_eq(mini_events(SIM_EV_HOLD_END), 1);
}
END_TEST

START_TEST(false_may_fail_the_adapter)
{
    CHOOSE(RESET_FALSE, FAILED);
    mini.reset = says_false;
    boot_with(SRB_STATUS_INVALID_REQUEST);
    to_timeout();
    mini_submit(1, 1, 0);
    ck_assert_uint_eq(mini.request[1].srb_status, SRB_STATUS_NO_DEVICE);
    mini_run(60 * SIM_S);
    ck_assert_str_eq(mini.said, "20 13 bus ");
    mini_complete(0, 0, SRB_STATUS_TIMEOUT); /* what the miniport had still comes back */
    ck_assert_uint_eq(mini.done_count, 2);
}
END_TEST

START_TEST(what_a_reset_leaves_behind_may_be_completed)
{
    CHOOSE(LEFT_BEHIND, COMPLETED);
    mini.reset = leaves_all;
    boot_with(SRB_STATUS_INVALID_REQUEST);
    to_timeout();
    ck_assert_uint_eq(mini.done_count, 1);
    ck_assert_uint_eq(mini.request[0].srb_status, SRB_STATUS_BUS_RESET);
    ck_assert_uint_eq(mini_event(SIM_EV_RESET_RETURN)->arg[2], 1);
    ck_assert_uint_eq(mini_events(SIM_EV_SRB_TAKEN), 1);
}
END_TEST

START_TEST(overdue_requests_may_be_failed_after_the_hold)
{
    CHOOSE(OVERDUE, FAILED);
    mini.hold_us = _i ? 3000000 : 0;
    mini.reset = leaves_all;
    boot_with(SRB_STATUS_INVALID_REQUEST);
    to_timeout();
    ck_assert_uint_eq(mini.done_count, _i ? 0 : 1);
    mini_run(4 * SIM_S);
    ck_assert_uint_eq(mini.done_count, 1);
    ck_assert_uint_eq(mini.request[0].srb_status, SRB_STATUS_TIMEOUT);
}
END_TEST

static void complete_dead(void *ctx)
{
    mini_complete_here(ctx, SRB_STATUS_SUCCESS);
}

START_TEST(a_late_completion_then_hits_a_dead_srb)
{
    SCSI_REQUEST_BLOCK *srb;

    CHOOSE(LEFT_BEHIND, COMPLETED);
    mini.reset = leaves_all;
    boot_with(SRB_STATUS_INVALID_REQUEST);
    mini_submit(0, 0, 0);
    srb = mini.kept[0].srb;
    mini_run(11 * SIM_S);
    mini_call(0, complete_dead, srb);
    ck_assert_uint_eq(mini_events(SIM_EV_SRB_COMPLETE_AGAIN), 1);
}
END_TEST

/* --- between BuildIo and StartIo -------------------------------------------------------------- */

static void submit(void *ctx)
{
    mini_submit_here((uint32_t)(uintptr_t)ctx, 0);
}

static BOOLEAN SIM_API start_slowly(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    if (srb->Cdb[0] == SCSIOP_READ && !mini.started)
        nt_stall(mini.nt, 30 * SIM_US);
    return start_says(devext, srb);
}

/* Request 0 is inside of HwStorStartIo on CPU 1; request 1 has been built and waits for the lock on
 * CPU 2, and so does the reset on CPU 0, which gets it first. */
START_TEST(a_reset_may_overtake_a_request_that_waits_for_the_lock)
{
    static const uint32_t built[] = {2, 3, 2}, kept[] = {1, 1, 0}, given_back[] = {1, 1, 2};

    mini.config.silent[SP_SILENT_BUILT_IN_RESET] = (uint8_t)_i;
    mini.start = start_slowly;
    mini.reset = reset_says;
    mini_boot();
    for (uint32_t i = 0; i < 2; i++) {
        mini_queue_call(1 + i, submit, (void *)(uintptr_t)i);
        mini_run(2 * SIM_US);
    }
    mini_queue_call(3, ask_for_reset, NULL);
    mini_run(SIM_MS);
    ck_assert_str_eq(mini.said, "bus ");
    ck_assert_uint_eq(mini.built, built[_i]);
    ck_assert_uint_eq(mini.kept_count, kept[_i]);
    ck_assert_uint_eq(mini.done_count, given_back[_i]);
    ck_assert_uint_eq(mini.request[1].srb_status, _i == 2 ? SRB_STATUS_BUS_RESET : 0);
}
END_TEST

static void pause_60(void *ctx)
{
    (void)ctx;
    ck_assert(StorPortPause(mini.devext, 60));
}

static void resume(void *ctx)
{
    (void)ctx;
    ck_assert(StorPortResume(mini.devext));
}

START_TEST(a_reset_may_overtake_requests_that_are_held)
{
    static const uint32_t built[] = {3, 6, 3}, given_back[] = {0, 0, 3};

    mini.config.silent[SP_SILENT_BUILT_IN_RESET] = (uint8_t)_i;
    CHOOSE(HELD_BUILD, YES);
    boot_with(SRB_STATUS_SUCCESS);
    mini_call(0, pause_60, NULL);
    for (uint32_t i = 0; i < 3; i++)
        mini_submit(1, i, 0);
    mini_call(3, ask_for_reset, NULL);
    ck_assert_uint_eq(mini.built, built[_i]);
    ck_assert_uint_eq(mini.done_count, given_back[_i]);
    mini_call(0, resume, NULL);
    ck_assert_uint_eq(mini.kept_count, 3 - given_back[_i]);
    for (uint32_t i = 0; i < mini.kept_count; i++)
        ck_assert_ptr_eq(mini.kept[i].srb, sp__slot(mini.port, i)->srb);
}
END_TEST

START_TEST(the_hold_may_be_five_seconds_when_the_miniport_says_nothing)
{
    if (_i)
        CHOOSE(HOLD_DEFAULT, FIVE_SECONDS);
    boot_with(SRB_STATUS_INVALID_REQUEST);
    to_timeout();
    ck_assert_uint_eq(mini_events(SIM_EV_HOLD_END), _i ? 0 : 1);
    mini_run(5 * SIM_S);
    ck_assert_uint_eq(mini_events(SIM_EV_HOLD_END), 1);
}
END_TEST

static void detect(void *ctx)
{
    (void)ctx;
    StorPortNotification(ResetDetected, mini.devext);
}

START_TEST(a_second_reset_detected_may_not_restart_the_hold)
{
    if (_i)
        CHOOSE(HOLD_RESTART, NO);
    mini.hold_us = 2000000;
    mini_boot();
    mini_call(0, detect, NULL);
    mini_run(SIM_S);
    mini_call(0, detect, NULL);
    mini_run(1500 * SIM_MS);
    ck_assert_uint_eq(mini_events(SIM_EV_HOLD_END), (uint32_t)_i);
}
END_TEST

START_TEST(the_hold_may_apply_to_all_tiers)
{
    if (_i)
        CHOOSE(HOLD_TIERS, ALL);
    mini.hold_us = 2000000;
    busy_left = 0;
    mini.start = start_busy;
    mini_boot();
    to_timeout();
    mini_submit(0, 1, 0);
    ck_assert_uint_eq(mini.started, _i ? 1 : 2);
    mini_run(2 * SIM_S);
    ck_assert_uint_eq(mini.started, 2);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("silent reset");
    Suite *s = suite_create("storport silent reset");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, an_abort_that_succeeds_ends_recovery);
    tcase_add_test(tc, an_abort_that_fails_brings_the_lun_reset);
    tcase_add_test(tc, an_abort_that_succeeds_without_its_victim_is_a_finding);
    tcase_add_loop_test(tc, without_the_feature_or_the_option_there_is_no_abort, 0, 2);
    tcase_add_loop_test(tc, a_reset_asked_for_while_one_runs_comes_after_it, 0, 2);
    tcase_add_test(tc, a_reset_asked_for_during_a_lun_reset_comes_after_it);
    tcase_add_test(tc, a_time_out_during_a_reset_begins_no_second_one);
    tcase_add_loop_test(tc, two_luns_may_recover_at_once, 0, 2);
    tcase_add_loop_test(tc, a_reset_srb_may_be_untimed_or_have_its_victims_time, 0, 2);
    tcase_add_test(tc, victims_may_be_looked_for_at_once);
    tcase_add_test(tc, victims_may_bring_the_next_tier);
    tcase_add_test(tc, a_busy_reset_srb_may_be_sent_again);
    tcase_add_test(tc, retries_of_a_busy_reset_srb_end_with_its_time);
    tcase_add_loop_test(tc, the_target_tier_may_be_skipped_for_a_single_lun, 0, 2);
    tcase_add_test(tc, the_target_reset_may_have_the_other_code);
    tcase_add_test(tc, false_may_count_as_true);
    tcase_add_test(tc, false_may_fail_the_adapter);
    tcase_add_test(tc, what_a_reset_leaves_behind_may_be_completed);
    tcase_add_loop_test(tc, overdue_requests_may_be_failed_after_the_hold, 0, 2);
    tcase_add_test(tc, a_late_completion_then_hits_a_dead_srb);
    tcase_add_loop_test(tc, a_reset_may_overtake_a_request_that_waits_for_the_lock, 0, 3);
    tcase_add_loop_test(tc, a_reset_may_overtake_requests_that_are_held, 0, 3);
    tcase_add_loop_test(tc, the_hold_may_be_five_seconds_when_the_miniport_says_nothing, 0, 2);
    tcase_add_loop_test(tc, a_second_reset_detected_may_not_restart_the_hold, 0, 2);
    tcase_add_loop_test(tc, the_hold_may_apply_to_all_tiers, 0, 2);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
