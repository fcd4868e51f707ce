/* models/storport/srb.c - SRBs and SRB extensions in memory, and who may touch them when
 * (chapters 3.1, 3.5).
 *
 * A slot's SRB is at one address for ever, as a class driver's re-used SRB is. Between hand-over
 * and completion the miniport may touch SRB, sense buffer, scatter/gather list and extension, and
 * the device the data (one direction) and the extension (PRP lists live there). At completion all
 * of that ends at once. Extensions are poisoned at every hand-over, never zeroed; a slot has two
 * and changes between them when a request came back BUSY (8.5-73).
 */
#include <string.h>

#include "models/storport/sp_private.h"

#define SRB_MAGIC 0x5352422d68656164ull
#define HEAD_ROOM 64u /* below each SRB; the head is its last 16 bytes */
#define EXTENDED_ADDRESS 0x80u
#define EXTENDED_CDB 0x90u
#define EXTENDED_BYTES (EXTENDED_CDB + (uint32_t)sizeof(SRBEX_DATA_SCSI_CDB16))
#define WHY(what) ((uint8_t)(SIM_WHY_##what << SIM_MEM_WHY_SHIFT))

_Static_assert(sizeof(struct sp_srb_head) == 16, "the head lies in front of a 16-byte aligned SRB");

static uint32_t round_up(uint32_t n, uint32_t to)
{
    return (n + to - 1) / to * to;
}

/* --- making slots ---------------------------------------------------------------------------- */

/* Sizes are known once HwStorFindAdapter has run. */
static void layout(struct sp_port *port)
{
    uint32_t sg_bytes = (uint32_t)(sizeof(STOR_SCATTER_GATHER_LIST) +
                                   port->sg_max * sizeof(STOR_SCATTER_GATHER_ELEMENT));

    port->srb_bytes = port->extended ? EXTENDED_BYTES : (uint32_t)sizeof(SCSI_REQUEST_BLOCK);
    port->stride =
        round_up(HEAD_ROOM + round_up(port->srb_bytes + SP_SENSE_BYTES, 16) + 16 + sg_bytes, 64);
    port->extension_stride = port->extension_bytes ? round_up(port->extension_bytes, 16) + 16 : 0;
}

static void slot_init(struct sp_port *port, struct sp_chunk *chunk, uint32_t index)
{
    struct sp_slot *slot = &chunk->slot[index % SP_CHUNK_SLOTS];
    uint8_t *base = chunk->srbs + (size_t)(index % SP_CHUNK_SLOTS) * port->stride;
    struct sp_srb_head *head = (struct sp_srb_head *)(void *)(base + HEAD_ROOM - sizeof *head);

    slot->index = index;
    slot->srb = (void *)(base + HEAD_ROOM);
    slot->sense = base + HEAD_ROOM + port->srb_bytes;
    slot->sg = (void *)(base + HEAD_ROOM + round_up(port->srb_bytes + SP_SENSE_BYTES, 16) + 16);
    if (chunk->extensions)
        for (uint32_t i = 0; i < 2; i++)
            slot->extension[i] = chunk->extensions +
                                 (size_t)(index % SP_CHUNK_SLOTS * 2 + i) * port->extension_stride;
    sim_world_touch(head, sizeof *head);
    *head = (struct sp_srb_head){.magic = SRB_MAGIC, .slot = index};
    sim_world_shadow_set(base, HEAD_ROOM, WHY(PORT));
}

static struct sp_chunk *chunk_create(struct sp_port *port, uint32_t number)
{
    struct sp_chunk *chunk = sim_world_alloc(sizeof *chunk, 64);

    if (!port->stride)
        layout(port);
    chunk->srbs =
        nt_pages_alloc(port->at.memory, (size_t)SP_CHUNK_SLOTS * port->stride, NT_SCATTERED, 0);
    if (port->extension_stride)
        chunk->extensions = nt_pages_alloc(
            port->at.memory, (size_t)SP_CHUNK_SLOTS * 2 * port->extension_stride, NT_CONTIGUOUS, 0);
    for (uint32_t i = 0; i < SP_CHUNK_SLOTS; i++)
        slot_init(port, chunk, number * SP_CHUNK_SLOTS + i);
    return chunk;
}

struct sp_slot *sp__slot(struct sp_port *port, uint32_t index)
{
    uint32_t number = index / SP_CHUNK_SLOTS;

