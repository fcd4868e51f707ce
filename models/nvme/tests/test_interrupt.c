/* models/nvme/tests/test_interrupt.c - the INTx level and its mask, MSI-X messages. */
// links: models/nvme/tests/bench.c
#include "models/nvme/tests/bench.h"

static struct ring admin, rings[2];

static struct nvme_sqe a_flush(void)
{
    return bench_io(NVME_IO_FLUSH, 0, 1, 0, 0);
}

START_TEST(intx_is_high_while_entries_are_not_released)
{
    struct nvme_cqe cqe;

    bench.msix = false;
    bench_bring_up(&admin, rings, 2);
    ck_assert(!bench.line);
    bench_submit(&rings[0], a_flush());
    bench_submit(&rings[1], a_flush());
    bench_submit(&rings[1], a_flush());
    bench_run(SIM_MS);
    ck_assert(bench.line);
    ck_assert(bench_reap(&rings[0], &cqe));
    bench_release(&rings[0]);
    ck_assert(bench.line);
    ck_assert(bench_reap(&rings[1], &cqe));
    bench_release(&rings[1]);
    ck_assert(bench.line);
    ck_assert(bench_reap(&rings[1], &cqe));
    bench_release(&rings[1]);
    ck_assert(!bench.line);
    bench_no_mistakes();
}
END_TEST

START_TEST(intms_takes_the_line_down_and_intmc_brings_it_back)
{
    bench.msix = false;
    bench_bring_up(&admin, rings, 1);
    bench_submit(&rings[0], a_flush());
    bench_run(SIM_MS);
    ck_assert(bench.line);
    bench_write(NVME_REG_INTMS, 1);
    ck_assert(!bench.line);
    bench_write(NVME_REG_INTMC, 2);
    ck_assert(!bench.line);
    bench_write(NVME_REG_INTMC, 1);
    ck_assert(bench.line);
    bench_write(NVME_REG_INTMS, 2); /* another vector */
    ck_assert(bench.line);
    bench_no_mistakes();
}
END_TEST

START_TEST(a_masked_vector_keeps_the_line_low_for_entries_that_come_later)
{
    bench.msix = false;
    bench_bring_up(&admin, rings, 1);
    bench_write(NVME_REG_INTMS, 1);
    bench.line_changes = 0;
    bench_submit(&rings[0], a_flush());
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.line_changes, 0);
    bench_write(NVME_REG_INTMC, 1);
    ck_assert(bench.line);
}
END_TEST

START_TEST(clearing_en_takes_the_line_down)
{
    bench.msix = false;
    bench_bring_up(&admin, rings, 1);
    bench_submit(&rings[0], a_flush());
    bench_run(SIM_MS);
    ck_assert(bench.line);
    bench_write(NVME_REG_CC, 0);
    ck_assert(!bench.line);
    bench_run(SIM_S);
    ck_assert(!bench.line);
}
END_TEST

START_TEST(msix_sends_one_message_for_each_entry_on_its_queue_s_vector)
{
    uint32_t admin_messages;

    bench_bring_up(&admin, rings, 2);
    admin_messages = bench.messages[0];
    for (uint32_t i = 0; i < 3; i++)
        bench_submit(&rings[1], a_flush());
    bench_submit(&rings[0], a_flush());
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.messages[1], 1);
    ck_assert_uint_eq(bench.messages[2], 3);
    ck_assert_uint_eq(bench.messages[0], admin_messages);
    ck_assert_uint_eq(bench.line_changes, 0);
    /* Releasing, or not releasing, sends nothing. */
    bench_run(SIM_S);
    ck_assert_uint_eq(bench.messages[2], 3);
}
END_TEST

START_TEST(a_queue_without_interrupts_is_silent)
{
    struct nvme_sqe create;
    struct ring ring = {.qid = 1, .entries = 16, .phase = 1};
    struct nvme_cqe cqe;

    bench.msix = _i;
    bench_enable(&admin);
    ring.sq = bench_alloc(1024, BENCH_PAGE);
    ring.cq = bench_alloc(256, BENCH_PAGE);
    create = bench_create_cq(1, 16, ring.cq, 0);
    create.cdw11 &= ~NVME_CREATE_IEN;
    ck_assert_uint_eq(bench_do(&admin, create, NULL), 0);
    ck_assert_uint_eq(bench_do(&admin, bench_create_sq(1, 16, ring.sq, 1), NULL), 0);
    memset(bench.messages, 0, sizeof(bench.messages));
    bench_submit(&ring, a_flush());
    bench_run(SIM_MS);
    ck_assert(bench_reap(&ring, &cqe));
    ck_assert_uint_eq(bench.messages[0], 0);
    ck_assert(!bench.line);
}
END_TEST

