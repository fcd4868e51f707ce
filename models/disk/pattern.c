/* models/disk/pattern.c - where the next I/O of a worker goes, and whether it reads or writes.
 *
 * The region is divided into cells of one I/O each. Two I/Os that a worker has outstanding never
 * overlap when one of them writes, as with fio's serialize_overlap; what other workers do there is
 * their business. Cells in use are counted in a small table, indexed by the cell's low bits: a
 * false alarm costs another draw and nothing else.
 */
#include "models/disk/disk_private.h"

#define DRAWS 8 /* random cells tried before the walk from the last of them */

void disk__pattern_init(struct disk_pattern *pattern, uint32_t depth)
{
    uint32_t entries = 64;

    SIM_ASSERT(pattern->cells >= 1);
    while (entries < 4 * depth)
        entries *= 2;
    pattern->claim = sim_world_alloc(entries * sizeof *pattern->claim, 8);
    pattern->claim_mask = entries - 1;
}

static bool is_free(const struct disk_pattern *pattern, enum sp_op op, uint64_t cell)
{
    const struct disk_claim *claim = &pattern->claim[cell & pattern->claim_mask];

    return !claim->writes && (op == SP_READ || !claim->reads);
}

static enum sp_op draw_op(const struct disk_pattern *pattern, struct sim_stream *st)
{
    switch (pattern->rw) {
    case DISK_RW_READ:
    case DISK_RW_RANDREAD:
        return SP_READ;
    case DISK_RW_WRITE:
    case DISK_RW_RANDWRITE:
        return SP_WRITE;
    default:
        return sim_stream_below(st, 1000000) < pattern->read_ppm ? SP_READ : SP_WRITE;
    }
}

static bool draw_random(const struct disk_pattern *pattern, struct sim_stream *st)
{
    bool random = pattern->rw == DISK_RW_RANDREAD || pattern->rw == DISK_RW_RANDWRITE ||
                  pattern->rw == DISK_RW_RANDRW;

    if (!random || pattern->random_ppm >= 1000000)
        return random;
    return sim_stream_below(st, 1000000) < pattern->random_ppm;
}

/* The first free cell from `from` on, round the region; a table's worth of cells is all that can
 * differ. */
static bool walk(const struct disk_pattern *pattern, enum sp_op op, uint64_t from, uint64_t *cell)
{
    uint64_t steps = pattern->claim_mask + UINT64_C(1);

    if (steps > pattern->cells)
        steps = pattern->cells;
    for (uint64_t i = 0; i < steps; i++) {
        *cell = from + i < pattern->cells ? from + i : from + i - pattern->cells;
        if (is_free(pattern, op, *cell))
            return true;
    }
    return false;
}

static bool choose_random(const struct disk_pattern *pattern, struct sim_stream *st, enum sp_op op,
                          uint64_t *cell)
{
    for (int i = 0; i < DRAWS; i++) {
        *cell = sim_stream_below(st, pattern->cells);
        if (is_free(pattern, op, *cell))
            return true;
    }
    return walk(pattern, op, *cell, cell);
}

static bool choose_next(struct disk_pattern *pattern, enum sp_op op, uint64_t *cell)
{
    if (!walk(pattern, op, pattern->next, cell))
        return false;
    pattern->next = *cell + 1 < pattern->cells ? *cell + 1 : 0;
    return true;
}

bool disk__pattern_next(struct disk_pattern *pattern, struct sim_stream *st, enum sp_op *op,
                        uint64_t *cell)
{
    struct disk_claim *claim;

    *op = draw_op(pattern, st);
    if (draw_random(pattern, st) ? !choose_random(pattern, st, *op, cell)
                                 : !choose_next(pattern, *op, cell))
        return false;
    claim = &pattern->claim[*cell & pattern->claim_mask];
    *(*op == SP_READ ? &claim->reads : &claim->writes) += 1;
    return true;
}

void disk__pattern_release(struct disk_pattern *pattern, enum sp_op op, uint64_t cell)
{
    struct disk_claim *claim = &pattern->claim[cell & pattern->claim_mask];
    uint16_t *count = op == SP_READ ? &claim->reads : &claim->writes;

    SIM_ASSERT(*count);
    *count -= 1;
}
