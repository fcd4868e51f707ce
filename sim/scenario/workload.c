/* sim/scenario/workload.c - a [workload NAME] taken together: from its values to a struct
 * sim_workload, and what contradicts itself.
 */
#include "sim/load/workload.h"

#include <stdlib.h>
#include <string.h>

#include "sim/engine/sim_assert.h"
#include "sim/load/trace.h"
#include "sim/load/words.h"
#include "sim/scenario/scenario_private.h"

/* What one section is made into. */
struct making {
    struct sim_scenario *scenario;
    const struct sim_section *section;
    struct sim_workload *w;
    struct sim_access_line access[SIM_ACCESS_MAX];
    uint64_t block, space;
    uint64_t trace_end; /* bytes that a trace reaches over */
    struct sim_error *error;
};

static int64_t number(const struct making *m, enum sim_option option)
{
    return sim_section_opt(m->section, option);
}

static const char *text(const struct making *m, enum sim_option option)
{
    return sim_section_opt_text(m->section, option);
}

static int complain(const struct making *m, enum sim_option option, const char *what)
{
    return sim__complain(m->scenario, m->section, option, what, m->error);
}

/* The command line comes after every file. */
bool sim__written_later(const struct sim_section *section, enum sim_option a, enum sim_option b)
{
    const struct sim__value *va = &section->value[a], *vb = &section->value[b];
    int of_a = va->line, of_b = vb->line;

    if (of_a != SIM__FROM_DEFAULT && of_b != SIM__FROM_DEFAULT && !va->file != !vb->file)
        return !vb->file; /* of an attached file and the scenario, the latter */
    if (of_b == SIM__FROM_DEFAULT || of_a == SIM__FROM_COMMAND_LINE)
        return of_b == SIM__FROM_COMMAND_LINE;
    return of_b == SIM__FROM_COMMAND_LINE || of_b > of_a;
}

/* --- what the I/Os are ------------------------------------------------------------------------ */

static bool uses(const struct sim_workload *w, enum sim_direction d)
{
    switch (w->rw) {
    case SIM_RW_READ:
    case SIM_RW_RANDREAD:
        return d == SIM_DIR_READ;
    case SIM_RW_WRITE:
    case SIM_RW_RANDWRITE:
        return d == SIM_DIR_WRITE;
    case SIM_RW_RW:
    case SIM_RW_RANDRW:
        return d != SIM_DIR_TRIM;
    case SIM_RW_TRIM:
    case SIM_RW_RANDTRIM:
        return d == SIM_DIR_TRIM;
    default:
        return d != SIM_DIR_READ;
    }
}

/* The options of sizes: later ones of this list go before earlier ones. */
static int read_sizes(struct making *m)
{
    struct sim_workload *w = m->w;
    struct sim_error why;

    for (int d = 0; d < SIM_DIRS; d++)
        w->size[d] = (struct sim_sizes){.min = 4096, .max = 4096, .step = 4096};
    if (sim_words_sizes(text(m, SIM_OPT_WORKLOAD_BS), w->size, &why) < 0)
        return complain(m, SIM_OPT_WORKLOAD_BS, why.text);
    if (*text(m, SIM_OPT_WORKLOAD_BSRANGE) &&
        sim_words_ranges(text(m, SIM_OPT_WORKLOAD_BSRANGE), (uint32_t)m->block,
                         number(m, SIM_OPT_WORKLOAD_BS_UNALIGNED), w->size, &why) < 0)
        return complain(m, SIM_OPT_WORKLOAD_BSRANGE, why.text);
    if (*text(m, SIM_OPT_WORKLOAD_BSSPLIT) &&
        sim_words_splits(text(m, SIM_OPT_WORKLOAD_BSSPLIT), w->size, &why) < 0)
        return complain(m, SIM_OPT_WORKLOAD_BSSPLIT, why.text);
    return 0;
}

