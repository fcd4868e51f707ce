/* models/storport/tests/test_function.c - SRB functions: which reach the miniport, in which form,
 * and which Storport answers itself.
 */
// links: models/storport/tests/mini.c
#include <stdlib.h>
#include <string.h>

#include <ntddscsi.h>

#include "models/storport/tests/mini.h"

static SCSI_REQUEST_BLOCK *seen;

static void keep_it(PVOID devext, SCSI_REQUEST_BLOCK *srb)
{
    (void)devext;
    seen = srb;
    mini_say("%02x ", mini_function(srb));
}

static void boot(void)
{
    mini_boot();
    mini.special = keep_it;
    mini.said[0] = 0;
    seen = NULL;
}

static void answer(void *ctx)
{
    mini_complete_here(seen, *(uint8_t *)ctx);
}

static void finish(uint8_t status)
{
    mini_call(0, answer, &status);
}

/* --- IO_CONTROL ------------------------------------------------------------------------------ */

static void write_payload(void *ctx)
{
    (void)ctx;
    mini_write1(seen->DataBuffer);
    memset(seen->DataBuffer, 0x5A, 64);
    seen->DataTransferLength = 64;
    mini_complete_here(seen, SRB_STATUS_SUCCESS);
}

START_TEST(an_io_control_reaches_the_miniport_with_its_payload_mapped)
{
    mini.map_buffers = STOR_MAP_NO_BUFFERS;
    boot();
    mini.request[0].data = mini.data[0];
    mini.request[0].data_bytes = 256;
    mini.request[0].adapter = true;
    mini_function_send(0, 0, SP_FN_IO_CONTROL, 0);
    ck_assert_str_eq(mini.said, "02 ");
    ck_assert_uint_eq(seen->DataTransferLength, 256);
    ck_assert_ptr_eq(seen->DataBuffer, mini.data[0]);
    ck_assert_uint_eq(seen->QueueTag, SP_UNTAGGED);
    ck_assert_uint_eq(seen->SrbFlags & SRB_FLAGS_UNSPECIFIED_DIRECTION,
                      SRB_FLAGS_UNSPECIFIED_DIRECTION);
    ck_assert_uint_eq(sp_outstanding(mini.port), 1);
    mini_call(1, write_payload, NULL);
    ck_assert_uint_eq(mini.done_count, 1);
    ck_assert_uint_eq(mini.request[0].srb_status, SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.request[0].transferred, 64);
    ck_assert_uint_eq(((uint8_t *)mini.data[0])[63], 0x5A);
}
END_TEST

START_TEST(no_timer_runs_for_a_request_of_the_adapter)
{
    boot();
    mini.request[0].adapter = true;
    mini_function_send(0, 0, SP_FN_IO_CONTROL, 0);
    mini_run(60 * SIM_S);
    ck_assert_uint_eq(mini.resets, 0);
    finish(SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.done_count, 1);
}
END_TEST

START_TEST(the_luns_timer_runs_for_a_request_of_a_unit)
{
    boot();
    mini_function_send(0, 0, SP_FN_IO_CONTROL, 0);
    ck_assert_int_eq(mini.port->lun[0].timer, 10);
    finish(SRB_STATUS_SUCCESS);
    ck_assert_int_eq(mini.port->lun[0].timer, -1);
}
END_TEST

START_TEST(an_io_control_passes_a_full_lun_and_waits_for_a_paused_adapter)
{
    boot();
    mini.port->lun[0].depth = 1;
    mini_submit(0, 0, 0);
    mini_function_send(0, 1, SP_FN_IO_CONTROL, 0);
    ck_assert_str_eq(mini.said, "02 ");
    finish(SRB_STATUS_SUCCESS);
    sp__hold(&mini.port->gate);
    mini_function_send(0, 1, SP_FN_IO_CONTROL, 0);
    ck_assert_str_eq(mini.said, "02 ");
    sp__unhold(&mini.port->gate);
    mini_run(SIM_MS);
    ck_assert_str_eq(mini.said, "02 02 ");
}
END_TEST

START_TEST(an_io_control_during_a_reset_waits_for_the_reset)
{
    boot();
    mini_submit(0, 0, 0);
    sp__recovery_begin(mini.port, &mini.port->lun[0]);
    mini_function_send(0, 1, SP_FN_IO_CONTROL, 0);
    mini_run(SIM_S);
    ck_assert_uint_eq(mini.resets, 1);
    ck_assert_str_eq(mini.said, "02 ");
}
END_TEST

