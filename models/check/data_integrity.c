/* models/check/data_integrity.c - the rule data-integrity.
 *
 * Verifies: every block of a read that ended well holds what some write may have put there:
 *
 *   - a write that was under way at any time during the read, or
 *   - a write that ended before, unless a later one took its place: one that was submitted
 *     after that end, was acknowledged, and acknowledged before the read was submitted;
 *   - nothing, if no write was acknowledged before the read was submitted, or if a trim ended
 *     after the latest such write was submitted, or is under way. Nothing is zeroes, or ones, or
 *     either, as the disk says (DLFEAT). A trim is a hint: what was there may still be read.
 *
 * A write that failed may have happened or not, until it ended; so it stays allowed until a later
 * one is acknowledged. Blocks are judged singly: the parts of concurrent writes may lie side by
 * side. Judged when the application's I/O ends; retries are part of it. This catches lost and
 * misplaced writes, stale and unmoved data, torn blocks, and writes that reach the medium after
 * their end.
 * Not verified: that reads agree among themselves (two reads of one block during a write may see
 * new, then old); reads that failed; workloads with verify = no.
 * What a flush promises, and a loss of power takes away: durable.c.
 *
 * How: all submissions and ends have a place in one order, `seq`. For each unit of the region,
 * `floor` is the submission of the latest write acknowledged; a read keeps the floors of its units
 * as they were at its own submission. A write is superseded for that read if it ended before that
 * floor. Ends of writes are kept in a ring; one that has left the ring is judged by the latest end
 * that has, which errs on the side of silence.
 */
#include "models/check/integrity_private.h"

#define ENDS_MIN 1024
#define ENDS_MAX 65536
#define TABLE_BYTES_MAX ((uint64_t)128 << 20)

/* --- writes ----------------------------------------------------------------------------------- */

static void end_write(struct check_integrity *in, uint64_t io)
{
    struct check_end *end = &in->ends[io & in->ends_mask];

    if (end->seq > in->forgotten_seq)
        in->forgotten_seq = end->seq;
    *end = (struct check_end){io, in->seq};
}

static void acknowledge(struct check *check, const struct check_io *io)
{
    struct check_unit *unit = &check->integrity->unit[check__unit_of(check, io->lba)];
    uint32_t n = io->blocks / check->geometry.unit_blocks;

    SIM_ASSERT(check__unit_of(check, io->lba) + n <= check->integrity->units);
    if (SIM_UNLIKELY(check->integrity->durable != NULL) && !check__durable_relies_on(check, io))
        return;
    sim_world_touch(unit, n * sizeof *unit);
    for (uint32_t i = 0; i < n; i++) {
        if (io->seq <= unit[i].floor)
            continue;
        unit[i] = (struct check_unit){io->seq, io->io};
        if (SIM_UNLIKELY(check->integrity->durable != NULL))
            check__durable_acknowledged(check, check__unit_of(check, io->lba) + i, &unit[i],
                                        io->fua);
    }
}

/* --- trims ------------------------------------------------------------------------------------ */

static void end_trim(struct check *check, const struct check_io *io)
{
    uint64_t *trimmed = &check->integrity->trimmed[check__unit_of(check, io->lba)];
    uint32_t n = io->blocks / check->geometry.unit_blocks;

    SIM_ASSERT(check->integrity->trims);
    check->integrity->trims--;
    sim_world_touch(trimmed, n * sizeof *trimmed);
    for (uint32_t i = 0; i < n; i++)
        trimmed[i] = check->integrity->seq;
}

static bool trim_under_way(const struct check *check, uint64_t lba)
{
    const struct check_io *io = check__map_next(&check->track.ios, 0);

    for (; io; io = check__map_next(&check->track.ios, io->io))
        if (io->op == SP_TRIM && lba >= io->lba && lba < io->lba + io->blocks)
            return true;
    return false;
}

/* A trim may have taken away what the latest acknowledged write put there. */
static bool may_be_trimmed(const struct check *check, uint64_t lba, const struct check_unit *floor)
{
    const struct check_integrity *in = check->integrity;

    if (!in->trimmed)
        return false;
    return in->trimmed[check__unit_of(check, lba)] > floor->floor ||
           (in->trims && trim_under_way(check, lba));
}

