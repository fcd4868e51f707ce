/* models/storport/tests/test_power.c - sleep, wake, shutdown: the order of what the miniport is
 * told, with power SRBs and with the control calls that replace them.
 */
// links: models/storport/tests/mini.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

static SCSI_ADAPTER_CONTROL_STATUS SIM_API control(PVOID devext, SCSI_ADAPTER_CONTROL_TYPE type,
                                                   PVOID parameters)
{
    const STOR_ADAPTER_CONTROL_POWER *power = parameters;

    (void)devext;
    mini_say("control%d@%u", type, nt_irql(mini.nt));
    if (type == ScsiAdapterPower)
        mini_say(":D%d,%d%s", power->PowerState - 1, power->PowerAction,
                 nt_lock_held_here(mini.nt, &mini.port->startio_lock) ? "+startio" : "");
    mini_say(" ");
    return ScsiAdapterControlSuccess;
}

static void special(PVOID devext, SCSI_REQUEST_BLOCK *srb)
{
    const SCSI_POWER_REQUEST_BLOCK *power = (const void *)srb;
    const STORAGE_REQUEST_BLOCK *extended = (const void *)srb;
    const SRBEX_DATA_POWER *block =
        (const void *)((const char *)srb + extended->SrbExDataOffset[0]);

    (void)devext;
    if (mini_function(srb) != SRB_FUNCTION_POWER)
        mini_say("function%02x ", mini_function(srb));
    else if (mini.extended)
        mini_say("power%s:D%d,%d ",
                 block->SrbPowerFlags & SRB_POWER_FLAGS_ADAPTER_REQUEST ? "a" : "",
                 block->DevicePowerState - 1, block->PowerAction);
    else
        mini_say("power%s:D%d,%d ",
                 power->SrbPowerFlags & SRB_POWER_FLAGS_ADAPTER_REQUEST ? "a" : "",
                 power->DevicePowerState - 1, power->PowerAction);
    mini_complete_here(srb, SRB_STATUS_SUCCESS);
}

static void boot(void)
{
    mini.control = control;
    mini.special = special;
    mini_boot();
    mini.said[0] = 0;
}

START_TEST(sleep_and_wake_by_power_srbs)
{
    mini.controls |= 1 << ScsiSetBootConfig | 1 << ScsiSetRunningConfig;
    mini.caches = true;
    boot();
    ck_assert_int_eq(mini_task(SP_TASK_SLEEP, SIM_MS), 'g');
    ck_assert_str_eq(mini.said, "function08 power:D3,2 powera:D3,2 control1@8 control3@0 ");
    ck_assert_int_eq(sp_state(mini.port), SP_IS_OFF);
    ck_assert_int_eq(mini.power, SP_POWER_OFF);
    mini.said[0] = 0;
    ck_assert_int_eq(mini_task(SP_TASK_WAKE, SIM_MS), 'g');
    ck_assert_str_eq(mini.said, "control4@0 control2@8 powera:D0,0 power:D0,0 ");
    ck_assert_int_eq(mini.power, SP_POWER_ON);
    ck_assert_int_eq(sp_state(mini.port), SP_IS_STARTED);
}
END_TEST

START_TEST(adapter_power_takes_the_place_of_srb_and_stop)
{
    mini.controls |= 1 << ScsiAdapterPower | 1 << ScsiAdapterSystemPowerHints;
    boot();
    mini_task(SP_TASK_SLEEP, SIM_MS);
    ck_assert_str_eq(mini.said, "control12@0 power:D3,2 control6@2:D3,2 ");
    mini.said[0] = 0;
    mini_task(SP_TASK_WAKE, SIM_MS);
    ck_assert_str_eq(mini.said, "control6@2:D0,0 power:D0,0 ");
}
END_TEST

