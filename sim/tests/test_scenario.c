/* sim/tests/test_scenario.c - reading scenarios: values, places in messages, overrides, hash. */
// covers: sim/scenario/assign.c sim/scenario/check.c sim/scenario/nearest.c sim/scenario/options.c
// covers: sim/scenario/read.c sim/scenario/values.c
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/scenario.h"

#define LOAD "[workload main]\nnumber_ios = 10\n"

static struct sim_error error;

static struct sim_scenario *parse_with(const char *text, const struct sim_setting *settings,
                                       uint32_t count)
{
    struct sim_scenario *s = NULL;

    error.text[0] = '\0';
    return sim_scenario_parse("dir/x.ini", text, settings, count, &error, &s) == 0 ? s : NULL;
}

static struct sim_scenario *parse(const char *text)
{
    return parse_with(text, NULL, 0);
}

static void fails_with(const char *text, const char *message)
{
    struct sim_scenario *s = parse(text);

    ck_assert_msg(s == NULL, "accepted: %s", text);
    ck_assert_msg(strstr(error.text, message) != NULL, "'%s' does not say '%s'", error.text,
                  message);
}

START_TEST(every_default_of_the_table_is_valid)
{
    struct sim_scenario *s = parse(LOAD);

    ck_assert_msg(s != NULL, "%s", error.text);
    ck_assert_int_eq(sim_opt(s, SIM_OPT_PORT_TIMEOUT), 10 * SIM_S);
    ck_assert_int_eq(sim_opt(s, SIM_OPT_CONTROLLER_NAMESPACE), 1 << 30);
    ck_assert_str_eq(sim_opt_text(s, SIM_OPT_DRIVER_MODULE), "nvme");
    ck_assert_str_eq(sim_scenario_name(s), "x");
    ck_assert(sim_scenario_expect(s).pass);
    sim_scenario_free(s);
}
END_TEST

START_TEST(values_have_units)
{
    static const struct {
        enum sim_option_type type;
        const char *text;
        int64_t value;
    } good[] = {
        {SIM_TIME, "10ns", 10},
        {SIM_TIME, "10us", 10000},
        {SIM_TIME, "1.5ms", 1500000},
        {SIM_TIME, "2s", 2 * SIM_S},
        {SIM_TIME, "5m", 300 * SIM_S},
        {SIM_TIME, "1h", 3600 * SIM_S},
        {SIM_TIME, "0", 0},
        {SIM_TIME, "10 ms", 10 * SIM_MS},
        {SIM_SIZE, "512", 512},
        {SIM_SIZE, "4k", 4096},
        {SIM_SIZE, "4K", 4096},
        {SIM_SIZE, "1g", 1 << 30},
        {SIM_SIZE, "0.5k", 512},
        {SIM_COUNT, "17", 17},
        {SIM_PERCENT, "40%", 400000},
        {SIM_PERCENT, "0.5%", 5000},
        {SIM_BOOL, "yes", 1},
        {SIM_BOOL, "no", 0},
    };
    int64_t value;

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        ck_assert_msg(sim_value_parse(good[i].type, good[i].text, &value, &error) == 0, "%s",
                      error.text);
        ck_assert_msg(value == good[i].value, "%s is %lld", good[i].text, (long long)value);
    }
}
END_TEST

START_TEST(wrong_units_are_refused_and_the_right_ones_named)
{
    static const struct {
        enum sim_option_type type;
        const char *text;
    } bad[] = {
        {SIM_TIME, "10"},
        {SIM_TIME, "10x"},
        {SIM_TIME, ""},
        {SIM_TIME, "-1s"},
        {SIM_TIME, "1.s"},
        {SIM_TIME, "0.1ns"},
        {SIM_TIME, "99999999999999999999s"},
        {SIM_TIME, "9999999999h"},
        {SIM_SIZE, "4q"},
        {SIM_SIZE, "ms"},
        {SIM_COUNT, "1k"},
        {SIM_COUNT, "1.5"},
        {SIM_COUNT, "+1"},
        {SIM_PERCENT, "40"},
        {SIM_BOOL, "maybe"},
    };
    int64_t value;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(sim_value_parse(bad[i].type, bad[i].text, &value, &error) < 0,
                      "accepted '%s'", bad[i].text);
    sim_value_parse(SIM_TIME, "10", &value, &error);
    ck_assert_str_eq(error.text,
                     "'10' is not a time: a number and ns, us, ms, s, m or h, such as 10ms");
}
END_TEST

