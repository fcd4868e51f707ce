/*
 * machine.c: processors, groups, clocks and messages, as they are asked for at start-up.
 */
#include "ram.h"

/* Configuration space may be read and written here only. */
static ULONG FindAdapter(PRAM_ADAPTER Adapter, PPORT_CONFIGURATION_INFORMATION Config)
{
    PCI_COMMON_CONFIG Pci;
    USHORT Command;

    ASSERT(StorPortGetBusData(Adapter, PCIConfiguration, Config->SystemIoBusNumber, Config->SlotNumber, &Pci,
                              sizeof(Pci)) == sizeof(Pci));
    ASSERT(Pci.BaseClass == 1 && Pci.SubClass == 8);
    Command = Pci.Command;
    ASSERT(StorPortSetBusDataByOffset(Adapter, PCIConfiguration, Config->SystemIoBusNumber, Config->SlotNumber,
                                      &Command, FIELD_OFFSET(PCI_COMMON_CONFIG, Command),
                                      sizeof(Command)) == sizeof(Command));
    return SP_RETURN_FOUND;
}

static BOOLEAN Initialize(PRAM_ADAPTER Adapter)
{
    MESSAGE_INTERRUPT_INFORMATION Message;
    LARGE_INTEGER Frequency, Counter;
    PROCESSOR_NUMBER Processor;
    KAFFINITY Mask = 0;
    USHORT Groups = 0;
    ULONG Nodes = 0;
    ULONG Highest = 0;
    GROUP_AFFINITY Affinity;

    ASSERT(StorPortGetActiveGroupCount(Adapter, &Groups) == STOR_STATUS_SUCCESS && Groups == 1);
    ASSERT(StorPortGetGroupAffinity(Adapter, 0, &Mask) == STOR_STATUS_SUCCESS);
    ASSERT(Mask == ((KAFFINITY)1 << KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS)) - 1);
    ASSERT(KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS) >= KeQueryActiveProcessorCountEx(0));
    ASSERT(StorPortGetActiveNodeCount(Adapter, &Nodes) == STOR_STATUS_SUCCESS && Nodes == 1);
    ASSERT(StorPortGetHighestNodeNumber(Adapter, &Highest) == STOR_STATUS_SUCCESS && Highest == 0);
    ASSERT(StorPortGetNodeAffinity(Adapter, 0, &Affinity) == STOR_STATUS_SUCCESS && Affinity.Mask == Mask);
    ASSERT(StorPortGetCurrentProcessorNumber(Adapter, &Processor) == STOR_STATUS_SUCCESS);
    ASSERT((Mask >> Processor.Number & 1) != 0);
    ASSERT(StorPortGetMSIInfo(Adapter, 10000, &Message) != STOR_STATUS_SUCCESS);
    StorPortQueryPerformanceCounter(Adapter, &Frequency, &Counter);
    ASSERT(Frequency.QuadPart > 0);
    KeStallExecutionProcessor(5);
    DbgPrintEx(0, 0, "%d nodes\n", Nodes);
    StorPortDebugPrint(0, "%d processors, mask 0x%I64x\n", KeQueryActiveProcessorCountEx(0), (ULONG64)Mask);
    return TRUE;
}

const RAM_HOOKS RamHooks = {.FindAdapter = FindAdapter, .Initialize = Initialize};
