/* models/load/tests/test_claims.c - readers share, writers do not. */
#include <check.h>
#include <stdlib.h>

#include "models/load/claims.h"
#include "sim/engine/sim.h"

static struct load_claims claims;

static void setup(void)
{
    ck_assert_int_eq(sim_world_create(), 0);
    load__claims_init(&claims, 4, 8);
}

static void teardown(void)
{
    sim_world_destroy();
}

START_TEST(readers_share_and_writers_are_alone)
{
    load__claims_take_all(&claims, true, 10, 8);
    ck_assert(load__claims_free_all(&claims, true, 12, 8));
    ck_assert(!load__claims_free_all(&claims, false, 17, 1));
    ck_assert(load__claims_free_all(&claims, false, 18, 4));
    load__claims_take_all(&claims, false, 18, 4);
    ck_assert(!load__claims_free_all(&claims, true, 21, 8));
    load__claims_give_all(&claims, false, 18, 4);
    load__claims_give_all(&claims, true, 10, 8);
    ck_assert(load__claims_free_all(&claims, false, 0, 64));
}
END_TEST

START_TEST(places_that_fall_together_are_a_false_alarm_only)
{
    load__claims_take(&claims, false, 5);
    ck_assert(!load__claims_free(&claims, true, 5 + claims.mask + UINT64_C(1)));
    load__claims_give(&claims, false, 5);
    ck_assert(load__claims_free(&claims, true, 5 + claims.mask + UINT64_C(1)));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("claims");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, readers_share_and_writers_are_alone);
    tcase_add_test(tc, places_that_fall_together_are_a_false_alarm_only);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
