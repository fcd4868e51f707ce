/* sim/tests/test_load_trace.c - traces as CSV, good, odd and hostile. */
// covers: sim/load/trace.c
// links: sim/tests/load_file.c
#include "sim/tests/load_file.h"

static const struct sim_load_place place = {
    .name = "t.csv", .space = 1 << 20, .block = 512, .cpus = 4};

int load_read(const char *bytes, size_t length)
{
    return sim_trace_read(&place, bytes, length, &trace, &notes, &error);
}

START_TEST(a_trace_is_read)
{
    takes("time,op,offset,size\n0,read,4096,8k\n# a comment\n\n0.000125,W,1k,512\n130us,flush\n"
          "1ms,discard,0,1m\n");
    ck_assert_uint_eq(trace.ios, 4);
    ck_assert_uint_eq(trace.end, 1 << 20);
    ck_assert_int_eq(trace.io[0].op, SIM_TRACE_READ);
    ck_assert_uint_eq(trace.io[0].offset, 4096);
    ck_assert_uint_eq(trace.io[0].bytes, 8192);
    ck_assert_int_eq(trace.io[1].at, 125000);
    ck_assert_int_eq(trace.io[1].op, SIM_TRACE_WRITE);
    ck_assert_int_eq(trace.io[2].at, 130000);
    ck_assert_int_eq(trace.io[2].op, SIM_TRACE_FLUSH);
    ck_assert_uint_eq(trace.io[2].bytes, 0);
    ck_assert_int_eq(trace.io[3].op, SIM_TRACE_TRIM);
}
END_TEST

START_TEST(columns_have_any_order_and_a_unit)
{
    takes("host,size,Offset,OP,time_us,disk\nme,4096,0,Read,10,1\nme,512,512,t,12.5,1");
    ck_assert_uint_eq(trace.ios, 2);
    ck_assert_int_eq(trace.io[0].at, 10000);
    ck_assert_int_eq(trace.io[1].at, 12500);
    ck_assert_uint_eq(notes.count, 2);
    ck_assert_str_eq(notes.text[0], "t.csv:1: column host has no meaning here; ignored");
}
END_TEST

START_TEST(a_first_line_is_not_needed)
{
    takes("\xef\xbb\xbf\t0 , r , 0 , 512\r\n1,f,,\r\n");
    ck_assert_uint_eq(trace.ios, 2);
    ck_assert_int_eq(trace.io[1].at, SIM_S);
}
END_TEST

START_TEST(what_is_wrong_has_its_line_and_the_nearest_word)
{
    refuses("", "no I/O in this trace");
    refuses("time,op,offset,size\n", "no I/O in this trace");
    refuses("time,op,ofset,size\n0,r,0,512\n", "t.csv:1: 'ofset' is no column; did you mean");
    refuses("time,op,size\n", "t.csv:1: column 'offset' is missing");
    refuses("time,op,offset,size,time_us\n", "column 'time' is given twice");
    refuses("0,r,0,512\n1,wirte,0,512\n", "t.csv:2: op: 'wirte' is not");
    refuses("0,wirte,0,512\n", "did you mean 'write'?");
    refuses("0,r,100,512\n", "t.csv:1: offset: '100' is not whole logical blocks of 512");
    refuses("0,r,0,100\n", "size: '100' is not whole");
    refuses("0,r,0,0\n", "size: '0' is out of bounds");
    refuses("0,r,1m,512\n", "offset: '1m' is beyond the namespace");
    refuses("0,r,0,2m\n", "beyond the namespace");
    refuses("0,r,0\n", "offset and size are missing");
    refuses("0\n", "time and op are missing");
    refuses("0,r,0,512,9\n", "more than 4 columns");
    refuses("5,r,0,512\n4,r,0,512\n", "t.csv:2: time: '4' is before that of the line above");
    refuses("999999,r,0,512\n", "more than 24 h after the start");
    refuses("1x,r,0,512\n", "time: '1x' is no number");
    refuses("0.0000000001,r,0,512\n", "finer than 1 ns");
}
END_TEST

START_TEST(huge_numbers_are_refused)
{
    refuses("99999999999999999999,r,0,512\n", "time: '99999999999999999999'");
    refuses("0,r,99999999999999999999,512\n", "offset: '99999999999999999999'");
    refuses("0,r,9223372036854775296,512\n", "beyond the namespace");
    refuses("0,r,0,9223372036854775296\n", "out of bounds");
    refuses("0,r,-512,512\n", "offset: '-512'");
}
END_TEST

START_TEST(hostile_files_are_refused_with_their_line)
{
    char *big = malloc(1 << 20);

    memset(big, ',', 1 << 20);
    ck_assert_int_lt(read_bytes(big, 1 << 20), 0);
    ck_assert_ptr_nonnull(strstr(error.text, "t.csv:1: this line has more than"));
    ck_assert_int_lt(read_bytes(big, 100), 0);
    ck_assert_ptr_nonnull(strstr(error.text, "t.csv:1: "));
    free(big);
    ck_assert_int_lt(read_bytes("0,r,0,\0"
                                "512\n",
                                11),
                     0);
    ck_assert_ptr_nonnull(strstr(error.text, "t.csv:1: not text"));
}
END_TEST

START_TEST(any_cut_of_a_file_is_taken_or_refused)
{
    static const char text[] = "time_us,op,offset,size\r\n0,write,0,4k\n10,w,4k,8k\n20,flush\n";

    for (size_t n = 0; n < sizeof text; n++)
        read_bytes(text, n);
}
END_TEST

START_TEST(long_traces_are_kept_whole)
{
    char *text = malloc(20 * 5000), *at = text;

    for (int i = 0; i < 5000; i++)
        at += snprintf(at, 20, "%dus,r,0,512\n", i);
    takes(text);
    free(text);
    ck_assert_uint_eq(trace.ios, 5000);
    ck_assert_int_eq(trace.io[4999].at, 4999000);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("all");

    tcase_add_test(tc, a_trace_is_read);
    tcase_add_test(tc, columns_have_any_order_and_a_unit);
    tcase_add_test(tc, a_first_line_is_not_needed);
    tcase_add_test(tc, what_is_wrong_has_its_line_and_the_nearest_word);
    tcase_add_test(tc, huge_numbers_are_refused);
    tcase_add_test(tc, hostile_files_are_refused_with_their_line);
    tcase_add_test(tc, any_cut_of_a_file_is_taken_or_refused);
    tcase_add_test(tc, long_traces_are_kept_whole);
    return load_run("trace", tc);
}
