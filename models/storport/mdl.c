/* models/storport/mdl.c - memory descriptors, and scatter/gather lists of the miniport's own memory
 * (chapter 2.3).
 *
 * A descriptor is an address that the miniport may hand back and not look behind. Between
 * StorPortBuildScatterGatherList and StorPortPutScatterGatherList the device reaches the memory of
 * the list, besides what it reached before. The documents do not say whether the routine runs
 * before StorPortBuildScatterGatherList returns (8.1-9): inside of it, or in a DPC of that CPU
 * (sg_routine).
 */
#include "models/storport/sp_private.h"

struct sp_mdl {
    bool in_use, built;
    uint8_t *base;
    uint32_t bytes;
};

struct sp_sg {
    struct sp_port *port;
    bool in_use;
    STOR_SCATTER_GATHER_LIST *list; /* in the miniport's buffer */
    uint8_t *base;
    uint32_t bytes;
    uint8_t given; /* what the device may do that it could not before */
    PPOST_SCATTER_GATHER_EXECUTE routine;
    void *context;
    struct nt_dpc dpc;
};

static void sg_later(struct nt *nt, void *ctx, uint64_t arg1, uint64_t arg2);

void sp__mdls_init(struct sp_port *port)
{
    port->mdl = sim_world_alloc(SP_MDLS_MAX * sizeof *port->mdl, 64);
}

/* --- descriptors ----------------------------------------------------------------------------- */

/* What the handle describes; false when it is none, or not built yet. */
static bool described(struct sp_port *port, const void *handle, uint8_t **base, uint32_t *bytes)
{
    for (uint32_t i = 0; i < SP_MDLS_MAX; i++)
        if (handle == &port->mdl[i] && port->mdl[i].in_use && port->mdl[i].built) {
            *base = port->mdl[i].base;
            *bytes = port->mdl[i].bytes;
            return true;
        }
    for (uint32_t i = 0; i < SP_SLOTS_ALL; i++) {
        const struct sp_slot *slot = port->chunk[i / SP_CHUNK_SLOTS] ? sp__slot(port, i) : NULL;

        if (slot && handle == &slot->mdl && slot->data) {
            *base = slot->data;
            *bytes = slot->data_bytes;
            return true;
        }
    }
    return false;
}

static struct sp_mdl *mdl_of(struct sp_port *port, const void *handle, const char *name)
{
    for (uint32_t i = 0; i < SP_MDLS_MAX; i++)
        if (handle == &port->mdl[i] && port->mdl[i].in_use)
            return &port->mdl[i];
    sp__usage(port, "%s: this is no MDL of StorPortAllocateMdl", name);
    return NULL;
}

ULONG SIM_API StorPortAllocateMdl(PVOID HwDeviceExtension, PVOID BufferPointer, ULONG NumberOfBytes,
                                  PVOID *Mdl)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortAllocateMdl");

    if (SP_NULL(port, Mdl) || SP_NULL(port, BufferPointer) || !NumberOfBytes)
        return STOR_STATUS_INVALID_PARAMETER;
    if (!sp__irql_at_most(port, NT_DISPATCH, "StorPortAllocateMdl"))
        return STOR_STATUS_INVALID_IRQL;
    for (uint32_t i = 0; i < SP_MDLS_MAX; i++)
        if (!port->mdl[i].in_use) {
            port->mdl[i] =
                (struct sp_mdl){.in_use = true, .base = BufferPointer, .bytes = NumberOfBytes};
            return SP_GIVE(Mdl, &port->mdl[i]);
        }
    return STOR_STATUS_INSUFFICIENT_RESOURCES;
}

ULONG SIM_API StorPortBuildMdlForNonPagedPool(PVOID HwDeviceExtension, PVOID Mdl)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortBuildMdlForNonPagedPool");
    struct sp_mdl *mdl = mdl_of(port, Mdl, "StorPortBuildMdlForNonPagedPool");

    if (!mdl)
        return STOR_STATUS_INVALID_PARAMETER;
    if (!sp__irql_at_most(port, NT_DISPATCH, "StorPortBuildMdlForNonPagedPool"))
        return STOR_STATUS_INVALID_IRQL;
    if (!sim_world_shadow_check((uintptr_t)mdl->base, mdl->bytes, SIM_MEM_CPU, &(uintptr_t){0})) {
        sp__usage(port, "StorPortBuildMdlForNonPagedPool: the memory is not all the miniport's");
        return STOR_STATUS_INVALID_PARAMETER;
    }
    mdl->built = true;
    return STOR_STATUS_SUCCESS;
}

