/* sim/tests/test_coverage.c - pairs of conflicting accesses: exact on a hand-made program, the same
 * in every process. */
// covers: sim/run/pairs.c sim/run/guide.c
#include <check.h>
#include <stdlib.h>

#include "sim/engine/coverage.h"
#include "sim/engine/watch_private.h"
#include "sim/run/guide.h"
#include "sim/run/pairs.h"

static struct sim *sim;
static char *memory;

static void setup(void)
{
    struct sim_config config;

    ck_assert_int_eq(sim_world_create(), 0);
    sim_config_defaults(&config);
    config.explore.jitter_ns = 0;
    sim = sim_create(&config);
    memory = sim_world_page(sim_world_pages_alloc(2));
    sim_world_shadow_set(memory, 2 * SIM_PAGE_SIZE,
                         SIM_MEM_CPU | SIM_WHY_POOL << SIM_MEM_WHY_SHIFT);
    sim_world_image();
}

static void teardown(void)
{
    sim_coverage_free();
    sim_destroy(sim);
    sim_world_destroy();
}

/* --- a program by hand: who touches what, in which order
 * -------------------------------------------- */

struct step {
    uint32_t cpu, callback;
    int depth_more; /* +1: the callback is entered before, -1: left before, 0: neither */
    uint32_t offset, at;
    bool write;
};

static const struct step *program;
static uint32_t steps;

static void act(const struct step *s)
{
    if (s->depth_more > 0)
        sim_enter_driver(sim, s->callback);
    if (s->depth_more < 0)
        sim_leave_driver(sim);
    /* The return address is one behind the place. */
    sim__coverage_access((uintptr_t)memory + s->at, 4, s->write, s->offset + 1);
}

/* Each CPU does its own steps, step i at time 100 (i + 1). */
static void cpu_run(void *ctx)
{
    uint32_t cpu = (uint32_t)(uintptr_t)ctx;

    for (uint32_t i = 0; i < steps; i++) {
        if (program[i].cpu != cpu)
            continue;
        sim_sleep(sim, 100 * (sim_ns)(i + 1));
        act(&program[i]);
    }
    for (;;)
        sim_sleep(sim, SIM_NEVER);
}

static void play(const struct step *step, uint32_t count, uint32_t cpus)
{
    program = step;
    steps = count;
    for (uintptr_t i = 0; i < cpus; i++)
        sim_agent_create(sim, "cpu", cpu_run, NULL, (void *)i);
    ck_assert_int_eq(sim_coverage_begin(), 0);
    sim_begin(sim, 1, &sim_strategy_time, 0);
    ck_assert_int_eq(sim_run(sim, SIM_NEVER), SIM_STOP_IDLE);
    sim_coverage_end();
}

static sim_pair pair_of(uint32_t from, uint32_t from_callback, bool from_writes, uint32_t to,
                        uint32_t to_callback, bool to_writes)
{
    return (sim_pair)(from | from_callback << 26 | (uint32_t)from_writes << 31) << 32 |
           (to | to_callback << 26 | (uint32_t)to_writes << 31);
}

START_TEST(the_pairs_of_a_small_program_are_exact)
{
    static const struct step p[] = {
        {0, 1, +1, 0x10, 0, false}, /* CPU 0, callback 1 reads */
        {1, 1, +1, 0x10, 0, false}, /* another CPU reads: no conflict */
        {0, 1, 0, 0x20, 4, true},   /* writes in the same granule: pair 10r -> 20w */
        {0, 1, 0, 0x24, 0, true},   /* one context: no pair */
        {1, 1, 0, 0x10, 0, false},  /* pair 24w -> 10r */
        {0, 1, 0, 0x20, 4, true},   /* pair 10r -> 20w again: counted once */
        {1, 1, 0, 0x30, 8, true},   /* another granule: none */
        {0, 2, +1, 0x40, 0, true},  /* a callback nested on the same CPU: pair 20w -> 40w */
        {0, 1, -1, 0x50, 0, false}, /* back below it: pair 40w -> 50r */
    };
    const sim_pair wanted[] = {
        pair_of(0x10, 1, false, 0x20, 1, true), pair_of(0x24, 1, true, 0x10, 1, false),
        pair_of(0x20, 1, true, 0x40, 2, true), pair_of(0x40, 2, true, 0x50, 1, false)};
    const sim_pair *got;

    play(p, sizeof p / sizeof *p, 2);
    ck_assert_uint_eq(sim_coverage_pairs(&got), 4);
    for (int i = 0; i < 4; i++)
        ck_assert_uint_eq(got[i], wanted[i]);
}
END_TEST

