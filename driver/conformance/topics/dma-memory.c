/*
 * dma-memory.c: memory for the device, with the address that it sees.
 */
#include "ram.h"

static BOOLEAN PassiveInitialize(PRAM_ADAPTER Adapter)
{
    PHYSICAL_ADDRESS Low, High, Boundary, Physical;
    PUCHAR Block = NULL;
    ULONG Length = 0;

    Low.QuadPart = 0;
    High.QuadPart = -1;
    Boundary.QuadPart = 0;
    Physical.QuadPart = 0;
    ASSERT(StorPortAllocateDmaMemory(Adapter, 2 * PAGE_SIZE, Low, High, Boundary, MmCached, MM_ANY_NODE_OK,
                                     (PVOID *)&Block, &Physical) == STOR_STATUS_SUCCESS);
    ASSERT(Block != NULL && Physical.QuadPart != 0);
    ASSERT(StorPortGetPhysicalAddress(Adapter, NULL, Block + PAGE_SIZE, &Length).QuadPart ==
           Physical.QuadPart + PAGE_SIZE);
    ASSERT(MmGetPhysicalAddress(Block).QuadPart == Physical.QuadPart);
    RtlZeroMemory(Block, 2 * PAGE_SIZE);
    ASSERT(StorPortFreeDmaMemory(Adapter, Block, 2 * PAGE_SIZE, MmCached, Physical) == STOR_STATUS_SUCCESS);
    return TRUE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = PassiveInitialize};