/* --- reads ------------------------------------------------------------------------------------ */

static void note_floors(struct check *check, struct check_io *io)
{
    struct check_integrity *in = check->integrity;
    const struct check_unit *unit = &in->unit[check__unit_of(check, io->lba)];
    struct check_unit *floor;

    SIM_ASSERT(in->spares);
    SIM_ASSERT(check__unit_of(check, io->lba) + io->blocks / check->geometry.unit_blocks <=
               in->units);
    io->floors = in->spare[--in->spares];
    floor = &in->floors[(size_t)io->floors * in->per_read];
    for (uint32_t i = 0; i < io->blocks / check->geometry.unit_blocks; i++)
        floor[i] = unit[i];
}

/* Was write `io` superseded for a read with this floor? */
static bool superseded(const struct check *check, uint64_t io, const struct check_unit *floor)
{
    const struct check_integrity *in = check->integrity;
    const struct check_end *end = &in->ends[io & in->ends_mask];

    if (check__map_find(&check->track.ios, io))
        return false;
    return (end->io == io ? end->seq : in->forgotten_seq) <= floor->floor;
}

static void judge_stamp(struct check *check, const struct check_io *read, uint64_t lba,
                        const struct load_value *value, const struct check_unit *floor)
{
    if (value->lba != lba)
        sim_find(check->sim, SIM_RULE_DATA_INTEGRITY, read->srb,
                 "read I/O %" PRIu64 " of block %" PRIu64 " returned what I/O %" PRIu64
                 " wrote to block %" PRIu64,
                 read->io, lba, value->io, value->lba);
    else if (floor->floor && superseded(check, value->io, floor))
        sim_find(check->sim, SIM_RULE_DATA_INTEGRITY, read->srb,
                 "read I/O %" PRIu64 " of block %" PRIu64 " returned the data of I/O %" PRIu64
                 ", although I/O %" PRIu64 " wrote it later and was acknowledged before the read",
                 read->io, lba, value->io, floor->io);
}

/* All bits are alike: that is no data. */
static void judge_empty(struct check *check, const struct check_io *read, uint64_t lba,
                        const struct load_value *value, const struct check_unit *floor)
{
    bool zeroes = value->kind == LOAD_VALUE_ZERO;

    if (zeroes ? check->no_zeroes : check->no_ones)
        sim_find(check->sim, SIM_RULE_DATA_INTEGRITY, read->srb,
                 "read I/O %" PRIu64 " of block %" PRIu64
                 " returned all %s, which no write wrote, nor are blocks without data such",
                 read->io, lba, zeroes ? "zeroes" : "ones");
    else if (floor->floor && !may_be_trimmed(check, lba, floor))
        sim_find(check->sim, SIM_RULE_DATA_INTEGRITY, read->srb,
                 "read I/O %" PRIu64 " found block %" PRIu64 " never written, although I/O %" PRIu64
                 " wrote it and was acknowledged before the read",
                 read->io, lba, floor->io);
}

static void judge(struct check *check, const struct check_io *read, uint64_t lba,
                  const struct load_value *value, const struct check_unit *floor)
{
    switch (value->kind) {
    case LOAD_VALUE_UNCHECKED:
        return;
    case LOAD_VALUE_STAMP:
        judge_stamp(check, read, lba, value, floor);
        return;
    case LOAD_VALUE_ZERO:
    case LOAD_VALUE_ONES:
        judge_empty(check, read, lba, value, floor);
        return;
    case LOAD_VALUE_UNFILLED:
        sim_find(check->sim, SIM_RULE_DATA_INTEGRITY, read->srb,
                 "read I/O %" PRIu64
                 " ended well, but nothing was moved into its buffer for block %" PRIu64,
                 read->io, lba);
        return;
    case LOAD_VALUE_DAMAGED:
        sim_find(check->sim, SIM_RULE_DATA_INTEGRITY, read->srb,
                 "read I/O %" PRIu64 " of block %" PRIu64
                 " returned what no write wrote whole (begins as I/O %" PRIu64 ", block %" PRIu64
                 ")",
                 read->io, lba, value->io, value->lba);
        return;
    }
}

