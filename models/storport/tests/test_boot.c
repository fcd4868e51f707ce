/* models/storport/tests/test_boot.c - start-up: order, IRQL, locks, and what makes it fail.
 */
// links: models/storport/tests/mini.c
// covers: models/storport/adapter.c
// covers: models/storport/scan.c
// covers: models/storport/interrupt.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

static ULONG SIM_API find(PVOID devext, PVOID context, PVOID bus, PCHAR argument,
                          PPORT_CONFIGURATION_INFORMATION info, PBOOLEAN reserved)
{
    (void)devext;
    (void)reserved;
    mini_say("find@%u ", nt_irql(mini.nt));
    ck_assert_ptr_null(context);
    ck_assert_ptr_null(bus);
    ck_assert_str_eq(argument, "depth=4");
    ck_assert_uint_eq(info->NumberOfAccessRanges, 1);
    ck_assert_uint_eq(info->MaxNumberOfIO, 1000);
    ck_assert_uint_eq(info->MaxIOsPerLun, 255);
    ck_assert_uint_eq(info->Dma64BitAddresses, 0x80);
    ck_assert_uint_eq((*info->AccessRanges)[0].RangeLength, 8192);
    return SP_RETURN_FOUND;
}

static BOOLEAN SIM_API initialize(PVOID devext)
{
    (void)devext;
    mini_say("init@%u%s ", nt_irql(mini.nt),
             nt_lock_held_here(mini.nt, &mini.port->message[0].lock) ? "+lock" : "");
    return TRUE;
}

static BOOLEAN SIM_API passive(PVOID devext)
{
    (void)devext;
    mini_say("passive@%u ", nt_irql(mini.nt));
    return TRUE;
}

static BOOLEAN SIM_API build(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    (void)devext;
    mini_say("build(%02x)@%u ", srb->Cdb[0], nt_irql(mini.nt));
    ck_assert(!nt_lock_held_here(mini.nt, &mini.port->startio_lock));
    return TRUE;
}

static bool attach(void *ctx, struct sp_port *port, uint32_t lun)
{
    ck_assert_ptr_eq(port, mini.port);
    mini_say("attach %u ", lun);
    return ctx == NULL;
}

START_TEST(callbacks_come_in_order_at_their_irql)
{
    mini.config.parameter = "depth=4";
    mini.find = find;
    mini.initialize = initialize;
    mini.passive = passive;
    mini.build = build;
    mini_boot();
    ck_assert_str_eq(mini.said, "find@0 init@8+lock passive@0 build(12)@2 build(a0)@2 ");
}
END_TEST

START_TEST(each_lun_that_is_reported_is_asked_and_attached)
{
    mini.luns = 3;
    mini.build = build;
    mini.class_driver.attach = attach;
    mini_boot();
    ck_assert_str_eq(mini.said,
                     "build(12)@2 build(a0)@2 build(12)@2 build(12)@2 attach 0 attach 1 attach 2 ");
    for (uint32_t i = 0; i < SP_LUNS_MAX; i++)
        ck_assert_int_eq(mini.port->lun[i].present, i < 3);
}
END_TEST

START_TEST(a_class_driver_that_cannot_attach_fails_the_start)
{
    mini.class_driver = (struct sp_class){.attach = attach, .ctx = &mini};
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_START_FAILED), "LUN 0"));
}
END_TEST

START_TEST(an_adapter_that_is_not_found_is_a_finding_with_the_code)
{
    mini.found = SP_RETURN_ERROR;
    ck_assert_ptr_nonnull(
        strstr(mini_finding(SIM_RULE_START_FAILED), "HwStorFindAdapter returned 2"));
}
END_TEST

#define WIN7_BYTES 0x88 /* HwBuildIo is its last field */
#define VIRTUAL_BYTES 0xB0

START_TEST(the_records_of_older_windows_are_accepted)
{
    mini.record_bytes = WIN7_BYTES;
    mini.build = build;
    mini_boot();
    ck_assert_str_eq(mini.said, "build(12)@2 build(a0)@2 ");
    ck_assert_uint_eq(mini.port->hw.SrbTypeFlags, 0); /* beyond its end: not read */
    ck_assert_uint_eq(mini.port->info->Length, sizeof(PORT_CONFIGURATION_INFORMATION));
}
END_TEST

START_TEST(the_record_with_a_virtual_miniports_callbacks_is_accepted)
{
    mini.record_bytes = VIRTUAL_BYTES;
    mini.build = build;
    mini_boot();
    ck_assert_str_eq(mini.said, "build(12)@2 build(a0)@2 ");
}
END_TEST

