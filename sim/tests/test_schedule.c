/* sim/tests/test_schedule.c - who acts when, events that are never overtaken, findings, image and
 * restore. */
// covers: sim/engine/crash.c sim/engine/fiber.c sim/engine/sim.c sim/engine/sim_assert.c
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/sim.h"

static struct sim *sim;
static sim_ns acted[4096];
static int actor[4096], actions;

static void note(int who)
{
    ck_assert_int_lt(actions, 4096);
    acted[actions] = sim_now(sim);
    actor[actions++] = who;
}

static void setup(void)
{
    struct sim_config config;

    ck_assert_int_eq(sim_world_create(), 0);
    sim_config_defaults(&config);
    config.explore.jitter_ns = 0;
    config.explore.delay_max_ns = 1000;
    config.points_max = 100000;
    sim = sim_create(&config);
    actions = 0;
}

static void teardown(void)
{
    sim_destroy(sim);
    sim_world_destroy();
}

struct stepper {
    int who, steps;
    sim_ns ns;
};

/* Acts `steps` times, `ns` apart, then sleeps. */
static void step(void *ctx)
{
    struct stepper *s = ctx;

    for (int i = 0; i < s->steps; i++) {
        sim_point(sim, s->ns);
        note(s->who);
        sim_progress(sim);
    }
    for (;;)
        sim_sleep(sim, SIM_NEVER);
}

static void event_note(struct sim_event *event, void *ctx)
{
    (void)event;
    ck_assert_ptr_null(sim_agent_current(sim));
    note(*(int *)ctx);
}

START_TEST(without_jitter_actions_happen_in_order_of_time_and_in_parallel)
{
    struct stepper a = {0, 100, 10}, b = {1, 100, 7};

    sim_agent_create(sim, "a", step, NULL, &a);
    sim_agent_create(sim, "b", step, NULL, &b);
    sim_begin(sim, 1, &sim_strategy_time, 0);
    ck_assert_int_eq(sim_run(sim, SIM_NEVER), SIM_STOP_IDLE);
    ck_assert_int_eq(actions, 200);
    for (int i = 1; i < actions; i++)
        ck_assert_int_ge(acted[i], acted[i - 1]);
    /* Neither slows the other down. */
    ck_assert_int_eq(acted[actions - 1], 1000);
}
END_TEST

static const struct sim_strategy *const every[] = {
    &sim_strategy_time, &sim_strategy_random, &sim_strategy_pct,
    &sim_strategy_pos,  &sim_strategy_delay,  &sim_strategy_stall,
};

START_TEST(no_strategy_lets_an_event_be_overtaken_or_time_run_backwards)
{
    static struct sim_event event[50];
    static int minus = -1;
    struct stepper s[3] = {{0, 300, 5}, {1, 300, 11}, {2, 300, 3}};
    int events = 0;

    memset(event, 0, sizeof event);
    for (int i = 0; i < 3; i++)
        sim_agent_create(sim, "s", step, NULL, &s[i]);
    sim_begin(sim, 99, every[_i], 900);
    for (int i = 0; i < 50; i++)
        sim_event_at(sim, &event[i], 1 + i * 37, event_note, &minus);
    ck_assert_int_eq(sim_run(sim, SIM_NEVER), SIM_STOP_IDLE);
    ck_assert_int_eq(actions, 950);
    for (int i = 0; i < actions; i++) {
        if (i)
            ck_assert_int_ge(acted[i], acted[i - 1]);
        events += actor[i] < 0;
        /* Whoever acts at t has seen all events up to t. */
        ck_assert_int_ge(events, acted[i] >= 1 + 49 * 37 ? 50
                                 : acted[i]              ? (int)((acted[i] - 1) / 37) + 1
                                                         : 0);
    }
}
END_TEST

