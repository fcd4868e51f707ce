/* sim/tests/load_file.c - see load_file.h. */
#include "sim/tests/load_file.h"

struct sim_jobs jobs;
struct sim_io_trace trace;
struct sim_notes notes;
struct sim_error error;

static void teardown(void)
{
    sim_jobs_free(&jobs);
    sim_trace_free(&trace);
    memset(&notes, 0, sizeof notes);
}

int read_bytes(const char *bytes, size_t length)
{
    char *copy = malloc(length ? length : 1);
    int result;

    teardown();
    memcpy(copy, bytes, length);
    result = load_read(copy, length);
    free(copy);
    return result;
}

void takes(const char *text)
{
    ck_assert_msg(read_bytes(text, strlen(text)) == 0, "%s", error.text);
}

void refuses(const char *text, const char *words)
{
    ck_assert_msg(read_bytes(text, strlen(text)) < 0, "%s", text);
    ck_assert_msg(strstr(error.text, words), "'%s' does not say '%s'", error.text, words);
}

void says(uint32_t job, const char *key, const char *value)
{
    const char *is;

    ck_assert_uint_lt(job, jobs.jobs);
    is = sim_job_get(&jobs.job[job], key);
    ck_assert_msg(value ? is && !strcmp(is, value) : !is, "%s: %s, not %s", key,
                  is ? is : "nothing", value ? value : "nothing");
}

int load_run(const char *name, TCase *tc)
{
    Suite *suite = suite_create(name);
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, NULL, teardown);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
