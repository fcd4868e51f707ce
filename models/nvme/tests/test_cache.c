/* models/nvme/tests/test_cache.c - the volatile write cache and the loss of power. */
// links: models/nvme/tests/bench.c
// covers: models/nvme/fault_power.c
#include "models/nvme/tests/bench.h"

static struct ring admin, io;
static uint64_t data;

static void bring_up(void)
{
    if (!data)
        data = bench_alloc(4 * BENCH_PAGE, BENCH_PAGE);
    bench_bring_up(&admin, &io, 1);
}

static void reopen(void)
{
    bench_reopen();
    bring_up();
}

static uint16_t blocks_of(enum nvme_io_opcode opcode, uint64_t lba, uint32_t blocks, uint32_t flags)
{
    struct nvme_sqe sqe = bench_io(opcode, lba, blocks, data, data + BENCH_PAGE);

    sqe.cdw12 |= flags;
    return bench_do(&io, sqe, NULL);
}

static void fill(uint64_t lba, uint32_t blocks, uint8_t byte, uint32_t flags)
{
    memset(bench_at(data), byte, blocks * 512);
    ck_assert_uint_eq(blocks_of(NVME_IO_WRITE, lba, blocks, flags), NVME_OK);
}

static void flush(void)
{
    ck_assert_uint_eq(
        bench_do(&io, (struct nvme_sqe){.opcode = NVME_IO_FLUSH, .nsid = NVME_NSID_ALL}, NULL),
        NVME_OK);
}

/* What the block holds, whole: a block is never torn. */
static uint8_t held(uint64_t lba)
{
    const uint8_t *block =
        nvme__media_read(&bench.ctrl->media, lba * 512) + (lba * 512 & (NVME_MEDIA_BLOCK - 1));

    for (uint32_t i = 1; i < 512; i++)
        ck_assert_uint_eq(block[i], block[0]);
    return block[0];
}

static void lose_power(void)
{
    bench_faults("[fault outage]\naction = power-loss\nat = 1us\n");
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.events[SIM_EV_POWER_LOST], 1);
    ck_assert_uint_eq(bench_csts(), 0);
    ck_assert_uint_eq(bench_read(NVME_REG_CC), 0);
    ck_assert_uint_eq(bench_read(NVME_REG_AQA), 0);
}

/* --- what is lost ----------------------------------------------------------------------------- */

START_TEST(what_was_not_flushed_goes_back_block_by_block_to_some_value_since_the_flush)
{
    bool seen[4] = {false};

    bring_up();
    fill(0, 16, 1, 0);
    flush();
    fill(0, 16, 2, 0);
    fill(0, 16, 3, 0);
    lose_power();
    for (uint64_t lba = 0; lba < 16; lba++) {
        ck_assert(held(lba) >= 1 && held(lba) <= 3);
        seen[held(lba)] = true;
    }
    ck_assert_uint_eq(bench.last[SIM_EV_POWER_LOST].arg[0], 32);
    ck_assert(seen[1] + seen[2] + seen[3] > 0);
}
END_TEST

START_TEST(over_many_losses_each_value_since_the_flush_comes_back_and_none_before)
{
    uint32_t seen[5] = {0};

    for (uint32_t run = 0; run < 12; run++) {
        bench.events[SIM_EV_POWER_LOST] = 0;
        reopen();
        sim_stream_seed(&bench.ctrl->cache.survival, run, "power");
        fill(0, 8, 1, 0);
        fill(0, 8, 2, 0);
        flush();
        fill(0, 8, 3, 0);
        fill(0, 8, 4, 0);
        lose_power();
        for (uint64_t lba = 0; lba < 8; lba++)
            seen[held(lba)]++;
    }
    ck_assert_uint_eq(seen[0] + seen[1], 0);
    ck_assert(seen[2] && seen[3] && seen[4]);
}
END_TEST

