/* models/nvme/tests/test_fault_completion.c - completion entries that are lost, late, twice, torn,
 * wrong or made up. */
// links: models/nvme/tests/bench.c
// covers: models/nvme/fault_later.c
#include "models/nvme/tests/bench.h"

#define LIFE (81 * SIM_US) /* of a read, fetch included */

static struct ring admin, io;
static uint64_t data;
static uint16_t cid[16];

static void bring_up(void)
{
    data = bench_alloc(16 * BENCH_PAGE, BENCH_PAGE);
    bench_bring_up(&admin, &io, 1);
}

/* Reads that complete one after the other, 10 us apart. */
static void submit_reads(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        cid[i] = bench_submit(&io, bench_io(NVME_IO_READ, i * 8, 8, data + i * BENCH_PAGE, 0));
        bench_run(10 * SIM_US);
    }
}

static bool next(struct nvme_cqe *cqe)
{
    if (!bench_reap(&io, cqe))
        return false;
    bench_release(&io);
    return true;
}

static void reset_and_bring_up(void)
{
    bench_write(NVME_REG_CC, 0);
    bench_run(bench.options.disable_ns);
    bench_bring_up(&admin, &io, 1);
}

START_TEST(a_dropped_entry_is_never_written)
{
    struct nvme_cqe cqe;

    bring_up();
    bench_faults("[fault f]\naction = drop-completion\non = completion\nnth = 2\n");
    submit_reads(3);
    bench_run(SIM_S);
    ck_assert(next(&cqe));
    ck_assert_uint_eq(cqe.cid, cid[0]);
    ck_assert(next(&cqe));
    ck_assert_uint_eq(cqe.cid, cid[2]);
    ck_assert(!next(&cqe));
    ck_assert_uint_eq(bench.messages[1], 2);
    ck_assert_uint_eq(nvme_commands_inside(bench.ctrl), 0);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_LOST], 1);
    bench_no_mistakes();
}
END_TEST

START_TEST(a_delayed_entry_comes_later_and_only_once)
{
    struct nvme_cqe cqe;

    bring_up();
    bench_faults("[fault f]\naction = delay-completion\non = completion\ndelay = 35s\n");
    submit_reads(2);
    bench_run(34 * SIM_S);
    ck_assert(next(&cqe));
    ck_assert_uint_eq(cqe.cid, cid[1]);
    ck_assert(!next(&cqe));
    ck_assert_uint_eq(nvme_commands_inside(bench.ctrl), 1);
    bench_run(2 * SIM_S);
    ck_assert(next(&cqe));
    ck_assert_uint_eq(cqe.cid, cid[0]);
    ck_assert(!next(&cqe));
    bench_no_mistakes();
}
END_TEST

START_TEST(a_delayed_admin_command_takes_effect_once)
{
    struct ring second;

    bring_up();
    bench_faults("[fault f]\naction = delay-completion\non = completion\nopcode = create-cq\n"
                 "delay = 100us\n");
    bench_create(&admin, &second, 2, 16);
    ck_assert_uint_eq(bench.events[SIM_EV_FAULT_HIT], 1);
    bench_no_mistakes();
}
END_TEST

START_TEST(a_reset_takes_what_was_put_off)
{
    struct nvme_cqe cqe;

    bring_up();
    bench_faults(
        "[fault a]\naction = delay-completion\non = completion\ndelay = 1s\n"
        "[fault b]\naction = reorder-completion\non = completion\nnth = 2\n"
        "[fault c]\naction = duplicate-completion\non = completion\nnth = 3\ndelay = 1s\n");
    submit_reads(4);
    bench_run(SIM_MS);
    reset_and_bring_up();
    bench_run(3 * SIM_S);
    ck_assert(!next(&cqe));
    ck_assert_uint_eq(bench.events[SIM_EV_CQE_FORGED], 0);
}
END_TEST

