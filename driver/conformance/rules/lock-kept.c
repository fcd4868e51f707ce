/*
 * lock-kept.c: a callback returns with the lock of its DPC
 *
 * rule: lock-rule
 * windows: StorPortSpinLock
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    STOR_LOCK_HANDLE Lock;

    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Srb);
#ifdef VIOLATE
    StorPortAcquireSpinLock(Adapter, DpcLock, &Adapter->Dpc, &Lock);
    RamComplete(Adapter, Srb, SRB_STATUS_BUSY);
    return FALSE;
#else
    StorPortAcquireSpinLock(Adapter, DpcLock, &Adapter->Dpc, &Lock);
    StorPortReleaseSpinLock(Adapter, &Lock);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.StartIo = Hook};
