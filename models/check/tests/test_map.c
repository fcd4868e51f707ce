/* models/check/tests/test_map.c - the map against a plain array, over many random steps. */
#include <check.h>
#include <stdlib.h>

#include "models/check/map.h"
#include "sim/engine/sim.h"

#define KEYS 4096
#define MOST 100

struct record {
    uint64_t key, value;
};

static struct check_map map;

static void setup(void)
{
    ck_assert_int_eq(sim_world_create(), 0);
    check__map_init(&map, sizeof(struct record), MOST);
}

static void teardown(void)
{
    sim_world_destroy();
}

START_TEST(what_is_added_is_found_until_removed)
{
    struct record *record = check__map_add(&map, 5);

    ck_assert_uint_eq(record->value, 0);
    record->value = 50;
    ck_assert_ptr_null(check__map_find(&map, 6));
    ck_assert_uint_eq(((struct record *)check__map_find(&map, 5))->value, 50);
    check__map_remove(&map, 5);
    ck_assert_ptr_null(check__map_find(&map, 5));
    ck_assert_uint_eq(map.count, 0);
}
END_TEST

START_TEST(removal_keeps_those_that_were_pushed_on)
{
    uint64_t places = map.mask + UINT64_C(1), home = 7;

    for (uint64_t i = 0; i < 5; i++)
        ((struct record *)check__map_add(&map, home + i * places))->value = i;
    check__map_remove(&map, home);
    check__map_remove(&map, home + 2 * places);
    ck_assert_uint_eq(((struct record *)check__map_find(&map, home + places))->value, 1);
    ck_assert_uint_eq(((struct record *)check__map_find(&map, home + 3 * places))->value, 3);
    ck_assert_uint_eq(((struct record *)check__map_find(&map, home + 4 * places))->value, 4);
}
END_TEST

START_TEST(it_agrees_with_a_plain_array)
{
    static bool there[KEYS + 1];
    struct sim_stream st;

    sim_stream_seed(&st, 1, "map");
    for (int step = 0; step < 200000; step++) {
        uint64_t key = 1 + sim_stream_below(&st, KEYS);
        struct record *record = check__map_find(&map, key);

        ck_assert_int_eq(record != NULL, there[key]);
        if (record) {
            ck_assert_uint_eq(record->value, 3 * key);
            check__map_remove(&map, key);
        } else if (map.count < MOST) {
            ((struct record *)check__map_add(&map, key))->value = 3 * key;
        } else {
            continue;
        }
        there[key] = !there[key];
    }
}
END_TEST

START_TEST(a_walk_goes_by_key)
{
    const struct record *record;

    check__map_add(&map, 900);
    check__map_add(&map, 3);
    check__map_add(&map, 77);
    record = check__map_next(&map, 0);
    ck_assert_uint_eq(record->key, 3);
    record = check__map_next(&map, 3);
    ck_assert_uint_eq(record->key, 77);
    record = check__map_next(&map, 77);
    ck_assert_uint_eq(record->key, 900);
    ck_assert_ptr_null(check__map_next(&map, 900));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("map");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, what_is_added_is_found_until_removed);
    tcase_add_test(tc, removal_keeps_those_that_were_pushed_on);
    tcase_add_test(tc, it_agrees_with_a_plain_array);
    tcase_add_test(tc, a_walk_goes_by_key);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
