/* models/disk/packet.c - transfer packets: the requests that carry an I/O, and their retries.
 *
 * An I/O that is larger than the adapter takes is split; its parts travel side by side, each a
 * packet with an SRB and retries of its own, and the I/O ends with the last of them, with the first
 * error that any had. When no packet is left, the I/O waits (classpnp's deferred IRPs).
 *
 * A packet keeps its slot, and so its SRB and buffer, through all its retries. A retry is sent by a
 * DPC: at once on the CPU that brought the packet back, or by a timer. Every retry is charged to
 * the packet's general budget, one after a reset or a time-out to a second one too (reference
 * chapter 4.5); the last that either allows goes untagged, without disconnect and synchronous
 * transfer.
 */
#include <string.h>

#include "models/disk/disk_private.h"
#include "models/disk/scsi.h"
#include "models/nt/event_log.h"
#include "sim/run/result.h"

#define UNMAP_LIST_BYTES 24
#define FLUSH_TIMEOUT_FACTOR 4 /* disk.sys gives a cache flush four times as long */

/* --- building --------------------------------------------------------------------------------- */

#define CDB_FUA 0x08 /* in byte 1 of READ and WRITE; SBC-3, 5.32 */

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
    request->data_bytes = 0;
    request->timeout_s *= FLUSH_TIMEOUT_FACTOR;
}

/* UNMAP of one range; its parameter list goes where data would be. SBC-3, 5.28. */
static void build_unmap(struct sp_request *request, uint64_t lba, uint32_t blocks)
{
    uint8_t *list = request->data;

    memset(request->cdb, 0, sizeof request->cdb);
    request->cdb[0] = SCSI_UNMAP;
    request->cdb[8] = UNMAP_LIST_BYTES;
    request->cdb_bytes = 10;
    request->to_device = true;
    request->data_bytes = UNMAP_LIST_BYTES;
    sim_world_touch(list, UNMAP_LIST_BYTES);
    memset(list, 0, UNMAP_LIST_BYTES);
    list[1] = UNMAP_LIST_BYTES - 2;
    list[3] = UNMAP_LIST_BYTES - 8;
    scsi_put64(list + 8, lba);
    scsi_put32(list + 16, blocks);
}

/* Fills cdb, sizes, flags and time-out of a packet whose op is set, with all its retries before
 * it. */
static inline void build(struct disk *disk, struct disk_packet *packet, uint64_t lba,
                         uint32_t blocks)
{
    struct sp_request *request = &packet->request;

    packet->tries = disk->tries;
    packet->lba = lba;
    request->lun = disk->lun;
    request->timeout_s = disk->timeout_s;
    request->flags = disk->health.flags;
    if (request->op == SP_FLUSH) {
        build_flush(request);
        return;
    }
    SIM_ASSERT(blocks && lba + blocks <= disk->capacity_blocks);
    if (SIM_UNLIKELY(request->op == SP_TRIM)) {
        build_unmap(request, lba, blocks);
        return;
    }
    request->to_device = request->op == SP_WRITE;
    request->data_bytes = blocks * disk->block_bytes;
    build_rw(request, request->to_device, lba, blocks);
    if (SIM_UNLIKELY(packet->io->fua) && request->to_device)
        request->cdb[1] |= CDB_FUA;
}

/* --- sending ---------------------------------------------------------------------------------- */

static uint32_t parts_of(const struct disk *disk, const struct disk_io *io)
{
    return (io->blocks + disk->packet_blocks - 1) / disk->packet_blocks;
}

/* The n-th part (from 0) of a split I/O; the first is the packet that every I/O has. */
static struct disk_packet *part(struct disk *disk, struct disk_io *io, uint32_t n)
{
    struct disk_packet *packet = &io->packet;
    uint32_t first = n * disk->packet_blocks, left = io->blocks - first;

    if (n) {
        packet = disk->spare;
        disk->spare = packet->next;
        disk->spares--;
        packet->io = io;
        packet->request.io = io->packet.request.io;
        packet->request.op = io->packet.request.op;
        packet->request.data = (char *)io->packet.request.data + (size_t)first * disk->block_bytes;
    }
    build(disk, packet, io->lba + first, left < disk->packet_blocks ? left : disk->packet_blocks);
    return packet;
}

static void send_split(struct disk *disk, struct disk_io *io)
{
    struct disk_packet *first = part(disk, io, 0), **end = &first->next;

    io->parts = parts_of(disk, io);
    sim_trace(disk->sim, SIM_EV_IO_SPLIT, first->request.io, io->parts, disk->packet_blocks, 0);
    for (uint32_t n = 1; n < io->parts; n++) {
        *end = part(disk, io, n);
        end = &(*end)->next;
    }
    *end = NULL;
    /* Those that were sent may be back, and in use again, before the last one is sent. */
    for (struct disk_packet *packet = first, *next; packet; packet = next) {
        next = packet->next;
        sp_submit(disk->port, &packet->request);
    }
}