    SIM_ASSERT(index < SP_SLOTS_ALL);
    if (SIM_UNLIKELY(!port->chunk[number]))
        port->chunk[number] = chunk_create(port, number);
    return &port->chunk[number]->slot[index % SP_CHUNK_SLOTS];
}

void sp__slots_reserve(struct sp_port *port, uint32_t slots)
{
    for (uint32_t i = 0; i < slots; i += SP_CHUNK_SLOTS)
        sp__slot(port, i);
    sp__slot(port, SP_SLOTS_MAX);
}

struct sp_slot *sp__slot_of(struct sp_port *port, const void *srb)
{
    uintptr_t addr = (uintptr_t)srb;
    const struct sp_srb_head *head = (const struct sp_srb_head *)(addr - sizeof *head);
    const struct sp_slot *slot;

    if (!sim_world_in_pages(addr) || !sim_world_in_pages((uintptr_t)head) || addr % 16 ||
        sim_world_shadow((uintptr_t)head) != WHY(PORT))
        return NULL;
    if (head->magic != SRB_MAGIC || head->slot >= SP_SLOTS_ALL ||
        !port->chunk[head->slot / SP_CHUNK_SLOTS])
        return NULL;
    slot = sp__slot(port, head->slot);
    return slot->srb == srb ? sp__slot(port, head->slot) : NULL;
}

_Static_assert(SP_FLAG_TAGGED == SRB_FLAGS_QUEUE_ACTION_ENABLE &&
                   SP_FLAG_DISABLE_DISCONNECT == SRB_FLAGS_DISABLE_DISCONNECT &&
                   SP_FLAG_DISABLE_SYNCH_TRANSFER == SRB_FLAGS_DISABLE_SYNCH_TRANSFER &&
                   SP_FLAG_BYPASS_FROZEN_QUEUE == SRB_FLAGS_BYPASS_FROZEN_QUEUE &&
                   SP_FLAG_NO_QUEUE_FREEZE == SRB_FLAGS_NO_QUEUE_FREEZE,
               "enum sp_flag has the values of the SRB's flags");

/* --- filling --------------------------------------------------------------------------------- */

/* Buffers that the miniport reads and then writes. */
static bool both_ways(const struct sp_slot *slot)
{
    return slot->function == SRB_FUNCTION_IO_CONTROL || slot->function == SRB_FUNCTION_WMI ||
           slot->function == SRB_FUNCTION_PNP;
}

static uint32_t srb_flags(const struct sp_slot *slot)
{
    const struct sp_request *r = slot->request;
    uint32_t flags = r->flags | SRB_FLAGS_IS_ACTIVE;

    if (slot->function)
        flags = (flags & ~(uint32_t)SP_FLAG_TAGGED) | SP_FLAG_NO_QUEUE_FREEZE;
    if (r->data && both_ways(slot))
        flags |= SRB_FLAGS_UNSPECIFIED_DIRECTION;
    else if (r->data)
        flags |= r->to_device ? SRB_FLAGS_DATA_OUT : SRB_FLAGS_DATA_IN;
    return flags;
}

static void *victim_srb(const struct sp_slot *slot)
{
    const struct sp_request *victim = slot->request->victim;

    return victim ? sp__slot(slot->lun->port, victim->slot)->srb : NULL;
}

/* Forms of the record that say other things in the same places (chapter 3.1). */
static void fill_legacy_special(struct sp_slot *slot)
{
    const struct sp_request *r = slot->request;
    SCSI_POWER_REQUEST_BLOCK *power = (void *)slot->srb;
    SCSI_PNP_REQUEST_BLOCK *pnp = (void *)slot->srb;
    SCSI_WMI_REQUEST_BLOCK *wmi = (void *)slot->srb;

    slot->srb->SenseInfoBufferLength = 0;
    slot->srb->SenseInfoBuffer = NULL;
    switch (slot->function) {
    case SRB_FUNCTION_POWER:
        power->SrbPowerFlags = r->adapter ? SRB_POWER_FLAGS_ADAPTER_REQUEST : 0;
        power->DevicePowerState = (STOR_DEVICE_POWER_STATE)r->power_state;
        power->PowerAction = (STOR_POWER_ACTION)r->action;
        break;
    case SRB_FUNCTION_PNP:
        pnp->PnPAction = (STOR_PNP_ACTION)r->action;
        pnp->SrbPnPFlags = r->adapter ? SRB_PNP_FLAGS_ADAPTER_REQUEST : 0;
        break;
    case SRB_FUNCTION_WMI:
        wmi->WMISubFunction = r->action;
        wmi->WMIFlags = r->adapter ? SRB_WMI_FLAGS_ADAPTER_REQUEST : 0;
        wmi->DataPath = NULL;
        break;
    case SRB_FUNCTION_ABORT_COMMAND:
        slot->srb->NextSrb = victim_srb(slot);
        break;
    default:
        break;
    }
}

