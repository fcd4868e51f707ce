/*
 * pool-overwritten.c: the pointer to a block that is still in use is overwritten by a new one
 *
 * rule: pool-leaked
 * windows: StorPortAllocatePool2
 */
#include "ram.h"

static PVOID Block;

static BOOLEAN Hook(PRAM_ADAPTER Adapter)
{
    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    StorPortAllocatePool(Adapter, 64, 0x6D615220, &Block);
    StorPortAllocatePool(Adapter, 64, 0x6D615220, &Block);
#else
    StorPortAllocatePool(Adapter, 64, 0x6D615220, &Block);
    StorPortFreePool(Adapter, Block);
    StorPortAllocatePool(Adapter, 64, 0x6D615220, &Block);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = Hook};