static void serve_deferred(struct disk *disk)
{
    while (disk->deferred && parts_of(disk, disk->deferred) - 1 <= disk->spares) {
        struct disk_io *io = disk->deferred;

        disk->deferred = io->next;
        if (!disk->deferred)
            disk->deferred_tail = &disk->deferred;
        send_split(disk, io);
    }
}

static void defer(struct disk *disk, struct disk_io *io)
{
    io->next = NULL;
    *disk->deferred_tail = io;
    disk->deferred_tail = &io->next;
    serve_deferred(disk);
}

void disk_io_init(struct disk *disk, struct disk_io *io, void *data, uint32_t slot)
{
    SIM_ASSERT(slot < disk->load.slots);
    io->disk = disk;
    io->packet.io = io;
    io->packet.request.data = data;
    io->packet.request.slot = slot;
    io->packet.request.done = disk__packet_done;
    io->packet.request.ctx = &io->packet;
}

void disk_io_number(struct disk *disk, struct disk_io *io)
{
    io->packet.request.io = ++disk->io_serial;
}

void disk_io_send(struct disk *disk, struct disk_io *io)
{
    io->error = 0;
    io->retries = 0;
    if (SIM_UNLIKELY(io->blocks > disk->packet_blocks) && io->packet.request.op != SP_TRIM) {
        defer(disk, io);
        return;
    }
    io->parts = 1;
    build(disk, &io->packet, io->lba, io->blocks);
    sp_submit(disk->port, &io->packet.request);
}

/* --- retries ---------------------------------------------------------------------------------- */

static void retry_dpc(struct nt *nt, void *ctx, uint64_t arg1, uint64_t arg2)
{
    struct disk_packet *packet = ctx;

    (void)nt;
    (void)arg1;
    (void)arg2;
    sp_submit(packet->io->disk->port, &packet->request);
}

static void retry_due(struct sim_event *event, void *ctx)
{
    struct disk_packet *packet = ctx;

    (void)event;
    nt_dpc_queue(packet->io->disk->nt, &packet->dpc, packet->cpu, 0, 0);
}

/* Less is asked of the device when it is the last time. */
static void scale_down(const struct disk *disk, struct disk_packet *packet)
{
    bool last = !packet->tries.left || (packet->tries.timed_out && !packet->tries.time_outs_left);

    if (!last || !disk->health.throttle)
        return;
    packet->request.flags &= ~(uint32_t)SP_FLAG_TAGGED;
    packet->request.flags |= SP_FLAG_DISABLE_DISCONNECT | SP_FLAG_DISABLE_SYNCH_TRANSFER;
}

static void send_again(struct disk *disk, struct disk_packet *packet, sim_ns delay)
{
    struct disk_io *io = packet->io;

    io->retries++;
    packet->tries.made++;
    scale_down(disk, packet);
    sim_trace(disk->sim, SIM_EV_IO_RETRY, packet->request.io, packet->request.srb_status,
              io->retries, packet->request.flags);
    sim_figure_set(SIM_FIG_RETRIES, (int64_t)++disk->retries_made);
    if (!packet->dpc.fn)
        nt_dpc_init(disk->nt, &packet->dpc, retry_dpc, packet);
    packet->cpu = nt_cpu(disk->nt);
    if (delay)
        sim_event_in(disk->sim, &packet->event, delay, retry_due, packet);
    else
        nt_dpc_queue(disk->nt, &packet->dpc, packet->cpu, 0, 0);
}

/* Takes a retry out of the budgets that pay for it; false when there is none, or none is wanted. */
static bool may_retry(struct disk_packet *packet, const struct disk_outcome *outcome)
{
    if (outcome->action != DISK_RETRY || !packet->tries.left)
        return false;
    if (outcome->timed_out) {
        packet->tries.timed_out = true;
        if (!packet->tries.time_outs_left)
            return false;
        packet->tries.time_outs_left--;
    }
    packet->tries.left--;
    return true;
}

/* --- the event log ---------------------------------------------------------------------------- */

static void log_event(struct disk *disk, const struct disk_packet *packet, uint32_t id,
                      const char *what)
{
    const struct sp_request *r = &packet->request;
    const struct nt_log_entry entry = {
        .by = NT_LOG_DISK, .source = "disk", .id = id, .about = r->io, .detail = r->srb_status};

    if (r->op == SP_FLUSH) /* once is enough for those */
        nt_log(disk->nt, &entry, "a flush of disk 0 %s (SRB status 0x%02x, SCSI status 0x%02x)",
               what, r->srb_status, r->scsi_status);
    else
        nt_log(disk->nt, &entry,
               "the I/O at logical block address 0x%llx of disk 0 %s (SRB status 0x%02x, SCSI "
               "status 0x%02x, opcode 0x%02x)",
               (unsigned long long)packet->lba, what, r->srb_status, r->scsi_status, r->cdb[0]);
}

static const char *what_of(uint32_t id)
{
    switch (id) {
    case NT_EVENT_BAD_BLOCK:
        return "met a bad block";
    case NT_EVENT_HARDWARE_ERROR:
        return "failed due to a hardware error";
    case NT_EVENT_NOT_READY:
        return "found the device not ready";
    case NT_EVENT_SEEK_ERROR:
    case NT_EVENT_RECOVERED_ECC:
        return "recovered from an error";
    case NT_EVENT_FAILURE_PREDICTED:
        return "came back with the prediction that the disk will fail";
    default:
        return "met a controller error";
    }
}

