/* models/load/tests/test_mix.c - directions, sizes and places of workers that are not plain. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "models/load/mix.h"
#include "sim/engine/sim.h"
#include "sim/scenario/scenario.h"

static struct sim_stream st;
static struct sim_scenario *scenario;
static const struct sim_workload *w;
static struct load_mix mix;
static struct load_next next;

static void setup(void)
{
    ck_assert_int_eq(sim_world_create(), 0);
    sim_stream_seed(&st, 3, "mix");
    scenario = NULL;
}

static void teardown(void)
{
    sim_scenario_free(scenario);
    sim_world_destroy();
}

static void make(const char *keys, uint32_t depth)
{
    struct sim_error error;
    char text[512];

    sim_scenario_free(scenario);
    scenario = NULL;
    snprintf(text, sizeof text, "[workload w]\nnumber_ios = 1\n%s", keys);
    ck_assert_msg(sim_scenario_parse("test", text, NULL, 0, &error, &scenario) == 0, "%s",
                  error.text);
    w = sim_section_workload(sim_section(scenario, "workload", 0));
    load__mix_init(&mix, w, w->bytes - w->bytes % w->unit, depth);
    load__mix_begin(&mix, &st);
}

/* One at a time. */
static void one(void)
{
    ck_assert(load__mix_next(&mix, &st, &next));
    ck_assert_uint_le(next.unit + next.units, mix.units);
    load__mix_release(&mix, next.direction, next.unit, next.units);
}

static uint32_t bytes(void)
{
    return next.units * w->unit;
}

static uint64_t offset(void)
{
    return next.unit * w->unit;
}

START_TEST(a_split_gives_each_size_its_share)
{
    uint32_t n[3] = {0};

    make("rw = randread\nsize = 64m\nbssplit = 4k/10:64k/50:32k/40\n", 1);
    for (int i = 0; i < 20000; i++) {
        one();
        n[bytes() == 4096 ? 0 : bytes() == 65536 ? 1 : 2]++;
        ck_assert(bytes() == 4096 || bytes() == 65536 || bytes() == 32768);
        ck_assert_uint_eq(offset() % 4096, 0); /* blockalign: the smallest size */
    }
    ck_assert_int_le(abs((int)n[0] - 2000), 200);
    ck_assert_int_le(abs((int)n[1] - 10000), 300);
    ck_assert_int_le(abs((int)n[2] - 8000), 300);
}
END_TEST

START_TEST(reads_and_writes_have_splits_of_their_own)
{
    make("rw = randrw\nsize = 64m\nbssplit = 2k/50:4k/50,4k/90:8k/10\n", 1);
    for (int i = 0; i < 2000; i++) {
        one();
        if (next.direction == SIM_DIR_READ)
            ck_assert(bytes() == 2048 || bytes() == 4096);
        else
            ck_assert(bytes() == 4096 || bytes() == 8192);
    }
}
END_TEST

START_TEST(a_range_gives_multiples_of_its_lower_end)
{
    bool seen[4] = {false};

    make("rw = randwrite\nsize = 1m\nbsrange = 4k-16k\n", 1);
    for (int i = 0; i < 200; i++) {
        one();
        ck_assert(bytes() % 4096 == 0 && bytes() >= 4096 && bytes() <= 16384);
        seen[bytes() / 4096 - 1] = true;
    }
    ck_assert(seen[0] && seen[1] && seen[2] && seen[3]);
    make("rw = randwrite\nsize = 1m\nbsrange = 4k-16k\nbs_unaligned = yes\n", 1);
    for (int i = 0; i < 200 && bytes() % 4096 == 0; i++)
        one();
    ck_assert_uint_ne(bytes() % 4096, 0);
}
END_TEST

START_TEST(a_random_map_takes_every_place_once_before_any_again)
{
    bool seen[256];

    make("rw = randread\nsize = 1m\nbs = 4k\nnorandommap = no\n", 1);
    for (int round = 0; round < 3; round++) {
        memset(seen, 0, sizeof seen);
        for (int i = 0; i < 256; i++) {
            one();
            ck_assert(!seen[offset() / 4096]);
            seen[offset() / 4096] = true;
        }
    }
}
END_TEST

