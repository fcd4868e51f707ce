/* sim/tests/test_sweep.c - sweeps: rows, bugs, expectations, shards. */
// links: sim/tests/fake_session.c sim/tests/program.c
// without: sim/run/session.c
// timeout: 180
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/tests/program.h"

START_TEST(a_clean_sweep_has_a_row_for_each_seed_and_exits_0)
{
    json_t *object;

    ck_assert_int_eq(storsim("sweep scenarios/good.ini --seeds 1-500 --jobs 2 --json"), 0);
    object = json_line();
    ck_assert_str_eq(json_string_value(json_object_get(object, "scenario")), "good");
    ck_assert_int_eq(json_integer_value(json_object_get(object, "seeds")), 500);
    ck_assert_int_eq(json_integer_value(json_object_get(object, "passed")), 500);
    ck_assert(json_is_null(json_object_get(object, "first_failure")));
    json_decref(object);
    ck_assert_str_eq(query("results/good/results.db", "SELECT count(*) FROM run"), "500");
    ck_assert_str_eq(query("results/good/results.db", "SELECT complete FROM sweep"), "1");
    ck_assert_str_eq(query("results/good/results.db", "SELECT sum(count) FROM latency"), "8000");
    ck_assert_str_eq(query("results/good/results.db", "SELECT sum(count) FROM iometer"), "8000");
    ck_assert_str_eq(query("results/good/results.db", "SELECT count(DISTINCT seed) FROM sample"),
                     "20");
    ck_assert_str_eq(query("results/good/results.db", "PRAGMA user_version"), "4");
}
END_TEST

/* Seed s shows pair n when n squared divides s (fake_session.c): pairs 1 to 22 in 500 seeds. */
START_TEST(interleavings_are_merged_in_the_order_of_the_seeds)
{
    const char *const jobs[] = {"1", "3"};
    static const char first[] =
        "SELECT group_concat(first_seed || ':' || seeds) FROM (SELECT * FROM pair ORDER BY n)";
    static const char fresh[] =
        "SELECT group_concat(pairs || ':' || new_pairs) FROM (SELECT * FROM run ORDER BY seed)";
    char line[128], seen[2][2][4096];

    for (int i = 0; i < 2; i++) {
        snprintf(line, sizeof(line), "sweep scenarios/good.ini --seeds 1-500 --jobs %s --out j%d",
                 jobs[i], i);
        ck_assert_int_eq(storsim(line), 0);
        says(output,
             "interleavings: 22 pairs, the last new one at seed 484 (1 in 1, 3 in 10, 10 in 100)");
        snprintf(line, sizeof(line), "j%d/results.db", i);
        strcpy(seen[i][0], query(line, first));
        strcpy(seen[i][1], query(line, fresh));
    }
    ck_assert_str_eq(seen[0][0], seen[1][0]);
    ck_assert_str_eq(seen[0][1], seen[1][1]);
    ck_assert_ptr_nonnull(strstr(seen[0][0], "1:500,4:125,9:55,16:31,"));
    ck_assert_str_eq(query("j1/results.db", "SELECT sum(new_pairs) FROM run"), "22");
}
END_TEST

/* Of 22 squares up to 500, 11 are odd: odd seeds are the first shard. */
START_TEST(a_shard_finds_what_its_seeds_show)
{
    ck_assert_int_eq(storsim("sweep scenarios/good.ini --seeds 1-500 --shard 1/2 --out one"), 0);
    ck_assert_int_eq(storsim("sweep scenarios/good.ini --seeds 1-500 --shard 2/2 --out two"), 0);
    ck_assert_str_eq(
        query("one/results.db",
              "SELECT count(*) || ' ' || sum(seeds) FROM pair WHERE first_seed % 2 = 1"),
        "11 303");
    ck_assert_str_eq(query("two/results.db", "SELECT count(*) FROM pair"), "19");
}
END_TEST

START_TEST(a_guided_sweep_is_the_same_with_any_number_of_workers)
{
    static const char loads[] =
        "SELECT count(*) || ' ' || sum(seed * load_seed) || ' ' || sum(new_pairs) FROM run";
    char one[256];

    ck_assert_int_eq(storsim("sweep scenarios/good.ini --seeds 1-3000 --guided --jobs 1 --out g1"),
                     0);
    ck_assert_int_eq(storsim("sweep scenarios/good.ini --seeds 1-3000 --guided --jobs 3 --out g3"),
                     0);
    strcpy(one, query("g1/results.db", loads));
    ck_assert_str_eq(query("g3/results.db", loads), one);
    ck_assert_str_eq(
        query("g1/results.db", "SELECT count(*) > 20 FROM run WHERE load_seed <> seed"), "1");
    ck_assert_str_eq(
        query("g1/results.db", "SELECT count(*) FROM run WHERE load_seed <> seed AND seed <= 512"),
        "0");
    ck_assert_str_eq(query("g1/results.db", "SELECT guided FROM sweep"), "1");
}
END_TEST

