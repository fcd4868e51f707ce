/* models/nvme/tests/test_queue.c - rings: wrap, phase, full, doorbells, arbitration. */
// links: models/nvme/tests/bench.c
#include "models/nvme/tests/bench.h"

static struct ring admin, rings[4];
static uint64_t data;

static struct nvme_sqe a_read(void)
{
    return bench_io(NVME_IO_READ, 0, 8, data, 0);
}

static void bring_up(uint32_t n)
{
    data = bench_alloc(BENCH_PAGE, BENCH_PAGE);
    bench_bring_up(&admin, rings, n);
}

/* Takes up to `count` entries, of commands first .. first + 15 in any order, each once. */
static uint32_t reap_distinct(struct ring *ring, uint16_t first, uint32_t count)
{
    struct nvme_cqe cqe;
    uint32_t seen = 0;

    while (count-- && bench_reap(ring, &cqe)) {
        ck_assert_uint_lt(cqe.cid - first, 16);
        ck_assert(!(seen >> (cqe.cid - first) & 1));
        seen |= 1u << (cqe.cid - first);
    }
    return (uint32_t)__builtin_popcount(seen);
}

START_TEST(a_ring_of_any_size_wraps_and_its_phase_flips_with_each_pass)
{
    static const uint32_t sizes[] = {2, 3, 7, 16, 1000};
    uint32_t entries = sizes[_i];
    struct ring ring;

    data = bench_alloc(BENCH_PAGE, BENCH_PAGE);
    bench_enable(&admin);
    bench_create(&admin, &ring, 1, entries);
    for (uint32_t i = 0; i < 3 * entries + 1; i++)
        ck_assert_uint_eq(bench_do(&ring, a_read(), NULL), 0);
    ck_assert_uint_eq(ring.phase, 0);
    bench_no_mistakes();
}
END_TEST

START_TEST(a_batch_around_the_end_of_the_ring_is_fetched_in_two_pieces)
{
    struct nvme_cqe cqe;
    uint64_t reads;
    uint16_t cid;

    bring_up(1);
    for (uint32_t i = 0; i < 12; i++)
        bench_do(&rings[0], a_read(), NULL);
    reads = bench.reads;
    cid = rings[0].cid;
    for (uint32_t i = 0; i < 8; i++)
        bench_put(&rings[0], a_read());
    bench_ring(&rings[0]);
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.reads - reads, 2);
    ck_assert_uint_eq(reap_distinct(&rings[0], cid, 8), 8);
    ck_assert(!bench_reap(&rings[0], &cqe));
    bench_no_mistakes();
}
END_TEST

START_TEST(completions_wait_for_room_in_a_full_queue_and_come_as_one_burst)
{
    struct ring sqs[2], cq;
    struct nvme_cqe cqe;
    uint32_t messages;

    /* Two submission queues of 16 share a completion queue of 8: 7 fit. */
    data = bench_alloc(BENCH_PAGE, BENCH_PAGE);
    bench_enable(&admin);
    bench_create(&admin, &cq, 1, 8);
    bench_create(&admin, &sqs[0], 2, 16);
    ck_assert_uint_eq(
        bench_do(&admin, bench_create_sq(3, 16, bench_alloc(1024, BENCH_PAGE), 1), NULL), 0);
    sqs[1] =
        (struct ring){.qid = 3, .entries = 16, .sq = BENCH_BASE + bench.used - 1024, .cid = 0x3000};
    for (uint32_t i = 0; i < 12; i++)
        bench_submit(&sqs[1], a_read());
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.messages[1], 7);
    ck_assert_uint_eq(nvme_commands_inside(bench.ctrl), 5);
    ck_assert_uint_eq(reap_distinct(&cq, 0x3000, 7), 7);
    ck_assert(!bench_reap(&cq, &cqe));
    messages = bench.messages[1];
    bench_release(&cq);
    ck_assert_uint_eq(bench.messages[1], messages + 1);
    for (uint32_t i = 7; i < 12; i++) {
        ck_assert(bench_reap(&cq, &cqe));
        ck_assert_uint_eq(cqe.sqid, 3);
        ck_assert_uint_eq(cqe.sqhd, 12);
    }
    bench_release(&cq);
    ck_assert_uint_eq(nvme_commands_inside(bench.ctrl), 0);
    bench_no_mistakes();
}
END_TEST

START_TEST(a_doorbell_that_means_nothing_is_named_and_ignored)
{
    bring_up(1);
    bench_write(NVME_DOORBELLS + 8, 16);
    bench_one_mistake(NVME_GUEST_DOORBELL_RANGE);
    bench_write(NVME_DOORBELLS + 8, UINT32_MAX);
    bench_one_mistake(NVME_GUEST_DOORBELL_RANGE);
    bench_write(NVME_DOORBELLS + 12, 16);
    bench_one_mistake(NVME_GUEST_DOORBELL_RANGE);
    bench_write(NVME_DOORBELLS + 8, 0);
    bench_one_mistake(NVME_GUEST_DOORBELL_SAME);
    bench_write(NVME_DOORBELLS + 12, 0);
    bench_one_mistake(NVME_GUEST_DOORBELL_SAME);
    bench_write(NVME_DOORBELLS + 12, 1);
    bench_one_mistake(NVME_GUEST_CQ_EMPTY);
    bench_write(NVME_DOORBELLS + 16, 1);
    bench_one_mistake(NVME_GUEST_DOORBELL_NO_QUEUE);
    bench_write(NVME_DOORBELLS + 8 * 63, 1);
    bench_one_mistake(NVME_GUEST_DOORBELL_NO_QUEUE);
    bench_write(0x3FFC, 1);
    bench_one_mistake(NVME_GUEST_DOORBELL_NO_QUEUE);
    ck_assert_uint_eq(bench.last[SIM_EV_DOORBELL].arg[3], 0);
    bench_run(SIM_S);
    ck_assert_uint_eq(bench_csts(), 1);
    ck_assert_uint_eq(bench_do(&rings[0], a_read(), NULL), 0);
}
END_TEST

