/* sim/tests/test_shrink.c - what shrinking keeps and what it takes away, on a session whose
 * findings are made up.
 *
 * The finding is there when the load has at least 3 requests, the machine 2 CPUs, the fault
 * `needed` is in the scenario, and CPU 1 is held up for 5000 ns or more somewhere between its
 * points 500 and 900.
 */
// covers: sim/scenario/flat.c sim/run/shrink_files.c sim/run/shrink_ladder.c
// sim/run/shrink_variant.c without: sim/run/session.c
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/run/session.h"
#include "sim/run/shrink_private.h"

#define FIRST 500
#define LAST 900
#define LEAST 5000

struct sim_session {
    const struct sim_scenario *scenario;
    sim_trace_fn sink;
    void *ctx;
};

/* The finding is a hang, and whatever passes fewer points than this looks like one. */
static uint64_t slow;

static int sessions_open;
static uint64_t runs;

/* The scenario draws two points; the finding needs the tags. */
static bool draws;

/* --- the session ------------------------------------------------------------------------------ */

int sim_session_open(const struct sim_scenario *scenario, struct sim_error *error,
                     struct sim_session **out)
{
    (void)error;
    *out = calloc(1, sizeof **out);
    ck_assert_ptr_nonnull(*out);
    ck_assert_int_eq(sessions_open++, 0);
    (*out)->scenario = scenario;
    return 0;
}

void sim_session_close(struct sim_session *session)
{
    if (session)
        ck_assert_int_eq(--sessions_open, 0);
    free(session);
}

void sim_session_set_sink(struct sim_session *session, sim_trace_fn fn, void *ctx)
{
    session->sink = fn;
    session->ctx = ctx;
}

struct sim_module *sim_session_module(const struct sim_session *session)
{
    (void)session;
    return NULL;
}

static uint64_t requests_of(const struct sim_scenario *sc)
{
    uint64_t n = 0;

    for (uint32_t i = 0; i < sim_sections(sc, "workload"); i++) {
        const struct sim_section *w = sim_section(sc, "workload", i);

        n += (uint64_t)(sim_section_opt(w, SIM_OPT_WORKLOAD_NUMJOBS) *
                        sim_section_opt(w, SIM_OPT_WORKLOAD_NUMBER_IOS));
    }
    return n;
}

static bool scenario_holds(const struct sim_scenario *sc)
{
    bool needed = false;

    for (uint32_t i = 0; i < sim_sections(sc, "fault"); i++)
        needed |= !strcmp(sim_section_name(sim_section(sc, "fault", i)), "needed");
    if (draws && !sim_opt(sc, SIM_OPT_PORT_SILENT) && !sim_opt(sc, SIM_OPT_PORT_TAGS))
        return false;
    return needed && requests_of(sc) >= 3 && sim_opt(sc, SIM_OPT_MACHINE_CPUS) >= 2;
}

static bool schedule_holds(const struct sim_schedule *s)
{
    for (uint32_t i = 0; i < s->delays; i++)
        if (s->delay[i].agent == 1 && s->delay[i].ordinal >= FIRST && s->delay[i].ordinal <= LAST &&
            s->delay[i].ns >= LEAST)
            return true;
    return false;
}

static void run(struct sim_session *s, uint64_t seed, bool found, struct sim_result *r)
{
    uint64_t n = requests_of(s->scenario);
    struct sim_record record = {.event = SIM_EV_IO_SUBMIT};

    runs++;
    if (slow)
        found |= (uint64_t)sim_opt(s->scenario, SIM_OPT_EXPLORE_POINTS_MAX) < slow;
    memset(r, 0, sizeof *r);
    r->seed = seed;
    r->points = 2000;
    r->hash = 1000 * seed + n;
    if (sim_opt(s->scenario, SIM_OPT_PORT_SILENT)) {
        r->drawn = 2;
        r->draw[0] = (struct sim_drawn){SIM_OPT_PORT_PAUSES, 1};
        r->draw[1] = (struct sim_drawn){SIM_OPT_PORT_TAGS, 1};
    }
    for (uint64_t i = 0; s->sink && i < n; i++)
        s->sink(NULL, &record, s->ctx);
    if (!found)
        return;
    r->findings = r->errors = 1;
    r->finding[0].rule = slow ? SIM_RULE_DRIVER_HANG : SIM_RULE_SRB_LEAKED;
    r->finding[0].severity = SIM_SEVERITY_ERROR;
    strcpy(r->finding[0].text, "made up");
}

void sim_session_run(struct sim_session *s, uint64_t seed, struct sim_result *r)
{
    run(s, seed, scenario_holds(s->scenario) && seed % 5 == 1, r);
}

void sim_session_run_strategy(struct sim_session *s, uint64_t seed,
                              const struct sim_strategy *strategy, struct sim_result *r)
{
    (void)strategy;
    run(s, seed, false, r);
}

