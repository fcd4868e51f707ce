/* sim/tests/test_crew.c - workers that crash, hang and are killed, and a sweep that is. */
// links: sim/tests/fake_session.c sim/tests/program.c
// without: sim/run/session.c
// timeout: 180
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "sim/tests/program.h"

static long number(const char *text)
{
    return strtol(text, NULL, 10);
}

START_TEST(a_seed_that_kills_its_worker_once_is_run_again)
{
    scenario_write("scenarios/c.ini", "pass", "nvme", "crash-once=flag");
    ck_assert_int_eq(storsim("sweep c --jobs 2 --out r"), 0);
    ck_assert_int_eq(access("flag", F_OK), 0);
    ck_assert_str_eq(query("r/results.db", "SELECT count(*) FROM run WHERE stop='done'"), "60");
}
END_TEST

START_TEST(a_seed_that_kills_every_worker_is_storsims_fault)
{
    scenario_write("scenarios/c.ini", "pass", "nvme", "crash=33");
    ck_assert_int_eq(storsim("sweep c --jobs 2 --out r"), 3);
    says(output,
         "storsim's own fault on 1 seed, the first 33: the worker process died of signal 9");
    says(output, "storsim run scenarios/c.ini --seed 33\n");
    ck_assert_str_eq(query("r/results.db", "SELECT count(*) FROM run"), "60");
    ck_assert_str_eq(query("r/results.db", "SELECT group_concat(seed) FROM run WHERE stop='lost'"),
                     "33");
    ck_assert_str_eq(query("r/results.db", "SELECT complete FROM sweep"), "1");
}
END_TEST

START_TEST(a_silent_worker_is_killed_and_its_seed_hangs)
{
    scenario_write("scenarios/c.ini", "violates driver-hang within 60 seeds", "nvme", "hang=7");
    ck_assert_int_eq(storsim("sweep c --jobs 2 --out r --patience 300ms"), 0);
    ck_assert_str_eq(
        query("r/results.db", "SELECT seed || rule || stop FROM finding NATURAL JOIN run"),
        "7driver-hanghung");
    ck_assert_str_eq(query("r/results.db", "SELECT count(*) FROM run"), "60");
}
END_TEST

START_TEST(a_worker_that_dies_at_opening_ends_the_sweep_with_nothing_written)
{
    scenario_write("scenarios/c.ini", "pass", "nvme", "die");
    ck_assert_int_eq(storsim("sweep good c --out r"), 3);
    says(messages,
         "scenarios/c.ini: cannot be opened with driver nvme: the worker process died of signal 9");
    ck_assert_int_ne(access("r", F_OK), 0);
}
END_TEST

START_TEST(a_refused_module_is_one_line_and_nothing_is_written)
{
    scenario_write("scenarios/c.ini", "pass", "nvme", "refuse");
    ck_assert_int_eq(storsim("sweep good c --out r"), 2);
    ck_assert_str_eq(messages, "storsim: fake.so: no DriverEntry in this module\n");
    ck_assert_int_ne(access("r", F_OK), 0);
    ck_assert_int_eq(storsim("run c"), 2);
    ck_assert_str_eq(messages, "storsim: fake.so: no DriverEntry in this module\n");
}
END_TEST

static void wait_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

/* Sends a signal to a sweep that would take minutes, longer than a test may; its exit status. */
static int interrupted(int number)
{
    pid_t pid;

    scenario_write("scenarios/c.ini", "pass", "nvme", "slow=5");
    pid = start("sweep c --seeds 1-100000 --jobs 2 --out r");
    wait_ms(1500);
    kill(pid, number);
    return finish(pid);
}

START_TEST(ctrl_c_ends_at_once_and_keeps_what_was_finished)
{
    ck_assert_int_eq(interrupted(SIGINT), 130);
    says(messages, "interrupted; what was finished is in r/results.db");
    ck_assert_int_gt(number(query("r/results.db", "SELECT count(*) FROM run")), 0);
    ck_assert_str_eq(query("r/results.db", "SELECT complete FROM sweep"), "0");
    ck_assert_str_eq(query("r/results.db", "PRAGMA integrity_check"), "ok");
}
END_TEST

START_TEST(terminate_exits_143)
{
    ck_assert_int_eq(interrupted(SIGTERM), 143);
}
END_TEST

START_TEST(workers_do_not_outlive_a_killed_parent)
{
    char command[512], folder[64];
    pid_t pid;

    scenario_write("scenarios/c.ini", "pass", "nvme", "slow=5");
    pid = start("sweep c --seeds 1-100000 --jobs 2 --out r");
    wait_ms(1500);
    /* Workers have a new parent, or none, when theirs is gone: look for them by their folder. */
    kill(pid, SIGKILL);
    ck_assert_int_eq(finish(pid), 128 + SIGKILL);
    wait_ms(300);
    ck_assert_ptr_nonnull(getcwd(folder, sizeof(folder)));
    snprintf(
        command, sizeof(command),
        "for p in /proc/[0-9]*; do [ \"$(readlink $p/cwd)\" = %s ] && "
        "tr '\\0' ' ' <$p/cmdline 2>/dev/null | grep -q '^storsim worker' && exit 1; done; exit 0",
        folder);
    ck_assert_int_eq(system(command), 0);
    ck_assert_str_eq(query("r/results.db", "PRAGMA integrity_check"), "ok");
    ck_assert_int_gt(number(query("r/results.db", "SELECT count(*) FROM run")), 0);
}
END_TEST

START_TEST(a_budget_ends_the_sweep_and_every_scenario_gets_its_share)
{
    scenario_write("scenarios/c.ini", "pass", "nvme", "slow=5");
    scenario_write("scenarios/d.ini", "pass", "nvme", "slow=5");
    ck_assert_int_eq(storsim("sweep c d --seeds 1-100000 --budget 1200ms --out r"), 0);
    says(messages, "the budget ended before all seeds were run");
    ck_assert_str_eq(query("r/results.db", "SELECT count(DISTINCT sweep) FROM run"), "2");
    ck_assert_str_eq(query("r/results.db", "SELECT sum(complete) FROM sweep"), "0");
}
END_TEST

int main(int argc, char **argv)
{
    TCase *tc = tcase_create("crew");

    tcase_add_test(tc, a_seed_that_kills_its_worker_once_is_run_again);
    tcase_add_test(tc, a_seed_that_kills_every_worker_is_storsims_fault);
    tcase_add_test(tc, a_silent_worker_is_killed_and_its_seed_hangs);
    tcase_add_test(tc, a_worker_that_dies_at_opening_ends_the_sweep_with_nothing_written);
    tcase_add_test(tc, a_refused_module_is_one_line_and_nothing_is_written);
    tcase_add_test(tc, ctrl_c_ends_at_once_and_keeps_what_was_finished);
    tcase_add_test(tc, terminate_exits_143);
    tcase_add_test(tc, workers_do_not_outlive_a_killed_parent);
    tcase_add_test(tc, a_budget_ends_the_sweep_and_every_scenario_gets_its_share);
    return program_main(argc, argv, tc);
}
