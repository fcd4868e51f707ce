/* models/load/tests/test_pattern.c - where I/Os go. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "models/load/load_private.h"

static struct sim_stream st;
static enum sp_op op;
static uint64_t cell;

static void setup(void)
{
    ck_assert_int_eq(sim_world_create(), 0);
    sim_stream_seed(&st, 3, "pattern");
}

static void teardown(void)
{
    sim_world_destroy();
}

static struct load_pattern make(enum sim_rw rw, uint64_t cells, uint32_t depth)
{
    struct load_pattern p = {.rw = rw, .read_ppm = 500000, .random_ppm = 1000000, .cells = cells};

    load__pattern_init(&p, depth);
    return p;
}

START_TEST(a_sequential_walk_visits_each_cell_in_turn_and_begins_again)
{
    struct load_pattern p = make(SIM_RW_READ, 5, 1);

    for (uint64_t i = 0; i < 12; i++) {
        ck_assert(load__pattern_next(&p, &st, &op, &cell));
        ck_assert_int_eq(op, SP_READ);
        ck_assert_uint_eq(cell, i % 5);
        load__pattern_release(&p, op, cell);
    }
}
END_TEST

START_TEST(a_sequential_writer_passes_over_what_is_under_way)
{
    struct load_pattern p = make(SIM_RW_WRITE, 3, 4);
    uint64_t first;

    ck_assert(load__pattern_next(&p, &st, &op, &first));
    for (int i = 0; i < 4; i++) {
        ck_assert(load__pattern_next(&p, &st, &op, &cell));
        ck_assert_uint_ne(cell, first);
        load__pattern_release(&p, op, cell);
    }
}
END_TEST

START_TEST(random_cells_cover_the_region_evenly)
{
    struct load_pattern p = make(SIM_RW_RANDWRITE, 16, 1);
    uint32_t hits[16] = {0};

    for (int i = 0; i < 16000; i++) {
        ck_assert(load__pattern_next(&p, &st, &op, &cell));
        ck_assert_int_eq(op, SP_WRITE);
        hits[cell]++;
        load__pattern_release(&p, op, cell);
    }
    for (int i = 0; i < 16; i++)
        ck_assert(hits[i] > 850 && hits[i] < 1150);
}
END_TEST

START_TEST(the_read_share_is_what_was_asked_for)
{
    struct load_pattern p = make(SIM_RW_RANDRW, 1000, 1);
    uint32_t reads = 0;

    p.read_ppm = 670000;
    for (int i = 0; i < 20000; i++) {
        ck_assert(load__pattern_next(&p, &st, &op, &cell));
        reads += op == SP_READ;
        load__pattern_release(&p, op, cell);
    }
    ck_assert_uint_ge(reads, 13200);
    ck_assert_uint_le(reads, 13600);
}
END_TEST

START_TEST(the_random_share_is_what_was_asked_for)
{
    struct load_pattern p = make(SIM_RW_RANDREAD, 1000000, 1);
    uint64_t last = 99;
    uint32_t in_order = 0;

    p.random_ppm = 0;
    for (uint64_t i = 0; i < 100; i++) {
        ck_assert(load__pattern_next(&p, &st, &op, &cell));
        ck_assert_uint_eq(cell, i);
        load__pattern_release(&p, op, cell);
    }
    p.random_ppm = 500000;
    for (int i = 0; i < 2000; i++) {
        ck_assert(load__pattern_next(&p, &st, &op, &cell));
        in_order += cell == last + 1; /* behind the one before it, random or not */
        last = cell;
        load__pattern_release(&p, op, cell);
    }
    ck_assert_uint_ge(in_order, 900);
    ck_assert_uint_le(in_order, 1100);
}
END_TEST

/* All that is under way, compared pair by pair. */
START_TEST(no_write_ever_shares_a_cell_with_another_io)
{
    struct load_pattern p = make(SIM_RW_RANDRW, 40, 32);
    struct {
        enum sp_op op;
        uint64_t cell;
    } busy[32];
    uint32_t n = 0, refused = 0;

    for (int step = 0; step < 20000; step++) {
        if (n == 32 || (n && sim_stream_below(&st, 2))) {
            uint32_t i = (uint32_t)sim_stream_below(&st, n);

            load__pattern_release(&p, busy[i].op, busy[i].cell);
            busy[i] = busy[--n];
            continue;
        }
        if (!load__pattern_next(&p, &st, &op, &cell)) {
            refused++;
            continue;
        }
        for (uint32_t i = 0; i < n; i++)
            ck_assert(busy[i].cell != cell || (op == SP_READ && busy[i].op == SP_READ));
        busy[n].op = op;
        busy[n++].cell = cell;
    }
    ck_assert_uint_eq(refused, 0); /* 40 cells are enough for 32 */
}
END_TEST

START_TEST(a_full_region_says_so_and_recovers)
{
    struct load_pattern p = make(SIM_RW_RANDWRITE, 3, 8);

    for (int i = 0; i < 3; i++)
        ck_assert(load__pattern_next(&p, &st, &op, &cell));
    ck_assert(!load__pattern_next(&p, &st, &op, &cell));
    load__pattern_release(&p, SP_WRITE, 1);
    ck_assert(load__pattern_next(&p, &st, &op, &cell));
    ck_assert_uint_eq(cell, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pattern");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_sequential_walk_visits_each_cell_in_turn_and_begins_again);
    tcase_add_test(tc, a_sequential_writer_passes_over_what_is_under_way);
    tcase_add_test(tc, random_cells_cover_the_region_evenly);
    tcase_add_test(tc, the_read_share_is_what_was_asked_for);
    tcase_add_test(tc, the_random_share_is_what_was_asked_for);
    tcase_add_test(tc, no_write_ever_shares_a_cell_with_another_io);
    tcase_add_test(tc, a_full_region_says_so_and_recovers);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
