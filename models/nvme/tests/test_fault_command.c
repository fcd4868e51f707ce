/* models/nvme/tests/test_fault_command.c - stop, stalled fetch, hung and failed commands, data that
 * is late, wrong or missing. */
// links: models/nvme/tests/bench.c
#include "models/nvme/tests/bench.h"

static struct ring admin, io;
static uint64_t data;

static void bring_up(void)
{
    data = bench_alloc(16 * BENCH_PAGE, BENCH_PAGE);
    bench_bring_up(&admin, &io, 1);
    memset(bench_at(data), 0xEE, 16 * BENCH_PAGE);
}

static void submit_reads(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        bench_submit(&io, bench_io(NVME_IO_READ, i * 8, 8, data + i * BENCH_PAGE, 0));
}

#define HANG "[fault hang]\n"

static uint32_t reaped(void)
{
    struct nvme_cqe cqe;
    uint32_t count = 0;

    while (bench_reap(&io, &cqe))
        count++;
    if (count)
        bench_release(&io);
    return count;
}

static void reset(void)
{
    bench_write(NVME_REG_CC, 0);
    bench_run(bench.options.disable_ns);
}

START_TEST(a_fault_begins_at_its_time_and_then_nothing_is_fetched_or_completed)
{
    bring_up();
    bench_faults(HANG "at = 100us\n");
    bench_run(100 * SIM_US - 1);
    ck_assert_uint_eq(bench.events[SIM_EV_FAULT_ON], 0);
    submit_reads(4);
    bench_run(1);
    ck_assert_uint_eq(bench.events[SIM_EV_FAULT_ON], 1);
    bench_run(20 * SIM_S);
    ck_assert_uint_eq(reaped(), 0);
    ck_assert_uint_eq(nvme_commands_inside(bench.ctrl), 0);
    ck_assert_uint_eq(bench.events[SIM_EV_FAULT_OFF], 0);
    ck_assert_uint_eq(bench_csts(), 1);
    ck_assert_uint_eq(bench.last[SIM_EV_DOORBELL].arg[3], 1);
    bench_no_mistakes();
}
END_TEST

START_TEST(a_fault_begins_with_the_nth_command_which_is_fetched_and_hangs)
{
    bring_up();
    bench_faults(HANG "on = command\nnth = 5\n");
    submit_reads(4);
    bench_run(SIM_MS);
    ck_assert_uint_eq(reaped(), 4);
    ck_assert_uint_eq(bench.events[SIM_EV_FAULT_ON], 0);
    submit_reads(4);
    bench_run(20 * SIM_S);
    ck_assert_uint_eq(bench.events[SIM_EV_FAULT_ON], 1);
    ck_assert_uint_eq(reaped(), 0);
    ck_assert_uint_eq(nvme_commands_inside(bench.ctrl), 1);
    reset();
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_LOST], 1);
}
END_TEST

START_TEST(admin_commands_do_not_count_but_hang_as_well)
{
    const struct nvme_sqe get = {.opcode = NVME_ADMIN_GET_FEATURES, .cdw10 = NVME_FEATURE_QUEUES};
    struct nvme_cqe cqe;

    bring_up();
    bench_faults(HANG "on = command\n");
    ck_assert_uint_eq(bench_do(&admin, get, NULL), 0);
    submit_reads(1);
    bench_run(SIM_MS);
    bench_submit(&admin, get);
    bench_run(SIM_S);
    ck_assert(!bench_reap(&admin, &cqe));
}
END_TEST

START_TEST(a_controller_reset_ends_it)
{
    bring_up();
    bench_faults(HANG "at = 10ns\n");
    submit_reads(4);
    bench_run(SIM_S);
    bench_write(NVME_REG_CC, 0);
    bench_run(bench.options.disable_ns - 1);
    ck_assert_uint_eq(bench.events[SIM_EV_FAULT_OFF], 0);
    ck_assert_uint_eq(bench_csts(), 1);
    bench_run(1);
    ck_assert_uint_eq(bench.events[SIM_EV_FAULT_OFF], 1);
    ck_assert_uint_eq(bench_csts(), 0);
    bench_bring_up(&admin, &io, 1);
    submit_reads(4);
    bench_run(SIM_MS);
    ck_assert_uint_eq(reaped(), 4);
    bench_no_mistakes();
}
END_TEST

