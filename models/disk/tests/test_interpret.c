/* models/disk/tests/test_interpret.c - SRB status and sense, one by one, as the reference says. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "models/disk/disk_private.h"
#include "models/disk/scsi.h"
#include "models/nt/event_log.h"

static void nothing(void)
{
}

static struct disk_outcome end(uint8_t status)
{
    struct sp_request request = {
        .op = SP_READ, .data_bytes = 4096, .transferred = 4096, .srb_status = status};

    return disk__interpret(&request, 0, false);
}

static struct disk_outcome end_error(uint8_t scsi_status)
{
    struct sp_request request = {
        .op = SP_READ, .srb_status = SRB_ERROR, .scsi_status = scsi_status};

    return disk__interpret(&request, 0, false);
}

static bool legacy;

static struct disk_outcome end_sense_as(uint8_t format, uint8_t key, uint8_t asc, uint8_t ascq)
{
    bool descriptor = format >= 0x72;
    struct sp_request request = {
        .op = SP_READ, .srb_status = SRB_ERROR, .scsi_status = SCSI_STATUS_CHECK};

    request.sense_valid = true;
    request.sense[0] = format;
    request.sense[descriptor ? 1 : 2] = key;
    request.sense[descriptor ? 2 : 12] = asc;
    request.sense[descriptor ? 3 : 13] = ascq;
    return disk__interpret(&request, 0, legacy);
}

static struct disk_outcome end_sense(uint8_t key, uint8_t asc, uint8_t ascq)
{
    return end_sense_as(0x70, key, asc, ascq);
}

static void is_retry(struct disk_outcome outcome, sim_ns delay)
{
    ck_assert_int_eq(outcome.action, DISK_RETRY);
    ck_assert_int_eq(outcome.delay_ns, delay);
}

START_TEST(success_is_done)
{
    ck_assert_int_eq(end(SRB_SUCCESS).action, DISK_DONE);
}
END_TEST

START_TEST(bus_reset_is_tried_at_once_uncounted_and_unlogged)
{
    struct disk_outcome outcome = end(SRB_BUS_RESET);

    is_retry(outcome, 0);
    ck_assert(outcome.timed_out && !outcome.counts && !outcome.log_retry);
    ck_assert_uint_eq(outcome.error, SRB_BUS_RESET);
}
END_TEST

START_TEST(time_outs_and_aborts_count_and_wait_a_second)
{
    static const uint8_t statuses[] = {SRB_TIMEOUT, SRB_COMMAND_TIMEOUT, SRB_ABORTED};

    for (unsigned i = 0; i < sizeof statuses; i++) {
        struct disk_outcome outcome = end(statuses[i]);

        is_retry(outcome, SIM_S);
        ck_assert(outcome.timed_out && outcome.counts && outcome.log_retry);
    }
}
END_TEST

START_TEST(flag_bits_hide_a_time_out_from_its_budget)
{
    struct sp_request request = {.op = SP_READ, .srb_status = SRB_BUS_RESET};

    ck_assert(disk__interpret(&request, 0, false).timed_out);
    request.queue_frozen = true;
    ck_assert(!disk__interpret(&request, 0, false).timed_out);
    request.queue_frozen = false;
    request.sense_valid = true;
    ck_assert(!disk__interpret(&request, 0, false).timed_out);
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
    ck_assert_uint_eq(end(SRB_SELECTION_TIMEOUT).log, NT_EVENT_NOT_READY);
}
END_TEST

START_TEST(what_counts_waits_a_second_and_every_failure_has_a_code)
{
    for (unsigned status = 0; status < 0x40; status++) {
        struct disk_outcome outcome = end((uint8_t)status);

        if (outcome.counts)
            ck_assert_int_ge(outcome.delay_ns, SIM_S);
        if (outcome.action != DISK_DONE)
            ck_assert_uint_ne(outcome.error, 0);
        ck_assert(outcome.action != DISK_DONE || status == SRB_SUCCESS);
    }
}
END_TEST

START_TEST(errors_of_the_link_count_and_are_not_worth_153)
{
    static const uint8_t statuses[] = {SRB_PARITY_ERROR, SRB_UNEXPECTED_BUS_FREE};

    for (unsigned i = 0; i < sizeof statuses; i++) {
        is_retry(end(statuses[i]), SIM_S);
        ck_assert(end(statuses[i]).counts && !end(statuses[i]).log_retry);
    }
}
END_TEST

START_TEST(a_phase_error_is_tried_again_twice_at_most)
{
    struct sp_request request = {.op = SP_READ, .srb_status = SRB_PHASE_SEQUENCE_FAILURE};

    ck_assert_int_eq(disk__interpret(&request, 1, false).action, DISK_RETRY);
    ck_assert_int_eq(disk__interpret(&request, 2, false).action, DISK_FAIL);
}
END_TEST

START_TEST(a_status_nobody_knows_is_event_11_and_tried_at_once)
{
    static const uint8_t statuses[] = {SRB_BUSY, 0x0D, 0x10, 0x22, 0x25, 0x28};

    for (unsigned i = 0; i < sizeof statuses; i++) {
        is_retry(end(statuses[i]), 0);
        ck_assert_uint_eq(end(statuses[i]).log, NT_EVENT_CONTROLLER_ERROR);
        ck_assert(!end(statuses[i]).counts);
    }
    ck_assert_uint_eq(end(SRB_REQUEST_FLUSHED).log, 0);
    is_retry(end(SRB_REQUEST_FLUSHED), 0);
}
END_TEST

START_TEST(an_error_goes_by_its_scsi_status)
{
    is_retry(end_error(SCSI_GOOD), SIM_S);
    ck_assert(end_error(SCSI_GOOD).counts);
    is_retry(end_error(SCSI_STATUS_CHECK), 0);
    ck_assert(!end_error(SCSI_STATUS_CHECK).counts);
    is_retry(end_error(SCSI_STATUS_BUSY), 0);
    ck_assert(end_error(SCSI_STATUS_BUSY).reset_bus);
    ck_assert_int_eq(end_error(SCSI_STATUS_CONFLICT).action, DISK_FAIL);
}
END_TEST

START_TEST(an_underrun_is_tried_again_for_blocks_and_good_for_answers_of_any_length)
{
    struct sp_request request = {.op = SP_WRITE,
                                 .cdb = {SCSI_WRITE_10},
                                 .data_bytes = 4096,
                                 .transferred = 512,
                                 .srb_status = SRB_DATA_OVERRUN};

    is_retry(disk__interpret(&request, 0, false), 0);
    request.op = SP_OTHER;
    request.cdb[0] = SCSI_INQUIRY;
    ck_assert_int_eq(disk__interpret(&request, 0, false).action, DISK_DONE);
    request.transferred = 5000;
    ck_assert_int_eq(disk__interpret(&request, 0, false).action, DISK_FAIL);
    request.transferred = 16;
    request.cdb[0] = SCSI_READ_CAPACITY_10;
    ck_assert_int_eq(disk__interpret(&request, 0, false).action, DISK_FAIL);
}
END_TEST

START_TEST(sense_overrides_the_status_in_both_formats)
{
    static const uint8_t formats[] = {0x70, 0x72};

    for (unsigned i = 0; i < sizeof formats; i++) {
        ck_assert_int_eq(end_sense_as(formats[i], SENSE_RECOVERED, 0, 0).action, DISK_DONE);
        ck_assert_int_eq(end_sense_as(formats[i], SENSE_ILLEGAL_REQUEST, 0x20, 0).action,
                         DISK_FAIL);
        is_retry(end_sense_as(formats[i], SENSE_UNIT_ATTENTION, ASC_PARAMETERS_CHANGED,
                              ASCQ_CAPACITY_CHANGED),
                 SIM_S);
    }
}
END_TEST

START_TEST(what_was_recovered_is_logged_by_its_kind)
{
    ck_assert_uint_eq(end_sense(SENSE_RECOVERED, 0, 0).log, NT_EVENT_CONTROLLER_ERROR);
    ck_assert_uint_eq(end_sense(SENSE_RECOVERED, ASC_SEEK_ERROR, 0).log, NT_EVENT_SEEK_ERROR);
    ck_assert_uint_eq(end_sense(SENSE_RECOVERED, ASC_RECOVERED_ECC, 0).log, NT_EVENT_RECOVERED_ECC);
    ck_assert_uint_eq(end_sense(SENSE_RECOVERED, ASC_FAILURE_PREDICTED, 0).log,
                      NT_EVENT_FAILURE_PREDICTED);
}
END_TEST

START_TEST(unit_attentions_wait_as_long_as_their_cause)
{
    is_retry(end_sense(SENSE_UNIT_ATTENTION, ASC_BUS_RESET, 0), 0);
    ck_assert(end_sense(SENSE_UNIT_ATTENTION, ASC_BUS_RESET, 0).log_retry);
    is_retry(end_sense(SENSE_UNIT_ATTENTION, ASC_PARAMETERS_CHANGED, 0), 0);
    is_retry(end_sense(SENSE_UNIT_ATTENTION, ASC_CONDITIONS_CHANGED, 0x0E), 5 * SIM_S);
    ck_assert(!end_sense(SENSE_UNIT_ATTENTION, ASC_CONDITIONS_CHANGED, 0x0E).log_retry);
    is_retry(end_sense(SENSE_UNIT_ATTENTION, ASC_CONDITIONS_CHANGED, ASCQ_MICROCODE_CHANGED),
             SIM_S);
}
END_TEST

START_TEST(not_ready_waits_when_it_is_a_matter_of_time)
{
    is_retry(end_sense(SENSE_NOT_READY, ASC_LUN_NOT_READY, ASCQ_BECOMING_READY), 10 * SIM_S);
    is_retry(end_sense(SENSE_NOT_READY, ASC_LUN_NOT_READY, 0x02), 0);
    is_retry(end_sense(SENSE_NOT_READY, 0x30, 0), 0);
    ck_assert_int_eq(end_sense(SENSE_NOT_READY, ASC_LUN_NOT_READY, ASCQ_FORMAT_IN_PROGRESS).action,
                     DISK_FAIL);
    ck_assert_int_eq(end_sense(SENSE_NOT_READY, ASC_NO_MEDIUM, 0).action, DISK_FAIL);
}
END_TEST

START_TEST(medium_and_hardware_errors_are_not_tried_again_and_are_logged)
{
    ck_assert_int_eq(end_sense(SENSE_MEDIUM_ERROR, 0x11, 0).action, DISK_FAIL);
    ck_assert_uint_eq(end_sense(SENSE_MEDIUM_ERROR, 0x11, 0).log, NT_EVENT_BAD_BLOCK);
    ck_assert_int_eq(end_sense(SENSE_HARDWARE_ERROR, 0x44, 0).action, DISK_FAIL);
    ck_assert_uint_eq(end_sense(SENSE_HARDWARE_ERROR, 0x44, 0).log, NT_EVENT_HARDWARE_ERROR);
    is_retry(end_sense(SENSE_HARDWARE_ERROR, ASC_COMMUNICATION, ASCQ_CRC_ERROR), SIM_S);
}
END_TEST

START_TEST(legacy_error_handling_tries_hardware_errors_again)
{
    legacy = true;
    is_retry(end_sense(SENSE_HARDWARE_ERROR, 0x44, 0), 0);
    ck_assert_uint_eq(end_sense(SENSE_HARDWARE_ERROR, 0x44, 0).log, NT_EVENT_CONTROLLER_ERROR);
    ck_assert_int_eq(end_sense(SENSE_HARDWARE_ERROR, ASC_LUN_ERROR, ASCQ_LUN_TIMED_OUT).action,
                     DISK_FAIL);
    legacy = false;
}
END_TEST

START_TEST(an_address_in_range_is_asked_for_again_after_five_seconds)
{
    is_retry(end_sense(SENSE_ILLEGAL_REQUEST, ASC_ILLEGAL_BLOCK, 0), 5 * SIM_S);
}
END_TEST

START_TEST(other_keys)
{
    is_retry(end_sense(SENSE_NONE, 0, 0), 0);
    is_retry(end_sense(SENSE_ABORTED_COMMAND, 0, 0), SIM_S);
    is_retry(end_sense(SENSE_MISCOMPARE, 0, 0), 0);
    ck_assert_int_eq(end_sense(SENSE_DATA_PROTECT, 0x27, 0).action, DISK_FAIL);
    ck_assert_int_eq(end_sense(SENSE_BLANK_CHECK, 0, 0).action, DISK_FAIL);
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
    tcase_add_test(tc, bus_reset_is_tried_at_once_uncounted_and_unlogged);
    tcase_add_test(tc, time_outs_and_aborts_count_and_wait_a_second);
    tcase_add_test(tc, flag_bits_hide_a_time_out_from_its_budget);
    tcase_add_test(tc, a_device_that_is_gone_is_not_tried_again);
    tcase_add_test(tc, what_counts_waits_a_second_and_every_failure_has_a_code);
    tcase_add_test(tc, errors_of_the_link_count_and_are_not_worth_153);
    tcase_add_test(tc, a_phase_error_is_tried_again_twice_at_most);
    tcase_add_test(tc, a_status_nobody_knows_is_event_11_and_tried_at_once);
    tcase_add_test(tc, an_error_goes_by_its_scsi_status);
    tcase_add_test(tc, an_underrun_is_tried_again_for_blocks_and_good_for_answers_of_any_length);
    tcase_add_test(tc, sense_overrides_the_status_in_both_formats);
    tcase_add_test(tc, what_was_recovered_is_logged_by_its_kind);
    tcase_add_test(tc, unit_attentions_wait_as_long_as_their_cause);
    tcase_add_test(tc, not_ready_waits_when_it_is_a_matter_of_time);
    tcase_add_test(tc, medium_and_hardware_errors_are_not_tried_again_and_are_logged);
    tcase_add_test(tc, legacy_error_handling_tries_hardware_errors_again);
    tcase_add_test(tc, an_address_in_range_is_asked_for_again_after_five_seconds);
    tcase_add_test(tc, other_keys);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
