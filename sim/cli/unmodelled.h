/* sim/cli/unmodelled.h - what the driver called although no model has it: for people and as JSON.
 */
#ifndef SIM_CLI_UNMODELLED_H
#define SIM_CLI_UNMODELLED_H

#include <jansson.h>

#include "sim/run/unmodelled.h"

/* A line for each routine, each after `indent`; nothing when there is none. */
void sim_unmodelled_print(const struct sim_unmodelled_list *list, const char *indent);

/* An array of {routine, calls, answer}; the answer is null when the routine has no result. */
json_t *sim_unmodelled_json(const struct sim_unmodelled_list *list);

#endif
