/* models/load/tests/test_pace.c - think times, rates, batches, stages and ends of workers that are
 * not plain, on a port driver that answers when it is told to.
 */
// links: models/disk/tests/fake_port.c
// covers: models/load/stages.c models/load/build.c
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "models/disk/scsi.h"
#include "models/disk/tests/fake_port.h"
#include "sim/run/result_private.h"

static const struct fake_seen *submitted(uint32_t n)
{
    const struct fake_seen *seen = fake_event(SIM_EV_IO_SUBMIT, n);

    ck_assert_ptr_nonnull(seen);
    return seen;
}

static sim_ns base(void)
{
    return fake_event(SIM_EV_PHASE, 0)->at;
}

/* --- pauses ----------------------------------------------------------------------------------- */

START_TEST(a_think_time_waits_for_all_and_caps_the_depth)
{
    fake_port.delay_ns = 10 * SIM_US;
    ck_assert_int_eq(fake_all("[workload w]\niodepth = 8\nnumber_ios = 20\nsize = 1m\n"
                              "thinktime = 1ms\nthinktime_blocks = 4\n",
                              SIM_S),
                     SIM_STOP_DONE);
    ck_assert_uint_eq(fake_port.in_flight_max, 4);
    ck_assert_uint_eq(fake_count(SIM_EV_IO_DONE), 20);
    for (uint32_t i = 4; i < 20; i += 4) {
        sim_ns gap = submitted(i)->at - fake_event(SIM_EV_IO_DONE, i - 1)->at;

        ck_assert_int_ge(gap, SIM_MS);
        ck_assert_int_le(gap, SIM_MS + 10 * SIM_US);
    }
}
END_TEST

START_TEST(a_burst_and_its_delay_are_iometers)
{
    fake_all("[workload w]\niodepth = 8\nnumber_ios = 30\nsize = 1m\n"
             "access = 4k/100/100/100/2/10\n",
             SIM_S);
    for (uint32_t i = 10; i < 30; i += 10)
        ck_assert_int_ge(submitted(i)->at - fake_event(SIM_EV_IO_DONE, i - 1)->at, 2 * SIM_MS);
    ck_assert_int_le(submitted(9)->at - submitted(0)->at, SIM_MS);
    ck_assert_uint_eq(fake_port.in_flight_max, 8);
}
END_TEST

/* --- rates ------------------------------------------------------------------------------------ */

START_TEST(rate_iops_spaces_ios_evenly)
{
    fake_all("[workload w]\niodepth = 4\nnumber_ios = 50\nsize = 1m\nrate_iops = 1000\n", SIM_S);
    for (uint32_t i = 0; i < 50; i++) {
        ck_assert_int_ge(submitted(i)->at - base(), (sim_ns)i * SIM_MS);
        ck_assert_int_le(submitted(i)->at - base(), (sim_ns)i * SIM_MS + 20 * SIM_US);
    }
}
END_TEST

START_TEST(who_is_late_catches_up)
{
    fake_port.delay_ns = 10 * SIM_MS; /* one after the other takes longer than the rate allows */
    fake_all("[workload w]\niodepth = 1\nnumber_ios = 20\nsize = 1m\nrate_iops = 1000\n", SIM_S);
    for (uint32_t i = 1; i < 20; i++)
        ck_assert_int_le(submitted(i)->at - fake_event(SIM_EV_IO_DONE, i - 1)->at, 10 * SIM_US);
}
END_TEST

START_TEST(rate_counts_bytes_for_each_direction)
{
    uint64_t bytes[2] = {0};

    /* 400 KiB/s of reads, 100 KiB/s of writes: the mix is held up by whatever is due later */
    fake_all("[workload w]\nrw = randrw\niodepth = 16\nruntime = 1s\nsize = 4m\n"
             "rate = 400k,100k\nrwmixread = 80%\n",
             2 * SIM_S);
    for (uint32_t i = 0; fake_event(SIM_EV_IO_SUBMIT, i); i++)
        bytes[submitted(i)->arg[1]] += submitted(i)->arg[3] * 512;
    ck_assert_int_le((int64_t)bytes[0], 405 * 1024);
    ck_assert_int_le((int64_t)bytes[1], 105 * 1024);
    ck_assert_int_ge((int64_t)(bytes[0] + bytes[1]), 350 * 1024);
}
END_TEST

