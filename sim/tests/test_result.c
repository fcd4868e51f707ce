/* sim/tests/test_result.c - latency bins, figures, the split of latencies around a recovery, what
 * is logged and what is not modelled. */
// covers: sim/run/unmodelled.c
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/run/result.h"
#include "sim/run/result_private.h"

START_TEST(every_latency_lies_in_its_bin)
{
    for (sim_ns t = 1; t < 400 * SIM_S; t += t / 7 + 1) {
        uint32_t bin = sim_latency_bin(t);

        ck_assert_int_ge(t, sim_latency_bin_edge(bin));
        if (bin + 1 < SIM_LATENCY_BINS)
            ck_assert_int_lt(t, sim_latency_bin_edge(bin + 1));
    }
    ck_assert_uint_eq(sim_latency_bin(INT64_MAX), SIM_LATENCY_BINS - 1);
    ck_assert_uint_eq(sim_latency_bin(0), 0);
}
END_TEST

START_TEST(edges_ascend)
{
    for (uint32_t bin = 1; bin < SIM_LATENCY_BINS; bin++)
        ck_assert_int_gt(sim_latency_bin_edge(bin), sim_latency_bin_edge(bin - 1));
}
END_TEST

START_TEST(iometers_bins_end_where_iometer_says)
{
    static struct sim_result r;

    ck_assert_uint_eq(sim_iometer_bin(0), 0);
    ck_assert_uint_eq(sim_iometer_bin(49999), 0);
    ck_assert_uint_eq(sim_iometer_bin(50000), 1);
    ck_assert_uint_eq(sim_iometer_bin(4699999999), 17); /* from 2 s on */
    ck_assert_uint_eq(sim_iometer_bin(4700000000), 18);
    ck_assert_uint_eq(sim_iometer_bin(10 * SIM_S), 20);
    ck_assert_uint_eq(sim_iometer_bin(INT64_MAX), 20);
    for (uint32_t bin = 1; bin < SIM_IOMETER_BINS; bin++)
        ck_assert_int_gt(sim_iometer_bin_end(bin), sim_iometer_bin_end(bin - 1));
    sim__result_begin();
    sim_sample_add(&(struct sim_sample){.latency_ns = 60000});
    sim_sample_add(&(struct sim_sample){.latency_ns = 99999});
    sim_sample_add(&(struct sim_sample){.latency_ns = 11 * SIM_S});
    sim__result_end(&r);
    ck_assert_uint_eq(r.iometer[0], 0);
    ck_assert_uint_eq(r.iometer[1], 2);
    ck_assert_uint_eq(r.iometer[20], 1);
}
END_TEST

static uint32_t total(const struct sim_result *r, enum sim_latency_when when)
{
    uint32_t sum = 0;

    for (int i = 0; i < SIM_LATENCY_BINS; i++)
        sum += r->latency[when][i];
    return sum;
}

START_TEST(latencies_are_split_at_the_fault_and_at_the_first_io_after_recovery)
{
    static struct sim_result r;

    sim__result_begin();
    ck_assert_int_eq(sim_figure_get(SIM_FIG_RECOVERY), -1);
    sim_figure_set(SIM_FIG_FAULT_AT, 1000);
    sim_figure_set(SIM_FIG_RESET_AT, 2000);
    sim_figure_set(SIM_FIG_RECOVERED_AT, 3000);
    sim_sample_add(&(struct sim_sample){.start = 100, .latency_ns = 100});
    sim_sample_add(&(struct sim_sample){.start = 900, .latency_ns = 2500});
    sim_sample_add(&(struct sim_sample){.start = 1500, .latency_ns = 10});
    sim_sample_add(&(struct sim_sample){.start = 3000, .latency_ns = 100});
    sim__result_end(&r);
    ck_assert_uint_eq(r.samples, 4);
    ck_assert_uint_eq(total(&r, SIM_BEFORE), 1);
    ck_assert_uint_eq(total(&r, SIM_DURING), 2);
    ck_assert_uint_eq(total(&r, SIM_AFTER), 1);
    ck_assert_int_eq(r.figure[SIM_FIG_FAULT_AT], 1000);
}
END_TEST

