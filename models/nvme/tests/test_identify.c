/* models/nvme/tests/test_identify.c - Identify, Get Log Page, and what they tell of the options. */
// links: models/nvme/tests/bench.c
// covers: models/nvme/log.c
#include "models/nvme/tests/bench.h"

static struct ring admin, io;
static uint64_t data;

static void bring_up(void)
{
    data = bench_alloc(2 * BENCH_PAGE, BENCH_PAGE);
    bench_bring_up(&admin, &io, 1);
    memset(bench_at(data), 0xEE, 2 * BENCH_PAGE);
}

static uint16_t identify(uint32_t cns, uint32_t nsid)
{
    return bench_do(
        &admin,
        (struct nvme_sqe){.opcode = NVME_ADMIN_IDENTIFY, .nsid = nsid, .prp1 = data, .cdw10 = cns},
        NULL);
}

START_TEST(the_controller_tells_its_limits)
{
    const struct nvme_identify_controller *id;

    bring_up();
    ck_assert_uint_eq(identify(NVME_CNS_CONTROLLER, 0), NVME_OK);
    id = bench_at(data);
    ck_assert_uint_eq(id->mdts, 5);
    ck_assert_uint_eq(id->nn, 1);
    ck_assert_uint_eq(id->sqes, 0x66);
    ck_assert_uint_eq(id->cqes, 0x44);
    ck_assert_uint_eq(id->vwc & 1, 1);
    ck_assert_uint_eq(id->ver, 0x10400);
    ck_assert_uint_eq(id->acl + 1, NVME_ABORTS_MAX);
    ck_assert_uint_eq(id->aerl + 1, NVME_EVENTS_MAX);
    ck_assert_uint_eq(id->elpe + 1, NVME_ERROR_ENTRIES);
    ck_assert_uint_eq(id->oncs, UINT16_MAX); /* the option, as it is */
    ck_assert_int_eq(memcmp(id->mn, "storsim NVMe controller                 ", 40), 0);
    ck_assert_int_eq(memcmp(id->sn, "STORSIM0001         ", 20), 0);
    ck_assert_int_eq(strncmp(id->subnqn, "nqn.", 4), 0);
    bench_no_mistakes();
}
END_TEST

START_TEST(the_namespace_tells_its_size_and_block)
{
    const struct nvme_identify_namespace *id;

    bench.options.block_bytes = _i ? 4096 : 512;
    bench_reopen();
    bring_up();
    ck_assert_uint_eq(identify(NVME_CNS_NAMESPACE, 1), NVME_OK);
    id = bench_at(data);
    ck_assert_uint_eq(id->nsze, (64u << 20) / bench.options.block_bytes);
    ck_assert_uint_eq(id->ncap, id->nsze);
    ck_assert_uint_eq(id->nlbaf, 0);
    ck_assert_uint_eq(id->flbas, 0);
    ck_assert_uint_eq(1u << id->lbaf[0].lbads, bench.options.block_bytes);
    ck_assert_uint_eq(id->lbaf[0].ms, 0);
}
END_TEST

START_TEST(the_list_of_namespaces_begins_after_the_one_given)
{
    bring_up();
    ck_assert_uint_eq(identify(NVME_CNS_ACTIVE_LIST, 0), NVME_OK);
    ck_assert_uint_eq(((uint32_t *)bench_at(data))[0], 1);
    ck_assert_uint_eq(((uint32_t *)bench_at(data))[1], 0);
    ck_assert_uint_eq(identify(NVME_CNS_ACTIVE_LIST, 1), NVME_OK);
    ck_assert_uint_eq(((uint32_t *)bench_at(data))[0], 0);
}
END_TEST

START_TEST(descriptors_repeat_the_identifiers_of_the_namespace)
{
    uint8_t eui64[8], nguid[16];
    const uint8_t *at;

    bring_up();
    ck_assert_uint_eq(identify(NVME_CNS_NAMESPACE, 1), NVME_OK);
    memcpy(eui64, ((struct nvme_identify_namespace *)bench_at(data))->eui64, 8);
    memcpy(nguid, ((struct nvme_identify_namespace *)bench_at(data))->nguid, 16);
    ck_assert_uint_eq(identify(NVME_CNS_DESCRIPTORS, 1), NVME_OK);
    at = bench_at(data);
    ck_assert_uint_eq(at[0], NVME_NIDT_EUI64);
    ck_assert_uint_eq(at[1], 8);
    ck_assert_int_eq(memcmp(at + 4, eui64, 8), 0);
    ck_assert_uint_eq(at[12], NVME_NIDT_NGUID);
    ck_assert_int_eq(memcmp(at + 16, nguid, 16), 0);
    ck_assert_uint_eq(at[32], 0);
}
END_TEST

static const struct {
    uint32_t cns, nsid;
    uint16_t status;
} bad[] = {
    {NVME_CNS_NAMESPACE, 0, NVME_INVALID_NAMESPACE},
    {NVME_CNS_NAMESPACE, 2, NVME_INVALID_NAMESPACE},
    {NVME_CNS_NAMESPACE, UINT32_MAX, NVME_INVALID_NAMESPACE},
    {NVME_CNS_DESCRIPTORS, 2, NVME_INVALID_NAMESPACE},
    {NVME_CNS_ACTIVE_LIST, UINT32_MAX, NVME_INVALID_NAMESPACE},
    {NVME_CNS_ACTIVE_LIST, UINT32_MAX - 1, NVME_INVALID_NAMESPACE},
    {0x04, 0, NVME_INVALID_FIELD},
    {0x10, 0, NVME_INVALID_FIELD},
    {0xFF, 1, NVME_INVALID_FIELD},
};

