/* models/nvme/tests/test_sgl.c - scatter gather lists: descriptors in the command, in segments, and
 * every way to get them wrong. */
// links: models/nvme/tests/bench.c
#include "models/nvme/tests/bench.h"

#define NONE NVME_GUEST_COUNT

static struct ring admin, io;
static uint64_t data, list, other;

static void bring_up(void)
{
    bench.options.sgls = true;
    bench_reopen();
    data = bench_alloc(16 * BENCH_PAGE, BENCH_PAGE);
    list = bench_alloc(BENCH_PAGE, BENCH_PAGE);
    other = bench_alloc(BENCH_PAGE, BENCH_PAGE);
    bench_bring_up(&admin, &io, 1);
}

static struct nvme_sgl sgl(enum nvme_sgl_id id, uint64_t address, uint32_t bytes)
{
    return (struct nvme_sgl){.address = address, .bytes = bytes, .id = (uint8_t)id};
}

static void put(uint64_t segment, uint32_t i, struct nvme_sgl descriptor)
{
    memcpy(bench_at(segment + i * sizeof(descriptor)), &descriptor, sizeof(descriptor));
}

static struct nvme_sqe with(enum nvme_io_opcode opcode, uint32_t blocks, struct nvme_sgl first)
{
    struct nvme_sqe sqe = bench_io(opcode, 0, blocks, 0, 0);

    sqe.flags = 0x40;
    memcpy(&sqe.prp1, &first, sizeof(first));
    return sqe;
}

static uint16_t doing(enum nvme_io_opcode opcode, uint32_t blocks, struct nvme_sgl first)
{
    return bench_do(&io, with(opcode, blocks, first), NULL);
}

static void fill(uint64_t at, uint32_t bytes, uint8_t salt)
{
    uint8_t *p = bench_at(at);

    for (uint32_t i = 0; i < bytes; i++)
        p[i] = (uint8_t)(i * 31 + (i >> 9) + salt);
}

/* --- good ones -------------------------------------------------------------------------------- */

START_TEST(one_block_anywhere_and_of_any_length_is_enough)
{
    static const uint32_t offsets[] = {0, 1, 511, 4095};
    uint64_t from, to;

    bring_up();
    from = data + offsets[_i];
    to = data + 8 * BENCH_PAGE + 13;
    fill(from, 16 * 512, 1);
    ck_assert_uint_eq(doing(NVME_IO_WRITE, 16, sgl(NVME_SGL_DATA, from, 16 * 512)), NVME_OK);
    ck_assert_uint_eq(doing(NVME_IO_READ, 16, sgl(NVME_SGL_DATA, to, 16 * 512 + 999)), NVME_OK);
    ck_assert_int_eq(memcmp(bench_at(from), bench_at(to), 16 * 512), 0);
    ck_assert_uint_eq(*(uint8_t *)bench_at(to + 16 * 512), 0); /* what is too long stays */
    bench_no_mistakes();
}
END_TEST

/* Pieces of odd sizes: a segment of two, one of three behind it, the last of one. */
START_TEST(segments_lead_from_one_to_the_next)
{
    static const uint32_t pieces[] = {1000, 24, 5000, 1, 2000, 167};
    uint64_t at, segment;
    uint32_t total = 0, n = 0;

    bring_up();
    for (uint32_t i = 0; i < 6; i++)
        total += pieces[i];
    ck_assert_uint_eq(total, 16 * 512);
    fill(data + 8 * BENCH_PAGE, total, 7);
    ck_assert_uint_eq(doing(NVME_IO_WRITE, 16, sgl(NVME_SGL_DATA, data + 8 * BENCH_PAGE, total)),
                      NVME_OK);
    segment = list;
    at = data;
    for (uint32_t i = 0; i < 6; i++) {
        put(segment, n++, sgl(NVME_SGL_DATA, at, pieces[i]));
        at += pieces[i] + 3; /* they do not touch */
        if (i == 1) {
            put(segment, n, sgl(NVME_SGL_SEGMENT, other, 4 * 16));
            segment = other;
            n = 0;
        } else if (i == 4) {
            put(segment, n, sgl(NVME_SGL_LAST_SEGMENT, list + 512, 1 * 16));
            segment = list + 512;
            n = 0;
        }
    }
    ck_assert_uint_eq(doing(NVME_IO_READ, 16, sgl(NVME_SGL_SEGMENT, list, 3 * 16)), NVME_OK);
    at = data;
    n = 0;
    for (uint32_t i = 0; i < 6; i++) {
        ck_assert_int_eq(memcmp(bench_at(at), bench_at(data + 8 * BENCH_PAGE + n), pieces[i]), 0);
        at += pieces[i] + 3;
        n += pieces[i];
    }
    bench_no_mistakes();
}
END_TEST

