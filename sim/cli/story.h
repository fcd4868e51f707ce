/* sim/cli/story.h - the few events out of a run's thousands that a person wants to read. */
#ifndef SIM_CLI_STORY_H
#define SIM_CLI_STORY_H

#include <stdio.h>

#include "sim/engine/trace.h"

struct sim_story;

struct sim_story *sim_story_create(void);
void sim_story_free(struct sim_story *story);

/* A sim_trace_fn: takes one event. ctx is the story. */
void sim_story_event(struct sim *sim, const struct sim_record *record, void *ctx);

/* Prints it in columns, time, CPU, IRQL and what happened, in at most about `lines` lines; then
 * what was left out. lines 0: all. */
void sim_story_print(struct sim_story *story, FILE *out, uint64_t lines);

/* One event in words: "HwStorResetBus entered (path 0, outstanding 32)". */
void sim_story_text(const struct sim_record *record, char *out, size_t bytes);

#endif
