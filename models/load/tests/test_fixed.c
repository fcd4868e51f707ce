/* models/load/tests/test_fixed.c - logarithms and powers in integers, against known values. */
#include <check.h>
#include <stdlib.h>

#include "models/load/fixed.h"

START_TEST(powers_of_two_have_whole_logarithms)
{
    for (uint32_t i = 0; i < 64; i++)
        ck_assert_uint_eq(load__log2(UINT64_C(1) << i), (uint64_t)i << 32);
}
END_TEST

START_TEST(logarithms_are_those_of_tables)
{
    /* log2 3 = 1.5849625007211562, log2 10 = 3.321928094887362, log2 1000003 = 19.931572... */
    ck_assert_uint_eq(load__log2(3) >> 8, UINT64_C(0x195C01A39) >> 8);
    ck_assert_uint_eq(load__log2(10) >> 8, UINT64_C(0x35269E12F) >> 8);
    ck_assert_uint_gt(load__log2(1000003), load__log2(1000002));
}
END_TEST

START_TEST(powers_undo_logarithms)
{
    for (uint64_t x = 1; x < UINT64_C(1) << 40; x = x * 3 + 1) {
        uint64_t back = load__exp2_minus(load__log2(x)), exact = UINT64_MAX / x;

        ck_assert_uint_le(back > exact ? back - exact : exact - back, exact >> 26);
    }
    ck_assert_uint_eq(load__exp2_minus(0), UINT64_MAX);
    ck_assert_uint_eq(load__exp2_minus(UINT64_C(64) << 32), 0);
    ck_assert_uint_eq(load__exp2_minus(UINT64_C(1) << 32), UINT64_MAX >> 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fixed");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_test(tc, powers_of_two_have_whole_logarithms);
    tcase_add_test(tc, logarithms_are_those_of_tables);
    tcase_add_test(tc, powers_undo_logarithms);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
