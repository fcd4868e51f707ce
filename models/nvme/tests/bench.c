/* models/nvme/tests/bench.c - see bench.h. */
#include "models/nvme/tests/bench.h"

struct bench bench;

/* --- the host's side -------------------------------------------------------------------------- */

static bool refused(uint64_t phys, size_t bytes)
{
    if (phys < BENCH_BASE || phys - BENCH_BASE > BENCH_MEMORY ||
        bytes > BENCH_MEMORY - (phys - BENCH_BASE))
        return true;
    return phys < bench.refuse_to && phys + bytes > bench.refuse_from;
}

static int host_read(void *ctx, uint64_t phys, void *to, size_t bytes)
{
    (void)ctx;
    if (refused(phys, bytes))
        return -1;
    bench.reads++;
    memcpy(to, bench_at(phys), bytes);
    return 0;
}

static int host_write(void *ctx, uint64_t phys, const void *from, size_t bytes)
{
    (void)ctx;
    if (refused(phys, bytes))
        return -1;
    bench.writes++;
    memcpy(bench_at(phys), from, bytes);
    return 0;
}

static void host_message(void *ctx, uint32_t vector)
{
    (void)ctx;
    ck_assert_uint_lt(vector, NVME_QUEUES_MAX);
    bench.messages[vector]++;
}

static void host_line(void *ctx, bool asserted)
{
    (void)ctx;
    ck_assert(asserted != bench.line);
    bench.line = asserted;
    bench.line_changes++;
}

static bool host_msix(void *ctx)
{
    (void)ctx;
    return bench.msix;
}

static bool host_msi(void *ctx)
{
    (void)ctx;
    return bench.msi;
}

static void sink(struct sim *sim, const struct sim_record *record, void *ctx)
{
    (void)sim;
    (void)ctx;
    bench.events[record->event]++;
    bench.last[record->event] = *record;
    if (record->event == SIM_EV_GUEST_ERROR) {
        bench.guest_errors[record->arg[0]]++;
        bench.guest_error_count++;
    }
}

/* --- faults ----------------------------------------------------------------------------------- */

static const struct sim_scenario *scenario_of(const char *sections)
{
    char text[4096];
    struct sim_error error;

    sim_scenario_free(bench.scenario);
    snprintf(text, sizeof text, "[workload w]\nnumber_ios = 1\n%s", sections);
    ck_assert_msg(sim_scenario_parse("bench", text, NULL, 0, &error, &bench.scenario) == 0, "%s",
                  error.text);
    return bench.scenario;
}

/* --- life ------------------------------------------------------------------------------------- */

void bench_open(void)
{
    const struct nvme_host host = {.read = host_read,
                                   .write = host_write,
                                   .message = host_message,
                                   .line = host_line,
                                   .msix = host_msix,
                                   .msi = host_msi};
    struct sim_config config;

    ck_assert_int_eq(sim_world_create(), 0);
    sim_config_defaults(&config);
    bench.sim = sim_create(&config);
    sim_trace_set_sink(bench.sim, sink, NULL);
    bench.faults = faults_create(bench.sim, scenario_of(""));
    bench.ctrl = nvme_create(bench.sim, &bench.options, &host, bench.faults);
    sim_begin(bench.sim, 1, &sim_strategy_time, 0);
}

void bench_faults(const char *sections)
{
    struct sim_error error;

    bench.faults->scenario = scenario_of(sections);
    ck_assert_msg(faults_boot(bench.faults, &error) == 0, "%s", error.text);
    faults_start(bench.faults);
}

void bench_spread(const char *text)
{
    static struct sim_spread spread;

    ck_assert_int_eq(sim_spread_parse(text, &spread, NULL), 0);
    for (uint32_t i = 0; i < NVME_TIMED_COUNT; i++)
        bench.options.spread[i] = &spread;
}

void bench_reopen(void)
{
    sim_destroy(bench.sim);
    sim_world_destroy();
    bench_open();
}

void bench_setup(void)
{
    uint8_t *memory = malloc(BENCH_MEMORY);

    ck_assert_ptr_nonnull(memory);
    memset(memory, 0, BENCH_MEMORY);
    bench = (struct bench){.memory = memory, .msix = true};
    bench.options = (struct nvme_options){
        .namespace_bytes = 64 << 20,
        .namespaces = 1,
        .block_bytes = 512,
        .queues = 4,
        .entries = 1024,
        .vectors = 8,
        .mdts = 5,
        .timeout_ns = 1 * SIM_S,
        .ready_ns = 2 * SIM_MS,
        .disable_ns = 1 * SIM_MS,
        .fetch_ns = 500,
        .read_ns = 80 * SIM_US,
        .write_ns = 20 * SIM_US,
        .flush_ns = 200 * SIM_US,
        .admin_ns = 50 * SIM_US,
        .oncs = UINT16_MAX,
        .cache_bytes = 64 * 512,
        .power_fails = true,
    };
    bench_open();
}

