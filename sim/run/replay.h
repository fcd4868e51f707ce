/* sim/run/replay.h - a stored finding: a text file that holds all that is needed to see it again.
 *
 *   storsim-replay 3
 *   checksum: 0123456789abcdef 0123456789abcdef
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
 *   choices: 3                           so many lines follow, of these two kinds
 *   delay 2 1234 20000                   CPU 2, stopped at its 1234th point or sleep, acts 20000 ns
 * later answer interrupt 7 1                 the question number 7 (from 0) about interrupts is
 * answered with 1
 *   --- scenario
 *   the scenario's whole text
 *
 * The two checksums are of what follows up to the scenario, and of the scenario: an edited or cut
 * file is refused. Whoever edits one on purpose takes that line out.
 *
 * "choices: seed" in place of a number: there are no lines, and the strategy makes its choices from
 * the seed again. Choices are those of schedule_record.h, against the default order; with them the
 * strategy is not needed, so they mean the same in builds whose strategies draw other numbers.
 */
#ifndef SIM_RUN_REPLAY_H
#define SIM_RUN_REPLAY_H

#include "sim/engine/schedule_record.h"
#include "sim/error.h"
#include "sim/scenario/scenario.h"

#define SIM_REPLAY_VERSION 3
#define SIM_REPLAY_SETTINGS_MAX 64
#define SIM_REPLAY_CHOICES_MAX 1000000 /* delays and answers */

struct sim_replay {
    const char *scenario, *path, *driver, *driver_build, *storsim, *strategy;
    const char *message;
    const char *scenario_text;
    uint64_t scenario_hash, seed, trace_hash;
    enum sim_rule rule;
    uint32_t settings;
    struct sim_setting setting[SIM_REPLAY_SETTINGS_MAX];
    bool by_hand;   /* a read one: it has no checksum */
    bool scheduled; /* the choices are in schedule; otherwise they come from seed and strategy */
    struct sim_schedule schedule; /* a read one: freed by sim_replay_free() */
    char *storage;                /* a read one: holds all text */
};

/* Writes the file whole or not at all (a temporary name, then rename). */
int sim_replay_write(const char *path, const struct sim_replay *replay, struct sim_error *error);

/* "failures/SCENARIO-DRIVER-RULE-SEED.replay", of the finding's own words but for the seed. Two
 * drivers of one name in different folders get different names. */
void sim_replay_name(const struct sim_replay *replay, uint64_t seed, char *out, size_t bytes);

/* Reads a file. Errors, as file:line: no replay file, another version, unknown or missing field,
 * bad value, cut short, not what its checksums say. Free with sim_replay_free(). */
int sim_replay_read(const char *path, struct sim_error *error, struct sim_replay *out);
void sim_replay_free(struct sim_replay *replay);

/* NAME-min.replay for NAME.replay (unchanged when it ends so already). out has bytes. */
void sim_replay_minimal_path(const char *path, char *out, size_t bytes);

#endif
