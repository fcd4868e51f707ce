/*
 * msi-lock-mode.c: a message lock is taken with all messages under one lock
 *
 * rule: lock-rule
 * windows: StorPortMSILock
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter)
{
    ULONG OldIrql = 0;

    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    StorPortAcquireMSISpinLock(Adapter, 0, &OldIrql);
#else
    UNREFERENCED_PARAMETER(OldIrql);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = Hook};
