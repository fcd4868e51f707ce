/*
 * power.c: ScsiAdapterPower in place of the power SRB and of ScsiStopAdapter: D3 with nothing outstanding, then nothing
 * but D0.
 *
 * fault: action=sleep at=5us spread=200us
 * reach: 2
 */
#include "ram.h"

static LONG Asleep; /* interlocked */

static VOID Control(PRAM_ADAPTER Adapter, SCSI_ADAPTER_CONTROL_TYPE Type, PVOID Parameters)
{
    PSTOR_ADAPTER_CONTROL_POWER Power = Parameters;

    if (Type == ScsiQuerySupportedControlTypes) {
        RamSupport(Parameters, ScsiAdapterPower);
        return;
    }
    ASSERT(Type == ScsiAdapterPower);
    ASSERT(KeGetCurrentIrql() <= DISPATCH_LEVEL);
    if (Power->PowerState == StorPowerDeviceD3) {
        ASSERT(InterlockedExchange(&Asleep, 1) == 0);
        ASSERT(Adapter->Outstanding == 0);
        RAM_REACHED(Adapter, 1);
    } else {
        ASSERT(Power->PowerState == StorPowerDeviceD0);
        ASSERT(InterlockedExchange(&Asleep, 0) == 1);
        RAM_REACHED(Adapter, 2);
    }
}

static BOOLEAN BuildIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Srb);
    ASSERT(InterlockedOr(&Asleep, 0) == 0);
    return TRUE;
}

const RAM_HOOKS RamHooks = {.Control = Control, .BuildIo = BuildIo};
