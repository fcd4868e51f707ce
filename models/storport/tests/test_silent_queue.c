/* models/storport/tests/test_silent_queue.c - silent points of queues, gates and completion
 * (chapter 8.3): the candidates that are not the default. The defaults have their tests in
 * test_queue.c, test_gate.c and test_complete.c.
 */
// links: models/storport/tests/mini.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

#define CHOOSE(point, word) (mini.config.silent[SP_SILENT_##point] = SP_##point##_##word)

static void submit_here(void *ctx)
{
    mini_submit_here((uint32_t)(uintptr_t)ctx, 0);
}

static uint32_t slot_of(uint32_t kept)
{
    return sp__slot_of(mini.port, mini.kept[kept].srb)->index;
}

/* --- StartIo and BuildIo ---------------------------------------------------------------------- */

/* The scan's commands succeed; reads are kept, and FALSE is returned for them. */
static BOOLEAN SIM_API refuse(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    (void)devext;
    if (srb->Cdb[0] != SCSIOP_READ) {
        memset(srb->DataBuffer, 0, 4);
        mini_complete_here(srb, SRB_STATUS_SUCCESS);
        return TRUE;
    }
    mini.kept[mini.kept_count++].srb = srb;
    return FALSE;
}

START_TEST(start_io_false_is_ignored_by_default)
{
    mini.start = refuse;
    mini_boot();
    mini_submit(0, 0, 0);
    ck_assert_uint_eq(sp_started(mini.port), 1);
}
END_TEST

START_TEST(start_io_false_may_mean_busy)
{
    CHOOSE(STARTIO_FALSE, REQUEUED);
    mini.start = refuse;
    mini_boot();
    mini_submit(0, 0, 0);
    ck_assert_uint_eq(sp_outstanding(mini.port), 0);
    ck_assert_uint_eq(sp_queued(mini.port), 1);
    ck_assert_uint_eq(mini_events(SIM_EV_SRB_TAKEN), 1);
    mini_run(251 * SIM_MS);
    ck_assert_uint_eq(mini.kept_count, 2);
}
END_TEST

START_TEST(start_io_false_may_be_a_finding)
{
    CHOOSE(STARTIO_FALSE, REPORTED);
    mini.start = refuse;
    mini_boot();
    mini_queue_call(0, submit_here, NULL);
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_STORPORT_USAGE), "FALSE"));
}
END_TEST

static BOOLEAN SIM_API build_keeps(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    (void)devext;
    if (srb->Cdb[0] != SCSIOP_READ)
        return TRUE;
    mini.kept[mini.kept_count++].srb = srb;
    return FALSE;
}

START_TEST(a_request_refused_by_build_io_may_go_untimed)
{
    CHOOSE(BUILD_FALSE, UNTIMED);
    mini.build = build_keeps;
    mini_boot();
    mini_submit(0, 0, 0);
    ck_assert_int_eq(mini.port->lun[0].timer, -1);
    mini_complete(0, 0, SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.done_count, 1);
}
END_TEST

static BOOLEAN SIM_API build_slowly(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    (void)devext;
    if (srb->Cdb[0] == SCSIOP_READ)
        nt_stall(mini.nt, 20 * SIM_US);
    return TRUE;
}

START_TEST(the_lun_timer_may_run_from_build_io)
{
    if (_i)
        CHOOSE(TIMER_FROM, BUILDIO);
    mini.build = build_slowly;
    mini_boot();
    mini_submit(0, 0, 0);
    ck_assert_uint_eq(mini.started, 0);
    ck_assert_int_eq(mini.port->lun[0].timer, _i ? 10 : -1);
    mini_run(20 * SIM_US);
    ck_assert_int_eq(mini.port->lun[0].timer, 10);
    mini_complete(0, 0, SRB_STATUS_SUCCESS);
    ck_assert_int_eq(mini.port->lun[0].timer, -1);
}
END_TEST

