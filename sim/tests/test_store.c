/* sim/tests/test_store.c - results packed and unpacked, and kept in SQLite, against schema.sql. */
#include <check.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/run/store.h"

static char folder[] = "/tmp/storsim-test-XXXXXX";
static struct sim_error error;
static struct sim_scenario *scenario;

static void set_up(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_msg(sim_scenario_parse("dir/x.ini", "[workload w]\nnumber_ios = 1\n", NULL, 0, &error,
                                     &scenario) == 0,
                  "%s", error.text);
}

static void tear_down(void)
{
    char command[128];

    sim_scenario_free(scenario);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
}

static struct sim_report_finding_text text[SIM_FINDINGS_MAX];

/* A result with two findings, a histogram and three I/Os. */
static void result_fill(struct sim_result *r)
{
    static struct sim_sample sample[3];
    static struct sim_log_entry log[2];

    memset(r, 0, sizeof(*r));
    for (int i = 0; i < SIM_FIG_COUNT; i++)
        r->figure[i] = -1;
    r->seed = 17;
    r->stop = SIM_STOP_FINDING;
    r->hash = 0xfedcba9876543210;
    r->points = 1234;
    r->figure[SIM_FIG_RECOVERY] = 5 * SIM_MS;
    r->latency[SIM_AFTER][31] = 9;
    r->findings = 2;
    r->errors = 1;
    r->finding[0] = (struct sim_finding){
        .rule = SIM_RULE_IRQL, .severity = SIM_SEVERITY_WARN, .cpu = SIM_CPU_NONE};
    r->finding[1] = (struct sim_finding){
        .rule = SIM_RULE_DEADLOCK, .severity = SIM_SEVERITY_ERROR, .cpu = 3, .frames = 2};
    r->finding[1].frame[1] = (struct sim_frame){.offset = 0x77, .in_module = 1};
    strcpy(r->finding[1].text, "two 'locks'");
    strcpy(text[1].stack, "a\nb\n");
    strcpy(text[1].signature, "+0x77 in HwStorStartIo");
    sample[2].latency_ns = 99;
    r->sample = sample;
    r->samples = 3;
    log[1] = (struct sim_log_entry){.at = 10, .id = 129, .source = "nvme", .text = "it's reset"};
    r->log = log;
    r->logged = 2;
}

static struct sim_bytes packed(enum sim_report_samples samples)
{
    static struct sim_result r;
    static const sim_pair pair[] = {0x8000000112345678, 0x0000000287654321};
    static const struct sim_place_text place = {.place = 0x12345678,
                                                .function = "f",
                                                .file = "f.c",
                                                .callback = "HwStorStartIo",
                                                .line = 12};
    const struct sim_report_extra extra = {
        .load_seed = 5, .covered = true, .pairs = 2, .pair = pair, .places = 1, .place = &place};
    struct sim_bytes bytes = {0};

    result_fill(&r);
    sim_report_pack(&bytes, &r, &extra, text, samples);
    return bytes;
}

START_TEST(a_report_comes_out_as_it_went_in)
{
    struct sim_bytes bytes = packed(SIM_REPORT_SAMPLES);
    struct sim_report report;

    ck_assert_int_eq(sim_report_unpack(bytes.data, bytes.used, &report), 0);
    ck_assert_uint_eq(report.seed, 17);
    ck_assert_uint_eq(report.hash, 0xfedcba9876543210);
    ck_assert_uint_eq(report.warnings, 1);
    ck_assert_int_eq(report.figure[SIM_FIG_RECOVERY], 5 * SIM_MS);
    ck_assert_int_eq(report.figure[SIM_FIG_IOS], -1);
    ck_assert_uint_eq(report.latency[SIM_AFTER][31], 9);
    ck_assert_uint_eq(report.samples, 3);
    ck_assert_int_eq(report.sample[2].latency_ns, 99);
    ck_assert_ptr_eq(sim_report_error(&report), &report.finding[1]);
    ck_assert_str_eq(report.finding[1].stack, "a\nb\n");
    ck_assert_str_eq(report.finding[1].signature, "+0x77 in HwStorStartIo");
    ck_assert_uint_eq(report.load_seed, 5);
    ck_assert_uint_eq(report.pairs, 2);
    ck_assert_uint_eq(report.pair[0], 0x8000000112345678);
    ck_assert_uint_eq(report.places, 1);
    ck_assert_str_eq(report.place[0].callback, "HwStorStartIo");
    ck_assert_uint_eq(report.logged, 2);
    ck_assert_str_eq(report.entry[1].text, "it's reset");
    sim_report_free(&report);
    sim_bytes_free(&bytes);
}
END_TEST

START_TEST(a_report_cut_anywhere_is_refused)
{
    struct sim_bytes bytes = packed(SIM_REPORT_SAMPLES);
    struct sim_report report;

    for (size_t n = 0; n < bytes.used; n++) {
        uint8_t *part = malloc(n + 1);

        memcpy(part, bytes.data, n);
        ck_assert_int_lt(sim_report_unpack(part, n, &report), 0);
        free(part);
    }
    sim_bytes_free(&bytes);
}
END_TEST

