/* models/disk/tests/test_disk_class.c - CDBs, retries and start-up. */
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

START_TEST(addresses_beyond_32_bits_are_sixteen_byte_cdbs)
{
    struct disk_io io = {.lba = UINT64_C(0x1234567890), .blocks = 8, .request = {.op = SP_READ}};

    fake_build(ONE);
    fake_disk->attached = true;
    fake_disk->capacity_blocks = UINT64_C(1) << 40;
    disk__request_build(fake_disk, &io);
    ck_assert_uint_eq(io.request.cdb[0], SCSI_READ_16);
    ck_assert_uint_eq(scsi_get64(io.request.cdb + 2), UINT64_C(0x1234567890));
    ck_assert_uint_eq(scsi_get32(io.request.cdb + 10), 8);
    ck_assert_uint_eq(io.request.cdb_bytes, 16);
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

START_TEST(time_outs_wait_a_second_and_are_sent_by_the_worker)
{
    run_failing(2, SRB_TIMEOUT);
    ck_assert_uint_eq(fake_port.submitted, 3);
    for (uint32_t i = 1; i < 3; i++) {
        ck_assert_int_ge(fake_port.log[i].at - fake_port.log[i - 1].at, SIM_S);
        ck_assert_uint_eq(fake_port.log[i].irql, NT_PASSIVE);
    }
    ck_assert_int_ge((sim_ns)fake_event(SIM_EV_IO_DONE, 0)->arg[2], 2 * SIM_S);
}
END_TEST

static void alternate(struct sp_request *request, uint32_t n)
{
    if (request->op != SP_OTHER)
        request->srb_status = n % 2 ? SRB_PARITY_ERROR : SRB_BUS_RESET;
}

START_TEST(the_two_budgets_are_separate)
{
    fake_port.end = alternate;
    fake_all(ONE, 100 * SIM_S);
    ck_assert_uint_eq(fake_port.submitted,
                      9); /* 4 + 4 retries, and the reset that was one too many */
    ck_assert_uint_eq(fake_event(SIM_EV_IO_DONE, 0)->arg[1], SRB_BUS_RESET);
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

START_TEST(start_up_learns_the_capacity)
{
    ck_assert_int_eq(fake_build(ONE), 0);
    ck_assert(fake_attach());
    ck_assert_uint_eq(disk_blocks(fake_disk), FAKE_BLOCKS);
    ck_assert_uint_eq(disk_block_bytes(fake_disk), 512);
    ck_assert_uint_eq(fake_port.probes, 3); /* capacity, pages, serial number */
}
END_TEST

START_TEST(start_up_falls_back_to_the_short_capacity)
{
    fake_port.refuses_16 = true;
    ck_assert_int_eq(fake_build(ONE), 0);
    ck_assert(fake_attach());
    ck_assert_uint_eq(disk_blocks(fake_disk), FAKE_BLOCKS);
}
END_TEST

static void attention_once(struct sp_request *request, uint32_t n)
{
    if (n)
        return;
    request->srb_status = SRB_ERROR;
    request->sense_valid = true;
    memset(request->sense, 0, sizeof request->sense);
    request->sense[0] = 0x70;
    request->sense[2] = SENSE_UNIT_ATTENTION;
    request->sense[12] = ASC_BUS_RESET;
}

START_TEST(start_up_outlives_a_unit_attention)
{
    fake_port.end = attention_once;
    ck_assert_int_eq(fake_build(ONE), 0);
    ck_assert(fake_attach());
    ck_assert_uint_eq(fake_port.probes, 4);
}
END_TEST

START_TEST(start_up_refuses_another_disk_than_the_scenarios)
{
    fake_port.block_bytes = 4096;
    ck_assert_int_eq(fake_build(ONE), 0);
    ck_assert(!fake_attach());
    fake_port.block_bytes = 512;
    fake_port.blocks = 100;
    ck_assert(!fake_attach());
}
END_TEST

static void time_out(struct sp_request *request, uint32_t n)
{
    (void)n;
    request->srb_status = SRB_TIMEOUT;
}

START_TEST(start_up_gives_up_on_a_disk_that_does_not_answer)
{
    fake_port.end = time_out;
    ck_assert_int_eq(fake_build(ONE), 0);
    ck_assert(!fake_attach());
    ck_assert_int_ge(sim_now(fake_sim), 8 * SIM_S); /* two requests, four waits each */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("disk_class");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, reads_and_writes_are_ten_byte_cdbs);
    tcase_add_test(tc, addresses_beyond_32_bits_are_sixteen_byte_cdbs);
    tcase_add_test(tc, a_flush_has_no_data_and_more_time);
    tcase_add_test(tc, a_request_survives_four_resets_at_once_from_the_dpc);
    tcase_add_test(tc, the_fifth_reset_is_the_applications_error);
    tcase_add_test(tc, time_outs_wait_a_second_and_are_sent_by_the_worker);
    tcase_add_test(tc, the_two_budgets_are_separate);
    tcase_add_test(tc, a_device_that_is_gone_is_told_at_once);
    tcase_add_test(tc, the_number_of_retries_is_an_option);
    tcase_add_test(tc, start_up_learns_the_capacity);
    tcase_add_test(tc, start_up_falls_back_to_the_short_capacity);
    tcase_add_test(tc, start_up_outlives_a_unit_attention);
    tcase_add_test(tc, start_up_refuses_another_disk_than_the_scenarios);
    tcase_add_test(tc, start_up_gives_up_on_a_disk_that_does_not_answer);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