START_TEST(rate_iops_counts_in_the_smallest_size)
{
    uint64_t bytes = 0;

    fake_all("[workload w]\nrw = randread\niodepth = 16\nruntime = 1s\nsize = 4m\n"
             "rate_iops = 100\nbssplit = 4k/50:16k/50\n",
             2 * SIM_S);
    for (uint32_t i = 0; fake_event(SIM_EV_IO_SUBMIT, i); i++)
        bytes += submitted(i)->arg[3] * 512;
    ck_assert_int_le(llabs((int64_t)bytes - 400 * 1024), 20 * 1024);
}
END_TEST

START_TEST(a_poisson_process_has_exponential_distances)
{
    uint32_t n = 0, above_mean = 0, above_twice = 0;

    fake_all("[workload w]\niodepth = 64\nnumber_ios = 1000\nsize = 4m\nrate_iops = 10000\n"
             "rate_process = poisson\n",
             2 * SIM_S);
    for (uint32_t i = 1; i < 1000; i++, n++) {
        sim_ns gap = submitted(i)->at - submitted(i - 1)->at;

        above_mean += gap > 100 * SIM_US;
        above_twice += gap > 200 * SIM_US;
    }
    ck_assert_int_le(abs((int)(n * 0.3679) - (int)above_mean), 60);
    ck_assert_int_le(abs((int)(n * 0.1353) - (int)above_twice), 45);
    ck_assert_int_le(llabs(submitted(999)->at - base() - 100 * SIM_MS), 15 * SIM_MS);
}
END_TEST

/* --- batches ---------------------------------------------------------------------------------- */

START_TEST(the_depth_drains_to_its_low_mark_before_it_is_filled_again)
{
    uint32_t out = 0, most = 0;
    bool filling = true;

    fake_all("[workload w]\niodepth = 16\niodepth_low = 4\nnumber_ios = 200\nsize = 4m\n", SIM_S);
    for (uint32_t i = 0; i < fake_seen_count; i++) {
        if (fake_seen[i].event == SIM_EV_IO_DONE) {
            out--;
            filling = filling && out > 4 ? filling : out <= 4;
        } else if (fake_seen[i].event == SIM_EV_IO_SUBMIT) {
            ck_assert(filling || most < 16);
            out++;
            most = out > most ? out : most;
            filling = out < 16;
        }
    }
    ck_assert_uint_eq(most, 16);
}
END_TEST

START_TEST(ends_are_taken_up_in_groups)
{
    uint32_t done = 0;

    fake_all("[workload w]\niodepth = 8\niodepth_batch_complete_min = 4\nnumber_ios = 100\n"
             "size = 4m\n",
             SIM_S);
    ck_assert_uint_eq(fake_count(SIM_EV_IO_DONE), 100);
    for (uint32_t i = 0, sent = 0; i < fake_seen_count && sent < 100; i++) {
        done += fake_seen[i].event == SIM_EV_IO_DONE;
        if (fake_seen[i].event != SIM_EV_IO_SUBMIT)
            continue;
        if (++sent > 8) /* what makes room came back four at a time */
            ck_assert_uint_ge(done, (sent - 8 + 3) / 4 * 4);
    }
}
END_TEST

START_TEST(between_two_batches_others_have_their_turn)
{
    ck_assert_int_eq(fake_all("[workload w]\niodepth = 16\niodepth_batch = 4\nnumber_ios = 64\n"
                              "size = 4m\nnumjobs = 2\ncpus_allowed = 0\n",
                              SIM_S),
                     SIM_STOP_DONE);
    ck_assert_uint_eq(fake_count(SIM_EV_IO_DONE), 128);
    ck_assert_uint_eq(fake_port.in_flight_max, 32);
    for (uint32_t i = 0; i < 32; i++)
        ck_assert_uint_eq(fake_port.log[i].slot / 16, i / 4 % 2);
}
END_TEST

/* --- how much --------------------------------------------------------------------------------- */

START_TEST(io_size_and_loops_bound_the_bytes)
{
    uint64_t bytes = 0;

    fake_all("[workload w]\nrw = randread\niodepth = 4\nsize = 1m\nbs = 8k\nio_size = 100k\n"
             "loops = 3\n",
             SIM_S);
    for (uint32_t i = 0; fake_event(SIM_EV_IO_SUBMIT, i); i++)
        bytes += submitted(i)->arg[3] * 512;
    ck_assert_uint_eq(bytes, (300 + 7) / 8 * 8192);
}
END_TEST

