/* models/disk/disk_model.c - the disk as a part of the machine: built from the scenario, started,
 * ended.
 *
 * A run ends when the load does: every worker has submitted what it will, every I/O has come back,
 * and the port driver has settled (no request of its own under way, no reset, no pause). Only then
 * is the run over, so that checkers see what a recovery leaves behind.
 */
#include <stdio.h>
#include <string.h>

#include "models/disk/disk_private.h"

/* Looks for the port driver to settle: the first after SETTLE_MIN, then twice as long each time. */
#define SETTLE_MIN SIM_MS
#define SETTLE_MAX SIM_S

/* --- queries ---------------------------------------------------------------------------------- */

uint64_t disk_blocks(const struct disk *disk)
{
    return disk->capacity_blocks;
}

uint32_t disk_block_bytes(const struct disk *disk)
{
    return disk->geometry.block_bytes;
}

uint32_t disk_in_flight(const struct disk *disk)
{
    return disk->inflight;
}

bool disk_drained(const struct disk *disk)
{
    return disk->started && !disk->active && !disk->inflight;
}

void disk_get_geometry(const struct disk *disk, struct disk_geometry *out)
{
    *out = disk->geometry;
}

static bool same_write(const struct disk_value *a, uint64_t blocks_later,
                       const struct disk_value *b)
{
    if (a->kind != b->kind || a->io != b->io)
        return false;
    return a->kind != DISK_VALUE_STAMP || a->lba + blocks_later == b->lba;
}

uint32_t disk_read_back(const struct disk *disk, uint64_t io, uint32_t block, uint32_t count,
                        struct disk_value *out)
{
    const struct disk_io *ending = disk->ending;
    uint32_t bytes = disk->geometry.block_bytes, n = 1;
    const char *data;
    struct disk_value next;

    SIM_ASSERT(ending && ending->packet.request.io == io);
    SIM_ASSERT(count && block + count <= ending->blocks);
    if (!ending->worker->verify) {
        *out = (struct disk_value){.kind = DISK_VALUE_UNCHECKED};
        return count;
    }
    data = (const char *)ending->packet.request.data + (size_t)block * bytes;
    disk__value(data, bytes, out);
    for (; n < count; n++) {
        disk__value(data + (size_t)n * bytes, bytes, &next);
        if (!same_write(out, n, &next))
            break;
    }
    return n;
}

/* --- the end of a run ------------------------------------------------------------------------- */

static bool port_settled(const struct disk *disk)
{
    return !faults_awaited(disk->faults) && !disk->bus_reset.queued &&
           !sp_outstanding(disk->port) && !sp_queued(disk->port) && !sp_paused(disk->port) &&
           !sp_recovering(disk->port) && !sp_changing(disk->port);
}

static void settle(struct sim_event *event, void *ctx)
{
    struct disk *disk = ctx;

    SIM_ASSERT(disk_drained(disk));
    if (port_settled(disk)) {
        sim_stop(disk->sim, SIM_STOP_DONE);
        return;
    }
    if (disk->settle_ns < SETTLE_MAX)
        disk->settle_ns *= 2;
    sim_event_in(disk->sim, event, disk->settle_ns, settle, disk);
}

void disk__may_end(struct disk *disk)
{
    if (!disk_drained(disk) || sim_event_pending(&disk->settle))
        return;
    disk->settle_ns = SETTLE_MIN;
    sim_event_in(disk->sim, &disk->settle, SETTLE_MIN, settle, disk);
}

void disk__worker_finished(struct disk *disk)
{
    SIM_ASSERT(disk->active);
    if (--disk->active == 0)
        sim_trace(disk->sim, SIM_EV_PHASE, 2, 0, 0, 0);
}

/* --- bus resets asked for from above ---------------------------------------------------------- */

static void bus_reset_ask(struct nt *nt, void *ctx)
{
    struct disk *disk = ctx;

    (void)nt;
    sp_request_bus_reset(disk->port);
}

/* [fault NAME] action = reset. Asked for by a thread of CPU 0; once more while it has not had its
 * turn adds nothing. */
static void bus_reset_due(void *ctx, const struct fault *fault,
                          const struct fault_occasion *occasion)
{
    struct disk *disk = ctx;

    (void)fault;
    (void)occasion;
    nt_work_queue(disk->nt, &disk->bus_reset, 0);
}

static void setup_bus_reset(struct disk *disk, struct faults *faults)
{
    nt_work_init(&disk->bus_reset, bus_reset_ask, disk);
    fault_serve(faults, SIM_FAULT_RESET,
                &(struct fault_server){.begin = bus_reset_due, .ctx = disk});
}

/* --- building --------------------------------------------------------------------------------- */

/* One [workload NAME], in bytes. */
struct load {
    const struct sim_section *section;
    uint64_t first, bs, cells;
    uint32_t jobs, depth;
};