START_TEST(one_that_lasts_for_ever_keeps_rdy_at_1_after_en_is_cleared)
{
    bring_up();
    bench_faults(HANG "at = 10ns\nuntil = forever\n");
    submit_reads(4);
    bench_run(SIM_S);
    bench_write(NVME_REG_CC, 0);
    bench_run(100 * SIM_S);
    ck_assert_uint_eq(bench_csts(), 1);
    bench_write(NVME_REG_CC, bench_cc());
    bench_run(100 * SIM_S);
    ck_assert_uint_eq(bench_csts(), 1);
    bench_write(NVME_REG_CC, 0);
    bench_run(100 * SIM_S);
    ck_assert_uint_eq(bench_csts(), 1);
    ck_assert_uint_eq(bench.events[SIM_EV_FAULT_OFF], 0);
    ck_assert_uint_eq(bench.events[SIM_EV_CSTS_RDY], 1);
}
END_TEST

START_TEST(one_that_lasts_for_ever_keeps_rdy_at_0_after_en_is_set)
{
    bring_up();
    reset();
    bench_faults(HANG "at = 0ns\nuntil = forever\n");
    bench_run(10);
    for (uint32_t i = 0; i < 3; i++) {
        bench_write(NVME_REG_CC, bench_cc());
        bench_run(5 * SIM_S);
        ck_assert_uint_eq(bench_csts(), 0);
        bench_write(NVME_REG_CC, 0);
        bench_run(5 * SIM_S);
        ck_assert_uint_eq(bench_csts(), 0);
    }
    bench_no_mistakes();
}
END_TEST

START_TEST(one_that_begins_while_a_reset_is_under_way_stops_even_that)
{
    bring_up();
    bench_write(NVME_REG_CC, 0);
    bench_faults(HANG "at = 10ns\nuntil = forever\n");
    bench_run(SIM_S);
    ck_assert_uint_eq(bench_csts(), 1);
}
END_TEST

/* How many of 15 reads moved data: when they were due, and in the window of the reset. */
static void count_late(const char *fault, uint32_t *when_due, uint32_t *in_window)
{
    bring_up();
    bench_faults(fault);
    submit_reads(15);
    bench_run(SIM_S);
    ck_assert_uint_eq(reaped(), 0);
    *when_due = bench.events[SIM_EV_CMD_DATA];
    bench_write(NVME_REG_CC, 0);
    bench_run(bench.options.disable_ns - 1);
    ck_assert_uint_eq(bench_csts(), 1);
    *in_window = bench.events[SIM_EV_CMD_DATA] - *when_due;
    bench_run(SIM_S);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_DATA], *when_due + *in_window);
    ck_assert_uint_eq(bench.events[SIM_EV_CQE_POST], 2); /* Create CQ and SQ */
}

START_TEST(with_data_some_commands_move_theirs_when_due_and_some_during_the_reset)
{
    uint32_t when_due, in_window;

    count_late(_i ? HANG "at = 10us\nuntil = forever\n" : HANG "at = 10us\n", &when_due,
               &in_window);
    ck_assert_uint_gt(when_due, 0);
    ck_assert_uint_gt(in_window, 0);
    ck_assert_uint_lt(when_due + in_window, 15);
}
END_TEST

START_TEST(without_data_nothing_moves_any_more)
{
    uint32_t when_due, in_window;

    count_late(HANG "at = 10us\ndata = no\n", &when_due, &in_window);
    ck_assert_uint_eq(when_due + in_window, 0);
}
END_TEST

START_TEST(one_that_ends_by_itself_lets_what_it_held_back_complete)
{
    bring_up();
    bench_faults(HANG "at = 10us\nuntil = time\nduration = 20s\n");
    submit_reads(4);
    bench_run(20 * SIM_S);
    submit_reads(4);
    ck_assert_uint_eq(reaped(), 0);
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.events[SIM_EV_FAULT_OFF], 1);
    ck_assert_uint_eq(reaped(), 8);
    bench_no_mistakes();
}
END_TEST

