/* sim/tests/test_fault_words.c - the vocabulary of [fault NAME], and keys that do not go together.
 */
// covers: sim/scenario/faults.c sim/scenario/check_fault.c
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/faults.h"
#include "sim/scenario/scenario.h"

#define LOAD "[workload main]\nnumber_ios = 10\n"

static struct sim_error error;

static struct sim_scenario *parse(const char *text)
{
    struct sim_scenario *s = NULL;

    error.text[0] = '\0';
    return sim_scenario_parse("x.ini", text, NULL, 0, &error, &s) == 0 ? s : NULL;
}

static const struct {
    const char *text, *message;
} wrong[] = {
    {"[fault f]\naction = stpo\n", "did you mean 'stop'?"},
    {"[fault f]\non = comand\n", "did you mean 'command'?"},
    {"[fault f]\non = command\nopcode = raed\n", "did you mean 'read'?"},
    {"[fault f]\nnth = 3\n",
     "x.ini:4: nth: neither action = stop nor on = time reads it; they read action on from at "
     "spread times and period  queue data "},
    {"[fault f]\naction = reset\ndata = no\n", "x.ini:5: data: neither action = reset"},
    {"[fault f]\naction = reset\nuntil = forever\n", "x.ini:5: until: neither action = reset"},
    {"[fault f]\non = command\nphase = quiet\n", "neither action = stop nor on = command"},
    {"[fault f]\naction = fatal\nqueue = 1\n", "neither action = fatal nor on = time"},
    {"[fault f]\naction = drop-completion\n",
     "action = drop-completion happens to its occasion: on is one of completion"},
    {"[fault f]\naction = drop-completion\non = completion\nat = 1ms\n",
     "happens to its occasion, not later"},
    {"[fault f]\non = command\nqueue = 64\n", "allowed is any, or 0 to 63"},
    {"[fault f]\non = command\nqueue = some\n", "'some' is not a whole number or any"},
    {"[fault f]\non = began\nof = hnag\n[fault hang]\n",
     "there is no other [fault hnag]; did you mean 'hang'?"},
    {"[fault f]\non = began\nof = f\n", "there is no other [fault f]"},
    {"[fault f]\non = ended\n", "of: there is no other [fault ]"},
    {"[fault f]\naction = reset\non = healed\n", "check.heal says when, and is 0"},
    {"[fault f]\nuntil = heal\n", "check.heal says when, and is 0"},
    {"[fault f]\non = healed\n[check]\nheal = 1s\n", "what was healed stays whole"},
};

START_TEST(a_word_or_a_key_out_of_place_is_an_error_that_says_what_is_right)
{
    char text[256];

    snprintf(text, sizeof text, LOAD "%s", wrong[_i].text);
    ck_assert_msg(parse(text) == NULL, "accepted: %s", text);
    ck_assert_msg(strstr(error.text, wrong[_i].message) != NULL, "'%s' does not say '%s'",
                  error.text, wrong[_i].message);
}
END_TEST

START_TEST(what_one_action_does_not_read_may_be_set_for_all)
{
    const struct sim_setting set = {.name = "fault.until", .value = "forever"};
    struct sim_scenario *s;

    ck_assert_msg(sim_scenario_parse("x.ini", LOAD "[fault a]\n[fault b]\naction = reset\n", &set,
                                     1, &error, &s) == 0,
                  "%s", error.text);
    sim_scenario_free(s);
}
END_TEST

START_TEST(any_is_below_every_number)
{
    struct sim_scenario *s = parse(LOAD "[fault f]\non = command\n[fault g]\non = command\n"
                                        "queue = 3\n");

    ck_assert_msg(s != NULL, "%s", error.text);
    ck_assert_int_eq(sim_section_opt(sim_section(s, "fault", 0), SIM_OPT_FAULT_QUEUE), -1);
    ck_assert_int_eq(sim_section_opt(sim_section(s, "fault", 1), SIM_OPT_FAULT_QUEUE), 3);
    sim_scenario_free(s);
}
END_TEST

/* Every key that a table names exists, and every word fits where words are kept. */
static void keys_exist(const char *keys)
{
    char copy[256], *rest = NULL;

    ck_assert_msg(keys[0] == ' ' && keys[strlen(keys) - 1] == ' ', "'%s'", keys);
    snprintf(copy, sizeof copy, "%s", keys);
    for (char *key = strtok_r(copy, " ", &rest); key; key = strtok_r(NULL, " ", &rest)) {
        bool found = false;

        for (int i = 0; i < SIM_OPT_COUNT; i++)
            found |= !strcmp(sim_option_info[i].section, "fault") &&
                     !strcmp(sim_option_info[i].key, key);
        ck_assert_msg(found, "[fault] has no key '%s'", key);
    }
}

START_TEST(the_tables_speak_of_keys_and_triggers_that_exist)
{
    for (int i = 0; i < SIM_FAULT_ACTIONS; i++) {
        keys_exist(sim_fault_action_info[i].keys);
        ck_assert_uint_lt(strlen(sim_fault_action_info[i].word), 32);
        ck_assert_uint_ne(sim_fault_action_info[i].triggers & SIM_FAULT_ANY, 0);
        ck_assert_uint_eq(sim_fault_action_info[i].triggers & ~(uint32_t)SIM_FAULT_ANY, 0);
    }
    for (int i = 0; i < SIM_FAULT_TRIGGERS; i++)
        keys_exist(sim_fault_trigger_info[i].keys);
    ck_assert_int_lt(SIM_FAULT_TRIGGERS, 31); /* SIM_FAULT_ANY is an int */
}
END_TEST

START_TEST(an_opcode_s_word_is_its_row)
{
    struct sim_scenario *s = parse(LOAD "[fault f]\non = command\nopcode = abort\n");
    int64_t word;

    ck_assert_msg(s != NULL, "%s", error.text);
    word = sim_section_opt(sim_section(s, "fault", 0), SIM_OPT_FAULT_OPCODE);
    ck_assert_int_eq(sim_fault_opcode[word - 1].set, SIM_FAULT_ADMIN_SET);
    ck_assert_int_eq(sim_fault_opcode[word - 1].code, 0x08);
    sim_scenario_free(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scenario");
    TCase *tc = tcase_create("fault_words");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_loop_test(tc, a_word_or_a_key_out_of_place_is_an_error_that_says_what_is_right, 0,
                        sizeof wrong / sizeof wrong[0]);
    tcase_add_test(tc, what_one_action_does_not_read_may_be_set_for_all);
    tcase_add_test(tc, any_is_below_every_number);
    tcase_add_test(tc, the_tables_speak_of_keys_and_triggers_that_exist);
    tcase_add_test(tc, an_opcode_s_word_is_its_row);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
