/* sim/tests/test_attach.c - loads of other programs, named by a scenario and travelling with it. */
// covers: sim/scenario/attach.c
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/load/workload.h"
#include "sim/scenario/scenario.h"

#define FIO                                                                                  \
    "[global]\ndirect=1\nsize=1m\n[fill]\nrw=write\nbs=64k\n[mixed]\nstonewall\nrw=randrw\n" \
    "rwmixread=70\niodepth=8\nnumjobs=2\n[late]\nrw=read\nwait_for=fill\n"

static char folder[] = "/tmp/attach-XXXXXX";
static char path[64];
static struct sim_scenario *scenario;
static struct sim_error error;

static void write_file(const char *name, const char *text)
{
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static void remove_file(const char *name)
{
    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
}

static void setup(void)
{
    strcpy(folder, "/tmp/attach-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    scenario = NULL;
}

static void teardown(void)
{
    sim_scenario_free(scenario);
    scenario = NULL;
    remove_file("x.ini");
    remove_file("l.fio");
    remove_file("l.csv");
    remove_file("m.csv");
    rmdir(folder);
}

static int read_scenario(const char *text, const struct sim_setting *set, uint32_t count)
{
    sim_scenario_free(scenario);
    scenario = NULL;
    write_file("x.ini", text);
    return sim_scenario_read(path, set, count, &error, &scenario);
}

static void takes(const char *text, const struct sim_setting *set, uint32_t count)
{
    ck_assert_msg(read_scenario(text, set, count) == 0, "%s", error.text);
}

static void refuses(const char *text, const char *words)
{
    ck_assert_int_lt(read_scenario(text, NULL, 0), 0);
    ck_assert_msg(strstr(error.text, words), "'%s' does not say '%s'", error.text, words);
}

static const struct sim_section *section(uint32_t i)
{
    return sim_section(scenario, "workload", i);
}

static const struct sim_workload *load(uint32_t i)
{
    return sim_section_workload(section(i));
}

START_TEST(jobs_stand_where_their_section_stood)
{
    write_file("l.fio", FIO);
    takes("[workload a]\nnumber_ios = 1\n[workload x]\nfio = l.fio\n[workload z]\nnumber_ios = 1\n"
          "wait_for = x\n",
          NULL, 0);
    ck_assert_uint_eq(sim_sections(scenario, "workload"), 5);
    ck_assert_str_eq(sim_section_name(section(0)), "a");
    ck_assert_str_eq(sim_section_name(section(1)), "x/fill");
    ck_assert_str_eq(sim_section_name(section(2)), "x/mixed");
    ck_assert_str_eq(sim_section_name(section(4)), "z");
    ck_assert_uint_eq(load(1)->largest, 65536);
    ck_assert_int_eq(load(2)->rw, SIM_RW_RANDRW);
    ck_assert_uint_eq(load(2)->jobs, 2);
    ck_assert_uint_eq(load(2)->after, 2);
    ck_assert_uint_eq(load(3)->after, 2); /* a stonewall divides those behind it, too */
    ck_assert_int_eq(load(3)->wait_for, 1);
    ck_assert_uint_eq(load(3)->wait_count, 1);
    ck_assert_int_eq(load(4)->wait_for, 1);
    ck_assert_uint_eq(load(4)->wait_count, 3); /* all jobs of the file */
    ck_assert_ptr_nonnull(strstr(sim_scenario_note(scenario, 0), "l.fio:2: direct"));
    ck_assert_ptr_null(sim_scenario_note(scenario, 1));
}
END_TEST

START_TEST(the_scenario_and_the_command_line_go_before_the_file)
{
    static const struct sim_setting one = {"workload.x/mixed.iodepth", "3"},
                                    all = {"workload.x.iodepth", "5"};

    write_file("l.fio", FIO);
    takes("[workload x]\nfio = l.fio\niodepth = 7\nrwmixwrite = 10%\n", NULL, 0);
    ck_assert_uint_eq(load(0)->depth, 7);
    ck_assert_uint_eq(load(1)->depth, 7);
    ck_assert_uint_eq(load(1)->read_ppm, 900000);
    takes("[workload x]\nfio = l.fio\n", &one, 1);
    ck_assert_uint_eq(load(0)->depth, 1);
    ck_assert_uint_eq(load(1)->depth, 3);
    takes("[workload x]\nfio = l.fio\n", &all, 1);
    ck_assert_uint_eq(load(0)->depth, 5);
    ck_assert_uint_eq(load(1)->depth, 5);
}
END_TEST

START_TEST(the_text_needs_its_files_no_longer)
{
    struct sim_scenario *again = NULL;

    write_file("l.fio", FIO);
    write_file("l.csv", "0,w,0,4k\n1,r,4k,8k"); /* no newline at its end */
    takes("[workload x]\nfio = l.fio\n[workload t]\ntrace = l.csv\n[workload u]\ntrace = l.csv\n",
          NULL, 0);
    remove_file("l.fio");
    remove_file("l.csv");
    ck_assert_int_eq(
        sim_scenario_parse("elsewhere/x.ini", sim_scenario_text(scenario), NULL, 0, &error, &again),
        0);
    ck_assert_uint_eq(sim_scenario_hash(again), sim_scenario_hash(scenario));
    ck_assert_str_eq(sim_scenario_text(again), sim_scenario_text(scenario));
    sim_scenario_free(again);
    ck_assert_int_lt(
        sim_scenario_parse("x.ini", "[workload x]\nfio = l.fio\n", NULL, 0, &error, &again), 0);
    ck_assert_str_eq(error.text, "x.ini:2: fio: this file did not come with the scenario");
}
END_TEST

START_TEST(the_machine_is_known_before_a_file_is_read)
{
    static const struct sim_setting set = {"controller.namespace", "8m"};

    write_file("l.fio", "[a]\nsize=50%\n");
    takes("[workload x]\nfio = l.fio\n", &set, 1);
    ck_assert_uint_le(load(0)->bytes, 4 << 20);
}
END_TEST

START_TEST(what_a_file_says_is_part_of_the_hash)
{
    uint64_t before;

    write_file("l.csv", "0,w,0,4k\n");
    takes("[workload t]\ntrace = l.csv\n", NULL, 0);
    before = sim_scenario_hash(scenario);
    write_file("l.csv", "0,w,4k,4k\n");
    takes("[workload t]\ntrace = l.csv\nsize = 8k\n", NULL, 0);
    ck_assert_uint_ne(sim_scenario_hash(scenario), before);
    write_file("l.csv", "0,w,0,4k\n# a comment\n");
    takes("[workload t]\ntrace = l.csv\n", NULL, 0);
    ck_assert_uint_eq(sim_scenario_hash(scenario), before);
}
END_TEST

START_TEST(another_file_from_the_command_line)
{
    static const struct sim_setting set = {"workload.t.trace", "m.csv"};

    write_file("l.csv", "0,w,0,4k\n");
    write_file("m.csv", "0,w,0,4k\n1,r,0,4k\n");
    takes("[workload t]\ntrace = l.csv\n", &set, 1);
    ck_assert_uint_eq(load(0)->trace_ios, 2);
    ck_assert_ptr_null(strstr(sim_scenario_text(scenario), "4k\n--- file 9 l.csv"));
    ck_assert_ptr_nonnull(strstr(sim_scenario_text(scenario), "--- file 18 m.csv"));
}
END_TEST

START_TEST(what_is_wrong_has_the_files_line)
{
    refuses("[workload x]\nfio = none.fio\n", "x.ini:2: fio: ");
    refuses("[workload x]\nfio = none.fio\n", "No such file");
    refuses("[workload x]\nfio = l.fio\ntrace = l.csv\n", "only one of icf, fio and trace");
    write_file("l.fio", "[a]\niodpth=2\n");
    refuses("[workload x]\nfio = l.fio\n", "l.fio:2: fio has no option 'iodpth'");
    write_file("l.fio", "[a]\niodepth=99999\n");
    refuses("[workload x]\nfio = l.fio\n", "l.fio:2: iodepth: '99999' is out of bounds");
    write_file("l.fio", "[a]\nbs=1000\n");
    refuses("[workload x]\nfio = l.fio\n", "l.fio:2: bs: must be whole logical blocks");
    write_file("l.fio", "[a]\nsize=1m\noffset=2000m\n");
    refuses("[workload x]\nfio = l.fio\n", "l.fio:3: offset: leaves no room");
    write_file("l.csv", "0,w,0,4k\n");
    refuses("[workload x]\ntrace = l.csv\nsize = 2k\n", "x.ini:3: size: ");
    refuses("[workload x]\ntrace = l.csv\naccess = 4k/100/1/1\n", "access: a trace says");
    refuses("[workload x]\ntrace = l.csv\noffset = 1048572k\nnumjobs = 2\noffset_increment = 4k\n",
            "leaves no room");
}
END_TEST

START_TEST(damaged_files_in_a_text_are_refused)
{
    static const char *const texts[] = {
        "[workload x]\ntrace = a\n--- file 100 a\n0,w,0,4k\n",
        "[workload x]\ntrace = a\n--- file 5 a\n0,w,0,4k\n",
        "[workload x]\ntrace = a\n--- file x a\n0,w,0,4k\n",
        "[workload x]\ntrace = a\n--- file 8 \n0,w,0,4k\n",
        "[workload x]\ntrace = a\n--- file 8 a",
        "[workload x]\ntrace = a\n--- file 8 a\n0,w,0,4k\nmore\n",
        "[workload x]\ntrace = a\n--- file 4294967299999999 a\n0,w,0,4k\n",
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        ck_assert_int_lt(sim_scenario_parse("x.ini", texts[i], NULL, 0, &error, &scenario), 0);
    ck_assert_int_eq(sim_scenario_parse("x.ini",
                                        "[workload x]\ntrace = a\n--- file 8 a\n0,w,0,4k\n", NULL,
                                        0, &error, &scenario),
                     0);
}
END_TEST

START_TEST(a_trace_is_a_workload)
{
    write_file("l.csv", "0,w,8k,4k\n1us,flush\n2us,trim,16k,8k\n3us,r,8k,4k\n");
    takes("[workload t]\ntrace = l.csv\n", NULL, 0);
    ck_assert_uint_eq(load(0)->trace_ios, 4);
    ck_assert_uint_eq(load(0)->bytes, 24576);
    ck_assert_uint_eq(load(0)->unit, 4096);
    ck_assert_uint_eq(load(0)->largest, 8192);
    ck_assert(load(0)->trims && !load(0)->plain && !load(0)->random_map);
    write_file("l.csv", "0,flush\n");
    takes("[workload t]\ntrace = l.csv\n", NULL, 0);
    ck_assert_uint_eq(load(0)->unit, 512);
    ck_assert_uint_eq(load(0)->bytes, 512);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("attach");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, jobs_stand_where_their_section_stood);
    tcase_add_test(tc, the_scenario_and_the_command_line_go_before_the_file);
    tcase_add_test(tc, the_text_needs_its_files_no_longer);
    tcase_add_test(tc, the_machine_is_known_before_a_file_is_read);
    tcase_add_test(tc, what_a_file_says_is_part_of_the_hash);
    tcase_add_test(tc, another_file_from_the_command_line);
    tcase_add_test(tc, what_is_wrong_has_the_files_line);
    tcase_add_test(tc, damaged_files_in_a_text_are_refused);
    tcase_add_test(tc, a_trace_is_a_workload);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
