/* sim/cli/debug.c - storsim debug: gdb on the run of a finding, stopped at the violation.
 *
 * Two halves. From outside the verb starts gdb on this very program with the verb's --inside, a
 * script of a few commands and a breakpoint. Inside it runs the finding under its recorded
 * schedule, so that stopping changes nothing.
 */
#include "sim/engine/debug.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/cli/finding.h"
#include "sim/engine/sim_assert.h"
#include "sim/run/drivers.h"

#define STOP_AT "STORSIM_STOP_AT"

/* --- inside: the program that is debugged ----------------------------------------------------- */

/* Point to stop at, as `again` in gdb sets it: an option would have to be quoted for gdb. */
static uint64_t stop_at(void)
{
    const char *text = getenv(STOP_AT);

    return text != NULL ? strtoull(text, NULL, 10) : 0;
}

/* The run as a schedule, if the finding has none: a run under a schedule can be stopped anywhere.
 */
static void schedule_record(struct sim_finding_run *run, struct sim_replay *replay)
{
    if (replay->scheduled)
        return;
    sim_schedule_record(&replay->schedule);
    sim_finding_run(run, replay, NULL, NULL);
    sim_schedule_record(NULL);
    replay->scheduled = true;
}

static int finding_debug(struct sim_replay *replay)
{
    struct sim_finding_run run;
    const struct sim_finding *f;
    struct sim_error error;

    sim_debug_on(stop_at()); /* the start-up may be what is at fault */
    if (sim_finding_open(replay, &error, &run) < 0)
        return sim_cli_usage_error(error.text);
    sim_debug.on = false;
    schedule_record(&run, replay);
    sim_debug_on(stop_at());
    f = sim_finding_run(&run, replay, NULL, NULL);
    printf("%s: %s\n", f != NULL ? sim_rule_info[f->rule].name : "PASS",
           f != NULL ? f->text : "no rule was violated");
    sim_debug.on = false;
    sim_finding_close(&run);
    return f != NULL ? SIM_EXIT_VIOLATED : SIM_EXIT_OK;
}

static int inside(const struct sim_arguments *arguments)
{
    struct sim_replay replay;
    struct sim_error error;
    int status;

    if (sim_replay_read(arguments->operand.item[0], &error, &replay) < 0)
        return sim_cli_usage_error(error.text);
    status = finding_debug(&replay);
    sim_replay_free(&replay);
    return status;
}

/* --- outside: gdb ----------------------------------------------------------------------------- */

/* What gdb is told first. */
static const char script[] =
    "set pagination off\n"
    "set confirm off\n"
    "set breakpoint pending on\n"
    "set print thread-events off\n"
    "set disable-randomization on\n"
    "set debuginfod enabled off\n"
    "handle SIGSEGV SIGBUS SIGFPE SIGILL SIGVTALRM nostop noprint pass\n"
    "break sim_debug_stop\n"
    "commands 1\n"
    "  silent\n"
    "end\n"
    "define here\n"
    "  printf \"\\nstopped at point %lu: %s\\n\\n\", sim_debug.point, sim_debug.why\n"
    "  if sim_debug.pc\n"
    "    select-frame 0\n"
    "    while $pc != sim_debug.pc\n"
    "      up-silently\n"
    "    end\n"
    "    frame\n"
    "  end\n"
    "end\n"
    "document here\n"
    "Go to the driver's innermost frame and say why the run has stopped.\n"
    "end\n"
    "define state\n"
    "  here\n"
    "  if sim_debug.pc\n"
    "    echo \\nlocals\\n\n"
    "    info locals\n"
    "    echo \\nsource\\n\n"
    "    list\n"
    "  end\n"
    "  echo \\nstack\\n\n"
    "  backtrace\n"
    "end\n"
    "document state\n"
    "The stack, innermost first, the driver's local variables and its source.\n"
    "end\n"
    "define told\n"
    "  if $_isvoid($_exitcode)\n"
    "    state\n"
    "  else\n"
    "    echo the run ended and was not stopped: there is no violation, or no such point\\n\n"
    "  end\n"
    "end\n"
    "define again\n"
    "  set $back = 1\n"
    "  if $argc > 0\n"
    "    set $back = $arg0\n"
    "  end\n"
    "  set $target = sim_debug.point - $back\n"
    "  kill\n"
    "  eval \"set environment " STOP_AT " %lu\", $target\n"
    "  run\n"
    "  told\n"
    "end\n"
    "document again\n"
    "again N: run once more and stop N points before this one (1). A point is an access to shared\n"
    "memory, a call of Storport, a register access, a lock: where another processor may act.\n"
    "end\n"
    "run\n"
    "told\n";

