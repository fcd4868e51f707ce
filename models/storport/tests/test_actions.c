/* models/storport/tests/test_actions.c - each action of a scenario asks the port driver for what it
 * says.
 */
// links: models/storport/tests/mini.c
#include <stdlib.h>
#include <string.h>

#include <ntddscsi.h>

#include "models/fault/fault.h"
#include "models/storport/tests/mini.h"

static struct sim_scenario *scenario;

static void special(PVOID devext, SCSI_REQUEST_BLOCK *srb)
{
    (void)devext;
    mini_say("%02x ", srb->Function);
    if (srb->Function == SRB_FUNCTION_IO_CONTROL)
        ck_assert_mem_eq(((const SRB_IO_CONTROL *)srb->DataBuffer)->Signature, "STORSIM ", 8);
    mini_complete_here(srb, SRB_STATUS_SUCCESS);
}

static SCSI_ADAPTER_CONTROL_STATUS SIM_API control(PVOID devext, SCSI_ADAPTER_CONTROL_TYPE type,
                                                   PVOID parameters)
{
    (void)devext;
    (void)parameters;
    mini_say("control%d ", type);
    return ScsiAdapterControlSuccess;
}

/* A run in which the action strikes at 1 ms, and for as long as it takes. */
static void strike(const char *action, const char *more)
{
    char text[256];
    struct sim_error error;
    struct faults *faults;

    snprintf(text, sizeof text,
             "[workload w]\nnumber_ios = 1\n[fault f]\naction = %s\nat = 1ms\n%s", action, more);
    ck_assert_int_eq(sim_scenario_parse("test", text, NULL, 0, &error, &scenario), 0);
    mini.control = control;
    mini.special = special;
    mini.controls |= 1 << ScsiAdapterPrepareForBusReScan;
    mini.answer_functions = SRB_STATUS_SUCCESS;
    mini_boot();
    mini.said[0] = 0;
    faults = faults_create(mini.sim, scenario);
    sp__actions_serve(mini.port, faults);
    ck_assert_int_eq(faults_boot(faults, &error), 0);
    faults_start(faults);
    mini_run(5 * SIM_S);
}

static void teardown(void)
{
    mini_teardown();
    sim_scenario_free(scenario);
    scenario = NULL;
}

static const struct {
    const char *action, *said;
    enum sp_state state;
} cases[] = {
    {"stop-adapter", "25 control1 control2 ", SP_IS_STARTED},
    {"sleep", "24 24 control1 control2 24 24 ", SP_IS_STARTED},
    {"shutdown", "24 24 control1 ", SP_IS_OFF},
    {"remove", "25 25 control1 ", SP_IS_REMOVED},
    {"surprise-remove", "25 25 25 25 control1 ", SP_IS_REMOVED},
    {"rescan", "control11 ", SP_IS_STARTED},
    {"ioctl", "02 ", SP_IS_STARTED},
};

START_TEST(an_action_asks_for_what_it_says)
{
    strike(cases[_i].action, "");
    ck_assert_str_eq(mini.said, cases[_i].said);
    ck_assert_int_eq(sp_state(mini.port), cases[_i].state);
    ck_assert(!sp_changing(mini.port));
}
END_TEST

START_TEST(resets_from_above_enter_their_tier)
{
    strike(_i ? "target-reset" : "lun-reset", "");
    ck_assert_uint_eq(mini_events(SIM_EV_TIER), 1);
    ck_assert_uint_eq(mini_event(SIM_EV_TIER)->arg[0], _i ? 2 : 1);
}
END_TEST

START_TEST(an_action_can_strike_again)
{
    strike("ioctl", "times = 3\nperiod = 1ms\n");
    ck_assert_str_eq(mini.said, "02 02 02 ");
}
END_TEST

START_TEST(a_sleep_in_its_sleep_adds_nothing)
{
    strike("sleep", "times = 3\nperiod = 1ms\n");
    ck_assert_str_eq(mini.said, "24 24 control1 control2 24 24 ");
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("actions");
    Suite *s = suite_create("storport actions");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, teardown);
    tcase_add_loop_test(tc, an_action_asks_for_what_it_says, 0,
                        (int)(sizeof cases / sizeof cases[0]));
    tcase_add_loop_test(tc, resets_from_above_enter_their_tier, 0, 2);
    tcase_add_test(tc, an_action_can_strike_again);
    tcase_add_test(tc, a_sleep_in_its_sleep_adds_nothing);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
