/* sim/tests/test_replay_schedule.c - a schedule is data: what any strategy did, replay does again,
 * bit by bit.
 *
 * The machine here does everything that touches the order of actions: points of any cost (none
 * included), sleeps with and without a deadline, kicks among CPUs and from events, events at equal
 * times, questions, nested attention that passes points, and stretches without any point. What each
 * does depends on what it sees of the others.
 */
// covers: sim/engine/schedule_record.c
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/schedule_record.h"
#include "sim/engine/sim.h"

#define CPUS 4
#define STEPS 120
#define EVENTS 24

/* In the world: what happened so far decides what happens next. */
struct machine {
    uint64_t memory;
    uint32_t done;
    struct sim_agent *cpu[CPUS];
    struct sim_event event[EVENTS];
    uint32_t fired;
};

static struct sim *sim;
static struct machine *m;

static uint64_t mix(uint64_t value)
{
    m->memory = (m->memory ^ value) * 0x9E3779B97F4A7C15ull;
    m->memory ^= m->memory >> 29;
    return m->memory;
}

/* Every order of two of these gives another memory, and the trace says so. */
static uint64_t act(uint32_t who)
{
    uint64_t value = mix(who + 1);

    sim_trace(sim, SIM_EV_STALL, value, 0, 0, 0);
    sim_progress(sim);
    return value;
}

static void attend(struct sim_agent *agent, void *ctx)
{
    (void)ctx;
    sim_point(sim, (sim_ns)(act(50 + sim_agent_number(agent)) % 30));
    if (sim_choose(sim, SIM_CHOICE_INTERRUPT, 2))
        sim_point(sim, 7);
    act(60 + sim_agent_number(agent));
}

static void body(void *ctx)
{
    struct sim_agent *const *self = ctx;

    for (int i = 0; i < STEPS; i++) {
        uint64_t value = act(sim_agent_number(*self));

        switch (value >> 7 & 15) {
        case 0:
            sim_sleep(sim, sim_now(sim) + (sim_ns)(value >> 20 & 255));
            break;
        case 1:
            sim_kick(sim, m->cpu[value >> 20 & (CPUS - 1)]);
            break;
        case 2:
            sim_sleep(sim, sim_now(sim)); /* over at once */
            break;
        case 3:
            sim_point(sim, 0);
            break;
        case 4:
            sim_point(sim, (sim_ns)(value >> 20 & 2047));
            break;
        default:
            sim_point(sim, 1 + (sim_ns)(value >> 20 & 7));
        }
    }
    if (++m->done == CPUS)
        sim_stop(sim, SIM_STOP_DONE);
    for (;;) {
        sim_sleep(sim, SIM_NEVER);
        act(40);
    }
}

static void fire(struct sim_event *event, void *ctx)
{
    uint64_t value = act(100 + m->fired);

    (void)ctx;
    sim_kick(sim, m->cpu[value & (CPUS - 1)]);
    if (++m->fired < 20 * EVENTS)
        sim_event_in(sim, event, 40 * (sim_ns)(value >> 33 & 15), fire, NULL);
}

static void setup(void)
{
    struct sim_config config;

    ck_assert_int_eq(sim_world_create(), 0);
    sim_config_defaults(&config);
    config.explore.delay_max_ns = 500;
    config.explore.jitter_ns = 30;
    config.points_max = 3000;
    sim = sim_create(&config);
    m = sim_world_alloc(sizeof *m, 64);
    for (int i = 0; i < CPUS; i++)
        m->cpu[i] = sim_agent_create(sim, "cpu", body, attend, &m->cpu[i]);
    for (int i = 0; i < EVENTS; i++)
        sim_event_at(sim, &m->event[i], 40 * (i / 3), fire, NULL);
    sim_begin(sim, 0, &sim_strategy_time, 0);
    ck_assert_int_eq(sim_run(sim, 100),
                     SIM_STOP_TIME); /* so that runs begin in the middle of things */
    sim_image(sim);
}

static void teardown(void)
{
    sim_destroy(sim);
    sim_world_destroy();
}

static uint64_t run(const struct sim_strategy *strategy, uint64_t seed, struct sim_schedule *record)
{
    sim_restore(sim);
    sim_schedule_record(record);
    sim_begin(sim, seed, strategy, CPUS * STEPS);
    ck_assert_int_eq(sim_run(sim, SIM_S), SIM_STOP_DONE);
    sim_schedule_record(NULL);
    return sim_trace_hash(sim);
}

