/* models/disk/tests/test_packet.c - CDBs, retries and their flags, split I/Os, the event log. */
// links: models/disk/tests/fake_port.c
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "models/disk/scsi.h"
#include "models/disk/tests/fake_port.h"

#define ONE "[workload w]\niodepth = 1\nnumber_ios = 1\nsize = 1m\n"

static uint32_t fail_first;
static uint8_t fail_with;

/* The first so many hand-overs of each request end badly; what the start-up asks goes well. */
static void fail_some(struct sp_request *request, uint32_t n)
{
    if (request->op != SP_OTHER && n < fail_first)
        request->srb_status = fail_with;
}

static void run_failing(uint32_t times, uint8_t status)
{
    fail_first = times;
    fail_with = status;
    fake_port.end = fail_some;
    fake_all(ONE, 100 * SIM_S);
}

START_TEST(reads_and_writes_are_ten_byte_cdbs)
{
    fake_all("[workload w]\nrw = write\niodepth = 1\nnumber_ios = 2\noffset = 512k\nsize = 1m\nbs "
             "= 16k\n",
             SIM_S);
    ck_assert_uint_eq(fake_port.log[0].cdb[0], SCSI_WRITE_10);
    ck_assert_uint_eq(scsi_get32(fake_port.log[0].cdb + 2), 1024);
    ck_assert_uint_eq(fake_port.log[0].cdb[8], 32);
    ck_assert_uint_eq(fake_port.log[0].data_bytes, 16384);
    ck_assert_uint_eq(scsi_get32(fake_port.log[1].cdb + 2), 1056);
    ck_assert_uint_eq(fake_port.log[0].timeout_s, 10);
}
END_TEST

static void send_far(struct nt *nt, void *ctx)
{
    (void)nt;
    disk_io_send(fake_disk, ctx);
}

START_TEST(addresses_beyond_32_bits_are_sixteen_byte_cdbs)
{
    static struct nt_work work;
    struct disk_io *io;

    fake_build(ONE);
    ck_assert(fake_attach());
    fake_disk->capacity_blocks = UINT64_C(1) << 40;
    io = &fake_load->worker->io[0].io;
    io->packet.request.op = SP_READ;
    io->lba = UINT64_C(0x1234567890);
    io->blocks = 8;
    memset(&work, 0, sizeof work);
    nt_work_init(&work, send_far, io);
    nt_work_queue(fake_nt, &work, 0);
    sim_run(fake_sim, sim_now(fake_sim) + 5 * SIM_US);
    ck_assert_uint_eq(fake_port.log[0].cdb[0], SCSI_READ_16);
    ck_assert_uint_eq(scsi_get64(fake_port.log[0].cdb + 2), UINT64_C(0x1234567890));
    ck_assert_uint_eq(scsi_get32(fake_port.log[0].cdb + 10), 8);
}
END_TEST

START_TEST(a_flush_has_no_data_and_more_time)
{
    fake_all("[workload w]\nrw = write\niodepth = 1\nnumber_ios = 3\nfsync = 1\nsize = 1m\n",
             SIM_S);
    ck_assert_uint_eq(fake_port.log[1].cdb[0], SCSI_SYNCHRONIZE_CACHE_10);
    ck_assert_uint_eq(fake_port.log[1].data_bytes, 0);
    ck_assert_uint_eq(fake_port.log[1].timeout_s, 40);
}
END_TEST

START_TEST(a_request_survives_four_resets_at_once_from_the_dpc)
{
    run_failing(4, SRB_BUS_RESET);
    ck_assert_uint_eq(fake_port.submitted, 5);
    ck_assert_uint_eq(fake_event(SIM_EV_IO_DONE, 0)->arg[1], 0);
    ck_assert_uint_eq(fake_event(SIM_EV_IO_DONE, 0)->arg[3], 4);
    for (uint32_t i = 1; i < 5; i++) {
        ck_assert_uint_eq(fake_port.log[i].irql, NT_DISPATCH);
        ck_assert_uint_eq(fake_port.log[i].slot, fake_port.log[0].slot);
        ck_assert_uint_eq(fake_port.log[i].io, fake_port.log[0].io);
        ck_assert(fake_port.log[i].at - fake_port.log[i - 1].at < 20 * SIM_US);
    }
}
END_TEST

