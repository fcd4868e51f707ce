/* models/storport/tests/test_pnp.c - stop, restart, removal: what the miniport is told when, and
 * what becomes of requests.
 */
// links: models/storport/tests/mini.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

#define CHOOSE(point, word) (mini.config.silent[SP_SILENT_##point] = SP_##point##_##word)

static SCSI_ADAPTER_CONTROL_STATUS SIM_API control(PVOID devext, SCSI_ADAPTER_CONTROL_TYPE type,
                                                   PVOID parameters)
{
    (void)devext;
    (void)parameters;
    mini_say("control%d@%u%s%s ", type, nt_irql(mini.nt),
             nt_lock_held_here(mini.nt, &mini.port->message[0].lock) ? "+lock" : "",
             mini.port->outstanding ? "!" : "");
    return ScsiAdapterControlSuccess;
}

static void special(PVOID devext, SCSI_REQUEST_BLOCK *srb)
{
    const SCSI_PNP_REQUEST_BLOCK *pnp = (const void *)srb;

    (void)devext;
    if (mini_function(srb) == SRB_FUNCTION_PNP)
        mini_say("pnp%x%s ", pnp->PnPAction,
                 pnp->SrbPnPFlags & SRB_PNP_FLAGS_ADAPTER_REQUEST ? "a" : "");
    else
        mini_say("function%02x ", srb->Function);
    mini_complete_here(srb, SRB_STATUS_SUCCESS);
}

static void boot(void)
{
    mini.control = control;
    mini.special = special;
    mini_boot();
    mini.said[0] = 0;
}

START_TEST(a_started_unit_was_asked_for_its_capabilities_and_started)
{
    mini.special = special;
    mini.luns = 2;
    mini_boot();
    ck_assert_str_eq(mini.said, "pnp9 pnp0 pnp9 pnp0 ");
    ck_assert_int_eq(sp_state(mini.port), SP_IS_STARTED);
}
END_TEST

/* --- stop and restart ------------------------------------------------------------------------ */

START_TEST(stop_comes_with_the_interrupt_lock_and_restart_after_it)
{
    boot();
    ck_assert_int_eq(mini_task(SP_TASK_STOP, SIM_MS), 'g');
    ck_assert_str_eq(mini.said, "pnp4a control1@8+lock ");
    ck_assert_int_eq(sp_state(mini.port), SP_IS_STOPPED);
    ck_assert_int_eq(mini_task(SP_TASK_RESTART, SIM_MS), 'g');
    ck_assert_str_eq(mini.said, "pnp4a control1@8+lock control2@8+lock ");
    ck_assert_int_eq(sp_state(mini.port), SP_IS_STARTED);
}
END_TEST

START_TEST(stop_and_restart_can_be_at_passive_without_a_lock)
{
    CHOOSE(STOP_CONTEXT, PASSIVE);
    boot();
    mini_task(SP_TASK_STOP, SIM_MS);
    mini_task(SP_TASK_RESTART, SIM_MS);
    ck_assert_str_eq(mini.said, "pnp4a control1@0 control2@0 ");
}
END_TEST

START_TEST(a_miniport_with_a_cache_is_flushed_first)
{
    mini.caches = true;
    mini.luns = 2;
    boot();
    mini_task(SP_TASK_STOP, SIM_MS);
    ck_assert_str_eq(mini.said, "function08 function08 pnp4a control1@8+lock ");
}
END_TEST

START_TEST(stop_waits_for_what_the_miniport_has_and_leaves_queues_alone)
{
    boot();
    mini_submit(0, 0, 0);
    ck_assert_int_eq(mini_task(SP_TASK_STOP, SIM_MS), '-');
    mini_submit(1, 1, 0);
    ck_assert_uint_eq(mini.kept_count, 1);
    ck_assert_str_eq(mini.said, "");
    mini_complete(0, 0, SRB_STATUS_SUCCESS);
    mini_run(SIM_MS);
    ck_assert_str_eq(mini.said, "pnp4a control1@8+lock ");
    ck_assert_uint_eq(mini.done_count, 1);
    ck_assert_uint_eq(sp_queued(mini.port), 1);
    mini_task(SP_TASK_RESTART, SIM_MS);
    ck_assert_uint_eq(mini.kept_count, 1); /* the other one */
    ck_assert_uint_eq(sp_queued(mini.port), 0);
}
END_TEST