static const struct sim_strategy *const every[] = {
    &sim_strategy_time, &sim_strategy_random, &sim_strategy_pct,
    &sim_strategy_pos,  &sim_strategy_delay,  &sim_strategy_stall,
};

START_TEST(whatever_a_strategy_did_replay_does_again)
{
    struct sim_schedule first = {0}, second = {0};
    uint64_t hashes = 0;

    for (uint64_t seed = 1; seed <= 200; seed++) {
        uint64_t hash = run(every[_i], seed, &first);

        sim_schedule_replay(&first);
        ck_assert_msg(run(&sim_strategy_replay, seed, &second) == hash, "%s, seed %d",
                      every[_i]->name, (int)seed);
        /* And what replay did is the same schedule, entry by entry. */
        ck_assert_uint_eq(first.delays, second.delays);
        ck_assert_uint_eq(first.answers, second.answers);
        for (uint32_t i = 0; i < first.delays; i++) {
            ck_assert_uint_eq(first.delay[i].agent, second.delay[i].agent);
            ck_assert_uint_eq(first.delay[i].ordinal, second.delay[i].ordinal);
            ck_assert_int_eq(first.delay[i].ns, second.delay[i].ns);
        }
        hashes ^= hash;
        sim_schedule_clear(&first);
        sim_schedule_clear(&second);
    }
    ck_assert_uint_ne(hashes, 0);
    sim_schedule_free(&first);
    sim_schedule_free(&second);
}
END_TEST

START_TEST(any_part_of_a_schedule_is_a_schedule)
{
    struct sim_schedule whole = {0}, part = {0}, got = {0};
    struct sim_stream stream;

    sim_stream_seed(&stream, 1, "part");
    for (uint64_t seed = 1; seed <= 100; seed++) {
        uint64_t hash;

        run(&sim_strategy_random, seed, &whole);
        sim_schedule_clear(&part);
        for (uint32_t i = 0; i < whole.delays; i++)
            if (sim_stream_below(&stream, 2))
                sim_schedule_add_delay(&part, whole.delay[i]);
        for (uint32_t i = 0; i < whole.answers; i++)
            if (sim_stream_below(&stream, 2))
                sim_schedule_add_answer(&part, whole.answer[i]);
        sim_schedule_replay(&part);
        hash = run(&sim_strategy_replay, seed, &got);
        ck_assert_uint_eq(run(&sim_strategy_replay, seed, NULL), hash);
        /* What came of it, recorded, is the same run in full. */
        sim_schedule_replay(&got);
        ck_assert_uint_eq(run(&sim_strategy_replay, seed, NULL), hash);
        sim_schedule_clear(&whole);
        sim_schedule_clear(&got);
    }
    sim_schedule_free(&whole);
    sim_schedule_free(&part);
    sim_schedule_free(&got);
}
END_TEST

START_TEST(the_empty_schedule_is_the_default_order)
{
    struct sim_schedule record = {0};
    uint64_t hash;

    sim_schedule_replay(NULL);
    hash = run(&sim_strategy_replay, 1, &record);
    ck_assert_uint_eq(record.answers, 0);
    ck_assert_uint_eq(run(&sim_strategy_replay, 1, NULL), hash);
    ck_assert_uint_ne(run(&sim_strategy_random, 1, NULL), hash);
    sim_schedule_free(&record);
}
END_TEST

START_TEST(a_portfolio_is_its_members)
{
    const struct sim_strategy *seen[8];
    uint32_t kinds = 0;

    for (uint64_t seed = 1; seed <= 64; seed++) {
        const struct sim_strategy *member = sim_strategy_of_seed(&sim_strategy_portfolio, seed);
        uint32_t i = 0;

        ck_assert_ptr_ne(member, &sim_strategy_portfolio);
        ck_assert_uint_eq(run(&sim_strategy_portfolio, seed, NULL), run(member, seed, NULL));
        while (i < kinds && seen[i] != member)
            i++;
        if (i == kinds)
            seen[kinds++] = member;
    }
    ck_assert_uint_eq(kinds, 6);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("replay_schedule");
    TCase *tc = tcase_create("replay_schedule");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, whatever_a_strategy_did_replay_does_again, 0, 6);
    tcase_add_test(tc, any_part_of_a_schedule_is_a_schedule);
    tcase_add_test(tc, the_empty_schedule_is_the_default_order);
    tcase_add_test(tc, a_portfolio_is_its_members);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