void bench_teardown(void)
{
    sim_destroy(bench.sim);
    sim_world_destroy();
    sim_scenario_free(bench.scenario);
    free(bench.memory);
}

static void alarm_rings(struct sim_event *event, void *ctx)
{
    (void)event;
    *(bool *)ctx = true;
}

void bench_run(sim_ns ns)
{
    sim_ns until = sim_now(bench.sim) + ns;
    struct sim_event event = {0};
    bool rang = false;

    /* An event at the end, so that time moves there even when nothing else happens. */
    sim_event_at(bench.sim, &event, until, alarm_rings, &rang);
    sim_run(bench.sim, until);
    ck_assert(rang);
    ck_assert_int_eq(sim_now(bench.sim), until);
}

uint64_t bench_alloc(size_t bytes, size_t align)
{
    uint64_t at = (bench.used + align - 1) & ~(uint64_t)(align - 1);

    ck_assert(at + bytes <= BENCH_MEMORY);
    bench.used = at + bytes;
    return BENCH_BASE + at;
}

void *bench_at(uint64_t phys)
{
    return bench.memory + (phys - BENCH_BASE);
}

/* --- registers -------------------------------------------------------------------------------- */

uint32_t bench_read(uint32_t offset)
{
    return (uint32_t)nvme_reg_read(bench.ctrl, offset, 4);
}

void bench_write(uint32_t offset, uint32_t value)
{
    nvme_reg_write(bench.ctrl, offset, 4, value);
}

uint32_t bench_csts(void)
{
    return bench_read(NVME_REG_CSTS);
}

uint32_t bench_cc(void)
{
    return (uint32_t)(nvme_cc_en_put(1) | nvme_cc_iosqes_put(NVME_SQE_SHIFT) |
                      nvme_cc_iocqes_put(NVME_CQE_SHIFT));
}

static void ring_init(struct ring *ring, uint32_t qid, uint32_t entries)
{
    *ring = (struct ring){.qid = qid, .entries = entries, .phase = 1, .cid = (uint16_t)(qid << 12)};
    ring->sq = bench_alloc((size_t)entries << NVME_SQE_SHIFT, BENCH_PAGE);
    ring->cq = bench_alloc((size_t)entries << NVME_CQE_SHIFT, BENCH_PAGE);
    memset(bench_at(ring->cq), 0, (size_t)entries << NVME_CQE_SHIFT);
}

void bench_enable(struct ring *admin)
{
    ring_init(admin, 0, 16);
    bench_write(NVME_REG_AQA, (uint32_t)(nvme_aqa_asqs_put(15) | nvme_aqa_acqs_put(15)));
    nvme_reg_write(bench.ctrl, NVME_REG_ASQ, 8, admin->sq);
    nvme_reg_write(bench.ctrl, NVME_REG_ACQ, 8, admin->cq);
    bench_write(NVME_REG_CC, bench_cc());
    bench_run(bench.options.ready_ns);
    ck_assert_uint_eq(bench_csts(), 1);
}

void bench_no_mistakes(void)
{
    for (uint32_t i = 0; i < NVME_GUEST_COUNT; i++)
        ck_assert_msg(!bench.guest_errors[i], "mistake: %s", nvme_guest_error_text[i]);
}

void bench_one_mistake(enum nvme_guest_error error)
{
    for (uint32_t i = 0; i < NVME_GUEST_COUNT; i++)
        ck_assert_msg(bench.guest_errors[i] == (i == error), "%u times: %s", bench.guest_errors[i],
                      nvme_guest_error_text[i]);
    bench.guest_errors[error] = 0;
    bench.guest_error_count = 0;
}

/* --- rings ------------------------------------------------------------------------------------ */

uint16_t bench_put(struct ring *ring, struct nvme_sqe sqe)
{
    sqe.cid = ring->cid++;
    memcpy(bench_at(ring->sq + (uint64_t)ring->tail * sizeof(sqe)), &sqe, sizeof(sqe));
    ring->tail = (ring->tail + 1) % ring->entries;
    return sqe.cid;
}