START_TEST(one_that_is_too_large_is_refused)
{
    mini.transfer = 65536;
    boot();
    mini.request[0].data = mini.data[0];
    mini.request[0].data_bytes = 65536 + 8;
    mini_function_send(0, 0, SP_FN_IO_CONTROL, 0);
    ck_assert_uint_eq(mini.request[0].srb_status, SRB_STATUS_INVALID_REQUEST);
    ck_assert_ptr_null(seen);
}
END_TEST

START_TEST(what_comes_while_the_adapter_is_stopped_waits_for_its_start)
{
    boot();
    mini.special = NULL;
    mini_task(SP_TASK_STOP, SIM_MS);
    mini.special = keep_it;
    mini_function_send(0, 0, SP_FN_IO_CONTROL, 0);
    mini_function_send(0, 1, SP_FN_IO_CONTROL, 0);
    ck_assert_str_eq(mini.said, "");
    mini_task(SP_TASK_RESTART, SIM_MS);
    ck_assert_str_eq(mini.said, "02 02 ");
}
END_TEST

/* --- wanted or not --------------------------------------------------------------------------- */

START_TEST(flush_and_shutdown_are_for_miniports_with_a_cache)
{
    static const enum sp_function functions[] = {SP_FN_FLUSH, SP_FN_SHUTDOWN};

    mini.caches = _i & 1;
    boot();
    mini_function_send(0, 0, functions[_i >> 1], 0);
    ck_assert_int_eq(seen != NULL, _i & 1);
    if (_i & 1)
        finish(SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.done_count, 1);
    ck_assert_uint_eq(mini.request[0].srb_status, SRB_STATUS_SUCCESS);
}
END_TEST

static ULONG SIM_API find(PVOID devext, PVOID context, PVOID bus, PCHAR argument,
                          PPORT_CONFIGURATION_INFORMATION info, PBOOLEAN reserved)
{
    (void)devext;
    (void)context;
    (void)bus;
    (void)argument;
    (void)reserved;
    info->WmiDataProvider = FALSE;
    info->FeatureSupport = STOR_ADAPTER_FEATURE_ABORT_COMMAND;
    return SP_RETURN_FOUND;
}

START_TEST(wmi_is_for_data_providers)
{
    boot();
    mini.request[0].data = mini.data[0];
    mini.request[0].data_bytes = 64;
    mini_function_send(0, 0, SP_FN_WMI, 8);
    ck_assert_str_eq(mini.said, "17 ");
    ck_assert_uint_eq(((SCSI_WMI_REQUEST_BLOCK *)(void *)seen)->WMISubFunction, 8);
    finish(SRB_STATUS_INVALID_REQUEST);
    ck_assert_uint_eq(mini.request[0].srb_status, SRB_STATUS_INVALID_REQUEST);
}
END_TEST

START_TEST(wmi_is_not_for_others)
{
    mini.find = find;
    boot();
    mini_function_send(0, 0, SP_FN_WMI, 8);
    ck_assert_ptr_null(seen);
    ck_assert_uint_eq(mini.request[0].srb_status, SRB_STATUS_INVALID_REQUEST);
}
END_TEST

START_TEST(dump_pointers_need_the_feature)
{
    boot();
    mini_function_send(0, 0, SP_FN_DUMP_POINTERS, 0);
    ck_assert_uint_eq(mini.request[0].srb_status, SRB_STATUS_INVALID_REQUEST);
    mini.port->hw.FeatureSupport |= STOR_FEATURE_DUMP_POINTERS;
    mini_function_send(0, 0, SP_FN_DUMP_POINTERS, 0);
    ck_assert_str_eq(mini.said, "26 ");
}
END_TEST

/* --- answered by Storport -------------------------------------------------------------------- */

START_TEST(claims_are_granted_by_storport)
{
    static const enum sp_function functions[] = {SP_FN_CLAIM_DEVICE, SP_FN_ATTACH_DEVICE,
                                                 SP_FN_RELEASE_DEVICE};

    boot();
    mini_function_send(0, 0, functions[_i], 0);
    ck_assert_ptr_null(seen);
    ck_assert_uint_eq(mini.done_count, 1);
    ck_assert_uint_eq(mini.request[0].srb_status, SRB_STATUS_SUCCESS);
}
END_TEST

