/* models/nt/tests/test_cpu.c - IRQL, interrupts, DPCs, locks, work and threads, each against its
 * rule. */
// covers: models/nt/dpc.c models/nt/interrupt.c models/nt/lock.c models/nt/passive.c
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/nt/nt.h"

#define CPUS 4

static struct sim *sim;
static struct nt *nt;
static char said[512];

static void say(const char *word)
{
    if (*said)
        strncat(said, " ", sizeof said - strlen(said) - 1);
    strncat(said, word, sizeof said - strlen(said) - 1);
}

static void setup(void)
{
    struct sim_config config;

    ck_assert_int_eq(sim_world_create(), 0);
    sim_config_defaults(&config);
    config.explore.jitter_ns = 0;
    sim = sim_create(&config);
    nt = nt_create(sim, CPUS);
    sim_begin(sim, 1, &sim_strategy_time, 0);
    said[0] = 0;
}

static void teardown(void)
{
    sim_destroy(sim);
    sim_world_destroy();
}

/* Runs fn as work at PASSIVE on a CPU. */
static struct nt_work work[CPUS];

static void run_on(uint32_t cpu, void (*fn)(struct nt *, void *), void *ctx)
{
    memset(&work[cpu], 0, sizeof work[cpu]);
    nt_work_init(&work[cpu], fn, ctx);
    ck_assert(nt_work_queue(nt, &work[cpu], cpu));
}

/* --- interrupts ------------------------------------------------------------------------------- */

static struct nt_interrupt low, high, line;
static struct sim_event event[4];

static bool service(void *ctx)
{
    say(ctx);
    ck_assert_uint_eq(nt_irql(nt), strcmp(ctx, "high") ? 5 : 7);
    return true;
}

static bool nested(void *ctx)
{
    say("low(");
    nt_interrupt_request(nt, &high, nt_cpu(nt));
    sim_point(sim, 10);
    say(")");
    (void)ctx;
    return true;
}

static char low_name[] = "low", high_name[] = "high";

static void connect(nt_service_fn low_fn)
{
    memset(event, 0, sizeof event);
    memset(&low, 0, sizeof low);
    memset(&high, 0, sizeof high);
    nt_interrupt_connect(nt, &low, 0, 5, false, low_fn, low_name);
    nt_interrupt_connect(nt, &high, 1, 7, false, service, high_name);
}

static void request(struct sim_event *e, void *ctx)
{
    (void)e;
    nt_interrupt_request(nt, ctx, 1);
}

START_TEST(an_interrupt_nests_over_a_lower_one)
{
    connect(nested);
    sim_event_at(sim, &event[0], 100, request, &low);
    sim_run(sim, SIM_MS);
    ck_assert_str_eq(said, "low( high )");
}
END_TEST

static void masked(struct nt *n, void *ctx)
{
    uint8_t old = nt_raise_irql(n, *(uint8_t *)ctx);

    sim_point(sim, 500);
    say("work");
    sim_point(sim, 500);
    nt_lower_irql(n, old);
    say("end");
}

START_TEST(irql_holds_off_interrupts_at_or_below_it)
{
    static const struct {
        uint8_t irql;
        const char *expect;
    } row[] = {{NT_PASSIVE, "high low work end"},
               {NT_DISPATCH, "high low work end"},
               {5, "high work low end"},
               {7, "work high low end"},
               {NT_HIGH, "work high low end"}};
    uint8_t irql = row[_i].irql;

    connect(service);
    run_on(1, masked, &irql);
    sim_event_at(sim, &event[0], 100, request, &low);
    sim_event_at(sim, &event[1], 250, request, &high);
    sim_run(sim, SIM_MS);
    ck_assert_str_eq(said, row[_i].expect);
}
END_TEST

START_TEST(a_request_that_is_pending_already_is_one_interrupt)
{
    uint8_t irql = NT_HIGH;

    connect(service);
    run_on(1, masked, &irql);
    sim_event_at(sim, &event[0], 100, request, &low);
    sim_event_at(sim, &event[1], 200, request, &low);
    sim_run(sim, SIM_MS);
    ck_assert_str_eq(said, "work low end");
}
END_TEST

static int line_served;

static bool serve_line(void *ctx)
{
    (void)ctx;
    if (++line_served == 3)
        nt_interrupt_clear(nt, &line);
    return true;
}

START_TEST(a_level_interrupt_comes_again_until_the_line_is_low)
{
    memset(event, 0, sizeof event);
    memset(&line, 0, sizeof line);
    line_served = 0;
    nt_interrupt_connect(nt, &line, 0, 5, true, serve_line, NULL);
    sim_event_at(sim, &event[0], 100, request, &line);
    sim_run(sim, SIM_MS);
    ck_assert_int_eq(line_served, 3);
}
END_TEST

