/*
 * dpc-argument-lost.c: a DPC is issued again with another argument while it is queued
 *
 * rule: dpc-argument-lost
 * windows: StorPortIssueDpc (its page)
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Srb);
#ifdef VIOLATE
    StorPortIssueDpc(Adapter, &Adapter->Dpc, Srb->SrbExtension, NULL);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.StartIo = Hook};
