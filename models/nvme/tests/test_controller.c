/* models/nvme/tests/test_controller.c - CC.EN, CSTS.RDY, shutdown, fatal status, on virtual time.
 */
// links: models/nvme/tests/bench.c
#include "models/nvme/tests/bench.h"

#define EN 1u
#define RDY 1u
#define CFS 2u
#define SHUTTING 4u
#define SHUT 8u
#define NONE NVME_GUEST_COUNT

static struct ring admin, io;

/* --- (EN, RDY) -------------------------------------------------------------------------------- */

enum start { DISABLED, ENABLING, READY, DISABLING, FATAL_READY, FATAL_NOT_READY };

/* From each state, EN is written; what RDY and CFS are at once, 1 ns before the controller's time
 * is over, and when it is over. */
static const struct {
    enum start start;
    uint32_t en;
    uint32_t at_once, before, after; /* CSTS */
    sim_ns time_ns;
    enum nvme_guest_error error;
} table[] = {
    {DISABLED, 0, 0, 0, 0, 2 * SIM_MS, NONE},
    {DISABLED, 1, 0, 0, RDY, 2 * SIM_MS, NONE},
    {ENABLING, 1, 0, 0, RDY, 1 * SIM_MS, NONE}, /* half of ready_ns is over */
    {ENABLING, 0, 0, 0, 0, 2 * SIM_MS, NVME_GUEST_EN_CLEARED_EARLY},
    {READY, 1, RDY, RDY, RDY, 2 * SIM_MS, NONE},
    {READY, 0, RDY, RDY, 0, 1 * SIM_MS, NONE},
    {DISABLING, 0, RDY, RDY, 0, SIM_MS / 2, NONE}, /* half of disable_ns is over */
    {DISABLING, 1, RDY, RDY, 0, SIM_MS / 2, NVME_GUEST_EN_SET_EARLY},
    {FATAL_READY, 1, RDY | CFS, RDY | CFS, RDY | CFS, 2 * SIM_MS, NONE},
    {FATAL_READY, 0, RDY | CFS, RDY | CFS, 0, 1 * SIM_MS, NONE},
    {FATAL_NOT_READY, 1, CFS, CFS, CFS, 2 * SIM_MS, NONE},
    {FATAL_NOT_READY, 0, 0, 0, 0, 1 * SIM_MS, NONE},
};

static void forget_mistakes(void)
{
    memset(bench.guest_errors, 0, sizeof(bench.guest_errors));
}

static void enter(enum start start)
{
    if (start == FATAL_NOT_READY) {
        bench_write(NVME_REG_CC, bench_cc()); /* AQA is 0 */
        forget_mistakes();
        return;
    }
    if (start == DISABLED || start == ENABLING) {
        bench_enable(&admin);
        bench_write(NVME_REG_CC, 0);
        bench_run(bench.options.disable_ns);
        if (start == DISABLED)
            return;
        bench_write(NVME_REG_CC, bench_cc());
        bench_run(bench.options.ready_ns / 2);
        return;
    }
    bench_enable(&admin);
    if (start == DISABLING) {
        bench_write(NVME_REG_CC, 0);
        bench_run(bench.options.disable_ns / 2);
    }
    if (start == FATAL_READY) {
        bench.refuse_from = admin.sq;
        bench.refuse_to = admin.sq + 64;
        bench_submit(&admin, (struct nvme_sqe){0});
        bench_run(SIM_US);
        forget_mistakes();
    }
}

START_TEST(rdy_follows_en_in_its_own_time)
{
    enter(table[_i].start);
    bench_write(NVME_REG_CC, table[_i].en ? bench_cc() : 0);
    ck_assert_uint_eq(bench_csts(), table[_i].at_once);
    ck_assert_uint_eq(bench_read(NVME_REG_CC) & EN, table[_i].en);
    bench_run(table[_i].time_ns - 1);
    ck_assert_uint_eq(bench_csts(), table[_i].before);
    bench_run(1);
    ck_assert_uint_eq(bench_csts(), table[_i].after);
    ck_assert(nvme_ready(bench.ctrl) == (table[_i].after & RDY));
    ck_assert(nvme_enabled(bench.ctrl) == table[_i].en);
    if (table[_i].error == NONE)
        bench_no_mistakes();
    else
        bench_one_mistake(table[_i].error);
}
END_TEST