START_TEST(a_record_of_no_windows_is_refused)
{
    mini.record_bytes = sizeof(HW_INITIALIZATION_DATA) + 8;
    ck_assert_ptr_nonnull(mini_finding(SIM_RULE_START_FAILED));
}
END_TEST

static BOOLEAN SIM_API refuse(PVOID devext)
{
    (void)devext;
    return FALSE;
}

START_TEST(an_initialize_that_fails_ends_the_start)
{
    mini.initialize = refuse;
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_START_FAILED), "HwStorInitialize"));
    ck_assert_uint_eq(mini.built, 0);
}
END_TEST

START_TEST(a_passive_initialize_that_fails_ends_the_start)
{
    mini.passive = refuse;
    ck_assert_ptr_nonnull(
        strstr(mini_finding(SIM_RULE_START_FAILED), "HwStorPassiveInitializeRoutine"));
    ck_assert_uint_eq(mini.built, 0);
}
END_TEST

static ULONG SIM_API leave_sentinel(PVOID devext, PVOID context, PVOID bus, PCHAR argument,
                                    PPORT_CONFIGURATION_INFORMATION info, PBOOLEAN reserved)
{
    (void)devext;
    (void)context;
    (void)bus;
    (void)argument;
    (void)reserved;
    info->MaximumTransferLength = SP_UNINITIALIZED_VALUE;
    return SP_RETURN_FOUND;
}

START_TEST(a_transfer_length_left_unset_is_a_finding)
{
    mini.find = leave_sentinel;
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_STORPORT_USAGE), "MaximumTransferLength"));
}
END_TEST

static BOOLEAN SIM_API count_messages(PVOID devext)
{
    MESSAGE_INTERRUPT_INFORMATION information;
    uint32_t n = 0;

    while (StorPortGetMSIInfo(devext, n, &information) == STOR_STATUS_SUCCESS)
        n++;
    mini_say("%u messages, level %u", n, information.InterruptLevel);
    return TRUE;
}

START_TEST(messages_can_be_counted_in_initialize)
{
    mini.initialize = count_messages;
    mini_boot();
    ck_assert_str_eq(mini.said, "4 messages, level 8");
}
END_TEST

static BOOLEAN SIM_API interrupt_self(PVOID devext)
{
    (void)devext;
    nt_interrupt_request(mini.nt, &mini.port->message[1].interrupt, 1);
    nt_stall(mini.nt, 5 * SIM_US);
    mini_say("init over; ");
    return TRUE;
}

static BOOLEAN SIM_API say_message(PVOID devext, ULONG message)
{
    (void)devext;
    mini_say("message %u on CPU %u at %u", message, nt_cpu(mini.nt), nt_irql(mini.nt));
    return TRUE;
}

START_TEST(an_interrupt_during_initialize_waits_for_its_end)
{
    mini.initialize = interrupt_self;
    mini.message = say_message;
    mini_boot();
    ck_assert_str_eq(mini.said, "init over; message 1 on CPU 1 at 8");
}
END_TEST

static void enable_late(void *ctx)
{
    (void)ctx;
    StorPortEnablePassiveInitialization(mini.devext, refuse);
}

START_TEST(passive_initialization_is_only_enabled_in_initialize)
{
    mini_boot();
    mini_queue_call(0, enable_late, NULL);
    ck_assert_ptr_nonnull(
        strstr(mini_finding(SIM_RULE_STORPORT_USAGE), "outside of HwStorInitialize"));
}
END_TEST

static BOOLEAN SIM_API passive_and_scan(PVOID devext)
{
    (void)devext;
    mini_say("passive ");
    nt_stall(mini.nt, SIM_S);
    mini_say("over ");
    return TRUE;
}

START_TEST(the_scan_can_come_during_passive_initialization)
{
    mini.config.silent[SP_SILENT_SCAN_WAITS] = (uint8_t)_i;
    mini.passive = passive_and_scan;
    mini.build = build;
    mini_boot();
    ck_assert_str_eq(mini.said, _i ? "build(12)@2 passive build(a0)@2 over "
                                   : "passive over build(12)@2 build(a0)@2 ");
}
END_TEST

START_TEST(a_passive_initialization_that_fails_beside_the_scan_ends_the_start)
{
    mini.config.silent[SP_SILENT_SCAN_WAITS] = SP_SCAN_WAITS_NO;
    mini.passive = refuse;
    ck_assert_ptr_nonnull(
        strstr(mini_finding(SIM_RULE_START_FAILED), "HwStorPassiveInitializeRoutine"));
}
END_TEST