START_TEST(a_reset_may_come_while_a_stop_waits)
{
    boot();
    mini_submit(0, 0, 0);
    ck_assert_int_eq(mini_task(SP_TASK_STOP, SIM_MS), '-');
    sp_request_bus_reset(mini.port);
    mini_run(SIM_MS);
    ck_assert_uint_eq(mini.resets, 1);
    ck_assert_str_eq(mini.said, "pnp4a control1@8+lock ");
    ck_assert_uint_eq(mini.request[0].srb_status, SRB_STATUS_BUS_RESET);
    sp_request_bus_reset(mini.port); /* nobody is there any more */
    mini_run(SIM_MS);
    ck_assert_uint_eq(mini.resets, 1);
}
END_TEST

static BOOLEAN SIM_API message(PVOID devext, ULONG number)
{
    (void)devext;
    mini_say("message%u ", number);
    return TRUE;
}

START_TEST(a_stopped_adapter_takes_no_interrupt)
{
    mini.message = message;
    boot();
    mini_task(SP_TASK_STOP, SIM_MS);
    mini.said[0] = 0;
    nt_interrupt_request(mini.nt, &mini.port->message[0].interrupt, 0);
    mini_run(SIM_MS);
    ck_assert_str_eq(mini.said, "");
    mini_task(SP_TASK_RESTART, SIM_MS);
    nt_interrupt_request(mini.nt, &mini.port->message[0].interrupt, 0);
    mini_run(SIM_MS);
    ck_assert_str_eq(mini.said, "control2@8+lock message0 ");
}
END_TEST

static VOID SIM_API timer(PVOID devext)
{
    (void)devext;
}

static void arm_timer(void *ctx)
{
    (void)ctx;
    StorPortNotification(RequestTimerCall, mini.devext, timer, 5000000);
}

START_TEST(a_timer_left_armed_behind_a_stop_is_a_finding)
{
    static struct sp_task stop = {.kind = SP_TASK_STOP};

    mini_boot();
    mini_call(0, arm_timer, NULL);
    sp_ask(mini.port, &stop);
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_STORPORT_USAGE), "adapter timer is armed"));
}
END_TEST

static SCSI_ADAPTER_CONTROL_STATUS SIM_API fail_restart(PVOID devext,
                                                        SCSI_ADAPTER_CONTROL_TYPE type,
                                                        PVOID parameters)
{
    (void)devext;
    (void)parameters;
    return type == ScsiRestartAdapter ? ScsiAdapterControlUnsuccessful : ScsiAdapterControlSuccess;
}

START_TEST(a_restart_that_fails_is_a_finding)
{
    static struct sp_task stop = {.kind = SP_TASK_STOP}, restart = {.kind = SP_TASK_RESTART};

    mini.control = fail_restart;
    mini_boot();
    sp_ask(mini.port, &stop);
    sp_ask(mini.port, &restart);
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_START_FAILED), "again"));
}
END_TEST

START_TEST(a_failed_restart_gives_waiting_requests_back)
{
    mini.control = fail_restart;
    mini.sim_config.severity[SIM_RULE_START_FAILED] = SIM_SEVERITY_OFF;
    mini_boot();
    mini_task(SP_TASK_STOP, SIM_MS);
    mini_submit(0, 0, 0);
    ck_assert_int_eq(mini_task(SP_TASK_RESTART, SIM_MS), 'b');
    ck_assert_int_eq(sp_state(mini.port), SP_IS_FAILED);
    ck_assert_uint_eq(mini.done_count, 1);
    ck_assert_uint_eq(mini.request[0].srb_status, SRB_STATUS_NO_DEVICE);
}
END_TEST

