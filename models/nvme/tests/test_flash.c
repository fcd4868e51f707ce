/* models/nvme/tests/test_flash.c - where commands wait: dies, channels, the link, pauses. */
// links: models/nvme/tests/bench.c
#include "models/nvme/tests/bench.h"

#define READ (50 * SIM_US)
#define TRANSFER 4097 /* 4 KiB at 1 GB/s, rounded up */

/* 2 channels of 2 dies, stripes of 4 KiB: stripes 0, 4, 8 are on die 0, stripes 0, 2, 4 on channel
 * 0. */
static void open_flash(void)
{
    bench.options.flash = (struct nvme_flash_options){
        .channels = 2, .dies = 2, .stripe_bytes = 4096, .channel_rate = 1000000000};
    bench_reopen();
}

static struct nvme_cmd io(uint8_t opcode, uint64_t stripe, uint32_t stripes)
{
    return (struct nvme_cmd){.qid = 1,
                             .sqe = {.opcode = opcode, .cdw10 = (uint32_t)stripe * 8},
                             .bytes = stripes * 4096,
                             .to_host = opcode == NVME_IO_READ};
}

static sim_ns finish(struct nvme_cmd cmd)
{
    return nvme__finish(bench.ctrl, &cmd, READ, sim_now(bench.sim));
}

START_TEST(reads_of_one_die_wait_for_each_other)
{
    open_flash();
    ck_assert_int_eq(finish(io(NVME_IO_READ, 0, 1)), READ + TRANSFER);
    ck_assert_int_eq(finish(io(NVME_IO_READ, 4, 1)), 2 * READ + TRANSFER);
    ck_assert_int_eq(finish(io(NVME_IO_READ, 8, 1)), 3 * READ + TRANSFER);
}
END_TEST

START_TEST(reads_of_two_dies_of_a_channel_share_only_the_channel)
{
    open_flash();
    ck_assert_int_eq(finish(io(NVME_IO_READ, 0, 1)), READ + TRANSFER);
    ck_assert_int_eq(finish(io(NVME_IO_READ, 2, 1)), READ + 2 * TRANSFER);
    ck_assert_int_eq(finish(io(NVME_IO_READ, 1, 1)), READ + TRANSFER);
}
END_TEST

START_TEST(a_large_read_uses_all_dies_at_once)
{
    open_flash();
    ck_assert_int_eq(finish(io(NVME_IO_READ, 0, 4)), READ + 2 * TRANSFER);
    open_flash();
    ck_assert_int_eq(finish(io(NVME_IO_READ, 0, 8)), 2 * READ + 2 * TRANSFER);
}
END_TEST

START_TEST(a_write_takes_the_channel_first)
{
    open_flash();
    ck_assert_int_eq(finish(io(NVME_IO_WRITE, 0, 1)), TRANSFER + READ);
    ck_assert_int_eq(finish(io(NVME_IO_WRITE, 2, 1)), 2 * TRANSFER + READ);
    ck_assert_int_eq(finish(io(NVME_IO_WRITE, 0, 1)), TRANSFER + 2 * READ);
}
END_TEST

START_TEST(a_flush_waits_for_all_dies_and_other_commands_for_none)
{
    struct nvme_cmd flush = io(NVME_IO_FLUSH, 0, 0), admin = flush, failed;

    open_flash();
    finish(io(NVME_IO_WRITE, 3, 1));
    ck_assert_int_eq(finish(flush), TRANSFER + 2 * READ);
    admin.qid = 0;
    ck_assert_int_eq(finish(admin), READ);
    failed = io(NVME_IO_READ, 3, 1);
    failed.status = NVME_LBA_OUT_OF_RANGE;
    ck_assert_int_eq(finish(failed), READ);
    ck_assert_int_eq(finish(io(NVME_IO_DATASET, 0, 1)), READ);
}
END_TEST

START_TEST(the_link_carries_so_much_a_second)
{
    bench.options.flash = (struct nvme_flash_options){.link_rate = 100000000};
    bench_reopen();
    ck_assert_int_eq(finish(io(NVME_IO_READ, 0, 1)), READ + 40961);
    ck_assert_int_eq(finish(io(NVME_IO_READ, 0, 1)), READ + 2 * 40961);
    /* the gap before them: a write's data comes before its time on the medium */
    ck_assert_int_eq(finish(io(NVME_IO_WRITE, 0, 1)), 40961 + READ);
}
END_TEST

START_TEST(a_reset_frees_dies_channels_and_link)
{
    struct ring admin, ring;

    open_flash();
    bench_bring_up(&admin, &ring, 1);
    for (uint32_t i = 0; i < 100; i++)
        finish(io(NVME_IO_READ, 0, 1));
    bench_write(NVME_REG_CC, 0);
    bench_run(bench.options.disable_ns);
    ck_assert_int_eq(finish(io(NVME_IO_READ, 0, 1)), sim_now(bench.sim) + READ + TRANSFER);
}
END_TEST

