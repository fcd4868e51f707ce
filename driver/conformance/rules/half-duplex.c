/*
 * half-duplex.c: the miniport chooses half duplex
 *
 * rule: half-duplex
 * windows: SpDuplex
 * set: check.lock-order=off
 */
#include "ram.h"

static ULONG Hook(PRAM_ADAPTER Adapter, PPORT_CONFIGURATION_INFORMATION Config)
{
    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Config);
#ifdef VIOLATE
    Config->SynchronizationModel = StorSynchronizeHalfDuplex;
#endif
    return SP_RETURN_FOUND;
}

const RAM_HOOKS RamHooks = {.FindAdapter = Hook};
