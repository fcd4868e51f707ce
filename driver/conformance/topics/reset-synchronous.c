/*
 * reset-synchronous.c: an application's reset comes to HwStorAdapterControl, at PASSIVE, where the miniport may wait for
 * what it has. Nothing else resets meanwhile, and nothing new comes.
 *
 * fault: action=device-reset at=5us spread=300us
 * reach: 2
 */
#include "ram.h"

static LONG InReset; /* interlocked */

static ULONG FindAdapter(PRAM_ADAPTER Adapter, PPORT_CONFIGURATION_INFORMATION Config)
{
    BOOLEAN Features[StorportFeatureMax] = {FALSE};

    UNREFERENCED_PARAMETER(Config);
    Features[StorportFeatureResetBusSynchronous] = TRUE;
    ASSERT(StorPortSetFeatureList(Adapter, StorportFeatureMax, Features) == STOR_STATUS_SUCCESS);
    return SP_RETURN_FOUND;
}

static VOID Control(PRAM_ADAPTER Adapter, SCSI_ADAPTER_CONTROL_TYPE Type, PVOID Parameters)
{
    PSTOR_RESET_BUS_SYNCHRONOUS_PARAMETER Reset = Parameters;

    if (Type == ScsiQuerySupportedControlTypes) {
        RamSupport(Parameters, ScsiAdapterResetBusSynchronous);
        return;
    }
    if (Type != ScsiAdapterResetBusSynchronous) {
        return;
    }
    ASSERT(KeGetCurrentIrql() == PASSIVE_LEVEL);
    ASSERT(Reset->Size == sizeof(*Reset) && Reset->PathId == 0);
    ASSERT(InterlockedExchange(&InReset, 1) == 0);
    RAM_REACHED(Adapter, 1);
    while (InterlockedOr(&Adapter->Outstanding, 0) != 0) {
        RAM_REACHED(Adapter, 2);
        StorPortDelayExecution(Adapter, 10);
    }
    InterlockedExchange(&InReset, 0);
}

static BOOLEAN ResetBus(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
    ASSERT(InterlockedOr(&InReset, 0) == 0);
    return TRUE;
}

const RAM_HOOKS RamHooks = {.FindAdapter = FindAdapter, .Control = Control, .ResetBus = ResetBus};