ULONG SIM_API StorPortFreeMdl(PVOID HwDeviceExtension, PVOID Mdl)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortFreeMdl");
    struct sp_mdl *mdl = mdl_of(port, Mdl, "StorPortFreeMdl");

    if (!mdl)
        return STOR_STATUS_INVALID_PARAMETER;
    if (!sp__irql_at_most(port, NT_DISPATCH, "StorPortFreeMdl"))
        return STOR_STATUS_INVALID_IRQL;
    mdl->in_use = false;
    return STOR_STATUS_SUCCESS;
}

/* Of the request's data; the miniport gives it back to nobody. */
ULONG SIM_API StorPortGetOriginalMdl(PVOID HwDeviceExtension, PSCSI_REQUEST_BLOCK Srb, PVOID *Mdl)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortGetOriginalMdl");
    struct sp_slot *slot = sp__owned(port, Srb, "StorPortGetOriginalMdl");

    if (!slot || !slot->data || SP_NULL(port, Mdl))
        return STOR_STATUS_INVALID_PARAMETER;
    return SP_GIVE(Mdl, &slot->mdl);
}

/* --- scatter/gather lists -------------------------------------------------------------------- */

static uint32_t elements(const uint8_t *base, uint32_t bytes)
{
    return (uint32_t)(((uintptr_t)base + bytes - 1) / NT_PAGE - (uintptr_t)base / NT_PAGE) + 1;
}

static void fill(struct sp_port *port, struct sp_sg *sg)
{
    uint32_t n = elements(sg->base, sg->bytes), left = sg->bytes;
    uint8_t *p = sg->base;

    sp__touch(sg->list, sizeof *sg->list + n * sizeof sg->list->List[0]);
    sg->list->NumberOfElements = n;
    sg->list->Reserved = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t in_page = NT_PAGE - (uint32_t)((uintptr_t)p % NT_PAGE);
        uint32_t bytes = left < in_page ? left : in_page;

        sg->list->List[i] = (STOR_SCATTER_GATHER_ELEMENT){
            .PhysicalAddress = {.QuadPart = (LONGLONG)nt_phys(port->at.memory, p)},
            .Length = bytes};
        p += bytes;
        left -= bytes;
    }
}

/* The shadow goes by eight bytes: what lies before the memory keeps its state. */
static void device_may(struct sp_sg *sg, uint8_t bits, bool may)
{
    uintptr_t from = (uintptr_t)sg->base / SIM_SHADOW_GRAIN * SIM_SHADOW_GRAIN;
    uintptr_t end = (uintptr_t)sg->base + sg->bytes;

    for (uintptr_t at = from; at < end; at += SIM_SHADOW_GRAIN) {
        uint8_t state = sim_world_shadow(at);

        sim_world_shadow_set((void *)at, SIM_SHADOW_GRAIN,
                             may ? state | bits : (uint8_t)(state & ~bits));
    }
}

static struct sp_sg *sg_free(struct sp_port *port)
{
    if (!port->sg) {
        port->sg = sim_world_alloc(SP_MDLS_MAX * sizeof *port->sg, 64);
        for (uint32_t i = 0; i < SP_MDLS_MAX; i++) {
            port->sg[i].port = port;
            nt_dpc_init(port->at.nt, &port->sg[i].dpc, sg_later, &port->sg[i]);
        }
    }
    for (uint32_t i = 0; i < SP_MDLS_MAX; i++)
        if (!port->sg[i].in_use)
            return &port->sg[i];
    return NULL;
}

static void call(struct sp_sg *sg)
{
    struct sp_port *port = sg->port;

    if (port->life.gone)
        return;
    sp__enter(port, SP_CB_SG_LIST);
    sg->routine(NULL, NULL, sg->list, sg->context);
    sp__leave(port);
}

