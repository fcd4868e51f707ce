/* models/check/durable.c - what a loss of power may take from the application: part of the rule
 * data-integrity.
 *
 * An acknowledged write is safe when a flush that was submitted after its acknowledgement ended
 * well. When power fails, the controller's volatile cache may lose the others, each logical block
 * by itself; so for every unit any value since the latest safe write becomes possible again, that
 * one included. What was in flight when power failed may have been acknowledged before, inside the
 * host, and lost all the same: it is not relied upon, nor is a flush of that kind. When the host
 * cuts power itself (sleep), nothing may be lost: it has to flush or shut down first.
 *
 * How: acknowledgements wait in a ring, in order, until a flush takes them out at its front. Those
 * that are in it when power fails fall back to what was safe. A ring that overflows forgets its
 * oldest entries, and then all units fall back: it errs on the side of silence. A write
 * with Force Unit Access is safe when it ended well.
 */
#include "models/check/integrity_private.h"

#include "models/nvme/nvme.h"

#define ACKS_MAX 65536 /* a power of two */

struct ack {
    uint64_t at; /* seq of the acknowledgement */
    uint64_t unit;
    struct check_unit write;
};

struct check_durable {
    struct check_unit *safe; /* of each unit; page zone, as the ring: few of them change in a run */
    struct ack *ring;
    uint64_t first, last; /* counts; modulo ACKS_MAX a place */
    bool overflowed;
    uint64_t failed_at; /* seq when power failed last */
};

static void make_safe(struct check_durable *d, uint64_t unit, const struct check_unit *write)
{
    struct check_unit *safe = &d->safe[unit];

    sim_world_touch(safe, sizeof *safe);
    if (write->floor > safe->floor)
        *safe = *write;
}

void check__durable_acknowledged(struct check *check, uint64_t unit, const struct check_unit *write,
                                 bool fua)
{
    struct check_durable *d = check->integrity->durable;
    struct ack *ack;

    if (fua) {
        make_safe(d, unit, write);
        return;
    }
    if (d->last - d->first == ACKS_MAX) {
        d->overflowed = true;
        d->first++;
    }
    ack = &d->ring[d->last++ % ACKS_MAX];
    sim_world_touch(ack, sizeof *ack);
    *ack = (struct ack){.at = check->integrity->seq, .unit = unit, .write = *write};
}

void check__durable_flushed(struct check *check, const struct check_io *flush)
{
    struct check_durable *d = check->integrity->durable;

    if (flush->seq <= d->failed_at)
        return;
    for (; d->first != d->last; d->first++) {
        const struct ack *ack = &d->ring[d->first % ACKS_MAX];

        if (ack->at > flush->seq)
            return;
        make_safe(d, ack->unit, &ack->write);
    }
}

bool check__durable_relies_on(const struct check *check, const struct check_io *io)
{
    return io->seq > check->integrity->durable->failed_at;
}

static void fall_back(struct check *check, uint64_t unit)
{
    struct check_unit *now = &check->integrity->unit[unit];

    sim_world_touch(now, sizeof *now);
    *now = check->integrity->durable->safe[unit];
}

/* What reads under way may return has become more, too. */
static void fall_back_reads(struct check *check)
{
    struct check_integrity *in = check->integrity;
    uint32_t unit_blocks = check->geometry.unit_blocks;
    const struct check_io *io = check__map_next(&check->track.ios, 0);

    for (; io; io = check__map_next(&check->track.ios, io->io)) {
        struct check_unit *floor = &in->floors[(size_t)io->floors * in->per_read];
        const struct check_unit *unit = &in->unit[check__unit_of(check, io->lba)];

        if (io->op != SP_READ)
            continue;
        for (uint32_t i = 0; i < io->blocks / unit_blocks; i++)
            if (unit[i].floor < floor[i].floor)
                floor[i] = unit[i];
    }
}

static void power_lost(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;
    struct check_durable *d = check->integrity->durable;

    (void)sim;
    if (r->arg[2] != NVME_POWER_FAILED)
        return;
    if (d->overflowed)
        for (uint64_t unit = 0; unit < check->integrity->units; unit++)
            fall_back(check, unit);
    for (; d->first != d->last; d->first++)
        fall_back(check, d->ring[d->first % ACKS_MAX].unit);
    d->overflowed = false;
    d->failed_at = check->integrity->seq;
    fall_back_reads(check);
}

static void *pages(size_t bytes)
{
    return sim_world_page(
        sim_world_pages_alloc((uint32_t)((bytes + SIM_PAGE_SIZE - 1) >> SIM_PAGE_SHIFT)));
}

void check__durable_setup(struct check *check)
{
    struct check_integrity *in = check->integrity;

    in->durable = sim_world_alloc(sizeof *in->durable, 64);
    in->durable->safe = pages(in->units * sizeof *in->durable->safe);
    in->durable->ring = pages(ACKS_MAX * sizeof *in->durable->ring);
    sim_trace_subscribe(check->sim, SIM_EV_POWER_LOST, power_lost, check);
}
