/* models/load/load.h - the load: workers that send I/Os to the disk, in fio's words.
 *
 * What reads return is judged by the check model, which asks here.
 */
#ifndef MODELS_LOAD_LOAD_H
#define MODELS_LOAD_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "models/machine.h"
#include "models/storport/storport_model.h"

struct load;

/* I/Os the application waits for. */
uint32_t load_in_flight(const struct load *load);
/* True when every worker has submitted all it will and nothing is in flight. */
bool load_drained(const struct load *load);

/* The part of the disk that the load touches, and how much of it is under way at once. Fixed at
 * set-up. */
struct load_geometry {
    uint32_t block_bytes;
    uint64_t first_block;   /* of the region that holds every worker's */
    uint64_t blocks;        /* of that region */
    uint32_t unit_blocks;   /* every I/O is whole units, counted from first_block */
    uint32_t in_flight_max; /* I/Os outstanding at once */
    uint32_t requests_max;  /* and requests that carry them, however small the adapter's are */
    uint32_t io_blocks_max; /* blocks of the largest I/O */
    uint64_t ios_max;       /* I/Os of a whole run; 0: no bound */
    bool verify;            /* some workload wants its reads checked */
    bool trims;             /* some workload trims */
};
void load_get_geometry(const struct load *load, struct load_geometry *out);

/* What one logical block of a finished read holds. */
enum load_value_kind {
    LOAD_VALUE_UNCHECKED, /* the workload has verify = no */
    LOAD_VALUE_ZERO,      /* all zeroes, and */
    LOAD_VALUE_ONES,      /* all ones: never written, or taken away */
    LOAD_VALUE_STAMP, /* whole, as written by I/O `io` to block `lba` (which need not be this one)
                       */
    LOAD_VALUE_UNFILLED, /* the buffer still is as it was before the read */
    LOAD_VALUE_DAMAGED,  /* begins as a stamp of (io, lba), and does not go on as one; or is nothing
                            known */
};
struct load_value {
    enum load_value_kind kind;
    uint64_t io, lba; /* of STAMP, and of DAMAGED as far as can be told; 0 else */
};
/* Tells what the read `io` returned, starting at its block number `block`. Returns how many blocks,
 * at most count, hold the same (STAMP: each its own block of the same write). Only while the event
 * IO_DONE of `io` is traced. */
uint32_t load_read_back(const struct load *load, uint64_t io, uint32_t block, uint32_t count,
                        struct load_value *out);

extern const struct sim_model load_model;

#endif
