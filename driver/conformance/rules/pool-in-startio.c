/*
 * pool-in-startio.c: HwStorStartIo allocates memory
 *
 * rule: wait-in-startio
 * windows: SpNoWait, StorPortStartIo
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    PVOID Block = NULL;

    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Srb);
#ifdef VIOLATE
    if (StorPortAllocatePool(Adapter, 64, 0x6D615220, &Block) == STOR_STATUS_SUCCESS) {
        StorPortFreePool(Adapter, Block);
    }
#else
    UNREFERENCED_PARAMETER(Block);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.StartIo = Hook};
