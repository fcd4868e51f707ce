/*
 * dpc.c: a DPC that is queued is not queued again; one can be cancelled; arguments arrive.
 */
#include "ram.h"

static STOR_DPC Extra;
static volatile LONG Runs; /* interlocked */

static HW_DPC_ROUTINE ExtraDpc;
static VOID ExtraDpc(PSTOR_DPC Dpc, PVOID DeviceExtension, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(DeviceExtension);
    ASSERT(Dpc == &Extra);
    ASSERT(KeGetCurrentIrql() == DISPATCH_LEVEL);
    ASSERT((ULONG_PTR)Argument1 == 0x1234 && (ULONG_PTR)Argument2 == 0x5678);
    InterlockedIncrement(&Runs);
}

static BOOLEAN PassiveInitialize(PRAM_ADAPTER Adapter)
{
    BOOLEAN Cancelled = TRUE;

    StorPortInitializeDpc(Adapter, &Extra, ExtraDpc);
    ASSERT(StorPortCancelDpc(Adapter, &Extra, &Cancelled) == STOR_STATUS_SUCCESS && !Cancelled);
    ASSERT(StorPortIssueDpc(Adapter, &Extra, (PVOID)0x1234, (PVOID)0x5678));
    while (InterlockedCompareExchange(&Runs, 0, 0) == 0) {
        StorPortStallExecution(10);
    }
    return TRUE;
}

/* At DISPATCH a DPC stays in its queue. */
static BOOLEAN StartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    BOOLEAN Cancelled = FALSE;

    UNREFERENCED_PARAMETER(Srb);
    if (StorPortIssueDpc(Adapter, &Extra, (PVOID)0x1234, (PVOID)0x5678)) {
        ASSERT(!StorPortIssueDpc(Adapter, &Extra, (PVOID)0x1234, (PVOID)0x5678));
        StorPortCancelDpc(Adapter, &Extra, &Cancelled);
        ASSERT(Cancelled);
    }
    return TRUE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = PassiveInitialize, .StartIo = StartIo};
