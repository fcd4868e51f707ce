/* models/check/tests/test_recovery.c - the phases of a recovery, as figures. */
// links: models/check/tests/fake.c
#include <check.h>
#include <stdlib.h>

#include "models/check/tests/fake.h"
#include "sim/run/result.h"
#include "sim/run/result_private.h"

static void expect(enum sim_figure figure, int64_t value)
{
    ck_assert_msg(sim_figure_get(figure) == value, "%s is %lld, not %lld",
                  sim_figure_info[figure].name, (long long)sim_figure_get(figure),
                  (long long)value);
}

static void play(void)
{
    sim__result_begin();
    fake_run(SIM_S);
    fake_expect_silence();
}

/* A recovery as it should be: fault at 5 us, reset at 10, quiet at 12, given back at 13, back at
 * 14, ready at 30, resumed at 35, first I/O at 40. */
static void whole_recovery(void)
{
    fake_submit(1000, 1, 1, SP_WRITE, 0);
    fake_at(5000, SIM_EV_FAULT_ON, 0, 0, 0, 0);
    fake_at(10000, SIM_EV_RESET_ENTER, 0, 1, 0, 0);
    fake_at(10100, SIM_EV_PAUSE, 1, 60, 0, 0);
    fake_disabled(11000);
    fake_complete(13000, 1, 1, CHECK_SRB_BUS_RESET);
    fake_at(13010, SIM_EV_IO_RETRY, 1, CHECK_SRB_BUS_RESET, 1, 0);
    fake_at(14000, SIM_EV_RESET_RETURN, 0, 1, 0, 4000);
    fake_ready(30000);
    fake_at(35000, SIM_EV_RESUME, 0, 0, 0, 0);
    fake_at(36000, SIM_EV_SRB_BUILD, 2, 1, 0, 0x2A);
    fake_complete(40000 - 30, 2, 1, 1);
}

START_TEST(without_a_reset_there_are_none)
{
    fake_submit(1000, 1, 1, SP_WRITE, 0);
    fake_complete(2000, 1, 1, 1);
    play();
    expect(SIM_FIG_RESET_AT, -1);
    expect(SIM_FIG_RECOVERY, -1);
    expect(SIM_FIG_RESETS, -1);
}
END_TEST

START_TEST(the_phases_follow_one_another)
{
    whole_recovery();
    play();
    expect(SIM_FIG_FAULT_AT, 5000);
    expect(SIM_FIG_RESET_AT, 10000);
    expect(SIM_FIG_DETECT, 5000);
    expect(SIM_FIG_QUIESCE, 2000);
    expect(SIM_FIG_COMPLETE, 1000);
    expect(SIM_FIG_ENABLE, 17000);
    expect(SIM_FIG_QUEUES, 5000);
    expect(SIM_FIG_FIRST_IO, 5000);
    expect(SIM_FIG_RECOVERY, 30000);
    expect(SIM_FIG_RECOVERED_AT, 40000);
    expect(SIM_FIG_RESETS, 1);
    expect(SIM_FIG_RESET_OUTSTANDING, 1);
}
END_TEST

START_TEST(the_first_reset_is_told_and_all_are_counted)
{
    whole_recovery();
    fake_at(50000, SIM_EV_RESET_ENTER, 0, 7, 0, 0);
    fake_at(51000, SIM_EV_RESET_RETURN, 0, 1, 0, 1000);
    fake_now.drained = true;
    play();
    expect(SIM_FIG_RESETS, 2);
    expect(SIM_FIG_RESET_AT, 10000);
    expect(SIM_FIG_RESET_OUTSTANDING, 1);
    expect(SIM_FIG_RECOVERY, 30000);
}
END_TEST

START_TEST(a_failed_io_is_not_the_first)
{
    fake_submit(1000, 1, 1, SP_WRITE, 0);
    fake_submit(1200, 2, 2, SP_WRITE, 8);
    fake_at(10000, SIM_EV_RESET_ENTER, 0, 0, 0, 0);
    fake_disabled(11000);
    fake_complete(12500, 1, 1, 0x08);
    fake_complete(12600, 2, 2, CHECK_SRB_BUS_RESET);
    fake_at(12700, SIM_EV_RESET_RETURN, 0, 1, 0, 2700);
    fake_ready(30000);
    fake_at(41000, SIM_EV_IO_DONE, 2, 0x0E, 0, 4);
    play();
    expect(SIM_FIG_ENABLE, 30000 - 12600);
    expect(SIM_FIG_QUEUES, 0);
    expect(SIM_FIG_RECOVERY, -1);
}
END_TEST

START_TEST(a_reset_that_leaves_the_controller_running_has_no_phases)
{
    fake_at(10000, SIM_EV_RESET_ENTER, 0, 0, 0, 0);
    fake_at(11000, SIM_EV_RESET_RETURN, 0, 1, 0, 1000);
    fake_submit(12000, 1, 1, SP_WRITE, 0);
    fake_complete(13000, 1, 1, 1);
    fake_now.drained = true;
    play();
    expect(SIM_FIG_QUIESCE, -1);
    expect(SIM_FIG_RECOVERY, 3030);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("recovery");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, without_a_reset_there_are_none);
    tcase_add_test(tc, the_phases_follow_one_another);
    tcase_add_test(tc, the_first_reset_is_told_and_all_are_counted);
    tcase_add_test(tc, a_failed_io_is_not_the_first);
    tcase_add_test(tc, a_reset_that_leaves_the_controller_running_has_no_phases);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