START_TEST(ranges_of_dataset_management_may_be_told_by_an_sgl)
{
    struct nvme_range range = {.lba = 0, .blocks = 1};
    struct nvme_sqe sqe;

    bring_up();
    fill(data, 512, 9);
    ck_assert_uint_eq(doing(NVME_IO_WRITE, 1, sgl(NVME_SGL_DATA, data, 512)), NVME_OK);
    memcpy(bench_at(data + 100), &range, sizeof(range));
    sqe = with(NVME_IO_DATASET, 1, sgl(NVME_SGL_DATA, data + 100, sizeof(range)));
    sqe.cdw10 = sqe.cdw12 = 0;
    sqe.cdw11 = NVME_DATASET_DEALLOCATE;
    ck_assert_uint_eq(bench_do(&io, sqe, NULL), NVME_OK);
    ck_assert_uint_eq(nvme__media_read(&bench.ctrl->media, 0)[1], 0);
}
END_TEST

/* --- bad ones (4.4, 4.6.1.2.1) ---------------------------------------------------------------- */

/* The descriptor in the command, and two in the segment that it may lead to; a read of 512 bytes.
 */
static const struct {
    const char *what;
    uint8_t id;
    uint32_t bytes;
    uint8_t first_id, second_id;
    uint32_t first_bytes, second_bytes;
    uint16_t status;
    enum nvme_guest_error error;
} bads[] = {
    {"too short", 0x00, 511, 0, 0, 0, 0, NVME_SGL_LENGTH_INVALID, NVME_GUEST_SGL_LENGTH},
    {"of no length", 0x00, 0, 0, 0, 0, 0, NVME_SGL_LENGTH_INVALID, NVME_GUEST_SGL_LENGTH},
    {"a transport's", 0x50, 512, 0, 0, 0, 0, NVME_SGL_TYPE_INVALID, NVME_GUEST_SGL_TYPE},
    {"keyed", 0x40, 512, 0, 0, 0, 0, NVME_SGL_TYPE_INVALID, NVME_GUEST_SGL_TYPE},
    {"by offset", 0x01, 512, 0, 0, 0, 0, NVME_SGL_TYPE_INVALID, NVME_GUEST_SGL_TYPE},
    {"a vendor's", 0xF0, 512, 0, 0, 0, 0, NVME_SGL_TYPE_INVALID, NVME_GUEST_SGL_TYPE},
    {"an odd segment", 0x30, 24, 0, 0, 256, 256, NVME_SGL_SEGMENT_INVALID, NVME_GUEST_SGL_SEGMENT},
    {"an empty segment", 0x20, 0, 0, 0, 256, 256, NVME_SGL_SEGMENT_INVALID, NVME_GUEST_SGL_SEGMENT},
    {"good", 0x30, 32, 0, 0, 256, 256, NVME_OK, NONE},
    {"good and longer", 0x30, 32, 0, 0, 500, 256, NVME_OK, NONE},
    {"a short list", 0x30, 32, 0, 0, 256, 255, NVME_SGL_LENGTH_INVALID, NVME_GUEST_SGL_LENGTH},
    {"a wrong type in a list", 0x30, 32, 0, 0x50, 256, 256, NVME_SGL_TYPE_INVALID,
     NVME_GUEST_SGL_TYPE},
    {"leading on too early", 0x20, 32, 0x30, 0, 16, 256, NVME_SGL_NUMBER_INVALID,
     NVME_GUEST_SGL_NUMBER},
    {"leading on from the last", 0x30, 32, 0, 0x30, 256, 16, NVME_SGL_SEGMENT_INVALID,
     NVME_GUEST_SGL_SEGMENT},
    {"leading nowhere", 0x20, 32, 0, 0, 256, 255, NVME_SGL_LENGTH_INVALID, NVME_GUEST_SGL_LENGTH},
    {"in a circle", 0x20, 16, 0x20, 0, 16, 0, NVME_SGL_NUMBER_INVALID, NVME_GUEST_SGL_NUMBER},
};

START_TEST(a_list_that_is_wrong_ends_its_command_with_the_status_for_it)
{
    uint16_t status;

    bring_up();
    put(list, 0,
        sgl((enum nvme_sgl_id)bads[_i].first_id, bads[_i].first_id ? list : data,
            bads[_i].first_bytes));
    put(list, 1,
        sgl((enum nvme_sgl_id)bads[_i].second_id, bads[_i].second_id ? list : data + 256,
            bads[_i].second_bytes));
    status =
        doing(NVME_IO_READ, 1,
              sgl((enum nvme_sgl_id)bads[_i].id, bads[_i].id & 0x20 ? list : data, bads[_i].bytes));
    ck_assert_msg(status == bads[_i].status, "%s: status %03Xh, not %03Xh", bads[_i].what, status,
                  bads[_i].status);
    if (bads[_i].error == NONE)
        bench_no_mistakes();
    else
        bench_one_mistake(bads[_i].error);
}
END_TEST