static BOOLEAN SIM_API lock_in_passive(PVOID devext)
{
    STOR_LOCK_HANDLE handle;

    StorPortAcquireSpinLock(devext, StartIoLock, NULL, &handle);
    StorPortReleaseSpinLock(devext, &handle);
    return TRUE;
}

START_TEST(a_lock_in_passive_initialization_can_be_reported)
{
    mini.passive = lock_in_passive;
    mini.config.silent[SP_SILENT_PASSIVE_LOCK] = SP_PASSIVE_LOCK_REPORTED;
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_LOCK_RULE), "none is listed"));
}
END_TEST

START_TEST(a_lock_in_passive_initialization_is_allowed)
{
    mini.passive = lock_in_passive;
    mini_boot();
}
END_TEST

static ULONG SIM_API uncached_early(PVOID devext, PVOID context, PVOID bus, PCHAR argument,
                                    PPORT_CONFIGURATION_INFORMATION info, PBOOLEAN reserved)
{
    (void)context;
    (void)bus;
    (void)argument;
    (void)reserved;
    info->SrbExtensionSize = 0;
    StorPortGetUncachedExtension(devext, info, 1);
    info->SrbExtensionSize = 64;
    return SP_RETURN_FOUND;
}

START_TEST(an_uncached_extension_before_srb_extension_size_can_be_reported)
{
    mini.find = uncached_early;
    mini.config.silent[SP_SILENT_UNCACHED] = SP_UNCACHED_REPORTED;
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_STORPORT_USAGE), "SrbExtensionSize"));
}
END_TEST

START_TEST(an_uncached_extension_before_srb_extension_size_is_accepted)
{
    mini.find = uncached_early;
    mini_boot();
}
END_TEST

static PDRIVER_OBJECT driver_object;

/* As drivers did that had adapters on several buses. */
static NTSTATUS SIM_API entry_of_many(PDRIVER_OBJECT object, PUNICODE_STRING path)
{
    driver_object = object;
    mini.record_bytes = 0;
    mini.interface_type = Isa;
    ck_assert_int_eq(mini_driver_entry(object, path), STATUS_SUCCESS);
    mini.interface_type = PCIBus;
    ck_assert_int_eq(mini_driver_entry(object, path), STATUS_SUCCESS);
    mini.interface_type = Internal;
    return mini_driver_entry(object, path);
}

START_TEST(of_several_buses_pci_counts)
{
    mini.config.driver_entry = entry_of_many;
    mini_boot();
    ck_assert_int_eq(mini.port->hw.AdapterInterfaceType, PCIBus);
}
END_TEST

START_TEST(a_miniport_for_other_buses_does_not_start)
{
    mini.interface_type = Isa;
    ck_assert_ptr_nonnull(
        strstr(mini_finding(SIM_RULE_START_FAILED), "for PCIBus, but for another bus"));
}
END_TEST

static void no_interrupt(HW_INITIALIZATION_DATA *hw)
{
    hw->HwInterrupt = NULL;
}

START_TEST(a_virtual_miniport_is_told_that_there_is_no_place_for_it)
{
    mini.interface_type = Internal;
    mini.change_record = no_interrupt;
    ck_assert_ptr_nonnull(
        strstr(mini_finding(SIM_RULE_START_FAILED), "as a virtual miniport (Internal"));
}
END_TEST

static void initialize_late(void *ctx)
{
    (void)ctx;
    mini_driver_entry(driver_object, (PUNICODE_STRING)driver_object);
}

START_TEST(initializing_the_port_later_is_a_finding)
{
    mini.config.driver_entry = entry_of_many;
    mini_boot();
    mini_queue_call(0, initialize_late, NULL);
    mini_finding(SIM_RULE_STORPORT_USAGE);
}
END_TEST

static VOID SIM_API tracing(PVOID devext, BOOLEAN enabled)
{
    ck_assert_ptr_eq(devext, mini.devext);
    ck_assert_uint_eq(nt_irql(mini.nt), NT_PASSIVE);
    mini_say("tracing %d", enabled);
}

static void with_tracing(HW_INITIALIZATION_DATA *hw)
{
    hw->HwTracingEnabled = tracing;
}

START_TEST(a_miniport_that_traces_is_told_that_nobody_listens)
{
    mini.change_record = with_tracing;
    mini_boot();
    ck_assert_str_eq(mini.said, "tracing 0");
}
END_TEST

