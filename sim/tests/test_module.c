/* sim/tests/test_module.c - which files are taken as a miniport, and what is known of one. */
// whole: core models
// covers: sim/engine/module_file.c
#include <check.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/engine/module.h"

static struct sim_error error;
static struct sim_module *module;

static const char *built_in(void)
{
    static char path[4096];
    const char *folder = getenv("STORSIM_DRIVERS");

    ck_assert_ptr_nonnull(folder);
    snprintf(path, sizeof path, "%s/nvme.so", folder);
    return path;
}

START_TEST(a_missing_file_is_named)
{
    ck_assert_int_lt(sim_module_load("/nonexistent/x.so", &error, &module), 0);
    ck_assert_ptr_nonnull(strstr(error.text, "/nonexistent/x.so"));
    ck_assert_ptr_nonnull(strstr(error.text, "No such file"));
}
END_TEST

START_TEST(a_file_that_is_no_shared_object_is_refused)
{
    ck_assert_int_lt(sim_module_load("CMakeLists.txt", &error, &module), 0);
    ck_assert_ptr_nonnull(strstr(error.text, "no x86-64 shared object"));
    ck_assert_int_lt(sim_module_load("sim", &error, &module), 0);
}
END_TEST

START_TEST(a_library_that_storsim_cc_did_not_build_is_refused)
{
    ck_assert_int_lt(sim_module_load("/lib/x86_64-linux-gnu/libm.so.6", &error, &module), 0);
    ck_assert_ptr_nonnull(strstr(error.text, "not built by storsim-cc"));
}
END_TEST

/* The built-in module's bytes. */
static char bytes[4 << 20];

static size_t read_built_in(void)
{
    FILE *in = fopen(built_in(), "rb");
    size_t n;

    ck_assert_ptr_nonnull(in);
    n = fread(bytes, 1, sizeof bytes, in);
    fclose(in);
    return n;
}

/* A file with the first n of them. */
static const char *written(size_t n)
{
    static char path[32];
    FILE *out;
    int fd;

    strcpy(path, "/tmp/storsim-module-XXXXXX");
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    out = fdopen(fd, "wb");
    ck_assert_uint_eq(fwrite(bytes, 1, n, out), n);
    fclose(out);
    return path;
}

/* A copy of the built-in module in which one run of bytes is replaced wherever it stands. */
static const char *forged(const char *from, const char *to, size_t length)
{
    size_t n = read_built_in();
    int changed = 0;

    for (size_t i = 0; i + length < n; i++) {
        if (memcmp(bytes + i, from, length))
            continue;
        memcpy(bytes + i, to, length);
        changed++;
    }
    ck_assert_int_gt(changed, 0);
    return written(n);
}

/* The file is refused, in one line that says so. */
static void refused(const char *path, const char *why)
{
    ck_assert_int_lt(sim_module_load(path, &error, &module), 0);
    ck_assert_msg(strstr(error.text, why) && strstr(error.text, path) && !strchr(error.text, '\n'),
                  "%s", error.text);
}

START_TEST(what_is_no_regular_file_is_refused)
{
    const char *path = written(0);

    refused(path, "no x86-64 shared object");
    unlink(path);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    refused(path, "no regular file");
    unlink(path);
    refused("sim", "it is a folder");
    refused("/dev/null", "no regular file");
}
END_TEST

START_TEST(a_module_that_was_cut_short_is_refused)
{
    size_t n = read_built_in(), left[] = {n - 1, n - 64, n / 2, 4096, 100};

    for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
        const char *path = written(left[i]);

        refused(path, "cut short");
        unlink(path);
    }
}
END_TEST

START_TEST(a_windows_driver_and_an_object_are_told_apart)
{
    size_t n = read_built_in();
    const char *path;

    ((Elf64_Ehdr *)(void *)bytes)->e_type = ET_REL;
    path = written(n);
    refused(path, "an object, not a module");
    unlink(path);
    memcpy(bytes, "MZ\220", 4);
    path = written(n);
    refused(path, "a program for Windows");
    unlink(path);
}
END_TEST

START_TEST(a_module_with_thread_local_variables_is_refused)
{
    size_t n = read_built_in();
    Elf64_Ehdr *header = (void *)bytes;
    Elf64_Phdr *p = (void *)(bytes + header->e_phoff);
    const char *path;
    int changed = 0;

    for (int i = 0; i < header->e_phnum; i++) {
        if (p[i].p_type != PT_GNU_STACK)
            continue;
        p[i].p_type = PT_TLS;
        changed++;
    }
    ck_assert_int_eq(changed, 1);
    path = written(n);
    refused(path, "thread-local");
    unlink(path);
}
END_TEST

