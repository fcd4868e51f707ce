/*
 * wait-in-startio.c: HwStorStartIo stalls
 *
 * rule: wait-in-startio
 * windows: SpNoWait, StorPortStartIo
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Srb);
#ifdef VIOLATE
    StorPortStallExecution(20);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.StartIo = Hook};