START_TEST(a_run_repeats_and_another_seed_differs)
{
    struct stepper s[3] = {{0, 200, 5}, {1, 200, 5}, {2, 200, 5}};
    uint64_t hash[3];

    for (int i = 0; i < 3; i++)
        sim_agent_create(sim, "s", step, NULL, &s[i]);
    sim_image(sim);
    for (int i = 0; i < 3; i++) {
        sim_restore(sim);
        actions = 0;
        sim_begin(sim, i < 2 ? 5 : 6, &sim_strategy_random, 600);
        ck_assert_int_eq(sim_run(sim, SIM_NEVER), SIM_STOP_IDLE);
        hash[i] = sim_trace_hash(sim);
    }
    ck_assert_uint_eq(hash[0], hash[1]);
    ck_assert_uint_ne(hash[0], hash[2]);
}
END_TEST

START_TEST(nobody_is_held_up_beyond_the_bound)
{
    struct stepper s[2] = {{0, 2000, 10}, {1, 2000, 10}};
    sim_ns last[2] = {
        -1,
        -1}; /* what comes before the first action is two stops: the start and the first point */

    sim_agent_create(sim, "a", step, NULL, &s[0]);
    sim_agent_create(sim, "b", step, NULL, &s[1]);
    sim_begin(sim, 3, every[_i], 4000);
    ck_assert_int_eq(sim_run(sim, SIM_NEVER), SIM_STOP_IDLE);
    for (int i = 0; i < actions; i++) {
        /* 10 ns is its own step; 1000 ns the bound. */
        if (last[actor[i]] >= 0)
            ck_assert_int_le(acted[i] - last[actor[i]], 1010 + 10);
        last[actor[i]] = acted[i];
    }
}
END_TEST

static void sleeper(void *ctx)
{
    sim_ns *woke = ctx;

    sim_sleep(sim, 500);
    woke[0] = sim_now(sim);
    sim_sleep(sim, SIM_NEVER);
    woke[1] = sim_now(sim);
    for (;;)
        sim_sleep(sim, SIM_NEVER);
}

static void kick(struct sim_event *event, void *ctx)
{
    (void)event;
    sim_kick(sim, ctx);
}

START_TEST(sleep_ends_at_its_deadline_or_by_a_kick)
{
    sim_ns woke[2] = {-1, -1};
    static struct sim_event event;
    struct sim_agent *agent = sim_agent_create(sim, "sleeper", sleeper, NULL, woke);

    memset(&event, 0, sizeof event);
    sim_begin(sim, 1, &sim_strategy_time, 0);
    sim_event_at(sim, &event, 700, kick, agent);
    ck_assert_int_eq(sim_run(sim, SIM_NEVER), SIM_STOP_IDLE);
    ck_assert_int_eq(woke[0], 500);
    ck_assert_int_eq(woke[1], 700);
}
END_TEST

static void attend(struct sim_agent *agent, void *ctx)
{
    (void)agent;
    (void)ctx;
    note(100);
}

START_TEST(a_kicked_agent_pays_attention_at_its_next_point)
{
    struct stepper s = {0, 10, 100};
    static struct sim_event event;
    struct sim_agent *agent = sim_agent_create(sim, "s", step, attend, &s);

    memset(&event, 0, sizeof event);
    sim_begin(sim, 1, &sim_strategy_time, 0);
    sim_event_at(sim, &event, 250, kick, agent);
    sim_run(sim, SIM_NEVER);
    ck_assert_int_eq(actions, 11);
    ck_assert_int_eq(actor[2], 100);
    ck_assert_int_eq(acted[2], 300);
}
END_TEST

START_TEST(a_run_can_be_stepped_by_time)
{
    struct stepper s = {0, 10, 100};

    sim_agent_create(sim, "s", step, NULL, &s);
    sim_begin(sim, 1, &sim_strategy_time, 0);
    ck_assert_int_eq(sim_run(sim, 250), SIM_STOP_TIME);
    ck_assert_int_eq(actions, 2);
    ck_assert_int_eq(sim_now(sim), 250);
    ck_assert_int_eq(sim_run(sim, 300), SIM_STOP_TIME);
    ck_assert_int_eq(actions, 3);
    ck_assert_int_eq(sim_run(sim, 5000), SIM_STOP_IDLE);
    ck_assert_int_eq(actions, 10);
}
END_TEST

