/* models/storport/tests/test_lock.c - spin locks, message locks, synchronized access, and the rules
 * about them.
 */
// links: models/storport/tests/mini.c
// covers: models/storport/call.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

static STOR_DPC *dpc_memory(void)
{
    return (STOR_DPC *)mini.devext;
}

static void SIM_API no_dpc(PSTOR_DPC dpc, PVOID devext, PVOID arg1, PVOID arg2)
{
    (void)dpc;
    (void)devext;
    (void)arg1;
    (void)arg2;
}

static void each_lock(void *ctx)
{
    STOR_LOCK_HANDLE handle;

    (void)ctx;
    StorPortInitializeDpc(mini.devext, dpc_memory(), no_dpc);
    StorPortAcquireSpinLock(mini.devext, StartIoLock, NULL, &handle);
    ck_assert_uint_eq(nt_irql(mini.nt), NT_DISPATCH);
    StorPortReleaseSpinLock(mini.devext, &handle);
    StorPortAcquireSpinLock(mini.devext, DpcLock, dpc_memory(), &handle);
    ck_assert_uint_eq(nt_irql(mini.nt), NT_DISPATCH);
    StorPortReleaseSpinLock(mini.devext, &handle);
    StorPortAcquireSpinLock(mini.devext, InterruptLock, NULL, &handle);
    ck_assert_uint_eq(nt_irql(mini.nt), SP_DIRQL);
    for (uint32_t i = 0; i < MINI_CPUS; i++)
        ck_assert(nt_lock_held_here(mini.nt, &mini.port->message[i].lock));
    StorPortReleaseSpinLock(mini.devext, &handle);
    ck_assert_uint_eq(nt_irql(mini.nt), NT_PASSIVE);
}

START_TEST(each_lock_raises_to_its_irql_and_back)
{
    mini_boot();
    mini_call(0, each_lock, NULL);
    mini_run(SIM_MS);
}
END_TEST

static ULONG want(STOR_SPINLOCK type, void *context, uint8_t irql)
{
    STOR_LOCK_HANDLE handle;
    uint8_t old = nt_raise_irql(mini.nt, irql);
    ULONG status = StorPortAcquireSpinLockEx(mini.devext, type, context, &handle);

    if (status == STOR_STATUS_SUCCESS)
        StorPortReleaseSpinLock(mini.devext, &handle);
    ck_assert_uint_eq(nt_irql(mini.nt), irql);
    nt_lower_irql(mini.nt, old);
    return status;
}

