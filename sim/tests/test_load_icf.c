/* sim/tests/test_load_icf.c - Iometer's configurations, good, odd and hostile. */
// covers: sim/load/icf.c sim/load/icf_tests.c
// links: sim/tests/load_file.c
#include "sim/tests/load_file.h"

#define SETUP(type)                                                                                \
    "Version 1.1.0 \n'TEST SETUP ====\n'Test Description\n\theavy\n'Run Time\n"                    \
    "'\thours      minutes    seconds\n\t0          5          1\n'Ramp Up Time (s)\n\t2\n"        \
    "'Default Disk Workers to Spawn\n\tNUMBER_OF_CPUS\n'Default Network Workers to Spawn\n\t0\n"   \
    "'Record Results\n\tALL\n'Worker Cycling\n'\tstart step type\n\t1 1 LINEAR\n"                  \
    "'Disk Cycling\n\t1 1 LINEAR\n'Queue Depth Cycling\n\t1 32 4 EXPONENTIAL\n'Test Type\n\t" type \
    "\n'END test setup\n"
#define SPECS                                                                              \
    "'ACCESS SPECIFICATIONS ====\n'Access specification name,default assignment\n"         \
    "\tOLTP-like,DISK\n'size,% of size,% reads,% random,delay,burst,align,reply\n"         \
    "\t4096,70,67,100,0,1,4096,0\n\t65536,30,50,0,3,8,0,0\n"                               \
    "'Access specification name,default assignment\n\t4 KiB; 100% Read; 0% random,NONE\n"  \
    "'size,% of size,% reads,% random,delay,burst,align,reply\n\t4096,100,100,0,0,1,0,0\n" \
    "'END access specifications\n"
#define WORKER(io, disk, specs)                                                              \
    "'Worker\n\tWorker 1\n'Worker type\n\tDISK\n'Default target settings for worker\n"       \
    "'Number of outstanding IOs,test connection rate,transactions per connection\n\t" io     \
    "\n'Disk maximum size,starting sector\n\t" disk                                          \
    "\n'End default target settings for worker\n'Assigned access specs\n" specs              \
    "'End assigned access specs\n'Target assignments\n'Target\n\tC:\n'Target type\n\tDISK\n" \
    "'End target\n'End target assignments\n'End worker\n"
#define MANAGER(workers)                                                         \
    "'MANAGER LIST ====\n'Manager ID, manager name\n\t1,HOST\n'Manager network " \
    "address\n\t\n" workers "'End manager\n'END manager list\nVersion 1.1.0 \n"
#define OLTP "\tOLTP-like\n"
#define READ4K "\t4 KiB; 100% Read; 0% random\n"

static const struct sim_load_place place = {
    .name = "x.icf", .space = 1 << 30, .block = 512, .cpus = 4};

int load_read(const char *bytes, size_t length)
{
    return sim_icf_read(&place, bytes, length, &jobs, &notes, &error);
}

START_TEST(a_worker_becomes_a_job)
{
    takes(SETUP("NORMAL") SPECS MANAGER(WORKER("32,DISABLED,1", "16384,64", OLTP)));
    ck_assert_uint_eq(jobs.jobs, 1);
    ck_assert_str_eq(jobs.job[0].name, "OLTP-like");
    says(0, "access", "4096/70/67/100/0/1/4096:65536/30/50/0/3/8/0");
    says(0, "iodepth", "32");
    says(0, "numjobs", "1");
    says(0, "size", "8388608");
    says(0, "offset", "32768");
    says(0, "runtime", "301s");
    says(0, "ramp_time", "2s");
    says(0, "stonewall", NULL);
    ck_assert_uint_eq(notes.count, 0);
}
END_TEST

START_TEST(workers_that_do_the_same_are_one_job)
{
    takes(SETUP("NORMAL") SPECS MANAGER(WORKER("32", "16384,0", OLTP) WORKER("8", "16384,0", OLTP)
                                            WORKER("32", "16384,0", OLTP)));
    ck_assert_uint_eq(jobs.jobs, 2);
    says(0, "numjobs", "2");
    says(1, "numjobs", "1");
    says(1, "iodepth", "8");
}
END_TEST

START_TEST(specifications_are_run_one_after_the_other)
{
    takes(SETUP("NORMAL")
              SPECS MANAGER(WORKER("32", "0,0", OLTP READ4K) WORKER("8", "0,0", READ4K OLTP)));
    ck_assert_uint_eq(jobs.jobs, 4);
    says(0, "stonewall", NULL);
    says(1, "stonewall", NULL);
    ck_assert_str_eq(jobs.job[1].name, "4_KiB__100__Read__0");
    says(2, "stonewall", "yes"); /* those behind it begin with it */
    says(3, "stonewall", NULL);
    says(3, "iodepth", "8");
    says(0, "size", "1073741824"); /* 0 is the whole disk */
}
END_TEST

