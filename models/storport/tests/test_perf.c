/* models/storport/tests/test_perf.c - STOR_PERF_* options: query, set, and what each changes.
 */
// links: models/storport/tests/mini.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

static uint32_t wanted; /* flags that the miniport sets */

static PERF_CONFIGURATION_DATA record(uint32_t version, uint32_t flags)
{
    PERF_CONFIGURATION_DATA data = {.Version = version, .Size = sizeof data, .Flags = flags};

    if (flags & STOR_PERF_INTERRUPT_MESSAGE_RANGES) {
        data.FirstRedirectionMessageNumber = 1;
        data.LastRedirectionMessageNumber = 3;
    }
    if (flags & STOR_PERF_CONCURRENT_CHANNELS)
        data.ConcurrentChannels = 2;
    return data;
}

static ULONG set(uint32_t version, uint32_t flags)
{
    PERF_CONFIGURATION_DATA data = record(version, flags);

    return StorPortInitializePerfOpts(mini.devext, FALSE, &data);
}

static uint32_t query(uint32_t version)
{
    PERF_CONFIGURATION_DATA data = record(version, 0);

    ck_assert_uint_eq(StorPortInitializePerfOpts(mini.devext, TRUE, &data), STOR_STATUS_SUCCESS);
    return data.Flags;
}

/* --- query and set ---------------------------------------------------------------------------- */

static BOOLEAN SIM_API queries(PVOID devext)
{
    PERF_CONFIGURATION_DATA newer = record(STOR_PERF_VERSION + 1, 0);

    ck_assert_uint_eq(query(STOR_PERF_VERSION_2), 0x07);
    ck_assert_uint_eq(query(STOR_PERF_VERSION_3), 0x1F);
    ck_assert_uint_eq(query(STOR_PERF_VERSION_4), 0x3F);
    ck_assert_uint_eq(query(STOR_PERF_VERSION_5), 0x7F);
    ck_assert_uint_eq(query(0), 0x7F);
    ck_assert_uint_eq(StorPortInitializePerfOpts(devext, TRUE, &newer),
                      STOR_STATUS_INVALID_PARAMETER);
    return TRUE;
}

START_TEST(a_query_tells_what_its_version_knows)
{
    mini.passive = queries;
    mini_boot();
}
END_TEST

static BOOLEAN SIM_API queries_without_messages(PVOID devext)
{
    (void)devext;
    ck_assert_uint_eq(query(STOR_PERF_VERSION_5) & 0x0C, 0);
    ck_assert_uint_eq(set(STOR_PERF_VERSION_5, 0x05), STOR_STATUS_UNSUCCESSFUL);
    return TRUE;
}

START_TEST(message_options_need_messages)
{
    mini.no_messages = true;
    mini.passive = queries_without_messages;
    mini_boot();
}
END_TEST

static BOOLEAN SIM_API queries_half_duplex(PVOID devext)
{
    (void)devext;
    ck_assert_uint_eq(query(STOR_PERF_VERSION_5), 0x7D);
    ck_assert_uint_eq(set(STOR_PERF_VERSION_5, 0x02), STOR_STATUS_UNSUCCESSFUL);
    return TRUE;
}

START_TEST(channels_need_full_duplex)
{
    mini.model = StorSynchronizeHalfDuplex;
    mini.passive = queries_half_duplex;
    mini_boot();
}
END_TEST

static const struct {
    uint32_t version, flags;
    ULONG status;
} settings[] = {
    {5, 0x00, STOR_STATUS_SUCCESS},           {5, 0x01, STOR_STATUS_SUCCESS},
    {5, 0x05, STOR_STATUS_SUCCESS},           {5, 0x7F, STOR_STATUS_SUCCESS},
    {2, 0x02, STOR_STATUS_SUCCESS},           {5, 0x80, STOR_STATUS_UNSUCCESSFUL},
    {2, 0x11, STOR_STATUS_UNSUCCESSFUL},      {3, 0x21, STOR_STATUS_UNSUCCESSFUL},
    {4, 0x40, STOR_STATUS_UNSUCCESSFUL},      {5, 0x04, STOR_STATUS_INVALID_PARAMETER},
    {5, 0x09, STOR_STATUS_INVALID_PARAMETER}, {5, 0x10, STOR_STATUS_INVALID_PARAMETER},
    {5, 0x20, STOR_STATUS_INVALID_PARAMETER}, {0, 0x00, STOR_STATUS_INVALID_PARAMETER},
    {6, 0x00, STOR_STATUS_INVALID_PARAMETER},
};
static int setting;

