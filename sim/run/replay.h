/* sim/run/replay.h - a stored finding: a text file that holds all that is needed to see it again.
 *
 *   storsim-replay 1
 *   scenario: 02-deferred
 *   path: scenarios/02-deferred.ini
 *   scenario-hash: 0123456789abcdef
 *   driver: deferred
 *   driver-build: 8f1e...
 *   storsim: 0.1.0+...
 *   strategy: time
 *   seed: 7
 *   rule: reset-outstanding
 *   message: HwStorResetBus returned with 32 requests outstanding
 *   trace-hash: 0123456789abcdef
 *   set: driver.module=deferred          any number of these: what the command line changed
 *   choices: 0                           number of lines that follow: choices unlike the strategy's
 * own
 *   --- scenario
 *   the scenario's whole text
 */
#ifndef SIM_RUN_REPLAY_H
#define SIM_RUN_REPLAY_H

#include "sim/error.h"
#include "sim/scenario/scenario.h"

#define SIM_REPLAY_VERSION 1
#define SIM_REPLAY_SETTINGS_MAX 64

struct sim_replay {
    const char *scenario, *path, *driver, *driver_build, *storsim, *strategy;
    const char *message;
    const char *scenario_text;
    uint64_t scenario_hash, seed, trace_hash;
    enum sim_rule rule;
    uint32_t settings;
    struct sim_setting setting[SIM_REPLAY_SETTINGS_MAX];
    char *storage; /* a read one: holds all text */
};

/* Writes the file whole or not at all (a temporary name, then rename). */
int sim_replay_write(const char *path, const struct sim_replay *replay, struct sim_error *error);

/* Reads a file. Errors, as file:line: no replay file, another version, unknown or missing field,
 * bad value. Free with sim_replay_free(). */
int sim_replay_read(const char *path, struct sim_error *error, struct sim_replay *out);
void sim_replay_free(struct sim_replay *replay);

#endif
