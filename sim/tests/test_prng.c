/* sim/tests/test_prng.c - streams are separate, repeatable, and have the distribution they promise.
 */
#include <check.h>
#include <stdlib.h>

#include "sim/engine/prng.h"

START_TEST(a_stream_depends_on_seed_and_name_only)
{
    struct sim_stream a, b, c, d;

    sim_stream_seed(&a, 1, "one");
    sim_stream_seed(&b, 1, "one");
    sim_stream_seed(&c, 2, "one");
    sim_stream_seed(&d, 1, "two");
    uint64_t x = sim_stream_next(&a);
    ck_assert_uint_eq(x, sim_stream_next(&b));
    ck_assert_uint_ne(x, sim_stream_next(&c));
    ck_assert_uint_ne(x, sim_stream_next(&d));
}
END_TEST

/* Pinned: a change here would change every stored seed. */
START_TEST(the_first_draws_are_what_they_always_were)
{
    struct sim_stream a;

    sim_stream_seed(&a, 42, "pinned");
    ck_assert_uint_eq(sim_stream_below(&a, 1000000), 194230);
    ck_assert_int_eq(sim_stream_exponential(&a, 80000), 2619);
}
END_TEST

START_TEST(between_reaches_both_ends)
{
    struct sim_stream a;
    int low = 0, high = 0;

    sim_stream_seed(&a, 1, "ends");
    for (int i = 0; i < 1000; i++) {
        int64_t v = sim_stream_between(&a, -2, 2);

        ck_assert(v >= -2 && v <= 2);
        low += v == -2;
        high += v == 2;
    }
    ck_assert_int_gt(low, 100);
    ck_assert_int_gt(high, 100);
}
END_TEST

START_TEST(exponential_has_its_mean_median_and_tail)
{
    struct sim_stream a;
    const int n = 200000, mean = 80000;
    int64_t sum = 0;
    int below_median = 0, above_five = 0;

    sim_stream_seed(&a, 7, "latency");
    for (int i = 0; i < n; i++) {
        int64_t v = sim_stream_exponential(&a, mean);

        ck_assert(v >= 0 && v <= 20 * mean);
        sum += v;
        below_median += v < (int64_t)mean * 693 / 1000;
        above_five += v > 5 * mean;
    }
    ck_assert_int_lt(llabs(sum / n - mean), mean / 50);
    ck_assert_int_lt(abs(below_median - n / 2), n / 50);
    ck_assert_int_lt(abs(above_five - 1348), 200); /* e^-5 of n */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("prng");
    TCase *tc = tcase_create("prng");
    SRunner *runner = srunner_create(suite);

    tcase_add_test(tc, a_stream_depends_on_seed_and_name_only);
    tcase_add_test(tc, the_first_draws_are_what_they_always_were);
    tcase_add_test(tc, between_reaches_both_ends);
    tcase_add_test(tc, exponential_has_its_mean_median_and_tail);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
