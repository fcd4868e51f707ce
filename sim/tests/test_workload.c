/* sim/tests/test_workload.c - the values of a [workload] taken together, and what contradicts
 * itself.
 */
// covers: sim/scenario/workload.c
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "sim/load/workload.h"
#include "sim/scenario/scenario.h"

static struct sim_scenario *scenario;
static struct sim_error error;

static void setup(void)
{
    scenario = NULL;
}

static void teardown(void)
{
    sim_scenario_free(scenario);
}

static int read_text(const char *text, const struct sim_setting *set, uint32_t count)
{
    sim_scenario_free(scenario);
    scenario = NULL;
    return sim_scenario_parse("x.ini", text, set, count, &error, &scenario);
}

static const struct sim_workload *made(const char *keys)
{
    char text[1024];

    snprintf(text, sizeof text, "[workload w]\nnumber_ios = 10\n%s", keys);
    ck_assert_msg(read_text(text, NULL, 0) == 0, "%s", error.text);
    return sim_section_workload(sim_section(scenario, "workload", 0));
}

static void refused(const char *keys, const char *words)
{
    char text[1024];

    snprintf(text, sizeof text, "[workload w]\nnumber_ios = 10\n%s", keys);
    ck_assert_msg(read_text(text, NULL, 0) < 0, "%s", keys);
    ck_assert_msg(strstr(error.text, words) != NULL, "'%s' does not say '%s'", error.text, words);
}

START_TEST(depth_alone_is_plain_and_anything_more_is_not)
{
    static const char *const more[] = {
        "rw = trim\n",
        "bs = 4k,8k\nrw = randrw\n",
        "bsrange = 4k-8k\n",
        "bssplit = 4k/:8k/\n",
        "blockalign = 512\n",
        "random_distribution = zipf:1.1\n",
        "norandommap = no\n",
        "access = 4k/100/1/1\n",
        "iodepth_low = 2\n",
        "iodepth_batch = 3\n",
        "thinktime = 1us\n",
        "rate = 1m\n",
        "rate_iops = 100\n",
        "io_size = 1m\n",
        "ramp_time = 1s\n",
        "end_fsync = yes\n",
        "do_verify = yes\n",
        "max_latency = 1s\n",
        "serialize_overlap = no\n",
        "continue_on_error = none\n",
        "rw = randrw\npercentage_random = 50,60\n",
        "iodepth_batch_complete_min = 2\n",
    };
    static const char *const plain[] = {
        "",
        "rw = randrw\nrwmixread = 10%\nfsync = 3\nnumjobs = 4\n",
        "bs = 64k,64k\npercentage_random = 50\nstartdelay = 1s\nstonewall = yes\n",
        "rw = write\nbs = 4k,8k\niodepth_low = 32\ncpus_allowed = 2\noffset_increment = 1m\n",
    };

    for (unsigned i = 0; i < sizeof more / sizeof more[0]; i++)
        ck_assert_msg(!made(more[i])->plain, "%s", more[i]);
    for (unsigned i = 0; i < sizeof plain / sizeof plain[0]; i++)
        ck_assert_msg(made(plain[i])->plain, "%s", plain[i]);
}
END_TEST

START_TEST(of_both_shares_the_later_counts)
{
    static const struct sim_setting set = {"workload.w.rwmixread", "20%"};

    ck_assert_uint_eq(made("rwmixread = 70%\nrwmixwrite = 10%\n")->read_ppm, 900000);
    ck_assert_uint_eq(made("rwmixwrite = 10%\nrwmixread = 70%\n")->read_ppm, 700000);
    ck_assert_uint_eq(made("rwmixwrite = 10%\n")->read_ppm, 900000);
    ck_assert_int_eq(read_text("[workload w]\nnumber_ios = 1\nrwmixwrite = 10%\n", &set, 1), 0);
    ck_assert_uint_eq(sim_section_workload(sim_section(scenario, "workload", 0))->read_ppm, 200000);
}
END_TEST

