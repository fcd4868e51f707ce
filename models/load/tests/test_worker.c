/* models/load/tests/test_worker.c - pacing: how many, when, on which CPU, until when. */
// links: models/disk/tests/fake_port.c
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/disk/tests/fake_port.h"
#include "sim/run/result.h"
#include "sim/run/result_private.h"

START_TEST(a_worker_keeps_its_depth_and_ends_after_its_ios)
{
    ck_assert_int_eq(fake_all("[workload w]\niodepth = 8\nnumber_ios = 100\nsize = 1m\n", SIM_S),
                     SIM_STOP_DONE);
    ck_assert_uint_eq(fake_count(SIM_EV_IO_SUBMIT), 100);
    ck_assert_uint_eq(fake_count(SIM_EV_IO_DONE), 100);
    ck_assert_uint_eq(fake_port.in_flight_max, 8);
    ck_assert(load_drained(fake_load));
    ck_assert_uint_eq(load_in_flight(fake_load), 0);
}
END_TEST

START_TEST(phases_frame_the_load)
{
    const struct fake_seen *load, *drain, *last;

    fake_all("[workload w]\niodepth = 4\nnumber_ios = 20\nsize = 1m\n", SIM_S);
    load = fake_event(SIM_EV_PHASE, 0);
    drain = fake_event(SIM_EV_PHASE, 1);
    last = fake_event(SIM_EV_IO_SUBMIT, 19);
    ck_assert(load < fake_event(SIM_EV_IO_SUBMIT, 0) && load->arg[0] == 1);
    ck_assert(drain > last && drain->arg[0] == 2);
    ck_assert(drain < fake_event(SIM_EV_IO_DONE, 19));
    ck_assert_uint_eq(fake_count(SIM_EV_PHASE), 2);
}
END_TEST

START_TEST(jobs_are_spread_over_the_cpus_and_submit_at_passive)
{
    bool used[4] = {false};

    fake_all("[workload w]\niodepth = 2\nnumjobs = 6\nnumber_ios = 10\nsize = 1m\n", SIM_S);
    ck_assert_uint_eq(fake_count(SIM_EV_IO_DONE), 60);
    for (uint32_t i = 0; i < fake_port.submitted; i++) {
        uint32_t worker = fake_port.log[i].slot / 2;

        ck_assert_uint_eq(fake_port.log[i].irql, NT_PASSIVE);
        ck_assert_uint_eq(fake_port.log[i].cpu, worker % 4);
        used[worker % 4] = true;
    }
    ck_assert(used[0] && used[1] && used[2] && used[3]);
}
END_TEST

START_TEST(run_time_stops_submission_and_waits_for_the_rest)
{
    sim_ns begin;

    fake_port.delay_ns = SIM_MS;
    ck_assert_int_eq(fake_all("[workload w]\niodepth = 4\nruntime = 10ms\nsize = 1m\n", SIM_S),
                     SIM_STOP_DONE);
    begin = fake_event(SIM_EV_PHASE, 0)->at;
    ck_assert_int_eq(fake_event(SIM_EV_PHASE, 1)->at, begin + 10 * SIM_MS);
    ck_assert_uint_ge(fake_count(SIM_EV_IO_SUBMIT), 36);
    ck_assert_uint_eq(fake_count(SIM_EV_IO_DONE), fake_count(SIM_EV_IO_SUBMIT));
    for (uint32_t i = 0; fake_event(SIM_EV_IO_SUBMIT, i); i++)
        ck_assert_int_le(fake_event(SIM_EV_IO_SUBMIT, i)->at, begin + 10 * SIM_MS);
}
END_TEST

START_TEST(run_time_over_a_device_that_hangs_still_begins_the_drain)
{
    fake_port.delay_ns = 10 * SIM_S;
    ck_assert_int_eq(fake_all("[workload w]\niodepth = 4\nruntime = 10ms\nsize = 1m\n", SIM_S),
                     SIM_STOP_TIME);
    ck_assert_int_eq(fake_event(SIM_EV_PHASE, 1)->at,
                     fake_event(SIM_EV_PHASE, 0)->at + 10 * SIM_MS);
    ck_assert_uint_eq(load_in_flight(fake_load), 4);
    ck_assert(!load_drained(fake_load));
}
END_TEST

