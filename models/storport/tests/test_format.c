/* models/storport/tests/test_format.c - the formatter of debug prints and of the driver's strings.
 */
// links: models/storport/tests/mini.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"

#include <ntstrsafe.h>

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

static NTSTATUS SIM_API vformat(void *out, size_t room, bool wide, const void *text, ...)
{
    __builtin_ms_va_list list;
    NTSTATUS status;

    __builtin_ms_va_start(list, text);
    status = storsim_vformat(out, room, wide, text, list);
    __builtin_ms_va_end(list);
    return status;
}

START_TEST(the_driver_formats_its_own_strings)
{
    char small[8];

    ck_assert_int_eq(vformat(line, sizeof line, false, "%s=%u", "depth", 32), STATUS_SUCCESS);
    ck_assert_str_eq(line, "depth=32");
    ck_assert_int_eq(vformat(small, sizeof small, false, "%s", "1234567"), STATUS_SUCCESS);
    ck_assert_int_eq(vformat(small, sizeof small, false, "%s", "12345678"), STATUS_BUFFER_OVERFLOW);
    ck_assert_str_eq(small, "1234567");
    ck_assert_int_eq(vformat(small, 0, false, "x"), STATUS_INVALID_PARAMETER);
}
END_TEST

START_TEST(in_a_wide_format_strings_are_wide)
{
    static const WCHAR text[] = {'%', 's', ',', '%', 'S', ',', '%', 'h', 's', 0};
    static const WCHAR expected[] = {'w', ',', 'n', ',', 'm', 0};
    static const WCHAR w[] = {'w', 0};
    WCHAR out[16], *endless = malloc(4096 * sizeof *endless);

    ck_assert_int_eq(vformat(out, 16, true, text, w, "n", "m"), STATUS_SUCCESS);
    ck_assert_mem_eq(out, expected, sizeof expected);
    ck_assert_int_eq(vformat(out, 3, true, text, w, "n", "m"), STATUS_BUFFER_OVERFLOW);
    ck_assert_uint_eq(out[2], 0);
    for (int i = 0; i < 4096; i++)
        endless[i] = 'x';
    ck_assert_int_eq(vformat(out, 16, true, endless), STATUS_INVALID_PARAMETER);
    free(endless);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("format");
    Suite *s = suite_create("storport format");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, numbers_follow_windows_sizes);
    tcase_add_test(tc, width_precision_and_flags_work);
    tcase_add_test(tc, strings_of_every_kind_work);
    tcase_add_test(tc, a_line_is_cut_at_its_room);
    tcase_add_test(tc, the_driver_formats_its_own_strings);
    tcase_add_test(tc, in_a_wide_format_strings_are_wide);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
