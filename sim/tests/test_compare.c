/* sim/tests/test_compare.c - several drivers in one sweep: side by side, and against a baseline. */
// links: sim/tests/fake_session.c sim/tests/program.c
// without: sim/run/session.c
// timeout: 180
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/tests/program.h"

START_TEST(drivers_are_compared_in_one_database)
{
    ck_assert_int_eq(
        storsim("sweep good bad --driver nvme --driver deferred --out r --json --junit r.xml"), 1);
    ck_assert_str_eq(query("r/results.db", "SELECT group_concat(scenario || ':' || driver) FROM "
                                           "(SELECT * FROM sweep ORDER BY id)"),
                     "good:nvme,good:deferred,bad:nvme,bad:deferred");
    ck_assert_str_eq(query("r/results.db", "SELECT count(DISTINCT scenario_hash) FROM sweep"), "1");
    read_text("r.xml", output, sizeof(output));
    says(output, "tests=\"4\" failures=\"2\" errors=\"0\"");
    says(output, "<property name=\"driver-build\" value=\"none\"/>");
    says(output, "storsim replay r/failures/good-deferred-reset-outstanding-1.replay");
}
END_TEST

/* The line of the table with this label, runs of blanks as one. */
static void row_says(const char *label, const char *texts)
{
    char want[160], line[256] = "";
    const char *at = strstr(output, "the same for all\n");
    size_t n = 0;

    ck_assert_msg(at != NULL && (at = strstr(at, label)) != NULL, "no row %s in %s", label, output);
    for (; *at != '\0' && *at != '\n' && n + 1 < sizeof(line); at++) {
        if (*at != ' ' || at[1] != ' ')
            line[n++] = *at;
    }
    line[n] = '\0';
    snprintf(want, sizeof(want), "%s %s", label, texts);
    ck_assert_str_eq(line, want);
}

START_TEST(what_each_driver_broke_and_what_changed_is_told_side_by_side)
{
    ck_assert_int_eq(storsim("sweep good --seeds 1-12 --driver nvme --driver ./old/bad.so --driver "
                             "./new/bad.so --driver ./new/rare.so --out r"),
                     1);
    says(output, "  A  nvme (build none)\n  B  ./old/bad.so (build none, the same as A)\n");
    says(output, "good, 12 seeds from 1 on, the same for all\n");
    row_says("reset-outstanding", "- 8 (seed 1) 8 (seed 1) 2 (seed 1)");
    row_says("no rule broken", "12 4 4 10");
    row_says("recovery, median", "7 ms 7 ms 7 ms 7 ms");
    says(output, "  A to B:\n    new    reset-outstanding: 8 seeds\n");
    says(output, "  B to C:\n    same   reset-outstanding: 8 of the same seeds, 0 no more, 0 only "
                 "now\n");
    says(output, "  C to D:\n    same   reset-outstanding: 2 of the same seeds, 6 no more, 0 only "
                 "now\n");
    /* Two modules of one name leave two replay files. */
    ck_assert_int_eq(access("r/failures/good-old_bad.so-reset-outstanding-1.replay", F_OK), 0);
    ck_assert_int_eq(access("r/failures/good-new_bad.so-reset-outstanding-1.replay", F_OK), 0);
    ck_assert_int_eq(storsim("sweep good --seeds 1-12 --driver ./bad.so --driver nvme --out r"), 1);
    says(output, "  A to B:\n    fixed  reset-outstanding: 8 seeds\n");
    ck_assert_int_eq(storsim("sweep good --seeds 1-12 --driver nvme --driver ./good.so"), 0);
    says(output, "  A to B:\n    no rule was broken by either\n");
    ck_assert_int_eq(storsim("sweep good --seeds 1-12 --driver ./bad.so"), 1);
    ck_assert_ptr_null(strstr(output, "drivers compared"));
}
END_TEST

START_TEST(drivers_are_compared_over_the_seeds_that_all_of_them_ran)
{
    ck_assert_int_eq(storsim("sweep good --seeds 3-60 --driver nvme --driver bad/x.so --driver "
                             "rare/x.so --stop-after 2 --json"),
                     1);
    says(output, "{\"comparison\":\"good\",\"seed_first\":3,\"seeds\":3,");
    says(output, "{\"driver\":\"bad/x.so\",\"driver_build\":\"none\",\"failing\":"
                 "{\"reset-outstanding\":{\"seeds\":2,\"first_seed\":4}},\"passed\":1,"
                 "\"recovery_median_ns\":4000000}");
    says(output, "{\"from\":\"bad/x.so\",\"to\":\"rare/x.so\",\"rule\":"
                 "\"reset-outstanding\",\"change\":\"fixed\",\"both\":0,\"only_from\":2,"
                 "\"only_to\":0}");
}
END_TEST

START_TEST(with_a_baseline_only_what_is_new_fails)
{
    ck_assert_int_eq(storsim("sweep good --seeds 1-12 --baseline ./bad.so --driver ./rare.so"), 0);
    says(output, "  A to B:\n    same   reset-outstanding: 2 of the same");
    ck_assert_int_eq(storsim("sweep good --seeds 1-12 --baseline ./bad.so --driver nvme"), 0);
    ck_assert_int_eq(storsim("sweep good --seeds 1-12 --baseline nvme --driver ./rare.so"), 1);
    ck_assert_int_eq(storsim("sweep good bad --seeds 1-12 --baseline deferred --driver nvme"), 1);
    ck_assert_int_eq(storsim("sweep good --baseline nvme"), 2);
    says(messages, "--baseline is compared with what --driver names");
    ck_assert_int_eq(storsim("sweep good --baseline nvme --driver nvme"), 2);
    says(messages, "driver nvme is given twice");
}
END_TEST

int main(int argc, char **argv)
{
    TCase *tc = tcase_create("compare");

    tcase_add_test(tc, drivers_are_compared_in_one_database);
    tcase_add_test(tc, what_each_driver_broke_and_what_changed_is_told_side_by_side);
    tcase_add_test(tc, drivers_are_compared_over_the_seeds_that_all_of_them_ran);
    tcase_add_test(tc, with_a_baseline_only_what_is_new_fails);
    return program_main(argc, argv, tc);
}