START_TEST(what_is_asked_for_in_a_wrong_state_does_nothing)
{
    boot();
    ck_assert_int_eq(mini_task(SP_TASK_RESTART, SIM_MS), 'b');
    ck_assert_int_eq(mini_task(SP_TASK_WAKE, SIM_MS), 'b');
    mini_task(SP_TASK_STOP, SIM_MS);
    ck_assert_int_eq(mini_task(SP_TASK_STOP, SIM_MS), 'b');
    ck_assert_int_eq(mini_task(SP_TASK_SLEEP, SIM_MS), 'b');
    ck_assert_int_eq(mini_task(SP_TASK_RESCAN, SIM_MS), 'b');
    ck_assert_str_eq(mini.said, "pnp4a control1@8+lock ");
    ck_assert(!sp_changing(mini.port));
}
END_TEST

static ULONG SIM_API find_again(PVOID devext, PVOID context, PVOID bus, PCHAR argument,
                                PPORT_CONFIGURATION_INFORMATION info, PBOOLEAN reserved)
{
    (void)devext;
    (void)context;
    (void)bus;
    (void)argument;
    (void)info;
    (void)reserved;
    mini_say("find@%u ", nt_irql(mini.nt));
    return SP_RETURN_FOUND;
}

START_TEST(without_restart_the_adapter_can_be_found_again_at_dispatch)
{
    CHOOSE(NO_RESTART, FOUND);
    mini.controls = 1 << ScsiStopAdapter;
    mini.sim_config.severity[SIM_RULE_STORPORT_USAGE] = SIM_SEVERITY_OFF;
    mini.find = find_again;
    boot();
    mini_task(SP_TASK_STOP, SIM_MS);
    ck_assert_int_eq(mini_task(SP_TASK_RESTART, SIM_MS), 'g');
    ck_assert_str_eq(mini.said, "pnp4a control1@8+lock find@2 ");
}
END_TEST

/* --- removal --------------------------------------------------------------------------------- */

START_TEST(an_orderly_removal_carries_out_what_waits_first)
{
    mini.caches = true;
    boot();
    mini.port->lun[0].depth = 1;
    mini_submit(0, 0, 0);
    mini_submit(0, 1, 0);
    ck_assert_int_eq(mini_task(SP_TASK_REMOVE, SIM_MS), '-');
    mini_submit(0, 2, 0);
    ck_assert_uint_eq(mini.done_count, 1);
    ck_assert_uint_eq(mini.request[2].srb_status, SRB_STATUS_NO_DEVICE);
    mini_complete(0, 0, SRB_STATUS_SUCCESS);
    mini_complete(0, 0, SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.done_count, 3);
    mini_run(SIM_S);
    ck_assert_str_eq(mini.said, "function08 pnp2 pnp2a control1@8+lock ");
    ck_assert_int_eq(sp_state(mini.port), SP_IS_REMOVED);
    ck_assert_int_eq(mini_task(SP_TASK_REMOVE, SIM_MS), 'b');
}
END_TEST

static void touch_extension(void *ctx)
{
    mini_read4(ctx);
}

START_TEST(after_a_removal_the_memory_of_the_miniport_is_gone)
{
    boot();
    mini_task(SP_TASK_REMOVE, SIM_S);
    mini_queue_call(0, touch_extension, mini.devext);
    ck_assert_ptr_nonnull(
        strstr(mini_finding(SIM_RULE_USE_AFTER_FREE), "memory that it gave back"));
}
END_TEST