START_TEST(what_cannot_be_identified_is_refused_and_moves_nothing)
{
    bring_up();
    ck_assert_uint_eq(identify(bad[_i].cns, bad[_i].nsid), bad[_i].status);
    ck_assert_uint_eq(bench.events[SIM_EV_CMD_DATA], 0);
    ck_assert_uint_eq(*(uint8_t *)bench_at(data), 0xEE);
}
END_TEST

START_TEST(data_may_begin_inside_a_page)
{
    bring_up();
    ck_assert_uint_eq(bench_do(&admin,
                               (struct nvme_sqe){.opcode = NVME_ADMIN_IDENTIFY,
                                                 .prp1 = data + 1024,
                                                 .prp2 = data + BENCH_PAGE,
                                                 .cdw10 = NVME_CNS_CONTROLLER},
                               NULL),
                      NVME_OK);
    ck_assert_uint_eq(((struct nvme_identify_controller *)bench_at(data + 1024))->nn, 1);
    ck_assert_uint_eq(*(uint8_t *)bench_at(data + 1023), 0xEE);
    ck_assert_uint_eq(*(uint8_t *)bench_at(data + BENCH_PAGE + 1024), 0xEE);
}
END_TEST

/* --- logs ------------------------------------------------------------------------------------- */

static uint16_t get_log(uint32_t log, uint32_t bytes, uint32_t offset)
{
    return bench_do(&admin,
                    (struct nvme_sqe){.opcode = NVME_ADMIN_GET_LOG_PAGE,
                                      .nsid = UINT32_MAX,
                                      .prp1 = data,
                                      .prp2 = data + BENCH_PAGE,
                                      .cdw10 = log | (bytes / 4 - 1) << 16,
                                      .cdw12 = offset},
                    NULL);
}

START_TEST(the_error_log_holds_the_last_failures_newest_first)
{
    const struct nvme_error_entry *log;

    bring_up();
    for (uint32_t i = 0; i < 6; i++)
        bench_do(&io, bench_io(NVME_IO_READ, 1 << 20 | i, 1, data, 0), NULL);
    ck_assert_uint_eq(get_log(NVME_LOG_ERROR, 256, 0), NVME_OK);
    log = bench_at(data);
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(log[i].count, 6 - i);
        ck_assert_uint_eq(log[i].lba, 1 << 20 | (5 - i));
        ck_assert_uint_eq(log[i].sqid, 1);
        ck_assert_uint_eq(log[i].cid, io.cid - 1 - i);
        ck_assert_uint_eq(log[i].status >> 1 & NVME_STATUS_CODE_MASK, NVME_LBA_OUT_OF_RANGE);
    }
}
END_TEST

START_TEST(the_health_log_counts_what_was_moved)
{
    const struct nvme_health *log;

    bring_up();
    for (uint32_t i = 0; i < 251; i++)
        bench_do(&io, bench_io(i % 2 ? NVME_IO_WRITE : NVME_IO_READ, 0, 8, data, 0), NULL);
    ck_assert_uint_eq(get_log(NVME_LOG_HEALTH, 512, 0), NVME_OK);
    log = bench_at(data);
    ck_assert_uint_eq(log->host_reads[0], 126);
    ck_assert_uint_eq(log->host_writes[0], 125);
    ck_assert_uint_eq(log->data_units_read[0], 2); /* 1008 sectors */
    ck_assert_uint_eq(log->data_units_written[0], 1);
    ck_assert_uint_eq(log->critical_warning, 0);
}
END_TEST

START_TEST(log_pages_can_be_read_in_parts_and_not_beyond_their_end)
{
    bring_up();
    ck_assert_uint_eq(get_log(NVME_LOG_FIRMWARE, 8, 8), NVME_OK);
    ck_assert_int_eq(memcmp(bench_at(data), "1.0     ", 8), 0);
    ck_assert_uint_eq(*(uint8_t *)bench_at(data + 8), 0xEE);
    ck_assert_uint_eq(get_log(NVME_LOG_FIRMWARE, 4096, 508), NVME_OK);
    ck_assert_uint_eq(*(uint8_t *)bench_at(data + 3), 0);
    ck_assert_uint_eq(*(uint8_t *)bench_at(data + 8), 0xEE);
    ck_assert_uint_eq(get_log(NVME_LOG_FIRMWARE, 4, 512), NVME_OK);
    ck_assert_uint_eq(get_log(NVME_LOG_FIRMWARE, 4, 516), NVME_INVALID_FIELD);
    ck_assert_uint_eq(get_log(NVME_LOG_FIRMWARE, 4, 2), NVME_INVALID_FIELD);
    ck_assert_uint_eq(get_log(NVME_LOG_HEALTH, 256 << 10, 0), NVME_INVALID_FIELD); /* MDTS */
    ck_assert_uint_eq(get_log(0, 64, 0), NVME_INVALID_LOG_PAGE);
    ck_assert_uint_eq(get_log(0xC0, 64, 0), NVME_INVALID_LOG_PAGE);
}
END_TEST

BENCH_MAIN("identify", T(the_controller_tells_its_limits),
           LOOP(the_namespace_tells_its_size_and_block, 2),
           T(the_list_of_namespaces_begins_after_the_one_given),
           T(descriptors_repeat_the_identifiers_of_the_namespace),
           LOOP(what_cannot_be_identified_is_refused_and_moves_nothing,
                sizeof(bad) / sizeof(bad[0])),
           T(data_may_begin_inside_a_page), T(the_error_log_holds_the_last_failures_newest_first),
           T(the_health_log_counts_what_was_moved),
           T(log_pages_can_be_read_in_parts_and_not_beyond_their_end))
