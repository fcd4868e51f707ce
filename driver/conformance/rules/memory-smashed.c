/*
 * memory-smashed.c: a block is written beyond its end
 *
 * rule: use-after-free
 * windows: 0x19
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter)
{
    PVOID Block = NULL;

    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    StorPortAllocatePool(Adapter, 64, 0x6D615220, &Block);
    RtlFillMemory(Block, 4096, 0xEE);
#else
    StorPortAllocatePool(Adapter, 64, 0x6D615220, &Block);
    RtlFillMemory(Block, 64, 0xEE);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = Hook};
