/* sim/tests/test_spread.c - how times scatter: the distributions, and how they are written. */
// covers: sim/scenario/spread_words.c
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/spread.h"
#include "sim/scenario/scenario.h"

#define DRAWS 100000
#define MEAN 80000

static struct sim_spread spread_of(const char *text)
{
    struct sim_spread spread;
    struct sim_error error = {""};

    ck_assert_msg(sim_spread_parse(text, &spread, &error) == 0, "%s: %s", text, error.text);
    return spread;
}

/* What DRAWS draws of a stream give: how many are below each of the limits, and their mean. */
struct sample {
    int below[4];
    sim_ns mean, least, most;
};

static struct sample sample_of(const char *text, const sim_ns limits[4])
{
    struct sim_spread spread = spread_of(text);
    struct sample sample = {.least = SIM_NEVER};
    struct sim_stream st;
    sim_ns sum = 0;

    sim_stream_seed(&st, 7, "spread");
    for (int i = 0; i < DRAWS; i++) {
        sim_ns ns = sim_spread_draw(&spread, &st, MEAN);

        sum += ns;
        sample.least = ns < sample.least ? ns : sample.least;
        sample.most = ns > sample.most ? ns : sample.most;
        for (int k = 0; k < 4; k++)
            sample.below[k] += ns < limits[k];
    }
    sample.mean = sum / DRAWS;
    return sample;
}

/* limits: where theory has these shares of all draws below (ppm); counts: what the integers give,
 * to the draw: a change here would change every stored seed. */
static const struct {
    const char *text;
    sim_ns limits[4];
    int ppm[4], counts[4];
    int mean_within; /* ppm of MEAN */
} known[] = {
    {"fixed", {MEAN, MEAN + 1, 0, 0}, {0, 1000000, 0, 0}, {0, 100000, 0, 0}, 0},
    {"uniform",
     {MEAN / 2, MEAN * 3 / 4, MEAN, MEAN * 3 / 2 + 1},
     {0, 250000, 500000, 1000000},
     {0, 25024, 50144, 100000},
     5000},
    /* a third, and -ln(1 - p) of the rest */
    {"exponential",
     {MEAN / 3, MEAN / 3 + 15343, MEAN / 3 + 36968, MEAN / 3 + 122805},
     {0, 250000, 500000, 900000},
     {0, 24993, 50112, 90016},
     10000},
    /* e^(0.5 z - 0.125) of the mean at z = -1.2816, 0, 1.2816, 3.0902 */
    {"lognormal",
     {37199, 70600, 133988, 330999},
     {100000, 500000, 900000, 999000},
     {9924, 49762, 89885, 99885},
     5000},
    {"lognormal:1",
     {13471, 48522, 174785, 1066450},
     {100000, 500000, 900000, 999000},
     {9924, 49762, 89887, 99885},
     20000},
    {"table:10us/1:20us-30us/2:5ms/1",
     {10001, 20000, 25001, 30001},
     {250000, 250000, 500000, 750000},
     {25086, 25086, 49899, 75010},
     -1},
};

START_TEST(a_distribution_has_its_shares_and_exactly_these_counts)
{
    struct sample sample = sample_of(known[_i].text, known[_i].limits);

    for (int k = 0; k < 4; k++) {
        int64_t want = (int64_t)known[_i].ppm[k] * DRAWS / 1000000;

        ck_assert_msg(llabs(sample.below[k] - want) <= 400, "%s: %d below %lld, theory has %lld",
                      known[_i].text, sample.below[k], (long long)known[_i].limits[k],
                      (long long)want);
        ck_assert_int_eq(sample.below[k], known[_i].counts[k]);
    }
    if (known[_i].mean_within >= 0)
        ck_assert_int_le(llabs(sample.mean - MEAN),
                         (int64_t)MEAN * known[_i].mean_within / 1000000);
}
END_TEST

