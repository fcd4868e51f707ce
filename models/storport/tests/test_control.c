/* models/storport/tests/test_control.c - the lists of supported control types, and parameters that
 * are the miniport's for the length of a call.
 */
// links: models/storport/tests/mini.c
// covers: models/storport/unit.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

static HW_ADAPTER_CONTROL *answer_query;

static SCSI_ADAPTER_CONTROL_STATUS SIM_API adapter_control(PVOID devext,
                                                           SCSI_ADAPTER_CONTROL_TYPE type,
                                                           PVOID parameters)
{
    return answer_query(devext, type, parameters);
}

static ULONG SIM_API swap_control(PVOID devext, PVOID context, PVOID bus, PCHAR argument,
                                  PPORT_CONFIGURATION_INFORMATION info, PBOOLEAN reserved)
{
    (void)devext;
    (void)context;
    (void)bus;
    (void)argument;
    (void)info;
    (void)reserved;
    mini.port->hw.HwAdapterControl = adapter_control;
    return SP_RETURN_FOUND;
}

static void *kept_list;

static SCSI_ADAPTER_CONTROL_STATUS SIM_API mark(PVOID list_of, uint32_t entry)
{
    SCSI_SUPPORTED_CONTROL_TYPE_LIST *list = list_of;

    mini_write1(&list->SupportedTypeList[entry]);
    list->SupportedTypeList[entry] = TRUE;
    return ScsiAdapterControlSuccess;
}

static SCSI_ADAPTER_CONTROL_STATUS SIM_API up_to_the_end(PVOID devext,
                                                         SCSI_ADAPTER_CONTROL_TYPE type,
                                                         PVOID parameters)
{
    SCSI_SUPPORTED_CONTROL_TYPE_LIST *list = parameters;

    (void)devext;
    kept_list = parameters;
    if (type != ScsiQuerySupportedControlTypes)
        return ScsiAdapterControlUnsuccessful;
    mini_say("irql %u, at least %d types ", nt_irql(mini.nt),
             list->MaxControlType >= ScsiAdapterControlMax);
    for (uint32_t i = 0; i < list->MaxControlType; i++)
        mark(list, i);
    return ScsiAdapterControlSuccess;
}

START_TEST(a_list_filled_up_to_its_end_is_taken)
{
    answer_query = up_to_the_end;
    mini.find = swap_control;
    mini_boot();
    ck_assert_str_eq(mini.said, "irql 0, at least 1 types ");
    ck_assert(sp__controls(mini.port, ScsiAdapterSurpriseRemoval));
}
END_TEST

static SCSI_ADAPTER_CONTROL_STATUS SIM_API beyond_the_end(PVOID devext,
                                                          SCSI_ADAPTER_CONTROL_TYPE type,
                                                          PVOID parameters)
{
    const SCSI_SUPPORTED_CONTROL_TYPE_LIST *list = parameters;

    (void)devext;
    (void)type;
    return mark(parameters, list->MaxControlType);
}

START_TEST(an_entry_beyond_max_control_type_is_a_finding)
{
    answer_query = beyond_the_end;
    mini.find = swap_control;
    mini_finding(SIM_RULE_USE_AFTER_FREE);
}
END_TEST

static SCSI_ADAPTER_CONTROL_STATUS SIM_API refuse(PVOID devext, SCSI_ADAPTER_CONTROL_TYPE type,
                                                  PVOID parameters)
{
    (void)devext;
    (void)type;
    (void)parameters;
    return ScsiAdapterControlUnsuccessful;
}

START_TEST(a_query_that_fails_ends_the_start)
{
    answer_query = refuse;
    mini.find = swap_control;
    ck_assert_ptr_nonnull(
        strstr(mini_finding(SIM_RULE_START_FAILED), "ScsiQuerySupportedControlTypes"));
}
END_TEST

START_TEST(stop_and_restart_are_mandatory)
{
    mini.controls = 1 << ScsiStopAdapter;
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_STORPORT_USAGE), "ScsiRestartAdapter"));
}
END_TEST

static void touch_list(void *ctx)
{
    mini_write1(ctx);
}

START_TEST(parameters_are_out_of_reach_after_the_call)
{
    answer_query = up_to_the_end;
    mini.find = swap_control;
    mini_boot();
    mini_queue_call(0, touch_list, kept_list);
    mini_finding(SIM_RULE_USE_AFTER_FREE);
}
END_TEST

/* --- units ----------------------------------------------------------------------------------- */

static SCSI_UNIT_CONTROL_STATUS SIM_API unit_control(PVOID devext, SCSI_UNIT_CONTROL_TYPE type,
                                                     PVOID parameters)
{
    const STOR_ADDR_BTL8 *address = parameters;

    (void)devext;
    mini_say("unit%d@%u:%d/%d/%d ", type, nt_irql(mini.nt), address->Path, address->Target,
             address->Lun);
    ck_assert_uint_eq(address->Type, STOR_ADDRESS_TYPE_BTL8);
    return ScsiUnitControlSuccess;
}

static void special(PVOID devext, SCSI_REQUEST_BLOCK *srb)
{
    (void)devext;
    mini_say("pnp%x ", ((const SCSI_PNP_REQUEST_BLOCK *)(const void *)srb)->PnPAction);
    mini_complete_here(srb, SRB_STATUS_SUCCESS);
}

START_TEST(unit_control_takes_the_place_of_the_units_srbs)
{
    mini.unit_control = unit_control;
    mini.unit_controls = 1 << ScsiUnitStart | 1 << ScsiUnitRemove | 1 << ScsiUnitSurpriseRemoval;
    mini.special = special;
    mini.luns = 2;
    mini_boot();
    ck_assert_str_eq(mini.said, "pnp9 unit2@0:0/0/0 pnp9 unit2@0:0/0/1 ");
    mini.said[0] = 0;
    mini_task(SP_TASK_SURPRISE_REMOVE, SIM_S);
    ck_assert_str_eq(mini.said, "pnp17 unit10@0:0/0/0 unit10@0:0/0/1 unit9@0:0/0/0 "
                                "unit9@0:0/0/1 pnp2 ");
}
END_TEST

static void no_device(PVOID devext, SCSI_REQUEST_BLOCK *srb)
{
    (void)devext;
    mini_complete_here(srb, SRB_STATUS_NO_DEVICE);
}

START_TEST(a_unit_that_cannot_be_started_fails_the_start)
{
    mini.special = no_device;
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_START_FAILED), "LUN 0"));
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("control");
    Suite *s = suite_create("storport control");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, a_list_filled_up_to_its_end_is_taken);
    tcase_add_test(tc, an_entry_beyond_max_control_type_is_a_finding);
    tcase_add_test(tc, a_query_that_fails_ends_the_start);
    tcase_add_test(tc, stop_and_restart_are_mandatory);
    tcase_add_test(tc, parameters_are_out_of_reach_after_the_call);
    tcase_add_test(tc, unit_control_takes_the_place_of_the_units_srbs);
    tcase_add_test(tc, a_unit_that_cannot_be_started_fails_the_start);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