static void by_flush(void)
{
    fill(0, 8, 2, 0);
    flush();
}

static void by_fua(void)
{
    fill(0, 8, 1, 0);
    fill(0, 8, 2, NVME_IO_FUA);
}

static void by_reading_with_fua(void)
{
    fill(0, 8, 2, 0);
    ck_assert_uint_eq(blocks_of(NVME_IO_READ, 0, 8, NVME_IO_FUA), NVME_OK);
}

static void by_shutdown(void)
{
    fill(0, 8, 2, 0);
    bench_write(NVME_REG_CC, bench_cc() | (uint32_t)nvme_cc_shn_put(NVME_SHN_NORMAL));
    bench_run(10 * SIM_MS);
    ck_assert_uint_eq(nvme_csts_shst(bench_csts()), NVME_SHST_COMPLETE);
}

static void set_cache(uint32_t on)
{
    ck_assert_uint_eq(bench_do(&admin,
                               (struct nvme_sqe){.opcode = NVME_ADMIN_SET_FEATURES,
                                                 .cdw10 = NVME_FEATURE_WRITE_CACHE,
                                                 .cdw11 = on},
                               NULL),
                      NVME_OK);
}

static void by_turning_the_cache_off_afterwards(void)
{
    fill(0, 8, 2, 0);
    set_cache(0);
}

static void by_turning_the_cache_off_before(void)
{
    set_cache(0);
    fill(0, 8, 2, 0);
}

static void by_writing_so_much_that_it_was_crowded_out(void)
{
    fill(0, 8, 2, 0);
    for (uint32_t i = 0; i < 8; i++)
        fill(100, 8, 9, 0);
}

static void by_deallocating(void)
{
    fill(0, 8, 7, 0);
    ck_assert_uint_eq(blocks_of(NVME_IO_WRITE_ZEROES, 0, 8, 0), NVME_OK);
}

static const struct {
    void (*way)(void);
    uint8_t holds;
} safe_ways[] = {
    {by_flush, 2},
    {by_fua, 2},
    {by_reading_with_fua, 2},
    {by_shutdown, 2},
    {by_turning_the_cache_off_afterwards, 2},
    {by_turning_the_cache_off_before, 2},
    {by_writing_so_much_that_it_was_crowded_out, 2},
    {by_deallocating, 0},
};

START_TEST(what_was_made_safe_survives)
{
    for (uint32_t run = 0; run < 4; run++) {
        bench.events[SIM_EV_POWER_LOST] = 0;
        reopen();
        sim_stream_seed(&bench.ctrl->cache.survival, run, "power");
        safe_ways[_i].way();
        lose_power();
        for (uint64_t lba = 0; lba < 8; lba++)
            ck_assert_uint_eq(held(lba), safe_ways[_i].holds);
        bench_no_mistakes();
    }
}
END_TEST

START_TEST(while_flushes_are_ignored_none_of_the_promises_holds)
{
    uint32_t old = 0;

    if (safe_ways[_i].way == by_deallocating ||
        safe_ways[_i].way == by_writing_so_much_that_it_was_crowded_out)
        return; /* not by a promise */
    for (uint32_t run = 0; run < 4; run++) {
        bench.events[SIM_EV_POWER_LOST] = 0;
        reopen();
        sim_stream_seed(&bench.ctrl->cache.survival, run, "power");
        bench_faults("[fault liar]\naction = ignore-flush\nat = 1us\nuntil = forever\n");
        bench_run(SIM_US);
        safe_ways[_i].way();
        nvme__cache_lose(bench.ctrl, NVME_POWER_FAILED);
        for (uint64_t lba = 0; lba < 8; lba++)
            old += held(lba) != 2;
    }
    ck_assert_uint_gt(old, 0);
}
END_TEST