static enum sim_option sizes_option(const struct making *m)
{
    if (*text(m, SIM_OPT_WORKLOAD_BSSPLIT))
        return SIM_OPT_WORKLOAD_BSSPLIT;
    return *text(m, SIM_OPT_WORKLOAD_BSRANGE) ? SIM_OPT_WORKLOAD_BSRANGE : SIM_OPT_WORKLOAD_BS;
}

static bool whole_blocks(const struct sim_sizes *size, uint64_t block)
{
    for (uint32_t i = 0; i < size->parts; i++)
        if (size->part[i].bytes % block != 0)
            return false;
    return size->min % block == 0 && size->max % block == 0 && size->step % block == 0;
}

static int check_sizes(struct making *m)
{
    if (m->w->trace)
        return 0;
    for (int d = 0; d < SIM_DIRS; d++) {
        if (!uses(m->w, (enum sim_direction)d))
            continue;
        if (!whole_blocks(&m->w->size[d], m->block))
            return complain(m, sizes_option(m), "must be whole logical blocks (controller.block)");
        if (m->w->size[d].max > m->space)
            return complain(m, sizes_option(m), "is larger than controller.namespace");
    }
    return 0;
}

static int read_align(struct making *m)
{
    uint64_t align[SIM_DIRS] = {0};
    struct sim_error why;

    if (*text(m, SIM_OPT_WORKLOAD_BLOCKALIGN) &&
        sim_words_bytes(text(m, SIM_OPT_WORKLOAD_BLOCKALIGN), align, &why) < 0)
        return complain(m, SIM_OPT_WORKLOAD_BLOCKALIGN, why.text);
    for (int d = 0; d < SIM_DIRS; d++) {
        if (align[d] % m->block != 0 || align[d] > UINT32_MAX / 2)
            return complain(m, SIM_OPT_WORKLOAD_BLOCKALIGN,
                            "must be whole logical blocks (controller.block), below 2g");
        m->w->align[d] = align[d] ? (uint32_t)align[d] : m->w->size[d].min;
    }
    return 0;
}

static int read_access(struct making *m)
{
    struct sim_workload *w = m->w;
    struct sim_error why;
    int n;

    if (!*text(m, SIM_OPT_WORKLOAD_ACCESS))
        return 0;
    n = sim_words_access(text(m, SIM_OPT_WORKLOAD_ACCESS), (uint32_t)m->block, m->access, &why);
    if (n < 0)
        return complain(m, SIM_OPT_WORKLOAD_ACCESS, why.text);
    for (int i = 0; i < n; i++)
        if (m->access[i].bytes % m->block != 0 || m->access[i].bytes > m->space)
            return complain(m, SIM_OPT_WORKLOAD_ACCESS,
                            "sizes must be whole logical blocks (controller.block), no larger "
                            "than controller.namespace");
    w->access = m->access;
    w->access_lines = (uint32_t)n;
    return 0;
}

/* The I/Os come from a file. */
static int read_trace(struct making *m)
{
    const struct sim__file *file = sim__file_find(m->scenario, text(m, SIM_OPT_WORKLOAD_TRACE));
    struct sim_load_place place;
    struct sim_io_trace trace;

    if (!*text(m, SIM_OPT_WORKLOAD_TRACE))
        return 0;
    if (*text(m, SIM_OPT_WORKLOAD_ACCESS))
        return complain(m, SIM_OPT_WORKLOAD_ACCESS, "a trace says what its I/Os are");
    SIM_ASSERT(file);
    place = sim__file_place(m->scenario, file);
    if (sim_trace_read(&place, m->scenario->text + file->at, file->length, &trace,
                       &m->scenario->notes, m->error) < 0) {
        sim_trace_free(&trace);
        return -1;
    }
    m->w->trace = trace.io; /* which frees it */
    m->w->trace_ios = trace.ios;
    m->trace_end = trace.end;
    return 0;
}