START_TEST(a_place_says_offset_callback_and_write)
{
    sim_place place = sim_pair_to(pair_of(1, 2, false, 0x3FFFFFF, 30, true));

    ck_assert_uint_eq(sim_place_offset(place), 0x3FFFFFF);
    ck_assert_uint_eq(sim_place_callback(place), 30);
    ck_assert(sim_place_writes(place));
    ck_assert(!sim_place_writes(sim_pair_from(pair_of(1, 2, false, 3, 4, true))));
}
END_TEST

START_TEST(an_access_meets_every_granule_it_touches_and_no_other)
{
    static const struct step p[] = {
        {0, 1, +1, 0x10, 60, true},  /* 4 bytes that end at 64 */
        {1, 1, +1, 0x20, 64, false}, /* begin there: none */
        {0, 1, 0, 0x30, 70, true},   /* 70 to 73, over the edge of two granules: pair 20r -> 30w */
        {1, 1, 0, 0x40, 72, false},  /* pair 30w -> 40r */
    };
    const sim_pair *got;

    play(p, 4, 2);
    ck_assert_uint_eq(sim_coverage_pairs(&got), 2);
    ck_assert_uint_eq(got[0], pair_of(0x20, 1, false, 0x30, 1, true));
    ck_assert_uint_eq(got[1], pair_of(0x30, 1, true, 0x40, 1, false));
}
END_TEST

START_TEST(runs_do_not_see_each_other)
{
    const sim_pair *got;

    SIM__FIXED->hot.context = 0;
    ck_assert_int_eq(sim_coverage_begin(), 0);
    SIM__FIXED->hot.context = sim__watched.run | (uint64_t)1 << SIM__CALLBACK_SHIFT;
    sim__coverage_access((uintptr_t)memory, 8, true, 0x11);
    /* The next run, and then so many that the run numbers begin again. */
    for (uint32_t i = 0; i < SIM__RUN_LAST + 3; i++) {
        ck_assert_int_eq(sim_coverage_begin(), 0);
        SIM__FIXED->hot.context = sim__watched.run | (uint64_t)(2 + i % 2) << SIM__CALLBACK_SHIFT;
        sim__coverage_access((uintptr_t)memory, 8, true, 0x21);
        ck_assert_uint_eq(sim_coverage_pairs(&got), 0);
    }
}
END_TEST

/* --- sets
 * ------------------------------------------------------------------------------------------ */

/* What seed shows: made up, the same everywhere. */
static uint32_t shows(uint64_t seed, sim_pair *out)
{
    uint32_t n = 0;

    for (uint64_t i = 1; i <= 40; i++)
        if ((seed * 2654435761u >> 7) % (i * i) == 0)
            out[n++] = i << 32 | i;
    return n;
}

static struct sim_pairs *set_of(uint64_t first, uint64_t stride, uint64_t last)
{
    struct sim_pairs *set = sim_pairs_create();
    sim_pair pair[64];

    for (uint64_t seed = first; seed <= last; seed += stride)
        sim_pairs_add(set, seed, pair, shows(seed, pair));
    return set;
}

START_TEST(a_set_knows_who_was_first_and_how_many)
{
    const sim_pair one[] = {7, 8}, two[] = {8, 9};
    struct sim_pairs *set = sim_pairs_create();
    const struct sim_pair_seen *list;

    ck_assert_uint_eq(sim_pairs_add(set, 10, one, 2), 2);
    ck_assert_uint_eq(sim_pairs_add(set, 11, two, 2), 1);
    ck_assert_uint_eq(sim_pairs_add(set, 12, two, 2), 0);
    ck_assert_uint_eq(sim_pairs_list(set, &list), 3);
    ck_assert_uint_eq(list[1].first_seed, 10);
    ck_assert_uint_eq(list[1].seeds, 3);
    ck_assert_uint_eq(list[2].pair, 9);
    ck_assert_uint_eq(list[2].first_seed, 11);
    sim_pairs_free(set);
}
END_TEST

