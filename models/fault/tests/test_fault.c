/* models/fault/tests/test_fault.c - when faults strike, how often, and what ends them. */
// links: models/fault/tests/fake.c
#include <stdlib.h>

#include "models/fault/tests/fake.h"

#define READ 0x02
#define WRITE 0x01

/* Shows so many commands; whether anybody waits for them or not. */
static void commands(uint32_t count, uint8_t opcode)
{
    const struct fault_occasion occasion = fake_command(opcode);

    for (uint32_t i = 0; i < count; i++)
        fault_here(fake.faults, &occasion);
}

/* --- triggers --------------------------------------------------------------------------------- */

START_TEST(a_fault_by_time_begins_at_its_time_once)
{
    fake_start("[fault f]\nat = 1ms\n");
    fake_run(SIM_MS - 1);
    ck_assert_uint_eq(fake.begun[0], 0);
    fake_run(1);
    ck_assert_uint_eq(fake.begun[0], 1);
    ck_assert_uint_eq(fake.traced[SIM_EV_FAULT_ON], 1);
    fake_run(SIM_S);
    ck_assert_uint_eq(fake.begun[0], 1);
}
END_TEST

START_TEST(its_spread_is_drawn_from_the_seed)
{
    sim_ns at[4];

    ck_assert_int_eq(fake_build("[fault f]\nat = 1ms\nspread = 1ms\n"), 0);
    sim_image(fake.sim);
    for (uint32_t i = 0; i < 4; i++) {
        sim_restore(fake.sim);
        fake_begin(i / 2);
        fake_run(3 * SIM_MS);
        at[i] = fake.begun_at[0];
        ck_assert_int_ge(at[i], SIM_MS);
        ck_assert_int_le(at[i], 2 * SIM_MS);
    }
    ck_assert_int_eq(at[0], at[1]);
    ck_assert_int_eq(at[2], at[3]);
    ck_assert_int_ne(at[0], at[2]);
}
END_TEST

START_TEST(times_and_period_repeat_it)
{
    fake_start("[fault f]\naction = reset\nat = 1ms\ntimes = 3\nperiod = 2ms\n");
    fake_run(SIM_S);
    ck_assert_uint_eq(fake.begun_count, 3);
    ck_assert_int_eq(fake.begun_at[0], 1 * SIM_MS);
    ck_assert_int_eq(fake.begun_at[2], 5 * SIM_MS);
}
END_TEST

START_TEST(nobody_is_watched_for_when_nothing_is_armed)
{
    fake_start("");
    for (uint32_t i = 0; i < SIM_FAULT_TRIGGERS; i++)
        ck_assert(!fault_watched(fake.faults, (enum sim_fault_trigger)i));
}
END_TEST

START_TEST(a_trigger_is_watched_for_until_its_last_strike)
{
    fake_start("[fault f]\non = command\nnth = 3\naction = reset\n");
    ck_assert(fault_watched(fake.faults, SIM_FAULT_ON_COMMAND));
    ck_assert(!fault_watched(fake.faults, SIM_FAULT_ON_IO));
    commands(2, READ);
    ck_assert_uint_eq(fake.begun[0], 0);
    commands(1, READ);
    ck_assert_uint_eq(fake.begun[0], 1);
    ck_assert_ptr_eq(fake.subject, &fake);
    ck_assert(!fault_watched(fake.faults, SIM_FAULT_ON_COMMAND));
}
END_TEST

START_TEST(nth_every_and_times_choose_among_what_matches)
{
    fake_start("[fault f]\naction = reset\non = command\nopcode = write\nnth = 2\nevery = 3\n"
               "times = 2\n");
    commands(50, READ);
    ck_assert_uint_eq(fake.begun[0], 0);
    commands(2, WRITE);
    ck_assert_uint_eq(fake.begun[0], 1);
    commands(2, WRITE);
    ck_assert_uint_eq(fake.begun[0], 1);
    commands(1, WRITE);
    ck_assert_uint_eq(fake.begun[0], 2);
    commands(50, WRITE);
    ck_assert_uint_eq(fake.begun[0], 2);
}
END_TEST

START_TEST(times_0_has_no_end)
{
    fake_start("[fault f]\naction = reset\non = command\ntimes = 0\n");
    commands(100, WRITE);
    ck_assert_uint_eq(fake.begun[0], 100);
}
END_TEST