START_TEST(who_takes_the_old_rdy_for_the_new_one_rings_in_vain_and_rdy_comes_again)
{
    bench_enable(&admin);
    bench_write(NVME_REG_CC, 0);
    bench_write(NVME_REG_CC, bench_cc());
    bench_one_mistake(NVME_GUEST_EN_SET_EARLY);
    ck_assert_uint_eq(bench_csts(), RDY);
    bench_submit(&admin, (struct nvme_sqe){.opcode = NVME_ADMIN_GET_FEATURES, .cdw10 = 7});
    bench_one_mistake(NVME_GUEST_DOORBELL_NOT_READY);
    bench_run(bench.options.disable_ns);
    ck_assert_uint_eq(bench_csts(), 0);
    bench_run(bench.options.ready_ns);
    ck_assert_uint_eq(bench_csts(), RDY);
    bench_run(SIM_S);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_FETCH], 0);
    ck_assert_uint_eq(bench.events[SIM_EV_CSTS_RDY], 3);
}
END_TEST

START_TEST(giving_up_on_rdy_after_the_timeout_is_no_mistake)
{
    bench.options.ready_ns = 10 * SIM_S;
    bench_reopen();
    bench_write(NVME_REG_AQA, 0x000F000F);
    bench_write(NVME_REG_CC, bench_cc());
    bench_run(1 * SIM_S);
    ck_assert_uint_eq(bench_csts(), 0);
    bench_write(NVME_REG_CC, 0);
    bench_no_mistakes();
    bench_run(20 * SIM_S);
    ck_assert_uint_eq(bench_csts(), 0);
}
END_TEST

/* --- what enabling needs ---------------------------------------------------------------------- */

static const struct {
    uint32_t cc, aqa;
    uint64_t asq, acq;
    enum nvme_guest_error error;
} wrong[] = {
    {5 << 7, 0x000F000F, 0, 0, NVME_GUEST_CC_PAGE_SIZE},
    {1 << 11, 0x000F000F, 0, 0, NVME_GUEST_CC_ARBITRATION},
    {7 << 11, 0x000F000F, 0, 0, NVME_GUEST_CC_ARBITRATION},
    {1 << 4, 0x000F000F, 0, 0, NVME_GUEST_CC_COMMAND_SET},
    {0x3 << 16, 0x000F000F, 0, 0, NVME_GUEST_CC_SQ_ENTRY_SIZE},
    {0x2 << 20, 0x000F000F, 0, 0, NVME_GUEST_CC_CQ_ENTRY_SIZE},
    {0, 0x000F0000, 0, 0, NVME_GUEST_ADMIN_QUEUE_SIZE},
    {0, 0x0000000F, 0, 0, NVME_GUEST_ADMIN_QUEUE_SIZE},
    {4 << 7, 0x000F000F, 0x1000, 0, NVME_GUEST_ADMIN_QUEUE_ALIGN},
    {4 << 7, 0x000F000F, 0, 0x8000, NVME_GUEST_ADMIN_QUEUE_ALIGN},
};

START_TEST(enabling_with_wrong_values_is_fatal_until_the_next_reset)
{
    bench_write(NVME_REG_AQA, wrong[_i].aqa);
    nvme_reg_write(bench.ctrl, NVME_REG_ASQ, 8, wrong[_i].asq);
    nvme_reg_write(bench.ctrl, NVME_REG_ACQ, 8, wrong[_i].acq);
    bench_write(NVME_REG_CC, EN | wrong[_i].cc);
    bench_one_mistake(wrong[_i].error);
    bench_run(SIM_S);
    ck_assert_uint_eq(bench_csts(), CFS);
    ck_assert_uint_eq(bench.events[SIM_EV_CSTS_CFS], 1);
    bench_write(NVME_REG_CC, 0);
    ck_assert_uint_eq(bench_csts(), 0);
    bench_enable(&admin);
    bench_no_mistakes();
}
END_TEST

