/*
 * synchronized-access.c: the interrupt lock is held while the synchronised routine runs.
 */
#include "ram.h"

static ULONG Shared; /* interrupt lock */

static STOR_SYNCHRONIZED_ACCESS Access;
static BOOLEAN Access(PVOID DeviceExtension, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceExtension);
    ASSERT(KeGetCurrentIrql() > DISPATCH_LEVEL);
    Shared++;
    return (BOOLEAN)(Context == &Shared);
}

static BOOLEAN StartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Srb);
    ASSERT(StorPortSynchronizeAccess(Adapter, Access, &Shared));
    ASSERT(KeGetCurrentIrql() == DISPATCH_LEVEL);
    return TRUE;
}

static VOID Dpc(PRAM_ADAPTER Adapter)
{
    STOR_LOCK_HANDLE Lock;

    StorPortAcquireSpinLock(Adapter, InterruptLock, NULL, &Lock);
    Shared++;
    StorPortReleaseSpinLock(Adapter, &Lock);
}

const RAM_HOOKS RamHooks = {.StartIo = StartIo, .Dpc = Dpc};
