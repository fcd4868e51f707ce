/*
 * lock-stray.c: a lock is released that nobody took
 *
 * rule: lock-rule
 * windows: StorPortSpinLock4
 */
#include "ram.h"

static VOID Hook(PRAM_ADAPTER Adapter)
{
    STOR_LOCK_HANDLE Lock;

    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    RtlZeroMemory(&Lock, sizeof(Lock));
    StorPortReleaseSpinLock(Adapter, &Lock);
#else
    RtlZeroMemory(&Lock, sizeof(Lock));
#endif
}

const RAM_HOOKS RamHooks = {.Dpc = Hook};