static BOOLEAN SIM_API sets(PVOID devext)
{
    (void)devext;
    ck_assert_uint_eq(set(settings[setting].version, settings[setting].flags),
                      settings[setting].status);
    return TRUE;
}

START_TEST(a_set_is_judged_by_version_and_what_an_option_needs)
{
    setting = _i;
    mini.passive = sets;
    mini_boot();
    ck_assert_uint_eq(mini.port->perf_flags, settings[_i].status ? 0 : settings[_i].flags);
}
END_TEST

static BOOLEAN SIM_API sets_bad_numbers(PVOID devext)
{
    PERF_CONFIGURATION_DATA data = record(5, 0x02);

    data.ConcurrentChannels = 0;
    ck_assert_uint_eq(StorPortInitializePerfOpts(devext, FALSE, &data),
                      STOR_STATUS_INVALID_PARAMETER);
    data = record(5, 0x05);
    data.LastRedirectionMessageNumber = MINI_CPUS;
    ck_assert_uint_eq(StorPortInitializePerfOpts(devext, FALSE, &data),
                      STOR_STATUS_INVALID_PARAMETER);
    data = record(5, 0x01);
    data.Size = 8;
    ck_assert_uint_eq(StorPortInitializePerfOpts(devext, FALSE, &data),
                      STOR_STATUS_INVALID_PARAMETER);
    return TRUE;
}

START_TEST(channels_messages_and_sizes_are_checked)
{
    mini.passive = sets_bad_numbers;
    mini_boot();
}
END_TEST

static void set_late(void *ctx)
{
    (void)ctx;
    ck_assert_uint_eq(set(5, 1), STOR_STATUS_UNSUCCESSFUL);
}

START_TEST(options_are_set_during_initialization_only)
{
    mini_boot();
    mini_call(0, set_late, NULL);
}
END_TEST

static BOOLEAN SIM_API locality(PVOID devext)
{
    GROUP_AFFINITY targets[3];
    PERF_CONFIGURATION_DATA data = record(5, 0x0D);

    data.MessageTargets = targets;
    ck_assert_uint_eq(StorPortInitializePerfOpts(devext, FALSE, &data), STOR_STATUS_SUCCESS);
    for (uint32_t i = 0; i < 3; i++)
        ck_assert_uint_eq(targets[i].Mask, 1u << (i + 1));
    return TRUE;
}

START_TEST(locality_tells_where_messages_go)
{
    mini.passive = locality;
    mini_boot();
}
END_TEST

/* --- what they change ------------------------------------------------------------------------- */

static BOOLEAN SIM_API sets_wanted(PVOID devext)
{
    (void)devext;
    ck_assert_uint_eq(set(5, wanted), STOR_STATUS_SUCCESS);
    return TRUE;
}

static void boot_with(uint32_t flags)
{
    wanted = flags;
    mini.passive = sets_wanted;
    mini_boot();
}

START_TEST(redirection_brings_completions_home_unless_current_cpu_is_set)
{
    boot_with(_i ? 0x21 : 0x01);
    mini_submit(2, 0, 0);
    mini_complete(3, 0, SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.done_count, 1);
    ck_assert_uint_eq(mini_event(SIM_EV_SRB_RETURN)->cpu, _i ? 3 : 2);
}
END_TEST

static void complete_under_lock(void *ctx)
{
    STOR_LOCK_HANDLE handle;

    (void)ctx;
    StorPortAcquireSpinLock(mini.devext, StartIoLock, NULL, &handle);
    mini_complete_here(mini.kept[0].srb, SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.done_count, 0);
    StorPortReleaseSpinLock(mini.devext, &handle);
}

