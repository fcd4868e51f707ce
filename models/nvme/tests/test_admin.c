/* models/nvme/tests/test_admin.c - queue creation and deletion, Abort, asynchronous events. */
// links: models/nvme/tests/bench.c
// covers: models/nvme/admin_queue.c models/nvme/event.c
#include "models/nvme/tests/bench.h"

#define NONE NVME_GUEST_COUNT

static struct ring admin, io;
static uint64_t data;

static void bring_up(void)
{
    data = bench_alloc(BENCH_PAGE, BENCH_PAGE);
    bench_bring_up(&admin, &io, 1);
}

static void expect(struct nvme_sqe sqe, enum nvme_status status, enum nvme_guest_error error)
{
    ck_assert_uint_eq(bench_do(&admin, sqe, NULL), status);
    if (error == NONE)
        bench_no_mistakes();
    else
        bench_one_mistake(error);
}

static struct nvme_sqe deletion(enum nvme_admin_opcode opcode, uint32_t qid)
{
    return (struct nvme_sqe){.opcode = (uint8_t)opcode, .cdw10 = qid};
}

/* --- queues ----------------------------------------------------------------------------------- */

static const struct {
    uint32_t qid, entries, cdw11_off, offset, vector;
    enum nvme_status status;
    enum nvme_guest_error error;
} cqs[] = {
    {2, 16, 0, 0, 1, NVME_OK, NONE},
    {2, 2, 0, 0, 7, NVME_OK, NONE},
    {2, 1024, 0, 0, 0, NVME_OK, NONE},
    {0, 16, 0, 0, 1, NVME_INVALID_QUEUE_ID, NVME_GUEST_QUEUE_ID},
    {1, 16, 0, 0, 1, NVME_INVALID_QUEUE_ID, NVME_GUEST_QUEUE_ID}, /* exists */
    {5, 16, 0, 0, 1, NVME_INVALID_QUEUE_ID, NVME_GUEST_QUEUE_ID},
    {65535, 16, 0, 0, 1, NVME_INVALID_QUEUE_ID, NVME_GUEST_QUEUE_ID},
    {2, 1, 0, 0, 1, NVME_INVALID_QUEUE_SIZE, NVME_GUEST_QUEUE_SIZE},
    {2, 1025, 0, 0, 1, NVME_INVALID_QUEUE_SIZE, NVME_GUEST_QUEUE_SIZE},
    {2, 16, NVME_CREATE_CONTIGUOUS, 0, 1, NVME_INVALID_FIELD, NVME_GUEST_QUEUE_CONTIGUOUS},
    {2, 16, 0, 2048, 1, NVME_PRP_OFFSET_INVALID, NVME_GUEST_QUEUE_ALIGN},
    {2, 16, 0, 0, 8, NVME_INVALID_VECTOR, NVME_GUEST_QUEUE_VECTOR},
    {2, 16, 0, 0, 65535, NVME_INVALID_VECTOR, NVME_GUEST_QUEUE_VECTOR},
};

START_TEST(create_cq_checks_identifier_size_memory_and_vector)
{
    struct nvme_sqe sqe =
        bench_create_cq(cqs[_i].qid, cqs[_i].entries,
                        bench_alloc(0x4000, BENCH_PAGE) + cqs[_i].offset, cqs[_i].vector);

    bring_up();
    sqe.cdw11 &= ~cqs[_i].cdw11_off;
    expect(sqe, cqs[_i].status, cqs[_i].error);
    ck_assert_uint_eq(bench.events[SIM_EV_QUEUE_CREATE], cqs[_i].status ? 2 : 3);
}
END_TEST

