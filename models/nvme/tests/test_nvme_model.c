/* models/nvme/tests/test_nvme_model.c - the controller in its place: options from a scenario,
 * memory with an IOMMU, interrupts over PCI, faults that a run draws. Still without a driver.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "models/machine.h"
#include "models/nt/memory.h"
#include "models/nvme/nvme_private.h"
#include "models/pci/pci.h"
#include "sim/scenario/scenario.h"

#define LOAD "[workload w]\nrw = randread\nnumber_ios = 1\n"
#define MAPPED \
    (SIM_MEM_CPU | SIM_MEM_DEV_READ | SIM_MEM_DEV_WRITE | SIM_WHY_COMMON << SIM_MEM_WHY_SHIFT)

static struct sim_machine machine;
static struct sim_scenario *scenario;
static struct sim_error error;
static struct sim_record last[SIM_EV_COUNT];
static uint32_t events[SIM_EV_COUNT], messages;

static void sink(struct sim *sim, const struct sim_record *record, void *ctx)
{
    (void)sim;
    (void)ctx;
    last[record->event] = *record;
    events[record->event]++;
}

static void on_message(void *ctx, uint32_t vector, uint32_t cpu)
{
    (void)ctx;
    (void)vector;
    (void)cpu;
    messages++;
}

static void setup(void)
{
    struct sim_config config;

    ck_assert_int_eq(sim_world_create(), 0);
    sim_config_defaults(&config);
    machine = (struct sim_machine){.sim = sim_create(&config)};
    machine.part[MACHINE_MEMORY] = nt_memory_create(machine.sim);
    sim_trace_set_sink(machine.sim, sink, NULL);
    scenario = NULL;
}

static void teardown(void)
{
    sim_scenario_free(scenario);
    sim_destroy(machine.sim);
    sim_world_destroy();
}

static int build(const char *text)
{
    error.text[0] = '\0';
    ck_assert_msg(!sim_scenario_parse("t.ini", text, NULL, 0, &error, &scenario), "%s", error.text);
    machine.scenario = scenario;
    ck_assert_int_eq(pci_model.setup(&machine, &error), 0);
    pci_set_sink(machine.part[MACHINE_PCI], &(struct pci_sink){.message = on_message});
    if (pci_vectors(machine.part[MACHINE_PCI]))
        pci_msix_enable(machine.part[MACHINE_PCI], true);
    return nvme_model.setup(&machine, &error) || fault_model.setup(&machine, &error);
}

static void begin(uint64_t seed)
{
    sim_begin(machine.sim, seed, &sim_strategy_time, 0);
    fault_model.start(&machine);
}

static uint64_t phys(const void *p)
{
    return nt_phys(machine.part[MACHINE_MEMORY], p);
}

/* Admin rings in common memory, as a driver would have them; the controller is ready afterwards. */
static uint8_t *enable(void)
{
    struct nvme_ctrl *ctrl = machine.part[MACHINE_NVME];
    uint8_t *rings = nt_pages_alloc(machine.part[MACHINE_MEMORY], 0x2000, NT_CONTIGUOUS, MAPPED);

    nvme_reg_write(ctrl, NVME_REG_AQA, 4, 0x000F000F);
    nvme_reg_write(ctrl, NVME_REG_ASQ, 8, phys(rings));
    nvme_reg_write(ctrl, NVME_REG_ACQ, 8, phys(rings + 0x1000));
    nvme_reg_write(ctrl, NVME_REG_CC, 4, 0x00460001);
    sim_run(machine.sim, sim_now(machine.sim) + 5 * SIM_MS);
    ck_assert(nvme_ready(ctrl));
    return rings;
}

/* Identify into a page; returns the status. */
static uint16_t identify(uint8_t *rings, uint32_t slot, uint64_t prp1)
{
    struct nvme_sqe sqe = {.opcode = NVME_ADMIN_IDENTIFY, .prp1 = prp1, .cdw10 = 1};
    struct nvme_cqe cqe;

    sim_world_touch(rings, 0x2000);
    memcpy(rings + slot * sizeof(sqe), &sqe, sizeof(sqe));
    nvme_reg_write(machine.part[MACHINE_NVME], NVME_DOORBELLS, 4, slot + 1);
    sim_run(machine.sim, sim_now(machine.sim) + 5 * SIM_MS);
    memcpy(&cqe, rings + 0x1000 + slot * sizeof(cqe), sizeof(cqe));
    ck_assert_uint_eq(cqe.status & 1, 1);
    return cqe.status >> 1;
}

START_TEST(options_come_from_the_scenario)
{
    uint64_t cap;

    ck_assert_int_eq(
        build(LOAD "[controller]\nnamespace = 2g\nblock = 4k\nentries = 64\ntimeout = 2s\n"), 0);
    cap = nvme_reg_read(machine.part[MACHINE_NVME], NVME_REG_CAP, 8);
    ck_assert_uint_eq(nvme_cap_mqes(cap), 63);
    ck_assert_uint_eq(nvme_cap_to(cap), 4);
    ck_assert_uint_eq(nvme_namespace_blocks(machine.part[MACHINE_NVME]), 524288);
}
END_TEST

