/* sim/tests/test_trace.c - the names of events and rules, and records told as JSON and as text. */
// covers: sim/engine/verdict.c
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/trace.h"
#include "sim/engine/verdict.h"

static char *told(void (*tell)(FILE *, const struct sim_record *), const struct sim_record *r)
{
    static char text[1024];
    FILE *out = fmemopen(text, sizeof text, "w");

    tell(out, r);
    fclose(out);
    return text;
}

static const struct sim_record on_cpu = {.at = 10000412345,
                                         .event = SIM_EV_SRB_COMPLETE,
                                         .cpu = 2,
                                         .level = 8,
                                         .arg = {343, 0x0E, 0, 91}};
static const struct sim_record by_device = {
    .at = 5, .event = SIM_EV_CSTS_RDY, .cpu = SIM_CPU_NONE, .arg = {1}};

START_TEST(a_record_is_one_line_of_json)
{
    ck_assert_str_eq(
        told(sim_record_json, &on_cpu),
        "{\"t\":10000412345,\"event\":\"srb_complete\",\"cpu\":2,\"irql\":8,\"srb\":343,"
        "\"status_x\":\"0xe\",\"scsi_status_x\":\"0x0\",\"io\":91}\n");
    ck_assert_str_eq(told(sim_record_json, &by_device),
                     "{\"t\":5,\"event\":\"csts_rdy\",\"ready\":1}\n");
}
END_TEST

START_TEST(a_record_is_one_line_of_text)
{
    ck_assert_str_eq(
        told(sim_record_text, &on_cpu),
        "  10.000 412 345   2   8  srb_complete srb=343 status_x=0xe scsi_status_x=0x0 io=91\n");
    ck_assert_str_eq(told(sim_record_text, &by_device),
                     "   0.000 000 005   -   -  csts_rdy ready=1\n");
}
END_TEST

START_TEST(every_event_has_a_name_a_group_and_a_text)
{
    for (int i = 0; i < SIM_EV_COUNT; i++) {
        ck_assert_uint_gt(strlen(sim_event_info[i].name), 0);
        ck_assert_uint_gt(strlen(sim_event_info[i].group), 0);
        ck_assert_uint_gt(strlen(sim_event_info[i].text), 0);
    }
}
END_TEST

START_TEST(every_rule_is_found_by_its_name)
{
    for (int i = 0; i < SIM_RULE_COUNT; i++) {
        ck_assert_int_eq(sim_rule_by_name(sim_rule_info[i].name), i);
        ck_assert_uint_gt(strlen(sim_rule_info[i].text), 0);
    }
    ck_assert_int_eq(sim_rule_by_name("no-such-rule"), -1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trace");
    TCase *tc = tcase_create("trace");
    SRunner *runner = srunner_create(suite);

    tcase_add_test(tc, a_record_is_one_line_of_json);
    tcase_add_test(tc, a_record_is_one_line_of_text);
    tcase_add_test(tc, every_event_has_a_name_a_group_and_a_text);
    tcase_add_test(tc, every_rule_is_found_by_its_name);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