START_TEST(the_fifth_reset_is_the_applications_error)
{
    run_failing(5, SRB_BUS_RESET);
    ck_assert_uint_eq(fake_port.submitted, 5);
    ck_assert_uint_eq(fake_event(SIM_EV_IO_DONE, 0)->arg[1], SRB_BUS_RESET);
    ck_assert_uint_eq(fake_count(SIM_EV_IO_RETRY), 4);
    ck_assert_uint_eq(fake_event(SIM_EV_IO_RETRY, 3)->arg[2], 4);
}
END_TEST

START_TEST(time_outs_wait_a_second_and_are_sent_by_a_timers_dpc)
{
    run_failing(2, SRB_TIMEOUT);
    ck_assert_uint_eq(fake_port.submitted, 3);
    for (uint32_t i = 1; i < 3; i++) {
        ck_assert_int_ge(fake_port.log[i].at - fake_port.log[i - 1].at, SIM_S);
        ck_assert_uint_eq(fake_port.log[i].irql, NT_DISPATCH);
    }
    ck_assert_int_ge((sim_ns)fake_event(SIM_EV_IO_DONE, 0)->arg[2], 2 * SIM_S);
}
END_TEST

static void alternate(struct sp_request *request, uint32_t n)
{
    if (request->op != SP_OTHER)
        request->srb_status = n % 2 ? SRB_PARITY_ERROR : SRB_BUS_RESET;
}

START_TEST(every_retry_is_charged_to_the_general_budget)
{
    fake_port.end = alternate;
    fake_all(ONE, 100 * SIM_S);
    ck_assert_uint_eq(fake_port.submitted, 5);
    ck_assert_uint_eq(fake_event(SIM_EV_IO_DONE, 0)->arg[1], SRB_BUS_RESET);
}
END_TEST

START_TEST(legacy_error_handling_has_twice_the_retries)
{
    fail_first = 99;
    fail_with = SRB_BUS_RESET;
    fake_port.end = fail_some;
    fake_all("[port]\nlegacy_error_handling = yes\n" ONE, 100 * SIM_S);
    ck_assert_uint_eq(fake_port.submitted, 9);
}
END_TEST

START_TEST(the_last_retry_goes_untagged_without_disconnect_and_synchronous_transfer)
{
    const uint32_t usual = SP_FLAG_TAGGED | SP_FLAG_NO_QUEUE_FREEZE;

    run_failing(4, SRB_BUS_RESET);
    for (uint32_t i = 0; i < 4; i++)
        ck_assert_uint_eq(fake_port.log[i].flags, usual);
    ck_assert_uint_eq(fake_port.log[4].flags, SP_FLAG_NO_QUEUE_FREEZE | SP_FLAG_DISABLE_DISCONNECT |
                                                  SP_FLAG_DISABLE_SYNCH_TRANSFER);
}
END_TEST

START_TEST(without_the_throttle_the_last_retry_is_as_the_others)
{
    fail_first = 4;
    fail_with = SRB_BUS_RESET;
    fake_port.end = fail_some;
    fake_all("[port]\nthrottle = no\n" ONE, 100 * SIM_S);
    ck_assert_uint_eq(fake_port.log[4].flags, SP_FLAG_TAGGED | SP_FLAG_NO_QUEUE_FREEZE);
}
END_TEST

static void busy_forever(struct sp_request *request, uint32_t n)
{
    (void)n;
    if (request->op == SP_OTHER)
        return;
    request->srb_status = SRB_ERROR;
    request->scsi_status = SCSI_STATUS_BUSY;
}

START_TEST(a_device_that_stays_busy_is_reset_and_asked_again_at_once)
{
    fake_port.end = busy_forever;
    fake_all(ONE, 100 * SIM_S);
    ck_assert_uint_eq(fake_port.submitted, 5);
    ck_assert_uint_eq(fake_port.bus_resets, 5);
    ck_assert(fake_port.log[4].at - fake_port.log[0].at < SIM_MS);
    ck_assert_uint_eq(fake_count(SIM_EV_EVENT_LOG), 0);
}
END_TEST