START_TEST(what_follows_from_it)
{
    const struct sim_workload *w = made("rw = randrw\nbssplit = 4k/50:12k/50,64k/100\nsize = 1m\n"
                                        "numjobs = 2\noffset_increment = 2m\nloops = 3\n");

    ck_assert_uint_eq(w->number_ios, 30);
    ck_assert_uint_eq(w->largest, 65536);
    ck_assert_uint_eq(w->smallest, 4096);
    ck_assert_uint_eq(w->unit, 4096);
    ck_assert_uint_eq(w->map_unit, 4096);
    ck_assert_uint_ge(w->ios_max, 60);
    ck_assert_uint_eq(w->written_max, 3 << 20);
    ck_assert_uint_eq(made("rw = randread\n")->written_max, 0);
    ck_assert_uint_eq(made("rw = read\nbs = 8k,512\n")->unit, 8192); /* writes do not matter */
    ck_assert(made("rw = trimwrite\n")->trims);
}
END_TEST

START_TEST(the_region_is_cut_to_the_namespace_for_the_last_worker)
{
    ck_assert_int_eq(read_text("[controller]\nnamespace = 8m\n[workload w]\nnumber_ios = 1\n"
                               "size = 100m\noffset = 1m\nnumjobs = 3\noffset_increment = 2m\n",
                               NULL, 0),
                     0);
    ck_assert_uint_eq(sim_section_workload(sim_section(scenario, "workload", 0))->bytes, 3 << 20);
}
END_TEST

START_TEST(each_contradiction_has_its_place)
{
    refused("bsrange = 4000-9000\n", "x.ini:3: bsrange: must be whole logical blocks");
    refused("bssplit = 4k/50\n", "x.ini:3: bssplit: the shares");
    refused("blockalign = 100\n", "x.ini:3: blockalign: must be whole");
    refused("rate = 1m\nrate_iops = 10\n", "rate_iops: rate says how fast already");
    refused("wait_for = nobody\n", "there is no workload 'nobody' before this one");
    refused("offset_increment = 600m\nnumjobs = 3\n", "no room for one I/O of the last worker");
    refused("iodepth_batch_complete_min = 8\niodepth_batch_complete_max = 4\n", "is less than");
    refused("access = 4k/50/1/1\n", "x.ini:3: access: the shares");
    refused("access = 3k/50/1/1:512/50/1/1/0/1/1k\nbs = 4k\n[controller]\nblock = 4k\n",
            "access: delay is at most");
    refused("cpus_allowed = x\n", "cpus_allowed: 'x' is not a whole number");
    refused("random_distribution = zipf:99\n", "theta from 0.001 to 10");
    refused("percentage_random = 101\n", "more than 100%");
    refused("bs = 4k,,\nrw = sideways\n", "'sideways' is not one of");
    refused("number_ioss = 3\n", "did you mean 'number_ios'");
}
END_TEST

START_TEST(continue_on_error_names_what_may_fail)
{
    const struct sim_workload *w = made("continue_on_error = read\n");

    ck_assert(!w->error_stops[SIM_DIR_READ] && w->error_stops[SIM_DIR_WRITE]);
    w = made("continue_on_error = io\n");
    ck_assert(!w->error_stops[SIM_DIR_READ] && !w->error_stops[SIM_DIR_TRIM]);
    w = made("continue_on_error = verify\n");
    ck_assert(w->error_stops[SIM_DIR_READ] && w->error_stops[SIM_DIR_WRITE]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("workload");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, depth_alone_is_plain_and_anything_more_is_not);
    tcase_add_test(tc, of_both_shares_the_later_counts);
    tcase_add_test(tc, what_follows_from_it);
    tcase_add_test(tc, the_region_is_cut_to_the_namespace_for_the_last_worker);
    tcase_add_test(tc, each_contradiction_has_its_place);
    tcase_add_test(tc, continue_on_error_names_what_may_fail);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
