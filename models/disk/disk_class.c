/* models/disk/disk_class.c - the disk class driver: start-up requests, CDBs, and retries.
 *
 * A request keeps its slot, and so its SRB and buffer, through all its retries, as a transfer
 * packet of classpnp does. There are two budgets of the same size (reference chapter 4.5): one for
 * requests that a reset or a time-out ended, one for everything else. A retry without delay is sent
 * from the DPC that brought the request back.
 *
 * Left out: the last retry's untagged queueing, splitting of large transfers, write cache and mode
 * pages.
 */
#include <string.h>

#include "models/disk/disk_private.h"
#include "models/disk/scsi.h"
#include "sim/run/result.h"

#define FLUSH_TIMEOUT_FACTOR 4 /* disk.sys gives a cache flush four times as long */

/* --- requests of the load --------------------------------------------------------------------- */

static void build_rw(struct sp_request *request, bool write, uint64_t lba, uint32_t blocks)
{
    memset(request->cdb, 0, sizeof request->cdb);
    if (lba + blocks <= UINT32_MAX && blocks <= UINT16_MAX) {
        request->cdb[0] = write ? SCSI_WRITE_10 : SCSI_READ_10;
        scsi_put32(request->cdb + 2, (uint32_t)lba);
        request->cdb[7] = (uint8_t)(blocks >> 8);
        request->cdb[8] = (uint8_t)blocks;
        request->cdb_bytes = 10;
        return;
    }
    request->cdb[0] = write ? SCSI_WRITE_16 : SCSI_READ_16;
    scsi_put64(request->cdb + 2, lba);
    scsi_put32(request->cdb + 10, blocks);
    request->cdb_bytes = 16;
}

static void build_flush(struct sp_request *request)
{
    memset(request->cdb, 0, sizeof request->cdb);
    request->cdb[0] = SCSI_SYNCHRONIZE_CACHE_10; /* all blocks */
    request->cdb_bytes = 10;
}

void disk__request_build(struct disk *disk, struct disk_io *io)
{
    struct sp_request *request = &io->request;

    SIM_ASSERT(disk->attached);
    request->lun = disk->lun;
    request->timeout_s = disk->timeout_s;
    request->flags = SP_FLAG_TAGGED | SP_FLAG_NO_QUEUE_FREEZE;
    if (request->op == SP_FLUSH) {
        build_flush(request);
        request->data_bytes = 0;
        request->timeout_s *= FLUSH_TIMEOUT_FACTOR;
        return;
    }
    SIM_ASSERT(io->blocks && io->lba + io->blocks <= disk->capacity_blocks);
    request->to_device = request->op == SP_WRITE;
    request->data_bytes = io->blocks * disk->geometry.block_bytes;
    build_rw(request, request->to_device, io->lba, io->blocks);
}

/* --- how they end ----------------------------------------------------------------------------- */

static void retry_due(struct sim_event *event, void *ctx)
{
    (void)event;
    disk__worker_retry(ctx);
}

static void send_again(struct disk *disk, struct disk_io *io, sim_ns delay)
{
    io->retries++;
    sim_trace(disk->sim, SIM_EV_IO_RETRY, io->request.io, io->request.srb_status, io->retries, 0);
    sim_figure_set(SIM_FIG_RETRIES, (int64_t)++disk->retries_made);
    if (delay)
        sim_event_in(disk->sim, &io->event, delay, retry_due, io);
    else
        sp_submit(disk->port, &io->request);
}

/* Takes one retry out of the budget that pays for it; false when there is none, or none is
 * wanted. */
static bool may_retry(struct disk_io *io, enum disk_action action, uint32_t budget)
{
    uint8_t *used = action == DISK_RETRY_TIMEOUT ? &io->retries_timeout : &io->retries_general;

    if (action == DISK_DONE || action == DISK_FAIL || *used >= budget)
        return false;
    ++*used;
    return true;
}

void disk__request_done(struct sp_request *request, void *ctx)
{
    struct disk_io *io = ctx;
    struct disk *disk = io->worker->disk;
    struct disk_outcome outcome = disk__interpret(request);

    SIM_ASSERT(request == &io->request);
    SIM_ASSERT(!sim_event_pending(&io->event));
    if (may_retry(io, outcome.action, disk->retries))
        send_again(disk, io, outcome.delay_ns);
    else
        disk__worker_done(io, outcome.action == DISK_DONE ? 0 : outcome.error);
}

