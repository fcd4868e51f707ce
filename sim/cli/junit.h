/* sim/cli/junit.h - a sweep as a JUnit report, one test case for each scenario and driver. */
#ifndef SIM_CLI_JUNIT_H
#define SIM_CLI_JUNIT_H

#include "sim/run/sweep.h"

/* Writes the file whole or not at all. */
int sim_junit_write(const char *path, const struct sim_cell *cell,
                    const struct sim_cell_result *result, uint32_t cells, double elapsed_s,
                    struct sim_error *error);

#endif
