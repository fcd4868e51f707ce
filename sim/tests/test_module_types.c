/* sim/tests/test_module_types.c - what the debug information of the built-in miniport says of its
 * functions and records. */
// whole: core models
// covers: sim/engine/module_types.c
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/module.h"

#define RANGES 64

static struct sim_module *module;
static char text[128];

static void setup(void)
{
    struct sim_error error;
    char path[4096];
    const char *folder = getenv("STORSIM_DRIVERS");

    ck_assert_ptr_nonnull(folder);
    snprintf(path, sizeof path, "%s/nvme.so", folder);
    ck_assert_int_eq(sim_module_load(path, &error, &module), 0);
}

static void teardown(void)
{
    sim_module_unload(module);
}

START_TEST(every_range_of_a_function_is_its_own)
{
    struct sim_module_range range[RANGES];
    uint32_t n = sim_module_function(module, "NvmeStartIo", range, RANGES);

    ck_assert_uint_ge(n, 1);
    for (uint32_t i = 0; i < n; i++) {
        ck_assert_uint_lt(range[i].begin, range[i].end);
        ck_assert_str_eq(sim_module_source(module, range[i].begin).function, "NvmeStartIo");
    }
}
END_TEST

/* Small static functions are copied into their callers. */
START_TEST(inlined_copies_are_found)
{
    struct sim_module_range range[RANGES];
    uint32_t n = sim_module_function(module, "NvmeSlotClaim", range, RANGES);

    ck_assert_uint_ge(n, 2);
    ck_assert_uint_eq(sim_module_function(module, "NvmeSlotClaim", range, 1), 1);
}
END_TEST

START_TEST(an_unknown_function_has_no_range)
{
    struct sim_module_range range[RANGES];

    ck_assert_uint_eq(sim_module_function(module, "NoSuchFunction", range, RANGES), 0);
}
END_TEST

/* Two records of the NVMe driver's have a page: what Identify says of a controller and of a
 * namespace. */
START_TEST(a_member_is_named_by_size_and_offset)
{
    ck_assert(sim_module_member(module, 4096, 25, text, sizeof text));
    ck_assert(!strcmp(text, "ModelNumber[1]") || !strcmp(text, "FormatCount"));
    ck_assert(!sim_module_member(module, 123457, 0, text, sizeof text));
    ck_assert_str_eq(text, "");
}
END_TEST

/* HW_INITIALIZATION_DATA, which DriverEntry fills, has 0xD0 bytes; the driver has no such record.
 */
START_TEST(a_record_of_the_wdk_names_nothing_of_the_drivers)
{
    ck_assert(!sim_module_member(module, 0xD0, 0, text, sizeof text));
}
END_TEST

START_TEST(a_name_too_long_is_cut)
{
    char small[4];

    ck_assert(sim_module_member(module, 4096, 25, small, sizeof small));
    ck_assert_uint_eq(strlen(small), 3);
}
END_TEST

START_TEST(writable_data_lies_in_the_module)
{
    size_t bytes;
    uintptr_t at = sim_module_data(module, &bytes);
    uint64_t offset;

    if (bytes)
        ck_assert(sim_module_offset(module, at, &offset));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("module_types");
    TCase *tc = tcase_create("module_types");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, every_range_of_a_function_is_its_own);
    tcase_add_test(tc, inlined_copies_are_found);
    tcase_add_test(tc, an_unknown_function_has_no_range);
    tcase_add_test(tc, a_member_is_named_by_size_and_offset);
    tcase_add_test(tc, a_record_of_the_wdk_names_nothing_of_the_drivers);
    tcase_add_test(tc, a_name_too_long_is_cut);
    tcase_add_test(tc, writable_data_lies_in_the_module);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