void sim_session_run_schedule(struct sim_session *s, uint64_t seed,
                              const struct sim_schedule *schedule, struct sim_result *r)
{
    run(s, seed, scenario_holds(s->scenario) && schedule && schedule_holds(schedule), r);
}

/* Two hundred delays, one of which matters. */
void sim_session_record(struct sim_session *s, uint64_t seed, struct sim_schedule *out,
                        struct sim_result *r)
{
    sim_schedule_clear(out);
    for (uint32_t i = 0; i < 200; i++)
        sim_schedule_add_delay(
            out,
            (struct sim_delay){.agent = i % 2, .ordinal = 10 * i + 5, .ns = i == 61 ? 90000 : 700});
    sim_schedule_add_answer(
        out, (struct sim_answer){.kind = SIM_CHOICE_INTERRUPT, .question = 3, .answer = 1});
    sim_session_run(s, seed, r);
}

/* --- tests ------------------------------------------------------------------------------------ */

static const char text[] = "[scenario]\n"
                           "title = made up\n"
                           "[machine]\n"
                           "cpus = 8\n"
                           "[workload a]\n"
                           "numjobs = 4\n"
                           "number_ios = 100\n"
                           "[fault idle]\n"
                           "at = 5ms\n"
                           "[workload b]\n"
                           "number_ios = 7\n"
                           "[fault needed]\n"
                           "at = 1ms\n";

static struct sim_replay finding(void)
{
    return (struct sim_replay){.scenario = "made-up",
                               .path = "made-up.ini",
                               .driver = "nvme",
                               .strategy = "portfolio",
                               .scenario_text = text,
                               .seed = 21,
                               .rule = SIM_RULE_SRB_LEAKED,
                               .message = "made up"};
}

START_TEST(everything_goes_but_what_the_finding_needs)
{
    struct sim_replay from = finding();
    struct sim_shrunk shrunk;
    struct sim_error error;
    char line[SIM_SHRINK_TEXT];

    ck_assert_msg(!sim_shrink(&from, 20000, &error, &shrunk), "%s", error.text);
    ck_assert_uint_eq(shrunk.before.requests, 407);
    ck_assert_uint_eq(shrunk.before.preemptions, 200);
    ck_assert_uint_eq(shrunk.after.requests, 3);
    ck_assert_uint_eq(shrunk.after.preemptions, 1);
    ck_assert_uint_eq(shrunk.after.answers, 0);
    ck_assert_uint_eq(shrunk.after.cpus, 2);
    ck_assert_uint_eq(shrunk.after.faults, 1);
    ck_assert_ptr_null(strstr(shrunk.replay.scenario_text, "idle"));
    ck_assert_ptr_nonnull(strstr(shrunk.replay.scenario_text, "needed"));
    ck_assert(!shrunk.out_of_tries);
    ck_assert_int_eq(sessions_open, 0);
    ck_assert_str_eq(
        sim_shrunk_text(&shrunk, line),
        "minimised: 407 to 3 requests, 200 to 1 preemption, 1 to 0 other choices, 2 to 1 fault, "
        "8 to 2 CPUs, 8 to 1 queue");
    sim_shrunk_free(&shrunk);
}
END_TEST

static const char *setting_of(const struct sim_shrunk *shrunk, const char *name)
{
    for (uint32_t i = 0; i < shrunk->replay.settings; i++)
        if (!strcmp(shrunk->replay.setting[i].name, name))
            return shrunk->replay.setting[i].value;
    return "none";
}

START_TEST(a_drawn_point_stays_only_where_the_finding_needs_it)
{
    struct sim_replay from = finding();
    struct sim_shrunk shrunk;
    struct sim_error error;

    draws = true;
    from.setting[from.settings++] = (struct sim_setting){.name = "port.silent", .value = "random"};
    ck_assert_msg(!sim_shrink(&from, 20000, &error, &shrunk), "%s", error.text);
    ck_assert_str_eq(setting_of(&shrunk, "port.silent"), "default");
    ck_assert_str_eq(setting_of(&shrunk, "port.tags"), "round_robin");
    ck_assert_str_eq(setting_of(&shrunk, "port.pauses"), "none");
    ck_assert_uint_eq(shrunk.after.requests, 3);
    sim_shrunk_free(&shrunk);
    draws = false;
}
END_TEST

START_TEST(the_delay_that_is_left_is_late_and_short)
{
    struct sim_replay from = finding();
    struct sim_shrunk shrunk;
    struct sim_error error;

    ck_assert_int_eq(sim_shrink(&from, 20000, &error, &shrunk), 0);
    ck_assert(shrunk.replay.scheduled);
    ck_assert_uint_eq(shrunk.replay.schedule.delays, 1);
    ck_assert_uint_eq(shrunk.replay.schedule.delay[0].agent, 1);
    ck_assert_uint_eq(shrunk.replay.schedule.delay[0].ordinal, LAST);
    ck_assert_int_ge(shrunk.replay.schedule.delay[0].ns, LEAST);
    ck_assert_int_le(shrunk.replay.schedule.delay[0].ns, LEAST + LEAST / 4);
    sim_shrunk_free(&shrunk);
}
END_TEST