static void fill_legacy(struct sp_slot *slot)
{
    const struct sp_request *r = slot->request;
    SCSI_REQUEST_BLOCK *srb = slot->srb;

    memset(srb, 0, sizeof *srb);
    srb->Length = sizeof *srb;
    srb->Function = slot->function;
    srb->SrbStatus = SRB_STATUS_PENDING;
    srb->Lun = (UCHAR)r->lun;
    srb->QueueTag = (UCHAR)slot->tag;
    srb->QueueAction = slot->tagged ? SRB_SIMPLE_TAG_REQUEST : 0;
    srb->CdbLength = r->cdb_bytes;
    srb->SenseInfoBufferLength = SP_SENSE_BYTES;
    srb->SrbFlags = srb_flags(slot);
    srb->DataTransferLength = r->data ? r->data_bytes : 0;
    srb->TimeOutValue = r->timeout_s;
    srb->DataBuffer = r->data;
    srb->SenseInfoBuffer = slot->sense;
    srb->OriginalRequest = (uint8_t *)srb - sizeof(struct sp_srb_head);
    srb->SrbExtension = slot->extension[slot->extension_now];
    memcpy(srb->Cdb, r->cdb, sizeof srb->Cdb);
    if (SIM_UNLIKELY(slot->function))
        fill_legacy_special(slot);
}

static SRBEX_DATA_SCSI_CDB16 *extended_cdb(const struct sp_slot *slot)
{
    return (void *)((uint8_t *)slot->srb + EXTENDED_CDB);
}

static void fill_extended_blocks(struct sp_slot *slot)
{
    const struct sp_request *r = slot->request;
    STOR_ADDR_BTL8 *address = (void *)((uint8_t *)slot->srb + EXTENDED_ADDRESS);
    SRBEX_DATA_SCSI_CDB16 *cdb = extended_cdb(slot);

    memset(address, 0, sizeof *address);
    memset(cdb, 0, sizeof *cdb);
    address->Type = STOR_ADDRESS_TYPE_BTL8;
    address->AddressLength = STOR_ADDR_BTL8_ADDRESS_LENGTH;
    address->Lun = (UCHAR)r->lun;
    cdb->Type = SrbExDataTypeScsiCdb16;
    cdb->Length = SRBEX_DATA_SCSI_CDB16_LENGTH;
    cdb->SenseInfoBufferLength = SP_SENSE_BYTES;
    cdb->CdbLength = r->cdb_bytes;
    cdb->SenseInfoBuffer = slot->sense;
    memcpy(cdb->Cdb, r->cdb, sizeof cdb->Cdb);
}

/* The block of a function that has one takes the place of the CDB's. */
static void fill_extended_special(struct sp_slot *slot)
{
    const struct sp_request *r = slot->request;
    STORAGE_REQUEST_BLOCK *srb = (void *)slot->srb;
    void *block = extended_cdb(slot);
    SRBEX_DATA_POWER *power = block;
    SRBEX_DATA_PNP *pnp = block;
    SRBEX_DATA_WMI *wmi = block;

    memset(block, 0, sizeof(SRBEX_DATA_SCSI_CDB16));
    srb->NumSrbExData = 1;
    srb->SrbExDataOffset[0] = EXTENDED_CDB;
    switch (slot->function) {
    case SRB_FUNCTION_POWER:
        *power =
            (SRBEX_DATA_POWER){.Type = SrbExDataTypePower,
                               .Length = SRBEX_DATA_POWER_LENGTH,
                               .SrbPowerFlags = r->adapter ? SRB_POWER_FLAGS_ADAPTER_REQUEST : 0,
                               .DevicePowerState = (STOR_DEVICE_POWER_STATE)r->power_state,
                               .PowerAction = (STOR_POWER_ACTION)r->action};
        break;
    case SRB_FUNCTION_PNP:
        *pnp = (SRBEX_DATA_PNP){.Type = SrbExDataTypePnP,
                                .Length = SRBEX_DATA_PNP_LENGTH,
                                .PnPAction = (STOR_PNP_ACTION)r->action,
                                .SrbPnPFlags = r->adapter ? SRB_PNP_FLAGS_ADAPTER_REQUEST : 0};
        break;
    case SRB_FUNCTION_WMI:
        *wmi = (SRBEX_DATA_WMI){.Type = SrbExDataTypeWmi,
                                .Length = SRBEX_DATA_WMI_LENGTH,
                                .WMISubFunction = r->action,
                                .WMIFlags = r->adapter ? SRB_WMI_FLAGS_ADAPTER_REQUEST : 0};
        break;
    default:
        srb->NumSrbExData = 0;
        srb->SrbExDataOffset[0] = 0;
        srb->NextSrb = slot->function == SRB_FUNCTION_ABORT_COMMAND ? victim_srb(slot) : NULL;
        break;
    }
}

