/* models/storport/tests/test_silent_time.c - silent points of interrupts, DPCs, timers, locks and
 * time-outs (chapters 8.1, 8.2, 8.4): the candidates that are not the default.
 */
// links: models/storport/tests/mini.c
// covers: models/storport/interrupt.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

#define CHOOSE(point, word) (mini.config.silent[SP_SILENT_##point] = SP_##point##_##word)

/* --- timers ----------------------------------------------------------------------------------- */

static sim_ns armed_at, fired_at;

static void SIM_API adapter_timer(PVOID devext)
{
    (void)devext;
    fired_at = sim_now(mini.sim);
    mini_say("t");
}

static void arm(void *ctx)
{
    armed_at = sim_now(mini.sim);
    StorPortNotification(RequestTimerCall, mini.devext, adapter_timer, (ULONG)(uintptr_t)ctx);
}

START_TEST(arming_an_armed_timer_may_be_ignored)
{
    CHOOSE(TIMER_REARM, IGNORED);
    mini_boot();
    mini_call(0, arm, (void *)5000);
    mini_call(0, arm, (void *)500000);
    mini_run(30 * SIM_MS);
    ck_assert_str_eq(mini.said, "t");
    mini_call(0, arm, (void *)5000);
    mini_call(0, arm, (void *)0); /* cancelling is not ignored */
    mini_run(SIM_S);
    ck_assert_str_eq(mini.said, "t");
}
END_TEST

START_TEST(timers_may_end_exactly)
{
    CHOOSE(TIMER_FIRES, EXACT);
    mini_boot();
    mini_call(0, arm, (void *)1234);
    mini_run(20 * SIM_MS);
    ck_assert_int_ge(fired_at - armed_at, 1234 * SIM_US);
    ck_assert_int_lt(fired_at - armed_at, 1240 * SIM_US);
}
END_TEST

START_TEST(timers_may_end_late)
{
    sim_ns most = 0;

    CHOOSE(TIMER_FIRES, LATE);
    mini_boot();
    for (int i = 0; i < 20; i++) {
        mini_call(0, arm, (void *)1000);
        mini_run(200 * SIM_MS);
        most = fired_at - armed_at > most ? fired_at - armed_at : most;
        ck_assert_int_le(fired_at - armed_at, 112 * SIM_MS);
    }
    ck_assert_int_gt(most, 20 * SIM_MS);
}
END_TEST

static void *handle;

static void SIM_API extra_timer(PVOID devext, PVOID context)
{
    (void)devext;
    (void)context;
    ck_assert(nt_lock_held_here(mini.nt, &mini.port->startio_lock));
    mini_say("x");
}

