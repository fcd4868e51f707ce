/* sim/tests/test_world.c - the world comes back exactly as it was imaged, at the price of what was
 * written. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/world.h"

static void setup(void)
{
    ck_assert_int_eq(sim_world_create(), 0);
}

static void teardown(void)
{
    sim_world_destroy();
}

START_TEST(core_memory_is_zeroed_and_aligned)
{
    unsigned char *a = sim_world_alloc(3, 1), *b = sim_world_alloc(8, 64);

    ck_assert_int_eq(a[0] | a[1] | a[2], 0);
    ck_assert_uint_eq((uintptr_t)b & 63, 0);
    ck_assert(b > a);
}
END_TEST

START_TEST(core_memory_comes_back)
{
    int *a = sim_world_alloc(sizeof *a, 8), *later;

    *a = 1;
    sim_world_image();
    *a = 2;
    later = sim_world_alloc(sizeof *later, 8);
    *later = 3;
    sim_world_restore();
    ck_assert_int_eq(*a, 1);
    /* The same place is given out again, and clean. */
    ck_assert_ptr_eq(sim_world_alloc(sizeof *later, 8), later);
    ck_assert_int_eq(*later, 0);
}
END_TEST

START_TEST(pages_written_after_the_image_come_back)
{
    uint32_t first = sim_world_pages_alloc(3);
    char *p = sim_world_page(first);

    sim_world_touch(p, 1);
    p[0] = 'a';
    sim_world_image();
    sim_world_touch(p, 3 * SIM_PAGE_SIZE);
    memset(p, 'x', 3 * SIM_PAGE_SIZE);
    sim_world_restore();
    ck_assert_int_eq(p[0], 'a');
    ck_assert_int_eq(p[1], 0);
    ck_assert_int_eq(p[3 * SIM_PAGE_SIZE - 1], 0);
}
END_TEST

START_TEST(pages_allocated_after_the_image_are_clean_again)
{
    uint32_t page;
    char *p;

    sim_world_image();
    page = sim_world_pages_alloc(1);
    p = sim_world_page(page);
    sim_world_shadow_set(p, SIM_PAGE_SIZE, SIM_MEM_CPU);
    p[5] = 1;
    sim_world_restore();
    ck_assert_uint_eq(sim_world_pages_used(), page);
    ck_assert_uint_eq(sim_world_pages_alloc(1), page);
    ck_assert_int_eq(p[5], 0);
    ck_assert_uint_eq(sim_world_shadow((uintptr_t)p), 0);
}
END_TEST

START_TEST(only_written_pages_are_dirty)
{
    struct sim_world_stats stats;
    uint32_t first = sim_world_pages_alloc(100);

    sim_world_image();
    sim_world_touch(sim_world_page(first + 7), 1);
    sim_world_touch((char *)sim_world_page(first + 9) - 1, 2); /* crosses a border */
    sim_world_touch(sim_world_page(first + 7), 8);
    sim_world_get_stats(&stats);
    ck_assert_uint_eq(stats.pages_imaged, 100);
    ck_assert_uint_eq(stats.pages_dirty, 3);
    sim_world_restore();
    sim_world_get_stats(&stats);
    ck_assert_uint_eq(stats.pages_dirty, 0);
}
END_TEST

START_TEST(a_shadow_check_finds_the_first_forbidden_byte)
{
    char *p = sim_world_page(sim_world_pages_alloc(2));
    uintptr_t bad;

    sim_world_shadow_set(p, 2 * SIM_PAGE_SIZE, SIM_MEM_CPU | SIM_MEM_DEV_READ);
    ck_assert(sim_world_shadow_check((uintptr_t)p, 2 * SIM_PAGE_SIZE, SIM_MEM_DEV_READ, &bad));
    ck_assert(!sim_world_shadow_check((uintptr_t)p + 9, 1, SIM_MEM_DEV_WRITE, &bad));
    ck_assert_uint_eq(bad, (uintptr_t)p + 9);
    sim_world_shadow_set(p + 4096, 8, SIM_WHY_FREED << SIM_MEM_WHY_SHIFT);
    ck_assert(!sim_world_shadow_check((uintptr_t)p + 1, 8000, SIM_MEM_CPU, &bad));
    ck_assert_uint_eq(bad, (uintptr_t)p + 4096);
    ck_assert(sim_world_shadow_check((uintptr_t)p + 4104, 100, SIM_MEM_CPU, &bad));
    ck_assert(!sim_world_shadow_check(SIM_PAGES_BASE - 1, 1, SIM_MEM_CPU, &bad));
}
END_TEST

START_TEST(an_image_may_be_taken_again)
{
    int *a = sim_world_alloc(sizeof *a, 8);

    sim_world_image();
    *a = 1;
    sim_world_image();
    *a = 2;
    sim_world_restore();
    ck_assert_int_eq(*a, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("world");
    TCase *tc = tcase_create("world");
    SRunner *runner = srunner_create(suite);

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, core_memory_is_zeroed_and_aligned);
    tcase_add_test(tc, core_memory_comes_back);
    tcase_add_test(tc, pages_written_after_the_image_come_back);
    tcase_add_test(tc, pages_allocated_after_the_image_are_clean_again);
    tcase_add_test(tc, only_written_pages_are_dirty);
    tcase_add_test(tc, a_shadow_check_finds_the_first_forbidden_byte);
    tcase_add_test(tc, an_image_may_be_taken_again);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
