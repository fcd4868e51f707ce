/* sim/run/result_private.h - private to sim/run: around a run, figures and samples are cleared and
 * collected. */
#ifndef SIM_RUN_RESULT_PRIVATE_H
#define SIM_RUN_RESULT_PRIVATE_H

#include "sim/run/result.h"

void sim__result_begin(void);
/* The same before a boot, whose event log and unmodelled calls every later run begins with, once it
 * has ended. */
void sim__result_begin_boot(void);
void sim__result_end_boot(void);
/* Fills figure, latency, samples, sample, logged, log and unmodelled of out. */
void sim__result_end(struct sim_result *out);

#endif
