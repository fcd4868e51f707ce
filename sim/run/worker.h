/* sim/run/worker.h - a worker process of a sweep, and the messages it exchanges with its parent.
 *
 * A message is two 32-bit numbers, bytes of the rest and enum sim_message, and then the rest (see
 * report.h for how it is packed). The worker reads from standard input and writes to SIM_WORKER_FD.
 * The end of its input is its end.
 */
#ifndef SIM_RUN_WORKER_H
#define SIM_RUN_WORKER_H

#include "sim/run/report.h"
#include "sim/scenario/scenario.h"

#define SIM_WORKER_VERB "worker" /* hidden verb of the command line */
#define SIM_WORKER_FD 3

enum sim_message {
    SIM_MESSAGE_OPEN,   /* to the worker: path, text, number of settings, each name and value */
    SIM_MESSAGE_BATCH,  /* to the worker: struct sim_batch; guided: then for each seed whose load it
                           runs, 0: its own */
    SIM_MESSAGE_OPENED, /* from it: build of the driver */
    SIM_MESSAGE_REFUSED, /* from it: why the scenario or module is unusable */
    SIM_MESSAGE_RESULT,  /* from it: a packed report, in the order of the batch */
};

struct sim_message_head {
    uint32_t bytes, kind;
};

/* Packs an OPEN or BATCH message, head included. */
void sim_message_open(struct sim_bytes *out, const struct sim_scenario *scenario,
                      const struct sim_setting *settings, uint32_t count);
struct sim_batch {
    uint64_t first, count, stride;
    uint64_t samples; /* so many of them with their single I/Os */
    uint64_t covered; /* not 0: collect pairs */
    uint64_t guided;  /* not 0: loads follow */
};
/* load: count numbers when guided, else NULL. */
void sim_message_batch(struct sim_bytes *out, const struct sim_batch *batch, const uint64_t *load);

/* Works until its input ends. Returns the exit status of the process. */
int sim_worker_main(void);

#endif
