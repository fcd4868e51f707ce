/* sim/run/result_private.h - private to sim/run: around a run, figures and samples are cleared and
 * collected. */
#ifndef SIM_RUN_RESULT_PRIVATE_H
#define SIM_RUN_RESULT_PRIVATE_H

#include "sim/run/result.h"

void sim__result_begin(void);
/* Fills figure, latency, samples and sample of out. */
void sim__result_end(struct sim_result *out);

#endif
