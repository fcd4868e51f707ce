/* sim/tests/program.c - runs this binary as storsim and looks at what it says. */
#include "sim/tests/program.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/cli/cli.h"

static char folder[] = "/tmp/storsim-test-XXXXXX";
char output[262144], messages[65536];

void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

void read_text(const char *path, char *out, size_t bytes)
{
    FILE *file = fopen(path, "r");

    ck_assert_msg(file != NULL, "%s", path);
    out[fread(out, 1, bytes - 1, file)] = '\0';
    fclose(file);
}

pid_t start(const char *line)
{
    char copy[2048], *word[64];
    int n = 1;
    pid_t pid;

    snprintf(copy, sizeof(copy), "%s", line);
    word[0] = (char[]){"storsim"};
    for (char *w = strtok(copy, " "); w != NULL && n < 63; w = strtok(NULL, " "))
        word[n++] = w;
    word[n] = NULL;
    pid = fork();
    if (pid == 0) {
        dup2(open("stdout", O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
        dup2(open("stderr", O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
        execv("/proc/self/exe", word);
        _exit(126);
    }
    return pid;
}

int finish(pid_t pid)
{
    int status;

    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    read_text("stdout", output, sizeof(output));
    read_text("stderr", messages, sizeof(messages));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int storsim(const char *line)
{
    return finish(start(line));
}

void says(const char *where, const char *text)
{
    ck_assert_msg(strstr(where, text) != NULL, "'%s' is not in:\n%s\n%s", text, output, messages);
}

const char *query(const char *path, const char *sql)
{
    static char text[4096];
    sqlite3 *db;
    sqlite3_stmt *statement;

    ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK, "%s",
                  sqlite3_errmsg(db));
    ck_assert_msg(sqlite3_step(statement) == SQLITE_ROW, "%s: no row", sql);
    snprintf(text, sizeof(text), "%s", (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return text;
}

json_t *json_line(void)
{
    json_error_t why;
    json_t *object = json_loads(output, JSON_DISABLE_EOF_CHECK, &why);

    ck_assert_msg(object != NULL, "%s: %s", why.text, output);
    return object;
}

void scenario_write(const char *path, const char *expect, const char *driver, const char *parameter)
{
    char text[1024];

    snprintf(
        text, sizeof(text),
        "# made up\n[scenario]\ntitle = made up\nexpect = %s\nseeds = 60\n[driver]\nmodule = %s\n"
        "parameter = %s\n[workload w]\nnumber_ios = 1\n",
        expect, driver, parameter);
    write_text(path, text);
}

static void set_up(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    setenv("XDG_STATE_HOME", folder, 1);
    ck_assert_int_eq(mkdir("scenarios", 0700), 0);
    scenario_write("scenarios/good.ini", "pass", "nvme", "");
    scenario_write("scenarios/bad.ini", "violates reset-outstanding within 5 seeds", "deferred",
                   "");
}

static void tear_down(void)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -rf %s", folder);
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(system(command), 0);
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
}

int program_main(int argc, char **argv, TCase *tc)
{
    Suite *suite;
    SRunner *runner;
    int failed;

    if (argc > 1)
        return sim_cli_main(argc, argv);
    suite = suite_create("program");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 60);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
