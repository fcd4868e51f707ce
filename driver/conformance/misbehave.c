/*
 * misbehave.c: everything that can go wrong, in every callback.
 *
 * DriverParameter is callback * 100 + misdeed; both are numbered from 1 in the order of callbacks.def and misdeeds.def, which
 * say what must be found. Each misdeed happens once, in a function of its name, on the line whose comment says so.
 * driver/tests/misbehave.py runs every cell of the table. Storport gives DriverEntry no parameter: -DENTRY=misdeed.
 */
#include "ram.h"

#ifndef ENTRY
#define ENTRY 0
#endif

static volatile ULONG Zero;
static volatile ULONG Sink;
static volatile LONG Done; /* interlocked */
static ULONG Rough[4];     /* no lock, no DPC, no SRB */
static const ULONG Constant[4] = {1, 2, 3, 4};
static PVOID Freed, Kept, Worker, Timer; /* start-up */
static PVOID volatile Last;              /* interlocked: an SRB that was completed */
static PSCSI_REQUEST_BLOCK Present;      /* of the callback that misbehaves, if it has one */
static STOR_DPC Unknown;                 /* never initialized */
static STOR_ADDR_BTL8 Unit;

/* --- misdeeds: memory and processor ----------------------------------------------------------------- */

#define MISDEED_FUNCTION __declspec(noinline) static VOID
#define HERE Sink++ /* so that what came before was no tail call */

MISDEED_FUNCTION ReadNull(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
    Sink = *(volatile ULONG *)(ULONG_PTR)Zero; /* ReadNull */
    HERE;
}

MISDEED_FUNCTION WriteNull(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
    *(volatile ULONG *)(ULONG_PTR)Zero = 1; /* WriteNull */
    HERE;
}

MISDEED_FUNCTION WriteWild(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
    *(volatile ULONG *)(ULONG_PTR)(0xFFFF800000000000ULL + Zero) = 1; /* WriteWild */
    HERE;
}

MISDEED_FUNCTION WriteConstant(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
    *(volatile ULONG *)&Constant[Zero] = 1; /* WriteConstant */
    HERE;
}

MISDEED_FUNCTION WriteCode(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
    *(volatile UCHAR *)(ULONG_PTR)WriteNull = 0xC3; /* WriteCode */
    HERE;
}

MISDEED_FUNCTION WriteFreed(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
    *(volatile ULONG *)Freed = 1; /* WriteFreed */
    HERE;
}

MISDEED_FUNCTION WritePast(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
    ((volatile UCHAR *)Kept)[64] = 1; /* WritePast */
    HERE;
}

MISDEED_FUNCTION Smash(PRAM_ADAPTER Adapter)
{
    RtlFillMemory((PUCHAR)Adapter - 8192, 16384, 0xEE); /* Smash */
    HERE;
}

/* Over its own return address and what lies above. */
MISDEED_FUNCTION SmashStack(PRAM_ADAPTER Adapter)
{
    volatile UCHAR Room[64];
    ULONG Index;

    UNREFERENCED_PARAMETER(Adapter);
    for (Index = 0; Index < 4096 + Zero; Index++) {
        Room[Index] = 0xEE; /* SmashStack */
    }
    Sink = Room[Zero];
}

MISDEED_FUNCTION ReadRegister(PRAM_ADAPTER Adapter)
{
    Sink = *(volatile ULONG *)Adapter->Registers; /* ReadRegister */
    HERE;
}

MISDEED_FUNCTION Divide(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
    Sink = 77 / Zero; /* Divide */
    HERE;
}

MISDEED_FUNCTION CallNull(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
    ((VOID (*)(VOID))(ULONG_PTR)Zero)(); /* CallNull */
    HERE;
}

MISDEED_FUNCTION CallData(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
    ((VOID (*)(VOID))(ULONG_PTR)(Rough + Zero))(); /* CallData */
    HERE;
}

MISDEED_FUNCTION Illegal(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
    if (Zero == 0) {
        __builtin_trap(); /* Illegal */
    }
}

MISDEED_FUNCTION Recurse(PRAM_ADAPTER Adapter)
{
    volatile UCHAR Room[512];

    Room[Sink % sizeof(Room)] = (UCHAR)Sink;
    Recurse(Adapter); /* Recurse */
    Sink = Room[Zero];
}

MISDEED_FUNCTION LoopOnMemory(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
    while (Zero == 0) { /* LoopOnMemory */
    }
}

MISDEED_FUNCTION LoopOnNothing(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
    for (;;) { /* LoopOnNothing */
    }
}

