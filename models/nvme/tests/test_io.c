/* models/nvme/tests/test_io.c - Read, Write, Compare, Flush: bounds, sizes, what the medium holds.
 */
// links: models/nvme/tests/bench.c
#include "models/nvme/tests/bench.h"

static struct ring admin, io;
static uint64_t data;

static void bring_up(void)
{
    data = bench_alloc(64 * BENCH_PAGE, BENCH_PAGE);
    bench_bring_up(&admin, &io, 1);
}

static const struct {
    uint8_t opcode;
    uint32_t nsid;
    uint64_t lba;
    uint32_t blocks;
    uint16_t status;
} table[] = {
    {NVME_IO_READ, 1, 0, 1, NVME_OK},
    {NVME_IO_READ, 1, 131071, 1, NVME_OK},
    {NVME_IO_READ, 1, 131072, 1, NVME_LBA_OUT_OF_RANGE},
    {NVME_IO_WRITE, 1, 131071, 2, NVME_LBA_OUT_OF_RANGE},
    {NVME_IO_READ, 1, UINT64_MAX, 1, NVME_LBA_OUT_OF_RANGE},
    {NVME_IO_WRITE, 1, UINT64_MAX - 6, 8, NVME_LBA_OUT_OF_RANGE}, /* the sum overflows */
    {NVME_IO_READ, 1, UINT64_C(1) << 32, 1, NVME_LBA_OUT_OF_RANGE},
    {NVME_IO_READ, 0, 0, 1, NVME_INVALID_NAMESPACE},
    {NVME_IO_READ, 2, 0, 1, NVME_INVALID_NAMESPACE},
    {NVME_IO_WRITE, UINT32_MAX, 0, 1, NVME_INVALID_NAMESPACE},
    {NVME_IO_FLUSH, 1, 0, 1, NVME_OK},
    {NVME_IO_FLUSH, UINT32_MAX, 0, 1, NVME_OK},
    {NVME_IO_FLUSH, 0, 0, 1, NVME_INVALID_NAMESPACE},
    {NVME_IO_COMPARE, 1, 0, 1, NVME_OK},
    {NVME_IO_COMPARE, 1, 131071, 2, NVME_LBA_OUT_OF_RANGE},
    {NVME_IO_COMPARE, 0, 0, 1, NVME_INVALID_NAMESPACE},
    {0x0D, 1, 0, 1, NVME_INVALID_OPCODE}, /* Reservation Register: ONCS does not offer it */
    {0x0E, 1, 0, 1, NVME_INVALID_OPCODE}, /* Reservation Report */
    {0x11, 1, 0, 1, NVME_INVALID_OPCODE}, /* Reservation Acquire */
    {0x15, 1, 0, 1, NVME_INVALID_OPCODE}, /* Reservation Release */
    {0x80, 1, 0, 1, NVME_INVALID_OPCODE}, /* vendor specific */
    {0xFF, 1, 0, 1, NVME_INVALID_OPCODE},
};

START_TEST(a_command_out_of_bounds_is_refused_with_its_status)
{
    struct nvme_sqe sqe =
        bench_io((enum nvme_io_opcode)table[_i].opcode, table[_i].lba, table[_i].blocks, 0, 0);

    bring_up();
    sqe.prp1 = data;
    sqe.nsid = table[_i].nsid;
    ck_assert_uint_eq(bench_do(&io, sqe, NULL), table[_i].status);
    bench_no_mistakes(); /* the request may have been wrong already when the driver got it */
}
END_TEST

START_TEST(a_transfer_above_mdts_is_an_invalid_field_and_one_that_fits_is_none)
{
    static const uint32_t mdts[] = {1, 2, 5};
    uint32_t blocks = 8u << mdts[_i];
    struct nvme_sqe sqe;

    bench.options.mdts = mdts[_i];
    bench_reopen();
    bring_up();
    sqe = bench_io(NVME_IO_READ, 0, blocks, data, data + BENCH_PAGE);
    if (blocks > 16) {
        sqe.prp2 = bench_alloc(BENCH_PAGE, BENCH_PAGE);
        for (uint64_t i = 1; i < blocks / 8; i++)
            ((uint64_t *)bench_at(sqe.prp2))[i - 1] = data + i * BENCH_PAGE;
    }
    ck_assert_uint_eq(bench_do(&io, sqe, NULL), NVME_OK);
    bench_no_mistakes();
    sqe.cdw12++;
    ck_assert_uint_eq(bench_do(&io, sqe, NULL), NVME_INVALID_FIELD);
    bench_one_mistake(NVME_GUEST_TRANSFER_SIZE);
}
END_TEST