/* What contradicts itself was refused when the scenario was read. */
static void load_read(const struct disk *disk, const struct sim_scenario *scenario, uint32_t i,
                      struct load *load)
{
    const struct sim_section *s = sim_section(scenario, "workload", i);
    uint64_t namespace_bytes = (uint64_t)sim_opt(scenario, SIM_OPT_CONTROLLER_NAMESPACE);
    uint64_t size = (uint64_t)sim_section_opt(s, SIM_OPT_WORKLOAD_SIZE);

    load->section = s;
    load->first = (uint64_t)sim_section_opt(s, SIM_OPT_WORKLOAD_OFFSET);
    load->bs = (uint64_t)sim_section_opt(s, SIM_OPT_WORKLOAD_BS);
    load->jobs = (uint32_t)sim_section_opt(s, SIM_OPT_WORKLOAD_NUMJOBS);
    load->depth = (uint32_t)sim_section_opt(s, SIM_OPT_WORKLOAD_IODEPTH);
    SIM_ASSERT(load->bs % disk->geometry.block_bytes == 0);
    SIM_ASSERT(load->first % disk->geometry.block_bytes == 0);
    SIM_ASSERT(load->first < namespace_bytes);
    if (size > namespace_bytes - load->first)
        size = namespace_bytes - load->first;
    load->cells = size / load->bs;
    SIM_ASSERT(load->cells);
}

static uint64_t gcd(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

/* Region, common unit and amounts of all loads together. */
static void survey(struct disk *disk, const struct load *load, uint32_t n)
{
    struct disk_geometry *g = &disk->geometry;
    uint64_t first = UINT64_MAX, end = 0, unit = 0, largest = 0, requests = 0;
    bool bounded = true;

    for (uint32_t i = 0; i < n; i++)
        first = load[i].first < first ? load[i].first : first;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t ios = (uint64_t)sim_section_opt(load[i].section, SIM_OPT_WORKLOAD_NUMBER_IOS);

        end = load[i].first + load[i].cells * load[i].bs > end
                  ? load[i].first + load[i].cells * load[i].bs
                  : end;
        unit = gcd(gcd(unit, load[i].bs), load[i].first - first);
        largest = load[i].bs > largest ? load[i].bs : largest;
        bounded = bounded && ios;
        /* With fsync = 1 there are as many flushes as writes. */
        g->ios_max += 2 * ios * load[i].jobs;
        g->in_flight_max += load[i].jobs * load[i].depth;
        requests += (uint64_t)load[i].jobs * load[i].depth * ((load[i].bs - 1) / NT_PAGE + 1);
        disk->worker_count += load[i].jobs;
        g->verify = g->verify || sim_section_opt(load[i].section, SIM_OPT_WORKLOAD_VERIFY);
    }
    g->first_block = first / g->block_bytes;
    g->blocks = (end - first) / g->block_bytes;
    g->unit_blocks = (uint32_t)(unit / g->block_bytes);
    g->io_blocks_max = (uint32_t)(largest / g->block_bytes);
    g->requests_max = requests < SP_SLOTS_MAX ? (uint32_t)requests : SP_SLOTS_MAX;
    if (!bounded)
        g->ios_max = 0;
}

static void setup_ios(struct disk_worker *worker, struct nt_memory *memory, uint64_t bs,
                      uint32_t slot)
{
    size_t stride = (bs + NT_PAGE - 1) & ~(size_t)(NT_PAGE - 1);
    char *data = nt_pages_alloc(memory, stride * worker->depth, NT_SCATTERED, 0);

    worker->io = sim_world_alloc(worker->depth * sizeof *worker->io, 64);
    for (uint32_t i = 0; i < worker->depth; i++) {
        struct disk_io *io = &worker->io[i];

        io->worker = worker;
        io->packet.io = io;
        io->packet.request.data = data + i * stride;
        io->packet.request.slot = slot + i;
        io->packet.request.done = disk__packet_done;
        io->packet.request.ctx = &io->packet;
    }
}

static void setup_worker(struct disk_worker *worker, const struct load *load, uint32_t cpu)
{
    const struct sim_section *s = load->section;
    struct disk_pattern *pattern = &worker->pattern;

    snprintf(worker->name, sizeof worker->name, "disk.worker%u", worker->number);
    worker->cpu = cpu;
    worker->first_lba = load->first / worker->disk->geometry.block_bytes;
    worker->cell_blocks = (uint32_t)(load->bs / worker->disk->geometry.block_bytes);
    worker->depth = load->depth;
    worker->fsync = (uint32_t)sim_section_opt(s, SIM_OPT_WORKLOAD_FSYNC);
    worker->startdelay_ns = sim_section_opt(s, SIM_OPT_WORKLOAD_STARTDELAY);
    worker->runtime_ns = sim_section_opt(s, SIM_OPT_WORKLOAD_RUNTIME);
    worker->thinktime_ns = sim_section_opt(s, SIM_OPT_WORKLOAD_THINKTIME);
    worker->randseed = (uint64_t)sim_section_opt(s, SIM_OPT_WORKLOAD_RANDSEED);
    worker->number_ios = (uint64_t)sim_section_opt(s, SIM_OPT_WORKLOAD_NUMBER_IOS);
    worker->verify = sim_section_opt(s, SIM_OPT_WORKLOAD_VERIFY);
    pattern->rw = (enum disk_rw)sim_section_opt(s, SIM_OPT_WORKLOAD_RW);
    pattern->read_ppm = (uint32_t)sim_section_opt(s, SIM_OPT_WORKLOAD_RWMIXREAD);
    pattern->random_ppm = (uint32_t)sim_section_opt(s, SIM_OPT_WORKLOAD_PERCENTAGE_RANDOM);
    pattern->cells = load->cells;
    disk__pattern_init(pattern, load->depth);
}