START_TEST(a_stale_entry_comes_when_its_queue_exists_again)
{
    struct nvme_cqe cqe;

    bring_up();
    bench_faults("[fault f]\naction = stale-completion\non = completion\ndelay = 5ms\n");
    submit_reads(1);
    bench_run(SIM_S);
    ck_assert(!next(&cqe));
    ck_assert_uint_eq(nvme_commands_inside(bench.ctrl), 0);
    reset_and_bring_up();
    ck_assert(!next(&cqe));
    bench_run(5 * SIM_MS);
    ck_assert(next(&cqe));
    ck_assert_uint_eq(cqe.cid, cid[0]);
    ck_assert_uint_eq(bench.events[SIM_EV_CQE_FORGED], 1);
    reset_and_bring_up();
    bench_run(SIM_S);
    ck_assert(!next(&cqe));
}
END_TEST

START_TEST(a_repeated_entry_comes_again_with_the_phase_of_its_place)
{
    struct nvme_cqe first, second;
    uint32_t messages;

    bring_up();
    for (uint32_t i = 0; i < 15; i++) { /* the last entry of the first pass is next */
        bench_submit(&io, bench_io(NVME_IO_READ, 0, 8, data, 0));
        bench_run(SIM_MS);
        ck_assert(next(&first));
    }
    messages = bench.messages[1];
    bench_faults("[fault f]\naction = duplicate-completion\non = completion\ndelay = 3us\n");
    submit_reads(1);
    bench_run(LIFE);
    ck_assert(next(&first));
    ck_assert(next(&second));
    ck_assert_uint_eq(first.cid, second.cid);
    ck_assert_uint_eq(first.sqhd, second.sqhd);
    ck_assert_uint_eq(first.status ^ second.status, 1);
    ck_assert(!next(&first));
    ck_assert_uint_eq(bench.messages[1], messages + 2);
    bench_no_mistakes();
}
END_TEST

START_TEST(a_reordered_entry_comes_behind_the_next_one)
{
    struct nvme_cqe cqe;

    bring_up();
    bench_faults("[fault f]\naction = reorder-completion\non = completion\n");
    submit_reads(3);
    bench_run(SIM_MS);
    for (uint32_t i = 0; i < 3; i++) {
        static const uint32_t order[] = {1, 0, 2};

        ck_assert(next(&cqe));
        ck_assert_uint_eq(cqe.cid, cid[order[i]]);
    }
    ck_assert_uint_eq(nvme_commands_inside(bench.ctrl), 0);
    bench_no_mistakes();
}
END_TEST

START_TEST(the_queue_of_a_reordered_entry_may_be_deleted)
{
    bring_up();
    bench_faults("[fault f]\naction = reorder-completion\non = completion\n");
    submit_reads(1);
    bench_run(SIM_MS);
    ck_assert_uint_eq(
        bench_do(&admin, (struct nvme_sqe){.opcode = NVME_ADMIN_DELETE_SQ, .cdw10 = 1}, NULL), 0);
    ck_assert_uint_eq(
        bench_do(&admin, (struct nvme_sqe){.opcode = NVME_ADMIN_DELETE_CQ, .cdw10 = 1}, NULL), 0);
    ck_assert_uint_eq(nvme_commands_inside(bench.ctrl), 0);
    bench_no_mistakes();
}
END_TEST

static const struct {
    const char *keys;
    uint16_t cid_xor, sqhd_xor, sqid_xor, status_xor;
    uint32_t dw0;
} fields[] = {
    {"field = cid\n", .cid_xor = 1},
    {"field = sqhd\n", .sqhd_xor = 1},
    {"field = sqid\n", .sqid_xor = 1},
    {"field = status\n", .status_xor = 2},
    {"field = status\nvalue = 641\n", .status_xor = 641 << 1},
    {"field = dw0\nvalue = 77\n", .dw0 = 77},
};

START_TEST(a_corrupt_entry_has_one_wrong_field)
{
    struct nvme_cqe cqe;
    char text[128];

    bring_up();
    snprintf(text, sizeof text, "[fault f]\naction = corrupt-completion\non = completion\n%s",
             fields[_i].keys);
    bench_faults(text);
    submit_reads(2);
    bench_run(LIFE);
    ck_assert(next(&cqe));
    ck_assert_uint_eq(cqe.cid, cid[0] ^ fields[_i].cid_xor);
    ck_assert_uint_eq(cqe.sqhd, 2 ^ fields[_i].sqhd_xor);
    ck_assert_uint_eq(cqe.sqid, 1 ^ fields[_i].sqid_xor);
    ck_assert_uint_eq(cqe.status, 1 ^ fields[_i].status_xor);
    ck_assert_uint_eq(cqe.dw0, fields[_i].dw0);
    ck_assert(next(&cqe));
    ck_assert_uint_eq(cqe.cid, cid[1]);
    ck_assert_uint_eq(cqe.status, 1);
}
END_TEST

