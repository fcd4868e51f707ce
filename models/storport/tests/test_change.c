/* models/storport/tests/test_change.c - bus changes, state changes and their callback, link down.
 */
// links: models/storport/tests/mini.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

static STOR_ADDR_BTL8 address = {.Type = STOR_ADDRESS_TYPE_BTL8,
                                 .AddressLength = STOR_ADDR_BTL8_ADDRESS_LENGTH};
static ULONG status;

static void notify(void *ctx)
{
    StorPortNotification(BusChangeDetected, mini.devext, (UCHAR)0);
    (void)ctx;
}

START_TEST(a_bus_change_finds_new_units)
{
    mini_boot();
    ck_assert(!mini.port->lun[1].present);
    mini.luns = 2;
    mini_call(1, notify, NULL);
    mini_run(20 * SIM_MS);
    ck_assert(mini.port->lun[1].present);
    mini_submit(0, 0, 1);
    ck_assert_uint_eq(mini.kept_count, 1);
}
END_TEST

static void SIM_API state_changed(PVOID devext, PVOID context, SHORT type, PVOID where,
                                  ULONG result)
{
    ck_assert_ptr_eq(devext, mini.devext);
    ck_assert_ptr_eq(where, &address);
    ck_assert_int_eq(type, STOR_ADDRESS_TYPE_BTL8);
    ck_assert_uint_eq(result, 0);
    ck_assert(nt_lock_held_here(mini.nt, &mini.port->startio_lock));
    ck_assert_uint_eq(nt_irql(mini.nt),
                      mini.model == StorSynchronizeHalfDuplex ? SP_DIRQL : NT_DISPATCH);
    ck_assert(mini.port->lun[1].present);
    mini_say("%s ", (const char *)context);
}

static void change(void *ctx)
{
    static char text[] = "changed";

    status = StorPortStateChangeDetected(mini.devext, (ULONG)(uintptr_t)ctx,
                                         (PSTOR_ADDRESS)(void *)&address, 0, state_changed, text);
}

START_TEST(a_state_change_is_processed_and_then_called_back)
{
    mini.model = _i ? StorSynchronizeHalfDuplex : StorSynchronizeFullDuplex;
    mini_boot();
    mini.luns = 2;
    mini_call(1, change, (void *)STATE_CHANGE_LUN);
    ck_assert_uint_eq(status, STOR_STATUS_SUCCESS);
    mini_run(20 * SIM_MS);
    ck_assert_str_eq(mini.said, "changed ");
    mini_call(1, change, (void *)STATE_CHANGE_BUS);
    ck_assert_uint_eq(status, STOR_STATUS_SUCCESS);
    mini_run(20 * SIM_MS);
    ck_assert_str_eq(mini.said, "changed changed ");
}
END_TEST

static void change_twice(void *ctx)
{
    uint8_t irql = nt_raise_irql(mini.nt, SP_DIRQL); /* any IRQL */

    change(ctx);
    ck_assert_uint_eq(status, STOR_STATUS_SUCCESS);
    change(ctx);
    ck_assert_uint_eq(status, STOR_STATUS_UNSUCCESSFUL);
    nt_lower_irql(mini.nt, irql);
}

START_TEST(there_is_one_state_change_at_a_time)
{
    mini_boot();
    mini.luns = 2;
    mini_call(1, change_twice, (void *)STATE_CHANGE_TARGET);
    mini_run(20 * SIM_MS);
    ck_assert_str_eq(mini.said, "changed ");
}
END_TEST

START_TEST(a_state_change_of_nothing_is_refused)
{
    mini_boot();
    mini_call(1, change, (void *)0);
    ck_assert_uint_eq(status, STOR_STATUS_INVALID_PARAMETER);
    mini_call(1, change, (void *)8);
    ck_assert_uint_eq(status, STOR_STATUS_INVALID_PARAMETER);
}
END_TEST

static void link_down(void *ctx)
{
    (void)ctx;
    StorPortNotification(LinkDown, mini.devext);
}

START_TEST(a_link_that_stays_down_ends_as_the_scenario_says)
{
    mini.config.silent[SP_SILENT_LINK_EXPIRY] = (uint8_t)_i;
    mini_boot();
    mini_call(0, link_down, NULL);
    mini_submit(0, 0, 0);
    mini.luns = 2;
    mini_run(31 * SIM_S);
    ck_assert_uint_eq(mini.kept_count, _i == SP_LINK_EXPIRY_FAILS ? 0 : 1);
    ck_assert_uint_eq(mini.done_count, _i == SP_LINK_EXPIRY_FAILS ? 1 : 0);
    ck_assert_uint_eq(mini.port->lun[1].present, _i == SP_LINK_EXPIRY_RESCAN);
    if (_i == SP_LINK_EXPIRY_FAILS)
        ck_assert_uint_eq(mini.request[0].srb_status, SRB_STATUS_LINK_DOWN);
}
END_TEST

START_TEST(a_link_that_is_down_stops_the_lun_timer)
{
    mini_boot();
    mini_submit(0, 0, 0);
    mini_call(0, link_down, NULL);
    mini_run(25 * SIM_S);
    ck_assert_uint_eq(mini_events(SIM_EV_LUN_TIMEOUT), 0);
    mini_run(20 * SIM_S);
    ck_assert_uint_eq(mini_events(SIM_EV_LUN_TIMEOUT), 1);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("change");
    Suite *s = suite_create("storport change");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, a_bus_change_finds_new_units);
    tcase_add_loop_test(tc, a_state_change_is_processed_and_then_called_back, 0, 2);
    tcase_add_test(tc, there_is_one_state_change_at_a_time);
    tcase_add_test(tc, a_state_change_of_nothing_is_refused);
    tcase_add_loop_test(tc, a_link_that_stays_down_ends_as_the_scenario_says, 0, 3);
    tcase_add_test(tc, a_link_that_is_down_stops_the_lun_timer);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
