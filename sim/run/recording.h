/* sim/run/recording.h - who made a run's choices, and putting them into its replay file. */
#ifndef SIM_RUN_RECORDING_H
#define SIM_RUN_RECORDING_H

#include "sim/error.h"
#include "sim/scenario/scenario.h"

/* Name of the strategy that makes the choices of a seed: the scenario's, and for a portfolio its
 * member. */
const char *sim_strategy_maker(const struct sim_scenario *scenario, uint64_t seed);

/* Runs the finding of a replay file once more and adds its choices, unless it has them, or the run
 * never ended (its trace hash is 0), or made more of them than a file may hold. No session may be
 * open. Errors: the file, scenario or driver is unusable; the finding does not come again; the file
 * cannot be written. The file is then as it was. */
int sim_replay_complete(const char *path, struct sim_error *error);

#endif