START_TEST(without_coverage_nothing_is_said_or_stored)
{
    ck_assert_int_eq(storsim("sweep scenarios/good.ini --seeds 1-20 --no-coverage"), 0);
    ck_assert_ptr_null(strstr(output, "interleavings"));
    ck_assert_str_eq(query("results/good/results.db", "SELECT count(*) FROM pair"), "0");
    ck_assert_str_eq(
        query("results/good/results.db", "SELECT count(*) FROM run WHERE pairs IS NOT NULL"), "0");
    ck_assert_int_eq(storsim("sweep scenarios/good.ini --seeds 1-20 --no-coverage --guided"), 2);
    says(messages, "--guided goes by interleavings");
}
END_TEST

START_TEST(an_expected_violation_is_a_pass_and_leaves_one_replay_file_for_each_bug)
{
    ck_assert_int_eq(storsim("sweep scenarios/bad.ini --out r"), 0);
    says(output, "PASS bad, driver deferred: 40 of 60 seeds violated a rule");
    says(output, "storsim replay r/failures/bad-deferred-reset-outstanding-1.replay");
    ck_assert_str_eq(
        query("r/results.db",
              "SELECT group_concat(seed || replay) FROM finding WHERE replay NOT NULL"),
        "1failures/bad-deferred-reset-outstanding-1.replay,2failures/"
        "bad-deferred-reset-outstanding-2.replay");
    ck_assert_int_eq(storsim("replay r/failures/bad-deferred-reset-outstanding-2.replay"), 1);
    says(output,
         "FAIL reset-outstanding: HwStorResetBus returned with 3 requests outstanding (seed 2, ");
    says(output, "\nsame finding, same trace hash\n");
    says(output, "again: storsim replay r/failures/bad-deferred-reset-outstanding-2.replay\n");
}
END_TEST

static bool there(const char *name)
{
    char path[256];

    snprintf(path, sizeof(path), "r/failures/bad-deferred-reset-outstanding-%s.replay", name);
    return access(path, F_OK) == 0;
}

START_TEST(every_bug_is_made_small_the_cheapest_first)
{
    const char *one, *two;

    ck_assert_int_eq(storsim("sweep bad --out r"), 0);
    one = strstr(output, "  bug: reset-outstanding (+0x200): 20 seeds, the first 1\n");
    two = strstr(output, "  bug: reset-outstanding (+0x100): 20 seeds, the first 2\n");
    ck_assert_ptr_nonnull(one);
    ck_assert(one < two); /* its run is shorter */
    ck_assert(there("1-min") && there("2-min"));
    says(one, "storsim explain r/failures/bad-deferred-reset-outstanding-1-min.replay");
    says(two, "storsim explain r/failures/bad-deferred-reset-outstanding-2-min.replay");
    ck_assert_int_eq(storsim("replay r/failures/bad-deferred-reset-outstanding-2-min.replay"), 1);
    says(output, "\nsame finding, same trace hash\n");
}
END_TEST

START_TEST(bugs_share_the_tries)
{
    json_t *object, *bugs;

    ck_assert_int_eq(storsim("sweep bad --out r --tries 0"), 0);
    says(output, "bug: reset-outstanding (+0x100): 20 seeds, the first 2\n");
    ck_assert_ptr_null(strstr(output, "minimi"));
    ck_assert(!there("1-min"));
    ck_assert_int_eq(storsim("sweep bad --out r --tries 20 --json"), 0);
    object = json_loads(output, 0, NULL);
    bugs = json_object_get(object, "bugs");
    ck_assert_uint_eq(json_array_size(bugs), 2);
    ck_assert_ptr_nonnull(json_object_get(json_array_get(bugs, 0), "minimised"));
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(bugs, 1), "not_minimised")),
                     "--tries is spent; 'storsim shrink' has more");
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(bugs, 1), "signature")),
                     "+0x100");
    json_decref(object);
}
END_TEST

START_TEST(minima_of_an_earlier_sweep_do_not_stay)
{
    ck_assert_int_eq(storsim("sweep bad --out r"), 0);
    ck_assert(there("1") && there("1-min") && there("2-min"));
    ck_assert_int_eq(storsim("sweep bad --out r --seeds 4-5"), 0);
    ck_assert(!there("1") && !there("1-min") && !there("2-min"));
    ck_assert(there("4-min") && there("5-min"));
    ck_assert_int_eq(storsim("sweep bad --out r --seeds 4-5 --tries 0"), 0);
    ck_assert(there("4") && !there("4-min"));
}
END_TEST

