/* sim/tests/test_explore.c - exploration of small random programs: reduction must not lose any
 * outcome.
 *
 * Two or three CPUs with a few steps each on shared and private words. An outcome is what all words
 * hold in the end and what every CPU read last. With and without reduction the same outcomes must
 * be reached, and no run twice.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/sim.h"
#include "sim/explore/explore.h"

#define STEPS 7
#define WORDS 3
#define HOLD 60 /* as long as 12 points */
#define OUTCOMES 8192

__attribute__((ms_abi)) void announce_read8(void *p) __asm__("__tsan_read8");
__attribute__((ms_abi)) void announce_write8(void *p) __asm__("__tsan_write8");

enum op { READ, WRITE, ADD, OWN, CALL, SLEEP, OPS };

struct cpu {
    uint32_t number;
    uint8_t op[STEPS], word[STEPS];
};

static struct sim *sim;
static struct cpu program[3];
static uint64_t *word; /* page zone: shared ones, then one of each CPU */
static uint64_t *last; /* core zone: what each read last */
static uint64_t outcome[OUTCOMES], runs[OUTCOMES * 4];
static uint32_t outcomes, run_count;

static void step(struct cpu *cpu, int i)
{
    uint64_t *at = &word[cpu->op[i] == OWN ? WORDS + cpu->number : cpu->word[i]];

    switch ((enum op)cpu->op[i]) {
    case READ:
        announce_read8(at);
        last[cpu->number] = last[cpu->number] * 31 + *at;
        break;
    case WRITE:
    case OWN:
        announce_write8(at);
        *at = *at * 7 + last[cpu->number] + cpu->number + 1;
        break;
    case ADD:
        announce_read8(at);
        last[cpu->number] = *at;
        announce_write8(at);
        *at = last[cpu->number] + 1;
        break;
    case CALL:
        sim_point(sim, 9);
        break;
    default:
        sim_sleep(sim, sim_now(sim) + 11);
    }
}

static void body(void *ctx)
{
    for (int i = 0; i < STEPS; i++)
        step(ctx, i);
    for (;;)
        sim_sleep(sim, SIM_NEVER);
}

static bool run(const struct sim_strategy *strategy, void *ctx)
{
    uint64_t hash = 1;

    (void)ctx;
    sim_restore(sim);
    sim_begin(sim, 1, strategy, 0);
    ck_assert_int_eq(sim_run(sim, SIM_S), SIM_STOP_IDLE);
    for (int i = 0; i < WORDS + 3; i++)
        hash = (hash ^ word[i]) * 0x9E3779B97F4A7C15ull;
    for (int i = 0; i < 3; i++)
        hash = (hash ^ last[i]) * 0x9E3779B97F4A7C15ull;
    if (run_count < OUTCOMES * 4)
        runs[run_count++] = sim_trace_hash(sim);
    for (uint32_t i = 0; i < outcomes; i++)
        if (outcome[i] == hash)
            return false;
    ck_assert_uint_lt(outcomes, OUTCOMES);
    outcome[outcomes++] = hash;
    return false;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* Explores the program; outcomes are sorted. Returns the schedules it took. */
static uint64_t explore(uint32_t preemptions, bool reduce)
{
    struct sim_explore_config config = {
        .preemptions = preemptions, .hold_ns = HOLD, .reduce = reduce};
    struct sim_explorer *e = sim_explore_create(&config, run, NULL);
    struct sim_explore_figures figures;

    outcomes = run_count = 0; /* learning does not count */
    while (sim_explore_step(e) == SIM_EXPLORE_MORE)
        continue;
    sim_explore_figures(e, &figures);
    ck_assert_double_eq(figures.done, 1);
    sim_explore_free(e);
    qsort(outcome, outcomes, sizeof outcome[0], by_value);
    return figures.schedules;
}

static void build(uint64_t seed)
{
    struct sim_config config;
    struct sim_stream stream;

    sim_stream_seed(&stream, seed, "program");
    ck_assert_int_eq(sim_world_create(), 0);
    sim_config_defaults(&config);
    sim = sim_create(&config);
    word = sim_world_page(sim_world_pages_alloc(1));
    sim_world_shadow_set(word, SIM_PAGE_SIZE, SIM_MEM_CPU);
    last = sim_world_alloc(3 * sizeof *last, 8);
    for (uint32_t i = 0; i < 2 + seed % 2; i++) {
        program[i].number = i;
        for (int k = 0; k < STEPS; k++) {
            program[i].op[k] = (uint8_t)sim_stream_below(&stream, OPS);
            program[i].word[k] = (uint8_t)sim_stream_below(&stream, WORDS);
        }
        sim_agent_create(sim, "cpu", body, NULL, &program[i]);
    }
    sim_image(sim);
}

START_TEST(reduction_loses_no_outcome)
{
    static uint64_t kept[OUTCOMES];
    uint64_t all = 0, fewer = 0;

    for (uint64_t seed = (uint64_t)_i * 20; seed < (uint64_t)_i * 20 + 20; seed++) {
        uint32_t count;

        build(seed);
        all += explore(2, false);
        count = outcomes;
        memcpy(kept, outcome, count * sizeof kept[0]);
        fewer += explore(2, true);
        ck_assert_msg(outcomes == count && !memcmp(kept, outcome, count * sizeof kept[0]),
                      "program %d: %u outcomes, with reduction %u", (int)seed, count, outcomes);
        sim_destroy(sim);
        sim_world_destroy();
    }
    ck_assert_uint_lt(fewer, all);
}
END_TEST

START_TEST(a_window_keeps_delays_out_of_the_rest)
{
    struct sim_explore_config config = {.preemptions = 1, .hold_ns = HOLD, .from = SIM_NEVER};
    struct sim_explore_figures figures;
    struct sim_explorer *e;

    build(1);
    e = sim_explore_create(&config, run, NULL);
    ck_assert_int_eq(sim_explore_step(e), SIM_EXPLORE_DONE); /* it never comes */
    sim_explore_figures(e, &figures);
    ck_assert_uint_eq(figures.schedules, 1);
    ck_assert_uint_eq(figures.places, 0);
    sim_explore_free(e);
    sim_destroy(sim);
    sim_world_destroy();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("explore");
    TCase *tc = tcase_create("explore");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, reduction_loses_no_outcome, 0, 5);
    tcase_add_test(tc, a_window_keeps_delays_out_of_the_rest);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
