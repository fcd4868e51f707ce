/* models/check/tests/test_check_model.c - bounds come from the scenario, answers from the other
 * models.
 *
 * The models it asks are made up here, so that their archive members are not linked.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "models/check/check_private.h"
#include "models/nt/memory.h"
#include "models/nvme/nvme.h"
#include "sim/scenario/scenario.h"

static struct sim_machine machine;
static struct sim_scenario *scenario;
static struct sim_error error;
static struct load_geometry geometry;
static char port, controller, load, processors, memory;

/* --- the other models
 * ------------------------------------------------------------------------------- */

const char *const sp_callback_name[SP_CB_COUNT] = {[SP_CB_TIMER] = "HwStorTimer"};
const char *const nvme_guest_error_text[NVME_GUEST_COUNT] = {[NVME_GUEST_SQ_FULL] = "full"};

uint32_t sp_queued(const struct sp_port *p)
{
    ck_assert((const void *)p == &port);
    return 11;
}

uint32_t sp_outstanding(const struct sp_port *p)
{
    ck_assert((const void *)p == &port);
    return 12;
}

uint64_t sp_owner_of(const struct sp_port *p, uintptr_t address)
{
    ck_assert((const void *)p == &port);
    return address + 1;
}

/* 2001 and 2002 are being completed; the controller's command points into the first one's data, and
 * nobody knows who owns that but sp_owner_of(). */
uint32_t sp_pieces_of(const struct sp_port *p, uint64_t serial, struct sp_piece out[SP_PIECES_MAX])
{
    ck_assert((const void *)p == &port);
    if (serial != 0x64001 && serial != 0x64002)
        return 0;
    out[0] = (struct sp_piece){0x9000, 16};
    out[1] = (struct sp_piece){serial == 0x64001 ? 0x63FF0 : 0x66000, 0x20};
    return 2;
}

bool nvme_ready(const struct nvme_ctrl *c)
{
    ck_assert((const void *)c == &controller);
    return true;
}

uint32_t nvme_io_queues(const struct nvme_ctrl *c)
{
    ck_assert((const void *)c == &controller);
    return 13;
}

uint32_t nvme_commands_inside(const struct nvme_ctrl *c)
{
    ck_assert((const void *)c == &controller);
    return 14;
}

/* One command inside, whose data begins at physical 100; one entry in completion queue 3. */
bool nvme_inside_any(const struct nvme_ctrl *c, nvme_inside_fn is_it, void *ctx)
{
    const struct nvme_inside command = {.qid = 2, .cid = 9, .data = 0x64000};

    ck_assert((const void *)c == &controller);
    return is_it(ctx, &command);
}

bool nvme_unseen(const struct nvme_ctrl *c, uint32_t cqid, struct nvme_unseen *out)
{
    ck_assert((const void *)c == &controller);
    out->entries = 1;
    return cqid == 3;
}

void *nt_virt(const struct nt_memory *m, uint64_t phys)
{
    ck_assert((const void *)m == &memory);
    return (void *)(uintptr_t)phys;
}

uint64_t nt_phys(const struct nt_memory *m, const volatile void *p)
{
    ck_assert((const void *)m == &memory);
    return (uintptr_t)p;
}

bool nvme_power_fails(const struct nvme_ctrl *c)
{
    ck_assert((const void *)c == &controller);
    return true;
}

bool load_drained(const struct load *d)
{
    ck_assert((const void *)d == &load);
    return true;
}

void load_get_geometry(const struct load *d, struct load_geometry *out)
{
    ck_assert((const void *)d == &load);
    *out = geometry;
}

uint32_t load_read_back(const struct load *d, uint64_t io, uint32_t block, uint32_t count,
                        struct load_value *out)
{
    ck_assert((const void *)d == &load);
    *out = (struct load_value){.kind = LOAD_VALUE_STAMP, .io = io, .lba = block};
    return count;
}

uint32_t nt_cpus(const struct nt *nt)
{
    ck_assert((const void *)nt == &processors);
    return 1;
}

sim_ns nt_high_since(const struct nt *nt, uint32_t cpu)
{
    ck_assert((const void *)nt == &processors);
    return (sim_ns)cpu;
}

/* --- fixtures
 * --------------------------------------------------------------------------------------- */

static const char text[] =
    "[workload w]\nnumber_ios = 1\n"
    "[check]\ndrain = 7s\nstall = 2ms\nroutine = 3ms\ninitialize = 4ms\nisr = 5us\n"
    "dispatch = 6s\nunseen = 9s\nuntold = 10s\nreset = 11s\nrecovery = 12s\n"
    "[port]\nmax_pause = 8s\n";

static void setup(void)
{
    struct sim_config config;

    ck_assert_int_eq(sim_world_create(), 0);
    sim_config_defaults(&config);
    ck_assert_int_eq(sim_scenario_parse("test", text, NULL, 0, &error, &scenario), 0);
    machine = (struct sim_machine){.sim = sim_create(&config), .scenario = scenario};
    machine.part[MACHINE_NT] = &processors;
    machine.part[MACHINE_NVME] = &controller;
    machine.part[MACHINE_STORPORT] = &port;
    machine.part[MACHINE_LOAD] = &load;
    machine.part[MACHINE_MEMORY] = &memory;
    geometry = (struct load_geometry){.block_bytes = 512,
                                      .blocks = 64,
                                      .unit_blocks = 8,
                                      .in_flight_max = 4,
                                      .io_blocks_max = 8,
                                      .verify = true};
}

