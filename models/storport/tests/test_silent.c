/* models/storport/tests/test_silent.c - silent points: what a scenario decides, and what seeds
 * draw.
 */
// links: models/storport/tests/mini.c
#include <stdlib.h>
#include <string.h>

#include "models/storport/tests/mini.h"
#include "sim/run/result.h"
#include "sim/run/result_private.h"

static struct sim_scenario *scenario;

static void read_scenario(const char *port)
{
    char text[256];
    struct sim_error error;

    snprintf(text, sizeof text, "[port]\n%s\n[workload w]\nnumber_ios = 1\n", port);
    ck_assert_int_eq(sim_scenario_parse("test", text, NULL, 0, &error, &scenario), 0);
}

static void drop_scenario(void)
{
    sim_scenario_free(scenario);
    scenario = NULL;
}

START_TEST(a_scenario_decides_a_point_by_name)
{
    uint8_t candidate[SP_SILENT_COUNT];

    read_scenario("startio_false = reported\ntimer_fires = late");
    sp__silent_read(scenario, candidate);
    for (int i = 0; i < SP_SILENT_COUNT; i++)
        ck_assert_uint_eq(candidate[i], i == SP_SILENT_STARTIO_FALSE ? SP_STARTIO_FALSE_REPORTED
                                        : i == SP_SILENT_TIMER_FIRES ? SP_TIMER_FIRES_LATE
                                                                     : 0);
    drop_scenario();
}
END_TEST

START_TEST(by_default_all_points_have_their_first_candidate)
{
    uint8_t candidate[SP_SILENT_COUNT], none[SP_SILENT_COUNT] = {0};

    read_scenario("");
    sp__silent_read(scenario, candidate);
    ck_assert_mem_eq(candidate, none, sizeof none);
    mini_boot();
    ck_assert(!mini.port->odd);
    drop_scenario();
}
END_TEST

static void begin(uint64_t seed)
{
    sim_begin(mini.sim, seed, &sim_strategy_time, 0);
    sim__result_begin();
    memset(mini.port->silent, 0, sizeof mini.port->silent);
    sp__silent_draw(mini.port, scenario);
}

START_TEST(every_candidate_of_every_point_is_drawn_by_some_seed)
{
    bool seen[SP_SILENT_COUNT][8] = {{false}};
    uint32_t defaults = 0, draws = 0;

    read_scenario("silent = random");
    mini_boot();
    for (uint64_t seed = 1; seed <= 200; seed++) {
        begin(seed);
        for (int i = 0; i < SP_SILENT_COUNT; i++) {
            seen[i][mini.port->silent[i]] = true;
            defaults += !mini.port->silent[i];
            draws++;
        }
    }
    ck_assert_uint_gt(defaults, draws * 2 / 5);
    ck_assert_uint_lt(defaults, draws * 4 / 5);
#define SP_SILENT(id, when)                                         \
    for (uint32_t k = 0; k < sim_opt_words(SIM_OPT_PORT_##id); k++) \
        ck_assert_msg(seen[SP_SILENT_##id][k] || (#when[0] == 'B' && k), #id " %u", k);
#include "models/storport/silent.def"
#undef SP_SILENT
    drop_scenario();
}
END_TEST

START_TEST(a_seed_draws_the_same_again_and_tells_it)
{
    static struct sim_result result;
    uint8_t first[SP_SILENT_COUNT];
    uint32_t odd = 0;
    char text[2048];

    read_scenario("silent = random");
    mini_boot();
    begin(7);
    memcpy(first, mini.port->silent, sizeof first);
    for (int i = 0; i < SP_SILENT_COUNT; i++)
        odd += first[i] != 0;
    sim__result_end(&result);
    ck_assert_uint_gt(odd, 0);
    ck_assert_uint_eq(result.drawn, odd);
    ck_assert_uint_eq(mini_events(SIM_EV_DRAWN), odd);
    ck_assert_ptr_nonnull(strstr(sim_drawn_text(result.draw, result.drawn, text, sizeof text),
                                 sim_option_info[result.draw[odd - 1].option].key));
    begin(8);
    ck_assert_mem_ne(mini.port->silent, first, sizeof first);
    begin(7);
    ck_assert_mem_eq(mini.port->silent, first, sizeof first);
    drop_scenario();
}
END_TEST

START_TEST(a_point_that_the_scenario_sets_is_not_drawn_and_changes_no_other)
{
    uint8_t first[SP_SILENT_COUNT];

    read_scenario("silent = random");
    mini_boot();
    begin(7);
    memcpy(first, mini.port->silent, sizeof first);
    drop_scenario();
    read_scenario("silent = random\npauses = count\ntags = round_robin");
    for (uint64_t seed = 1; seed < 50; seed++) {
        sim_begin(mini.sim, seed, &sim_strategy_time, 0);
        sim__result_begin();
        sp__silent_read(scenario, mini.port->silent);
        sp__silent_draw(mini.port, scenario);
        ck_assert_uint_eq(mini.port->silent[SP_SILENT_PAUSES], SP_PAUSES_COUNT);
        ck_assert_uint_eq(mini.port->silent[SP_SILENT_TAGS], SP_TAGS_ROUND_ROBIN);
        for (int i = 0; seed == 7 && i < SP_SILENT_COUNT; i++)
            ck_assert(i == SP_SILENT_PAUSES || i == SP_SILENT_TAGS ||
                      mini.port->silent[i] == first[i]);
    }
    drop_scenario();
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("silent");
    Suite *s = suite_create("storport silent");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, mini_setup, mini_teardown);
    tcase_add_test(tc, a_scenario_decides_a_point_by_name);
    tcase_add_test(tc, by_default_all_points_have_their_first_candidate);
    tcase_add_test(tc, every_candidate_of_every_point_is_drawn_by_some_seed);
    tcase_add_test(tc, a_seed_draws_the_same_again_and_tells_it);
    tcase_add_test(tc, a_point_that_the_scenario_sets_is_not_drawn_and_changes_no_other);
    suite_add_tcase(s, tc);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
