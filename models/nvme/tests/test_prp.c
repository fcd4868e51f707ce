/* models/nvme/tests/test_prp.c - PRP entries and lists, against a plain list of pages. */
// links: models/nvme/tests/bench.c
#include "models/nvme/tests/bench.h"

#define BLOCK 512u
#define PAGES_MAX 1100u

static struct ring admin, io;
static uint64_t pages[PAGES_MAX];

/* Data pages in an order that is not that of their addresses. */
static void scatter_pages(uint32_t count)
{
    uint64_t base = bench_alloc((size_t)count * BENCH_PAGE, BENCH_PAGE);

    for (uint32_t i = 0; i < count; i++)
        pages[i] = base + (uint64_t)(i % 2 ? i / 2 : count - 1 - i / 2) * BENCH_PAGE;
}

static uint8_t *byte_of(uint32_t offset, uint32_t i)
{
    uint32_t at = offset + i;

    return (uint8_t *)bench_at(pages[at / BENCH_PAGE]) + at % BENCH_PAGE;
}

static uint8_t pattern(uint32_t i, uint32_t salt)
{
    return (uint8_t)(i * 31 + (i >> 9) * 7 + salt);
}

/* The first byte that is not the pattern's; `bytes` when there is none. */
static uint32_t first_wrong(uint32_t offset, uint32_t bytes, uint32_t salt)
{
    for (uint32_t i = 0; i < bytes; i++)
        if (*byte_of(offset, i) != pattern(i, salt))
            return i;
    return bytes;
}

/* Describes bytes from `offset` in the first page on; lists begin list_room entries before the end
 * of a page and are chained. */
static void describe(struct nvme_sqe *sqe, uint32_t offset, uint32_t bytes, uint32_t list_room)
{
    uint32_t count = (offset + bytes + BENCH_PAGE - 1) / BENCH_PAGE;
    uint64_t list = bench_alloc(BENCH_PAGE, BENCH_PAGE) + BENCH_PAGE - list_room * 8;

    sqe->prp1 = pages[0] + offset;
    sqe->prp2 = count == 2 ? pages[1] : 0;
    if (count <= 2)
        return;
    sqe->prp2 = list;
    for (uint32_t i = 1; i < count; i++) {
        if ((list + 8) % BENCH_PAGE == 0 && i + 1 < count) {
            uint64_t next = bench_alloc(BENCH_PAGE, BENCH_PAGE);

            memcpy(bench_at(list), &next, 8);
            list = next;
        }
        memcpy(bench_at(list), &pages[i], 8);
        list += 8;
    }
}

static const struct {
    uint32_t offset, blocks, list_room;
} shapes[] = {
    {0, 1, 512},                     /* less than a page */
    {0, 8, 512},                     /* a page */
    {3584, 1, 512},                  /* to the end of the page */
    {4, 7, 512},                     /* inside, unaligned */
    {4, 8, 512},                     /* two pages, unaligned */
    {0, 16, 512},                    /* two pages */
    {4092, 8, 512},                  /* four bytes in the first */
    {0, 17, 512},                    /* a list of two */
    {512, 16, 512},                  /* three pages for two */
    {4092, 17, 512},                 /* three, nearly nothing in the first */
    {0, 256, 512},                   /* a long list */
    {100, 256, 512},   {0, 24, 1},   /* the list begins with its pointer */
    {0, 24, 2},                      /* a list of two fits exactly */
    {0, 32, 2},                      /* one entry, then the pointer */
    {8, 256, 17},      {0, 264, 32}, /* 32 entries fit exactly */
    {0, 272, 32},                    /* one too many */
    {0, 8000, 512},                  /* a list of two pages: 999 entries */
    {2048, 4096, 512},               /* 512 entries: the last slot of a page is an entry */
    {2048, 4104, 512},               /* 513: the last slot is the pointer */
    {4, 8000, 3},
};

START_TEST(data_goes_where_the_entries_say_and_comes_back)
{
    uint32_t offset = shapes[_i].offset, bytes = shapes[_i].blocks * BLOCK;
    struct nvme_sqe write = bench_io(NVME_IO_WRITE, 100, shapes[_i].blocks, 0, 0), read = write;

    bench.options.mdts = 0;
    bench_reopen();
    bench_bring_up(&admin, &io, 1);
    scatter_pages((offset + bytes) / BENCH_PAGE + 1);
    for (uint32_t i = 0; i < bytes; i++)
        *byte_of(offset, i) = pattern(i, 1);
    describe(&write, offset, bytes, shapes[_i].list_room);
    ck_assert_uint_eq(bench_do(&io, write, NULL), 0);
    ck_assert_uint_eq(bench.last[SIM_EV_CMD_DATA].arg[2], bytes);
    ck_assert_uint_eq(bench.last[SIM_EV_CMD_DATA].arg[3], 0);

    memset(bench_at(pages[0] & ~(uint64_t)0xFFF), 0xEE, BENCH_PAGE);
    for (uint32_t i = 0; i < bytes; i++)
        *byte_of(offset, i) = 0xEE;
    read.opcode = NVME_IO_READ;
    describe(&read, offset, bytes, shapes[_i].list_room);
    ck_assert_uint_eq(bench_do(&io, read, NULL), 0);
    ck_assert_uint_eq(first_wrong(offset, bytes, 1), bytes);
    if (offset)
        ck_assert_uint_eq(*(uint8_t *)bench_at(pages[0] + offset - 1), 0xEE);
    bench_no_mistakes();
}
END_TEST