static void log_outcome(struct disk *disk, const struct disk_packet *packet,
                        const struct disk_outcome *outcome)
{
    bool *logged_once = packet->request.op == SP_FLUSH               ? &disk->logged_flush
                        : outcome->log == NT_EVENT_FAILURE_PREDICTED ? &disk->logged_prediction
                                                                     : NULL;

    if (!outcome->log || (logged_once && *logged_once))
        return;
    if (logged_once)
        *logged_once = true;
    log_event(disk, packet, outcome->log, what_of(outcome->log));
}

/* Event 153: the first retry of a read or write whose reason may point at the device. */
static void log_retry(struct disk *disk, const struct disk_packet *packet,
                      const struct disk_outcome *outcome)
{
    bool reset = packet->request.srb_status == SRB_BUS_RESET && disk->log_reset_retries;
    bool moves_blocks = packet->request.op == SP_READ || packet->request.op == SP_WRITE;

    if (packet->tries.made || !moves_blocks || (!outcome->log_retry && !reset))
        return;
    log_event(disk, packet, NT_EVENT_RETRIED, "was retried");
}

/* --- how they end ----------------------------------------------------------------------------- */

static void give_back(struct disk *disk, struct disk_packet *packet)
{
    packet->next = disk->spare;
    disk->spare = packet;
    disk->spares++;
}

static void end_io(struct disk *disk, struct disk_io *io)
{
    if (!io->error)
        disk__health_good(&disk->health);
    disk->load.done(disk->load.ctx, io, io->error);
    serve_deferred(disk);
}

static void end(struct disk *disk, struct disk_packet *packet, uint8_t error)
{
    struct disk_io *io = packet->io;

    if (!io->error)
        io->error = error;
    if (packet != &io->packet)
        give_back(disk, packet);
    if (--io->parts == 0)
        end_io(disk, io);
}

static void failed(struct disk *disk, struct disk_packet *packet)
{
    struct disk_outcome outcome =
        disk__interpret(&packet->request, packet->tries.made, disk->legacy);
    bool retry;

    if (outcome.counts)
        disk__health_error(&disk->health);
    log_outcome(disk, packet, &outcome);
    retry = may_retry(packet, &outcome);
    if (retry)
        log_retry(disk, packet, &outcome);
    if (outcome.reset_bus)
        sp_request_bus_reset(disk->port);
    if (packet->request.queue_frozen)
        sp_release_queue(disk->port, disk->lun);
    if (retry)
        send_again(disk, packet, outcome.delay_ns);
    else
        end(disk, packet, outcome.action == DISK_DONE ? 0 : outcome.error);
}

/* Success that moved less is passed on as it is: to the application a short transfer. */
static void succeeded(struct disk *disk, struct disk_packet *packet)
{
    const struct sp_request *request = &packet->request;
    bool moves_blocks = request->op == SP_READ || request->op == SP_WRITE;

    end(disk, packet,
        moves_blocks && request->transferred < request->data_bytes ? SRB_DATA_OVERRUN : 0);
}

/* Nothing but this packet, whole, and nothing to be remembered of what went before. */
static bool is_plain(const struct disk *disk, const struct disk_packet *packet)
{
    return packet == &packet->io->packet && packet->io->parts == 1 && !packet->io->error &&
           packet->request.transferred >= packet->request.data_bytes && !disk->health.errors &&
           !disk->deferred;
}

void disk__packet_done(struct sp_request *request, void *ctx)
{
    struct disk_packet *packet = ctx;
    struct disk *disk = packet->io->disk;

    SIM_ASSERT(request == &packet->request);
    SIM_ASSERT(!sim_event_pending(&packet->event));
    if (SIM_UNLIKELY(request->srb_status != SRB_SUCCESS))
        failed(disk, packet);
    else if (SIM_LIKELY(is_plain(disk, packet)))
        disk->load.done(disk->load.ctx, packet->io, 0);
    else
        succeeded(disk, packet);
}

/* --- the pool --------------------------------------------------------------------------------- */

bool disk__packets_create(struct disk *disk, uint32_t bytes_max)
{
    uint32_t base = disk->probe.slot + 1, count, most = SP_SLOTS_MAX - base;
    struct disk_packet *pool;

    disk->packet_blocks = bytes_max / disk->block_bytes;
    if (!disk->packet_blocks)
        return false;
    count = disk->load.spares(disk->load.ctx, disk->packet_blocks);
    count = count < most ? count : most;
    disk->deferred_tail = &disk->deferred;
    if ((disk->load.io_blocks_max - 1) / disk->packet_blocks > count)
        return false;
    if (!count)
        return true;
    pool = sim_world_alloc(count * sizeof *pool, 64);
    for (uint32_t i = count; i-- > 0;) {
        pool[i].request.slot = base + i;
        pool[i].request.done = disk__packet_done;
        pool[i].request.ctx = &pool[i];
        give_back(disk, &pool[i]);
    }
    return true;
}
