/* sim/explore/explore.h - every schedule with at most K delays, each counted once.
 *
 * A delay: an agent that stops at one of its points, or sleeps, acts `hold` later than it would
 * have. Emmi, Qadeer and Rakamaric, Delay-Bounded Scheduling (POPL 2011): the default order with
 * few delays has most bugs. Schedules are walked depth first: the prefix is replayed, and the last
 * delay that can still be moved to a later place is moved. What must be kept is K numbers.
 *
 * Reduction: an agent held up before an access that nobody else's access conflicts with within
 * `hold` does the same as one that is held up before its next point, so only the latter is tried.
 * Accesses conflict when two agents touch the same 8 bytes, one of them writes, and they lie no
 * more than `hold` apart. Which memory that happens to is learned: when a run shows memory that was
 * not known to be of this kind, counting begins again with it. At the end, no run contradicts what
 * was left out. Calls of routines, registers, locks, sleeps, and memory that the device can reach
 * are never left out.
 *
 * Not explored: delays of other lengths, answers of sim_choose() other than 0, other seeds. Left
 * out for exactly the same order of actions may be times that differ by the nanosecond by which two
 * agents give way to each other.
 *
 * One explorer a process. Nothing here is part of the world.
 */
#ifndef SIM_EXPLORE_EXPLORE_H
#define SIM_EXPLORE_EXPLORE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/engine/schedule_record.h"
#include "sim/error.h"

#define SIM_EXPLORE_PREEMPTIONS_MAX 8

struct sim_module;

struct sim_explore_config {
    uint32_t preemptions; /* K: 0 .. SIM_EXPLORE_PREEMPTIONS_MAX */
    sim_ns hold_ns;       /* length of a delay, more than 0 */
    bool reduce;
    struct sim_module *module; /* the driver; NULL in tests without one */
    sim_ns from;               /* of virtual time: no delays before it */
};

/* Restores the world and runs it once, with this strategy and always the same seed. True: a rule
 * was violated. */
typedef bool (*sim_explore_fn)(const struct sim_strategy *strategy, void *ctx);

enum sim_explore_step {
    SIM_EXPLORE_MORE,  /* no violation, and there are more schedules */
    SIM_EXPLORE_DONE,  /* that was the last one: none of them violates a rule */
    SIM_EXPLORE_FOUND, /* a violation; the schedule is in sim_explore_schedule() */
};

struct sim_explore_figures {
    uint64_t schedules;  /* run in this count; when it is done, all within K */
    uint64_t runs;       /* all, those of earlier counts and of learning included */
    uint64_t places;     /* where the default order could be delayed */
    uint64_t places_all; /* without reduction */
    uint32_t shared;     /* groups of 8 bytes that agents share */
    uint32_t counts;     /* how often counting began */
    double expected;     /* schedules within K, estimated from the default order */
    double done;         /* share of them, 0 .. 1, estimated */
};

struct sim_explorer;

/* With reduction, learns what is shared from some runs with delays at random. */
struct sim_explorer *sim_explore_create(const struct sim_explore_config *config, sim_explore_fn fn,
                                        void *ctx);
void sim_explore_free(struct sim_explorer *explorer);

/* Runs the next schedule. After DONE or FOUND it says the same again. */
enum sim_explore_step sim_explore_step(struct sim_explorer *explorer);

void sim_explore_figures(const struct sim_explorer *explorer, struct sim_explore_figures *out);

/* The schedule of the last run, in full: replay makes that run again. Valid until the next step. */
const struct sim_schedule *sim_explore_schedule(const struct sim_explorer *explorer);

/* For the one who runs, while a run goes on: no delays from here to its end. */
void sim_explore_close(void);

/* Where the walk is, as lines of text, and back to it. Reading: negative with error text when the
 * text is cut short or is of another configuration; name and *line say where, and *line counts on.
 */
void sim_explore_save(const struct sim_explorer *explorer, FILE *file);
int sim_explore_load(struct sim_explorer *explorer, FILE *file, const char *name, int *line,
                     struct sim_error *error);

#endif
