/* models/storport/tests/test_support.c - log, failure, limits, what may be asked, time,
 * and bad arguments. */
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

static void log_event(void *ctx)
{
    WCHAR text[80] = {'x', 'y', 0};
    PWSTR list[1] = {text};
    STOR_LOG_EVENT_DETAILS details = {.InterfaceRevision = STOR_CURRENT_LOG_INTERFACE_REVISION,
                                      .Size = sizeof details,
                                      .ErrorCode = 0xC004000Bu,
                                      .StringCount = 1,
                                      .StringList = list};
    ULONG most = 0;

    (void)ctx;
    ck_assert_uint_eq(StorPortLogSystemEvent(mini.devext, &details, &most), STOR_STATUS_SUCCESS);
    details.StorportSpecificErrorCode = TRUE;
    details.ErrorCode = SP_REQUEST_TIMEOUT;
    ck_assert_uint_eq(StorPortLogSystemEvent(mini.devext, &details, &most), STOR_STATUS_SUCCESS);
    for (uint32_t i = 0; i < 79; i++)
        text[i] = 'z';
    ck_assert_uint_eq(StorPortLogSystemEvent(mini.devext, &details, &most),
                      STOR_STATUS_INVALID_BUFFER_SIZE);
    ck_assert_uint_eq(most, 150);
    details.InterfaceRevision = 9;
    ck_assert_uint_eq(StorPortLogSystemEvent(mini.devext, &details, &most),
                      STOR_STATUS_UNSUPPORTED_VERSION);
}

START_TEST(a_system_event_has_room_for_so_much)
{
    mini_boot();
    mini_call(0, log_event, NULL);
    ck_assert_uint_eq(mini_events(SIM_EV_EVENT_LOG), 2);
    ck_assert_uint_eq(mini_event(SIM_EV_EVENT_LOG)->arg[0], 9);
}
END_TEST

static void log_raised(void *ctx)
{
    STOR_LOG_EVENT_DETAILS details = {0};

    (void)ctx;
    nt_raise_irql(mini.nt, SP_DIRQL);
    StorPortLogSystemEvent(mini.devext, &details, NULL);
}

START_TEST(a_system_event_above_dispatch_is_a_finding)
{
    mini_boot();
    mini_queue_call(0, log_raised, NULL);
    mini_finding(SIM_RULE_IRQL);
}
END_TEST

static STOR_ADDR_BTL8 unit = {.Type = STOR_ADDRESS_TYPE_BTL8, .AddressLength = 4};

