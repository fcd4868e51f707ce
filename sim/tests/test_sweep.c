/* sim/tests/test_sweep.c - sweeps and the command line, with worker processes that crash, hang and
 * are killed.
 *
 * The binary is a whole storsim with a made-up session: with arguments it is that program, so
 * sweeps start it as their workers, and the tests run it as a user would.
 */
// links: sim/tests/fake_session.c
// without: sim/run/session.c
// timeout: 180
#include <check.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim/cli/cli.h"
#include "sim/run/replay.h"

static char folder[] = "/tmp/storsim-test-XXXXXX";
static char output[262144], messages[65536];

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static void read_text(const char *path, char *out, size_t bytes)
{
    FILE *file = fopen(path, "r");

    ck_assert_msg(file != NULL, "%s", path);
    out[fread(out, 1, bytes - 1, file)] = '\0';
    fclose(file);
}

/* Starts storsim with the words of `line`; its output goes to files. */
static pid_t start(const char *line)
{
    char copy[2048], *word[64];
    int n = 1;
    pid_t pid;

    snprintf(copy, sizeof(copy), "%s", line);
    word[0] = (char[]){"storsim"};
    for (char *w = strtok(copy, " "); w != NULL && n < 63; w = strtok(NULL, " "))
        word[n++] = w;
    word[n] = NULL;
    pid = fork();
    if (pid == 0) {
        dup2(open("stdout", O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
        dup2(open("stderr", O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
        execv("/proc/self/exe", word);
        _exit(126);
    }
    return pid;
}

static int finish(pid_t pid)
{
    int status;

    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    read_text("stdout", output, sizeof(output));
    read_text("stderr", messages, sizeof(messages));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int storsim(const char *line)
{
    return finish(start(line));
}

static void says(const char *where, const char *text)
{
    ck_assert_msg(strstr(where, text) != NULL, "'%s' is not in:\n%s\n%s", text, output, messages);
}

/* First column of the first row, as text. */
static const char *query(const char *path, const char *sql)
{
    static char text[4096];
    sqlite3 *db;
    sqlite3_stmt *statement;

    ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK, "%s",
                  sqlite3_errmsg(db));
    ck_assert_msg(sqlite3_step(statement) == SQLITE_ROW, "%s: no row", sql);
    snprintf(text, sizeof(text), "%s", (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return text;
}

static json_t *json_line(void)
{
    json_error_t why;
    json_t *object = json_loads(output, JSON_DISABLE_EOF_CHECK, &why);

    ck_assert_msg(object != NULL, "%s: %s", why.text, output);
    return object;
}

static void scenario_write(const char *path, const char *expect, const char *driver,
                           const char *parameter)
{
    char text[1024];

    snprintf(
        text, sizeof(text),
        "# made up\n[scenario]\ntitle = made up\nexpect = %s\nseeds = 60\n[driver]\nmodule = %s\n"
        "parameter = %s\n[workload w]\nnumber_ios = 1\n",
        expect, driver, parameter);
    write_text(path, text);
}

static void set_up(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    setenv("XDG_STATE_HOME", folder, 1);
    ck_assert_int_eq(mkdir("scenarios", 0700), 0);
    scenario_write("scenarios/good.ini", "pass", "nvme", "");
    scenario_write("scenarios/bad.ini", "violates reset-outstanding within 5 seeds", "deferred",
                   "");
}

static void tear_down(void)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -rf %s", folder);
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(system(command), 0);
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
}

/* --- sweeps
 * ----------------------------------------------------------------------------------------- */

static long number(const char *text)
{
    return strtol(text, NULL, 10);
}

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
    ck_assert_str_eq(query("results/good/results.db", "SELECT count(DISTINCT seed) FROM sample"),
                     "20");
    ck_assert_str_eq(query("results/good/results.db", "PRAGMA user_version"), "3");
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

/* --- workers that die
 * ------------------------------------------------------------------------------- */

START_TEST(a_seed_that_kills_its_worker_once_is_run_again)
{
    scenario_write("scenarios/c.ini", "pass", "nvme", "crash-once=flag");
    ck_assert_int_eq(storsim("sweep c --jobs 2 --out r"), 0);
    ck_assert_int_eq(access("flag", F_OK), 0);
    ck_assert_str_eq(query("r/results.db", "SELECT count(*) FROM run WHERE stop='done'"), "60");
}
END_TEST

START_TEST(a_seed_that_kills_every_worker_is_storsims_fault)
{
    scenario_write("scenarios/c.ini", "pass", "nvme", "crash=33");
    ck_assert_int_eq(storsim("sweep c --jobs 2 --out r"), 3);
    says(output,
         "storsim's own fault on 1 seed, the first 33: the worker process died of signal 9");
    says(output, "storsim run scenarios/c.ini --seed 33\n");
    ck_assert_str_eq(query("r/results.db", "SELECT count(*) FROM run"), "60");
    ck_assert_str_eq(query("r/results.db", "SELECT group_concat(seed) FROM run WHERE stop='lost'"),
                     "33");
    ck_assert_str_eq(query("r/results.db", "SELECT complete FROM sweep"), "1");
}
END_TEST

START_TEST(a_silent_worker_is_killed_and_its_seed_hangs)
{
    scenario_write("scenarios/c.ini", "violates driver-hang within 60 seeds", "nvme", "hang=7");
    ck_assert_int_eq(storsim("sweep c --jobs 2 --out r --patience 300ms"), 0);
    ck_assert_str_eq(
        query("r/results.db", "SELECT seed || rule || stop FROM finding NATURAL JOIN run"),
        "7driver-hanghung");
    ck_assert_str_eq(query("r/results.db", "SELECT count(*) FROM run"), "60");
}
END_TEST

START_TEST(a_worker_that_dies_at_opening_ends_the_sweep_with_nothing_written)
{
    scenario_write("scenarios/c.ini", "pass", "nvme", "die");
    ck_assert_int_eq(storsim("sweep good c --out r"), 3);
    says(messages,
         "scenarios/c.ini: cannot be opened with driver nvme: the worker process died of signal 9");
    ck_assert_int_ne(access("r", F_OK), 0);
}
END_TEST

START_TEST(a_refused_module_is_one_line_and_nothing_is_written)
{
    scenario_write("scenarios/c.ini", "pass", "nvme", "refuse");
    ck_assert_int_eq(storsim("sweep good c --out r"), 2);
    ck_assert_str_eq(messages, "storsim: fake.so: no DriverEntry in this module\n");
    ck_assert_int_ne(access("r", F_OK), 0);
    ck_assert_int_eq(storsim("run c"), 2);
    ck_assert_str_eq(messages, "storsim: fake.so: no DriverEntry in this module\n");
}
END_TEST

static void wait_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

/* Sends a signal to a long sweep; returns its exit status, and how long it took to end. */
static int interrupted(int number, double *took_s)
{
    struct timespec a, b;
    pid_t pid;
    int status;

    scenario_write("scenarios/c.ini", "pass", "nvme", "slow=5");
    pid = start("sweep c --seeds 1-100000 --jobs 2 --out r");
    wait_ms(1000);
    clock_gettime(CLOCK_MONOTONIC, &a);
    kill(pid, number);
    status = finish(pid);
    clock_gettime(CLOCK_MONOTONIC, &b);
    *took_s = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
    return status;
}

START_TEST(ctrl_c_ends_within_a_second_and_keeps_what_was_finished)
{
    double took_s;

    ck_assert_int_eq(interrupted(SIGINT, &took_s), 130);
    ck_assert(took_s < 1.0);
    says(messages, "interrupted; what was finished is in r/results.db");
    ck_assert_int_gt(number(query("r/results.db", "SELECT count(*) FROM run")), 50);
    ck_assert_str_eq(query("r/results.db", "SELECT complete FROM sweep"), "0");
    ck_assert_str_eq(query("r/results.db", "PRAGMA integrity_check"), "ok");
}
END_TEST

START_TEST(terminate_exits_143)
{
    double took_s;

    ck_assert_int_eq(interrupted(SIGTERM, &took_s), 143);
    ck_assert(took_s < 1.0);
}
END_TEST

START_TEST(workers_do_not_outlive_a_killed_parent)
{
    char command[256];
    pid_t pid;

    scenario_write("scenarios/c.ini", "pass", "nvme", "slow=5");
    pid = start("sweep c --seeds 1-100000 --jobs 2 --out r");
    wait_ms(1500);
    /* Workers have a new parent, or none, when theirs is gone: look for them by their folder. */
    kill(pid, SIGKILL);
    ck_assert_int_eq(finish(pid), 128 + SIGKILL);
    wait_ms(300);
    snprintf(
        command, sizeof(command),
        "for p in /proc/[0-9]*; do [ \"$(readlink $p/cwd)\" = %s ] && "
        "tr '\\0' ' ' <$p/cmdline 2>/dev/null | grep -q '^storsim worker' && exit 1; done; exit 0",
        folder);
    ck_assert_int_eq(system(command), 0);
    ck_assert_str_eq(query("r/results.db", "PRAGMA integrity_check"), "ok");
    ck_assert_int_gt(number(query("r/results.db", "SELECT count(*) FROM run")), 0);
}
END_TEST

START_TEST(a_budget_ends_the_sweep_and_every_scenario_gets_its_share)
{
    scenario_write("scenarios/c.ini", "pass", "nvme", "slow=5");
    scenario_write("scenarios/d.ini", "pass", "nvme", "slow=5");
    ck_assert_int_eq(storsim("sweep c d --seeds 1-100000 --budget 1200ms --out r"), 0);
    says(messages, "the budget ended before all seeds were run");
    ck_assert_str_eq(query("r/results.db", "SELECT count(DISTINCT sweep) FROM run"), "2");
    ck_assert_str_eq(query("r/results.db", "SELECT sum(complete) FROM sweep"), "0");
}
END_TEST

/* --- databases
 * -------------------------------------------------------------------------------------- */

static void make_database(const char *sql)
{
    sqlite3 *db;

    mkdir("r", 0700);
    ck_assert_int_eq(sqlite3_open("r/results.db", &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

START_TEST(a_database_of_another_version_is_refused_and_left_alone)
{
    make_database(
        "CREATE TABLE sweep (x); PRAGMA application_id=1937010546; PRAGMA user_version=9");
    ck_assert_int_eq(storsim("sweep good --out r"), 2);
    says(messages,
         "r/results.db: a database of version 9; this storsim reads and writes version 3");
    ck_assert_str_eq(query("r/results.db", "SELECT count(*) FROM sqlite_master"), "1");
}
END_TEST

START_TEST(a_foreign_database_and_a_file_that_is_none_are_refused)
{
    make_database("CREATE TABLE theirs (x)");
    ck_assert_int_eq(storsim("sweep good --out r"), 2);
    says(messages, "a database of another program");
    write_text("r/results.db",
               "this is no database, and it is long enough to be looked at in some detail, "
               "with its more than a hundred bytes of text");
    ck_assert_int_eq(storsim("sweep good --out r"), 2);
    says(messages, "r/results.db: not a database");
}
END_TEST

START_TEST(a_results_folder_that_cannot_be_made_is_refused)
{
    write_text("file", "x");
    ck_assert_int_eq(storsim("sweep good --out file"), 2);
    says(messages, "file: ");
    ck_assert_int_eq(storsim("sweep good --out file/below"), 2);
    says(messages, "storsim: file");
    ck_assert_int_eq(storsim("sweep good --out /proc/nothing"), 2);
    says(messages, "storsim: /proc/nothing: cannot make the results folder");
}
END_TEST

/* --- run and replay
 * --------------------------------------------------------------------------------- */

START_TEST(run_tells_verdict_first_and_the_repeat_line_last)
{
    ck_assert_int_eq(storsim("run bad --seed 7 --set port.timeout=5s"), 1);
    ck_assert_int_eq(
        strncmp(
            output,
            "FAIL reset-outstanding: HwStorResetBus returned with 8 requests outstanding (seed 7, "
            "t=15.001 000 s, CPU 1, IRQL 2; Windows: 0xF0/1",
            130),
        0);
    says(output, "32 SRBs completed BUS_RESET, in 31 us");
    says(output, "HwStorResetBus (reset.c:42)");
    ck_assert_str_eq(strstr(output, "again: "),
                     "again: storsim run scenarios/bad.ini --set port.timeout=5s --seed 7\n");
    ck_assert_int_eq(storsim("run good --seed last"), 2);
    ck_assert_int_eq(storsim("run bad --seed last"), 1);
    says(output, "seed 7");
}
END_TEST

START_TEST(run_as_json_is_one_object)
{
    json_t *object;

    ck_assert_int_eq(storsim("run scenarios/bad.ini --seed 7 --json --trace t.jsonl"), 1);
    object = json_line();
    ck_assert_int_eq(json_integer_value(json_object_get(object, "failed")), 1);
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(object, "violations"),
                                                        "reset-outstanding")),
                     1);
    ck_assert_int_eq(
        json_integer_value(json_object_get(json_object_get(object, "first_failure"), "seed")), 7);
    json_decref(object);
    ck_assert_ptr_eq(strchr(output, '\n'), output + strlen(output) - 1);
    read_text("t.jsonl", output, sizeof(output));
    object = json_line();
    ck_assert_int_eq(json_integer_value(json_object_get(object, "seed")), 7);
    json_decref(object);
}
END_TEST

START_TEST(another_trace_of_the_same_program_is_nondeterminism)
{
    scenario_write("scenarios/c.ini", "violates reset-outstanding within 5 seeds", "deferred",
                   "drift");
    ck_assert_int_eq(storsim("sweep c --seeds 1-2 --out r"), 0);
    ck_assert_int_eq(storsim("replay r/failures/c-deferred-reset-outstanding-1.replay"), 3);
    says(output, "same finding, another trace hash");
    says(output, "non-determinism");
}
END_TEST

/* Replaces the line of a replay file that begins with `field`. */
static void replay_edit(const char *field, const char *line)
{
    static char text[65536], changed[65536];
    char *at, *end;

    read_text("x.replay", text, sizeof(text));
    at = strstr(text, field);
    ck_assert_ptr_nonnull(at);
    end = strchr(at, '\n');
    snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - text), text, line, end);
    write_text("x.replay", changed);
}

/* x.replay, a finding of a sweep. */
static void replay_get(void)
{
    ck_assert_int_eq(storsim("sweep bad --out r --tries 0"), 0);
    ck_assert_int_eq(rename("r/failures/bad-deferred-reset-outstanding-1.replay", "x.replay"), 0);
}

/* Takes the line of the checksums out. */
static void replay_unseal(void)
{
    static char text[65536];
    char *at, *end;

    read_text("x.replay", text, sizeof(text));
    at = strstr(text, "checksum: ");
    ck_assert_ptr_nonnull(at);
    end = strchr(at, '\n') + 1;
    memmove(at, end, strlen(end) + 1);
    write_text("x.replay", text);
}

START_TEST(a_replay_says_what_differs)
{
    replay_get();
    replay_unseal();
    replay_edit("trace-hash: ", "trace-hash: 0123456789abcdef");
    replay_edit("driver-build: ", "driver-build: older");
    ck_assert_int_eq(storsim("replay x.replay"), 1);
    says(output, "the driver's build differs: recorded with older, now none");
    says(output, "the file has no checksum: it was edited");
    replay_edit("seed: ", "seed: 3");
    ck_assert_int_eq(storsim("replay x.replay"), 0);
    says(output, "not the recorded finding");
}
END_TEST

static const struct {
    const char *field, *line, *where;
} edits[] = {
    {"scenario: ", "scenario: other", "x.replay:3: lines 3 to "},
    {"path: ", "path: other.ini", "x.replay:3: lines 3 to "},
    {"scenario-hash: ", "scenario-hash: 0123456789abcdef", "x.replay:3: lines 3 to "},
    {"driver-build: ", "driver-build: other", "x.replay:3: lines 3 to "},
    {"storsim: ", "storsim: other", "x.replay:3: lines 3 to "},
    {"seed: ", "seed: 4", "x.replay:3: lines 3 to "},
    {"rule: ", "rule: irql", "x.replay:3: lines 3 to "},
    {"message: ", "message: other", "x.replay:3: lines 3 to "},
    {"trace-hash: ", "trace-hash: 0123456789abcdef", "x.replay:3: lines 3 to "},
    {"title = ", "title = other", "the scenario from here on was edited or cut short"},
};

/* An edit is the reader's doing, never storsim's own fault. */
START_TEST(an_edited_replay_file_is_refused_and_says_where)
{
    replay_get();
    replay_edit(edits[_i].field, edits[_i].line);
    ck_assert_int_eq(storsim("replay x.replay"), 2);
    says(messages, edits[_i].where);
    ck_assert_int_eq(storsim("explain x.replay"), 2);
    ck_assert_int_eq(storsim("shrink x.replay"), 2);
    replay_unseal();
    ck_assert_int_ne(storsim("replay x.replay"), 3);
}
END_TEST

START_TEST(a_replay_file_is_refused_wherever_it_is_cut)
{
    static char text[65536];

    replay_get();
    read_text("x.replay", text, sizeof(text));
    for (size_t n = strlen(text); n-- > 0;) {
        text[n] = '\0';
        if (n % 16 != 0 && text[n > 0 ? n - 1 : 0] != '\n')
            continue;
        write_text("x.replay", text);
        ck_assert_msg(storsim("replay x.replay") == 2, "cut at %zu: %s", n, output);
        says(messages, "storsim: x.replay:");
    }
}
END_TEST

START_TEST(a_damaged_replay_file_is_refused_with_its_line)
{
    replay_get();
    replay_edit("seed: ", "seed: seven");
    ck_assert_int_eq(storsim("replay x.replay"), 2);
    ck_assert_str_eq(messages, "storsim: x.replay:10: seed: 'seven' is not a number\n");
    replay_edit("seed: ", "sede: 7");
    ck_assert_int_eq(storsim("replay x.replay"), 2);
    says(messages, "x.replay:10: there is no field 'sede'; did you mean 'seed'?");
    replay_edit("sede: ", "seed: 1");
    replay_unseal();
    replay_edit("driver: ", "driver: nvme");
    ck_assert_int_eq(storsim("replay x.replay"), 2);
    says(messages, "the header says 'nvme'");
    replay_edit("storsim-replay ", "storsim-replay 1");
    ck_assert_int_eq(storsim("replay x.replay"), 2);
    says(messages, "x.replay:1: replay file of version 1; this storsim reads version 3");
    write_text("x.replay", "storsim-replay 3\nscenario: x\n");
    ck_assert_int_eq(storsim("replay x.replay"), 2);
    says(messages, "cut short");
    ck_assert_int_eq(storsim("replay scenarios/bad.ini"), 2);
    says(messages, "scenarios/bad.ini:1: not a replay file");
}
END_TEST

/* --- usage
 * ------------------------------------------------------------------------------------------ */

START_TEST(mistakes_are_one_line_with_the_nearest_name_and_exit_2)
{
    static const struct {
        const char *line, *message;
    } mistake[] = {
        {"swep good", "there is no verb 'swep'; did you mean 'sweep'?"},
        {"sweep good --sedes 5", "sweep: there is no option '--sedes'; did you mean --seeds?"},
        {"sweep good --jbos 5", "did you mean --jobs?"},
        {"sweep good --jobs x", "--jobs: 'x' is not a whole number"},
        {"sweep good --seeds 9-3",
         "--seeds: 9-3 runs backwards; allowed is A-B with A not above B, such as 3-9"},
        {"sweep good --seeds x", "--seeds: 'x' is not a seed"},
        {"sweep good --seeds 1-x", "--seeds: '1-x' is not A-B"},
        {"sweep good --shard 4/3", "--shard: '4/3' is not I/N"},
        {"sweep good --budget 5", "--budget: '5' is not a time"},
        {"sweep good --budget", "sweep: --budget wants a value"},
        {"sweep good --quiet=3", "sweep: --quiet takes no value"},
        {"sweep", "sweep: FILE... is missing"},
        {"sweep good good", "would both be 'good'"},
        {"run good bad", "run: 'bad' is one word too many"},
        {"run good -x", "there is no option '-x'"},
        {"run god", "god: No such file or directory; did you mean scenarios/good.ini?"},
        {"run scenarios/goood.ini", "did you mean scenarios/good.ini?"},
        {"run good --seed -3", "--seed: '-3' is not a seed"},
        {"run good --set port.timout=3s", "did you mean 'timeout'?"},
        {"run good --set nothing", "allowed is section.key=value"},
        {"run good --strategy tim", "did you mean 'time'?"},
        {"run good --trace /nonexistent/x", "/nonexistent/x: No such file"},
        {"list rulez", "did you mean 'rules'?"},
        {"help swep", "did you mean 'sweep'?"},
        {"replay nothing.replay", "nothing.replay: No such file"},
        {"worker", "workers are started by 'storsim sweep'"},
    };

    for (size_t i = 0; i < sizeof(mistake) / sizeof(mistake[0]); i++) {
        int status = storsim(mistake[i].line);

        ck_assert_msg(status == 2, "%s: exit %d", mistake[i].line, status);
        says(messages, mistake[i].message);
        ck_assert_msg(strchr(messages, '\n') == messages + strlen(messages) - 1, "not one line: %s",
                      messages);
        ck_assert_str_eq(output, "");
    }
}
END_TEST

START_TEST(every_verb_has_help)
{
    static const char *const lines[] = {"",
                                        "help",
                                        "--help",
                                        "help sweep",
                                        "sweep --help",
                                        "run -h",
                                        "replay --help",
                                        "list --help",
                                        "version",
                                        "--version",
                                        "version --json",
                                        "help --json"};

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        ck_assert_msg(storsim(lines[i][0] != '\0' ? lines[i] : "help") == 0, "%s", lines[i]);
        ck_assert_str_ne(output, "");
    }
}
END_TEST

START_TEST(lists_are_text_or_json)
{
    static const struct {
        const char *what, *text;
    } list[] = {
        {"scenarios", "expect violates reset-outstanding within 5 seeds"},
        {"rules", "0xF0/1, 0xF1/1007"},
        {"options", "[workload]"},
        {"options --markdown", "| `timeout` |"},
        {"strategies", "pct"},
        {"faults", "stops responding"},
    };
    char line[64];

    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        snprintf(line, sizeof(line), "list %s", list[i].what);
        ck_assert_int_eq(storsim(line), 0);
        says(output, list[i].text);
        snprintf(line, sizeof(line), "list %s --json", list[i].what);
        ck_assert_int_eq(storsim(line), 0);
        json_decref(json_line());
    }
    ck_assert_int_eq(storsim("list drivers"), 0);
}
END_TEST

START_TEST(a_closed_pipe_is_no_failure)
{
    char command[256];
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

    ck_assert_int_gt(n, 0);
    path[n] = '\0';
    snprintf(command, sizeof(command), "{ '%.200s' list rules; echo $? >&2; } 2>status | true",
             path);
    ck_assert_int_eq(system(command), 0);
    read_text("status", output, sizeof(output));
    ck_assert_str_eq(output, "0\n");
}
END_TEST

int main(int argc, char **argv)
{
    Suite *suite;
    TCase *tc;
    SRunner *runner;
    int failed;

    if (argc > 1)
        return sim_cli_main(argc, argv);
    suite = suite_create("sweep");
    tc = tcase_create("sweep");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 60);
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
    tcase_add_test(tc, drivers_are_compared_in_one_database);
    tcase_add_test(tc, what_each_driver_broke_and_what_changed_is_told_side_by_side);
    tcase_add_test(tc, drivers_are_compared_over_the_seeds_that_all_of_them_ran);
    tcase_add_test(tc, with_a_baseline_only_what_is_new_fails);
    tcase_add_test(tc, rows_do_not_depend_on_the_number_of_workers);
    tcase_add_test(tc, sweeping_again_replaces_and_keeps_the_others);
    tcase_add_test(tc, shards_run_every_nth_seed);
    tcase_add_test(tc, stop_after_cuts_at_the_same_seed_whatever_the_workers_do);
    tcase_add_test(tc, a_seed_that_kills_its_worker_once_is_run_again);
    tcase_add_test(tc, a_seed_that_kills_every_worker_is_storsims_fault);
    tcase_add_test(tc, a_silent_worker_is_killed_and_its_seed_hangs);
    tcase_add_test(tc, a_worker_that_dies_at_opening_ends_the_sweep_with_nothing_written);
    tcase_add_test(tc, a_refused_module_is_one_line_and_nothing_is_written);
    tcase_add_test(tc, ctrl_c_ends_within_a_second_and_keeps_what_was_finished);
    tcase_add_test(tc, terminate_exits_143);
    tcase_add_test(tc, workers_do_not_outlive_a_killed_parent);
    tcase_add_test(tc, a_budget_ends_the_sweep_and_every_scenario_gets_its_share);
    tcase_add_test(tc, a_database_of_another_version_is_refused_and_left_alone);
    tcase_add_test(tc, a_foreign_database_and_a_file_that_is_none_are_refused);
    tcase_add_test(tc, a_results_folder_that_cannot_be_made_is_refused);
    tcase_add_test(tc, run_tells_verdict_first_and_the_repeat_line_last);
    tcase_add_test(tc, run_as_json_is_one_object);
    tcase_add_test(tc, another_trace_of_the_same_program_is_nondeterminism);
    tcase_add_test(tc, a_replay_says_what_differs);
    tcase_add_loop_test(tc, an_edited_replay_file_is_refused_and_says_where, 0,
                        sizeof(edits) / sizeof(edits[0]));
    tcase_add_test(tc, a_replay_file_is_refused_wherever_it_is_cut);
    tcase_add_test(tc, a_damaged_replay_file_is_refused_with_its_line);
    tcase_add_test(tc, mistakes_are_one_line_with_the_nearest_name_and_exit_2);
    tcase_add_test(tc, every_verb_has_help);
    tcase_add_test(tc, lists_are_text_or_json);
    tcase_add_test(tc, a_closed_pipe_is_no_failure);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
