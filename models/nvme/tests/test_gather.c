/* models/nvme/tests/test_gather.c - interrupt coalescing by entries and by time. */
// links: models/nvme/tests/bench.c
#include "models/nvme/tests/bench.h"

static struct ring admin, io[2];
static uint64_t data;

static uint16_t set_feature(uint32_t id, uint32_t value)
{
    return bench_do(
        &admin, (struct nvme_sqe){.opcode = NVME_ADMIN_SET_FEATURES, .cdw10 = id, .cdw11 = value},
        NULL);
}

static uint32_t get_feature(uint32_t id, uint32_t select, uint32_t value)
{
    uint32_t dw0 = 0;
    const struct nvme_sqe sqe = {
        .opcode = NVME_ADMIN_GET_FEATURES, .cdw10 = id | select << 8, .cdw11 = value};

    ck_assert_uint_eq(bench_do(&admin, sqe, &dw0), 0);
    return dw0;
}

/* entries: how many make an interrupt; units of 100 us. */
static void open_gathering(uint32_t entries, uint32_t units)
{
    bench_bring_up(&admin, io, bench.msix ? 2 : 1);
    data = bench_alloc(BENCH_PAGE, BENCH_PAGE);
    ck_assert_uint_eq(set_feature(NVME_FEATURE_COALESCING, (entries - 1) | units << 8), 0);
    memset(bench.messages, 0, sizeof bench.messages);
    bench.line_changes = 0;
}

static void reads(struct ring *ring, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        bench_put(ring, bench_io(NVME_IO_READ, 0, 8, data, 0));
    bench_ring(ring);
}

static void take_all(struct ring *ring)
{
    struct nvme_cqe cqe;

    while (bench_reap(ring, &cqe))
        ;
    bench_release(ring);
}

START_TEST(so_many_entries_make_one_interrupt)
{
    open_gathering(4, 255);
    reads(&io[0], 3);
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.messages[1], 0);
    reads(&io[0], 1);
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.messages[1], 1);
    reads(&io[0], 8);
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.messages[1], 3);
    /* nothing is left over */
    bench_run(100 * SIM_MS);
    ck_assert_uint_eq(bench.messages[1], 3);
}
END_TEST

START_TEST(the_first_entry_waits_so_long_at_most)
{
    sim_ns posted;

    open_gathering(8, 3);
    reads(&io[0], 1);
    while (!bench.events[SIM_EV_CQE_POST] || bench.last[SIM_EV_CQE_POST].arg[0] != 1)
        bench_run(SIM_US);
    posted = bench.last[SIM_EV_CQE_POST].at;
    bench_run(posted + 299 * SIM_US - sim_now(bench.sim));
    ck_assert_uint_eq(bench.messages[1], 0);
    bench_run(SIM_US);
    ck_assert_uint_eq(bench.messages[1], 1);
    bench_run(10 * SIM_MS);
    ck_assert_uint_eq(bench.messages[1], 1);
}
END_TEST

START_TEST(each_vector_gathers_by_itself)
{
    open_gathering(3, 255);
    reads(&io[0], 2);
    reads(&io[1], 2);
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.messages[1] + bench.messages[2], 0);
    reads(&io[1], 1);
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.messages[1], 0);
    ck_assert_uint_eq(bench.messages[2], 1);
}
END_TEST

START_TEST(a_vector_can_be_left_out)
{
    open_gathering(3, 255);
    ck_assert_uint_eq(set_feature(NVME_FEATURE_VECTOR, 1 | 1 << 16), 0);
    ck_assert_uint_eq(get_feature(NVME_FEATURE_VECTOR, NVME_SELECT_CURRENT, 1), 1 | 1 << 16);
    ck_assert_uint_eq(get_feature(NVME_FEATURE_VECTOR, NVME_SELECT_CURRENT, 2), 2);
    reads(&io[0], 2);
    reads(&io[1], 2);
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.messages[1], 2);
    ck_assert_uint_eq(bench.messages[2], 0);
    ck_assert_uint_eq(set_feature(NVME_FEATURE_VECTOR, 1), 0);
    ck_assert_uint_eq(get_feature(NVME_FEATURE_VECTOR, NVME_SELECT_CURRENT, 1), 1);
}
END_TEST

