/* models/storport/tests/test_complete.c - RequestComplete, the completion DPC, BUSY and QUEUE_FULL,
 * and memory afterwards.
 */
// links: models/storport/tests/mini.c
// covers: models/storport/srb.c
// covers: models/storport/access.c
// covers: models/storport/list.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

START_TEST(a_completion_goes_through_a_dpc_of_the_same_cpu)
{
    mini_boot();
    mini_submit(0, 0, 0);
    mini_complete(3, 0, SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.done_count, 1);
    ck_assert_uint_eq(mini_event(SIM_EV_SRB_RETURN)->cpu, 3);
    ck_assert_uint_eq(mini_event(SIM_EV_SRB_RETURN)->level, NT_DISPATCH);
}
END_TEST

static void complete_at_dirql(void *ctx)
{
    uint8_t irql = nt_raise_irql(mini.nt, SP_DIRQL);

    mini_complete_here(ctx, SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.done_count, 0);
    nt_lower_irql(mini.nt, irql);
    ck_assert_uint_eq(mini.done_count, 1);
}

START_TEST(a_completion_at_dirql_is_finished_when_irql_falls)
{
    mini_boot();
    mini_submit(0, 0, 0);
    mini_call(1, complete_at_dirql, mini.kept[0].srb);
}
END_TEST

static void complete_ctx(void *ctx)
{
    mini_complete_here(ctx, SRB_STATUS_SUCCESS);
}

START_TEST(a_second_completion_is_told_by_the_same_serial)
{
    SCSI_REQUEST_BLOCK *srb;
    uint64_t serial;

    mini_boot();
    mini_submit(0, 0, 0);
    srb = mini.kept[0].srb;
    mini_call(0, complete_ctx, srb);
    serial = mini_event(SIM_EV_SRB_COMPLETE)->arg[0];
    mini_call(1, complete_ctx, srb);
    ck_assert_uint_eq(mini_events(SIM_EV_SRB_COMPLETE_AGAIN), 1);
    ck_assert_uint_eq(mini_event(SIM_EV_SRB_COMPLETE_AGAIN)->arg[0], serial);
    ck_assert_uint_eq(mini.done_count, 1);
}
END_TEST

START_TEST(what_is_no_srb_is_told_and_ignored)
{
    mini_boot();
    mini_submit(0, 0, 0);
    mini_call(0, complete_ctx, (uint8_t *)mini.kept[0].srb + 16);
    mini_call(0, complete_ctx, mini.data[0]);
    ck_assert_uint_eq(mini_events(SIM_EV_SRB_COMPLETE_BAD), 2);
    ck_assert_uint_eq(sp_outstanding(mini.port), 1);
}
END_TEST

static uint8_t bad_status;

static void complete_badly(void *ctx)
{
    mini_complete_here(ctx, bad_status);
}

START_TEST(a_status_of_the_port_driver_is_a_finding)
{
    static const uint8_t bad[] = {0x00, 0x30, 0x3F, 0x41, 0x80};

    bad_status = bad[_i];
    mini_boot();
    mini_submit(0, 0, 0);
    mini_queue_call(0, complete_badly, mini.kept[0].srb);
    mini_finding(SIM_RULE_SRB_STATUS);
}
END_TEST

START_TEST(with_the_rule_off_a_bad_status_counts_as_error)
{
    mini.sim_config.severity[SIM_RULE_SRB_STATUS] = SIM_SEVERITY_OFF;
    mini_boot();
    mini_submit(0, 0, 0);
    mini_complete(0, 0, SRB_STATUS_PENDING);
    ck_assert_uint_eq(mini.request[0].srb_status, SRB_STATUS_ERROR);
}
END_TEST

/* --- BUSY and QUEUE_FULL --------------------------------------------------------------------- */