START_TEST(a_probability_is_drawn_from_the_seed_for_each_occasion)
{
    uint32_t first;

    ck_assert_int_eq(fake_build("[fault f]\naction = reset\non = command\ntimes = 0\n"
                                "probability = 25%\n"),
                     0);
    sim_image(fake.sim);
    fake_begin(3);
    commands(400, WRITE);
    first = fake.begun[0];
    ck_assert_uint_gt(first, 70);
    ck_assert_uint_lt(first, 130);
    sim_restore(fake.sim);
    fake_begin(3);
    commands(400, WRITE);
    ck_assert_uint_eq(fake.begun[0], first);
}
END_TEST

START_TEST(with_at_it_strikes_so_long_after_its_occasion_and_without_it)
{
    fake_start("[fault f]\naction = reset\non = command\nat = 5us\n");
    fake_run(100);
    commands(1, READ);
    ck_assert_uint_eq(fake.begun[0], 0);
    fake_run(SIM_MS);
    ck_assert_uint_eq(fake.begun[0], 1);
    ck_assert_int_eq(fake.begun_at[0], 100 + 5 * SIM_US);
    ck_assert_ptr_null(fake.subject);
}
END_TEST

static const struct {
    const char *keys;
    struct fault_occasion occasion;
    bool matches;
} filters[] = {
    {"", {.queue = 1, .opcode = READ}, true},
    {"", {.queue = 0, .opcode = 0x06}, false}, /* admin commands do not count of themselves */
    {"queue = 0\n", {.queue = 0, .opcode = 0x06}, true},
    {"queue = 0\n", {.queue = 1, .opcode = READ}, false},
    {"queue = 2\n", {.queue = 1, .opcode = READ}, false},
    {"queue = 2\n", {.queue = 2, .opcode = READ}, true},
    {"opcode = read\n", {.queue = 2, .opcode = READ}, true},
    {"opcode = read\n", {.queue = 0, .opcode = 0x02}, false}, /* Get Log Page */
    {"opcode = get-log-page\n", {.queue = 0, .opcode = 0x02}, true},
    {"opcode = get-log-page\n", {.queue = 1, .opcode = READ}, false},
    {"opcode = write\n", {.queue = 1, .opcode = READ}, false},
    {"lba = 107\n", {.queue = 1, .opcode = READ, .has_lba = true, .lba = 100, .blocks = 8}, true},
    {"lba = 108\n", {.queue = 1, .opcode = READ, .has_lba = true, .lba = 100, .blocks = 8}, false},
    {"lba = 99\nblocks = 2\n",
     {.queue = 1, .opcode = READ, .has_lba = true, .lba = 100, .blocks = 8},
     true},
    {"lba = 99\n", {.queue = 1, .opcode = READ, .has_lba = true, .lba = 100, .blocks = 8}, false},
    {"lba = 0\n", {.queue = 1, .opcode = 0}, false}, /* Flush */
};

START_TEST(queue_command_and_blocks_choose_the_commands)
{
    struct fault_occasion occasion = filters[_i].occasion;
    char text[160];

    occasion.on = SIM_FAULT_ON_COMMAND;
    occasion.subject = &fake;
    snprintf(text, sizeof text, "[fault f]\naction = reset\non = command\n%s", filters[_i].keys);
    fake_start(text);
    fault_here(fake.faults, &occasion);
    ck_assert_uint_eq(fake.begun[0], filters[_i].matches);
}
END_TEST

START_TEST(one_fault_follows_the_beginning_or_the_end_of_another)
{
    fake_start("[fault a]\nat = 1ms\nuntil = time\nduration = 1ms\n"
               "[fault b]\naction = reset\non = began\nof = a\n"
               "[fault c]\naction = reset\non = ended\nof = a\nat = 1ms\n");
    fake_run(SIM_S);
    ck_assert_uint_eq(fake.begun[1], 1);
    ck_assert_uint_eq(fake.begun[2], 1);
    ck_assert_int_eq(fake.begun_at[1], 1 * SIM_MS);
    ck_assert_int_eq(fake.begun_at[2], 3 * SIM_MS);
}
END_TEST

/* --- ends ------------------------------------------------------------------------------------- */

START_TEST(a_lasting_fault_cannot_strike_while_it_is_on)
{
    fake_start("[fault f]\non = command\ntimes = 2\n");
    commands(10, READ);
    ck_assert_uint_eq(fake.begun[0], 1);
    faults_reset_done(fake.faults);
    ck_assert_uint_eq(fake.ended[0], 1);
    commands(10, READ);
    ck_assert_uint_eq(fake.begun[0], 2);
}
END_TEST

