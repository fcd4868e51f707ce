/* sim/tests/test_load_fio.c - fio's job files, good, odd and hostile. */
// covers: sim/load/fio.c sim/load/jobs.c sim/load/lines.c
// links: sim/tests/load_file.c
#include "sim/load/lines.h"
#include "sim/tests/load_file.h"

static const struct sim_load_place place = {
    .name = "j.fio", .space = 1 << 30, .block = 512, .cpus = 4};

int load_read(const char *bytes, size_t length)
{
    return sim_fio_read(&place, bytes, length, &jobs, &notes, &error);
}

START_TEST(global_goes_for_the_jobs_behind_it)
{
    takes("[global]\nbs=8k\niodepth=4\nsize=1m\n[a]\nrw=randread\n[b]\nbs=16k\n"
          "[global]\niodepth=9\n[c c/1]\n");
    ck_assert_uint_eq(jobs.jobs, 3);
    ck_assert_str_eq(jobs.job[0].name, "a");
    ck_assert_str_eq(jobs.job[2].name, "c_c_1");
    says(0, "bs", "8192");
    says(0, "rw", "randread");
    says(1, "bs", "16384");
    says(1, "iodepth", "4");
    says(2, "iodepth", "9");
    ck_assert_int_eq(jobs.job[1].line, 7);
}
END_TEST

START_TEST(what_a_job_leaves_out_is_as_in_fio)
{
    takes("[a]\n");
    says(0, "rw", "read");
    says(0, "iodepth", "1");
    says(0, "norandommap", "no");
    says(0, "serialize_overlap", "no");
    says(0, "continue_on_error", "none");
    says(0, "size", "1073741824");
    says(0, "io_size", "1073741824");
    says(0, "do_verify", NULL);
}
END_TEST

START_TEST(a_job_ends_with_its_size_or_its_time)
{
    takes("[a]\nsize=8m\n[b]\nsize=50%\noffset=25%\n[c]\nsize=1m\ntime_based\nruntime=30\n"
          "[d]\nsize=8m\nio_size=1m\n[e]\noffset=1022m\nsize=8m\n");
    says(0, "io_size", "8388608");
    says(1, "offset", "268435456");
    says(1, "io_size", "536870912");
    says(2, "io_size", NULL);
    says(2, "runtime", "30s");
    says(3, "io_size", "1048576");
    says(4, "io_size", "2097152"); /* as far as the disk goes */
    refuses("[a]\ntime_based\n", "j.fio:1: this job is time_based and has no runtime");
}
END_TEST

START_TEST(units_are_fios)
{
    takes("[a]\nbs=4k,8K,0x1000\nbsrange=1kb-4KB,2k:8k\nbssplit=512/10:4kib/60:64k/,8k\n"
          "blockalign=1ki\nrate=1m,500k\nrate_iops=2k\nthinktime=10\nmax_latency=5ms\n"
          "startdelay=2\nramp_time=1m\nruntime=1d\nrwmixread=70\n");
    says(0, "bs", "4096,8192,4096");
    says(0, "bsrange", "1024-4096,2048:8192");
    says(0, "bssplit", "512/10:4000/60:65536/,8192");
    says(0, "blockalign", "1000");
    says(0, "rate", "1048576,512000");
    says(0, "rate_iops", "2048");
    says(0, "thinktime", "10us");
    says(0, "max_latency", "5ms");
    says(0, "startdelay", "2s");
    says(0, "ramp_time", "1m");
    says(0, "runtime", "24h");
    says(0, "rwmixread", "70%");
    takes("[a]\nstartdelay=3sec\nthinktime=7usec\n");
    says(0, "startdelay", "3s");
    says(0, "thinktime", "7us");
}
END_TEST

START_TEST(words_alone_are_switches)
{
    takes("[a]\nstonewall\nnorandommap\nend_fsync=1\nbs_unaligned=0\n");
    says(0, "stonewall", "yes");
    says(0, "norandommap", "yes");
    says(0, "end_fsync", "yes");
    says(0, "bs_unaligned", "no");
    takes("[a]\nsync=none\n");
    says(0, "fua", "0%");
    takes("[a]\nsync=dsync\n");
    says(0, "fua", "100%");
    refuses("[a]\niodepth\n", "j.fio:2: iodepth needs a value");
}
END_TEST

START_TEST(verify_reads_back_unless_told)
{
    takes("[a]\nverify=crc32c\n[b]\nverify=md5\ndo_verify=0\n[c]\nverify=0\n");
    says(0, "do_verify", "yes");
    says(1, "do_verify", "no");
    says(2, "verify", "no");
    says(2, "do_verify", NULL);
}
END_TEST

START_TEST(other_names_of_the_same)
{
    takes("[a]\nreadwrite=readwrite\nblocksize=8k\nba=4k\niodepth_batch_submit=2\nfdatasync=3\n");
    says(0, "rw", "rw");
    says(0, "bs", "8192");
    says(0, "blockalign", "4096");
    says(0, "iodepth_batch", "2");
    says(0, "fsync", "3");
}
END_TEST