START_TEST(busy_comes_back_after_a_quarter_second_with_a_fresh_extension)
{
    void *extension, *srb;

    mini_boot();
    mini_submit(0, 0, 0);
    mini_submit(0, 1, 0);
    srb = mini.kept[0].srb;
    extension = mini.kept[0].srb->SrbExtension;
    mini_complete(0, 0, SRB_STATUS_BUSY);
    mini_submit(0, 2, 0);
    mini_run(249 * SIM_MS);
    ck_assert_uint_eq(mini.started, 2);
    mini_run(2 * SIM_MS);
    ck_assert_uint_eq(mini.started, 4);
    ck_assert_ptr_eq(mini.kept[1].srb, srb);
    ck_assert_ptr_ne(mini.kept[1].srb->SrbExtension, extension);
    ck_assert_uint_eq(mini.done_count, 0);
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

START_TEST(after_twenty_retries_busy_is_given_back)
{
    mini.start = always_busy;
    mini_boot();
    mini.started = 0;
    mini_submit(0, 0, 0);
    mini_run(4900 * SIM_MS);
    ck_assert_uint_eq(mini.done_count, 0);
    mini_run(200 * SIM_MS);
    ck_assert_uint_eq(mini.started, 21);
    ck_assert_uint_eq(mini.done_count, 1);
    ck_assert_uint_eq(mini.request[0].srb_status, SRB_STATUS_BUSY);
}
END_TEST

START_TEST(several_busy_requests_keep_their_order)
{
    mini_boot();
    for (uint32_t i = 0; i < 3; i++)
        mini_submit(0, i, 0);
    for (uint32_t i = 0; i < 3; i++)
        mini_complete(0, 0, SRB_STATUS_BUSY);
    mini_run(300 * SIM_MS);
    for (uint32_t i = 0; i < 3; i++)
        ck_assert_ptr_eq(mini.kept[i].srb, sp__slot(mini.port, i)->srb);
}
END_TEST

START_TEST(queue_full_waits_for_a_quarter_of_what_is_out)
{
    mini_boot();
    for (uint32_t i = 0; i < 9; i++)
        mini_submit(0, i, 0);
    mini.kept[0].srb->ScsiStatus = SCSISTAT_QUEUE_FULL;
    mini_complete(0, 0, SRB_STATUS_ERROR);
    mini_complete(0, 0, SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.started, 9);
    mini_complete(0, 0, SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(mini.started, 10);
    ck_assert_uint_eq(mini.done_count, 2);
}
END_TEST

/* --- memory afterwards ----------------------------------------------------------------------- */

static void touch_srb(void *ctx)
{
    mini_write1((uint8_t *)ctx + 3);
}

START_TEST(a_touch_of_a_completed_srb_is_a_finding_with_its_serial)
{
    void *srb;

    mini_boot();
    mini_submit(0, 0, 0);
    srb = mini.kept[0].srb;
    mini_call(0, touch_srb, srb);
    mini_complete(0, 0, SRB_STATUS_SUCCESS);
    mini_queue_call(0, touch_srb, srb);
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_SRB_TOUCHED), "was written"));
    ck_assert_uint_eq(sim_finding(mini.sim, 0)->subject, sp__slot(mini.port, 0)->serial);
}
END_TEST

static void read_extension(void *ctx)
{
    mini_read4(ctx);
}

START_TEST(a_touch_of_a_completed_extension_is_one_too)
{
    void *extension;

    mini_boot();
    mini_submit(0, 0, 0);
    extension = mini.kept[0].srb->SrbExtension;
    mini_call(0, read_extension, extension);
    mini_complete(0, 0, SRB_STATUS_SUCCESS);
    mini_queue_call(0, read_extension, extension);
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_SRB_TOUCHED), "the SRB extension"));
}
END_TEST

START_TEST(the_processor_may_not_touch_data_that_is_not_mapped)
{
    mini_boot();
    mini_submit(0, 0, 0);
    mini_queue_call(0, read_extension, mini.data[0]);
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_USE_AFTER_FREE), "MapBuffers"));
}
END_TEST

static void map_and_read(void *ctx)
{
    void *address;

    ck_assert_uint_eq(StorPortGetSystemAddress(mini.devext, ctx, &address), STOR_STATUS_SUCCESS);
    mini_read4(address);
}

START_TEST(get_system_address_maps_it_for_this_request)
{
    mini_boot();
    mini_submit(0, 0, 0);
    mini_call(0, map_and_read, mini.kept[0].srb);
    mini_complete(0, 0, SRB_STATUS_SUCCESS);
    mini_queue_call(0, read_extension, mini.data[0]);
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_SRB_TOUCHED), "data buffer"));
}
END_TEST

START_TEST(the_device_may_write_data_until_completion_only)
{
    struct nt_dma_error bad;
    uint64_t phys, serial;

    mini_boot();
    phys = nt_phys(mini.memory, mini.data[0]);
    ck_assert_int_eq(nt_dma_write(mini.memory, phys, "x", 1, &bad), NT_DMA_REFUSED);
    mini_submit(0, 0, 0);
    ck_assert_int_eq(nt_dma_write(mini.memory, phys, "x", 1, &bad), NT_DMA_OK);
    ck_assert_int_eq(nt_dma_read(mini.memory, phys, &serial, 1, &bad), NT_DMA_REFUSED);
    mini_complete(0, 0, SRB_STATUS_SUCCESS);
    ck_assert_int_eq(nt_dma_write(mini.memory, phys, "x", 1, &bad), NT_DMA_REFUSED);
    ck_assert_int_eq(bad.why, SIM_WHY_DATA);
    ck_assert_uint_eq(sp_owner_of(mini.port, bad.address), mini_event(SIM_EV_SRB_COMPLETE)->arg[0]);
}
END_TEST

