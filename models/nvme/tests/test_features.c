/* models/nvme/tests/test_features.c - Set Features and Get Features. */
// links: models/nvme/tests/bench.c
#include "models/nvme/tests/bench.h"

static struct ring admin, io;

static uint16_t set(uint32_t feature, uint32_t value, uint32_t *dw0)
{
    return bench_do(
        &admin,
        (struct nvme_sqe){.opcode = NVME_ADMIN_SET_FEATURES, .cdw10 = feature, .cdw11 = value},
        dw0);
}

static uint32_t get(uint32_t feature, enum nvme_feature_select select)
{
    uint32_t dw0 = 0;

    ck_assert_uint_eq(bench_do(&admin,
                               (struct nvme_sqe){.opcode = NVME_ADMIN_GET_FEATURES,
                                                 .cdw10 = feature | select << 8,
                                                 .cdw11 = 3},
                               &dw0),
                      NVME_OK);
    return dw0;
}

static const struct {
    uint32_t asked, granted; /* CQs << 16 | SQs, 0's based */
} counts[] = {
    {0x00000000, 0x00000000}, {0x00010001, 0x00010001}, {0x00030003, 0x00030003},
    {0x00040004, 0x00030003}, {0xFFFEFFFE, 0x00030003}, {0x00020001, 0x00020001},
};

START_TEST(queues_are_granted_up_to_what_there_is)
{
    uint32_t dw0;

    bench_enable(&admin);
    ck_assert_uint_eq(get(NVME_FEATURE_QUEUES, NVME_SELECT_CURRENT), 0x00030003);
    ck_assert_uint_eq(set(NVME_FEATURE_QUEUES, counts[_i].asked, &dw0), NVME_OK);
    ck_assert_uint_eq(dw0, counts[_i].granted);
    ck_assert_uint_eq(get(NVME_FEATURE_QUEUES, NVME_SELECT_CURRENT), counts[_i].granted);
    ck_assert_uint_eq(get(NVME_FEATURE_QUEUES, NVME_SELECT_DEFAULT), 0x00030003);
    bench_no_mistakes();
}
END_TEST

START_TEST(the_number_of_queues_is_set_before_queues_exist_and_below_65536)
{
    bench_enable(&admin);
    ck_assert_uint_eq(set(NVME_FEATURE_QUEUES, 0xFFFF, NULL), NVME_INVALID_FIELD);
    bench_one_mistake(NVME_GUEST_QUEUE_COUNT);
    ck_assert_uint_eq(set(NVME_FEATURE_QUEUES, 0xFFFF0000, NULL), NVME_INVALID_FIELD);
    bench_one_mistake(NVME_GUEST_QUEUE_COUNT);
    bench_create(&admin, &io, 1, 16);
    ck_assert_uint_eq(set(NVME_FEATURE_QUEUES, 1, NULL), NVME_COMMAND_SEQUENCE);
    bench_one_mistake(NVME_GUEST_QUEUE_COUNT_LATE);
}
END_TEST

static const struct {
    uint32_t feature, dflt, set, get;
} values[] = {
    {NVME_FEATURE_ARBITRATION, 3, 0x01020307, 0x01020307},
    {NVME_FEATURE_TEMPERATURE, 343, 350, 350},
    {NVME_FEATURE_ERROR_RECOVERY, 0, 0x10005, 0x0005}, /* DULBE is not offered */
    {NVME_FEATURE_WRITE_CACHE, 1, 0, 0},
    {NVME_FEATURE_WRITE_CACHE, 1, 0xFFFFFFFF, 1},
    {NVME_FEATURE_COALESCING, 0, 0x1020, 0x1020},
    {NVME_FEATURE_VECTOR, 0, 3, 3},
    {NVME_FEATURE_ATOMICITY, 0, 1, 1},
    {NVME_FEATURE_EVENTS, 0, 0x1F, 0x1F},
    {NVME_FEATURE_POWER, 0, 0, 0},
};

START_TEST(a_value_is_kept_until_the_next_reset)
{
    bench_enable(&admin);
    ck_assert_uint_eq(set(values[_i].feature, values[_i].set, NULL), NVME_OK);
    ck_assert_uint_eq(get(values[_i].feature, NVME_SELECT_CURRENT), values[_i].get);
    ck_assert_uint_eq(get(values[_i].feature, NVME_SELECT_DEFAULT), values[_i].dflt);
    ck_assert_uint_eq(get(values[_i].feature, NVME_SELECT_SAVED), values[_i].dflt);
    /* changeable; error recovery of a namespace; nothing saveable */
    ck_assert_uint_eq(get(values[_i].feature, NVME_SELECT_SUPPORTED),
                      values[_i].feature == NVME_FEATURE_ERROR_RECOVERY ? 6 : 4);
    bench_write(NVME_REG_CC, 0);
    bench_run(bench.options.disable_ns);
    bench_enable(&admin);
    if (values[_i].feature != NVME_FEATURE_VECTOR) /* its answer is the vector asked for */
        ck_assert_uint_eq(get(values[_i].feature, NVME_SELECT_CURRENT), values[_i].dflt);
    bench_no_mistakes();
}
END_TEST

START_TEST(what_is_not_there_or_not_saveable_is_refused)
{
    bench_enable(&admin);
    ck_assert_uint_eq(set(0, 0, NULL), NVME_INVALID_FIELD);
    ck_assert_uint_eq(set(0x03, 0, NULL), NVME_INVALID_NAMESPACE);
    ck_assert_uint_eq(set(0x0D, 0, NULL), NVME_INVALID_FIELD);
    ck_assert_uint_eq(set(0x0C, 0, NULL), NVME_INVALID_FIELD);
    ck_assert_uint_eq(set(0xC0, 0, NULL), NVME_INVALID_FIELD);
    ck_assert_uint_eq(set(NVME_FEATURE_POWER, 1, NULL), NVME_INVALID_FIELD);
    ck_assert_uint_eq(set(NVME_FEATURE_VECTOR, 8, NULL), NVME_INVALID_FIELD);
    ck_assert_uint_eq(set(NVME_FEATURE_WRITE_CACHE | 1u << 31, 1, NULL), NVME_FEATURE_NOT_SAVEABLE);
    ck_assert_uint_eq(
        bench_do(&admin, (struct nvme_sqe){.opcode = NVME_ADMIN_GET_FEATURES, .cdw10 = 7 | 4 << 8},
                 NULL),
        NVME_INVALID_FIELD);
    bench_no_mistakes();
}
END_TEST

START_TEST(dulbe_is_set_where_it_is_offered)
{
    bench.options.dulbe = _i;
    bench_reopen();
    bench_enable(&admin);
    ck_assert_uint_eq(set(NVME_FEATURE_ERROR_RECOVERY, 0x10005, NULL), NVME_OK);
    ck_assert_uint_eq(get(NVME_FEATURE_ERROR_RECOVERY, NVME_SELECT_CURRENT), _i ? 0x10005 : 5);
}
END_TEST

BENCH_MAIN("features",
           LOOP(queues_are_granted_up_to_what_there_is, sizeof(counts) / sizeof(counts[0])),
           T(the_number_of_queues_is_set_before_queues_exist_and_below_65536),
           LOOP(a_value_is_kept_until_the_next_reset, sizeof(values) / sizeof(values[0])),
           T(what_is_not_there_or_not_saveable_is_refused),
           LOOP(dulbe_is_set_where_it_is_offered, 2))