START_TEST(entry_sizes_may_come_after_enabling_but_before_queues)
{
    bench_enable(&admin);
    bench_write(NVME_REG_CC, 0);
    bench_run(bench.options.disable_ns);
    bench_write(NVME_REG_CC, EN);
    bench_run(bench.options.ready_ns);
    ck_assert_uint_eq(bench_csts(), RDY);
    bench_write(NVME_REG_CC, bench_cc());
    ck_assert_uint_eq(bench_read(NVME_REG_CC), bench_cc());
    bench_no_mistakes();
}
END_TEST

START_TEST(fields_of_cc_hold_still_while_they_must)
{
    bench_bring_up(&admin, &io, 1);
    bench_write(NVME_REG_CC, bench_cc() | 1 << 7);
    bench_one_mistake(NVME_GUEST_CC_CHANGED);
    bench_write(NVME_REG_CC, bench_cc() ^ 0xF << 16);
    bench_one_mistake(NVME_GUEST_CC_ENTRY_SIZE_CHANGED);
    bench_write(NVME_REG_CC, bench_cc() | 1u << 30);
    bench_one_mistake(NVME_GUEST_CC_RESERVED);
    bench_write(NVME_REG_CC, bench_cc() | 3u << 14);
    bench_one_mistake(NVME_GUEST_CC_SHUTDOWN);
    ck_assert_uint_eq(bench_read(NVME_REG_CC), bench_cc());
    ck_assert_uint_eq(bench_csts(), RDY);
    bench_write(NVME_REG_CC, 0); /* with EN everything may go */
    bench_no_mistakes();
}
END_TEST

/* --- what a reset does ------------------------------------------------------------------------ */

START_TEST(a_reset_keeps_the_admin_registers_and_drops_everything_else)
{
    bench.msix = false;
    bench_bring_up(&admin, &io, 1);
    bench_write(NVME_REG_INTMS, 0xFF);
    ck_assert_uint_eq(nvme_io_queues(bench.ctrl), 1);
    bench_write(NVME_REG_CC, 0);
    bench_run(bench.options.disable_ns);
    ck_assert_uint_eq(nvme_io_queues(bench.ctrl), 0);
    ck_assert_uint_eq(bench.events[SIM_EV_QUEUE_DELETE], 2);
    ck_assert_uint_eq(bench_read(NVME_REG_INTMS), 0);
    ck_assert_uint_eq(bench_read(NVME_REG_AQA), 0x000F000F);
    ck_assert_uint_eq(nvme_reg_read(bench.ctrl, NVME_REG_ASQ, 8), admin.sq);
    ck_assert_uint_eq(nvme_reg_read(bench.ctrl, NVME_REG_ACQ, 8), admin.cq);
    bench_no_mistakes();
    /* The same rings work again from their beginning. */
    bench_write(NVME_REG_CC, bench_cc());
    bench_run(bench.options.ready_ns);
    memset(bench_at(admin.cq), 0, 16 * sizeof(struct nvme_cqe));
    admin.head = admin.tail = 0;
    admin.phase = 1;
    bench_create(&admin, &io, 1, 16);
    bench_no_mistakes();
}
END_TEST

