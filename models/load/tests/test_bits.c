/* models/load/tests/test_bits.c - the bitmap against a plain array. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "models/load/bits.h"
#include "sim/engine/prng.h"
#include "sim/engine/sim.h"

static void setup(void)
{
    ck_assert_int_eq(sim_world_create(), 0);
}

static void teardown(void)
{
    sim_world_destroy();
}

static void compare(const struct load_bits *bits, const bool *plain)
{
    uint64_t gap = bits->count, next = gap;

    for (uint64_t i = bits->count; i-- > 0;) {
        if (plain[i])
            next = i;
        else
            gap = i;
        ck_assert_uint_eq(load__bits_has(bits, i), plain[i]);
        ck_assert_uint_eq(load__bits_gap(bits, i), gap);
        ck_assert_uint_eq(load__bits_next(bits, i), next);
    }
}

START_TEST(it_is_the_set_that_was_put_in)
{
    static const uint64_t counts[] = {1, 63, 64, 65, 4096, 4097, 5000};
    static bool plain[5000];
    struct sim_stream st;

    sim_stream_seed(&st, 1, "bits");
    for (unsigned c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        struct load_bits bits;

        memset(plain, 0, sizeof plain);
        load__bits_init(&bits, counts[c]);
        compare(&bits, plain);
        for (int i = 0; i < 40; i++) {
            uint64_t from = sim_stream_below(&st, counts[c]),
                     n = sim_stream_below(&st, counts[c] - from + 1);

            for (uint64_t k = from; k < from + n; k++) {
                load__bits_add(&bits, k);
                plain[k] = true;
            }
            if (i % 8 == 0)
                compare(&bits, plain);
        }
        load__bits_clear(&bits);
        memset(plain, 0, sizeof plain);
        compare(&bits, plain);
        ck_assert_uint_eq(bits.set, 0);
    }
}
END_TEST

START_TEST(a_full_set_has_no_gap_and_knows_how_many_it_has)
{
    struct load_bits bits;

    load__bits_init(&bits, 300000);
    for (uint64_t i = 0; i < 300000; i++) {
        ck_assert_uint_eq(load__bits_gap(&bits, 0), i);
        load__bits_add(&bits, i);
        load__bits_add(&bits, i);
    }
    ck_assert_uint_eq(bits.set, 300000);
    ck_assert_uint_eq(load__bits_gap(&bits, 0), 300000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bits");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, it_is_the_set_that_was_put_in);
    tcase_add_test(tc, a_full_set_has_no_gap_and_knows_how_many_it_has);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
