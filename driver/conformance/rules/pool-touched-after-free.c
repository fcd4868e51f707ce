/*
 * pool-touched-after-free.c: a freed block of pool is written
 *
 * rule: use-after-free
 * windows: 0xC2
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter)
{
    PVOID Block = NULL;

    UNREFERENCED_PARAMETER(Adapter);
#ifdef VIOLATE
    StorPortAllocatePool(Adapter, 64, 0x6D615220, &Block);
    StorPortFreePool(Adapter, Block);
    *(volatile ULONG *)Block = 1;
#else
    StorPortAllocatePool(Adapter, 64, 0x6D615220, &Block);
    *(volatile ULONG *)Block = 1;
    StorPortFreePool(Adapter, Block);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.PassiveInitialize = Hook};