static void freeze(struct sp_request *request, uint32_t n)
{
    if (request->op == SP_OTHER || n)
        return;
    request->srb_status = SRB_TIMEOUT;
    request->queue_frozen = true;
}

START_TEST(a_frozen_queue_is_released)
{
    fake_port.end = freeze;
    fake_all(ONE, 100 * SIM_S);
    ck_assert_uint_eq(fake_port.releases, 1);
    ck_assert_uint_eq(fake_port.submitted, 2);
    ck_assert_uint_eq(fake_event(SIM_EV_IO_DONE, 0)->arg[1], 0);
}
END_TEST

/* --- split ------------------------------------------------------------------------------------ */

#define LARGE "[workload w]\nrw = write\niodepth = 2\nnumber_ios = 4\nsize = 1m\nbs = 64k\n"

START_TEST(an_io_larger_than_the_adapter_takes_travels_in_parts)
{
    bool seen[8] = {false};

    fake_port.max_transfer = 20 * 1024; /* 20, 20, 20 and 4 KiB */
    fake_all(LARGE, SIM_S);
    ck_assert_uint_eq(fake_count(SIM_EV_IO_DONE), 4);
    ck_assert_uint_eq(fake_port.submitted, 16);
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(scsi_get32(fake_port.log[i].cdb + 2), i * 40);
        ck_assert_uint_eq(fake_port.log[i].data_bytes, (i < 3 ? 20 : 4) * 1024);
        ck_assert_uint_eq(fake_port.log[i].io, fake_port.log[0].io);
        ck_assert_uint_lt(fake_port.log[i].slot, 8 + 1);
        for (uint32_t k = 0; k < i; k++)
            ck_assert_uint_ne(fake_port.log[i].slot, fake_port.log[k].slot);
    }
    for (uint32_t i = 0; fake_event(SIM_EV_IO_DONE, i); i++) {
        uint64_t io = fake_event(SIM_EV_IO_DONE, i)->arg[0];

        ck_assert(!seen[io % 8]);
        seen[io % 8] = true;
        ck_assert_uint_eq(fake_event(SIM_EV_IO_DONE, i)->arg[1], 0);
    }
}
END_TEST

START_TEST(what_is_written_in_parts_is_read_back_whole)
{
    uint32_t stamps = 0;

    fake_port.max_transfer = 4096;
    fake_all("[workload w]\nrw = randrw\niodepth = 4\nnumber_ios = 300\nsize = 256k\nbs = 16k\n",
             10 * SIM_S);
    for (uint32_t i = 0; i < 4; i++)
        for (uint32_t block = 0; block < 32; block++) {
            struct disk_io *io = &fake_load->worker->io[i].io;
            struct load_value value;

            load__values((char *)io->packet.request.data + block * 512, 512, 1, &value);
            ck_assert(value.kind == LOAD_VALUE_STAMP || value.kind == LOAD_VALUE_ZERO);
            stamps += value.kind == LOAD_VALUE_STAMP && value.lba == io->lba + block;
        }
    ck_assert_uint_gt(stamps, 32);
}
END_TEST

/* The second part of an I/O. */
static void fail_second_part(struct sp_request *request, uint32_t n)
{
    (void)n;
    if (request->op == SP_WRITE && scsi_get32(request->cdb + 2) % 128 == 40)
        request->srb_status = SRB_NO_DEVICE;
}

START_TEST(one_bad_part_is_the_ios_error_and_the_others_are_waited_for)
{
    fake_port.max_transfer = 20 * 1024;
    fake_port.end = fail_second_part;
    fake_all(LARGE, SIM_S);
    ck_assert_uint_eq(fake_count(SIM_EV_IO_DONE), 4);
    ck_assert_uint_eq(fake_port.submitted, 16);
    ck_assert_uint_eq(fake_port.in_flight, 0);
    for (uint32_t i = 0; i < 4; i++)
        ck_assert_uint_eq(fake_event(SIM_EV_IO_DONE, i)->arg[1], SRB_NO_DEVICE);
}
END_TEST

