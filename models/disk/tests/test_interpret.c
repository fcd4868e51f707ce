/* models/disk/tests/test_interpret.c - SRB status and sense, one by one, as the reference says. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "models/disk/disk_private.h"
#include "models/disk/scsi.h"

static void nothing(void)
{
}

static struct disk_outcome end(uint8_t status)
{
    struct sp_request request = {
        .op = SP_READ, .data_bytes = 4096, .transferred = 4096, .srb_status = status};

    return disk__interpret(&request);
}

static struct disk_outcome end_sense(uint8_t format, uint8_t key, uint8_t asc)
{
    struct sp_request request = {
        .op = SP_READ, .srb_status = SRB_ERROR, .scsi_status = SCSI_STATUS_CHECK};

    request.sense_valid = true;
    request.sense[0] = format;
    request.sense[format >= 0x72 ? 1 : 2] = key;
    request.sense[format >= 0x72 ? 2 : 12] = asc;
    return disk__interpret(&request);
}

START_TEST(success_is_done)
{
    ck_assert_int_eq(end(SRB_SUCCESS).action, DISK_DONE);
}
END_TEST

START_TEST(a_short_transfer_is_tried_again)
{
    struct sp_request request = {
        .op = SP_READ, .data_bytes = 4096, .transferred = 512, .srb_status = SRB_SUCCESS};

    ck_assert_int_eq(disk__interpret(&request).action, DISK_RETRY);
    request.op = SP_OTHER;
    ck_assert_int_eq(disk__interpret(&request).action, DISK_DONE);
}
END_TEST

START_TEST(bus_reset_is_tried_at_once_from_the_budget_of_time_outs)
{
    ck_assert_int_eq(end(SRB_BUS_RESET).action, DISK_RETRY_TIMEOUT);
    ck_assert_int_eq(end(SRB_BUS_RESET).delay_ns, 0);
    ck_assert_uint_eq(end(SRB_BUS_RESET).error, SRB_BUS_RESET);
}
END_TEST

START_TEST(time_outs_and_aborts_wait_a_second)
{
    static const uint8_t statuses[] = {SRB_TIMEOUT, SRB_COMMAND_TIMEOUT, SRB_ABORTED};

    for (unsigned i = 0; i < sizeof statuses; i++) {
        ck_assert_int_eq(end(statuses[i]).action, DISK_RETRY_TIMEOUT);
        ck_assert_int_eq(end(statuses[i]).delay_ns, SIM_S);
    }
}
END_TEST

START_TEST(a_device_that_is_gone_is_not_tried_again)
{
    static const uint8_t statuses[] = {SRB_NO_DEVICE,         SRB_NO_HBA,
                                       SRB_INVALID_LUN,       SRB_INVALID_PATH_ID,
                                       SRB_INVALID_TARGET_ID, SRB_SELECTION_TIMEOUT,
                                       SRB_INVALID_REQUEST,   SRB_INTERNAL_ERROR};

    for (unsigned i = 0; i < sizeof statuses; i++) {
        ck_assert_int_eq(end(statuses[i]).action, DISK_FAIL);
        ck_assert_uint_eq(end(statuses[i]).error, statuses[i]);
    }
}
END_TEST

START_TEST(flag_bits_do_not_matter)
{
    ck_assert_int_eq(end(SRB_BUS_RESET | 0x80).action, DISK_RETRY_TIMEOUT);
    ck_assert_int_eq(end(SRB_NO_DEVICE | 0x40).action, DISK_FAIL);
}
END_TEST

START_TEST(every_retry_but_reset_and_flush_waits_a_second_and_every_failure_has_a_code)
{
    for (unsigned status = 0; status < 0x40; status++) {
        struct disk_outcome outcome = end((uint8_t)status);

        if (outcome.action == DISK_RETRY && status != SRB_REQUEST_FLUSHED)
            ck_assert_int_ge(outcome.delay_ns, SIM_S);
        if (outcome.action != DISK_DONE)
            ck_assert_uint_ne(outcome.error, 0);
        ck_assert(outcome.action != DISK_DONE || status == SRB_SUCCESS);
    }
}
END_TEST

START_TEST(a_reserved_device_is_an_error)
{
    struct sp_request request = {.srb_status = SRB_ERROR, .scsi_status = SCSI_STATUS_CONFLICT};

    ck_assert_int_eq(disk__interpret(&request).action, DISK_FAIL);
}
END_TEST

START_TEST(sense_overrides_the_status_in_both_formats)
{
    static const uint8_t formats[] = {0x70, 0x72};

    for (unsigned i = 0; i < sizeof formats; i++) {
        ck_assert_int_eq(end_sense(formats[i], SENSE_RECOVERED, 0).action, DISK_DONE);
        ck_assert_int_eq(end_sense(formats[i], SENSE_ILLEGAL_REQUEST, 0x20).action, DISK_FAIL);
    }
}
END_TEST

START_TEST(unit_attention_after_a_reset_is_tried_at_once)
{
    ck_assert_int_eq(end_sense(0x70, SENSE_UNIT_ATTENTION, ASC_BUS_RESET).action, DISK_RETRY);
    ck_assert_int_eq(end_sense(0x70, SENSE_UNIT_ATTENTION, ASC_BUS_RESET).delay_ns, 0);
    ck_assert_int_eq(end_sense(0x70, SENSE_UNIT_ATTENTION, ASC_PARAMETERS_CHANGED).delay_ns, SIM_S);
}
END_TEST

START_TEST(not_ready_is_tried_again_and_hardware_errors_are_not)
{
    ck_assert_int_eq(end_sense(0x72, SENSE_NOT_READY, 4).action, DISK_RETRY);
    ck_assert_int_eq(end_sense(0x72, SENSE_HARDWARE_ERROR, 0).action, DISK_FAIL);
    ck_assert_int_eq(end_sense(0x72, SENSE_MEDIUM_ERROR, 0).action, DISK_FAIL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("interpret");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, nothing, nothing);
    tcase_add_test(tc, success_is_done);
    tcase_add_test(tc, a_short_transfer_is_tried_again);
    tcase_add_test(tc, bus_reset_is_tried_at_once_from_the_budget_of_time_outs);
    tcase_add_test(tc, time_outs_and_aborts_wait_a_second);
    tcase_add_test(tc, a_device_that_is_gone_is_not_tried_again);
    tcase_add_test(tc, flag_bits_do_not_matter);
    tcase_add_test(tc, every_retry_but_reset_and_flush_waits_a_second_and_every_failure_has_a_code);
    tcase_add_test(tc, a_reserved_device_is_an_error);
    tcase_add_test(tc, sense_overrides_the_status_in_both_formats);
    tcase_add_test(tc, unit_attention_after_a_reset_is_tried_at_once);
    tcase_add_test(tc, not_ready_is_tried_again_and_hardware_errors_are_not);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
