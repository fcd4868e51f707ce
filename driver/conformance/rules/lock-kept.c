/*
 * lock-kept.c: a callback returns with the lock of its DPC
 *
 * rule: lock-rule
 * windows: StorPortSpinLock
 */
#include "ram.h"

static VOID Hook(PRAM_ADAPTER Adapter)
{
    STOR_LOCK_HANDLE Lock;

    StorPortAcquireSpinLock(Adapter, DpcLock, &Adapter->Dpc, &Lock);
#ifndef VIOLATE
    StorPortReleaseSpinLock(Adapter, &Lock);
#endif
}

const RAM_HOOKS RamHooks = {.Dpc = Hook};