START_TEST(trim_and_write_pairs_are_counted_by_their_writes)
{
    uint32_t n[5] = {0};

    fake_all("[workload w]\nrw = trimwrite\niodepth = 4\nsize = 1m\nnumber_ios = 10\n", SIM_S);
    for (uint32_t i = 0; fake_event(SIM_EV_IO_SUBMIT, i); i++)
        n[submitted(i)->arg[1]]++;
    ck_assert_uint_eq(n[SP_TRIM], 10);
    ck_assert_uint_eq(n[SP_WRITE], 10);
}
END_TEST

START_TEST(a_trim_is_an_unmap_of_its_blocks)
{
    fake_all("[workload w]\nrw = trim\niodepth = 1\nsize = 1m\nnumber_ios = 2\nbs = 64k\n", SIM_S);
    ck_assert_uint_eq(fake_port.log[1].cdb[0], SCSI_UNMAP);
    ck_assert_uint_eq(fake_port.log[1].cdb[8], 24);
    ck_assert_uint_eq(fake_port.log[1].data_bytes, 24);
    ck_assert_uint_eq(submitted(1)->arg[2], 128);
}
END_TEST

START_TEST(a_ramp_is_left_out_of_latencies_and_extends_the_run)
{
    static struct sim_result result;
    uint32_t sent;

    sim__result_begin_boot();
    fake_port.delay_ns = SIM_MS;
    fake_all("[workload w]\niodepth = 1\nsize = 1m\nramp_time = 20ms\nruntime = 10ms\n", SIM_S);
    sim__result_end(&result);
    sent = fake_count(SIM_EV_IO_SUBMIT);
    ck_assert_uint_ge(sent, 28);
    ck_assert_uint_le(result.samples, 10);
    ck_assert_uint_ge(result.samples, 8);
    ck_assert_int_eq(result.figure[SIM_FIG_IOS], sent);
    ck_assert_int_ge(result.sample[0].start, base() + 20 * SIM_MS);
}
END_TEST

/* --- stages ----------------------------------------------------------------------------------- */

START_TEST(a_flush_ends_a_worker_that_wants_one)
{
    uint32_t n;

    fake_all("[workload w]\nrw = write\niodepth = 4\nnumber_ios = 10\nsize = 1m\nend_fsync = yes\n",
             SIM_S);
    n = fake_count(SIM_EV_IO_SUBMIT);
    ck_assert_uint_eq(n, 11);
    ck_assert_uint_eq(submitted(10)->arg[1], SP_FLUSH);
    ck_assert_int_ge(submitted(10)->at, fake_event(SIM_EV_IO_DONE, 9)->at);
}
END_TEST

START_TEST(what_was_written_is_read_back_at_the_end)
{
    static bool written[2048], verified[2048];
    uint32_t reads = 0;

    memset(written, 0, sizeof written);
    memset(verified, 0, sizeof verified);
    fake_all("[workload w]\nrw = randwrite\niodepth = 8\nnumber_ios = 60\nsize = 1m\n"
             "bssplit = 4k/50:12k/50\ndo_verify = yes\nruntime = 500ms\n",
             SIM_S);
    for (uint32_t i = 0; fake_event(SIM_EV_IO_SUBMIT, i); i++) {
        const struct fake_seen *s = submitted(i);

        ck_assert(s->arg[1] == (i < 60 ? SP_WRITE : SP_READ));
        reads += s->arg[1] == SP_READ;
        for (uint64_t k = s->arg[2]; k < s->arg[2] + s->arg[3]; k++)
            (i < 60 ? written : verified)[k] = true;
    }
    ck_assert_uint_gt(reads, 0);
    ck_assert_int_eq(memcmp(written, verified, sizeof written), 0);
    ck_assert_int_ge(submitted(60)->at, fake_event(SIM_EV_IO_DONE, 59)->at);
}
END_TEST

START_TEST(a_run_time_ends_the_workload_not_the_reading_back)
{
    uint64_t last;

    fake_all("[workload w]\nrw = randwrite\niodepth = 2\nsize = 1m\ndo_verify = yes\n"
             "end_fsync = yes\nruntime = 1ms\nthinktime = 100us\n",
             SIM_S);
    last = fake_count(SIM_EV_IO_SUBMIT) - 1;
    ck_assert_uint_eq(submitted((uint32_t)last)->arg[1], SP_READ);
    ck_assert(load_drained(fake_load));
}
END_TEST