START_TEST(after_en_is_cleared_nothing_completes_and_what_was_inside_is_lost)
{
    uint64_t data = bench_alloc(8 * BENCH_PAGE, BENCH_PAGE);
    struct nvme_cqe cqe;
    uint32_t posts;

    bench_bring_up(&admin, &io, 1);
    for (uint32_t i = 0; i < 8; i++)
        bench_submit(&io, bench_io(NVME_IO_READ, i * 8, 8, data + i * BENCH_PAGE, 0));
    bench_run(10 * SIM_US);
    ck_assert_uint_eq(nvme_commands_inside(bench.ctrl), 8);
    posts = bench.events[SIM_EV_CQE_POST];
    bench_write(NVME_REG_CC, 0);
    bench_run(bench.options.disable_ns - 1);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_LOST], 0);
    bench_run(1);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_LOST], 8);
    ck_assert_uint_eq(nvme_commands_inside(bench.ctrl), 0);
    bench_run(SIM_S);
    ck_assert_uint_eq(bench.events[SIM_EV_CQE_POST], posts);
    ck_assert(!bench_reap(&io, &cqe));
}
END_TEST

START_TEST(a_late_read_may_write_memory_until_rdy_clears_and_not_after)
{
    uint64_t data = bench_alloc(16 * BENCH_PAGE, BENCH_PAGE);
    uint32_t moved = 0;

    /* Half of the reads are due within the window, half after it. */
    bench_spread("uniform");
    bench.options.read_ns = 1 * SIM_MS;
    bench_reopen();
    bench_bring_up(&admin, &io, 1);
    memset(bench_at(data), 0xEE, 16 * BENCH_PAGE);
    for (uint32_t i = 0; i < 15; i++)
        bench_submit(&io, bench_io(NVME_IO_READ, i * 8, 8, data + i * BENCH_PAGE, 0));
    bench_run(10 * SIM_US);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_DATA], 0);
    bench_write(NVME_REG_CC, 0);
    while (bench_csts() & RDY)
        bench_run(10 * SIM_US);
    for (uint32_t i = 0; i < 15; i++)
        moved += !*(uint8_t *)bench_at(data + i * BENCH_PAGE);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_DATA], moved);
    ck_assert_uint_gt(moved, 0);
    ck_assert_uint_lt(moved, 15);
    bench_run(SIM_S);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_DATA], moved);
}
END_TEST

START_TEST(a_doorbell_is_a_mistake_whenever_the_controller_is_not_ready)
{
    bench_enable(&admin);
    bench_write(NVME_REG_CC, 0);
    bench_write(NVME_DOORBELLS, 1);
    bench_one_mistake(NVME_GUEST_DOORBELL_NOT_READY);
    bench_run(bench.options.disable_ns);
    bench_write(NVME_DOORBELLS, 1);
    bench_one_mistake(NVME_GUEST_DOORBELL_NOT_READY);
    bench_write(NVME_REG_CC, bench_cc());
    bench_write(NVME_DOORBELLS + 4, 1);
    bench_one_mistake(NVME_GUEST_DOORBELL_NOT_READY);
    ck_assert_uint_eq(bench.last[SIM_EV_DOORBELL].arg[3], 0);
    bench_run(SIM_S);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_FETCH], 0);
}
END_TEST

/* --- shutdown --------------------------------------------------------------------------------- */

START_TEST(a_shutdown_lets_what_is_inside_complete_and_only_a_reset_leads_out)
{
    uint64_t data = bench_alloc(BENCH_PAGE, BENCH_PAGE);
    struct nvme_cqe cqe;

    bench.options.read_ns = 3 * SIM_MS;
    bench_reopen();
    bench_bring_up(&admin, &io, 1);
    bench_submit(&io, bench_io(NVME_IO_READ, 0, 8, data, 0));
    bench_run(SIM_US);
    bench_write(NVME_REG_CC, bench_cc() | (uint32_t)nvme_cc_shn_put(NVME_SHN_NORMAL));
    ck_assert_uint_eq(bench_csts(), RDY | SHUTTING);
    bench_submit(&io, bench_io(NVME_IO_READ, 0, 8, data, 0));
    bench_one_mistake(NVME_GUEST_DOORBELL_SHUTDOWN);
    bench_run(2 * SIM_MS);
    ck_assert_uint_eq(bench_csts(), RDY | SHUTTING);
    bench_run(2 * SIM_MS);
    ck_assert(bench_reap(&io, &cqe));
    ck_assert_uint_eq(bench_csts(), RDY | SHUT);
    bench_release(&io);
    bench_no_mistakes();
    bench_write(NVME_REG_CC, 0);
    bench_run(bench.options.disable_ns);
    ck_assert_uint_eq(bench_csts(), 0);
    bench_enable(&admin);
}
END_TEST