/* --- order ------------------------------------------------------------------------------------ */

static void pause_60(void *ctx)
{
    (void)ctx;
    ck_assert(StorPortPause(mini.devext, 60));
}

static void resume(void *ctx)
{
    ck_assert_uint_eq(StorPortResume(mini.devext), ctx == NULL);
}

START_TEST(requests_may_leave_the_queue_in_another_order)
{
    bool other = false;

    CHOOSE(START_ORDER, ANY);
    mini_boot();
    mini_call(0, pause_60, NULL);
    for (uint32_t i = 0; i < 16; i++)
        mini_submit(0, i, 0);
    mini_call(0, resume, NULL);
    mini_run(SIM_MS);
    ck_assert_uint_eq(mini.kept_count, 16);
    for (uint32_t i = 0; i < 16; i++) {
        other |= slot_of(i) != i;
        ck_assert_uint_lt(slot_of(i), i + 4);
    }
    ck_assert(other);
}
END_TEST

static void submit_at_dispatch(void *ctx)
{
    uint8_t irql = nt_raise_irql(mini.nt, NT_DISPATCH);

    (void)ctx;
    mini_submit_here(0, 0);
    ck_assert_uint_eq(mini.built, 1);
    ck_assert_uint_eq(mini.started, 0);
    nt_lower_irql(mini.nt, irql);
    ck_assert_uint_eq(mini.started, 1);
}

START_TEST(start_io_may_come_in_a_later_dpc)
{
    CHOOSE(START_ORDER, LATE);
    mini_boot();
    mini_call(0, submit_at_dispatch, NULL);
}
END_TEST

START_TEST(build_io_may_run_while_the_adapter_is_paused)
{
    CHOOSE(HELD_BUILD, YES);
    mini_boot();
    mini_call(0, pause_60, NULL);
    mini_submit(0, 0, 0);
    ck_assert_uint_eq(mini.built, 1);
    ck_assert_uint_eq(mini.started, 0);
    mini_call(0, resume, NULL);
    ck_assert_uint_eq(mini.started, 1);
}
END_TEST

START_TEST(tags_may_go_round)
{
    CHOOSE(TAGS, ROUND_ROBIN);
    mini_boot();
    for (uint32_t i = 0; i < 300; i++) {
        uint8_t tag;

        mini.done_count = 0;
        mini_submit(0, 0, 0);
        tag = mini.kept[0].srb->QueueTag;
        ck_assert_uint_ne(tag, SP_UNTAGGED);
        mini_complete(0, 0, SRB_STATUS_SUCCESS);
        mini_submit(0, 0, 0);
        ck_assert_uint_eq(mini.kept[0].srb->QueueTag, (tag + 1) % 255);
        mini_complete(0, 0, SRB_STATUS_SUCCESS);
    }
}
END_TEST

START_TEST(an_untagged_request_may_go_among_others)
{
    CHOOSE(UNTAGGED, SENT);
    mini_boot();
    mini_submit(0, 0, 0);
    mini.flags = SP_FLAG_NO_QUEUE_FREEZE;
    mini_submit(0, 1, 0);
    mini_submit(0, 2, 0);
    ck_assert_uint_eq(mini.kept_count, 3);
    for (uint32_t i = 0; i < 3; i++)
        mini_complete(0, 0, SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.port->lun[0].in_use, 0);
}
END_TEST

/* One that need not be alone never stood in the way, so its end takes nothing out of it. */
START_TEST(an_untagged_request_that_was_flushed_holds_up_nobody)
{
    CHOOSE(UNTAGGED, SENT);
    mini_boot();
    mini_call(0, pause_60, NULL);
    mini.flags = SP_FLAG_NO_QUEUE_FREEZE;
    mini_submit(0, 0, 0);
    mini_function_send(0, 5, SP_FN_FLUSH_QUEUE, 0);
    ck_assert_uint_eq(mini.request[0].srb_status, SRB_STATUS_REQUEST_FLUSHED);
    ck_assert_uint_eq(mini.port->lun[0].untagged, 0);
}
END_TEST

