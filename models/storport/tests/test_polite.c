/* models/storport/tests/test_polite.c - routines that are not modelled answer as their line says,
 * and tell. */
// links: models/storport/tests/mini.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

#include <scsiwmi.h>

#define NOTHING 0

#define POLITE(routine, answer) uint64_t SIM_API call_##routine(PVOID devext) __asm__(#routine);
#define POLITE_OWN(routine, answer)
#include "models/storport/polite.def"
#undef POLITE

static const struct {
    const char *name;
    uint64_t SIM_API (*call)(PVOID devext);
    uint64_t answer;
} line[] = {
#define POLITE(routine, answer) {#routine, call_##routine, (uint64_t)(answer)},
#include "models/storport/polite.def"
#undef POLITE
};

#define LINES (sizeof line / sizeof line[0])

static void call_all(void *ctx)
{
    (void)ctx;
    for (uint32_t i = 0; i < LINES; i++)
        ck_assert_msg(line[i].call(mini.devext) == line[i].answer, "%s", line[i].name);
}

START_TEST(each_answers_as_its_line_says_and_tells)
{
    mini_boot();
    mini_call(0, call_all, NULL);
    ck_assert_uint_eq(mini_events(SIM_EV_POLITE_STUB), LINES);
    ck_assert_uint_eq(mini_event(SIM_EV_POLITE_STUB)->arg[1], line[LINES - 1].answer);
    mini_call(1, call_all, NULL);
    ck_assert_uint_eq(mini_event(SIM_EV_POLITE_STUB)->arg[2], 2); /* times */
}
END_TEST

static UCHAR slot; /* of I/O space, as far as the driver knows */
static SCSIWMI_REQUEST_CONTEXT wmi;

static void call_own(void *ctx)
{
    (void)ctx;
    ck_assert_uint_eq(READ_PORT_UCHAR(&slot), 0xFF);
    WRITE_PORT_UCHAR(&slot, 1);
    ck_assert(!ScsiPortWmiDispatchFunction(NULL, 5, mini.devext, &wmi, NULL, 0, NULL));
    ck_assert_uint_eq(ScsiPortWmiGetReturnStatus(&wmi), SRB_STATUS_INVALID_REQUEST);
    ScsiPortWmiPostProcess(&wmi, SRB_STATUS_SUCCESS, 12);
    ck_assert_uint_eq(ScsiPortWmiGetReturnStatus(&wmi), SRB_STATUS_SUCCESS);
    ck_assert_uint_eq(ScsiPortWmiGetReturnSize(&wmi), 12);
}

START_TEST(those_with_a_function_of_their_own_tell_too)
{
    mini_boot();
    mini_call(0, call_own, NULL);
    ck_assert_uint_eq(mini_events(SIM_EV_POLITE_STUB), 3);
    ck_assert_uint_eq(wmi.MinorFunction, 5);
}
END_TEST

static void call_wrongly(void *ctx)
{
    line[0].call(ctx);
}

START_TEST(the_device_extension_is_checked_all_the_same)
{
    mini_boot();
    mini_queue_call(0, call_wrongly, mini.data[0]);
    ck_assert_ptr_nonnull(strstr(mini_finding(SIM_RULE_STORPORT_USAGE), line[0].name));
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("polite");
    Suite *s = suite_create("storport polite");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, each_answers_as_its_line_says_and_tells);
    tcase_add_test(tc, those_with_a_function_of_their_own_tell_too);
    tcase_add_test(tc, the_device_extension_is_checked_all_the_same);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
