/* sim/engine/witness.h - every access to one granule (8 bytes) of memory, as records for a sink.
 *
 * For stories: a data race is found at the second of two accesses; run once more with a witness,
 * the first can be told, too. The records (ACCESS) go to the sink of the trace and nowhere else, so
 * the trace hash is the same with and without. A witness survives restoring the world.
 */
#ifndef SIM_ENGINE_WITNESS_H
#define SIM_ENGINE_WITNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_race;

/* From now on every access, of the driver's and of the device's, to the memory that the race is
 * about is told to the sink, after it happened; NULL ends it. race is copied. */
void sim_witness(const struct sim_race *race);

/* For points.c and race.c, while SIM__WATCH_WITNESS is set. pc: where the access returns to; 0: the
 * device's. */
void sim__witness_access(uintptr_t addr, size_t bytes, bool write, uintptr_t pc);

#endif
