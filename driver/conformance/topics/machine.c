/*
 * machine.c: processors, groups, clocks and messages, as they are asked for at start-up.
 */
#include "ram.h"

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
    StorPortDebugPrint(0, "%d processors, mask 0x%I64x\n", KeQueryActiveProcessorCountEx(0), (ULONG64)Mask);
    return TRUE;
}

const RAM_HOOKS RamHooks = {.Initialize = Initialize};