START_TEST(a_bypassing_request_may_pass_the_adapters_pause)
{
    if (_i)
        CHOOSE(BYPASS, ALL);
    mini_boot();
    mini_call(0, pause_60, NULL);
    mini.flags = SP_FLAG_BYPASS_FROZEN_QUEUE;
    mini_submit(0, 0, 0);
    ck_assert_uint_eq(mini.kept_count, (uint32_t)_i);
}
END_TEST

/* --- gates ------------------------------------------------------------------------------------ */

START_TEST(the_last_pause_may_be_the_only_one)
{
    CHOOSE(PAUSES, LAST);
    mini_boot();
    mini_call(0, pause_60, NULL);
    mini_call(1, pause_60, NULL);
    mini_call(0, resume, NULL);
    ck_assert(!sp_paused(mini.port));
    mini_call(0, resume, &mini);
}
END_TEST

static BOOLEAN answer;

static void busy(void *ctx)
{
    answer = StorPortBusy(mini.devext, (ULONG)(uintptr_t)ctx);
}

static void ready(void *ctx)
{
    (void)ctx;
    ck_assert(StorPortReady(mini.devext));
}

START_TEST(busy_for_nothing_may_be_refused)
{
    CHOOSE(BUSY_IDLE, REFUSED);
    mini_boot();
    mini_call(0, busy, (void *)3);
    ck_assert(!answer);
    mini_submit(0, 0, 0);
    mini_call(0, busy, (void *)0);
    ck_assert(!answer);
    mini_call(0, busy, (void *)3);
    ck_assert(answer);
}
END_TEST

START_TEST(busy_for_nothing_may_last_until_ready)
{
    CHOOSE(BUSY_IDLE, STUCK);
    mini_boot();
    mini_call(0, busy, (void *)3);
    mini_call(0, busy, (void *)3);
    ck_assert(answer);
    mini_submit(0, 0, 0);
    mini_run(100 * SIM_S);
    ck_assert_uint_eq(mini.started, 0);
    mini_call(0, ready, NULL);
    ck_assert_uint_eq(mini.started, 1);
    mini_call(0, ready, NULL);
}
END_TEST

static void complete_busy_at_dirql(void *ctx)
{
    uint8_t irql = nt_raise_irql(mini.nt, SP_DIRQL);

    (void)ctx;
    for (uint32_t i = 0; i < 2; i++)
        mini_complete_here(mini.kept[i].srb, SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.port->gate.pending, mini.config.silent[SP_SILENT_BUSY_COUNTS] ? 2 : 0);
    StorPortBusy(mini.devext, 2); /* counts what was completed and not given back, or nothing */
    ck_assert_uint_eq(mini.port->gate.busy_left, mini.config.silent[SP_SILENT_BUSY_COUNTS] ? 2 : 0);
    nt_lower_irql(mini.nt, irql);
    ck_assert_uint_eq(mini.port->gate.busy_left, 0);
}

START_TEST(busy_may_count_requests_given_back)
{
    if (_i)
        CHOOSE(BUSY_COUNTS, RETURN);
    mini_boot();
    mini_submit(0, 0, 0);
    mini_submit(0, 1, 0);
    mini_call(0, complete_busy_at_dirql, NULL);
    ck_assert_uint_eq(mini.port->gate.pending, 0);
}
END_TEST

START_TEST(failures_may_never_freeze)
{
    CHOOSE(FREEZE, NEVER);
    mini.flags = SP_FLAG_TAGGED;
    mini_boot();
    mini_submit(0, 0, 0);
    mini_complete(0, 0, SRB_STATUS_BUS_RESET);
    ck_assert(!mini.request[0].queue_frozen && !sp_frozen(mini.port, 0));
}
END_TEST

