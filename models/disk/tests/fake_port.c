/* models/disk/tests/fake_port.c - the port driver's upper edge, without a port driver. */
#include "models/disk/tests/fake_port.h"

#include "models/fault/fault.h"

#include <check.h>
#include <string.h>

#include "models/disk/scsi.h"

struct fake_port fake_port;
struct sim *fake_sim;
struct nt *fake_nt;
struct disk *fake_disk;
struct load *fake_load;
struct sim_error fake_error;
struct fake_seen fake_seen[FAKE_LOG_MAX];
uint32_t fake_seen_count;

static struct sim_machine machine;
static struct sim_scenario *scenario;
static struct sp_class class_driver;
static bool attached, attach_over;
static uint8_t medium[FAKE_BLOCKS][512];

/* One request on its way; indexed by slot. */
static struct trip {
    struct sp_request *request;
    struct sim_event event;
    struct nt_dpc dpc;
    uint32_t cpu, tries;
    uint64_t io;
    bool ready;
} * trip;

bool sp_surprised(const struct sp_port *port)
{
    (void)port;
    return fake_port.surprised;
}

void fake_detach(void)
{
    class_driver.detach(class_driver.ctx, NULL, 0);
}

/* --- the port's upper edge -------------------------------------------------------------------- */

static uint64_t cdb_lba(const uint8_t *cdb)
{
    return cdb[0] == SCSI_READ_16 || cdb[0] == SCSI_WRITE_16 ? scsi_get64(cdb + 2)
                                                             : scsi_get32(cdb + 2);
}

static void move(struct sp_request *request)
{
    uint64_t lba = cdb_lba(request->cdb);

    if (!request->data_bytes || fake_port.move_nothing || request->op == SP_TRIM)
        return;
    ck_assert_uint_le(lba + request->data_bytes / 512, FAKE_BLOCKS);
    if (request->to_device)
        memcpy(medium[lba], request->data, request->data_bytes);
    else
        memcpy(request->data, medium[lba], request->data_bytes);
}

static void end(struct nt *nt, void *ctx, uint64_t arg1, uint64_t arg2)
{
    struct trip *t = ctx;
    struct sp_request *request = t->request;

    (void)arg1;
    (void)arg2;
    ck_assert_uint_eq(nt_irql(nt), NT_DISPATCH);
    fake_port.in_flight--;
    t->request = NULL;
    request->srb_status = SRB_SUCCESS;
    request->scsi_status = SCSI_GOOD;
    request->sense_valid = false;
    request->queue_frozen = false;
    request->transferred = request->data_bytes;
    if (fake_port.end)
        fake_port.end(request, t->tries++);
    if (request->srb_status == SRB_SUCCESS)
        move(request);
    request->done(request, request->ctx);
}

static void arrive(struct sim_event *event, void *ctx)
{
    struct trip *t = ctx;

    (void)event;
    ck_assert(nt_dpc_queue(fake_nt, &t->dpc, t->cpu, 0, 0));
}

void sp_submit(struct sp_port *port, struct sp_request *request)
{
    struct trip *t = &trip[request->slot];
    uint32_t n = fake_port.submitted++;

    (void)port;
    ck_assert_uint_lt(n, FAKE_LOG_MAX);
    ck_assert_ptr_null(t->request);
    ck_assert_uint_le(nt_irql(fake_nt), NT_DISPATCH);
    if (!t->ready)
        nt_dpc_init(fake_nt, &t->dpc, end, t);
    t->ready = true;
    if (t->io != request->io)
        t->tries = 0;
    t->io = request->io;
    t->request = request;
    t->cpu = nt_cpu(fake_nt);
    fake_port.log[n].io = request->io;
    fake_port.log[n].op = request->op;
    memcpy(fake_port.log[n].cdb, request->cdb, SP_CDB_BYTES);
    fake_port.log[n].irql = nt_irql(fake_nt);
    fake_port.log[n].cpu = (uint8_t)t->cpu;
    fake_port.log[n].slot = request->slot;
    fake_port.log[n].timeout_s = request->timeout_s;
    fake_port.log[n].data_bytes = request->data_bytes;
    fake_port.log[n].flags = request->flags;
    fake_port.log[n].at = sim_now(fake_sim);
    if (++fake_port.in_flight > fake_port.in_flight_max)
        fake_port.in_flight_max = fake_port.in_flight;
    sim_event_in(fake_sim, &t->event, fake_port.delay_ns, arrive, t);
    sim_point(fake_sim, 100);
}

static void answer_probe(struct sp_request *request)
{
    uint8_t *data = request->data;

    sim_world_touch(data, NT_PAGE);
    request->srb_status = SRB_SUCCESS;
    switch (request->cdb[0]) {
    case SCSI_SERVICE_ACTION_IN_16:
        scsi_put64(data, fake_port.blocks - 1);
        scsi_put32(data + 8, fake_port.block_bytes);
        if (fake_port.refuses_16)
            request->srb_status = SRB_INVALID_REQUEST;
        break;
    case SCSI_READ_CAPACITY_10:
        scsi_put32(data,
                   fake_port.blocks > UINT32_MAX ? UINT32_MAX : (uint32_t)fake_port.blocks - 1);
        scsi_put32(data + 4, fake_port.block_bytes);
        break;
    default: /* inquiry pages */
        memset(data, 0, 16);
        data[3] = 2;
        data[5] = SCSI_VPD_SERIAL;
    }
}

void sp_submit_and_wait(struct sp_port *port, struct sp_request *request)
{
    (void)port;
    ck_assert_uint_eq(nt_irql(fake_nt), NT_PASSIVE);
    request->sense_valid = false;
    request->queue_frozen = false;
    request->scsi_status = SCSI_GOOD;
    answer_probe(request);
    request->transferred = request->data_bytes;
    if (fake_port.end)
        fake_port.end(request, fake_port.probes);
    fake_port.probes++;
}

