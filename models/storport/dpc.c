/* models/storport/dpc.c - the miniport's DPCs (chapter 2.7).
 *
 * A STOR_DPC in the miniport's memory stands for an entry of the port driver's table; the record
 * itself holds the entry's number. A DPC counts as queued only until it is taken out, so it may run
 * on several CPUs at once (8.2-15 a), on the CPU that issued it (8.2-16 a). With dpc_overlap = no a
 * lock of the port driver's is held around the routine.
 */
#include "models/storport/sp_private.h"
#include "sim/engine/names.h"

#define DPC_MAGIC 0x5344504300000000ull
#define DPC_TYPE 19 /* DpcObject */

static struct sp_dpc *entry_for(struct sp_port *port, const STOR_DPC *driver)
{
    for (uint32_t i = 0; i < port->dpcs; i++)
        if (port->dpc[i].driver == driver)
            return &port->dpc[i];
    return NULL;
}

struct sp_dpc *sp__dpc_of(struct sp_port *port, const void *driver)
{
    const STOR_DPC *dpc = driver;
    uint64_t number;

    if (!dpc || (dpc->Lock & 0xFFFFFFFF00000000ull) != DPC_MAGIC)
        return NULL;
    number = dpc->Lock & 0xFFFFFFFF;
    return number < port->dpcs && port->dpc[number].driver == dpc ? &port->dpc[number] : NULL;
}

/* The lock comes into being when it is first needed: locks are numbered, and numbers are traced. */
static void alone_begin(struct nt *nt, struct sp_dpc *dpc)
{
    if (!dpc->alone.number)
        nt_lock_init(nt, &dpc->alone, "DPC");
    nt_lock_acquire(nt, &dpc->alone, NT_DISPATCH);
}

static void run(struct nt *nt, void *ctx, uint64_t arg1, uint64_t arg2)
{
    struct sp_dpc *dpc = ctx;
    struct sp_port *port = dpc->port;
    bool alone = sp__silent(port, SP_SILENT_DPC_OVERLAP);

    if (alone)
        alone_begin(nt, dpc);
    if (SIM_LIKELY(!port->life.gone)) { /* nor removed while it waited */
        sp__enter(port, SP_CB_DPC);
        dpc->routine(dpc->driver, port->devext, (PVOID)(uintptr_t)arg1, (PVOID)(uintptr_t)arg2);
        sp__leave(port);
    }
    if (alone)
        nt_lock_release(nt, &dpc->alone, NT_DISPATCH);
}

void sp__dpcs_end(struct sp_port *port)
{
    for (uint32_t i = 0; i < port->dpcs; i++)
        nt_dpc_cancel(port->at.nt, &port->dpc[i].nt);
}

static struct sp_dpc *entry_create(struct sp_port *port)
{
    struct sp_dpc *dpc = &port->dpc[port->dpcs];

    SIM_ASSERT(port->dpcs < SP_DPCS_MAX);
    port->dpcs++;
    dpc->port = port;
    nt_dpc_init(port->at.nt, &dpc->nt, run, dpc);
    sim_name_set(SIM_NAME_DPC, dpc->nt.number, "the miniport's DPC");
    nt_lock_init(port->at.nt, &dpc->lock, "Dpc");
    return dpc;
}

VOID SIM_API StorPortInitializeDpc(PVOID DeviceExtension, PSTOR_DPC Dpc,
                                   PHW_DPC_ROUTINE HwDpcRoutine)
{
    struct sp_port *port = sp__routine(DeviceExtension, "StorPortInitializeDpc");
    struct sp_dpc *entry;

    if (!Dpc || !HwDpcRoutine) {
        sp__usage(port, "StorPortInitializeDpc: no DPC or no routine");
        return;
    }
    entry = entry_for(port, Dpc);
    if (entry && entry->nt.queued)
        sp__usage(port, "StorPortInitializeDpc: the DPC is queued"); /* 8.2-18 */
    if (!entry && port->dpcs == SP_DPCS_MAX) {
        sp__usage(port, "StorPortInitializeDpc: more than %d DPCs", SP_DPCS_MAX);
        return;
    }
    if (!entry)
        entry = entry_create(port);
    entry->driver = Dpc;
    entry->routine = HwDpcRoutine;
    sim_release(port->at.sim, &entry->nt.sync);
    sp__touch(Dpc, sizeof *Dpc);
    *Dpc = (STOR_DPC){.Dpc = {.Type = DPC_TYPE, .Importance = 1},
                      .Lock = DPC_MAGIC | (uint64_t)(entry - port->dpc)};
}

/* The CPU that issues it, or that on which requests are started (8.2-16). */
static uint32_t target(struct sp_port *port)
{
    if (sp__silent(port, SP_SILENT_DPC_CPU) && port->perf_flags & STOR_PERF_DPC_REDIRECTION)
        return port->start_cpu;
    return nt_cpu(port->at.nt);
}

BOOLEAN SIM_API StorPortIssueDpc(PVOID DeviceExtension, PSTOR_DPC Dpc, PVOID SystemArgument1,
                                 PVOID SystemArgument2)
{
    struct sp_port *port = sp__routine(DeviceExtension, "StorPortIssueDpc");
    struct sp_dpc *entry = sp__dpc_of(port, Dpc);

    if (!entry) {
        sp__usage(port, "StorPortIssueDpc: the DPC is not initialized");
        return FALSE;
    }
    if (nt_dpc_queue(port->at.nt, &entry->nt, target(port), (uintptr_t)SystemArgument1,
                     (uintptr_t)SystemArgument2))
        return TRUE;
    if (entry->nt.arg1 != (uintptr_t)SystemArgument1 ||
        entry->nt.arg2 != (uintptr_t)SystemArgument2)
        sim_find(
            port->at.sim, SIM_RULE_DPC_ARGUMENT_LOST, 0,
            "StorPortIssueDpc: the DPC is queued already, with other arguments; these are lost");
    return FALSE;
}

ULONG SIM_API StorPortCancelDpc(PVOID DeviceExtension, PSTOR_DPC Dpc, PBOOLEAN Cancelled)
{
    struct sp_port *port = sp__routine(DeviceExtension, "StorPortCancelDpc");
    struct sp_dpc *entry = sp__dpc_of(port, Dpc);

    if (!entry)
        sp__usage(port, "StorPortCancelDpc: the DPC is not initialized");
    if (!entry || SP_NULL(port, Cancelled))
        return STOR_STATUS_INVALID_PARAMETER;
    return SP_GIVE(Cancelled, nt_dpc_cancel(port->at.nt, &entry->nt));
}
