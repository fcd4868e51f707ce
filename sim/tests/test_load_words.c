/* sim/tests/test_load_words.c - values of fio's and Iometer's words. */
// covers: sim/load/words.c
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/load/words.h"

static struct sim_error error;

static void says(const char *words)
{
    ck_assert_msg(strstr(error.text, words) != NULL, "'%s' does not say '%s'", error.text, words);
}

START_TEST(sizes_are_fios_examples)
{
    static const struct {
        const char *text;
        uint32_t want[SIM_DIRS]; /* 1: the default is kept */
    } cases[] = {
        {"256k", {262144, 262144, 262144}},
        {"8k,32k", {8192, 32768, 32768}},
        {"8k,32k,", {8192, 32768, 1}},
        {",8k", {1, 8192, 8192}},
        {",8k,", {1, 8192, 1}},
        {"4k,8k,16k", {4096, 8192, 16384}},
    };

    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sim_sizes out[SIM_DIRS] = {{.min = 1}, {.min = 1}, {.min = 1}};

        ck_assert_int_eq(sim_words_sizes(cases[i].text, out, &error), 0);
        for (int d = 0; d < SIM_DIRS; d++)
            ck_assert_uint_eq(out[d].min, cases[i].want[d]);
    }
}
END_TEST

START_TEST(bad_sizes_are_refused)
{
    struct sim_sizes out[SIM_DIRS];

    ck_assert_int_lt(sim_words_sizes("4k,4k,4k,4k", out, &error), 0);
    says("more than three values");
    ck_assert_int_lt(sim_words_sizes("4x", out, &error), 0);
    says("'4x' is not a size");
    ck_assert_int_lt(sim_words_sizes("100", out, &error), 0);
    says("512 bytes to 16m");
}
END_TEST

START_TEST(ranges)
{
    struct sim_sizes out[SIM_DIRS];

    ck_assert_int_eq(sim_words_ranges("1k-4k,2k-8k", 512, false, out, &error), 0);
    ck_assert_uint_eq(out[0].min, 1024);
    ck_assert_uint_eq(out[0].max, 4096);
    ck_assert_uint_eq(out[0].step, 1024);
    ck_assert_uint_eq(out[2].max, 8192);
    ck_assert_int_eq(sim_words_ranges("10k:4k", 512, false, out, &error), 0); /* swapped */
    ck_assert_uint_eq(out[0].min, 4096);
    ck_assert_uint_eq(out[0].max, 8192); /* the largest multiple */
    ck_assert_int_eq(sim_words_ranges("4k-10k", 512, true, out, &error), 0);
    ck_assert_uint_eq(out[0].step, 512);
    ck_assert_uint_eq(out[0].max, 10240);
    ck_assert_int_lt(sim_words_ranges("4k", 512, false, out, &error), 0);
    says("is not a range");
}
END_TEST

START_TEST(splits)
{
    struct sim_sizes out[SIM_DIRS];

    ck_assert_int_eq(sim_words_splits("4k/10:64k/50:32k/40", out, &error), 0);
    ck_assert_uint_eq(out[1].parts, 3);
    ck_assert_uint_eq(out[1].part[0].upto, 100000);
    ck_assert_uint_eq(out[1].part[1].upto, 600000);
    ck_assert_uint_eq(out[1].part[2].upto, 1000000);
    ck_assert_uint_eq(out[1].max, 65536);
    /* what is left is shared by those that leave it open */
    ck_assert_int_eq(sim_words_splits("4k/50:1k/:32k/", out, &error), 0);
    ck_assert_uint_eq(out[0].part[1].upto, 750000);
    ck_assert_uint_eq(out[0].part[2].upto, 1000000);
    ck_assert_int_eq(sim_words_splits("2k/50:4k/50,4k/90:8k/10", out, &error), 0);
    ck_assert_uint_eq(out[0].part[1].bytes, 4096);
    ck_assert_uint_eq(out[1].part[1].bytes, 8192);
    ck_assert_uint_eq(out[2].part[1].bytes, 8192);
    ck_assert_int_lt(sim_words_splits("4k/60:8k/60", out, &error), 0);
    says("add up to 120.0000%");
    ck_assert_int_lt(sim_words_splits("4k/1/2", out, &error), 0);
    says("SIZE/PERCENT");
}
END_TEST

START_TEST(three_numbers_and_percents)
{
    uint64_t n[SIM_DIRS] = {0};
    uint32_t ppm[SIM_DIRS] = {0};

    ck_assert_int_eq(sim_words_bytes("1m,500k", n, &error), 0);
    ck_assert_uint_eq(n[0], 1 << 20);
    ck_assert_uint_eq(n[2], 500 * 1024);
    n[0] = n[1] = n[2] = 0;
    ck_assert_int_eq(sim_words_bytes(",500k", n, &error), 0);
    ck_assert_uint_eq(n[0], 0);
    ck_assert_int_eq(sim_words_counts("500,", n, &error), 0);
    ck_assert_uint_eq(n[0], 500);
    ck_assert_int_eq(sim_words_percents("40,60%,0", ppm, &error), 0);
    ck_assert_uint_eq(ppm[0], 400000);
    ck_assert_uint_eq(ppm[1], 600000);
    ck_assert_int_lt(sim_words_percents("140", ppm, &error), 0);
    says("more than 100%");
}
END_TEST

