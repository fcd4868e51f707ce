/*
 * power-requests.c: without ScsiAdapterPower: the adapter's power SRB, ScsiStopAdapter, and back: ScsiRestartAdapter,
 * the power SRB for D0.
 *
 * fault: action=sleep at=5us spread=200us
 * reach: 4
 */
#include "ram.h"

static LONG State; /* interlocked: 0 works, 1 told of D3, 2 stopped, 3 restarted, 0 */

static VOID Control(PRAM_ADAPTER Adapter, SCSI_ADAPTER_CONTROL_TYPE Type, PVOID Parameters)
{
    UNREFERENCED_PARAMETER(Parameters);
    if (Type == ScsiStopAdapter) {
        ASSERT(InterlockedCompareExchange(&State, 2, 1) == 1);
        ASSERT(Adapter->Outstanding == 0);
        RAM_REACHED(Adapter, 2);
    } else if (Type == ScsiRestartAdapter) {
        ASSERT(InterlockedCompareExchange(&State, 3, 2) == 2);
        RAM_REACHED(Adapter, 3);
    }
}

static BOOLEAN StartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    PSCSI_POWER_REQUEST_BLOCK Power = (PSCSI_POWER_REQUEST_BLOCK)Srb;

    ASSERT(InterlockedOr(&State, 0) != 2);
    if (Srb->Function != SRB_FUNCTION_POWER) {
        return TRUE;
    }
    if ((Power->SrbPowerFlags & SRB_POWER_FLAGS_ADAPTER_REQUEST) == 0) {
        ASSERT(Power->PathId == 0 && Power->TargetId == 0);
    } else if (Power->DevicePowerState == StorPowerDeviceD3) {
        ASSERT(Power->PowerAction == StorPowerActionSleep);
        ASSERT(InterlockedCompareExchange(&State, 1, 0) == 0);
        RAM_REACHED(Adapter, 1);
    } else {
        ASSERT(Power->DevicePowerState == StorPowerDeviceD0);
        ASSERT(InterlockedCompareExchange(&State, 0, 3) == 3);
        RAM_REACHED(Adapter, 4);
    }
    RamComplete(Adapter, Srb, SRB_STATUS_SUCCESS);
    return FALSE;
}

const RAM_HOOKS RamHooks = {.Control = Control, .StartIo = StartIo};
