/* sim/tests/test_replay_file.c - one run, and a replay file that is edited, cut short or of another
 * build. */
// links: sim/tests/fake_session.c sim/tests/program.c
// without: sim/run/session.c
// timeout: 180
#include <stdio.h>
#include <string.h>

#include "sim/tests/program.h"

START_TEST(run_tells_verdict_first_and_the_repeat_line_last)
{
    ck_assert_int_eq(storsim("run bad --seed 7 --set port.timeout=5s"), 1);
    ck_assert_int_eq(
        strncmp(
            output,
            "FAIL reset-outstanding: HwStorResetBus returned with 8 requests outstanding (seed 7, "
            "t=15.001 000 s, CPU 1, IRQL 2; Windows: 0xF0/1",
            130),
        0);
    says(output, "32 SRBs completed BUS_RESET, in 31 us");
    says(output, "HwStorResetBus (reset.c:42)");
    ck_assert_str_eq(strstr(output, "again: "),
                     "again: storsim run scenarios/bad.ini --set port.timeout=5s --seed 7\n");
    ck_assert_int_eq(storsim("run good --seed last"), 2);
    ck_assert_int_eq(storsim("run bad --seed last"), 1);
    says(output, "seed 7");
}
END_TEST

START_TEST(run_as_json_is_one_object)
{
    json_t *object;

    ck_assert_int_eq(storsim("run scenarios/bad.ini --seed 7 --json --trace t.jsonl"), 1);
    object = json_line();
    ck_assert_int_eq(json_integer_value(json_object_get(object, "failed")), 1);
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(object, "violations"),
                                                        "reset-outstanding")),
                     1);
    ck_assert_int_eq(
        json_integer_value(json_object_get(json_object_get(object, "first_failure"), "seed")), 7);
    json_decref(object);
    ck_assert_ptr_eq(strchr(output, '\n'), output + strlen(output) - 1);
    read_text("t.jsonl", output, sizeof(output));
    object = json_line();
    ck_assert_int_eq(json_integer_value(json_object_get(object, "seed")), 7);
    json_decref(object);
}
END_TEST

START_TEST(another_trace_of_the_same_program_is_nondeterminism)
{
    scenario_write("scenarios/c.ini", "violates reset-outstanding within 5 seeds", "deferred",
                   "drift");
    ck_assert_int_eq(storsim("sweep c --seeds 1-2 --out r"), 0);
    ck_assert_int_eq(storsim("replay r/failures/c-deferred-reset-outstanding-1.replay"), 3);
    says(output, "same finding, another trace hash");
    says(output, "non-determinism");
}
END_TEST

/* Replaces the line of a replay file that begins with `field`. */
static void replay_edit(const char *field, const char *line)
{
    static char text[65536], changed[65536];
    char *at, *end;

    read_text("x.replay", text, sizeof(text));
    at = strstr(text, field);
    ck_assert_ptr_nonnull(at);
    end = strchr(at, '\n');
    snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - text), text, line, end);
    write_text("x.replay", changed);
}

/* x.replay, a finding of a sweep. */
static void replay_get(void)
{
    ck_assert_int_eq(storsim("sweep bad --out r --tries 0"), 0);
    ck_assert_int_eq(rename("r/failures/bad-deferred-reset-outstanding-1.replay", "x.replay"), 0);
}

/* Takes the line of the checksums out. */
static void replay_unseal(void)
{
    static char text[65536];
    char *at, *end;

    read_text("x.replay", text, sizeof(text));
    at = strstr(text, "checksum: ");
    ck_assert_ptr_nonnull(at);
    end = strchr(at, '\n') + 1;
    memmove(at, end, strlen(end) + 1);
    write_text("x.replay", text);
}

START_TEST(a_replay_says_what_differs)
{
    replay_get();
    replay_unseal();
    replay_edit("trace-hash: ", "trace-hash: 0123456789abcdef");
    replay_edit("driver-build: ", "driver-build: older");
    ck_assert_int_eq(storsim("replay x.replay"), 1);
    says(output, "the driver's build differs: recorded with older, now none");
    says(output, "the file has no checksum: it was edited");
    replay_edit("seed: ", "seed: 3");
    ck_assert_int_eq(storsim("replay x.replay"), 0);
    says(output, "not the recorded finding");
}
END_TEST

