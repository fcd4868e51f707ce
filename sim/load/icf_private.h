/* sim/load/icf_private.h - private to icf*.c: what an Iometer configuration says. */
#ifndef SIM_LOAD_ICF_PRIVATE_H
#define SIM_LOAD_ICF_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/load/jobs.h"
#include "sim/load/lines.h"
#include "sim/load/workload.h"

#define SIM__ICF_SPECS_MAX 64
#define SIM__ICF_WORKERS_MAX 256
#define SIM__ICF_ASSIGNED_MAX 32
#define SIM__ICF_NAME_MAX 128

struct sim__icf_spec {
    char name[SIM__ICF_NAME_MAX];
    int line;
    bool for_disks; /* assigned to disk workers unless told */
    uint32_t lines, share;
    struct {
        uint64_t field[8];
    } at[SIM_ACCESS_MAX];
};

struct sim__icf_worker {
    int line;
    bool network;
    uint64_t outstanding, size, start, seed; /* sectors */
    uint32_t assigned, targets;
    char name[SIM__ICF_ASSIGNED_MAX][SIM__ICF_NAME_MAX];
    int assigned_line[SIM__ICF_ASSIGNED_MAX];
};

enum sim__icf_steps { SIM__ICF_LINEAR, SIM__ICF_EXPONENTIAL };

struct sim__icf_cycling {
    bool on;
    uint64_t start, end, step;
    enum sim__icf_steps type;
};

struct sim__icf {
    const struct sim_load_place *place;
    struct sim_lines lines;
    struct sim_jobs *out;
    struct sim_notes *notes;
    int key;          /* icf.c's: what the next lines are values of */
    char unknown[80]; /* a key that is none, as it is written */
    bool display;     /* inside of RESULTS DISPLAY */
    uint64_t run_s, ramp_s, default_workers;
    int run_line;
    struct sim__icf_cycling depths, workers_on;
    uint32_t specs, workers;
    struct sim__icf_spec spec[SIM__ICF_SPECS_MAX];
    struct sim__icf_worker worker[SIM__ICF_WORKERS_MAX];
};

/* NULL: there is none of that name. */
const struct sim__icf_spec *sim__icf_spec(const struct sim__icf *r, const char *name);
/* The tests that it asks for, as jobs. Error: too many. */
int sim__icf_tests(struct sim__icf *r);

#endif
