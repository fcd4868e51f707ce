/*
 * stop-in-reset.c: the adapter is stopped while a reset recovers it. The stop ends the recovery, its pause and its timer.
 * Only where the adapter's own SRBs pass its pause; else the stop waits for the end of that.
 *
 * set: port.bypass=all
 * fault: action=reset at=5us spread=50us
 * fault: action=stop-adapter on=reset phase=return spread=25ms
 * reach: 1
 */
#include "recovery.h"

static VOID Control(PRAM_ADAPTER Adapter, SCSI_ADAPTER_CONTROL_TYPE Type, PVOID Parameters)
{
    UNREFERENCED_PARAMETER(Parameters);
    if (Type == ScsiStopAdapter) {
        if (Recovering != 0) {
            RAM_REACHED(Adapter, 1);
        }
        RecoveryEnd(Adapter);
    }
}

static BOOLEAN ResetBus(PRAM_ADAPTER Adapter)
{
    RecoveryBegin(Adapter);
    return TRUE;
}

const RAM_HOOKS RamHooks = {.Control = Control, .ResetBus = ResetBus};
