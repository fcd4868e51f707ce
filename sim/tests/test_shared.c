/* sim/tests/test_shared.c - what is learned to be shared, and strategies that are asked there. */
#include <check.h>
#include <stdlib.h>

#include "sim/engine/shared.h"
#include "sim/engine/sim.h"

#define SIM_API __attribute__((ms_abi))
#define ROUNDS 20

/* Under names of our own: gcc has prototypes for the real ones once a sanitizer is on. */
SIM_API void announce_read8(void *p) __asm__("__tsan_read8");
SIM_API void announce_write8(void *p) __asm__("__tsan_write8");
SIM_API void storsim_range_write(void *p, size_t n, void *pc);

enum { CONSTANT, OWN, SHARED = OWN + 4, NESTED, WIDE, LAST = WIDE + 3 };

static struct sim *sim;
static uint64_t *word;

/* Every CPU reads a constant, writes its own word, writes the shared one, and one that its
 * interrupt reads. */
static void cpu_run(void *ctx)
{
    uintptr_t cpu = (uintptr_t)ctx;

    sim_enter_driver(sim, 1);
    for (int i = 0; i < ROUNDS; i++) {
        announce_read8(&word[CONSTANT]);
        announce_write8(&word[OWN + cpu]);
        announce_write8(&word[SHARED]);
        sim_point(sim, 50); /* a register */
        if (cpu == 0) {
            announce_write8(&word[NESTED]);
            sim_enter_driver(sim, 2);
            announce_read8(&word[NESTED]);
            storsim_range_write(&word[WIDE], 24, NULL);
            sim_leave_driver(sim);
            announce_read8(&word[WIDE + 1]);
        }
    }
    sim_leave_driver(sim);
    sim_point(sim, 5); /* not the driver's */
    for (;;)
        sim_sleep(sim, SIM_NEVER);
}

static void run(const struct sim_strategy *strategy, uint64_t seed)
{
    sim_restore(sim);
    sim_begin(sim, seed, strategy, 1000);
    ck_assert_int_eq(sim_run(sim, SIM_NEVER), SIM_STOP_IDLE);
}

static void setup(void)
{
    struct sim_config config;

    ck_assert_int_eq(sim_world_create(), 0);
    sim_config_defaults(&config);
    config.explore.focus = SIM_FOCUS_SHARED;
    sim = sim_create(&config);
    word = sim_world_page(sim_world_pages_alloc(1));
    sim_world_shadow_set(word, SIM_PAGE_SIZE, SIM_MEM_CPU | SIM_WHY_POOL << SIM_MEM_WHY_SHIFT);
    for (uintptr_t i = 0; i < 3; i++)
        sim_agent_create(sim, "cpu", cpu_run, NULL, (void *)i);
    sim_image(sim);
}

static void teardown(void)
{
    sim_shared_forget();
    sim_destroy(sim);
    sim_world_destroy();
}

static void learn(void)
{
    ck_assert_int_eq(sim_shared_learn(), 0);
    run(&sim_strategy_time, 0);
    sim_shared_learned();
}

START_TEST(shared_is_what_several_contexts_touch_and_one_writes)
{
    learn();
    for (int i = 0; i <= LAST; i++)
        ck_assert_msg(sim_shared((uintptr_t)&word[i]) ==
                          (i == SHARED || i == NESTED || i == WIDE + 1),
                      "word %d", i);
    ck_assert(sim_shared((uintptr_t)&word[SHARED] + 7));
    ck_assert_uint_eq(sim_shared_granules(), 3);
    ck_assert(!sim_shared((uintptr_t)&sim));
}
END_TEST

START_TEST(points_that_matter_are_counted_alike_while_learning_and_after)
{
    learn();
    /* Three CPUs: shared word and register; one of them: the nested word twice, the wide one read.
     * The write of a range counts where it begins, which is not shared. */
    ck_assert_uint_eq(sim_shared_steps(), ROUNDS * (3 * 2 + 3));
    run(&sim_strategy_time, 0);
    ck_assert_uint_eq(sim_shared_points(sim), sim_shared_steps());
    run(&sim_strategy_random, 7);
    ck_assert_uint_eq(sim_shared_points(sim), sim_shared_steps());
}
END_TEST

static uint32_t asked_at_shared, asked;

static void probe_begin(struct sim *s, void *state, uint64_t seed, uint64_t steps)
{
    (void)state;
    (void)seed;
    (void)steps;
    sim_shared_ask(s, 5);
}

static void probe_pick(struct sim *s, void *state, const struct sim_candidate *c, uint32_t n,
                       struct sim_pick *out)
{
    (void)state;
    (void)c;
    (void)n;
    out->until = SIM_NEVER;
    out->points = UINT64_MAX;
    asked++;
    if (sim_shared_points(s) == 5)
        asked_at_shared++;
}

static uint32_t probe_choose(struct sim *s, void *state, enum sim_choice kind, uint32_t n)
{
    (void)s;
    (void)state;
    (void)kind;
    (void)n;
    return 0;
}

START_TEST(a_strategy_is_asked_at_the_point_it_named)
{
    static const struct sim_strategy probe = {.name = "probe",
                                              .text = "",
                                              .begin = probe_begin,
                                              .pick = probe_pick,
                                              .choose = probe_choose};

    learn();
    run(&probe, 1);
    ck_assert_uint_ge(asked, 1);
    ck_assert_uint_eq(asked_at_shared, 1);
}
END_TEST

START_TEST(focused_pct_repeats_and_differs_between_seeds)
{
    uint64_t hash[2], other = 0;

    learn();
    for (int i = 0; i < 2; i++) {
        run(&sim_strategy_pct, 3);
        hash[i] = sim_trace_hash(sim);
    }
    ck_assert_uint_eq(hash[0], hash[1]);
    for (uint64_t seed = 4; seed < 20; seed++) {
        run(&sim_strategy_pct, seed);
        other += sim_trace_hash(sim) != hash[0];
    }
    ck_assert_uint_gt(other, 0);
}
END_TEST

START_TEST(nothing_is_shared_before_learning_and_after_forgetting)
{
    ck_assert(!sim_shared((uintptr_t)&word[SHARED]));
    learn();
    sim_shared_forget();
    ck_assert(!sim_shared((uintptr_t)&word[SHARED]));
    run(&sim_strategy_time, 0);
    ck_assert_uint_eq(sim_shared_points(sim), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shared");
    TCase *tc = tcase_create("shared");
    SRunner *runner = srunner_create(suite);

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, shared_is_what_several_contexts_touch_and_one_writes);
    tcase_add_test(tc, points_that_matter_are_counted_alike_while_learning_and_after);
    tcase_add_test(tc, a_strategy_is_asked_at_the_point_it_named);
    tcase_add_test(tc, focused_pct_repeats_and_differs_between_seeds);
    tcase_add_test(tc, nothing_is_shared_before_learning_and_after_forgetting);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