/* --- completion ------------------------------------------------------------------------------- */

START_TEST(a_completion_may_go_on_where_the_request_came_from)
{
    CHOOSE(COMPLETION, ORIGIN);
    mini_boot();
    mini_submit(2, 0, 0);
    mini_complete(3, 0, SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.done_count, 1);
    ck_assert_uint_eq(mini_event(SIM_EV_SRB_RETURN)->cpu, 2);
}
END_TEST

static void complete_two(void *ctx)
{
    STOR_LOCK_HANDLE handle;

    (void)ctx;
    mini_complete_here(mini.kept[0].srb, SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.done_count, 1);
    StorPortAcquireSpinLock(mini.devext, StartIoLock, NULL, &handle);
    mini_complete_here(mini.kept[1].srb, SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.done_count, 1);
    StorPortReleaseSpinLock(mini.devext, &handle);
    ck_assert_uint_eq(mini.done_count, 2);
}

START_TEST(a_completion_without_a_lock_may_go_on_at_once)
{
    CHOOSE(COMPLETION, INLINE);
    mini_boot();
    mini_submit(0, 0, 0);
    mini_submit(0, 1, 0);
    mini_call(1, complete_two, NULL);
}
END_TEST

static BOOLEAN SIM_API build_completes(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    (void)devext;
    if (srb->Cdb[0] != SCSIOP_READ)
        return TRUE;
    mini_complete_here(srb, SRB_STATUS_ABORTED);
    return FALSE;
}

START_TEST(inline_completions_inside_build_io_do_not_nest_for_ever)
{
    CHOOSE(COMPLETION, INLINE);
    mini.build = build_completes;
    mini_boot();
    for (uint32_t i = 0; i < 8; i++)
        mini_submit(0, i, 0);
    ck_assert_uint_eq(mini.done_count, 8);
}
END_TEST

static BOOLEAN SIM_API complete_other_and_stall(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    if (srb->Cdb[0] != SCSIOP_READ)
        return refuse(devext, srb);
    mini.kept[mini.kept_count++].srb = srb;
    if (mini.kept_count == 2) {
        mini_complete_here(mini.kept[0].srb, SRB_STATUS_SUCCESS);
        nt_stall(mini.nt, 20 * SIM_US);
    }
    return TRUE;
}

START_TEST(a_completion_inside_start_io_may_let_others_build_at_once_or_afterwards)
{
    if (_i)
        CHOOSE(RESTART, AFTER);
    mini.config.queue_depth = 2;
    mini.start = complete_other_and_stall;
    mini_boot();
    mini_submit(0, 0, 0);
    mini_queue_call(0, submit_here, (void *)1);
    mini_run(5 * SIM_US);
    mini_submit(2, 2, 0); /* room since the completion, but HwStorStartIo still runs on CPU 0 */
    ck_assert_uint_eq(mini.built, _i ? 2 : 3);
    mini_run(20 * SIM_US);
    ck_assert_uint_eq(mini.built, 3);
    ck_assert_uint_eq(mini.kept_count, 3);
}
END_TEST

START_TEST(retries_may_go_to_the_tail)
{
    if (_i)
        CHOOSE(RETRY_PLACE, TAIL);
    mini.config.queue_depth = 1;
    mini_boot();
    mini_submit(0, 0, 0);
    mini_submit(0, 1, 0);
    mini_complete(0, 0, SRB_STATUS_BUSY);
    mini_run(300 * SIM_MS);
    ck_assert_uint_eq(slot_of(0), (uint32_t)_i);
}
END_TEST

static BOOLEAN SIM_API always_busy(PVOID devext, PSCSI_REQUEST_BLOCK srb)
{
    (void)devext;
    mini.started++;
    memset(srb->DataBuffer, 0, 4);
    mini_complete_here(srb, srb->Cdb[0] == SCSIOP_READ ? SRB_STATUS_BUSY : SRB_STATUS_SUCCESS);
    return TRUE;
}

