/* models/disk/disk.h - the disk class driver: what an application, which is the load, sees of it.
 *
 * It turns I/Os into SRBs, splits and retries them as classpnp does (reference chapter 4.5) and
 * tells how each ended. One disk: the first LUN that the port driver finds.
 */
#ifndef MODELS_DISK_DISK_H
#define MODELS_DISK_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include "models/storport/storport_model.h"

struct disk;

uint64_t disk_blocks(const struct disk *disk); /* 0 until the disk was attached */
uint32_t disk_block_bytes(const struct disk *disk);
bool disk_attached(const struct disk *disk);

/* --- I/Os ------------------------------------------------------------------------------------- */

/* How often a packet was sent again, and may be. */
struct disk_tries {
    uint16_t made;
    uint16_t left, time_outs_left;
    uint16_t timed_out; /* once at least */
};

/* A request that carries an I/O, or a part of it. The class driver's own. */
struct disk_packet {
    struct sp_request request;
    struct disk_io *io;
    struct disk_packet *next; /* of the same I/O, or of the spare ones */
    uint64_t lba;
    struct disk_tries tries;
    uint32_t cpu;           /* that the retry is sent on */
    struct sim_event event; /* end of the wait before a retry */
    struct nt_dpc dpc;      /* sends the retry */
};

/* An I/O, in the core zone, with the packet that carries it; embedded by its owner in what he wants
 * to know about it, and used again and again. Packets, and so SRBs and their addresses, stay with
 * it; only an I/O that has to be split takes more, from a pool. */
struct disk_io {
    struct disk_packet packet; /* request.op and request.data are filled by the owner */
    uint64_t lba;              /* filled by the owner */
    uint32_t blocks;           /* the same; 0 for a flush */
    bool fua;                  /* the same: a write that no loss of power takes, once it ended */
    /* the class driver's */
    uint16_t retries; /* of all its packets */
    uint8_t error;    /* the first that a packet had */
    uint32_t parts;   /* packets under way */
    struct disk *disk;
    struct disk_io *next; /* among those that wait for packets */
};

/* Serial of the I/O, in traces and checkers. */
static inline uint64_t disk_io_serial(const struct disk_io *io)
{
    return io->packet.request.io;
}

/* Who sends I/Os. Set once, at set-up. */
struct disk_load {
    void *ctx;
    uint32_t slots;         /* SRB slots 0 .. slots - 1 are the load's */
    uint32_t requests_max;  /* requests under way, however small the adapter's are */
    uint32_t io_blocks_max; /* of the largest I/O */
    uint64_t end_block;     /* the disk must be so large */
    /* Packets beyond one for each I/O that may be under way when requests have at most so many
     * blocks. */
    uint32_t (*spares)(void *ctx, uint32_t packet_blocks);
    /* An I/O has ended for good, in a DPC; error 0 or an SRB status. May send again at once. */
    void (*done)(void *ctx, struct disk_io *io, uint8_t error);
};
void disk_set_load(struct disk *disk, const struct disk_load *load);

/* Prepares an I/O, zeroed by its owner, for a slot of the load's. */
void disk_io_init(struct disk *disk, struct disk_io *io, void *data, uint32_t slot);
/* Gives it the next serial number. */
void disk_io_number(struct disk *disk, struct disk_io *io);
/* Sends it. IRQL at most DISPATCH. */
void disk_io_send(struct disk *disk, struct disk_io *io);

extern const struct sim_model disk_model;

#endif
