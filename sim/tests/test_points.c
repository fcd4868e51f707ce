/* sim/tests/test_points.c - what instrumented code calls: points, stacks, shadows, dirty pages,
 * atomics. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/sim.h"

#define SIM_API __attribute__((ms_abi))

/* Under names of our own: gcc has prototypes for the real ones once a sanitizer is on. */
SIM_API void announce_read8(void *p) __asm__("__tsan_read8");
SIM_API void announce_write8(void *p) __asm__("__tsan_write8");
SIM_API uint32_t atomic_add(volatile uint32_t *p, uint32_t v,
                            int order) __asm__("__tsan_atomic32_fetch_add");
SIM_API uint32_t atomic_swap_if(volatile uint32_t *p, uint32_t c, uint32_t v, int order,
                                int fail) __asm__("__tsan_atomic32_compare_exchange_val");
SIM_API void storsim_range_write(void *p, size_t n, void *pc);

static struct sim *sim;
static char *memory;

static void setup(void)
{
    struct sim_config config;

    ck_assert_int_eq(sim_world_create(), 0);
    sim_config_defaults(&config);
    sim = sim_create(&config);
    memory = sim_world_page(sim_world_pages_alloc(4));
    sim_world_shadow_set(memory, 2 * SIM_PAGE_SIZE,
                         SIM_MEM_CPU | SIM_WHY_POOL << SIM_MEM_WHY_SHIFT);
    sim_world_shadow_set(memory + 2 * SIM_PAGE_SIZE, SIM_PAGE_SIZE,
                         SIM_WHY_FREED << SIM_MEM_WHY_SHIFT);
    sim_world_image();
}

static void teardown(void)
{
    sim_destroy(sim);
    sim_world_destroy();
}

static void (*body)(void);

static void run_body(void *ctx)
{
    (void)ctx;
    body();
    for (;;)
        sim_sleep(sim, SIM_NEVER);
}

static enum sim_stop run(void (*fn)(void))
{
    body = fn;
    sim_agent_create(sim, "driver", run_body, NULL, NULL);
    sim_begin(sim, 1, &sim_strategy_time, 0);
    return sim_run(sim, SIM_NEVER);
}

static void touch_shared_and_stack(void)
{
    uint64_t local = 0;
    uint64_t points = sim_points(sim);
    sim_ns now = sim_now(sim);

    announce_read8(&local);
    announce_write8(&local);
    ck_assert_uint_eq(sim_points(sim), points);
    announce_read8(memory);
    announce_write8(memory + 8);
    ck_assert_uint_eq(sim_points(sim), points + 2);
    ck_assert_int_eq(sim_now(sim) - now, 10);
}

START_TEST(shared_memory_is_a_point_and_the_own_stack_is_not)
{
    struct sim_world_stats stats;

    ck_assert_int_eq(run(touch_shared_and_stack), SIM_STOP_IDLE);
    sim_world_get_stats(&stats);
    ck_assert_uint_eq(stats.pages_dirty, 1);
}
END_TEST

static void touch_freed(void)
{
    announce_read8(memory + 2 * SIM_PAGE_SIZE + 8);
    ck_abort();
}

static void touch_unallocated(void)
{
    announce_write8(memory + 3 * SIM_PAGE_SIZE);
    ck_abort();
}

static void touch_core(void)
{
    announce_write8((void *)sim);
    ck_abort();
}

static void range_into_freed(void)
{
    storsim_range_write(memory + SIM_PAGE_SIZE, SIM_PAGE_SIZE + 1, NULL);
    ck_abort();
}

static void (*const bad[])(void) = {touch_freed, touch_unallocated, touch_core, range_into_freed};

START_TEST(memory_that_is_not_the_drivers_is_a_finding)
{
    ck_assert_int_eq(run(bad[_i]), SIM_STOP_FINDING);
    ck_assert_int_eq(sim_finding(sim, 0)->rule, SIM_RULE_USE_AFTER_FREE);
}
END_TEST

/* Taken away while the access waits for its turn: judged by what is true when it happens. */
static struct sim_event event;

static void take_away(struct sim_event *e, void *ctx)
{
    (void)e;
    (void)ctx;
    sim_world_shadow_set(memory, 8, SIM_WHY_FREED << SIM_MEM_WHY_SHIFT);
}

static void touch_later(void)
{
    sim_point(sim, 98);
    announce_read8(memory);
    ck_abort();
}

START_TEST(the_shadow_is_asked_after_others_acted)
{
    memset(&event, 0, sizeof event);
    sim_event_at(sim, &event, 100, take_away, NULL);
    ck_assert_int_eq(run(touch_later), SIM_STOP_FINDING);
}
END_TEST

static void do_atomics(void)
{
    volatile uint32_t *p = (volatile uint32_t *)memory;

    *p = 5;
    ck_assert_uint_eq(atomic_add(p, 3, 5), 5);
    ck_assert_uint_eq(atomic_swap_if(p, 7, 1, 5, 5), 8);
    ck_assert_uint_eq(*p, 8);
    ck_assert_uint_eq(atomic_swap_if(p, 8, 1, 5, 5), 8);
    ck_assert_uint_eq(*p, 1);
}

START_TEST(atomics_do_what_they_say)
{
    ck_assert_int_eq(run(do_atomics), SIM_STOP_IDLE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("points");
    TCase *tc = tcase_create("points");
    SRunner *runner = srunner_create(suite);

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, shared_memory_is_a_point_and_the_own_stack_is_not);
    tcase_add_loop_test(tc, memory_that_is_not_the_drivers_is_a_finding, 0, 4);
    tcase_add_test(tc, the_shadow_is_asked_after_others_acted);
    tcase_add_test(tc, atomics_do_what_they_say);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
