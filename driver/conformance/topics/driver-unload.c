/*
 * driver-unload.c: a DriverUnload of its own in front of Storport's, as for WPP_CLEANUP. It is called once, behind the
 * removal of the adapter, whatever kind of removal it was.
 *
 * fault: action=surprise-remove at=5us spread=300us
 * reach: 2
 */
#include "ram.h"

static PDRIVER_UNLOAD Storports; /* start-up */
static PDRIVER_DISPATCH Pnp;     /* start-up */
static LONG Stopped, Unloaded;   /* interlocked */
static ULONG Argument;           /* start-up */

static NTSTATUS Dispatch(PDEVICE_OBJECT Device, PIRP Irp)
{
    return Pnp(Device, Irp);
}

static VOID Unload(PDRIVER_OBJECT Driver)
{
    ASSERT(KeGetCurrentIrql() == PASSIVE_LEVEL);
    ASSERT(InterlockedOr(&Stopped, 0) == 1);
    ASSERT(InterlockedExchange(&Unloaded, 1) == 0);
    ASSERT(Argument != 2);
    Storports(Driver);
}

static VOID Entered(PDRIVER_OBJECT Driver)
{
    Storports = Driver->DriverUnload;
    Driver->DriverUnload = Unload;
    Pnp = Driver->MajorFunction[IRP_MJ_PNP];
    Driver->MajorFunction[IRP_MJ_PNP] = Dispatch;
}

static ULONG FindAdapter(PRAM_ADAPTER Adapter, PPORT_CONFIGURATION_INFORMATION Config)
{
    UNREFERENCED_PARAMETER(Config);
    Argument = Adapter->Argument;
    ASSERT(Storports != NULL && Pnp != NULL);
    return SP_RETURN_FOUND;
}

static VOID Control(PRAM_ADAPTER Adapter, SCSI_ADAPTER_CONTROL_TYPE Type, PVOID Parameters)
{
    UNREFERENCED_PARAMETER(Parameters);
    if (Type == ScsiStopAdapter) {
        ASSERT(InterlockedExchange(&Stopped, 1) == 0);
        RAM_REACHED(Adapter, 1);
    }
}

const RAM_HOOKS RamHooks = {.Entered = Entered, .FindAdapter = FindAdapter, .Control = Control};
