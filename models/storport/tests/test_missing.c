/* models/storport/tests/test_missing.c - a call of what storsim lacks is a finding with the
 * routine's name. */
// links: models/storport/tests/mini.c
#include <runtime/missing.h>
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

static void call(void *ctx)
{
    (void)ctx;
    storsim_missing_routine("KeWaitForSingleObject");
}

START_TEST(a_call_is_a_finding_that_names_the_routine)
{
    mini_boot();
    mini_queue_call(0, call, NULL);
    ck_assert_str_eq(mini_finding(SIM_RULE_NOT_MODELLED),
                     "the driver called KeWaitForSingleObject, which storsim lacks");
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("missing");
    Suite *s = suite_create("storport missing");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, a_call_is_a_finding_that_names_the_routine);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
