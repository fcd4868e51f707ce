/* sim/cli/bugs.h - the distinct bugs that a sweep of one scenario found, each made small. */
#ifndef SIM_CLI_BUGS_H
#define SIM_CLI_BUGS_H

#include "sim/cli/cli.h"
#include "sim/run/sweep.h"

/* Runs for each bug when --tries is not given, up to so many bugs; and the fewest that are worth
 * beginning with. */
#define SIM_BUGS_FULL 3
#define SIM_BUGS_TRIES_LEAST 200

/* Makes every bug of a cell small, the one with the shortest run first, as long as there are runs
 * left of --tries; prints a few lines for each, or adds them to object as its member "bugs". No
 * session may be open. */
void sim_bugs_tell(const struct sim_cell_result *result, const struct sim_arguments *arguments,
                   json_t *object);

#endif
