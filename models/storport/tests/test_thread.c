/* models/storport/tests/test_thread.c - system threads, events and waiting. */
// links: models/storport/tests/mini.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

static STOR_EVENT event, *page_event;
static PVOID thread;
static char name_a[] = "A", name_b[] = "B", name_c[] = "C", name_t[] = "T";

/* --- events ---------------------------------------------------------------------------------- */

static void say_wait(const char *who, LONGLONG timeout, bool timed)
{
    LARGE_INTEGER limit = {.QuadPart = timeout};
    ULONG status = StorPortWaitForSingleObject(mini.devext, &event, FALSE, timed ? &limit : NULL);

    mini_say("%s %s ", who,
             status == STOR_STATUS_SUCCESS     ? "got"
             : status == (ULONG)STATUS_TIMEOUT ? "late"
                                               : "bad");
}

static void make(STOR_EVENT_TYPE type, BOOLEAN state)
{
    ck_assert_uint_eq(StorPortInitializeEvent(mini.devext, &event, type, state),
                      STOR_STATUS_SUCCESS);
}

static void poll_both(void *ctx)
{
    (void)ctx;
    make(StorSynchronizationEvent, TRUE);
    say_wait("sync", 0, true);
    say_wait("sync", 0, true);
    make(StorNotificationEvent, TRUE);
    say_wait("note", 0, true);
    say_wait("note", 0, true);
}

START_TEST(a_wait_takes_an_event_of_synchronization_and_leaves_the_other)
{
    mini_boot();
    mini_call(0, poll_both, NULL);
    ck_assert_str_eq(mini.said, "sync got sync late note got note got ");
}
END_TEST

static void wait_long(void *ctx)
{
    say_wait(ctx, 0, false);
}

static void wait_1ms(void *ctx)
{
    sim_ns start = sim_now(mini.sim);

    say_wait(ctx, -10000, true);
    ck_assert_int_ge(sim_now(mini.sim) - start, SIM_MS);
    ck_assert_int_le(sim_now(mini.sim) - start, SIM_MS + 10 * SIM_US);
}

static void set(void *ctx)
{
    (void)ctx;
    mini_say("set ");
    ck_assert_uint_eq(StorPortSetEvent(mini.devext, &event), STOR_STATUS_SUCCESS);
}

static void make_sync(void *ctx)
{
    (void)ctx;
    make(StorSynchronizationEvent, FALSE);
}

static void make_note(void *ctx)
{
    (void)ctx;
    make(StorNotificationEvent, FALSE);
}

START_TEST(one_is_woken_by_synchronization_the_longest_waiting_first)
{
    mini_boot();
    mini_call(0, make_sync, NULL);
    mini_call(1, wait_long, name_a);
    mini_call(2, wait_long, name_b);
    mini_call(3, set, NULL);
    mini_call(3, set, NULL);
    mini_call(3, set, NULL);
    mini_call(3, wait_long, name_c);
    ck_assert_str_eq(mini.said, "set A got set B got set C got ");
}
END_TEST

START_TEST(all_are_woken_by_notification)
{
    mini_boot();
    mini_call(0, make_note, NULL);
    mini_call(1, wait_long, name_a);
    mini_call(2, wait_long, name_b);
    mini_call(3, set, NULL);
    ck_assert_ptr_nonnull(strstr(mini.said, "A got"));
    ck_assert_ptr_nonnull(strstr(mini.said, "B got"));
}
END_TEST

START_TEST(a_wait_ends_with_its_time_and_a_late_event_stays)
{
    mini_boot();
    mini_call(0, make_sync, NULL);
    mini_queue_call(1, wait_1ms, name_a);
    mini_run(2 * SIM_MS);
    mini_call(3, set, NULL);
    mini_call(2, wait_long, name_b);
    ck_assert_str_eq(mini.said, "A late set B got ");
}
END_TEST

/* On one CPU: the second work item runs while the first one waits. */
START_TEST(a_waiting_work_item_lets_others_of_its_cpu_run)
{
    mini_boot();
    mini_call(1, make_sync, NULL);
    mini_call(1, wait_long, name_a);
    mini_call(1, set, NULL);
    ck_assert_str_eq(mini.said, "set A got ");
}
END_TEST

static void delay(void *ctx)
{
    sim_ns start = sim_now(mini.sim);

    if (ctx)
        nt_raise_irql(mini.nt, NT_DISPATCH);
    StorPortDelayExecution(mini.devext, 300);
    if (ctx)
        nt_lower_irql(mini.nt, NT_PASSIVE);
    ck_assert_int_ge(sim_now(mini.sim) - start, 300 * SIM_US);
    mini_say("delayed ");
}

static void say_here(void *ctx)
{
    (void)ctx;
    mini_say("here ");
}

START_TEST(a_delay_sleeps_below_dispatch_and_stalls_there)
{
    mini_boot();
    mini_queue_call(1, delay, _i ? mini.data[0] : NULL);
    mini_queue_call(1, say_here, NULL);
    mini_run(SIM_MS);
    ck_assert_str_eq(mini.said, _i ? "delayed here " : "here delayed ");
    ck_assert_uint_eq(mini_events(SIM_EV_STALL), _i);
}
END_TEST