START_TEST(a_module_without_driver_entry_is_refused)
{
    const char *path = forged("DriverEntry", "DriverEntri", 11);

    ck_assert_int_lt(sim_module_load(path, &error, &module), 0);
    ck_assert_ptr_nonnull(strstr(error.text, "no DriverEntry"));
    unlink(path);
}
END_TEST

START_TEST(a_routine_that_storsim_does_not_have_is_named)
{
    const char *path = forged("StorPortPause", "StorPortPouse", 13);

    ck_assert_int_lt(sim_module_load(path, &error, &module), 0);
    ck_assert_ptr_nonnull(strstr(error.text, "StorPortPouse"));
    unlink(path);
}
END_TEST

/* How a module's descriptor begins: magic, and the versions of the record and of the headers. */
struct versions {
    char magic[8];
    uint32_t descriptor, wdk;
};

static struct versions versions_of_built_in(void)
{
    const char *at = memmem(bytes, read_built_in(), "STORSIM", 8);
    struct versions found;

    ck_assert_ptr_nonnull(at);
    memcpy(&found, at, sizeof found);
    return found;
}

START_TEST(a_module_of_another_version_is_refused_with_both_versions)
{
    const struct versions here = versions_of_built_in();
    struct versions descriptor = here, wdk = here;
    char has[16], needs[16];
    const char *path;

    descriptor.descriptor = 77;
    path = forged((const char *)&here, (const char *)&descriptor, sizeof here);
    snprintf(needs, sizeof needs, "needs %u", here.descriptor);
    ck_assert_int_lt(sim_module_load(path, &error, &module), 0);
    ck_assert_msg(strstr(error.text, "version 77") && strstr(error.text, needs), "%s", error.text);
    unlink(path);
    wdk.wdk = 99;
    path = forged((const char *)&here, (const char *)&wdk, sizeof here);
    snprintf(has, sizeof has, "has %u", here.wdk);
    ck_assert_int_lt(sim_module_load(path, &error, &module), 0);
    ck_assert_msg(strstr(error.text, "version 99") && strstr(error.text, has), "%s", error.text);
    unlink(path);
}
END_TEST

START_TEST(what_its_maker_says_is_read_without_loading_it)
{
    char about[SIM_MODULE_ABOUT];

    ck_assert_int_eq(sim_module_about(built_in(), &about, &error), 0);
    ck_assert_msg(!strncmp(about, "NVMe with one namespace", 23), "%s", about);
    ck_assert_int_lt(sim_module_about("sim", &about, &error), 0);
}
END_TEST

START_TEST(the_built_in_miniport_loads_and_its_lines_are_known)
{
    uint64_t offset;
    struct sim_source source;

    ck_assert_msg(!sim_module_load(built_in(), &error, &module), "%s", error.text);
    ck_assert_uint_gt(strlen(sim_module_build(module)), 8);
    ck_assert(
        sim_module_offset(module, (uintptr_t)sim_module_symbol(module, "DriverEntry"), &offset));
    source = sim_module_source(module, offset);
    ck_assert_str_eq(source.function, "DriverEntry");
    ck_assert_str_eq(source.file, "entry.c");
    ck_assert_int_gt(source.line, 0);
    ck_assert(!sim_module_offset(module, (uintptr_t)&error, &offset));
    sim_module_unload(module);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("module");
    TCase *tc = tcase_create("module");
    SRunner *runner = srunner_create(suite);

    tcase_add_test(tc, a_missing_file_is_named);
    tcase_add_test(tc, a_file_that_is_no_shared_object_is_refused);
    tcase_add_test(tc, a_library_that_storsim_cc_did_not_build_is_refused);
    tcase_add_test(tc, what_is_no_regular_file_is_refused);
    tcase_add_test(tc, a_module_that_was_cut_short_is_refused);
    tcase_add_test(tc, a_windows_driver_and_an_object_are_told_apart);
    tcase_add_test(tc, a_module_with_thread_local_variables_is_refused);
    tcase_add_test(tc, what_its_maker_says_is_read_without_loading_it);
    tcase_add_test(tc, a_module_without_driver_entry_is_refused);
    tcase_add_test(tc, a_routine_that_storsim_does_not_have_is_named);
    tcase_add_test(tc, a_module_of_another_version_is_refused_with_both_versions);
    tcase_add_test(tc, the_built_in_miniport_loads_and_its_lines_are_known);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