/* --- DPCs ------------------------------------------------------------------------------------- */

static struct nt_dpc dpc[3];

static void dpc_say(struct nt *n, void *ctx, uint64_t a1, uint64_t a2)
{
    char word[16];

    ck_assert_uint_eq(nt_irql(n), NT_DISPATCH);
    snprintf(word, sizeof word, "%s%d", (char *)ctx, (int)(a1 + a2));
    say(word);
}

static void queue_at_dispatch(struct nt *n, void *ctx)
{
    uint8_t old = nt_raise_irql(n, NT_DISPATCH);

    (void)ctx;
    ck_assert(nt_dpc_queue(n, &dpc[0], nt_cpu(n), 1, 0));
    ck_assert(nt_dpc_queue(n, &dpc[1], nt_cpu(n), 2, 0));
    ck_assert(!nt_dpc_queue(n, &dpc[0], nt_cpu(n), 9, 0));
    say("held");
    nt_lower_irql(n, old);
    say("end");
}

static void init_dpcs(void)
{
    static char a[] = "a", b[] = "b";

    memset(dpc, 0, sizeof dpc);
    nt_dpc_init(nt, &dpc[0], dpc_say, a);
    nt_dpc_init(nt, &dpc[1], dpc_say, b);
}

START_TEST(dpcs_run_in_order_when_irql_falls_and_a_second_queueing_loses_its_arguments)
{
    init_dpcs();
    run_on(0, queue_at_dispatch, NULL);
    sim_run(sim, SIM_MS);
    ck_assert_str_eq(said, "held a1 b2 end");
}
END_TEST

static void queue_elsewhere(struct nt *n, void *ctx)
{
    (void)ctx;
    nt_dpc_queue(n, &dpc[0], 3, 4, 0);
    ck_assert(nt_dpc_queue(n, &dpc[1], 2, 5, 0));
    ck_assert(nt_dpc_cancel(n, &dpc[1]));
    ck_assert(!nt_dpc_cancel(n, &dpc[1]));
}

START_TEST(a_dpc_wakes_an_idle_cpu_and_a_cancelled_one_does_not_run)
{
    init_dpcs();
    run_on(0, queue_elsewhere, NULL);
    sim_run(sim, SIM_MS);
    ck_assert_str_eq(said, "a4");
}
END_TEST

static bool isr_queues(void *ctx)
{
    (void)ctx;
    nt_dpc_queue(nt, &dpc[0], nt_cpu(nt), 1, 0);
    say("isr");
    return true;
}

START_TEST(a_dpc_queued_by_an_interrupt_runs_before_the_interrupted_code_goes_on)
{
    uint8_t irql = NT_PASSIVE;

    init_dpcs();
    connect(isr_queues);
    run_on(1, masked, &irql);
    sim_event_at(sim, &event[0], 100, request, &low);
    sim_run(sim, SIM_MS);
    ck_assert_str_eq(said, "isr a1 work end");
}
END_TEST

/* --- locks ------------------------------------------------------------------------------------ */

static struct nt_lock lock[2];
static int inside, most_inside;

static void hold(struct nt *n, void *ctx)
{
    for (int i = 0; i < 20; i++) {
        uint8_t old = nt_lock_acquire(n, &lock[0], NT_DISPATCH);

        ck_assert_uint_eq(nt_irql(n), NT_DISPATCH);
        inside++;
        most_inside = inside > most_inside ? inside : most_inside;
        sim_point(sim, 100);
        inside--;
        nt_lock_release(n, &lock[0], old);
        ck_assert_uint_eq(nt_irql(n), NT_PASSIVE);
        sim_point(sim, 10);
    }
    (void)ctx;
}

static const struct sim_strategy *const every[] = {&sim_strategy_time, &sim_strategy_random,
                                                   &sim_strategy_pct};

START_TEST(a_lock_lets_one_in_at_a_time_under_every_strategy)
{
    inside = most_inside = 0;
    memset(lock, 0, sizeof lock);
    nt_lock_init(nt, &lock[0], "test");
    sim_begin(sim, 7, every[_i], 1000);
    for (uint32_t i = 0; i < CPUS; i++)
        run_on(i, hold, NULL);
    ck_assert_int_eq(sim_run(sim, SIM_S), SIM_STOP_IDLE);
    ck_assert_int_eq(most_inside, 1);
    ck_assert_uint_eq(sim_findings(sim), 0);
}
END_TEST