static int read_pattern(struct making *m)
{
    struct sim_workload *w = m->w;
    struct sim_error why;

    w->rw = (enum sim_rw)number(m, SIM_OPT_WORKLOAD_RW);
    w->read_ppm = (uint32_t)number(m, SIM_OPT_WORKLOAD_RWMIXREAD);
    if (sim__written_later(m->section, SIM_OPT_WORKLOAD_RWMIXREAD, SIM_OPT_WORKLOAD_RWMIXWRITE))
        w->read_ppm = SIM_ALL_PPM - (uint32_t)number(m, SIM_OPT_WORKLOAD_RWMIXWRITE);
    for (int d = 0; d < SIM_DIRS; d++)
        w->random_ppm[d] = SIM_ALL_PPM;
    if (sim_words_percents(text(m, SIM_OPT_WORKLOAD_PERCENTAGE_RANDOM), w->random_ppm, &why) < 0)
        return complain(m, SIM_OPT_WORKLOAD_PERCENTAGE_RANDOM, why.text);
    if (sim_words_distribution(text(m, SIM_OPT_WORKLOAD_RANDOM_DISTRIBUTION), &w->distribution,
                               &why) < 0)
        return complain(m, SIM_OPT_WORKLOAD_RANDOM_DISTRIBUTION, why.text);
    if (read_sizes(m) < 0 || check_sizes(m) < 0 || read_align(m) < 0 || read_access(m) < 0)
        return -1;
    /* fio: a distribution or an alignment of one's own leaves the map out. */
    w->random_map = !number(m, SIM_OPT_WORKLOAD_NORANDOMMAP) && !w->trace &&
                    w->distribution.kind == SIM_UNIFORM && !*text(m, SIM_OPT_WORKLOAD_BLOCKALIGN) &&
                    !w->access;
    if (w->trace)
        w->distribution.kind = SIM_UNIFORM;
    w->serialize_overlap = number(m, SIM_OPT_WORKLOAD_SERIALIZE_OVERLAP);
    return 0;
}

/* --- when they come --------------------------------------------------------------------------- */

static int read_rates(struct making *m)
{
    struct sim_workload *w = m->w;
    struct sim_error why;

    if (*text(m, SIM_OPT_WORKLOAD_RATE) &&
        sim_words_bytes(text(m, SIM_OPT_WORKLOAD_RATE), w->rate, &why) < 0)
        return complain(m, SIM_OPT_WORKLOAD_RATE, why.text);
    if (*text(m, SIM_OPT_WORKLOAD_RATE_IOPS) &&
        sim_words_counts(text(m, SIM_OPT_WORKLOAD_RATE_IOPS), w->rate_iops, &why) < 0)
        return complain(m, SIM_OPT_WORKLOAD_RATE_IOPS, why.text);
    for (int d = 0; d < SIM_DIRS; d++) {
        if (w->rate[d] && w->rate_iops[d])
            return complain(m, SIM_OPT_WORKLOAD_RATE_IOPS, "rate says how fast already");
        if (w->rate[d] > UINT32_MAX * UINT64_C(1024) || w->rate_iops[d] > 1000000000)
            return complain(m, w->rate[d] ? SIM_OPT_WORKLOAD_RATE : SIM_OPT_WORKLOAD_RATE_IOPS,
                            "is too fast to be a bound: at most 4t bytes, 1,000,000,000 I/Os");
    }
    w->poisson = number(m, SIM_OPT_WORKLOAD_RATE_PROCESS);
    w->thinktime = number(m, SIM_OPT_WORKLOAD_THINKTIME);
    w->thinktime_blocks = (uint32_t)number(m, SIM_OPT_WORKLOAD_THINKTIME_BLOCKS);
    return 0;
}

static uint32_t or_else(int64_t value, uint32_t otherwise)
{
    return value ? (uint32_t)value : otherwise;
}

