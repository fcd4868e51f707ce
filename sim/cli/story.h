/* sim/cli/story.h - the few events out of a run's thousands that a person wants to read. */
#ifndef SIM_CLI_STORY_H
#define SIM_CLI_STORY_H

#include <stdio.h>

#include "sim/engine/trace.h"

struct sim_module;
struct sim_scenario;
struct sim_story;

/* scenario: names its faults. module: gives source lines; NULL: none. Both must stay. */
struct sim_story *sim_story_create(const struct sim_scenario *scenario, struct sim_module *module);
void sim_story_free(struct sim_story *story);

/* A sim_trace_fn: takes one event. ctx is the story. */
void sim_story_event(struct sim *sim, const struct sim_record *record, void *ctx);

/* Prints it in columns, time, CPU, IRQL, source line of the driver and what happened, in at most
 * about `lines` lines; then what was left out. lines 0: all. */
void sim_story_print(struct sim_story *story, FILE *out, uint64_t lines);

#endif
