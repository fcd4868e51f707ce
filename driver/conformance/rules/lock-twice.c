/*
 * lock-twice.c: HwStorStartIo takes the lock that it was called with
 *
 * rule: deadlock
 * windows: StorPortSpinLock
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    STOR_LOCK_HANDLE Lock;

    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Srb);
#ifdef VIOLATE
    StorPortAcquireSpinLock(Adapter, StartIoLock, NULL, &Lock);
    StorPortReleaseSpinLock(Adapter, &Lock);
#else
    RtlZeroMemory(&Lock, sizeof(Lock));
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.StartIo = Hook};
