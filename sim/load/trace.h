/* sim/load/trace.h - I/Os recorded elsewhere: a CSV of time, op, offset and size.
 *
 *   time,op,offset,size
 *   0.000125,read,4096,8k
 *   130us,write,1m,4096
 *   200us,flush
 *
 * The first line may name the columns, in any order; others are ignored with a warning. A time has
 * a unit or is in seconds; time_ns, time_us, time_ms and time_s in the first line say another one.
 * An op is read, write, trim (unmap, discard) or flush, or its first letter.
 */
#ifndef SIM_LOAD_TRACE_H
#define SIM_LOAD_TRACE_H

#include "sim/load/jobs.h"
#include "sim/load/workload.h"

#define SIM_TRACE_IOS_MAX 1000000

struct sim_io_trace {
    uint32_t ios;
    struct sim_trace_io *io; /* malloc()ed; NULL: none */
    uint64_t end;            /* of the highest one, in bytes */
};

/* A pure function of the bytes. Errors, as NAME:LINE: no number, unknown op, no whole blocks,
 * beyond the namespace, time that goes back, too many. */
int sim_trace_read(const struct sim_load_place *place, const char *bytes, size_t length,
                   struct sim_io_trace *out, struct sim_notes *notes, struct sim_error *error);
/* What it filled; also after an error. */
void sim_trace_free(struct sim_io_trace *trace);

#endif
