/* models/load/mix.h - what the next I/O of a worker that is not plain is: direction, size, place.
 *
 * Splits and ranges of sizes, alignment, distributions, random maps, trims, and access
 * specifications. Places are counted in the workload's unit, from the worker's first byte.
 */
#ifndef MODELS_LOAD_MIX_H
#define MODELS_LOAD_MIX_H

#include "models/load/bits.h"
#include "models/load/claims.h"
#include "models/load/skew.h"
#include "sim/load/workload.h"

/* What to do, and where. */
struct load_next {
    enum sim_direction direction;
    uint64_t unit;
    uint32_t units;
    bool counts; /* towards number_ios and io_size: not the trim of a trim and write */
};

struct load_mix {
    const struct sim_workload *w;
    uint64_t units; /* of the region */
    struct load_claims claims;
    struct load_bits map;  /* random_map */
    struct load_skew skew; /* a distribution that is not uniform: places of the least alignment */
    /* of the run */
    uint64_t next; /* of a sequential walk */
    struct load_next trimmed;
    bool write_owed;           /* what was trimmed is to be written */
    uint32_t line, burst_left; /* of an access specification */
    bool drawn;                /* the following is chosen and has found no place yet */
    enum sim_direction direction;
    uint32_t size;
    bool random;
};

/* bytes: of the worker's region. depth: I/Os outstanding at once. */
void load__mix_init(struct load_mix *mix, const struct sim_workload *w, uint64_t bytes,
                    uint32_t depth);
void load__mix_begin(struct load_mix *mix, struct sim_stream *st);
/* Chooses and claims. False when everything is in the way of those under way: the same again when
 * one has ended. */
bool load__mix_next(struct load_mix *mix, struct sim_stream *st, struct load_next *out);
void load__mix_release(struct load_mix *mix, enum sim_direction direction, uint64_t unit,
                       uint32_t units);
/* The line of the access specification that the latest I/O was drawn by; NULL without one. */
const struct sim_access_line *load__mix_line(const struct load_mix *mix);
/* The latest I/O was the last of its burst. */
bool load__mix_burst_over(const struct load_mix *mix);
/* Claims what somebody else chose, if nothing is in its way. */
bool load__mix_claim(struct load_mix *mix, enum sim_direction direction, uint64_t unit,
                     uint32_t units);

#endif
