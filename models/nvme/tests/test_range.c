/* models/nvme/tests/test_range.c - Dataset Management, Write Zeroes, Write Uncorrectable, Verify:
 * what they check, what blocks read as afterwards. */
// links: models/nvme/tests/bench.c
#include "models/nvme/tests/bench.h"

#define BLOCKS 131072u /* of the bench's namespace */

static struct ring admin, io;
static uint64_t data;

static void bring_up(void)
{
    data = bench_alloc(4 * BENCH_PAGE, BENCH_PAGE);
    bench_bring_up(&admin, &io, 1);
}

static void reopen(enum nvme_deallocated deallocated, uint16_t oncs)
{
    bench.options.deallocated = deallocated;
    bench.options.oncs = oncs;
    bench_reopen();
    bring_up();
}

static uint16_t doing(enum nvme_io_opcode opcode, uint64_t lba, uint32_t blocks)
{
    return bench_do(&io, bench_io(opcode, lba, blocks, data, data + BENCH_PAGE), NULL);
}

static void fill(uint64_t lba, uint32_t blocks, uint8_t byte)
{
    memset(bench_at(data), byte, blocks * 512);
    ck_assert_uint_eq(doing(NVME_IO_WRITE, lba, blocks), NVME_OK);
}

/* Every byte of these blocks is this one. */
static void holds(uint64_t lba, uint32_t blocks, uint8_t byte)
{
    const uint8_t *bytes = bench_at(data);

    memset(bench_at(data), (uint8_t)~byte, blocks * 512);
    ck_assert_uint_eq(doing(NVME_IO_READ, lba, blocks), NVME_OK);
    for (uint32_t i = 0; i < blocks * 512; i++)
        ck_assert_uint_eq(bytes[i], byte);
}

static struct nvme_sqe dataset(uint32_t ranges, uint32_t attributes)
{
    return (struct nvme_sqe){.opcode = NVME_IO_DATASET,
                             .nsid = NVME_NSID,
                             .prp1 = data + 2 * BENCH_PAGE,
                             .cdw10 = ranges - 1,
                             .cdw11 = attributes};
}

static void put_range(uint32_t index, uint64_t lba, uint32_t blocks)
{
    struct nvme_range *ranges = bench_at(data + 2 * BENCH_PAGE);

    ranges[index] = (struct nvme_range){.lba = lba, .blocks = blocks};
}

/* --- Dataset Management (6.7) ----------------------------------------------------------------- */

START_TEST(deallocated_blocks_read_as_dlfeat_says_and_their_neighbours_stay)
{
    static const uint8_t reads_as[] = {[NVME_DEALLOCATED_ZEROES] = 0x00,
                                       [NVME_DEALLOCATED_ONES] = 0xFF,
                                       [NVME_DEALLOCATED_KEPT] = 0x5A};
    static const uint8_t dlfeat[] = {[NVME_DEALLOCATED_ZEROES] =
                                         NVME_DLFEAT_ZEROES | NVME_DLFEAT_WRITE_ZEROES,
                                     [NVME_DEALLOCATED_ONES] = NVME_DLFEAT_ONES,
                                     [NVME_DEALLOCATED_KEPT] = NVME_DLFEAT_UNKNOWN};
    const struct nvme_identify_namespace *id;

    reopen((enum nvme_deallocated)_i, UINT16_MAX);
    holds(5000, 1, _i == NVME_DEALLOCATED_ONES ? 0xFF : 0); /* never written */
    fill(0, 16, 0x5A);
    put_range(0, 3, 2);
    put_range(1, 12, 1);
    put_range(2, 15, 0);               /* a range of nothing */
    put_range(3, 1000, BLOCKS - 1000); /* of what was never written */
    ck_assert_uint_eq(bench_do(&io, dataset(4, NVME_DATASET_DEALLOCATE), NULL), NVME_OK);
    ck_assert_uint_eq(bench.last[SIM_EV_CMD_DATA].arg[2], 4 * sizeof(struct nvme_range));
    holds(0, 3, 0x5A);
    holds(3, 2, reads_as[_i]);
    holds(5, 7, 0x5A);
    holds(12, 1, reads_as[_i]);
    holds(13, 3, 0x5A);
    holds(BLOCKS - 1, 1, _i == NVME_DEALLOCATED_ONES ? 0xFF : 0);
    fill(4, 1, 0x11); /* and a deallocated block can be written again */
    holds(4, 1, 0x11);
    holds(3, 1, reads_as[_i]);
    ck_assert_uint_eq(bench_do(&admin,
                               (struct nvme_sqe){.opcode = NVME_ADMIN_IDENTIFY,
                                                 .nsid = NVME_NSID,
                                                 .prp1 = data,
                                                 .cdw10 = NVME_CNS_NAMESPACE},
                               NULL),
                      NVME_OK);
    id = bench_at(data);
    ck_assert_uint_eq(id->dlfeat, dlfeat[_i]);
    bench_no_mistakes();
}
END_TEST