/* EN is 1 or 0 when the fault ends: RDY becomes the same. */
START_TEST(rdy_follows_en_when_one_that_held_it_is_healed)
{
    bring_up();
    bench_faults(HANG "at = 10ns\nuntil = forever\n");
    bench_run(SIM_MS);
    bench_write(NVME_REG_CC, 0);
    bench_run(SIM_S);
    if (_i)
        bench_write(NVME_REG_CC, bench_cc());
    ck_assert_uint_eq(bench_csts(), 1);
    faults_heal(bench.faults);
    bench_run(SIM_S);
    ck_assert_uint_eq(bench.events[SIM_EV_HEALED], 1);
    ck_assert_uint_eq(bench_csts(), _i);
    ck_assert_uint_eq(bench.events[SIM_EV_CSTS_RDY], 2 + _i);
}
END_TEST

START_TEST(several_faults_follow_one_another)
{
    bring_up();
    bench_faults("[fault a]\nat = 1s\n[fault b]\nat = 3s\n[fault c]\non = command\nnth = 4\n");
    for (uint32_t i = 1; i <= 3; i++) {
        submit_reads(i == 3 ? 4 : 1);
        bench_run(1500 * SIM_MS);
        reset();
        ck_assert_uint_eq(bench.events[SIM_EV_FAULT_ON], i);
        ck_assert_uint_eq(bench.events[SIM_EV_FAULT_OFF], i);
        bench_bring_up(&admin, &io, 1);
        bench_run(490 * SIM_MS);
    }
    submit_reads(8);
    bench_run(SIM_S);
    ck_assert_uint_eq(reaped(), 8);
}
END_TEST

/* --- one queue -------------------------------------------------------------------------------- */

static struct ring rings[2];

static void bring_up_two(void)
{
    data = bench_alloc(64 * BENCH_PAGE, BENCH_PAGE);
    bench_bring_up(&admin, rings, 2);
}

static uint32_t reap_all(struct ring *ring)
{
    struct nvme_cqe cqe;
    uint32_t count = 0;

    while (bench_reap(ring, &cqe))
        count++;
    if (count)
        bench_release(ring);
    return count;
}

static void submit_to(struct ring *ring, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        bench_submit(ring, bench_io(NVME_IO_READ, i * 8, 8, data + i * BENCH_PAGE, 0));
}

START_TEST(a_stop_of_one_queue_leaves_the_others_alone)
{
    bring_up_two();
    submit_to(&rings[0], 4);
    submit_to(&rings[1], 4);
    bench_faults(HANG "at = 10us\nqueue = 2\ndata = no\n");
    bench_run(SIM_MS);
    submit_to(&rings[0], 2);
    submit_to(&rings[1], 2);
    bench_run(SIM_MS);
    ck_assert_uint_eq(reap_all(&rings[0]), 6);
    ck_assert_uint_eq(reap_all(&rings[1]), 0);
    ck_assert_uint_eq(nvme_commands_inside(bench.ctrl), 4);
    faults_heal(bench.faults);
    bench_run(SIM_MS);
    ck_assert_uint_eq(reap_all(&rings[1]), 6);
    bench_no_mistakes();
}
END_TEST

START_TEST(a_controller_reset_ends_a_stop_of_one_queue)
{
    bring_up_two();
    bench_faults(HANG "queue = 2\n");
    submit_to(&rings[1], 2);
    bench_run(SIM_MS);
    ck_assert_uint_eq(reap_all(&rings[1]), 0);
    reset();
    ck_assert_uint_eq(bench_csts(), 0);
    bench_bring_up(&admin, rings, 2);
    submit_to(&rings[1], 2);
    bench_run(SIM_MS);
    ck_assert_uint_eq(reap_all(&rings[1]), 2);
}
END_TEST

START_TEST(a_stalled_fetch_lets_what_is_inside_complete)
{
    bring_up();
    submit_reads(2);
    bench_run(10 * SIM_US);
    bench_faults("[fault f]\naction = stall-fetch\nuntil = time\nduration = 5ms\n");
    bench_run(1);
    submit_reads(3);
    bench_run(4 * SIM_MS);
    ck_assert_uint_eq(reaped(), 2);
    ck_assert_uint_eq(nvme_commands_inside(bench.ctrl), 0);
    ck_assert_uint_eq(
        bench_do(&admin,
                 (struct nvme_sqe){.opcode = NVME_ADMIN_GET_FEATURES, .cdw10 = NVME_FEATURE_QUEUES},
                 NULL),
        0);
    bench_run(SIM_MS);
    ck_assert_uint_eq(reaped(), 3);
}
END_TEST