void sp_set_class(struct sp_port *port, const struct sp_class *class)
{
    (void)port;
    class_driver = *class;
}

uint32_t sp_max_transfer(const struct sp_port *port)
{
    (void)port;
    return fake_port.max_transfer;
}

uint32_t sp_outstanding(const struct sp_port *port)
{
    (void)port;
    return fake_port.in_flight;
}

uint32_t sp_queued(const struct sp_port *port)
{
    (void)port;
    return 0;
}

bool sp_paused(const struct sp_port *port)
{
    (void)port;
    return fake_port.paused;
}

bool sp_changing(const struct sp_port *port)
{
    (void)port;
    return false;
}

bool sp_recovering(const struct sp_port *port)
{
    (void)port;
    return false;
}

void sp_release_queue(struct sp_port *port, uint32_t lun)
{
    (void)port;
    ck_assert_uint_eq(lun, 0);
    ck_assert(nt_on_cpu(fake_nt));
    fake_port.releases++;
}

void sp_request_bus_reset(struct sp_port *port)
{
    (void)port;
    ck_assert(nt_on_cpu(fake_nt));
    fake_port.bus_resets++;
    sim_trace(fake_sim, SIM_EV_TIER, 3, 0, 0, 0);
}

/* --- fixtures --------------------------------------------------------------------------------- */

static void see(struct sim *sim, const struct sim_record *r, void *ctx)
{
    (void)sim;
    (void)ctx;
    ck_assert_uint_lt(fake_seen_count, FAKE_LOG_MAX);
    fake_seen[fake_seen_count].at = r->at;
    fake_seen[fake_seen_count].event = (enum sim_event_id)r->event;
    memcpy(fake_seen[fake_seen_count++].arg, r->arg, sizeof r->arg);
}

void fake_setup(void)
{
    static const enum sim_event_id watched[] = {
        SIM_EV_IO_FUA, SIM_EV_IO_SUBMIT, SIM_EV_IO_DONE,  SIM_EV_IO_RETRY,   SIM_EV_PHASE,
        SIM_EV_TIER,   SIM_EV_EVENT_LOG, SIM_EV_THROTTLE, SIM_EV_WORKER_STOP};
    struct sim_config config;

    ck_assert_int_eq(sim_world_create(), 0);
    sim_config_defaults(&config);
    config.explore.jitter_ns = 0;
    fake_sim = sim_create(&config);
    fake_nt = nt_create(fake_sim, 4);
    for (unsigned i = 0; i < sizeof watched / sizeof watched[0]; i++)
        sim_trace_subscribe(fake_sim, watched[i], see, NULL);
    machine = (struct sim_machine){.sim = fake_sim};
    machine.part[MACHINE_NT] = fake_nt;
    machine.part[MACHINE_MEMORY] = nt_memory_create(fake_sim);
    trip = sim_world_alloc(SP_SLOTS_MAX * sizeof *trip, 64);
    memset(medium, 0, sizeof medium);
    fake_port = (struct fake_port){.delay_ns = 10 * SIM_US,
                                   .blocks = FAKE_BLOCKS,
                                   .block_bytes = 512,
                                   .max_transfer = 1u << 20};
    fake_seen_count = 0;
    scenario = NULL;
    sim_begin(fake_sim, 7, &sim_strategy_time, 0);
}

void fake_teardown(void)
{
    if (scenario)
        sim_scenario_free(scenario);
    sim_destroy(fake_sim);
    sim_world_destroy();
}

int fake_build(const char *text)
{
    int status;

    ck_assert_msg(sim_scenario_parse("test", text, NULL, 0, &fake_error, &scenario) == 0, "%s",
                  fake_error.text);
    machine.scenario = scenario;
    status = disk_model.setup(&machine, &fake_error);
    fake_disk = machine.part[MACHINE_DISK];
    if (!status)
        status = load_model.setup(&machine, &fake_error);
    fake_load = machine.part[MACHINE_LOAD];
    return status ? status : fault_model.setup(&machine, &fake_error);
}

static void start_up(struct nt *nt, void *ctx)
{
    static const bool never;

    (void)ctx;
    attached = class_driver.attach(class_driver.ctx, NULL, 0);
    attach_over = true;
    sim_stop(fake_sim, SIM_STOP_DONE);
    nt_wait(nt, &never, SIM_NEVER);
}

bool fake_attach(void)
{
    attach_over = false;
    nt_thread_create(fake_nt, 0, "start", start_up, NULL);
    ck_assert_int_eq(sim_run(fake_sim, sim_now(fake_sim) + 100 * SIM_S), SIM_STOP_DONE);
    ck_assert(attach_over);
    return attached;
}

enum sim_stop fake_run(sim_ns limit)
{
    load_model.start(&machine);
    fault_model.start(&machine);
    return sim_run(fake_sim, sim_now(fake_sim) + limit);
}

enum sim_stop fake_all(const char *text, sim_ns limit)
{
    ck_assert_msg(fake_build(text) == 0, "%s", fake_error.text);
    ck_assert(fake_attach());
    return fake_run(limit);
}

const struct fake_seen *fake_event(enum sim_event_id event, uint32_t n)
{
    for (uint32_t i = 0; i < fake_seen_count; i++)
        if (fake_seen[i].event == event && !n--)
            return &fake_seen[i];
    return NULL;
}

uint32_t fake_count(enum sim_event_id event)
{
    uint32_t n = 0;

    while (fake_event(event, n))
        n++;
    return n;
}