static const struct {
    uint32_t qid, entries, cdw11_off, offset, cqid;
    enum nvme_status status;
    enum nvme_guest_error error;
} sqs[] = {
    {2, 16, 0, 0, 1, NVME_OK, NONE},
    {4, 1024, 0, 0, 1, NVME_OK, NONE},
    {0, 16, 0, 0, 1, NVME_INVALID_QUEUE_ID, NVME_GUEST_QUEUE_ID},
    {1, 16, 0, 0, 1, NVME_INVALID_QUEUE_ID, NVME_GUEST_QUEUE_ID}, /* exists */
    {5, 16, 0, 0, 1, NVME_INVALID_QUEUE_ID, NVME_GUEST_QUEUE_ID},
    {2, 1, 0, 0, 1, NVME_INVALID_QUEUE_SIZE, NVME_GUEST_QUEUE_SIZE},
    {2, 1025, 0, 0, 1, NVME_INVALID_QUEUE_SIZE, NVME_GUEST_QUEUE_SIZE},
    {2, 16, NVME_CREATE_CONTIGUOUS, 0, 1, NVME_INVALID_FIELD, NVME_GUEST_QUEUE_CONTIGUOUS},
    {2, 16, 0, 64, 1, NVME_PRP_OFFSET_INVALID, NVME_GUEST_QUEUE_ALIGN},
    {2, 16, 0, 0, 0, NVME_INVALID_QUEUE_ID, NVME_GUEST_QUEUE_ID},
    {2, 16, 0, 0, 5, NVME_INVALID_QUEUE_ID, NVME_GUEST_QUEUE_ID},
    {2, 16, 0, 0, 2, NVME_CQ_INVALID, NVME_GUEST_QUEUE_NO_CQ},
};

START_TEST(create_sq_checks_identifier_size_memory_and_completion_queue)
{
    struct nvme_sqe sqe =
        bench_create_sq(sqs[_i].qid, sqs[_i].entries,
                        bench_alloc(0x10000, BENCH_PAGE) + sqs[_i].offset, sqs[_i].cqid);

    bring_up();
    sqe.cdw11 &= ~sqs[_i].cdw11_off;
    expect(sqe, sqs[_i].status, sqs[_i].error);
    ck_assert_uint_eq(nvme_io_queues(bench.ctrl), sqs[_i].status ? 1 : 2);
}
END_TEST

START_TEST(queues_are_created_within_the_number_that_was_granted)
{
    uint64_t at = bench_alloc(BENCH_PAGE, BENCH_PAGE);
    uint32_t dw0;

    bench_enable(&admin);
    ck_assert_uint_eq(bench_do(&admin,
                               (struct nvme_sqe){.opcode = NVME_ADMIN_SET_FEATURES,
                                                 .cdw10 = NVME_FEATURE_QUEUES,
                                                 .cdw11 = 1 << 16 | 0},
                               &dw0),
                      NVME_OK);
    ck_assert_uint_eq(dw0, 1 << 16 | 0);
    expect(bench_create_cq(3, 16, at, 0), NVME_INVALID_QUEUE_ID, NVME_GUEST_QUEUE_ID);
    expect(bench_create_cq(2, 16, at, 0), NVME_OK, NONE);
    expect(bench_create_sq(2, 16, at, 2), NVME_INVALID_QUEUE_ID, NVME_GUEST_QUEUE_ID);
    expect(bench_create_sq(1, 16, at, 2), NVME_OK, NONE);
}
END_TEST

START_TEST(queues_need_the_entry_sizes_that_cc_must_tell)
{
    uint64_t at = bench_alloc(BENCH_PAGE, BENCH_PAGE);

    bench_enable(&admin);
    bench_write(NVME_REG_CC, 1);
    expect(bench_create_cq(1, 16, at, 0), NVME_INVALID_QUEUE_SIZE, NVME_GUEST_CC_CQ_ENTRY_SIZE);
    bench_write(NVME_REG_CC, 1 | 4 << 20);
    expect(bench_create_cq(1, 16, at, 0), NVME_OK, NONE);
    expect(bench_create_sq(1, 16, at, 1), NVME_INVALID_QUEUE_SIZE, NVME_GUEST_CC_SQ_ENTRY_SIZE);
}
END_TEST

START_TEST(with_intx_the_only_vector_is_0)
{
    bench.msix = false;
    bring_up();
    expect(bench_create_cq(2, 16, bench_alloc(256, BENCH_PAGE), 1), NVME_INVALID_VECTOR,
           NVME_GUEST_QUEUE_VECTOR);
}
END_TEST

START_TEST(a_queue_exists_from_the_completion_of_its_creation_on)
{
    bench_enable(&admin);
    bench_submit(&admin, bench_create_cq(1, 16, bench_alloc(256, BENCH_PAGE), 1));
    bench_run(10 * SIM_US);
    bench_write(NVME_DOORBELLS + 12, 1);
    bench_one_mistake(NVME_GUEST_DOORBELL_NO_QUEUE);
    bench_run(SIM_MS);
    bench_write(NVME_DOORBELLS + 12, 1);
    bench_one_mistake(NVME_GUEST_CQ_EMPTY);
}
END_TEST