START_TEST(a_reset_ends_only_what_says_so)
{
    fake_start("[fault a]\n[fault b]\nuntil = forever\n[fault c]\nuntil = time\n");
    fake_run(1);
    faults_reset_done(fake.faults);
    ck_assert_uint_eq(fake.ended[0], 1);
    ck_assert_uint_eq(fake.ended[1], 0);
    ck_assert_uint_eq(fake.ended[2], 0);
    ck_assert_uint_eq(fake.traced[SIM_EV_FAULT_OFF], 1);
    faults_reset_done(fake.faults);
    ck_assert_uint_eq(fake.ended[0], 1);
}
END_TEST

START_TEST(a_duration_or_a_number_of_uses_ends_it)
{
    fake_start("[fault a]\nuntil = time\nduration = 3ms\n[fault b]\nuntil = uses\nuses = 2\n");
    fake_run(3 * SIM_MS - 1);
    ck_assert_uint_eq(fake.ended[0], 0);
    fake_run(1);
    ck_assert_uint_eq(fake.ended[0], 1);
    fault_used(fake.faults, &fake.faults->entry[1].fault);
    ck_assert_uint_eq(fake.ended[1], 0);
    fault_used(fake.faults, &fake.faults->entry[1].fault);
    ck_assert_uint_eq(fake.ended[1], 1);
}
END_TEST

START_TEST(healing_ends_them_all_and_none_begins_any_more_but_the_host_goes_on)
{
    fake_start("[check]\nheal = 1ms\n"
               "[fault a]\nuntil = forever\n"
               "[fault b]\non = command\n"
               "[fault c]\nat = 2ms\n"
               "[fault d]\naction = reset\nat = 2ms\n"
               "[fault e]\naction = reset\non = healed\n");
    fake_run(SIM_MS);
    ck_assert_uint_eq(fake.traced[SIM_EV_HEALED], 1);
    ck_assert_uint_eq(fake.ended[0], 1);
    commands(1, READ);
    fake_run(SIM_S);
    ck_assert_uint_eq(fake.begun[1], 0);
    ck_assert_uint_eq(fake.begun[2], 0);
    ck_assert_uint_eq(fake.begun[3], 1);
    ck_assert_uint_eq(fake.begun[4], 1);
}
END_TEST

START_TEST(a_run_waits_for_what_the_host_will_do_by_time)
{
    fake_start("[fault d]\naction = reset\nat = 2ms\n[fault f]\nat = 5ms\n");
    ck_assert(faults_awaited(fake.faults));
    fake_run(2 * SIM_MS);
    ck_assert(!faults_awaited(fake.faults));
}
END_TEST

/* --- seeds ------------------------------------------------------------------------------------ */

START_TEST(in_a_swarm_each_seed_draws_what_is_possible)
{
    uint32_t possible[2] = {0}, both = 0, rare = 0;

    ck_assert_int_eq(fake_build("[explore]\nswarm = yes\n"
                                "[fault a]\naction = reset\nat = 1us\n"
                                "[fault b]\naction = reset\non = command\ntimes = 0\n"),
                     0);
    sim_image(fake.sim);
    for (uint64_t seed = 1; seed <= 64; seed++) {
        sim_restore(fake.sim);
        fake_begin(seed);
        ck_assert_uint_eq(fake.traced[SIM_EV_FAULT_DRAWN], 2);
        fake_run(SIM_MS);
        commands(64, READ);
        ck_assert_uint_le(fake.begun[0], 1);
        possible[0] += fake.begun[0];
        possible[1] += fake.begun[1] > 0;
        both += fake.begun[0] && fake.begun[1];
        rare += fake.begun[1] > 0 && fake.begun[1] < 20;
    }
    ck_assert_uint_gt(possible[0], 16);
    ck_assert_uint_lt(possible[0], 48);
    ck_assert_uint_gt(possible[1], 12);
    ck_assert_uint_lt(possible[1], 48);
    ck_assert_uint_gt(both, 4);
    ck_assert_uint_gt(rare, 4);
}
END_TEST

