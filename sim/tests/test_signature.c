/* sim/tests/test_signature.c - which findings are one bug. */
#include <check.h>
#include <string.h>

#include "sim/engine/names.h"
#include "sim/engine/trace.h"
#include "sim/run/signature.h"

#define CALLBACK 7

static char out[SIM_SIGNATURE_BYTES];

static struct sim_finding found(uint64_t offset)
{
    struct sim_finding f = {.rule = SIM_RULE_SRB_TOUCHED, .frames = 3, .callback = CALLBACK + 1};

    sim_name_set(SIM_NAME_CALLBACK, CALLBACK, "HwStorDpcRoutine");
    f.frame[0].engine_name = "StorPortNotification";
    f.frame[1] = (struct sim_frame){.in_module = 1, .offset = offset};
    f.frame[2] = (struct sim_frame){.in_module = 1, .offset = 0x900};
    return f;
}

START_TEST(the_innermost_function_and_the_entry_point)
{
    struct sim_finding f = found(0x40);

    ck_assert_str_eq(sim_signature(&f, NULL, out), "+0x40 in HwStorDpcRoutine");
    f.callback = 0;
    ck_assert_str_eq(sim_signature(&f, NULL, out), "+0x40");
    f.frames = 1;
    ck_assert_str_eq(sim_signature(&f, NULL, out), "");
    f.callback = CALLBACK + 1;
    ck_assert_str_eq(sim_signature(&f, NULL, out), "in HwStorDpcRoutine");
}
END_TEST

START_TEST(a_loop_is_the_entry_point_it_is_in)
{
    struct sim_finding f = found(0x40);

    f.rule = SIM_RULE_DRIVER_HANG;
    ck_assert_str_eq(sim_signature(&f, NULL, out), "in HwStorDpcRoutine");
}
END_TEST

START_TEST(a_race_is_both_accesses_in_no_order)
{
    struct sim_finding f = found(0x40);
    struct sim_race_access a = {.frame = {.in_module = 1, .offset = 0x80}, .callback = CALLBACK},
                           b = {.frame = {.in_module = 1, .offset = 0x20},
                                .callback = SIM_RACE_CALLBACK_NONE};

    f.has_race = 1;
    f.race.now = a;
    f.race.before = b;
    ck_assert_str_eq(sim_signature(&f, NULL, out), "+0x20, +0x80 in HwStorDpcRoutine");
    f.race.now = b;
    f.race.before = a;
    ck_assert_str_eq(sim_signature(&f, NULL, out), "+0x20, +0x80 in HwStorDpcRoutine");
    f.race.now.cpu = SIM_CPU_NONE;
    ck_assert_str_eq(sim_signature(&f, NULL, out), "+0x80 in HwStorDpcRoutine, the device");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("signature");
    TCase *tc = tcase_create("signature");
    SRunner *runner;
    int failed;

    tcase_add_test(tc, the_innermost_function_and_the_entry_point);
    tcase_add_test(tc, a_loop_is_the_entry_point_it_is_in);
    tcase_add_test(tc, a_race_is_both_accesses_in_no_order);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
