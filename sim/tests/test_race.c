/* sim/tests/test_race.c - contexts, edges and the history of memory, without processors: one agent
 * plays all contexts.
 */
// covers: sim/engine/race.c sim/engine/race_report.c sim/engine/witness.c
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/race.h"
#include "sim/engine/debug.h"
#include "sim/engine/sim.h"
#include "sim/engine/witness.h"

#define SIM_API __attribute__((ms_abi))

/* Under names of our own: gcc has prototypes for the real ones once a sanitizer is on. */
SIM_API void announce_read1(void *p) __asm__("__tsan_read1");
SIM_API void announce_write1(void *p) __asm__("__tsan_write1");
SIM_API void announce_read4(void *p) __asm__("__tsan_read4");
SIM_API void announce_write4(void *p) __asm__("__tsan_write4");
SIM_API void announce_read8(void *p) __asm__("__tsan_read8");
SIM_API void announce_write8(void *p) __asm__("__tsan_write8");
SIM_API void announce_unaligned_write8(void *p) __asm__("__tsan_unaligned_write8");
SIM_API uint32_t announce_atomic32_load(const volatile uint32_t *p,
                                        int order) __asm__("__tsan_atomic32_load");
SIM_API void announce_atomic32_store(volatile uint32_t *p, uint32_t v,
                                     int order) __asm__("__tsan_atomic32_store");
SIM_API uint32_t announce_atomic32_exchange(volatile uint32_t *p, uint32_t v,
                                            int order) __asm__("__tsan_atomic32_exchange");
SIM_API uint32_t
announce_atomic32_compare_exchange_val(volatile uint32_t *p, uint32_t c, uint32_t v, int order,
                                       int fail) __asm__("__tsan_atomic32_compare_exchange_val");
SIM_API void announce_atomic_thread_fence(int order) __asm__("__tsan_atomic_thread_fence");
SIM_API void storsim_range_write(void *p, size_t n, void *pc);

#define OTHERS 8

static struct sim *sim;
static char *memory;
static sim_context a, b, c, others[OTHERS];
static struct sim_sync sync, sync2;

static void setup_with(enum sim_severity severity)
{
    struct sim_config config;

    ck_assert_int_eq(sim_world_create(), 0);
    sim_config_defaults(&config);
    config.severity[SIM_RULE_DATA_RACE] = (uint8_t)severity;
    sim = sim_create(&config);
    ck_assert_int_eq(sim_race_enable(sim, NULL), 0);
    memory = sim_world_page(sim_world_pages_alloc(4));
    sim_world_shadow_set(memory, 2 * SIM_PAGE_SIZE,
                         SIM_MEM_CPU | SIM_WHY_POOL << SIM_MEM_WHY_SHIFT);
    a = sim_race_context();
    b = sim_race_context();
    c = sim_race_context();
    for (int i = 0; i < OTHERS; i++)
        others[i] = sim_race_context();
    memset(&sync, 0, sizeof sync);
    memset(&sync2, 0, sizeof sync2);
}

