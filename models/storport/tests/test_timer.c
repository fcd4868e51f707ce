/* models/storport/tests/test_timer.c - the adapter timer and StorPortRequestTimer.
 */
// links: models/storport/tests/mini.c
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

static void SIM_API adapter_timer(PVOID devext)
{
    (void)devext;
    ck_assert_uint_eq(nt_irql(mini.nt), NT_DISPATCH);
    ck_assert(nt_lock_held_here(mini.nt, &mini.port->startio_lock));
    mini_say("timer at %lld ms on %u ", (long long)(sim_now(mini.sim) / SIM_MS), nt_cpu(mini.nt));
}

static sim_ns boundary; /* next multiple of the grain */

static void arm(void *ctx)
{
    boundary = (sim_now(mini.sim) / (10 * SIM_MS) + 1) * 10;
    StorPortNotification(RequestTimerCall, mini.devext, adapter_timer, (ULONG)(uintptr_t)ctx);
}

START_TEST(the_adapter_timer_fires_at_the_grain_under_the_start_io_lock)
{
    char expected[64];

    mini_boot();
    mini_call(2, arm, (void *)1000);
    mini_run(100 * SIM_MS);
    snprintf(expected, sizeof expected, "timer at %lld ms on 2 ", (long long)boundary);
    ck_assert_str_eq(mini.said, expected);
}
END_TEST

START_TEST(arming_again_replaces_and_zero_cancels)
{
    mini_boot();
    mini_call(0, arm, (void *)5000);
    mini_call(0, arm, (void *)50000);
    mini_run(40 * SIM_MS);
    ck_assert_str_eq(mini.said, "");
    mini_run(40 * SIM_MS);
    ck_assert_str_ne(mini.said, "");
    mini.said[0] = 0;
    mini_call(0, arm, (void *)5000);
    mini_call(0, arm, (void *)0);
    mini_run(100 * SIM_MS);
    ck_assert_str_eq(mini.said, "");
}
END_TEST

static void SIM_API rearming_timer(PVOID devext)
{
    mini_say("x");
    if (strlen(mini.said) < 3)
        StorPortNotification(RequestTimerCall, devext, rearming_timer, (ULONG)10000);
}

static void arm_rearming(void *ctx)
{
    (void)ctx;
    StorPortNotification(RequestTimerCall, mini.devext, rearming_timer, (ULONG)10000);
}

START_TEST(the_timer_may_arm_itself_again)
{
    mini_boot();
    mini_call(0, arm_rearming, NULL);
    mini_run(200 * SIM_MS);
    ck_assert_str_eq(mini.said, "xxx");
}
END_TEST

static void hold_startio_and_cancel(void *ctx)
{
    STOR_LOCK_HANDLE handle;

    (void)ctx;
    StorPortAcquireSpinLock(mini.devext, StartIoLock, NULL, &handle);
    nt_stall(mini.nt, 30 * SIM_MS);
    StorPortNotification(RequestTimerCall, mini.devext, adapter_timer, (ULONG)0);
    StorPortReleaseSpinLock(mini.devext, &handle);
}

START_TEST(a_timer_cancelled_while_its_dpc_waits_for_the_lock_does_not_call_back)
{
    mini_boot();
    mini_call(1, arm, (void *)1000);
    mini_call(0, hold_startio_and_cancel, NULL);
    mini_run(100 * SIM_MS);
    ck_assert_uint_eq(mini_events(SIM_EV_TIMER_FIRE), 1);
    ck_assert_str_eq(mini.said, "");
}
END_TEST

static void *handle;

static void SIM_API extra_timer(PVOID devext, PVOID context)
{
    ck_assert(!nt_lock_held_here(mini.nt, &mini.port->startio_lock));
    mini_say("%s ", (const char *)context);
    ck_assert_uint_eq(StorPortRequestTimer(devext, handle, extra_timer, context, 0, 0),
                      STOR_STATUS_SUCCESS);
}

static void use_extra(void *ctx)
{
    static char text[] = "extra";

    (void)ctx;
    ck_assert_uint_eq(StorPortInitializeTimer(mini.devext, &handle), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(StorPortRequestTimer(mini.devext, handle, extra_timer, text, 1000, 0),
                      STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(StorPortRequestTimer(mini.devext, handle, extra_timer, text, 1000, 0),
                      STOR_STATUS_BUSY);
}

static void free_extra(void *ctx)
{
    (void)ctx;
    ck_assert_uint_eq(StorPortFreeTimer(mini.devext, handle), STOR_STATUS_SUCCESS);
    ck_assert_uint_eq(StorPortFreeTimer(mini.devext, handle), STOR_STATUS_UNSUCCESSFUL);
}

START_TEST(extra_timers_call_back_without_a_lock_and_are_busy_while_armed)
{
    mini_boot();
    mini_call(0, use_extra, NULL);
    mini_run(100 * SIM_MS);
    ck_assert_str_eq(mini.said, "extra ");
    mini_call(0, free_extra, NULL);
}
END_TEST

static void poll_clock(void *ctx)
{
    LARGE_INTEGER start, now, counter, frequency;

    (void)ctx;
    StorPortQuerySystemTime(&start);
    do
        StorPortQuerySystemTime(&now);
    while (now.QuadPart - start.QuadPart < 20);
    StorPortQueryPerformanceCounter(mini.devext, &frequency, &counter);
    ck_assert_int_eq(frequency.QuadPart, 10000000);
    mini_say("done");
}

START_TEST(polling_the_clock_ends)
{
    mini_boot();
    mini_call(0, poll_clock, NULL);
    ck_assert_str_eq(mini.said, "done");
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("timer");
    Suite *s = suite_create("storport timer");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, the_adapter_timer_fires_at_the_grain_under_the_start_io_lock);
    tcase_add_test(tc, arming_again_replaces_and_zero_cancels);
    tcase_add_test(tc, the_timer_may_arm_itself_again);
    tcase_add_test(tc, a_timer_cancelled_while_its_dpc_waits_for_the_lock_does_not_call_back);
    tcase_add_test(tc, extra_timers_call_back_without_a_lock_and_are_busy_while_armed);
    tcase_add_test(tc, polling_the_clock_ends);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