START_TEST(a_range_beyond_the_namespace_fails_the_command_and_nothing_of_it_is_done)
{
    static const struct {
        uint64_t lba;
        uint32_t blocks;
        uint16_t status;
    } last[] = {
        {BLOCKS - 1, 1, NVME_OK},
        {BLOCKS, 0, NVME_OK},
        {BLOCKS, 1, NVME_LBA_OUT_OF_RANGE},
        {BLOCKS - 1, 2, NVME_LBA_OUT_OF_RANGE},
        {0, BLOCKS + 1, NVME_LBA_OUT_OF_RANGE},
        {UINT64_MAX, 2, NVME_LBA_OUT_OF_RANGE}, /* the sum overflows */
        {UINT64_MAX, UINT32_MAX, NVME_LBA_OUT_OF_RANGE},
    };

    bring_up();
    fill(0, 1, 0x5A);
    put_range(0, 0, 1);
    put_range(1, last[_i].lba, last[_i].blocks);
    ck_assert_uint_eq(bench_do(&io, dataset(2, NVME_DATASET_DEALLOCATE), NULL), last[_i].status);
    holds(0, 1, last[_i].status ? 0x5A : 0);
}
END_TEST

START_TEST(without_the_deallocate_bit_ranges_are_hints)
{
    bring_up();
    fill(0, 1, 0x5A);
    put_range(0, 0, 1);
    ck_assert_uint_eq(bench_do(&io, dataset(1, 0x3), NULL), NVME_OK);
    holds(0, 1, 0x5A);
}
END_TEST

START_TEST(all_256_ranges_are_taken)
{
    bring_up();
    fill(0, 16, 0x5A);
    for (uint32_t i = 0; i < NVME_DATASET_RANGES; i++)
        put_range(i, 1000 + i, 1);
    put_range(NVME_DATASET_RANGES - 1, 15, 1);
    ck_assert_uint_eq(bench_do(&io, dataset(NVME_DATASET_RANGES, NVME_DATASET_DEALLOCATE), NULL),
                      NVME_OK);
    holds(14, 1, 0x5A);
    holds(15, 1, 0);
}
END_TEST

START_TEST(ranges_that_cannot_be_fetched_are_a_data_transfer_error)
{
    bring_up();
    fill(0, 1, 0x5A);
    put_range(0, 0, 1);
    bench.refuse_from = data + 2 * BENCH_PAGE;
    bench.refuse_to = bench.refuse_from + 1;
    ck_assert_uint_eq(bench_do(&io, dataset(1, NVME_DATASET_DEALLOCATE), NULL),
                      NVME_DATA_TRANSFER_ERROR);
    holds(0, 1, 0x5A);
}
END_TEST

START_TEST(a_reset_may_come_between_a_deallocation_and_its_completion)
{
    bring_up();
    fill(0, 1, 0x5A);
    put_range(0, 0, 1);
    bench_submit(&io, dataset(1, NVME_DATASET_DEALLOCATE));
    bench_run(bench.options.fetch_ns);
    ck_assert_uint_eq(nvme__media_read(&bench.ctrl->media, 0)[0], 0x5A);
    bench_run(bench.options.write_ns / 2);
    ck_assert_uint_eq(nvme__media_read(&bench.ctrl->media, 0)[0], 0);
    bench_write(NVME_REG_CC, 0);
    bench_run(SIM_S);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_LOST], 1);
}
END_TEST

/* --- Write Zeroes, Write Uncorrectable, Verify (6.17, 6.16, 6.14) ----------------------------- */