void bench_ring(const struct ring *ring)
{
    bench_write(NVME_DOORBELLS + ring->qid * 8, ring->tail);
}

uint16_t bench_submit(struct ring *ring, struct nvme_sqe sqe)
{
    uint16_t cid = bench_put(ring, sqe);

    bench_ring(ring);
    return cid;
}

bool bench_reap(struct ring *ring, struct nvme_cqe *cqe)
{
    memcpy(cqe, bench_at(ring->cq + (uint64_t)ring->head * sizeof(*cqe)), sizeof(*cqe));
    if ((cqe->status & 1) != ring->phase)
        return false;
    ring->head = (ring->head + 1) % ring->entries;
    if (!ring->head)
        ring->phase ^= 1;
    return true;
}

void bench_release(const struct ring *ring)
{
    bench_write(NVME_DOORBELLS + ring->qid * 8 + 4, ring->head);
}

uint16_t bench_status(const struct nvme_cqe *cqe)
{
    return (cqe->status >> 1) & NVME_STATUS_CODE_MASK;
}

uint16_t bench_do(struct ring *ring, struct nvme_sqe sqe, uint32_t *dw0)
{
    uint16_t cid = bench_submit(ring, sqe);
    struct nvme_cqe cqe;

    bench_run(1 * SIM_MS);
    ck_assert(bench_reap(ring, &cqe));
    ck_assert_uint_eq(cqe.cid, cid);
    ck_assert_uint_eq(cqe.sqid, ring->qid);
    ck_assert_uint_eq(cqe.sqhd, ring->tail);
    bench_release(ring);
    if (dw0)
        *dw0 = cqe.dw0;
    return bench_status(&cqe);
}

/* --- commands --------------------------------------------------------------------------------- */

struct nvme_sqe bench_io(enum nvme_io_opcode opcode, uint64_t lba, uint32_t blocks, uint64_t prp1,
                         uint64_t prp2)
{
    return (struct nvme_sqe){.opcode = (uint8_t)opcode,
                             .nsid = NVME_NSID,
                             .prp1 = prp1,
                             .prp2 = prp2,
                             .cdw10 = (uint32_t)lba,
                             .cdw11 = (uint32_t)(lba >> 32),
                             .cdw12 = blocks - 1};
}

struct nvme_sqe bench_create_cq(uint32_t qid, uint32_t entries, uint64_t base, uint32_t vector)
{
    return (struct nvme_sqe){.opcode = NVME_ADMIN_CREATE_CQ,
                             .prp1 = base,
                             .cdw10 = qid | (entries - 1) << 16,
                             .cdw11 = NVME_CREATE_CONTIGUOUS | NVME_CREATE_IEN | vector << 16};
}

struct nvme_sqe bench_create_sq(uint32_t qid, uint32_t entries, uint64_t base, uint32_t cqid)
{
    return (struct nvme_sqe){.opcode = NVME_ADMIN_CREATE_SQ,
                             .prp1 = base,
                             .cdw10 = qid | (entries - 1) << 16,
                             .cdw11 = NVME_CREATE_CONTIGUOUS | cqid << 16};
}

void bench_create(struct ring *admin, struct ring *ring, uint32_t qid, uint32_t entries)
{
    uint32_t vector = bench.msix || bench.msi ? qid : 0;

    ring_init(ring, qid, entries);
    ck_assert_uint_eq(bench_do(admin, bench_create_cq(qid, entries, ring->cq, vector), NULL), 0);
    ck_assert_uint_eq(bench_do(admin, bench_create_sq(qid, entries, ring->sq, qid), NULL), 0);
}

void bench_bring_up(struct ring *admin, struct ring *rings, uint32_t n)
{
    bench_enable(admin);
    for (uint32_t i = 0; i < n; i++)
        bench_create(admin, &rings[i], i + 1, 16);
    bench_no_mistakes();
}

int bench_main(const char *name, const struct bench_test *tests, size_t count)
{
    Suite *suite = suite_create("nvme");
    TCase *tc = tcase_create(name);
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tc, bench_setup, bench_teardown);
    tcase_set_timeout(tc, 60);
    for (size_t i = 0; i < count; i++) {
        if (tests[i].loop)
            tcase_add_loop_test(tc, *tests[i].test, 0, tests[i].loop);
        else
            tcase_add_test(tc, *tests[i].test);
    }
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