/* The lock that counts is the one of this CPU, not of the one where the completion goes on. */
START_TEST(redirected_completions_do_not_go_on_under_a_lock)
{
    mini.config.silent[SP_SILENT_COMPLETION] = SP_COMPLETION_INLINE;
    boot_with(0x01);
    mini_submit(2, 0, 0);
    mini_call(3, complete_under_lock, NULL);
    mini_run(10 * SIM_US);
    ck_assert_uint_eq(mini.done_count, 1);
    ck_assert_uint_eq(mini_event(SIM_EV_SRB_RETURN)->cpu, 2);
}
END_TEST

static BOOLEAN SIM_API start_asks(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    STARTIO_PERFORMANCE_PARAMETERS parameters = {.Size = sizeof parameters};

    if (srb->Cdb[0] == SCSIOP_READ) {
        ck_assert_uint_eq(StorPortGetStartIoPerfParams(devext, srb, &parameters),
                          STOR_STATUS_SUCCESS);
        mini_say("%u ", parameters.MessageNumber);
    }
    memset(srb->DataBuffer, 0, 4);
    mini_complete_here(srb, SRB_STATUS_SUCCESS);
    return TRUE;
}

START_TEST(with_ranges_start_io_is_told_a_message_of_the_range_for_its_cpu)
{
    mini.start = start_asks;
    boot_with(_i ? 0x05 : 0x01);
    for (uint32_t cpu = 0; cpu < MINI_CPUS; cpu++)
        mini_submit(cpu, cpu, 0);
    ck_assert_str_eq(mini.said, _i ? "1 1 2 3 " : "0 0 0 0 ");
}
END_TEST

static void submit_at_dispatch(void *ctx)
{
    uint8_t irql = nt_raise_irql(mini.nt, NT_DISPATCH);

    (void)ctx;
    mini_submit_here(0, 0);
    ck_assert_uint_eq(mini.done_count, mini.port->perf_flags & 0x10 ? 1 : 0);
    nt_lower_irql(mini.nt, irql);
    ck_assert_uint_eq(mini.done_count, 1);
}

START_TEST(completions_inside_start_io_may_go_on_without_a_dpc)
{
    mini.start = start_asks;
    boot_with(_i ? 0x31 : 0x21);
    mini_call(0, submit_at_dispatch, NULL);
}
END_TEST

static void ask_for_list(void *ctx)
{
    ck_assert_ptr_null(StorPortGetScatterGatherList(mini.devext, ctx));
}

START_TEST(without_lists_asking_for_one_is_a_finding)
{
    boot_with(0x40);
    mini_submit(0, 0, 0);
    mini_queue_call(0, ask_for_list, mini.kept[0].srb);
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_STORPORT_USAGE), "NO_SGL"));
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("perf");
    Suite *s = suite_create("storport perf");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, a_query_tells_what_its_version_knows);
    tcase_add_test(tc, message_options_need_messages);
    tcase_add_test(tc, channels_need_full_duplex);
    tcase_add_loop_test(tc, a_set_is_judged_by_version_and_what_an_option_needs, 0,
                        (int)(sizeof settings / sizeof settings[0]));
    tcase_add_test(tc, channels_messages_and_sizes_are_checked);
    tcase_add_test(tc, options_are_set_during_initialization_only);
    tcase_add_test(tc, locality_tells_where_messages_go);
    tcase_add_loop_test(tc, redirection_brings_completions_home_unless_current_cpu_is_set, 0, 2);
    tcase_add_test(tc, redirected_completions_do_not_go_on_under_a_lock);
    tcase_add_loop_test(tc, with_ranges_start_io_is_told_a_message_of_the_range_for_its_cpu, 0, 2);
    tcase_add_loop_test(tc, completions_inside_start_io_may_go_on_without_a_dpc, 0, 2);
    tcase_add_test(tc, without_lists_asking_for_one_is_a_finding);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
