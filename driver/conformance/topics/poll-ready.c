/*
 * poll-ready.c: HwStorInitialize polls the controller's registers until it is disabled and enabled again, at device level.
 */
#include "ram.h"

#define CAP 0x00
#define CC 0x14
#define CSTS 0x1C
#define AQA 0x24
#define ASQ 0x28
#define ACQ 0x30

static ULONG Read(PRAM_ADAPTER Adapter, ULONG Offset)
{
    return StorPortReadRegisterUlong(Adapter, (PULONG)((PUCHAR)Adapter->Registers + Offset));
}

static VOID Write(PRAM_ADAPTER Adapter, ULONG Offset, ULONG Value)
{
    StorPortWriteRegisterUlong(Adapter, (PULONG)((PUCHAR)Adapter->Registers + Offset), Value);
}

/* Until CSTS.RDY is as asked for, or CAP.TO is over by the performance counter. */
static BOOLEAN Wait(PRAM_ADAPTER Adapter, ULONG Ready)
{
    LARGE_INTEGER Frequency, Begin, Now;
    ULONG Units = (Read(Adapter, CAP) >> 24) + 1;

    StorPortQueryPerformanceCounter(Adapter, &Frequency, &Begin);
    for (;;) {
        if ((Read(Adapter, CSTS) & 1) == Ready) {
            return TRUE;
        }
        StorPortQueryPerformanceCounter(Adapter, NULL, &Now);
        if ((Now.QuadPart - Begin.QuadPart) * 2 > Frequency.QuadPart * Units) {
            return FALSE;
        }
        StorPortStallExecution(100);
    }
}

static BOOLEAN Initialize(PRAM_ADAPTER Adapter)
{
    ULONG Length = PAGE_SIZE;
    ULONG64 Queues = (ULONG64)StorPortGetPhysicalAddress(Adapter, NULL, Adapter->Uncached, &Length).QuadPart;

    ASSERT(KeGetCurrentIrql() > DISPATCH_LEVEL);
    Write(Adapter, CC, 0);
    if (!Wait(Adapter, 0)) {
        return FALSE;
    }
    Write(Adapter, AQA, 1 << 16 | 1);
    Write(Adapter, ASQ, (ULONG)Queues);
    Write(Adapter, ASQ + 4, (ULONG)(Queues >> 32));
    Write(Adapter, ACQ, (ULONG)Queues + PAGE_SIZE);
    Write(Adapter, ACQ + 4, (ULONG)(Queues >> 32));
    Write(Adapter, CC, 4 << 20 | 6 << 16 | 1);
    return Wait(Adapter, 1);
}

static ULONG FindAdapter(PRAM_ADAPTER Adapter, PPORT_CONFIGURATION_INFORMATION Config)
{
    Config->SrbExtensionSize = sizeof(RAM_REQUEST);
    Adapter->Uncached = StorPortGetUncachedExtension(Adapter, Config, 2 * PAGE_SIZE);
    return Adapter->Uncached != NULL ? SP_RETURN_FOUND : SP_RETURN_ERROR;
}

const RAM_HOOKS RamHooks = {.FindAdapter = FindAdapter, .Initialize = Initialize};