MISDEED_FUNCTION LoopOnRegister(PRAM_ADAPTER Adapter)
{
    while (StorPortReadRegisterUlong(Adapter, Adapter->Registers) != 0x12345678) { /* LoopOnRegister */
    }
}

MISDEED_FUNCTION LoopOnClock(PRAM_ADAPTER Adapter)
{
    LARGE_INTEGER Now;

    UNREFERENCED_PARAMETER(Adapter);
    do {
        StorPortQuerySystemTime(&Now); /* LoopOnClock */
    } while (Now.QuadPart != 0);
}

MISDEED_FUNCTION LoopOnStall(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
    while (Zero == 0) { /* LoopOnStall */
        StorPortStallExecution(900); /* LoopOnStall */
    }
}

/* --- misdeeds: what the driver says itself -------------------------------------------------------------- */

MISDEED_FUNCTION Assert(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
    ASSERT(Zero == 1); /* Assert */
}

MISDEED_FUNCTION BugCheck(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
    KeBugCheckEx(0xDEAD, 1, 2, 3, 4); /* BugCheck */
    HERE;
}

MISDEED_FUNCTION Overrun(PRAM_ADAPTER Adapter)
{
    StorPortNotification(BufferOverrunDetected, Adapter); /* Overrun */
    HERE;
}

/* --- misdeeds: requests ---------------------------------------------------------------------------------- */

MISDEED_FUNCTION CompleteNull(PRAM_ADAPTER Adapter)
{
    StorPortNotification(RequestComplete, Adapter, NULL); /* CompleteNull */
    HERE;
}

MISDEED_FUNCTION CompleteGarbage(PRAM_ADAPTER Adapter)
{
    StorPortNotification(RequestComplete, Adapter, Rough); /* CompleteGarbage */
    HERE;
}

MISDEED_FUNCTION CompleteWild(PRAM_ADAPTER Adapter)
{
    StorPortNotification(RequestComplete, Adapter, (PVOID)0x123456789ABCDEF0); /* CompleteWild */
    HERE;
}

MISDEED_FUNCTION CompleteInside(PRAM_ADAPTER Adapter)
{
    StorPortNotification(RequestComplete, Adapter, (PUCHAR)Present + 16); /* CompleteInside */
    HERE;
}

MISDEED_FUNCTION CompleteAgain(PRAM_ADAPTER Adapter)
{
    StorPortNotification(RequestComplete, Adapter, InterlockedCompareExchangePointer(&Last, NULL, NULL)); /* CompleteAgain */
    HERE;
}

MISDEED_FUNCTION CompleteBadly(PRAM_ADAPTER Adapter)
{
    Present->SrbStatus = 0x7F;
    StorPortNotification(RequestComplete, Adapter, Present); /* CompleteBadly */
    HERE;
}

MISDEED_FUNCTION WriteCompleted(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
    ((PSCSI_REQUEST_BLOCK)InterlockedCompareExchangePointer(&Last, NULL, NULL))->SrbStatus = 1; /* WriteCompleted */
    HERE;
}

/* --- misdeeds: locks and levels ---------------------------------------------------------------------------- */

MISDEED_FUNCTION KeepLock(PRAM_ADAPTER Adapter)
{
    STOR_LOCK_HANDLE Lock;

    StorPortAcquireSpinLock(Adapter, InterruptLock, NULL, &Lock); /* KeepLock */
    HERE;
}

MISDEED_FUNCTION LockTwice(PRAM_ADAPTER Adapter)
{
    STOR_LOCK_HANDLE Outer, Inner;

    StorPortAcquireSpinLock(Adapter, InterruptLock, NULL, &Outer); /* LockTwice */
    StorPortAcquireSpinLock(Adapter, InterruptLock, NULL, &Inner); /* LockTwice */
    StorPortReleaseSpinLock(Adapter, &Inner);
    StorPortReleaseSpinLock(Adapter, &Outer);
}

MISDEED_FUNCTION LockNothing(PRAM_ADAPTER Adapter)
{
    STOR_LOCK_HANDLE Lock;

    StorPortAcquireSpinLock(Adapter, DpcLock, NULL, &Lock); /* LockNothing */
    HERE;
}

MISDEED_FUNCTION LockUnknown(PRAM_ADAPTER Adapter)
{
    STOR_LOCK_HANDLE Lock;

    StorPortAcquireSpinLock(Adapter, (STOR_SPINLOCK)99, NULL, &Lock); /* LockUnknown */
    HERE;
}