static void twice(struct nt *n, void *ctx)
{
    (void)ctx;
    nt_lock_acquire(n, &lock[0], NT_DISPATCH);
    nt_lock_acquire(n, &lock[0], NT_DISPATCH);
}

START_TEST(a_lock_taken_twice_is_a_deadlock)
{
    memset(lock, 0, sizeof lock);
    nt_lock_init(nt, &lock[0], "test");
    run_on(0, twice, NULL);
    ck_assert_int_eq(sim_run(sim, SIM_S), SIM_STOP_FINDING);
    ck_assert_int_eq(sim_finding(sim, 0)->rule, SIM_RULE_DEADLOCK);
}
END_TEST

static void two_locks(struct nt *n, void *ctx)
{
    int first = *(int *)ctx;

    nt_lock_acquire(n, &lock[first], NT_DISPATCH);
    sim_point(sim, 1000);
    nt_lock_acquire(n, &lock[!first], NT_DISPATCH);
}

START_TEST(two_locks_in_opposite_order_are_a_deadlock_when_it_happens)
{
    static int zero = 0, one = 1;

    memset(lock, 0, sizeof lock);
    nt_lock_init(nt, &lock[0], "A");
    nt_lock_init(nt, &lock[1], "B");
    run_on(0, two_locks, &zero);
    run_on(1, two_locks, &one);
    ck_assert_int_eq(sim_run(sim, SIM_S), SIM_STOP_FINDING);
    ck_assert_int_eq(sim_finding(sim, 0)->rule, SIM_RULE_DEADLOCK);
}
END_TEST

static void hold_long(struct nt *n, void *ctx)
{
    uint8_t old = nt_lock_acquire(n, &lock[0], NT_DISPATCH);

    (void)ctx;
    nt_stall(n, 10 * SIM_US);
    say("drop");
    nt_lock_release(n, &lock[0], old);
}

static void want(struct nt *n, void *ctx)
{
    uint8_t old;

    (void)ctx;
    nt_stall(n, SIM_US);
    old = nt_lock_acquire(n, &lock[0], NT_DISPATCH);
    say("take");
    nt_lock_release(n, &lock[0], old);
}

START_TEST(a_cpu_that_spins_at_dispatch_takes_interrupts)
{
    memset(lock, 0, sizeof lock);
    nt_lock_init(nt, &lock[0], "test");
    connect(service);
    run_on(0, hold_long, NULL);
    run_on(1, want, NULL);
    sim_event_at(sim, &event[0], 5 * SIM_US, request, &low);
    sim_run(sim, SIM_MS);
    ck_assert_str_eq(said, "low drop take");
}
END_TEST

static void releases(struct nt *n, void *ctx)
{
    uint8_t old = nt_irql(n);

    (void)ctx;
    nt_lock_release(n, &lock[0], old);
}

static bool isr_takes_second(void *ctx)
{
    uint8_t old = nt_lock_acquire(nt, &lock[1], NT_HIGH);

    (void)ctx;
    sim_point(sim, 3 * SIM_US);
    nt_lock_release(nt, &lock[1], old);
    return true;
}

static void hold_first_want_second(struct nt *n, void *ctx)
{
    uint8_t old = nt_lock_acquire(n, &lock[0], NT_DISPATCH), inner;

    (void)ctx;
    nt_stall(n, 6 * SIM_US);
    inner = nt_lock_acquire(n, &lock[1], NT_HIGH);
    nt_lock_release(n, &lock[1], inner);
    nt_lock_release(n, &lock[0], old);
    say("through");
}

START_TEST(a_wait_that_an_interrupt_interrupted_is_no_deadlock)
{
    memset(lock, 0, sizeof lock);
    nt_lock_init(nt, &lock[0], "A");
    nt_lock_init(nt, &lock[1], "B");
    connect(isr_takes_second);
    run_on(0, hold_first_want_second, NULL);
    run_on(1, want, NULL);
    sim_event_at(sim, &event[0], 5 * SIM_US, request, &low);
    sim_run(sim, SIM_MS);
    ck_assert_uint_eq(sim_findings(sim), 0);
    ck_assert_ptr_nonnull(strstr(said, "through"));
}
END_TEST

START_TEST(a_release_by_another_is_a_finding)
{
    memset(lock, 0, sizeof lock);
    nt_lock_init(nt, &lock[0], "test");
    run_on(0, hold_long, NULL);
    run_on(1, releases, NULL);
    ck_assert_int_eq(sim_run(sim, SIM_MS), SIM_STOP_FINDING);
    ck_assert_int_eq(sim_finding(sim, 0)->rule, SIM_RULE_LOCK_RULE);
}
END_TEST

