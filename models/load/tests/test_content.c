/* models/load/tests/test_content.c - every byte of a stamp is verified. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "models/load/load_private.h"

static uint8_t *block;
static struct load_value value;

static void setup(void)
{
    ck_assert_int_eq(sim_world_create(), 0);
    block = sim_world_page(sim_world_pages_alloc(2));
}

static void teardown(void)
{
    sim_world_destroy();
}

START_TEST(a_stamp_is_read_back_at_both_block_sizes)
{
    static const uint32_t sizes[] = {512, 4096};

    for (int i = 0; i < 2; i++) {
        load__stamp(block, sizes[i], 77, 1234567);
        load__values(block, sizes[i], 1, &value);
        ck_assert_int_eq(value.kind, LOAD_VALUE_STAMP);
        ck_assert_uint_eq(value.lba, 77);
        ck_assert_uint_eq(value.io, 1234567);
    }
}
END_TEST

START_TEST(blocks_of_one_write_are_one_run)
{
    uint64_t *four = (void *)block;

    for (uint64_t i = 0; i < 3; i++)
        load__stamp(four + 64 * i, 512, 70 + i, 9);
    load__stamp(four + 64 * 3, 512, 73, 10);
    ck_assert_uint_eq(load__values(four, 512, 4, &value), 3);
    load__stamp(four + 64, 512, 75, 9); /* the same write, another place */
    ck_assert_uint_eq(load__values(four, 512, 4, &value), 1);
    memset(four, 0, 4 * 512);
    ck_assert_uint_eq(load__values(four, 512, 4, &value), 4);
    ck_assert_int_eq(value.kind, LOAD_VALUE_ZERO);
    memset(four, 0xFF, 4 * 512); /* what some disks return of blocks that were trimmed */
    ck_assert_uint_eq(load__values(four, 512, 4, &value), 4);
    ck_assert_int_eq(value.kind, LOAD_VALUE_ONES);
    four[255] = 0;
    ck_assert_uint_eq(load__values(four, 512, 4, &value), 3);
}
END_TEST

START_TEST(any_single_changed_bit_is_seen)
{
    load__stamp(block, 512, 5, 9);
    for (uint32_t bit = 0; bit < 512 * 8; bit++) {
        block[bit / 8] ^= (uint8_t)(1u << bit % 8);
        load__values(block, 512, 1, &value);
        ck_assert_msg(value.kind == LOAD_VALUE_DAMAGED, "bit %u", bit);
        block[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    load__values(block, 512, 1, &value);
    ck_assert_int_eq(value.kind, LOAD_VALUE_STAMP);
}
END_TEST

START_TEST(the_head_of_one_and_the_tail_of_another_write_is_damaged)
{
    uint8_t other[512];

    for (uint32_t cut = 8; cut < 512; cut += 8) {
        load__stamp(block, 512, 5, 10);
        memcpy(other, block, 512);
        load__stamp(block, 512, 5, 9);
        memcpy(block + cut, other + cut, 512 - cut);
        load__values(block, 512, 1, &value);
        /* The first two words are the same for both: cut there, it is the other stamp, whole. */
        ck_assert_int_eq(value.kind, cut <= 16 ? LOAD_VALUE_STAMP : LOAD_VALUE_DAMAGED);
    }
}
END_TEST

START_TEST(zeroes_are_never_written_and_almost_zeroes_are_damage)
{
    memset(block, 0, 512);
    load__values(block, 512, 1, &value);
    ck_assert_int_eq(value.kind, LOAD_VALUE_ZERO);
    for (uint32_t i = 0; i < 512; i++) {
        block[i] = 1;
        load__values(block, 512, 1, &value);
        ck_assert_int_eq(value.kind, LOAD_VALUE_DAMAGED);
        block[i] = 0;
    }
}
END_TEST

START_TEST(an_unfilled_buffer_is_recognised_in_every_block)
{
    for (uint32_t i = 0; i < 16; i++)
        load__stamp(block + i * 512, 512, i, 3);
    load__unfill(block, 512, 16);
    for (uint32_t i = 0; i < 16; i++) {
        load__values(block + i * 512, 512, 1, &value);
        ck_assert_int_eq(value.kind, LOAD_VALUE_UNFILLED);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("content");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_stamp_is_read_back_at_both_block_sizes);
    tcase_add_test(tc, blocks_of_one_write_are_one_run);
    tcase_add_test(tc, any_single_changed_bit_is_seen);
    tcase_add_test(tc, the_head_of_one_and_the_tail_of_another_write_is_damaged);
    tcase_add_test(tc, zeroes_are_never_written_and_almost_zeroes_are_damage);
    tcase_add_test(tc, an_unfilled_buffer_is_recognised_in_every_block);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
