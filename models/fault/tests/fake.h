/* models/fault/tests/fake.h - an engine without a machine: servers that count, occasions made up.
 */
#ifndef MODELS_FAULT_TESTS_FAKE_H
#define MODELS_FAULT_TESTS_FAKE_H

#include <check.h>

#include "models/fault/fault_private.h"

#define FAKE_SEEN_MAX 256

extern struct fake {
    struct sim *sim;
    struct sim_scenario *scenario;
    struct faults *faults;
    struct sim_error error;
    /* what the servers were told, by number of the fault */
    uint32_t begun[FAULTS_MAX], ended[FAULTS_MAX];
    sim_ns begun_at[FAKE_SEEN_MAX]; /* of all, in order */
    uint32_t begun_count;
    const void *subject;           /* of the latest; NULL when it came without an occasion */
    uint32_t traced[SIM_EV_COUNT]; /* events */
    struct sim_record last[SIM_EV_COUNT];
} fake;

void fake_setup(void);
void fake_teardown(void);
/* Reads a scenario made of these sections, and a workload; every action is served. 0, or negative
 * with fake.error. */
int fake_build(const char *sections);
/* Begins a run of this seed; the world is that of fake_build(), all counts are 0. */
void fake_begin(uint64_t seed);
/* Lets so much virtual time pass. */
void fake_run(sim_ns ns);
/* Both, for a scenario that is right, and seed 1. */
void fake_start(const char *sections);
/* An I/O command, fetched by queue 1; lba 100, 8 blocks. */
struct fault_occasion fake_command(uint8_t opcode);

#endif
