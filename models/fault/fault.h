/* models/fault/fault.h - faults and events of a scenario: when each strikes, and who makes it real.
 *
 * A [fault NAME] is a trigger, an action, and what ends it. This engine counts occasions and time;
 * it knows no device. A model offers its actions at set-up (fault_serve) and shows its occasions
 * (fault_here); the vocabulary of both is in sim/scenario/fault_actions.def and fault_triggers.def.
 *
 * Faults lie over pristine state: end() takes a lasting one back, check.heal ends them all, and a
 * seed that draws none behaves as if there were no sections.
 */
#ifndef MODELS_FAULT_FAULT_H
#define MODELS_FAULT_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/engine/model.h"
#include "sim/engine/sim.h"
#include "sim/scenario/faults.h"
#include "sim/scenario/scenario.h"

#define FAULTS_MAX 32

/* Something that a fault may wait for, as the model that sees it describes it. */
struct fault_occasion {
    enum sim_fault_trigger on;
    uint32_t queue; /* command and completion queues: 0 is the admin queue */
    uint8_t opcode; /* of the command */
    bool has_lba;   /* it touches blocks lba .. lba + blocks - 1 */
    uint64_t lba;
    uint32_t blocks;
    uint32_t detail; /* phase of a reset, register, ring: as the trigger's key numbers them */
    /* What an action of this occasion changes; its type goes with the trigger. NULL for a fault
     * that strikes later than its occasion. */
    void *subject;
};

/* One [fault NAME], as actions see it. Valid as long as the world. */
struct fault {
    uint32_t number; /* index of its section: argument of FAULT_ON, FAULT_OFF and FAULT_HIT */
    const struct sim_section *section; /* for the keys of the action: sim_section_opt() */
    enum sim_fault_action action;
    bool ends_with_reset; /* until = reset */
    uint64_t used;        /* see fault_used() */
};

/* Makes one action real. Must not wait and must not pass points. Called in an event of its own, at
 * the time of the occasion or later; an action that happens to its occasion, or that says at_once,
 * is called from where the occasion was shown, in the middle of whatever goes on there. */
struct fault_server {
    /* It strikes. occasion: NULL when it strikes by time, or later than its occasion. */
    void (*begin)(void *ctx, const struct fault *fault, const struct fault_occasion *occasion);
    /* A lasting one ends: by a reset of the controller, by time, by uses, or healed. */
    void (*end)(void *ctx, const struct fault *fault);
    void *ctx;
    bool at_once;
};

struct faults;

/* An engine for the scenario's [fault] sections; reads them when it is armed. */
struct faults *faults_create(struct sim *sim, const struct sim_scenario *scenario);
/* The machine's; creates it when asked first. For the set-up of models. */
struct faults *faults_of(struct sim_machine *machine);

/* Copied. Once for each action; at set-up. */
void fault_serve(struct faults *faults, enum sim_fault_action action,
                 const struct fault_server *server);

/* The same for several that one part of a model serves. ctx: of all of them. */
struct fault_service {
    enum sim_fault_action action;
    struct fault_server server; /* without its ctx */
};
void fault_serve_all(struct faults *faults, const struct fault_service *service, size_t count,
                     void *ctx);

/* Arms what counts from the start of the driver (faults_boot, after set-up) or of the load
 * (faults_start, when a run begins): draws what the seed decides, counts from 0. Negative with
 * error text when a scenario asks for an action that nobody here serves, or for too many faults. */
int faults_boot(struct faults *faults, struct sim_error *error);
void faults_start(struct faults *faults);

/* True when somebody waits for such an occasion: the one test on a hot path. */
static inline bool fault_watched(const struct faults *faults, enum sim_fault_trigger on)
{
    return SIM_UNLIKELY(*(const uint32_t *)faults >> on & 1); /* the first word of the engine */
}
/* An occasion: faults that waited for it strike, some of them before it returns. */
void fault_here(struct faults *faults, const struct fault_occasion *occasion);

/* A controller reset is complete: ends what until = reset says. */
void faults_reset_done(struct faults *faults);
/* A lasting fault had its effect once more; until = uses ends it when that was the last time. */
void fault_used(struct faults *faults, const struct fault *fault);
/* All lasting faults end, none begins any more. Events of the host still come. */
void faults_heal(struct faults *faults);

/* Events of the host that will come by time: a run does not end before them. */
bool faults_awaited(const struct faults *faults);

extern const struct sim_model fault_model;

#endif