START_TEST(larger_host_pages_need_fewer_entries)
{
    uint32_t big = 0x10000, bytes = 3 * 0x10000, wrong = 0;
    uint64_t base = bench_alloc(4 * 0x10000, 0x10000), list = bench_alloc(64, 64);
    struct nvme_sqe sqe = bench_io(NVME_IO_WRITE, 0, bytes / BLOCK, base + 0x8000, list);

    bench.options.mdts = 0;
    bench_reopen();
    bench.used = (bench.used + 0xFFFF) & ~UINT64_C(0xFFFF);
    admin = (struct ring){.entries = 16, .phase = 1};
    admin.sq = bench_alloc(big, big);
    admin.cq = bench_alloc(big, big);
    bench_write(NVME_REG_AQA, 0x000F000F);
    nvme_reg_write(bench.ctrl, NVME_REG_ASQ, 8, admin.sq);
    nvme_reg_write(bench.ctrl, NVME_REG_ACQ, 8, admin.cq);
    bench_write(NVME_REG_CC, bench_cc() | (uint32_t)nvme_cc_mps_put(4));
    bench_run(bench.options.ready_ns);
    bench.used = (bench.used + 0xFFFF) & ~UINT64_C(0xFFFF);
    io = (struct ring){.qid = 1, .entries = 1024, .phase = 1};
    io.sq = bench_alloc(big, big);
    io.cq = bench_alloc(big, big);
    ck_assert_uint_eq(bench_do(&admin, bench_create_cq(1, 1024, io.cq, 0), NULL), 0);
    ck_assert_uint_eq(bench_do(&admin, bench_create_sq(1, 1024, io.sq, 1), NULL), 0);

    for (uint32_t i = 0; i < bytes; i++)
        *((uint8_t *)bench_at(base + 0x8000) + i) = pattern(i, 5);
    for (uint32_t i = 0; i < 3; i++) {
        uint64_t page = base + (i + 1) * big;

        memcpy(bench_at(list + i * 8), &page, 8);
    }
    ck_assert_uint_eq(bench_do(&io, sqe, NULL), 0);
    for (uint32_t i = 0; i < bytes; i++)
        wrong += nvme__media_read(&bench.ctrl->media, i)[i % 4096] != pattern(i, 5);
    ck_assert_uint_eq(wrong, 0);
    sqe.prp2 = list + 4;
    ck_assert_uint_eq(bench_do(&io, sqe, NULL), NVME_PRP_OFFSET_INVALID);
    bench_one_mistake(NVME_GUEST_PRP_OFFSET);
}
END_TEST

static const struct {
    uint32_t blocks;
    uint64_t prp1, prp2; /* added to a good value */
    int entry;           /* of the list that is made odd; -1: none */
} bad[] = {
    {8, 1, 0, -1},  {8, 2, 0, -1},  {16, 0, 4, -1}, {16, 0, 512, -1},
    {17, 0, 4, -1}, {24, 3, 0, -1}, {24, 0, 0, 0},  {24, 0, 0, 1},
};

START_TEST(an_offset_that_is_not_allowed_is_refused)
{
    struct nvme_sqe sqe = bench_io(NVME_IO_READ, 0, bad[_i].blocks, 0, 0);

    bench_bring_up(&admin, &io, 1);
    scatter_pages(4);
    describe(&sqe, 0, bad[_i].blocks * BLOCK, 512);
    sqe.prp1 += bad[_i].prp1;
    sqe.prp2 += bad[_i].prp2;
    if (bad[_i].entry >= 0)
        *((uint8_t *)bench_at(sqe.prp2) + bad[_i].entry * 8) = 8;
    ck_assert_uint_eq(bench_do(&io, sqe, NULL), NVME_PRP_OFFSET_INVALID);
    bench_one_mistake(NVME_GUEST_PRP_OFFSET);
}
END_TEST

START_TEST(a_chain_pointer_with_an_offset_is_refused)
{
    struct nvme_sqe sqe = bench_io(NVME_IO_READ, 0, 32, 0, 0);

    bench_bring_up(&admin, &io, 1);
    scatter_pages(5);
    describe(&sqe, 0, 32 * BLOCK, 2);
    *((uint8_t *)bench_at(sqe.prp2) + 8) = 8;
    ck_assert_uint_eq(bench_do(&io, sqe, NULL), NVME_PRP_OFFSET_INVALID);
    bench_one_mistake(NVME_GUEST_PRP_OFFSET);
    ck_assert_uint_eq(bench.last[SIM_EV_CMD_DATA].arg[2], 2 * BENCH_PAGE);
}
END_TEST

START_TEST(refused_memory_is_a_data_transfer_error_and_the_rest_was_moved)
{
    struct nvme_sqe sqe = bench_io(NVME_IO_READ, 0, 32, 0, 0);

    bench_bring_up(&admin, &io, 1);
    scatter_pages(5);
    describe(&sqe, 0, 32 * BLOCK, 512);
    bench.refuse_from = _i ? sqe.prp2 : pages[2];
    bench.refuse_to = bench.refuse_from + 8;
    ck_assert_uint_eq(bench_do(&io, sqe, NULL), NVME_DATA_TRANSFER_ERROR);
    ck_assert_uint_eq(bench.last[SIM_EV_CMD_DATA].arg[2], _i ? BENCH_PAGE : 2 * BENCH_PAGE);
    ck_assert_uint_eq(bench_csts(), 1);
    bench_no_mistakes();
}
END_TEST

BENCH_MAIN("prp",
           LOOP(data_goes_where_the_entries_say_and_comes_back, sizeof(shapes) / sizeof(shapes[0])),
           T(larger_host_pages_need_fewer_entries),
           LOOP(an_offset_that_is_not_allowed_is_refused, sizeof(bad) / sizeof(bad[0])),
           T(a_chain_pointer_with_an_offset_is_refused),
           LOOP(refused_memory_is_a_data_transfer_error_and_the_rest_was_moved, 2))
