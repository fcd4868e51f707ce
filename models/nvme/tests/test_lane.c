/* models/nvme/tests/test_lane.c - spans of time that are taken, and the gaps between them. */
#include <check.h>
#include <stdlib.h>

#include "models/nvme/lane.h"
#include "sim/engine/prng.h"

static struct nvme_lane lane;

static void setup(void)
{
    lane = (struct nvme_lane){0};
}

START_TEST(what_comes_together_goes_one_behind_the_other)
{
    ck_assert_int_eq(nvme__lane_take(&lane, 0, 10, 5), 10);
    ck_assert_int_eq(nvme__lane_take(&lane, 0, 10, 5), 15);
    ck_assert_int_eq(nvme__lane_take(&lane, 0, 12, 1), 20);
    ck_assert_int_eq(nvme__lane_end(&lane), 21);
    ck_assert_uint_eq(lane.count, 1);
}
END_TEST

START_TEST(the_first_gap_that_is_long_enough_is_used)
{
    nvme__lane_take(&lane, 0, 100, 10);
    ck_assert_int_eq(nvme__lane_take(&lane, 0, 0, 20), 0);
    ck_assert_int_eq(nvme__lane_take(&lane, 0, 0, 81), 110);
    ck_assert_int_eq(nvme__lane_take(&lane, 0, 0, 80), 20);
    ck_assert_uint_eq(lane.count, 1);
    ck_assert_int_eq(nvme__lane_take(&lane, 0, 0, 1), 191);
}
END_TEST

START_TEST(to_look_takes_nothing_and_no_length_waits_for_a_free_moment)
{
    nvme__lane_take(&lane, 0, 10, 10);
    ck_assert_int_eq(nvme__lane_find(&lane, 12, 1), 20);
    ck_assert_int_eq(nvme__lane_find(&lane, 12, 1), 20);
    ck_assert_int_eq(nvme__lane_take(&lane, 0, 9, 0), 9);
    ck_assert_int_eq(nvme__lane_take(&lane, 0, 10, 0), 20);
    ck_assert_int_eq(nvme__lane_take(&lane, 0, 15, 0), 20);
    ck_assert_uint_eq(lane.count, 1);
}
END_TEST

START_TEST(what_is_past_is_forgotten)
{
    nvme__lane_take(&lane, 0, 10, 10);
    nvme__lane_take(&lane, 0, 30, 10);
    nvme__lane_take(&lane, 20, 50, 10);
    ck_assert_uint_eq(lane.count, 2);
    ck_assert_int_eq(lane.taken[0].from, 30);
}
END_TEST

START_TEST(with_too_many_gaps_the_first_is_lost_and_nothing_overlaps)
{
    for (sim_ns i = 0; i < 40; i++)
        ck_assert_int_ge(nvme__lane_take(&lane, 0, i * 10, 5), i * 10);
    ck_assert_uint_le(lane.count, NVME_LANE_SPANS);
    ck_assert_int_eq(nvme__lane_end(&lane), 395);
    ck_assert_int_gt(nvme__lane_take(&lane, 0, 0, 2), 200);
}
END_TEST

/* Against a map of every moment. */
START_TEST(no_two_spans_ever_overlap)
{
    static unsigned char map[4096];
    struct sim_stream st;
    sim_ns now = 0;

    for (size_t i = 0; i < sizeof map; i++)
        map[i] = 0;
    sim_stream_seed(&st, (uint64_t)_i, "lane");
    for (int n = 0; n < 300 && nvme__lane_end(&lane) < 3800; n++) {
        sim_ns earliest = now + (sim_ns)sim_stream_below(&st, 200);
        sim_ns length = 1 + (sim_ns)sim_stream_below(&st, 20);
        sim_ns from = nvme__lane_take(&lane, now, earliest, length);

        ck_assert_int_ge(from, earliest);
        for (sim_ns t = from; t < from + length; t++)
            ck_assert_int_eq(map[t]++, 0);
        now += (sim_ns)sim_stream_below(&st, 16);
        for (uint32_t i = 1; i < lane.count; i++)
            ck_assert_int_gt(lane.taken[i].from, lane.taken[i - 1].to);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nvme");
    TCase *tc = tcase_create("lane");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_test(tc, what_comes_together_goes_one_behind_the_other);
    tcase_add_test(tc, the_first_gap_that_is_long_enough_is_used);
    tcase_add_test(tc, to_look_takes_nothing_and_no_length_waits_for_a_free_moment);
    tcase_add_test(tc, what_is_past_is_forgotten);
    tcase_add_test(tc, with_too_many_gaps_the_first_is_lost_and_nothing_overlaps);
    tcase_add_loop_test(tc, no_two_spans_ever_overlap, 0, 50);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
