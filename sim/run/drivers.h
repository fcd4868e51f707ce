/* sim/run/drivers.h - built-in miniport modules: where they are and what they are called.
 *
 * NAME.so in `drivers` beside the executable (build tree), or in ../lib/storsim/drivers
 * (installed).
 */
#ifndef SIM_RUN_DRIVERS_H
#define SIM_RUN_DRIVERS_H

#include <stddef.h>
#include <stdint.h>

#include "sim/error.h"

/* Path of a module. A name with '/' or ending in ".so" is a path already; anything else is a
 * built-in miniport. Returns 0, or negative with error text (the nearest name and the list) when
 * there is none of that name. */
int sim_driver_path(const char *name, char *out, size_t bytes, struct sim_error *error);

/* Names of the built-in miniports, sorted. The list is ended by NULL, and freed by
 * sim_names_free(). */
char **sim_driver_names(void);

/* Names without `ending` of the files in folder that end so, sorted; an empty list when there is no
 * such folder. */
char **sim_names_in(const char *folder, const char *ending);
uint32_t sim_names_count(char *const *names);
void sim_names_free(char **names);

/* Folder of the running executable, without a slash at its end. */
const char *sim_executable_dir(void);

#endif