START_TEST(outstanding_ios_are_cycled)
{
    static const char *const depth[] = {"1", "4", "16"};

    takes(SETUP("CYCLE_OUTSTANDING_IOS") SPECS MANAGER(WORKER("32", "0,0", OLTP)));
    ck_assert_uint_eq(jobs.jobs, 3);
    for (uint32_t i = 0; i < 3; i++) {
        says(i, "iodepth", depth[i]);
        says(i, "stonewall", i ? "yes" : NULL);
    }
}
END_TEST

START_TEST(workers_are_cycled)
{
    takes(SETUP("CYCLE_WORKERS") SPECS MANAGER(WORKER("2", "0,0", OLTP) WORKER("2", "0,0", OLTP)
                                                   WORKER("2", "0,0", OLTP)));
    ck_assert_uint_eq(jobs.jobs, 3);
    says(0, "numjobs", "1");
    says(2, "numjobs", "3");
    takes(SETUP("CYCLE_WORKERS_AND_TARGETS") SPECS MANAGER(WORKER("2", "0,0", OLTP)));
    ck_assert_uint_eq(notes.count, 1);
    ck_assert_ptr_nonnull(strstr(notes.text[0], "CYCLE_WORKERS_AND_TARGETS: there is one disk"));
}
END_TEST

START_TEST(without_workers_it_is_as_a_new_manager_begins)
{
    takes(SETUP("NORMAL") SPECS);
    ck_assert_uint_eq(jobs.jobs, 1);
    says(0, "numjobs", "4");
    says(0, "iodepth", "1");
    ck_assert_str_eq(jobs.job[0].name, "OLTP-like");
}
END_TEST

START_TEST(what_has_no_meaning_here_is_said)
{
    takes(SETUP("NORMAL") "'RESULTS DISPLAY ====\n'Update Frequency,Update Type\n\t1,WHOLE\n"
                          "'Bar chart 1 statistic\n\tTotal\n'END results display\n" SPECS MANAGER(
                              WORKER("32,ENABLED,1,ENABLED,77", "0,0,1", OLTP)));
    ck_assert_uint_eq(notes.count, 2);
    ck_assert_ptr_nonnull(strstr(notes.text[0], ": RESULTS DISPLAY has no meaning"));
    ck_assert_ptr_nonnull(strstr(notes.text[1], ": test connection rate has no meaning"));
    says(0, "randseed", "77");
    takes(SETUP("NORMAL") SPECS MANAGER(
        WORKER("1", "0,0", OLTP) "'Worker\n\tN\n'Worker type\n\tNETWORK,TCP\n"
                                 "'Assigned access specs\n\tnone of ours\n'End worker\n"));
    ck_assert_uint_eq(jobs.jobs, 1);
    ck_assert_uint_eq(notes.count, 1);
    ck_assert_ptr_nonnull(strstr(notes.text[0], ": network workers have no meaning"));
    takes(SETUP("NORMAL") "'Zebra\n\t5\n" SPECS);
    ck_assert_ptr_nonnull(strstr(notes.text[0], ": Zebra has no meaning"));
}
END_TEST

START_TEST(an_idle_worker_does_nothing)
{
    takes(SETUP("NORMAL") SPECS MANAGER(WORKER("1", "0,0", "\tIdle\n") WORKER("1", "0,0", OLTP)));
    ck_assert_uint_eq(jobs.jobs, 1);
    says(0, "numjobs", "1");
    refuses(SETUP("NORMAL") SPECS MANAGER(WORKER("1", "0,0", "\tIdle\n")),
            "no disk worker has an access specification");
}
END_TEST