START_TEST(a_locked_queue_gives_nothing_out_but_what_bypasses_it)
{
    boot();
    mini_function_send(0, 5, SP_FN_LOCK_QUEUE, 0);
    mini_submit(0, 0, 0);
    ck_assert_uint_eq(mini.kept_count, 0);
    mini.flags = SP_FLAG_BYPASS_LOCKED_QUEUE | SP_FLAG_NO_QUEUE_FREEZE;
    mini_submit(0, 1, 0);
    ck_assert_uint_eq(mini.kept_count, 1);
    ck_assert_uint_eq(mini.kept[0].srb->SrbFlags & SRB_FLAGS_BYPASS_LOCKED_QUEUE,
                      SRB_FLAGS_BYPASS_LOCKED_QUEUE);
    mini_function_send(0, 5, SP_FN_UNLOCK_QUEUE, 0);
    ck_assert_uint_eq(mini.kept_count, 2);
    mini_function_send(0, 5, SP_FN_UNLOCK_QUEUE, 0); /* one too many does no harm */
    mini_function_send(0, 5, SP_FN_LOCK_QUEUE, 0);
    mini.flags = SP_FLAG_TAGGED;
    mini_submit(0, 2, 0);
    ck_assert_uint_eq(mini.kept_count, 2);
}
END_TEST

START_TEST(flush_queue_ends_what_waits_and_release_queue_lets_it_go)
{
    mini.flags = SP_FLAG_TAGGED;
    boot();
    mini_submit(0, 0, 0);
    mini_complete(0, 0, SRB_STATUS_ABORTED);
    mini_submit(0, 1, 0);
    mini_function_send(0, 5, SP_FN_FLUSH_QUEUE, 0);
    ck_assert_uint_eq(mini.request[1].srb_status, SRB_STATUS_REQUEST_FLUSHED);
    ck_assert(!sp_frozen(mini.port, 0));
    mini_submit(0, 0, 0);
    mini_complete(0, 0, SRB_STATUS_ABORTED);
    mini_submit(0, 1, 0);
    ck_assert_uint_eq(mini.kept_count, 0);
    mini_function_send(0, 5, SP_FN_RELEASE_QUEUE, 0);
    ck_assert_uint_eq(mini.kept_count, 1);
}
END_TEST

/* --- resets of a class driver ---------------------------------------------------------------- */

START_TEST(a_class_drivers_reset_enters_the_tiers_where_it_asks)
{
    static const struct {
        enum sp_function function;
        uint32_t tier;
    } reset[] = {{SP_FN_RESET_LUN, 1}, {SP_FN_RESET_TARGET, 2}, {SP_FN_RESET_BUS, 3}};

    mini.answer_functions = SRB_STATUS_SUCCESS;
    boot();
    mini_function_send(0, 0, reset[_i].function, 0);
    mini_run(SIM_S);
    ck_assert_uint_eq(mini_events(SIM_EV_TIER), 1);
    ck_assert_uint_eq(mini_event(SIM_EV_TIER)->arg[0], reset[_i].tier);
    ck_assert_uint_eq(mini.resets, _i == 2);
    ck_assert_uint_eq(mini.done_count, 1);
    ck_assert_uint_eq(mini.request[0].srb_status, SRB_STATUS_SUCCESS);
}
END_TEST

static BOOLEAN SIM_API refuse_reset(PVOID devext, ULONG path)
{
    (void)devext;
    (void)path;
    return FALSE;
}

START_TEST(a_reset_that_fails_is_told_to_all_who_asked)
{
    mini.reset = refuse_reset;
    mini.answer_functions = 0;
    boot();
    mini_function_send(0, 0, SP_FN_RESET_LUN, 0);
    mini_function_send(0, 1, SP_FN_RESET_BUS, 0);
    ck_assert_uint_eq(mini.done_count, 0);
    mini_complete(0, 0, SRB_STATUS_INVALID_REQUEST); /* the LUN tier, then the target tier */
    mini_complete(0, 0, SRB_STATUS_INVALID_REQUEST);
    mini_run(SIM_S);
    ck_assert_uint_eq(mini.done_count, 2);
    ck_assert_uint_eq(mini.resets, 1);
    ck_assert_uint_eq(mini.request[0].srb_status, SRB_STATUS_ERROR);
    ck_assert_uint_eq(mini.request[1].srb_status, SRB_STATUS_ERROR);
}
END_TEST