START_TEST(a_surprise_removal_waits_for_what_the_miniport_has)
{
    boot();
    mini.register_value = 7;
    mini.port->lun[0].depth = 1;
    mini_submit(0, 0, 0);
    mini_submit(0, 1, 0);
    ck_assert_int_eq(mini_task(SP_TASK_SURPRISE_REMOVE, SIM_MS), '-');
    ck_assert_int_eq(mini.power, SP_POWER_GONE);
    ck_assert_uint_eq(mini.done_count, 0); /* nobody knows yet */
    mini_run(20 * SIM_MS);
    ck_assert_uint_eq(mini.done_count, 1); /* the one that waited */
    ck_assert_uint_eq(mini.done_order[0], 1);
    ck_assert_uint_eq(mini.request[1].srb_status, SRB_STATUS_NO_DEVICE);
    ck_assert_str_eq(mini.said, "pnp17a pnp17 ");
    mini_complete(0, 0, SRB_STATUS_NO_DEVICE);
    mini_run(SIM_S);
    ck_assert_str_eq(mini.said, "pnp17a pnp17 pnp2 pnp2a control1@8+lock ");
    ck_assert_int_eq(sp_state(mini.port), SP_IS_REMOVED);
    mini_submit(0, 2, 0);
    ck_assert_uint_eq(mini.request[2].srb_status, SRB_STATUS_NO_DEVICE);
}
END_TEST

START_TEST(a_surprise_removal_is_told_by_a_control_call_where_there_is_one)
{
    mini.controls |= 1 << ScsiAdapterSurpriseRemoval;
    boot();
    mini_task(SP_TASK_SURPRISE_REMOVE, SIM_S);
    ck_assert_str_eq(mini.said, "control16@0 pnp17 pnp2 pnp2a control1@8+lock ");
}
END_TEST

static void read_register(void *ctx)
{
    *(ULONG *)ctx = StorPortReadRegisterUlong(mini.devext, (PULONG)SP_BAR_BASE);
    StorPortWriteRegisterUlong(mini.devext, (PULONG)SP_BAR_BASE, 99);
}

START_TEST(registers_of_a_device_that_is_gone_read_all_ones)
{
    static struct sp_task removal = {.kind = SP_TASK_SURPRISE_REMOVE};
    ULONG value = 0;

    boot();
    mini.register_value = 7;
    mini_call(0, read_register, &value);
    ck_assert_uint_eq(value, 7);
    ck_assert_uint_eq(mini.register_value, 99);
    sp_ask(mini.port, &removal);
    mini.register_value = 7;
    mini_call(0, read_register, &value);
    ck_assert_uint_eq(value, 0xFFFFFFFF);
    ck_assert_uint_eq(mini.register_value, 7);
}
END_TEST

START_TEST(a_surprise_removal_during_recovery_lets_the_tiers_end)
{
    mini.answer_functions = SRB_STATUS_INVALID_REQUEST;
    boot();
    mini_submit(0, 0, 0);
    mini_run(9 * SIM_S);
    /* Its unit's SRB set the timer anew (4.1). */
    ck_assert_int_eq(mini_task(SP_TASK_SURPRISE_REMOVE, 15 * SIM_S), 'g');
    ck_assert_uint_eq(mini.resets, 1);
    ck_assert_uint_eq(mini.request[0].srb_status, SRB_STATUS_BUS_RESET);
    ck_assert_int_eq(sp_state(mini.port), SP_IS_REMOVED);
}
END_TEST

START_TEST(a_stopped_adapter_is_removed_without_another_word)
{
    boot();
    mini_task(SP_TASK_STOP, SIM_MS);
    mini_submit(0, 0, 0);
    mini.said[0] = 0;
    ck_assert_int_eq(mini_task(SP_TASK_REMOVE, SIM_MS), 'g');
    ck_assert_str_eq(mini.said, "");
    ck_assert_uint_eq(mini.request[0].srb_status, SRB_STATUS_NO_DEVICE);
}
END_TEST

static VOID SIM_API dpc_routine(PSTOR_DPC dpc, PVOID devext, PVOID one, PVOID two)
{
    (void)dpc;
    (void)devext;
    (void)one;
    (void)two;
    mini_say("dpc ");
    nt_stall(mini.nt, SIM_MS);
    mini_say("over ");
}

