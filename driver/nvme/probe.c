/*
 * probe.c: one look at the controller in FindAdapter.
 *
 * Storport wants MaximumTransferLength before it connects the interrupt, and the controller says so
 * only in its identify data. So the admin queue is run once by polling, and the controller disabled
 * again; the start-up proper (start.c) begins from there. Nothing else runs yet: no lock is needed,
 * and none is allowed.
 */
#include "nvme.h"

#define NVME_PROBE_POLL_US 100
#define NVME_PROBE_ATTEMPTS 4
#define NVME_PROBE_REST_US (10 * NVME_US_PER_MS) /* before the second; twice as long before the next */

/* It lost its power, or reset itself: it will not become ready, nor answer. */
static BOOLEAN NvmeProbeForgotten(PNVME_ADAPTER Adapter)
{
    return (BOOLEAN)((NvmeRead(Adapter, NVME_REG_CC) & NVME_CC_EN) == 0);
}

static BOOLEAN NvmeProbeReady(PNVME_ADAPTER Adapter, ULONG Ready)
{
    ULONGLONG Deadline = NvmeNow(Adapter) + NvmeReadyTimeout(Adapter);

    for (;;) {
        ULONG Status = NvmeRead(Adapter, NVME_REG_CSTS);

        if (Status == NVME_REG_GONE) {
            return FALSE;
        }
        if ((Status & NVME_CSTS_RDY) == Ready) {
            return TRUE;
        }
        if (NvmeNow(Adapter) >= Deadline || (Ready != 0 && NvmeProbeForgotten(Adapter))) {
            return FALSE;
        }
        StorPortStallExecution(NVME_PROBE_POLL_US);
    }
}

/* Firmware may have left the controller enabled, or on its way there. */
static BOOLEAN NvmeProbeDisable(PNVME_ADAPTER Adapter)
{
    if ((NvmeRead(Adapter, NVME_REG_CC) & NVME_CC_EN) != 0) {
        if ((NvmeRead(Adapter, NVME_REG_CSTS) & NVME_CSTS_CFS) == 0 &&
            !NvmeProbeReady(Adapter, NVME_CSTS_RDY)) {
            return FALSE;
        }
        NvmeControllerDisable(Adapter);
    }
    return NvmeProbeReady(Adapter, 0);
}

static BOOLEAN NvmeProbeIdentify(PNVME_ADAPTER Adapter)
{
    PNVME_QUEUE Queue = &Adapter->Queues[0];
    ULONGLONG Deadline = NvmeNow(Adapter) + NVME_ADMIN_DEADLINE_US;
    NVME_COMMAND Command;

    RtlZeroMemory(&Command, sizeof(Command));
    NvmeFillIdentify(Adapter, &Command, 0, NVME_IDENTIFY_CONTROLLER);
    Adapter->Admin.Done = FALSE;
    NvmeQueueSubmit(Queue, &Adapter->Admin, &Command);

    while (NvmeQueueDrain(Queue, NVME_ADMIN_DEPTH) == 0 && NvmeNow(Adapter) < Deadline &&
           !NvmeProbeForgotten(Adapter)) {
        StorPortStallExecution(NVME_PROBE_POLL_US);
    }
    return (BOOLEAN)(Adapter->Admin.Done && Adapter->Admin.Status == NVME_STATUS_SUCCESS);
}

static VOID NvmeProbeTransferLimit(PNVME_ADAPTER Adapter)
{
    const NVME_IDENTIFY_CONTROLLER_DATA *Data = Adapter->IdentifyBuffer;
    UCHAR Shift = Data->MaximumTransfer;

    if (Shift != 0 && Shift < 16) {
        Adapter->MaximumTransfer = min(Adapter->MaximumTransfer, (ULONG)PAGE_SIZE << Shift);
    }
}

static BOOLEAN NvmeProbeOnce(PNVME_ADAPTER Adapter)
{
    PNVME_QUEUE Queue = &Adapter->Queues[0];
    BOOLEAN Identified = FALSE;
    USHORT Cursor = 0;

    if (!NvmeProbeDisable(Adapter)) {
        return FALSE;
    }
    /*
     * Keep the line down: its interrupt routine is not connected. Messages are not configured
     * before theirs is, so this register may be written.
     */
    NvmeWrite(Adapter, NVME_REG_INTMS, NVME_INT_VECTOR0);

    NvmeQueueOpen(Queue);
    NvmeControllerEnable(Adapter);
    if (NvmeProbeReady(Adapter, NVME_CSTS_RDY)) {
        Identified = NvmeProbeIdentify(Adapter);
        NvmeControllerDisable(Adapter);
        if (Identified) {
            NvmeProbeTransferLimit(Adapter);
        }
        Identified = (BOOLEAN)(NvmeProbeReady(Adapter, 0) && Identified);
    }
    NvmeQueueClose(Queue);
    while (NvmeQueueAbandon(Queue, &Cursor) != NULL) {
        continue;
    }
    Adapter->Admin.Done = FALSE;
    return Identified;
}

static VOID NvmeProbeRest(PNVME_ADAPTER Adapter, ULONG Microseconds)
{
    ULONGLONG Deadline = NvmeNow(Adapter) + Microseconds;

    while (NvmeNow(Adapter) < Deadline) {
        StorPortStallExecution(NVME_PROBE_POLL_US);
    }
}

/*
 * A disk that is refused here is missing until the next start of the system. What does not answer,
 * or answers wrongly, gets time: firmware may be on its way, a write or an answer may be lost.
 */
BOOLEAN NvmeProbe(PNVME_ADAPTER Adapter)
{
    ULONG Rest = NVME_PROBE_REST_US;
    ULONG Attempt;

    for (Attempt = 1; Attempt < NVME_PROBE_ATTEMPTS; Attempt++) {
        if (NvmeProbeOnce(Adapter)) {
            return TRUE;
        }
        NvmeProbeRest(Adapter, Rest);
        Rest *= 2;
    }
    return NvmeProbeOnce(Adapter);
}
