/* models/storport/tests/test_queue.c - LUN queues, BuildIo, StartIo, depth, SRB layouts.
 */
// links: models/storport/tests/mini.c
// covers: models/storport/port.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

static uint32_t inside, most_inside;

static BOOLEAN SIM_API slow_start(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    (void)devext;
    ck_assert_uint_eq(nt_irql(mini.nt), NT_DISPATCH);
    ck_assert(nt_lock_held_here(mini.nt, &mini.port->startio_lock));
    inside++;
    if (inside > most_inside)
        most_inside = inside;
    nt_stall(mini.nt, 3 * SIM_US);
    inside--;
    if (srb->Cdb[0] != SCSIOP_READ)
        ((uint8_t *)srb->DataBuffer)[0] = 0;
    mini_complete_here(srb, SRB_STATUS_SUCCESS);
    return TRUE;
}

static void submit(void *ctx)
{
    mini_submit_here((uint32_t)(uintptr_t)ctx, 0);
}

START_TEST(one_start_io_at_a_time_on_all_cpus)
{
    mini.start = slow_start;
    mini_boot();
    most_inside = 0;
    for (uintptr_t i = 0; i < MINI_CPUS; i++)
        mini_queue_call((uint32_t)i, submit, (void *)i);
    mini_run(SIM_MS);
    ck_assert_uint_eq(mini.done_count, MINI_CPUS);
    ck_assert_uint_eq(most_inside, 1);
}
END_TEST

static BOOLEAN SIM_API slow_build(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    (void)devext;
    (void)srb;
    inside++;
    if (inside > most_inside)
        most_inside = inside;
    nt_stall(mini.nt, 3 * SIM_US);
    inside--;
    return TRUE;
}

START_TEST(build_io_runs_on_several_cpus_at_once)
{
    mini.build = slow_build;
    mini_boot();
    most_inside = 0;
    for (uintptr_t i = 0; i < MINI_CPUS; i++)
        mini_queue_call((uint32_t)i, submit, (void *)i);
    mini_run(SIM_MS);
    ck_assert_uint_eq(mini.kept_count, MINI_CPUS);
    ck_assert_uint_eq(most_inside, MINI_CPUS);
}
END_TEST

START_TEST(requests_beyond_the_depth_wait_and_start_on_completion_in_order)
{
    mini.config.queue_depth = 2;
    mini_boot();
    for (uint32_t i = 0; i < 4; i++)
        mini_submit(0, i, 0);
    ck_assert_uint_eq(mini.kept_count, 2);
    ck_assert_uint_eq(sp_outstanding(mini.port), 2);
    ck_assert_uint_eq(sp_queued(mini.port), 2);
    mini_complete(1, 1, SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.kept_count, 2);
    ck_assert_uint_eq(mini.done_order[0], 1);
    mini_complete(2, 0, SRB_STATUS_SUCCESS);
    mini_complete(2, 0, SRB_STATUS_SUCCESS);
    mini_complete(2, 0, SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.done_count, 4);
    ck_assert_uint_eq(mini.done_order[2], 2);
    ck_assert_uint_eq(mini.done_order[3], 3);
    ck_assert_uint_eq(sp_outstanding(mini.port), 0);
}
END_TEST

static void deepen(void *ctx)
{
    ck_assert(StorPortSetDeviceQueueDepth(mini.devext, 0, 0, 0, 3));
    ck_assert(!StorPortSetDeviceQueueDepth(mini.devext, 0, 0, 0, 0));
    ck_assert(!StorPortSetDeviceQueueDepth(mini.devext, 0, 0, 5, 3));
    (void)ctx;
}

START_TEST(a_deeper_queue_lets_waiting_requests_go)
{
    mini.config.queue_depth = 1;
    mini_boot();
    for (uint32_t i = 0; i < 4; i++)
        mini_submit(0, i, 0);
    ck_assert_uint_eq(mini.kept_count, 1);
    mini_call(1, deepen, NULL);
    ck_assert_uint_eq(mini.kept_count, 3);
}
END_TEST

static BOOLEAN SIM_API build_keeps(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    (void)devext;
    if (srb->Cdb[0] != SCSIOP_READ)
        return TRUE;
    mini.kept[mini.kept_count++].srb = srb;
    return FALSE;
}

START_TEST(build_io_false_means_no_start_io_and_the_timer_runs)
{
    mini.build = build_keeps;
    mini_boot();
    mini_submit(0, 0, 0);
    ck_assert_uint_eq(mini.started, 0);
    ck_assert_uint_eq(sp_outstanding(mini.port), 1);
    ck_assert_uint_eq(sp_started(mini.port), 0);
    ck_assert_int_eq(mini.port->lun[0].timer, 10);
    mini_complete(0, 0, SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.done_count, 1);
}
END_TEST

