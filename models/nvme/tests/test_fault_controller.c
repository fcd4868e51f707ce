/* models/nvme/tests/test_fault_controller.c - CSTS.RDY that sticks, is slow or flaps, fatal status,
 * resets of the controller's own, the link, registers and doorbells that go wrong. */
// links: models/nvme/tests/bench.c
// covers: models/nvme/fault.c
#include "models/nvme/tests/bench.h"

static struct ring admin, io;
static uint64_t data;

static void bring_up(void)
{
    data = bench_alloc(16 * BENCH_PAGE, BENCH_PAGE);
    bench_bring_up(&admin, &io, 1);
}

static void arm(const char *sections)
{
    bench_faults(sections);
    bench_run(1);
}

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

static void submit_reads(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        bench_submit(&io, bench_io(NVME_IO_READ, i * 8, 8, data + i * BENCH_PAGE, 0));
}

/* --- CSTS.RDY --------------------------------------------------------------------------------- */

START_TEST(rdy_sticks_in_the_direction_that_is_asked_for)
{
    static const struct {
        const char *edge;
        uint32_t after_0, after_1;
    } t[] = {{"both", 1, 1}, {"up", 0, 0}, {"down", 1, 1}};
    char text[96];

    bring_up();
    snprintf(text, sizeof text, "[fault f]\naction = no-ready\nuntil = forever\nedge = %s\n",
             t[_i].edge);
    arm(text);
    bench_write(NVME_REG_CC, 0);
    bench_run(100 * SIM_S);
    ck_assert_uint_eq(bench_csts(), t[_i].after_0);
    bench_write(NVME_REG_CC, bench_cc());
    bench_run(100 * SIM_S);
    ck_assert_uint_eq(bench_csts(), t[_i].after_1);
    faults_heal(bench.faults);
    bench_run(SIM_S);
    ck_assert_uint_eq(bench_csts(), 1);
}
END_TEST

START_TEST(one_that_does_not_come_up_can_be_disabled)
{
    bring_up();
    arm("[fault f]\naction = no-ready\nuntil = forever\nedge = up\n");
    bench_write(NVME_REG_CC, 0);
    bench_run(SIM_S);
    bench_write(NVME_REG_CC, bench_cc());
    bench_run(SIM_S);
    bench_write(NVME_REG_CC, 0);
    faults_heal(bench.faults);
    bench_run(SIM_S);
    ck_assert_uint_eq(bench_csts(), 0);
    ck_assert_uint_eq(bench.ctrl->state, NVME_DISABLED);
}
END_TEST

START_TEST(slow_rdy_takes_so_much_longer)
{
    bring_up();
    arm("[fault f]\naction = slow-ready\nedge = down\ndelay = 400ms\nuntil = forever\n");
    bench_write(NVME_REG_CC, 0);
    bench_run(400 * SIM_MS + bench.options.disable_ns - 1);
    ck_assert_uint_eq(bench_csts(), 1);
    bench_run(1);
    ck_assert_uint_eq(bench_csts(), 0);
    bench_write(NVME_REG_CC, bench_cc());
    bench_run(bench.options.ready_ns);
    ck_assert_uint_eq(bench_csts(), 1);
}
END_TEST

START_TEST(flapping_rdy_reads_as_it_was_for_a_while)
{
    bring_up();
    arm("[fault f]\naction = flap-ready\ndelay = 1ms\ncount = 2\nuntil = forever\n");
    bench_write(NVME_REG_CC, 0);
    bench_run(bench.options.disable_ns);
    for (uint32_t i = 0; i < 8; i++) { /* 0 1 0 1 0 0 0 0 */
        ck_assert_uint_eq(bench_csts(), i == 1 || i == 3);
        bench_run(SIM_MS);
    }
    bench_write(NVME_REG_CC, bench_cc());
    bench_run(bench.options.ready_ns);
    for (uint32_t i = 0; i < 8; i++) {
        ck_assert_uint_eq(bench_csts(), !(i == 1 || i == 3));
        bench_run(SIM_MS);
    }
    ck_assert_uint_eq(bench.events[SIM_EV_CSTS_RDY], 3); /* up, down, up: the flaps are none */
}
END_TEST

