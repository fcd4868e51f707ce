/*
 * pool-freed-twice.c: a block of pool is freed twice
 *
 * rule: use-after-free
 * windows: StorPortAllocatePool
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter)
{
    PVOID Block = NULL;

    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    StorPortAllocatePool(Adapter, 64, 0x6D615220, &Block);
    StorPortFreePool(Adapter, Block);
    StorPortFreePool(Adapter, Block);
#else
    StorPortAllocatePool(Adapter, 64, 0x6D615220, &Block);
    StorPortFreePool(Adapter, Block);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = Hook};
