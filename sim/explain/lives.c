/* sim/explain/lives.c - what a trace says about every SRB, and about the machine at its end.
 *
 * A trace names commands by queue and identifier, SRBs by serial number. The two meet at the
 * doorbell: what HwStorStartIo rings on a CPU belongs to the SRB it is working on there; and at the
 * fetch, where the block address decides when several could be meant.
 */
#include "sim/explain/lives.h"

#include <stdlib.h>
#include <string.h>

#include "sim/engine/sim_assert.h"

void sim_lives_init(struct sim_lives *lives)
{
    memset(lives, 0, sizeof(*lives));
    lives->enabled = lives->ready = -1;
}

void sim_lives_free(struct sim_lives *lives)
{
    free(lives->life);
    free(lives->io);
    sim_lives_init(lives);
}

void sim_lives_go_on(struct sim_lives *lives, const struct sim_lives *from)
{
    memcpy(lives->ring, from->ring, sizeof(lives->ring));
    lives->pauses = from->pauses;
    lives->busy = from->busy;
    lives->enabled = from->enabled;
    lives->ready = from->ready;
}

static struct sim_life *find(const struct sim_lives *lives, uint64_t srb)
{
    for (uint32_t i = lives->lives; i > 0; i--) {
        if (lives->life[i - 1].srb == srb)
            return &lives->life[i - 1];
    }
    return NULL;
}

const struct sim_life *sim_life(const struct sim_lives *lives, uint64_t srb)
{
    return find(lives, srb);
}

bool sim_life_outstanding(const struct sim_life *life)
{
    return life->station[SIM_AT_START].at >= 0 && life->station[SIM_AT_DONE].at < 0;
}

/* The first that has not come back: there may be very many that have. */
static uint32_t oldest(struct sim_lives *lives)
{
    while (lives->oldest < lives->lives &&
           lives->life[lives->oldest].station[SIM_AT_RETURN].at >= 0)
        lives->oldest++;
    return lives->oldest;
}

/* The completion queue of a submission queue. */
static uint32_t cq_of(const struct sim_lives *lives, uint32_t sq)
{
    const struct sim_ring *ring = &lives->ring[sq < SIM_STATE_QUEUES ? sq : SIM_STATE_QUEUES - 1];

    return ring->cqid < SIM_STATE_QUEUES ? ring->cqid : SIM_STATE_QUEUES - 1;
}

enum sim_where sim_life_where(const struct sim_life *life)
{
    if (life->station[SIM_AT_DOORBELL].at < 0)
        return SIM_IN_STARTIO;
    if (life->station[SIM_AT_LOST].at >= 0)
        return SIM_IN_NO_DEVICE;
    if (!life->sent)
        return life->gone ? SIM_IN_SQ_GONE : SIM_IN_SQ;
    if (life->station[SIM_AT_POST].at < 0)
        return SIM_IN_DEVICE;
    if (life->station[SIM_AT_TAKEN].at >= 0)
        return SIM_IN_DRIVER;
    return life->gone ? SIM_IN_CQ_GONE : SIM_IN_CQ;
}

static void reach(struct sim_life *life, enum sim_station station, const struct sim_record *r,
                  const struct sim_place *place)
{
    if (life == NULL)
        return;
    life->station[station].at = r->at;
    life->station[station].cpu = r->cpu;
    life->station[station].place = *place;
}

/* --- the application's I/O
 * -------------------------------------------------------------------- */

static void io_add(struct sim_lives *lives, const struct sim_record *r)
{
    if (lives->ios == lives->io_room) {
        lives->io_room = lives->io_room * 2 + 64;
        lives->io = realloc(lives->io, lives->io_room * sizeof(*lives->io));
        SIM_ASSERT(lives->io != NULL);
    }
    lives->io[lives->ios].io = r->arg[0];
    lives->io[lives->ios].op = (uint8_t)r->arg[1];
    lives->io[lives->ios].lba = r->arg[2];
    lives->io[lives->ios].at = -1;
    lives->io[lives->ios].where = SIM_IO_CLASS;
    lives->io[lives->ios].split = false;
    lives->ios++;
    lives->submitted++;
}