static int read_depth(struct making *m)
{
    struct sim_workload *w = m->w;

    w->jobs = (uint32_t)number(m, SIM_OPT_WORKLOAD_NUMJOBS);
    w->depth = (uint32_t)number(m, SIM_OPT_WORKLOAD_IODEPTH);
    w->depth_low = or_else(number(m, SIM_OPT_WORKLOAD_IODEPTH_LOW), w->depth);
    w->batch = or_else(number(m, SIM_OPT_WORKLOAD_IODEPTH_BATCH), w->depth);
    w->complete_min = (uint32_t)number(m, SIM_OPT_WORKLOAD_BATCH_COMPLETE_MIN);
    w->complete_max = or_else(number(m, SIM_OPT_WORKLOAD_BATCH_COMPLETE_MAX), w->depth);
    /* fio does not see more completions than it submitted. */
    w->depth_low = w->depth_low < w->depth ? w->depth_low : w->depth;
    w->batch = w->batch < w->depth ? w->batch : w->depth;
    w->complete_min = w->complete_min < w->depth ? w->complete_min : w->depth;
    if (w->complete_max < w->complete_min)
        return complain(m, SIM_OPT_WORKLOAD_BATCH_COMPLETE_MAX,
                        "is less than iodepth_batch_complete_min");
    return 0;
}

static int read_wait(struct making *m, uint32_t me)
{
    const char *name = text(m, SIM_OPT_WORKLOAD_WAIT_FOR);
    char what[128];

    m->w->wait_for = -1;
    for (uint32_t i = 0; *name && i < me; i++) {
        const struct sim_section *other = sim_section(m->scenario, "workload", i);
        bool family = *other->parent && strcmp(other->parent, name) == 0 &&
                      strcmp(m->section->parent, name) != 0;

        if (!family && strcmp(other->name, name) != 0)
            continue;
        if (!m->w->wait_count++)
            m->w->wait_for = (int32_t)i; /* the jobs of a file follow one another */
    }
    if (!*name || m->w->wait_count)
        return 0;
    snprintf(what, sizeof what, "there is no workload '%.60s' before this one", name);
    return complain(m, SIM_OPT_WORKLOAD_WAIT_FOR, what);
}

static int read_cpus(struct making *m)
{
    int64_t cpus = sim_opt(m->scenario, SIM_OPT_MACHINE_CPUS);
    struct sim_workload *w = m->w;
    struct sim_error why;
    int n;

    if (!*text(m, SIM_OPT_WORKLOAD_CPUS_ALLOWED))
        return 0;
    n = sim_words_cpus(text(m, SIM_OPT_WORKLOAD_CPUS_ALLOWED), w->cpu, &why);
    if (n < 0)
        return complain(m, SIM_OPT_WORKLOAD_CPUS_ALLOWED, why.text);
    w->cpus = (uint32_t)n;
    for (int i = 0; i < n; i++)
        w->cpu[i] %= (uint8_t)cpus; /* a machine made smaller still runs */
    return 0;
}

static int read_time(struct making *m, uint32_t me)
{
    struct sim_workload *w = m->w;
    uint64_t loops = (uint64_t)number(m, SIM_OPT_WORKLOAD_LOOPS);

    w->startdelay = number(m, SIM_OPT_WORKLOAD_STARTDELAY);
    w->ramp_time = number(m, SIM_OPT_WORKLOAD_RAMP_TIME);
    w->runtime = number(m, SIM_OPT_WORKLOAD_RUNTIME);
    w->after = me;
    if (!number(m, SIM_OPT_WORKLOAD_STONEWALL)) /* it divides those behind it, too */
        w->after = me ? sim_section(m->scenario, "workload", me - 1)->workload->after : 0;
    if (__builtin_mul_overflow((uint64_t)number(m, SIM_OPT_WORKLOAD_NUMBER_IOS), loops,
                               &w->number_ios) ||
        __builtin_mul_overflow((uint64_t)number(m, SIM_OPT_WORKLOAD_IO_SIZE), loops, &w->io_bytes))
        return complain(m, SIM_OPT_WORKLOAD_LOOPS, "are too many");
    if (!w->number_ios && !w->runtime && !w->io_bytes && !w->trace)
        return complain(m, SIM_OPT_WORKLOAD_NUMBER_IOS,
                        "number_ios, io_size or runtime must be given, or it never ends");
    return read_wait(m, me);
}