START_TEST(memory_that_is_refused_is_a_data_transfer_error)
{
    bring_up();
    put(list, 0, sgl(NVME_SGL_DATA, data, 512));
    bench.refuse_from = _i ? list : data;
    bench.refuse_to = bench.refuse_from + 1;
    ck_assert_uint_eq(doing(NVME_IO_READ, 1, sgl(NVME_SGL_LAST_SEGMENT, list, 16)),
                      NVME_DATA_TRANSFER_ERROR);
    bench_no_mistakes();
}
END_TEST

START_TEST(sgls_are_an_invalid_field_where_identify_does_not_offer_them)
{
    struct nvme_sqe sqe;

    bring_up();
    sqe = with(NVME_IO_READ, 1, sgl(NVME_SGL_DATA, data, 512));
    ck_assert_uint_eq(bench_do(&io, sqe, NULL), NVME_OK);
    sqe.flags = 0x80; /* metadata, which there is none of, by an SGL as well */
    ck_assert_uint_eq(bench_do(&io, sqe, NULL), NVME_OK);
    sqe.flags = 0xC0; /* reserved */
    ck_assert_uint_eq(bench_do(&io, sqe, NULL), NVME_INVALID_FIELD);
    sqe.flags = 0x41; /* fused */
    ck_assert_uint_eq(bench_do(&io, sqe, NULL), NVME_INVALID_FIELD);
    ck_assert_uint_eq(bench_do(&admin,
                               (struct nvme_sqe){.opcode = NVME_ADMIN_IDENTIFY,
                                                 .flags = 0x40,
                                                 .prp1 = data,
                                                 .prp2 = 4096,
                                                 .cdw10 = NVME_CNS_CONTROLLER},
                               NULL),
                      NVME_INVALID_FIELD); /* 5: admin commands use PRPs */
    ck_assert_uint_eq(bench_do(&admin,
                               (struct nvme_sqe){.opcode = NVME_ADMIN_IDENTIFY,
                                                 .prp1 = data,
                                                 .cdw10 = NVME_CNS_CONTROLLER},
                               NULL),
                      NVME_OK);
    ck_assert_uint_eq(((struct nvme_identify_controller *)bench_at(data))->sgls,
                      NVME_SGLS_SUPPORTED);
    bench.ctrl->options.sgls = false;
    sqe.flags = 0x40;
    ck_assert_uint_eq(bench_do(&io, sqe, NULL), NVME_INVALID_FIELD);
}
END_TEST

/* 4.4: in a read its length counts, and nothing of it moves; in a write it is not there. */
START_TEST(a_bit_bucket_swallows_what_is_read_and_is_nothing_to_a_write)
{
    bring_up();
    fill(data, 4 * 512, 3);
    put(list, 0, sgl(NVME_SGL_DATA, data, 2 * 512));
    put(list, 1, sgl(NVME_SGL_BIT_BUCKET, 0, 100000));
    put(list, 2, sgl(NVME_SGL_DATA, data + 2 * 512, 2 * 512));
    ck_assert_uint_eq(doing(NVME_IO_WRITE, 4, sgl(NVME_SGL_LAST_SEGMENT, list, 3 * 16)), NVME_OK);
    put(list, 0, sgl(NVME_SGL_DATA, data + BENCH_PAGE, 100));
    put(list, 1, sgl(NVME_SGL_BIT_BUCKET, 0, 1000));
    put(list, 2, sgl(NVME_SGL_DATA, data + 2 * BENCH_PAGE, 4 * 512 - 1100));
    ck_assert_uint_eq(doing(NVME_IO_READ, 4, sgl(NVME_SGL_LAST_SEGMENT, list, 3 * 16)), NVME_OK);
    ck_assert_int_eq(memcmp(bench_at(data + BENCH_PAGE), bench_at(data), 100), 0);
    ck_assert_uint_eq(*(uint8_t *)bench_at(data + BENCH_PAGE + 100), 0);
    ck_assert_int_eq(memcmp(bench_at(data + 2 * BENCH_PAGE), bench_at(data + 1100), 4 * 512 - 1100),
                     0);
    ck_assert_uint_eq(doing(NVME_IO_READ, 4, sgl(NVME_SGL_BIT_BUCKET, 0, 4 * 512)), NVME_OK);
    bench_no_mistakes();
    ck_assert_uint_eq(doing(NVME_IO_WRITE, 4, sgl(NVME_SGL_BIT_BUCKET, 0, 4 * 512)),
                      NVME_SGL_LENGTH_INVALID);
    bench_one_mistake(NVME_GUEST_SGL_LENGTH);
}
END_TEST

BENCH_MAIN("sgl", LOOP(one_block_anywhere_and_of_any_length_is_enough, 4),
           T(segments_lead_from_one_to_the_next),
           T(ranges_of_dataset_management_may_be_told_by_an_sgl),
           LOOP(a_list_that_is_wrong_ends_its_command_with_the_status_for_it,
                sizeof(bads) / sizeof(bads[0])),
           LOOP(memory_that_is_refused_is_a_data_transfer_error, 2),
           T(sgls_are_an_invalid_field_where_identify_does_not_offer_them),
           T(a_bit_bucket_swallows_what_is_read_and_is_nothing_to_a_write))
