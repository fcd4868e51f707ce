/* models/storport/worker.c - work items at PASSIVE (chapter 2.8): run once by an idle CPU, first in
 * first out. */
#include "models/storport/sp_private.h"

static void run(struct nt *nt, void *ctx)
{
    struct sp_worker *worker = ctx;
    struct sp_port *port = worker->port;

    (void)nt;
    worker->queued = false;
    if (port->life.gone)
        return;
    sp__enter(port, SP_CB_WORK_ITEM);
    worker->routine(port->devext, worker->context, worker);
    sp__leave(port);
}

void sp__workers_init(struct sp_port *port)
{
    port->worker = sim_world_alloc(SP_WORKERS_MAX * sizeof *port->worker, 64);
    for (uint32_t i = 0; i < SP_WORKERS_MAX; i++) {
        port->worker[i].port = port;
        nt_work_init(&port->worker[i].work, run, &port->worker[i]);
    }
}

/* NULL for one that is free, and with a finding for what is none. */
static struct sp_worker *worker_of(struct sp_port *port, const void *handle, const char *name)
{
    for (uint32_t i = 0; i < SP_WORKERS_MAX; i++)
        if (handle == &port->worker[i])
            return port->worker[i].in_use ? &port->worker[i] : NULL;
    sp__usage(port, "%s: not a worker of StorPortInitializeWorker", name);
    return NULL;
}

ULONG SIM_API StorPortInitializeWorker(PVOID HwDeviceExtension, PVOID *Worker)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortInitializeWorker");

    if (SP_NULL(port, Worker))
        return STOR_STATUS_INVALID_PARAMETER;
    if (nt_irql(port->at.nt) > NT_DISPATCH)
        return STOR_STATUS_INVALID_IRQL;
    for (uint32_t i = 0; i < SP_WORKERS_MAX; i++)
        if (!port->worker[i].in_use) {
            port->worker[i].in_use = true;
            return SP_GIVE(Worker, &port->worker[i]);
        }
    return STOR_STATUS_INSUFFICIENT_RESOURCES;
}

ULONG SIM_API StorPortQueueWorkItem(PVOID HwDeviceExtension, HW_WORKITEM *WorkItemCallback,
                                    PVOID Worker, PVOID Context)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortQueueWorkItem");
    struct sp_worker *worker = worker_of(port, Worker, __func__);

    if (!worker || SP_NULL(port, WorkItemCallback))
        return STOR_STATUS_INVALID_PARAMETER;
    if (nt_irql(port->at.nt) > NT_DISPATCH)
        return STOR_STATUS_INVALID_IRQL;
    if (worker->queued)
        return STOR_STATUS_BUSY;
    worker->queued = true;
    worker->routine = WorkItemCallback;
    worker->context = Context;
    nt_work_queue(port->at.nt, &worker->work, nt_cpu(port->at.nt));
    return STOR_STATUS_SUCCESS;
}

ULONG SIM_API StorPortFreeWorker(PVOID HwDeviceExtension, PVOID Worker)
{
    struct sp_port *port = sp__routine(HwDeviceExtension, "StorPortFreeWorker");
    struct sp_worker *worker = worker_of(port, Worker, __func__);

    if (nt_irql(port->at.nt) > NT_DISPATCH)
        return STOR_STATUS_INVALID_IRQL;
    if (!worker)
        return STOR_STATUS_INVALID_PARAMETER;
    if (worker->queued)
        return STOR_STATUS_BUSY;
    worker->in_use = false;
    return STOR_STATUS_SUCCESS;
}