/* --- fatal, reset, link ----------------------------------------------------------------------- */

START_TEST(fatal_status_stops_everything_until_a_reset)
{
    bring_up();
    submit_reads(3);
    bench_run(10 * SIM_US);
    arm("[fault f]\naction = fatal\n");
    bench_run(SIM_S);
    ck_assert_uint_eq(reaped(), 0);
    ck_assert_uint_eq(bench_csts(), 3);
    bench_write(NVME_REG_CC, 0);
    bench_run(SIM_S);
    ck_assert_uint_eq(bench_csts(), 0);
    bench_bring_up(&admin, &io, 1);
}
END_TEST

START_TEST(while_it_lasts_enabling_ends_in_fatal_status)
{
    bring_up();
    arm("[fault f]\naction = fatal\nuntil = forever\n");
    bench_write(NVME_REG_CC, 0);
    bench_run(SIM_S);
    for (uint32_t i = 0; i < 2; i++) {
        bench_write(NVME_REG_CC, bench_cc());
        bench_run(SIM_S);
        ck_assert_uint_eq(bench_csts(), 2);
        bench_write(NVME_REG_CC, 0);
        bench_run(SIM_S);
        ck_assert_uint_eq(bench_csts(), 0);
    }
    faults_heal(bench.faults);
    bench_bring_up(&admin, &io, 1);
}
END_TEST

START_TEST(fatal_status_while_enabling)
{
    bring_up();
    bench_write(NVME_REG_CC, 0);
    bench_run(SIM_S);
    bench_write(NVME_REG_CC, bench_cc());
    arm("[fault f]\naction = fatal\n");
    ck_assert_uint_eq(bench_csts(), 2);
    bench_write(NVME_REG_CC, 0);
    ck_assert_uint_eq(bench_csts(), 0);
    bench_bring_up(&admin, &io, 1);
}
END_TEST

/* EN was cleared while nothing followed it, and fatal status came in between. */
START_TEST(what_turned_fatal_while_rdy_stuck_is_disabled_when_it_no_longer_does)
{
    bench_write(NVME_REG_AQA, 0x000F000F);
    nvme_reg_write(bench.ctrl, NVME_REG_ASQ, 8, bench_alloc(BENCH_PAGE, BENCH_PAGE));
    nvme_reg_write(bench.ctrl, NVME_REG_ACQ, 8, bench_alloc(BENCH_PAGE, BENCH_PAGE));
    bench_faults("[fault stuck]\naction = no-ready\nedge = down\nuntil = time\nduration = 50us\n"
                 "[fault cfs]\naction = fatal\nat = 20us\nuntil = time\nduration = 1us\n");
    bench_run(10 * SIM_US);
    bench_write(NVME_REG_CC, bench_cc());
    bench_write(NVME_REG_CC, 0);
    bench_run(20 * SIM_US);
    ck_assert_uint_eq(nvme_csts_cfs(bench_csts()), 1);
    bench_run(30 * SIM_US);
    ck_assert_uint_eq(bench_csts(), 0);
    bench_write(NVME_REG_CC, bench_cc());
    bench_run(bench.options.ready_ns);
    ck_assert_uint_eq(bench_csts(), 1);
}
END_TEST

