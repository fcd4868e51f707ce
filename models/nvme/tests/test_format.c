/* models/nvme/tests/test_format.c - Format NVM, and namespaces that keep apart. */
// links: models/nvme/tests/bench.c
#include "models/nvme/tests/bench.h"

static struct ring admin, io;
static uint64_t data;

static void bring_up(void)
{
    bench.options.namespaces = 3;
    bench_reopen();
    data = bench_alloc(2 * BENCH_PAGE, BENCH_PAGE);
    bench_bring_up(&admin, &io, 1);
}

static uint16_t doing(enum nvme_io_opcode opcode, uint32_t nsid, uint64_t lba)
{
    struct nvme_sqe sqe = bench_io(opcode, lba, 1, data, 0);

    sqe.nsid = nsid;
    return bench_do(&io, sqe, NULL);
}

static void fill(uint32_t nsid, uint64_t lba, uint8_t byte)
{
    memset(bench_at(data), byte, 512);
    ck_assert_uint_eq(doing(NVME_IO_WRITE, nsid, lba), NVME_OK);
}

static void holds(uint32_t nsid, uint64_t lba, uint8_t byte)
{
    memset(bench_at(data), (uint8_t)~byte, 512);
    ck_assert_uint_eq(doing(NVME_IO_READ, nsid, lba), NVME_OK);
    ck_assert_uint_eq(*(uint8_t *)bench_at(data), byte);
    ck_assert_uint_eq(*(uint8_t *)bench_at(data + 511), byte);
}

/* The first and the last block of each are neighbours on the medium. */
static void fill_all(void)
{
    uint64_t last = nvme_namespace_blocks(bench.ctrl) - 1;

    for (uint32_t nsid = 1; nsid <= 3; nsid++) {
        fill(nsid, 0, (uint8_t)(nsid << 4));
        fill(nsid, last, (uint8_t)(nsid << 4 | 1));
    }
}

static void all_hold(uint32_t but)
{
    uint64_t last = nvme_namespace_blocks(bench.ctrl) - 1;

    for (uint32_t nsid = 1; nsid <= 3; nsid++) {
        bool gone = but == nsid || but == NVME_NSID_ALL;

        holds(nsid, 0, gone ? 0 : (uint8_t)(nsid << 4));
        holds(nsid, last, gone ? 0 : (uint8_t)(nsid << 4 | 1));
    }
}

START_TEST(namespaces_hold_data_of_their_own)
{
    uint32_t *list;

    bring_up();
    fill_all();
    all_hold(0);
    ck_assert_uint_eq(doing(NVME_IO_READ, 1, nvme_namespace_blocks(bench.ctrl)),
                      NVME_LBA_OUT_OF_RANGE);
    ck_assert_uint_eq(doing(NVME_IO_READ, 4, 0), NVME_INVALID_NAMESPACE);
    ck_assert_uint_eq(doing(NVME_IO_WRITE_ZEROES, 2, 0), NVME_OK);
    holds(2, 0, 0);
    holds(3, 0, 0x30);
    ck_assert_uint_eq(doing(NVME_IO_WRITE_UNCORRECTABLE, 3, 0), NVME_OK);
    ck_assert_uint_eq(doing(NVME_IO_READ, 3, 0), NVME_UNRECOVERED_READ);
    holds(1, 0, 0x10);
    ck_assert_uint_eq(bench_do(&admin,
                               (struct nvme_sqe){.opcode = NVME_ADMIN_IDENTIFY,
                                                 .nsid = 1,
                                                 .prp1 = data,
                                                 .cdw10 = NVME_CNS_ACTIVE_LIST},
                               NULL),
                      NVME_OK);
    list = bench_at(data);
    ck_assert_uint_eq(list[0], 2);
    ck_assert_uint_eq(list[1], 3);
    ck_assert_uint_eq(list[2], 0);
    bench_no_mistakes();
}
END_TEST

START_TEST(identifiers_of_namespaces_differ)
{
    uint8_t eui64[3][8];

    bring_up();
    for (uint32_t nsid = 1; nsid <= 3; nsid++) {
        ck_assert_uint_eq(bench_do(&admin,
                                   (struct nvme_sqe){.opcode = NVME_ADMIN_IDENTIFY,
                                                     .nsid = nsid,
                                                     .prp1 = data,
                                                     .cdw10 = NVME_CNS_NAMESPACE},
                                   NULL),
                          NVME_OK);
        memcpy(eui64[nsid - 1], ((struct nvme_identify_namespace *)bench_at(data))->eui64, 8);
    }
    ck_assert(memcmp(eui64[0], eui64[1], 8) && memcmp(eui64[1], eui64[2], 8) &&
              memcmp(eui64[0], eui64[2], 8));
}
END_TEST

START_TEST(format_takes_the_data_of_the_namespace_it_names_or_of_all)
{
    static const uint32_t nsids[] = {1, 2, 3, NVME_NSID_ALL};

    bring_up();
    fill_all();
    ck_assert_uint_eq(doing(NVME_IO_WRITE_UNCORRECTABLE, 2, 7), NVME_OK);
    ck_assert_uint_eq(
        bench_do(&admin,
                 (struct nvme_sqe){.opcode = NVME_ADMIN_FORMAT, .nsid = nsids[_i], .cdw10 = 1 << 9},
                 NULL),
        NVME_OK);
    all_hold(nsids[_i]);
    ck_assert_uint_eq(doing(NVME_IO_READ, 2, 7), nsids[_i] == 2 || nsids[_i] == NVME_NSID_ALL
                                                     ? NVME_OK
                                                     : NVME_UNRECOVERED_READ);
}
END_TEST

START_TEST(a_power_loss_takes_blocks_back_where_they_were)
{
    uint64_t last;

    bring_up();
    last = nvme_namespace_blocks(bench.ctrl) - 1;
    fill_all();
    ck_assert_uint_eq(bench_do(&io, (struct nvme_sqe){.opcode = NVME_IO_FLUSH, .nsid = 2}, NULL),
                      NVME_OK);
    fill(2, last, 0x99);
    fill(3, 0, 0x98);
    nvme_power_off(bench.ctrl);
    bench_bring_up(&admin, &io, 1);
    holds(1, last, 0x11);
    holds(2, 0, 0x20);
    ck_assert_uint_eq(doing(NVME_IO_READ, 2, last), NVME_OK);
    ck_assert(*(uint8_t *)bench_at(data) == 0x99 || *(uint8_t *)bench_at(data) == 0x21);
    ck_assert_uint_eq(doing(NVME_IO_READ, 3, 0), NVME_OK);
    ck_assert(*(uint8_t *)bench_at(data) == 0x98 || *(uint8_t *)bench_at(data) == 0x30);
}
END_TEST

BENCH_MAIN("format", T(namespaces_hold_data_of_their_own), T(identifiers_of_namespaces_differ),
           LOOP(format_takes_the_data_of_the_namespace_it_names_or_of_all, 4),
           T(a_power_loss_takes_blocks_back_where_they_were))
