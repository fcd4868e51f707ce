/* sim/engine/time.h - virtual time.
 *
 * Time is a whole number of nanoseconds since the simulated machine was switched on. It is signed
 * so that differences are ordinary arithmetic. Nothing in storsim reads a wall clock to decide
 * anything.
 */
#ifndef SIM_ENGINE_TIME_H
#define SIM_ENGINE_TIME_H

#include <stdint.h>

/* A point in virtual time, or a span of it; unit: nanoseconds. 2^63 ns are 292 years. */
typedef int64_t sim_ns;

#define SIM_US ((sim_ns)1000)
#define SIM_MS ((sim_ns)1000 * SIM_US)
#define SIM_S ((sim_ns)1000 * SIM_MS)

/* Later than every event; used as 'no deadline'. */
#define SIM_NEVER INT64_MAX

#endif
