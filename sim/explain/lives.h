/* sim/explain/lives.h - what a trace says about every SRB, and about the machine at its end.
 *
 * Fed with the records of one run in their order. It follows each SRB from its queue to its return
 * and keeps what a bug check's dump would show: queues, DPCs, locks, holds. It knows what the trace
 * tells and nothing of the driver's own lists: 'outstanding' is what HwStorStartIo received and
 * RequestComplete did not give back.
 */
#ifndef SIM_EXPLAIN_LIVES_H
#define SIM_EXPLAIN_LIVES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/engine/trace.h"

/* Where the driver was when a record was made; see sim/engine/stack.h. */
#define SIM_PLACE_FRAMES 4
struct sim_place {
    uint32_t frames;
    uint64_t frame[SIM_PLACE_FRAMES]; /* offsets into the module, innermost first */
    const char *routine;              /* Storport routine it called, or NULL */
};

/* Stations of an SRB, in their usual order. */
enum sim_station {
    SIM_AT_QUEUE,
    SIM_AT_BUILD,
    SIM_AT_START,
    SIM_AT_DOORBELL,
    SIM_AT_FETCH,
    SIM_AT_POST,  /* its completion entry was written */
    SIM_AT_LOST,  /* the controller dropped its command */
    SIM_AT_DONE,  /* completed by the driver */
    SIM_AT_AGAIN, /* completed once more */
    SIM_AT_RETURN,
    SIM_STATIONS
};

struct sim_life {
    uint64_t srb, io, lba;
    uint64_t function, cdb, status;
    uint16_t sq, cid;
    bool known_lba, sent;
    struct {
        sim_ns at; /* -1: not reached */
        uint8_t cpu;
        struct sim_place place;
    } station[SIM_STATIONS];
};

#define SIM_STATE_QUEUES 64
#define SIM_STATE_LOCKS 16
#define SIM_STATE_DPCS 32

struct sim_ring {
    bool used;
    uint32_t tail, head;       /* of the submission queue, as doorbell and controller said */
    uint32_t cq_head, cq_free; /* as the doorbell said; entries posted and not yet released */
};

struct sim_lives {
    struct sim_life *life;
    uint32_t lives, room;
    struct {
        uint64_t io, lba;
        sim_ns at;
        uint8_t op;
    } * io;
    uint32_t ios, io_room;
    struct sim_ring ring[SIM_STATE_QUEUES];
    struct {
        uint64_t lock;
        uint8_t cpu;
    } held[SIM_STATE_LOCKS];
    uint32_t helds;
    struct {
        uint64_t dpc;
        uint32_t cpu;
    } queued[SIM_STATE_DPCS];
    uint32_t queueds;
    uint64_t pauses;
    bool busy, in_reset;
    int8_t enabled, ready; /* CC.EN, CSTS.RDY; -1: not seen to change */
    uint32_t faults_on;    /* bit for each fault that is under way */
    uint64_t submitted;    /* I/Os of the application */
};

void sim_lives_init(struct sim_lives *lives);
void sim_lives_free(struct sim_lives *lives);

/* Takes the next record. place: where the driver was. */
void sim_lives_add(struct sim_lives *lives, const struct sim_record *record,
                   const struct sim_place *place);

/* The SRB of this serial number, or NULL. */
const struct sim_life *sim_life(const struct sim_lives *lives, uint64_t srb);
/* True between HwStorStartIo and RequestComplete. */
bool sim_life_outstanding(const struct sim_life *life);

#endif
