/* models/nvme/tests/test_selftest.c - Device Self-test: how it goes on, and what ends it. */
// links: models/nvme/tests/bench.c
#include "models/nvme/tests/bench.h"

enum { SHORT = 1, EXTENDED = 2, STOP = 0xF };

static struct ring admin;
static uint64_t data;

static void bring_up(void)
{
    if (!data)
        data = bench_alloc(BENCH_PAGE, BENCH_PAGE);
    bench_enable(&admin);
}

static uint16_t test(uint32_t code)
{
    return bench_do(
        &admin,
        (struct nvme_sqe){.opcode = NVME_ADMIN_SELFTEST, .nsid = NVME_NSID_ALL, .cdw10 = code},
        NULL);
}

static const struct nvme_selftest_log *log_page(void)
{
    ck_assert_uint_eq(bench_do(&admin,
                               (struct nvme_sqe){.opcode = NVME_ADMIN_GET_LOG_PAGE,
                                                 .prp1 = data,
                                                 .cdw10 = NVME_LOG_SELFTEST | 140u << 16},
                               NULL),
                      NVME_OK);
    return bench_at(data);
}

static void ended_as(uint32_t entry, uint32_t code, enum nvme_selftest_result result)
{
    const struct nvme_selftest_log *log = log_page();

    ck_assert_uint_eq(log->running, 0);
    ck_assert_uint_eq(log->past[entry].result, code << 4 | result);
    ck_assert_uint_eq(log->past[entry].nsid, NVME_NSID_ALL);
}

START_TEST(a_self_test_takes_its_time_and_ends_well)
{
    uint32_t code = _i ? EXTENDED : SHORT;
    sim_ns lasts = _i ? 60 * SIM_S : SIM_S;

    bring_up();
    ck_assert_uint_eq(log_page()->past[0].result, NVME_SELFTEST_UNUSED);
    ck_assert_uint_eq(test(code), NVME_OK);
    bench_run(lasts / 2);
    ck_assert_uint_eq(log_page()->running, code);
    ck_assert_uint_ge(log_page()->percent, 50);
    ck_assert_uint_lt(log_page()->percent, 52);
    ck_assert_uint_eq(test(SHORT), NVME_SELFTEST_IN_PROGRESS);
    bench_run(lasts / 2);
    ended_as(0, code, NVME_SELFTEST_GOOD);
    ck_assert_uint_eq(test(SHORT), NVME_OK);
}
END_TEST

START_TEST(it_can_be_stopped_and_results_stand_newest_first)
{
    bring_up();
    ck_assert_uint_eq(test(EXTENDED), NVME_OK);
    ck_assert_uint_eq(test(STOP), NVME_OK);
    ended_as(0, EXTENDED, NVME_SELFTEST_STOPPED);
    ck_assert_uint_eq(test(SHORT), NVME_OK);
    bench_run(2 * SIM_S);
    ended_as(0, SHORT, NVME_SELFTEST_GOOD);
    ended_as(1, EXTENDED, NVME_SELFTEST_STOPPED);
}
END_TEST

START_TEST(a_controller_reset_ends_a_short_one_and_an_extended_one_goes_on)
{
    bring_up();
    ck_assert_uint_eq(test(_i ? EXTENDED : SHORT), NVME_OK);
    bench_write(NVME_REG_CC, 0);
    bench_run(10 * SIM_MS);
    bring_up();
    if (_i)
        ck_assert_uint_eq(log_page()->running, EXTENDED);
    else
        ended_as(0, SHORT, NVME_SELFTEST_RESET);
}
END_TEST

BENCH_MAIN("selftest", LOOP(a_self_test_takes_its_time_and_ends_well, 2),
           T(it_can_be_stopped_and_results_stand_newest_first),
           LOOP(a_controller_reset_ends_a_short_one_and_an_extended_one_goes_on, 2))