START_TEST(the_bound_on_tries_holds_and_the_result_is_still_a_finding)
{
    static const uint32_t bounds[] = {1, 10, 50, 200, 1000};
    struct sim_replay from = finding();
    struct sim_shrunk shrunk;
    struct sim_error error;

    runs = 0;
    ck_assert_int_eq(sim_shrink(&from, bounds[_i], &error, &shrunk), 0);
    ck_assert_uint_le(runs, bounds[_i] + 4); /* measured, and confirmed twice */
    ck_assert_uint_eq(shrunk.runs, runs);
    ck_assert(schedule_holds(&shrunk.replay.schedule));
    sim_shrunk_free(&shrunk);
}
END_TEST

START_TEST(the_same_finding_and_bound_give_the_same_result)
{
    struct sim_replay from = finding();
    struct sim_shrunk a, b;
    struct sim_error error;

    ck_assert_int_eq(sim_shrink(&from, 3000, &error, &a), 0);
    ck_assert_int_eq(sim_shrink(&from, 3000, &error, &b), 0);
    ck_assert_uint_eq(a.runs, b.runs);
    ck_assert_uint_eq(a.replay.seed, b.replay.seed);
    ck_assert_uint_eq(a.replay.settings, b.replay.settings);
    for (uint32_t i = 0; i < a.replay.settings; i++)
        ck_assert_str_eq(a.replay.setting[i].value, b.replay.setting[i].value);
    sim_shrunk_free(&a);
    sim_shrunk_free(&b);
}
END_TEST

START_TEST(a_minimal_finding_stays_as_it_is)
{
    struct sim_replay from = finding();
    struct sim_shrunk once, twice;
    struct sim_error error;

    ck_assert_int_eq(sim_shrink(&from, 20000, &error, &once), 0);
    ck_assert_int_eq(sim_shrink(&once.replay, 20000, &error, &twice), 0);
    ck_assert_uint_eq(twice.after.requests, 3);
    ck_assert_uint_eq(twice.after.preemptions, 1);
    ck_assert_uint_eq(twice.replay.schedule.delay[0].ordinal, LAST);
    sim_shrunk_free(&once);
    sim_shrunk_free(&twice);
}
END_TEST

START_TEST(what_does_not_show_again_is_an_error)
{
    struct sim_replay from = finding();
    struct sim_shrunk shrunk;
    struct sim_error error;

    from.seed = 20;
    ck_assert_int_eq(sim_shrink(&from, 100, &error, &shrunk), -1);
    ck_assert_ptr_nonnull(strstr(error.text, "does not show"));
    ck_assert_int_eq(sessions_open, 0);
}
END_TEST

/* 20,000,000 points are the limit, so it is looked for with 20,000 of them first. */
START_TEST(a_hang_under_a_lower_limit_has_to_be_one_under_its_own)
{
    struct sim_replay from = finding();
    struct sim_shrunk shrunk;
    struct sim_error error;

    slow = _i ? 500000 : 1;
    ck_assert_msg(!sim_shrink(&from, 20000, &error, &shrunk), "%s", error.text);
    slow = 0;
    ck_assert_uint_eq(shrunk.before.requests, 407);
    ck_assert_uint_eq(shrunk.after.requests, 3);
    ck_assert_uint_eq(shrunk.after.preemptions, 1);
    for (uint32_t i = 0; i < shrunk.replay.settings; i++)
        ck_assert_str_ne(shrunk.replay.setting[i].name, "explore.points_max");
    sim_shrunk_free(&shrunk);
}
END_TEST

START_TEST(the_minimal_file_stands_beside_the_other)
{
    static const char *const pair[][2] = {{"a/b.replay", "a/b-min.replay"},
                                          {"a/b-min.replay", "a/b-min.replay"},
                                          {"b", "b-min.replay"}};
    char out[64];

    sim_replay_minimal_path(pair[_i][0], out, sizeof out);
    ck_assert_str_eq(out, pair[_i][1]);
}
END_TEST

START_TEST(sections_are_cut_and_files_are_kept)
{
    static const char files[] = "[workload x]\nfio = l\n[fault f]\naction = stop\n"
                                "--- file 14 l\n[fault f]\n[z]\n\n";
    char *cut = sim__section_cut(files, "fault", "f");

    ck_assert_str_eq(cut, "[workload x]\nfio = l\n--- file 14 l\n[fault f]\n[z]\n\n");
    ck_assert_ptr_null(sim__section_cut(cut, "fault", "f"));
    free(cut);
}
END_TEST

