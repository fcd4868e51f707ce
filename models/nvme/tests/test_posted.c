/* models/nvme/tests/test_posted.c - register writes that arrive late: in order, pushed by reads. */
// links: models/nvme/tests/bench.c
#include "models/nvme/tests/bench.h"

#define LATE (100 * SIM_US)

static void open_late(void)
{
    bench.options.posted_ns = LATE;
    bench_reopen();
}

START_TEST(a_write_arrives_after_a_while_and_within_the_bound)
{
    uint32_t at_once = 0;

    open_late();
    for (uint32_t i = 0; i < 50; i++) {
        uint32_t before = bench.events[SIM_EV_REG_WRITE];

        bench_write(NVME_REG_AQA, 0x000F000F);
        at_once += bench.events[SIM_EV_REG_WRITE] != before;
        bench_run(LATE);
        ck_assert_uint_eq(bench.events[SIM_EV_REG_WRITE], before + 1);
    }
    ck_assert_uint_eq(at_once, 0);
}
END_TEST

START_TEST(a_read_pushes_all_that_was_written_before_it)
{
    open_late();
    bench_write(NVME_REG_AQA, 0x00010001);
    bench_write(NVME_REG_AQA, 0x00070007);
    ck_assert_uint_eq(bench.events[SIM_EV_REG_WRITE], 0);
    ck_assert_uint_eq(bench_read(NVME_REG_AQA), 0x00070007);
    ck_assert_uint_eq(bench.events[SIM_EV_REG_WRITE], 2);
    bench_run(LATE);
    ck_assert_uint_eq(bench.events[SIM_EV_REG_WRITE], 2);
}
END_TEST

static uint64_t values[64];
static uint32_t seen;

static void note(struct sim *sim, const struct sim_record *record, void *ctx)
{
    (void)sim;
    (void)ctx;
    if (record->event == SIM_EV_REG_WRITE && seen < 64)
        values[seen++] = record->arg[1];
}

START_TEST(no_write_overtakes_another)
{
    seen = 0;
    open_late();
    sim_trace_set_sink(bench.sim, note, NULL);
    for (uint32_t i = 0; i < 64; i++) {
        bench_write(NVME_REG_AQA, i);
        bench_run(i % 5 * SIM_US);
    }
    bench_run(LATE);
    ck_assert_uint_eq(seen, 64);
    for (uint32_t i = 0; i < 64; i++)
        ck_assert_uint_eq(values[i], i);
}
END_TEST

START_TEST(what_was_on_its_way_is_lost_when_power_goes)
{
    open_late();
    bench_write(NVME_REG_AQA, 0x00010001);
    nvme_power_off(bench.ctrl);
    bench_run(LATE);
    ck_assert_uint_eq(bench.events[SIM_EV_REG_WRITE], 0);
    ck_assert_uint_eq(bench_read(NVME_REG_AQA), 0);
}
END_TEST

START_TEST(a_driver_that_does_it_right_notices_nothing_but_time)
{
    uint64_t data = bench_alloc(BENCH_PAGE, BENCH_PAGE);
    struct ring admin, io;

    open_late();
    bench.options.ready_ns += LATE; /* for which bench_enable() waits */
    bench_enable(&admin);
    bench_create(&admin, &io, 1, 16);
    for (uint32_t i = 0; i < 40; i++)
        ck_assert_uint_eq(bench_do(&io, bench_io(NVME_IO_WRITE, i, 8, data, 0), NULL), 0);
    bench_no_mistakes();
}
END_TEST

START_TEST(without_the_option_a_write_arrives_at_once)
{
    bench_write(NVME_REG_AQA, 0x00010001);
    ck_assert_uint_eq(bench.events[SIM_EV_REG_WRITE], 1);
}
END_TEST

BENCH_MAIN("posted", T(a_write_arrives_after_a_while_and_within_the_bound),
           T(a_read_pushes_all_that_was_written_before_it), T(no_write_overtakes_another),
           T(what_was_on_its_way_is_lost_when_power_goes),
           T(a_driver_that_does_it_right_notices_nothing_but_time),
           T(without_the_option_a_write_arrives_at_once))
