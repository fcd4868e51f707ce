/*
 * physical-range-freed-wrong.c: contiguous memory is freed with another size
 *
 * rule: storport-usage
 * windows: 0xC4
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter)
{
    PHYSICAL_ADDRESS Low;
    PHYSICAL_ADDRESS High;
    PHYSICAL_ADDRESS Boundary;
    PVOID Block = NULL;

    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    Low.QuadPart = 0;
    High.QuadPart = -1;
    Boundary.QuadPart = 0;
    StorPortAllocateContiguousMemorySpecifyCacheNode(Adapter, 8192, Low, High, Boundary, MmCached, MM_ANY_NODE_OK, &Block);
    StorPortFreeContiguousMemorySpecifyCache(Adapter, Block, 4096, MmCached);
#else
    Low.QuadPart = 0;
    High.QuadPart = -1;
    Boundary.QuadPart = 0;
    StorPortAllocateContiguousMemorySpecifyCacheNode(Adapter, 8192, Low, High, Boundary, MmCached, MM_ANY_NODE_OK, &Block);
    StorPortFreeContiguousMemorySpecifyCache(Adapter, Block, 8192, MmCached);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = Hook};
