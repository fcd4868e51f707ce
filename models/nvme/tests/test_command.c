/* models/nvme/tests/test_command.c - the life of a command, its moments, its early ends. */
// links: models/nvme/tests/bench.c
#include "models/nvme/tests/bench.h"

static struct ring admin, io;
static uint64_t data;

static void bring_up(void)
{
    data = bench_alloc(BENCH_PAGE, BENCH_PAGE);
    bench_bring_up(&admin, &io, 1);
}

START_TEST(a_command_completes_at_its_fetch_plus_its_latency)
{
    const sim_ns latency[] = {200 * SIM_US, 20 * SIM_US, 80 * SIM_US}; /* by opcode */
    struct nvme_cqe cqe;

    bring_up();
    bench_submit(&io, bench_io((enum nvme_io_opcode)_i, 0, 8, data, 0));
    bench_run(bench.options.fetch_ns + latency[_i] - 1);
    ck_assert_uint_eq(nvme_commands_inside(bench.ctrl), 1);
    ck_assert(!bench_reap(&io, &cqe));
    bench_run(1);
    ck_assert(bench_reap(&io, &cqe));
    ck_assert_uint_eq(bench_status(&cqe), NVME_OK);
    ck_assert_uint_eq(nvme_commands_inside(bench.ctrl), 0);
    ck_assert_uint_eq(bench.last[SIM_EV_CMD_FETCH].arg[2], (uint64_t)_i);
}
END_TEST

START_TEST(writes_fetch_their_data_early_and_reads_deliver_it_late)
{
    sim_ns fetched;

    bring_up();
    for (uint32_t i = 0; i < 200; i++) {
        ck_assert_uint_eq(bench_do(&io, bench_io(NVME_IO_WRITE, 0, 8, data, 0), NULL), 0);
        fetched = bench.last[SIM_EV_CMD_FETCH].at;
        ck_assert_int_le(bench.last[SIM_EV_CMD_DATA].at - fetched, 5 * SIM_US);
        ck_assert_uint_eq(bench_do(&io, bench_io(NVME_IO_READ, 0, 8, data, 0), NULL), 0);
        fetched = bench.last[SIM_EV_CMD_FETCH].at;
        ck_assert_int_ge(bench.last[SIM_EV_CMD_DATA].at - fetched, 70 * SIM_US);
        ck_assert_int_le(bench.last[SIM_EV_CMD_DATA].at - fetched, 80 * SIM_US);
    }
}
END_TEST

START_TEST(a_data_moment_lies_within_the_life)
{
    for (sim_ns life = 1; life < 100; life++) {
        for (uint32_t i = 0; i < 50; i++) {
            sim_ns late = nvme__data_moment(bench.ctrl, life, true);
            sim_ns early = nvme__data_moment(bench.ctrl, life, false);

            ck_assert(late >= 0 && late <= life);
            ck_assert(early >= 0 && early <= life);
        }
    }
}
END_TEST

START_TEST(an_identifier_in_use_is_a_conflict_and_the_older_command_goes_on)
{
    struct nvme_cqe cqe;
    uint32_t ok = 0, conflict = 0;

    bring_up();
    bench_submit(&io, bench_io(NVME_IO_READ, 0, 8, data, 0));
    io.cid--;
    bench_submit(&io, bench_io(NVME_IO_READ, 0, 8, data, 0));
    bench_run(SIM_MS);
    bench_one_mistake(NVME_GUEST_CID_IN_USE);
    while (bench_reap(&io, &cqe)) {
        ok += bench_status(&cqe) == NVME_OK;
        conflict += bench_status(&cqe) == NVME_CID_CONFLICT;
    }
    ck_assert_uint_eq(ok, 1);
    ck_assert_uint_eq(conflict, 1);
    bench_release(&io);
    io.cid--;
    ck_assert_uint_eq(bench_do(&io, bench_io(NVME_IO_READ, 0, 8, data, 0), NULL), NVME_OK);
    bench_no_mistakes();
}
END_TEST

START_TEST(identifiers_of_different_queues_do_not_meet)
{
    struct ring rings[2];
    struct nvme_cqe cqe;

    data = bench_alloc(BENCH_PAGE, BENCH_PAGE);
    bench_bring_up(&admin, rings, 2);
    for (uint32_t i = 0; i < 300; i++) {
        for (uint32_t q = 0; q < 2; q++) {
            rings[q].cid = (uint16_t)(i * 37 * (q + 1));
            bench_submit(&rings[q], bench_io(NVME_IO_READ, 0, 8, data, 0));
        }
        bench_run(SIM_MS);
        for (uint32_t q = 0; q < 2; q++) {
            ck_assert(bench_reap(&rings[q], &cqe));
            bench_release(&rings[q]);
        }
    }
    bench_no_mistakes();
}
END_TEST

