/* models/load/pattern.c - where the next I/O of a plain worker goes: one size, uniform.
 *
 * The region is divided into cells of one I/O each. Two I/Os that a worker has outstanding never
 * overlap when one of them writes, as with fio's serialize_overlap; what other workers do there is
 * their business. Cells in use are counted in a small table, indexed by the cell's low bits: a
 * false alarm costs another draw and nothing else.
 */
#include "models/load/load_private.h"

#define DRAWS 8 /* random cells tried before the walk from the last of them */

void load__pattern_init(struct load_pattern *pattern, uint32_t depth)
{
    SIM_ASSERT(pattern->cells >= 1);
    load__claims_init(&pattern->claims, depth, 1);
}

static bool is_free(const struct load_pattern *pattern, enum sp_op op, uint64_t cell)
{
    return load__claims_free(&pattern->claims, op == SP_READ, cell);
}

static enum sp_op draw_op(const struct load_pattern *pattern, struct sim_stream *st)
{
    switch (pattern->rw) {
    case SIM_RW_READ:
    case SIM_RW_RANDREAD:
        return SP_READ;
    case SIM_RW_WRITE:
    case SIM_RW_RANDWRITE:
        return SP_WRITE;
    default:
        return sim_stream_below(st, SIM_ALL_PPM) < pattern->read_ppm ? SP_READ : SP_WRITE;
    }
}

static bool draw_random(const struct load_pattern *pattern, struct sim_stream *st)
{
    bool random = pattern->rw == SIM_RW_RANDREAD || pattern->rw == SIM_RW_RANDWRITE ||
                  pattern->rw == SIM_RW_RANDRW;

    if (!random || pattern->random_ppm >= SIM_ALL_PPM)
        return random;
    return sim_stream_below(st, SIM_ALL_PPM) < pattern->random_ppm;
}

/* The first free cell from `from` on, round the region; a table's worth of cells is all that can
 * differ. */
static bool walk(const struct load_pattern *pattern, enum sp_op op, uint64_t from, uint64_t *cell)
{
    uint64_t steps = pattern->claims.mask + UINT64_C(1);

    if (steps > pattern->cells)
        steps = pattern->cells;
    for (uint64_t i = 0; i < steps; i++) {
        *cell = from + i < pattern->cells ? from + i : from + i - pattern->cells;
        if (is_free(pattern, op, *cell))
            return true;
    }
    return false;
}

static bool choose_random(const struct load_pattern *pattern, struct sim_stream *st, enum sp_op op,
                          uint64_t *cell)
{
    for (int i = 0; i < DRAWS; i++) {
        *cell = sim_stream_below(st, pattern->cells);
        if (is_free(pattern, op, *cell))
            return true;
    }
    return walk(pattern, op, *cell, cell);
}

/* What is sequential goes on behind the last I/O, whatever that was. */
static void follow(struct load_pattern *pattern, uint64_t cell)
{
    pattern->next = cell + 1 < pattern->cells ? cell + 1 : 0;
}

static bool choose_next(struct load_pattern *pattern, enum sp_op op, uint64_t *cell)
{
    if (!walk(pattern, op, pattern->next, cell))
        return false;
    follow(pattern, *cell);
    return true;
}

bool load__pattern_next(struct load_pattern *pattern, struct sim_stream *st, enum sp_op *op,
                        uint64_t *cell)
{
    *op = draw_op(pattern, st);
    if (!draw_random(pattern, st)) {
        if (!choose_next(pattern, *op, cell))
            return false;
    } else {
        if (!choose_random(pattern, st, *op, cell))
            return false;
        if (SIM_UNLIKELY(pattern->random_ppm < SIM_ALL_PPM))
            follow(pattern, *cell);
    }
    load__claims_take(&pattern->claims, *op == SP_READ, *cell);
    return true;
}

void load__pattern_release(struct load_pattern *pattern, enum sp_op op, uint64_t cell)
{
    load__claims_give(&pattern->claims, op == SP_READ, cell);
}