/* Runs of blocks that hold the same are cut where units end, for each unit has its own floor. */
static void judge_read(struct check *check, const struct check_io *read)
{
    const struct check_integrity *in = check->integrity;
    uint32_t unit_blocks = check->geometry.unit_blocks;
    const struct check_unit *floor = &in->floors[(size_t)read->floors * in->per_read];

    for (uint32_t at = 0; at < read->blocks;) {
        uint32_t room = unit_blocks - at % unit_blocks;
        struct load_value value;
        uint32_t same = check->ask.read_back(check->ask.ctx, read->io, at, room, &value);

        SIM_ASSERT(same && same <= room);
        judge(check, read, read->lba + at, &value, &floor[at / unit_blocks]);
        at += same;
    }
}

/* --- the order of things ---------------------------------------------------------------------- */

static void submitted(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;
    struct check_io *io = check__map_find(&check->track.ios, r->arg[0]);

    (void)sim;
    io->seq = ++check->integrity->seq;
    if (io->op == SP_READ)
        note_floors(check, io);
    else if (io->op == SP_TRIM)
        check->integrity->trims++;
}

static void done(struct sim *sim, const struct sim_record *r, void *ctx)
{
    struct check *check = ctx;
    struct check_integrity *in = check->integrity;
    const struct check_io *io = check__map_find(&check->track.ios, r->arg[0]);

    (void)sim;
    in->seq++;
    if (io->op == SP_WRITE) {
        end_write(in, io->io);
        if (!r->arg[1])
            acknowledge(check, io);
    } else if (io->op == SP_READ) {
        if (!r->arg[1])
            judge_read(check, io);
        in->spare[in->spares++] = io->floors;
    } else if (io->op == SP_TRIM) {
        end_trim(check, io);
    } else if (in->durable && io->op == SP_FLUSH && !r->arg[1]) {
        check__durable_flushed(check, io);
    }
}

/* --- set-up ----------------------------------------------------------------------------------- */

static void setup_ring(struct check_integrity *in, uint64_t ios_max)
{
    uint32_t ends = ENDS_MIN;

    while (ends < ENDS_MAX && (!ios_max || ends < ios_max))
        ends *= 2;
    in->ends = sim_world_alloc(ends * sizeof *in->ends, 64);
    in->ends_mask = ends - 1;
}

static void setup_floors(struct check_integrity *in, const struct load_geometry *geometry)
{
    in->per_read = geometry->io_blocks_max / geometry->unit_blocks;
    in->spares = geometry->in_flight_max;
    in->floors = sim_world_alloc((size_t)in->spares * in->per_read * sizeof *in->floors, 64);
    in->spare = sim_world_alloc(in->spares * sizeof *in->spare, 8);
    for (uint32_t i = 0; i < in->spares; i++)
        in->spare[i] = i;
}

int check__integrity_setup(struct check *check, struct sim_error *error)
{
    const struct load_geometry *geometry = &check->geometry;
    struct check_integrity *in;
    uint64_t bytes;
    uint32_t pages;

    if (!geometry->verify)
        return 0;
    in = check->integrity = sim_world_alloc(sizeof *in, 64);
    in->units = geometry->blocks / geometry->unit_blocks;
    bytes = in->units * sizeof *in->unit;
    if (bytes > TABLE_BYTES_MAX)
        return sim_error_set(error,
                             "data-integrity cannot keep track of %" PRIu64
                             " units of %u bytes; make workload.size "
                             "smaller, bs larger, or set verify = no",
                             in->units, geometry->unit_blocks * geometry->block_bytes);
    pages = (uint32_t)((bytes + SIM_PAGE_SIZE - 1) >> SIM_PAGE_SHIFT);
    in->unit = sim_world_page(sim_world_pages_alloc(pages));
    if (geometry->trims) {
        pages = (uint32_t)((in->units * sizeof *in->trimmed + SIM_PAGE_SIZE - 1) >> SIM_PAGE_SHIFT);
        in->trimmed = sim_world_page(sim_world_pages_alloc(pages));
    }
    if (check->power_fails)
        check__durable_setup(check);
    setup_ring(in, geometry->ios_max);
    setup_floors(in, geometry);
    sim_trace_subscribe(check->sim, SIM_EV_IO_SUBMIT, submitted, check);
    sim_trace_subscribe(check->sim, SIM_EV_IO_DONE, done, check);
    return 0;
}
