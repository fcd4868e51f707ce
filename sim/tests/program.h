/* sim/tests/program.h - a whole storsim with a made-up session, for tests that run it as a user
 * would.
 *
 * The test's binary is that program: with arguments it is storsim, and sweeps start it as their
 * workers; without, it runs the tests. Every test has a folder of its own as current directory,
 * with scenarios/good.ini (passes) and scenarios/bad.ini (reset-outstanding in every seed).
 */
#ifndef SIM_TESTS_PROGRAM_H
#define SIM_TESTS_PROGRAM_H

#include <check.h>
#include <jansson.h>
#include <sys/types.h>

/* What the program last printed, NUL-terminated. */
extern char output[262144], messages[65536];

/* Files of the current directory. A test that cannot write or read fails. */
void write_text(const char *path, const char *text);
void read_text(const char *path, char *out, size_t bytes);

/* Starts storsim with the words of `line`; its output goes to files. */
pid_t start(const char *line);
/* Waits for it and fills output and messages; its exit status, 128 and more for a signal. */
int finish(pid_t pid);
/* Both. */
int storsim(const char *line);

/* The test fails when `text` is not in `where` (output or messages). */
void says(const char *where, const char *text);
/* First column of the first row, as text, until the next call. */
const char *query(const char *path, const char *sql);
/* The first line of output as JSON; the caller gives it back. */
json_t *json_line(void);
/* A scenario of the made-up session (fake_session.c has what `parameter` says). */
void scenario_write(const char *path, const char *expect, const char *driver,
                    const char *parameter);

/* main() of a test: the program when there are arguments, else the tests of `tc`, each in its
 * folder. */
int program_main(int argc, char **argv, TCase *tc);

#endif
