/* models/check/tests/test_lock_order.c - rings of locks, whether or not anybody waits. */
// links: models/check/tests/fake.c
#include <check.h>
#include <stdlib.h>

#include "models/check/tests/fake.h"

enum { A = 3, B, C, D };

static sim_ns now;

static void take(uint64_t lock)
{
    fake_at(now += 10, SIM_EV_LOCK_TAKE, lock, 0, 0, 0);
}

static void drop(uint64_t lock)
{
    fake_at(now += 10, SIM_EV_LOCK_DROP, lock, 0, 0, 0);
}

static void nested(uint64_t outer, uint64_t inner)
{
    take(outer);
    take(inner);
    drop(inner);
    drop(outer);
}

static void setup(void)
{
    now = 1000;
    fake_setup();
}

START_TEST(one_order_is_silent_however_often)
{
    for (int i = 0; i < 5; i++) {
        nested(A, B);
        nested(B, C);
        nested(A, C);
    }
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(one_after_the_other_is_no_order)
{
    take(A);
    drop(A);
    nested(B, A);
    take(B);
    take(C);
    drop(B); /* not last in, first out: C is held alone */
    take(D);
    drop(D);
    drop(C);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(two_orders_of_two_locks_are_reported)
{
    nested(A, B);
    nested(B, A);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_LOCK_ORDER, "and elsewhere the other way round");
}
END_TEST

START_TEST(a_ring_of_three_is_reported)
{
    nested(A, B);
    nested(B, C);
    nested(C, A);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_LOCK_ORDER, "(3) -> ? (4) -> ? (5)");
}
END_TEST

START_TEST(orders_that_a_third_lock_keeps_apart_are_silent)
{
    take(D);
    nested(A, B);
    drop(D);
    take(D);
    nested(B, A);
    drop(D);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

START_TEST(until_one_of_them_comes_without_it)
{
    take(D);
    nested(A, B);
    drop(D);
    take(D);
    nested(B, A);
    drop(D);
    nested(B, A);
    fake_run(SIM_S);
    fake_expect(SIM_RULE_LOCK_ORDER, "is taken inside of");
}
END_TEST

START_TEST(locks_beyond_the_bound_are_left_alone)
{
    nested(1000, A);
    nested(A, 1000);
    fake_run(SIM_S);
    fake_expect_silence();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lock_order");
    TCase *tcase = tcase_create("rings");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, setup, fake_teardown);
    tcase_add_test(tcase, one_order_is_silent_however_often);
    tcase_add_test(tcase, one_after_the_other_is_no_order);
    tcase_add_test(tcase, two_orders_of_two_locks_are_reported);
    tcase_add_test(tcase, a_ring_of_three_is_reported);
    tcase_add_test(tcase, orders_that_a_third_lock_keeps_apart_are_silent);
    tcase_add_test(tcase, until_one_of_them_comes_without_it);
    tcase_add_test(tcase, locks_beyond_the_bound_are_left_alone);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