START_TEST(busy_may_be_retried_for_ever)
{
    CHOOSE(BUSY_LIMIT, NEVER);
    mini.config.busy_pause_ns = SIM_MS;
    mini.start = always_busy;
    mini_boot();
    mini_submit(0, 0, 0);
    mini_run(SIM_S);
    ck_assert_uint_gt(mini.started, 900);
    ck_assert_uint_eq(mini.done_count, 0);
}
END_TEST

static void complete_pending(void *ctx)
{
    mini_complete_here(ctx, SRB_STATUS_PENDING);
}

START_TEST(a_bad_status_may_be_a_bug_check)
{
    CHOOSE(BAD_STATUS, BUG_CHECK);
    mini.sim_config.severity[SIM_RULE_SRB_STATUS] = SIM_SEVERITY_OFF;
    mini_boot();
    mini_submit(0, 0, 0);
    mini_queue_call(0, complete_pending, mini.kept[0].srb);
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_DRIVER_FAULT), "0x1004"));
}
END_TEST

static void service_time(void *ctx)
{
    StorPortNotification(IoTargetRequestServiceTime, mini.devext, (ULONGLONG)5, ctx);
}

START_TEST(service_times_may_be_reported)
{
    CHOOSE(SERVICE_TIME, REPORTED);
    mini_boot();
    mini_submit(0, 0, 0);
    mini_queue_call(0, service_time, mini.kept[0].srb);
    mini_finding(SIM_RULE_STORPORT_USAGE);
}
END_TEST

START_TEST(service_times_are_accepted_by_default)
{
    mini_boot();
    mini_submit(0, 0, 0);
    mini_call(0, service_time, mini.kept[0].srb);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("silent queue");
    Suite *s = suite_create("storport silent queue");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, start_io_false_is_ignored_by_default);
    tcase_add_test(tc, start_io_false_may_mean_busy);
    tcase_add_test(tc, start_io_false_may_be_a_finding);
    tcase_add_test(tc, a_request_refused_by_build_io_may_go_untimed);
    tcase_add_loop_test(tc, the_lun_timer_may_run_from_build_io, 0, 2);
    tcase_add_test(tc, requests_may_leave_the_queue_in_another_order);
    tcase_add_test(tc, start_io_may_come_in_a_later_dpc);
    tcase_add_test(tc, build_io_may_run_while_the_adapter_is_paused);
    tcase_add_test(tc, tags_may_go_round);
    tcase_add_test(tc, an_untagged_request_may_go_among_others);
    tcase_add_test(tc, an_untagged_request_that_was_flushed_holds_up_nobody);
    tcase_add_loop_test(tc, a_bypassing_request_may_pass_the_adapters_pause, 0, 2);
    tcase_add_test(tc, the_last_pause_may_be_the_only_one);
    tcase_add_test(tc, busy_for_nothing_may_be_refused);
    tcase_add_test(tc, busy_for_nothing_may_last_until_ready);
    tcase_add_loop_test(tc, busy_may_count_requests_given_back, 0, 2);
    tcase_add_test(tc, failures_may_never_freeze);
    tcase_add_test(tc, a_completion_may_go_on_where_the_request_came_from);
    tcase_add_test(tc, a_completion_without_a_lock_may_go_on_at_once);
    tcase_add_test(tc, inline_completions_inside_build_io_do_not_nest_for_ever);
    tcase_add_loop_test(tc, a_completion_inside_start_io_may_let_others_build_at_once_or_afterwards,
                        0, 2);
    tcase_add_loop_test(tc, retries_may_go_to_the_tail, 0, 2);
    tcase_add_test(tc, busy_may_be_retried_for_ever);
    tcase_add_test(tc, a_bad_status_may_be_a_bug_check);
    tcase_add_test(tc, service_times_may_be_reported);
    tcase_add_test(tc, service_times_are_accepted_by_default);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