static struct {
    uintptr_t own[SP_PIECES_MAX]; /* SRB, extension, data */
    uint32_t completions, pieces;
} owns;

/* Asks while the trace tells of a completion. */
static void count_owned(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct sp_piece piece[SP_PIECES_MAX];

    (void)sim;
    (void)ctx;
    owns.completions++;
    owns.pieces = sp_pieces_of(mini.port, r->arg[0], piece);
    for (uint32_t i = 0; i < owns.pieces; i++)
        ck_assert(owns.own[i] - piece[i].at < piece[i].bytes);
    ck_assert_uint_eq(sp_pieces_of(mini.port, r->arg[0] + 1, piece), 0);
}

START_TEST(whose_memory_it_is_can_be_asked_during_a_completion)
{
    struct sp_piece piece[SP_PIECES_MAX];
    uint64_t serial;

    mini_boot();
    mini_submit(0, 0, 0);
    mini_submit(0, 1, 0);
    owns.own[0] = (uintptr_t)mini.kept[0].srb;
    owns.own[1] = (uintptr_t)mini.kept[0].srb->SrbExtension;
    owns.own[2] = (uintptr_t)mini.data[0];
    sim_trace_subscribe(mini.sim, SIM_EV_SRB_COMPLETE, count_owned, NULL);
    mini_complete(0, 0, SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(owns.completions, 1);
    ck_assert_uint_eq(owns.pieces, 3);
    serial = mini_event(SIM_EV_SRB_COMPLETE)->arg[0];
    ck_assert_uint_eq(sp_pieces_of(mini.port, serial, piece), 0);
    ck_assert_uint_eq(sp_owner_of(mini.port, owns.own[2]), serial);
}
END_TEST

START_TEST(extensions_are_poisoned_at_every_hand_over)
{
    uint8_t *extension, first;

    mini_boot();
    mini_submit(0, 0, 0);
    extension = mini.kept[0].srb->SrbExtension;
    first = extension[0];
    ck_assert_uint_ne(first, 0);
    memset(extension, 0, 200);
    mini_complete(0, 0, SRB_STATUS_SUCCESS);
    mini_submit(0, 0, 0);
    ck_assert_ptr_eq(mini.kept[0].srb->SrbExtension, extension);
    for (int i = 0; i < 200; i++)
        ck_assert_uint_eq(extension[i], first);
}
END_TEST

static void list_pages(void *ctx)
{
    const STOR_SCATTER_GATHER_LIST *list = StorPortGetScatterGatherList(mini.devext, ctx);

    ck_assert_uint_eq(list->NumberOfElements, 2);
    for (uint32_t i = 0; i < 2; i++) {
        ck_assert_uint_eq(list->List[i].Length, 4096);
        ck_assert_uint_eq((uint64_t)list->List[i].PhysicalAddress.QuadPart,
                          nt_phys(mini.memory, (uint8_t *)mini.data[0] + i * 4096));
    }
    ck_assert_ptr_eq(StorPortGetScatterGatherList(mini.devext, ctx), list);
}

START_TEST(the_scatter_gather_list_has_one_element_a_page)
{
    mini_boot();
    mini_submit(0, 0, 0);
    mini_call(0, list_pages, mini.kept[0].srb);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("complete");
    Suite *s = suite_create("storport complete");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, a_completion_goes_through_a_dpc_of_the_same_cpu);
    tcase_add_test(tc, a_completion_at_dirql_is_finished_when_irql_falls);
    tcase_add_test(tc, a_second_completion_is_told_by_the_same_serial);
    tcase_add_test(tc, what_is_no_srb_is_told_and_ignored);
    tcase_add_loop_test(tc, a_status_of_the_port_driver_is_a_finding, 0, 5);
    tcase_add_test(tc, with_the_rule_off_a_bad_status_counts_as_error);
    tcase_add_test(tc, busy_comes_back_after_a_quarter_second_with_a_fresh_extension);
    tcase_add_test(tc, after_twenty_retries_busy_is_given_back);
    tcase_add_test(tc, several_busy_requests_keep_their_order);
    tcase_add_test(tc, queue_full_waits_for_a_quarter_of_what_is_out);
    tcase_add_test(tc, a_touch_of_a_completed_srb_is_a_finding_with_its_serial);
    tcase_add_test(tc, a_touch_of_a_completed_extension_is_one_too);
    tcase_add_test(tc, the_processor_may_not_touch_data_that_is_not_mapped);
    tcase_add_test(tc, get_system_address_maps_it_for_this_request);
    tcase_add_test(tc, the_device_may_write_data_until_completion_only);
    tcase_add_test(tc, whose_memory_it_is_can_be_asked_during_a_completion);
    tcase_add_test(tc, extensions_are_poisoned_at_every_hand_over);
    tcase_add_test(tc, the_scatter_gather_list_has_one_element_a_page);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