static BOOLEAN SIM_API build_completes(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    (void)devext;
    if (srb->Cdb[0] != SCSIOP_READ)
        return TRUE;
    mini_complete_here(srb, SRB_STATUS_NO_DEVICE);
    return FALSE;
}

START_TEST(a_request_may_be_completed_inside_build_io)
{
    mini.build = build_completes;
    mini_boot();
    mini_submit(0, 0, 0);
    ck_assert_uint_eq(mini.done_count, 1);
    ck_assert_uint_eq(mini.request[0].srb_status, SRB_STATUS_NO_DEVICE);
    ck_assert_uint_eq(mini.started, 0);
}
END_TEST

static BOOLEAN SIM_API build_lies(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    if (srb->Cdb[0] == SCSIOP_READ)
        build_completes(devext, srb);
    return TRUE;
}

START_TEST(build_io_true_for_a_completed_request_is_a_finding)
{
    mini.build = build_lies;
    mini_boot();
    mini_queue_call(0, submit, NULL);
    mini_finding(SIM_RULE_STORPORT_USAGE);
}
END_TEST

static BOOLEAN SIM_API build_pauses(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    if (srb->Cdb[0] == SCSIOP_READ)
        ck_assert(StorPortPause(devext, 60));
    return TRUE;
}

static void resume(void *ctx)
{
    (void)ctx;
    ck_assert(StorPortResume(mini.devext));
}

START_TEST(a_pause_after_build_io_holds_start_io_back)
{
    mini.build = build_pauses;
    mini_boot();
    mini_submit(0, 0, 0);
    ck_assert_uint_eq(mini.built, 1);
    ck_assert_uint_eq(mini.started, 0);
    ck_assert_uint_eq(sp_outstanding(mini.port), 1);
    ck_assert_int_eq(mini.port->lun[0].timer, -1);
    mini_submit(1, 1, 0);
    ck_assert_uint_eq(mini.built, 1);
    mini.build = NULL;
    mini_call(2, resume, NULL);
    ck_assert_uint_eq(mini.built, 2);
    ck_assert_uint_eq(mini.started, 2);
    ck_assert_uint_eq(mini.kept[0].srb == mini.port->chunk[0]->slot[0].srb, 1);
}
END_TEST

START_TEST(the_legacy_srb_says_what_the_request_is)
{
    const SCSI_REQUEST_BLOCK *srb;

    mini_boot();
    mini_submit(0, 3, 0);
    srb = mini.kept[0].srb;
    ck_assert_uint_eq(srb->Length, sizeof *srb);
    ck_assert_uint_eq(srb->Function, SRB_FUNCTION_EXECUTE_SCSI);
    ck_assert_uint_eq(srb->SrbStatus, SRB_STATUS_PENDING);
    ck_assert_uint_eq(srb->CdbLength, 10);
    ck_assert_uint_eq(srb->Cdb[0], SCSIOP_READ);
    ck_assert_uint_eq(srb->DataTransferLength, 8192);
    ck_assert_uint_eq(srb->TimeOutValue, 10);
    ck_assert_uint_eq(srb->QueueTag, 0);
    ck_assert_ptr_eq(srb->DataBuffer, mini.data[3]);
    ck_assert(srb->SrbFlags & SRB_FLAGS_DATA_IN);
    ck_assert_ptr_nonnull(srb->SrbExtension);
}
END_TEST

static BOOLEAN SIM_API check_extended(PVOID devext, PSCSI_REQUEST_BLOCK legacy)
{
    STORAGE_REQUEST_BLOCK *srb = (STORAGE_REQUEST_BLOCK *)(void *)legacy;
    SRBEX_DATA_SCSI_CDB16 *cdb = (void *)((uint8_t *)srb + srb->SrbExDataOffset[0]);
    STOR_ADDR_BTL8 *address = (void *)((uint8_t *)srb + srb->AddressOffset);

    (void)devext;
    ck_assert_uint_eq(srb->Function, SRB_FUNCTION_STORAGE_REQUEST_BLOCK);
    ck_assert_uint_eq(srb->Signature, SRB_SIGNATURE);
    ck_assert_uint_eq(srb->NumSrbExData, 1);
    ck_assert_int_eq(cdb->Type, SrbExDataTypeScsiCdb16);
    ck_assert_uint_eq(address->Type, STOR_ADDRESS_TYPE_BTL8);
    if (cdb->Cdb[0] == SCSIOP_READ)
        mini_say("read of %u from LUN %u", srb->DataTransferLength, address->Lun);
    else
        memset(srb->DataBuffer, 0, srb->DataTransferLength);
    srb->SrbStatus = SRB_STATUS_SUCCESS;
    StorPortNotification(RequestComplete, mini.devext, srb);
    return TRUE;
}