/* The same, and CSTS.RDY came up in between, or later. */
START_TEST(what_came_up_without_en_is_disabled_when_rdy_no_longer_sticks)
{
    const char *const until[] = {"50us", "5ms"};
    char faults[200];

    bench_write(NVME_REG_AQA, 0x000F000F);
    nvme_reg_write(bench.ctrl, NVME_REG_ASQ, 8, bench_alloc(BENCH_PAGE, BENCH_PAGE));
    nvme_reg_write(bench.ctrl, NVME_REG_ACQ, 8, bench_alloc(BENCH_PAGE, BENCH_PAGE));
    snprintf(faults, sizeof faults,
             "[fault stuck]\naction = no-ready\nedge = down\nuntil = time\nduration = %s\n",
             until[_i]);
    bench_faults(faults);
    bench_run(10 * SIM_US);
    bench_write(NVME_REG_CC, bench_cc());
    bench_write(NVME_REG_CC, 0);
    bench_run(3 * SIM_MS);
    ck_assert_uint_eq(bench_csts(), _i);
    bench_run(4 * SIM_MS);
    ck_assert_uint_eq(bench_csts(), 0);
    bench_write(NVME_REG_CC, bench_cc());
    bench_run(bench.options.ready_ns);
    ck_assert_uint_eq(bench_csts(), 1);
}
END_TEST

START_TEST(a_controller_that_resets_itself_forgets_everything_and_takes_doorbells_for_noise)
{
    bring_up();
    submit_reads(3);
    bench_run(10 * SIM_US);
    arm("[fault f]\naction = self-reset\n[fault g]\nat = 0ns\n");
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_LOST], 3);
    ck_assert_uint_eq(bench.events[SIM_EV_FAULT_OFF], 1); /* a reset like any other */
    ck_assert_uint_eq(bench_read(NVME_REG_CC), 0);
    ck_assert_uint_eq(bench_csts(), 0);
    ck_assert_uint_eq(bench_read(NVME_REG_AQA), 0);
    ck_assert_uint_eq(nvme_io_queues(bench.ctrl), 0);
    submit_reads(1);
    ck_assert_uint_eq(bench.last[SIM_EV_DOORBELL].arg[3], 0);
    bench_no_mistakes();
    bench_run(SIM_S);
    bench_bring_up(&admin, &io, 1);
    submit_reads(2);
    bench_run(SIM_MS);
    ck_assert_uint_eq(reaped(), 2);
}
END_TEST

/* In every state. */
START_TEST(a_controller_can_reset_itself_at_any_time)
{
    data = bench_alloc(16 * BENCH_PAGE, BENCH_PAGE);
    if (_i >= 1)
        bench_bring_up(&admin, &io, 1);
    if (_i == 2)
        bench_write(NVME_REG_CC, 0);
    if (_i == 3)
        bench_write(NVME_REG_CC, bench_cc() | (uint32_t)nvme_cc_shn_put(NVME_SHN_NORMAL));
    if (_i == 4) {
        nvme__fatal(bench.ctrl);
    }
    if (_i == 5) {
        bench_write(NVME_REG_CC, 0);
        bench_run(SIM_S);
        bench_write(NVME_REG_CC, bench_cc());
    }
    arm(_i & 1 ? "[fault f]\naction = self-reset\n"
               : "[fault f]\naction = link-down\nuntil = time\nduration = 1ms\n");
    bench_run(SIM_S);
    ck_assert_uint_eq(bench.ctrl->state, NVME_DISABLED);
    bench_bring_up(&admin, &io, 1);
    submit_reads(2);
    bench_run(SIM_MS);
    ck_assert_uint_eq(reaped(), 2);
}
END_TEST

START_TEST(while_the_link_is_down_reads_are_all_ones_and_writes_are_lost)
{
    bring_up();
    submit_reads(3);
    bench_run(10 * SIM_US);
    arm("[fault f]\naction = link-down\nuntil = time\nduration = 1s\n");
    ck_assert_uint_eq(bench_csts(), UINT32_MAX);
    ck_assert_uint_eq(nvme_reg_read(bench.ctrl, NVME_REG_CAP, 8), UINT64_MAX);
    bench_write(NVME_REG_CC, bench_cc());
    submit_reads(1);
    bench_run(SIM_S);
    ck_assert_uint_eq(bench.events[SIM_EV_FAULT_OFF], 1);
    ck_assert_uint_eq(bench_read(NVME_REG_CC), 0);
    ck_assert_uint_eq(bench_csts(), 0);
    ck_assert_uint_eq(bench.messages[1], 0);
    bench_no_mistakes();
    bench_bring_up(&admin, &io, 1);
}
END_TEST