static void sg_later(struct nt *nt, void *ctx, uint64_t arg1, uint64_t arg2)
{
    (void)nt;
    (void)arg1;
    (void)arg2;
    call(ctx);
}

/* [p, p + bytes) is of what the descriptor describes. */
static bool within(struct sp_port *port, const void *mdl, const uint8_t *p, uint32_t bytes)
{
    uint8_t *base;
    uint32_t room;

    if (!described(port, mdl, &base, &room)) {
        sp__usage(port, "StorPortBuildScatterGatherList: the MDL describes nothing");
        return false;
    }
    return (uintptr_t)p - (uintptr_t)base <= room &&
           bytes <= room - (uint32_t)((uintptr_t)p - (uintptr_t)base);
}

ULONG SIM_API StorPortBuildScatterGatherList(PVOID HwDeviceExtension, PVOID Mdl, PVOID CurrentVa,
                                             ULONG Length,
                                             PPOST_SCATTER_GATHER_EXECUTE ExecutionRoutine,
                                             PVOID Context, BOOLEAN WriteToDevice,
                                             PVOID ScatterGatherBuffer,
                                             ULONG ScatterGatherBufferLength)
{
    static const char name[] = "StorPortBuildScatterGatherList";
    struct sp_port *port = sp__routine(HwDeviceExtension, name);
    struct sp_sg *sg;

    if (nt_irql(port->at.nt) != NT_DISPATCH) {
        sim_find(port->at.sim, SIM_RULE_IRQL, 0, "%s at IRQL %u; it is for DISPATCH", name,
                 nt_irql(port->at.nt));
        return STOR_STATUS_INVALID_IRQL;
    }
    if (SP_NULL(port, Mdl) || SP_NULL(port, ExecutionRoutine) ||
        SP_NULL(port, ScatterGatherBuffer) || !Length || !within(port, Mdl, CurrentVa, Length))
        return STOR_STATUS_INVALID_PARAMETER;
    if (ScatterGatherBufferLength <
        sizeof(STOR_SCATTER_GATHER_LIST) +
            elements(CurrentVa, Length) * sizeof(STOR_SCATTER_GATHER_ELEMENT))
        return STOR_STATUS_BUFFER_TOO_SMALL;
    sg = sp__may_nest(port, name) ? sg_free(port) : NULL;
    if (!sg)
        return STOR_STATUS_INSUFFICIENT_RESOURCES;
    sg->in_use = true;
    sg->list = ScatterGatherBuffer;
    sg->base = CurrentVa;
    sg->bytes = Length;
    sg->routine = ExecutionRoutine;
    sg->context = Context;
    sg->given = (WriteToDevice ? SIM_MEM_DEV_READ : SIM_MEM_DEV_WRITE) &
                (uint8_t)~sim_world_shadow((uintptr_t)CurrentVa);
    fill(port, sg);
    device_may(sg, sg->given, true);
    if (sp__silent(port, SP_SILENT_SG_ROUTINE))
        nt_dpc_queue(port->at.nt, &sg->dpc, nt_cpu(port->at.nt), 0, 0);
    else
        call(sg);
    return STOR_STATUS_SUCCESS;
}

ULONG SIM_API StorPortPutScatterGatherList(PVOID HwDeviceExtension,
                                           PSTOR_SCATTER_GATHER_LIST ScatterGatherList,
                                           BOOLEAN WriteToDevice)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortPutScatterGatherList");

    (void)WriteToDevice;
    if (!sp__irql_at_most(port, NT_DISPATCH, "StorPortPutScatterGatherList"))
        return STOR_STATUS_INVALID_IRQL;
    for (uint32_t i = 0; port->sg && i < SP_MDLS_MAX; i++)
        if (port->sg[i].in_use && port->sg[i].list == ScatterGatherList) {
            device_may(&port->sg[i], port->sg[i].given, false);
            port->sg[i].in_use = false;
            return STOR_STATUS_SUCCESS;
        }
    sp__usage(port, "StorPortPutScatterGatherList: this is no list of "
                    "StorPortBuildScatterGatherList");
    return STOR_STATUS_INVALID_PARAMETER;
}