static void issue_dpc(void *ctx)
{
    STOR_DPC *dpc = ctx;

    StorPortInitializeDpc(mini.devext, dpc, dpc_routine);
    StorPortIssueDpc(mini.devext, dpc, NULL, NULL);
}

static SCSI_ADAPTER_CONTROL_STATUS SIM_API stop_with_dpc(PVOID devext,
                                                         SCSI_ADAPTER_CONTROL_TYPE type,
                                                         PVOID parameters)
{
    static STOR_DPC dpc;

    (void)devext;
    (void)parameters;
    if (type == ScsiStopAdapter)
        issue_dpc(&dpc);
    return ScsiAdapterControlSuccess;
}

START_TEST(a_dpc_that_still_runs_is_waited_for)
{
    mini.control = stop_with_dpc;
    mini_boot();
    ck_assert_int_eq(mini_task(SP_TASK_REMOVE, SIM_S), 'g');
    ck_assert_ptr_nonnull(strstr(mini.said, "dpc over "));
}
END_TEST

static bool attach(void *ctx, struct sp_port *port, uint32_t lun)
{
    (void)ctx;
    (void)port;
    mini_say("attach%u ", lun);
    return true;
}

static void detach(void *ctx, struct sp_port *port, uint32_t lun)
{
    (void)ctx;
    (void)port;
    mini_say("detach%u ", lun);
}

START_TEST(the_class_driver_is_told_before_the_miniport)
{
    mini.class_driver = (struct sp_class){.attach = attach, .detach = detach};
    boot();
    mini_task(SP_TASK_REMOVE, SIM_S);
    ck_assert_str_eq(mini.said, "detach0 pnp2 pnp2a control1@8+lock ");
}
END_TEST

/* --- rescan ---------------------------------------------------------------------------------- */

START_TEST(a_rescan_attaches_what_came_and_removes_what_went)
{
    mini.class_driver = (struct sp_class){.attach = attach, .detach = detach};
    mini.luns = 2;
    mini.controls |= 1 << ScsiAdapterPrepareForBusReScan;
    boot();
    mini.luns = 3;
    ck_assert_int_eq(mini_task(SP_TASK_RESCAN, SIM_MS), 'g');
    ck_assert_str_eq(mini.said, "control11@0 pnp9 pnp0 attach2 ");
    mini.said[0] = 0;
    mini.luns = 1;
    mini_submit(0, 0, 1);
    ck_assert_int_eq(mini_task(SP_TASK_RESCAN, SIM_MS), '-'); /* LUN 1 still has a request out */
    mini_submit(0, 1, 1);
    ck_assert_uint_eq(mini.request[1].srb_status, SRB_STATUS_NO_DEVICE);
    mini_complete(0, 0, SRB_STATUS_NO_DEVICE);
    mini_run(10 * SIM_MS);
    ck_assert_str_eq(mini.said, "control11@0! detach1 pnp17 pnp2 detach2 pnp17 pnp2 ");
    mini_submit(0, 2, 2);
    ck_assert_uint_eq(mini.request[2].srb_status, SRB_STATUS_NO_DEVICE);
    mini_submit(0, 3, 0);
    ck_assert_uint_eq(mini.kept_count, 1); /* LUN 0 goes on */
    mini.luns = 2;
    mini.said[0] = 0;
    mini_task(SP_TASK_RESCAN, SIM_MS);
    ck_assert_str_eq(mini.said, "control11@0! pnp9 pnp0 attach1 ");
    mini_submit(0, 4, 1);
    ck_assert_uint_eq(mini.kept_count, 2);
}
END_TEST

static void bus_changed(void *ctx)
{
    (void)ctx;
    StorPortNotification(BusChangeDetected, mini.devext, 0);
    StorPortNotification(BusChangeDetected, mini.devext, 0);
}