START_TEST(what_was_written_is_read_back_block_by_block)
{
    static uint8_t shadow[256 * 512]; /* what the first part of the medium must hold */
    uint32_t size = _i ? 4096 : 512;
    struct sim_stream st;

    memset(shadow, 0, sizeof(shadow));
    sim_stream_seed(&st, 7, "io");
    bench.options.block_bytes = size;
    bench_reopen();
    bring_up();
    for (uint32_t i = 0; i < 500; i++) {
        uint32_t blocks = 1 + (uint32_t)sim_stream_below(&st, 8192 / size);
        uint32_t lba = (uint32_t)sim_stream_below(&st, sizeof(shadow) / size - blocks + 1);
        bool write = sim_stream_below(&st, 2);
        struct nvme_sqe sqe =
            bench_io(write ? NVME_IO_WRITE : NVME_IO_READ, lba, blocks, data, data + BENCH_PAGE);

        memset(bench_at(data), (int)i, blocks * size);
        if (write)
            memset(shadow + lba * size, (int)i, blocks * size);
        ck_assert_uint_eq(bench_do(&io, sqe, NULL), NVME_OK);
        ck_assert_int_eq(memcmp(bench_at(data), shadow + lba * size, blocks * size), 0);
    }
    ck_assert_uint_eq(nvme_namespace_blocks(bench.ctrl), (64u << 20) / size);
    bench_no_mistakes();
}
END_TEST

START_TEST(a_write_is_on_the_medium_once_its_data_was_fetched_and_stays_there)
{
    bring_up();
    memset(bench_at(data), 0x5A, BENCH_PAGE);
    bench_submit(&io, bench_io(NVME_IO_WRITE, 8, 8, data, 0));
    bench_run(bench.options.fetch_ns);
    ck_assert_uint_eq(nvme__media_read(&bench.ctrl->media, 4096)[0], 0);
    bench_run(10 * SIM_US);
    ck_assert_uint_eq(nvme__media_read(&bench.ctrl->media, 4096)[0], 0x5A);
    bench_write(NVME_REG_CC, 0);
    bench_run(SIM_S);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_LOST], 1);
    ck_assert_uint_eq(nvme__media_read(&bench.ctrl->media, 4096)[0], 0x5A);
}
END_TEST

START_TEST(memory_that_is_refused_is_a_data_transfer_error_of_its_command_only)
{
    bring_up();
    bench.refuse_from = data;
    bench.refuse_to = data + 1;
    ck_assert_uint_eq(bench_do(&io, bench_io(NVME_IO_READ, 0, 8, data, 0), NULL),
                      NVME_DATA_TRANSFER_ERROR);
    ck_assert_uint_eq(bench_do(&io, bench_io(NVME_IO_WRITE, 0, 8, data, 0), NULL),
                      NVME_DATA_TRANSFER_ERROR);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_DATA], 0);
    ck_assert_uint_eq(bench_do(&io, bench_io(NVME_IO_READ, 0, 8, data + BENCH_PAGE, 0), NULL),
                      NVME_OK);
    bench_no_mistakes();
}
END_TEST

START_TEST(compare_tells_whether_the_medium_holds_the_same_bytes)
{
    uint8_t *bytes;

    bring_up();
    bytes = bench_at(data);
    memset(bytes, 0x77, 2 * BENCH_PAGE);
    ck_assert_uint_eq(bench_do(&io, bench_io(NVME_IO_WRITE, 3, 16, data, data + BENCH_PAGE), NULL),
                      NVME_OK);
    ck_assert_uint_eq(
        bench_do(&io, bench_io(NVME_IO_COMPARE, 3, 16, data, data + BENCH_PAGE), NULL), NVME_OK);
    bytes[16 * 512 - 1] ^= 1; /* the very last byte */
    ck_assert_uint_eq(
        bench_do(&io, bench_io(NVME_IO_COMPARE, 3, 16, data, data + BENCH_PAGE), NULL),
        NVME_COMPARE_FAILURE);
    ck_assert_uint_eq(
        bench_do(&io, bench_io(NVME_IO_COMPARE, 3, 15, data, data + BENCH_PAGE), NULL), NVME_OK);
    bench.refuse_from = data;
    bench.refuse_to = data + 1;
    ck_assert_uint_eq(bench_do(&io, bench_io(NVME_IO_COMPARE, 3, 8, data, 0), NULL),
                      NVME_DATA_TRANSFER_ERROR);
    bench_no_mistakes();
}
END_TEST

START_TEST(compare_is_an_invalid_opcode_unless_oncs_offers_it)
{
    bench.options.oncs = (uint16_t)~NVME_ONCS_COMPARE;
    bench_reopen();
    bring_up();
    ck_assert_uint_eq(bench_do(&io, bench_io(NVME_IO_COMPARE, 0, 1, data, 0), NULL),
                      NVME_INVALID_OPCODE);
    bench_no_mistakes();
}
END_TEST

BENCH_MAIN("io",
           LOOP(a_command_out_of_bounds_is_refused_with_its_status,
                sizeof(table) / sizeof(table[0])),
           LOOP(a_transfer_above_mdts_is_an_invalid_field_and_one_that_fits_is_none, 3),
           LOOP(what_was_written_is_read_back_block_by_block, 2),
           T(a_write_is_on_the_medium_once_its_data_was_fetched_and_stays_there),
           T(memory_that_is_refused_is_a_data_transfer_error_of_its_command_only),
           T(compare_tells_whether_the_medium_holds_the_same_bytes),
           T(compare_is_an_invalid_opcode_unless_oncs_offers_it))
