/* models/storport/tests/test_interlocked.c - lists that CPUs share. */
// links: models/storport/tests/mini.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

static STOR_LIST_ENTRY head, entry[3], *result;
static STOR_KSPIN_LOCK lock;
static STOR_SLIST_HEADER stack;
static STOR_SLIST_ENTRY item[3], *top;

static void reset(void)
{
    head.Flink = head.Blink = &head;
    ck_assert_uint_eq(StorPortInitializeSpinlock(mini.devext, &lock), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(StorPortInitializeSListHead(mini.devext, &stack), STOR_STATUS_SUCCESS);
}

static void insert(uint32_t i, bool tail, const STOR_LIST_ENTRY *neighbour)
{
    ULONG status =
        tail ? StorPortInterlockedInsertTailList(mini.devext, &head, &entry[i], &result, &lock)
             : StorPortInterlockedInsertHeadList(mini.devext, &head, &entry[i], &result, &lock);

    ck_assert_uint_eq(status, STOR_STATUS_SUCCESS);
    ck_assert_ptr_eq(result, neighbour);
}

static void remove_is(const STOR_LIST_ENTRY *expected)
{
    ck_assert_uint_eq(StorPortInterlockedRemoveHeadList(mini.devext, &head, &result, &lock),
                      STOR_STATUS_SUCCESS);
    ck_assert_ptr_eq(result, expected);
}

static void lists(void *ctx)
{
    (void)ctx;
    reset();
    insert(1, true, NULL);
    insert(2, true, &entry[1]);
    insert(0, false, &entry[1]);
    for (uint32_t i = 0; i < 3; i++)
        remove_is(&entry[i]);
    remove_is(NULL);
}

START_TEST(a_list_is_first_in_first_out_or_the_other_way_round)
{
    mini_boot();
    mini_call(0, lists, NULL);
}
END_TEST

static void push(uint32_t i, const STOR_SLIST_ENTRY *before)
{
    ck_assert_uint_eq(StorPortInterlockedPushEntrySList(mini.devext, &stack, &item[i], &top),
                      STOR_STATUS_SUCCESS);
    ck_assert_ptr_eq(top, before);
}

static void depth_is(SHORT expected)
{
    SHORT depth = -1;

    ck_assert_uint_eq(StorPortQueryDepthSList(mini.devext, &stack, &depth), STOR_STATUS_SUCCESS);
    ck_assert_int_eq(depth, expected);
}

static void stacks(void *ctx)
{
    (void)ctx;
    reset();
    push(0, NULL);
    push(1, &item[0]);
    push(2, &item[1]);
    depth_is(3);
    ck_assert_uint_eq(StorPortInterlockedPopEntrySList(mini.devext, &stack, &top),
                      STOR_STATUS_SUCCESS);
    ck_assert_ptr_eq(top, &item[2]);
    depth_is(2);
    ck_assert_uint_eq(StorPortInterlockedFlushSList(mini.devext, &stack, &top),
                      STOR_STATUS_SUCCESS);
    ck_assert_ptr_eq(top, &item[1]);
    ck_assert_ptr_eq(top->Next, &item[0]);
    depth_is(0);
    StorPortInterlockedPopEntrySList(mini.devext, &stack, &top);
    ck_assert_ptr_null(top);
}

START_TEST(a_sequenced_list_is_last_in_first_out)
{
    mini_boot();
    mini_call(0, stacks, NULL);
}
END_TEST

static void corrupt(void *ctx)
{
    (void)ctx;
    reset();
    insert(0, true, NULL);
    entry[0].Blink = &entry[1];
    StorPortInterlockedRemoveHeadList(mini.devext, &head, &result, &lock);
}

static void unaligned(void *ctx)
{
    (void)ctx;
    StorPortInitializeSListHead(mini.devext, (PSTOR_SLIST_HEADER)(void *)((char *)&stack + 8));
}

static void unaligned_entry(void *ctx)
{
    (void)ctx;
    reset();
    StorPortInterlockedPushEntrySList(mini.devext, &stack,
                                      (PSTOR_SLIST_ENTRY)(void *)((char *)item + 8), &top);
}

static void raised(void *ctx)
{
    (void)ctx;
    reset();
    nt_raise_irql(mini.nt, SP_DIRQL);
    StorPortInterlockedPopEntrySList(mini.devext, &stack, &top);
}

static const struct {
    void (*call)(void *ctx);
    enum sim_rule rule;
} misuse[] = {
    {corrupt, SIM_RULE_DRIVER_FAULT},
    {unaligned, SIM_RULE_STORPORT_USAGE},
    {unaligned_entry, SIM_RULE_STORPORT_USAGE},
    {raised, SIM_RULE_IRQL},
};

START_TEST(misuse_is_a_finding)
{
    mini_boot();
    mini_queue_call(0, misuse[_i].call, NULL);
    mini_finding(misuse[_i].rule);
}
END_TEST

/* What was written before an entry went in is ordered with who took it out. */
static uint32_t *shared;

static void write_push(void *ctx)
{
    (void)ctx;
    shared = nt_pool_alloc(mini.memory, sizeof *shared);
    reset();
    mini_write1(shared);
    push(0, NULL);
}

static void pop_read(void *ctx)
{
    if (!ctx)
        StorPortInterlockedPopEntrySList(mini.devext, &stack, &top);
    mini_read4(shared);
}

START_TEST(a_list_orders_who_pushes_with_who_pops)
{
    mini.races = true;
    mini_boot();
    mini_call(1, write_push, NULL);
    mini_queue_call(2, pop_read, _i ? mini.data[0] : NULL);
    if (_i)
        mini_finding(SIM_RULE_DATA_RACE);
    else
        mini_run(SIM_MS);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("interlocked");
    Suite *s = suite_create("storport interlocked");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, a_list_is_first_in_first_out_or_the_other_way_round);
    tcase_add_test(tc, a_sequenced_list_is_last_in_first_out);
    tcase_add_loop_test(tc, misuse_is_a_finding, 0, sizeof misuse / sizeof misuse[0]);
    tcase_add_loop_test(tc, a_list_orders_who_pushes_with_who_pops, 0, 2);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