START_TEST(what_is_wrong_has_its_line_and_the_nearest_word)
{
    refuses("", "it is empty");
    refuses("[global]\n", "x.icf:1: no Iometer configuration");
    refuses("Version 1998.02.03\n", "x.icf:1: version 1998.02.03; those before");
    refuses("Version 1.1.0\n'Run Tme\n\t0 0 1\n", "x.icf:2: 'Run Tme' is no key; did you mean");
    refuses("Version 1.1.0\n'Run Time\n\t0 0\n", "x.icf:3: Run Time: hours, minutes");
    refuses("Version 1.1.0\n'Run Time\n\t0 x 1\n", "x.icf:3: Run Time: 'x' is not a whole");
    refuses(SETUP("NORMALE"), "Test Type: 'NORMALE' is not known; did you mean 'NORMAL'?");
    refuses(SETUP("NORMAL") SPECS MANAGER(WORKER("1", "0,0", "\tOLTP-lick\n")),
            "access specification: 'OLTP-lick' is not known; did you mean 'OLTP-like'?");
    refuses(SETUP("NORMAL") SPECS MANAGER(WORKER("many", "0,0", OLTP)),
            "Number of outstanding IOs: 'many' is not a whole number");
    refuses("Version 1.1.0\n\tstray\n", "x.icf:2: 'stray' belongs to no key");
    refuses("Version 1.1.0\n'Worker type\n\tDISK\n", "before the first Worker");
    refuses("Version 1.1.0\n'Queue Depth Cycling\n\t1 2 3 QUICK\n", "Queue Depth Cycling: 'QUICK'");
    refuses("Version 1.1.0\n'Queue Depth Cycling\n\t1 2\n", "a column is missing");
}
END_TEST

START_TEST(lines_of_a_specification_are_checked)
{
#define ONE(line) \
    "Version 1.1.0\n'Access specification name,default assignment\n\tA,ALL\n'size,...\n" line
    refuses(ONE("\t4096,99,0,0,0,1,0,0\n"), "x.icf:3: the shares of 'A' add up to 99%");
    refuses(ONE("\t4096,100,101,0,0,1,0,0\n"), "x.icf:5: % reads: '101' is not");
    refuses(ONE("\t4096,100,1\n"), "x.icf:5: % random: missing");
    refuses(ONE("\t4096,100,1,1,0,1,0,0,0\n"), "no more than 8 fields");
    refuses(ONE("\t99999999999999999999,100,1,1\n"), "x.icf:5: size: '99999999999999999999'");
    refuses(ONE("\t-1,100,1,1\n"), "x.icf:5: size: '-1'");
    refuses("Version 1.1.0\n'size,% of size\n\t4096,100,0,0\n", "before its name");
    takes(ONE("\t4096,100,50,50\n"));
    says(0, "access", "4096/100/50/50/0/1/0");
    takes(ONE("\t4096,100,0,0,0,1,0,8\n"));
    ck_assert_ptr_nonnull(strstr(notes.text[0], "reply is for networks"));
}
END_TEST

START_TEST(hostile_files_are_refused_with_their_line)
{
    char *big = malloc(1 << 20);

    memset(big, 'x', 1 << 20);
    memcpy(big, "Version 1.1.0\n'", 15);
    ck_assert_int_lt(read_bytes(big, 1 << 20), 0);
    ck_assert_ptr_nonnull(strstr(error.text, "x.icf:2: this line has more than"));
    free(big);
    ck_assert_int_lt(read_bytes("Version 1.1.0\n\0", 15), 0);
    ck_assert_ptr_nonnull(strstr(error.text, "x.icf:2: not text"));
    refuses(SETUP("CYCLE_OUTSTANDING_IOS") SPECS
            "'Queue Depth Cycling\n\t1 100000 1 LINEAR\n'MANAGER LIST\n" WORKER("1", "0,0", OLTP),
            "more than 48 tests");
    /* Nothing to do, a hundred thousand times. */
    refuses(
        SETUP("CYCLE_OUTSTANDING_IOS") SPECS
        "'Queue Depth Cycling\n\t1 100000 1 LINEAR\n'MANAGER LIST\n" WORKER("1", "0,0", "\tIdle\n"),
        "no disk worker");
}
END_TEST

START_TEST(ends_of_lines_and_marks_are_as_they_come)
{
    takes("\xef\xbb\xbf\r\nVersion 2004.07.30 \r\n'Access specification name\r\n\tA,ALL\r\n"
          "'size,% of size\r\n 4096 , 100 , 0 , 0");
    says(0, "access", "4096/100/0/0/0/1/0");
}
END_TEST

/* Layouts that differ from one version of Iometer, and from one program that writes its files, to
 * the next: what is left of a file when only these lines differ. */