/* Which of its requests begins at the I/O's block cannot be told any more. */
static void io_split(struct sim_lives *lives, const struct sim_record *r)
{
    for (uint32_t i = lives->ios; i > 0; i--) {
        if (lives->io[i - 1].io == r->arg[0]) {
            lives->io[i - 1].split = true;
            return;
        }
    }
}

/* at: when it happened, if it entered the port driver's queue. */
static void io_moved(struct sim_lives *lives, uint64_t io, enum sim_io_at where, sim_ns at)
{
    for (uint32_t i = lives->ios; i > 0; i--) {
        if (lives->io[i - 1].io != io)
            continue;
        if (where == SIM_IO_QUEUED)
            lives->io[i - 1].at = at;
        lives->io[i - 1].where = (uint8_t)where;
        return;
    }
}

/* --- SRBs
 * ------------------------------------------------------------------------------------- */

static void life_begin(struct sim_lives *lives, const struct sim_record *r,
                       const struct sim_place *place)
{
    struct sim_life *life;

    if (lives->lives == lives->room) {
        lives->room = lives->room * 2 + 64;
        lives->life = realloc(lives->life, lives->room * sizeof(*lives->life));
        SIM_ASSERT(lives->life != NULL);
    }
    life = &lives->life[lives->lives++];
    *life = (struct sim_life){
        .srb = r->arg[0], .io = r->arg[1], .function = r->arg[2], .cdb = r->arg[3]};
    for (int i = 0; i < SIM_STATIONS; i++)
        life->station[i].at = -1;
    reach(life, SIM_AT_BUILD, r, place);
    for (uint32_t i = lives->ios; i > 0 && life->function == 0; i--) {
        if (lives->io[i - 1].io != life->io)
            continue;
        life->lba = lives->io[i - 1].lba;
        life->known_lba = !lives->io[i - 1].split;
        life->station[SIM_AT_QUEUE].at = lives->io[i - 1].at;
        life->station[SIM_AT_QUEUE].cpu = r->cpu;
        break;
    }
}

static void done(struct sim_lives *lives, const struct sim_record *r, const struct sim_place *place)
{
    struct sim_life *life = find(lives, r->arg[0]);

    if (life == NULL)
        return;
    reach(life, life->station[SIM_AT_DONE].at < 0 ? SIM_AT_DONE : SIM_AT_AGAIN, r, place);
    life->status = r->arg[1];
}

/* --- commands
 * --------------------------------------------------------------------------------- */

/* The SRB that this CPU put into a submission queue just now: the youngest it started. */
static void rung(struct sim_lives *lives, const struct sim_record *r, const struct sim_place *place)
{
    for (uint32_t i = lives->lives; i > 0; i--) {
        struct sim_life *life = &lives->life[i - 1];

        if (life->station[SIM_AT_START].at < 0 || life->station[SIM_AT_START].cpu != r->cpu)
            continue;
        if (life->station[SIM_AT_DOORBELL].at < 0 && life->station[SIM_AT_DONE].at < 0) {
            life->sq = (uint16_t)r->arg[0];
            reach(life, SIM_AT_DOORBELL, r, place);
        }
        return;
    }
}

static void fetched(struct sim_lives *lives, const struct sim_record *r,
                    const struct sim_place *place)
{
    for (uint32_t i = oldest(lives); i < lives->lives; i++) {
        struct sim_life *life = &lives->life[i];

        if (life->station[SIM_AT_DOORBELL].at < 0 || life->sent || life->sq != r->arg[0])
            continue;
        if (life->known_lba && life->lba != r->arg[3])
            continue;
        life->sent = true;
        life->cid = (uint16_t)r->arg[1];
        reach(life, SIM_AT_FETCH, r, place);
        return;
    }
}