START_TEST(a_shutdown_of_a_disabled_controller_is_complete_at_once)
{
    bench_write(NVME_REG_CC, (uint32_t)nvme_cc_shn_put(NVME_SHN_ABRUPT));
    ck_assert_uint_eq(bench_csts(), SHUT);
    bench_enable(&admin);
    ck_assert_uint_eq(bench_csts(), RDY);
    bench_no_mistakes();
}
END_TEST

START_TEST(a_reset_ends_a_shutdown_that_is_under_way)
{
    bench_enable(&admin);
    bench_write(NVME_REG_CC, bench_cc() | (uint32_t)nvme_cc_shn_put(NVME_SHN_NORMAL));
    bench_run(bench.options.disable_ns / 2);
    bench_write(NVME_REG_CC, 0);
    bench_run(bench.options.disable_ns);
    ck_assert_uint_eq(bench_csts(), 0);
    bench_enable(&admin);
    bench_no_mistakes();
}
END_TEST

/* --- fatal status ----------------------------------------------------------------------------- */

START_TEST(queue_memory_that_is_refused_is_fatal_and_doorbells_then_mean_nothing)
{
    bench_enable(&admin);
    if (_i) {
        bench.refuse_from = admin.cq;
        bench.refuse_to = admin.cq + 1;
    } else {
        bench.refuse_from = admin.sq;
        bench.refuse_to = admin.sq + 1;
    }
    bench_submit(&admin, (struct nvme_sqe){.opcode = NVME_ADMIN_GET_FEATURES, .cdw10 = 7});
    bench_run(SIM_MS);
    bench_one_mistake(NVME_GUEST_QUEUE_MEMORY);
    ck_assert_uint_eq(bench_csts(), RDY | CFS);
    bench_submit(&admin, (struct nvme_sqe){.opcode = NVME_ADMIN_GET_FEATURES, .cdw10 = 7});
    bench_run(SIM_S);
    bench_no_mistakes();
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_FETCH], (uint32_t)_i);
    ck_assert_uint_eq(nvme_commands_inside(bench.ctrl), (uint32_t)_i);
    bench_write(NVME_REG_CC, 0);
    bench_run(bench.options.disable_ns);
    ck_assert_uint_eq(bench_csts(), 0);
    ck_assert_uint_eq(nvme_commands_inside(bench.ctrl), 0);
    bench.refuse_to = 0;
    bench_enable(&admin);
}
END_TEST

BENCH_MAIN("controller", LOOP(rdy_follows_en_in_its_own_time, sizeof(table) / sizeof(table[0])),
           T(who_takes_the_old_rdy_for_the_new_one_rings_in_vain_and_rdy_comes_again),
           T(giving_up_on_rdy_after_the_timeout_is_no_mistake),
           LOOP(enabling_with_wrong_values_is_fatal_until_the_next_reset,
                sizeof(wrong) / sizeof(wrong[0])),
           T(entry_sizes_may_come_after_enabling_but_before_queues),
           T(fields_of_cc_hold_still_while_they_must),
           T(a_reset_keeps_the_admin_registers_and_drops_everything_else),
           T(after_en_is_cleared_nothing_completes_and_what_was_inside_is_lost),
           T(a_late_read_may_write_memory_until_rdy_clears_and_not_after),
           T(a_doorbell_is_a_mistake_whenever_the_controller_is_not_ready),
           T(a_shutdown_lets_what_is_inside_complete_and_only_a_reset_leads_out),
           T(a_shutdown_of_a_disabled_controller_is_complete_at_once),
           T(a_reset_ends_a_shutdown_that_is_under_way),
           LOOP(queue_memory_that_is_refused_is_fatal_and_doorbells_then_mean_nothing, 2))
