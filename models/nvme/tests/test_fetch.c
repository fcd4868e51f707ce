/* models/nvme/tests/test_fetch.c - weighted round robin: who is fetched before whom. */
// links: models/nvme/tests/bench.c
#include "models/nvme/tests/bench.h"

#define COMMANDS 24u

static struct ring admin, rings[4];
static uint64_t data;
static uint32_t order[4 * COMMANDS + 8], fetched; /* queues, in order of fetch */

static void note_fetch(struct sim *sim, const struct sim_record *r, void *ctx)
{
    (void)sim;
    (void)ctx;
    if (r->arg[0] && fetched < sizeof(order) / sizeof(order[0]))
        order[fetched++] = (uint32_t)r->arg[0];
}

static void create(struct ring *ring, uint32_t qid, enum nvme_priority priority)
{
    struct nvme_sqe sqe;

    *ring = (struct ring){.qid = qid, .entries = 32, .phase = 1};
    ring->sq = bench_alloc(32 * 64, BENCH_PAGE);
    ring->cq = bench_alloc(32 * 16, BENCH_PAGE);
    ck_assert_uint_eq(bench_do(&admin, bench_create_cq(qid, 32, ring->cq, qid), NULL), 0);
    sqe = bench_create_sq(qid, 32, ring->sq, qid);
    sqe.cdw11 |= (uint32_t)priority << 1;
    ck_assert_uint_eq(bench_do(&admin, sqe, NULL), 0);
}

static void enable(enum nvme_ams ams)
{
    bench_enable(&admin);
    bench_write(NVME_REG_CC, 0);
    bench_run(SIM_S);
    admin = (struct ring){.sq = admin.sq, .cq = admin.cq, .entries = 16, .phase = 1};
    memset(bench_at(admin.cq), 0, 16 * 16);
    bench_write(NVME_REG_CC, bench_cc() | (uint32_t)nvme_cc_ams_put(ams));
    bench_run(bench.options.ready_ns);
}

/* Weights 4, 2 and 1, bursts of 2; one queue of each priority, or all of one. */
static void bring_up(enum nvme_ams ams, const enum nvme_priority priorities[4])
{
    bench.options.weighted = true;
    bench_reopen();
    data = bench_alloc(BENCH_PAGE, BENCH_PAGE);
    enable(ams);
    ck_assert_uint_eq(bench_csts(), 1);
    ck_assert_uint_eq(bench_do(&admin,
                               (struct nvme_sqe){.opcode = NVME_ADMIN_SET_FEATURES,
                                                 .cdw10 = NVME_FEATURE_ARBITRATION,
                                                 .cdw11 = 3u << 24 | 1u << 16 | 0u << 8 | 1},
                               NULL),
                      NVME_OK);
    for (uint32_t i = 0; i < 4; i++)
        create(&rings[i], i + 1, priorities[i]);
    fetched = 0;
    sim_trace_subscribe(bench.sim, SIM_EV_CMD_FETCH, note_fetch, NULL);
}

static void submit_all(uint32_t commands)
{
    for (uint32_t i = 0; i < 4; i++) {
        for (uint32_t n = 0; n < commands; n++)
            bench_put(&rings[i], bench_io(NVME_IO_READ, 0, 1, data, 0));
        bench_ring(&rings[i]);
    }
    bench_run(SIM_MS);
    ck_assert_uint_eq(fetched, 4 * commands);
    bench_no_mistakes();
}

static uint32_t count(uint32_t qid, uint32_t from, uint32_t to)
{
    uint32_t n = 0;

    for (uint32_t i = from; i < to; i++)
        n += order[i] == qid;
    return n;
}

START_TEST(urgent_queues_come_first_and_the_others_by_weight)
{
    static const enum nvme_priority each[] = {NVME_PRIORITY_LOW, NVME_PRIORITY_MEDIUM,
                                              NVME_PRIORITY_HIGH, NVME_PRIORITY_URGENT};

    bring_up(NVME_AMS_WEIGHTED, each);
    submit_all(COMMANDS);
    ck_assert_uint_eq(count(4, 0, COMMANDS), COMMANDS);
    /* three rounds of 4 high, 2 medium, 1 low */
    for (uint32_t round = 0; round < 3; round++) {
        uint32_t from = COMMANDS + round * 7;

        ck_assert_uint_eq(count(3, from, from + 4), 4);
        ck_assert_uint_eq(count(2, from + 4, from + 6), 2);
        ck_assert_uint_eq(count(1, from + 6, from + 7), 1);
    }
}
END_TEST

START_TEST(queues_of_one_class_take_turns)
{
    static const enum nvme_priority same[] = {NVME_PRIORITY_MEDIUM, NVME_PRIORITY_MEDIUM,
                                              NVME_PRIORITY_MEDIUM, NVME_PRIORITY_MEDIUM};

    bring_up(NVME_AMS_WEIGHTED, same);
    submit_all(8);
    for (uint32_t i = 0; i < 32; i += 2) {
        ck_assert_uint_eq(order[i], i / 2 % 4 + 1); /* bursts of 2, weight 2 */
        ck_assert_uint_eq(order[i + 1], order[i]);
    }
}
END_TEST

START_TEST(in_plain_round_robin_priorities_mean_nothing)
{
    static const enum nvme_priority each[] = {NVME_PRIORITY_LOW, NVME_PRIORITY_MEDIUM,
                                              NVME_PRIORITY_HIGH, NVME_PRIORITY_URGENT};

    bring_up(NVME_AMS_ROUND_ROBIN, each);
    submit_all(8);
    for (uint32_t i = 0; i < 32; i++)
        ck_assert_uint_eq(order[i], i / 2 % 4 + 1);
}
END_TEST

START_TEST(an_arbitration_that_cap_does_not_offer_is_fatal)
{
    bench.options.weighted = _i;
    bench_reopen();
    ck_assert_uint_eq(nvme_cap_ams(nvme_reg_read(bench.ctrl, NVME_REG_CAP, 8)), (uint32_t)_i);
    enable(_i ? (enum nvme_ams)2 : NVME_AMS_WEIGHTED);
    ck_assert_uint_eq(nvme_csts_cfs(bench_csts()), 1);
    bench_one_mistake(NVME_GUEST_CC_ARBITRATION);
}
END_TEST

START_TEST(a_queue_that_was_deleted_is_in_no_class)
{
    static const enum nvme_priority each[] = {NVME_PRIORITY_LOW, NVME_PRIORITY_MEDIUM,
                                              NVME_PRIORITY_HIGH, NVME_PRIORITY_URGENT};

    bring_up(NVME_AMS_WEIGHTED, each);
    ck_assert_uint_eq(
        bench_do(&admin, (struct nvme_sqe){.opcode = NVME_ADMIN_DELETE_SQ, .cdw10 = 4}, NULL), 0);
    for (uint32_t i = 0; i < NVME_PRIORITY_COUNT; i++)
        ck_assert_uint_eq(bench.ctrl->priority[i] >> 4 & 1, 0);
}
END_TEST

BENCH_MAIN("fetch", T(urgent_queues_come_first_and_the_others_by_weight),
           T(queues_of_one_class_take_turns), T(in_plain_round_robin_priorities_mean_nothing),
           LOOP(an_arbitration_that_cap_does_not_offer_is_fatal, 2),
           T(a_queue_that_was_deleted_is_in_no_class))
