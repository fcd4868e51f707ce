/* models/storport/tests/test_dpc.c - STOR_DPCs and work items.
 */
// links: models/storport/tests/mini.c
// covers: models/storport/worker.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

static STOR_DPC *dpc_memory(void)
{
    return (STOR_DPC *)mini.devext;
}

static void SIM_API dpc_routine(PSTOR_DPC dpc, PVOID devext, PVOID arg1, PVOID arg2)
{
    ck_assert_ptr_eq(dpc, dpc_memory());
    ck_assert_ptr_eq(devext, mini.devext);
    ck_assert_uint_eq(nt_irql(mini.nt), NT_DISPATCH);
    mini_say("dpc(%u,%u) on %u ", (unsigned)(uintptr_t)arg1, (unsigned)(uintptr_t)arg2,
             nt_cpu(mini.nt));
    nt_stall(mini.nt, 5 * SIM_US);
}

static void init_dpc(void *ctx)
{
    (void)ctx;
    StorPortInitializeDpc(mini.devext, dpc_memory(), dpc_routine);
}

static void issue_twice(void *ctx)
{
    uint8_t irql = nt_raise_irql(mini.nt, NT_DISPATCH);

    (void)ctx;
    ck_assert(StorPortIssueDpc(mini.devext, dpc_memory(), (PVOID)1, (PVOID)2));
    ck_assert(!StorPortIssueDpc(mini.devext, dpc_memory(), (PVOID)3, (PVOID)4));
    nt_lower_irql(mini.nt, irql);
}

START_TEST(a_queued_dpc_loses_new_arguments)
{
    mini_boot();
    mini_call(0, init_dpc, NULL);
    mini_call(2, issue_twice, NULL);
    ck_assert_str_eq(mini.said, "dpc(1,2) on 2 ");
}
END_TEST

static void issue(void *ctx)
{
    (void)ctx;
    ck_assert(StorPortIssueDpc(mini.devext, dpc_memory(), NULL, NULL));
}

START_TEST(a_dpc_may_run_on_two_cpus_at_once)
{
    mini_boot();
    mini_call(0, init_dpc, NULL);
    mini_queue_call(1, issue, NULL);
    mini_run(2 * SIM_US);
    mini_queue_call(3, issue, NULL);
    mini_run(2 * SIM_US);
    ck_assert_str_eq(mini.said, "dpc(0,0) on 1 dpc(0,0) on 3 ");
}
END_TEST

static void issue_unknown(void *ctx)
{
    (void)ctx;
    StorPortIssueDpc(mini.devext, dpc_memory(), NULL, NULL);
}

START_TEST(a_dpc_that_was_not_initialized_is_a_finding)
{
    mini_boot();
    mini_queue_call(0, issue_unknown, NULL);
    mini_finding(SIM_RULE_STORPORT_USAGE);
}
END_TEST

static void initialize_queued(void *ctx)
{
    (void)ctx;
    nt_raise_irql(mini.nt, NT_DISPATCH);
    StorPortIssueDpc(mini.devext, dpc_memory(), NULL, NULL);
    StorPortInitializeDpc(mini.devext, dpc_memory(), dpc_routine);
}

START_TEST(initializing_a_queued_dpc_is_a_finding)
{
    mini_boot();
    mini_call(0, init_dpc, NULL);
    mini_queue_call(0, initialize_queued, NULL);
    mini_finding(SIM_RULE_STORPORT_USAGE);
}
END_TEST

static void issue_and_cancel(void *ctx)
{
    uint8_t irql = nt_raise_irql(mini.nt, NT_DISPATCH);
    BOOLEAN cancelled = FALSE;

    (void)ctx;
    StorPortIssueDpc(mini.devext, dpc_memory(), NULL, NULL);
    ck_assert_uint_eq(StorPortCancelDpc(mini.devext, dpc_memory(), &cancelled),
                      STOR_STATUS_SUCCESS);
    ck_assert(cancelled);
    ck_assert_uint_eq(StorPortCancelDpc(mini.devext, dpc_memory(), &cancelled),
                      STOR_STATUS_SUCCESS);
    ck_assert(!cancelled);
    nt_lower_irql(mini.nt, irql);
}

START_TEST(a_cancelled_dpc_does_not_run)
{
    mini_boot();
    mini_call(0, init_dpc, NULL);
    mini_call(0, issue_and_cancel, NULL);
    ck_assert_str_eq(mini.said, "");
}
END_TEST

static void SIM_API work_item(PVOID devext, PVOID context, PVOID worker)
{
    ck_assert_uint_eq(nt_irql(mini.nt), NT_PASSIVE);
    mini_say("work ");
    if (context)
        StorPortQueueWorkItem(devext, work_item, worker, NULL);
    else
        ck_assert_uint_eq(StorPortFreeWorker(devext, worker), STOR_STATUS_SUCCESS);
}

static void queue_work(void *ctx)
{
    uint8_t irql = nt_raise_irql(mini.nt, NT_DISPATCH);
    void *worker = NULL;

    (void)ctx;
    ck_assert_uint_eq(StorPortInitializeWorker(mini.devext, &worker), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(StorPortQueueWorkItem(mini.devext, work_item, worker, mini.devext),
                      STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(StorPortQueueWorkItem(mini.devext, work_item, worker, NULL),
                      STOR_STATUS_BUSY);
    ck_assert_uint_eq(StorPortFreeWorker(mini.devext, worker), STOR_STATUS_BUSY);
    nt_lower_irql(mini.nt, irql);
}

START_TEST(a_work_item_runs_at_passive_and_may_queue_itself_again)
{
    mini_boot();
    mini_call(0, queue_work, NULL);
    ck_assert_str_eq(mini.said, "work work ");
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("dpc");
    Suite *s = suite_create("storport dpc");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, a_queued_dpc_loses_new_arguments);
    tcase_add_test(tc, a_dpc_may_run_on_two_cpus_at_once);
    tcase_add_test(tc, a_dpc_that_was_not_initialized_is_a_finding);
    tcase_add_test(tc, initializing_a_queued_dpc_is_a_finding);
    tcase_add_test(tc, a_cancelled_dpc_does_not_run);
    tcase_add_test(tc, a_work_item_runs_at_passive_and_may_queue_itself_again);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
