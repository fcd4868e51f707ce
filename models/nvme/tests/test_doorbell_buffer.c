/* models/nvme/tests/test_doorbell_buffer.c - shadow doorbells in the host's memory. */
// links: models/nvme/tests/bench.c
#include "models/nvme/tests/bench.h"

static struct ring admin, io;
static uint64_t data, shadow, events;

static struct nvme_sqe config(uint64_t prp1, uint64_t prp2)
{
    return (struct nvme_sqe){.opcode = NVME_ADMIN_DOORBELL_BUFFER, .prp1 = prp1, .prp2 = prp2};
}

static void bring_up(uint32_t stride)
{
    bench.options.doorbell_buffer = true;
    bench.options.stride = stride;
    bench_reopen();
    data = bench_alloc(BENCH_PAGE, BENCH_PAGE);
    shadow = bench_alloc(BENCH_PAGE, BENCH_PAGE);
    events = bench_alloc(BENCH_PAGE, BENCH_PAGE);
    memset(bench_at(shadow), 0, BENCH_PAGE);
}

static uint32_t *word(uint64_t buffer, uint32_t index)
{
    return (uint32_t *)bench_at(buffer) + index;
}

static uint32_t inside(void)
{
    bench_run(2 * SIM_US);
    return nvme_commands_inside(bench.ctrl);
}

START_TEST(the_shadow_counts_and_the_register_only_calls)
{
    struct nvme_cqe cqe;

    bring_up(0);
    bench_bring_up(&admin, &io, 1);
    ck_assert_uint_eq(bench_do(&admin, config(shadow, events), NULL), NVME_OK);
    for (uint32_t i = 0; i < 3; i++)
        bench_put(&io, bench_io(NVME_IO_READ, 0, 1, data, 0));
    *word(shadow, 2) = io.tail; /* SQ 1 */
    ck_assert_uint_eq(inside(), 0);
    bench_write(NVME_DOORBELLS + 8, 1); /* older than the shadow */
    ck_assert_uint_eq(inside(), 3);
    ck_assert_uint_eq(*word(events, 2), 3);
    bench_run(SIM_MS);
    for (uint32_t i = 0; i < 3; i++)
        ck_assert(bench_reap(&io, &cqe));
    *word(shadow, 3) = io.head; /* CQ 1 */
    bench_write(NVME_DOORBELLS + 12, io.head);
    ck_assert_uint_eq(bench.ctrl->cq[1].head, 3);
    ck_assert_uint_eq(*word(events, 3), 3);
    bench_no_mistakes();
    *word(shadow, 2) = 99; /* nonsense is judged as in a register */
    bench_write(NVME_DOORBELLS + 8, 4);
    bench_one_mistake(NVME_GUEST_DOORBELL_RANGE);
}
END_TEST

START_TEST(the_admin_queue_rings_as_ever_and_a_reset_ends_it)
{
    bring_up(0);
    bench_bring_up(&admin, &io, 1);
    ck_assert_uint_eq(bench_do(&admin, config(shadow, events), NULL), NVME_OK);
    ck_assert_uint_eq(bench_do(&admin, config(shadow, events), NULL), NVME_OK);
    bench_write(NVME_REG_CC, 0);
    bench_run(SIM_S);
    bench_bring_up(&admin, &io, 1);
    ck_assert_uint_eq(bench_do(&io, bench_io(NVME_IO_READ, 0, 1, data, 0), NULL), NVME_OK);
    ck_assert_uint_eq(*word(events, 2), 0);
}
END_TEST

START_TEST(buffers_that_are_not_page_aligned_are_an_invalid_field)
{
    bring_up(0);
    bench_bring_up(&admin, &io, 1);
    ck_assert_uint_eq(bench_do(&admin, config(shadow + 64, events), NULL), NVME_INVALID_FIELD);
    bench_one_mistake(NVME_GUEST_DOORBELL_BUFFER);
    ck_assert_uint_eq(bench_do(&admin, config(shadow, 0), NULL), NVME_INVALID_FIELD);
    bench_one_mistake(NVME_GUEST_DOORBELL_BUFFER);
}
END_TEST

START_TEST(buffers_in_memory_that_is_refused_are_fatal)
{
    bring_up(0);
    bench_bring_up(&admin, &io, 1);
    ck_assert_uint_eq(bench_do(&admin, config(shadow, events), NULL), NVME_OK);
    bench.refuse_from = _i ? events : shadow;
    bench.refuse_to = bench.refuse_from + BENCH_PAGE;
    bench_write(NVME_DOORBELLS + 8, 1);
    ck_assert_uint_eq(nvme_csts_cfs(bench_csts()), 1);
    bench_one_mistake(NVME_GUEST_QUEUE_MEMORY);
}
END_TEST

START_TEST(shadows_lie_as_far_apart_as_doorbells)
{
    bring_up(2); /* 16 bytes */
    bench_enable(&admin);
    bench.ctrl->shadow = shadow;
    bench.ctrl->shadow_events = events;
    nvme__cq_create(bench.ctrl, 1, data, 16, 1, false);
    nvme__sq_create(bench.ctrl, 1, data, 16, 1);
    *word(shadow, 2 * 4) = 5;
    bench_write(NVME_DOORBELLS + 2 * 16, 1);
    ck_assert_uint_eq(bench.ctrl->sq[1].tail, 5);
    ck_assert_uint_eq(*word(events, 2 * 4), 5);
}
END_TEST

BENCH_MAIN("doorbell_buffer", T(the_shadow_counts_and_the_register_only_calls),
           T(the_admin_queue_rings_as_ever_and_a_reset_ends_it),
           T(buffers_that_are_not_page_aligned_are_an_invalid_field),
           LOOP(buffers_in_memory_that_is_refused_are_fatal, 2),
           T(shadows_lie_as_far_apart_as_doorbells))