START_TEST(an_extended_srb_carries_the_same)
{
    mini.extended = true;
    mini.start = check_extended;
    mini_boot();
    mini_submit(0, 0, 0);
    ck_assert_str_eq(mini.said, "read of 8192 from LUN 0");
    ck_assert_uint_eq(mini.done_count, 1);
    ck_assert_uint_eq(mini.request[0].transferred, 8192);
}
END_TEST

static BOOLEAN SIM_API start_half_duplex(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    (void)devext;
    ck_assert_uint_eq(nt_irql(mini.nt), SP_DIRQL);
    memset(srb->DataBuffer, 0, srb->DataTransferLength);
    mini_complete_here(srb, SRB_STATUS_SUCCESS);
    return TRUE;
}

START_TEST(half_duplex_starts_requests_at_dirql)
{
    mini.model = StorSynchronizeHalfDuplex;
    mini.start = start_half_duplex;
    mini_boot();
    ck_assert_uint_eq(sp_outstanding(mini.port), 0);
}
END_TEST

static void submit_32(void *ctx)
{
    (void)ctx;
    for (uint32_t i = 0; i < 32; i++)
        mini_submit_here(i, 0);
}

START_TEST(tags_are_the_lowest_that_are_free)
{
    mini.config.queue_depth = 64;
    mini_boot();
    mini_call(0, submit_32, NULL);
    mini_run(SIM_MS);
    for (uint32_t i = 0; i < 32; i++)
        ck_assert_uint_eq(mini.kept[i].srb->QueueTag, i);
    mini_complete(0, 7, SRB_STATUS_SUCCESS);
    mini_submit(0, 40, 0);
    ck_assert_uint_eq(mini.kept[31].srb->QueueTag, 7);
}
END_TEST

START_TEST(an_untagged_request_waits_for_an_empty_lun_and_holds_up_the_rest)
{
    mini.luns = 2;
    mini_boot();
    mini_submit(0, 0, 0);
    mini.flags = SP_FLAG_NO_QUEUE_FREEZE;
    mini_submit(0, 1, 0);
    mini.flags |= SP_FLAG_TAGGED;
    mini_submit(0, 2, 0);
    mini_submit(0, 3, 1); /* another LUN does not mind */
    ck_assert_uint_eq(mini.kept_count, 2);
    mini_complete(1, 0, SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.kept_count, 2);
    ck_assert_uint_eq(mini.kept[1].srb->QueueTag, SP_UNTAGGED);
    ck_assert_uint_eq(mini.kept[1].srb->SrbFlags & SRB_FLAGS_QUEUE_ACTION_ENABLE, 0);
    mini_complete(1, 1, SRB_STATUS_BUSY); /* comes back, and still holds up the rest */
    ck_assert_uint_eq(mini.kept_count, 1);
    mini_run(SIM_S);
    ck_assert_uint_eq(mini.kept_count, 2);
    ck_assert_uint_eq(mini.kept[1].srb->QueueTag, SP_UNTAGGED);
    mini_complete(1, 1, SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.kept_count, 2);
    ck_assert_uint_eq(mini.kept[1].srb->QueueTag, 0);
    ck_assert_uint_eq(mini.port->lun[0].untagged, 0);
}
END_TEST

START_TEST(a_request_for_a_unit_that_is_not_there_comes_back)
{
    mini_boot();
    mini_submit(0, 0, 5);
    ck_assert_uint_eq(mini.done_count, 1);
    ck_assert_uint_eq(mini.request[0].srb_status, SRB_STATUS_NO_DEVICE);
    ck_assert_uint_eq(mini.kept_count, 0);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("queue");
    Suite *s = suite_create("storport queue");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, one_start_io_at_a_time_on_all_cpus);
    tcase_add_test(tc, build_io_runs_on_several_cpus_at_once);
    tcase_add_test(tc, requests_beyond_the_depth_wait_and_start_on_completion_in_order);
    tcase_add_test(tc, a_deeper_queue_lets_waiting_requests_go);
    tcase_add_test(tc, build_io_false_means_no_start_io_and_the_timer_runs);
    tcase_add_test(tc, a_request_may_be_completed_inside_build_io);
    tcase_add_test(tc, build_io_true_for_a_completed_request_is_a_finding);
    tcase_add_test(tc, a_pause_after_build_io_holds_start_io_back);
    tcase_add_test(tc, the_legacy_srb_says_what_the_request_is);
    tcase_add_test(tc, an_extended_srb_carries_the_same);
    tcase_add_test(tc, half_duplex_starts_requests_at_dirql);
    tcase_add_test(tc, an_untagged_request_waits_for_an_empty_lun_and_holds_up_the_rest);
    tcase_add_test(tc, tags_are_the_lowest_that_are_free);
    tcase_add_test(tc, a_request_for_a_unit_that_is_not_there_comes_back);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