START_TEST(a_bus_reset_can_go_to_the_miniport_as_an_srb)
{
    mini.config.silent[SP_SILENT_CLASS_RESET] = SP_CLASS_RESET_SRB;
    boot();
    mini_function_send(0, 0, SP_FN_RESET_BUS, 0);
    ck_assert_str_eq(mini.said, "12 ");
    ck_assert_uint_eq(mini.resets, 0);
}
END_TEST

/* --- abort ----------------------------------------------------------------------------------- */

START_TEST(an_abort_needs_the_feature)
{
    boot();
    mini_submit(0, 0, 0);
    mini.request[1].victim = &mini.request[0];
    mini_function_send(0, 1, SP_FN_ABORT, 0);
    ck_assert_uint_eq(mini.request[1].srb_status, SRB_STATUS_INVALID_REQUEST);
}
END_TEST

START_TEST(an_abort_points_at_its_victim)
{
    mini.find = find;
    boot();
    mini_submit(0, 0, 0);
    mini.request[1].victim = &mini.request[0];
    mini_function_send(0, 1, SP_FN_ABORT, 0);
    ck_assert_str_eq(mini.said, "10 ");
    ck_assert_ptr_eq(seen->NextSrb, mini.kept[0].srb);
    mini_complete(0, 0, SRB_STATUS_ABORTED);
    finish(SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.done_count, 2);
}
END_TEST

START_TEST(an_abort_of_what_waits_or_is_over_is_done_by_storport)
{
    mini.find = find;
    boot();
    mini.port->lun[0].depth = 1;
    mini_submit(0, 0, 0);
    mini_submit(0, 1, 0);
    mini.request[2].victim = &mini.request[1];
    mini_function_send(0, 2, SP_FN_ABORT, 0);
    ck_assert_uint_eq(mini.request[1].srb_status, SRB_STATUS_ABORTED);
    ck_assert_uint_eq(mini.request[2].srb_status, SRB_STATUS_SUCCESS);
    mini.request[3].victim = &mini.request[1];
    mini_function_send(0, 3, SP_FN_ABORT, 0);
    ck_assert_uint_eq(mini.request[3].srb_status, SRB_STATUS_SUCCESS);
    ck_assert_ptr_null(seen);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("function");
    Suite *s = suite_create("storport function");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, an_io_control_reaches_the_miniport_with_its_payload_mapped);
    tcase_add_test(tc, no_timer_runs_for_a_request_of_the_adapter);
    tcase_add_test(tc, the_luns_timer_runs_for_a_request_of_a_unit);
    tcase_add_test(tc, an_io_control_passes_a_full_lun_and_waits_for_a_paused_adapter);
    tcase_add_test(tc, an_io_control_during_a_reset_waits_for_the_reset);
    tcase_add_test(tc, one_that_is_too_large_is_refused);
    tcase_add_test(tc, what_comes_while_the_adapter_is_stopped_waits_for_its_start);
    tcase_add_loop_test(tc, flush_and_shutdown_are_for_miniports_with_a_cache, 0, 4);
    tcase_add_test(tc, wmi_is_for_data_providers);
    tcase_add_test(tc, wmi_is_not_for_others);
    tcase_add_test(tc, dump_pointers_need_the_feature);
    tcase_add_loop_test(tc, claims_are_granted_by_storport, 0, 3);
    tcase_add_test(tc, a_locked_queue_gives_nothing_out_but_what_bypasses_it);
    tcase_add_test(tc, flush_queue_ends_what_waits_and_release_queue_lets_it_go);
    tcase_add_loop_test(tc, a_class_drivers_reset_enters_the_tiers_where_it_asks, 0, 3);
    tcase_add_test(tc, a_reset_that_fails_is_told_to_all_who_asked);
    tcase_add_test(tc, a_bus_reset_can_go_to_the_miniport_as_an_srb);
    tcase_add_test(tc, an_abort_needs_the_feature);
    tcase_add_test(tc, an_abort_points_at_its_victim);
    tcase_add_test(tc, an_abort_of_what_waits_or_is_over_is_done_by_storport);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