START_TEST(the_tail_of_a_lognormal_reaches_beyond_four_deviations)
{
    struct sim_spread spread = spread_of("lognormal:1");
    struct sim_stream st;
    int beyond = 0;

    sim_stream_seed(&st, 1, "tail");
    for (int i = 0; i < 1000000; i++)
        beyond += sim_spread_draw(&spread, &st, MEAN) > 2649272; /* z = 4: 31.7 of a million */
    ck_assert_int_ge(beyond, 20);
    ck_assert_int_le(beyond, 45);
}
END_TEST

START_TEST(a_draw_is_never_0_and_no_mean_overflows)
{
    static const char *const texts[] = {"fixed", "uniform", "exponential", "lognormal:2",
                                        "table:0ns/1"};
    struct sim_stream st;

    sim_stream_seed(&st, 1, "ends");
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct sim_spread spread = spread_of(texts[i]);

        for (int n = 0; n < 1000; n++) {
            ck_assert_int_ge(sim_spread_draw(&spread, &st, 0), 1);
            ck_assert_int_ge(sim_spread_draw(&spread, &st, 1000 * SIM_S), 1);
        }
    }
}
END_TEST

START_TEST(a_table_may_stand_in_lines_with_remarks)
{
    struct sim_spread a = spread_of("table:80us/90:100us-2ms/10");
    struct sim_spread b = spread_of("table:# time, count\n 80us, 90\n\n100us-2ms\t10 # slow\n");

    ck_assert_uint_eq(a.bins, 2);
    ck_assert_uint_eq(a.bin[0].upto, 900000000);
    ck_assert_uint_eq(a.bin[1].upto, SIM_SPREAD_WHOLE);
    ck_assert_int_eq(a.bin[1].from, 100000);
    ck_assert_int_eq(a.bin[1].to, 2000000);
    ck_assert_uint_eq(b.bins, 2);
    ck_assert_uint_eq(b.bin[0].upto, a.bin[0].upto);
    ck_assert_int_eq(b.bin[1].to, a.bin[1].to);
}
END_TEST

static const struct {
    const char *text, *says;
} bad[] = {
    {"", "fixed, uniform"},
    {"expnential", "did you mean 'exponential'?"},
    {"fixed:1", "no parameter"},
    {"lognormal:", "0 to 2"},
    {"lognormal:3", "0 to 2"},
    {"lognormal:-1", "0 to 2"},
    {"table", "no time with a weight"},
    {"table:", "no time with a weight"},
    {"table:80us/0", "no time with a weight"},
    {"table:80us", "'80us' is not TIME/WEIGHT"},
    {"table:80/1", "'80' is not a time"},
    {"table:80us/x", "'x' is not a weight"},
    {"table:80us/1:90us-70us/1", "ends before it begins"},
    {"table:2h/1", "longer than 1h"},
};

START_TEST(what_is_wrong_is_said)
{
    struct sim_spread spread;
    struct sim_error error = {""};

    ck_assert_int_eq(sim_spread_parse(bad[_i].text, &spread, &error), -1);
    ck_assert_msg(strstr(error.text, bad[_i].says) != NULL, "%s: %s", bad[_i].text, error.text);
}
END_TEST

START_TEST(a_table_has_64_times_at_most)
{
    char text[2000] = "table";
    struct sim_spread spread;
    struct sim_error error = {""};

    for (int i = 0; i < 64; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), ":%dus/1", i + 1);
    ck_assert_int_eq(sim_spread_parse(text, &spread, &error), 0);
    ck_assert_uint_eq(spread.bin[63].upto, SIM_SPREAD_WHOLE);
    snprintf(text + strlen(text), sizeof text - strlen(text), ":1ms/1");
    ck_assert_int_eq(sim_spread_parse(text, &spread, &error), -1);
    ck_assert_ptr_nonnull(strstr(error.text, "more than 64"));
}
END_TEST

