/* sim/error.h - errors that a user caused, as one clear line: where, what, what is allowed. */
#ifndef SIM_ERROR_H
#define SIM_ERROR_H

struct sim_error {
    char text[512];
};

/* Writes the message; returns -1 so that callers can `return sim_error_set(...)`. error may be
 * NULL. */
__attribute__((format(printf, 2, 3))) int sim_error_set(struct sim_error *error, const char *format,
                                                        ...);

#endif