START_TEST(the_mask_registers_mask_no_messages)
{
    bench_bring_up(&admin, rings, 1);
    bench_write(NVME_REG_INTMS, UINT32_MAX);
    bench_one_mistake(NVME_GUEST_INTERRUPT_MASK_MSIX);
    bench_submit(&rings[0], a_flush());
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.messages[1], 1);
}
END_TEST

START_TEST(what_the_host_has_not_released_is_told)
{
    struct nvme_unseen unseen;
    struct nvme_cqe cqe;
    sim_ns posted;

    bench_bring_up(&admin, rings, 1);
    ck_assert(!nvme_unseen(bench.ctrl, rings[0].qid, &unseen));
    ck_assert(!nvme_unseen(bench.ctrl, 63, &unseen));
    bench_submit(&rings[0], a_flush());
    bench_run(SIM_MS);
    posted = bench.last[SIM_EV_CQE_POST].at;
    bench_submit(&rings[0], a_flush());
    bench_run(SIM_MS);
    ck_assert(nvme_unseen(bench.ctrl, rings[0].qid, &unseen));
    ck_assert_uint_eq(unseen.entries, 2);
    ck_assert_uint_eq(unseen.tail, 2);
    ck_assert_int_eq(unseen.since, posted);
    ck_assert_int_eq(unseen.told_at, bench.last[SIM_EV_CQE_POST].at);
    ck_assert(!unseen.masked);
    ck_assert(bench_reap(&rings[0], &cqe));
    bench_release(&rings[0]);
    ck_assert(nvme_unseen(bench.ctrl, rings[0].qid, &unseen));
    ck_assert_uint_eq(unseen.entries, 1);
    ck_assert_int_eq(unseen.since, sim_now(bench.sim));
    ck_assert(bench_reap(&rings[0], &cqe));
    bench_release(&rings[0]);
    ck_assert(!nvme_unseen(bench.ctrl, rings[0].qid, &unseen));
}
END_TEST

/* With MSI a message is an edge of the interrupt status (7.5.1.1). Queues 1 and 2 share vector 0
 * here. */
START_TEST(msi_sends_a_message_when_a_vector_s_status_rises_and_not_before_all_is_released)
{
    struct nvme_cqe cqe;

    bench.msix = false;
    bench_bring_up(&admin, rings, 2);
    bench.msi = true;
    memset(bench.messages, 0, sizeof(bench.messages));
    bench_submit(&rings[0], a_flush());
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.messages[0], 1);
    bench_submit(&rings[1], a_flush());
    bench_submit(&rings[1], a_flush());
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.messages[0], 1);
    ck_assert(bench_reap(&rings[0], &cqe));
    bench_release(&rings[0]);
    ck_assert_uint_eq(bench.messages[0], 1);
    while (bench_reap(&rings[1], &cqe))
        bench_release(&rings[1]);
    bench_submit(&rings[0], a_flush());
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.messages[0], 2);
    ck_assert(!bench.line);
}
END_TEST

START_TEST(with_msi_the_mask_registers_hold_messages_back_and_send_them)
{
    bench.msix = false;
    bench_bring_up(&admin, rings, 1);
    bench.msi = true;
    memset(bench.messages, 0, sizeof(bench.messages));
    bench_write(NVME_REG_INTMS, 1);
    bench_submit(&rings[0], a_flush());
    bench_run(SIM_MS);
    ck_assert_uint_eq(bench.messages[0], 0);
    bench_write(NVME_REG_INTMC, 1);
    ck_assert_uint_eq(bench.messages[0], 1);
    bench_write(NVME_REG_INTMC, 1);
    ck_assert_uint_eq(bench.messages[0], 1);
    bench_no_mistakes();
}
END_TEST

BENCH_MAIN("interrupt", T(intx_is_high_while_entries_are_not_released),
           T(intms_takes_the_line_down_and_intmc_brings_it_back),
           T(a_masked_vector_keeps_the_line_low_for_entries_that_come_later),
           T(clearing_en_takes_the_line_down),
           T(msix_sends_one_message_for_each_entry_on_its_queue_s_vector),
           LOOP(a_queue_without_interrupts_is_silent, 2), T(the_mask_registers_mask_no_messages),
           T(what_the_host_has_not_released_is_told),
           T(msi_sends_a_message_when_a_vector_s_status_rises_and_not_before_all_is_released),
           T(with_msi_the_mask_registers_hold_messages_back_and_send_them))
