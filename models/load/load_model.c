/* models/load/load_model.c - the load as a part of the machine: built from the scenario, started,
 * ended.
 *
 * A run ends when the load does: every worker has submitted what it will, every I/O has come back,
 * and the port driver has settled (no request of its own under way, no reset, no pause). Only then
 * is the run over, so that checkers see what a recovery leaves behind.
 */
#include "models/load/load_private.h"

/* Looks for the port driver to settle: the first after SETTLE_MIN, then twice as long each time. */
#define SETTLE_MIN SIM_MS
#define SETTLE_MAX SIM_S

/* --- queries ---------------------------------------------------------------------------------- */

uint32_t load_in_flight(const struct load *load)
{
    return load->inflight;
}

bool load_drained(const struct load *load)
{
    return load->started && !load->active && !load->inflight;
}

void load_get_geometry(const struct load *load, struct load_geometry *out)
{
    *out = load->geometry;
}

uint32_t load_read_back(const struct load *load, uint64_t io, uint32_t block, uint32_t count,
                        struct load_value *out)
{
    const struct load_io *ending = load->ending;
    uint32_t bytes = load->geometry.block_bytes;

    SIM_ASSERT(ending && disk_io_serial(&ending->io) == io);
    SIM_ASSERT(count && block + count <= ending->io.blocks);
    if (!ending->worker->w->verify) {
        *out = (struct load_value){.kind = LOAD_VALUE_UNCHECKED};
        return count;
    }
    return load__values((const char *)ending->io.packet.request.data + (size_t)block * bytes, bytes,
                        count, out);
}

/* --- the end of a run ------------------------------------------------------------------------- */

static bool port_settled(const struct load *load)
{
    return !faults_awaited(load->faults) && !load->bus_reset.queued &&
           !sp_outstanding(load->port) && !sp_queued(load->port) && !sp_paused(load->port) &&
           !sp_recovering(load->port) && !sp_changing(load->port);
}

static void settle(struct sim_event *event, void *ctx)
{
    struct load *load = ctx;

    SIM_ASSERT(load_drained(load));
    if (port_settled(load)) {
        sim_stop(load->sim, SIM_STOP_DONE);
        return;
    }
    if (load->settle_ns < SETTLE_MAX)
        load->settle_ns *= 2;
    sim_event_in(load->sim, event, load->settle_ns, settle, load);
}

void load__may_end(struct load *load)
{
    if (!load_drained(load) || sim_event_pending(&load->settle))
        return;
    load->settle_ns = SETTLE_MIN;
    sim_event_in(load->sim, &load->settle, SETTLE_MIN, settle, load);
}

void load__worker_finished(struct load *load)
{
    SIM_ASSERT(load->active);
    if (--load->active == 0)
        sim_trace(load->sim, SIM_EV_PHASE, 2, 0, 0, 0);
}

/* --- bus resets asked for from above ---------------------------------------------------------- */

static void bus_reset_ask(struct nt *nt, void *ctx)
{
    struct load *load = ctx;

    (void)nt;
    sp_request_bus_reset(load->port);
}

/* [fault NAME] action = reset. Asked for by a thread of CPU 0; once more while it has not had its
 * turn adds nothing. */
static void bus_reset_due(void *ctx, const struct fault *fault,
                          const struct fault_occasion *occasion)
{
    struct load *load = ctx;

    (void)fault;
    (void)occasion;
    nt_work_queue(load->nt, &load->bus_reset, 0);
}

static void setup_bus_reset(struct load *load, struct faults *faults)
{
    nt_work_init(&load->bus_reset, bus_reset_ask, load);
    fault_serve(faults, SIM_FAULT_RESET,
                &(struct fault_server){.begin = bus_reset_due, .ctx = load});
}

/* --- the model -------------------------------------------------------------------------------- */

static int load_setup(struct sim_machine *machine, struct sim_error *error)
{
    struct load *load = sim_world_alloc(sizeof *load, 64);

    machine->part[MACHINE_LOAD] = load;
    load->sim = machine->sim;
    load->nt = machine->part[MACHINE_NT];
    load->port = machine->part[MACHINE_STORPORT];
    load->disk = machine->part[MACHINE_DISK];
    if (load__build(load, machine, error) < 0)
        return -1;
    load->faults = faults_of(machine);
    setup_bus_reset(load, load->faults);
    return 0;
}

static void load_start(struct sim_machine *machine)
{
    struct load *load = machine->part[MACHINE_LOAD];

    if (!disk_attached(load->disk)) /* the start failed, and that was found */
        return;
    load->started = true;
    load->active = load->worker_count;
    sim_trace(load->sim, SIM_EV_PHASE, 1, 0, 0, 0);
    for (uint32_t i = 0; i < load->worker_count; i++)
        load__worker_init(&load->worker[i]);
    load__workers_begin(load);
}

const struct sim_model load_model = {
    .name = "load",
    .setup = load_setup,
    .start = load_start,
};