MISDEED_FUNCTION LockNowhere(PRAM_ADAPTER Adapter)
{
    StorPortAcquireSpinLock(Adapter, InterruptLock, NULL, NULL); /* LockNowhere */
    HERE;
}

MISDEED_FUNCTION UnlockStray(PRAM_ADAPTER Adapter)
{
    STOR_LOCK_HANDLE Lock;

    RtlZeroMemory(&Lock, sizeof(Lock));
    StorPortReleaseSpinLock(Adapter, &Lock); /* UnlockStray */
    HERE;
}

MISDEED_FUNCTION LockMessage(PRAM_ADAPTER Adapter)
{
    ULONG Irql;

    StorPortAcquireMSISpinLock(Adapter, 12345, &Irql); /* LockMessage */
    HERE;
}

/* --- misdeeds: Storport's routines -------------------------------------------------------------------------- */

MISDEED_FUNCTION NoExtension(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
    StorPortPause(NULL, 1); /* NoExtension */
    HERE;
}

MISDEED_FUNCTION WrongExtension(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
    StorPortPause(Rough, 1); /* WrongExtension */
    HERE;
}

MISDEED_FUNCTION FreeTwice(PRAM_ADAPTER Adapter)
{
    StorPortFreePool(Adapter, Freed); /* FreeTwice */
    HERE;
}

MISDEED_FUNCTION FreeStray(PRAM_ADAPTER Adapter)
{
    StorPortFreePool(Adapter, Rough); /* FreeStray */
    HERE;
}

MISDEED_FUNCTION FreeInside(PRAM_ADAPTER Adapter)
{
    StorPortFreePool(Adapter, (PUCHAR)Kept + 16); /* FreeInside */
    HERE;
}

MISDEED_FUNCTION AllocateNowhere(PRAM_ADAPTER Adapter)
{
    StorPortAllocatePool(Adapter, 64, 0x6D615220, NULL); /* AllocateNowhere */
    HERE;
}

MISDEED_FUNCTION AllocateAnywhere(PRAM_ADAPTER Adapter)
{
    PVOID Block = NULL;

    StorPortAllocatePool(Adapter, 64, 0x6D615220, &Block); /* AllocateAnywhere */
    if (Block != NULL) {
        StorPortFreePool(Adapter, Block);
    }
}

MISDEED_FUNCTION AllocateWild(PRAM_ADAPTER Adapter)
{
    StorPortAllocatePool(Adapter, 64, 0x6D615220, (PVOID *)(ULONG_PTR)(0x1000 + Zero)); /* AllocateWild */
    HERE;
}

MISDEED_FUNCTION ReadRegistry(PRAM_ADAPTER Adapter)
{
    UCHAR Name[] = "Absent", Value[8];
    ULONG Length = sizeof(Value);

    StorPortRegistryRead(Adapter, Name, 1, MINIPORT_REG_DWORD, Value, &Length); /* ReadRegistry */
    HERE;
}

MISDEED_FUNCTION AskPassive(PRAM_ADAPTER Adapter)
{
    StorPortEnablePassiveInitialization(Adapter, NULL); /* AskPassive */
    HERE;
}

MISDEED_FUNCTION AskUncached(PRAM_ADAPTER Adapter)
{
    StorPortGetUncachedExtension(Adapter, NULL, PAGE_SIZE); /* AskUncached */
    HERE;
}

MISDEED_FUNCTION ReadBus(PRAM_ADAPTER Adapter)
{
    PCI_COMMON_CONFIG Pci;

    StorPortGetBusData(Adapter, PCIConfiguration, 0, 0, &Pci, sizeof(Pci)); /* ReadBus */
    HERE;
}

MISDEED_FUNCTION TimeNothing(PRAM_ADAPTER Adapter)
{
    StorPortNotification(RequestTimerCall, Adapter, NULL, 10000); /* TimeNothing */
    HERE;
}

MISDEED_FUNCTION NoPerfOpts(PRAM_ADAPTER Adapter)
{
    StorPortInitializePerfOpts(Adapter, TRUE, NULL); /* NoPerfOpts */
    HERE;
}

MISDEED_FUNCTION PhysicalOfStack(PRAM_ADAPTER Adapter)
{
    ULONG Length = 4;

    StorPortGetPhysicalAddress(Adapter, NULL, &Length, &Length); /* PhysicalOfStack */
    HERE;
}