START_TEST(a_start_delay_and_think_times_are_kept)
{
    fake_port.delay_ns = SIM_US;
    fake_all(
        "[workload w]\niodepth = 1\nnumber_ios = 5\nsize = 1m\nstartdelay = 3ms\nthinktime = 1ms\n",
        SIM_S);
    ck_assert_int_ge(fake_event(SIM_EV_IO_SUBMIT, 0)->at - fake_event(SIM_EV_PHASE, 0)->at,
                     3 * SIM_MS);
    for (uint32_t i = 1; i < 5; i++) {
        sim_ns gap = fake_event(SIM_EV_IO_SUBMIT, i)->at - fake_event(SIM_EV_IO_DONE, i - 1)->at;

        ck_assert_int_ge(gap, SIM_MS);
        ck_assert_int_le(gap, SIM_MS + 10 * SIM_US);
    }
}
END_TEST

START_TEST(a_flush_follows_so_many_writes_and_counts_extra)
{
    uint32_t writes = 0, flushes = 0;

    fake_all("[workload w]\nrw = randwrite\niodepth = 1\nnumber_ios = 20\nsize = 1m\nfsync = 5\n",
             SIM_S);
    for (uint32_t i = 0; fake_event(SIM_EV_IO_SUBMIT, i); i++) {
        const struct fake_seen *seen = fake_event(SIM_EV_IO_SUBMIT, i);

        if (seen->arg[1] == SP_FLUSH) {
            flushes++;
            ck_assert_uint_eq(writes, 5 * flushes);
            ck_assert_uint_eq(seen->arg[3], 0);
        } else {
            writes++;
        }
    }
    ck_assert_uint_eq(writes, 20);
    ck_assert_uint_eq(flushes, 3); /* the last one would come after the end */
}
END_TEST

static const struct {
    const char *keys;
    uint32_t least, most; /* of 1000 writes, by the CDB's bit */
} forced[] = {
    {"rw = randwrite\n", 0, 0},
    {"rw = randwrite\nfua = 100%\n", 1000, 1000},
    {"rw = randwrite\nfua = 30%\n", 250, 350},
    {"rw = randwrite\nfua = 30%\nrate_iops = 1000000\n", 250, 350}, /* not a plain one */
    {"rw = randread\nfua = 100%\n", 0, 0},
};

START_TEST(the_share_of_writes_with_force_unit_access_is_what_was_asked_for)
{
    char text[200];
    uint32_t n = 0;

    snprintf(text, sizeof text, "[workload w]\n%siodepth = 8\nnumber_ios = 1000\nsize = 1m\n",
             forced[_i].keys);
    ck_assert_int_eq(fake_all(text, 10 * SIM_S), SIM_STOP_DONE);
    for (uint32_t i = 0; i < fake_port.submitted; i++)
        if (fake_port.log[i].op == SP_READ || fake_port.log[i].op == SP_WRITE)
            n += fake_port.log[i].cdb[1] >> 3 & 1;
    ck_assert_uint_ge(n, forced[_i].least);
    ck_assert_uint_le(n, forced[_i].most);
    ck_assert_uint_eq(fake_count(SIM_EV_IO_FUA), n);
}
END_TEST

START_TEST(what_is_written_is_what_is_read)
{
    struct load_value value;
    uint32_t stamps = 0;

    fake_all("[workload w]\nrw = randrw\niodepth = 4\nnumber_ios = 400\nsize = 64k\n", SIM_S);
    for (uint32_t i = 0; i < fake_load->worker->w->depth; i++) {
        load__values(fake_load->worker->io[i].io.packet.request.data, 512, 1, &value);
        ck_assert(value.kind == LOAD_VALUE_STAMP || value.kind == LOAD_VALUE_ZERO);
        stamps += value.kind == LOAD_VALUE_STAMP;
    }
    ck_assert_uint_gt(stamps, 0);
}
END_TEST