/* --- one after the other ---------------------------------------------------------------------- */

START_TEST(a_stonewall_waits_for_all_before_it)
{
    fake_all("[workload a]\niodepth = 4\nnumjobs = 2\nnumber_ios = 10\nsize = 1m\n"
             "[workload b]\niodepth = 1\nnumber_ios = 10\nsize = 1m\nthinktime = 1ms\n"
             "[workload c]\niodepth = 1\nnumber_ios = 1\nsize = 1m\nbs = 8k\nstonewall = yes\n"
             "startdelay = 2ms\n",
             SIM_S);
    ck_assert_uint_eq(submitted(30)->arg[3], 16);
    for (uint32_t i = 0; i < 30; i++)
        ck_assert_int_ge(submitted(30)->at, fake_event(SIM_EV_IO_DONE, i)->at + 2 * SIM_MS);
}
END_TEST

START_TEST(wait_for_waits_for_one)
{
    sim_ns c;

    fake_all("[workload a]\niodepth = 1\nnumber_ios = 5\nsize = 1m\n"
             "[workload b]\niodepth = 1\nnumber_ios = 50\nsize = 1m\nthinktime = 1ms\nbs = 16k\n"
             "[workload c]\niodepth = 1\nnumber_ios = 1\nsize = 1m\nbs = 8k\nwait_for = a\n",
             SIM_S);
    for (uint32_t i = 0;; i++)
        if (submitted(i)->arg[3] == 16) {
            c = submitted(i)->at;
            break;
        }
    ck_assert_int_ge(c, fake_event(SIM_EV_IO_DONE, 4)->at);
    ck_assert_int_lt(c - base(), 5 * SIM_MS);
    ck_assert_uint_eq(fake_count(SIM_EV_IO_DONE), 56);
}
END_TEST

/* --- giving up -------------------------------------------------------------------------------- */

static void fail_tenth(struct sp_request *request, uint32_t n)
{
    (void)n;
    if (request->op != SP_OTHER && request->io % 10 == 0)
        request->srb_status = SRB_NO_DEVICE;
}

START_TEST(an_error_ends_the_worker_unless_it_may_happen)
{
    fake_port.end = fail_tenth;
    fake_all("[workload w]\niodepth = 1\nnumber_ios = 100\nsize = 1m\ncontinue_on_error = none\n",
             SIM_S);
    ck_assert_uint_lt(fake_count(SIM_EV_IO_DONE), 11);
    ck_assert_uint_eq(fake_count(SIM_EV_WORKER_STOP), 1);
    ck_assert_uint_eq(fake_event(SIM_EV_WORKER_STOP, 0)->arg[1], LOAD_STOP_ERROR);
    fake_teardown();
    fake_setup();
    fake_port.end = fail_tenth;
    fake_all("[workload w]\niodepth = 1\nnumber_ios = 100\nsize = 1m\ncontinue_on_error = read\n",
             SIM_S);
    ck_assert_uint_eq(fake_count(SIM_EV_IO_DONE), 100);
    ck_assert_uint_eq(fake_count(SIM_EV_WORKER_STOP), 0);
}
END_TEST

START_TEST(a_latency_above_the_bound_ends_the_worker_and_leaves_its_stages_out)
{
    fake_port.delay_ns = 50 * SIM_US;
    ck_assert_int_eq(fake_all("[workload w]\nrw = write\niodepth = 4\nnumber_ios = 100\nsize = 1m\n"
                              "max_latency = 40us\ndo_verify = yes\nend_fsync = yes\n",
                              SIM_S),
                     SIM_STOP_DONE);
    ck_assert_uint_eq(fake_count(SIM_EV_WORKER_STOP), 1);
    ck_assert_uint_eq(fake_event(SIM_EV_WORKER_STOP, 0)->arg[1], LOAD_STOP_LATENCY);
    ck_assert_uint_le(fake_count(SIM_EV_IO_DONE), 5);
    ck_assert(load_drained(fake_load));
}
END_TEST

START_TEST(others_go_on_when_one_gives_up)
{
    fake_port.end = fail_tenth;
    fake_all("[workload a]\niodepth = 1\nnumber_ios = 100\nsize = 1m\ncontinue_on_error = none\n"
             "[workload b]\niodepth = 1\nnumber_ios = 40\nsize = 1m\n"
             "[workload c]\niodepth = 1\nnumber_ios = 3\nsize = 1m\nwait_for = a\n",
             SIM_S);
    ck_assert_uint_ge(fake_count(SIM_EV_IO_DONE), 44);
    ck_assert(load_drained(fake_load));
}
END_TEST

