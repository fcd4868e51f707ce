/* models/nvme/tests/test_latency.c - from a command and its start to its finish. */
// links: models/nvme/tests/bench.c
#include "models/nvme/tests/bench.h"

/* A command of queue 1, or of the admin queue. */
static struct nvme_cmd command(uint32_t qid, uint8_t opcode)
{
    return (struct nvme_cmd){.qid = (uint16_t)qid, .sqe.opcode = opcode};
}

START_TEST(a_finish_is_the_start_and_a_time_with_the_spread_that_was_asked_for)
{
    static const char *const spreads[] = {"fixed", "uniform", "exponential"};
    const sim_ns mean = 80 * SIM_US, floor[] = {mean, mean / 2, mean / 3};
    const sim_ns most[] = {mean, mean + mean / 2, 20 * mean};
    const struct nvme_cmd read = command(1, NVME_IO_READ);
    sim_ns sum = 0;

    bench_spread(spreads[_i]);
    bench_reopen();
    for (uint32_t i = 0; i < 20000; i++) {
        sim_ns ns = nvme__finish(bench.ctrl, &read, mean, 1000) - 1000;

        ck_assert_int_ge(ns, floor[_i]);
        ck_assert_int_le(ns, most[_i]);
        sum += ns;
    }
    ck_assert_int_ge(sum / 20000, mean - mean / 50);
    ck_assert_int_le(sum / 20000, mean + mean / 50);
    ck_assert_int_eq(nvme__finish(bench.ctrl, &read, 0, 0), 1);
}
END_TEST

START_TEST(each_kind_of_command_has_a_spread_of_its_own)
{
    static const struct {
        uint32_t qid;
        uint8_t opcode;
        enum nvme_timed kind;
    } of[] = {
        {1, NVME_IO_READ, NVME_TIMED_READ},         {1, NVME_IO_COMPARE, NVME_TIMED_READ},
        {1, NVME_IO_WRITE, NVME_TIMED_WRITE},       {1, NVME_IO_FLUSH, NVME_TIMED_FLUSH},
        {1, NVME_IO_DATASET, NVME_TIMED_TRIM},      {1, NVME_IO_WRITE_ZEROES, NVME_TIMED_TRIM},
        {0, NVME_ADMIN_IDENTIFY, NVME_TIMED_ADMIN}, {0, NVME_IO_WRITE, NVME_TIMED_ADMIN},
    };
    static struct sim_spread spread[NVME_TIMED_COUNT];

    for (uint32_t i = 0; i < NVME_TIMED_COUNT; i++) {
        char text[40];

        snprintf(text, sizeof text, "table:%uus/1", i + 1);
        ck_assert_int_eq(sim_spread_parse(text, &spread[i], NULL), 0);
        bench.options.spread[i] = &spread[i];
    }
    bench_reopen();
    for (size_t i = 0; i < sizeof of / sizeof of[0]; i++) {
        const struct nvme_cmd cmd = command(of[i].qid, of[i].opcode);

        ck_assert_int_eq(nvme__finish(bench.ctrl, &cmd, 50, 7), 7 + (of[i].kind + 1) * SIM_US);
    }
}
END_TEST

START_TEST(a_deallocation_takes_as_long_as_a_write_unless_told)
{
    const struct nvme_cmd trim = command(1, NVME_IO_DATASET);

    ck_assert_int_eq(nvme__finish(bench.ctrl, &trim, bench.options.write_ns, 0), 20 * SIM_US);
    bench.options.trim_ns = 3 * SIM_MS;
    bench_reopen();
    ck_assert_int_eq(nvme__finish(bench.ctrl, &trim, bench.options.write_ns, 0), 3 * SIM_MS);
}
END_TEST

BENCH_MAIN("latency", LOOP(a_finish_is_the_start_and_a_time_with_the_spread_that_was_asked_for, 3),
           T(each_kind_of_command_has_a_spread_of_its_own),
           T(a_deallocation_takes_as_long_as_a_write_unless_told))