START_TEST(write_zeroes_leaves_zeroes_whatever_deallocated_blocks_read_as)
{
    reopen((enum nvme_deallocated)_i, UINT16_MAX);
    fill(0, 16, 0x5A);
    ck_assert_uint_eq(doing(NVME_IO_WRITE_ZEROES, 4, 8), NVME_OK);
    holds(0, 4, 0x5A);
    holds(4, 8, 0);
    holds(12, 4, 0x5A);
    ck_assert_uint_eq(doing(NVME_IO_WRITE_ZEROES, 4096, 512), NVME_OK); /* above MDTS: no data */
    holds(4096, 16, 0);
    bench_no_mistakes();
}
END_TEST

START_TEST(an_uncorrectable_block_is_an_error_to_all_who_read_it_until_it_is_written)
{
    static const uint8_t healers[] = {NVME_IO_WRITE, NVME_IO_WRITE_ZEROES, NVME_IO_DATASET};

    bring_up();
    fill(0, 16, 0x5A);
    ck_assert_uint_eq(doing(NVME_IO_WRITE_UNCORRECTABLE, 7, 2), NVME_OK);
    ck_assert_uint_eq(doing(NVME_IO_READ, 0, 8), NVME_UNRECOVERED_READ);
    ck_assert_uint_eq(doing(NVME_IO_COMPARE, 8, 1), NVME_UNRECOVERED_READ);
    ck_assert_uint_eq(doing(NVME_IO_VERIFY, 8, 4), NVME_UNRECOVERED_READ);
    ck_assert_uint_eq(doing(NVME_IO_VERIFY, 9, 4), NVME_OK);
    holds(0, 7, 0x5A);
    holds(9, 7, 0x5A);
    put_range(0, 7, 2);
    if (healers[_i] == NVME_IO_DATASET)
        ck_assert_uint_eq(bench_do(&io, dataset(1, NVME_DATASET_DEALLOCATE), NULL), NVME_OK);
    else
        ck_assert_uint_eq(doing((enum nvme_io_opcode)healers[_i], 7, 2), NVME_OK);
    ck_assert_uint_eq(doing(NVME_IO_READ, 0, 16), NVME_OK);
    ck_assert_uint_eq(doing(NVME_IO_VERIFY, 0, 16), NVME_OK);
    bench_no_mistakes();
}
END_TEST

static const struct {
    uint8_t opcode;
    uint16_t oncs;
} offers[] = {
    {NVME_IO_WRITE_UNCORRECTABLE, NVME_ONCS_WRITE_UNCORRECTABLE},
    {NVME_IO_WRITE_ZEROES, NVME_ONCS_WRITE_ZEROES},
    {NVME_IO_DATASET, NVME_ONCS_DATASET},
    {NVME_IO_VERIFY, NVME_ONCS_VERIFY},
};

START_TEST(a_command_is_there_when_oncs_offers_it_and_checks_its_namespace)
{
    struct nvme_sqe sqe = bench_io((enum nvme_io_opcode)offers[_i].opcode, 0, 1, 0, 0);

    reopen(NVME_DEALLOCATED_ZEROES, offers[_i].oncs);
    sqe.prp1 = data; /* ranges of nothing, for Dataset Management */
    ck_assert_uint_eq(bench_do(&io, sqe, NULL), NVME_OK);
    sqe.nsid = 2;
    ck_assert_uint_eq(bench_do(&io, sqe, NULL), NVME_INVALID_NAMESPACE);
    sqe.nsid = NVME_NSID_ALL;
    ck_assert_uint_eq(bench_do(&io, sqe, NULL), NVME_INVALID_NAMESPACE);
    reopen(NVME_DEALLOCATED_ZEROES, (uint16_t)~offers[_i].oncs);
    sqe.prp1 = data;
    sqe.nsid = NVME_NSID;
    ck_assert_uint_eq(bench_do(&io, sqe, NULL), NVME_INVALID_OPCODE);
    bench_no_mistakes();
}
END_TEST

START_TEST(blocks_beyond_the_namespace_are_refused_by_every_command_that_names_them)
{
    static const uint8_t opcodes[] = {NVME_IO_WRITE_UNCORRECTABLE, NVME_IO_WRITE_ZEROES,
                                      NVME_IO_VERIFY};

    bring_up();
    ck_assert_uint_eq(doing((enum nvme_io_opcode)opcodes[_i], BLOCKS - 1, 1), NVME_OK);
    ck_assert_uint_eq(doing((enum nvme_io_opcode)opcodes[_i], BLOCKS - 1, 2),
                      NVME_LBA_OUT_OF_RANGE);
    ck_assert_uint_eq(doing((enum nvme_io_opcode)opcodes[_i], UINT64_MAX, 1),
                      NVME_LBA_OUT_OF_RANGE);
}
END_TEST

