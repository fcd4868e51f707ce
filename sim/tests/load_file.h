/* sim/tests/load_file.h - reading a load file of any format, for the tests of each. */
#ifndef SIM_TESTS_LOAD_FILE_H
#define SIM_TESTS_LOAD_FILE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/load/jobs.h"
#include "sim/load/trace.h"

/* What the last file gave. */
extern struct sim_jobs jobs;
extern struct sim_io_trace trace;
extern struct sim_notes notes;
extern struct sim_error error;

/* The test's own: reads a file of its format into the above. */
int load_read(const char *bytes, size_t length);

/* load_read() on nothing left by an earlier one, and a copy that ends where the file does, for the
 * sanitizers. */
int read_bytes(const char *bytes, size_t length);
/* The text is read; it is refused, with these words in the message. */
void takes(const char *text);
void refuses(const char *text, const char *words);
/* A job's setting; NULL: it has none. */
void says(uint32_t job, const char *key, const char *value);
/* The suite's main(): its result as exit status. Cases that end leave nothing behind. */
int load_run(const char *name, TCase *tc);

#endif
