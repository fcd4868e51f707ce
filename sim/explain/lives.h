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
    SIM_AT_TAKEN, /* the driver released its completion entry */
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
    bool gone;       /* the controller forgot its queue while the command or its entry was there */
    uint64_t posted; /* its completion entry was the queue's number so, from 0 */
    struct {
        sim_ns at; /* -1: not reached */
        uint8_t cpu;
        struct sim_place place;
    } station[SIM_STATIONS];
};

#define SIM_STATE_QUEUES 64
#define SIM_STATE_LOCKS 16
#define SIM_STATE_DPCS 32

/* A submission queue and the completion queue of the same number. */
struct sim_ring {
    bool used;
    uint32_t tail, head;       /* of the submission queue, as doorbell and controller said */
    uint32_t cqid;             /* where its completions go */
    uint32_t cq_entries;       /* 0: not known */
    uint32_t cq_head;          /* as the doorbell said */
    uint64_t posted, released; /* entries since it was created; the doorbell went past released */
};

/* Where an I/O of the application is. */
enum sim_io_at { SIM_IO_CLASS, SIM_IO_QUEUED, SIM_IO_SRB, SIM_IO_DONE };

/* Where an SRB is that HwStorStartIo has received and nobody completed. */
enum sim_where {
    SIM_IN_STARTIO,   /* with the driver; no doorbell was rung for it */
    SIM_IN_SQ,        /* the controller has not fetched it */
    SIM_IN_SQ_GONE,   /* nor ever will: the queue is gone */
    SIM_IN_DEVICE,    /* fetched */
    SIM_IN_NO_DEVICE, /* the controller dropped its command */
    SIM_IN_CQ,        /* its completion entry was not taken */
    SIM_IN_CQ_GONE,   /* nor ever will: the queue is gone */
    SIM_IN_DRIVER,    /* the driver took the entry, and did not complete the SRB */
    SIM_WHERES
};

struct sim_lives {
    struct sim_life *life;
    uint32_t lives, room;
    uint32_t oldest; /* those before it have come back */
    struct {
        uint64_t io, lba;
        sim_ns at; /* when it entered the port driver's queue last; -1: never */
        uint8_t op;
        uint8_t where; /* enum sim_io_at */
        bool split;    /* into several requests */
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

/* The machine is as another life left it: queues, controller, holds. Requests are not taken over.
 * Before the first record. */
void sim_lives_go_on(struct sim_lives *lives, const struct sim_lives *from);

/* Takes the next record. place: where the driver was. */
void sim_lives_add(struct sim_lives *lives, const struct sim_record *record,
                   const struct sim_place *place);

/* The SRB of this serial number, or NULL. */
const struct sim_life *sim_life(const struct sim_lives *lives, uint64_t srb);
/* True between HwStorStartIo and RequestComplete. */
bool sim_life_outstanding(const struct sim_life *life);
/* Where one that is outstanding is. */
enum sim_where sim_life_where(const struct sim_life *life);

#endif