START_TEST(an_unmet_expectation_exits_1)
{
    ck_assert_int_eq(storsim("sweep scenarios/good.ini --driver deferred --out r"), 1);
    says(output, "FAIL good, driver deferred");
    ck_assert_int_eq(storsim("sweep scenarios/bad.ini --driver nvme --out r"), 1);
    says(output, "FAIL bad, driver nvme: none of 60 seeds");
}
END_TEST

START_TEST(rows_do_not_depend_on_the_number_of_workers)
{
    static const char sql[] =
        "SELECT group_concat(seed || hash || errors) FROM (SELECT * FROM run ORDER BY seed)";
    char one[4096];

    ck_assert_int_eq(storsim("sweep bad --jobs 1 --out one"), 0);
    ck_assert_int_eq(storsim("sweep bad --jobs 7 --out seven"), 0);
    strcpy(one, query("one/results.db", sql));
    ck_assert_str_eq(one, query("seven/results.db", sql));
}
END_TEST

START_TEST(sweeping_again_replaces_and_keeps_the_others)
{
    ck_assert_int_eq(storsim("sweep bad --out r"), 0);
    ck_assert_int_eq(storsim("sweep good --out r"), 0);
    ck_assert_int_eq(storsim("sweep bad --seeds 4-5 --out r"), 0);
    ck_assert_str_eq(query("r/results.db", "SELECT count(*) FROM sweep"), "2");
    ck_assert_str_eq(query("r/results.db",
                           "SELECT count(*) FROM run JOIN sweep ON id=sweep WHERE scenario='bad'"),
                     "2");
    ck_assert_int_ne(access("r/failures/bad-deferred-reset-outstanding-1.replay", F_OK), 0);
    ck_assert_int_eq(access("r/failures/bad-deferred-reset-outstanding-4.replay", F_OK), 0);
}
END_TEST

START_TEST(shards_run_every_nth_seed)
{
    ck_assert_int_eq(storsim("sweep good --seeds 1-10 --shard 2/3 --out r"), 0);
    ck_assert_str_eq(query("r/results.db", "SELECT group_concat(seed) FROM run"), "2,5,8");
    ck_assert_str_eq(query("r/results.db", "SELECT shard FROM sweep"), "2/3");
    ck_assert_int_eq(storsim("sweep good --seeds 1 --shard 3/3 --out r"), 4);
    ck_assert_int_eq(storsim("sweep good --seeds 1-10 --shard 1/2"), 0);
    ck_assert_int_eq(access("results/good-shard-1-of-2/results.db", F_OK), 0);
}
END_TEST

START_TEST(stop_after_cuts_at_the_same_seed_whatever_the_workers_do)
{
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(storsim("sweep bad --seeds 3-5000 --stop-after 3 --jobs 3 --out r"), 0);
        ck_assert_str_eq(query("r/results.db", "SELECT group_concat(seed) FROM run"), "3,4,5,6,7");
    }
    ck_assert_str_eq(query("r/results.db", "SELECT complete FROM sweep"), "0");
}
END_TEST

int main(int argc, char **argv)
{
    TCase *tc = tcase_create("sweep");

    tcase_add_test(tc, a_clean_sweep_has_a_row_for_each_seed_and_exits_0);
    tcase_add_test(tc, interleavings_are_merged_in_the_order_of_the_seeds);
    tcase_add_test(tc, a_shard_finds_what_its_seeds_show);
    tcase_add_test(tc, a_guided_sweep_is_the_same_with_any_number_of_workers);
    tcase_add_test(tc, without_coverage_nothing_is_said_or_stored);
    tcase_add_test(tc, an_expected_violation_is_a_pass_and_leaves_one_replay_file_for_each_bug);
    tcase_add_test(tc, every_bug_is_made_small_the_cheapest_first);
    tcase_add_test(tc, bugs_share_the_tries);
    tcase_add_test(tc, minima_of_an_earlier_sweep_do_not_stay);
    tcase_add_test(tc, an_unmet_expectation_exits_1);
    tcase_add_test(tc, rows_do_not_depend_on_the_number_of_workers);
    tcase_add_test(tc, sweeping_again_replaces_and_keeps_the_others);
    tcase_add_test(tc, shards_run_every_nth_seed);
    tcase_add_test(tc, stop_after_cuts_at_the_same_seed_whatever_the_workers_do);
    return program_main(argc, argv, tc);
}
