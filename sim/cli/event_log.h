/* sim/cli/event_log.h - what a run left in the system event log: for people and as JSON. */
#ifndef SIM_CLI_EVENT_LOG_H
#define SIM_CLI_EVENT_LOG_H

#include <jansson.h>
#include <stdbool.h>

#include "sim/run/result.h"

/* A section of its own; nothing when the log is empty. Of entries with the same source and id that
 * follow each other the first is told, and how many there were; or all of them. */
void sim_event_log_print(const struct sim_result *result, bool all);

/* An array of {at_ns, source, id, text}, all that were kept. */
json_t *sim_event_log_json(const struct sim_result *result);

#endif
