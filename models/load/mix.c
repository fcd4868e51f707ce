/* models/load/mix.c - what the next I/O of a worker that is not plain is: direction, size, place.
 *
 * Drawn in this order: line of the access specification (at the start of a burst), direction, size,
 * random or not, place. What was drawn is kept until it finds a place, so that being in the way
 * does not change the shares.
 */
#include "models/load/mix.h"

#include "sim/engine/sim.h"

#define DRAWS 8     /* random places tried before the walk from the last of them */
#define STEPS 65536 /* of that walk */

static const struct sim_access_line *line_of(const struct load_mix *mix)
{
    return mix->w->access ? &mix->w->access[mix->line] : NULL;
}

static bool reads(enum sim_direction direction)
{
    return direction == SIM_DIR_READ;
}

/* --- set-up ----------------------------------------------------------------------------------- */

void load__mix_init(struct load_mix *mix, const struct sim_workload *w, uint64_t bytes,
                    uint32_t depth)
{
    *mix = (struct load_mix){.w = w, .units = bytes / w->unit};
    SIM_ASSERT(mix->units && w->largest % w->unit == 0);
    if (w->serialize_overlap)
        load__claims_init(&mix->claims, depth, w->largest / w->unit);
    if (w->random_map)
        load__bits_init(&mix->map, bytes / w->map_unit);
    if (w->distribution.kind != SIM_UNIFORM)
        load__skew_init(&mix->skew, &w->distribution, (bytes - w->smallest) / w->least_align + 1);
}

void load__mix_begin(struct load_mix *mix, struct sim_stream *st)
{
    if (mix->w->distribution.kind != SIM_UNIFORM)
        load__skew_begin(&mix->skew, st);
}

/* --- what ------------------------------------------------------------------------------------- */

static void draw_line(struct load_mix *mix, struct sim_stream *st)
{
    uint64_t r;

    if (!mix->w->access || mix->burst_left)
        return;
    r = sim_stream_below(st, SIM_ALL_PPM);
    mix->line = 0;
    while (mix->line + 1 < mix->w->access_lines && r >= mix->w->access[mix->line].upto)
        mix->line++;
    mix->burst_left = line_of(mix)->burst;
}

static bool chance(struct sim_stream *st, uint32_t ppm)
{
    return ppm >= SIM_ALL_PPM || (ppm && sim_stream_below(st, SIM_ALL_PPM) < ppm);
}

static enum sim_direction draw_direction(const struct load_mix *mix, struct sim_stream *st)
{
    const struct sim_access_line *line = line_of(mix);

    if (line)
        return chance(st, line->read_ppm) ? SIM_DIR_READ : SIM_DIR_WRITE;
    switch (mix->w->rw) {
    case SIM_RW_READ:
    case SIM_RW_RANDREAD:
        return SIM_DIR_READ;
    case SIM_RW_WRITE:
    case SIM_RW_RANDWRITE:
        return SIM_DIR_WRITE;
    case SIM_RW_RW:
    case SIM_RW_RANDRW:
        return chance(st, mix->w->read_ppm) ? SIM_DIR_READ : SIM_DIR_WRITE;
    default:
        return SIM_DIR_TRIM;
    }
}

static uint32_t draw_size(const struct load_mix *mix, struct sim_stream *st)
{
    const struct sim_sizes *size = &mix->w->size[mix->direction];
    uint64_t r;
    uint32_t i = 0;

    if (line_of(mix))
        return line_of(mix)->bytes;
    if (size->min == size->max)
        return size->min;
    if (!size->parts)
        return size->min + size->step * (uint32_t)sim_stream_below(
                                            st, (size->max - size->min) / size->step + 1);
    r = sim_stream_below(st, SIM_ALL_PPM);
    while (i + 1 < size->parts && r >= size->part[i].upto)
        i++;
    return size->part[i].bytes;
}

static bool draw_random(const struct load_mix *mix, struct sim_stream *st)
{
    switch (mix->w->rw) {
    case SIM_RW_RANDREAD:
    case SIM_RW_RANDWRITE:
    case SIM_RW_RANDRW:
    case SIM_RW_RANDTRIM:
    case SIM_RW_RANDTRIMWRITE:
        return chance(st, mix->w->random_ppm[mix->direction]);
    default:
        return false;
    }
}

static void draw(struct load_mix *mix, struct sim_stream *st)
{
    draw_line(mix, st);
    mix->direction = draw_direction(mix, st);
    mix->size = draw_size(mix, st);
    mix->random = line_of(mix) ? chance(st, line_of(mix)->random_ppm) : draw_random(mix, st);
    mix->drawn = true;
}

/* --- where ------------------------------------------------------------------------------------ */

static bool is_free(const struct load_mix *mix, uint64_t unit, uint32_t units)
{
    return !mix->w->serialize_overlap ||
           load__claims_free_all(&mix->claims, reads(mix->direction), unit, units);
}

static uint32_t align_of(const struct load_mix *mix)
{
    return line_of(mix) ? line_of(mix)->align : mix->w->align[mix->direction];
}

/* Numbered by alignment: places where an I/O of this size begins. */
static uint64_t places_of(const struct load_mix *mix)
{
    return (mix->units * mix->w->unit - mix->size) / align_of(mix) + 1;
}

