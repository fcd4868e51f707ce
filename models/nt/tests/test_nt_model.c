/* models/nt/tests/test_nt_model.c - the machine gets the processors that its scenario asks for. */
#include <check.h>
#include <stdlib.h>

#include "models/machine.h"
#include "models/nt/nt.h"
#include "models/nt/nt_model.h"
#include "sim/run/result.h"
#include "sim/scenario/scenario.h"

START_TEST(the_machine_has_the_scenarios_processors)
{
    struct sim_machine machine = {0};
    struct sim_config config;
    struct sim_scenario *scenario;
    struct sim_error error;

    ck_assert_int_eq(sim_world_create(), 0);
    sim_config_defaults(&config);
    machine.sim = sim_create(&config);
    ck_assert_int_eq(sim_scenario_parse("t.ini",
                                        "[machine]\ncpus = 3\n[workload w]\nnumber_ios = 1\n", NULL,
                                        0, &error, &scenario),
                     0);
    machine.scenario = scenario;
    ck_assert_int_eq(nt_model.setup(&machine, &error), 0);
    ck_assert_uint_eq(nt_cpus(machine.part[MACHINE_NT]), 3);
    ck_assert_ptr_nonnull(machine.part[MACHINE_MEMORY]);
    nt_model.finish(&machine);
    ck_assert_int_eq(sim_figure_get(SIM_FIG_DISPATCH_MAX), 0);
    sim_scenario_free(scenario);
    sim_destroy(machine.sim);
    sim_world_destroy();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nt_model");
    TCase *tc = tcase_create("nt_model");
    SRunner *runner = srunner_create(suite);

    tcase_add_test(tc, the_machine_has_the_scenarios_processors);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