START_TEST(leaving_one_out_shifts_no_other_of_the_swarm)
{
    uint32_t with[16];

    ck_assert_int_eq(fake_build("[explore]\nswarm = yes\n"
                                "[fault a]\naction = reset\non = io\n"
                                "[fault b]\naction = reset\non = command\ntimes = 0\n"),
                     0);
    sim_image(fake.sim);
    for (uint64_t seed = 0; seed < 16; seed++) {
        sim_restore(fake.sim);
        fake_begin(seed);
        commands(50, READ);
        with[seed] = fake.begun[1];
    }
    fake_teardown();
    fake_setup();
    ck_assert_int_eq(fake_build("[explore]\nswarm = yes\n"
                                "[fault b]\naction = reset\non = command\ntimes = 0\n"),
                     0);
    sim_image(fake.sim);
    for (uint64_t seed = 0; seed < 16; seed++) {
        sim_restore(fake.sim);
        fake_begin(seed);
        commands(50, READ);
        ck_assert_uint_eq(fake.begun[0], with[seed]);
    }
}
END_TEST

/* --- set-up ----------------------------------------------------------------------------------- */

START_TEST(what_counts_from_the_start_of_the_driver_is_armed_before_the_load)
{
    ck_assert_int_eq(fake_build("[fault f]\nfrom = boot\nat = 1ms\nuntil = forever\n"
                                "[fault g]\nat = 1ms\n"),
                     0);
    fake_run(2 * SIM_MS);
    ck_assert_uint_eq(fake.traced[SIM_EV_FAULT_ON], 1);
    ck_assert_uint_eq(fake.begun[0], 1);
    fake_begin(1); /* and goes on in the run */
    fake_run(2 * SIM_MS);
    ck_assert_uint_eq(fake.begun[0], 0);
    ck_assert_uint_eq(fake.begun[1], 1);
    ck_assert(fake.faults->entry[0].active);
}
END_TEST

START_TEST(an_action_that_nobody_serves_is_the_user_s_mistake)
{
    struct sim_error error;

    ck_assert_int_eq(fake_build("[fault f]\n"), 0);
    fake.faults = faults_create(fake.sim, fake.scenario);
    ck_assert_int_lt(faults_boot(fake.faults, &error), 0);
    ck_assert_ptr_nonnull(strstr(error.text, "[fault f]: nothing in this machine can 'stop'"));
}
END_TEST

START_TEST(so_are_too_many)
{
    char text[2048] = "";

    for (uint32_t i = 0, n = 0; i <= FAULTS_MAX; i++)
        n += (uint32_t)snprintf(text + n, sizeof text - n, "[fault f%u]\n", i);
    ck_assert_int_lt(fake_build(text), 0);
    ck_assert_ptr_nonnull(strstr(fake.error.text, "at most 32"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fault");
    TCase *tc = tcase_create("fault");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, a_fault_by_time_begins_at_its_time_once);
    tcase_add_test(tc, its_spread_is_drawn_from_the_seed);
    tcase_add_test(tc, times_and_period_repeat_it);
    tcase_add_test(tc, nobody_is_watched_for_when_nothing_is_armed);
    tcase_add_test(tc, a_trigger_is_watched_for_until_its_last_strike);
    tcase_add_test(tc, nth_every_and_times_choose_among_what_matches);
    tcase_add_test(tc, times_0_has_no_end);
    tcase_add_test(tc, a_probability_is_drawn_from_the_seed_for_each_occasion);
    tcase_add_test(tc, with_at_it_strikes_so_long_after_its_occasion_and_without_it);
    tcase_add_loop_test(tc, queue_command_and_blocks_choose_the_commands, 0,
                        sizeof filters / sizeof filters[0]);
    tcase_add_test(tc, one_fault_follows_the_beginning_or_the_end_of_another);
    tcase_add_test(tc, a_lasting_fault_cannot_strike_while_it_is_on);
    tcase_add_test(tc, a_reset_ends_only_what_says_so);
    tcase_add_test(tc, a_duration_or_a_number_of_uses_ends_it);
    tcase_add_test(tc, healing_ends_them_all_and_none_begins_any_more_but_the_host_goes_on);
    tcase_add_test(tc, a_run_waits_for_what_the_host_will_do_by_time);
    tcase_add_test(tc, in_a_swarm_each_seed_draws_what_is_possible);
    tcase_add_test(tc, leaving_one_out_shifts_no_other_of_the_swarm);
    tcase_add_test(tc, what_counts_from_the_start_of_the_driver_is_armed_before_the_load);
    tcase_add_test(tc, an_action_that_nobody_serves_is_the_user_s_mistake);
    tcase_add_test(tc, so_are_too_many);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