/* The lower first seed of the shards is the first seed of the whole; counts add up. */
START_TEST(shards_together_are_the_whole)
{
    struct sim_pairs *whole = set_of(1, 1, 3000), *shard[3];
    const struct sim_pair_seen *list, *part;
    uint32_t count = sim_pairs_list(whole, &list);

    for (uint64_t i = 0; i < 3; i++)
        shard[i] = set_of(1 + i, 3, 3000);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t first = UINT64_MAX, seeds = 0;

        for (int k = 0; k < 3; k++)
            for (uint32_t n = sim_pairs_list(shard[k], &part); n > 0; n--)
                if (part[n - 1].pair == list[i].pair) {
                    first = part[n - 1].first_seed < first ? part[n - 1].first_seed : first;
                    seeds += part[n - 1].seeds;
                }
        ck_assert_uint_eq(first, list[i].first_seed);
        ck_assert_uint_eq(seeds, list[i].seeds);
    }
    for (int k = 0; k < 3; k++)
        sim_pairs_free(shard[k]);
    sim_pairs_free(whole);
}
END_TEST

START_TEST(a_set_grows_and_keeps_its_words)
{
    struct sim_pairs *set = sim_pairs_create();
    const struct sim_place_text text = {
        .place = 5, .function = "f", .file = "f.c", .callback = "HwStorTimer", .line = 3};

    for (sim_pair pair = 1; pair <= 5000; pair++)
        ck_assert_uint_eq(sim_pairs_add(set, pair, &pair, 1), 1);
    for (sim_pair pair = 1; pair <= 5000; pair++)
        ck_assert_uint_eq(sim_pairs_add(set, 6000, &pair, 1), 0);
    sim_pairs_describe(set, &text);
    ck_assert_str_eq(sim_pairs_text(set, 5)->callback, "HwStorTimer");
    ck_assert_str_eq(sim_pairs_text(set, 6)->function, "?");
    sim_pairs_free(set);
}
END_TEST

/* --- guiding
 * --------------------------------------------------------------------------------------- */

START_TEST(a_guide_deals_neighbours_of_productive_seeds_a_block_later)
{
    struct sim_guide *guide = sim_guide_create();
    uint32_t neighbours = 0;

    ck_assert_uint_eq(sim_guide_dealt(guide), 2 * SIM_GUIDE_BLOCK);
    for (uint64_t i = 0; i < SIM_GUIDE_BLOCK; i++)
        sim_guide_note(guide, i + 1, i == 40 ? 2 : 0);
    ck_assert_uint_eq(sim_guide_dealt(guide), 3 * SIM_GUIDE_BLOCK);
    for (uint64_t at = 0; at < 3 * SIM_GUIDE_BLOCK; at++) {
        uint64_t load = sim_guide_load(guide, at);

        ck_assert(load == 0 || (load == 41 && at >= 2 * SIM_GUIDE_BLOCK && at % 2 == 1));
        neighbours += load != 0;
    }
    ck_assert_uint_eq(neighbours, 16);
    sim_guide_free(guide);
}
END_TEST

START_TEST(a_guide_without_anything_new_deals_seeds_as_they_come)
{
    struct sim_guide *guide = sim_guide_create();

    for (uint64_t i = 0; i < 20 * SIM_GUIDE_BLOCK; i++) {
        ck_assert_uint_eq(sim_guide_load(guide, i), 0);
        sim_guide_note(guide, i, 0);
    }
    sim_guide_free(guide);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("coverage");
    TCase *tc = tcase_create("pairs"), *sets = tcase_create("sets");
    SRunner *runner = srunner_create(suite);

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, the_pairs_of_a_small_program_are_exact);
    tcase_add_test(tc, a_place_says_offset_callback_and_write);
    tcase_add_test(tc, an_access_meets_every_granule_it_touches_and_no_other);
    tcase_add_test(tc, runs_do_not_see_each_other);
    tcase_add_test(sets, a_set_knows_who_was_first_and_how_many);
    tcase_add_test(sets, shards_together_are_the_whole);
    tcase_add_test(sets, a_set_grows_and_keeps_its_words);
    tcase_add_test(sets, a_guide_deals_neighbours_of_productive_seeds_a_block_later);
    tcase_add_test(sets, a_guide_without_anything_new_deals_seeds_as_they_come);
    suite_add_tcase(suite, tc);
    suite_add_tcase(suite, sets);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