START_TEST(a_load_that_could_write_more_than_the_medium_keeps_is_the_user_s_mistake)
{
    static const struct {
        const char *text;
        bool good;
    } t[] = {
        {"[workload w]\nrw = randwrite\nsize = 1g\nruntime = 1s\n", false},
        {"[workload w]\nrw = randread\nsize = 1g\nruntime = 1s\n", true},
        {"[workload w]\nrw = randwrite\nsize = 1g\nnumber_ios = 1000\n", true},
        {"[workload w]\nrw = rw\nsize = 100m\nruntime = 1s\n[workload v]\nrw = write\nsize = "
         "100m\nruntime = 1s\n",
         false},
        {"[controller]\nnamespace = 64m\n[workload w]\nrw = write\nsize = 1g\nruntime = 1s\n",
         true},
    };

    ck_assert_msg((build(t[_i].text) == 0) == t[_i].good, "%s", error.text);
}
END_TEST

START_TEST(data_and_messages_reach_the_machine_and_are_traced)
{
    uint8_t *rings, *page;

    ck_assert_int_eq(build(LOAD), 0);
    begin(1);
    rings = enable();
    page = nt_pages_alloc(machine.part[MACHINE_MEMORY], 4096, NT_SCATTERED, MAPPED);
    ck_assert_uint_eq(identify(rings, 0, phys(page)), NVME_OK);
    ck_assert_uint_eq(((struct nvme_identify_controller *)page)->nn, 1);
    ck_assert_uint_eq(messages, 1);
    ck_assert_uint_eq(events[SIM_EV_DMA], 3); /* the command, its data, the completion */
    ck_assert_uint_eq(events[SIM_EV_DMA_BAD], 0);
    ck_assert_uint_eq(events[SIM_EV_MSI_RAISE], 1);
}
END_TEST

START_TEST(memory_that_is_not_mapped_is_told_with_its_kind_and_place)
{
    uint8_t *rings, *page;

    ck_assert_int_eq(build(LOAD), 0);
    begin(1);
    rings = enable();
    page = nt_pages_alloc(machine.part[MACHINE_MEMORY], 4096, NT_SCATTERED,
                          SIM_MEM_CPU | SIM_WHY_DATA << SIM_MEM_WHY_SHIFT);
    ck_assert_uint_eq(identify(rings, 0, phys(page)) & NVME_STATUS_CODE_MASK,
                      NVME_DATA_TRANSFER_ERROR);
    ck_assert_uint_eq(events[SIM_EV_DMA_BAD], 1);
    ck_assert_uint_eq(last[SIM_EV_DMA_BAD].arg[0], 4096);
    ck_assert_uint_eq(last[SIM_EV_DMA_BAD].arg[1], 1);
    ck_assert_uint_eq(last[SIM_EV_DMA_BAD].arg[2], SIM_WHY_DATA);
    ck_assert_uint_eq(last[SIM_EV_DMA_BAD].arg[3], (uintptr_t)page - SIM_PAGES_BASE);
    ck_assert_uint_eq(identify(rings, 1, UINT64_C(1) << 50) & NVME_STATUS_CODE_MASK,
                      NVME_DATA_TRANSFER_ERROR);
    ck_assert_uint_eq(last[SIM_EV_DMA_BAD].arg[2], SIM_WHY_NOTHING);
    ck_assert_uint_eq(last[SIM_EV_DMA_BAD].arg[3], UINT64_MAX);
}
END_TEST

START_TEST(faults_begin_within_their_spread_and_differ_by_seed)
{
    sim_ns at[8];
    bool differ = false;

    ck_assert_int_eq(build(LOAD "[fault f]\nat = 1ms\nspread = 1ms\n"), 0);
    sim_image(machine.sim);
    for (uint32_t i = 0; i < 8; i++) {
        sim_restore(machine.sim);
        begin(i / 2);
        sim_run(machine.sim, 3 * SIM_MS);
        at[i] = last[SIM_EV_FAULT_ON].at;
        ck_assert_uint_eq(events[SIM_EV_FAULT_ON], i + 1);
        ck_assert_int_ge(at[i], 1 * SIM_MS);
        ck_assert_int_le(at[i], 2 * SIM_MS);
        if (i % 2)
            ck_assert_int_eq(at[i], at[i - 1]);
        differ |= i && at[i] != at[0];
    }
    ck_assert(differ);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nvme");
    TCase *tc = tcase_create("nvme_model");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, options_come_from_the_scenario);
    tcase_add_loop_test(
        tc, a_load_that_could_write_more_than_the_medium_keeps_is_the_user_s_mistake, 0, 5);
    tcase_add_test(tc, data_and_messages_reach_the_machine_and_are_traced);
    tcase_add_test(tc, memory_that_is_not_mapped_is_told_with_its_kind_and_place);
    tcase_add_test(tc, faults_begin_within_their_spread_and_differ_by_seed);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