START_TEST(a_miniport_that_sees_the_bus_change_gets_one_rescan)
{
    mini.class_driver = (struct sp_class){.attach = attach, .detach = detach};
    boot();
    mini.luns = 2;
    mini_call(0, bus_changed, NULL);
    mini_run(SIM_MS);
    ck_assert_str_eq(mini.said, "pnp9 pnp0 attach1 ");
    ck_assert_uint_eq(mini_events(SIM_EV_TASK), 2); /* asked for, done */
}
END_TEST

static SCSI_ADAPTER_CONTROL_STATUS SIM_API read_config(PVOID devext, SCSI_ADAPTER_CONTROL_TYPE type,
                                                       PVOID parameters)
{
    static UCHAR config[64];

    (void)parameters;
    if (type == (SCSI_ADAPTER_CONTROL_TYPE)mini.register_value)
        mini_say("%u", StorPortGetBusData(devext, PCIConfiguration, 0, 0, config, 64));
    return ScsiAdapterControlSuccess;
}

START_TEST(configuration_space_is_there_for_set_running_config)
{
    mini.controls |= 1 << ScsiSetRunningConfig;
    mini.control = read_config;
    mini.register_value = ScsiSetRunningConfig;
    mini_boot();
    mini_task(SP_TASK_STOP, SIM_MS);
    mini_task(SP_TASK_RESTART, SIM_MS);
    ck_assert_str_eq(mini.said, "64");
}
END_TEST

START_TEST(configuration_space_is_not_there_for_restart)
{
    static struct sp_task stop = {.kind = SP_TASK_STOP}, restart = {.kind = SP_TASK_RESTART};

    mini.control = read_config;
    mini.register_value = ScsiRestartAdapter;
    mini_boot();
    sp_ask(mini.port, &stop);
    sp_ask(mini.port, &restart);
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_STORPORT_USAGE), "StorPortGetBusData"));
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("pnp");
    Suite *s = suite_create("storport pnp");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, a_started_unit_was_asked_for_its_capabilities_and_started);
    tcase_add_test(tc, stop_comes_with_the_interrupt_lock_and_restart_after_it);
    tcase_add_test(tc, stop_and_restart_can_be_at_passive_without_a_lock);
    tcase_add_test(tc, a_miniport_with_a_cache_is_flushed_first);
    tcase_add_test(tc, stop_waits_for_what_the_miniport_has_and_leaves_queues_alone);
    tcase_add_test(tc, a_reset_may_come_while_a_stop_waits);
    tcase_add_test(tc, a_stopped_adapter_takes_no_interrupt);
    tcase_add_test(tc, a_timer_left_armed_behind_a_stop_is_a_finding);
    tcase_add_test(tc, a_restart_that_fails_is_a_finding);
    tcase_add_test(tc, a_failed_restart_gives_waiting_requests_back);
    tcase_add_test(tc, what_is_asked_for_in_a_wrong_state_does_nothing);
    tcase_add_test(tc, without_restart_the_adapter_can_be_found_again_at_dispatch);
    tcase_add_test(tc, an_orderly_removal_carries_out_what_waits_first);
    tcase_add_test(tc, after_a_removal_the_memory_of_the_miniport_is_gone);
    tcase_add_test(tc, a_surprise_removal_waits_for_what_the_miniport_has);
    tcase_add_test(tc, a_surprise_removal_is_told_by_a_control_call_where_there_is_one);
    tcase_add_test(tc, registers_of_a_device_that_is_gone_read_all_ones);
    tcase_add_test(tc, a_surprise_removal_during_recovery_lets_the_tiers_end);
    tcase_add_test(tc, a_stopped_adapter_is_removed_without_another_word);
    tcase_add_test(tc, a_dpc_that_still_runs_is_waited_for);
    tcase_add_test(tc, the_class_driver_is_told_before_the_miniport);
    tcase_add_test(tc, a_rescan_attaches_what_came_and_removes_what_went);
    tcase_add_test(tc, a_miniport_that_sees_the_bus_change_gets_one_rescan);
    tcase_add_test(tc, configuration_space_is_there_for_set_running_config);
    tcase_add_test(tc, configuration_space_is_not_there_for_restart);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