START_TEST(a_random_map_covers_all_with_several_sizes)
{
    bool seen[256] = {false};
    uint32_t covered = 0;

    make("rw = randread\nsize = 1m\nbssplit = 4k/50:16k/50\nnorandommap = no\n", 1);
    while (covered < 256) {
        one();
        for (uint32_t i = 0; i < bytes() / 4096; i++) {
            ck_assert(!seen[offset() / 4096 + i]);
            seen[offset() / 4096 + i] = true;
            covered++;
        }
    }
}
END_TEST

START_TEST(an_alignment_of_its_own_leaves_the_map_out)
{
    bool odd = false;

    make("rw = randread\nsize = 1m\nbs = 4k\nblockalign = 512\nnorandommap = no\n", 1);
    ck_assert(!w->random_map);
    for (int i = 0; i < 100; i++) {
        one();
        ck_assert_uint_eq(offset() % 512, 0);
        odd = odd || offset() % 4096;
    }
    ck_assert(odd);
}
END_TEST

START_TEST(percentage_random_is_for_each_direction)
{
    uint64_t last = 0;
    uint32_t in_order[2] = {0}, n[2] = {0};

    make("rw = randrw\nsize = 1g\nbs = 4k,8k\npercentage_random = 0,100\n", 1);
    for (int i = 0; i < 4000; i++) {
        one();
        n[next.direction]++;
        in_order[next.direction] += offset() == last;
        last = offset() + bytes();
    }
    ck_assert_uint_ge(in_order[0] + 1, n[0]);
    ck_assert_uint_le(in_order[1], 5);
}
END_TEST

START_TEST(trim_and_write_are_pairs_on_the_same_blocks)
{
    uint64_t unit;

    make("rw = randtrimwrite\nsize = 1m\nbs = 8k\n", 1);
    for (int i = 0; i < 100; i++) {
        one();
        ck_assert_int_eq(next.direction, SIM_DIR_TRIM);
        ck_assert(!next.counts);
        unit = next.unit;
        one();
        ck_assert_int_eq(next.direction, SIM_DIR_WRITE);
        ck_assert(next.counts);
        ck_assert_uint_eq(next.unit, unit);
    }
}
END_TEST

START_TEST(the_write_waits_for_its_trim)
{
    struct load_next trim;

    make("rw = trimwrite\nsize = 1m\nbs = 8k\n", 2);
    ck_assert(load__mix_next(&mix, &st, &trim));
    ck_assert(!load__mix_next(&mix, &st, &next));
    load__mix_release(&mix, trim.direction, trim.unit, trim.units);
    ck_assert(load__mix_next(&mix, &st, &next));
    ck_assert_int_eq(next.direction, SIM_DIR_WRITE);
}
END_TEST

START_TEST(overlapping_is_avoided_or_allowed)
{
    struct load_next a;

    make("rw = write\nsize = 8k\nbs = 8k\nio_size = 1m\n", 2);
    ck_assert(load__mix_next(&mix, &st, &a));
    ck_assert(!load__mix_next(&mix, &st, &next));
    make("rw = write\nsize = 8k\nbs = 8k\nserialize_overlap = no\n", 2);
    ck_assert(load__mix_next(&mix, &st, &a));
    ck_assert(load__mix_next(&mix, &st, &next));
    ck_assert_uint_eq(a.unit, next.unit);
}
END_TEST

START_TEST(no_two_ios_under_way_overlap_when_one_changes_something)
{
    static struct load_next under_way[16];
    uint32_t n = 0;

    make("rw = randrw\nsize = 256k\nbssplit = 4k/50:16k/50\nblockalign = 512\n", 16);
    for (int i = 0; i < 5000; i++) {
        if (n == 16 || !load__mix_next(&mix, &st, &under_way[n])) {
            uint32_t out = (uint32_t)sim_stream_below(&st, n);

            load__mix_release(&mix, under_way[out].direction, under_way[out].unit,
                              under_way[out].units);
            under_way[out] = under_way[--n];
            continue;
        }
        for (uint32_t k = 0; k < n; k++) {
            const struct load_next *a = &under_way[k], *b = &under_way[n];

            ck_assert((a->direction == SIM_DIR_READ && b->direction == SIM_DIR_READ) ||
                      a->unit + a->units <= b->unit || b->unit + b->units <= a->unit);
        }
        n++;
    }
}
END_TEST