START_TEST(adapter_power_can_be_serialised_with_start_io)
{
    mini.controls |= 1 << ScsiAdapterPower;
    mini.config.silent[SP_SILENT_POWER_CONTEXT] = SP_POWER_CONTEXT_SERIALISED;
    boot();
    mini_task(SP_TASK_SLEEP, SIM_MS);
    ck_assert_str_eq(mini.said, "power:D3,2 control6@2:D3,2+startio ");
}
END_TEST

static SCSI_UNIT_CONTROL_STATUS SIM_API unit_control(PVOID devext, SCSI_UNIT_CONTROL_TYPE type,
                                                     PVOID parameters)
{
    const STOR_UNIT_CONTROL_POWER *power = parameters;

    (void)devext;
    if (type == ScsiUnitPower)
        mini_say("unit%d@%u:D%d,%d,lun%d ", type, nt_irql(mini.nt), power->PowerState - 1,
                 power->PowerAction, ((const STOR_ADDR_BTL8 *)(const void *)power->Address)->Lun);
    return ScsiUnitControlSuccess;
}

START_TEST(unit_power_takes_the_place_of_the_units_srb)
{
    mini.unit_control = unit_control;
    mini.unit_controls = 1 << ScsiUnitPower;
    mini.luns = 2;
    boot();
    mini_task(SP_TASK_SLEEP, SIM_MS);
    ck_assert_str_eq(mini.said, "unit3@2:D3,2,lun0 unit3@2:D3,2,lun1 powera:D3,2 control1@8 ");
}
END_TEST

static BOOLEAN SIM_API answer_scan(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    STORAGE_REQUEST_BLOCK *extended = (void *)srb;

    (void)devext;
    memset(extended->DataBuffer, 0, extended->DataTransferLength);
    mini_complete_here(srb, SRB_STATUS_SUCCESS);
    return TRUE;
}

START_TEST(an_extended_srb_carries_the_same)
{
    mini.extended = true;
    mini.start = answer_scan;
    boot();
    mini_task(SP_TASK_SLEEP, SIM_MS);
    ck_assert_str_eq(mini.said, "power:D3,2 powera:D3,2 control1@8 ");
}
END_TEST

START_TEST(requests_wait_while_it_sleeps)
{
    boot();
    mini_task(SP_TASK_SLEEP, SIM_MS);
    mini_submit(0, 0, 0);
    mini_run(SIM_S);
    ck_assert_uint_eq(mini.kept_count, 0);
    mini_task(SP_TASK_WAKE, SIM_MS);
    ck_assert_uint_eq(mini.kept_count, 1);
}
END_TEST

START_TEST(shutdown_ends_with_the_device_off_for_good)
{
    mini.caches = true;
    boot();
    ck_assert_int_eq(mini_task(SP_TASK_SHUTDOWN, SIM_S), 'g');
    ck_assert_str_eq(mini.said, "function08 function07 power:D3,6 powera:D3,6 control1@8 ");
    ck_assert_int_eq(mini.power, SP_POWER_OFF);
    mini_submit(0, 0, 0);
    ck_assert_uint_eq(mini.request[0].srb_status, SRB_STATUS_NO_DEVICE);
    ck_assert_int_eq(mini_task(SP_TASK_WAKE, SIM_MS), 'b');
}
END_TEST

START_TEST(shutdown_without_a_cache_sends_no_shutdown_unless_told)
{
    mini.config.silent[SP_SILENT_SHUTDOWN] = (uint8_t)_i;
    boot();
    mini_task(SP_TASK_SHUTDOWN, SIM_S);
    ck_assert_int_eq(strstr(mini.said, "function07") != NULL, _i);
}
END_TEST

START_TEST(a_device_pulled_out_in_its_sleep_is_gone_when_it_wakes)
{
    boot();
    mini_task(SP_TASK_SLEEP, SIM_MS);
    mini.said[0] = 0;
    ck_assert_int_eq(mini_task(SP_TASK_SURPRISE_REMOVE, SIM_S), 'g');
    ck_assert_str_eq(mini.said, "");
    ck_assert_int_eq(mini_task(SP_TASK_WAKE, SIM_MS), 'b');
    ck_assert_int_eq(mini.power, SP_POWER_GONE);
}
END_TEST