/* --- where ------------------------------------------------------------------------------------ */

static void largest_and_smallest(struct making *m)
{
    struct sim_workload *w = m->w;

    w->smallest = UINT32_MAX;
    w->largest = 0;
    for (uint32_t i = 0; w->trace && i < w->trace_ios; i++) {
        uint32_t bytes = w->trace[i].bytes;

        if (w->trace[i].op == SIM_TRACE_FLUSH)
            continue;
        w->largest = bytes > w->largest ? bytes : w->largest;
        w->smallest = bytes < w->smallest ? bytes : w->smallest;
    }
    if (w->trace && !w->largest)
        w->largest = w->smallest = (uint32_t)m->block; /* nothing but flushes */
    for (int d = 0; d < SIM_DIRS && !w->access && !w->trace; d++) {
        if (!uses(w, (enum sim_direction)d))
            continue;
        w->largest = w->size[d].max > w->largest ? w->size[d].max : w->largest;
        w->smallest = w->size[d].min < w->smallest ? w->size[d].min : w->smallest;
    }
    for (uint32_t i = 0; w->access && i < w->access_lines; i++) {
        uint32_t bytes = w->access[i].bytes;

        w->largest = bytes > w->largest ? bytes : w->largest;
        w->smallest = bytes < w->smallest ? bytes : w->smallest;
    }
}

static int read_region(struct making *m)
{
    struct sim_workload *w = m->w;
    uint64_t last;

    largest_and_smallest(m);
    w->offset = (uint64_t)number(m, SIM_OPT_WORKLOAD_OFFSET);
    w->bytes = (uint64_t)number(m, SIM_OPT_WORKLOAD_SIZE);
    w->offset_increment = (uint64_t)number(m, SIM_OPT_WORKLOAD_OFFSET_INCREMENT);
    if (w->offset % m->block != 0)
        return complain(m, SIM_OPT_WORKLOAD_OFFSET,
                        "must be whole logical blocks (controller.block)");
    if (w->offset_increment % m->block != 0)
        return complain(m, SIM_OPT_WORKLOAD_OFFSET_INCREMENT,
                        "must be whole logical blocks (controller.block)");
    if (w->offset > m->space - w->largest)
        return complain(m, SIM_OPT_WORKLOAD_OFFSET,
                        "leaves no room for one I/O in controller.namespace");
    if (w->bytes < w->largest)
        return complain(m, SIM_OPT_WORKLOAD_SIZE, "is smaller than one I/O (bs)");
    if (__builtin_mul_overflow(w->offset_increment, w->jobs - 1, &last) ||
        last > m->space - w->largest - w->offset)
        return complain(m, SIM_OPT_WORKLOAD_OFFSET_INCREMENT,
                        "leaves no room for one I/O of the last worker in controller.namespace");
    if (w->trace && m->section->value[SIM_OPT_WORKLOAD_SIZE].line == SIM__FROM_DEFAULT)
        w->bytes = m->trace_end > w->largest ? m->trace_end : w->largest;
    if (w->bytes < m->trace_end)
        return complain(m, SIM_OPT_WORKLOAD_SIZE, "the trace reaches further");
    if (w->bytes > m->space - w->offset - last)
        w->bytes = m->space - w->offset - last;
    if (w->bytes < m->trace_end)
        return complain(m, SIM_OPT_WORKLOAD_OFFSET,
                        "leaves no room for the trace in controller.namespace");
    return 0;
}

/* --- what else -------------------------------------------------------------------------------- */

enum { CONTINUE_NONE, CONTINUE_READ, CONTINUE_WRITE, CONTINUE_IO, CONTINUE_VERIFY, CONTINUE_ALL };