START_TEST(queues_are_deleted_submission_queue_first)
{
    bring_up();
    expect(deletion(NVME_ADMIN_DELETE_CQ, 1), NVME_INVALID_QUEUE_DELETION,
           NVME_GUEST_QUEUE_CQ_USED);
    expect(deletion(NVME_ADMIN_DELETE_SQ, 0), NVME_INVALID_QUEUE_ID, NVME_GUEST_QUEUE_ID);
    expect(deletion(NVME_ADMIN_DELETE_SQ, 2), NVME_INVALID_QUEUE_ID, NVME_GUEST_QUEUE_ID);
    expect(deletion(NVME_ADMIN_DELETE_SQ, 1), NVME_OK, NONE);
    expect(deletion(NVME_ADMIN_DELETE_SQ, 1), NVME_INVALID_QUEUE_ID, NVME_GUEST_QUEUE_ID);
    expect(deletion(NVME_ADMIN_DELETE_CQ, 1), NVME_OK, NONE);
    expect(deletion(NVME_ADMIN_DELETE_CQ, 1), NVME_INVALID_QUEUE_ID, NVME_GUEST_QUEUE_ID);
    bench_create(&admin, &io, 1, 16);
    bench_no_mistakes();
}
END_TEST

START_TEST(deleting_a_queue_completes_its_commands_as_aborted)
{
    struct nvme_cqe cqe;

    bring_up();
    bench.ctrl->options.read_ns = 1 * SIM_S;
    for (uint32_t i = 0; i < 3; i++)
        bench_submit(&io, bench_io(NVME_IO_READ, 0, 8, data, 0));
    bench_run(SIM_US);
    expect(deletion(NVME_ADMIN_DELETE_SQ, 1), NVME_OK, NONE);
    for (uint32_t i = 0; i < 3; i++) {
        ck_assert(bench_reap(&io, &cqe));
        ck_assert_uint_eq(bench_status(&cqe), NVME_ABORTED_SQ_DELETION);
    }
    bench_release(&io);
    ck_assert_uint_eq(nvme_commands_inside(bench.ctrl), 0);
    bench_run(2 * SIM_S);
    ck_assert(!bench_reap(&io, &cqe));
}
END_TEST

/* --- opcodes ---------------------------------------------------------------------------------- */

START_TEST(an_opcode_that_is_not_offered_is_invalid)
{
    static const uint8_t offered[] = {0,    1,    2,    4,    5,    6,    8,
                                      0x09, 0x0A, 0x0C, 0x10, 0x11, 0x14, 0x80};

    bench_enable(&admin);
    for (uint32_t opcode = 0; opcode < 256; opcode++) {
        if (memchr(offered, (int)opcode, sizeof(offered)))
            continue;
        expect((struct nvme_sqe){.opcode = (uint8_t)opcode}, NVME_INVALID_OPCODE, NONE);
    }
}
END_TEST

/* --- Abort ------------------------------------------------------------------------------------ */

static struct nvme_sqe abort_of(uint32_t qid, uint32_t cid)
{
    return (struct nvme_sqe){.opcode = NVME_ADMIN_ABORT, .cdw10 = qid | cid << 16};
}

START_TEST(abort_ends_a_command_that_has_moved_no_data)
{
    struct nvme_cqe cqe;
    uint16_t cid;
    uint32_t dw0;

    bring_up();
    bench.ctrl->options.read_ns = 1 * SIM_S;
    cid = bench_submit(&io, bench_io(NVME_IO_READ, 0, 8, data, 0));
    ck_assert_uint_eq(bench_do(&admin, abort_of(1, cid), &dw0), NVME_OK);
    ck_assert_uint_eq(dw0, 0);
    ck_assert(bench_reap(&io, &cqe));
    ck_assert_uint_eq(cqe.cid, cid);
    ck_assert_uint_eq(bench_status(&cqe), NVME_ABORT_REQUESTED);
    bench_run(2 * SIM_S);
    ck_assert(!bench_reap(&io, &cqe));
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_DATA], 0);
    bench_no_mistakes();
}
END_TEST

