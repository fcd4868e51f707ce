/* sim/explain/units.h - numbers as people read them. Every function writes to out and returns it.
 */
#ifndef SIM_EXPLAIN_UNITS_H
#define SIM_EXPLAIN_UNITS_H

#include <stdint.h>

#include "sim/engine/time.h"

#define SIM_UNITS_BYTES 40

/* A span of time, three digits: "412 us", "1.25 s", "2 min 5 s". Negative: "-". */
char *sim_text_span(char *out, sim_ns ns);
/* A point in time with microseconds: "10.000 412 s". */
char *sim_text_time(char *out, sim_ns at);
/* The same with nanoseconds, without the unit: "10.000 412 007". */
char *sim_text_exact(char *out, sim_ns at);
/* A count with thousands apart: "12,345". */
char *sim_text_count(char *out, uint64_t count);

#endif
