/*
 * memory.c: pool, contiguous and uncached memory, and what their addresses mean.
 */
#include "ram.h"

static ULONG FindAdapter(PRAM_ADAPTER Adapter, PPORT_CONFIGURATION_INFORMATION Config)
{
    ULONG Index;

    UNREFERENCED_PARAMETER(Config);
    for (Index = 0; Index < PAGE_SIZE; Index++) {
        ASSERT(Adapter->Uncached[Index] == 0);
    }
    return SP_RETURN_FOUND;
}

static BOOLEAN PassiveInitialize(PRAM_ADAPTER Adapter)
{
    PHYSICAL_ADDRESS Low, High, Boundary, Physical;
    PUCHAR Block = NULL;
    PUCHAR Ring = NULL;
    ULONG Length = 0;

    ASSERT(StorPortAllocatePool(Adapter, 100, 0x6D615220, (PVOID *)&Block) == STOR_STATUS_SUCCESS);
    RtlFillMemory(Block, 100, 0x5A);
    StorPortFreePool(Adapter, Block);

    Low.QuadPart = 0;
    High.QuadPart = -1;
    Boundary.QuadPart = 0;
    ASSERT(StorPortAllocateContiguousMemorySpecifyCacheNode(Adapter, 3 * PAGE_SIZE, Low, High, Boundary, MmCached,
                                                            MM_ANY_NODE_OK, (PVOID *)&Ring) == STOR_STATUS_SUCCESS);
    Physical = StorPortGetPhysicalAddress(Adapter, NULL, Ring, &Length);
    ASSERT(Physical.QuadPart != 0 && (Physical.QuadPart & (PAGE_SIZE - 1)) == 0);
    ASSERT(StorPortGetPhysicalAddress(Adapter, NULL, Ring + PAGE_SIZE + 5, &Length).QuadPart ==
           Physical.QuadPart + PAGE_SIZE + 5);
    StorPortFreeContiguousMemorySpecifyCache(Adapter, Ring, 3 * PAGE_SIZE, MmCached);

    /* Below 1 MiB there is nothing to be had. */
    High.QuadPart = 0xFFFFF;
    ASSERT(StorPortAllocateContiguousMemorySpecifyCacheNode(Adapter, PAGE_SIZE, Low, High, Boundary, MmCached,
                                                            MM_ANY_NODE_OK, (PVOID *)&Ring) != STOR_STATUS_SUCCESS);
    ASSERT(Ring == NULL);

    Physical = StorPortGetPhysicalAddress(Adapter, NULL, Adapter->Uncached + 16, &Length);
    ASSERT(StorPortGetVirtualAddress(Adapter, Physical) == Adapter->Uncached + 16);
    return TRUE;
}

static BOOLEAN BuildIo(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    PSTOR_SCATTER_GATHER_LIST List;
    ULONG Length = 0;
    ULONG Total = 0;
    ULONG Index;

    if (!RamIsData(Srb)) {
        return TRUE;
    }
    List = StorPortGetScatterGatherList(Adapter, Srb);
    ASSERT(List != NULL && List->NumberOfElements != 0);
    for (Index = 0; Index < List->NumberOfElements; Index++) {
        Total += List->List[Index].Length;
    }
    ASSERT(Total == SrbGetDataTransferLength(Srb));
    ASSERT(StorPortGetPhysicalAddress(Adapter, Srb, SrbGetDataBuffer(Srb), &Length).QuadPart ==
           List->List[0].PhysicalAddress.QuadPart);
    ASSERT(StorPortGetPhysicalAddress(Adapter, Srb, SrbGetMiniportContext(Srb), &Length).QuadPart != 0);
    return TRUE;
}

const RAM_HOOKS RamHooks = {.FindAdapter = FindAdapter, .PassiveInitialize = PassiveInitialize, .BuildIo = BuildIo};