static void fill_extended(struct sp_slot *slot)
{
    const struct sp_request *r = slot->request;
    STORAGE_REQUEST_BLOCK *srb = (void *)slot->srb;

    memset(srb, 0, sizeof *srb);
    srb->Length = offsetof(STORAGE_REQUEST_BLOCK, Signature);
    srb->Function = SRB_FUNCTION_STORAGE_REQUEST_BLOCK;
    srb->SrbStatus = SRB_STATUS_PENDING;
    srb->Signature = SRB_SIGNATURE;
    srb->Version = STORAGE_REQUEST_BLOCK_VERSION_1;
    srb->SrbLength = EXTENDED_BYTES;
    srb->SrbFunction = slot->function;
    srb->SrbFlags = srb_flags(slot);
    srb->RequestTag = slot->tag;
    srb->RequestAttribute = slot->tagged ? SRB_SIMPLE_TAG_REQUEST : 0;
    srb->TimeOutValue = r->timeout_s;
    srb->AddressOffset = EXTENDED_ADDRESS;
    srb->DataTransferLength = r->data ? r->data_bytes : 0;
    srb->DataBuffer = r->data;
    srb->OriginalRequest = (uint8_t *)srb - sizeof(struct sp_srb_head);
    srb->MiniportContext = slot->extension[slot->extension_now];
    if (slot->function == SRB_FUNCTION_EXECUTE_SCSI) {
        srb->NumSrbExData = 1;
        srb->SrbExDataOffset[0] = EXTENDED_CDB;
    }
    fill_extended_blocks(slot);
    if (SIM_UNLIKELY(slot->function))
        fill_extended_special(slot);
}

/* --- permissions ----------------------------------------------------------------------------- */

/* Whether the port driver maps the data for the processor
 * (PORT_CONFIGURATION_INFORMATION.MapBuffers). */
bool sp__data_mapped(const struct sp_port *port, const struct sp_slot *slot)
{
    bool read_write = slot->request->op == SP_READ || slot->request->op == SP_WRITE;

    if (SIM_UNLIKELY(slot->function)) /* IO_CONTROL, WMI and the like are always mapped */
        return true;
    switch (port->info->MapBuffers) {
    case STOR_MAP_NO_BUFFERS:
        return false;
    case STOR_MAP_ALL_BUFFERS_INCLUDING_READ_WRITE:
        return true;
    default:
        return !read_write;
    }
}

static void permit(struct sp_port *port, struct sp_slot *slot)
{
    const struct sp_request *r = slot->request;

    sim_world_shadow_set(slot->srb, port->srb_bytes + SP_SENSE_BYTES, WHY(SRB) | SIM_MEM_CPU);
    if (port->extension_bytes)
        sim_world_shadow_set(slot->extension[slot->extension_now], port->extension_bytes,
                             WHY(EXTENSION) | SIM_MEM_CPU | SIM_MEM_DEV_READ);
    if (r->data)
        sim_world_shadow_set(r->data, r->data_bytes,
                             (uint8_t)(WHY(DATA) |
                                       (both_ways(slot) ? SIM_MEM_DEV_READ | SIM_MEM_DEV_WRITE
                                        : r->to_device  ? SIM_MEM_DEV_READ
                                                        : SIM_MEM_DEV_WRITE) |
                                       (sp__data_mapped(port, slot) ? SIM_MEM_CPU : 0)));
}

