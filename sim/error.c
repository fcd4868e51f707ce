/* sim/error.c - the one way an error that a user caused is written down. */
#include "sim/error.h"

#include <stdarg.h>
#include <stdio.h>

int sim_error_set(struct sim_error *error, const char *format, ...)
{
    va_list args;

    if (error == NULL)
        return -1;
    va_start(args, format);
    vsnprintf(error->text, sizeof(error->text), format, args);
    va_end(args);
    return -1;
}