START_TEST(a_tail_that_laps_the_head_is_refused)
{
    struct nvme_cqe cqe;

    bring_up(1);
    for (uint32_t i = 0; i < 16; i++)
        bench_put(&rings[0], a_read());
    bench_write(NVME_DOORBELLS + 8, 15); /* full: 15 of 16 */
    bench_no_mistakes();
    bench_write(NVME_DOORBELLS + 8, 2); /* three more */
    bench_one_mistake(NVME_GUEST_SQ_FULL);
    ck_assert_uint_eq(bench.last[SIM_EV_DOORBELL].arg[3], 0);
    bench_run(2 * SIM_US);
    /* Fetched, but no completion has reported it: it works, and it is a mistake all the same. */
    rings[0].tail = 0;
    for (uint32_t i = 0; i < 2; i++)
        bench_put(&rings[0], a_read());
    bench_write(NVME_DOORBELLS + 8, 2);
    bench_one_mistake(NVME_GUEST_SQ_FULL);
    ck_assert_uint_eq(bench.last[SIM_EV_DOORBELL].arg[3], 1);
    bench_run(SIM_MS);
    while (bench_reap(&rings[0], &cqe))
        continue;
    bench_release(&rings[0]);
    bench_write(NVME_DOORBELLS + 8, 3);
    ck_assert_uint_eq(bench.last[SIM_EV_DOORBELL].arg[3], 1);
}
END_TEST

static uint32_t order[64], fetched;

static void on_fetch(struct sim *sim, const struct sim_record *record, void *ctx)
{
    (void)sim;
    (void)ctx;
    order[fetched++ % 64] = (uint32_t)record->arg[0];
}

START_TEST(queues_take_turns_in_bursts)
{
    const struct nvme_sqe set = {
        .opcode = NVME_ADMIN_SET_FEATURES, .cdw10 = NVME_FEATURE_ARBITRATION, .cdw11 = 1};

    sim_trace_subscribe(bench.sim, SIM_EV_CMD_FETCH, on_fetch, NULL);
    bring_up(3);
    ck_assert_uint_eq(bench_do(&admin, set, NULL), 0); /* bursts of 2 */
    fetched = 0;
    for (uint32_t q = 3; q-- > 0;) {
        for (uint32_t i = 0; i < 6; i++)
            bench_put(&rings[q], a_read());
        bench_ring(&rings[q]);
    }
    bench_run(bench.options.fetch_ns);
    ck_assert_uint_eq(fetched, 6);
    bench_run(bench.options.fetch_ns);
    ck_assert_uint_eq(fetched, 12);
    bench_run(SIM_MS);
    ck_assert_uint_eq(fetched, 18);
    for (uint32_t i = 0; i < 18; i++)
        ck_assert_uint_eq(order[i], 1 + i / 2 % 3);
}
END_TEST

START_TEST(one_fetch_serves_all_doorbells_rung_before_it)
{
    uint32_t before;

    bring_up(1);
    before = bench.events[SIM_EV_CMD_FETCH];
    bench_submit(&rings[0], a_read());
    bench_run(bench.options.fetch_ns - 1);
    bench_submit(&rings[0], a_read());
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_FETCH], before);
    bench_run(1);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_FETCH], before + 2);
    bench_run(SIM_MS);
    ck_assert_uint_eq(nvme_commands_inside(bench.ctrl), 0);
}
END_TEST

START_TEST(more_commands_than_slots_wait_in_their_queues)
{
    struct ring big[2];
    uint32_t done = 0;
    struct nvme_cqe cqe;

    data = bench_alloc(BENCH_PAGE, BENCH_PAGE);
    bench.options.admin_ns = 10 * SIM_US;
    bench_reopen();
    bench_enable(&admin);
    for (uint32_t q = 0; q < 2; q++) {
        bench_create(&admin, &big[q], q + 1, 1024);
        for (uint32_t i = 0; i < 1023; i++)
            bench_put(&big[q], bench_io(NVME_IO_FLUSH, 0, 1, 0, 0));
    }
    bench_ring(&big[0]);
    bench_ring(&big[1]);
    bench_run(100 * SIM_US);
    ck_assert_uint_eq(nvme_commands_inside(bench.ctrl), NVME_SLOTS_MAX);
    bench_run(10 * SIM_MS);
    for (uint32_t q = 0; q < 2; q++)
        while (bench_reap(&big[q], &cqe))
            done++;
    ck_assert_uint_eq(done, 2 * 1023);
    bench_no_mistakes();
}
END_TEST

BENCH_MAIN("queue", LOOP(a_ring_of_any_size_wraps_and_its_phase_flips_with_each_pass, 5),
           T(a_batch_around_the_end_of_the_ring_is_fetched_in_two_pieces),
           T(completions_wait_for_room_in_a_full_queue_and_come_as_one_burst),
           T(a_doorbell_that_means_nothing_is_named_and_ignored),
           T(a_tail_that_laps_the_head_is_refused), T(queues_take_turns_in_bursts),
           T(one_fetch_serves_all_doorbells_rung_before_it),
           T(more_commands_than_slots_wait_in_their_queues))