/* --- threads --------------------------------------------------------------------------------- */

static void SIM_API serve(PVOID context)
{
    ck_assert_uint_eq(KeGetCurrentIrql(), NT_PASSIVE);
    ck_assert_int_eq(sp__callback(mini.port), SP_CB_THREAD);
    for (int i = 0; i < 2; i++)
        say_wait(context, 0, false);
    if (mini.luns == 1)
        StorPortTerminateSystemThread(mini.devext, thread);
    mini_say("returned ");
}

static void create(void *ctx)
{
    STOR_THREAD_PRIORITY priority = StorThreadPriorityCritical;

    ck_assert_uint_eq(StorPortCreateSystemThread(mini.devext, serve, ctx, &priority, &thread),
                      STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(StorPortSetPriorityThread(mini.devext, thread, StorThreadPriorityNormal),
                      STOR_STATUS_SUCCESS);
}

static void join(void *ctx)
{
    (void)ctx;
    ck_assert_uint_eq(StorPortWaitForSingleObject(mini.devext, thread, FALSE, NULL),
                      STOR_STATUS_SUCCESS);
    mini_say("joined ");
}

/* Ends itself the first time, returns the second, in which its fiber is used again. */
START_TEST(a_thread_serves_events_and_its_end_can_be_waited_for)
{
    mini_boot();
    mini_call(0, make_sync, NULL);
    for (mini.luns = 1; mini.luns <= 2; mini.luns++) {
        PVOID before = thread;

        mini.said[0] = '\0';
        mini_call(1, create, name_t);
        ck_assert(mini.luns == 1 || thread == before);
        mini_call(2, join, NULL);
        mini_call(3, set, NULL);
        ck_assert(sp__threads_run(mini.port));
        mini_call(3, set, NULL);
        ck_assert(!sp__threads_run(mini.port));
        ck_assert_str_eq(mini.said, mini.luns == 1 ? "set T got set T got joined "
                                                   : "set T got set T got returned joined ");
    }
    ck_assert_uint_eq(mini_events(SIM_EV_CALLBACK_EXIT), 2);
}
END_TEST

static void create_many(void *ctx)
{
    uint32_t created = 0;

    (void)ctx;
    make(StorNotificationEvent, FALSE);
    for (int i = 0; i < 3 * MINI_CPUS; i++)
        created += StorPortCreateSystemThread(mini.devext, serve, name_t, NULL, NULL) ==
                   STOR_STATUS_SUCCESS;
    ck_assert_uint_eq(created, MINI_CPUS);
}

START_TEST(there_is_at_most_one_thread_for_each_processor)
{
    mini_boot();
    mini_call(0, create_many, NULL);
}
END_TEST

static void SIM_API keep_lock(PVOID context)
{
    static STOR_LOCK_HANDLE handle;

    (void)context;
    StorPortAcquireSpinLock(mini.devext, StartIoLock, NULL, &handle);
}

static void create_keeper(void *ctx)
{
    (void)ctx;
    StorPortCreateSystemThread(mini.devext, keep_lock, NULL, NULL, &thread);
}

START_TEST(a_thread_that_ends_with_a_lock_is_a_finding)
{
    mini_boot();
    mini_queue_call(0, create_keeper, NULL);
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_LOCK_RULE), "system thread"));
}
END_TEST

static void SIM_API for_ever(PVOID context)
{
    (void)context;
    for (;;)
        StorPortDelayExecution(mini.devext, 100000);
}

static void create_endless(void *ctx)
{
    (void)ctx;
    StorPortCreateSystemThread(mini.devext, for_ever, NULL, NULL, &thread);
}

START_TEST(a_thread_that_outlives_the_adapter_is_a_finding)
{
    static struct sp_task task = {.kind = SP_TASK_REMOVE};

    mini_boot();
    mini_call(0, create_endless, NULL);
    sp_ask(mini.port, &task);
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_STORPORT_USAGE), "still runs"));
}
END_TEST

/* --- misuse ---------------------------------------------------------------------------------- */

static void wait_raised(void *ctx)
{
    (void)ctx;
    make(StorNotificationEvent, FALSE);
    nt_raise_irql(mini.nt, NT_DISPATCH);
    say_wait("A", 0, true); /* allowed */
    say_wait("A", 0, false);
}

static void set_raised(void *ctx)
{
    (void)ctx;
    make(StorNotificationEvent, FALSE);
    nt_raise_irql(mini.nt, SP_DIRQL);
    StorPortSetEvent(mini.devext, &event);
}

static void create_raised(void *ctx)
{
    nt_raise_irql(mini.nt, NT_DISPATCH);
    create(ctx);
}

static void set_nothing(void *ctx)
{
    (void)ctx;
    memset(&event, 0, sizeof event);
    StorPortSetEvent(mini.devext, &event);
}