static struct sim_store *opened(void)
{
    struct sim_store *store = NULL;

    ck_assert_msg(sim_store_open(folder, &error, &store) == 0, "%s", error.text);
    return store;
}

static int64_t begun(struct sim_store *store, const char *driver)
{
    static const struct sim_setting setting = {"port.timeout", "5s"};
    struct sim_store_sweep sweep = {.scenario = scenario,
                                    .driver = driver,
                                    .driver_build = "b",
                                    .storsim_version = "v",
                                    .strategy = "time",
                                    .setting = &setting,
                                    .settings = 1,
                                    .seed_first = 1,
                                    .seed_last = 9,
                                    .shard = 1,
                                    .shards = 1};
    int64_t id = 0;

    ck_assert_msg(sim_store_begin(store, &sweep, &error, &id) == 0, "%s", error.text);
    return id;
}

static void put(struct sim_store *store, int64_t id, uint64_t seed)
{
    struct sim_bytes bytes = packed(SIM_REPORT_SAMPLES);
    struct sim_report report;

    ck_assert_int_eq(sim_report_unpack(bytes.data, bytes.used, &report), 0);
    report.seed = seed;
    ck_assert_msg(sim_store_put(store, id, &report, 2, &error) == 0, "%s", error.text);
    sim_report_free(&report);
    sim_bytes_free(&bytes);
}

static void holds(const char *sql, const char *value)
{
    char path[128];
    sqlite3 *db;
    sqlite3_stmt *statement;

    snprintf(path, sizeof(path), "%s/results.db", folder);
    ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK, "%s",
                  sqlite3_errmsg(db));
    ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
    ck_assert_str_eq((const char *)sqlite3_column_text(statement, 0), value);
    sqlite3_finalize(statement);
    sqlite3_close(db);
}

START_TEST(what_was_committed_stays_and_the_rest_is_dropped)
{
    struct sim_store *store = opened();
    int64_t id = begun(store, "nvme");

    put(store, id, 1);
    ck_assert_int_eq(sim_store_commit(store, &error), 0);
    put(store, id, 2);
    sim_store_close(store);
    holds("SELECT group_concat(seed) FROM run", "1");
    holds("SELECT settings FROM sweep", "[[\"port.timeout\",\"5s\"]]");
    holds("SELECT count(*) FROM finding WHERE cpu IS NULL", "1");
    holds("SELECT text || stack FROM finding WHERE cpu = 3", "two 'locks'a\nb\n");
    holds("SELECT name || value FROM figure", "recovery_ns5000000");
    holds("SELECT count(*) FROM sample", "3");
    holds("SELECT at_ns || source || id || text FROM event_log WHERE n = 1", "10nvme129it's reset");
}
END_TEST

START_TEST(the_same_sweep_again_replaces_the_first)
{
    struct sim_store *store = opened();
    int64_t id = begun(store, "nvme"), other = begun(store, "deferred");

    put(store, id, 1);
    put(store, other, 1);
    ck_assert_int_eq(sim_store_commit(store, &error), 0);
    sim_store_close(store);
    store = opened();
    id = begun(store, "nvme");
    put(store, id, 5);
    ck_assert_int_eq(sim_store_commit(store, &error), 0);
    sim_store_close(store);
    holds("SELECT group_concat(seed) FROM (SELECT seed FROM run ORDER BY sweep)", "1,5");
    holds("SELECT count(*) FROM sample", "6");
}
END_TEST

START_TEST(the_histogram_is_written_whole)
{
    static uint64_t latency[SIM_WHEN_COUNT][SIM_LATENCY_BINS], iometer[SIM_IOMETER_BINS];
    struct sim_store *store = opened();
    int64_t id = begun(store, "nvme");

    latency[SIM_DURING][3] = 4;
    latency[SIM_AFTER][5] = 6;
    iometer[1] = 7;
    iometer[20] = 3;
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(
            sim_store_end(store, id, latency, iometer, 1.5, SIM_STORE_COMPLETE, &error), 0);
    ck_assert_int_eq(sim_store_commit(store, &error), 0);
    sim_store_close(store);
    holds("SELECT group_concat(phase || count) FROM (SELECT * FROM latency ORDER BY phase)",
          "after6,during4");
    holds("SELECT count(*) || '/' || sum(count) || '/' || max(end_ns) FROM iometer",
          "21/10/10000000000");
    holds("SELECT end_ns || ':' || count FROM iometer WHERE bin = 1", "100000:7");
    holds("SELECT count FROM iometer WHERE end_ns IS NULL", "3");
    holds("SELECT complete || '/' || elapsed_s FROM sweep", "1/1.5");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store");
    TCase *tc = tcase_create("store");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, a_report_comes_out_as_it_went_in);
    tcase_add_test(tc, a_report_cut_anywhere_is_refused);
    tcase_add_test(tc, what_was_committed_stays_and_the_rest_is_dropped);
    tcase_add_test(tc, the_same_sweep_again_replaces_the_first);
    tcase_add_test(tc, the_histogram_is_written_whole);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