static void read_rest(struct making *m)
{
    struct sim_workload *w = m->w;
    int64_t go_on = number(m, SIM_OPT_WORKLOAD_CONTINUE_ON_ERROR);
    bool any = go_on == CONTINUE_IO || go_on == CONTINUE_ALL;

    w->error_stops[SIM_DIR_READ] = !any && go_on != CONTINUE_READ;
    w->error_stops[SIM_DIR_WRITE] = !any && go_on != CONTINUE_WRITE;
    w->error_stops[SIM_DIR_TRIM] = !any;
    w->randseed = (uint64_t)number(m, SIM_OPT_WORKLOAD_RANDSEED);
    w->fsync = (uint32_t)number(m, SIM_OPT_WORKLOAD_FSYNC);
    w->fua_ppm = (uint32_t)number(m, SIM_OPT_WORKLOAD_FUA);
    w->end_fsync = number(m, SIM_OPT_WORKLOAD_END_FSYNC);
    w->verify = number(m, SIM_OPT_WORKLOAD_VERIFY);
    w->do_verify = number(m, SIM_OPT_WORKLOAD_DO_VERIFY);
    w->max_latency = number(m, SIM_OPT_WORKLOAD_MAX_LATENCY);
}

/* --- what follows ----------------------------------------------------------------------------- */