START_TEST(messages_have_file_and_line_and_the_nearest_name)
{
    fails_with("# story\n\n[port]\ntimout = 5s\n" LOAD,
               "dir/x.ini:4: [port] has no key 'timout'; did you mean 'timeout'?");
    fails_with("[prot]\n" LOAD, "dir/x.ini:1: there is no section [prot]; did you mean [port]?");
    fails_with("[port]\ntimeout = 5\n" LOAD, "dir/x.ini:2: timeout: '5' is not a time");
    fails_with("[port]\ntimeout = 5s\ntimeout = 6s\n" LOAD,
               "dir/x.ini:3: 'timeout' is given twice, first in line 2");
    fails_with("[port]\n[machine]\n[port]\n" LOAD,
               "dir/x.ini:3: [port] is given twice, first in line 1");
    fails_with(LOAD "[workload main]\n",
               "dir/x.ini:3: [workload main] is given twice, first in line 1");
    fails_with("[workload]\nnumber_ios=1\n", "dir/x.ini:1: [workload] needs a name");
    fails_with("[port x]\n" LOAD, "dir/x.ini:1: [port] takes no name");
    fails_with("timeout = 5s\n" LOAD, "dir/x.ini:1: a key before the first [section]");
    fails_with("[port]\nwhat is this\n" LOAD, "dir/x.ini:2: neither");
    fails_with("[machine]\ncpus = 99\n" LOAD,
               "dir/x.ini:2: cpus: '99' is out of bounds: allowed is 1 to 32");
    fails_with("[workload a]\nrw = randreed\nnumber_ios = 1\n", "did you mean 'randread'?");
    fails_with("[check]\nreset-outstandin = warn\n" LOAD, "did you mean 'reset-outstanding'?");
    fails_with("[check]\nreset-outstanding = maybe\n" LOAD, "is not error, warn or off");
    fails_with("[port]\n", "no load");
}
END_TEST

START_TEST(a_section_without_keys_is_seen)
{
    struct sim_scenario *s = parse(LOAD "[fault quiet]\n");

    ck_assert_msg(s != NULL, "%s", error.text);
    ck_assert_int_eq(sim_sections(s, "fault"), 1);
    ck_assert_str_eq(sim_section_name(sim_section(s, "fault", 0)), "quiet");
    ck_assert_int_eq(sim_section_opt(sim_section(s, "fault", 0), SIM_OPT_FAULT_DATA), 1);
    sim_scenario_free(s);
}
END_TEST

START_TEST(values_contradicting_each_other_are_refused)
{
    fails_with("[controller]\nblock = 1k\n" LOAD,
               "dir/x.ini:2: block: a logical block has 512 or 4k bytes");
    fails_with("[port]\ntimeout = 1500ms\n" LOAD, "whole seconds");
    fails_with("[workload a]\n",
               "dir/x.ini:1: number_ios: number_ios, io_size or runtime must be given");
    fails_with("[workload a]\nnumber_ios = 1\nbs = 1000\n",
               "dir/x.ini:3: bs: must be whole logical blocks");
    fails_with("[workload a]\nnumber_ios = 1\noffset = 4g\n", "no room");
    fails_with("[explore]\nstrategy = tyme\n" LOAD, "did you mean 'time'?");
    fails_with("[scenario]\nexpect = violates reset-outstanding within 9 "
               "seeds\n[check]\nreset-outstanding = off\n" LOAD,
               "switches this rule off");
}
END_TEST

START_TEST(expect_is_parsed)
{
    struct sim_scenario *s =
        parse("[scenario]\nexpect = violates reset-outstanding within 20 seeds\n" LOAD);

    ck_assert_msg(s != NULL, "%s", error.text);
    ck_assert(!sim_scenario_expect(s).pass);
    ck_assert_int_eq(sim_scenario_expect(s).rule, SIM_RULE_RESET_OUTSTANDING);
    ck_assert_uint_eq(sim_scenario_expect(s).within_seeds, 20);
    sim_scenario_free(s);
    fails_with("[scenario]\nexpect = violates reset-outstandig within 20 seeds\n" LOAD,
               "dir/x.ini:2: expect: there is no rule 'reset-outstandig'; did you mean "
               "'reset-outstanding'?");
    fails_with("[scenario]\nexpect = fails\n" LOAD,
               "neither 'pass' nor 'violates RULE within N seeds'");
    fails_with("[scenario]\nexpect = violates reset-outstanding within 0 seeds\n" LOAD,
               "neither 'pass'");
}
END_TEST

