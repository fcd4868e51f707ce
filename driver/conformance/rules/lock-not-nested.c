/*
 * lock-not-nested.c: two locks are released in the order in which they were taken
 *
 * rule: lock-rule
 * windows: StorPortSpinLock4
 */
#include "ram.h"

static VOID Hook(PRAM_ADAPTER Adapter)
{
    STOR_LOCK_HANDLE Outer;
    STOR_LOCK_HANDLE Inner;

    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    StorPortAcquireSpinLock(Adapter, StartIoLock, NULL, &Outer);
    StorPortAcquireSpinLock(Adapter, InterruptLock, NULL, &Inner);
    StorPortReleaseSpinLock(Adapter, &Outer);
    StorPortReleaseSpinLock(Adapter, &Inner);
#else
    StorPortAcquireSpinLock(Adapter, StartIoLock, NULL, &Outer);
    StorPortAcquireSpinLock(Adapter, InterruptLock, NULL, &Inner);
    StorPortReleaseSpinLock(Adapter, &Inner);
    StorPortReleaseSpinLock(Adapter, &Outer);
#endif
}

const RAM_HOOKS RamHooks = {.Dpc = Hook};
