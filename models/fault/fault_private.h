/* models/fault/fault_private.h - PRIVATE to models/fault/: the state of the engine.
 *
 *   fault        arming, counting occasions, strikes, ends
 *   watch        occasions that trace events show: I/Os, phases of a bus reset
 *   fault_model  the part of a scenario's machine
 */
#ifndef MODELS_FAULT_FAULT_PRIVATE_H
#define MODELS_FAULT_FAULT_PRIVATE_H

#include "models/fault/fault.h"

#define FAULT_NAME_MAX 64

/* A fault with all that decides when it strikes. */
struct fault_entry {
    struct fault fault; /* first: an action's fault is found again by its address */
    struct faults *engine;
    /* as the scenario has it */
    enum sim_fault_trigger on;
    enum sim_fault_kind kind;
    bool from_boot, at_once;
    int32_t of; /* the other fault's number; -1: none */
    int64_t queue, lba, blocks, vector;
    uint32_t opcode; /* 0: any; else row + 1 of fault_opcodes.def */
    uint32_t detail;
    sim_ns at, spread, period, duration;
    uint64_t nth, every, times, uses;
    enum sim_fault_until until;
    char stream[FAULT_NAME_MAX]; /* name of `chance` */
    /* of the run */
    struct sim_stream chance;
    uint32_t ppm; /* probability, after the swarm's draw */
    uint64_t seen, struck;
    bool armed, active;
    struct sim_event due, over;
};

struct watch {
    bool recovering; /* HwStorResetBus was entered, no I/O has succeeded since it returned */
    bool returned;
};

struct faults {
    uint32_t watched; /* by trigger: somebody armed waits for it. First: see fault_watched() */
    uint32_t count;
    struct sim *sim;
    const struct sim_scenario *scenario;
    struct sim_stream when; /* when faults of the device begin, in the order of their sections */
    sim_ns heal_at;         /* after the start of the load; 0: never */
    struct sim_event heal;
    bool swarm, healed;
    struct watch watch;
    struct fault_server server[SIM_FAULT_ACTIONS];
    struct fault_entry entry[FAULTS_MAX];
};

/* watch.c: subscribes to what the scenario's faults wait for; at set-up. */
void fault__watch(struct faults *faults);

#endif
