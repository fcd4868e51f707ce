/* models/check/integrity_private.h - PRIVATE to data_integrity.c and durable.c: what is remembered
 * of writes.
 */
#ifndef MODELS_CHECK_INTEGRITY_PRIVATE_H
#define MODELS_CHECK_INTEGRITY_PRIVATE_H

#include "models/check/check_private.h"

/* The latest acknowledged write of a unit, by order of submission. */
struct check_unit {
    uint64_t floor; /* seq of its submission; 0: none yet */
    uint64_t io;
};

struct check_end {
    uint64_t io, seq;
};

struct check_integrity {
    uint64_t seq;
    uint64_t units;
    struct check_unit *unit; /* page zone: only what is written costs at a restore */
    uint64_t *trimmed; /* seq of the latest end of a trim, for each unit; NULL: nobody trims */
    uint32_t trims;    /* under way */
    uint32_t ends_mask;
    struct check_end *ends;        /* of writes, by I/O */
    uint64_t forgotten_seq;        /* latest end that left the ring */
    uint32_t per_read;             /* units of the largest I/O */
    struct check_unit *floors;     /* per_read for each I/O that may be under way */
    uint32_t *spare, spares;       /* records of floors that are not in use */
    struct check_durable *durable; /* NULL: power does not fail */
};

static inline uint64_t check__unit_of(const struct check *check, uint64_t lba)
{
    return (lba - check->geometry.first_block) / check->geometry.unit_blocks;
}

/* --- durable.c; only where power can fail --- */
void check__durable_setup(struct check *check);
/* A write of this unit was acknowledged now. */
void check__durable_acknowledged(struct check *check, uint64_t unit, const struct check_unit *write,
                                 bool fua);
/* A flush ended well. */
void check__durable_flushed(struct check *check, const struct check_io *flush);
/* False for a write that was in flight when power failed: it may be lost though acknowledged. */
bool check__durable_relies_on(const struct check *check, const struct check_io *io);

#endif
