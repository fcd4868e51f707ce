/* models/storport/tests/test_debug.c - the formatter of debug prints.
 */
// links: models/storport/tests/mini.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

static char line[128];

static const char *format(const char *text, uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t args[3] = {a, b, c};

    sp__format(line, sizeof line, text, args, 3);
    return line;
}

START_TEST(numbers_follow_windows_sizes)
{
    ck_assert_str_eq(format("%d %ld %I64d", (uint64_t)-1, 0xFFFFFFFF, (uint64_t)-5), "-1 -1 -5");
    ck_assert_str_eq(format("%u %lu %I64u", 0x1FFFFFFFF, 7, UINT64_MAX),
                     "4294967295 7 18446744073709551615");
    ck_assert_str_eq(format("%x %#lX %I64x", 0xAB, 0xAB, 0x123456789A), "ab 0xAB 123456789a");
    ck_assert_str_eq(format("%p", 0x1234, 0, 0), "0000000000001234");
}
END_TEST

START_TEST(width_precision_and_flags_work)
{
    ck_assert_str_eq(format("[%5d][%-5d][%05d]", 42, 42, (uint64_t)-42), "[   42][42   ][-0042]");
    ck_assert_str_eq(format("[%.3u][%+d][%8.4x]", 7, 7, 0xAB), "[007][+7][    00ab]");
    ck_assert_str_eq(format("[%*d]", 6, 42, 0), "[    42]");
}
END_TEST

START_TEST(strings_of_every_kind_work)
{
    WCHAR wide[] = {'w', 'i', 'd', 'e', 0};
    UNICODE_STRING counted = {.Length = 6, .MaximumLength = 10, .Buffer = wide};

    ck_assert_str_eq(
        format("%s|%ws|%wZ", (uintptr_t) "narrow", (uintptr_t)wide, (uintptr_t)&counted),
        "narrow|wide|wid");
    ck_assert_str_eq(format("%.2s|%S|%c", (uintptr_t) "narrow", (uintptr_t)wide, 'x'), "na|wide|x");
    ck_assert_str_eq(format("%s 100%%", 0, 0, 0), "(null) 100%");
}
END_TEST

START_TEST(a_line_is_cut_at_its_room)
{
    uint64_t args[1] = {(uintptr_t) "a long text"};
    char small[6];

    sp__format(small, sizeof small, "%s", args, 1);
    ck_assert_str_eq(small, "a lon");
}
END_TEST

static void listen(const char *text, void *ctx)
{
    (void)ctx;
    mini_say("%s|", text);
}

static void print(void *ctx)
{
    (void)ctx;
    StorPortDebugPrint(0, "%d of %s", 3, "it");
    DbgPrint("no %% argument");
}

START_TEST(prints_reach_a_listener_and_are_dropped_without)
{
    mini_boot();
    mini_call(0, print, NULL);
    ck_assert_str_eq(mini.said, "");
    sp_set_debug(listen, NULL);
    mini_call(0, print, NULL);
    sp_set_debug(NULL, NULL);
    ck_assert_str_eq(mini.said, "3 of it|no % argument|");
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("debug");
    Suite *s = suite_create("storport debug");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, numbers_follow_windows_sizes);
    tcase_add_test(tc, width_precision_and_flags_work);
    tcase_add_test(tc, strings_of_every_kind_work);
    tcase_add_test(tc, a_line_is_cut_at_its_room);
    tcase_add_test(tc, prints_reach_a_listener_and_are_dropped_without);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