void sp__srb_hand_over(struct sp_port *port, struct sp_slot *slot)
{
    SIM_ASSERT(slot->request->data_bytes <= port->max_transfer);
    slot->data = slot->request->data;
    slot->data_bytes = slot->request->data ? slot->request->data_bytes : 0;
    slot->sg_count = 0;
    sim_world_touch(slot->srb, port->srb_bytes + SP_SENSE_BYTES);
    if (port->extended)
        fill_extended(slot);
    else
        fill_legacy(slot);
    memset(slot->sense, 0, SP_SENSE_BYTES);
    if (port->extension_bytes)
        nt_poison(slot->extension[slot->extension_now], port->extension_bytes);
    permit(port, slot);
}

/* Before it is: whoever touches it in no order with the completion might do so afterwards. */
static void hand_back(struct sp_port *port, struct sp_slot *slot)
{
    sim_race_hand_back(port->at.sim, slot->srb, port->srb_bytes + SP_SENSE_BYTES);
    if (port->extension_bytes)
        sim_race_hand_back(port->at.sim, slot->extension[slot->extension_now],
                           port->extension_bytes);
    if (slot->data && sim_world_shadow((uintptr_t)slot->data) & SIM_MEM_CPU)
        sim_race_hand_back(port->at.sim, slot->data, slot->data_bytes);
}

/* Everything of the request is out of reach from this moment on (chapter 3.5). */
void sp__srb_take_back(struct sp_port *port, struct sp_slot *slot)
{
    hand_back(port, slot);
    sim_world_shadow_set(slot->srb, port->srb_bytes + SP_SENSE_BYTES, WHY(SRB));
    if (slot->sg_count)
        sim_world_shadow_set(slot->sg, sizeof *slot->sg + slot->sg_count * sizeof slot->sg->List[0],
                             WHY(SRB));
    if (port->extension_bytes)
        sim_world_shadow_set(slot->extension[slot->extension_now], port->extension_bytes,
                             WHY(EXTENSION));
    if (slot->data)
        sim_world_shadow_set(slot->data, slot->data_bytes, WHY(DATA));
}

/* What the miniport left in the SRB. */
void sp__srb_read(struct sp_port *port, struct sp_slot *slot)
{
    struct sp_request *r = slot->request;

    slot->status = slot->srb->SrbStatus;
    if (SIM_UNLIKELY(slot->function)) { /* what lies in that place is no SCSI status */
        slot->scsi_status = SCSISTAT_GOOD;
        r->transferred =
            port->extended
                ? ((const STORAGE_REQUEST_BLOCK *)(const void *)slot->srb)->DataTransferLength
                : slot->srb->DataTransferLength;
    } else if (port->extended) {
        slot->scsi_status = extended_cdb(slot)->ScsiStatus;
        r->transferred =
            ((const STORAGE_REQUEST_BLOCK *)(const void *)slot->srb)->DataTransferLength;
    } else {
        slot->scsi_status = slot->srb->ScsiStatus;
        r->transferred = slot->srb->DataTransferLength;
    }
    r->sense_valid = slot->status & SRB_STATUS_AUTOSENSE_VALID;
    if (r->sense_valid)
        memcpy(r->sense, slot->sense, SP_SENSE_BYTES);
}

/* --- scatter/gather lists -------------------------------------------------------------------- */

/* One element a page (8.5-77). Made when it is asked for: the miniport cannot tell. */
static void sg_build(struct sp_port *port, struct sp_slot *slot)
{
    uint8_t *p = slot->data;
    uint32_t left = slot->data_bytes, n = 0;

    sim_world_touch(slot->sg, sizeof *slot->sg + port->sg_max * sizeof slot->sg->List[0]);
    while (left) {
        uint32_t in_page = NT_PAGE - (uint32_t)((uintptr_t)p % NT_PAGE),
                 bytes = left < in_page ? left : in_page;

        SIM_ASSERT(n < port->sg_max);
        slot->sg->List[n].PhysicalAddress.QuadPart = (LONGLONG)nt_phys(port->at.memory, p);
        slot->sg->List[n].Length = bytes;
        slot->sg->List[n++].Reserved = 0;
        p += bytes;
        left -= bytes;
    }
    slot->sg->NumberOfElements = n;
    slot->sg->Reserved = 0;
    slot->sg_count = n;
    sim_world_shadow_set(slot->sg, sizeof *slot->sg + n * sizeof slot->sg->List[0],
                         WHY(SRB) | SIM_MEM_CPU);
}

struct sp_slot *sp__owned(struct sp_port *port, const void *srb, const char *name)
{
    struct sp_slot *slot = sp__slot_of(port, srb);