static void setup(void)
{
    setup_with(SIM_SEVERITY_WARN);
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

/* Races that fn finds. */
static uint32_t races(void (*fn)(void))
{
    body = fn;
    sim_agent_create(sim, "driver", run_body, NULL, NULL);
    sim_begin(sim, 1, &sim_strategy_time, 0);
    sim_run(sim, SIM_NEVER);
    for (uint32_t i = 0; i < sim_findings(sim); i++)
        ck_assert_int_eq(sim_finding(sim, i)->rule, SIM_RULE_DATA_RACE);
    return sim_findings(sim);
}

static void as(sim_context context)
{
    sim_race_switch(sim, context);
}

/* --- accesses --------------------------------------------------------------------------------- */

static void write_then_read(void)
{
    as(a);
    announce_write8(memory);
    as(b);
    announce_read8(memory);
}

static void read_then_write(void)
{
    as(a);
    announce_read8(memory);
    as(b);
    announce_write8(memory);
}

static void write_then_write(void)
{
    as(a);
    announce_write8(memory);
    as(b);
    announce_write8(memory);
}

static void read_then_read(void)
{
    as(a);
    announce_read8(memory);
    as(b);
    announce_read8(memory);
}

static void own_accesses(void)
{
    as(a);
    announce_write8(memory);
    announce_read8(memory);
    announce_write8(memory);
}

static void nobodys(void)
{
    as(a);
    announce_write8(memory);
    as(SIM_CONTEXT_NONE);
    announce_write8(memory);
}

static void neighbours(void)
{
    as(a);
    announce_write1(memory);
    announce_write4(memory + 4);
    as(b);
    announce_write1(memory + 1);
    announce_write1(memory + 3);
    announce_write8(memory + 8);
}

static void overlap_across_granules(void)
{
    as(a);
    announce_write1(memory + 9);
    as(b);
    announce_unaligned_write8(memory + 5);
}

static void range_over_one_byte(void)
{
    as(a);
    announce_write1(memory + 100);
    as(b);
    storsim_range_write(memory + 64, 37, NULL);
}

static void range_beside_it(void)
{
    as(a);
    announce_write1(memory + 101);
    as(b);
    storsim_range_write(memory + 64, 37, NULL);
}

/* More accesses that matter than a granule has cells: each of them must still be seen. */
static void many_readers_one_writer(void)
{
    for (int i = 0; i < OTHERS; i++) {
        as(others[i]);
        if (i != 3)
            sim_release(sim, &sync);
        announce_read8(memory);
        if (i != 3)
            sim_release(sim, &sync);
    }
    as(b);
    sim_acquire(sim, &sync);
    announce_write8(memory);
}

static void every_byte_its_own(void)
{
    for (int i = 0; i < OTHERS; i++) {
        as(others[i]);
        announce_write1(memory + i);
    }
    as(others[0]);
    announce_write1(memory + 7);
}

/* --- edges ------------------------------------------------------------------------------------ */

static void released_and_acquired(void)
{
    as(a);
    announce_write8(memory);
    sim_release(sim, &sync);
    as(b);
    sim_acquire(sim, &sync);
    announce_write8(memory);
}

static void written_after_the_release(void)
{
    as(a);
    sim_release(sim, &sync);
    announce_write8(memory);
    as(b);
    sim_acquire(sim, &sync);
    announce_write8(memory);
}

static void acquired_elsewhere(void)
{
    as(a);
    announce_write8(memory);
    sim_release(sim, &sync);
    as(b);
    sim_acquire(sim, &sync2);
    announce_write8(memory);
}

static void through_a_third(void)
{
    as(a);
    announce_write8(memory);
    sim_release(sim, &sync);
    as(b);
    sim_acquire(sim, &sync);
    sim_release(sim, &sync2);
    as(c);
    sim_acquire(sim, &sync2);
    announce_write8(memory);
}

static void locked(void)
{
    for (int i = 0; i < OTHERS; i++) {
        as(others[i]);
        sim_race_lock(sim, &sync, 1);
        announce_read8(memory);
        announce_write8(memory);
        sim_race_unlock(sim, &sync, 1);
    }
}

static void locked_by_another(void)
{
    as(a);
    sim_race_lock(sim, &sync, 1);
    announce_write8(memory);
    sim_race_unlock(sim, &sync, 1);
    as(b);
    sim_race_lock(sim, &sync2, 2);
    announce_write8(memory);
    sim_race_unlock(sim, &sync2, 2);
}

/* A copy holds what was there then, and nothing of later. */
static void copied(void)
{
    struct sim_sync copy = {0};

    as(a);
    announce_write8(memory);
    sim_release(sim, &sync);
    sim_sync_copy(&copy, &sync);
    announce_write8(memory + 8);
    sim_release(sim, &sync);
    as(b);
    sim_acquire(sim, &copy);
    announce_write8(memory);
    announce_write8(memory + 8);
}

/* --- interlocked operations ------------------------------------------------------------------- */

static volatile uint32_t *word(void)
{
    return (volatile uint32_t *)(void *)memory;
}

static void interlocked_only(void)
{
    as(a);
    announce_atomic32_exchange(word(), 1, 5);
    as(b);
    announce_atomic32_exchange(word(), 2, 5);
    announce_atomic32_load(word(), 5);
}

static void message_behind_a_flag(void)
{
    as(a);
    announce_write8(memory + 64);
    announce_atomic32_store(word(), 1, 5);
    as(b);
    if (announce_atomic32_load(word(), 5))
        announce_write8(memory + 64);
}

static void flag_written_plainly(void)
{
    as(a);
    announce_write4(memory);
    as(b);
    announce_atomic32_exchange(word(), 2, 5);
}

static void flag_read_plainly(void)
{
    as(a);
    announce_atomic32_exchange(word(), 2, 5);
    as(b);
    announce_read4(memory);
}

/* InterlockedCompareExchange(p, 0, 0) is how drivers read: not a write. */
static void read_by_compare_exchange(void)
{
    as(a);
    announce_read4(memory);
    as(b);
    announce_atomic32_compare_exchange_val(word(), 0, 0, 5, 5);
    as(c);
    announce_read4(memory);
}

/* A barrier orders one processor's accesses; it tells nobody else. */
static void fences(void)
{
    as(a);
    announce_write8(memory);
    announce_atomic_thread_fence(5);
    as(b);
    announce_atomic_thread_fence(5);
    announce_read8(memory);
}

/* --- the device ------------------------------------------------------------------------------- */

static void entry(void)
{
    as(a);
    announce_write8(memory);
    sim_release(sim, &sync); /* the doorbell */
    sim_race_device(sim, &sync);
    sim_race_dma(sim, (uintptr_t)memory, 8, false);
    sim_race_device_end();
}

static void entry_fetched(void)
{
    entry();
}

static void entry_changed_after_the_doorbell(void)
{
    entry();
    as(a);
    announce_write8(memory);
}

static void doorbell_before_the_entry(void)
{
    as(a);
    sim_release(sim, &sync);
    announce_write8(memory);
    sim_race_device(sim, &sync);
    sim_race_dma(sim, (uintptr_t)memory, 8, false);
    sim_race_device_end();
}

static void completion(void)
{
    announce_write8(memory + 64); /* still as a: for whoever sees the completion */
    sim_release(sim, &sync);
    sim_race_device(sim, &sync);
    sim_race_post(true);
    sim_race_dma(sim, (uintptr_t)memory + 128, 16, true);
    sim_race_post(false);
    sim_race_device_end();
}

static void completion_seen(void)
{
    entry();
    completion();
    as(b);
    announce_read4(memory + 140);
    announce_write8(memory);
    announce_write8(memory + 64);
}

static void completion_not_looked_at(void)
{
    entry();
    completion();
    as(b);
    announce_write8(memory + 64);
    announce_write8(memory); /* with the driver's write and with the fetch */
}

static void register_read_after_dma(void)
{
    entry();
    as(a);
    sim_race_device_seen(sim);
    announce_write8(memory);
}

/* --- giving back ------------------------------------------------------------------------------ */

static void given_back_in_order(void)
{
    as(a);
    announce_write8(memory);
    announce_read1(memory + 40);
    sim_release(sim, &sync);
    as(b);
    sim_acquire(sim, &sync);
    sim_race_hand_back(sim, memory, 64);
    as(c); /* the next owner: whoever gave it to him is not asked here */
    announce_write8(memory);
}

static void still_read_by_another(void)
{
    as(a);
    announce_read1(memory + 40);
    as(b);
    sim_race_hand_back(sim, memory, 64);
}

static const struct {
    const char *name;
    void (*fn)(void);
    uint32_t races;
} cases[] = {
#define CASE(fn, races) \
    {                   \
#fn, fn, races  \
    }
    CASE(write_then_read, 1),
    CASE(read_then_write, 1),
    CASE(write_then_write, 1),
    CASE(read_then_read, 0),
    CASE(own_accesses, 0),
    CASE(nobodys, 0),
    CASE(neighbours, 0),
    CASE(overlap_across_granules, 1),
    CASE(range_over_one_byte, 1),
    CASE(range_beside_it, 0),
    CASE(many_readers_one_writer, 1),
    CASE(every_byte_its_own, 1),
    CASE(released_and_acquired, 0),
    CASE(written_after_the_release, 1),
    CASE(acquired_elsewhere, 1),
    CASE(through_a_third, 0),
    CASE(locked, 0),
    CASE(locked_by_another, 1),
    CASE(copied, 1),
    CASE(interlocked_only, 0),
    CASE(message_behind_a_flag, 0),
    CASE(flag_written_plainly, 1),
    CASE(flag_read_plainly, 1),
    CASE(read_by_compare_exchange, 0),
    CASE(fences, 1),
    CASE(entry_fetched, 0),
    CASE(entry_changed_after_the_doorbell, 1),
    CASE(doorbell_before_the_entry, 1),
    CASE(completion_seen, 0),
    CASE(completion_not_looked_at, 3),
    CASE(register_read_after_dma, 0),
    CASE(given_back_in_order, 0),
    CASE(still_read_by_another, 1),
};

START_TEST(what_is_unordered_is_found_and_nothing_else)
{
    uint32_t found = races(cases[_i].fn);

    if (found != cases[_i].races)
        ck_abort_msg("%s: %u races, expected %u; %s", cases[_i].name, found, cases[_i].races,
                     found ? sim_finding(sim, 0)->text : "");
}
END_TEST

/* --- runs and reports ------------------------------------------------------------------------- */

/* One place each, however the compiler unrolls the loop. */
static __attribute__((noinline)) void write_at(char *p)
{
    announce_write8(p);
    __asm__ volatile("" ::: "memory");
}

static void again_and_again(void)
{
    for (int i = 0; i < 5; i++) {
        as(a);
        write_at(memory + i * 64);
        as(b);
        write_at(memory + i * 64);
    }
}

#define OPERATIONS (300 * 1000) /* more than there are clocks */

/* Interlocked operations on memory that comes and goes, as a request's: each time with a clock. */
static void many_interlocked_then_a_race(void)
{
    as(a);
    for (int i = 0; i < OPERATIONS; i++) {
        announce_atomic32_store((uint32_t *)memory, 1, 0);
        sim_race_hand_back(sim, memory, 8);
    }
    announce_write8(memory + 64);
    announce_atomic32_store((uint32_t *)memory, 1, 0);
    as(b);
    announce_atomic32_load((uint32_t *)(memory + 8), 0);
    announce_atomic32_store((uint32_t *)(memory + 16), 1, 0);
    announce_atomic32_load((uint32_t *)(memory + 16), 0);
    announce_read8(memory + 64);
}

START_TEST(clocks_of_memory_given_back_serve_again)
{
    ck_assert_uint_eq(races(many_interlocked_then_a_race), 1);
}
END_TEST

START_TEST(a_pair_of_places_is_told_once)
{
    ck_assert_uint_eq(races(again_and_again), 1);
}
END_TEST

static void first_half(void)
{
    as(a);
    announce_write8(memory);
}

static void second_half(void)
{
    as(b);
    announce_write8(memory);
}

static struct sim_agent *actor;

static void halves(void *ctx)
{
    (void)ctx;
    first_half();
    sim_sleep(sim, SIM_S);
    for (;;) {
        second_half();
        sim_sleep(sim, SIM_NEVER);
    }
}

START_TEST(a_restored_world_knows_nothing_of_before)
{
    actor = sim_agent_create(sim, "driver", halves, NULL, NULL);
    sim_begin(sim, 1, &sim_strategy_time, 0);
    sim_run(sim, SIM_MS);
    sim_image(sim);
    sim_restore(sim);
    sim_run(sim, 2 * SIM_S);
    ck_assert_uint_eq(sim_findings(sim), 0);
}
END_TEST

START_TEST(a_finding_of_severity_error_ends_the_run)
{
    teardown();
    setup_with(SIM_SEVERITY_ERROR);
    ck_assert_uint_eq(races(write_then_write), 1);
    ck_assert_int_eq(sim_finding(sim, 0)->severity, SIM_SEVERITY_ERROR);
}
END_TEST

START_TEST(both_accesses_are_told)
{
    const struct sim_finding *f;

    ck_assert_uint_eq(races(locked_by_another), 1);
    f = sim_finding(sim, 0);
    ck_assert(f->has_race);
    ck_assert_uint_eq(f->race.now.lock[0], 2);
    ck_assert_uint_eq(f->race.before.lock[0], 1);
    ck_assert_uint_eq(f->race.now.bytes, 8);
    ck_assert_uint_eq(f->race.why, SIM_WHY_POOL);
    ck_assert_uint_eq(f->race.object_bytes, 2 * SIM_PAGE_SIZE);
    ck_assert_ptr_nonnull(strstr(f->text, "pool memory: write [CPU 0, IRQL 0, "));
}
END_TEST

START_TEST(a_list_of_benign_places_has_a_form)
{
    struct sim_error error;

    ck_assert_int_eq(sim_race_benign("", &error), 0);
    ck_assert_int_eq(sim_race_benign("NvmeStartIo:*, NvmeQueuePending:Open ,X", &error), 0);
    ck_assert_int_lt(sim_race_benign("NvmeStartIo:", &error), 0);
    ck_assert_ptr_nonnull(strstr(error.text, "'NvmeStartIo:' is not FUNCTION"));
    ck_assert_int_lt(sim_race_benign(":Open", &error), 0);
}
END_TEST

static void nothing_on(void)
{
    as(a);
    announce_write8(memory);
    as(b);
    announce_write8(memory);
    sim_race_hand_back(sim, memory, 8);
    sim_release(sim, &sync);
}

START_TEST(without_detection_nothing_is_looked_at)
{
    struct sim_config config;

    teardown();
    ck_assert_int_eq(sim_world_create(), 0);
    sim_config_defaults(&config);
    sim = sim_create(&config);
    memory = sim_world_page(sim_world_pages_alloc(4));
    sim_world_shadow_set(memory, SIM_PAGE_SIZE, SIM_MEM_CPU);
    ck_assert_uint_eq(sim_race_context(), SIM_CONTEXT_NONE);
    ck_assert_uint_eq(races(nothing_on), 0);
    ck_assert_uint_eq(sync.clock, 0);
}
END_TEST

static uint32_t witnessed[3]; /* accesses: reads, writes, of other kinds of record */

static void count_accesses(struct sim *s, const struct sim_record *r, void *ctx)
{
    (void)s;
    (void)ctx;
    witnessed[r->event != SIM_EV_ACCESS ? 2 : r->arg[1] ? 1 : 0]++;
}

static void around_one_granule(void)
{
    as(a);
    announce_write8(memory);
    announce_read4(memory + 4);
    announce_unaligned_write8(memory + 13); /* the last byte of the second granule, and the third */
    announce_write1(memory + 8);
    as(b);
    storsim_range_write(memory, 9, NULL);
}

static uint64_t hash_of(const struct sim_race *race)
{
    sim_restore(sim);
    memset(witnessed, 0, sizeof witnessed);
    sim_witness(race);
    sim_trace_set_sink(sim, count_accesses, NULL);
    sim_begin(sim, 1, &sim_strategy_time, 0);
    sim_run(sim, SIM_NEVER);
    sim_trace_set_sink(sim, NULL, NULL);
    sim_witness(NULL);
    return sim_trace_hash(sim);
}

START_TEST(a_witness_tells_what_touches_a_granule_and_changes_nothing)
{
    struct sim_race race = {0};
    uint64_t with, without;

    body = around_one_granule;
    sim_agent_create(sim, "driver", run_body, NULL, NULL);
    sim_image(sim);
    race.granule = ((uintptr_t)memory - SIM_PAGES_BASE) / 8;
    with = hash_of(&race);
    ck_assert_uint_eq(witnessed[0], 1);
    ck_assert_uint_eq(witnessed[1], 2);
    race.granule++;
    ck_assert_uint_eq(hash_of(&race), with);
    ck_assert_uint_eq(witnessed[0], 0);
    ck_assert_uint_eq(witnessed[1], 3);
    without = hash_of(NULL);
    ck_assert_uint_eq(witnessed[0] + witnessed[1], 0);
    ck_assert_uint_eq(with, without);
}
END_TEST

START_TEST(a_debugger_stops_at_a_race)
{
    teardown();
    setup_with(SIM_SEVERITY_ERROR);
    sim_debug_on(0);
    ck_assert_uint_eq(races(write_then_write), 1);
    sim_debug.on = false;
    ck_assert_uint_gt(sim_debug.point, 0);
    ck_assert_str_eq(sim_debug.why, sim_finding(sim, 0)->text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("race");
    TCase *tc = tcase_create("race");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, what_is_unordered_is_found_and_nothing_else, 0,
                        sizeof cases / sizeof cases[0]);
    tcase_add_test(tc, clocks_of_memory_given_back_serve_again);
    tcase_add_test(tc, a_pair_of_places_is_told_once);
    tcase_add_test(tc, a_restored_world_knows_nothing_of_before);
    tcase_add_test(tc, a_finding_of_severity_error_ends_the_run);
    tcase_add_test(tc, both_accesses_are_told);
    tcase_add_test(tc, a_list_of_benign_places_has_a_form);
    tcase_add_test(tc, without_detection_nothing_is_looked_at);
    tcase_add_test(tc, a_witness_tells_what_touches_a_granule_and_changes_nothing);
    tcase_add_test(tc, a_debugger_stops_at_a_race);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
