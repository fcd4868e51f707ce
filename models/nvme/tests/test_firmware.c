/* models/nvme/tests/test_firmware.c - firmware images: downloaded, committed, activated by a reset.
 */
// links: models/nvme/tests/bench.c
#include "models/nvme/tests/bench.h"

static struct ring admin, io;
static uint64_t data;

static void bring_up(void)
{
    if (!data)
        data = bench_alloc(2 * BENCH_PAGE, BENCH_PAGE);
    bench_bring_up(&admin, &io, 1);
}

static uint16_t download(uint32_t offset, uint32_t bytes)
{
    return bench_do(&admin,
                    (struct nvme_sqe){.opcode = NVME_ADMIN_FIRMWARE_DOWNLOAD,
                                      .prp1 = data,
                                      .prp2 = data + BENCH_PAGE,
                                      .cdw10 = bytes / 4 - 1,
                                      .cdw11 = offset / 4},
                    NULL);
}

static uint16_t commit(uint32_t action, uint32_t slot)
{
    return bench_do(
        &admin,
        (struct nvme_sqe){.opcode = NVME_ADMIN_FIRMWARE_COMMIT, .cdw10 = action << 3 | slot}, NULL);
}

static void runs(const char *revision, uint8_t afi)
{
    ck_assert_uint_eq(bench_do(&admin,
                               (struct nvme_sqe){.opcode = NVME_ADMIN_IDENTIFY,
                                                 .prp1 = data,
                                                 .cdw10 = NVME_CNS_CONTROLLER},
                               NULL),
                      NVME_OK);
    ck_assert_int_eq(memcmp(((struct nvme_identify_controller *)bench_at(data))->fr, revision, 8),
                     0);
    ck_assert_uint_eq(bench_do(&admin,
                               (struct nvme_sqe){.opcode = NVME_ADMIN_GET_LOG_PAGE,
                                                 .prp1 = data,
                                                 .cdw10 = NVME_LOG_FIRMWARE | 127u << 16},
                               NULL),
                      NVME_OK);
    ck_assert_uint_eq(((struct nvme_firmware_slots *)bench_at(data))->afi, afi);
}

static void reset(void)
{
    bench_write(NVME_REG_CC, 0);
    bench_run(SIM_S);
    bring_up();
}

START_TEST(an_image_that_was_committed_runs_after_the_next_reset)
{
    bring_up();
    runs("1.0     ", 0x01);
    ck_assert_uint_eq(download(0, 8192), NVME_OK);
    ck_assert_uint_eq(download(8192, 100), NVME_OK);
    ck_assert_uint_eq(commit(1, 0), NVME_OK); /* the controller chooses the slot */
    runs("1.0     ", 0x21);
    reset();
    runs("2.0     ", 0x02);
    ck_assert_uint_eq(commit(2, 1), NVME_OK); /* and back */
    reset();
    runs("1.0     ", 0x01);
    bench_no_mistakes();
}
END_TEST

START_TEST(a_commit_that_only_replaces_activates_nothing)
{
    bring_up();
    ck_assert_uint_eq(download(0, 4096), NVME_OK);
    ck_assert_uint_eq(commit(0, 2), NVME_OK);
    ck_assert_uint_eq(commit(0, 2), NVME_INVALID_FIRMWARE_IMAGE); /* that image is used up */
    reset();
    runs("1.0     ", 0x01);
}
END_TEST

START_TEST(activation_at_once_says_that_it_needs_a_reset)
{
    bring_up();
    ck_assert_uint_eq(download(0, 4096), NVME_OK);
    ck_assert_uint_eq(commit(3, 2), NVME_FIRMWARE_NEEDS_RESET);
    reset();
    runs("2.0     ", 0x02);
}
END_TEST

START_TEST(pieces_must_not_overlap_or_leave_holes)
{
    bring_up();
    ck_assert_uint_eq(download(0, 4096), NVME_OK);
    ck_assert_uint_eq(download(4092, 4096), NVME_OVERLAPPING_RANGE);
    ck_assert_uint_eq(download(8192, 4096), NVME_OK);
    ck_assert_uint_eq(commit(0, 2), NVME_INVALID_FIRMWARE_IMAGE);
    ck_assert_uint_eq(download(0, 4096), NVME_OK); /* from the beginning */
    ck_assert_uint_eq(download(4096, 4096), NVME_OK);
    ck_assert_uint_eq(commit(0, 2), NVME_OK);
}
END_TEST

START_TEST(a_reset_forgets_what_was_downloaded)
{
    bring_up();
    ck_assert_uint_eq(download(0, 4096), NVME_OK);
    reset();
    ck_assert_uint_eq(commit(1, 2), NVME_INVALID_FIRMWARE_IMAGE);
}
END_TEST

START_TEST(a_piece_that_cannot_be_fetched_is_a_data_transfer_error)
{
    bring_up();
    bench.refuse_from = data;
    bench.refuse_to = data + 1;
    ck_assert_uint_eq(download(0, 4096), NVME_DATA_TRANSFER_ERROR);
    ck_assert_uint_eq(commit(1, 2), NVME_INVALID_FIRMWARE_IMAGE);
}
END_TEST

BENCH_MAIN("firmware", T(an_image_that_was_committed_runs_after_the_next_reset),
           T(a_commit_that_only_replaces_activates_nothing),
           T(activation_at_once_says_that_it_needs_a_reset),
           T(pieces_must_not_overlap_or_leave_holes), T(a_reset_forgets_what_was_downloaded),
           T(a_piece_that_cannot_be_fetched_is_a_data_transfer_error))
