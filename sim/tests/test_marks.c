/* sim/tests/test_marks.c - seeds by rule, over word borders and gaps; the median of recoveries. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/run/marks.h"

static struct sim_report report;

static void add(struct sim_marks *marks, uint64_t position, int rule, sim_ns recovery)
{
    memset(&report, 0, sizeof(report));
    for (int i = 0; i < SIM_FIG_COUNT; i++)
        report.figure[i] = -1;
    report.figure[SIM_FIG_RECOVERY] = recovery;
    if (rule >= 0) {
        report.findings = report.errors = 1;
        report.finding[0] = (struct sim_report_finding){.rule = (enum sim_rule)rule,
                                                        .severity = SIM_SEVERITY_ERROR};
    }
    sim_marks_add(marks, position, &report);
}

START_TEST(seeds_are_counted_by_rule_below_an_end)
{
    struct sim_marks *marks = sim_marks_create();
    uint64_t first = 99;

    ck_assert_uint_eq(sim_marks_failing(marks, SIM_RULE_IRQL, 1000, &first), 0);
    ck_assert_uint_eq(sim_marks_end(marks), 0);
    for (uint64_t i = 0; i < 1000; i++)
        add(marks, i, i % 7 == 3 ? SIM_RULE_IRQL : -1, -1);
    ck_assert_uint_eq(sim_marks_end(marks), 1000);
    for (uint64_t end = 0; end <= 1000; end++) {
        ck_assert_uint_eq(sim_marks_failing(marks, SIM_RULE_IRQL, end, &first), (end + 3) / 7);
        ck_assert_uint_eq(sim_marks_clean(marks, end), end - (end + 3) / 7);
    }
    ck_assert_uint_eq(first, 3);
    ck_assert_uint_eq(sim_marks_failing(marks, SIM_RULE_DEADLOCK, 1000, &first), 0);
    sim_marks_free(marks);
}
END_TEST

START_TEST(two_cells_are_compared_seed_by_seed)
{
    struct sim_marks *a = sim_marks_create(), *b = sim_marks_create();
    struct sim_marks_change m;

    for (uint64_t i = 0; i < 300; i++) {
        add(a, i, i % 2 == 0 ? SIM_RULE_IRQL : -1, -1);
        add(b, i, i % 3 == 0 ? SIM_RULE_IRQL : -1, -1);
    }
    m = sim_marks_compare(a, b, SIM_RULE_IRQL, 300);
    ck_assert_uint_eq(m.both, 50);
    ck_assert_uint_eq(m.before, 100);
    ck_assert_uint_eq(m.after, 50);
    m = sim_marks_compare(a, b, SIM_RULE_IRQL, 4);
    ck_assert_uint_eq(m.both, 1);
    ck_assert_uint_eq(m.before, 1);
    ck_assert_uint_eq(m.after, 1);
    sim_marks_free(a);
    sim_marks_free(b);
}
END_TEST

START_TEST(warnings_and_what_storsim_lost_count_for_neither)
{
    struct sim_marks *marks = sim_marks_create();
    uint64_t first;

    memset(&report, 0, sizeof(report));
    report.findings = 1;
    report.finding[0].rule = SIM_RULE_IRQL;
    report.finding[0].severity = SIM_SEVERITY_WARN;
    sim_marks_add(marks, 0, &report);
    report.findings = 0;
    report.lost = true;
    sim_marks_add(marks, 5, &report);
    ck_assert_uint_eq(sim_marks_failing(marks, SIM_RULE_IRQL, 6, &first), 0);
    ck_assert_uint_eq(sim_marks_clean(marks, 6), 1);
    sim_marks_free(marks);
}
END_TEST

START_TEST(the_median_recovery_is_of_runs_without_a_broken_rule)
{
    struct sim_marks *marks = sim_marks_create();
    static const sim_ns took[] = {50, 10, 40, 20, 30};

    ck_assert_int_eq(sim_marks_recovery(marks, 10), -1);
    for (uint64_t i = 0; i < 5; i++)
        add(marks, i, -1, took[i]);
    add(marks, 5, SIM_RULE_IRQL, 1);
    add(marks, 6, -1, -1);
    ck_assert_int_eq(sim_marks_recovery(marks, 7), 30);
    ck_assert_int_eq(sim_marks_recovery(marks, 4), 20);
    ck_assert_int_eq(sim_marks_recovery(marks, 1), 50);
    ck_assert_int_eq(sim_marks_recovery(marks, 0), -1);
    sim_marks_free(marks);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("marks");
    TCase *tc = tcase_create("marks");
    SRunner *runner = srunner_create(suite);

    tcase_add_test(tc, seeds_are_counted_by_rule_below_an_end);
    tcase_add_test(tc, two_cells_are_compared_seed_by_seed);
    tcase_add_test(tc, warnings_and_what_storsim_lost_count_for_neither);
    tcase_add_test(tc, the_median_recovery_is_of_runs_without_a_broken_rule);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
