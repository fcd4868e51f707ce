/*
 * completed-garbage.c: RequestComplete is called with something that is no SRB
 *
 * rule: srb-completed-once
 * windows: 0xF1
 */
#include "ram.h"

static BOOLEAN Hook(PRAM_ADAPTER Adapter, PSCSI_REQUEST_BLOCK Srb)
{
    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Srb);
#ifdef VIOLATE
    StorPortNotification(RequestComplete, Adapter, &Adapter->Served);
#endif
    return TRUE;
}

const RAM_HOOKS RamHooks = {.Serve = Hook};