static void sinner(void *ctx)
{
    (void)ctx;
    sim_point(sim, 5);
    sim_find(sim, SIM_RULE_SRB_LEAKED, 7, "one of %d", 3);
    note(1);
    for (;;)
        sim_sleep(sim, SIM_NEVER);
}

START_TEST(an_error_ends_the_run_on_the_spot_and_restoring_heals)
{
    sim_agent_create(sim, "sinner", sinner, NULL, NULL);
    sim_image(sim);
    for (int round = 0; round < 3; round++) {
        sim_restore(sim);
        sim_begin(sim, 1, &sim_strategy_time, 0);
        ck_assert_int_eq(sim_run(sim, SIM_NEVER), SIM_STOP_FINDING);
        ck_assert_int_eq(actions, 0);
        ck_assert_uint_eq(sim_findings(sim), 1);
        ck_assert_str_eq(sim_finding(sim, 0)->text, "one of 3");
        ck_assert_int_eq(sim_finding(sim, 0)->at, 5);
        ck_assert_uint_eq(sim_finding(sim, 0)->subject, 7);
    }
}
END_TEST

static void finding_event(struct sim_event *event, void *ctx)
{
    (void)event;
    (void)ctx;
    sim_find(sim, SIM_RULE_DMA_AFTER_COMPLETION, 0, "from a device");
    ck_abort_msg("not reached");
}

START_TEST(an_error_found_by_an_event_ends_the_run_too)
{
    static struct sim_event event;

    memset(&event, 0, sizeof event);
    sim_begin(sim, 1, &sim_strategy_time, 0);
    sim_event_at(sim, &event, 10, finding_event, NULL);
    ck_assert_int_eq(sim_run(sim, SIM_NEVER), SIM_STOP_FINDING);
    ck_assert_uint_eq(sim_finding(sim, 0)->cpu, SIM_CPU_NONE);
}
END_TEST

static void endless(void *ctx)
{
    (void)ctx;
    for (;;)
        sim_point(sim, 5);
}

START_TEST(points_without_progress_are_a_hang)
{
    sim_agent_create(sim, "endless", endless, NULL, NULL);
    sim_begin(sim, 1, &sim_strategy_time, 0);
    ck_assert_int_eq(sim_run(sim, SIM_NEVER), SIM_STOP_FINDING);
    ck_assert_int_eq(sim_finding(sim, 0)->rule, SIM_RULE_DRIVER_HANG);
}
END_TEST

static volatile int *volatile low_address = (volatile int *)8;

static void crasher(void *ctx)
{
    sim_point(sim, 5);
    sim_enter_driver(sim, 0);
    if (*(int *)ctx == 0)
        *low_address = 1;
    else
        raise(SIGFPE); /* a division of our own would be caught by UBSan first */
    ck_abort_msg("not reached");
}

START_TEST(a_crash_in_the_driver_is_a_finding_and_the_next_run_works)
{
    int kind = _i;

    sim_agent_create(sim, "crasher", crasher, NULL, &kind);
    sim_image(sim);
    for (int round = 0; round < 3; round++) {
        sim_restore(sim);
        sim_begin(sim, 1, &sim_strategy_time, 0);
        ck_assert_int_eq(sim_run(sim, SIM_NEVER), SIM_STOP_CRASH);
        ck_assert_int_eq(sim_finding(sim, 0)->rule, SIM_RULE_DRIVER_FAULT);
        ck_assert_ptr_nonnull(strstr(sim_finding(sim, 0)->text, kind ? "division" : "NULL"));
    }
}
END_TEST

static void broken_assertion(void *ctx)
{
    (void)ctx;
    SIM_ASSERT(1 == 2);
}

START_TEST(our_own_bug_aborts)
{
    sim_agent_create(sim, "us", broken_assertion, NULL, NULL);
    sim_begin(sim, 1, &sim_strategy_time, 0);
    sim_run(sim, SIM_NEVER);
}
END_TEST

/* --- fibers of one agent ---------------------------------------------------------------------- */