static void use_extra(void *ctx)
{
    (void)ctx;
    ck_assert_uint_eq(StorPortInitializeTimer(mini.devext, &handle), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(StorPortRequestTimer(mini.devext, handle, extra_timer, NULL, 1000, 0),
                      STOR_STATUS_SUCCESS);
}

START_TEST(extra_timers_may_hold_the_start_io_lock)
{
    CHOOSE(TIMER_EX_LOCK, STARTIO);
    mini_boot();
    mini_call(0, use_extra, NULL);
    mini_run(20 * SIM_MS);
    ck_assert_str_eq(mini.said, "x");
}
END_TEST

/* --- DPCs ------------------------------------------------------------------------------------- */

static uint32_t inside, most_inside;

static STOR_DPC *dpc_memory(void)
{
    return (STOR_DPC *)mini.devext;
}

static void SIM_API dpc_routine(PSTOR_DPC dpc, PVOID devext, PVOID arg1, PVOID arg2)
{
    (void)dpc;
    (void)devext;
    (void)arg1;
    (void)arg2;
    most_inside = ++inside > most_inside ? inside : most_inside;
    mini_say("dpc on %u ", nt_cpu(mini.nt));
    nt_stall(mini.nt, 3 * SIM_US);
    inside--;
}

static void init_dpc(void *ctx)
{
    (void)ctx;
    StorPortInitializeDpc(mini.devext, dpc_memory(), dpc_routine);
}

static void issue(void *ctx)
{
    (void)ctx;
    ck_assert(StorPortIssueDpc(mini.devext, dpc_memory(), NULL, NULL));
}

START_TEST(a_dpc_may_never_overlap_itself)
{
    CHOOSE(DPC_OVERLAP, NO);
    inside = most_inside = 0;
    mini_boot();
    mini_call(0, init_dpc, NULL);
    for (uint32_t i = 1; i < 4; i++) {
        mini_queue_call(i, issue, NULL);
        mini_run(SIM_US);
    }
    mini_run(20 * SIM_US);
    ck_assert_uint_eq(most_inside, 1);
    ck_assert_str_eq(mini.said, "dpc on 1 dpc on 2 dpc on 3 ");
}
END_TEST

static BOOLEAN SIM_API redirect(PVOID devext)
{
    PERF_CONFIGURATION_DATA data = {
        .Version = STOR_PERF_VERSION, .Size = sizeof data, .Flags = STOR_PERF_DPC_REDIRECTION};

    ck_assert_uint_eq(StorPortInitializePerfOpts(devext, FALSE, &data), STOR_STATUS_SUCCESS);
    return TRUE;
}

START_TEST(a_dpc_may_be_redirected_to_where_requests_start)
{
    if (_i)
        CHOOSE(DPC_CPU, REDIRECTED);
    mini.passive = redirect;
    mini_boot();
    mini_call(0, init_dpc, NULL);
    mini_submit(2, 0, 0);
    mini_call(1, issue, NULL);
    ck_assert_str_eq(mini.said, _i ? "dpc on 2 " : "dpc on 1 ");
}
END_TEST

/* --- locks ------------------------------------------------------------------------------------ */

static void both_locks(STOR_SPINLOCK first, STOR_SPINLOCK second)
{
    STOR_LOCK_HANDLE outer, inner;

    StorPortAcquireSpinLock(mini.devext, first, first == DpcLock ? dpc_memory() : NULL, &outer);
    StorPortAcquireSpinLock(mini.devext, second, second == DpcLock ? dpc_memory() : NULL, &inner);
    StorPortReleaseSpinLock(mini.devext, &inner);
    StorPortReleaseSpinLock(mini.devext, &outer);
}

static void dpc_then_startio(void *ctx)
{
    (void)ctx;
    both_locks(DpcLock, StartIoLock);
}

static void startio_then_dpc(void *ctx)
{
    (void)ctx;
    both_locks(StartIoLock, DpcLock);
}

static void boot_with_dpc(void)
{
    mini_boot();
    mini_call(0, init_dpc, NULL);
}

START_TEST(one_order_of_dpc_and_start_io_lock_is_fine_by_default)
{
    boot_with_dpc();
    mini_call(0, _i ? dpc_then_startio : startio_then_dpc, NULL);
    mini_call(1, _i ? dpc_then_startio : startio_then_dpc, NULL);
}
END_TEST

START_TEST(the_dpc_lock_may_have_to_come_first)
{
    CHOOSE(DPC_LOCK_ORDER, DPC_FIRST);
    boot_with_dpc();
    mini_call(0, dpc_then_startio, NULL);
}
END_TEST

START_TEST(the_dpc_lock_may_have_to_come_first_else_it_is_a_finding)
{
    CHOOSE(DPC_LOCK_ORDER, DPC_FIRST);
    boot_with_dpc();
    mini_queue_call(0, startio_then_dpc, NULL);
    mini_finding(SIM_RULE_LOCK_ORDER);
}
END_TEST

START_TEST(dpc_and_start_io_lock_may_be_forbidden_together)
{
    CHOOSE(DPC_LOCK_ORDER, NEVER);
    boot_with_dpc();
    mini_queue_call(0, dpc_then_startio, NULL);
    mini_finding(SIM_RULE_LOCK_ORDER);
}
END_TEST

static BOOLEAN SIM_API reset_takes_dpc_lock(PVOID devext, ULONG path)
{
    STOR_LOCK_HANDLE lock;

    (void)path;
    StorPortAcquireSpinLock(devext, DpcLock, dpc_memory(), &lock);
    StorPortReleaseSpinLock(devext, &lock);
    return TRUE;
}

static void ask_for_reset(void *ctx)
{
    (void)ctx;
    sp_request_bus_reset(mini.port);
}

START_TEST(a_dpc_lock_in_reset_bus_is_allowed_by_default)
{
    mini.reset = reset_takes_dpc_lock;
    boot_with_dpc();
    mini_call(0, ask_for_reset, NULL);
    ck_assert_uint_eq(mini.resets, 1);
}
END_TEST

START_TEST(a_dpc_lock_in_reset_bus_may_be_a_finding)
{
    CHOOSE(RESET_DPC_LOCK, REPORTED);
    mini.reset = reset_takes_dpc_lock;
    boot_with_dpc();
    mini_queue_call(0, ask_for_reset, NULL);
    mini_finding(SIM_RULE_LOCK_ORDER);
}
END_TEST

static void unit_under_lock(void *ctx)
{
    STOR_LOCK_HANDLE lock;

    (void)ctx;
    StorPortAcquireSpinLock(mini.devext, InterruptLock, NULL, &lock);
    StorPortGetLogicalUnit(mini.devext, 0, 0, 0);
}

START_TEST(get_logical_unit_may_take_the_lock_it_waits_for)
{
    if (_i)
        CHOOSE(UNIT_LOCK, TAKEN);
    mini.interrupts = InterruptSynchronizeAll;
    mini_boot();
    mini_queue_call(0, unit_under_lock, NULL);
    ck_assert_ptr_nonnull(
        strstr(mini_finding(SIM_RULE_DEADLOCK), _i ? "waits for" : "StorPortGetLogicalUnit"));
}
END_TEST

static void hold_startio(void *ctx)
{
    STOR_LOCK_HANDLE lock;

    StorPortAcquireSpinLock(mini.devext, StartIoLock, NULL, &lock);
    mini_say("%u", nt_cpu(mini.nt));
    nt_stall(mini.nt, ctx ? 20 * SIM_US : SIM_US);
    StorPortReleaseSpinLock(mini.devext, &lock);
}

START_TEST(locks_may_be_first_come_first_served)
{
    CHOOSE(LOCK_QUEUE, FIFO);
    mini_boot();
    mini_queue_call(0, hold_startio, &mini);
    mini_run(2 * SIM_US);
    for (uint32_t i = 3; i > 0; i--) {
        mini_queue_call(i, hold_startio, NULL);
        mini_run(SIM_US);
    }
    mini_run(50 * SIM_US);
    ck_assert_str_eq(mini.said, "0321");
}
END_TEST

/* --- interrupts ------------------------------------------------------------------------------- */

static void raise_message(uint32_t message, uint32_t cpu)
{
    nt_interrupt_request(mini.nt, &mini.port->message[message].interrupt, cpu);
}

static BOOLEAN SIM_API nesting(PVOID devext, ULONG message)
{
    (void)devext;
    mini_say("(%u", (unsigned)message);
    if (message == 0) {
        raise_message(1, nt_cpu(mini.nt));
        nt_stall(mini.nt, 5 * SIM_US);
    }
    mini_say(")");
    return TRUE;
}

static void raise_zero(void *ctx)
{
    (void)ctx;
    raise_message(0, 1);
}

START_TEST(messages_may_have_different_levels_and_nest)
{
    if (_i)
        CHOOSE(MESSAGE_LEVELS, DIFFERENT);
    mini.message = nesting;
    mini_boot();
    mini_call(0, raise_zero, NULL);
    ck_assert_str_eq(mini.said, _i ? "(0(1))" : "(0)(1)");
}
END_TEST

static void all_locks(void *ctx)
{
    STOR_LOCK_HANDLE lock;

    (void)ctx;
    StorPortAcquireSpinLock(mini.devext, InterruptLock, NULL, &lock);
    ck_assert_uint_eq(nt_irql(mini.nt), SP_DIRQL_TOP);
    StorPortReleaseSpinLock(mini.devext, &lock);
    ck_assert_uint_eq(nt_irql(mini.nt), NT_PASSIVE);
}

START_TEST(with_different_levels_the_interrupt_lock_is_for_the_highest)
{
    CHOOSE(MESSAGE_LEVELS, DIFFERENT);
    mini_boot();
    mini_call(0, all_locks, NULL);
}
END_TEST

static BOOLEAN SIM_API slow_message(PVOID devext, ULONG message)
{
    (void)devext;
    (void)message;
    mini_say("%u", nt_cpu(mini.nt));
    nt_stall(mini.nt, 5 * SIM_US);
    return TRUE;
}

/* As the bus would send it: the tests have no PCI function. */
static void arrives(void)
{
    const struct sp_message *message = &mini.port->message[0];

    sp__message_arrived(mini.port, message->number, 1);
}

static void again(struct sim_event *event, void *ctx)
{
    (void)event;
    (void)ctx;
    arrives();
}

START_TEST(a_message_sent_again_may_go_to_another_cpu)
{
    struct sim_event first = {0}, second = {0};

    if (_i)
        CHOOSE(MESSAGE_AGAIN, OTHER_CPU);
    mini.message = slow_message;
    mini_boot();
    sim_event_in(mini.sim, &first, SIM_US, again, NULL);
    sim_event_in(mini.sim, &second, 3 * SIM_US, again, NULL);
    mini_run(20 * SIM_US);
    ck_assert_str_eq(mini.said, _i ? "12" : "11");
}
END_TEST

static BOOLEAN SIM_API early_message(PVOID devext, ULONG message)
{
    (void)devext;
    (void)message;
    mini_say("message ");
    return TRUE;
}

static BOOLEAN SIM_API initialize_with_message(PVOID devext)
{
    (void)devext;
    raise_message(0, 2);
    nt_stall(mini.nt, 5 * SIM_US);
    mini_say("initialized ");
    return TRUE;
}

START_TEST(messages_may_come_during_initialize)
{
    if (_i)
        CHOOSE(EARLY_ISR, DELIVERED);
    mini.message = early_message;
    mini.initialize = initialize_with_message;
    mini_boot();
    ck_assert_str_eq(mini.said, _i ? "message initialized " : "initialized message ");
}
END_TEST

static uint32_t lines;

static BOOLEAN SIM_API unclaimed(PVOID devext)
{
    (void)devext;
    lines++;
    return FALSE;
}

static void raise_line(void *ctx)
{
    (void)ctx;
    raise_message(0, 0);
}

START_TEST(an_unclaimed_line_may_be_shut_off)
{
    CHOOSE(ISR_UNCLAIMED, DISABLED);
    lines = 0;
    mini.no_messages = true;
    mini.line = unclaimed;
    mini_boot();
    mini_queue_call(1, raise_line, NULL);
    mini_run(SIM_S);
    ck_assert_uint_eq(lines, 1000);
}
END_TEST

/* --- start-up and time-outs ------------------------------------------------------------------- */

static BOOLEAN SIM_API says_false(PVOID devext)
{
    (void)devext;
    return FALSE;
}

START_TEST(false_from_initialize_may_be_ignored)
{
    CHOOSE(INIT_FALSE, IGNORED);
    mini.initialize = mini.passive = says_false;
    mini_boot();
    ck_assert(mini.port->lun[0].present);
}
END_TEST

static void pause_60(void *ctx)
{
    (void)ctx;
    ck_assert(StorPortPause(mini.devext, 60));
}

START_TEST(a_pause_may_stop_the_lun_timer)
{
    CHOOSE(PAUSED_TIMER, STOPS);
    mini_boot();
    mini_submit(0, 0, 0);
    mini_call(0, pause_60, NULL);
    mini_run(59 * SIM_S);
    ck_assert_int_eq(mini.port->lun[0].timer, 10);
    mini_run(12 * SIM_S);
    ck_assert_uint_eq(mini_events(SIM_EV_LUN_TIMEOUT), 1);
}
END_TEST

START_TEST(every_request_may_have_a_deadline_of_its_own)
{
    CHOOSE(DEADLINE, EACH);
    mini_boot();
    mini_submit(0, 0, 0);
    for (uint32_t i = 1; i < 4; i++) {
        mini_submit(0, i, 0);
        mini_run(3 * SIM_S);
        mini_complete(0, 1, SRB_STATUS_SUCCESS);
    }
    ck_assert_uint_eq(mini_events(SIM_EV_LUN_TIMEOUT), 0);
    mini_run(2 * SIM_S);
    ck_assert_uint_eq(mini_events(SIM_EV_LUN_TIMEOUT), 1);
}
END_TEST

START_TEST(a_completion_may_leave_the_head_what_it_has_left)
{
    if (_i)
        CHOOSE(TIMER_RELOAD, REMAINING);
    mini_boot();
    mini_submit(0, 0, 0);
    mini_submit(0, 1, 0);
    mini_run(4 * SIM_S);
    mini_complete(0, 1, SRB_STATUS_SUCCESS);
    ck_assert_int_eq(mini.port->lun[0].timer, _i ? 6 : 10);
}
END_TEST

START_TEST(the_head_may_be_what_was_asked_for_first)
{
    if (_i)
        CHOOSE(TIMER_HEAD, ASKED);
    mini_boot();
    for (uint32_t i = 0; i < 3; i++)
        mini_submit(0, i, 0);
    mini_complete(0, 0, SRB_STATUS_BUSY);
    mini_run(300 * SIM_MS);
    ck_assert_uint_eq(mini.port->lun[0].pending.head->index, _i ? 0 : 1);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("silent time");
    Suite *s = suite_create("storport silent time");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, arming_an_armed_timer_may_be_ignored);
    tcase_add_test(tc, timers_may_end_exactly);
    tcase_add_test(tc, timers_may_end_late);
    tcase_add_test(tc, extra_timers_may_hold_the_start_io_lock);
    tcase_add_test(tc, a_dpc_may_never_overlap_itself);
    tcase_add_loop_test(tc, a_dpc_may_be_redirected_to_where_requests_start, 0, 2);
    tcase_add_loop_test(tc, one_order_of_dpc_and_start_io_lock_is_fine_by_default, 0, 2);
    tcase_add_test(tc, the_dpc_lock_may_have_to_come_first);
    tcase_add_test(tc, the_dpc_lock_may_have_to_come_first_else_it_is_a_finding);
    tcase_add_test(tc, dpc_and_start_io_lock_may_be_forbidden_together);
    tcase_add_test(tc, a_dpc_lock_in_reset_bus_is_allowed_by_default);
    tcase_add_test(tc, a_dpc_lock_in_reset_bus_may_be_a_finding);
    tcase_add_loop_test(tc, get_logical_unit_may_take_the_lock_it_waits_for, 0, 2);
    tcase_add_test(tc, locks_may_be_first_come_first_served);
    tcase_add_loop_test(tc, messages_may_have_different_levels_and_nest, 0, 2);
    tcase_add_test(tc, with_different_levels_the_interrupt_lock_is_for_the_highest);
    tcase_add_loop_test(tc, a_message_sent_again_may_go_to_another_cpu, 0, 2);
    tcase_add_loop_test(tc, messages_may_come_during_initialize, 0, 2);
    tcase_add_test(tc, an_unclaimed_line_may_be_shut_off);
    tcase_add_test(tc, false_from_initialize_may_be_ignored);
    tcase_add_test(tc, a_pause_may_stop_the_lun_timer);
    tcase_add_test(tc, every_request_may_have_a_deadline_of_its_own);
    tcase_add_loop_test(tc, a_completion_may_leave_the_head_what_it_has_left, 0, 2);
    tcase_add_loop_test(tc, the_head_may_be_what_was_asked_for_first, 0, 2);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