START_TEST(abort_says_so_when_it_did_not_abort)
{
    struct nvme_cqe cqe;
    uint16_t cid;
    uint32_t dw0;

    bring_up();
    ck_assert_uint_eq(bench_do(&admin, abort_of(1, 7), &dw0), NVME_OK); /* no such command */
    ck_assert_uint_eq(dw0, 1);
    ck_assert_uint_eq(bench_do(&admin, abort_of(60000, 7), &dw0), NVME_OK); /* no such queue */
    ck_assert_uint_eq(dw0, 1);
    ck_assert_uint_eq(bench_do(&admin, abort_of(0, admin.cid), &dw0), NVME_OK); /* itself */
    ck_assert_uint_eq(dw0, 1);
    /* A write's data is fetched early: Abort comes too late for it. */
    bench.ctrl->options.write_ns = 100 * SIM_US;
    cid = bench_submit(&io, bench_io(NVME_IO_WRITE, 0, 8, data, 0));
    ck_assert_uint_eq(bench_do(&admin, abort_of(1, cid), &dw0), NVME_OK);
    ck_assert_uint_eq(dw0, 1);
    ck_assert(bench_reap(&io, &cqe));
    ck_assert_uint_eq(bench_status(&cqe), NVME_OK);
    bench_no_mistakes();
}
END_TEST

START_TEST(more_aborts_at_once_than_the_limit_are_refused)
{
    struct nvme_cqe cqe;
    uint32_t refused = 0;

    bring_up();
    for (uint32_t i = 0; i < NVME_ABORTS_MAX + 1; i++)
        bench_submit(&admin, abort_of(1, i));
    bench_run(SIM_MS);
    bench_one_mistake(NVME_GUEST_ABORT_MANY);
    while (bench_reap(&admin, &cqe))
        refused += bench_status(&cqe) == NVME_ABORT_LIMIT;
    ck_assert_uint_eq(refused, 1);
    bench_release(&admin);
    expect(abort_of(1, 0), NVME_OK, NONE);
}
END_TEST

/* --- asynchronous events ---------------------------------------------------------------------- */

static const struct nvme_sqe event_request = {.opcode = NVME_ADMIN_AER};
static const struct nvme_sqe read_errors = {.opcode = NVME_ADMIN_GET_LOG_PAGE,
                                            .cdw10 = NVME_LOG_ERROR | 15 << 16};

static void read_error_log(bool retain)
{
    struct nvme_sqe sqe = read_errors;

    sqe.prp1 = data;
    sqe.cdw10 |= retain ? 1u << 15 : 0;
    ck_assert_uint_eq(bench_do(&admin, sqe, NULL), NVME_OK);
}

START_TEST(an_event_request_is_held_until_there_is_an_event)
{
    struct nvme_cqe cqe;
    uint16_t cid;

    bring_up();
    cid = bench_submit(&admin, event_request);
    bench_run(100 * SIM_S);
    ck_assert(!bench_reap(&admin, &cqe));
    ck_assert_uint_eq(nvme_commands_inside(bench.ctrl), 1);
    bench_write(NVME_DOORBELLS + 8, 99);
    ck_assert(bench_reap(&admin, &cqe));
    ck_assert_uint_eq(cqe.cid, cid);
    ck_assert_uint_eq(cqe.dw0, 0x010100); /* error, invalid value, log page 1 */
    ck_assert_uint_eq(bench_status(&cqe), NVME_OK);
    bench_release(&admin);
}
END_TEST

START_TEST(events_of_a_type_are_masked_until_the_log_page_is_read)
{
    struct nvme_cqe cqe;

    bring_up();
    bench_submit(&admin, event_request);
    bench_submit(&admin, event_request);
    bench_run(SIM_MS);
    bench_write(NVME_DOORBELLS + 8, 99);
    ck_assert(bench_reap(&admin, &cqe));
    bench_release(&admin);
    bench_write(NVME_DOORBELLS + 8 * 40, 1);
    bench_run(SIM_MS);
    ck_assert(!bench_reap(&admin, &cqe));
    read_error_log(true);
    ck_assert(!bench_reap(&admin, &cqe));
    bench_submit(&admin, (struct nvme_sqe){.opcode = NVME_ADMIN_GET_LOG_PAGE,
                                           .prp1 = data,
                                           .cdw10 = NVME_LOG_ERROR | 15 << 16});
    bench_run(SIM_MS);
    ck_assert(bench_reap(&admin, &cqe));
    ck_assert_uint_eq(cqe.dw0, 0x010000); /* the doorbell of no queue, told late */
    ck_assert(bench_reap(&admin, &cqe));
    bench_release(&admin);
}
END_TEST

