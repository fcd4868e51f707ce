/* models/storport/tests/test_model.c - the port driver in a scenario's machine: the built-in
 * miniport boots.
 *
 * Skipped where the miniport was not built.
 */
// whole: models core
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "models/nt/nt_model.h"
#include "models/nvme/nvme.h"
#include "models/pci/pci.h"
#include "models/storport/sp_private.h"
#include "sim/engine/module.h"
#include "sim/scenario/scenario.h"

static char module_path[4096];
static struct sim_machine machine;
static struct sim_scenario *scenario;

static void build(const char *text)
{
    const struct sim_model *const models[] = {&nt_model, &pci_model, &nvme_model, &storport_model};
    struct sim_config config;
    struct sim_error error = {{0}};

    ck_assert_msg(!sim_scenario_parse("test", text, NULL, 0, &error, &scenario), "%s", error.text);
    ck_assert_int_eq(sim_world_create(), 0);
    sim_config_defaults(&config);
    machine = (struct sim_machine){.sim = sim_create(&config), .scenario = scenario};
    ck_assert_msg(!sim_module_load(module_path, &error, &machine.module), "%s", error.text);
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
        ck_assert_msg(!models[i]->setup(&machine, &error), "%s", error.text);
    sim_begin(machine.sim, 1, &sim_strategy_time, 0);
}

static void teardown(void)
{
    sim_module_unload(machine.module);
    sim_destroy(machine.sim);
    sim_world_destroy();
    sim_scenario_free(scenario);
}

static const struct sp_port *boot(const char *text)
{
    build(text);
    ck_assert_int_eq(sim_run(machine.sim, 100 * SIM_S), SIM_STOP_DONE);
    ck_assert_uint_eq(sim_findings(machine.sim), 0);
    return machine.part[MACHINE_STORPORT];
}

START_TEST(the_miniport_starts_with_messages)
{
    const struct sp_port *port =
        boot("[machine]\ncpus = 2\nvectors = 3\n[workload w]\nnumber_ios = 1\n");

    ck_assert_uint_eq(port->messages, 3);
    ck_assert(port->lun[0].present);
    ck_assert_uint_ge(sp_max_transfer(port), 65536);
    ck_assert_uint_eq(sp_outstanding(port), 0);
    ck_assert(nvme_ready(machine.part[MACHINE_NVME]));
    teardown();
}
END_TEST

START_TEST(and_with_the_line)
{
    const struct sp_port *port =
        boot("[machine]\ninterrupts = intx\n[workload w]\nnumber_ios = 1\n");

    ck_assert_uint_eq(port->messages, 0);
    ck_assert(port->lun[0].present);
    teardown();
}
END_TEST

START_TEST(slots_are_made_for_the_load_at_start_up)
{
    const struct sp_port *port = boot("[workload w]\nnumber_ios = 1\niodepth = 100\n");
    uint32_t chunks = 0;

    for (uint32_t i = 0; i < SP_CHUNKS_MAX; i++)
        chunks += port->chunk[i] != NULL;
    ck_assert_uint_ge(chunks * SP_CHUNK_SLOTS, 100);
    ck_assert_uint_le(chunks * SP_CHUNK_SLOTS, 100 + 3 * SP_CHUNK_SLOTS);
    teardown();
}
END_TEST

int main(void)
{
    const char *drivers = getenv("STORSIM_DRIVERS");
    TCase *tc = tcase_create("model");
    Suite *s = suite_create("storport model");
    SRunner *runner = srunner_create(s);
    int failed;

    snprintf(module_path, sizeof module_path, "%s/nvme.so", drivers ? drivers : ".");
    if (access(module_path, R_OK) != 0)
        return 77;
    tcase_add_test(tc, the_miniport_starts_with_messages);
    tcase_add_test(tc, and_with_the_line);
    tcase_add_test(tc, slots_are_made_for_the_load_at_start_up);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
