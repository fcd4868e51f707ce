// links: sim/bench/three_threads.c
/* sim/tests/test_three_threads.c - how soon the strategies find a race of three threads, and that
 * exploration proves its absence within a bound.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/bench/three_threads.h"
#include "sim/explore/explore.h"

/* How many runs of a strategy it takes to find the violation, beginning with some seed; most: not
 * within so many. */
static uint32_t runs_to_find(const struct sim_strategy *strategy, uint64_t seed, uint32_t most)
{
    for (uint32_t i = 1; i < most; i++)
        if (three_threads_run(strategy, seed * 1000003 + i))
            return i;
    return most;
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static uint32_t median_to_find(const struct sim_strategy *strategy, uint32_t most)
{
    uint32_t runs[101];

    for (uint32_t seed = 0; seed < 101; seed++)
        runs[seed] = runs_to_find(strategy, seed, most);
    qsort(runs, 101, sizeof runs[0], ascending);
    return runs[50];
}

START_TEST(a_run_of_sixteen_slots_has_about_207_points)
{
    three_threads_open(THREE_CLEAN, 16);
    three_threads_run(&sim_strategy_time, 1);
    ck_assert_uint_ge(three_threads_points(), 150);
    ck_assert_uint_le(three_threads_points(), 250);
    three_threads_close();
}
END_TEST

START_TEST(pct_finds_the_hard_variant_within_100_runs)
{
    three_threads_open(THREE_HARD, _i ? 16 : 4);
    ck_assert_uint_lt(median_to_find(&sim_strategy_pct, 1000), 100);
    three_threads_close();
}
END_TEST

START_TEST(random_finds_the_easy_variant_soon_and_the_hard_one_later_than_pct)
{
    three_threads_open(THREE_EASY, 16);
    ck_assert_uint_lt(median_to_find(&sim_strategy_random, 1000), 100);
    three_threads_close();
    three_threads_open(THREE_HARD, 16);
    ck_assert_uint_gt(median_to_find(&sim_strategy_random, 1000),
                      2 * median_to_find(&sim_strategy_pct, 1000));
    three_threads_close();
}
END_TEST

static const struct sim_strategy *const every[] = {
    &sim_strategy_time, &sim_strategy_random, &sim_strategy_pct,
    &sim_strategy_pos,  &sim_strategy_delay,  &sim_strategy_stall,
};

START_TEST(no_strategy_finds_anything_in_the_clean_variant)
{
    three_threads_open(THREE_CLEAN, 4);
    ck_assert_uint_eq(runs_to_find(every[_i], 1, 5000), 5000);
    three_threads_close();
}
END_TEST

/* --- exploration ------------------------------------------------------------------------------ */

static bool run(const struct sim_strategy *strategy, void *ctx)
{
    (void)ctx;
    return three_threads_run(strategy, 1);
}

static struct sim_explore_config config_of(uint32_t preemptions, bool reduce)
{
    return (struct sim_explore_config){
        .preemptions = preemptions, .hold_ns = 20 * SIM_US, .reduce = reduce};
}

static enum sim_explore_step explore(enum three_variant variant, uint32_t slots,
                                     uint32_t preemptions, bool reduce,
                                     struct sim_explore_figures *figures)
{
    struct sim_explore_config config = config_of(preemptions, reduce);
    struct sim_explorer *explorer;
    enum sim_explore_step step;

    three_threads_open(variant, slots);
    explorer = sim_explore_create(&config, run, NULL);
    do
        step = sim_explore_step(explorer);
    while (step == SIM_EXPLORE_MORE);
    sim_explore_figures(explorer, figures);
    if (step == SIM_EXPLORE_FOUND) {
        /* The schedule is the whole finding. */
        sim_schedule_replay(sim_explore_schedule(explorer));
        ck_assert(three_threads_run(&sim_strategy_replay, 1));
    }
    sim_explore_free(explorer);
    three_threads_close();
    return step;
}

START_TEST(two_preemptions_find_the_hard_variant_and_one_does_not)
{
    struct sim_explore_figures figures;

    ck_assert_int_eq(explore(THREE_HARD, _i ? 16 : 4, 2, true, &figures), SIM_EXPLORE_FOUND);
    ck_assert_int_eq(explore(THREE_HARD, _i ? 16 : 4, 1, true, &figures), SIM_EXPLORE_DONE);
}
END_TEST

START_TEST(two_preemptions_prove_the_clean_variant_within_the_bound)
{
    struct sim_explore_figures figures;

    ck_assert_int_eq(explore(THREE_CLEAN, _i ? 16 : 4, 2, true, &figures), SIM_EXPLORE_DONE);
    ck_assert_uint_gt(figures.schedules, 100);
    ck_assert_uint_le(figures.places, figures.places_all);
}
END_TEST

START_TEST(without_reduction_every_place_is_tried)
{
    struct sim_explore_figures figures;

    ck_assert_int_eq(explore(THREE_CLEAN, 4, 0, false, &figures), SIM_EXPLORE_DONE);
    ck_assert_uint_eq(figures.schedules, 1);
    ck_assert_int_eq(explore(THREE_CLEAN, 4, 1, false, &figures), SIM_EXPLORE_DONE);
    ck_assert_uint_eq(figures.schedules, 1 + figures.places);
    ck_assert_uint_eq(figures.places, figures.places_all);
    ck_assert_int_eq(figures.counts, 1);
}
END_TEST

START_TEST(reduction_loses_no_verdict)
{
    struct sim_explore_figures with, without;
    enum three_variant variant = (enum three_variant)(_i % 3);
    uint32_t slots = 1 + (uint32_t)_i / 3;

    for (uint32_t preemptions = 0; preemptions <= 2; preemptions++) {
        enum sim_explore_step step = explore(variant, slots, preemptions, false, &without);

        ck_assert_int_eq(explore(variant, slots, preemptions, true, &with), step);
        if (step == SIM_EXPLORE_DONE)
            ck_assert_uint_le(with.schedules, without.schedules);
    }
}
END_TEST

START_TEST(a_walk_can_be_saved_and_goes_on_where_it_was)
{
    struct sim_explore_config config = config_of(2, true);
    struct sim_explore_figures whole, parts;
    struct sim_explorer *explorer;
    struct sim_error error;
    enum sim_explore_step step = SIM_EXPLORE_MORE;

    ck_assert_int_eq(explore(THREE_CLEAN, 4, 2, true, &whole), SIM_EXPLORE_DONE);
    three_threads_open(THREE_CLEAN, 4);
    explorer = sim_explore_create(&config, run, NULL);
    for (int i = 0; step == SIM_EXPLORE_MORE; i++) {
        step = sim_explore_step(explorer);
        if (step == SIM_EXPLORE_MORE && i % 97 == 96) {
            FILE *file = tmpfile();
            int line = 0;

            sim_explore_save(explorer, file);
            rewind(file);
            sim_explore_free(explorer);
            explorer = sim_explore_create(&config, run, NULL);
            ck_assert_int_eq(sim_explore_load(explorer, file, "state", &line, &error), 0);
            fclose(file);
        }
    }
    sim_explore_figures(explorer, &parts);
    ck_assert_int_eq(step, SIM_EXPLORE_DONE);
    ck_assert_uint_eq(parts.schedules, whole.schedules);
    sim_explore_free(explorer);
    three_threads_close();
}
END_TEST

START_TEST(a_state_that_is_cut_short_or_of_another_bound_is_refused)
{
    struct sim_explore_config config = config_of(2, true), other = config_of(1, true);
    struct sim_explorer *explorer, *another;
    struct sim_error error;
    FILE *file = tmpfile();
    char text[4096];
    size_t size;
    int line = 0;

    three_threads_open(THREE_CLEAN, 4);
    explorer = sim_explore_create(&config, run, NULL);
    sim_explore_step(explorer);
    sim_explore_save(explorer, file);
    rewind(file);
    another = sim_explore_create(&other, run, NULL);
    ck_assert_int_lt(sim_explore_load(another, file, "state", &line, &error), 0);
    ck_assert_str_eq(error.text, "state:1: saved with another bound, hold, window or reduction");
    rewind(file);
    size = fread(text, 1, sizeof text, file);
    fclose(file);
    ck_assert_uint_gt(size, 50);
    file = fmemopen(text, size - 8, "r");
    line = 0;
    ck_assert_int_lt(sim_explore_load(explorer, file, "state", &line, &error), 0);
    ck_assert_ptr_nonnull(strstr(error.text, "cut short"));
    fclose(file);
    sim_explore_free(explorer);
    sim_explore_free(another);
    three_threads_close();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("three_threads");
    TCase *tc = tcase_create("three_threads");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, a_run_of_sixteen_slots_has_about_207_points);
    tcase_add_loop_test(tc, pct_finds_the_hard_variant_within_100_runs, 0, 2);
    tcase_add_test(tc, random_finds_the_easy_variant_soon_and_the_hard_one_later_than_pct);
    tcase_add_loop_test(tc, no_strategy_finds_anything_in_the_clean_variant, 0, 6);
    tcase_add_loop_test(tc, two_preemptions_find_the_hard_variant_and_one_does_not, 0, 2);
    tcase_add_loop_test(tc, two_preemptions_prove_the_clean_variant_within_the_bound, 0, 2);
    tcase_add_test(tc, without_reduction_every_place_is_tried);
    tcase_add_loop_test(tc, reduction_loses_no_verdict, 0, 9);
    tcase_add_test(tc, a_walk_can_be_saved_and_goes_on_where_it_was);
    tcase_add_test(tc, a_state_that_is_cut_short_or_of_another_bound_is_refused);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