static struct sim_fiber other;

static void other_body(void *ctx)
{
    struct sim_agent *agent = *(struct sim_agent **)ctx;

    for (;;) {
        note(2);
        sim_sleep(sim, sim_now(sim) + 10);
        sim_agent_switch_fiber(sim, &other, sim_agent_base_fiber(agent));
    }
}

static void base_body(void *ctx)
{
    struct sim_agent *agent = *(struct sim_agent **)ctx;

    for (;;) {
        note(1);
        sim_sleep(sim, sim_now(sim) + 10);
        sim_agent_switch_fiber(sim, sim_agent_base_fiber(agent), &other);
    }
}

START_TEST(parked_fibers_survive_image_and_restore)
{
    static struct sim_agent *agent;

    agent = sim_agent_create(sim, "two", base_body, NULL, &agent);
    sim_fiber_create(sim, &other, other_body, &agent);
    sim_begin(sim, 1, &sim_strategy_time, 0);
    ck_assert_int_eq(sim_run(sim, 35), SIM_STOP_TIME);
    ck_assert_int_eq(actions, 4);
    struct sim_fiber kept = other; /* a static of the test is not part of the world */
    sim_image(sim);
    for (int round = 0; round < 3; round++) {
        sim_restore(sim);
        other = kept;
        actions = 0;
        sim_begin(sim, 1, &sim_strategy_time, 0);
        ck_assert_int_eq(sim_run(sim, 75), SIM_STOP_TIME);
        ck_assert_int_eq(actions, 4);
        ck_assert_int_eq(actor[0], 1);
        ck_assert_int_eq(acted[0], 40);
    }
}
END_TEST

/* --- trace ------------------------------------------------------------------------------------ */

static void count_records(struct sim *s, const struct sim_record *r, void *ctx)
{
    (void)s;
    *(int *)ctx += r->event == SIM_EV_STALL ? (int)r->arg[0] : 0;
}

START_TEST(subscribers_and_the_sink_see_their_events)
{
    int subscribed = 0, sunk = 0;
    uint64_t empty = sim_trace_hash(sim);

    sim_trace_subscribe(sim, SIM_EV_STALL, count_records, &subscribed);
    sim_trace_set_sink(sim, count_records, &sunk);
    for (int i = 0; i < 1000; i++) {
        sim_trace(sim, SIM_EV_STALL, 1, 0, 0, 0);
        sim_trace(sim, SIM_EV_TIMER_FIRE, 1, 0, 0, 0);
    }
    ck_assert_int_eq(subscribed, 1000);
    ck_assert_int_eq(sunk, 1000);
    ck_assert_uint_ne(sim_trace_hash(sim), empty);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("schedule");
    TCase *tc = tcase_create("schedule");
    SRunner *runner = srunner_create(suite);

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, without_jitter_actions_happen_in_order_of_time_and_in_parallel);
    tcase_add_loop_test(tc, no_strategy_lets_an_event_be_overtaken_or_time_run_backwards, 0, 6);
    tcase_add_test(tc, a_run_repeats_and_another_seed_differs);
    tcase_add_loop_test(tc, nobody_is_held_up_beyond_the_bound, 0, 4);
    tcase_add_test(tc, sleep_ends_at_its_deadline_or_by_a_kick);
    tcase_add_test(tc, a_kicked_agent_pays_attention_at_its_next_point);
    tcase_add_test(tc, a_run_can_be_stepped_by_time);
    tcase_add_test(tc, an_error_ends_the_run_on_the_spot_and_restoring_heals);
    tcase_add_test(tc, an_error_found_by_an_event_ends_the_run_too);
    tcase_add_test(tc, points_without_progress_are_a_hang);
    tcase_add_loop_test(tc, a_crash_in_the_driver_is_a_finding_and_the_next_run_works, 0, 2);
    tcase_add_test_raise_signal(tc, our_own_bug_aborts, SIGABRT);
    tcase_add_test(tc, parked_fibers_survive_image_and_restore);
    tcase_add_test(tc, subscribers_and_the_sink_see_their_events);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