START_TEST(fused_commands_and_sgls_are_refused_and_reserved_dwords_are_seen)
{
    struct nvme_sqe sqe;

    bring_up();
    sqe = bench_io(NVME_IO_READ, 0, 8, data, 0);
    sqe.flags = 1;
    ck_assert_uint_eq(bench_do(&io, sqe, NULL), NVME_INVALID_FIELD);
    sqe.flags = 0x40;
    ck_assert_uint_eq(bench_do(&io, sqe, NULL), NVME_INVALID_FIELD);
    bench_no_mistakes();
    sqe.flags = 0;
    sqe.reserved = 1;
    ck_assert_uint_eq(bench_do(&io, sqe, NULL), NVME_OK);
    bench_one_mistake(NVME_GUEST_SQE_RESERVED);
}
END_TEST

START_TEST(a_refused_command_moves_no_data)
{
    bring_up();
    bench_do(&io, bench_io(NVME_IO_READ, UINT64_MAX, 8, data, 0), NULL);
    bench_do(&io, bench_io((enum nvme_io_opcode)0x7F, 0, 8, data, 0), NULL);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_DATA], 0);
}
END_TEST

/* --- anything a driver might put into its rings ----------------------------------------------- */

static struct nvme_sqe any_command(struct sim_stream *st, bool is_admin)
{
    static const uint8_t admin_opcodes[] = {0,    1,    2,    4,    5,    6,    8,   9,
                                            0x0A, 0x0C, 0x10, 0x11, 0x14, 0x80, 0xC0};
    static const uint8_t io_opcodes[] = {0, 1, 2, 1, 2, 4, 5, 8, 9, 0x0C};
    struct nvme_sqe sqe = {
        .opcode = is_admin ? admin_opcodes[sim_stream_below(st, sizeof(admin_opcodes))]
                           : io_opcodes[sim_stream_below(st, sizeof(io_opcodes))],
        .flags = sim_stream_below(st, 4) ? 0 : (uint8_t)(sim_stream_below(st, 4) << 6),
        .nsid = sim_stream_below(st, 8) ? NVME_NSID + (uint32_t)sim_stream_below(st, 3)
                                        : (uint32_t)sim_stream_next(st),
        .prp1 = BENCH_BASE + (sim_stream_below(st, BENCH_MEMORY) & ~UINT64_C(0xFFF)),
        .prp2 = BENCH_BASE + (sim_stream_below(st, BENCH_MEMORY) & ~UINT64_C(7)),
        .cdw10 = (uint32_t)(sim_stream_below(st, 6) | sim_stream_below(st, 20) << 16),
        .cdw11 = (uint32_t)(sim_stream_below(st, 6) | sim_stream_below(st, 5) << 16),
        .cdw12 = (uint32_t)sim_stream_below(st, 100),
    };

    if (sqe.opcode == NVME_ADMIN_GET_LOG_PAGE)
        sqe.cdw11 = sqe.cdw12 = 0;
    if (!is_admin)
        sqe.cdw11 = 0;
    if (!sim_stream_below(st, 6)) /* one byte of it is anything */
        ((uint8_t *)&sqe)[sim_stream_below(st, sizeof(sqe))] = (uint8_t)sim_stream_next(st);
    if (sqe.flags && sim_stream_below(st, 4)) /* an SGL of some kind */
        sqe.prp2 = sim_stream_below(st, 64) << 4 | sim_stream_below(st, 4) << 60;
    sqe.cid = (uint16_t)sim_stream_below(st, 64);
    return sqe;
}

static void any_doorbells(struct sim_stream *st, uint32_t *tails)
{
    uint32_t qid = (uint32_t)sim_stream_below(st, 5), entries = 16;
    struct nvme_sqe sqe = any_command(st, !qid);

    memcpy(bench_at(BENCH_BASE + qid * BENCH_PAGE + tails[qid] * sizeof(sqe)), &sqe, sizeof(sqe));
    tails[qid] = (tails[qid] + 1) % entries;
    bench_write(NVME_DOORBELLS + qid * 8, tails[qid]);
    if (sim_stream_below(st, 2) && bench.ctrl->cq[qid].exists)
        bench_write(NVME_DOORBELLS + qid * 8 + 4, bench.ctrl->cq[qid].tail);
    if (!sim_stream_below(st, 16))
        bench_write(NVME_DOORBELLS + qid * 8 + 4 * (uint32_t)sim_stream_below(st, 2),
                    (uint32_t)sim_stream_below(st, 17));
}

