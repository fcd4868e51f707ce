/* models/storport/tests/test_debug.c - debug prints reach whoever listens.
 */
// links: models/storport/tests/mini.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

static void listen(const char *text, void *ctx)
{
    (void)ctx;
    mini_say("%s|", text);
}

static ULONG SIM_API print_list(PCCH text, ...)
{
    __builtin_ms_va_list list;
    ULONG result;

    __builtin_ms_va_start(list, text);
    result = vDbgPrintEx(DPFLTR_STORMINIPORT_ID, DPFLTR_INFO_LEVEL, text, list);
    __builtin_ms_va_end(list);
    return result;
}

static void print(void *ctx)
{
    (void)ctx;
    StorPortDebugPrint(0, "%d of %s", 3, "it");
    DbgPrint("no %% argument");
    print_list("%s", "a list");
}

START_TEST(prints_reach_a_listener_and_are_dropped_without)
{
    mini_boot();
    mini_call(0, print, NULL);
    ck_assert_str_eq(mini.said, "");
    sp_set_debug(listen, NULL);
    mini_call(0, print, NULL);
    sp_set_debug(NULL, NULL);
    ck_assert_str_eq(mini.said, "3 of it|no % argument|a list|");
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("debug");
    Suite *s = suite_create("storport debug");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, prints_reach_a_listener_and_are_dropped_without);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