START_TEST(a_flood_completes_every_event_request)
{
    const struct nvme_sqe aer = {.opcode = NVME_ADMIN_AER};
    struct nvme_cqe cqe;
    uint32_t count = 0;

    bring_up();
    bench_submit(&admin, aer);
    bench_run(SIM_MS);
    arm("[fault f]\naction = flood-events\ndelay = 1ms\nuntil = time\nduration = 1s\n");
    for (uint32_t i = 0; i < 20; i++) {
        bench_run(SIM_MS);
        if (!bench_reap(&admin, &cqe))
            continue;
        count++;
        bench_release(&admin);
        bench_submit(&admin, aer);
    }
    ck_assert_uint_ge(count, 18);
    bench_run(2 * SIM_S);
    while (bench_reap(&admin, &cqe))
        count = 0;
    bench_submit(&admin, aer);
    bench_run(SIM_S);
    ck_assert(!bench_reap(&admin, &cqe));
    bench_no_mistakes();
}
END_TEST

/* --- registers -------------------------------------------------------------------------------- */

START_TEST(a_bad_read_gives_the_value_and_the_next_one_the_truth)
{
    bring_up();
    arm(_i ? "[fault f]\naction = bad-read\non = register-read\nregister = csts\nvalue = 2\n"
           : "[fault f]\naction = bad-read\non = register-read\nregister = csts\n");
    ck_assert_uint_eq(bench_read(NVME_REG_CC), bench_cc());
    ck_assert_uint_eq(bench_csts(), _i ? 2 : UINT32_MAX);
    ck_assert_uint_eq(bench_csts(), 1);
}
END_TEST

START_TEST(registers_go_by_their_names_whichever_half_is_read)
{
    bring_up();
    arm("[fault f]\naction = bad-read\non = register-read\nregister = acq\nvalue = 7\ntimes = 0\n"
        "[fault g]\naction = bad-read\non = register-read\nregister = cc\nvalue = 8\ntimes = 0\n");
    ck_assert_uint_eq(bench_read(NVME_REG_ACQ), 7);
    ck_assert_uint_eq(bench_read(NVME_REG_ACQ + 4), 7);
    ck_assert_uint_eq(bench_read(NVME_REG_ASQ + 4), admin.sq >> 32);
    ck_assert_uint_eq(bench_read(NVME_REG_CC), 8);
    ck_assert_uint_eq(bench_read(NVME_REG_INTMC), 0);
}
END_TEST

START_TEST(a_lost_write_changes_nothing)
{
    bring_up();
    arm("[fault f]\naction = lose-write\non = register-write\nregister = cc\n");
    bench_write(NVME_REG_CC, 0);
    ck_assert_uint_eq(bench.events[SIM_EV_FAULT_HIT], 1);
    ck_assert_uint_eq(bench_read(NVME_REG_CC), bench_cc());
    bench_write(NVME_REG_CC, 0);
    ck_assert_uint_eq(bench_read(NVME_REG_CC), 0);
}
END_TEST

START_TEST(a_lost_doorbell_is_made_good_by_the_next)
{
    bring_up();
    arm("[fault f]\naction = lose-doorbell\non = doorbell\nqueue = 1\nring = sq\nnth = 2\n");
    submit_reads(2);
    bench_run(SIM_MS);
    ck_assert_uint_eq(reaped(), 1);
    submit_reads(1);
    bench_run(SIM_MS);
    ck_assert_uint_eq(reaped(), 2);
    bench_no_mistakes();
}
END_TEST

START_TEST(a_late_doorbell_arrives_later_unless_a_reset_comes_before)
{
    bring_up();
    arm("[fault f]\naction = delay-doorbell\non = doorbell\ndelay = 1ms\ntimes = 2\n");
    submit_reads(1);
    bench_run(500 * SIM_US);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_FETCH], 2);
    bench_run(SIM_MS);
    ck_assert_uint_eq(reaped(), 1); /* whose release is the second one to be late */
    bench_write(NVME_REG_CC, 0);
    bench_run(bench.options.disable_ns);
    bench_bring_up(&admin, &io, 1);
    bench_run(SIM_S);
    bench_no_mistakes();
}
END_TEST