/* --- one command ------------------------------------------------------------------------------ */

START_TEST(a_hung_command_never_completes_and_the_others_do)
{
    bring_up();
    bench_faults(_i ? "[fault f]\naction = hang-command\non = command\nnth = 2\n"
                    : "[fault f]\naction = hang-command\non = command\nnth = 2\ndata = no\n");
    submit_reads(4);
    bench_run(100 * SIM_S);
    ck_assert_uint_eq(reaped(), 3);
    ck_assert_uint_eq(nvme_commands_inside(bench.ctrl), 1);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_DATA], _i ? 4 : 3);
    ck_assert_uint_eq(bench.events[SIM_EV_FAULT_HIT], 1);
    reset();
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_LOST], 1);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_DATA], _i ? 4 : 3);
}
END_TEST

START_TEST(late_data_moves_between_en_0_and_rdy_0)
{
    bring_up();
    bench_faults("[fault f]\naction = late-data\non = command\nnth = 2\n");
    submit_reads(4);
    bench_run(SIM_S);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_DATA], 3);
    bench_write(NVME_REG_CC, 0);
    bench_run(bench.options.disable_ns - 1);
    ck_assert_uint_eq(bench_csts(), 1);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_DATA], 4);
    ck_assert_uint_eq(*(uint8_t *)bench_at(data + BENCH_PAGE), 0);
    bench_run(SIM_S);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_DATA], 4);
}
END_TEST

START_TEST(stray_data_moves_after_rdy_0)
{
    bring_up();
    bench_faults("[fault f]\naction = stray-data\non = command\nnth = 2\ndelay = 3ms\n");
    submit_reads(4);
    bench_run(SIM_S);
    ck_assert_uint_eq(*(uint8_t *)bench_at(data + BENCH_PAGE), 0xEE);
    reset();
    ck_assert_uint_eq(bench_csts(), 0);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_DATA], 3);
    bench_run(3 * SIM_MS - 1);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_DATA], 3);
    bench_run(1);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_DATA], 4);
    ck_assert_uint_eq(*(uint8_t *)bench_at(data + BENCH_PAGE), 0);
}
END_TEST

START_TEST(a_media_error_hits_the_blocks_it_is_about)
{
    uint32_t moved;

    bring_up();
    bench_faults("[fault f]\naction = fail-command\non = command\nopcode = read\nlba = 8\n"
                 "blocks = 4\ntimes = 0\nstatus = unrecovered-read\ndnr = yes\n");
    for (uint32_t round = 0; round < 2; round++) {
        ck_assert_uint_eq(bench_do(&io, bench_io(NVME_IO_READ, 0, 8, data, 0), NULL), 0);
        moved = bench.events[SIM_EV_CMD_DATA];
        ck_assert_uint_eq(bench_do(&io, bench_io(NVME_IO_READ, 4, 8, data, 0), NULL), 0x281);
        ck_assert_uint_eq(bench_do(&io, bench_io(NVME_IO_READ, 11, 1, data, 0), NULL), 0x281);
        ck_assert_uint_eq(bench.events[SIM_EV_CMD_DATA], moved);
        ck_assert_uint_eq(bench.last[SIM_EV_CQE_POST].arg[2], 0x281 | NVME_STATUS_DNR);
        ck_assert_uint_eq(bench_do(&io, bench_io(NVME_IO_READ, 12, 1, data, 0), NULL), 0);
        ck_assert_uint_eq(bench_do(&io, bench_io(NVME_IO_WRITE, 8, 4, data, 0), NULL), 0);
    }
    ck_assert_uint_eq(bench.ctrl->error_count, 4);
}
END_TEST

