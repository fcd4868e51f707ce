/*
 * nested-reset.c: a second reset comes while the recovery of the first is under way.
 *
 * fault: action=reset at=5us spread=50us
 * fault: action=reset on=reset phase=return spread=25ms
 * reach: 1
 */
#include "recovery.h"

static BOOLEAN ResetBus(PRAM_ADAPTER Adapter)
{
    if (Recovering != 0) {
        RAM_REACHED(Adapter, 1);
    }
    RecoveryBegin(Adapter);
    return TRUE;
}

const RAM_HOOKS RamHooks = {.ResetBus = ResetBus};