START_TEST(what_a_late_doorbell_meets_is_nobodys_mistake)
{
    bring_up();
    arm("[fault f]\naction = delay-doorbell\non = doorbell\ndelay = 1ms\n");
    submit_reads(1);
    ck_assert_uint_eq(bench.last[SIM_EV_DOORBELL].arg[0], 1);
    ck_assert_uint_eq(bench.last[SIM_EV_DOORBELL].arg[3], 0);
    ck_assert_uint_eq(bench.events[SIM_EV_DOORBELL_LATE], 0);
    bench_run(900 * SIM_US);
    bench.options.disable_ns = 0; /* as the controller's is longer: it arrives before RDY=0 */
    bench_write(NVME_REG_CC, 0);
    bench_run(150 * SIM_US);
    ck_assert_uint_eq(bench.events[SIM_EV_DOORBELL_LATE], 1);
    ck_assert_uint_eq(bench.last[SIM_EV_DOORBELL_LATE].arg[3], 0);
    bench_no_mistakes();
}
END_TEST

START_TEST(a_doorbell_does_not_overtake_a_late_one)
{
    bring_up();
    arm("[fault f]\naction = delay-doorbell\non = doorbell\ndelay = 1ms\n");
    submit_reads(3);
    bench_run(500 * SIM_US);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_FETCH], 2);
    bench_run(SIM_MS);
    ck_assert_uint_eq(reaped(), 3);
    submit_reads(1);
    bench_run(SIM_MS);
    ck_assert_uint_eq(reaped(), 1);
    bench_no_mistakes();
}
END_TEST

START_TEST(what_is_no_doorbell_is_not_taken_for_one)
{
    bring_up();
    arm("[fault f]\naction = lose-doorbell\non = doorbell\ntimes = 0\n");
    nvme_reg_write(bench.ctrl, NVME_DOORBELLS + 8, 8, 1);
    bench_one_mistake(NVME_GUEST_DOORBELL_SIZE);
    nvme_reg_write(bench.ctrl, 0x100000, 4, 1);
    bench_one_mistake(NVME_GUEST_ACCESS_BEYOND);
    ck_assert_uint_eq(bench.events[SIM_EV_FAULT_HIT], 0);
}
END_TEST

BENCH_MAIN("fault_controller", LOOP(rdy_sticks_in_the_direction_that_is_asked_for, 3),
           T(one_that_does_not_come_up_can_be_disabled), T(slow_rdy_takes_so_much_longer),
           T(flapping_rdy_reads_as_it_was_for_a_while),
           T(fatal_status_stops_everything_until_a_reset),
           T(while_it_lasts_enabling_ends_in_fatal_status), T(fatal_status_while_enabling),
           T(what_turned_fatal_while_rdy_stuck_is_disabled_when_it_no_longer_does),
           LOOP(what_came_up_without_en_is_disabled_when_rdy_no_longer_sticks, 2),
           T(a_controller_that_resets_itself_forgets_everything_and_takes_doorbells_for_noise),
           LOOP(a_controller_can_reset_itself_at_any_time, 6),
           T(while_the_link_is_down_reads_are_all_ones_and_writes_are_lost),
           T(a_flood_completes_every_event_request),
           LOOP(a_bad_read_gives_the_value_and_the_next_one_the_truth, 2),
           T(registers_go_by_their_names_whichever_half_is_read), T(a_lost_write_changes_nothing),
           T(a_lost_doorbell_is_made_good_by_the_next),
           T(a_late_doorbell_arrives_later_unless_a_reset_comes_before),
           T(a_doorbell_does_not_overtake_a_late_one),
           T(what_a_late_doorbell_meets_is_nobodys_mistake),
           T(what_is_no_doorbell_is_not_taken_for_one))
