/* sim/cli/cell.h - one scenario with one driver, swept: for people and as JSON. */
#ifndef SIM_CLI_CELL_H
#define SIM_CLI_CELL_H

#include "sim/cli/cli.h"
#include "sim/run/sweep.h"

/* The line of a cell as an object, without its bugs (bugs.h). dir: the folder of the results. */
json_t *sim_cell_json(const struct sim_cell *cell, const struct sim_cell_result *r,
                      const char *dir);
/* Verdict, violations by rule, the first failure and how to repeat it, figures. */
void sim_cell_print(const struct sim_cell *cell, const struct sim_cell_result *r);

#endif
