/* models/storport/tests/test_driver_object.c - what is in a DRIVER_OBJECT, DriverUnload behind a
 * removal, and a finding for who calls Storport's dispatch routines. */
// links: models/storport/tests/mini.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

static PDRIVER_OBJECT object;
static PDRIVER_UNLOAD storports;

static VOID SIM_API unload(PDRIVER_OBJECT driver)
{
    ck_assert_ptr_eq(driver, object);
    ck_assert_uint_eq(nt_irql(mini.nt), NT_PASSIVE);
    mini_say("unload ");
    storports(driver);
}

static NTSTATUS SIM_API entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    NTSTATUS status;

    object = driver;
    ck_assert_int_eq(driver->Type, 4);
    ck_assert_int_eq(driver->Size, sizeof *driver);
    ck_assert_ptr_eq(driver->DriverExtension->DriverObject, driver);
    ck_assert(!driver->DriverUnload);
    status = mini_driver_entry(driver, path);
    storports = driver->DriverUnload;
    ck_assert(storports && driver->DriverExtension->AddDevice);
    for (uint32_t i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++)
        ck_assert(driver->MajorFunction[i]);
    return status;
}

static NTSTATUS SIM_API entry_with_unload(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    NTSTATUS status = entry(driver, path);

    driver->DriverUnload = unload;
    return status;
}

START_TEST(unload_comes_once_behind_the_removal)
{
    mini.config.driver_entry = _i ? entry_with_unload : entry;
    mini_boot();
    mini.said[0] = 0;
    ck_assert_int_eq(mini_task(SP_TASK_REMOVE, SIM_S), 'g');
    ck_assert_int_eq(strstr(mini.said, "unload ") != NULL, _i);
    ck_assert_uint_eq(mini_event(SIM_EV_ADAPTER_STATE)->arg[0], SP_IS_REMOVED);
}
END_TEST

static void call_storports(void *ctx)
{
    if (ctx)
        object->MajorFunction[IRP_MJ_PNP](NULL, NULL);
    else
        object->DriverExtension->AddDevice(object, NULL);
}

START_TEST(there_are_no_irps)
{
    mini.config.driver_entry = entry;
    mini_boot();
    mini_queue_call(0, call_storports, _i ? mini.devext : NULL);
    ck_assert_str_eq(mini_finding(SIM_RULE_NOT_MODELLED),
                     _i ? "the driver called Storport's dispatch routine: storsim has no IRPs"
                        : "the driver called Storport's AddDevice: storsim has no IRPs");
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("driver object");
    Suite *s = suite_create("storport driver object");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_loop_test(tc, unload_comes_once_behind_the_removal, 0, 2);
    tcase_add_loop_test(tc, there_are_no_irps, 0, 2);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
