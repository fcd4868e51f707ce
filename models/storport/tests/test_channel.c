/* models/storport/tests/test_channel.c - concurrent channels: how many HwStorStartIo at once, what
 * keeps them out, and the races that come with them.
 */
// links: models/storport/tests/mini.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

#define CHOOSE(point, word) (mini.config.silent[SP_SILENT_##point] = SP_##point##_##word)

static uint32_t channels, inside, most_inside, in_channel[8];

static BOOLEAN SIM_API sets_channels(PVOID devext)
{
    PERF_CONFIGURATION_DATA data = {.Version = STOR_PERF_VERSION_2,
                                    .Size = sizeof data,
                                    .Flags = STOR_PERF_CONCURRENT_CHANNELS,
                                    .ConcurrentChannels = channels};

    ck_assert_uint_eq(StorPortInitializePerfOpts(devext, FALSE, &data), STOR_STATUS_SUCCESS);
    return TRUE;
}

static uint32_t channel_of(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    STARTIO_PERFORMANCE_PARAMETERS parameters = {.Size = sizeof parameters};

    ck_assert_uint_eq(StorPortGetStartIoPerfParams(devext, srb, &parameters), STOR_STATUS_SUCCESS);
    return parameters.ChannelNumber;
}

static bool answered(PSCSI_REQUEST_BLOCK srb)
{
    if (srb->Cdb[0] == SCSIOP_READ)
        return false;
    memset(srb->DataBuffer, 0, 4);
    mini_complete_here(srb, SRB_STATUS_SUCCESS);
    return true;
}

static void keep(PSCSI_REQUEST_BLOCK srb)
{
    mini.started++;
    mini.kept[mini.kept_count++].srb = srb;
}

static BOOLEAN SIM_API slow_start(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    uint32_t channel = channel_of(devext, srb);

    if (answered(srb))
        return TRUE;
    ck_assert_uint_lt(channel, channels > 1 ? channels : 1);
    ck_assert_uint_eq(in_channel[channel]++, 0);
    most_inside = ++inside > most_inside ? inside : most_inside;
    nt_stall(mini.nt, 3 * SIM_US);
    inside--;
    in_channel[channel]--;
    keep(srb);
    return TRUE;
}

static void boot_with(uint32_t n)
{
    channels = n;
    inside = most_inside = 0;
    mini.passive = sets_channels;
    mini_boot();
    mini.started = 0;
}

static void submit(void *ctx)
{
    mini_submit_here((uint32_t)(uintptr_t)ctx, 0);
}

static void submit_on_all(void)
{
    for (uintptr_t i = 0; i < MINI_CPUS; i++)
        mini_queue_call((uint32_t)i, submit, (void *)i);
}

START_TEST(as_many_start_io_run_at_once_as_there_are_channels)
{
    mini.start = slow_start;
    boot_with((uint32_t)_i);
    submit_on_all();
    mini_run(SIM_MS);
    ck_assert_uint_eq(mini.started, MINI_CPUS);
    ck_assert_uint_eq(most_inside, _i < MINI_CPUS ? _i : MINI_CPUS);
}
END_TEST

static BOOLEAN SIM_API reset_alone(PVOID devext, ULONG path)
{
    (void)devext;
    (void)path;
    ck_assert_uint_eq(inside, 0);
    submit_on_all();
    nt_stall(mini.nt, 20 * SIM_US);
    ck_assert_uint_eq(inside, 0);
    ck_assert(nt_lock_held_here(mini.nt, &mini.port->startio_lock));
    for (uint32_t i = 0; i < channels; i++)
        ck_assert(nt_lock_held_here(mini.nt, &mini.port->channel[i]));
    while (mini.kept_count)
        mini_complete_here(mini.kept[--mini.kept_count].srb, SRB_STATUS_BUS_RESET);
    return TRUE;
}

static void ask_for_reset(void *ctx)
{
    (void)ctx;
    sp_request_bus_reset(mini.port);
}

START_TEST(reset_bus_holds_every_token)
{
    mini.start = slow_start;
    mini.reset = reset_alone;
    boot_with(3);
    mini_queue_call(2, submit, (void *)10);
    mini_run(SIM_US);
    ck_assert_uint_eq(inside, 1);
    mini_queue_call(1, ask_for_reset, NULL);
    mini_run(SIM_MS);
    ck_assert_uint_eq(mini.resets, 1);
    ck_assert_uint_eq(mini.started, 1 + MINI_CPUS);
}
END_TEST

static void SIM_API timer_overlaps(PVOID devext)
{
    (void)devext;
    mini_say("timer with %u", inside);
}

static BOOLEAN SIM_API start_slower(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    (void)devext;
    if (answered(srb))
        return TRUE;
    inside++;
    nt_stall(mini.nt, 30 * SIM_MS);
    inside--;
    keep(srb);
    return TRUE;
}

static void arm(void *ctx)
{
    (void)ctx;
    StorPortNotification(RequestTimerCall, mini.devext, timer_overlaps, (ULONG)1000);
}

START_TEST(the_timer_overlaps_start_io)
{
    mini.start = start_slower;
    boot_with(2);
    mini_call(0, arm, NULL);
    mini_queue_call(1, submit, NULL);
    mini_run(100 * SIM_MS);
    ck_assert_str_eq(mini.said, "timer with 1");
}
END_TEST