static void teardown(void)
{
    sim_destroy(machine.sim);
    sim_scenario_free(scenario);
    sim_world_destroy();
}

START_TEST(bounds_are_the_scenarios)
{
    const struct check *check;

    ck_assert_int_eq(check_model.setup(&machine, &error), 0);
    check = machine.part[MACHINE_CHECK];
    ck_assert_int_eq(check->limits.drain, 7 * SIM_S);
    ck_assert_int_eq(check->limits.stall, 2 * SIM_MS);
    ck_assert_int_eq(check->limits.routine, 3 * SIM_MS);
    ck_assert_int_eq(check->limits.initialize, 4 * SIM_MS);
    ck_assert_int_eq(check->limits.isr, 5 * SIM_US);
    ck_assert_int_eq(check->limits.dispatch, 6 * SIM_S);
    ck_assert_int_eq(check->limits.max_pause, 8 * SIM_S);
    ck_assert_int_eq(check->limits.unseen, 9 * SIM_S);
    ck_assert_int_eq(check->limits.untold, 10 * SIM_S);
    ck_assert_int_eq(check->limits.reset, 11 * SIM_S);
    ck_assert_int_eq(check->limits.recovery, 12 * SIM_S);
}
END_TEST

static void start_with(const struct sim_setting *settings, uint32_t count)
{
    sim_scenario_free(scenario);
    ck_assert_int_eq(sim_scenario_parse("test", text, settings, count, &error, &scenario), 0);
    machine.scenario = scenario;
    ck_assert_int_eq(check_model.setup(&machine, &error), 0);
}

START_TEST(nobody_checks_when_every_rule_is_off)
{
    static const struct sim_setting off[] = {{"check.profile", "off"}};

    start_with(off, 1);
    ck_assert_ptr_null(machine.part[MACHINE_CHECK]);
    check_model.finish(&machine);
}
END_TEST

START_TEST(one_rule_that_is_on_is_checked)
{
    static const struct sim_setting one[] = {{"check.profile", "off"},
                                             {"check.nvme-protocol", "error"}};

    start_with(one, 2);
    ck_assert_ptr_nonnull(machine.part[MACHINE_CHECK]);
}
END_TEST

START_TEST(every_question_reaches_its_model)
{
    const struct check_queries *ask;
    struct load_value value;
    struct nvme_inside inside;
    struct nvme_unseen unseen;

    ck_assert_int_eq(check_model.setup(&machine, &error), 0);
    ask = &((const struct check *)machine.part[MACHINE_CHECK])->ask;
    ck_assert_uint_eq(ask->queued(ask->ctx), 11);
    ck_assert_uint_eq(ask->outstanding(ask->ctx), 12);
    ck_assert_uint_eq(ask->owner_of(ask->ctx, 70), 71);
    ck_assert(ask->ready(ask->ctx));
    ck_assert_uint_eq(ask->io_queues(ask->ctx), 13);
    ck_assert_uint_eq(ask->inside(ask->ctx), 14);
    ck_assert(ask->command_of(ask->ctx, 0x64001, &inside));
    ck_assert_uint_eq(inside.cid, 9);
    ck_assert(!ask->command_of(ask->ctx, 0x64002, &inside));
    ck_assert(ask->unseen(ask->ctx, 3, &unseen));
    ck_assert(!ask->unseen(ask->ctx, 4, &unseen));
    ck_assert(ask->drained(ask->ctx));
    ck_assert_uint_eq(ask->read_back(ask->ctx, 5, 6, 7, &value), 7);
    ck_assert_uint_eq(value.io, 5);
    ck_assert_uint_eq(value.lba, 6);
    ck_assert_uint_eq(ask->cpus(ask->ctx), 1);
    ck_assert_int_eq(ask->high_since(ask->ctx, 0), 0);
    ck_assert_str_eq(ask->callback_name(SP_CB_TIMER), "HwStorTimer");
    ck_assert_str_eq(ask->guest_error(NVME_GUEST_SQ_FULL), "full");
}
END_TEST

START_TEST(a_load_too_large_to_verify_is_the_users_mistake)
{
    geometry.blocks = UINT64_C(1) << 40;
    ck_assert_int_lt(check_model.setup(&machine, &error), 0);
    ck_assert_msg(strstr(error.text, "workload.size") != NULL, "%s", error.text);
}
END_TEST

START_TEST(the_end_of_a_run_is_judged)
{
    ck_assert_int_eq(check_model.setup(&machine, &error), 0);
    sim_begin(machine.sim, 1, &sim_strategy_time, 0);
    sim_run(machine.sim, SIM_S);
    sim_trace(machine.sim, SIM_EV_SRB_BUILD, 3, 0, 0x20, 0);
    check_model.finish(&machine);
    ck_assert_uint_eq(sim_findings(machine.sim), 1);
    ck_assert_int_eq(sim_finding(machine.sim, 0)->rule, SIM_RULE_SRB_LEAKED);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("check_model");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, bounds_are_the_scenarios);
    tcase_add_test(tc, nobody_checks_when_every_rule_is_off);
    tcase_add_test(tc, one_rule_that_is_on_is_checked);
    tcase_add_test(tc, every_question_reaches_its_model);
    tcase_add_test(tc, a_load_too_large_to_verify_is_the_users_mistake);
    tcase_add_test(tc, the_end_of_a_run_is_judged);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