static void answered(struct sim_lives *lives, enum sim_station station, const struct sim_record *r,
                     const struct sim_place *place)
{
    for (uint32_t i = lives->lives; i > 0; i--) {
        struct sim_life *life = &lives->life[i - 1];

        if (life->sent && life->sq == r->arg[0] && life->cid == r->arg[1]) {
            if (life->station[station].at < 0)
                reach(life, station, r, place);
            life->posted = lives->ring[cq_of(lives, life->sq)].posted;
            return;
        }
    }
}

static bool srb_add(struct sim_lives *lives, const struct sim_record *r,
                    const struct sim_place *place)
{
    switch (r->event) {
    case SIM_EV_IO_SUBMIT:
        io_add(lives, r);
        return true;
    case SIM_EV_IO_SPLIT:
        io_split(lives, r);
        return true;
    case SIM_EV_SRB_QUEUE:
        io_moved(lives, r->arg[0], SIM_IO_QUEUED, r->at);
        return true;
    case SIM_EV_IO_DONE:
        io_moved(lives, r->arg[0], SIM_IO_DONE, r->at);
        return true;
    case SIM_EV_SRB_BUILD:
        life_begin(lives, r, place);
        io_moved(lives, r->arg[1], SIM_IO_SRB, r->at);
        return true;
    case SIM_EV_SRB_START:
        reach(find(lives, r->arg[0]), SIM_AT_START, r, place);
        return true;
    case SIM_EV_SRB_COMPLETE:
    case SIM_EV_SRB_COMPLETE_AGAIN:
        done(lives, r, place);
        return true;
    case SIM_EV_SRB_RETURN:
        reach(find(lives, r->arg[0]), SIM_AT_RETURN, r, place);
        io_moved(lives, r->arg[1], SIM_IO_CLASS, r->at);
        return true;
    default:
        return false;
    }
}

/* --- the machine
 * ------------------------------------------------------------------------------ */

static struct sim_ring *ring(struct sim_lives *lives, uint64_t qid)
{
    struct sim_ring *found = &lives->ring[qid < SIM_STATE_QUEUES ? qid : SIM_STATE_QUEUES - 1];

    if (!found->used)
        found->cqid = (uint32_t)qid;
    found->used = true;
    return found;
}

/* A doorbell moves the head of a completion queue: all the way when the queue's size is not known.
 */
static void released(struct sim_lives *lives, const struct sim_record *r,
                     const struct sim_place *place)
{
    struct sim_ring *cq = ring(lives, r->arg[0]);
    uint32_t head = (uint32_t)r->arg[2];

    if (cq->cq_entries == 0)
        cq->released = cq->posted;
    else
        cq->released += (head + cq->cq_entries - cq->cq_head) % cq->cq_entries;
    cq->cq_head = head;
    for (uint32_t i = oldest(lives); i < lives->lives; i++) {
        struct sim_life *life = &lives->life[i];

        if (life->station[SIM_AT_POST].at >= 0 && life->station[SIM_AT_TAKEN].at < 0 &&
            !life->gone && cq_of(lives, life->sq) == r->arg[0] && life->posted < cq->released)
            reach(life, SIM_AT_TAKEN, r, place);
    }
}

static void doorbell(struct sim_lives *lives, const struct sim_record *r,
                     const struct sim_place *place)
{
    struct sim_ring *at = ring(lives, r->arg[0]);

    if (r->arg[1]) {
        if (r->arg[3])
            released(lives, r, place);
        return;
    }
    at->tail = (uint32_t)r->arg[2];
    rung(lives, r, place);
}

static void created(struct sim_lives *lives, const struct sim_record *r)
{
    struct sim_ring *at = ring(lives, r->arg[0]);

    if (r->arg[1]) {
        at->cq_entries = (uint32_t)r->arg[2];
        at->cq_head = 0;
        at->posted = at->released = 0;
    } else {
        at->cqid = (uint32_t)r->arg[3];
        at->tail = at->head = 0;
    }
}

/* What is in the controller's queues is there no longer. */
static void disabled(struct sim_lives *lives)
{
    for (uint32_t i = oldest(lives); i < lives->lives; i++) {
        enum sim_where where = sim_life_where(&lives->life[i]);

        lives->life[i].gone |= where == SIM_IN_SQ || where == SIM_IN_CQ;
    }
    memset(lives->ring, 0, sizeof(lives->ring));
}