/* --- start-up --------------------------------------------------------------------------------- */

/* Sends the probe request until it works or will not; the start-up thread may wait between
 * tries. */
static bool probe(struct disk *disk)
{
    static const bool never;
    struct disk_outcome outcome;

    for (uint32_t used = 0;; used++) {
        disk->probe.io = ++disk->io_serial;
        sp_submit_and_wait(disk->port, &disk->probe);
        outcome = disk__interpret(&disk->probe);
        if (outcome.action == DISK_DONE)
            return true;
        if (outcome.action == DISK_FAIL || used >= disk->retries)
            return false;
        if (outcome.delay_ns)
            nt_wait(disk->nt, &never, sim_now(disk->sim) + outcome.delay_ns);
    }
}

static void probe_prepare(struct disk *disk, uint32_t data_bytes)
{
    struct sp_request *request = &disk->probe;

    memset(request->cdb, 0, sizeof request->cdb);
    request->op = SP_OTHER;
    request->lun = disk->lun;
    request->timeout_s = disk->timeout_s;
    request->flags = SP_FLAG_TAGGED | SP_FLAG_NO_QUEUE_FREEZE;
    request->data = disk->probe_data;
    request->data_bytes = data_bytes;
    request->to_device = false;
    sim_world_touch(disk->probe_data, NT_PAGE);
    memset(disk->probe_data, 0, NT_PAGE);
}

/* Blocks and bytes of a block; false when the unit does not tell. READ CAPACITY(10) answers all
 * ones for a disk that is too large for it. */
static bool read_capacity(struct disk *disk, uint64_t *blocks, uint32_t *block_bytes)
{
    const uint8_t *data = disk->probe_data;

    probe_prepare(disk, 32);
    disk->probe.cdb[0] = SCSI_SERVICE_ACTION_IN_16;
    disk->probe.cdb[1] = SCSI_SAI_READ_CAPACITY_16;
    scsi_put32(disk->probe.cdb + 10, 32);
    disk->probe.cdb_bytes = 16;
    if (probe(disk)) {
        *blocks = scsi_get64(data) + 1;
        *block_bytes = scsi_get32(data + 8);
        return true;
    }
    probe_prepare(disk, 8);
    disk->probe.cdb[0] = SCSI_READ_CAPACITY_10;
    disk->probe.cdb_bytes = 10;
    if (!probe(disk) || scsi_get32(data) == UINT32_MAX)
        return false;
    *blocks = (uint64_t)scsi_get32(data) + 1;
    *block_bytes = scsi_get32(data + 4);
    return true;
}

static bool inquiry_page(struct disk *disk, uint8_t page)
{
    probe_prepare(disk, 0xFF);
    disk->probe.cdb[0] = SCSI_INQUIRY;
    disk->probe.cdb[1] = 1; /* EVPD */
    disk->probe.cdb[2] = page;
    disk->probe.cdb[4] = 0xFF;
    disk->probe.cdb_bytes = 6;
    return probe(disk);
}

/* The serial number, as disk.sys asks for it. Nothing depends on the answer. */
static void read_identity(struct disk *disk)
{
    const uint8_t *data = disk->probe_data;
    uint32_t pages;

    if (!inquiry_page(disk, SCSI_VPD_SUPPORTED))
        return;
    pages = data[3];
    for (uint32_t i = 0; i < pages; i++)
        if (data[4 + i] == SCSI_VPD_SERIAL) {
            inquiry_page(disk, SCSI_VPD_SERIAL);
            return;
        }
}

bool disk__attach(void *ctx, struct sp_port *port, uint32_t lun)
{
    struct disk *disk = ctx;
    uint64_t blocks;
    uint32_t block_bytes;

    if (disk->attached) /* the load runs on the first disk; others are left alone */
        return true;
    disk->port = port;
    disk->lun = lun;
    if (!read_capacity(disk, &blocks, &block_bytes))
        return false;
    if (block_bytes != disk->geometry.block_bytes ||
        blocks < disk->geometry.first_block + disk->geometry.blocks)
        return false; /* not the disk of the scenario */
    if ((uint64_t)disk->geometry.io_blocks_max * block_bytes > sp_max_transfer(port))
        return false;
    disk->capacity_blocks = blocks;
    disk->attached = true;
    read_identity(disk);
    return true;
}