/* Job j of file l and the section b are left as they are; the trace stays behind the text. */
START_TEST(jobs_of_a_file_become_sections)
{
    static const char files[] =
        "; a story\n[workload a]\nfio = l\niodepth = 3\n[workload b]\nrw = "
        "read\nnumber_ios = 2\n[workload c]\ntrace = t\n[fault f]\naction = "
        "stop\n--- file 48 l\n[j]\nrw=randwrite\nnumjobs=2\n[k]\niodepth=9\n"
        "bs=512\n\n--- file 14 t\n5,read,0,4096\n\n";
    const struct sim_setting set[] = {{"workload.a/k.number_ios", "7"}};
    struct sim_scenario *sc, *flat;
    struct sim_error error;
    char *plain;

    ck_assert_msg(!sim_scenario_parse("x.ini", files, set, 1, &error, &sc), "%s", error.text);
    plain = sim_scenario_flat(sc);
    ck_assert_ptr_nonnull(plain);
    ck_assert_ptr_nonnull(strstr(plain, "; a story\n[workload a/j]\n"));
    ck_assert_ptr_nonnull(strstr(plain, "action = stop\n--- file 14 t\n5,read"));
    ck_assert_ptr_null(strstr(plain, "fio"));
    ck_assert_msg(!sim_scenario_parse("x.ini", plain, NULL, 0, &error, &flat), "%s", error.text);
    ck_assert_uint_eq(sim_sections(flat, "workload"), sim_sections(sc, "workload"));
    for (uint32_t i = 0; i < sim_sections(sc, "workload"); i++) {
        const struct sim_section *was = sim_section(sc, "workload", i);
        const struct sim_section *is = sim_section(flat, "workload", i);

        ck_assert_str_eq(sim_section_name(is), sim_section_name(was));
        ck_assert_int_eq(sim_section_opt(is, SIM_OPT_WORKLOAD_IODEPTH),
                         sim_section_opt(was, SIM_OPT_WORKLOAD_IODEPTH));
        ck_assert_int_eq(sim_section_opt(is, SIM_OPT_WORKLOAD_NUMBER_IOS),
                         sim_section_opt(was, SIM_OPT_WORKLOAD_NUMBER_IOS));
        ck_assert_int_eq(sim_section_opt(is, SIM_OPT_WORKLOAD_RW),
                         sim_section_opt(was, SIM_OPT_WORKLOAD_RW));
    }
    ck_assert_ptr_null(sim_scenario_flat(flat));
    free(plain);
    sim_scenario_free(flat);
    sim_scenario_free(sc);
}
END_TEST

START_TEST(lines_of_a_trace_are_cut_and_its_head_is_kept)
{
    static const char text_of[] = "[workload c]\ntrace = t\n--- file 2 s\n1\n\n"
                                  "--- file 20 t\ntime,op\n1,a\n2,b\n3,c\n\n--- file 2 u\n1\n\n";
    char *cut = sim__trace_cut(text_of, "t", 1, 2);

    ck_assert_uint_eq(sim__trace_lines(text_of, "t"), 3);
    ck_assert_uint_eq(sim__trace_lines(text_of, "x"), 0);
    ck_assert_str_eq(cut, "[workload c]\ntrace = t\n--- file 2 s\n1\n\n"
                          "--- file 12 t\ntime,op\n1,a\n\n--- file 2 u\n1\n\n");
    ck_assert_uint_eq(sim__trace_lines(cut, "t"), 1);
    ck_assert_uint_eq(sim__trace_lines(cut, "u"), 1);
    free(cut);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shrink");
    TCase *tc = tcase_create("shrink");
    SRunner *runner;
    int failed;

    tcase_add_test(tc, sections_are_cut_and_files_are_kept);
    tcase_add_test(tc, jobs_of_a_file_become_sections);
    tcase_add_test(tc, lines_of_a_trace_are_cut_and_its_head_is_kept);
    tcase_add_test(tc, everything_goes_but_what_the_finding_needs);
    tcase_add_test(tc, a_drawn_point_stays_only_where_the_finding_needs_it);
    tcase_add_test(tc, the_delay_that_is_left_is_late_and_short);
    tcase_add_loop_test(tc, the_bound_on_tries_holds_and_the_result_is_still_a_finding, 0, 5);
    tcase_add_test(tc, the_same_finding_and_bound_give_the_same_result);
    tcase_add_test(tc, a_minimal_finding_stays_as_it_is);
    tcase_add_test(tc, what_does_not_show_again_is_an_error);
    tcase_add_loop_test(tc, a_hang_under_a_lower_limit_has_to_be_one_under_its_own, 0, 2);
    tcase_add_loop_test(tc, the_minimal_file_stands_beside_the_other, 0, 3);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