/* --- time and passive level ------------------------------------------------------------------- */

static void stalls(struct nt *n, void *ctx)
{
    sim_ns start = sim_now(sim);
    uint8_t old = nt_raise_irql(n, NT_DISPATCH);

    (void)ctx;
    nt_stall(n, 5 * SIM_MS);
    ck_assert_int_ge(sim_now(sim) - start, 5 * SIM_MS);
    ck_assert_int_lt(sim_now(sim) - start, 5 * SIM_MS + 10 * SIM_US);
    nt_lower_irql(n, old);
}

START_TEST(a_stall_takes_its_time_and_lets_interrupts_in_and_counts_as_time_at_dispatch)
{
    connect(service);
    run_on(1, stalls, NULL);
    sim_event_at(sim, &event[0], SIM_MS, request, &low);
    sim_run(sim, SIM_S);
    ck_assert_str_eq(said, "low");
    ck_assert_int_ge(nt_dispatch_max(nt), 5 * SIM_MS);
    ck_assert_int_eq(nt_high_since(nt, 1), SIM_NEVER);
}
END_TEST

static bool flag;

static void waiter(struct nt *n, void *ctx)
{
    (void)ctx;
    say(nt_wait(n, &flag, SIM_NEVER) ? "flag" : "late");
    flag = false;
    say(nt_wait(n, &flag, sim_now(sim) + SIM_MS) ? "flag" : "late");
}

static void signal_it(struct sim_event *e, void *ctx)
{
    (void)e;
    (void)ctx;
    nt_signal(nt); /* too early: nobody is let go */
    flag = true;
    nt_signal(nt);
}

START_TEST(a_thread_waits_for_its_flag_or_its_deadline_while_its_cpu_does_other_work)
{
    uint8_t irql = NT_PASSIVE;

    flag = false;
    memset(event, 0, sizeof event);
    nt_thread_create(nt, 0, "waiter", waiter, NULL);
    run_on(0, masked, &irql);
    sim_event_at(sim, &event[0], 10 * SIM_US, signal_it, NULL);
    sim_run(sim, SIM_S);
    ck_assert_str_eq(said, "work end flag late");
}
END_TEST

static void signal_from_work(struct nt *n, void *ctx)
{
    (void)ctx;
    ck_assert_ptr_null(nt_thread_current(n));
    say("work");
    flag = true;
    nt_signal(n);
}

/* The second one is of the same CPU: it runs while the first one waits. */
START_TEST(a_work_item_waits_with_others_on_top_of_it)
{
    flag = false;
    run_on(0, waiter, NULL);
    nt_work_init(&work[1], signal_from_work, NULL);
    ck_assert(nt_work_queue(nt, &work[1], 0));
    sim_run(sim, SIM_S);
    ck_assert_str_eq(said, "work flag late");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nt");
    TCase *tc = tcase_create("cpu");
    SRunner *runner = srunner_create(suite);

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, an_interrupt_nests_over_a_lower_one);
    tcase_add_loop_test(tc, irql_holds_off_interrupts_at_or_below_it, 0, 5);
    tcase_add_test(tc, a_request_that_is_pending_already_is_one_interrupt);
    tcase_add_test(tc, a_level_interrupt_comes_again_until_the_line_is_low);
    tcase_add_test(tc, dpcs_run_in_order_when_irql_falls_and_a_second_queueing_loses_its_arguments);
    tcase_add_test(tc, a_dpc_wakes_an_idle_cpu_and_a_cancelled_one_does_not_run);
    tcase_add_test(tc, a_dpc_queued_by_an_interrupt_runs_before_the_interrupted_code_goes_on);
    tcase_add_loop_test(tc, a_lock_lets_one_in_at_a_time_under_every_strategy, 0, 3);
    tcase_add_test(tc, a_lock_taken_twice_is_a_deadlock);
    tcase_add_test(tc, two_locks_in_opposite_order_are_a_deadlock_when_it_happens);
    tcase_add_test(tc, a_cpu_that_spins_at_dispatch_takes_interrupts);
    tcase_add_test(tc, a_wait_that_an_interrupt_interrupted_is_no_deadlock);
    tcase_add_test(tc, a_release_by_another_is_a_finding);
    tcase_add_test(tc,
                   a_stall_takes_its_time_and_lets_interrupts_in_and_counts_as_time_at_dispatch);
    tcase_add_test(tc, a_work_item_waits_with_others_on_top_of_it);
    tcase_add_test(tc, a_thread_waits_for_its_flag_or_its_deadline_while_its_cpu_does_other_work);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
