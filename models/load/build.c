/* models/load/build.c - from the workloads of a scenario to workers: regions, I/Os, and what all of
 * them amount to.
 *
 * What contradicts itself was refused when the scenario was read.
 */
#include <stdio.h>

#include "models/load/load_private.h"
#include "sim/scenario/scenario.h"

static const struct sim_workload *workload(const struct sim_scenario *scenario, uint32_t i)
{
    return sim_section_workload(sim_section(scenario, "workload", i));
}

/* --- the whole -------------------------------------------------------------------------------- */

/* What a worker can reach: whole I/Os of a plain one. */
static uint64_t reach(const struct sim_workload *w)
{
    return w->bytes - w->bytes % (w->plain ? w->largest : w->unit);
}

/* Of all buffers: of the gigabyte of host memory the medium, the checkers and the driver need some.
 */
#define BUFFERS_MAX ((uint64_t)384 << 20)

static uint64_t stride_of(const struct sim_workload *w)
{
    return ((uint64_t)w->largest + NT_PAGE - 1) & ~(uint64_t)(NT_PAGE - 1);
}

static uint64_t buffers_of(const struct load *load, const struct sim_scenario *scenario)
{
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < load->workloads; i++) {
        const struct sim_workload *w = workload(scenario, i);

        bytes += stride_of(w) * w->jobs * w->depth;
    }
    return bytes;
}

static uint64_t end_of(const struct sim_workload *w)
{
    return w->offset + w->offset_increment * (w->jobs - 1) + reach(w);
}

static void add(struct load_geometry *g, const struct sim_workload *w, uint64_t *requests)
{
    uint32_t ios = w->jobs * w->depth;

    g->in_flight_max += ios;
    *requests += (uint64_t)ios * ((w->largest - 1) / NT_PAGE + 1);
    g->ios_max += w->ios_max;
    g->verify = g->verify || w->verify;
    g->trims = g->trims || w->trims;
}

/* Region, common unit and amounts of all workloads together. */
static void survey(struct load *load, const struct sim_scenario *scenario)
{
    struct load_geometry *g = &load->geometry;
    uint64_t first = UINT64_MAX, end = 0, unit = 0, largest = 0, requests = 0;
    bool bounded = true;

    for (uint32_t i = 0; i < load->workloads; i++) {
        const struct sim_workload *w = workload(scenario, i);

        first = w->offset < first ? w->offset : first;
    }
    for (uint32_t i = 0; i < load->workloads; i++) {
        const struct sim_workload *w = workload(scenario, i);

        end = end_of(w) > end ? end_of(w) : end;
        unit = sim_gcd(sim_gcd(unit, w->unit), w->offset - first);
        largest = w->largest > largest ? w->largest : largest;
        bounded = bounded && w->ios_max;
        load->worker_count += w->jobs;
        add(g, w, &requests);
    }
    g->first_block = first / g->block_bytes;
    g->blocks = (end - first) / g->block_bytes;
    g->unit_blocks = (uint32_t)(unit / g->block_bytes);
    g->io_blocks_max = (uint32_t)(largest / g->block_bytes);
    g->requests_max = requests < SP_SLOTS_MAX ? (uint32_t)requests : SP_SLOTS_MAX;
    if (!bounded)
        g->ios_max = 0;
}

/* --- workers ---------------------------------------------------------------------------------- */

static void build_ios(struct load_worker *worker, struct nt_memory *memory, uint32_t slot)
{
    size_t stride = stride_of(worker->w);
    char *data = nt_pages_alloc(memory, stride * worker->w->depth, NT_SCATTERED, 0);

    SIM_ASSERT(data);
    worker->io = sim_world_alloc(worker->w->depth * sizeof *worker->io, 64);
    for (uint32_t i = 0; i < worker->w->depth; i++) {
        worker->io[i].worker = worker;
        disk_io_init(worker->load->disk, &worker->io[i].io, data + i * stride, slot + i);
    }
}

