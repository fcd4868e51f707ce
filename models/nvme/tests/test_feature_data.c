/* models/nvme/tests/test_feature_data.c - LBA Range Type and Timestamp. */
// links: models/nvme/tests/bench.c
#include "models/nvme/tests/bench.h"

static struct ring admin;
static uint64_t data;

static void bring_up(void)
{
    bench_enable(&admin);
    data = bench_alloc(2 * BENCH_PAGE, BENCH_PAGE);
}

static uint16_t doing(enum nvme_admin_opcode opcode, uint32_t nsid, uint32_t cdw10, uint32_t cdw11,
                      uint32_t *dw0)
{
    return bench_do(
        &admin,
        (struct nvme_sqe){
            .opcode = opcode, .nsid = nsid, .prp1 = data, .cdw10 = cdw10, .cdw11 = cdw11},
        dw0);
}

static uint64_t stamp_read(enum nvme_feature_select select)
{
    uint64_t stamp;

    memset(bench_at(data), 0xEE, 16);
    ck_assert_uint_eq(
        doing(NVME_ADMIN_GET_FEATURES, 0, NVME_FEATURE_TIMESTAMP | (uint32_t)select << 8, 0, NULL),
        NVME_OK);
    memcpy(&stamp, bench_at(data), 8);
    ck_assert_uint_eq(*(uint8_t *)bench_at(data + 8), 0xEE); /* 8 bytes and no more */
    return stamp;
}

static void stamp_set(uint64_t stamp)
{
    memcpy(bench_at(data), &stamp, 8);
    ck_assert_uint_eq(doing(NVME_ADMIN_SET_FEATURES, 0, NVME_FEATURE_TIMESTAMP, 0, NULL), NVME_OK);
}

/* 5.21.1.14; origin in bits 51:49 */
START_TEST(the_timestamp_runs_from_what_the_host_says_and_from_a_reset)
{
    uint64_t first;

    bring_up();
    bench_run(20 * SIM_MS);
    first = stamp_read(NVME_SELECT_CURRENT);
    ck_assert_uint_eq(first >> 48, 0);
    ck_assert_uint_ge(first, 20);
    stamp_set(UINT64_C(0xFFFF000001234567)); /* what is above 48 bits is reserved */
    bench_run(1500 * SIM_MS);
    first = stamp_read(NVME_SELECT_CURRENT);
    ck_assert_uint_eq(first >> 48, 1 << 1);
    ck_assert_uint_ge(first & UINT64_C(0xFFFFFFFFFFFF), UINT64_C(0x01234567) + 1500);
    ck_assert_uint_le(first & UINT64_C(0xFFFFFFFFFFFF), UINT64_C(0x01234567) + 1510);
    ck_assert_uint_eq(stamp_read(NVME_SELECT_DEFAULT) >> 48, 0);
    bench_write(NVME_REG_CC, 0);
    bench_run(bench.options.disable_ns);
    bring_up();
    ck_assert_uint_lt(stamp_read(NVME_SELECT_CURRENT), 1000);
    bench_no_mistakes();
}
END_TEST

static struct nvme_range_type *range_put(uint32_t i, uint64_t lba, uint64_t blocks)
{
    struct nvme_range_type *range = (struct nvme_range_type *)bench_at(data) + i;

    memset(range, 0, sizeof *range);
    range->type = (uint8_t)(i + 1);
    range->lba = lba;
    range->blocks = blocks - 1;
    return range;
}

static uint16_t ranges_set(uint32_t nsid, uint32_t count)
{
    return doing(NVME_ADMIN_SET_FEATURES, nsid, NVME_FEATURE_RANGES, count - 1, NULL);
}

static uint32_t ranges_get(uint32_t nsid)
{
    uint32_t dw0;

    memset(bench_at(data), 0xEE, BENCH_PAGE);
    ck_assert_uint_eq(doing(NVME_ADMIN_GET_FEATURES, nsid, NVME_FEATURE_RANGES, 0, &dw0), NVME_OK);
    return dw0;
}

START_TEST(ranges_are_kept_for_each_namespace_until_a_reset)
{
    const struct nvme_range_type *range;

    bench.options.namespaces = 2;
    bench_reopen();
    bring_up();
    range = bench_at(data);
    ck_assert_uint_eq(ranges_get(1), 0); /* one, of all blocks */
    ck_assert_uint_eq(range[0].lba, 0);
    ck_assert_uint_eq(range[0].blocks, nvme_namespace_blocks(bench.ctrl) - 1);
    ck_assert_uint_eq(range[1].blocks, 0);
    range_put(0, 0, 100);
    range_put(1, 100, 50);
    ck_assert_uint_eq(ranges_set(1, 2), NVME_OK);
    ck_assert_uint_eq(ranges_get(1), 1);
    ck_assert_uint_eq(range[1].type, 2);
    ck_assert_uint_eq(range[1].lba, 100);
    ck_assert_uint_eq(ranges_get(2), 0);
    bench_write(NVME_REG_CC, 0);
    bench_run(bench.options.disable_ns);
    bring_up();
    ck_assert_uint_eq(ranges_get(1), 0);
    bench_no_mistakes();
}
END_TEST

START_TEST(bad_ranges_are_refused_and_change_nothing)
{
    bring_up();
    range_put(0, 0, 100);
    range_put(1, 99, 5);
    ck_assert_uint_eq(ranges_set(1, 2), NVME_OVERLAPPING_RANGE);
    range_put(0, nvme_namespace_blocks(bench.ctrl) - 1, 2);
    ck_assert_uint_eq(ranges_set(1, 1), NVME_LBA_OUT_OF_RANGE);
    range_put(0, UINT64_MAX, UINT64_MAX);
    ck_assert_uint_eq(ranges_set(1, 1), NVME_LBA_OUT_OF_RANGE);
    ck_assert_uint_eq(ranges_set(0, 1), NVME_INVALID_NAMESPACE);
    ck_assert_uint_eq(ranges_set(9, 1), NVME_INVALID_NAMESPACE);
    ck_assert_uint_eq(doing(NVME_ADMIN_SET_FEATURES, 1, NVME_FEATURE_RANGES | 1u << 31, 0, NULL),
                      NVME_FEATURE_NOT_SAVEABLE);
    ck_assert_uint_eq(ranges_get(1), 0);
    bench_no_mistakes();
}
END_TEST

START_TEST(what_they_can_do_needs_no_data)
{
    uint32_t dw0;

    bring_up();
    ck_assert_uint_eq(doing(NVME_ADMIN_GET_FEATURES, 1,
                            NVME_FEATURE_RANGES | NVME_SELECT_SUPPORTED << 8, 0, &dw0),
                      NVME_OK);
    ck_assert_uint_eq(dw0, 6); /* changeable, of a namespace */
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_DATA], 0);
}
END_TEST

BENCH_MAIN("feature_data", T(the_timestamp_runs_from_what_the_host_says_and_from_a_reset),
           T(ranges_are_kept_for_each_namespace_until_a_reset),
           T(bad_ranges_are_refused_and_change_nothing), T(what_they_can_do_needs_no_data))
