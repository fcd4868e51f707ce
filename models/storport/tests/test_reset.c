/* models/storport/tests/test_reset.c - recovery: the tiers, and HwStorResetBus as chapter 4.4 has
 * it.
 */
// links: models/storport/tests/mini.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

static void to_timeout(void)
{
    mini_submit(0, 0, 0);
    mini_run(11 * SIM_S);
}

/* Says which reset SRBs come, and completes each with answer. */
static uint8_t answer;

static BOOLEAN SIM_API start_says(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    (void)devext;
    if (srb->Function == SRB_FUNCTION_EXECUTE_SCSI && srb->Cdb[0] != SCSIOP_READ) {
        memset(srb->DataBuffer, 0, srb->DataTransferLength);
        mini_complete_here(srb, SRB_STATUS_SUCCESS);
        return TRUE;
    }
    mini.kept[mini.kept_count++] = (struct mini_kept){.srb = srb, .function = srb->Function};
    if (srb->Function == SRB_FUNCTION_EXECUTE_SCSI)
        return TRUE;
    mini_say("%02x ", srb->Function);
    ck_assert_uint_eq(srb->QueueTag, SP_UNTAGGED);
    ck_assert_ptr_null(srb->DataBuffer);
    if (answer) {
        mini.kept_count--;
        mini_complete_here(srb, answer);
    }
    return TRUE;
}

static BOOLEAN SIM_API reset_says(PVOID devext, ULONG path)
{
    (void)devext;
    ck_assert_uint_eq(path, 0);
    mini_say("bus ");
    while (mini.kept_count)
        mini_complete_here(mini.kept[--mini.kept_count].srb, SRB_STATUS_BUS_RESET);
    return TRUE;
}

static void boot_with(uint8_t status)
{
    answer = status;
    mini.start = start_says;
    mini.reset = reset_says;
    mini_boot();
}

START_TEST(tiers_go_from_lun_to_target_to_bus)
{
    boot_with(SRB_STATUS_INVALID_REQUEST);
    to_timeout();
    ck_assert_str_eq(mini.said, "20 13 bus ");
    ck_assert_uint_eq(mini_events(SIM_EV_TIER), 3);
    ck_assert_uint_eq(mini.done_count, 1);
    ck_assert_uint_eq(mini.request[0].srb_status, SRB_STATUS_BUS_RESET);
    mini_submit(0, 1, 0);
    ck_assert_uint_eq(mini.kept_count, 1);
}
END_TEST

static BOOLEAN SIM_API start_resets_lun(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    if (srb->Function == SRB_FUNCTION_RESET_LOGICAL_UNIT)
        reset_says(devext, 0);
    return start_says(devext, srb);
}

START_TEST(a_lun_reset_that_succeeds_ends_recovery)
{
    answer = SRB_STATUS_SUCCESS;
    mini.start = start_resets_lun;
    mini.reset = reset_says;
    mini_boot();
    to_timeout();
    ck_assert_str_eq(mini.said, "bus 20 ");
    ck_assert_uint_eq(mini_events(SIM_EV_RESET_ENTER), 0);
    ck_assert_uint_eq(mini.done_count, 1);
    mini_run(5 * SIM_S);
    mini_submit(0, 1, 0);
    ck_assert_uint_eq(mini.kept_count, 1);
}
END_TEST

START_TEST(a_lun_reset_that_succeeds_with_victims_left_is_a_finding)
{
    boot_with(SRB_STATUS_SUCCESS);
    mini_submit(0, 0, 0);
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_RESET_OUTSTANDING), "1 requests"));
}
END_TEST

START_TEST(a_reset_srb_that_never_ends_times_out_into_the_next_tier)
{
    mini.config.reset_timeout_ns = 5 * SIM_S;
    boot_with(0);
    to_timeout();
    ck_assert_str_eq(mini.said, "20 ");
    mini_run(5 * SIM_S);
    ck_assert_str_eq(mini.said, "20 13 ");
    mini_run(5 * SIM_S);
    ck_assert_str_eq(mini.said, "20 13 bus ");
    ck_assert_uint_eq(sp_outstanding(mini.port), 0);
    for (uint32_t i = 0; i < SP_OWN_SLOTS; i++)
        ck_assert(!mini.port->own[i].used);
}
END_TEST

/* --- HwStorResetBus -------------------------------------------------------------------------- */

static BOOLEAN SIM_API inspecting_reset(PVOID devext, ULONG path)
{
    (void)path;
    ck_assert_uint_eq(nt_irql(mini.nt), NT_DISPATCH);
    ck_assert_uint_eq(nt_cpu(mini.nt), 0);
    ck_assert(nt_lock_held_here(mini.nt, &mini.port->startio_lock));
    ck_assert(sp_in_reset(mini.port) && sp_recovering(mini.port));
    for (uint32_t i = 0; i < 2; i++)
        ck_assert(!sp__gate_open(&mini.port->lun[i].gate));
    ck_assert_uint_eq(sp_started(mini.port), 1);
    (void)devext;
    mini_complete_here(mini.kept[0].srb, SRB_STATUS_BUS_RESET);
    mini.kept_count = 0;
    ck_assert_uint_eq(mini.done_count, 0);
    return TRUE;
}

