/* models/nvme/tests/test_registers.c - BAR 0 and the fields of its registers. */
// links: models/nvme/tests/bench.c
// covers: models/nvme/create.c
#include "models/nvme/tests/bench.h"

struct field {
    const char *name;
    uint32_t (*get)(uint64_t);
    uint64_t (*put)(uint64_t);
    uint32_t shift, bits;
};

static const struct field fields[] = {
#define NVME_FIELD(reg, field, shift, bits) \
    {#reg, nvme_##reg##_##field, nvme_##reg##_##field##_put, shift, bits},
    NVME_FIELDS(NVME_FIELD)
#undef NVME_FIELD
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

START_TEST(a_field_reads_what_its_writer_wrote_and_nothing_else)
{
    const struct field *f = &fields[_i];
    uint64_t mask = f->put(UINT64_MAX);

    ck_assert_int_eq(__builtin_popcountll(mask), f->bits);
    ck_assert_uint_eq(mask >> f->shift << f->shift, mask);
    for (uint32_t v = 0; v<1u << f->bits; v += f->bits> 8 ? 97 : 1) {
        ck_assert_uint_eq(f->get(f->put(v)), v);
        ck_assert_uint_eq(f->get(f->put(v) | ~mask), v);
    }
    for (size_t i = 0; i < FIELDS; i++)
        if (i != (size_t)_i && !strcmp(fields[i].name, f->name))
            ck_assert_uint_eq(fields[i].put(UINT64_MAX) & mask, 0);
}
END_TEST

START_TEST(capabilities_tell_the_options)
{
    uint64_t cap = nvme_reg_read(bench.ctrl, NVME_REG_CAP, 8);

    ck_assert_uint_eq(nvme_cap_mqes(cap), 1023);
    ck_assert_uint_eq(nvme_cap_cqr(cap), 1);
    ck_assert_uint_eq(nvme_cap_to(cap), 2);
    ck_assert_uint_eq(nvme_cap_css(cap), 1);
    ck_assert_uint_eq(nvme_cap_dstrd(cap), 0);
    ck_assert_uint_eq(nvme_cap_mpsmin(cap), 0);
    ck_assert_uint_eq(bench_read(NVME_REG_VS), 0x10400);
    ck_assert_uint_eq(bench_read(NVME_REG_CAP), (uint32_t)cap);
    ck_assert_uint_eq(bench_read(NVME_REG_CAP + 4), cap >> 32);
    bench_no_mistakes();
}
END_TEST

START_TEST(the_timeout_is_rounded_up_to_half_seconds_and_fits_its_field)
{
    const struct {
        sim_ns timeout_ns;
        uint32_t units;
    } t[] = {
        {1, 1}, {500 * SIM_MS, 1}, {501 * SIM_MS, 2}, {127500 * SIM_MS, 255}, {9000 * SIM_S, 255}};

    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        bench.options.timeout_ns = t[i].timeout_ns;
        bench_reopen();
        ck_assert_uint_eq(nvme_cap_to(nvme_reg_read(bench.ctrl, NVME_REG_CAP, 8)), t[i].units);
    }
}
END_TEST

START_TEST(base_addresses_are_written_whole_or_by_halves)
{
    nvme_reg_write(bench.ctrl, NVME_REG_ASQ, 8, 0x123456789000);
    ck_assert_uint_eq(nvme_reg_read(bench.ctrl, NVME_REG_ASQ, 8), 0x123456789000);
    bench_write(NVME_REG_ASQ + 4, 0xABC);
    ck_assert_uint_eq(nvme_reg_read(bench.ctrl, NVME_REG_ASQ, 8), 0xABC56789000);
    bench_write(NVME_REG_ASQ, 0x1000);
    ck_assert_uint_eq(nvme_reg_read(bench.ctrl, NVME_REG_ASQ, 8), 0xABC00001000);
    ck_assert_uint_eq(bench_read(NVME_REG_ASQ + 4), 0xABC);
    bench_no_mistakes();
    bench_write(NVME_REG_ACQ, 0x1004);
    ck_assert_uint_eq(bench_read(NVME_REG_ACQ), 0x1000);
    bench_one_mistake(NVME_GUEST_ADMIN_QUEUE_RESERVED);
    bench_write(NVME_REG_AQA, 0xFFFFFFFF);
    ck_assert_uint_eq(bench_read(NVME_REG_AQA), 0x0FFF0FFF);
    bench_one_mistake(NVME_GUEST_ADMIN_QUEUE_RESERVED);
}
END_TEST

static const struct {
    uint32_t offset, bytes;
    bool write;
    enum nvme_guest_error error;
} illegal[] = {
    {NVME_REG_CC, 1, false, NVME_GUEST_ACCESS_SIZE},
    {NVME_REG_CC, 2, true, NVME_GUEST_ACCESS_SIZE},
    {NVME_REG_CAP, 16, false, NVME_GUEST_ACCESS_SIZE},
    {NVME_REG_CC + 2, 4, false, NVME_GUEST_ACCESS_ALIGN},
    {NVME_REG_CC, 8, true, NVME_GUEST_ACCESS_ALIGN},
    {NVME_REG_VS, 8, false, NVME_GUEST_ACCESS_SPLIT},
    {NVME_REG_INTMC, 8, true, NVME_GUEST_ACCESS_SPLIT},
    {0x4000, 4, false, NVME_GUEST_ACCESS_BEYOND},
    {0xFFFFFFFC, 4, true, NVME_GUEST_ACCESS_BEYOND},
    {0x60, 4, false, NVME_GUEST_READ_NOTHING},
    {0xFFC, 4, true, NVME_GUEST_WRITE_NOTHING},
    {0x18, 4, false, NVME_GUEST_READ_NOTHING},
    {NVME_REG_NSSR, 4, true, NVME_GUEST_WRITE_NOTHING},
    {NVME_REG_CMBMSC, 8, true, NVME_GUEST_WRITE_NOTHING},
    {NVME_REG_CAP, 8, true, NVME_GUEST_WRITE_READ_ONLY},
    {NVME_REG_VS, 4, true, NVME_GUEST_WRITE_READ_ONLY},
    {NVME_REG_CSTS, 4, true, NVME_GUEST_WRITE_READ_ONLY},
    {NVME_DOORBELLS, 4, false, NVME_GUEST_DOORBELL_READ},
    {NVME_DOORBELLS, 8, true, NVME_GUEST_DOORBELL_SIZE},
    {NVME_DOORBELLS + 2, 4, true, NVME_GUEST_ACCESS_ALIGN},
    {NVME_DOORBELLS, 4, true, NVME_GUEST_DOORBELL_NOT_READY},
    {NVME_REG_INTMS, 4, true, NVME_GUEST_INTERRUPT_MASK_MSIX},
};

START_TEST(an_illegal_access_is_named_and_gives_0)
{
    if (illegal[_i].write)
        nvme_reg_write(bench.ctrl, illegal[_i].offset, illegal[_i].bytes, UINT64_MAX);
    else
        ck_assert_uint_eq(nvme_reg_read(bench.ctrl, illegal[_i].offset, illegal[_i].bytes), 0);
    bench_one_mistake(illegal[_i].error);
    ck_assert_uint_eq(bench_read(NVME_REG_CC), 0);
    ck_assert_uint_eq(bench_csts(), 0);
}
END_TEST

START_TEST(what_capabilities_do_not_offer_reads_0_without_a_mistake)
{
    for (uint32_t offset = NVME_REG_CMBLOC; offset < 0x5C; offset += 4)
        ck_assert_uint_eq(bench_read(offset), 0);
    ck_assert_uint_eq(bench_read(NVME_REG_NSSR), 0);
    ck_assert_uint_eq(bench_read(NVME_REG_PMRCAP), 0);
    bench_no_mistakes();
}
END_TEST

START_TEST(the_interrupt_mask_is_set_and_cleared_by_ones)
{
    bench.msix = false;
    bench_write(NVME_REG_INTMS, 0xF0);
    bench_write(NVME_REG_INTMS, 0x0F);
    ck_assert_uint_eq(bench_read(NVME_REG_INTMS), 0xFF);
    bench_write(NVME_REG_INTMC, 0x3C);
    ck_assert_uint_eq(bench_read(NVME_REG_INTMC), 0xC3);
    bench_no_mistakes();
}
END_TEST

START_TEST(admin_queue_registers_are_fixed_while_enabled)
{
    struct ring admin;

    bench_enable(&admin);
    bench_write(NVME_REG_AQA, 0x00010001);
    bench_one_mistake(NVME_GUEST_ADMIN_QUEUE_CHANGED);
    nvme_reg_write(bench.ctrl, NVME_REG_ACQ, 8, 0);
    bench_one_mistake(NVME_GUEST_ADMIN_QUEUE_CHANGED);
    ck_assert_uint_eq(bench_read(NVME_REG_AQA), 0x000F000F);
    ck_assert_uint_eq(nvme_reg_read(bench.ctrl, NVME_REG_ACQ, 8), admin.cq);
}
END_TEST

/* Offsets near everything that exists, values near everything that means something. */
static uint32_t any_offset(struct sim_stream *st)
{
    switch (sim_stream_below(st, 4)) {
    case 0:
        return (uint32_t)sim_stream_below(st, 0x70);
    case 1:
        return NVME_DOORBELLS + (uint32_t)sim_stream_below(st, 6) * 4;
    case 2:
        return NVME_REG_CC;
    default:
        return (uint32_t)sim_stream_below(st, 0x4010);
    }
}

static uint64_t any_value(struct sim_stream *st)
{
    switch (sim_stream_below(st, 4)) {
    case 0:
        return sim_stream_below(st, 20);
    case 1:
        return bench_cc() ^ (uint64_t)(sim_stream_below(st, 4) == 0) << sim_stream_below(st, 24);
    case 2:
        return BENCH_BASE + sim_stream_below(st, BENCH_MEMORY);
    default:
        return sim_stream_next(st);
    }
}

START_TEST(any_accesses_in_any_order_leave_the_controller_standing)
{
    struct sim_stream st;

    sim_stream_seed(&st, (uint64_t)_i, "any accesses");
    for (size_t i = 0; i < BENCH_MEMORY; i += 8)
        *(uint64_t *)(bench.memory + i) =
            sim_stream_below(&st, 3) ? sim_stream_below(&st, 64) : any_value(&st);
    bench.msix = _i & 1;
    for (uint32_t i = 0; i < 20000; i++) {
        static const uint32_t sizes[] = {4, 4, 4, 4, 4, 8, 2, 3};
        uint32_t bytes = sizes[sim_stream_below(&st, 8)];

        if (sim_stream_below(&st, 8))
            nvme_reg_write(bench.ctrl, any_offset(&st), bytes, any_value(&st));
        else
            nvme_reg_read(bench.ctrl, any_offset(&st), bytes);
        if (!sim_stream_below(&st, 4))
            bench_run(
                (sim_ns)sim_stream_below(&st, sim_stream_below(&st, 4) ? 3 * SIM_US : SIM_MS));
    }
    ck_assert_uint_gt(bench.events[SIM_EV_CSTS_RDY], 0);
    ck_assert_uint_gt(bench.events[SIM_EV_GUEST_ERROR], 0);
}
END_TEST

/* 3.1.24: SQ y tail at 1000h + 2y, CQ y head at 1000h + 2y + 1, times 4 << DSTRD. */
START_TEST(doorbells_lie_as_far_apart_as_capabilities_say)
{
    uint32_t apart = 4u << _i;
    struct ring admin;
    struct nvme_cqe cqe;

    bench.options.stride = (uint32_t)_i;
    bench_reopen();
    ck_assert_uint_eq(nvme_cap_dstrd(nvme_reg_read(bench.ctrl, NVME_REG_CAP, 8)), (uint32_t)_i);
    bench_enable(&admin);
    bench_put(&admin, (struct nvme_sqe){.opcode = NVME_ADMIN_ABORT});
    bench_write(NVME_DOORBELLS, admin.tail);
    bench_run(SIM_MS);
    ck_assert(bench_reap(&admin, &cqe));
    bench_write(NVME_DOORBELLS + apart, admin.head);
    ck_assert_uint_eq(bench.last[SIM_EV_DOORBELL].arg[1], 1);
    bench_no_mistakes();
    bench_write(NVME_DOORBELLS + 3 * apart, 1);
    ck_assert_uint_eq(bench.last[SIM_EV_DOORBELL].arg[0], 1);
    bench_one_mistake(NVME_GUEST_DOORBELL_NO_QUEUE);
    if (_i) {
        bench_write(NVME_DOORBELLS + apart / 2, 1); /* between two */
        bench_one_mistake(NVME_GUEST_WRITE_NOTHING);
    }
    bench_write(NVME_DOORBELLS + NVME_QUEUES_MAX * 2 * apart - apart, 1); /* the very last */
    bench_one_mistake(NVME_GUEST_DOORBELL_NO_QUEUE);
}
END_TEST

/* 3.1.7, 7.3.1 */
START_TEST(nssr_resets_all_of_it_when_it_is_offered_and_says_so)
{
    struct ring admin, io;

    bench.options.subsystem_reset = true;
    bench_reopen();
    ck_assert_uint_eq(nvme_cap_nssrs(nvme_reg_read(bench.ctrl, NVME_REG_CAP, 8)), 1);
    bench_bring_up(&admin, &io, 1);
    bench_write(NVME_REG_NSSR, 0x4E564D64);
    ck_assert_uint_eq(bench_csts(), 1);
    bench_submit(&io, bench_io(NVME_IO_FLUSH, 0, 1, 0, 0));
    bench_run(2 * bench.options.fetch_ns);
    bench_write(NVME_REG_NSSR, 0x4E564D65);
    ck_assert_uint_eq(bench_csts(), nvme_csts_nssro_put(1));
    ck_assert_uint_eq(bench_read(NVME_REG_CC), 0);
    ck_assert_uint_eq(bench_read(NVME_REG_AQA), 0);
    ck_assert_uint_eq(nvme_commands_inside(bench.ctrl), 0);
    ck_assert_uint_eq(bench_read(NVME_REG_NSSR), 0);
    bench_no_mistakes();
    bench_ring(&io); /* the driver knows that there is no queue any more */
    bench_one_mistake(NVME_GUEST_DOORBELL_NOT_READY);
    bench_write(NVME_REG_CSTS, (uint32_t)nvme_csts_nssro_put(1));
    ck_assert_uint_eq(bench_csts(), 0);
    bench_bring_up(&admin, &io, 1);
    bench_no_mistakes();
}
END_TEST

BENCH_MAIN("registers", LOOP(a_field_reads_what_its_writer_wrote_and_nothing_else, FIELDS),
           T(capabilities_tell_the_options),
           T(the_timeout_is_rounded_up_to_half_seconds_and_fits_its_field),
           T(base_addresses_are_written_whole_or_by_halves),
           LOOP(an_illegal_access_is_named_and_gives_0, sizeof(illegal) / sizeof(illegal[0])),
           T(what_capabilities_do_not_offer_reads_0_without_a_mistake),
           T(the_interrupt_mask_is_set_and_cleared_by_ones),
           T(admin_queue_registers_are_fixed_while_enabled),
           LOOP(doorbells_lie_as_far_apart_as_capabilities_say, NVME_STRIDE_MAX + 1),
           LOOP(any_accesses_in_any_order_leave_the_controller_standing, 12),
           T(nssr_resets_all_of_it_when_it_is_offered_and_says_so))