static const struct {
    const char *field, *line, *where;
} edits[] = {
    {"scenario: ", "scenario: other", "x.replay:3: lines 3 to "},
    {"path: ", "path: other.ini", "x.replay:3: lines 3 to "},
    {"scenario-hash: ", "scenario-hash: 0123456789abcdef", "x.replay:3: lines 3 to "},
    {"driver-build: ", "driver-build: other", "x.replay:3: lines 3 to "},
    {"storsim: ", "storsim: other", "x.replay:3: lines 3 to "},
    {"seed: ", "seed: 4", "x.replay:3: lines 3 to "},
    {"rule: ", "rule: irql", "x.replay:3: lines 3 to "},
    {"message: ", "message: other", "x.replay:3: lines 3 to "},
    {"trace-hash: ", "trace-hash: 0123456789abcdef", "x.replay:3: lines 3 to "},
    {"title = ", "title = other", "the scenario from here on was edited or cut short"},
};

/* An edit is the reader's doing, never storsim's own fault. */
START_TEST(an_edited_replay_file_is_refused_and_says_where)
{
    replay_get();
    replay_edit(edits[_i].field, edits[_i].line);
    ck_assert_int_eq(storsim("replay x.replay"), 2);
    says(messages, edits[_i].where);
    ck_assert_int_eq(storsim("explain x.replay"), 2);
    ck_assert_int_eq(storsim("shrink x.replay"), 2);
    replay_unseal();
    ck_assert_int_ne(storsim("replay x.replay"), 3);
}
END_TEST

START_TEST(a_replay_file_is_refused_wherever_it_is_cut)
{
    static char text[65536];

    replay_get();
    read_text("x.replay", text, sizeof(text));
    for (size_t n = strlen(text); n-- > 0;) {
        text[n] = '\0';
        if (n % 16 != 0 && text[n > 0 ? n - 1 : 0] != '\n')
            continue;
        write_text("x.replay", text);
        ck_assert_msg(storsim("replay x.replay") == 2, "cut at %zu: %s", n, output);
        says(messages, "storsim: x.replay:");
    }
}
END_TEST

START_TEST(a_damaged_replay_file_is_refused_with_its_line)
{
    replay_get();
    replay_edit("seed: ", "seed: seven");
    ck_assert_int_eq(storsim("replay x.replay"), 2);
    ck_assert_str_eq(messages, "storsim: x.replay:10: seed: 'seven' is not a number\n");
    replay_edit("seed: ", "sede: 7");
    ck_assert_int_eq(storsim("replay x.replay"), 2);
    says(messages, "x.replay:10: there is no field 'sede'; did you mean 'seed'?");
    replay_edit("sede: ", "seed: 1");
    replay_unseal();
    replay_edit("driver: ", "driver: nvme");
    ck_assert_int_eq(storsim("replay x.replay"), 2);
    says(messages, "the header says 'nvme'");
    replay_edit("storsim-replay ", "storsim-replay 1");
    ck_assert_int_eq(storsim("replay x.replay"), 2);
    says(messages, "x.replay:1: replay file of version 1; this storsim reads version 3");
    write_text("x.replay", "storsim-replay 3\nscenario: x\n");
    ck_assert_int_eq(storsim("replay x.replay"), 2);
    says(messages, "cut short");
    ck_assert_int_eq(storsim("replay scenarios/bad.ini"), 2);
    says(messages, "scenarios/bad.ini:1: not a replay file");
}
END_TEST

int main(int argc, char **argv)
{
    TCase *tc = tcase_create("replay file");

    tcase_add_test(tc, run_tells_verdict_first_and_the_repeat_line_last);
    tcase_add_test(tc, run_as_json_is_one_object);
    tcase_add_test(tc, another_trace_of_the_same_program_is_nondeterminism);
    tcase_add_test(tc, a_replay_says_what_differs);
    tcase_add_loop_test(tc, an_edited_replay_file_is_refused_and_says_where, 0,
                        sizeof(edits) / sizeof(edits[0]));
    tcase_add_test(tc, a_replay_file_is_refused_wherever_it_is_cut);
    tcase_add_test(tc, a_damaged_replay_file_is_refused_with_its_line);
    return program_main(argc, argv, tc);
}
