/* sim/run/signature.h - which bug a finding shows: findings of one rule and one signature are one
 * bug to a reader.
 *
 * "NvmeComplete in HwStorDpcRoutine": the driver's innermost function, and the entry point of the
 * miniport that it ran in. For a data race both accesses, in no order. For driver-hang the
 * outermost function: a loop is inside of it, and where it is stopped is chance. Empty parts are
 * left out: what a checker finds by itself has the empty signature.
 */
#ifndef SIM_RUN_SIGNATURE_H
#define SIM_RUN_SIGNATURE_H

#include "sim/engine/verdict.h"

struct sim_module;

#define SIM_SIGNATURE_BYTES 256

/* module: the driver that was run; NULL: offsets stand for functions. out has SIM_SIGNATURE_BYTES.
 * Returns out. */
char *sim_signature(const struct sim_finding *finding, struct sim_module *module, char *out);

#endif