static void take_startio_lock(void *ctx)
{
    STOR_LOCK_HANDLE handle;

    (void)ctx;
    StorPortAcquireSpinLock(mini.devext, StartIoLock, NULL, &handle);
    mini_say("lock with %u ", inside);
    StorPortReleaseSpinLock(mini.devext, &handle);
    ck_assert_uint_eq(nt_irql(mini.nt), NT_PASSIVE);
}

START_TEST(the_start_io_lock_lets_start_io_go_on_unless_it_drains)
{
    if (_i)
        CHOOSE(CHANNEL_LOCK, DRAINS);
    mini.start = slow_start;
    boot_with(2);
    mini_queue_call(1, submit, NULL);
    mini_run(SIM_US);
    mini_queue_call(2, take_startio_lock, NULL);
    mini_run(20 * SIM_US);
    ck_assert_str_eq(mini.said, _i ? "lock with 0 " : "lock with 1 ");
    mini_call(2, submit, (void *)1); /* all tokens are back */
    ck_assert_uint_eq(mini.started, 2);
}
END_TEST

static BOOLEAN SIM_API start_locks(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    STOR_LOCK_HANDLE handle;

    if (answered(srb))
        return TRUE;
    StorPortAcquireSpinLock(devext, StartIoLock, NULL, &handle);
    nt_stall(mini.nt, 2 * SIM_US);
    keep(srb);
    StorPortReleaseSpinLock(devext, &handle);
    return TRUE;
}

START_TEST(start_io_may_take_the_start_io_lock_and_a_reset_does_not_deadlock)
{
    if (_i)
        CHOOSE(CHANNEL_LOCK, DRAINS);
    mini.start = start_locks;
    boot_with(4);
    submit_on_all();
    mini_run(SIM_US);
    mini_queue_call(0, ask_for_reset, NULL);
    mini_run(SIM_MS);
    ck_assert_uint_eq(mini.started, MINI_CPUS);
    ck_assert_uint_eq(mini.resets, 1);
}
END_TEST

/* --- races ------------------------------------------------------------------------------------ */

static enum { BY_NOTHING, BY_LOCK, BY_CHANNEL } keeps_order;

static void touch(uint32_t where)
{
    mini_write1((uint8_t *)mini.devext + where);
}

static BOOLEAN SIM_API start_touches(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    STOR_LOCK_HANDLE handle;

    if (answered(srb))
        return TRUE;
    if (keeps_order == BY_NOTHING)
        touch(0);
    if (keeps_order == BY_CHANNEL)
        touch(8 * channel_of(devext, srb));
    if (keeps_order == BY_LOCK) {
        StorPortAcquireSpinLock(devext, StartIoLock, NULL, &handle);
        touch(0);
        StorPortReleaseSpinLock(devext, &handle);
    }
    keep(srb);
    return TRUE;
}

/* One after the other in time: what is missing is the order. */
static void submit_far_apart(void)
{
    for (uint32_t round = 0; round < 3; round++)
        for (uint32_t cpu = 0; cpu < MINI_CPUS; cpu++)
            mini_queue_call(cpu, submit, (void *)(uintptr_t)(round * MINI_CPUS + cpu));
}

START_TEST(without_a_lock_start_io_races_with_itself)
{
    mini.races = true;
    keeps_order = BY_NOTHING;
    mini.start = start_touches;
    boot_with(4);
    submit_far_apart();
    mini_finding(SIM_RULE_DATA_RACE);
}
END_TEST

START_TEST(the_start_io_lock_and_channel_numbers_keep_order)
{
    mini.races = true;
    keeps_order = _i ? BY_CHANNEL : BY_LOCK;
    mini.start = start_touches;
    boot_with(2);
    submit_far_apart();
    mini_run(SIM_MS);
    ck_assert_uint_eq(mini.started, 3 * MINI_CPUS);
}
END_TEST

START_TEST(without_channels_the_start_io_lock_is_around_it)
{
    mini.races = true;
    keeps_order = BY_NOTHING;
    mini.start = start_touches;
    mini_boot();
    submit_far_apart();
    mini_run(SIM_MS);
    ck_assert_uint_eq(mini.kept_count, 3 * MINI_CPUS);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("channel");
    Suite *s = suite_create("storport channel");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_loop_test(tc, as_many_start_io_run_at_once_as_there_are_channels, 1, 7);
    tcase_add_test(tc, reset_bus_holds_every_token);
    tcase_add_test(tc, the_timer_overlaps_start_io);
    tcase_add_loop_test(tc, the_start_io_lock_lets_start_io_go_on_unless_it_drains, 0, 2);
    tcase_add_loop_test(tc, start_io_may_take_the_start_io_lock_and_a_reset_does_not_deadlock, 0,
                        2);
    tcase_add_test(tc, without_a_lock_start_io_races_with_itself);
    tcase_add_loop_test(tc, the_start_io_lock_and_channel_numbers_keep_order, 0, 2);
    tcase_add_test(tc, without_channels_the_start_io_lock_is_around_it);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
