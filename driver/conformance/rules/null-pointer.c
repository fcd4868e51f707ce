/*
 * null-pointer.c: a pointer that is NULL is followed
 *
 * rule: driver-fault
 * windows: NullCheck, 0xD1
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Srb);
#ifdef VIOLATE
    *(volatile ULONG *)(ULONG_PTR)Adapter->Served = 0;
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.StartIo = Hook};
