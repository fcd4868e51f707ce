/*
 * deferred/reset.c: the reset of 2013, which answers first and works later.
 *
 * The historic mistake: HwStorResetBus sets its flag, tells Storport that the adapter is busy, asks
 * for a DPC and returns TRUE. Everything that Storport takes the TRUE for, a quiet controller and
 * every request given back, happens in the DPC, some time after the return. Rule 1 of driver/nvme/
 * reset.c is the one that it breaks (Storport: bug check 0xF0 with parameter 1, or 0xF1 with
 * 0x1007).
 */
#include "nvme.h"

#define NVME_ALL_REQUESTS 0xFFFFFFFF

static STOR_DPC NvmeRecoveryDpc; /* one adapter is enough to show it */

static VOID NvmeRecovery(PSTOR_DPC Dpc, PVOID DeviceExtension, PVOID Argument1, PVOID Argument2)
{
    PNVME_ADAPTER Adapter = DeviceExtension;
    STOR_LOCK_HANDLE StartIo;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);

    StorPortAcquireSpinLock(Adapter, StartIoLock, NULL, &StartIo);
    if (Adapter->State != NvmeStateDisabling && Adapter->State != NvmeStateEnabling) {
        NvmeQuiesceBegin(Adapter);
        if (NvmeStateIsEnabled((NVME_STATE)Adapter->State)) {
            NvmeQuiesceWait(Adapter);
        }
        NvmeQuiesceComplete(Adapter);
        NvmeStartBegin(Adapter);
    }
    StorPortReady(Adapter);
    StorPortReleaseSpinLock(Adapter, &StartIo);
}

VOID NvmeResetInitialize(PNVME_ADAPTER Adapter)
{
    StorPortInitializeDpc(Adapter, &NvmeRecoveryDpc, NvmeRecovery);
}

BOOLEAN NvmeResetBus(PVOID DeviceExtension, ULONG PathId)
{
    PNVME_ADAPTER Adapter = DeviceExtension;

    UNREFERENCED_PARAMETER(PathId);

    if (Adapter->State == NvmeStateStopped) {
        return TRUE;
    }
    Adapter->ResetInProgress = TRUE;
    StorPortBusy(Adapter, NVME_ALL_REQUESTS);
    StorPortIssueDpc(Adapter, &NvmeRecoveryDpc, NULL, NULL);
    return TRUE; /* with every request still outstanding */
}