static void recovery(uint32_t value)
{
    ck_assert_uint_eq(bench_do(&admin,
                               (struct nvme_sqe){.opcode = NVME_ADMIN_SET_FEATURES,
                                                 .cdw10 = NVME_FEATURE_ERROR_RECOVERY,
                                                 .cdw11 = value},
                               NULL),
                      NVME_OK);
}

/* 6.7.1.1, 5.21.1.5 */
START_TEST(blocks_that_hold_nothing_are_errors_when_the_driver_asks_for_them)
{
    static const enum nvme_io_opcode readers[] = {NVME_IO_READ, NVME_IO_COMPARE, NVME_IO_VERIFY};

    bench.options.dulbe = true;
    reopen(NVME_DEALLOCATED_ZEROES, 0xFF);
    fill(8, 4, 0x5A);
    holds(0, 8, 0); /* DULBE is off after a reset */
    recovery(NVME_RECOVERY_DULBE);
    for (uint32_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(doing(readers[i], 7, 2), NVME_DEALLOCATED_BLOCK);
        ck_assert_uint_eq(doing(readers[i], 11, 2), NVME_DEALLOCATED_BLOCK);
    }
    holds(8, 4, 0x5A);
    put_range(0, 9, 1);
    ck_assert_uint_eq(bench_do(&io, dataset(1, NVME_DATASET_DEALLOCATE), NULL), NVME_OK);
    ck_assert_uint_eq(doing(NVME_IO_READ, 8, 4), NVME_DEALLOCATED_BLOCK);
    ck_assert_uint_eq(doing(NVME_IO_WRITE_ZEROES, 9, 1), NVME_OK);
    holds(9, 1, 0);
    ck_assert_uint_eq(doing(NVME_IO_WRITE_UNCORRECTABLE, 10, 1), NVME_OK);
    ck_assert_uint_eq(doing(NVME_IO_READ, 10, 1), NVME_UNRECOVERED_READ);
    recovery(0);
    holds(0, 8, 0);
    bench_no_mistakes();
}
END_TEST

START_TEST(deallocation_takes_whole_granules_and_the_end_of_the_namespace)
{
    bench.options.granule = 8;
    reopen(NVME_DEALLOCATED_ZEROES, 0xFF);
    fill(0, 16, 0x77);
    fill(16, 16, 0x77);
    fill(BLOCKS - 8, 8, 0x77);
    put_range(0, 3, 20);
    put_range(1, 25, 6);
    put_range(2, BLOCKS - 8, 8);
    ck_assert_uint_eq(bench_do(&io, dataset(3, NVME_DATASET_DEALLOCATE), NULL), NVME_OK);
    holds(0, 8, 0x77);
    holds(8, 8, 0);
    holds(16, 16, 0x77);
    holds(BLOCKS - 8, 8, 0);
    bench_no_mistakes();
}
END_TEST

BENCH_MAIN("range", LOOP(deallocated_blocks_read_as_dlfeat_says_and_their_neighbours_stay, 3),
           LOOP(a_range_beyond_the_namespace_fails_the_command_and_nothing_of_it_is_done, 7),
           T(without_the_deallocate_bit_ranges_are_hints), T(all_256_ranges_are_taken),
           T(ranges_that_cannot_be_fetched_are_a_data_transfer_error),
           T(a_reset_may_come_between_a_deallocation_and_its_completion),
           LOOP(write_zeroes_leaves_zeroes_whatever_deallocated_blocks_read_as, 3),
           LOOP(an_uncorrectable_block_is_an_error_to_all_who_read_it_until_it_is_written, 3),
           LOOP(a_command_is_there_when_oncs_offers_it_and_checks_its_namespace,
                sizeof(offers) / sizeof(offers[0])),
           LOOP(blocks_beyond_the_namespace_are_refused_by_every_command_that_names_them, 3),
           T(blocks_that_hold_nothing_are_errors_when_the_driver_asks_for_them),
           T(deallocation_takes_whole_granules_and_the_end_of_the_namespace))