START_TEST(overrides_reach_plain_named_and_all_sections)
{
    static const struct sim_setting settings[] = {{"port.timeout", "3s"},
                                                  {"workload.iodepth", "7"},
                                                  {"workload.b.iodepth", "9"},
                                                  {"check.deadlock", "off"}};
    struct sim_scenario *s = parse_with(
        "[workload a]\nnumber_ios=1\n[workload b]\nnumber_ios=1\niodepth=2\n", settings, 4);

    ck_assert_msg(s != NULL, "%s", error.text);
    ck_assert_int_eq(sim_opt(s, SIM_OPT_PORT_TIMEOUT), 3 * SIM_S);
    ck_assert_int_eq(sim_section_opt(sim_section(s, "workload", 0), SIM_OPT_WORKLOAD_IODEPTH), 7);
    ck_assert_int_eq(sim_section_opt(sim_section(s, "workload", 1), SIM_OPT_WORKLOAD_IODEPTH), 9);
    ck_assert_int_eq(sim_opt_rule(s, SIM_RULE_DEADLOCK), SIM_SEVERITY_OFF);
    ck_assert_int_eq(sim_opt_rule(s, SIM_RULE_IRQL), SIM_SEVERITY_ERROR);
    sim_scenario_free(s);
}
END_TEST

START_TEST(a_profile_sets_the_rules_that_nobody_names)
{
    static const struct sim_setting lenient[] = {{"check.profile", "lenient"}};
    struct sim_scenario *s =
        parse_with("[check]\nreset-outstanding = error\nirql = off\n" LOAD, lenient, 1);

    ck_assert_msg(s != NULL, "%s", error.text);
    ck_assert_int_eq(sim_opt_rule(s, SIM_RULE_RESET_OUTSTANDING), SIM_SEVERITY_ERROR);
    ck_assert_int_eq(sim_opt_rule(s, SIM_RULE_IRQL), SIM_SEVERITY_OFF);
    ck_assert_int_eq(sim_opt_rule(s, SIM_RULE_LOCK_RULE), SIM_SEVERITY_WARN);
    ck_assert_int_eq(sim_opt_rule(s, SIM_RULE_SRB_LEAKED), SIM_SEVERITY_ERROR);
    sim_scenario_free(s);
}
END_TEST

START_TEST(profile_off_leaves_what_ends_a_run)
{
    static const struct sim_setting off[] = {{"check.profile", "off"}};
    struct sim_scenario *s = parse_with("[check]\nirql = warn\n" LOAD, off, 1);

    ck_assert_msg(s != NULL, "%s", error.text);
    ck_assert_int_eq(sim_opt_rule(s, SIM_RULE_IRQL), SIM_SEVERITY_WARN);
    ck_assert_int_eq(sim_opt_rule(s, SIM_RULE_LOCK_RULE), SIM_SEVERITY_OFF);
    ck_assert_int_eq(sim_opt_rule(s, SIM_RULE_DATA_RACE), SIM_SEVERITY_OFF);
    ck_assert_int_eq(sim_opt_rule(s, SIM_RULE_DRIVER_HANG), SIM_SEVERITY_ERROR);
    ck_assert_int_eq(sim_opt_rule(s, SIM_RULE_NONDETERMINISM), SIM_SEVERITY_ERROR);
    sim_scenario_free(s);
}
END_TEST

static void override_fails_with(const char *name, const char *value, const char *message)
{
    struct sim_setting setting = {name, value};
    struct sim_scenario *s = parse_with(LOAD, &setting, 1);

    ck_assert_msg(s == NULL, "accepted: %s", name);
    ck_assert_msg(strstr(error.text, message) != NULL, "'%s' does not say '%s'", error.text,
                  message);
}

START_TEST(overrides_have_messages_of_their_own)
{
    override_fails_with(
        "port.timout", "5s",
        "--set port.timout=5s: [port] has no key 'timout'; did you mean 'timeout'?");
    override_fails_with("prot.timeout", "5s", "did you mean [port]?");
    override_fails_with("timeout", "5s", "allowed is section.key=value");
    override_fails_with("port.timeout", "5", "'5' is not a time");
    override_fails_with("workload.mian.bs", "4k", "it has 'main'");
    override_fails_with("fault.at", "4s", "dir/x.ini has no [fault NAME]");
    override_fails_with("workload.bs", "1000",
                        "--set workload.main.bs: must be whole logical blocks");
    override_fails_with("controller.block", "1k", "--set controller.block: a logical block");
}
END_TEST

static uint64_t hash_of(const char *text, const struct sim_setting *settings, uint32_t count)
{
    struct sim_scenario *s = parse_with(text, settings, count);
    uint64_t hash;

    ck_assert_msg(s != NULL, "%s", error.text);
    hash = sim_scenario_hash(s);
    sim_scenario_free(s);
    return hash;
}