static void attributes(void *ctx)
{
    STOR_ADDRESS *address = (STOR_ADDRESS *)(void *)&unit;

    (void)ctx;
    ck_assert_uint_eq(StorPortSetUnitAttributes(mini.devext, address,
                                                (STOR_UNIT_ATTRIBUTES){.BypassIOSupported = 1}),
                      STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(
        StorPortSetUnitAttributes(mini.devext, address, (STOR_UNIT_ATTRIBUTES){.Reserved = 1}),
        STOR_STATUS_INVALID_PARAMETER);
    unit.Lun = 5;
    ck_assert_uint_eq(StorPortSetUnitAttributes(mini.devext, address, (STOR_UNIT_ATTRIBUTES){0}),
                      STOR_STATUS_INVALID_PARAMETER);
    ck_assert_uint_eq(
        StorPortMarkDeviceFailedEx(mini.devext, address, 0, 1, NULL, 0, NULL, 0, NULL),
        STOR_STATUS_INVALID_PARAMETER);
    unit.Lun = 0;
    ck_assert_uint_eq(
        StorPortMarkDeviceFailedEx(mini.devext, address, 0, 1, NULL, 4, NULL, 0, NULL),
        STOR_STATUS_INVALID_PARAMETER);
    ck_assert_uint_eq(
        StorPortMarkDeviceFailedEx(mini.devext, address, 0, 1, NULL, 0, NULL, 0, NULL),
        STOR_STATUS_SUCCESS);
}

START_TEST(a_unit_is_named_by_its_address)
{
    mini_boot();
    mini_call(0, attributes, NULL);
    ck_assert_uint_eq(mini_events(SIM_EV_EVENT_LOG), 1);
}
END_TEST

static void fail_adapter(void *ctx)
{
    StorPortMarkDeviceFailed(mini.devext, NULL,
                             ctx ? STOR_PORT_MARK_DEVICE_FAILED_REMOVE_DEVICE : 0, NULL);
}

START_TEST(a_failed_adapter_is_removed_when_the_miniport_says_so)
{
    mini_boot();
    mini_call(0, fail_adapter, NULL);
    mini_run(SIM_S);
    ck_assert_int_eq(sp_state(mini.port), SP_IS_STARTED);
    mini_call(0, fail_adapter, mini.data[0]);
    mini_call(0, fail_adapter, mini.data[0]);
    mini_run(SIM_S);
    ck_assert_int_eq(sp_state(mini.port), SP_IS_REMOVED);
    ck_assert_uint_eq(mini_events(SIM_EV_EVENT_LOG), 3);
}
END_TEST

static void fail_flags(void *ctx)
{
    (void)ctx;
    StorPortMarkDeviceFailed(mini.devext, NULL, 2, NULL);
}

START_TEST(a_flag_that_does_not_exist_is_a_finding)
{
    mini_boot();
    mini_queue_call(0, fail_flags, NULL);
    mini_finding(SIM_RULE_STORPORT_USAGE);
}
END_TEST

static BOOLEAN SIM_API limit(PVOID devext)
{
    ck_assert_uint_eq(StorPortUpdateAdapterMaxIO(devext, 0), STOR_STATUS_INVALID_PARAMETER);
    ck_assert_uint_eq(StorPortUpdateAdapterMaxIO(devext, 3), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(StorPortUpdatePortConfigMaxIOInfo(devext, 2, 3),
                      STOR_STATUS_INVALID_PARAMETER);
    return TRUE;
}

static BOOLEAN SIM_API limit_units(PVOID devext)
{
    ck_assert_uint_eq(StorPortUpdatePortConfigMaxIOInfo(devext, 100, 2), STOR_STATUS_SUCCESS);
    return TRUE;
}

static void limit_late(void *ctx)
{
    (void)ctx;
    ck_assert_uint_eq(StorPortUpdateAdapterMaxIO(mini.devext, 5),
                      STOR_STATUS_INVALID_DEVICE_REQUEST);
    ck_assert_uint_eq(StorPortUpdatePortConfigMaxIOInfo(mini.devext, 5, 5),
                      STOR_STATUS_INVALID_DEVICE_REQUEST);
}

START_TEST(limits_are_changed_while_the_adapter_is_initialized)
{
    if (_i)
        mini.passive = limit_units;
    else
        mini.initialize = limit;
    mini_boot();
    for (uint32_t i = 0; i < 5; i++)
        mini_submit(0, i, 0);
    ck_assert_uint_eq(mini.kept_count, _i ? 2 : 3);
    mini_call(0, limit_late, NULL);
}
END_TEST

static ULONG SIM_API find_features(PVOID devext, PVOID context, PVOID bus, PCHAR argument,
                                   PPORT_CONFIGURATION_INFORMATION info, PBOOLEAN reserved)
{
    BOOLEAN list[StorportFeatureMax] = {[StorportFeatureResetBusSynchronous] = TRUE};
    STOR_ADDRESS address;

    (void)context;
    (void)bus;
    (void)argument;
    (void)info;
    (void)reserved;
    ck_assert_uint_eq(StorPortSetFeatureList(devext, StorportFeatureMax, list),
                      STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(StorPortSetAdapterBusType(devext, 0x11), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(StorPortSetAdapterBusType(devext, 0x80), STOR_STATUS_INVALID_PARAMETER);
    ck_assert_uint_eq(StorPortMarkDumpMemory(devext, devext, 0, 0), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(StorPortGetSystemPortNumber(devext, &address),
                      STOR_STATUS_INVALID_DEVICE_STATE);
    return SP_RETURN_FOUND;
}

static void ask_late(void *ctx)
{
    BOOLEAN yes = FALSE, list[1] = {TRUE};
    STOR_ADDRESS address = {.Port = 9};

    (void)ctx;
    ck_assert_uint_eq(StorPortSetFeatureList(mini.devext, 1, list), STOR_STATUS_UNSUCCESSFUL);
    ck_assert_uint_eq(StorPortSetAdapterBusType(mini.devext, 0x11), STOR_STATUS_UNSUCCESSFUL);
    ck_assert_uint_eq(StorPortQueryConfiguration(mini.devext, StorportQueryConfigurationD3, &yes),
                      STOR_STATUS_SUCCESS);
    ck_assert(yes);
    ck_assert_uint_eq(StorPortIsCurrentOsInstallationUpgrade(mini.devext, &yes),
                      STOR_STATUS_SUCCESS);
    ck_assert(!yes);
    ck_assert_uint_eq(StorPortGetSystemPortNumber(mini.devext, &address), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(address.Port, 0);
}

START_TEST(features_are_told_while_the_adapter_is_found)
{
    mini.find = find_features;
    mini_boot();
    ck_assert_uint_eq(mini.port->features, 1 << StorportFeatureResetBusSynchronous);
    mini_call(0, ask_late, NULL);
}
END_TEST

static void request_info(void *ctx)
{
    STOR_REQUEST_INFO info = {.Version = STOR_REQUEST_INFO_VER, .ProcessId = 7};

    ck_assert_uint_eq(StorPortGetRequestInfo(mini.devext, ctx, &info), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(info.Length, 8192);
    ck_assert(!info.IsWriteRequest);
    ck_assert_uint_eq(info.ProcessId, 0);
    info.Version = 0;
    ck_assert_uint_eq(StorPortGetRequestInfo(mini.devext, ctx, &info),
                      STOR_STATUS_UNSUPPORTED_VERSION);
    ck_assert_ptr_eq(StorPortGetSrb(mini.devext, 0, 0, 0, mini.kept[0].srb->QueueTag), ctx);
    ck_assert_ptr_null(StorPortGetSrb(mini.devext, 0, 0, 0, 77));
    ck_assert_ptr_null(StorPortGetSrb(mini.devext, 0, 0, 0, SP_UNTAGGED));
    ck_assert_ptr_null(StorPortGetSrb(mini.devext, 0, 0, 3, 0));
}

START_TEST(a_request_with_the_miniport_can_be_asked_about_and_found)
{
    mini_boot();
    mini_submit(0, 0, 0);
    mini_call(0, request_info, mini.kept[0].srb);
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

static void watchdog(void *ctx)
{
    STOR_DPC_WATCHDOG_INFORMATION info;
    ULONG grain = 0;

    (void)ctx;
    ck_assert_uint_eq(StorPortQueryDpcWatchdogInformation(mini.devext, &info),
                      STOR_STATUS_UNSUCCESSFUL);
    nt_raise_irql(mini.nt, NT_DISPATCH);
    nt_stall(mini.nt, 100 * SIM_MS);
    ck_assert_uint_eq(StorPortQueryDpcWatchdogInformation(mini.devext, &info), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(info.DpcTimeLimit, 640);
    ck_assert_uint_eq(info.DpcTimeCount, 633);
    ck_assert_uint_eq(info.DpcWatchdogLimit - info.DpcWatchdogCount, 7);
    nt_lower_irql(mini.nt, NT_PASSIVE);
    ck_assert_uint_eq(StorPortQueryTimerMinInterval(mini.devext, &grain), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(grain, 100000);
    mini_say("told");
}

START_TEST(watchdog_counts_are_told_at_dispatch)
{
    mini_boot();
    mini_queue_call(0, watchdog, NULL);
    mini_run(200 * SIM_MS);
    ck_assert_str_eq(mini.said, "told");
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
    tcase_add_test(tc, a_system_event_has_room_for_so_much);
    tcase_add_test(tc, a_system_event_above_dispatch_is_a_finding);
    tcase_add_test(tc, a_unit_is_named_by_its_address);
    tcase_add_test(tc, a_failed_adapter_is_removed_when_the_miniport_says_so);
    tcase_add_test(tc, a_flag_that_does_not_exist_is_a_finding);
    tcase_add_test(tc, features_are_told_while_the_adapter_is_found);
    tcase_add_test(tc, a_request_with_the_miniport_can_be_asked_about_and_found);
    tcase_add_loop_test(tc, limits_are_changed_while_the_adapter_is_initialized, 0, 2);
    tcase_add_test(tc, watchdog_counts_are_told_at_dispatch);
    tcase_add_test(tc, a_stall_takes_its_time_and_is_told);
    tcase_add_test(tc, an_obsolete_notification_is_a_finding);
    tcase_add_test(tc, another_pointer_than_the_device_extension_is_a_finding);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
