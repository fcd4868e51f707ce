/* models/disk/tests/test_throttle.c - the error count, its two levels and the way back. */
// links: models/disk/tests/fake_port.c
#include <check.h>
#include <stdlib.h>

#include "models/disk/tests/fake_port.h"

#define USUAL (SP_FLAG_TAGGED | SP_FLAG_NO_QUEUE_FREEZE)
#define ONE SP_FLAG_DISABLE_SYNCH_TRANSFER
#define TWO (SP_FLAG_DISABLE_SYNCH_TRANSFER | SP_FLAG_DISABLE_DISCONNECT)

static struct disk_health health;

static void errors(uint32_t n)
{
    while (n--)
        disk__health_error(&health);
}

static void good(uint32_t n)
{
    while (n--)
        disk__health_good(&health);
}

START_TEST(four_errors_take_tags_away_and_eight_disconnect)
{
    disk__health_init(&health, fake_sim, true, 16);
    errors(3);
    ck_assert_uint_eq(health.flags, USUAL);
    errors(1);
    ck_assert_uint_eq(health.flags, ONE);
    errors(3);
    ck_assert_uint_eq(health.flags, ONE);
    errors(1);
    ck_assert_uint_eq(health.flags, TWO);
    ck_assert_uint_eq(fake_count(SIM_EV_THROTTLE), 2);
}
END_TEST

START_TEST(sixteen_good_ios_in_a_row_take_one_error_back)
{
    disk__health_init(&health, fake_sim, true, 16);
    errors(8);
    good(15);
    ck_assert_uint_eq(health.flags, TWO);
    good(1);
    ck_assert_uint_eq(health.flags, ONE);
    good(4 * 16 - 1);
    ck_assert_uint_eq(health.flags, ONE);
    good(1);
    ck_assert_uint_eq(health.flags, USUAL);
    good(1000);
    ck_assert_uint_eq(health.errors, 0);
    ck_assert_uint_eq(fake_count(SIM_EV_THROTTLE), 4);
}
END_TEST

START_TEST(an_error_in_between_begins_the_row_anew)
{
    disk__health_init(&health, fake_sim, true, 16);
    errors(4);
    good(15);
    errors(1);
    good(15);
    ck_assert_uint_eq(health.errors, 5);
    good(1);
    ck_assert_uint_eq(health.errors, 4);
}
END_TEST

START_TEST(it_can_be_switched_off_and_kept_for_ever)
{
    disk__health_init(&health, fake_sim, false, 16);
    errors(20);
    ck_assert_uint_eq(health.flags, USUAL);
    disk__health_init(&health, fake_sim, true, 0);
    errors(4);
    good(1000);
    ck_assert_uint_eq(health.flags, ONE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("throttle");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, four_errors_take_tags_away_and_eight_disconnect);
    tcase_add_test(tc, sixteen_good_ios_in_a_row_take_one_error_back);
    tcase_add_test(tc, an_error_in_between_begins_the_row_anew);
    tcase_add_test(tc, it_can_be_switched_off_and_kept_for_ever);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