static void each_ex(void *ctx)
{
    STOR_DPC *dpc = dpc_memory();

    (void)ctx;
    StorPortInitializeDpc(mini.devext, dpc, no_dpc);
    ck_assert_uint_eq(want(DpcLock, dpc, NT_PASSIVE), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(want(ThreadedDpcLock, dpc, NT_PASSIVE), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(want(DpcLevelLock, dpc, NT_DISPATCH), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(want(DpcLevelLock, dpc, NT_PASSIVE), STOR_STATUS_INVALID_IRQL);
    ck_assert_uint_eq(want(StartIoLock, NULL, NT_DISPATCH), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(want(StartIoLock, NULL, SP_DIRQL), STOR_STATUS_INVALID_IRQL);
    ck_assert_uint_eq(want(InterruptLock, NULL, SP_DIRQL), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(want(InterruptLock, NULL, NT_DIRQL_LAST), STOR_STATUS_INVALID_IRQL);
    ck_assert_uint_eq(want(DpcLock, NULL, NT_PASSIVE), STOR_STATUS_INVALID_PARAMETER);
    ck_assert_uint_eq(want((STOR_SPINLOCK)6, NULL, NT_PASSIVE), STOR_STATUS_INVALID_PARAMETER);
}

START_TEST(the_ex_form_refuses_what_the_other_one_reports)
{
    mini_boot();
    mini_call(0, each_ex, NULL);
}
END_TEST

static void threaded_without_ex(void *ctx)
{
    STOR_LOCK_HANDLE handle;

    (void)ctx;
    StorPortInitializeDpc(mini.devext, dpc_memory(), no_dpc);
    StorPortAcquireSpinLock(mini.devext, ThreadedDpcLock, dpc_memory(), &handle);
}

START_TEST(the_newer_locks_are_for_the_ex_form)
{
    mini_boot();
    mini_queue_call(0, threaded_without_ex, NULL);
    mini_finding(SIM_RULE_STORPORT_USAGE);
}
END_TEST

static void take_many(void *ctx)
{
    static STOR_LOCK_HANDLE handle[SP_HELD_DRIVER + 1];
    STOR_DPC *dpcs = nt_pool_alloc(mini.memory, sizeof *dpcs * (SP_HELD_DRIVER + 1));

    (void)ctx;
    for (uint32_t i = 0; i <= SP_HELD_DRIVER; i++) {
        StorPortInitializeDpc(mini.devext, &dpcs[i], no_dpc);
        StorPortAcquireSpinLock(mini.devext, DpcLock, &dpcs[i], &handle[i]);
    }
}

START_TEST(more_locks_than_anybody_needs_are_a_finding)
{
    mini_boot();
    mini_queue_call(0, take_many, NULL);
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_LOCK_RULE), "wants another"));
}
END_TEST

static void startio_in_interrupt(void *ctx)
{
    STOR_LOCK_HANDLE outer, inner;

    (void)ctx;
    StorPortAcquireSpinLock(mini.devext, InterruptLock, NULL, &outer);
    StorPortAcquireSpinLock(mini.devext, StartIoLock, NULL, &inner);
}

START_TEST(the_start_io_lock_inside_the_interrupt_lock_is_a_finding)
{
    mini_boot();
    mini_queue_call(0, startio_in_interrupt, NULL);
    mini_finding(SIM_RULE_LOCK_ORDER);
}
END_TEST

static void release_nothing(void *ctx)
{
    STOR_LOCK_HANDLE handle;

    (void)ctx;
    memset(&handle, 0, sizeof handle);
    StorPortReleaseSpinLock(mini.devext, &handle);
}

START_TEST(releasing_what_is_not_held_is_a_finding)
{
    mini_boot();
    mini_queue_call(0, release_nothing, NULL);
    mini_finding(SIM_RULE_LOCK_RULE);
}
END_TEST

static void release_out_of_order(void *ctx)
{
    STOR_LOCK_HANDLE outer, inner;

    (void)ctx;
    StorPortAcquireSpinLock(mini.devext, StartIoLock, NULL, &outer);
    StorPortAcquireSpinLock(mini.devext, InterruptLock, NULL, &inner);
    StorPortReleaseSpinLock(mini.devext, &outer);
}

START_TEST(releasing_the_outer_lock_first_is_a_finding)
{
    mini_boot();
    mini_queue_call(0, release_out_of_order, NULL);
    ck_assert_ptr_nonnull(
        strstr(mini_finding(SIM_RULE_LOCK_RULE), "before one that was taken later"));
}
END_TEST

static STOR_LOCK_HANDLE kept_handle;

static BOOLEAN SIM_API start_holds(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    StorPortAcquireSpinLock(devext, InterruptLock, NULL, &kept_handle);
    (void)srb;
    return TRUE;
}

START_TEST(returning_with_a_lock_held_is_a_finding)
{
    mini.start = start_holds;
    ck_assert_ptr_nonnull(
        strstr(mini_finding(SIM_RULE_LOCK_RULE), "HwStorStartIo returned without releasing"));
}
END_TEST

static BOOLEAN SIM_API start_takes_startio(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    (void)srb;
    StorPortAcquireSpinLock(devext, StartIoLock, NULL, &kept_handle);
    return TRUE;
}

START_TEST(the_start_io_lock_inside_start_io_is_a_deadlock)
{
    mini.start = start_takes_startio;
    mini_finding(SIM_RULE_DEADLOCK);
}
END_TEST

static BOOLEAN SIM_API start_raises(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    (void)devext;
    (void)srb;
    nt_raise_irql(mini.nt, SP_DIRQL);
    return TRUE;
}

START_TEST(returning_at_another_irql_is_a_finding)
{
    mini.start = start_raises;
    mini_finding(SIM_RULE_IRQL);
}
END_TEST

static void message_lock(void *ctx)
{
    ULONG old = 99;

    (void)ctx;
    ck_assert_uint_eq(StorPortAcquireMSISpinLock(mini.devext, 2, &old), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(old, NT_PASSIVE);
    ck_assert_uint_eq(nt_irql(mini.nt), SP_DIRQL);
    ck_assert_uint_eq(StorPortReleaseMSISpinLock(mini.devext, 2, old), STOR_STATUS_SUCCESS);
}

START_TEST(message_locks_work_in_per_message_mode)
{
    mini_boot();
    mini_call(0, message_lock, NULL);
}
END_TEST

START_TEST(message_locks_in_another_mode_are_a_finding)
{
    mini.interrupts = InterruptSynchronizeAll;
    mini_boot();
    mini_queue_call(0, message_lock, NULL);
    mini_finding(SIM_RULE_LOCK_RULE);
}
END_TEST

static uint32_t in_message, most;

static BOOLEAN SIM_API counted_message(PVOID devext, ULONG number)
{
    (void)devext;
    (void)number;
    in_message++;
    if (in_message > most)
        most = in_message;
    nt_stall(mini.nt, 5 * SIM_US);
    in_message--;
    return TRUE;
}

static void raise_all(void)
{
    most = 0;
    for (uint32_t i = 0; i < MINI_CPUS; i++)
        nt_interrupt_request(mini.nt, &mini.port->message[i].interrupt, i);
    mini_run(SIM_MS);
}

START_TEST(messages_run_side_by_side_in_per_message_mode)
{
    mini.message = counted_message;
    mini_boot();
    raise_all();
    ck_assert_uint_eq(most, MINI_CPUS);
}
END_TEST

START_TEST(messages_exclude_each_other_in_synchronize_all_mode)
{
    mini.interrupts = InterruptSynchronizeAll;
    mini.message = counted_message;
    mini_boot();
    raise_all();
    ck_assert_uint_eq(most, 1);
}
END_TEST

static BOOLEAN SIM_API synchronized(PVOID devext, PVOID ctx)
{
    (void)devext;
    ck_assert_uint_eq(nt_irql(mini.nt), SP_DIRQL);
    in_message++;
    if (in_message > most)
        most = in_message;
    nt_stall(mini.nt, 5 * SIM_US);
    in_message--;
    return ctx != NULL;
}

static void synchronize(void *ctx)
{
    ck_assert_uint_eq(StorPortSynchronizeAccess(mini.devext, synchronized, ctx), ctx != NULL);
}

START_TEST(synchronized_access_excludes_every_message)
{
    mini.message = counted_message;
    mini_boot();
    mini_queue_call(0, synchronize, &mini);
    mini_queue_call(1, synchronize, NULL);
    for (uint32_t i = 2; i < MINI_CPUS; i++)
        nt_interrupt_request(mini.nt, &mini.port->message[i].interrupt, i);
    in_message = most = 0;
    mini_run(SIM_MS);
    ck_assert_uint_le(most, 2);
    ck_assert_uint_eq(in_message, 0);
}
END_TEST

static BOOLEAN SIM_API message_synchronizes(PVOID devext, ULONG number)
{
    (void)number;
    return StorPortSynchronizeAccess(devext, synchronized, devext);
}

START_TEST(synchronized_access_inside_an_interrupt_routine_is_a_deadlock)
{
    mini.message = message_synchronizes;
    mini_boot();
    nt_interrupt_request(mini.nt, &mini.port->message[0].interrupt, 0);
    mini_finding(SIM_RULE_DEADLOCK);
}
END_TEST

static BOOLEAN SIM_API line_once(PVOID devext)
{
    (void)devext;
    mini_say("line at %u", nt_irql(mini.nt));
    ck_assert(nt_lock_held_here(mini.nt, &mini.port->interrupt_lock));
    nt_interrupt_clear(mini.nt, &mini.port->message[0].interrupt);
    return TRUE;
}

START_TEST(without_messages_the_line_comes_under_the_interrupt_lock)
{
    mini.no_messages = true;
    mini.line = line_once;
    mini_boot();
    nt_interrupt_request(mini.nt, &mini.port->message[0].interrupt, 0);
    mini_run(SIM_MS);
    ck_assert_str_eq(mini.said, "line at 8");
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("lock");
    Suite *s = suite_create("storport lock");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, each_lock_raises_to_its_irql_and_back);
    tcase_add_test(tc, the_ex_form_refuses_what_the_other_one_reports);
    tcase_add_test(tc, the_newer_locks_are_for_the_ex_form);
    tcase_add_test(tc, more_locks_than_anybody_needs_are_a_finding);
    tcase_add_test(tc, the_start_io_lock_inside_the_interrupt_lock_is_a_finding);
    tcase_add_test(tc, releasing_what_is_not_held_is_a_finding);
    tcase_add_test(tc, releasing_the_outer_lock_first_is_a_finding);
    tcase_add_test(tc, returning_with_a_lock_held_is_a_finding);
    tcase_add_test(tc, the_start_io_lock_inside_start_io_is_a_deadlock);
    tcase_add_test(tc, returning_at_another_irql_is_a_finding);
    tcase_add_test(tc, message_locks_work_in_per_message_mode);
    tcase_add_test(tc, message_locks_in_another_mode_are_a_finding);
    tcase_add_test(tc, messages_run_side_by_side_in_per_message_mode);
    tcase_add_test(tc, messages_exclude_each_other_in_synchronize_all_mode);
    tcase_add_test(tc, synchronized_access_excludes_every_message);
    tcase_add_test(tc, synchronized_access_inside_an_interrupt_routine_is_a_deadlock);
    tcase_add_test(tc, without_messages_the_line_comes_under_the_interrupt_lock);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