static uint64_t draw_place(const struct load_mix *mix, struct sim_stream *st, uint64_t places)
{
    uint64_t byte, place;

    if (mix->w->distribution.kind == SIM_UNIFORM)
        return sim_stream_below(st, places);
    byte = load__skew_draw(&mix->skew, st) * mix->w->least_align;
    place = byte / align_of(mix);
    return place < places ? place : places - 1;
}

static bool choose_random(const struct load_mix *mix, struct sim_stream *st, uint64_t *unit)
{
    uint64_t places = places_of(mix), place = 0;
    uint32_t align = align_of(mix) / mix->w->unit, units = mix->size / mix->w->unit;

    for (int i = 0; i < DRAWS; i++) {
        place = draw_place(mix, st, places);
        *unit = place * align;
        if (is_free(mix, *unit, units))
            return true;
    }
    for (uint64_t i = 0; i < STEPS && i < places; i++) {
        *unit = (place + i < places ? place + i : place + i - places) * align;
        if (is_free(mix, *unit, units))
            return true;
    }
    return false;
}

/* With a random map: what was not taken yet, from a random place on, as far as it goes. */
static bool choose_mapped(struct load_mix *mix, struct sim_stream *st, uint64_t *unit,
                          uint32_t *units)
{
    uint32_t each = mix->w->map_unit / mix->w->unit, wanted = mix->size / mix->w->map_unit;
    uint64_t at = sim_stream_below(st, mix->map.count), n;

    if (mix->map.set == mix->map.count)
        load__bits_clear(&mix->map);
    for (uint32_t i = 0; i < STEPS; i++, at++) {
        at = load__bits_gap(&mix->map, at);
        if (at == mix->map.count)
            at = load__bits_gap(&mix->map, 0);
        n = load__bits_next(&mix->map, at) - at;
        n = n < wanted ? n : wanted;
        *unit = at * each;
        *units = (uint32_t)n * each;
        if (!is_free(mix, *unit, *units))
            continue;
        while (n--)
            load__bits_add(&mix->map, at + n);
        return true;
    }
    return false;
}

/* From where the last one ended; round the region, and past what is in the way. */
static bool choose_next(struct load_mix *mix, uint64_t *unit)
{
    uint32_t units = mix->size / mix->w->unit;
    uint64_t step = align_of(mix) / mix->w->unit;

    *unit = mix->next;
    for (uint64_t i = 0; i < STEPS && i <= mix->units / step; i++, *unit += step) {
        if (*unit + units > mix->units)
            *unit = 0;
        if (!is_free(mix, *unit, units))
            continue;
        mix->next = *unit + units;
        return true;
    }
    return false;
}

static bool place(struct load_mix *mix, struct sim_stream *st, struct load_next *out)
{
    out->units = mix->size / mix->w->unit;
    if (!mix->random)
        return choose_next(mix, &out->unit);
    if (mix->w->random_map)
        return choose_mapped(mix, st, &out->unit, &out->units);
    if (!choose_random(mix, st, &out->unit))
        return false;
    mix->next = out->unit + out->units; /* a sequential one goes on from here */
    return true;
}

/* --- all of it -------------------------------------------------------------------------------- */

bool load__mix_claim(struct load_mix *mix, enum sim_direction direction, uint64_t unit,
                     uint32_t units)
{
    if (!mix->w->serialize_overlap)
        return true;
    if (!load__claims_free_all(&mix->claims, reads(direction), unit, units))
        return false;
    load__claims_take_all(&mix->claims, reads(direction), unit, units);
    return true;
}

/* What was trimmed is written next, once the trim has ended if they may not overlap. */
static bool write_owed(struct load_mix *mix, struct load_next *out)
{
    *out = mix->trimmed;
    out->direction = SIM_DIR_WRITE;
    out->counts = true;
    if (!load__mix_claim(mix, out->direction, out->unit, out->units))
        return false;
    mix->write_owed = false;
    return true;
}

bool load__mix_next(struct load_mix *mix, struct sim_stream *st, struct load_next *out)
{
    bool pairs = mix->w->rw == SIM_RW_TRIMWRITE || mix->w->rw == SIM_RW_RANDTRIMWRITE;

    if (mix->write_owed)
        return write_owed(mix, out);
    if (!mix->drawn)
        draw(mix, st);
    out->direction = mix->direction;
    if (!place(mix, st, out))
        return false;
    load__mix_claim(mix, out->direction, out->unit, out->units);
    mix->drawn = false;
    if (mix->burst_left)
        mix->burst_left--;
    out->counts = !pairs || mix->w->access;
    mix->trimmed = *out;
    mix->write_owed = !out->counts;
    return true;
}

void load__mix_release(struct load_mix *mix, enum sim_direction direction, uint64_t unit,
                       uint32_t units)
{
    if (mix->w->serialize_overlap)
        load__claims_give_all(&mix->claims, reads(direction), unit, units);
}

const struct sim_access_line *load__mix_line(const struct load_mix *mix)
{
    return line_of(mix);
}

bool load__mix_burst_over(const struct load_mix *mix)
{
    return mix->w->access && !mix->burst_left;
}
