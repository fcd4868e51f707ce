/*
 * removal.c: an orderly removal: the unit, the adapter, ScsiStopAdapter. What the miniport had allocated it gives back
 * before it is stopped.
 *
 * fault: action=remove at=5us spread=300us
 * reach: 3
 */
#include "ram.h"

static PVOID Pool, Contiguous, Worker, Timer;
static LONG Removed; /* interlocked */

static BOOLEAN PassiveInitialize(PRAM_ADAPTER Adapter)
{
    PHYSICAL_ADDRESS Low = {.QuadPart = 0}, High = {.QuadPart = -1}, Boundary = {.QuadPart = 0};

    return (BOOLEAN)(StorPortAllocatePool(Adapter, 512, 0x6D615220, &Pool) == STOR_STATUS_SUCCESS &&
                     StorPortAllocateContiguousMemorySpecifyCacheNode(Adapter, PAGE_SIZE, Low, High, Boundary,
                                                                      MmCached, MM_ANY_NODE_OK, &Contiguous) ==
                         STOR_STATUS_SUCCESS &&
                     StorPortInitializeWorker(Adapter, &Worker) == STOR_STATUS_SUCCESS &&
                     StorPortInitializeTimer(Adapter, &Timer) == STOR_STATUS_SUCCESS);
}

static VOID Free(PRAM_ADAPTER Adapter)
{
    ASSERT(StorPortFreePool(Adapter, Pool) == STOR_STATUS_SUCCESS);
    ASSERT(StorPortFreeContiguousMemorySpecifyCache(Adapter, Contiguous, PAGE_SIZE, MmCached) ==
           STOR_STATUS_SUCCESS);
    ASSERT(StorPortFreeWorker(Adapter, Worker) == STOR_STATUS_SUCCESS);
    ASSERT(StorPortFreeTimer(Adapter, Timer) == STOR_STATUS_SUCCESS);
}

static VOID Control(PRAM_ADAPTER Adapter, SCSI_ADAPTER_CONTROL_TYPE Type, PVOID Parameters)
{
    UNREFERENCED_PARAMETER(Parameters);
    if (Type == ScsiStopAdapter) {
        ASSERT(InterlockedOr(&Removed, 0) == 2);
        ASSERT(Adapter->Outstanding == 0);
        RAM_REACHED(Adapter, 3);
    }
}

static BOOLEAN StartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    PSCSI_PNP_REQUEST_BLOCK Pnp = (PSCSI_PNP_REQUEST_BLOCK)Srb;

    if (Srb->Function != SRB_FUNCTION_PNP || Pnp->PnPAction != StorRemoveDevice) {
        ASSERT(!RamIsData(Srb) || InterlockedOr(&Removed, 0) == 0);
        return TRUE;
    }
    if ((Pnp->SrbPnPFlags & SRB_PNP_FLAGS_ADAPTER_REQUEST) == 0) {
        ASSERT(InterlockedExchange(&Removed, 1) == 0);
        RAM_REACHED(Adapter, 1);
    } else {
        ASSERT(InterlockedExchange(&Removed, 2) == 1);
        Free(Adapter);
        RAM_REACHED(Adapter, 2);
    }
    RamComplete(Adapter, Srb, SRB_STATUS_SUCCESS);
    return FALSE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = PassiveInitialize, .Control = Control, .StartIo = StartIo};