START_TEST(corrupt_data_differs_by_a_bit_in_every_512_bytes)
{
    uint8_t *page;

    bring_up();
    page = bench_at(data);
    memset(page, 0x55, BENCH_PAGE);
    ck_assert_uint_eq(bench_do(&io, bench_io(NVME_IO_WRITE, 0, 8, data, 0), NULL), 0);
    bench_faults(_i ? "[fault f]\naction = corrupt-data\non = data\nopcode = read\n"
                    : "[fault f]\naction = corrupt-data\non = data\nopcode = write\n");
    if (!_i)
        ck_assert_uint_eq(bench_do(&io, bench_io(NVME_IO_WRITE, 0, 8, data, 0), NULL), 0);
    ck_assert_uint_eq(page[0], 0x55);
    ck_assert_uint_eq(bench_do(&io, bench_io(NVME_IO_READ, 0, 8, data, 0), NULL), 0);
    for (uint32_t i = 0; i < BENCH_PAGE; i++)
        ck_assert_uint_eq(page[i], i % 512 ? 0x55 : 0x54);
    ck_assert_uint_eq(bench_do(&io, bench_io(NVME_IO_READ, 0, 8, data, 0), NULL), 0);
    ck_assert_uint_eq(page[0], _i ? 0x55 : 0x54); /* the medium is what it was, or is not */
}
END_TEST

START_TEST(lost_data_moves_nothing_and_the_command_ends_well)
{
    uint8_t *page;

    bring_up();
    page = bench_at(data);
    bench_faults("[fault w]\naction = lose-data\non = data\nopcode = write\n"
                 "[fault r]\naction = lose-data\non = data\nopcode = read\n");
    ck_assert_uint_eq(bench_do(&io, bench_io(NVME_IO_WRITE, 0, 8, data, 0), NULL), 0);
    ck_assert_uint_eq(bench_do(&io, bench_io(NVME_IO_READ, 0, 8, data, 0), NULL), 0);
    ck_assert_uint_eq(page[0], 0xEE);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_DATA], 0);
    ck_assert_uint_eq(bench_do(&io, bench_io(NVME_IO_READ, 0, 8, data, 0), NULL), 0);
    ck_assert_uint_eq(page[0], 0);
}
END_TEST

START_TEST(an_ignored_abort_says_so_and_the_command_goes_on)
{
    uint32_t dw0 = 0;
    uint16_t cid;

    bring_up();
    bench.ctrl->options.read_ns = 10 * SIM_MS;
    bench_faults("[fault f]\naction = ignore-abort\n");
    bench_run(1);
    cid = bench_submit(&io, bench_io(NVME_IO_READ, 0, 8, data, 0));
    ck_assert_uint_eq(
        bench_do(&admin,
                 (struct nvme_sqe){.opcode = NVME_ADMIN_ABORT, .cdw10 = 1 | (uint32_t)cid << 16},
                 &dw0),
        0);
    ck_assert_uint_eq(dw0, 1);
    bench_run(10 * SIM_MS);
    ck_assert_uint_eq(reaped(), 1);
}
END_TEST

BENCH_MAIN("fault_command", T(a_fault_begins_at_its_time_and_then_nothing_is_fetched_or_completed),
           T(a_fault_begins_with_the_nth_command_which_is_fetched_and_hangs),
           T(admin_commands_do_not_count_but_hang_as_well), T(a_controller_reset_ends_it),
           T(one_that_lasts_for_ever_keeps_rdy_at_1_after_en_is_cleared),
           T(one_that_lasts_for_ever_keeps_rdy_at_0_after_en_is_set),
           T(one_that_begins_while_a_reset_is_under_way_stops_even_that),
           LOOP(with_data_some_commands_move_theirs_when_due_and_some_during_the_reset, 2),
           T(without_data_nothing_moves_any_more),
           T(one_that_ends_by_itself_lets_what_it_held_back_complete),
           LOOP(rdy_follows_en_when_one_that_held_it_is_healed, 2),
           T(several_faults_follow_one_another), T(a_stop_of_one_queue_leaves_the_others_alone),
           T(a_controller_reset_ends_a_stop_of_one_queue),
           T(a_stalled_fetch_lets_what_is_inside_complete),
           LOOP(a_hung_command_never_completes_and_the_others_do, 2),
           T(late_data_moves_between_en_0_and_rdy_0), T(stray_data_moves_after_rdy_0),
           T(a_media_error_hits_the_blocks_it_is_about),
           LOOP(corrupt_data_differs_by_a_bit_in_every_512_bytes, 2),
           T(lost_data_moves_nothing_and_the_command_ends_well),
           T(an_ignored_abort_says_so_and_the_command_goes_on))
