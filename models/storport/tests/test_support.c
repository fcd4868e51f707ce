/* models/storport/tests/test_support.c - log, processors, time, and bad arguments.
 */
// links: models/storport/tests/mini.c
// covers: models/storport/system.c models/storport/event_log.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

static void log_error(void *ctx)
{
    StorPortLogError(mini.devext, ctx, 0, 0, 0, SP_INTERNAL_ADAPTER_ERROR, 1);
}

START_TEST(an_error_is_logged_before_the_completion_only)
{
    SCSI_REQUEST_BLOCK *srb;

    mini_boot();
    mini_submit(0, 0, 0);
    srb = mini.kept[0].srb;
    mini_call(0, log_error, srb);
    mini_call(0, log_error, NULL);
    ck_assert_uint_eq(mini_events(SIM_EV_EVENT_LOG), 2);
    ck_assert_uint_eq(mini_event(SIM_EV_EVENT_LOG)->arg[0], 11);
    ck_assert_uint_eq(mini_event(SIM_EV_EVENT_LOG)->arg[3], SP_INTERNAL_ADAPTER_ERROR);
    mini_complete(0, 0, SRB_STATUS_SUCCESS);
    mini_queue_call(0, log_error, srb);
    mini_finding(SIM_RULE_SRB_TOUCHED);
}
END_TEST

static void processors(void *ctx)
{
    PROCESSOR_NUMBER number;
    GROUP_AFFINITY node;
    KAFFINITY mask = 0;
    USHORT groups = 0;
    ULONG count = 0;

    (void)ctx;
    ck_assert_uint_eq(StorPortGetCurrentProcessorNumber(mini.devext, &number), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(number.Number, 2);
    ck_assert_uint_eq(StorPortGetActiveGroupCount(mini.devext, &groups), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(groups, 1);
    ck_assert_uint_eq(StorPortGetGroupAffinity(mini.devext, 0, &mask), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(mask, (1 << MINI_CPUS) - 1);
    ck_assert_uint_eq(StorPortGetGroupAffinity(mini.devext, 1, &mask), STOR_STATUS_UNSUCCESSFUL);
    ck_assert_uint_eq(StorPortGetActiveNodeCount(mini.devext, &count), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(StorPortGetHighestNodeNumber(mini.devext, &count), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(count, 0);
    ck_assert_uint_eq(StorPortGetNodeAffinity(mini.devext, 0, &node), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(node.Mask, mask);
    ck_assert_uint_eq(StorPortGetNodeAffinity(mini.devext, 70000, &node),
                      STOR_STATUS_INVALID_PARAMETER);
    ck_assert_uint_eq(KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS), MINI_CPUS);
    ck_assert_uint_eq(KeGetCurrentIrql(), NT_PASSIVE);
}

START_TEST(processors_are_one_group_and_one_node)
{
    mini_boot();
    mini_call(2, processors, NULL);
}
END_TEST

static void stall_500(void *ctx)
{
    sim_ns start = sim_now(mini.sim);

    (void)ctx;
    StorPortStallExecution(500);
    ck_assert_int_ge(sim_now(mini.sim) - start, 500 * SIM_US);
    mini_say("stalled");
}

START_TEST(a_stall_takes_its_time_and_is_told)
{
    mini_boot();
    mini_queue_call(0, stall_500, NULL);
    mini_run(SIM_MS);
    ck_assert_str_eq(mini.said, "stalled");
    ck_assert_uint_eq(mini_event(SIM_EV_STALL)->arg[0], 500 * SIM_US);
}
END_TEST

static void notify_badly(void *ctx)
{
    (void)ctx;
    StorPortNotification(CallDisableInterrupts, mini.devext);
}

START_TEST(an_obsolete_notification_is_a_finding)
{
    mini_boot();
    mini_queue_call(0, notify_badly, NULL);
    mini_finding(SIM_RULE_STORPORT_USAGE);
}
END_TEST

static void wrong_extension(void *ctx)
{
    StorPortReady(ctx);
}

START_TEST(another_pointer_than_the_device_extension_is_a_finding)
{
    mini_boot();
    mini_queue_call(0, wrong_extension, mini.data[0]);
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_STORPORT_USAGE), "StorPortReady"));
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("support");
    Suite *s = suite_create("storport support");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, an_error_is_logged_before_the_completion_only);
    tcase_add_test(tc, processors_are_one_group_and_one_node);
    tcase_add_test(tc, a_stall_takes_its_time_and_is_told);
    tcase_add_test(tc, an_obsolete_notification_is_a_finding);
    tcase_add_test(tc, another_pointer_than_the_device_extension_is_a_finding);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