START_TEST(the_hash_is_of_what_decides_a_run)
{
    static const struct sim_setting timeout = {"port.timeout", "5s"},
                                    driver = {"driver.module", "deferred"};
    uint64_t hash = hash_of("[port]\ntimeout = 5s\nretries = 3\n" LOAD, NULL, 0);

    ck_assert_uint_eq(hash, hash_of("; other words\n" LOAD
                                    "[port]\nretries = 3 # here too\ntimeout = 5000ms\n",
                                    NULL, 0));
    ck_assert_uint_eq(hash, hash_of("[port]\nretries = 3\n" LOAD, &timeout, 1));
    ck_assert_uint_eq(
        hash,
        hash_of("[scenario]\ntitle = x\n[port]\ntimeout = 5s\nretries = 3\n" LOAD, &driver, 1));
    ck_assert_uint_ne(hash, hash_of("[port]\ntimeout = 6s\nretries = 3\n" LOAD, NULL, 0));
    ck_assert_uint_ne(hash,
                      hash_of("[port]\ntimeout = 5s\nretries = 3\n" LOAD "bs = 8k\n", NULL, 0));
    ck_assert_uint_ne(hash,
                      hash_of("[port]\ntimeout = 5s\nretries = 3\n" LOAD "[fault f]\n", NULL, 0));
    ck_assert_uint_ne(
        hash,
        hash_of("[port]\ntimeout = 5s\nretries = 3\n[check]\ndeadlock = warn\n" LOAD, NULL, 0));
}
END_TEST

START_TEST(files_that_are_no_scenarios_are_refused)
{
    struct sim_scenario *s;

    ck_assert_int_lt(sim_scenario_read("/nonexistent/x.ini", NULL, 0, &error, &s), 0);
    ck_assert_str_eq(error.text, "/nonexistent/x.ini: No such file or directory");
    ck_assert_int_lt(sim_scenario_read("/", NULL, 0, &error, &s), 0);
    ck_assert_int_lt(sim_scenario_read("/proc/self/exe", NULL, 0, &error, &s), 0);
}
END_TEST

START_TEST(a_line_too_long_is_refused_with_its_number)
{
    char text[8192] = "[scenario]\ntitle = ";

    memset(text + strlen(text), 'x', 6000);
    snprintf(text + strlen(text), sizeof text - strlen(text), "\n" LOAD);
    fails_with(text, "dir/x.ini:2: this line is too long");
}
END_TEST

START_TEST(the_nearest_word_is_near)
{
    static const char *const words[] = {"timeout", "reset_timeout", "retries", "queue_depth"};

    ck_assert_str_eq(sim_nearest("timout", words, 4), "timeout");
    ck_assert_str_eq(sim_nearest("tiemout", words, 4), "timeout");
    ck_assert_str_eq(sim_nearest("queue", words, 4), "queue_depth");
    ck_assert_ptr_null(sim_nearest("zebra", words, 4));
    ck_assert_ptr_null(sim_nearest("", words, 4));
}
END_TEST

START_TEST(the_table_prints_in_three_forms)
{
    for (int form = SIM_OPTIONS_TEXT; form <= SIM_OPTIONS_JSON; form++) {
        char *text = NULL;
        size_t bytes = 0;
        FILE *out = open_memstream(&text, &bytes);

        sim_options_print(out, (enum sim_options_form)form);
        fclose(out);
        for (int i = 0; i < SIM_OPT_COUNT; i++)
            ck_assert_msg(strstr(text, sim_option_info[i].key) != NULL, "form %d lacks %s", form,
                          sim_option_info[i].key);
        free(text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario");
    TCase *tc = tcase_create("scenario");
    SRunner *runner;
    int failed;

    tcase_add_test(tc, every_default_of_the_table_is_valid);
    tcase_add_test(tc, values_have_units);
    tcase_add_test(tc, wrong_units_are_refused_and_the_right_ones_named);
    tcase_add_test(tc, messages_have_file_and_line_and_the_nearest_name);
    tcase_add_test(tc, a_section_without_keys_is_seen);
    tcase_add_test(tc, values_contradicting_each_other_are_refused);
    tcase_add_test(tc, expect_is_parsed);
    tcase_add_test(tc, overrides_reach_plain_named_and_all_sections);
    tcase_add_test(tc, a_profile_sets_the_rules_that_nobody_names);
    tcase_add_test(tc, profile_off_leaves_what_ends_a_run);
    tcase_add_test(tc, overrides_have_messages_of_their_own);
    tcase_add_test(tc, the_hash_is_of_what_decides_a_run);
    tcase_add_test(tc, files_that_are_no_scenarios_are_refused);
    tcase_add_test(tc, a_line_too_long_is_refused_with_its_number);
    tcase_add_test(tc, the_nearest_word_is_near);
    tcase_add_test(tc, the_table_prints_in_three_forms);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