/* --- where ------------------------------------------------------------------------------------ */

START_TEST(each_worker_has_its_own_part_when_offsets_grow)
{
    fake_all("[workload w]\niodepth = 1\nnumjobs = 4\nnumber_ios = 30\nsize = 128k\n"
             "offset = 64k\noffset_increment = 256k\n",
             SIM_S);
    for (uint32_t i = 0; fake_event(SIM_EV_IO_SUBMIT, i); i++) {
        uint64_t from = submitted(i)->arg[2] * 512;

        ck_assert_uint_ge(from, 64 * 1024);
        ck_assert_uint_lt((from - 64 * 1024) % (256 * 1024), 128 * 1024);
    }
    ck_assert_uint_eq(fake_count(SIM_EV_IO_SUBMIT), 120);
}
END_TEST

START_TEST(workers_run_on_the_cpus_they_may)
{
    fake_all("[workload w]\niodepth = 1\nnumjobs = 4\nnumber_ios = 5\nsize = 1m\n"
             "cpus_allowed = 1,3\n",
             SIM_S);
    for (uint32_t i = 0; i < fake_port.submitted; i++)
        ck_assert_uint_eq(fake_port.log[i].cpu, fake_port.log[i].slot % 2 ? 3 : 1);
}
END_TEST

START_TEST(everything_together_ends)
{
    ck_assert_int_eq(
        fake_all("[workload w]\nrw = randrw\niodepth = 8\niodepth_low = 3\niodepth_batch = 2\n"
                 "iodepth_batch_complete_min = 2\nnumjobs = 3\nnumber_ios = 100\nsize = 2m\n"
                 "bssplit = 512/25:4k/25:8k/25:64k/25\nrandom_distribution = zipf:1.2\n"
                 "thinktime = 50us\nthinktime_blocks = 7\nrate_iops = 100000\nfsync = 5\n"
                 "end_fsync = yes\ndo_verify = yes\nramp_time = 1ms\nmax_latency = 1s\n"
                 "rate_process = poisson\n",
                 10 * SIM_S),
        SIM_STOP_DONE);
    ck_assert_uint_ge(fake_count(SIM_EV_IO_DONE), 300);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pace");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, a_think_time_waits_for_all_and_caps_the_depth);
    tcase_add_test(tc, a_burst_and_its_delay_are_iometers);
    tcase_add_test(tc, rate_iops_spaces_ios_evenly);
    tcase_add_test(tc, who_is_late_catches_up);
    tcase_add_test(tc, rate_counts_bytes_for_each_direction);
    tcase_add_test(tc, rate_iops_counts_in_the_smallest_size);
    tcase_add_test(tc, a_poisson_process_has_exponential_distances);
    tcase_add_test(tc, the_depth_drains_to_its_low_mark_before_it_is_filled_again);
    tcase_add_test(tc, ends_are_taken_up_in_groups);
    tcase_add_test(tc, between_two_batches_others_have_their_turn);
    tcase_add_test(tc, io_size_and_loops_bound_the_bytes);
    tcase_add_test(tc, trim_and_write_pairs_are_counted_by_their_writes);
    tcase_add_test(tc, a_trim_is_an_unmap_of_its_blocks);
    tcase_add_test(tc, a_ramp_is_left_out_of_latencies_and_extends_the_run);
    tcase_add_test(tc, a_flush_ends_a_worker_that_wants_one);
    tcase_add_test(tc, what_was_written_is_read_back_at_the_end);
    tcase_add_test(tc, a_run_time_ends_the_workload_not_the_reading_back);
    tcase_add_test(tc, a_stonewall_waits_for_all_before_it);
    tcase_add_test(tc, wait_for_waits_for_one);
    tcase_add_test(tc, an_error_ends_the_worker_unless_it_may_happen);
    tcase_add_test(tc, a_latency_above_the_bound_ends_the_worker_and_leaves_its_stages_out);
    tcase_add_test(tc, others_go_on_when_one_gives_up);
    tcase_add_test(tc, each_worker_has_its_own_part_when_offsets_grow);
    tcase_add_test(tc, workers_run_on_the_cpus_they_may);
    tcase_add_test(tc, everything_together_ends);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