static uint32_t busy_left;

static void busy_twice(PVOID devext, SCSI_REQUEST_BLOCK *srb)
{
    (void)devext;
    mini_say("%02x ", srb->Function);
    mini_complete_here(srb, busy_left && busy_left-- ? SRB_STATUS_BUSY : SRB_STATUS_SUCCESS);
}

START_TEST(a_flush_that_comes_back_busy_is_sent_again)
{
    mini.caches = true;
    mini_boot();
    mini.special = busy_twice;
    busy_left = 2;
    ck_assert_int_eq(mini_task(SP_TASK_STOP, SIM_S), 'g');
    ck_assert_str_eq(mini.said, "08 08 08 25 ");
}
END_TEST

static GUID named[2] = {{.Data1 = 7}, {.Data1 = 8}};

static ULONG SIM_API find_settings(PVOID devext, PVOID context, PVOID bus, PCHAR argument,
                                   PPORT_CONFIGURATION_INFORMATION info, PBOOLEAN reserved)
{
    (void)context;
    (void)bus;
    (void)argument;
    (void)info;
    (void)reserved;
    ck_assert_uint_eq(StorPortSetPowerSettingNotificationGuids(devext, 0, named),
                      STOR_STATUS_INVALID_PARAMETER);
    ck_assert_uint_eq(StorPortSetPowerSettingNotificationGuids(devext, 2, named),
                      STOR_STATUS_SUCCESS);
    return SP_RETURN_FOUND;
}

static SCSI_ADAPTER_CONTROL_STATUS SIM_API setting(PVOID devext, SCSI_ADAPTER_CONTROL_TYPE type,
                                                   PVOID parameters)
{
    const STOR_POWER_SETTING_INFO *info = parameters;

    (void)devext;
    ck_assert_int_eq(type, ScsiPowerSettingNotification);
    ck_assert_uint_eq(nt_irql(mini.nt), NT_PASSIVE);
    ck_assert_uint_eq(info->ValueLength, 4);
    mini_say("%u=%u ", info->PowerSettingGuid.Data1, *(const ULONG *)info->Value);
    return ScsiAdapterControlSuccess;
}

static void name_late(void *ctx)
{
    (void)ctx;
    ck_assert_uint_eq(StorPortSetPowerSettingNotificationGuids(mini.devext, 1, named),
                      STOR_STATUS_UNSUCCESSFUL);
}

START_TEST(power_settings_that_were_named_are_told)
{
    mini.find = find_settings;
    mini.control = setting;
    if (_i)
        mini.controls |= 1 << ScsiPowerSettingNotification;
    mini_boot();
    mini_run(SIM_MS);
    ck_assert_str_eq(mini.said, _i ? "7=0 8=0 " : "");
    mini_call(0, name_late, NULL);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("power");
    Suite *s = suite_create("storport power");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, sleep_and_wake_by_power_srbs);
    tcase_add_test(tc, adapter_power_takes_the_place_of_srb_and_stop);
    tcase_add_test(tc, adapter_power_can_be_serialised_with_start_io);
    tcase_add_test(tc, unit_power_takes_the_place_of_the_units_srb);
    tcase_add_test(tc, an_extended_srb_carries_the_same);
    tcase_add_test(tc, requests_wait_while_it_sleeps);
    tcase_add_test(tc, shutdown_ends_with_the_device_off_for_good);
    tcase_add_loop_test(tc, shutdown_without_a_cache_sends_no_shutdown_unless_told, 0, 2);
    tcase_add_test(tc, a_device_pulled_out_in_its_sleep_is_gone_when_it_wakes);
    tcase_add_test(tc, a_flush_that_comes_back_busy_is_sent_again);
    tcase_add_loop_test(tc, power_settings_that_were_named_are_told, 0, 2);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
