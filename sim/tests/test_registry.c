/* sim/tests/test_registry.c - [registry] of a scenario: types, names, messages, overrides. */
// covers: sim/scenario/registry.c
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/scenario.h"

#define LOAD "[workload main]\nnumber_ios = 10\n"

static struct sim_error error;

static struct sim_scenario *parse(const char *values, const struct sim_setting *settings,
                                  uint32_t count)
{
    struct sim_scenario *s = NULL;
    char text[1024];

    error.text[0] = '\0';
    snprintf(text, sizeof text, LOAD "[registry]\n%s\n", values);
    return sim_scenario_parse("dir/x.ini", text, settings, count, &error, &s) == 0 ? s : NULL;
}

static void has(const struct sim_scenario *s, uint32_t i, const char *name,
                enum sim_registry_type type, uint32_t bytes, const void *data)
{
    const struct sim_registry_value *value = sim_registry_value(s, i);

    ck_assert_str_eq(value->name, name);
    ck_assert_int_eq(value->type, type);
    ck_assert_uint_eq(value->bytes, bytes);
    ck_assert_mem_eq(value->data, data, bytes);
}

START_TEST(each_type_has_a_form)
{
    struct sim_scenario *s = parse("Queues = dword:0x105\nName = sz:two words\n"
                                   "Device0\\Names = multi_sz:a;bc\nRaw = binary:00 1F,a0ff\n"
                                   "Empty = sz:\n",
                                   NULL, 0);

    ck_assert_msg(s != NULL, "%s", error.text);
    ck_assert_uint_eq(sim_registry_values(s), 5);
    has(s, 0, "Queues", SIM_REG_DWORD, 4, "\x05\x01\0");
    has(s, 1, "Name", SIM_REG_SZ, 10, "two words");
    has(s, 2, "Device0\\Names", SIM_REG_MULTI_SZ, 6, "a\0bc\0");
    has(s, 3, "Raw", SIM_REG_BINARY, 4, "\x00\x1f\xa0\xff");
    has(s, 4, "Empty", SIM_REG_SZ, 1, "");
    sim_scenario_free(s);
}
END_TEST

static const struct {
    const char *values, *message;
} bad[] = {
    {"A = 5", "dir/x.ini:4: A: '5' does not say its type; such as dword:5"},
    {"A = dwrod:5", "did you mean 'dword:'?"},
    {"A = dword:5x", "is not of the form dword:5"},
    {"A = dword:4294967296", "is not of the form dword:5"},
    {"A = dword:-1", "is not of the form dword:5"},
    {"A = binary:0", "is not of the form binary:00 1f a0"},
    {"A = binary:0g", "is not of the form binary:00 1f a0"},
    {"A = multi_sz:a;;b", "is not of the form multi_sz:one;two"},
    {"A = dword:1\na = dword:2", "dir/x.ini:5: 'a' is given twice, first in line 4"},
    {"Key\\A = dword:1", "a value's place is Device\\ or Device0\\"},
    {"Device0\\B\\A = dword:1", "is no name of a value"},
    {"Device0\\ = dword:1", "is no name of a value"},
    {"DriverParameter = sz:x", "DriverParameter is option driver.parameter"},
};

START_TEST(messages_say_what_is_allowed)
{
    ck_assert_ptr_null(parse(bad[_i].values, NULL, 0));
    ck_assert_msg(strstr(error.text, bad[_i].message) != NULL, "'%s' does not say '%s'", error.text,
                  bad[_i].message);
}
END_TEST

START_TEST(the_command_line_sets_and_replaces)
{
    const struct sim_setting settings[] = {{"registry.Queues", "dword:3"},
                                           {"registry.a.b", "sz:dotted"}};
    struct sim_scenario *s = parse("queues = dword:1", settings, 2), *other;

    ck_assert_msg(s != NULL, "%s", error.text);
    ck_assert_uint_eq(sim_registry_values(s), 2);
    has(s, 0, "Queues", SIM_REG_DWORD, 4, "\x03\0\0");
    has(s, 1, "a.b", SIM_REG_SZ, 7, "dotted");
    other = parse("queues = dword:1", NULL, 0);
    ck_assert_uint_ne(sim_scenario_hash(s), sim_scenario_hash(other));
    sim_scenario_free(s);
    sim_scenario_free(other);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("registry");
    TCase *tc = tcase_create("registry");
    SRunner *runner;
    int failed;

    tcase_add_test(tc, each_type_has_a_form);
    tcase_add_loop_test(tc, messages_say_what_is_allowed, 0, sizeof bad / sizeof bad[0]);
    tcase_add_test(tc, the_command_line_sets_and_replaces);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
