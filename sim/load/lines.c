/* sim/load/lines.c - the lines of a file that somebody else's program wrote. */
#include "sim/load/lines.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void sim_lines_begin(struct sim_lines *lines, const char *name, const char *bytes, size_t length,
                     struct sim_error *error)
{
    lines->name = name;
    lines->at = bytes;
    lines->end = bytes + length;
    lines->line = 0;
    lines->text[0] = '\0';
    lines->indented = false;
    lines->error = error;
    if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        lines->at += 3;
}

int sim_lines_fail(const struct sim_lines *lines, const char *format, ...)
{
    char what[400];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return sim_error_set(lines->error, "%s:%d: %s", lines->name, lines->line, what);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool is_text(const char *from, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (((unsigned char)from[i] < ' ' && from[i] != '\t' && from[i] != '\r') || from[i] == 127)
            return false;
    return true;
}

int sim_lines_next(struct sim_lines *lines)
{
    size_t left = (size_t)(lines->end - lines->at), length;
    const char *from = lines->at, *newline;

    if (!left)
        return 0;
    lines->line++;
    newline = memchr(from, '\n', left);
    length = newline ? (size_t)(newline - from) : left;
    if (length >= SIM_LINE_MAX)
        return sim_lines_fail(lines, "this line has more than %d bytes", SIM_LINE_MAX - 1);
    if (!is_text(from, length))
        return sim_lines_fail(lines, "not text; a file in UTF-16 must be saved as UTF-8");
    lines->at += length + (newline ? 1 : 0);
    lines->indented = length && is_blank(*from);
    while (length && is_blank(*from)) {
        from++;
        length--;
    }
    while (length && is_blank(from[length - 1]))
        length--;
    memcpy(lines->text, from, length);
    lines->text[length] = '\0';
    return 1;
}

char *sim_part_next(char **rest, char separator)
{
    char *from = *rest, *to;

    if (!from)
        return NULL;
    to = strchr(from, separator);
    *rest = to ? to + 1 : NULL;
    if (to)
        *to = '\0';
    else
        to = from + strlen(from);
    while (is_blank(*from))
        from++;
    while (to > from && is_blank(to[-1]))
        *--to = '\0';
    return from;
}