static ULONG SIM_API walk_capabilities(PVOID devext, PVOID context, PVOID bus, PCHAR argument,
                                       PPORT_CONFIGURATION_INFORMATION info, PBOOLEAN reserved)
{
    UCHAR config[256], at;

    (void)context;
    (void)bus;
    (void)argument;
    (void)info;
    (void)reserved;
    ck_assert_uint_eq(StorPortGetBusData(devext, PCIConfiguration, 0, 0, config, sizeof config),
                      sizeof config);
    ck_assert(((PCI_COMMON_CONFIG *)(void *)config)->Status & PCI_STATUS_CAPABILITIES_LIST);
    for (at = ((PCI_COMMON_CONFIG *)(void *)config)->u.type0.CapabilitiesPtr; at;
         at = config[at + 1])
        mini_say("%02x ", config[at]);
    return SP_RETURN_FOUND;
}

START_TEST(capabilities_are_a_chain)
{
    mini.find = walk_capabilities;
    if (_i) {
        mini.config.vectors = 0;
        mini.no_messages = true;
    }
    mini_boot();
    ck_assert_str_eq(mini.said, _i ? "01 10 09 " : "01 05 11 10 09 ");
}
END_TEST

static void too_large(HW_INITIALIZATION_DATA *hw)
{
    hw->DeviceExtensionSize = 0x80000000;
}

START_TEST(a_device_extension_without_end_fails_the_start)
{
    mini.change_record = too_large;
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_START_FAILED), "device extension"));
}
END_TEST

static ULONG SIM_API find_large(PVOID devext, PVOID context, PVOID bus, PCHAR argument,
                                PPORT_CONFIGURATION_INFORMATION info, PBOOLEAN reserved)
{
    (void)devext;
    (void)context;
    (void)bus;
    (void)argument;
    (void)reserved;
    if (mini.hold_us)
        info->SpecificLuExtensionSize = 1u << 30;
    else
        info->SrbExtensionSize = 3u << 20;
    return SP_RETURN_FOUND;
}

START_TEST(extensions_without_end_fail_the_start)
{
    mini.find = find_large;
    mini.hold_us = (uint32_t)_i;
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_START_FAILED),
                                 _i ? "SpecificLuExtensionSize" : "SrbExtensionSize"));
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("boot");
    Suite *s = suite_create("storport boot");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, callbacks_come_in_order_at_their_irql);
    tcase_add_test(tc, each_lun_that_is_reported_is_asked_and_attached);
    tcase_add_test(tc, a_class_driver_that_cannot_attach_fails_the_start);
    tcase_add_test(tc, an_adapter_that_is_not_found_is_a_finding_with_the_code);
    tcase_add_test(tc, the_records_of_older_windows_are_accepted);
    tcase_add_test(tc, the_record_with_a_virtual_miniports_callbacks_is_accepted);
    tcase_add_test(tc, a_record_of_no_windows_is_refused);
    tcase_add_test(tc, an_initialize_that_fails_ends_the_start);
    tcase_add_test(tc, a_passive_initialize_that_fails_ends_the_start);
    tcase_add_test(tc, a_transfer_length_left_unset_is_a_finding);
    tcase_add_test(tc, messages_can_be_counted_in_initialize);
    tcase_add_test(tc, an_interrupt_during_initialize_waits_for_its_end);
    tcase_add_test(tc, passive_initialization_is_only_enabled_in_initialize);
    tcase_add_loop_test(tc, the_scan_can_come_during_passive_initialization, 0, 2);
    tcase_add_test(tc, a_passive_initialization_that_fails_beside_the_scan_ends_the_start);
    tcase_add_test(tc, a_lock_in_passive_initialization_can_be_reported);
    tcase_add_test(tc, a_lock_in_passive_initialization_is_allowed);
    tcase_add_test(tc, an_uncached_extension_before_srb_extension_size_can_be_reported);
    tcase_add_test(tc, an_uncached_extension_before_srb_extension_size_is_accepted);
    tcase_add_test(tc, of_several_buses_pci_counts);
    tcase_add_test(tc, a_miniport_for_other_buses_does_not_start);
    tcase_add_test(tc, a_virtual_miniport_is_told_that_there_is_no_place_for_it);
    tcase_add_test(tc, initializing_the_port_later_is_a_finding);
    tcase_add_test(tc, a_device_extension_without_end_fails_the_start);
    tcase_add_loop_test(tc, extensions_without_end_fail_the_start, 0, 2);
    tcase_add_test(tc, a_miniport_that_traces_is_told_that_nobody_listens);
    tcase_add_loop_test(tc, capabilities_are_a_chain, 0, 2);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