MISDEED_FUNCTION RegisterBeyond(PRAM_ADAPTER Adapter)
{
    StorPortReadRegisterUlong(Adapter, (PULONG)((PUCHAR)Adapter->Registers + 0x10000000)); /* RegisterBeyond */
    HERE;
}

MISDEED_FUNCTION NotifyUnknown(PRAM_ADAPTER Adapter)
{
    StorPortNotification((SCSI_NOTIFICATION_TYPE)0x77, Adapter); /* NotifyUnknown */
    HERE;
}

MISDEED_FUNCTION StallLong(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
    StorPortStallExecution(200000); /* StallLong */
    HERE;
}

MISDEED_FUNCTION IssueUnknown(PRAM_ADAPTER Adapter)
{
    StorPortIssueDpc(Adapter, &Unknown, NULL, NULL); /* IssueUnknown */
    HERE;
}

MISDEED_FUNCTION SynchronizeNothing(PRAM_ADAPTER Adapter)
{
    StorPortSynchronizeAccess(Adapter, NULL, NULL); /* SynchronizeNothing */
    HERE;
}

MISDEED_FUNCTION CompleteForPort(PRAM_ADAPTER Adapter)
{
    StorPortCompleteRequest(Adapter, 9, 9, 9, SRB_STATUS_BUS_RESET); /* CompleteForPort */
    HERE;
}

MISDEED_FUNCTION ListOfNothing(PRAM_ADAPTER Adapter)
{
    Sink = (ULONG)(ULONG_PTR)StorPortGetScatterGatherList(Adapter, (PSCSI_REQUEST_BLOCK)Rough); /* ListOfNothing */
    HERE;
}

static VOID (*const Misdeeds[])(PRAM_ADAPTER) = {
#define MISDEED(Name, Expected) Name,
#include "misdeeds.def"
#undef MISDEED
};

/* --- callbacks ------------------------------------------------------------------------------------------------ */

enum {
    CALLBACK_NONE,
#define CALLBACK(Name, Routine, Level, Setting) IN_##Name,
#include "callbacks.def"
#undef CALLBACK
};

#define IS_CELL(Adapter, Callback) ((Adapter)->Argument / 100 == (ULONG)(Callback))

static VOID Misbehave(PRAM_ADAPTER Adapter, ULONG Callback, PSCSI_REQUEST_BLOCK Srb)
{
    if (IS_CELL(Adapter, Callback) && InterlockedExchange(&Done, 1) == 0) {
        Present = Srb;
        Misdeeds[Adapter->Argument % 100 - 1](Adapter);
    }
}

static BOOLEAN OnSynchronized(PVOID DeviceExtension, PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    Misbehave(DeviceExtension, IN_Synchronized, NULL);
    return TRUE;
}

static BOOLEAN OnInterrupt(PVOID DeviceExtension)
{
    Misbehave(DeviceExtension, IN_Interrupt, NULL);
    return FALSE;
}

static BOOLEAN OnMessage(PVOID DeviceExtension, ULONG Message)
{
    UNREFERENCED_PARAMETER(Message);
    Misbehave(DeviceExtension, IN_Message, NULL);
    return TRUE;
}

static VOID OnTimerEx(PVOID DeviceExtension, PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    Misbehave(DeviceExtension, IN_TimerEx, NULL);
    InterlockedExchange(&Done, 1);
}

static VOID OnWorkItem(PVOID DeviceExtension, PVOID Context, PVOID Queued)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Queued);
    Misbehave(DeviceExtension, IN_WorkItem, NULL);
}

static VOID OnStateChange(PVOID DeviceExtension, PVOID Context, SHORT Type, PVOID Address, ULONG Status)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Type);
    UNREFERENCED_PARAMETER(Address);
    UNREFERENCED_PARAMETER(Status);
    Misbehave(DeviceExtension, IN_StateChange, NULL);
}

static SCSI_UNIT_CONTROL_STATUS OnUnitControl(PVOID DeviceExtension, SCSI_UNIT_CONTROL_TYPE Type, PVOID Parameters)
{
    UNREFERENCED_PARAMETER(Type);
    UNREFERENCED_PARAMETER(Parameters);
    Misbehave(DeviceExtension, IN_UnitControl, NULL);
    return ScsiUnitControlSuccess;
}

/* DriverEntry: there is no adapter yet. */
static VOID Register(PHW_INITIALIZATION_DATA Data)
{
    if (ENTRY != 0) {
        static RAM_ADAPTER None;

        Misdeeds[ENTRY != 0 ? ENTRY - 1 : 0](&None);
    }
    Data->HwUnitControl = OnUnitControl;
    Data->HwInterrupt = OnInterrupt;
}