static int script_write(char *path, size_t bytes, struct sim_error *error)
{
    FILE *file;
    int fd;

    snprintf(path, bytes, "%s/storsim-debug-XXXXXX",
             getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
    fd = mkstemp(path);
    file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (file == NULL)
        return sim_error_set(error, "%s: %s", path, strerror(errno));
    fputs(script, file);
    if (fclose(file) != 0)
        return sim_error_set(error, "%s: %s", path, strerror(errno));
    return 0;
}

/* Folders that gdb looks for sources in. A built-in module names its own relative to the root of
 * the tree it was built in, and those that a defect edits relative to the build folder, which has
 * them; where storsim is installed all are in share/storsim. */
static const char *const source_roots[] = {"../..", ".", "../share/storsim"};
#define SOURCE_ROOTS 3

/* gdb's words; ended by NULL. room for all of them. */
static void words_fill(const struct sim_arguments *arguments, const char *self,
                       const char *commands, char (*sources)[PATH_MAX], char **out)
{
    int n = 0;

    out[n++] = (char *)(uintptr_t) "gdb";
    out[n++] = (char *)(uintptr_t) "-q";
    out[n++] = (char *)(uintptr_t) "-nx";
    if (arguments->batch)
        out[n++] = (char *)(uintptr_t) "-batch";
    for (int i = 0; i < SOURCE_ROOTS; i++) {
        snprintf(sources[i], sizeof(sources[i]), "%s/%s", sim_executable_dir(), source_roots[i]);
        if (access(sources[i], X_OK) != 0)
            continue; /* gdb would warn */
        out[n++] = (char *)(uintptr_t) "-d";
        out[n++] = sources[i];
    }
    out[n++] = (char *)(uintptr_t) "-x";
    out[n++] = (char *)(uintptr_t)commands;
    for (uint32_t i = 0; i < arguments->command.count; i++) {
        out[n++] = (char *)(uintptr_t) "-ex";
        out[n++] = (char *)(uintptr_t)arguments->command.item[i];
    }
    out[n++] = (char *)(uintptr_t) "--args";
    out[n++] = (char *)(uintptr_t)self;
    out[n++] = (char *)(uintptr_t) "debug";
    out[n++] = (char *)(uintptr_t) "--inside";
    out[n++] = (char *)(uintptr_t)arguments->operand.item[0];
    out[n] = NULL;
}

/* Waits for gdb; 127 means that there is none. */
static int gdb_run(char **words)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, old;
    pid_t child = fork();
    int status;

    if (child == 0) {
        setenv("SHELL", "/bin/sh", 1); /* gdb has it split the words */
        unsetenv(STOP_AT);
        execvp(words[0], words);
        _exit(errno == ENOENT ? 127 : 126);
    }
    sigaction(SIGINT, &ignore, &old); /* Ctrl-C is meant for gdb */
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    sigaction(SIGINT, &old, NULL);
    if (child < 0 || !WIFEXITED(status))
        return 126;
    return WEXITSTATUS(status);
}

static int outside(const struct sim_arguments *arguments)
{
    char commands[PATH_MAX], self[PATH_MAX], sources[SOURCE_ROOTS][PATH_MAX];
    char *words[24 + 2 * SIM_CLI_LIST_MAX];
    struct sim_replay replay;
    struct sim_error error;
    ssize_t n;
    int status;

    if (sim_replay_read(arguments->operand.item[0], &error, &replay) < 0)
        return sim_cli_usage_error(error.text);
    sim_replay_free(&replay);
    n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (n < 0 || script_write(commands, sizeof(commands), &error) < 0)
        return sim_cli_usage_error(n < 0 ? "debug: /proc is needed" : error.text);
    self[n] = '\0';
    words_fill(arguments, self, commands, sources, words);
    fflush(stdout);
    status = gdb_run(words);
    unlink(commands);
    if (status == 127)
        return sim_cli_usage_error("debug: there is no gdb; on Debian it is in the package gdb");
    return status == 0 ? SIM_EXIT_OK : SIM_EXIT_USAGE;
}

static int debug(const struct sim_arguments *arguments)
{
    return arguments->inside ? inside(arguments) : outside(arguments);
}

const struct sim_verb sim_verb_debug = {
    .name = "debug",
    .operands = "FILE.replay",
    .summary = "gdb on a stored finding, stopped at the violation",
    .options = "batch command inside",
    .text =
        "gdb shows the driver's source, stack and variables at the violation. Two commands are "
        "added: 'state' shows\n"
        "them again, 'again N' runs once more and stops N points earlier, as often as you like.",
    .operands_min = 1,
    .operands_max = 1,
    .fn = debug,
};
