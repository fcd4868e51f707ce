/* models/load/tests/test_stages.c - traces: each I/O at its time, or as soon as there is room. */
// links: models/disk/tests/fake_port.c
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/disk/tests/fake_port.h"

#define SLACK SIM_US /* what a worker takes to send one */

static enum sim_stop run(const char *keys, const char *trace)
{
    char text[2048];

    snprintf(text, sizeof text, "[workload w]\ntrace = t\n%s--- file %zu t\n%s\n", keys,
             strlen(trace), trace);
    return fake_all(text, 2 * SIM_S);
}

static sim_ns base(void)
{
    return fake_event(SIM_EV_PHASE, 0)->at;
}

/* The n-th I/O submitted: what, where, how much, and when after the start. */
static void sent(uint32_t n, enum sp_op op, uint64_t block, uint64_t blocks, sim_ns at)
{
    const struct fake_seen *seen = fake_event(SIM_EV_IO_SUBMIT, n);

    ck_assert_ptr_nonnull(seen);
    ck_assert_uint_eq(seen->arg[1], op);
    ck_assert_uint_eq(seen->arg[2], block);
    ck_assert_uint_eq(seen->arg[3], blocks);
    ck_assert_int_ge(seen->at - base(), at);
    ck_assert_int_le(seen->at - base(), at + SLACK);
}

START_TEST(each_io_is_sent_at_its_time)
{
    fake_port.delay_ns = 10 * SIM_US;
    ck_assert_int_eq(run("iodepth = 8\n", "0,read,0,4k\n5us,w,4k,512\n5us,r,1m,16k\n20us,flush\n"
                                          "30us,trim,8k,8k\n1s,r,8k,4k\n"),
                     SIM_STOP_DONE);
    ck_assert_uint_eq(fake_count(SIM_EV_IO_DONE), 6);
    sent(0, SP_READ, 0, 8, 0);
    sent(1, SP_WRITE, 8, 1, 5 * SIM_US);
    sent(2, SP_READ, 2048, 32, 5 * SIM_US);
    sent(3, SP_FLUSH, 0, 0, 20 * SIM_US);
    sent(4, SP_TRIM, 16, 16, 30 * SIM_US);
    sent(5, SP_READ, 16, 8, SIM_S);
}
END_TEST

START_TEST(who_finds_no_room_is_late_and_catches_up)
{
    fake_port.delay_ns = 100 * SIM_US;
    run("iodepth = 2\n", "0,r,0,4k\n1us,r,4k,4k\n2us,r,8k,4k\n3us,r,12k,4k\n300us,r,16k,4k\n");
    sent(1, SP_READ, 8, 8, SIM_US);
    ck_assert_int_ge(fake_event(SIM_EV_IO_SUBMIT, 2)->at, fake_event(SIM_EV_IO_DONE, 0)->at);
    ck_assert_int_ge(fake_event(SIM_EV_IO_SUBMIT, 3)->at, fake_event(SIM_EV_IO_DONE, 1)->at);
    ck_assert_uint_eq(fake_port.in_flight_max, 2);
    sent(4, SP_READ, 32, 8, 300 * SIM_US);
}
END_TEST

START_TEST(what_overlaps_a_write_waits_for_it)
{
    static const char trace[] = "0,w,0,8k\n1us,r,4k,4k\n2us,r,64k,4k\n";

    fake_port.delay_ns = 100 * SIM_US;
    run("iodepth = 8\n", trace);
    ck_assert_int_ge(fake_event(SIM_EV_IO_SUBMIT, 1)->at, fake_event(SIM_EV_IO_DONE, 0)->at);
    ck_assert_uint_eq(fake_event(SIM_EV_IO_SUBMIT, 2)->arg[2], 128); /* in order all the same */
}
END_TEST

START_TEST(unless_it_may_race)
{
    fake_port.delay_ns = 100 * SIM_US;
    run("iodepth = 8\nserialize_overlap = no\n", "0,w,0,8k\n1us,r,4k,4k\n");
    sent(1, SP_READ, 8, 8, SIM_US);
}
END_TEST

START_TEST(offsets_move_it_for_each_worker)
{
    bool seen[2] = {false};

    run("offset = 1m\nnumjobs = 2\noffset_increment = 1m\n", "0,r,4k,4k\n");
    ck_assert_uint_eq(fake_count(SIM_EV_IO_SUBMIT), 2);
    for (uint32_t i = 0; i < 2; i++)
        seen[fake_event(SIM_EV_IO_SUBMIT, i)->arg[2] == 4096 + 8] = true;
    ck_assert(seen[0] && seen[1]);
}
END_TEST

START_TEST(number_and_run_time_end_it_early)
{
    ck_assert_int_eq(run("number_ios = 2\n", "0,r,0,4k\n1us,flush\n2us,r,0,4k\n1s,r,0,4k\n"),
                     SIM_STOP_DONE);
    ck_assert_uint_eq(fake_count(SIM_EV_IO_DONE), 3); /* a flush is not counted */
}
END_TEST

START_TEST(the_run_time_drops_what_waits_for_its_time)
{
    ck_assert_int_eq(run("runtime = 1ms\n", "0,r,0,4k\n1s,r,0,4k\n"), SIM_STOP_DONE);
    ck_assert_uint_eq(fake_count(SIM_EV_IO_DONE), 1);
    ck_assert(load_drained(fake_load));
}
END_TEST

START_TEST(what_it_wrote_is_read_back)
{
    run("do_verify = yes\nend_fsync = yes\n", "0,w,8k,4k\n1us,w,12k,4k\n2us,r,0,4k\n");
    ck_assert_uint_eq(fake_count(SIM_EV_IO_DONE), 6);
    ck_assert_uint_eq(fake_event(SIM_EV_IO_SUBMIT, 3)->arg[1], SP_FLUSH);
    ck_assert_uint_eq(fake_event(SIM_EV_IO_SUBMIT, 4)->arg[2], 16);
    ck_assert_uint_eq(fake_event(SIM_EV_IO_SUBMIT, 5)->arg[2], 24);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stages");
    TCase *tc = tcase_create("traces");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, each_io_is_sent_at_its_time);
    tcase_add_test(tc, who_finds_no_room_is_late_and_catches_up);
    tcase_add_test(tc, what_overlaps_a_write_waits_for_it);
    tcase_add_test(tc, unless_it_may_race);
    tcase_add_test(tc, offsets_move_it_for_each_worker);
    tcase_add_test(tc, number_and_run_time_end_it_early);
    tcase_add_test(tc, the_run_time_drops_what_waits_for_its_time);
    tcase_add_test(tc, what_it_wrote_is_read_back);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
