/* models/disk/disk.h - the disk class driver and the load that runs on it.
 *
 * Workers submit I/Os in fio's words; the class driver turns them into SRBs, retries as classpnp
 * does (reference chapter 4.5) and tells how each I/O ended. What reads return is judged by the
 * check model, which asks here.
 */
#ifndef MODELS_DISK_DISK_H
#define MODELS_DISK_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include "models/storport/storport_model.h"

struct disk;

uint64_t disk_blocks(const struct disk *disk); /* 0 until the disk was attached */
uint32_t disk_block_bytes(const struct disk *disk);
/* I/Os the application waits for. */
uint32_t disk_in_flight(const struct disk *disk);
/* True when every worker has submitted all it will and nothing is in flight. */
bool disk_drained(const struct disk *disk);

/* The part of the disk that the load touches, and how much of it is under way at once. Fixed at
 * set-up. */
struct disk_geometry {
    uint32_t block_bytes;
    uint64_t first_block;   /* of the region that holds every worker's */
    uint64_t blocks;        /* of that region */
    uint32_t unit_blocks;   /* every I/O is whole units, counted from first_block */
    uint32_t in_flight_max; /* I/Os outstanding at once */
    uint32_t requests_max;  /* and requests that carry them, however small the adapter's are */
    uint32_t io_blocks_max; /* blocks of the largest I/O */
    uint64_t ios_max;       /* I/Os of a whole run; 0: no bound */
    bool verify;            /* some workload wants its reads checked */
};
void disk_get_geometry(const struct disk *disk, struct disk_geometry *out);

/* What one logical block of a finished read holds. */
enum disk_value_kind {
    DISK_VALUE_UNCHECKED, /* the workload has verify = no */
    DISK_VALUE_ZERO,      /* never written */
    DISK_VALUE_STAMP, /* whole, as written by I/O `io` to block `lba` (which need not be this one)
                       */
    DISK_VALUE_UNFILLED, /* the buffer still is as it was before the read */
    DISK_VALUE_DAMAGED,  /* begins as a stamp of (io, lba), and does not go on as one; or is nothing
                            known */
};
struct disk_value {
    enum disk_value_kind kind;
    uint64_t io, lba; /* of STAMP, and of DAMAGED as far as can be told; 0 else */
};
/* Tells what the read `io` returned, starting at its block number `block`. Returns how many blocks,
 * at most count, hold the same (STAMP: each its own block of the same write). Only while the event
 * IO_DONE of `io` is traced. */
uint32_t disk_read_back(const struct disk *disk, uint64_t io, uint32_t block, uint32_t count,
                        struct disk_value *out);

extern const struct sim_model disk_model;

#endif