static bool command_add(struct sim_lives *lives, const struct sim_record *r,
                        const struct sim_place *place)
{
    switch (r->event) {
    case SIM_EV_DOORBELL:
    case SIM_EV_DOORBELL_LATE:
        doorbell(lives, r, place);
        return true;
    case SIM_EV_CMD_FETCH:
        fetched(lives, r, place);
        return true;
    case SIM_EV_CMD_LOST:
        answered(lives, SIM_AT_LOST, r, place);
        return true;
    case SIM_EV_CQE_POST:
        ring(lives, r->arg[0])->head = (uint32_t)r->arg[3];
        answered(lives, SIM_AT_POST, r, place);
        ring(lives, cq_of(lives, (uint32_t)r->arg[0]))->posted++;
        return true;
    case SIM_EV_QUEUE_CREATE:
        created(lives, r);
        return true;
    case SIM_EV_CC_EN:
        lives->enabled = (int8_t)r->arg[0];
        disabled(lives);
        return true;
    case SIM_EV_CSTS_RDY:
        lives->ready = (int8_t)r->arg[0];
        return true;
    default:
        return false;
    }
}

static void lock_drop(struct sim_lives *lives, uint64_t lock)
{
    for (uint32_t i = 0; i < lives->helds; i++) {
        if (lives->held[i].lock == lock) {
            lives->held[i] = lives->held[--lives->helds];
            return;
        }
    }
}

static void dpc_begin(struct sim_lives *lives, uint64_t dpc)
{
    for (uint32_t i = 0; i < lives->queueds; i++) {
        if (lives->queued[i].dpc == dpc) {
            memmove(&lives->queued[i], &lives->queued[i + 1],
                    (lives->queueds - i - 1) * sizeof(lives->queued[0]));
            lives->queueds--;
            return;
        }
    }
}

static bool nt_add(struct sim_lives *lives, const struct sim_record *r)
{
    switch (r->event) {
    case SIM_EV_LOCK_TAKE:
        if (lives->helds < SIM_STATE_LOCKS) {
            lives->held[lives->helds].lock = r->arg[0];
            lives->held[lives->helds++].cpu = r->cpu;
        }
        return true;
    case SIM_EV_LOCK_DROP:
        lock_drop(lives, r->arg[0]);
        return true;
    case SIM_EV_DPC_QUEUE:
        if (r->arg[1] && lives->queueds < SIM_STATE_DPCS) {
            lives->queued[lives->queueds].dpc = r->arg[0];
            lives->queued[lives->queueds++].cpu = (uint32_t)r->arg[2];
        }
        return true;
    case SIM_EV_DPC_ENTER:
        dpc_begin(lives, r->arg[0]);
        return true;
    default:
        return false;
    }
}

static void flow_add(struct sim_lives *lives, const struct sim_record *r)
{
    switch (r->event) {
    case SIM_EV_PAUSE:
    case SIM_EV_RESUME:
        lives->pauses = r->arg[0];
        break;
    case SIM_EV_BUSY:
    case SIM_EV_READY:
        lives->busy = r->event == SIM_EV_BUSY;
        break;
    case SIM_EV_RESET_ENTER:
    case SIM_EV_RESET_RETURN:
        lives->in_reset = r->event == SIM_EV_RESET_ENTER;
        break;
    case SIM_EV_FAULT_ON:
        lives->faults_on |= r->arg[0] < 32 ? 1u << r->arg[0] : 0;
        break;
    case SIM_EV_FAULT_OFF:
        lives->faults_on &= r->arg[0] < 32 ? ~(1u << r->arg[0]) : UINT32_MAX;
        break;
    default:
        break;
    }
}

void sim_lives_add(struct sim_lives *lives, const struct sim_record *record,
                   const struct sim_place *place)
{
    if (!srb_add(lives, record, place) && !command_add(lives, record, place) &&
        !nt_add(lives, record))
        flow_add(lives, record);
}