static const struct {
    const char *setup, *worker;
    uint32_t notes;
} layouts[] = {
    /* 1.1.0 */
    {"Version 1.1.0 \n'TEST SETUP ====\n'Test Description\n\t\n",
     "'Number of outstanding IOs,test connection rate,transactions per connection,use fixed "
     "seed,fixed seed value\n\t8,DISABLED,1,DISABLED,0\n"
     "'Disk maximum size,starting sector,Data pattern\n\t0,0,0\n",
     0},
    /* 2006.07.27 and earlier: fewer columns */
    {"Version 2006.07.27 \n'TEST SETUP ====\n",
     "'Number of outstanding IOs,test connection rate,transactions per connection\n"
     "\t8,DISABLED,1\n'Disk maximum size,starting sector\n\t0,0\n",
     0},
    /* before workers were of two kinds */
    {"Version 3.26.97 \n'TEST SETUP ====\n'Default Workers to Spawn\n\t0\n",
     "'Number of outstanding IOs\n\t8\n'Disk maximum size,starting sector\n\t0,0\n", 0},
    /* keys in another case, ramp-up time without its unit */
    {"Version 1.1.0\n'test setup ====\n'run time\n\t0 0 1\n'RAMP UP TIME\n\t0\n",
     "'NUMBER OF OUTSTANDING IOS\n\t8,disabled,1\n'disk maximum size\n\t0\n", 0},
    /* a script's: blanks for tabs, a display of its own */
    {"Version 2004.07.30\n'TEST SETUP ==\n'RESULTS DISPLAY ==\n'Update Frequency,Update Type\n"
     "  0,WHOLE_TEST\n'END results display\n",
     "'Number of outstanding IOs,test connection rate\n  8,DISABLED,1\n", 1},
    /* a worker for networks beside it, in two spellings */
    {"Version 1.1.0 \n",
     "'Number of outstanding IOs\n\t8\n'End worker\n'Worker\n\tNet 1\n'Worker type\n\tTCP\n"
     "'Assigned access specs\n\tOLTP-like\n'End assigned access specs\n'Target\n\t127.0.0.1\n"
     "'Target type\n\tTCP\n",
     1},
    {"Version 1.1.0 \n",
     "'Number of outstanding IOs\n\t8\n'End worker\n'Worker\n\tNet 1\n'Worker type\n"
     "\tNETWORK,VI\n",
     1},
};

START_TEST(every_layout_is_read)
{
    char text[4096];

    snprintf(text, sizeof text,
             "%s%s'MANAGER LIST ====\n'Manager ID, manager name\n\t1,HOST\n"
             "'Manager network address\n\t\n'Worker\n\tWorker 1\n'Worker type\n\tDISK\n"
             "'Assigned access specs\n" OLTP "'End assigned access specs\n"
             "'Target assignments\n'Target\n\t1: \"A DISK 2.0\"\n'Target Type\n\tDISK\n"
             "'End target\n'End target assignments\n'Default target settings for worker\n%s"
             "'End worker\n'End manager\n'END manager list\n",
             layouts[_i].setup, SPECS, layouts[_i].worker);
    takes(text);
    ck_assert_uint_eq(jobs.jobs, 1);
    says(0, "numjobs", "1");
    says(0, "iodepth", "8");
    says(0, "access", "4096/70/67/100/0/1/4096:65536/30/50/0/3/8/0");
    ck_assert_uint_eq(notes.count, layouts[_i].notes);
}
END_TEST

START_TEST(any_cut_of_a_file_is_taken_or_refused)
{
    static const char text[] = SETUP("CYCLE_WORKERS")
        SPECS MANAGER(WORKER("32", "16384,64", OLTP READ4K) WORKER("8", "0,0", READ4K));

    for (size_t n = 0; n < sizeof text; n++)
        read_bytes(text, n);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("all");

    tcase_add_test(tc, a_worker_becomes_a_job);
    tcase_add_test(tc, workers_that_do_the_same_are_one_job);
    tcase_add_test(tc, specifications_are_run_one_after_the_other);
    tcase_add_test(tc, outstanding_ios_are_cycled);
    tcase_add_test(tc, workers_are_cycled);
    tcase_add_test(tc, without_workers_it_is_as_a_new_manager_begins);
    tcase_add_test(tc, what_has_no_meaning_here_is_said);
    tcase_add_test(tc, an_idle_worker_does_nothing);
    tcase_add_test(tc, what_is_wrong_has_its_line_and_the_nearest_word);
    tcase_add_test(tc, lines_of_a_specification_are_checked);
    tcase_add_test(tc, hostile_files_are_refused_with_their_line);
    tcase_add_test(tc, ends_of_lines_and_marks_are_as_they_come);
    tcase_add_loop_test(tc, every_layout_is_read, 0, sizeof layouts / sizeof layouts[0]);
    tcase_add_test(tc, any_cut_of_a_file_is_taken_or_refused);
    return load_run("icf", tc);
}