static void reset_second_part(struct sp_request *request, uint32_t n)
{
    if (request->op == SP_WRITE && n < 2 && scsi_get32(request->cdb + 2) % 128 == 40)
        request->srb_status = SRB_BUS_RESET;
}

START_TEST(each_part_has_its_own_retries)
{
    fake_port.max_transfer = 20 * 1024;
    fake_port.end = reset_second_part;
    fake_all(LARGE, SIM_S);
    ck_assert_uint_eq(fake_port.submitted, 16 + 8);
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(fake_event(SIM_EV_IO_DONE, i)->arg[1], 0);
        ck_assert_uint_eq(fake_event(SIM_EV_IO_DONE, i)->arg[3], 2);
    }
}
END_TEST

START_TEST(an_io_waits_when_there_are_no_packets_left)
{
    struct disk_packet *last;

    fake_port.max_transfer = 20 * 1024;
    ck_assert_int_eq(fake_build(LARGE), 0);
    ck_assert(fake_attach());
    ck_assert_uint_eq(fake_disk->spares, 6);
    last = fake_disk->spare->next->next; /* three are enough for one I/O, not for two */
    last->next = NULL;
    fake_disk->spares = 3;
    ck_assert_int_eq(fake_run(SIM_S), SIM_STOP_DONE);
    ck_assert_uint_eq(fake_count(SIM_EV_IO_DONE), 4);
    ck_assert_uint_eq(fake_port.in_flight_max, 4);
    ck_assert_uint_eq(fake_disk->spares, 3);
}
END_TEST

/* --- what the application and the event log see ----------------------------------------------- */

static void cut_short(struct sp_request *request, uint32_t n)
{
    (void)n;
    if (request->op == SP_READ)
        request->transferred = 512;
}

START_TEST(success_that_moved_less_is_a_short_transfer_to_the_application)
{
    fake_port.end = cut_short;
    fake_all(ONE, SIM_S);
    ck_assert_uint_eq(fake_port.submitted, 1);
    ck_assert_uint_eq(fake_event(SIM_EV_IO_DONE, 0)->arg[1], SRB_DATA_OVERRUN);
}
END_TEST

static void expect_events(const uint32_t *ids, uint32_t count)
{
    ck_assert_uint_eq(fake_count(SIM_EV_EVENT_LOG), count);
    for (uint32_t i = 0; i < count; i++)
        ck_assert_uint_eq(fake_event(SIM_EV_EVENT_LOG, i)->arg[0], ids[i]);
}

START_TEST(the_first_retry_after_a_time_out_is_event_153)
{
    run_failing(3, SRB_TIMEOUT);
    expect_events((const uint32_t[]){153}, 1);
}
END_TEST

START_TEST(a_retry_after_a_reset_is_not_logged_unless_asked_for)
{
    run_failing(3, SRB_BUS_RESET);
    expect_events(NULL, 0);
    fake_teardown();
    fake_setup();
    fake_port.end = fail_some;
    fake_all("[port]\nreset_retry = logged\n" ONE, 100 * SIM_S);
    expect_events((const uint32_t[]){153}, 1);
}
END_TEST

START_TEST(a_status_nobody_knows_is_event_11_every_time)
{
    run_failing(99, 0x0D);
    expect_events((const uint32_t[]){11, 11, 11, 11, 11}, 5);
}
END_TEST

START_TEST(a_selection_time_out_is_event_15)
{
    run_failing(99, SRB_SELECTION_TIMEOUT);
    expect_events((const uint32_t[]){15}, 1);
}
END_TEST

static void flush_fails(struct sp_request *request, uint32_t n)
{
    (void)n;
    if (request->op == SP_FLUSH)
        request->srb_status = 0x0D;
}

START_TEST(a_flush_that_fails_is_logged_once)
{
    fake_port.end = flush_fails;
    fake_all("[workload w]\nrw = write\niodepth = 1\nnumber_ios = 4\nfsync = 1\nsize = 1m\n",
             100 * SIM_S);
    expect_events((const uint32_t[]){11}, 1);
}
END_TEST

/* --- the throttle ----------------------------------------------------------------------------- */

static void first_time_out(struct sp_request *request, uint32_t n)
{
    if (request->op != SP_OTHER && !n && fake_port.submitted < 10)
        request->srb_status = SRB_TIMEOUT;
}

