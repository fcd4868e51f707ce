/*
 * lock-hierarchy.c: the StartIo lock is wanted while the interrupt lock is held
 *
 * rule: lock-order
 * windows: StorPortSpinLock3
 */
#include "ram.h"

static VOID Hook(PRAM_ADAPTER Adapter)
{
    STOR_LOCK_HANDLE Outer;
    STOR_LOCK_HANDLE Inner;

    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    StorPortAcquireSpinLock(Adapter, InterruptLock, NULL, &Outer);
    StorPortAcquireSpinLock(Adapter, StartIoLock, NULL, &Inner);
    StorPortReleaseSpinLock(Adapter, &Inner);
    StorPortReleaseSpinLock(Adapter, &Outer);
#else
    StorPortAcquireSpinLock(Adapter, StartIoLock, NULL, &Outer);
    StorPortAcquireSpinLock(Adapter, InterruptLock, NULL, &Inner);
    StorPortReleaseSpinLock(Adapter, &Inner);
    StorPortReleaseSpinLock(Adapter, &Outer);
#endif
}

const RAM_HOOKS RamHooks = {.Dpc = Hook};