START_TEST(an_entry_of_the_wrong_phase_is_not_seen_and_hides_the_next)
{
    struct nvme_cqe cqe;

    bring_up();
    bench_faults("[fault f]\naction = corrupt-completion\non = completion\nfield = phase\n");
    submit_reads(2);
    bench_run(SIM_S);
    ck_assert(!next(&cqe));
    ck_assert_uint_eq(bench.events[SIM_EV_CQE_POST], 2 + 2);
}
END_TEST

START_TEST(a_torn_entry_shows_its_phase_before_its_body)
{
    struct nvme_cqe cqe;

    bring_up();
    memset(bench_at(io.cq), 0xAA, sizeof cqe);
    ((struct nvme_cqe *)bench_at(io.cq))->status = 0;
    bench_faults("[fault f]\naction = tear-completion\non = completion\ndelay = 20us\n");
    submit_reads(1);
    bench_run(LIFE - 10 * SIM_US);
    memcpy(&cqe, bench_at(io.cq), sizeof cqe);
    ck_assert_uint_eq(cqe.status, 1);
    ck_assert_uint_eq(cqe.cid, 0xAAAA);
    bench_run(20 * SIM_US);
    ck_assert(next(&cqe));
    ck_assert_uint_eq(cqe.cid, cid[0]);
    ck_assert_uint_eq(cqe.sqhd, 1);
}
END_TEST

START_TEST(a_made_up_entry_comes_to_the_queue_that_is_asked_for)
{
    struct nvme_cqe cqe;

    bring_up();
    bench_faults(_i ? "[fault f]\naction = phantom-completion\nvalue = 5\n"
                    : "[fault f]\naction = phantom-completion\nqueue = 0\n");
    bench_run(SIM_MS);
    ck_assert(bench_reap(_i ? &io : &admin, &cqe));
    ck_assert_uint_eq(cqe.cid, _i ? 5 : 0xFFFF);
    ck_assert_uint_eq(cqe.sqid, _i);
    ck_assert_uint_eq(bench.messages[_i], _i ? 1 : 3);
}
END_TEST

START_TEST(nothing_is_made_up_for_a_queue_that_is_not_there)
{
    bench_faults("[fault f]\naction = phantom-completion\nqueue = 63\n"
                 "[fault g]\naction = phantom-completion\n");
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.events[SIM_EV_CQE_FORGED], 0);
    bring_up();
    bench_faults("[fault f]\naction = phantom-completion\ntimes = 30\n");
    bench_run(SIM_S);
    ck_assert_uint_eq(bench.events[SIM_EV_CQE_FORGED], 15); /* then the queue is full */
}
END_TEST

BENCH_MAIN("fault_completion", T(a_dropped_entry_is_never_written),
           T(a_delayed_entry_comes_later_and_only_once),
           T(a_delayed_admin_command_takes_effect_once), T(a_reset_takes_what_was_put_off),
           T(a_stale_entry_comes_when_its_queue_exists_again),
           T(a_repeated_entry_comes_again_with_the_phase_of_its_place),
           T(a_reordered_entry_comes_behind_the_next_one),
           T(the_queue_of_a_reordered_entry_may_be_deleted),
           LOOP(a_corrupt_entry_has_one_wrong_field, sizeof fields / sizeof fields[0]),
           T(an_entry_of_the_wrong_phase_is_not_seen_and_hides_the_next),
           T(a_torn_entry_shows_its_phase_before_its_body),
           LOOP(a_made_up_entry_comes_to_the_queue_that_is_asked_for, 2),
           T(nothing_is_made_up_for_a_queue_that_is_not_there))