START_TEST(a_scenario_names_the_line_of_a_bad_one)
{
    struct sim_scenario *scenario = NULL;
    struct sim_error error = {""};

    ck_assert_int_lt(sim_scenario_parse("s.ini",
                                        "[workload w]\nnumber_ios = 1\n[controller]\n"
                                        "read_spread = lognrmal:1\n",
                                        NULL, 0, &error, &scenario),
                     0);
    ck_assert_msg(strncmp(error.text, "s.ini:4: read_spread: ", 22) == 0, "%s", error.text);
    ck_assert_ptr_nonnull(strstr(error.text, "did you mean 'lognormal'?"));
}
END_TEST

#define WITH_FILE(content, bytes)                                                            \
    "[workload w]\nnumber_ios = 1\n[controller]\nread_spread = table:t.csv\n--- file " bytes \
    " t.csv\n" content "\n"

static struct sim_scenario *scenario_of(const char *text, struct sim_error *error)
{
    struct sim_scenario *scenario = NULL;

    return sim_scenario_parse("s.ini", text, NULL, 0, error, &scenario) < 0 ? NULL : scenario;
}

START_TEST(a_table_may_come_from_a_file_that_travels_with_the_scenario)
{
    struct sim_error error = {""};
    struct sim_scenario *a = scenario_of(WITH_FILE("80us, 90\n2ms, 10", "16"), &error), *b;
    struct sim_spread spread;

    ck_assert_msg(a != NULL, "%s", error.text);
    ck_assert_int_eq(sim_opt_spread(a, SIM_OPT_CONTROLLER_READ_SPREAD, &spread, &error), 0);
    ck_assert_uint_eq(spread.bins, 2);
    ck_assert_int_eq(spread.bin[1].to, 2 * SIM_MS);
    ck_assert_uint_eq(spread.bin[0].upto, 900000000);
    /* its text is enough to read it again; another table is another scenario */
    b = scenario_of(sim_scenario_text(a), &error);
    ck_assert(sim_scenario_hash(a) == sim_scenario_hash(b));
    sim_scenario_free(b);
    b = scenario_of(WITH_FILE("80us, 90\n2ms, 11", "16"), &error);
    ck_assert(sim_scenario_hash(a) != sim_scenario_hash(b));
    sim_scenario_free(b);
    sim_scenario_free(a);
}
END_TEST

START_TEST(a_file_that_is_missing_or_wrong_is_an_error)
{
    struct sim_error error = {""};

    ck_assert_ptr_null(scenario_of("[workload w]\nnumber_ios = 1\n[controller]\n"
                                   "read_spread = table:t.csv\n",
                                   &error));
    ck_assert_ptr_nonnull(strstr(error.text, "s.ini:4: read_spread: this file did not come"));
    ck_assert_ptr_null(scenario_of(WITH_FILE("80us, x", "7"), &error));
    ck_assert_ptr_nonnull(strstr(error.text, "s.ini:4: read_spread: table: 'x' is not a weight"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("spread");
    TCase *tc = tcase_create("spread");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_loop_test(tc, a_distribution_has_its_shares_and_exactly_these_counts, 0,
                        sizeof known / sizeof known[0]);
    tcase_add_test(tc, the_tail_of_a_lognormal_reaches_beyond_four_deviations);
    tcase_add_test(tc, a_draw_is_never_0_and_no_mean_overflows);
    tcase_add_test(tc, a_table_may_stand_in_lines_with_remarks);
    tcase_add_loop_test(tc, what_is_wrong_is_said, 0, sizeof bad / sizeof bad[0]);
    tcase_add_test(tc, a_table_has_64_times_at_most);
    tcase_add_test(tc, a_scenario_names_the_line_of_a_bad_one);
    tcase_add_test(tc, a_table_may_come_from_a_file_that_travels_with_the_scenario);
    tcase_add_test(tc, a_file_that_is_missing_or_wrong_is_an_error);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