START_TEST(what_has_no_meaning_here_is_said_once)
{
    takes("[global]\nioengine=libaio\ndirect=1\n[a]\nioengine=sync\n");
    ck_assert_uint_eq(notes.count, 2);
    ck_assert_str_eq(notes.text[0], "j.fio:2: ioengine has no meaning here; ignored");
    ck_assert_str_eq(notes.text[1], "j.fio:3: direct has no meaning here; ignored");
}
END_TEST

START_TEST(what_is_wrong_has_its_line_and_the_nearest_word)
{
    refuses("[a]\n\niodpth=4\n", "j.fio:3: fio has no option 'iodpth'; did you mean 'iodepth'?");
    refuses("[a]\nxyzzy=4\n", "j.fio:2: fio has no option 'xyzzy'");
    refuses("bs=4k\n", "j.fio:1: 'bs' stands before the first [section]");
    refuses("[a\n", "j.fio:1: '[a' is no [section]");
    refuses("[]\n", "'[]' is no [section]");
    refuses("[a]x\n", "is no [section]");
    refuses("[a]\nrw=randread:8\n", "j.fio:2: rw: sequences");
    refuses("[a]\nkb_base=1000\n", "kb_base: '1000' is not 1024");
    refuses("include other.fio\n", "include: a load is one file");
    refuses("", "no job");
    refuses("[global]\nbs=4k\n", "no job");
}
END_TEST

START_TEST(ends_of_lines_blanks_comments_and_marks_are_as_they_come)
{
    takes("\xef\xbb\xbf; a comment\r\n# another\r\n\r\n[a]\r\n\tbs = 8k ; so large\r\n"
          "  rw=write# and so\r\nsize=1m");
    says(0, "bs", "8192");
    says(0, "rw", "write");
    says(0, "size", "1048576");
}
END_TEST

START_TEST(hostile_files_are_refused_with_their_line)
{
    char *big = malloc(1 << 20);

    memset(big, 'x', 1 << 20);
    ck_assert_int_lt(read_bytes(big, 1 << 20), 0);
    ck_assert_ptr_nonnull(strstr(error.text, "j.fio:1: this line has more than"));
    memcpy(big, "[a]\n", 4);
    ck_assert_int_lt(read_bytes(big, 1 << 20), 0);
    ck_assert_ptr_nonnull(strstr(error.text, "j.fio:2: this line has more than"));
    free(big);
    ck_assert_int_lt(read_bytes("[a]\nbs=\0"
                                "4k\n",
                                11),
                     0);
    ck_assert_ptr_nonnull(strstr(error.text, "j.fio:2: not text"));
    ck_assert_int_lt(read_bytes("\xff\xfe[\0a\0]\0", 8), 0);
    ck_assert_ptr_nonnull(strstr(error.text, "UTF-16"));
}
END_TEST

START_TEST(huge_numbers_are_left_for_the_scenario_to_refuse)
{
    takes("[a]\nbs=99999999999999999999999k\niodepth=-1\nsize=5x\noffset=18446744073709551615\n");
    says(0, "bs", "99999999999999999999999k");
    says(0, "iodepth", "-1");
    says(0, "size", "5x");
}
END_TEST

START_TEST(jobs_beyond_the_last_are_refused)
{
    char text[8 * (SIM_JOBS_MAX + 1) + 1] = "";
    size_t used = 0;

    for (int i = 0; i <= SIM_JOBS_MAX; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "[j%d]\n", i);
    refuses(text, "more than 48 jobs");
}
END_TEST

START_TEST(any_cut_of_a_file_is_taken_or_refused)
{
    static const char text[] = "[global]\r\nbssplit=512/10:4kib/60:64k/,8k/\nrw=randrw ;x\n"
                               "[a b]\nsize=50%\nruntime=3d\nioengine=libaio\nbsrange=1k-4k,\n";

    for (size_t n = 0; n < sizeof text; n++)
        read_bytes(text, n);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("all");

    tcase_add_test(tc, global_goes_for_the_jobs_behind_it);
    tcase_add_test(tc, what_a_job_leaves_out_is_as_in_fio);
    tcase_add_test(tc, a_job_ends_with_its_size_or_its_time);
    tcase_add_test(tc, units_are_fios);
    tcase_add_test(tc, words_alone_are_switches);
    tcase_add_test(tc, verify_reads_back_unless_told);
    tcase_add_test(tc, other_names_of_the_same);
    tcase_add_test(tc, what_has_no_meaning_here_is_said_once);
    tcase_add_test(tc, what_is_wrong_has_its_line_and_the_nearest_word);
    tcase_add_test(tc, ends_of_lines_blanks_comments_and_marks_are_as_they_come);
    tcase_add_test(tc, hostile_files_are_refused_with_their_line);
    tcase_add_test(tc, huge_numbers_are_left_for_the_scenario_to_refuse);
    tcase_add_test(tc, jobs_beyond_the_last_are_refused);
    tcase_add_test(tc, any_cut_of_a_file_is_taken_or_refused);
    return load_run("fio", tc);
}
