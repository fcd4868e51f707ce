/* sim/cli/compare.h - one scenario with several drivers, side by side: what was fixed, what is new.
 *
 * Compared are the seeds that every driver ran, from the first one on. A rule is fixed when the
 * earlier driver broke it on some of them and the later one on none; new is the reverse.
 */
#ifndef SIM_CLI_COMPARE_H
#define SIM_CLI_COMPARE_H

#include <jansson.h>
#include <stdbool.h>

#include "sim/run/sweep.h"

/* Cells of one scenario, each with a driver of its own and with marks; at least two. */
struct sim_comparison {
    const struct sim_cell *cell;
    const struct sim_cell_result *result;
    uint32_t drivers;
    uint32_t shard, shards; /* of the sweep; 1-based */
};

/* As a table: rules down, drivers across, and what changed from each driver to the next. */
void sim_compare_print(const struct sim_comparison *c);
/* The drivers and the letters that stand for them in the tables. */
void sim_compare_legend(const struct sim_comparison *c);
/* The same as an object. */
json_t *sim_compare_json(const struct sim_comparison *c);

/* True when some rule is new from one driver to another one. */
bool sim_compare_worse(const struct sim_comparison *c, uint32_t before, uint32_t after);

#endif