START_TEST(an_event_without_a_request_waits_for_one)
{
    struct nvme_cqe cqe;

    bring_up();
    bench_write(NVME_DOORBELLS + 8, 99);
    bench_submit(&admin, event_request);
    bench_run(SIM_MS);
    ck_assert(bench_reap(&admin, &cqe));
    ck_assert_uint_eq(cqe.dw0, 0x010100);
}
END_TEST

START_TEST(more_event_requests_than_the_limit_are_refused_and_held_ones_can_be_aborted)
{
    struct nvme_cqe cqe;
    uint16_t first = 0;
    uint32_t dw0;

    bring_up();
    for (uint32_t i = 0; i < NVME_EVENTS_MAX; i++) {
        uint16_t cid = bench_submit(&admin, event_request);

        first = i ? first : cid;
        bench_run(SIM_MS);
    }
    bench_no_mistakes();
    expect(event_request, NVME_AER_LIMIT, NVME_GUEST_EVENTS_MANY);
    bench_submit(&admin, abort_of(0, first));
    bench_run(SIM_MS);
    ck_assert(bench_reap(&admin, &cqe));
    ck_assert_uint_eq(cqe.cid, first);
    ck_assert_uint_eq(bench_status(&cqe), NVME_ABORT_REQUESTED);
    ck_assert(bench_reap(&admin, &cqe));
    dw0 = cqe.dw0;
    ck_assert_uint_eq(dw0, 0);
    bench_release(&admin);
    bench_submit(&admin, event_request);
    bench_run(SIM_MS);
    bench_no_mistakes();
    bench_write(NVME_REG_CC, 0);
    bench_run(SIM_S);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_LOST], NVME_EVENTS_MAX);
    bench_bring_up(&admin, &io, 1);
    bench_submit(&admin, event_request);
    bench_run(SIM_MS);
    bench_no_mistakes();
}
END_TEST

static struct nvme_sqe feature(uint32_t id, uint32_t value)
{
    return (struct nvme_sqe){.opcode = NVME_ADMIN_SET_FEATURES, .cdw10 = id, .cdw11 = value};
}

START_TEST(a_temperature_beyond_its_threshold_is_an_event_when_it_is_asked_for)
{
    /* 310 K: above the first threshold, below the second (5.21.1.4) */
    static const uint32_t thresholds[] = {300, 1 << 20 | 320};
    struct nvme_cqe cqe;

    bring_up();
    bench_submit(&admin, event_request);
    bench_run(SIM_MS);
    expect(feature(NVME_FEATURE_TEMPERATURE, thresholds[_i]), NVME_OK, NONE);
    ck_assert(!bench_reap(&admin, &cqe)); /* nobody asked */
    bench_submit(&admin, feature(NVME_FEATURE_EVENTS, NVME_WARNING_TEMPERATURE));
    bench_run(SIM_MS);
    ck_assert(bench_reap(&admin, &cqe));
    ck_assert_uint_eq(
        cqe.dw0, NVME_EVENT_DW0(NVME_EVENT_HEALTH, NVME_HEALTH_EVENT_TEMPERATURE, NVME_LOG_HEALTH));
    bench_no_mistakes();
}
END_TEST

BENCH_MAIN("admin",
           LOOP(create_cq_checks_identifier_size_memory_and_vector, sizeof(cqs) / sizeof(cqs[0])),
           LOOP(create_sq_checks_identifier_size_memory_and_completion_queue,
                sizeof(sqs) / sizeof(sqs[0])),
           T(queues_are_created_within_the_number_that_was_granted),
           T(queues_need_the_entry_sizes_that_cc_must_tell), T(with_intx_the_only_vector_is_0),
           T(a_queue_exists_from_the_completion_of_its_creation_on),
           T(queues_are_deleted_submission_queue_first),
           T(deleting_a_queue_completes_its_commands_as_aborted),
           T(an_opcode_that_is_not_offered_is_invalid),
           T(abort_ends_a_command_that_has_moved_no_data), T(abort_says_so_when_it_did_not_abort),
           T(more_aborts_at_once_than_the_limit_are_refused),
           T(an_event_request_is_held_until_there_is_an_event),
           T(events_of_a_type_are_masked_until_the_log_page_is_read),
           T(an_event_without_a_request_waits_for_one),
           LOOP(a_temperature_beyond_its_threshold_is_an_event_when_it_is_asked_for, 2),
           T(more_event_requests_than_the_limit_are_refused_and_held_ones_can_be_aborted))
