/* models/disk/tests/test_attach.c - start-up: what the class driver asks, and when it gives up. */
// links: models/disk/tests/fake_port.c
// covers: models/disk/disk_model.c
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "models/disk/scsi.h"
#include "models/disk/tests/fake_port.h"

#define ONE "[workload w]\niodepth = 1\nnumber_ios = 1\nsize = 1m\n"

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
    ck_assert_uint_eq(fake_port.probes, 4); /* each capacity twice */
    ck_assert_int_ge(sim_now(fake_sim), 2 * SIM_S);
}
END_TEST

START_TEST(start_up_refuses_an_adapter_that_takes_no_block)
{
    fake_port.max_transfer = 256;
    ck_assert_int_eq(fake_build(ONE), 0);
    ck_assert(!fake_attach());
}
END_TEST

START_TEST(a_disk_that_was_pulled_out_is_logged)
{
    ck_assert_int_eq(fake_build(ONE), 0);
    fake_detach();
    ck_assert(fake_attach());
    fake_detach();
    ck_assert_uint_eq(fake_count(SIM_EV_EVENT_LOG), 0);
    fake_port.surprised = true;
    fake_detach();
    ck_assert_uint_eq(fake_count(SIM_EV_EVENT_LOG), 1);
    ck_assert_uint_eq(fake_event(SIM_EV_EVENT_LOG, 0)->arg[0], 157);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("attach");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, start_up_learns_the_capacity);
    tcase_add_test(tc, start_up_falls_back_to_the_short_capacity);
    tcase_add_test(tc, start_up_outlives_a_unit_attention);
    tcase_add_test(tc, start_up_refuses_another_disk_than_the_scenarios);
    tcase_add_test(tc, start_up_gives_up_on_a_disk_that_does_not_answer);
    tcase_add_test(tc, start_up_refuses_an_adapter_that_takes_no_block);
    tcase_add_test(tc, a_disk_that_was_pulled_out_is_logged);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
