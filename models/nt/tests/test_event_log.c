/* models/nt/tests/test_event_log.c - an entry is traced and kept with the run. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "models/nt/event_log.h"
#include "sim/run/result_private.h"

static struct sim *sim;
static struct nt *nt;
static struct sim_record traced;

static void see(struct sim *s, const struct sim_record *r, void *ctx)
{
    (void)s;
    (void)ctx;
    traced = *r;
}

static void setup(void)
{
    struct sim_config config;

    ck_assert_int_eq(sim_world_create(), 0);
    sim_config_defaults(&config);
    sim = sim_create(&config);
    nt = nt_create(sim, 1);
    sim_trace_subscribe(sim, SIM_EV_EVENT_LOG, see, NULL);
    sim_begin(sim, 1, &sim_strategy_time, 0);
    sim__result_begin_boot();
}

static void teardown(void)
{
    sim_destroy(sim);
    sim_world_destroy();
}

static const struct nt_log_entry entry = {
    .by = NT_LOG_DISK, .source = "disk", .id = NT_EVENT_RETRIED, .about = 7, .detail = 0x28};

START_TEST(an_entry_is_traced_and_kept)
{
    static struct sim_result result;

    nt_log(nt, &entry, "block %d", 4096);
    sim__result_end(&result);
    ck_assert_uint_eq(result.logged, 1);
    ck_assert_uint_eq(result.log[0].id, 153);
    ck_assert_str_eq(result.log[0].source, "disk");
    ck_assert_str_eq(result.log[0].text, "block 4096");
    ck_assert_uint_eq(traced.arg[0], 153);
    ck_assert_uint_eq(traced.arg[2], 7);
    ck_assert_uint_eq(traced.arg[3], 0x28);
}
END_TEST

START_TEST(a_long_text_is_cut)
{
    static struct sim_result result;

    nt_log(nt, &entry, "%0300d", 1);
    sim__result_end(&result);
    ck_assert_uint_eq(strlen(result.log[0].text), sizeof result.log[0].text - 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("event_log");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, an_entry_is_traced_and_kept);
    tcase_add_test(tc, a_long_text_is_cut);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