static void build_plain(struct load_worker *worker)
{
    const struct sim_workload *w = worker->w;
    struct load_pattern *pattern = &worker->pattern;
    bool writes = w->rw == SIM_RW_WRITE || w->rw == SIM_RW_RANDWRITE;

    worker->cell_blocks = w->largest / worker->load->geometry.block_bytes;
    pattern->rw = w->rw;
    pattern->read_ppm = w->read_ppm;
    pattern->random_ppm = w->random_ppm[writes ? SIM_DIR_WRITE : SIM_DIR_READ];
    pattern->cells = w->bytes / w->largest;
    load__pattern_init(pattern, w->depth);
}

static void build_more(struct load_worker *worker)
{
    const struct sim_workload *w = worker->w;

    worker->more = sim_world_alloc(sizeof *worker->more, 64);
    load__mix_init(&worker->more->mix, w, reach(w), w->depth);
    if (w->do_verify)
        load__bits_init(&worker->more->written, reach(w) / w->unit);
}

static void build_worker(struct load_worker *worker, uint32_t job)
{
    const struct sim_workload *w = worker->w;
    uint32_t cpus = nt_cpus(worker->load->nt);

    snprintf(worker->name, sizeof worker->name, "disk.worker%u", worker->number);
    worker->cpu = (w->cpus ? w->cpu[job % w->cpus] : job) % cpus;
    worker->first_lba =
        (w->offset + w->offset_increment * job) / worker->load->geometry.block_bytes;
    worker->fsync = w->fsync;
    if (w->plain)
        build_plain(worker);
    else
        build_more(worker);
}

static void build_workers(struct load *load, struct nt_memory *memory,
                          const struct sim_scenario *scenario)
{
    uint32_t slot = 0, number = 0;

    load->worker = sim_world_alloc(load->worker_count * sizeof *load->worker, 64);
    load->running = sim_world_alloc(load->workloads * sizeof *load->running, 8);
    for (uint32_t i = 0; i < load->workloads; i++) {
        const struct sim_workload *w = workload(scenario, i);

        load->waits = load->waits || w->after || w->wait_count;
        load->running[i] = w->jobs;
        for (uint32_t job = 0; job < w->jobs; job++) {
            struct load_worker *worker = &load->worker[number];

            worker->load = load;
            worker->w = w;
            worker->workload = i;
            worker->number = number++;
            build_worker(worker, job);
            build_ios(worker, memory, slot);
            slot += w->depth;
        }
    }
}

/* --- what the class driver is told ------------------------------------------------------------ */

static uint32_t spares(void *ctx, uint32_t packet_blocks)
{
    const struct load *load = ctx;
    uint64_t wanted = 0;

    for (uint32_t i = 0; i < load->worker_count; i++) {
        const struct sim_workload *w = load->worker[i].w;
        uint32_t blocks = w->largest / load->geometry.block_bytes;

        wanted += (uint64_t)w->depth * ((blocks - 1) / packet_blocks);
    }
    return wanted < SP_SLOTS_MAX ? (uint32_t)wanted : SP_SLOTS_MAX;
}

int load__build(struct load *load, const struct sim_machine *machine, struct sim_error *error)
{
    struct load_geometry *g = &load->geometry;
    struct disk_load told = {.ctx = load, .spares = spares, .done = load__io_done};

    load->workloads = sim_sections(machine->scenario, "workload");
    g->block_bytes = disk_block_bytes(load->disk);
    survey(load, machine->scenario);
    if (g->in_flight_max >= SP_SLOTS_MAX)
        return sim_error_set(
            error, "%s: the workloads keep %u I/Os outstanding; at most %d (iodepth x numjobs)",
            sim_scenario_path(machine->scenario), g->in_flight_max, SP_SLOTS_MAX - 1);
    if (buffers_of(load, machine->scenario) > BUFFERS_MAX)
        return sim_error_set(
            error,
            "%s: the workloads keep %llu MiB of data outstanding; at most %llu (bs x iodepth x "
            "numjobs)",
            sim_scenario_path(machine->scenario),
            (unsigned long long)(buffers_of(load, machine->scenario) >> 20),
            (unsigned long long)(BUFFERS_MAX >> 20));
    told.slots = g->in_flight_max;
    told.requests_max = g->requests_max;
    told.io_blocks_max = g->io_blocks_max;
    told.end_block = g->first_block + g->blocks;
    disk_set_load(load->disk, &told);
    build_workers(load, machine->part[MACHINE_MEMORY], machine->scenario);
    return 0;
}