static ULONG FindAdapter(PRAM_ADAPTER Adapter, PPORT_CONFIGURATION_INFORMATION Config)
{
    StorPortAllocatePool(Adapter, 64, 0x6D615220, &Freed);
    StorPortAllocatePool(Adapter, 64, 0x6D615220, &Kept);
    StorPortFreePool(Adapter, Freed);
    StorPortInitializeTimer(Adapter, &Timer);
    if (!IS_CELL(Adapter, IN_Interrupt)) {
        Config->HwMSInterruptRoutine = OnMessage;
        Config->InterruptSynchronizationMode = InterruptSynchronizeAll;
    }
    Misbehave(Adapter, IN_FindAdapter, NULL);
    return SP_RETURN_FOUND;
}

static BOOLEAN Initialize(PRAM_ADAPTER Adapter)
{
    Misbehave(Adapter, IN_Initialize, NULL);
    return TRUE;
}

static BOOLEAN PassiveInitialize(PRAM_ADAPTER Adapter)
{
    ULONG Wait;

    Misbehave(Adapter, IN_PassiveInitialize, NULL);
    if (StorPortInitializeWorker(Adapter, &Worker) == STOR_STATUS_SUCCESS) {
        StorPortQueueWorkItem(Adapter, OnWorkItem, Worker, NULL);
    }
    if (IS_CELL(Adapter, IN_TimerEx)) {
        StorPortRequestTimer(Adapter, Timer, OnTimerEx, NULL, 10000, 0);
    }
    for (Wait = 0; (IS_CELL(Adapter, IN_Timer) || IS_CELL(Adapter, IN_TimerEx)) && Wait < 40; Wait++) {
        StorPortStallExecution(500); /* until the timer comes */
    }
    return TRUE;
}

static BOOLEAN BuildIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    if (InterlockedOr(&Adapter->Started, 0) > 4) {
        Misbehave(Adapter, IN_BuildIo, Srb);
    }
    return TRUE;
}

static BOOLEAN StartIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    if (Adapter->Started <= 4) {
        return TRUE;
    }
    Misbehave(Adapter, IN_StartIo, Srb);
    if (IS_CELL(Adapter, IN_Synchronized) && InterlockedOr(&Done, 0) == 0) {
        StorPortSynchronizeAccess(Adapter, OnSynchronized, NULL);
    }
    if (IS_CELL(Adapter, IN_StateChange) && Adapter->Started == 5) {
        Unit.Type = STOR_ADDRESS_TYPE_BTL8;
        Unit.AddressLength = STOR_ADDR_BTL8_ADDRESS_LENGTH;
        StorPortStateChangeDetected(Adapter, STATE_CHANGE_LUN, (PSTOR_ADDRESS)&Unit, 0, OnStateChange, NULL);
    }
    return TRUE;
}

static BOOLEAN Serve(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Adapter);
    InterlockedExchangePointer(&Last, Srb);
    return TRUE;
}

static VOID Dpc(PRAM_ADAPTER Adapter)
{
    if (InterlockedOr(&Adapter->Started, 0) > 4) {
        Misbehave(Adapter, IN_Dpc, NULL);
    }
}

static BOOLEAN ResetBus(PRAM_ADAPTER Adapter)
{
    Misbehave(Adapter, IN_ResetBus, NULL);
    return TRUE;
}

static VOID TimerCall(PRAM_ADAPTER Adapter)
{
    Misbehave(Adapter, IN_Timer, NULL);
}

/* The adapter's timer of ram.c ends with the adapter. */
static VOID Control(PRAM_ADAPTER Adapter, SCSI_ADAPTER_CONTROL_TYPE Type, PVOID Parameters)
{
    UNREFERENCED_PARAMETER(Parameters);
    if (Type == ScsiStopAdapter) {
        StorPortNotification(RequestTimerCall, Adapter, NULL, 0);
    }
    Misbehave(Adapter, Type == ScsiStopAdapter ? IN_StopAdapter : IN_AdapterControl, NULL);
}

const RAM_HOOKS RamHooks = {
    .Register = Register,
    .FindAdapter = FindAdapter,
    .Initialize = Initialize,
    .PassiveInitialize = PassiveInitialize,
    .BuildIo = BuildIo,
    .StartIo = StartIo,
    .Serve = Serve,
    .Dpc = Dpc,
    .ResetBus = ResetBus,
    .Control = Control,
    .Timer = TimerCall,
};
