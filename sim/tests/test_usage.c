/* sim/tests/test_usage.c - what the program says of wrong words, of itself and to a closed pipe. */
// links: sim/tests/fake_session.c sim/tests/program.c
// without: sim/run/session.c
// timeout: 180
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/tests/program.h"

START_TEST(mistakes_are_one_line_with_the_nearest_name_and_exit_2)
{
    static const struct {
        const char *line, *message;
    } mistake[] = {
        {"swep good", "there is no verb 'swep'; did you mean 'sweep'?"},
        {"sweep good --sedes 5", "sweep: there is no option '--sedes'; did you mean --seeds?"},
        {"sweep good --jbos 5", "did you mean --jobs?"},
        {"sweep good --jobs x", "--jobs: 'x' is not a whole number"},
        {"sweep good --seeds 9-3",
         "--seeds: 9-3 runs backwards; allowed is A-B with A not above B, such as 3-9"},
        {"sweep good --seeds x", "--seeds: 'x' is not a seed"},
        {"sweep good --seeds 1-x", "--seeds: '1-x' is not A-B"},
        {"sweep good --shard 4/3", "--shard: '4/3' is not I/N"},
        {"sweep good --budget 5", "--budget: '5' is not a time"},
        {"sweep good --budget", "sweep: --budget wants a value"},
        {"sweep good --quiet=3", "sweep: --quiet takes no value"},
        {"sweep", "sweep: FILE... is missing"},
        {"sweep good good", "would both be 'good'"},
        {"run good bad", "run: 'bad' is one word too many"},
        {"run good -x", "there is no option '-x'"},
        {"run god", "god: No such file or directory; did you mean scenarios/good.ini?"},
        {"run scenarios/goood.ini", "did you mean scenarios/good.ini?"},
        {"run good --seed -3", "--seed: '-3' is not a seed"},
        {"run good --set port.timout=3s", "did you mean 'timeout'?"},
        {"run good --set nothing", "allowed is section.key=value"},
        {"run good --strategy tim", "did you mean 'time'?"},
        {"run good --trace /nonexistent/x", "/nonexistent/x: No such file"},
        {"list rulez", "did you mean 'rules'?"},
        {"help swep", "did you mean 'sweep'?"},
        {"replay nothing.replay", "nothing.replay: No such file"},
        {"worker", "workers are started by 'storsim sweep'"},
    };

    for (size_t i = 0; i < sizeof(mistake) / sizeof(mistake[0]); i++) {
        int status = storsim(mistake[i].line);

        ck_assert_msg(status == 2, "%s: exit %d", mistake[i].line, status);
        says(messages, mistake[i].message);
        ck_assert_msg(strchr(messages, '\n') == messages + strlen(messages) - 1, "not one line: %s",
                      messages);
        ck_assert_str_eq(output, "");
    }
}
END_TEST

START_TEST(every_verb_has_help)
{
    static const char *const lines[] = {"",
                                        "help",
                                        "--help",
                                        "help sweep",
                                        "sweep --help",
                                        "run -h",
                                        "replay --help",
                                        "list --help",
                                        "version",
                                        "--version",
                                        "version --json",
                                        "help --json"};

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        ck_assert_msg(storsim(lines[i][0] != '\0' ? lines[i] : "help") == 0, "%s", lines[i]);
        ck_assert_str_ne(output, "");
    }
}
END_TEST

START_TEST(lists_are_text_or_json)
{
    static const struct {
        const char *what, *text;
    } list[] = {
        {"scenarios", "expect violates reset-outstanding within 5 seeds"},
        {"rules", "0xF0/1, 0xF0/2, 0xF1/1007 error"},
        {"options", "[workload]"},
        {"options --markdown", "| `timeout` |"},
        {"strategies", "pct"},
        {"faults", "stops responding"},
    };
    char line[64];

    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        snprintf(line, sizeof(line), "list %s", list[i].what);
        ck_assert_int_eq(storsim(line), 0);
        says(output, list[i].text);
        snprintf(line, sizeof(line), "list %s --json", list[i].what);
        ck_assert_int_eq(storsim(line), 0);
        json_decref(json_line());
    }
    ck_assert_int_eq(storsim("list drivers"), 0);
}
END_TEST

START_TEST(a_closed_pipe_is_no_failure)
{
    char command[256];
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

    ck_assert_int_gt(n, 0);
    path[n] = '\0';
    snprintf(command, sizeof(command), "{ '%.200s' list rules; echo $? >&2; } 2>status | true",
             path);
    ck_assert_int_eq(system(command), 0);
    read_text("status", output, sizeof(output));
    ck_assert_str_eq(output, "0\n");
}
END_TEST

int main(int argc, char **argv)
{
    TCase *tc = tcase_create("usage");

    tcase_add_test(tc, mistakes_are_one_line_with_the_nearest_name_and_exit_2);
    tcase_add_test(tc, every_verb_has_help);
    tcase_add_test(tc, lists_are_text_or_json);
    tcase_add_test(tc, a_closed_pipe_is_no_failure);
    return program_main(argc, argv, tc);
}