START_TEST(without_fault_and_reset_all_is_before)
{
    static struct sim_result r;

    sim__result_begin();
    sim_sample_add(&(struct sim_sample){.start = 900, .latency_ns = 2500});
    sim__result_end(&r);
    ck_assert_uint_eq(total(&r, SIM_BEFORE), 1);
}
END_TEST

START_TEST(every_run_begins_with_what_the_boot_logged)
{
    static struct sim_result r;

    sim__result_begin_boot();
    sim_log_add(10, 11, "nvme", "boot");
    sim__result_end_boot();
    for (int i = 0; i < 2; i++) {
        sim__result_begin();
        sim_log_add(20, 129, "nvme", "run");
        sim__result_end(&r);
        ck_assert_uint_eq(r.logged, 2);
        ck_assert_str_eq(r.log[0].text, "boot");
        ck_assert_uint_eq(r.log[1].id, 129);
    }
    sim__result_begin_boot();
    sim__result_end(&r);
    ck_assert_uint_eq(r.logged, 0);
}
END_TEST

START_TEST(calls_of_what_is_not_modelled_are_counted_by_routine)
{
    static struct sim_result r;
    char name[32];

    sim__result_begin_boot();
    sim_unmodelled_add("Start", "FALSE");
    sim__result_end_boot();
    for (int i = 0; i < 2; i++) {
        sim__result_begin();
        sim_unmodelled_add("Later", "");
        sim_unmodelled_add("Start", "FALSE");
        sim__result_end(&r);
        ck_assert_uint_eq(r.unmodelled.count, 2);
        ck_assert_str_eq(r.unmodelled.item[0].routine, "Start");
        ck_assert_str_eq(r.unmodelled.item[0].answer, "FALSE");
        ck_assert_uint_eq(r.unmodelled.item[0].calls, 2);
        ck_assert_uint_eq(r.unmodelled.item[1].calls, 1);
    }
    sim_unmodelled_merge(
        &r.unmodelled,
        &(struct sim_unmodelled_list){.count = 1, .item = {{.routine = "Later", .calls = 5}}});
    ck_assert_uint_eq(r.unmodelled.item[1].calls, 6);
    sim__result_begin_boot();
    for (int i = 0; i < SIM_UNMODELLED_MAX + 3; i++) {
        snprintf(name, sizeof name, "routine %d", i);
        sim_unmodelled_add(name, "");
    }
    sim__result_end(&r);
    ck_assert_uint_eq(r.unmodelled.count, SIM_UNMODELLED_MAX);
}
END_TEST

START_TEST(a_full_event_log_goes_on_counting)
{
    static struct sim_result r;

    sim__result_begin_boot();
    for (uint32_t i = 0; i < SIM_LOG_MAX + 3; i++)
        sim_log_add(i, i, "disk", "retried");
    sim__result_end(&r);
    ck_assert_uint_eq(r.logged, SIM_LOG_MAX + 3);
    ck_assert_uint_eq(sim_log_kept(r.logged), SIM_LOG_MAX);
    ck_assert_uint_eq(r.log[SIM_LOG_MAX - 1].id, SIM_LOG_MAX - 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("result");
    TCase *tc = tcase_create("result");
    SRunner *runner = srunner_create(suite);

    tcase_add_test(tc, every_latency_lies_in_its_bin);
    tcase_add_test(tc, iometers_bins_end_where_iometer_says);
    tcase_add_test(tc, edges_ascend);
    tcase_add_test(tc, latencies_are_split_at_the_fault_and_at_the_first_io_after_recovery);
    tcase_add_test(tc, without_fault_and_reset_all_is_before);
    tcase_add_test(tc, every_run_begins_with_what_the_boot_logged);
    tcase_add_test(tc, calls_of_what_is_not_modelled_are_counted_by_routine);
    tcase_add_test(tc, a_full_event_log_goes_on_counting);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
