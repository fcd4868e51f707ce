/*
 * irql-changed.c: a message lock is released to another level than the one it was taken at, and the callback returns there
 *
 * rule: lock-rule
 * windows: SpChangeIrql
 */
#include "ram.h"

static HW_MESSAGE_SIGNALED_INTERRUPT_ROUTINE Message;
static BOOLEAN Message(PVOID DeviceExtension, ULONG MessageId)
{
    UNREFERENCED_PARAMETER(DeviceExtension);
    UNREFERENCED_PARAMETER(MessageId);
    return TRUE;
}

static ULONG FindAdapter(PRAM_ADAPTER Adapter, PPORT_CONFIGURATION_INFORMATION Config)
{
    UNREFERENCED_PARAMETER(Adapter);
    Config->HwMSInterruptRoutine = Message;
    Config->InterruptSynchronizationMode = InterruptSynchronizePerMessage;
    return SP_RETURN_FOUND;
}

static BOOLEAN PassiveInitialize(PRAM_ADAPTER Adapter)
{
    ULONG Irql = 0;

    StorPortAcquireMSISpinLock(Adapter, 0, &Irql);
#ifdef VIOLATE
    Irql = DISPATCH_LEVEL;
#endif
    StorPortReleaseMSISpinLock(Adapter, 0, Irql);
    return TRUE;
}

const RAM_HOOKS RamHooks = {.FindAdapter = FindAdapter, .PassiveInitialize = PassiveInitialize};