static void any_session(struct sim_stream *st)
{
    uint32_t tails[5] = {0};
    char fault[256];

    snprintf(fault, sizeof fault,
             "[fault f]\non = command\nnth = %u\ndata = %s\n"
             "[fault p]\naction = power-loss\non = command\nnth = %u\n",
             1 + (uint32_t)sim_stream_below(st, 300), sim_stream_below(st, 2) ? "yes" : "no",
             1 + (uint32_t)sim_stream_below(st, 600));
    bench_faults(sim_stream_below(st, 2) ? fault : "");
    bench_write(NVME_REG_AQA, 0x000F000F);
    nvme_reg_write(bench.ctrl, NVME_REG_ASQ, 8, BENCH_BASE);
    nvme_reg_write(bench.ctrl, NVME_REG_ACQ, 8, BENCH_BASE + 0x10000);
    bench_write(NVME_REG_CC, bench_cc() | (uint32_t)nvme_cc_ams_put(bench.options.weighted));
    bench_run(bench.options.ready_ns);
    for (uint32_t q = 1; q < 5; q++) { /* queues that a mistaken Delete may take away again */
        nvme__cq_create(bench.ctrl, q, BENCH_BASE + 0x10000 + q * BENCH_PAGE, 16, q, true);
        nvme__sq_create(bench.ctrl, q, BENCH_BASE + q * BENCH_PAGE, 16, q);
        bench.ctrl->priority[sim_stream_below(st, NVME_PRIORITY_COUNT)] |= 1u << q;
    }
    for (uint32_t i = 0; i < 500; i++) {
        any_doorbells(st, tails);
        bench_run((sim_ns)sim_stream_below(st, 40 * SIM_US));
    }
    bench_write(NVME_REG_CC, 0);
    bench_run(bench.options.disable_ns);
    ck_assert_uint_eq(nvme_commands_inside(bench.ctrl), 0);
}

START_TEST(any_commands_at_all_leave_the_controller_standing)
{
    struct sim_stream st;

    sim_stream_seed(&st, (uint64_t)_i, "any commands");
    bench_spread("exponential");
    bench.msix = _i & 1;
    bench.options.sgls = _i & 2;
    bench.options.weighted = _i & 4;
    bench.options.block_bytes = _i & 1 ? 4096 : 512;
    bench.options.namespaces = 1 + (uint32_t)_i % 3;
    bench.options.deallocated = (enum nvme_deallocated)(_i / 2 % 3);
    bench_reopen();
    for (uint32_t i = 0; i < 20; i++)
        any_session(&st);
    ck_assert_uint_gt(bench.events[SIM_EV_CMD_FETCH], 3000);
    ck_assert_uint_gt(bench.events[SIM_EV_CMD_DATA], 100);
    ck_assert_uint_gt(bench.events[SIM_EV_CMD_LOST], 20);
}
END_TEST

/* Looks for an identifier, and counts how many were shown. */
struct wanted {
    uint32_t cid, shown;
    uint64_t data;
};

static bool is_wanted(void *ctx, const struct nvme_inside *command)
{
    struct wanted *wanted = ctx;

    wanted->shown++;
    wanted->data = command->data;
    return command->cid == wanted->cid;
}

START_TEST(commands_inside_can_be_asked_about_oldest_first)
{
    struct wanted wanted = {0};

    bring_up();
    ck_assert(!nvme_inside_any(bench.ctrl, is_wanted, &wanted));
    wanted.cid = bench_submit(&io, bench_io(NVME_IO_READ, 0, 8, data, 0));
    bench_submit(&io, bench_io(NVME_IO_READ, 8, 8, data, 0));
    bench_run(bench.options.fetch_ns);
    ck_assert(nvme_inside_any(bench.ctrl, is_wanted, &wanted));
    ck_assert_uint_eq(wanted.shown, 1);
    ck_assert_uint_eq(wanted.data, data);
    wanted.cid = 0xFFFF;
    ck_assert(!nvme_inside_any(bench.ctrl, is_wanted, &wanted));
    ck_assert_uint_eq(wanted.shown, 3);
}
END_TEST

BENCH_MAIN("command", LOOP(a_command_completes_at_its_fetch_plus_its_latency, 3),
           T(commands_inside_can_be_asked_about_oldest_first),
           T(writes_fetch_their_data_early_and_reads_deliver_it_late),
           T(a_data_moment_lies_within_the_life),
           T(an_identifier_in_use_is_a_conflict_and_the_older_command_goes_on),
           T(identifiers_of_different_queues_do_not_meet),
           T(fused_commands_and_sgls_are_refused_and_reserved_dwords_are_seen),
           T(a_refused_command_moves_no_data),
           LOOP(any_commands_at_all_leave_the_controller_standing, 10))
