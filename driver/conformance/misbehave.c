/*
 * misbehave.c: everything that can go wrong, in every callback.
 *
 * DriverParameter is callback * 100 + what. Whatever it is, it must end as a finding with this file's line on its stack,
 * and never as a crash of storsim. driver/tests/conformance.py has both lists.
 */
#include "ram.h"

static volatile ULONG Zero;
static volatile ULONG Sink;
static PVOID Block;

static ULONG Recurse(ULONG Depth)
{
    volatile UCHAR Room[512];

    Room[Depth % sizeof(Room)] = (UCHAR)Depth;
    return Recurse(Depth + 1) + Room[0];
}

__declspec(noinline) static VOID Misbehave(PRAM_ADAPTER Adapter, ULONG Callback)
{
    STOR_LOCK_HANDLE Lock;

    if (Adapter->Argument / 100 != Callback) {
        return;
    }
    switch (Adapter->Argument % 100) {
    case 1: /* writes through NULL */
        *(volatile ULONG *)(ULONG_PTR)Zero = 1;
        break;
    case 2: /* divides by zero */
        Sink = 77 / Zero;
        break;
    case 3: /* calls what is no code */
        ((VOID (*)(VOID))(ULONG_PTR)(0x1000 + Zero))();
        break;
    case 4: /* never returns */
        for (;;) {
            Sink = Zero;
        }
    case 5: /* runs out of stack */
        Sink = Recurse(0);
        break;
    case 6: /* writes to freed pool */
        StorPortAllocatePool(Adapter, 64, 0x6D615220, &Block);
        StorPortFreePool(Adapter, Block);
        *(volatile ULONG *)Block = 1;
        break;
    case 7: /* completes what is no SRB */
        StorPortNotification(RequestComplete, Adapter, &Adapter->Served);
        break;
    case 8: /* passes NULL where something must be */
        StorPortAcquireSpinLock(Adapter, DpcLock, NULL, &Lock);
        break;
    case 9: /* asserts */
        ASSERT(Zero == 1);
        break;
    case 10: /* writes over the port driver's memory */
        RtlFillMemory((PUCHAR)Adapter - 8192, 16384, 0xEE);
        break;
    case 11: /* writes to a wild address */
        *(volatile ULONG *)(ULONG_PTR)(0xFFFF800000000000ULL + Zero) = 1;
        break;
    case 12: /* a device extension that is none */
        StorPortPause((PVOID)&Sink, 1);
        break;
    }
}

static ULONG FindAdapter(PRAM_ADAPTER Adapter, PPORT_CONFIGURATION_INFORMATION Config)
{
    UNREFERENCED_PARAMETER(Config);
    Misbehave(Adapter, 1);
    return SP_RETURN_FOUND;
}

static BOOLEAN Initialize(PRAM_ADAPTER Adapter)
{
    Misbehave(Adapter, 2);
    return TRUE;
}

static BOOLEAN PassiveInitialize(PRAM_ADAPTER Adapter)
{
    ULONG Wait;

    Misbehave(Adapter, 3);
    for (Wait = 0; Adapter->Argument / 100 == 9 && Wait < 40; Wait++) {
        StorPortStallExecution(500); /* until the timer comes */
    }
    return TRUE;
}

static BOOLEAN BuildIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Srb);
    Misbehave(Adapter, 4);
    return TRUE;
}

static BOOLEAN StartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Srb);
    Misbehave(Adapter, 5);
    return TRUE;
}

static VOID Dpc(PRAM_ADAPTER Adapter)
{
    Misbehave(Adapter, 6);
}

static BOOLEAN ResetBus(PRAM_ADAPTER Adapter)
{
    Misbehave(Adapter, 7);
    return TRUE;
}

static VOID Control(PRAM_ADAPTER Adapter, SCSI_ADAPTER_CONTROL_TYPE Type, PVOID Parameters)
{
    UNREFERENCED_PARAMETER(Type);
    UNREFERENCED_PARAMETER(Parameters);
    Misbehave(Adapter, 8);
}

static VOID Timer(PRAM_ADAPTER Adapter)
{
    Misbehave(Adapter, 9);
}

const RAM_HOOKS RamHooks = {
    .FindAdapter = FindAdapter,
    .Initialize = Initialize,
    .PassiveInitialize = PassiveInitialize,
    .BuildIo = BuildIo,
    .StartIo = StartIo,
    .Dpc = Dpc,
    .ResetBus = ResetBus,
    .Control = Control,
    .Timer = Timer,
};