static void setup_workers(struct disk *disk, struct nt_memory *memory, const struct load *load,
                          uint32_t n)
{
    uint32_t slot = 0, number = 0, cpus = nt_cpus(disk->nt);

    disk->worker = sim_world_alloc(disk->worker_count * sizeof *disk->worker, 64);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t job = 0; job < load[i].jobs; job++) {
            struct disk_worker *worker = &disk->worker[number];

            worker->disk = disk;
            worker->number = number++;
            setup_worker(worker, &load[i], job % cpus);
            setup_ios(worker, memory, load[i].bs, slot);
            slot += load[i].depth;
        }
    disk->probe.slot = slot;
}

#define LOADS_MAX 64

static int setup_loads(struct disk *disk, const struct sim_machine *machine,
                       struct sim_error *error)
{
    const struct sim_scenario *scenario = machine->scenario;
    uint32_t n = sim_sections(scenario, "workload");
    struct load load[LOADS_MAX];

    if (n > LOADS_MAX)
        return sim_error_set(error, "%s: %u [workload] sections; at most %d",
                             sim_scenario_path(scenario), n, LOADS_MAX);
    for (uint32_t i = 0; i < n; i++)
        load_read(disk, scenario, i, &load[i]);
    survey(disk, load, n);
    if (disk->geometry.in_flight_max >= SP_SLOTS_MAX)
        return sim_error_set(
            error, "%s: the workloads keep %u I/Os outstanding; at most %d (iodepth x numjobs)",
            sim_scenario_path(scenario), disk->geometry.in_flight_max, SP_SLOTS_MAX - 1);
    setup_workers(disk, machine->part[MACHINE_MEMORY], load, n);
    return 0;
}

static void read_options(struct disk *disk, const struct sim_scenario *scenario)
{
    int64_t timeout = sim_opt(scenario, SIM_OPT_PORT_IO_TIMEOUT);

    if (!timeout)
        timeout = sim_opt(scenario, SIM_OPT_PORT_TIMEOUT);
    disk->timeout_s = (uint32_t)(timeout / SIM_S);
    disk->legacy = sim_opt(scenario, SIM_OPT_PORT_LEGACY_ERRORS);
    disk->tries.left = (uint16_t)(sim_opt(scenario, SIM_OPT_PORT_RETRIES) * (disk->legacy ? 2 : 1));
    disk->tries.time_outs_left = disk->tries.left;
    disk->log_reset_retries = sim_opt(scenario, SIM_OPT_PORT_RESET_RETRY);
    disk__health_init(&disk->health, disk->sim, sim_opt(scenario, SIM_OPT_PORT_THROTTLE),
                      (uint32_t)sim_opt(scenario, SIM_OPT_PORT_RESTORE_PERF));
}

static int disk_setup(struct sim_machine *machine, struct sim_error *error)
{
    const struct sim_scenario *scenario = machine->scenario;
    struct disk *disk = sim_world_alloc(sizeof *disk, 64);
    struct sp_class class_driver = {.attach = disk__attach, .ctx = disk};

    machine->part[MACHINE_DISK] = disk;
    disk->sim = machine->sim;
    disk->nt = machine->part[MACHINE_NT];
    disk->port = machine->part[MACHINE_STORPORT];
    read_options(disk, scenario);
    disk->geometry.block_bytes = (uint32_t)sim_opt(scenario, SIM_OPT_CONTROLLER_BLOCK);
    disk->probe_data = nt_pages_alloc(machine->part[MACHINE_MEMORY], NT_PAGE, NT_SCATTERED, 0);
    if (setup_loads(disk, machine, error) < 0)
        return -1;
    disk->faults = faults_of(machine);
    setup_bus_reset(disk, disk->faults);
    sp_set_class(disk->port, &class_driver);
    return 0;
}

/* --- a run ------------------------------------------------------------------------------------ */

static void disk_start(struct sim_machine *machine)
{
    struct disk *disk = machine->part[MACHINE_DISK];

    if (!disk->attached) /* the start failed, and that was found */
        return;
    disk->started = true;
    disk->active = disk->worker_count;
    sim_trace(disk->sim, SIM_EV_PHASE, 1, 0, 0, 0);
    for (uint32_t i = 0; i < disk->worker_count; i++)
        disk__worker_start(&disk->worker[i]);
}

const struct sim_model disk_model = {
    .name = "disk",
    .setup = disk_setup,
    .start = disk_start,
};
