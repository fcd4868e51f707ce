/* sim/load/lines.h - the lines of a file that somebody else's program wrote: CRLF or LF, a byte
 * order mark or none, a newline at the end or none.
 */
#ifndef SIM_LOAD_LINES_H
#define SIM_LOAD_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/error.h"

#define SIM_LINE_MAX 4096 /* bytes of a line, its end included */

struct sim_lines {
    const char *name; /* of the file, for messages */
    const char *at, *end;
    int line;                /* number of the present one, from 1 */
    char text[SIM_LINE_MAX]; /* the present one, without blanks around it */
    bool indented;           /* it began with a blank */
    struct sim_error *error;
};

void sim_lines_begin(struct sim_lines *lines, const char *name, const char *bytes, size_t length,
                     struct sim_error *error);
/* 1: the next line is in text; 0: there is none; -1: it is too long, or no text. */
int sim_lines_next(struct sim_lines *lines);
/* Sets the error to "NAME:LINE: what". Returns -1. */
__attribute__((format(printf, 2, 3))) int sim_lines_fail(const struct sim_lines *lines,
                                                         const char *format, ...);

/* The next part of *rest up to a separator, blanks around it cut off, in place; NULL: none left. */
char *sim_part_next(char **rest, char separator);

#endif
