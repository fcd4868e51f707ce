/* models/load/tests/test_skew.c - distributions are what fio's documentation says of them. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/load/skew.h"
#include "sim/engine/sim.h"
#include "sim/load/words.h"

#define DRAWS 400000

static struct sim_stream st;
static struct sim_distribution distribution;
static struct load_skew skew;
static uint32_t *hits;

static void setup(void)
{
    ck_assert_int_eq(sim_world_create(), 0);
    sim_stream_seed(&st, 1, "skew");
}

static void teardown(void)
{
    free(hits);
    hits = NULL;
    sim_world_destroy();
}

static void draw(const char *words, uint64_t places)
{
    struct sim_error error;
    uint32_t outside = 0;

    ck_assert_msg(sim_words_distribution(words, &distribution, &error) == 0, "%s", error.text);
    load__skew_init(&skew, &distribution, places);
    load__skew_begin(&skew, &st);
    hits = calloc(places, sizeof *hits);
    for (int i = 0; i < DRAWS; i++) {
        uint64_t place = load__skew_draw(&skew, &st);

        outside += place >= places;
        hits[place < places ? place : 0]++;
    }
    ck_assert_uint_eq(outside, 0);
}

static int descending(const void *a, const void *b)
{
    return *(const uint32_t *)a < *(const uint32_t *)b ? 1 : -1;
}

/* Share of the draws that the most popular places got. */
static double share_of_top(uint64_t places, uint64_t top)
{
    double sum = 0;

    qsort(hits, places, sizeof *hits, descending);
    for (uint64_t i = 0; i < top; i++)
        sum += hits[i];
    return sum / DRAWS;
}

static double zipf_share(double theta, uint64_t places, uint64_t top)
{
    double sum = 0, part = 0;

    for (uint64_t r = 1; r <= places; r++) {
        sum += pow((double)r, -theta);
        if (r == top)
            part = sum;
    }
    return part / sum;
}

START_TEST(zipf_gives_each_rank_its_weight)
{
    static const char *const words[] = {"zipf:0.5", "zipf:1.2", "zipf:2"};
    static const double theta[] = {0.5, 1.2, 2};
    static const uint64_t tops[] = {1, 10, 100, 1000, 10000};

    for (int i = 0; i < 3; i++) {
        draw(words[i], 20000);
        for (int k = 0; k < 5; k++) {
            double want = zipf_share(theta[i], 20000, tops[k]);

            /* of ranks that are hit a few times each, the lucky ones are counted */
            if (want * DRAWS / (double)tops[k] > 50)
                ck_assert_double_eq_tol(share_of_top(20000, tops[k]), want, 0.01);
        }
        free(hits);
        hits = NULL;
    }
}
END_TEST

START_TEST(pareto_sends_most_to_its_share_of_the_places)
{
    draw("pareto:0.2", 2000);
    ck_assert_double_eq_tol(share_of_top(2000, 400), 0.8, 0.01);
    free(hits);
    draw("pareto:0.1", 2000);
    ck_assert_double_eq_tol(share_of_top(2000, 200), 0.9, 0.01);
}
END_TEST

START_TEST(normal_has_its_deviation_around_the_middle)
{
    double sum = 0, square = 0, mean;

    draw("normal:10", 10000);
    for (int i = 0; i < 10000; i++) {
        sum += (double)hits[i] * i;
        square += (double)hits[i] * i * i;
    }
    mean = sum / DRAWS;
    ck_assert_double_eq_tol(mean, 5000, 20);
    ck_assert_double_eq_tol(sqrt(square / DRAWS - mean * mean), 1000, 20);
}
END_TEST

START_TEST(a_centre_is_where_the_most_hits_are)
{
    uint32_t hottest = 0;

    draw("zipf:1.2:0.25", 1000);
    for (uint32_t i = 1; i < 1000; i++)
        hottest = hits[i] > hits[hottest] ? i : hottest;
    ck_assert_uint_eq(hottest, 250);
    ck_assert_uint_gt(hits[251], hits[300]);
    free(hits);
    draw("normal:5:0.75", 1000);
    ck_assert_uint_gt(hits[750], 10 * hits[600]);
}
END_TEST

START_TEST(without_a_centre_hot_places_are_scattered_and_differ_from_run_to_run)
{
    uint64_t first[3];

    for (int run = 0; run < 3; run++) {
        uint64_t hottest = 0;

        draw("zipf:1.2", 1000);
        for (uint64_t i = 1; i < 1000; i++)
            hottest = hits[i] > hits[hottest] ? i : hottest;
        first[run] = hottest;
        free(hits);
        hits = NULL;
    }
    ck_assert(first[0] != first[1] || first[1] != first[2]);
}
END_TEST

START_TEST(every_place_has_a_rank)
{
    draw("zipf:0.001", 777);
    for (uint64_t i = 0; i < 777; i++)
        ck_assert_uint_gt(hits[i], 0);
}
END_TEST

START_TEST(zones_take_their_accesses_and_their_share_of_the_region)
{
    uint32_t in[4] = {0};

    draw("zoned:60/10:30/20:8/30:2/40", 1000); /* fio's example */
    for (int i = 0; i < 1000; i++)
        in[i < 100 ? 0 : i < 300 ? 1 : i < 600 ? 2 : 3] += hits[i];
    ck_assert_double_eq_tol(in[0], 0.60 * DRAWS, 0.01 * DRAWS);
    ck_assert_double_eq_tol(in[1], 0.30 * DRAWS, 0.01 * DRAWS);
    ck_assert_double_eq_tol(in[2], 0.08 * DRAWS, 0.01 * DRAWS);
    ck_assert_double_eq_tol(in[3], 0.02 * DRAWS, 0.01 * DRAWS);
}
END_TEST

START_TEST(one_place_and_very_many_work)
{
    static const char *const words[] = {"zipf:1.2", "pareto:0.3", "normal:20", "zoned:50/50:50/50"};

    for (int i = 0; i < 4; i++) {
        struct sim_error error;

        ck_assert_int_eq(sim_words_distribution(words[i], &distribution, &error), 0);
        load__skew_init(&skew, &distribution, 1);
        ck_assert_uint_eq(load__skew_draw(&skew, &st), 0);
        load__skew_init(&skew, &distribution, UINT64_C(1) << 40);
        for (int k = 0; k < 1000; k++)
            ck_assert_uint_lt(load__skew_draw(&skew, &st), UINT64_C(1) << 40);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("skew");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, zipf_gives_each_rank_its_weight);
    tcase_add_test(tc, pareto_sends_most_to_its_share_of_the_places);
    tcase_add_test(tc, normal_has_its_deviation_around_the_middle);
    tcase_add_test(tc, a_centre_is_where_the_most_hits_are);
    tcase_add_test(tc, without_a_centre_hot_places_are_scattered_and_differ_from_run_to_run);
    tcase_add_test(tc, every_place_has_a_rank);
    tcase_add_test(tc, zones_take_their_accesses_and_their_share_of_the_region);
    tcase_add_test(tc, one_place_and_very_many_work);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