START_TEST(reset_bus_runs_at_dispatch_under_the_start_io_lock_with_all_queues_paused)
{
    mini.luns = 2;
    mini.reset = inspecting_reset;
    mini_boot();
    to_timeout();
    ck_assert_uint_eq(mini.resets, 1);
    ck_assert_uint_eq(mini.done_count, 1);
    ck_assert_uint_eq(mini_event(SIM_EV_RESET_ENTER)->arg[1], 1);
    ck_assert_uint_eq(mini_event(SIM_EV_RESET_RETURN)->arg[1], TRUE);
    ck_assert_uint_eq(mini_event(SIM_EV_RESET_RETURN)->arg[2], 0);
    ck_assert(!sp_in_reset(mini.port));
    for (uint32_t i = 0; i < 2; i++)
        ck_assert(sp__gate_open(&mini.port->lun[i].gate));
}
END_TEST

static BOOLEAN SIM_API lazy_reset(PVOID devext, ULONG path)
{
    (void)devext;
    (void)path;
    return mini.found; /* the test's choice */
}

START_TEST(what_reset_bus_leaves_behind_is_counted_and_times_out_again)
{
    mini.reset = lazy_reset;
    mini_boot();
    to_timeout();
    ck_assert_uint_eq(mini_event(SIM_EV_RESET_RETURN)->arg[2], 1);
    ck_assert_uint_eq(sp_outstanding(mini.port), 1);
    mini_run(11 * SIM_S);
    ck_assert_uint_eq(mini.resets, 2);
}
END_TEST

static BOOLEAN SIM_API failing_reset(PVOID devext, ULONG path)
{
    (void)devext;
    (void)path;
    return FALSE;
}

START_TEST(after_false_another_timeout_passes_before_the_next_attempt)
{
    sim_ns first;

    mini.reset = failing_reset;
    mini_boot();
    to_timeout();
    ck_assert_uint_eq(mini.resets, 1);
    first = mini_event(SIM_EV_RESET_ENTER)->at;
    ck_assert_uint_eq(mini_events(SIM_EV_HOLD_END), 0);
    mini_run(11 * SIM_S);
    ck_assert_uint_eq(mini.resets, 2);
    ck_assert_int_ge(mini_event(SIM_EV_RESET_ENTER)->at - first, 9 * SIM_S);
}
END_TEST

START_TEST(the_hold_time_keeps_the_adapter_closed)
{
    mini.hold_us = 3000000;
    mini_boot();
    to_timeout();
    ck_assert_uint_eq(mini.resets, 1);
    ck_assert_uint_eq(mini_events(SIM_EV_HOLD_END), 0);
    mini_submit(1, 1, 0);
    ck_assert_uint_eq(mini.started, 1);
    mini_run(3 * SIM_S);
    ck_assert_uint_eq(mini_events(SIM_EV_HOLD_END), 1);
    ck_assert_uint_eq(mini.started, 2);
    ck_assert_uint_eq(mini_event(SIM_EV_RESUME)->arg[1], 2);
}
END_TEST

static void submit_here(void *ctx)
{
    (void)ctx;
    mini_submit_here(1, 0);
}

static BOOLEAN SIM_API slow_reset(PVOID devext, ULONG path)
{
    (void)devext;
    (void)path;
    mini_queue_call(2, submit_here, NULL);
    nt_stall(mini.nt, 100 * SIM_US);
    ck_assert_uint_eq(mini.started, 1);
    mini_complete_here(mini.kept[0].srb, SRB_STATUS_BUS_RESET);
    mini_drop(0);
    nt_stall(mini.nt, 100 * SIM_US);
    ck_assert_uint_eq(mini.started, 1);
    ck_assert_uint_eq(mini.built, 3); /* the victim and two reset SRBs */
    return TRUE;
}

START_TEST(no_new_request_reaches_the_miniport_during_reset_bus)
{
    mini.reset = slow_reset;
    mini_boot();
    to_timeout();
    ck_assert_uint_eq(mini.resets, 1);
    ck_assert_uint_eq(mini.started, 2);
}
END_TEST

static BOOLEAN SIM_API build_slowly(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    (void)devext;
    if (srb->Function == SRB_FUNCTION_EXECUTE_SCSI && srb->Cdb[0] == SCSIOP_READ &&
        mini.request[1].cdb_bytes)
        nt_stall(mini.nt, 3 * SIM_S);
    return TRUE;
}

START_TEST(a_request_between_build_io_and_start_io_survives_the_reset)
{
    mini.build = build_slowly;
    mini_boot();
    mini_submit(0, 0, 0);
    mini_run(8 * SIM_S);
    mini_queue_call(2, submit_here, NULL);
    mini_run(5 * SIM_S);
    ck_assert_uint_eq(mini.resets, 1);
    ck_assert_uint_eq(mini.done_count, 1);
    ck_assert_uint_eq(mini.started, 2);
    ck_assert_uint_eq(sp_started(mini.port), 1);
}
END_TEST