START_TEST(a_region_smaller_than_the_depth_is_used_as_far_as_it_goes)
{
    ck_assert_int_eq(
        fake_all("[workload w]\nrw = randwrite\niodepth = 8\nnumber_ios = 50\nsize = 12k\n", SIM_S),
        SIM_STOP_DONE);
    ck_assert_uint_eq(fake_count(SIM_EV_IO_DONE), 50);
    ck_assert_uint_eq(fake_port.in_flight_max, 3);
}
END_TEST

START_TEST(the_load_depends_on_the_seed_unless_it_has_one_of_its_own)
{
    uint64_t lba[2];

    fake_all("[workload a]\nnumber_ios = 1\niodepth = 1\nsize = 4m\n"
             "[workload b]\nnumber_ios = 1\niodepth = 1\nsize = 4m\nrandseed = 7\n",
             SIM_S);
    lba[0] = fake_event(SIM_EV_IO_SUBMIT, 0)->arg[2];
    lba[1] = fake_event(SIM_EV_IO_SUBMIT, 1)->arg[2];
    fake_teardown();
    fake_setup();
    sim_begin(fake_sim, 8, &sim_strategy_time, 0);
    fake_all("[workload a]\nnumber_ios = 1\niodepth = 1\nsize = 4m\n"
             "[workload b]\nnumber_ios = 1\niodepth = 1\nsize = 4m\nrandseed = 7\n",
             SIM_S);
    ck_assert_uint_ne(lba[0], fake_event(SIM_EV_IO_SUBMIT, 0)->arg[2]);
    ck_assert_uint_eq(lba[1], fake_event(SIM_EV_IO_SUBMIT, 1)->arg[2]);
}
END_TEST

START_TEST(figures_and_latency_are_the_applications)
{
    const struct fake_seen *seen;

    sim__result_begin();
    fake_port.delay_ns = 50 * SIM_US;
    fake_all("[workload w]\niodepth = 4\nnumber_ios = 30\nsize = 1m\n", SIM_S);
    ck_assert_int_eq(sim_figure_get(SIM_FIG_IOS), 30);
    ck_assert_int_eq(sim_figure_get(SIM_FIG_IO_ERRORS), -1);
    ck_assert_int_ge(sim_figure_get(SIM_FIG_LATENCY_MAX), 50 * SIM_US);
    seen = fake_event(SIM_EV_IO_DONE, 0);
    ck_assert_int_ge((sim_ns)seen->arg[2], 50 * SIM_US);
    ck_assert_int_le((sim_ns)seen->arg[2], 60 * SIM_US);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("worker");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, a_worker_keeps_its_depth_and_ends_after_its_ios);
    tcase_add_test(tc, phases_frame_the_load);
    tcase_add_test(tc, jobs_are_spread_over_the_cpus_and_submit_at_passive);
    tcase_add_test(tc, run_time_stops_submission_and_waits_for_the_rest);
    tcase_add_test(tc, run_time_over_a_device_that_hangs_still_begins_the_drain);
    tcase_add_test(tc, a_start_delay_and_think_times_are_kept);
    tcase_add_test(tc, a_flush_follows_so_many_writes_and_counts_extra);
    tcase_add_loop_test(tc, the_share_of_writes_with_force_unit_access_is_what_was_asked_for, 0,
                        sizeof forced / sizeof forced[0]);
    tcase_add_test(tc, what_is_written_is_what_is_read);
    tcase_add_test(tc, a_region_smaller_than_the_depth_is_used_as_far_as_it_goes);
    tcase_add_test(tc, the_load_depends_on_the_seed_unless_it_has_one_of_its_own);
    tcase_add_test(tc, figures_and_latency_are_the_applications);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
