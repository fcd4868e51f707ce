/* models/disk/attach.c - the class driver's start: how large the disk is, and what it is called.
 *
 * The start-up requests are sent one after the other by the start-up thread. The capacity is asked
 * for once more at most, everything else as often as classpnp does (reference chapter 4.5).
 *
 * Left out: write cache and mode pages.
 */
#include <string.h>

#include "models/disk/disk_private.h"
#include "models/disk/scsi.h"
#include "models/nt/event_log.h"

#define CAPACITY_RETRIES 1

/* Sends the probe request until it works or will not; the start-up thread may wait between
 * tries. */
static bool probe(struct disk *disk, uint32_t retries)
{
    struct disk_outcome outcome;

    for (uint32_t used = 0;; used++) {
        disk->probe.io = ++disk->io_serial;
        sp_submit_and_wait(disk->port, &disk->probe);
        outcome = disk__interpret(&disk->probe, used, disk->legacy);
        if (outcome.action == DISK_DONE)
            return true;
        if (outcome.action == DISK_FAIL || used >= retries)
            return false;
        if (outcome.delay_ns)
            nt_sleep(disk->nt, outcome.delay_ns);
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
    if (probe(disk, CAPACITY_RETRIES)) {
        *blocks = scsi_get64(data) + 1;
        *block_bytes = scsi_get32(data + 8);
        return true;
    }
    probe_prepare(disk, 8);
    disk->probe.cdb[0] = SCSI_READ_CAPACITY_10;
    disk->probe.cdb_bytes = 10;
    if (!probe(disk, CAPACITY_RETRIES) || scsi_get32(data) == UINT32_MAX)
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
    return probe(disk, disk->tries.left);
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
    if (block_bytes != disk->block_bytes || blocks < disk->load.end_block)
        return false; /* not the disk of the scenario */
    if (!disk__packets_create(disk, sp_max_transfer(port)))
        return false;
    disk->capacity_blocks = blocks;
    disk->attached = true;
    read_identity(disk);
    return true;
}

void disk__detach(void *ctx, struct sp_port *port, uint32_t lun)
{
    struct disk *disk = ctx;
    const struct nt_log_entry entry = {
        .by = NT_LOG_DISK, .source = "disk", .id = NT_EVENT_SURPRISE_REMOVED, .about = lun};

    if (disk->attached && lun == disk->lun && sp_surprised(port))
        nt_log(disk->nt, &entry, "disk 0 has been surprise removed");
}