static void pause_60(void *ctx)
{
    (void)ctx;
    StorPortPause(mini.devext, 60);
}

START_TEST(a_paused_adapter_keeps_reset_srbs_back_until_the_bus_tier)
{
    mini.config.reset_timeout_ns = 4 * SIM_S;
    boot_with(SRB_STATUS_INVALID_REQUEST);
    mini_submit(0, 0, 0);
    mini_call(0, pause_60, NULL);
    mini_run(12 * SIM_S);
    ck_assert_str_eq(mini.said, "");
    ck_assert_uint_eq(mini_events(SIM_EV_TIER), 1);
    mini_run(8 * SIM_S);
    ck_assert_str_eq(mini.said, "bus ");
}
END_TEST

START_TEST(one_recovery_at_a_time_the_other_lun_waits)
{
    mini.luns = 2;
    mini.config.reset_timeout_ns = 5 * SIM_S;
    mini.answer_functions = 0;
    mini_boot();
    mini_submit(0, 0, 0);
    mini_submit(0, 1, 1);
    mini_run(12 * SIM_S);
    ck_assert_uint_eq(mini_events(SIM_EV_LUN_TIMEOUT), 1);
    ck_assert_int_eq(mini.port->lun[1].timer, 0);
    mini_run(10 * SIM_S);
    ck_assert_uint_eq(mini.resets, 1);
    ck_assert_uint_eq(mini_events(SIM_EV_LUN_TIMEOUT), 1);
    ck_assert_int_eq(mini.port->lun[1].timer, -1);
}
END_TEST

static void detect(void *ctx)
{
    (void)ctx;
    StorPortNotification(ResetDetected, mini.devext);
}

START_TEST(reset_detected_applies_the_hold_and_again_restarts_it)
{
    mini.hold_us = 2000000;
    mini_boot();
    mini_call(0, detect, NULL);
    mini_submit(0, 0, 0);
    mini_run(1500 * SIM_MS);
    mini_call(0, detect, NULL);
    mini_run(1500 * SIM_MS);
    ck_assert_uint_eq(mini.started, 0);
    mini_run(SIM_S);
    ck_assert_uint_eq(mini.started, 1);
}
END_TEST

static void ask_for_reset(void *ctx)
{
    (void)ctx;
    sp_request_bus_reset(mini.port);
    sp_request_bus_reset(mini.port);
}

START_TEST(a_bus_reset_that_is_asked_for_skips_the_tiers_and_is_one)
{
    mini_boot();
    mini_submit(0, 0, 0);
    mini_call(1, ask_for_reset, NULL);
    ck_assert_uint_eq(mini.resets, 1);
    ck_assert_uint_eq(mini_events(SIM_EV_TIER), 1);
    ck_assert_uint_eq(mini.done_count, 1);
    mini_submit(0, 1, 0);
    ck_assert_uint_eq(mini.started, 2);
}
END_TEST

static BOOLEAN SIM_API half_duplex_reset(PVOID devext, ULONG path)
{
    (void)devext;
    (void)path;
    ck_assert_uint_eq(nt_irql(mini.nt), SP_DIRQL);
    mini_complete_here(mini.kept[0].srb, SRB_STATUS_BUS_RESET);
    mini_drop(0);
    return TRUE;
}

START_TEST(in_half_duplex_reset_bus_holds_the_interrupt_lock_too)
{
    mini.model = StorSynchronizeHalfDuplex;
    mini.reset = half_duplex_reset;
    mini_boot();
    to_timeout();
    ck_assert_uint_eq(mini.resets, 1);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("reset");
    Suite *s = suite_create("storport reset");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, tiers_go_from_lun_to_target_to_bus);
    tcase_add_test(tc, a_lun_reset_that_succeeds_ends_recovery);
    tcase_add_test(tc, a_lun_reset_that_succeeds_with_victims_left_is_a_finding);
    tcase_add_test(tc, a_reset_srb_that_never_ends_times_out_into_the_next_tier);
    tcase_add_test(tc, reset_bus_runs_at_dispatch_under_the_start_io_lock_with_all_queues_paused);
    tcase_add_test(tc, what_reset_bus_leaves_behind_is_counted_and_times_out_again);
    tcase_add_test(tc, after_false_another_timeout_passes_before_the_next_attempt);
    tcase_add_test(tc, the_hold_time_keeps_the_adapter_closed);
    tcase_add_test(tc, no_new_request_reaches_the_miniport_during_reset_bus);
    tcase_add_test(tc, a_request_between_build_io_and_start_io_survives_the_reset);
    tcase_add_test(tc, a_paused_adapter_keeps_reset_srbs_back_until_the_bus_tier);
    tcase_add_test(tc, one_recovery_at_a_time_the_other_lun_waits);
    tcase_add_test(tc, reset_detected_applies_the_hold_and_again_restarts_it);
    tcase_add_test(tc, a_bus_reset_that_is_asked_for_skips_the_tiers_and_is_one);
    tcase_add_test(tc, in_half_duplex_reset_bus_holds_the_interrupt_lock_too);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