START_TEST(a_controller_reset_loses_nothing)
{
    bring_up();
    fill(0, 8, 2, 0);
    bench_write(NVME_REG_CC, 0);
    bench_run(SIM_S);
    for (uint64_t lba = 0; lba < 8; lba++)
        ck_assert_uint_eq(held(lba), 2);
    ck_assert_uint_eq(bench.ctrl->cache.count, 8); /* nor makes anything safe */
}
END_TEST

/* --- around it -------------------------------------------------------------------------------- */

START_TEST(after_a_power_loss_the_controller_is_enabled_as_ever_and_counts_it)
{
    const struct nvme_health *health;

    bring_up();
    bench_submit(&io, bench_io(NVME_IO_WRITE, 0, 8, data, 0));
    bench_run(bench.options.fetch_ns);
    lose_power();
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_LOST], 1);
    bring_up();
    fill(0, 8, 5, 0);
    ck_assert_uint_eq(held(7), 5);
    ck_assert_uint_eq(bench_do(&admin,
                               (struct nvme_sqe){.opcode = NVME_ADMIN_GET_LOG_PAGE,
                                                 .nsid = NVME_NSID_ALL,
                                                 .prp1 = data,
                                                 .cdw10 = NVME_LOG_HEALTH | 127u << 16},
                               NULL),
                      NVME_OK);
    health = bench_at(data);
    ck_assert_uint_eq(health->power_cycles[0], 2);
    ck_assert_uint_eq(health->unsafe_shutdowns[0], 1);
    bench_no_mistakes();
}
END_TEST

START_TEST(power_that_the_host_cuts_after_a_shutdown_loses_nothing_and_is_no_unsafe_one)
{
    bring_up();
    by_shutdown();
    nvme_power_off(bench.ctrl);
    ck_assert_uint_eq(held(0), 2);
    ck_assert_uint_eq(bench.last[SIM_EV_POWER_LOST].arg[2], NVME_POWER_CUT_BY_HOST);
    ck_assert_uint_eq(bench.ctrl->unsafe_shutdowns, 0);
}
END_TEST

START_TEST(without_a_cache_nothing_can_be_lost_and_vwc_says_so)
{
    const struct nvme_identify_controller *id;

    bench.options.cache_bytes = 0;
    reopen();
    fill(0, 8, 2, 0);
    ck_assert_uint_eq(bench_do(&admin,
                               (struct nvme_sqe){.opcode = NVME_ADMIN_IDENTIFY,
                                                 .prp1 = data,
                                                 .cdw10 = NVME_CNS_CONTROLLER},
                               NULL),
                      NVME_OK);
    id = bench_at(data);
    ck_assert_uint_eq(id->vwc & 1, 0);
    ck_assert_uint_eq(bench_do(&admin,
                               (struct nvme_sqe){.opcode = NVME_ADMIN_GET_FEATURES,
                                                 .cdw10 = NVME_FEATURE_WRITE_CACHE},
                               NULL),
                      NVME_INVALID_FIELD);
    flush();
    nvme_power_off(bench.ctrl);
    ck_assert_uint_eq(bench.events[SIM_EV_POWER_LOST], 0);
    ck_assert_uint_eq(held(0), 2);
}
END_TEST

BENCH_MAIN("cache", T(what_was_not_flushed_goes_back_block_by_block_to_some_value_since_the_flush),
           T(over_many_losses_each_value_since_the_flush_comes_back_and_none_before),
           LOOP(what_was_made_safe_survives, sizeof(safe_ways) / sizeof(safe_ways[0])),
           LOOP(while_flushes_are_ignored_none_of_the_promises_holds,
                sizeof(safe_ways) / sizeof(safe_ways[0])),
           T(a_controller_reset_loses_nothing),
           T(after_a_power_loss_the_controller_is_enabled_as_ever_and_counts_it),
           T(power_that_the_host_cuts_after_a_shutdown_loses_nothing_and_is_no_unsafe_one),
           T(without_a_cache_nothing_can_be_lost_and_vwc_says_so))