/* --- garbage collection ----------------------------------------------------------------------- */

static void open_gc(sim_ns interval_ns, sim_ns pause_ns)
{
    bench.options.flash =
        (struct nvme_flash_options){.gc_interval_ns = interval_ns, .gc_pause_ns = pause_ns};
    bench_reopen();
}

START_TEST(without_channels_only_what_starts_in_a_pause_waits_until_its_end)
{
    uint32_t held = 0, pauses = 0;
    sim_ns end = 0;

    open_gc(10 * SIM_MS, 1 * SIM_MS);
    for (uint32_t i = 0; i < 100000; i++) {
        sim_ns now = sim_now(bench.sim), wait = finish(io(NVME_IO_READ, 0, 1)) - now - READ;

        ck_assert_int_ge(wait, 0);
        ck_assert_int_le(wait, 1 * SIM_MS);
        held += wait > 0;
        if (wait && now + wait != end) {
            end = now + wait;
            pauses++;
        }
        bench_run(10 * SIM_US);
    }
    /* 1 s in spans of 11 ms; a command each 10 us of the pause */
    ck_assert_uint_ge(pauses, 70);
    ck_assert_uint_le(pauses, 112);
    ck_assert_uint_ge(held, pauses * 99);
    ck_assert_uint_le(held, pauses * 101);
    ck_assert_uint_ge(bench.events[SIM_EV_FLASH_PAUSE], pauses);
}
END_TEST

START_TEST(each_die_pauses_by_itself)
{
    sim_ns first[4];
    uint32_t different = 0;

    open_flash();
    bench.options.flash.gc_interval_ns = 10 * SIM_MS;
    bench.options.flash.gc_pause_ns = 5 * SIM_MS;
    bench_reopen();
    for (uint32_t i = 0; i < 300; i++) {
        for (uint32_t die = 0; die < 4; die++)
            first[die] = finish(io(NVME_IO_READ, die, 1));
        different += llabs(first[0] - first[3]) > SIM_MS;
        bench_run(SIM_MS);
    }
    ck_assert_uint_ge(different, 50);
}
END_TEST

START_TEST(a_pause_outlives_a_controller_reset)
{
    struct ring admin, ring;
    sim_ns end = 0;

    open_gc(SIM_MS, 500 * SIM_MS);
    bench_bring_up(&admin, &ring, 1);
    while (end - sim_now(bench.sim) < 400 * SIM_MS) {
        end = finish(io(NVME_IO_READ, 0, 1)) - READ;
        bench_run(10 * SIM_US);
    }
    bench_write(NVME_REG_CC, 0);
    bench_run(bench.options.disable_ns);
    ck_assert_uint_eq(bench_csts(), 0);
    ck_assert_int_eq(finish(io(NVME_IO_READ, 0, 1)), end + READ);
}
END_TEST

START_TEST(after_a_long_rest_there_is_no_backlog_of_pauses)
{
    open_gc(SIM_MS, SIM_MS);
    finish(io(NVME_IO_READ, 0, 1));
    bench_run(3600 * SIM_S);
    ck_assert_int_le(finish(io(NVME_IO_READ, 0, 1)), sim_now(bench.sim) + READ + 3 * SIM_MS);
    ck_assert_uint_le(bench.events[SIM_EV_FLASH_PAUSE], 20);
}
END_TEST

START_TEST(another_seed_pauses_at_other_times)
{
    sim_ns end[2];

    for (uint64_t seed = 0; seed < 2; seed++) {
        open_gc(SIM_S, 100 * SIM_S);
        finish(io(NVME_IO_READ, 0, 1)); /* the start of the driver, the same for all */
        sim_begin(bench.sim, seed + 7, &sim_strategy_time, 0);
        finish(io(NVME_IO_READ, 0, 1));
        bench_run(50 * SIM_S);
        end[seed] = finish(io(NVME_IO_READ, 0, 1));
    }
    ck_assert_int_ne(end[0], end[1]);
}
END_TEST

BENCH_MAIN("flash", T(reads_of_one_die_wait_for_each_other),
           T(reads_of_two_dies_of_a_channel_share_only_the_channel),
           T(a_large_read_uses_all_dies_at_once), T(a_write_takes_the_channel_first),
           T(a_flush_waits_for_all_dies_and_other_commands_for_none),
           T(the_link_carries_so_much_a_second), T(a_reset_frees_dies_channels_and_link),
           T(without_channels_only_what_starts_in_a_pause_waits_until_its_end),
           T(each_die_pauses_by_itself), T(a_pause_outlives_a_controller_reset),
           T(after_a_long_rest_there_is_no_backlog_of_pauses),
           T(another_seed_pauses_at_other_times))