    if (!slot)
        sp__usage(port, "%s: this is no SRB", name);
    else if (slot->state < SP_BUILDING || slot->state == SP_COMPLETED)
        sim_find(port->at.sim, SIM_RULE_SRB_TOUCHED, slot->serial,
                 "%s for SRB %llu, which was completed", name, (unsigned long long)slot->serial);
    else
        return slot;
    return NULL;
}

PSTOR_SCATTER_GATHER_LIST SIM_API StorPortGetScatterGatherList(PVOID DeviceExtension,
                                                               PSCSI_REQUEST_BLOCK Srb)
{
    struct sp_port *port = sp__routine(DeviceExtension, "StorPortGetScatterGatherList");
    struct sp_slot *slot = sp__owned(port, Srb, "StorPortGetScatterGatherList");

    if (!slot || !slot->data)
        return NULL;
    if (port->perf_flags & STOR_PERF_NO_SGL) {
        sp__usage(port, "StorPortGetScatterGatherList: the miniport set STOR_PERF_NO_SGL");
        return NULL;
    }
    if (!slot->sg_count)
        sg_build(port, slot);
    return slot->sg;
}

/* Maps the data buffer for the processor if it was not: page by page, for this request only. */
ULONG SIM_API StorPortGetSystemAddress(PVOID HwDeviceExtension, PSCSI_REQUEST_BLOCK Srb,
                                       PVOID *SystemAddress)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortGetSystemAddress");
    struct sp_slot *slot = sp__owned(port, Srb, "StorPortGetSystemAddress");

    if (!slot || SP_NULL(port, SystemAddress) || !slot->data)
        return STOR_STATUS_INVALID_PARAMETER;
    if (nt_irql(port->at.nt) > NT_DISPATCH)
        return STOR_STATUS_INVALID_IRQL;
    sim_world_shadow_set(slot->data, slot->data_bytes,
                         sim_world_shadow((uintptr_t)slot->data) | SIM_MEM_CPU);
    return SP_GIVE(SystemAddress, slot->data);
}

/* --- whose memory ---------------------------------------------------------------------------- */

static const struct sp_slot *owner_in_chunk(const struct sp_port *port,
                                            const struct sp_chunk *chunk, uintptr_t addr)
{
    uintptr_t srb = addr - (uintptr_t)chunk->srbs, extension = addr - (uintptr_t)chunk->extensions;
    const struct sp_slot *found = NULL;

    if (srb < (size_t)SP_CHUNK_SLOTS * port->stride)
        return &chunk->slot[srb / port->stride];
    if (chunk->extensions && extension < (size_t)SP_CHUNK_SLOTS * 2 * port->extension_stride)
        return &chunk->slot[extension / port->extension_stride / 2];
    for (uint32_t i = 0; i < SP_CHUNK_SLOTS; i++) {
        const struct sp_slot *slot = &chunk->slot[i];

        if (slot->data && addr - (uintptr_t)slot->data < slot->data_bytes &&
            (!found || slot->serial > found->serial))
            found = slot;
    }
    return found;
}

uint32_t sp__slot_pieces(const struct sp_port *port, const struct sp_slot *slot,
                         struct sp_piece out[SP_PIECES_MAX])
{
    const struct sp_chunk *chunk = port->chunk[slot->index / SP_CHUNK_SLOTS];
    size_t i = slot->index % SP_CHUNK_SLOTS, pair = (size_t)2 * port->extension_stride;
    uint32_t n = 0;

    out[n++] = (struct sp_piece){(uintptr_t)chunk->srbs + i * port->stride, port->stride};
    if (chunk->extensions)
        out[n++] = (struct sp_piece){(uintptr_t)chunk->extensions + i * pair, pair};
    if (slot->data)
        out[n++] = (struct sp_piece){(uintptr_t)slot->data, slot->data_bytes};
    return n;
}

/* Walks everything: for findings only. */
const struct sp_slot *sp__slot_owning(const struct sp_port *port, uintptr_t addr)
{
    const struct sp_slot *best = NULL;

    for (uint32_t i = 0; i < SP_CHUNKS_MAX; i++) {
        const struct sp_slot *slot =
            port->chunk[i] ? owner_in_chunk(port, port->chunk[i], addr) : NULL;

        if (slot && (!best || slot->serial > best->serial))
            best = slot;
    }
    return best;
}