START_TEST(four_errors_throttle_new_requests_until_good_ios_restore_them)
{
    const uint32_t usual = SP_FLAG_TAGGED | SP_FLAG_NO_QUEUE_FREEZE;
    bool throttled = false;

    fake_port.end = first_time_out;
    fake_all("[workload w]\niodepth = 1\nnumber_ios = 60\nsize = 1m\n", 100 * SIM_S);
    ck_assert_uint_eq(fake_count(SIM_EV_THROTTLE), 2);
    ck_assert_uint_eq(fake_event(SIM_EV_THROTTLE, 0)->arg[0], 1);
    ck_assert_uint_eq(fake_event(SIM_EV_THROTTLE, 1)->arg[0], 0);
    for (uint32_t i = 0; i < fake_port.submitted; i++) {
        uint32_t flags = fake_port.log[i].flags;

        ck_assert(flags == usual || flags == SP_FLAG_DISABLE_SYNCH_TRANSFER);
        throttled = throttled || flags != usual;
    }
    ck_assert(throttled);
    ck_assert_uint_eq(fake_port.log[fake_port.submitted - 1].flags, usual);
}
END_TEST

START_TEST(a_device_that_is_gone_is_told_at_once)
{
    run_failing(99, SRB_NO_DEVICE);
    ck_assert_uint_eq(fake_port.submitted, 1);
    ck_assert_uint_eq(fake_event(SIM_EV_IO_DONE, 0)->arg[1], SRB_NO_DEVICE);
}
END_TEST

START_TEST(the_number_of_retries_is_an_option)
{
    fail_first = 99;
    fail_with = SRB_BUS_RESET;
    fake_port.end = fail_some;
    fake_all("[port]\nretries = 1\n" ONE, 100 * SIM_S);
    ck_assert_uint_eq(fake_port.submitted, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("packet");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, reads_and_writes_are_ten_byte_cdbs);
    tcase_add_test(tc, addresses_beyond_32_bits_are_sixteen_byte_cdbs);
    tcase_add_test(tc, a_flush_has_no_data_and_more_time);
    tcase_add_test(tc, a_request_survives_four_resets_at_once_from_the_dpc);
    tcase_add_test(tc, the_fifth_reset_is_the_applications_error);
    tcase_add_test(tc, time_outs_wait_a_second_and_are_sent_by_a_timers_dpc);
    tcase_add_test(tc, every_retry_is_charged_to_the_general_budget);
    tcase_add_test(tc, legacy_error_handling_has_twice_the_retries);
    tcase_add_test(tc, the_last_retry_goes_untagged_without_disconnect_and_synchronous_transfer);
    tcase_add_test(tc, without_the_throttle_the_last_retry_is_as_the_others);
    tcase_add_test(tc, a_device_that_stays_busy_is_reset_and_asked_again_at_once);
    tcase_add_test(tc, a_frozen_queue_is_released);
    tcase_add_test(tc, an_io_larger_than_the_adapter_takes_travels_in_parts);
    tcase_add_test(tc, what_is_written_in_parts_is_read_back_whole);
    tcase_add_test(tc, one_bad_part_is_the_ios_error_and_the_others_are_waited_for);
    tcase_add_test(tc, each_part_has_its_own_retries);
    tcase_add_test(tc, an_io_waits_when_there_are_no_packets_left);
    tcase_add_test(tc, success_that_moved_less_is_a_short_transfer_to_the_application);
    tcase_add_test(tc, the_first_retry_after_a_time_out_is_event_153);
    tcase_add_test(tc, a_retry_after_a_reset_is_not_logged_unless_asked_for);
    tcase_add_test(tc, a_status_nobody_knows_is_event_11_every_time);
    tcase_add_test(tc, a_selection_time_out_is_event_15);
    tcase_add_test(tc, a_flush_that_fails_is_logged_once);
    tcase_add_test(tc, four_errors_throttle_new_requests_until_good_ios_restore_them);
    tcase_add_test(tc, a_device_that_is_gone_is_told_at_once);
    tcase_add_test(tc, the_number_of_retries_is_an_option);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