START_TEST(distributions)
{
    struct sim_distribution d;

    ck_assert_int_eq(sim_words_distribution("random", &d, &error), 0);
    ck_assert_int_eq(d.kind, SIM_UNIFORM);
    ck_assert_int_eq(sim_words_distribution("zipf:1.2:0.25", &d, &error), 0);
    ck_assert_uint_eq(d.value, 1200000);
    ck_assert_int_eq(d.center, 250000);
    ck_assert_int_eq(sim_words_distribution("pareto:0.2", &d, &error), 0);
    ck_assert_int_eq(d.center, -1);
    ck_assert_int_eq(sim_words_distribution("zoned:60/10:40/", &d, &error), 0);
    ck_assert_uint_eq(d.zone[1].end, 1000000);
    ck_assert_int_lt(sim_words_distribution("zipf", &d, &error), 0);
    says("theta from");
    ck_assert_int_lt(sim_words_distribution("pareto:1.5", &d, &error), 0);
    ck_assert_int_lt(sim_words_distribution("normal:10:2", &d, &error), 0);
    says("from 0 to 1");
    ck_assert_int_lt(sim_words_distribution("zoned:60/10:30/90", &d, &error), 0);
    says("100% each");
    ck_assert_int_lt(sim_words_distribution("gamma:3", &d, &error), 0);
    says("is not one of random");
}
END_TEST

START_TEST(processors)
{
    uint8_t cpu[SIM_LOAD_CPUS_MAX];

    ck_assert_int_eq(sim_words_cpus("0,5,8-10", cpu, &error), 5);
    ck_assert_uint_eq(cpu[1], 5);
    ck_assert_uint_eq(cpu[4], 10);
    ck_assert_int_lt(sim_words_cpus("3-1", cpu, &error), 0);
    ck_assert_int_lt(sim_words_cpus("40", cpu, &error), 0);
    says("from 0 to 31");
}
END_TEST

START_TEST(access_specifications)
{
    static struct sim_access_line line[SIM_ACCESS_MAX];

    ck_assert_int_eq(sim_words_access("4096/70/67/100/0/1/4096:64k/30/50/0", 512, line, &error), 2);
    ck_assert_uint_eq(line[0].upto, 700000);
    ck_assert_uint_eq(line[0].align, 4096);
    ck_assert_uint_eq(line[1].align, 512);
    ck_assert_uint_eq(line[1].burst, 1);
    ck_assert_uint_eq(line[1].read_ppm, 500000);
    ck_assert_int_eq(sim_words_access("4k/100/100/100/20/8", 512, line, &error), 1);
    ck_assert_int_eq(line[0].delay, 20 * SIM_MS);
    ck_assert_uint_eq(line[0].burst, 8);
    ck_assert_int_lt(sim_words_access("4k/70/67/100", 512, line, &error), 0);
    says("add up to 70%");
    ck_assert_int_lt(sim_words_access("4k/100/67", 512, line, &error), 0);
    says("SIZE/SHARE/READS/RANDOM");
    ck_assert_int_lt(sim_words_access("4k/100/67/0/0/1/100", 512, line, &error), 0);
    says("whole logical blocks");
}
END_TEST

START_TEST(no_text_breaks_them)
{
    static const char *const texts[] = {
        "",       ",",         ",,", ":",   "/",    "-",     "4k/", "/4",  "zipf:",
        "zoned:", "zoned:/:/", "0-", "a-b", "::::", "4k,,,", "%",   "1e9", "99999999999999999999",
        "4k/50:", " 4k "};
    static struct sim_access_line line[SIM_ACCESS_MAX];
    struct sim_sizes sizes[SIM_DIRS] = {0};
    struct sim_distribution d;
    uint8_t cpu[SIM_LOAD_CPUS_MAX];
    uint64_t n[SIM_DIRS];
    uint32_t ppm[SIM_DIRS];

    for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        sim_words_sizes(texts[i], sizes, &error);
        sim_words_ranges(texts[i], 512, i % 2, sizes, &error);
        sim_words_splits(texts[i], sizes, &error);
        sim_words_bytes(texts[i], n, &error);
        sim_words_percents(texts[i], ppm, &error);
        sim_words_distribution(texts[i], &d, &error);
        sim_words_cpus(texts[i], cpu, &error);
        sim_words_access(texts[i], 512, line, &error);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("load_words");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_test(tc, sizes_are_fios_examples);
    tcase_add_test(tc, bad_sizes_are_refused);
    tcase_add_test(tc, ranges);
    tcase_add_test(tc, splits);
    tcase_add_test(tc, three_numbers_and_percents);
    tcase_add_test(tc, distributions);
    tcase_add_test(tc, processors);
    tcase_add_test(tc, access_specifications);
    tcase_add_test(tc, no_text_breaks_them);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