uint64_t sim_gcd(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

static uint64_t unit_of(const struct sim_workload *w)
{
    uint64_t unit = w->trace ? sim_gcd(w->offset_increment, w->smallest) : w->offset_increment;

    for (int d = 0; d < SIM_DIRS && !w->access && !w->trace; d++) {
        if (!uses(w, (enum sim_direction)d))
            continue;
        unit = sim_gcd(sim_gcd(unit, w->align[d]), w->size[d].step);
        unit = sim_gcd(unit, w->size[d].min);
        for (uint32_t i = 0; i < w->size[d].parts; i++)
            unit = sim_gcd(unit, w->size[d].part[i].bytes);
    }
    for (uint32_t i = 0; w->access && i < w->access_lines; i++)
        unit = sim_gcd(sim_gcd(unit, w->access[i].bytes), w->access[i].align);
    for (uint32_t i = 0; w->trace && i < w->trace_ios; i++)
        unit = sim_gcd(sim_gcd(unit, w->trace[i].offset), w->trace[i].bytes);
    return unit;
}

static void derive_places(struct sim_workload *w)
{
    uint64_t map = 0;

    w->least_align = UINT32_MAX;
    for (int d = 0; d < SIM_DIRS && !w->access && !w->trace; d++) {
        if (!uses(w, (enum sim_direction)d))
            continue;
        w->least_align = w->align[d] < w->least_align ? w->align[d] : w->least_align;
        map = sim_gcd(sim_gcd(map, w->size[d].step), w->size[d].min);
        for (uint32_t i = 0; i < w->size[d].parts; i++)
            map = sim_gcd(map, w->size[d].part[i].bytes);
    }
    for (uint32_t i = 0; w->access && i < w->access_lines; i++)
        w->least_align = w->access[i].align < w->least_align ? w->access[i].align : w->least_align;
    if (w->trace)
        w->least_align = w->unit;
    w->map_unit = (uint32_t)map;
}

static uint64_t ios_of_a_worker(const struct sim_workload *w)
{
    uint64_t by_bytes = w->io_bytes ? w->io_bytes / w->smallest + 1 : 0;

    if (w->trace)
        return w->trace_ios;
    if (!w->number_ios || !by_bytes)
        return w->number_ios ? w->number_ios : by_bytes;
    return w->number_ios < by_bytes ? w->number_ios : by_bytes;
}

static bool writes(const struct sim_workload *w)
{
    bool any = !w->access && uses(w, SIM_DIR_WRITE);

    for (uint32_t i = 0; w->access && i < w->access_lines; i++)
        any = any || w->access[i].read_ppm < SIM_ALL_PPM;
    if (w->trace)
        any = false;
    for (uint32_t i = 0; w->trace && i < w->trace_ios; i++)
        any = any || w->trace[i].op == SIM_TRACE_WRITE;
    return any;
}

/* Counted in whole blocks of the medium, which may be 4 KiB. */
static uint64_t may_write(const struct sim_workload *w, uint64_t ios)
{
    uint64_t region = w->bytes + w->offset_increment * (w->jobs - 1), bytes;

    if (!writes(w))
        return 0;
    if (!ios || __builtin_mul_overflow(ios * w->jobs, (uint64_t)w->largest + 4096, &bytes))
        return region;
    return bytes < region ? bytes : region;
}

static bool is_paced(const struct sim_workload *w)
{
    for (int d = 0; d < SIM_DIRS; d++)
        if (w->rate[d] || w->rate_iops[d] || w->error_stops[d])
            return true;
    return w->thinktime || w->batch < w->depth || w->complete_min != 1 ||
           w->complete_max < w->depth || w->depth_low < w->depth || w->max_latency ||
           w->ramp_time || w->io_bytes;
}

static bool is_plain(const struct sim_workload *w)
{
    if (w->rw >= SIM_RW_TRIM || w->access || w->trace || w->random_map || !w->serialize_overlap ||
        w->distribution.kind != SIM_UNIFORM || w->end_fsync || w->do_verify || is_paced(w))
        return false;
    for (int d = 0; d < SIM_DIR_TRIM; d++)
        if (uses(w, (enum sim_direction)d) &&
            (w->smallest != w->largest || w->align[d] != w->largest ||
             w->random_ppm[d] != w->random_ppm[SIM_DIR_READ]))
            return false;
    return true;
}

static void derive(struct sim_workload *w)
{
    uint64_t ios = ios_of_a_worker(w);

    w->unit = (uint32_t)unit_of(w);
    w->trims = !w->access && !w->trace && uses(w, SIM_DIR_TRIM);
    for (uint32_t i = 0; w->trace && i < w->trace_ios; i++)
        w->trims = w->trims || w->trace[i].op == SIM_TRACE_TRIM;
    derive_places(w);
    w->written_max = may_write(w, ios);
    /* With fsync = 1 there are as many flushes as writes, and do_verify reads them again. */
    w->ios_max = ios * w->jobs * (w->do_verify ? 3 : 2);
    w->plain = is_plain(w);
}

/* The arrays belong to the finished workload. */
static void keep(struct making *m)
{
    struct sim_workload *w = m->w;

    if (w->access) {
        struct sim_access_line *copy = malloc(w->access_lines * sizeof(*copy));

        SIM_ASSERT(copy);
        memcpy(copy, w->access, w->access_lines * sizeof(*copy));
        w->access = copy;
    }
}

void sim__workload_free(struct sim_workload *workload)
{
    if (workload == NULL)
        return;
    free((void *)workload->access);
    free((void *)workload->trace);
    free(workload);
}

int sim__check_workload(struct sim_scenario *scenario, struct sim_section *section,
                        uint32_t number_of_it, struct sim_error *error)
{
    struct making *m = calloc(1, sizeof(*m));
    struct sim_workload *w = calloc(1, sizeof(*w));
    int result = 0;

    SIM_ASSERT(m && w);
    *m = (struct making){.scenario = scenario, .section = section, .w = w, .error = error};
    m->block = (uint64_t)sim_opt(scenario, SIM_OPT_CONTROLLER_BLOCK);
    m->space = (uint64_t)sim_opt(scenario, SIM_OPT_CONTROLLER_NAMESPACE);
    w->name = section->name;
    if (read_trace(m) < 0 || read_pattern(m) < 0 || read_rates(m) < 0 || read_depth(m) < 0 ||
        read_cpus(m) < 0 || read_region(m) < 0 || read_time(m, number_of_it) < 0)
        result = -1;
    if (result == 0) {
        read_rest(m);
        derive(w);
        keep(m);
        section->workload = w;
    } else {
        w->access = NULL;
        sim__workload_free(w);
    }
    free(m);
    return result;
}