static void wait_for_nothing(void *ctx)
{
    (void)ctx;
    memset(&event, 0, sizeof event);
    StorPortWaitForSingleObject(mini.devext, &event, FALSE, NULL);
}

static void end_other(void *ctx)
{
    (void)ctx;
    StorPortTerminateSystemThread(mini.devext, NULL);
}

static void event_nowhere(void *ctx)
{
    (void)ctx;
    StorPortInitializeEvent(mini.devext, NULL, StorNotificationEvent, FALSE);
}

static void event_in_freed_memory(void *ctx)
{
    PVOID block;

    (void)ctx;
    StorPortAllocatePool(mini.devext, 64, 1, &block);
    StorPortFreePool(mini.devext, block);
    StorPortInitializeEvent(mini.devext, block, StorNotificationEvent, FALSE);
}

static const struct {
    void (*call)(void *ctx);
    enum sim_rule rule;
} misuse[] = {
    {event_nowhere, SIM_RULE_STORPORT_USAGE},
    {event_in_freed_memory, SIM_RULE_USE_AFTER_FREE},
    {wait_raised, SIM_RULE_IRQL},
    {set_raised, SIM_RULE_IRQL},
    {create_raised, SIM_RULE_IRQL},
    {set_nothing, SIM_RULE_STORPORT_USAGE},
    {wait_for_nothing, SIM_RULE_STORPORT_USAGE},
    {end_other, SIM_RULE_STORPORT_USAGE},
};

START_TEST(misuse_is_a_finding)
{
    mini_boot();
    mini_queue_call(0, misuse[_i].call, NULL);
    mini_finding(misuse[_i].rule);
}
END_TEST

static void bad_arguments(void *ctx)
{
    STOR_THREAD_PRIORITY priority = (STOR_THREAD_PRIORITY)99;

    (void)ctx;
    ck_assert_uint_eq(StorPortInitializeEvent(mini.devext, &event, (STOR_EVENT_TYPE)5, FALSE),
                      STOR_STATUS_INVALID_PARAMETER);
    ck_assert_uint_eq(StorPortCreateSystemThread(mini.devext, serve, NULL, &priority, NULL),
                      STOR_STATUS_INVALID_PARAMETER);
    ck_assert_uint_eq(StorPortSetPriorityThread(mini.devext, NULL, StorThreadPriorityNormal),
                      STOR_STATUS_INVALID_PARAMETER);
}

START_TEST(bad_arguments_are_refused)
{
    mini_boot();
    mini_call(0, bad_arguments, NULL);
}
END_TEST

/* The event orders what was written before it was set with what reads it after the wait. */
static uint32_t *shared;

static void write_and_set(void *ctx)
{
    (void)ctx;
    mini_write1(shared);
    StorPortSetEvent(mini.devext, page_event);
}

static void wait_and_read(void *ctx)
{
    if (!ctx)
        StorPortWaitForSingleObject(mini.devext, page_event, FALSE, NULL);
    mini_read4(shared);
}

static void make_page_event(void *ctx)
{
    (void)ctx;
    page_event = nt_pool_alloc(mini.memory, sizeof *page_event);
    shared = nt_pool_alloc(mini.memory, sizeof *shared);
    StorPortInitializeEvent(mini.devext, page_event, StorNotificationEvent, FALSE);
}

START_TEST(an_event_orders_before_and_after)
{
    mini.races = true;
    mini_boot();
    mini_call(0, make_page_event, NULL);
    mini_call(1, wait_and_read, _i ? mini.data[0] : NULL);
    mini_queue_call(2, write_and_set, NULL);
    if (_i)
        mini_finding(SIM_RULE_DATA_RACE);
    else
        mini_run(SIM_MS);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("thread");
    Suite *s = suite_create("storport thread");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, a_wait_takes_an_event_of_synchronization_and_leaves_the_other);
    tcase_add_test(tc, one_is_woken_by_synchronization_the_longest_waiting_first);
    tcase_add_test(tc, all_are_woken_by_notification);
    tcase_add_test(tc, a_wait_ends_with_its_time_and_a_late_event_stays);
    tcase_add_test(tc, a_waiting_work_item_lets_others_of_its_cpu_run);
    tcase_add_loop_test(tc, a_delay_sleeps_below_dispatch_and_stalls_there, 0, 2);
    tcase_add_test(tc, a_thread_serves_events_and_its_end_can_be_waited_for);
    tcase_add_test(tc, there_is_at_most_one_thread_for_each_processor);
    tcase_add_test(tc, a_thread_that_ends_with_a_lock_is_a_finding);
    tcase_add_test(tc, a_thread_that_outlives_the_adapter_is_a_finding);
    tcase_add_loop_test(tc, misuse_is_a_finding, 0, sizeof misuse / sizeof misuse[0]);
    tcase_add_test(tc, bad_arguments_are_refused);
    tcase_add_loop_test(tc, an_event_orders_before_and_after, 0, 2);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