START_TEST(a_time_or_a_number_of_0_switches_it_off)
{
    open_gathering(1, 255);
    reads(&io[0], 3);
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.messages[1], 3);
    ck_assert_uint_eq(set_feature(NVME_FEATURE_COALESCING, 7), 0);
    reads(&io[0], 3);
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.messages[1], 6);
}
END_TEST

START_TEST(the_admin_queue_is_not_gathered)
{
    open_gathering(8, 255);
    get_feature(NVME_FEATURE_COALESCING, NVME_SELECT_CURRENT, 0);
    ck_assert_uint_eq(bench.messages[0], 1);
}
END_TEST

START_TEST(entries_that_were_released_meanwhile_interrupt_nobody)
{
    open_gathering(8, 3);
    reads(&io[0], 2);
    bench_run(200 * SIM_US);
    take_all(&io[0]);
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.messages[1], 0);
}
END_TEST

START_TEST(a_reset_ends_it_and_brings_the_controllers_own_values_back)
{
    open_gathering(8, 3);
    reads(&io[0], 2);
    bench_run(200 * SIM_US);
    bench_write(NVME_REG_CC, 0);
    bench_run(bench.options.disable_ns);
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.messages[1], 0);
    ck_assert_uint_eq(bench.ctrl->features[NVME_FEATURE_COALESCING], 0);
    bench.options.coalescing = 3 | 2 << 8;
    bench_reopen();
    bench_bring_up(&admin, io, 1);
    ck_assert_uint_eq(get_feature(NVME_FEATURE_COALESCING, NVME_SELECT_CURRENT, 0), 3 | 2 << 8);
    ck_assert_uint_eq(get_feature(NVME_FEATURE_COALESCING, NVME_SELECT_DEFAULT, 0), 3 | 2 << 8);
}
END_TEST

START_TEST(the_line_rises_when_enough_are_there_and_stays_until_all_are_released)
{
    bench.msix = false;
    open_gathering(3, 255);
    ck_assert(!bench.line);
    reads(&io[0], 2);
    bench_run(SIM_MS);
    ck_assert(!bench.line);
    reads(&io[0], 1);
    bench_run(SIM_MS);
    ck_assert(bench.line);
    reads(&io[0], 1);
    bench_run(SIM_MS);
    ck_assert(bench.line);
    take_all(&io[0]);
    ck_assert(!bench.line);
    ck_assert_uint_eq(bench.line_changes, 2);
}
END_TEST

/* 7.5.1.1 and 5.21.1.8: the status rises when enough are there, and is the edge that sends. */
START_TEST(with_msi_a_message_is_sent_when_enough_are_there_and_none_before_all_are_released)
{
    bench.msix = false;
    open_gathering(3, 255);
    bench.msi = true;
    reads(&io[0], 2);
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.messages[0], 0);
    reads(&io[0], 1);
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.messages[0], 1);
    reads(&io[0], 3);
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.messages[0], 1);
    take_all(&io[0]);
    reads(&io[0], 2);
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.messages[0], 1);
    bench_run(26 * SIM_MS); /* the time is over before the third comes */
    ck_assert_uint_eq(bench.messages[0], 2);
    ck_assert(!bench.line);
}
END_TEST

BENCH_MAIN("gather", T(so_many_entries_make_one_interrupt),
           T(the_first_entry_waits_so_long_at_most), T(each_vector_gathers_by_itself),
           T(a_vector_can_be_left_out), T(a_time_or_a_number_of_0_switches_it_off),
           T(the_admin_queue_is_not_gathered),
           T(entries_that_were_released_meanwhile_interrupt_nobody),
           T(a_reset_ends_it_and_brings_the_controllers_own_values_back),
           T(the_line_rises_when_enough_are_there_and_stays_until_all_are_released),
           T(with_msi_a_message_is_sent_when_enough_are_there_and_none_before_all_are_released))
