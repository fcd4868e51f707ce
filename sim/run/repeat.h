/* sim/run/repeat.h - command lines that a person can paste to see something again. */
#ifndef SIM_RUN_REPEAT_H
#define SIM_RUN_REPEAT_H

#include "sim/scenario/scenario.h"

#define SIM_REPEAT_BYTES 2048

/* Writes "storsim run FILE --driver X --set a=b --seed N"; what a shell would change is quoted.
 * settings are those that the scenario was read with. out has SIM_REPEAT_BYTES. Returns out. */
char *sim_repeat_run(char *out, const char *path, const struct sim_setting *settings,
                     uint32_t count, uint64_t seed);

/* Writes "storsim replay FILE", and "storsim explain FILE". */
char *sim_repeat_replay(char *out, const char *path);
char *sim_repeat_explain(char *out, const char *path);

#endif
