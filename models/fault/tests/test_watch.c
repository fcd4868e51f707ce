/* models/fault/tests/test_watch.c - occasions seen in the trace; the engine in a machine. */
// links: models/fault/tests/fake.c
// covers: models/fault/fault_model.c
#include <stdlib.h>

#include "models/fault/tests/fake.h"
#include "models/machine.h"

static void trace(enum sim_event_id event, uint64_t a0, uint64_t a1)
{
    sim_trace(fake.sim, event, a0, a1, 0, 0);
    fake_run(10);
}

/* A bus reset as the trace tells it. */
static void reset(void)
{
    trace(SIM_EV_RESET_ENTER, 0, 0);
    trace(SIM_EV_CC_EN, 0, 0);
    trace(SIM_EV_CSTS_RDY, 0, 0);
    trace(SIM_EV_RESET_RETURN, 0, 1);
    trace(SIM_EV_CC_EN, 1, 0);
    trace(SIM_EV_CSTS_RDY, 1, 0);
    trace(SIM_EV_IO_DONE, 1, 14); /* an error */
    trace(SIM_EV_IO_DONE, 2, 0);
}

START_TEST(the_nth_io_is_an_occasion)
{
    fake_start("[fault f]\naction = reset\non = io\nnth = 2\n");
    sim_trace(fake.sim, SIM_EV_IO_SUBMIT, 1, 0, 0, 0);
    sim_trace(fake.sim, SIM_EV_IO_SUBMIT, 2, 0, 0, 0);
    ck_assert_uint_eq(fake.begun[0], 0); /* not in the middle of whoever submits */
    fake_run(1);
    ck_assert_uint_eq(fake.begun[0], 1);
    ck_assert_int_eq(fake.begun_at[0], 0);
}
END_TEST

static const struct {
    const char *phase;
    sim_ns at;
} phases[] = {
    {"enter", 0},   {"disable", 10}, {"quiet", 20},    {"return", 30},
    {"enable", 40}, {"ready", 50},   {"first-io", 70},
};

START_TEST(each_phase_of_a_bus_reset_is_an_occasion)
{
    char text[128];

    snprintf(text, sizeof text, "[fault f]\naction = reset\non = reset\nphase = %s\n",
             phases[_i].phase);
    fake_start(text);
    reset();
    ck_assert_uint_eq(fake.begun[0], 1);
    ck_assert_int_eq(fake.begun_at[0], phases[_i].at);
}
END_TEST

START_TEST(edges_outside_of_a_bus_reset_are_none)
{
    fake_start("[fault a]\naction = reset\non = reset\nphase = quiet\ntimes = 0\n"
               "[fault b]\naction = reset\non = reset\nphase = first-io\ntimes = 0\n");
    trace(SIM_EV_CSTS_RDY, 0, 0);
    trace(SIM_EV_IO_DONE, 1, 0);
    ck_assert_uint_eq(fake.begun_count, 0);
    reset();
    trace(SIM_EV_CSTS_RDY, 0, 0);
    trace(SIM_EV_IO_DONE, 1, 0);
    ck_assert_uint_eq(fake.begun[0], 1);
    ck_assert_uint_eq(fake.begun[1], 1);
}
END_TEST

START_TEST(nth_counts_bus_resets)
{
    fake_start("[fault f]\naction = reset\non = reset\nphase = ready\nnth = 2\n");
    reset();
    ck_assert_uint_eq(fake.begun[0], 0);
    reset();
    ck_assert_uint_eq(fake.begun[0], 1);
}
END_TEST

START_TEST(in_a_machine_whoever_asks_first_creates_it)
{
    struct sim_machine machine = {.sim = fake.sim};
    struct sim_error error;

    ck_assert_int_eq(fake_build(""), 0);
    machine.scenario = fake.scenario;
    ck_assert_ptr_eq(faults_of(&machine), faults_of(&machine));
    ck_assert_int_eq(fault_model.setup(&machine, &error), 0);
    fault_model.start(&machine);
    ck_assert_ptr_eq(machine.part[MACHINE_FAULTS], faults_of(&machine));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fault");
    TCase *tc = tcase_create("watch");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, the_nth_io_is_an_occasion);
    tcase_add_loop_test(tc, each_phase_of_a_bus_reset_is_an_occasion, 0,
                        sizeof phases / sizeof phases[0]);
    tcase_add_test(tc, edges_outside_of_a_bus_reset_are_none);
    tcase_add_test(tc, nth_counts_bus_resets);
    tcase_add_test(tc, in_a_machine_whoever_asks_first_creates_it);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
