/* models/load/tests/test_load_model.c - set-up from a scenario, and the end of a run. */
// links: models/disk/tests/fake_port.c
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "models/disk/tests/fake_port.h"

static void expect_refusal(const char *scenario, const char *words)
{
    ck_assert_int_lt(fake_build(scenario), 0);
    ck_assert_msg(strstr(fake_error.text, words) != NULL, "'%s' does not say '%s'", fake_error.text,
                  words);
}

START_TEST(geometry_is_what_all_loads_share)
{
    struct load_geometry g;

    ck_assert_int_eq(
        fake_build("[workload a]\nbs = 4k\noffset = 8k\nsize = 1m\nnumber_ios = 10\niodepth = 3\n"
                   "[workload b]\nbs = 6k\noffset = 2m\nsize = 1m\nnumber_ios = 10\nnumjobs = 2\n"),
        0);
    load_get_geometry(fake_load, &g);
    ck_assert_uint_eq(g.first_block, 16);
    ck_assert_uint_eq(g.unit_blocks, 4); /* 2k divides 4k, 6k and 2m - 8k */
    ck_assert_uint_eq(g.blocks, 4096 + (1024 * 1024 / 6144) * 12 - 16);
    ck_assert_uint_eq(g.in_flight_max, 3 + 2 * 32);
    ck_assert_uint_eq(g.io_blocks_max, 12);
    ck_assert_uint_ge(g.ios_max, 30);
    ck_assert(g.verify);
}
END_TEST

START_TEST(a_load_without_an_end_has_no_bound)
{
    struct load_geometry g;

    ck_assert_int_eq(fake_build("[workload a]\nruntime = 1s\nverify = no\n"), 0);
    load_get_geometry(fake_load, &g);
    ck_assert_uint_eq(g.ios_max, 0);
    ck_assert(!g.verify);
}
END_TEST

START_TEST(more_ios_than_slots_are_refused)
{
    expect_refusal("[workload w]\nnumber_ios = 1\niodepth = 4096\n", "at most 4095");
}
END_TEST

START_TEST(more_data_than_memory_is_refused)
{
    expect_refusal("[workload w]\nnumber_ios = 1\nbs = 1m\niodepth = 193\nnumjobs = 2\nsize = 2m\n",
                   "386 MiB of data outstanding; at most 384");
}
END_TEST

START_TEST(the_run_waits_for_the_port_to_settle)
{
    fake_port.paused = true;
    ck_assert_int_eq(fake_all("[workload w]\niodepth = 1\nnumber_ios = 1\nsize = 1m\n", SIM_S),
                     SIM_STOP_TIME);
    ck_assert(load_drained(fake_load));
    fake_port.paused = false;
    ck_assert_int_eq(sim_run(fake_sim, sim_now(fake_sim) + 10 * SIM_S), SIM_STOP_DONE);
}
END_TEST

START_TEST(the_run_goes_on_for_a_millisecond_after_the_last_io)
{
    fake_all("[workload w]\niodepth = 1\nnumber_ios = 1\nsize = 1m\n", SIM_S);
    ck_assert_int_eq(sim_now(fake_sim), fake_event(SIM_EV_IO_DONE, 0)->at + SIM_MS);
}
END_TEST

START_TEST(without_a_disk_there_is_no_load)
{
    ck_assert_int_eq(fake_build("[workload w]\nnumber_ios = 1\n"), 0);
    fake_run(SIM_MS);
    ck_assert_uint_eq(fake_port.submitted, 0);
    ck_assert(!load_drained(fake_load));
}
END_TEST

START_TEST(a_bus_reset_is_asked_for_in_its_time_and_waited_for)
{
    const struct fake_seen *reset;

    ck_assert_int_eq(fake_build("[workload w]\niodepth = 1\nnumber_ios = 1\nsize = 1m\n"
                                "[fault r]\naction = reset\nat = 5ms\nspread = 2ms\n"),
                     0);
    ck_assert(fake_attach());
    ck_assert_int_eq(fake_run(SIM_S), SIM_STOP_DONE);
    ck_assert_uint_eq(fake_port.bus_resets, 1); /* though the load had ended long before */
    reset = fake_event(SIM_EV_TIER, 0);
    ck_assert_int_ge(reset->at - fake_event(SIM_EV_PHASE, 0)->at, 5 * SIM_MS);
    ck_assert_int_le(reset->at - fake_event(SIM_EV_PHASE, 0)->at, 7 * SIM_MS + 10 * SIM_US);
}
END_TEST

static struct load_value first, second;
static uint32_t same;

static void look(struct sim *sim, const struct sim_record *r, void *ctx)
{
    (void)sim;
    (void)ctx;
    same = load_read_back(fake_load, r->arg[0], 0, 8, &first);
    if (same < 8)
        load_read_back(fake_load, r->arg[0], same, 8 - same, &second);
}

START_TEST(a_finished_read_can_be_read_back)
{
    sim_trace_subscribe(fake_sim, SIM_EV_IO_DONE, look, NULL);
    fake_all("[workload w]\nrw = read\niodepth = 1\nnumber_ios = 1\nsize = 1m\n", SIM_S);
    ck_assert_uint_eq(same, 8);
    ck_assert_int_eq(first.kind, LOAD_VALUE_ZERO);
}
END_TEST

START_TEST(a_read_that_moved_nothing_shows)
{
    sim_trace_subscribe(fake_sim, SIM_EV_IO_DONE, look, NULL);
    fake_port.move_nothing = true;
    fake_all("[workload w]\nrw = read\niodepth = 1\nnumber_ios = 1\nsize = 1m\n", SIM_S);
    ck_assert_int_eq(first.kind, LOAD_VALUE_UNFILLED);
}
END_TEST

START_TEST(what_is_not_to_be_verified_is_not_told)
{
    sim_trace_subscribe(fake_sim, SIM_EV_IO_DONE, look, NULL);
    fake_all("[workload w]\nrw = read\niodepth = 1\nnumber_ios = 1\nsize = 1m\nverify = no\n",
             SIM_S);
    ck_assert_int_eq(first.kind, LOAD_VALUE_UNCHECKED);
    ck_assert_uint_eq(same, 8);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("load_model");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, geometry_is_what_all_loads_share);
    tcase_add_test(tc, a_load_without_an_end_has_no_bound);
    tcase_add_test(tc, more_ios_than_slots_are_refused);
    tcase_add_test(tc, more_data_than_memory_is_refused);
    tcase_add_test(tc, the_run_waits_for_the_port_to_settle);
    tcase_add_test(tc, the_run_goes_on_for_a_millisecond_after_the_last_io);
    tcase_add_test(tc, without_a_disk_there_is_no_load);
    tcase_add_test(tc, a_bus_reset_is_asked_for_in_its_time_and_waited_for);
    tcase_add_test(tc, a_finished_read_can_be_read_back);
    tcase_add_test(tc, a_read_that_moved_nothing_shows);
    tcase_add_test(tc, what_is_not_to_be_verified_is_not_told);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