START_TEST(lines_of_an_access_specification_have_shares_of_their_own)
{
    uint32_t small = 0, small_reads = 0, large_reads = 0;

    make("size = 64m\naccess = 4k/70/67/100:64k/30/20/100/0/1/64k\n", 1);
    for (int i = 0; i < 20000; i++) {
        one();
        if (bytes() == 4096) {
            small++;
            small_reads += next.direction == SIM_DIR_READ;
        } else {
            ck_assert_uint_eq(bytes(), 65536);
            ck_assert_uint_eq(offset() % 65536, 0);
            large_reads += next.direction == SIM_DIR_READ;
        }
    }
    ck_assert_int_le(abs((int)small - 14000), 300);
    ck_assert_int_le(abs((int)small_reads - (int)(small * 67 / 100)), 300);
    ck_assert_int_le(abs((int)large_reads - (int)((20000 - small) / 5)), 200);
}
END_TEST

START_TEST(a_burst_keeps_its_line)
{
    uint32_t run = 0, before = 0;

    make("size = 64m\naccess = 4k/50/100/100/1/8:8k/50/100/100/1/8\n", 1);
    for (int i = 0; i < 800; i++) {
        one();
        if (i % 8)
            ck_assert_uint_eq(bytes(), before);
        run += load__mix_burst_over(&mix);
        before = bytes();
    }
    ck_assert_uint_eq(run, 100);
    ck_assert_int_eq(load__mix_line(&mix)->delay, SIM_MS);
}
END_TEST

START_TEST(sequential_lines_go_on_behind_the_last_io)
{
    uint64_t end = 0;

    make("size = 1m\naccess = 4k/50/100/0:8k/50/0/0\n", 1);
    for (int i = 0; i < 60; i++) {
        one();
        if (end + bytes() <= 1 << 20)
            ck_assert_uint_eq(offset(), end);
        end = offset() + bytes();
    }
}
END_TEST

START_TEST(a_distribution_reaches_every_size)
{
    make("rw = randrw\nsize = 1m\nbssplit = 4k/50:128k/50\nrandom_distribution = zipf:1.1\n", 1);
    for (int i = 0; i < 2000; i++)
        one();
    make("rw = randread\nsize = 1m\nrandom_distribution = normal:30\nnorandommap = no\n", 1);
    ck_assert(!w->random_map);
    for (int i = 0; i < 2000; i++)
        one();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mix");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_split_gives_each_size_its_share);
    tcase_add_test(tc, reads_and_writes_have_splits_of_their_own);
    tcase_add_test(tc, a_range_gives_multiples_of_its_lower_end);
    tcase_add_test(tc, a_random_map_takes_every_place_once_before_any_again);
    tcase_add_test(tc, a_random_map_covers_all_with_several_sizes);
    tcase_add_test(tc, an_alignment_of_its_own_leaves_the_map_out);
    tcase_add_test(tc, percentage_random_is_for_each_direction);
    tcase_add_test(tc, trim_and_write_are_pairs_on_the_same_blocks);
    tcase_add_test(tc, the_write_waits_for_its_trim);
    tcase_add_test(tc, overlapping_is_avoided_or_allowed);
    tcase_add_test(tc, no_two_ios_under_way_overlap_when_one_changes_something);
    tcase_add_test(tc, lines_of_an_access_specification_have_shares_of_their_own);
    tcase_add_test(tc, a_burst_keeps_its_line);
    tcase_add_test(tc, sequential_lines_go_on_behind_the_last_io);
    tcase_add_test(tc, a_distribution_reaches_every_size);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
